package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// fullNames finds a family name followed by a given name, with or without a space.
func (s *scan) fullNames() {
	n := s.a.names
	for i := 1; i < len(s.tokens); i++ {
		f, g := s.tokens[i-1], s.tokens[i]
		if f.Part == japanese.FamilyName && g.Part == japanese.GivenName && g.End-f.Start >= 3 && s.class(f.Start) == japanese.Kanji {
			s.add(f.Start, g.End, TypePerson, 0.8)
		}
	}
	for i := range s.rs {
		c := s.class(i)
		if c != japanese.Kanji && c != japanese.Hiragana || c == s.class(i-1) && c == japanese.Kanji && !s.boundaryKanji(i) {
			continue
		}
		if c == japanese.Hiragana && !s.boundary(i) {
			continue
		}
		for l := 1; l <= 5 && i+l < len(s.rs); l++ {
			if !n.is(s.text(i, i+l), family|familyKana) {
				continue
			}
			j := i + l
			if s.rs[j] == ' ' {
				j++
			}
			if end := s.shapedGiven(j); j > i+l && c == japanese.Kanji && l >= 2 && end > j {
				s.add(i, end, TypePerson, 0.8)
				continue
			}
			for m := min(5, len(s.rs)-j); m >= 1; m-- {
				giv := s.text(j, j+m)
				kana := s.class(j) == japanese.Hiragana
				if (j == i+l || c == japanese.Hiragana) && s.a.words.kanaStop[giv] && !(kana && c == japanese.Kanji && l >= 2 && m >= 3 && s.a.words.modernKana[giv]) || s.a.words.kanaStop[s.text(i, i+l)] {
					continue
				}
				if !n.is(giv, given|givenKana) || !s.slot(j+m) && !s.called(j+m) {
					continue
				}
				if spaced := j > i+l; m == 1 && (kana || l == 1) || kana && (!spaced && !(c == japanese.Kanji && m >= 2 && l >= 2) || m < 2) ||
					!spaced && s.commonWord(i, j+m) || !spaced && l+m < 3 {
					continue
				}
				if c == japanese.Hiragana && (l < 2 || !kana) {
					continue
				}
				s.add(i, j+m, TypePerson, 0.85)
				break
			}
		}
	}
}

// shapedGiven returns the end of a run of kanji at j that looks like a given name, or j.
func (s *scan) shapedGiven(j int) int {
	end := j
	for end < len(s.rs) && s.class(end) == japanese.Kanji && end-j < 4 {
		end++
	}
	if (s.slot(end) || s.called(end)) && !s.commonWord(j, end) && s.a.names.shaped(s.rs[j:end]) {
		return end
	}
	return j
}

func (s *scan) called(i int) bool {
	_, ok := s.a.words.honorific(s.rs, i)
	return ok
}

func (s *scan) boundaryKanji(i int) bool {
	t := s.token(i)
	return t != nil && t.Start == i
}

// commonWord reports whether the runes are one word of the dictionary that is no name.
func (s *scan) commonWord(start, end int) bool {
	t := s.token(start)
	return t != nil && t.Start == start && t.End == end && t.Known && !t.Part.Name() && t.Part != japanese.Region && t.Part != japanese.Organization && t.Part != japanese.ProperNoun
}

// kanjiNames finds names of kanji by what the dictionary says and by what stands around them.
func (s *scan) kanjiNames() {
	for i := 0; i < len(s.rs); {
		if s.class(i) != japanese.Kanji {
			i++
			continue
		}
		end := i
		for end < len(s.rs) && s.class(end) == japanese.Kanji {
			end++
		}
		s.kanjiRun(i, end)
		i = end
	}
}

