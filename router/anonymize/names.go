package anonymize

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"madoguchi/triage/japanese"
)

//go:generate sh -c "go run ./gen > names.tsv"

//go:generate sh -c "go run ./gen words > everyday.txt"

//go:embed names.tsv
var namesTSV string

// everydayTXT is how words sound that are no names, or not only: a child who writes no kanji writes them so.
//
//go:embed everyday.txt
var everydayTXT string

// kind says what a word may be.
type kind uint8

const (
	family kind = 1 << iota
	given
	familyKana
	givenKana
	common // a word of every day, in hiragana
	today  // a given name of today's children, in kana
)

// names is the list of people's names of the IPA dictionary: 13,021 family names and 18,983 given names with readings.
type names struct {
	kinds    map[string]kind
	readings map[string]string // of a kanji name; "" where there are several
	lengths  map[[2]rune]uint8 // of the words that begin with two characters: bit n where one has n runes
	firsts   map[rune]int      // of kanji given names: how often a character begins one, and ends one
	lasts    map[rune]int
}

func newNames(w *words) *names {
	n := &names{kinds: make(map[string]kind, 96_000), readings: make(map[string]string, 30_000), lengths: make(map[[2]rune]uint8, 12_000), firsts: map[rune]int{}, lasts: map[rune]int{}}
	for line := range strings.Lines(namesTSV) {
		line = strings.TrimSuffix(line, "\n")
		k, rest, _ := strings.Cut(line, "\t")
		surface, reading, _ := strings.Cut(rest, "\t")
		whole, kana := family, familyKana
		if k == "g" {
			whole, kana = given, givenKana
			rs := []rune(surface)
			if len(rs) >= 2 && surface != reading {
				n.firsts[rs[0]]++
				n.lasts[rs[len(rs)-1]]++
			}
		}
		n.kinds[surface] |= whole
		n.kinds[reading] |= kana
		if old, ok := n.readings[surface]; ok && old != reading {
			reading = ""
		}
		n.readings[surface] = reading
	}
	for word := range strings.Lines(everydayTXT) {
		n.kinds[strings.TrimSuffix(word, "\n")] |= common
	}
	for word := range w.sounds {
		n.kinds[word] |= common
	}
	for name := range w.families {
		n.kinds[name] |= family
	}
	for name := range w.modern {
		n.kinds[name] |= given
	}
	for name := range w.modernKana {
		n.kinds[name] |= givenKana | today
	}
	for name := range w.foreign {
		n.kinds[japanese.HiraganaOf(name)] |= givenKana
	}
	for word := range n.kinds {
		if rs := []rune(word); len(rs) >= 2 && len(rs) <= longestWord {
			n.lengths[[2]rune(rs)] |= 1 << len(rs)
		}
	}
	for _, r := range modernFirsts {
		n.firsts[r] += 10
	}
	for _, r := range modernLasts {
		n.lasts[r] += 15
	}
	return n
}

func (n *names) is(word string, k kind) bool { return n.kinds[word]&k != 0 }

// reading returns the reading of a kanji name that has only one.
func (n *names) reading(word string) (string, bool) {
	r := n.readings[word]
	return r, r != "" && r != word
}

// split divides a full name into family and given name. The longest family name wins.
func (n *names) split(word string) (fam, giv string, ok bool) {
	for i := len(word); i > 0; {
		_, w := utf8.DecodeLastRuneInString(word[:i])
		i -= w
		f, g := word[:i], word[i:]
		kanji := n.is(f, family) && n.is(g, given) && utf8.RuneCountInString(word) >= 3
		kana := n.is(f, family|familyKana) && n.is(g, givenKana) && utf8.RuneCountInString(f) >= 2 && utf8.RuneCountInString(g) >= 2
		if kanji || kana {
			return f, g, true
		}
	}
	return "", "", false
}

// modern are characters that begin or end the given names of today's children, which a dictionary of 2007 lacks.
const (
	modernFirsts = "翔結心陽愛莉凛蓮颯湊葵悠樹陸律碧蒼駿琉瑠璃紗彩咲花音希美桜杏芽楓琴詩澪凪海空星月夢叶奏晴暖虹栞煌獅優柚妃唯俐玲怜日向朱新隼"
	modernLasts  = "斗翔太真人也生介佑輔樹大海空星月愛奈菜花香結衣音希咲央華莉凛乃歩桜夏心寧羽里磨馬雅哉亜叶芽瑚琉玖虎獅"
)

// shaped reports whether a kanji word looks like a given name: its characters begin and end given names often.
func (n *names) shaped(word []rune) bool {
	return len(word) >= 2 && len(word) <= 3 && n.firsts[word[0]] >= 8 && n.lasts[word[len(word)-1]] >= 12
}
