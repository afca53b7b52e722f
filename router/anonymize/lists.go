package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// lists passes along an enumeration: 三好、長門、陸奥です. Where one is a person, so is the next.
func (s *scan) lists() {
	var seeds []spot
	for i := range s.rs {
		if n := s.a.words.listIntro.at(s.rs, i); n > 0 {
			seeds = append(seeds, spot{start: i + n, end: i + n, t: TypePerson})
		}
	}
	for _, o := range s.out {
		if o.t == TypePerson {
			seeds = append(seeds, o)
		}
	}
	for len(seeds) > 0 {
		o := seeds[0]
		seeds = seeds[1:]
		j := o.end
		if o.start < o.end {
			h, ok := s.a.words.honorific(s.rs, j)
			if ok {
				j += h.n
			}
			k := s.skip(j, "と、や・,＆&→ ", 2)
			if k == j {
				continue
			}
			j = k
		}
		end := j
		for end < len(s.rs) && end-j < 5 && s.class(end) == s.class(j) && (s.class(j) == japanese.Kanji || s.class(j) == japanese.Katakana) {
			end++
		}
		word := s.text(j, end)
		if end-j == 1 && s.a.words.modern[word] && !s.covered(j) && (s.slot(end) || s.called(end)) {
			s.add(j, end, TypePerson, 0.5)
			continue
		}
		if end-j < 2 || numeral(s.rs[j]) || s.covered(j) || s.a.words.stop[word] || s.a.words.stopSuffix(word) || s.a.words.everyday[word] && !s.a.names.is(word, family) || !s.slot(end) && !s.called(end) {
			continue
		}
		listed := s.a.names.is(word, family|given) || s.a.names.is(japanese.HiraganaOf(word), familyKana|givenKana)
		if listed && (o.start == o.end || !s.commonWord(j, end) || s.a.names.is(word, family)) || end-j <= 3 && s.class(j) == japanese.Kanji && !s.commonWord(j, end) && s.unknownName(j, end) {
			x := spot{j, end, TypePerson, 0.5}
			s.add(x.start, x.end, x.t, x.score)
			seeds = append(seeds, x)
		}
	}
	s.listsBack()
}

// listsBack goes the other way: 心結と in front of a name.
func (s *scan) listsBack() {
	for n := 0; n < len(s.out); n++ {
		o := s.out[n]
		if o.t != TypePerson || o.start < 3 || !strings.ContainsRune("とや、・＆&", s.rs[o.start-1]) {
			continue
		}
		end := o.start - 1
		start := end
		for start > 0 && s.class(start-1) == japanese.Kanji && end-start < 5 {
			start--
		}
		start = s.trimLeft(start, end)
		word := s.text(start, end)
		if end-start < 2 || end-start > 3 || s.covered(start) || s.commonWord(start, end) || s.a.words.stop[word] || s.a.words.stopSuffix(word) || s.a.words.everyday[word] || s.a.words.city(word) && !s.a.names.is(word, family) {
			continue
		}
		if s.a.names.is(word, family|given) || s.a.names.lasts[s.rs[end-1]] > 0 && s.unknownParts(start, end) {
			s.add(start, end, TypePerson, 0.5)
		}
	}
}

// unknownParts reports whether no word of two characters is in the run.
func (s *scan) unknownParts(start, end int) bool {
	for i := start; i < end; i++ {
		if t := s.token(i); t != nil && t.Known && t.End-t.Start >= 2 {
			return false
		}
	}
	return true
}

func (s *scan) covered(i int) bool { return s.taken != nil && i >= 0 && i < len(s.taken) && s.taken[i] }

// again finds names that were found once, here or earlier in the case, wherever else they stand.
func (s *scan) again(g *Glossary) {
	known := map[string]bool{} // name → it was written so itself
	for _, o := range s.out {
		if o.t == TypePerson && o.score >= weak {
			known[s.text(o.start, o.end)] = true
		}
	}
	for _, e := range g.Entries {
		if e.Type != TypePerson || e.Doubtful {
			continue
		}
		for _, k := range e.Keys {
			if !known[k] {
				known[k] = false
			}
		}
		known[strings.ToLower(japanese.Fold(e.Words).String())] = true
	}
	for name, written := range known {
		rs := []rune(name)
		kana := japanese.ClassOf(rs[0]) == japanese.Hiragana
		one := len(rs) == 1 && japanese.ClassOf(rs[0]) == japanese.Kanji
		if len(rs) < 2 && !one || (kana && len(rs) < 3 || one) && s.guesses == nil || s.a.words.stop[name] || s.a.words.everyday[name] && !one || s.a.words.danger[name] {
			continue
		}
		least := float32(sure)
		if everydayOne(name) {
			least = 0.35 // 光くんのせいで光も
		}
		for i := 0; i+len(rs) <= len(s.rs); i++ {
			if s.rs[i] != rs[0] || !s.is(i, name) {
				continue
			}
			if one && (s.class(i-1) == japanese.Kanji || s.class(i+1) == japanese.Kanji || s.likeliest(i, i+1) < least) {
				continue
			}
			if strings.ContainsRune("県市都府", s.rune(i+len(rs))) && i+len(rs) < len(s.rs) {
				continue
			}
			if p := s.likeliest(i, i+len(rs)); kana && (!s.nameStart(i) && p < unheard || !s.slot(i+len(rs)) && !s.called(i+len(rs)) && p < 2*unheard || len(rs) < 3 && p < unheard/2) {
				continue
			}
			if kana && !written && s.a.names.is(name, common) && !s.personal(i, i+len(rs)) && !s.called(i+len(rs)) {
				continue // 朔 sounds like さく, and so does much else
			}
			s.add(i, i+len(rs), TypePerson, 0.6)
		}
	}
}

// spacedNames finds in a view with spaces what its spaces join: 三 浦　春 子. The view without spaces does the rest.
func (s *scan) spacedNames() {
	s.acts = make([]bool, len(s.rs))
	s.introductions()
	s.fullNames()
}