func (s *scan) kanjiRun(b, end int) {
	start := s.trimLeft(b, end)
	if start == end || s.rs[start] == '日' && numeral(s.rune(start-1)) {
		return
	}
	run := s.text(start, end)
	n := s.a.names
	role := start > b || s.afterRole(start)
	ctx := s.slot(end)
	actor := ctx && s.act(start) && s.one(end, "が", "に", "と", "は", "も", "から", "って", "を", "、", "や") > 0
	if s.personal(start, end) && n.is(run, family|given) && !s.a.words.stop[run] && !s.a.words.danger[run] {
		s.add(start, end, TypePerson, 0.5)
		return
	}
	if s.a.words.stop[run] || s.a.words.city(run) {
		return
	}
	_, _, full := n.split(run)
	listed := n.is(run, family|given)
	everyday := s.a.words.everyday[run] || end-start == 1
	common := s.commonWord(start, end)
	region := s.token(start) != nil && s.token(start).Part == japanese.Region
	named := s.token(start) != nil && s.token(start).Start == start && s.token(start).End == end && s.token(start).Part.Name()
	opening := start == 0 || strings.ContainsRune("。\n 「、", s.rune(start-1))
	switch {
	case full && !common && end-start >= 3 && (ctx || named):
		s.add(start, end, TypePerson, 0.85)
	case listed && role && ctx && !everyday && (!common || n.is(run, given)):
		s.add(start, end, TypePerson, 0.8)
	case listed && role && actor && !s.a.words.stop[run]:
		s.add(start, end, TypePerson, 0.6)
	case listed && !everyday && !common && !region && end-start >= 2 && ctx:
		s.add(start, end, TypePerson, 0.7)
	case listed && !everyday && actor && (!common || n.is(run, family) && opening):
		s.add(start, end, TypePerson, 0.55)
	case named && !everyday && ctx:
		s.add(start, end, TypePerson, 0.6)
	case listed && !everyday && opening && s.class(end) == japanese.Hiragana && end-start >= 2 && (named && !common || s.act(start) && !ctx):
		s.add(start, end, TypePerson, 0.45) // 日向たすけて
	case end-start <= 3 && end-start >= 2 && !common && !listed && (role && ctx || actor) && s.unknownName(start, end):
		s.add(start, end, TypePerson, 0.45)
	case end-start <= 3 && end-start >= 2 && !common && !listed && opening && ctx && n.shaped(s.rs[start:end]) && s.unknownName(start, end):
		s.add(start, end, TypePerson, 0.4) // 咲良は食欲も
	case end-start == 1 && s.a.words.modern[run] && !strings.Contains("新暖晴旭詩律岳仁匠恋逢碧翠樹奏杏楓凪", run) && opening && s.one(end, "が", "に", "と", "から", "も") > 0:
		s.add(start, end, TypePerson, 0.4)
	case end-start == 1 && listed && (actor && !everydayOne(run) && s.one(end, "が", "に", "は", "と") > 0 && opening || role && actor):
		s.add(start, end, TypePerson, 0.4)
	case end-start > 2:
		s.inside(start, end)
	}
}

// personal reports whether what stands from start to end begins a clause and does, or suffers, what only people do: 東に蹴られた.
func (s *scan) personal(start, end int) bool {
	if start > 0 && !strings.ContainsRune("。\n 「、!?", s.rs[start-1]) && s.class(start-1) != japanese.Emoji &&
		!(s.class(start) == japanese.Kanji && strings.ContainsRune("でと", s.rs[start-1]) && s.token(start-1).Part == japanese.Particle) {
		return false
	}
	if t := s.token(start); t.Part == japanese.Verb && t.End > end {
		return false // 要ら|ない
	}
	k := s.one(end, "が", "に", "から", "と", "は", "も", "って", "のやつ", "ら", "達")
	for j := end + k; k > 0 && j < min(len(s.rs), end+k+3); j++ {
		if s.a.words.personal.at(s.rs, j) > 0 {
			return true
		}
	}
	return s.one(end, "のせい", "ばっか") > 0 || s.class(start) == japanese.Kanji && s.one(end, "の名前", "の親", "の机", "の母", "の父", "の保護者", "のLINE", "の証言", "のスマホ") > 0
}

// unknownName reports whether a run that the dictionary does not know as a word looks like a given name.
func (s *scan) unknownName(start, end int) bool {
	unknown := false
	for i := start; i < end; i++ {
		t := s.token(i)
		if t.Known && t.End-t.Start >= 2 && !t.Part.Name() && t.Part != japanese.Region {
			return false
		}
		unknown = unknown || !t.Known && t.Start >= start && t.End <= end
	}
	n := s.a.names
	return n.shaped(s.rs[start:end]) && !s.a.words.stopSuffix(s.text(start, end)) || unknown && n.lasts[s.rs[end-1]] > 0
}

// inside looks for a name at the end of a longer run: 同級生山田が.
func (s *scan) inside(start, end int) {
	t := s.token(end - 1)
	if t == nil || t.Start <= start || t.End != end || end-t.Start < 2 {
		return
	}
	word := s.text(t.Start, end)
	if (t.Part.Name() || s.a.names.is(word, family) && t.Part != japanese.Noun && t.Part != japanese.NounAction && t.Part != japanese.NounSuffix && t.Part != japanese.Region) &&
		!s.a.words.everyday[word] && !s.a.words.stop[word] && s.slot(end) {
		s.add(t.Start, end, TypePerson, 0.45)
	}
}

func everydayOne(run string) bool {
	return strings.Contains("森光海空花桜星愛夢希心南北東西林原谷泉窓雪月風春夏秋冬朝夜今昔前後中上下左右奥横隣命声音色形影道橋川山島岸浜池沢野畑田里町村国港旭暁昼", run)
}

// afterRole reports whether a role stands in front: 担任の, 息子の, 同じクラスの.
func (s *scan) afterRole(i int) bool {
	j := i
	if s.rune(j-1) == 'の' {
		j--
	}
	if s.rune(j-1) == '、' {
		j--
	}
	if j == i || j == 0 {
		return false
	}
	return slices.ContainsFunc(s.a.words.rolesBy[s.rs[j-1]], func(r []rune) bool {
		return j >= len(r) && slices.Equal(s.rs[j-len(r):j], r)
	})
}

