package anonymize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"madoguchi/router/anonymize/tagger"
	"madoguchi/triage/japanese"
)

// lists is what is built in, and of no city.
type lists struct {
	words  *words
	names  *names
	tagger *tagger.Tagger
}

// builtIn reads what is built in, when it is first asked for; all anonymizers of a process share it, and nothing changes it.
var builtIn = sync.OnceValues(func() (*lists, error) {
	w, err := newWords()
	if err != nil {
		return nil, fmt.Errorf("anonymize: words.yaml: %w", err)
	}
	learned, err := tagger.New()
	if err != nil {
		return nil, fmt.Errorf("anonymize: %w", err)
	}
	return &lists{w, newNames(w), learned}, nil
})

// New returns an Anonymizer that knows the city's own names. It returns at once; the dictionary loads in the background,
// and the first Redact waits for it.
func New(g Gazetteer) (*Anonymizer, error) {
	b, err := builtIn()
	if err != nil {
		return nil, err
	}
	a := &Anonymizer{tagger: b.tagger, tokens: japanese.NewTokenizer(), names: b.names, words: b.words, keep: map[string]bool{}}
	for _, k := range g.Keep {
		a.keep[plainKey(k)] = true
	}
	add := func(t Type, words string) {
		if rs := japanese.Fold(words).Dense().Runes; len(rs) >= 2 {
			a.known = append(a.known, known{rs, t})
		}
	}
	for _, s := range g.Schools {
		add(TypeSchool, s.Name)
		for _, short := range s.Short {
			add(TypeSchool, short)
		}
	}
	for _, s := range g.Stations {
		add(TypePlace, strings.TrimSuffix(s, "駅")+"駅")
	}
	for _, p := range g.Places {
		add(TypePlace, p)
	}
	slices.SortStableFunc(a.known, func(x, y known) int { return len(y.runes) - len(x.runes) })
	return a, nil
}

// Ready reports whether the dictionary is loaded, so that Redact does not wait.
func (a *Anonymizer) Ready() bool { return a.tokens.Ready() }

// known is a name of the gazetteer, folded.
type known struct {
	runes []rune
	t     Type
}

// spot is a suspicion: a range of runes, first of a view, at the end of the input.
type spot struct {
	start, end int
	t          Type
	score      float64 // how sure: 1 is a pattern that is nothing else, below weak only Strict listens
}

const weak = 0.5

// keycap is the frame that makes a digit an emoji.
const keycap = 0x20e3

// rank orders the types where spots overlap; the lowest wins.
var rank = map[Type]int{
	TypeUnreadable: 0, TypeURL: 1, TypeEmail: 2, TypeHandle: 4, TypePhone: 5, TypeIDNumber: 6, TypeDateOfBirth: 3,
	TypeAddress: 7, TypeSchool: 8, TypeClass: 9, TypePlace: 11, TypePerson: 12,
}

// Redact returns text with everything that points at people replaced, and enters what it found in g. Placeholders that
// are in the text already stay as they are. A nil g is a glossary for this text alone.
func (a *Anonymizer) Redact(text string, g *Glossary, m Mode) Result {
	if g == nil {
		g = &Glossary{}
	}
	in := []rune(text)
	spots := a.spots(in, g, m)
	var out strings.Builder
	res := Result{}
	at := 0
	for _, s := range spots {
		words := string(in[s.start:s.end])
		keys, full := a.keysOf(s.t, words)
		if m == Box && s.t == TypePerson {
			keys, full = a.boxKeys(words)
		}
		p := g.placeholder(s.t, words, keys, full, s.t == TypePerson && s.score < weak && a.everyday(words))
		out.WriteString(string(in[at:s.start]))
		out.WriteString(p)
		res.Spans = append(res.Spans, Span{s.start, s.end, s.t, p})
		at = s.end
	}
	out.WriteString(string(in[at:]))
	res.Text = out.String()
	return res
}

