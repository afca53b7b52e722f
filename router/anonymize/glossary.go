package anonymize

import (
	"slices"
	"strconv"
	"strings"

	"madoguchi/triage/japanese"
)

// Glossary is what a case's placeholders stand for. The same person has the same placeholder through a case, and no
// placeholder is ever used again for somebody else. It holds people's names: it lives in the vault, sealed, and marshals
// to JSON for nobody else. The zero value is empty and ready. A Glossary belongs to one goroutine at a time.
type Glossary struct {
	Entries []Entry      `json:"entries,omitempty"`
	Last    map[Type]int `json:"last,omitempty"` // how many placeholders of a type were given out
	Keep    []string     `json:"keep,omitempty"` // words that a person un-redacted: they stay
}

// Entry is one placeholder. Words is the longest writing seen, as it was written; Keys are the folded writings that mean
// the same; Full is the folded family and given name, once it was seen. Doubtful is an everyday word that was once taken for
// a person for weak reasons, and never for better ones: it keeps its placeholder, but is not looked for elsewhere.
type Entry struct {
	Placeholder string   `json:"placeholder"`
	Type        Type     `json:"type"`
	Words       string   `json:"words"`
	Keys        []string `json:"keys"`
	Full        string   `json:"full,omitempty"`
	Doubtful    bool     `json:"doubtful,omitempty"`
}

var labels = map[Type]string{
	TypePerson: "人物", TypeSchool: "学校", TypeClass: "組", TypeAddress: "住所", TypePhone: "電話", TypeEmail: "メール",
	TypeHandle: "アカウント", TypeURL: "URL", TypeDateOfBirth: "生年月日", TypeIDNumber: "番号", TypePlace: "場所",
	TypeUnreadable: "不明",
}

// Words returns what a placeholder stands for.
func (g *Glossary) Words(placeholder string) (string, bool) {
	for _, e := range g.Entries {
		if e.Placeholder == placeholder {
			return e.Words, true
		}
	}
	return "", false
}

// Reworded is the entry as it would be if only these writings of it had ever been seen.
func (a *Anonymizer) Reworded(e Entry, writings []string) Entry {
	e.Words, e.Keys, e.Full = "", nil, ""
	for _, w := range writings {
		keys, full := a.keysOf(e.Type, w)
		e.seen(w, keys, full)
	}
	return e
}

// seen takes in one more writing.
func (e *Entry) seen(words string, keys []string, full string) {
	if len([]rune(words)) > len([]rune(e.Words)) {
		e.Words = words
	}
	if full != "" && e.Full == "" {
		e.Full = full
	}
	for _, k := range keys {
		if !slices.Contains(e.Keys, k) {
			e.Keys = append(e.Keys, k)
		}
	}
}

// placeholder returns the placeholder of words, making one where none of the keys is known; full is the first key where
// that is a family and a given name. A key that two people share (two of one family name) means neither: in doubt it is
// somebody new.
func (g *Glossary) placeholder(t Type, words string, keys []string, full string, doubtful bool) string {
	for _, key := range keys {
		n, ok := g.find(t, key)
		if !ok || key != keys[0] && conflicts(g.Entries[n], keys[0], key, full) {
			continue
		}
		e := &g.Entries[n]
		e.Doubtful = e.Doubtful && doubtful
		e.seen(words, keys, full)
		return e.Placeholder
	}
	if g.Last == nil {
		g.Last = map[Type]int{}
	}
	g.Last[t]++
	p := "[" + labels[t] + number(t, g.Last[t]) + "]"
	g.Entries = append(g.Entries, Entry{p, t, words, keys, full, doubtful})
	return p
}

// find returns the entry that a key means: the one that was first called so, or the only one that has the key.
func (g *Glossary) find(t Type, key string) (int, bool) {
	found, n := -1, 0
	for i, e := range g.Entries {
		if e.Type != t || !slices.Contains(e.Keys, key) {
			continue
		}
		if e.Keys[0] == key {
			return i, true
		}
		found, n = i, n+1
	}
	return found, n == 1
}

