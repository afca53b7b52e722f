package anonymize

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"madoguchi/triage/japanese"
)

//go:embed words.yaml
var wordsYAML []byte

// words are the lists of words.yaml, ready to be looked up.
type words struct {
	families, modern, modernKana, foreign, latinStop, stop, times, sounds, danger, everyday, kanaStop, nickStop, owners, generics, groups, notInBox, alsoEnds, english, abroad, latinNames set
	stopEnds                                                                                                                                                                               map[rune][]string // by the last character
	roles, leading, nickEnds, cities, asks                                                                                                                                                 []string
	rolesBy                                                                                                                                                                                map[rune][][]rune // by the last character
	cries, personal, idioms, acts, intro, listIntro, perils, deadly, labels, kin                                                                                                           phrases
	besideNames                                                                                                                                                                            [][]rune
	hon                                                                                                                                                                                    map[rune][]honorific
	someHon                                                                                                                                                                                gate // the first characters of hon
	suffixes                                                                                                                                                                               map[rune][]suffix
}

type set map[string]bool

// phrases finds the longest of many phrases at a place.
type phrases struct {
	by   map[rune][][]rune // by the first character
	some gate
}

// gate tells of most characters that no phrase begins with them: a bit for those that end alike.
type gate [4]uint64

func (g *gate) open(r rune)     { g[r>>6&3] |= 1 << (r & 63) }
func (g *gate) has(r rune) bool { return g[r>>6&3]>>(r&63)&1 != 0 }

// at returns the length of the longest phrase at i, or 0.
func (p *phrases) at(rs []rune, i int) int {
	if !p.some.has(rs[i]) {
		return 0
	}
	best := 0
	for _, w := range p.by[rs[i]] {
		if len(w) > best && i+len(w) <= len(rs) && slices.Equal(rs[i:i+len(w)], w) {
			best = len(w)
		}
	}
	return best
}

// honorific is how a person is called. A weak one is a role as well, and says nothing alone: 監督, 部長.
type honorific struct {
	text []rune
	n    int
	weak bool
	not  []string // what must not follow: 様子, 氏名
}

// honorific returns the honorific that stands at i.
func (w *words) honorific(rs []rune, i int) (honorific, bool) {
	if i >= len(rs) || !w.someHon.has(rs[i]) {
		return honorific{}, false
	}
	best := honorific{}
	for _, h := range w.hon[rs[i]] {
		end := i + len(h.text)
		if len(h.text) <= best.n || end > len(rs) || !slices.Equal(rs[i:end], h.text) {
			continue
		}
		rest := string(rs[end:min(len(rs), end+3)])
		if slices.ContainsFunc(h.not, func(n string) bool { return strings.HasPrefix(rest, n) }) {
			continue
		}
		h.n = len(h.text)
		best = h
	}
	return best, best.n > 0
}

// stopSuffix reports whether a run ends with a word that is called さん without being a name: お母, 担任.
func (w *words) stopSuffix(run string) bool {
	last, _ := utf8.DecodeLastRuneInString(run)
	return slices.ContainsFunc(w.stopEnds[last], func(e string) bool { return strings.HasSuffix(run, e) })
}

// owner reports whether the word before の owns what follows rather than being part of a name: 娘の小学校.
func (w *words) owner(word string) bool {
	return w.owners[word] || w.stop[word] || slices.Contains(w.roles, word)
}

// generic reports whether a place's or school's "name" names none: 近所の, 市立, 同じ.
func (w *words) generic(name string) bool { return w.generics[name] }

// city reports whether the run is a city or a prefecture: those stay.
func (w *words) city(run string) bool {
	for _, c := range w.cities {
		if run == c || strings.HasPrefix(run, c) && len(run) == len(c)+3 && strings.ContainsAny(run[len(c):], "市県都府道区町村内") {
			return true
		}
	}
	return false
}

// wordLists are the lists as they are written: words with spaces between.
type wordLists struct {
	English    string              `yaml:"english"`
	Abroad     string              `yaml:"abroad"`
	LatinNames string              `yaml:"latin_names"`
	Families   string              `yaml:"families"`
	Modern     string              `yaml:"modern"`
	ModernKana string              `yaml:"modern_kana"`
	Foreign    string              `yaml:"foreign"`
	Cries      string              `yaml:"cries"`
	Personal   string              `yaml:"personal"`
	Idioms     string              `yaml:"idioms"`
	LatinStop  string              `yaml:"latin_stop"`
	Stop       string              `yaml:"stop"`
	StopEnds   string              `yaml:"stop_ends"`
	Times      string              `yaml:"times"`
	Sounds     string              `yaml:"sounds"`
	Danger     string              `yaml:"danger"`
	Deadly     string              `yaml:"deadly"`
	Everyday   string              `yaml:"everyday"`
	KanaStop   string              `yaml:"kana_stop"`
	Asks       string              `yaml:"asks"`
	NickStop   string              `yaml:"nick_stop"`
	NickEnds   string              `yaml:"nick_ends"`
	Owners     string              `yaml:"owners"`
	Generics   string              `yaml:"generics"`
	Groups     string              `yaml:"groups"`
	Beside     string              `yaml:"beside_names"`
	NotInBox   string              `yaml:"not_in_box"`
	Roles      string              `yaml:"roles"`
	Kin        string              `yaml:"kin"`
	Leading    string              `yaml:"leading"`
	Cities     string              `yaml:"cities"`
	Acts       string              `yaml:"acts"`
	Intro      string              `yaml:"intro"`
	ListIntro  string              `yaml:"list_intro"`
	Honorifics string              `yaml:"honorifics"`
	Weak       string              `yaml:"weak_honorifics"`
	AlsoEnds   string              `yaml:"also_ends"`
	Not        map[string][]string `yaml:"not_before"`
	Schools    string              `yaml:"schools"`
	Places     string              `yaml:"places"`
	Open       string              `yaml:"open_places"`
	OpenKana   string              `yaml:"open_kana"`
	KanaSchool string              `yaml:"kana_schools"`
	KanaPlaces string              `yaml:"kana_places"`
}