// spots returns what is to be redacted, in order and without overlap, in runes of the input.
func (a *Anonymizer) spots(in []rune, g *Glossary, m Mode) []spot {
	var found []spot
	seen := in
	if len(in) > MaxRunes {
		seen = in[:MaxRunes]
		found = append(found, spot{MaxRunes, len(in), TypeUnreadable, 1})
	}
	found = append(found, unreadable(seen)...)
	view := japanese.FoldRunes(seen).Map(dashes)
	views := []japanese.View{view}
	spaced := false
	if view.Spaced() {
		views = append(views, view.Dense())
		spaced = !inWords(view)
	} else if v, ok := together(view); ok {
		views = append(views, v)
	}
	alike, numbers := -1, -1 // those views
	dense := views[len(views)-1]
	if v, ok := inKatakana(dense); ok {
		alike, views = len(views), append(views, v)
	}
	if v, ok := inDigits(dense); ok {
		numbers, views = len(views), append(views, v)
	}
	h, old := inHiragana(view)
	if old {
		views = append(views, h)
	}
	for i, v := range views {
		s := newScan(a, v)
		s.spaced, s.unlearned = spaced && i == 0, old && i+1 < len(views) || i == alike
		s.typed()
		s.places()
		switch {
		case i == numbers: // of numbers alone it says more
		case !s.spaced:
			s.people(g)
		default:
			s.spacedNames()
		}
		s.homes()
		for _, f := range s.out {
			words := v.Runes[f.start:f.end]
			if m == Readable && f.score < weak || f.t == TypePerson && s.nothing(f.start, f.end) || f.t == TypePlace && s.idiom(f.start, f.end) || a.kept(g, words) {
				continue
			}
			people := []spot{f}
			if f.t == TypePerson {
				people = s.singly(f)
			}
			for _, f := range people {
				f.start, f.end = v.Span(f.start, f.end)
				for f.end < len(seen) && (seen[f.end] == keycap || seen[f.end] == 0xfe0f) {
					f.end++
				}
				if f.t != TypeEmail || !sentence(seen[f.start:f.end]) {
					found = append(found, f)
				}
			}
		}
	}
	found = a.abroadOf(view, g).instead(a, found, in)
	if m == Box {
		found = a.box(found, view, g)
	}
	return a.heed(in, resolve(found, append(placeholders(in), attached(in)...), in))
}

// dashes returns rune i as it is meant where a stroke can be a long vowel, a dash or a one, or -1 for what frames a digit.
func dashes(rs []rune, i int) rune {
	switch {
	case rs[i] == keycap:
		return -1
	case rs[i] == '一' && i > 0 && japanese.ClassOf(rs[i-1]) == japanese.Katakana && japanese.ClassOf(after(rs, i)) == japanese.Katakana:
		return 'ー' // ノ一ト
	case rs[i] == 'ー' && i > 0 && digit(rs[i-1]) && (digit(after(rs, i)) || upper(after(rs, i)) || strings.ContainsRune("いろはに", after(rs, i))):
		return '-' // 2ーA
	}
	return rs[i]
}

// nothing reports whether what stands from start to end is nobody: a word by which a danger is seen, or, in kana, what begins
// with one and nobody is called so; or a number, as an age is.
func (s *scan) nothing(start, end int) bool {
	w := s.a.words
	if w.danger[s.text(start, end)] && !s.calledSo(start, end) || !slices.ContainsFunc(s.rs[start:end], unnumbered) && !s.called(end) {
		return true
	}
	if s.is(end-1, "勝たん") || s.idiom(start, end) {
		return true // しか勝たん
	}
	if start > 0 && numeral(s.rs[start-1]) && end == start+1 && strings.ContainsRune("円人回個本枚", s.rs[start]) {
		return true // 1200円
	}
	if end-start >= 2 && strings.ContainsRune("円人", s.rs[end-1]) && !slices.ContainsFunc(s.rs[start:end-1], func(r rune) bool { return !numeral(r) && r != '千' && r != '万' && r != '数' }) && !s.called(end) {
		return true // 千円, 五人
	}
	return s.kana != nil && s.class(start) == japanese.Hiragana && w.deadly.at(s.kana, start) > 0 && !s.called(end) && !s.a.names.is(s.spoken(start, end), familyKana|givenKana)
}

