package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// nameBack returns where the proper name that ends before i begins, or i.
func (s *scan) nameBack(i int) int {
	start := i
	for start > 0 && i-start < 14 {
		c := s.class(start - 1)
		if c != japanese.Kanji && c != japanese.Katakana && !(c == japanese.Latin && start < i) && s.rs[start-1] != '・' {
			break
		}
		start--
	}
	start = s.trimLeft(start, i)
	if start == i {
		start = s.kanaWord(i)
		if w := s.text(start, i); start < i && s.rune(start-1) == 'が' && (w == "おか" || w == "だい" || w == "はら") {
			if k := s.kanaWord(start - 1); k < start-1 {
				return k // みどりがおか
			}
		}
		if start < i && s.rune(start-2) == '第' && numeral(s.rune(start-1)) {
			start -= 2 // 第二ひばり
		}
		return start
	}
	kanji := i - start
	switch r := s.rune(start - 1); {
	case (r == 'の' || r == 'が' && strings.ContainsRune("丘池浜原谷崎森台岡島関峰嶺峯", s.rs[start])) && kanji <= 6:
		// 東の森, 日の出台, 光が丘
		k := start - 1
		for k > 0 && start-1-k < 3 && s.class(k-1) == japanese.Kanji {
			k--
		}
		if kana := s.kanaWord(start - 1); r == 'が' && k == start-1 && kana < k && k-kana <= 5 {
			return kana // ひばりが丘
		}
		if n := start - 1 - k; n >= 1 && n <= 2 && !s.a.words.owner(s.text(k, start-1)) && s.joins(start, i) {
			start = k
		}
	case s.class(start-1) == japanese.Hiragana && s.a.words.generic(s.text(start, i)):
		if k := s.kanaWord(start); k < start && !s.a.words.owner(s.text(k, start)) {
			start = k // ひかり整形外科
		}
	case s.class(start-1) == japanese.Hiragana && strings.ContainsRune("橋台丘野市園山川浜原町沢ヶ第西東南北", s.rs[start]):
		if k := s.kanaWord(start); k < start && start-k <= 6 && !strings.ContainsRune("ゃゅょっんー", s.rs[k]) {
			start = k
		}
	}
	return start
}

// joins reports whether the kanji after の belong to one name with those before: a single common character, as in 東の森.
func (s *scan) joins(start, end int) bool {
	n := end - start
	return n <= 3 && !s.a.words.generic(s.text(start, end)) && !s.nameTokenLong(start, end)
}

func (s *scan) nameTokenLong(start, end int) bool {
	t := s.token(start)
	return t != nil && t.Start == start && t.End == end && end-start >= 2 && (t.Part == japanese.Region || t.Part == japanese.FamilyName)
}

// trimLeft drops times and roles in front of a name: 昨日若草, 隣駅.
func (s *scan) trimLeft(start, end int) int {
	for again := true; again && start < end; {
		again = false
		for _, w := range s.a.words.leading {
			if s.is(start, w) && start+len([]rune(w)) <= end {
				start += len([]rune(w))
				again = true
				break
			}
		}
	}
	return start
}

// kanaWord returns where the hiragana word that ends before i begins: at the last particle in front of it.
func (s *scan) kanaWord(i int) int {
	b := i
	for b > 0 && s.class(b-1) == japanese.Hiragana && i-b < 12 {
		b--
	}
	if b == i {
		return i
	}
	start := i
	for k := b; k < i; k++ {
		if t := s.token(k); t != nil && t.Start == k && (t.Part == japanese.Noun || t.Part.Name() || t.Part == japanese.ProperNoun || t.Part == japanese.Region || !t.Known || t.Part == japanese.NounState || t.Part == japanese.NounAction) {
			if k < start {
				start = k
			}
		} else if t != nil && t.Start == k {
			start = i
		}
	}
	if start == i {
		start = s.afterParticle(b, i)
	}
	if i-start < 2 || s.a.words.generic(s.text(start, i)) {
		return i
	}
	return start
}

// afterParticle returns where a hiragana word that the dictionary does not know begins, behind the last particle of the
// run from b to i, or i.
func (s *scan) afterParticle(b, i int) int {
	last := s.token(i - 1)
	if last == nil || last.Part == japanese.Particle || last.Part == japanese.Auxiliary || last.Part == japanese.Adjective || last.Part == japanese.Adverb {
		return i
	}
	for k := i - 2; k >= b; k-- {
		if t := s.token(k - 1); k == b || t != nil && t.End == k && t.Part == japanese.Particle {
			if first := s.token(k); i-k > 6 || first.Start == k && first.End == i && first.Known || k == b && s.class(b-1) == japanese.Kanji {
				return i
			}
			return k
		}
	}
	return i
}
