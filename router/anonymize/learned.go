package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// sure is how likely the learned part must be that a character belongs to a name before it is redacted in Strict mode,
// likely before it is in Readable mode too, certain where the word is an everyday one, and aWord where the dictionary has it and
// nobody is called so. What it thinks less likely than unheard is no name in kana, whatever a rule says, and above certainly a name
// of today's children is one also where it is a word, and above asked where only names are spelled so. They were chosen by messages of
// testdata/dev*.jsonl whose writers had been left out of what was learned (train -skip), and the share of ordinary words that is lost.
const (
	sure      = 0.06
	likely    = 0.70
	certain   = 0.70
	certainly = 0.45
	aWord     = 0.70
	unheard   = 0.02
	asked     = 0.15
)

// maxLearned is the length of the longest name, in runes. What is longer is noise.
const maxLearned = 24

// learned adds what the learned part finds and no rule did. It leaves the words by which a
// danger is seen.
func (s *scan) learned() {
	all := s.guesses
	type guess struct {
		t Type
		p float32
	}
	guesses := make([]guess, len(all))
	for i, p := range all {
		if s.covered(i) {
			continue
		}
		for _, g := range []guess{{TypePerson, p[1] + p[2]}, {TypeSchool, p[3] + p[4]}, {TypePlace, p[5] + p[6]}} {
			if g.p > guesses[i].p {
				guesses[i] = g
			}
		}
		if p[0] > 1-sure {
			guesses[i] = guess{}
		}
	}
	kana := []rune(japanese.HiraganaOf(string(s.rs)))
	w := s.a.words
	for i := range s.rs {
		for k := i; k < i+max(w.perils.at(s.rs, i), w.perils.at(kana, i), w.labels.at(s.rs, i)); k++ {
			guesses[k] = guess{}
		}
	}
	for i := 0; i < len(guesses); {
		j := i
		var top float32
		for j < len(guesses) && guesses[j].t != "" && guesses[j].t == guesses[i].t {
			top = max(top, guesses[j].p)
			j++
		}
		if j > i {
			s.addLearned(i, j, guesses[i].t, top)
		}
		i = max(j, i+1)
	}
}

// nobodys reports whether the learned part is all but certain that the kana from start to end are no name. Rules go by lists and
// by what stands beside a word, and in kana much sounds like a name that is none: こない|のに|パパ.
func (s *scan) nobodys(start, end int) bool {
	if s.guesses == nil || end == start+5 && s.is(start+1, "っちゃん") { // いっちゃん
		return false
	}
	for i := start; i < end; i++ {
		if c := s.class(i); c != japanese.Hiragana && c != japanese.Katakana {
			return false
		}
	}
	if s.called(end) {
		return s.likeliest(start, end) < unheard/2
	}
	return s.likeliest(start, end) < unheard
}

// likeliest is how likely the learned part is that a name stands from start to end, at the likeliest character; 0 where it is not
// asked.
func (s *scan) likeliest(start, end int) (p float32) {
	if s.guesses == nil {
		return 0
	}
	for i := start; i < end; i++ {
		p = max(p, 1-s.guesses[i][0])
	}
	return p
}

// wholeWords lets what was found from start to end begin and end with a word, where it is written in Latin letters or in katakana.
func (s *scan) wholeWords(start, end int) (int, int) {
	for start < end && letter(s.rs[start]) && letter(s.rune(start-1)) {
		start++ // of words in Latin letters all or nothing
	}
	for start < end && letter(s.rs[end-1]) && letter(s.rune(end)) {
		end--
	}
	for start < end && s.class(end-1) == japanese.Katakana && s.class(end) == japanese.Katakana && !s.covered(end) && end-start < maxLearned {
		end++ // a word in katakana is one
	}
	for start > 0 && start < end && s.class(start) == japanese.Katakana && s.class(start-1) == japanese.Katakana && !s.covered(start-1) && end-start < maxLearned {
		start-- // also where it was found from its middle on
	}
	return start, end
}

// bounds returns where what was found from start to end begins and ends as a name does; an empty range where it is none.
func (s *scan) bounds(start, end int, t Type, p float32) (int, int) {
	start, end = s.wholeWords(start, end)
	if (t == TypeSchool || t == TypePlace) && s.inCity(start, end) {
		return start, start
	}
	if t == TypePlace {
		end = s.shallow(start, end)
		if k := s.back(end, "職員"); k > start {
			end = k // くすのき児童館|職員
		}
	}
	if t == TypePerson && end > start && s.rs[end-1] == 'ー' && s.rune(end) == 'や' && s.class(end+1) == japanese.Punct {
		end++ // せーや、
	}
	if start >= end || end == start+1 && s.rs[start] == '生' && s.covered(start-1) {
		return start, start // 五月五日|生
	}
	for first := s.token(start); first.Part == japanese.Verb && first.Known && s.class(first.Start) == japanese.Kanji && first.End > first.Start+1; first = s.token(start) {
		if first.End >= end {
			return start, start // no name begins with a verb
		}
		start = first.End // 通う|こはる
	}
	if w := s.usual[start]; t == TypePerson && w.start < start && w.end-w.start >= 4 && w.end > start && w.end <= end-2 && s.class(start) == japanese.Hiragana && s.clauseStart(w.start) {
		start = w.end // まいに|ち|こはる
	}
	if t == TypePerson {
		end = s.guessed(start, s.uncalled(start, s.grown(start, end)), p)
	}
	return start, end
}