// conflicts reports whether the entry that was found by key is somebody other than whoever is written as whole: 山田太郎 is
// not 山田花子, and 結衣 is not 由衣, though they sound alike.
func conflicts(e Entry, whole, key, full string) bool {
	if full != "" && e.Full != "" && e.Full != full && e.Full != key {
		return true
	}
	return full == "" && hasKanji(whole) && slices.ContainsFunc(e.Keys, hasKanji) && !hasKanji(key)
}

func hasKanji(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return japanese.ClassOf(r) == japanese.Kanji })
}

// number is n as letters for people (A … Z, AA …) and in digits for the rest.
func number(t Type, n int) string {
	if t != TypePerson {
		return strconv.Itoa(n)
	}
	var b []byte
	for ; n > 0; n = (n - 1) / 26 {
		b = append(b, byte('A'+(n-1)%26))
	}
	slices.Reverse(b)
	return string(b)
}

// placeholders returns the rune ranges of text that are placeholders already.
func placeholders(text []rune) []spot { return bracketed(text, isPlaceholder) }

// attached are the marks that stand in a message for what came with it: [写真1], [スタンプ].
func attached(text []rune) []spot {
	return bracketed(text, func(inner string) bool {
		return slices.Contains([]string{"写真", "音声", "動画", "ファイル", "スタンプ"}, strings.TrimRight(inner, "0123456789"))
	})
}

func bracketed(text []rune, is func(inner string) bool) []spot {
	var spots []spot
	for i := 0; i < len(text); i++ {
		if text[i] != '[' {
			continue
		}
		for end := i + 1; end < len(text) && end < i+12; end++ {
			if text[end] == ']' {
				if is(string(text[i+1 : end])) {
					spots = append(spots, spot{start: i, end: end + 1})
				}
				break
			}
		}
	}
	return spots
}

func isPlaceholder(inner string) bool {
	for _, label := range labels {
		if n, ok := strings.CutPrefix(inner, label); ok && n != "" {
			letters := strings.Trim(n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && label == labels[TypePerson]
			digits := strings.Trim(n, "0123456789") == "" && label != labels[TypePerson]
			return letters || digits
		}
	}
	return inner == "写真" || strings.HasPrefix(inner, "写真") || strings.HasPrefix(inner, "音声") || inner == "スタンプ" || inner == "取り消し"
}

// keysOf returns the folded writings under which words are known: the whole first, then for a person the family and the
// given name, and the reading where there is only one. full is the whole where that is a family and a given name.
func (a *Anonymizer) keysOf(t Type, words string) (keys []string, full string) {
	v := japanese.Fold(words).Dense()
	key := strings.ToLower(japanese.HiraganaOf(v.String()))
	switch t {
	case TypePerson:
		key = strings.Map(func(r rune) rune {
			if strings.ContainsRune("・-.,'", r) {
				return -1
			}
			return r
		}, key)
		key = trimHonorific(key)
		return a.personKeys(key)
	case TypePhone, TypeIDNumber:
		key = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, key)
	case TypeSchool:
		for _, s := range []struct{ long, short string }{{"小学校", "小"}, {"中学校", "中"}, {"高等学校", "高"}, {"高校", "高"}} {
			if short, ok := strings.CutSuffix(key, s.long); ok {
				return []string{key, short + s.short}, ""
			}
		}
	}
	return []string{key}, ""
}

// personKeys returns the keys of a folded name.
func (a *Anonymizer) personKeys(key string) (keys []string, full string) {
	keys = []string{key}
	if f, n, ok := a.names.split(key); ok {
		fr, one := a.names.reading(f)
		nr, two := a.names.reading(n)
		if one && two {
			keys = append(keys, fr+nr)
		}
		keys = append(keys, f, n)
		if one {
			keys = append(keys, fr)
		}
		if two {
			keys = append(keys, nr)
		}
		return keys, key
	}
	if r, ok := a.names.reading(key); ok {
		keys = append(keys, r)
	} else if r, ok := kanaOf(key); ok {
		keys = append(keys, r)
	}
	return keys, ""
}

// trimHonorific drops さん and the like from the end of a key.
func trimHonorific(key string) string {
	for _, h := range []string{"ちゃん", "くん", "さん", "君", "様", "さま", "たん", "ちん"} {
		if stem, ok := strings.CutSuffix(key, h); ok && stem != "" {
			return stem
		}
	}
	return key
}