// newWords reads the lists. They are part of the program: a mistake in them is a mistake in the program, and a test reads
// them.
func newWords() (*words, error) {
	var f wordLists
	if err := yaml.UnmarshalWithOptions(wordsYAML, &f, yaml.Strict()); err != nil {
		return nil, err
	}
	w := &words{
		labels: phrasesOf(strings.Join(slices.Concat(idLabels, handleLabels, accountLabels), " ")), perils: phrasesOf(f.Danger), deadly: phrasesOf(f.Deadly), cries: phrasesOf(f.Cries), personal: phrasesOf(f.Personal), idioms: phrasesOf(f.Idioms), families: setOf(f.Families), modern: setOf(f.Modern), modernKana: setOf(f.ModernKana), foreign: setOf(f.Foreign), latinStop: setOf(f.LatinStop), stop: setOf(f.Stop), times: setOf(f.Times), sounds: setOf(f.Sounds), danger: setOf(f.Danger), everyday: setOf(f.Everyday), kanaStop: setOf(f.KanaStop), asks: strings.Fields(f.Asks), nickStop: setOf(f.NickStop),
		owners: setOf(f.Owners), generics: setOf(f.Generics), groups: setOf(japanese.HiraganaOf(f.Groups)), notInBox: setOf(f.NotInBox), alsoEnds: setOf(f.AlsoEnds), english: setOf(f.English), abroad: setOf(f.Abroad), latinNames: setOf(f.LatinNames), stopEnds: map[rune][]string{},
		roles: strings.Fields(f.Roles), kin: phrasesOf(f.Kin), leading: strings.Fields(f.Leading), nickEnds: strings.Fields(f.NickEnds),
		cities: strings.Fields(f.Cities), acts: phrasesOf(f.Acts), intro: phrasesOf(f.Intro), listIntro: phrasesOf(f.ListIntro),
		rolesBy: map[rune][][]rune{}, hon: map[rune][]honorific{}, suffixes: map[rune][]suffix{},
	}
	for _, x := range strings.Fields(f.Beside) {
		w.besideNames = append(w.besideNames, []rune(x))
	}
	for r, list := range w.perils.by {
		w.perils.by[r] = slices.DeleteFunc(list, func(p []rune) bool { return len(p) == 1 }) // 橋 is in 橋本
	}
	for _, r := range w.roles {
		rs := []rune(r)
		w.rolesBy[rs[len(rs)-1]] = append(w.rolesBy[rs[len(rs)-1]], rs)
	}
	for _, e := range strings.Fields(f.StopEnds) {
		last, _ := utf8.DecodeLastRuneInString(e)
		w.stopEnds[last] = append(w.stopEnds[last], e)
	}
	for weak, list := range map[bool]string{false: f.Honorifics, true: f.Weak} {
		for _, h := range strings.Fields(list) {
			rs := []rune(h)
			w.hon[rs[0]] = append(w.hon[rs[0]], honorific{text: rs, weak: weak, not: f.Not[h]})
			w.someHon.open(rs[0])
		}
	}
	add := func(list string, t Type, out bool) {
		for _, x := range strings.Fields(list) {
			r := []rune(x)[0]
			w.suffixes[r] = append(w.suffixes[r], suffix{x, t, out})
		}
	}
	add(f.Schools, TypeSchool, false)
	add(f.Places, TypePlace, false)
	add(f.Open, TypePlace, true)
	add(f.KanaSchool, TypeSchool, false)
	add(f.KanaPlaces, TypePlace, false)
	add(f.OpenKana, TypePlace, true)
	return w, nil
}

func setOf(list string) set {
	s := set{}
	for _, w := range strings.Fields(list) {
		s[w] = true
	}
	return s
}

func phrasesOf(list string) phrases { return phrasesIn(strings.Fields(list)) }

func phrasesIn(list []string) phrases {
	p := phrases{by: map[rune][][]rune{}}
	for _, w := range list {
		rs := []rune(w)
		p.by[rs[0]] = append(p.by[rs[0]], rs)
		p.some.open(rs[0])
	}
	return p
}