// addLearned adds what was found from start to end, with the probability p at its likeliest character.
func (s *scan) addLearned(start, end int, t Type, p float32) {
	w := s.a.words
	start, end = s.bounds(start, end, t, p)
	if end <= start {
		return
	}
	if t == TypePerson && p >= certain && s.restOf(start, end) {
		s.add(start, end, t, 0.6)
		return
	}
	if c := s.class(end - 1); c == japanese.Kanji && s.city(start, end) && !s.called(end) {
		return
	}
	if t == TypePerson && end-start >= 2 && s.covered(start-1) && strings.ContainsRune("とのがや", s.rs[start]) && s.class(start) == japanese.Hiragana && s.begins(start+1) {
		start++ // 牧|と|幸
	}
	text := s.text(start, end)
	kana := japanese.HiraganaOf(text)
	if w.stop[text] || w.city(text) && p < 0.95 {
		return
	}
	if end-start > maxLearned {
		return
	}
	everyday := w.everyday[text] || w.kanaStop[kana] || w.generic(text) || w.nickStop[kana]
	first := s.token(start)
	known := (p >= certainly || p >= asked && s.spelledSo(start, end)) && (s.a.names.is(kana, today) || w.modern[text] || hasKanji(text) && s.a.names.is(text, given)) && !(first.Part == japanese.Pronoun && first.End < end) // as children are called today
	if t == TypePerson && !s.called(end) && !known && (w.kanaStop[kana] && p < 0.9 || s.pronoun(start, end) || s.deed(start, end) || p < s.leastOfWord(start, end) && s.ordinary(start, end)) {
		return // nobody, however much it sounds like a name
	}
	h, called := w.honorific(s.rs, start)
	if called && h.n == end-start && (s.covered(start-1) || s.rune(start-1) == ']') {
		return // of whoever was found in front of it
	}
	if end == start+1 && t == TypePerson && p < 0.9 && s.class(start) == japanese.Kanji && s.class(start-1) == japanese.Kanji && first.End > end && first.Known && !first.Part.Name() {
		return // 唐|揚|げ
	}
	alone := start == 0 && end == len(s.rs)
	if end == start+1 && strings.ContainsRune("とがはにをもでやの", s.rs[start]) && (s.covered(start-1) || s.covered(end)) && !(s.rs[start] == 'の' && (s.ends[start] || s.placeAt(end))) || t == TypePerson && s.spoils(start, end) {
		return // what joins a name to the rest
	}
	if (everyday && !known || called) && (p < certain || alone) || !strings.ContainsFunc(text, writes) || strings.IndexFunc(text, unnumbered) < 0 {
		return
	}
	score := 0.4
	whole := start == 0 && end+1 == len(s.rs) && t == TypePerson && s.class(start) == japanese.Hiragana && s.class(end) == japanese.Hiragana
	if whole {
		end++ // みずぽ|よ
	}
	if p >= likely && !whole || alone && known { // in a box for a name: ゆい
		score = 0.6
	}
	s.add(start, end, t, score)
}

// placeAt reports whether a place or a school was found that begins at i.
func (s *scan) placeAt(i int) bool {
	return slices.ContainsFunc(s.out, func(o spot) bool {
		return o.start == i && (o.t == TypePlace || o.t == TypeSchool || o.t == TypeAddress)
	})
}

// spoils reports whether what stands behind start to end is no title but the end of the word: う|ら, ツバ吐|くん.
func (s *scan) spoils(start, end int) bool {
	if !s.called(end) {
		return false
	}
	t := s.token(end - 1)
	return end == start+1 && s.class(start) == japanese.Hiragana && s.usual[start].end > end ||
		t.Part == japanese.Verb && t.Known && t.End > end && s.class(end-1) == japanese.Kanji && s.class(end-2) != japanese.Kanji
}

// restOf reports whether what stands from start to end is the beginning of a name of kanji whose end was found: 姫|星ちゃん.
func (s *scan) restOf(start, end int) bool {
	return s.ends != nil && end-start <= 2 && s.class(start) == japanese.Kanji && s.class(end-1) == japanese.Kanji && s.class(end) == japanese.Kanji &&
		slices.ContainsFunc(s.out, func(o spot) bool { return o.t == TypePerson && o.start == end && o.end-o.start <= 2 })
}