// kanaNames finds names in hiragana or katakana where a name can stand: at the beginning of a clause or behind a particle,
// followed by a particle, in a sentence that tells what somebody did.
func (s *scan) kanaNames() {
	n := s.a.names
	for i := range s.rs {
		c := s.class(i)
		if c != japanese.Hiragana && c != japanese.Katakana || !s.nameStart(i) {
			continue
		}
		role := s.afterRole(i)
		for l := min(8, len(s.rs)-i); l >= 2; l-- {
			end := i + l
			if s.class(end-1) != c || s.class(end) == c && c == japanese.Katakana || !s.slot(end) {
				continue
			}
			word := s.spoken(i, end)
			if s.a.words.kanaStop[word] || s.a.words.stop[word] || s.inflected(i, end) || s.verbal(i, end) || s.nobody(i, end) || hasKanji(word) {
				continue
			}
			listed := n.is(word, familyKana|givenKana)
			particle := s.one(end, "が", "に", "と", "は", "も", "から", "って", "を", "の", "さえ", "や") > 0
			common := s.commonKana(i, end)
			switch {
			case listed && role && l >= 2 && !common:
				s.add(i, end, TypePerson, 0.7)
			case listed && l >= 3 && particle && s.act(i) && (!common || s.one(end, "が", "に", "と", "から") > 0 && l >= 3 && !s.nounSense(i, end)):
				s.add(i, end, TypePerson, 0.5)
			case listed && l == 2 && particle && s.act(i) && !common && s.class(i) == japanese.Katakana:
				s.add(i, end, TypePerson, 0.4)
			case l >= 3 && l <= 6 && particle && s.nickname(word):
				s.add(i, end, TypePerson, 0.45)
			default:
				continue
			}
			break
		}
	}
}

// nameStart reports whether a kana name may begin at i.
func (s *scan) nameStart(i int) bool {
	if i == 0 {
		return true
	}
	c, p := s.class(i), s.class(i-1)
	switch {
	case p == japanese.Space || p == japanese.Punct || p == japanese.Emoji:
		return s.rs[i-1] != '・' && s.rs[i-1] != '-'
	case c == japanese.Katakana:
		return p != japanese.Katakana
	case p == japanese.Hiragana:
		if s.boundary(i) {
			return true
		}
		// behind a name that was found, and its particle
		if s.ends != nil && (s.ends[i-1] && s.particleAt(i-1) || i >= 2 && s.ends[i-2] && s.one(i-2, "から", "とか", "って") > 0) {
			return true
		}
		return s.particleAt(i-1) && s.afterRole(i)
	case p == japanese.Kanji || p == japanese.Katakana:
		return false
	}
	return true
}

// inflected reports whether the runes are, for the dictionary, a verb, an adjective, an adverb or a particle.
func (s *scan) inflected(start, end int) bool {
	if t := s.token(end - 1); t != nil && t.Known && t.Start > start && t.End > end && t.End-t.Start >= 3 && t.Part != japanese.Particle {
		return true // a longer word begins within
	}
	t := s.token(start)
	if t == nil || t.Start != start || t.End < end || !t.Known {
		return false
	}
	switch t.Part {
	case japanese.Verb, japanese.Adjective, japanese.Adverb, japanese.Particle, japanese.Auxiliary, japanese.Pronoun, japanese.Interjection:
		return true
	case japanese.NounAdverb, japanese.NounState, japanese.NounAction, japanese.NounNumber:
		return true
	}
	return t.End > end && (t.Part == japanese.Noun)
}

// verbal reports whether a verb makes the runes: やりた|がる, たつの|に.
func (s *scan) verbal(start, end int) bool {
	t := s.token(start)
	if t.Part != japanese.Verb || t.Start != start || t.End != end-1 {
		return false
	}
	return s.rs[end-1] == 'た' && s.one(end, "がら", "がっ", "がる", "がり") > 0 || s.rs[end-1] == 'の' && !s.personal(start, end)
}

func (s *scan) commonKana(start, end int) bool {
	t := s.token(start)
	return t != nil && t.Start == start && t.End == end && t.Known && t.Part == japanese.Noun
}

// nounSense reports whether a kana word that is also a common noun is used as one: nothing personal stands near.
func (s *scan) nounSense(start, end int) bool {
	for _, o := range s.out {
		if o.t == TypePerson && o.end <= start && start-o.end <= 3 {
			return false
		}
	}
	return !s.a.names.is(s.text(start, end), givenKana)
}

// nickname reports whether a kana word ends as nicknames do.
func (s *scan) nickname(word string) bool {
	for _, end := range s.a.words.nickEnds {
		if stem, ok := strings.CutSuffix(word, end); ok && stem != "" && len([]rune(stem)) <= 4 && !s.a.words.nickStop[word] {
			return true
		}
	}
	return false
}