// calledSo reports whether what stands from start to end is a name of one kanji that tells of a danger as well, and a child is
// called so: 海くん.
func (s *scan) calledSo(start, end int) bool {
	return end == start+1 && s.one(end, "くん", "ちゃん", "クン", "チャン") > 0 && everydayOne(s.text(start, end))
}

// inHiragana returns a text that has katakana and no hiragana, as old telephones write it, in hiragana: the words in it are
// Japanese, and the dictionary knows them so. Beside kanji katakana may be that of a note, 田中ﾀｸｼｰ代, unless particles are in it.
func inHiragana(v japanese.View) (japanese.View, bool) {
	n, kanji, particles := 0, 0, 0
	for i, r := range v.Runes {
		switch japanese.ClassOf(r) {
		case japanese.Katakana:
			n++
			if i > 0 && japanese.ClassOf(v.Runes[i-1]) == japanese.Kanji && strings.ContainsRune("ヲニハガノヘデトモッ", r) || r == 'ヲ' {
				particles++
			}
		case japanese.Kanji:
			kanji++
		case japanese.Hiragana:
			return v, false
		}
	}
	rs := []rune(japanese.HiraganaOf(string(v.Runes)))
	if n < 6 || len(rs) != len(v.Runes) || kanji > 0 && (particles == 0 || n < kanji) {
		return v, false
	}
	v.Runes = rs
	return v, true
}

func (a *Anonymizer) kept(g *Glossary, rs []rune) bool {
	if len(a.keep) == 0 && len(g.Keep) == 0 {
		return false
	}
	key := plainKey(string(rs))
	return a.keep[key] || slices.ContainsFunc(g.Keep, func(k string) bool { return plainKey(k) == key })
}

// plainKey is the folded writing of words without spaces and dashes.
func plainKey(words string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '(' || r == ')' {
			return -1
		}
		return r
	}, strings.ToLower(japanese.Fold(words).Dense().String()))
}

// resolve lets the stronger type win where spots overlap; what of the weaker sticks out stays a spot of its own. Spots of
// people that touch are one.
func resolve(found, protected []spot, in []rune) []spot {
	slices.SortFunc(found, func(x, y spot) int {
		return cmp.Or(rank[x.t]-rank[y.t], (y.end-y.start)-(x.end-x.start), x.start-y.start)
	})
	owner := make([]int32, len(in))
	for _, p := range protected {
		for i := p.start; i < p.end; i++ {
			owner[i] = -1
		}
	}
	for n, s := range found {
		for i := s.start; i < s.end; i++ {
			if owner[i] == 0 {
				owner[i] = int32(n + 1)
			}
		}
	}
	var out []spot
	for i := 0; i < len(in); {
		j := i + 1
		if owner[i] <= 0 {
			i = j
			continue
		}
		s := found[owner[i]-1]
		for j < len(in) && owner[j] > 0 && (owner[j] == owner[i] || found[owner[j]-1].t == s.t) {
			s.score = max(s.score, found[owner[j]-1].score)
			j++
		}
		out = append(out, spot{i, j, s.t, s.score})
		i = j
	}
	return slices.DeleteFunc(out, func(s spot) bool {
		for _, r := range in[s.start:s.end] {
			if c := japanese.ClassOf(r); c != japanese.Space && c != japanese.Punct {
				return false
			}
		}
		return true
	})
}

// unreadable finds runs of scripts and bytes that the detectors cannot judge. Two such characters are allowed, as faces
// drawn with letters have them.
func unreadable(in []rune) []spot {
	var out []spot
	for i := 0; i < len(in); i++ {
		if !alien(in[i]) {
			continue
		}
		end, n := i, 0
		for j := i; j < len(in) && (alien(in[j]) || japanese.ClassOf(in[j]) == japanese.Space || japanese.Invisible(in[j])); j++ {
			if alien(in[j]) {
				end, n = j+1, n+1
			}
		}
		if n >= 3 {
			out = append(out, spot{i, end, TypeUnreadable, 1})
		}
		i = end - 1
	}
	return out
}

func alien(r rune) bool {
	return (japanese.ClassOf(r) == japanese.Other || r == 0xfffd) && !japanese.Invisible(r)
}