// city reports whether what stands from start to end is the name of a city that no list has: 浜松|市.
func (s *scan) city(start, end int) bool {
	k := end
	if s.rs[end-1] == '市' {
		k--
	}
	return s.rune(k) == '市' && k-start >= 1 && s.class(start-1) != japanese.Kanji && s.one(k+1, "場", "電") == 0
}

// spelledSo reports whether what stands from start to end is a word that is spelled in katakana where it is a name: ソラは.
func (s *scan) spelledSo(start, end int) bool {
	return s.class(start) == japanese.Katakana && s.class(end-1) == japanese.Katakana && s.clauseStart(start) && s.one(end, "が", "は", "に", "と", "も", "から") > 0 &&
		!s.a.words.danger[s.text(start, end)]
}

// leastOfWord is how likely a word of the dictionary must be somebody's name: less where it is joined to a name, and where it is made
// as names of today are.
func (s *scan) leastOfWord(start, end int) float32 {
	joined := s.ends != nil && start >= 2 && strings.ContainsRune("とや、", s.rs[start-1]) && s.ends[start-1]
	if joined || end-start >= 2 && s.class(start) == japanese.Kanji && s.slot(end) && s.a.names.shaped(s.rs[start:end]) {
		return certainly
	}
	return aWord
}

// pronoun reports whether what stands from start to end is これ or ここ, perhaps with a particle behind it, and what follows that.
func (s *scan) pronoun(start, end int) bool {
	t := s.token(start)
	if t.Start != start || t.Part != japanese.Pronoun || !t.Known || t.End > end {
		return false
	}
	return t.End == end || s.token(t.End).Part == japanese.Particle
}

// ordinary reports whether what stands from start to end is a word of the dictionary that nobody is called by, or a piece of one.
func (s *scan) ordinary(start, end int) bool {
	if n := end - start; n == 1 || n == 2 && s.class(start) == japanese.Katakana || s.listedName(s.text(start, end)) {
		return false // 柚, カイ
	}
	if s.commonWord(start, end) {
		return true
	}
	for _, i := range []int{start, end - 1} {
		t := s.token(i)
		if (t.Start < start || t.End > end) && t.End-t.Start >= 2 && s.commonWord(t.Start, t.End) && s.class(i) != japanese.Hiragana {
			return true
		}
	}
	return false
}

// deed reports whether what stands from start to end is what somebody does: 共有|し, 協力|する.
func (s *scan) deed(start, end int) bool {
	t := s.token(start)
	return t.Start == start && t.End == end && t.Part == japanese.NounAction && t.Known && strings.ContainsRune("しすさせ", s.rune(end))
}

// inCity reports whether what stands from start to end is a city's name, or the beginning of one, perhaps behind its
// prefecture's.
func (s *scan) inCity(start, end int) bool {
	for _, c := range s.a.words.cities {
		if s.is(start, c) {
			n := start + len([]rune(c))
			if end <= n || end == n+1 && strings.ContainsRune("市県都府道", s.rs[n]) {
				return true
			}
			n += s.one(n, "県", "都", "府")
			return n < end && s.inCity(n, end)
		}
	}
	return false
}

// grown returns the end of a name of kanji with the last character that it lacks: 赤城悠|生.
func (s *scan) grown(start, end int) int {
	if end-start < 2 || s.class(end) != japanese.Kanji || s.class(end+1) == japanese.Kanji || s.class(end-1) != japanese.Kanji || s.class(start) != japanese.Kanji || s.covered(end) || s.called(end) ||
		!s.a.names.shaped(s.rs[end-1:end+1]) || s.token(end).Start < end && s.token(end).Known && !s.token(end).Part.Name() {
		return end
	}
	return end + 1
}

// writes reports whether names are written with r.
func writes(r rune) bool {
	switch japanese.ClassOf(r) {
	case japanese.Kanji, japanese.Hiragana, japanese.Katakana, japanese.Latin:
		return true
	}
	return false
}

func unnumbered(r rune) bool { return !numeral(r) }

// uncalled returns the end of a person's name without the title of kanji behind it: 柏原|教諭.
func (s *scan) uncalled(start, end int) int {
	for k := start + 1; k < end; k++ {
		if h, ok := s.a.words.honorific(s.rs, k); ok && k+h.n == end && !h.weak && s.class(k) == japanese.Kanji && s.class(k-1) == japanese.Kanji {
			return k
		}
	}
	return end
}

// shallow returns the end of a place's name without the word that says what is deep or high: 旭|橋.
func (s *scan) shallow(start, end int) int {
	for k := start; k < end; k++ {
		for _, x := range s.a.words.suffixes[s.rs[k]] {
			if x.out && k+len([]rune(x.text)) == end && s.is(k, x.text) {
				return k
			}
		}
	}
	return end
}
