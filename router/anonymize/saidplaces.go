package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// saidAddress judges the numbers of an address that begin at i as they sound, behind a quarter's name in kana:
// みどりまち|にのはちのいち さくらそうにいまるさんごうしつ.
func (s *scan) saidAddress(i int) {
	j := i
	if _, end := s.said(i); s.is(i, "いっちょうめ") {
		j = i + 1
	} else if end == i {
		return
	}
	quarter := i
	if r := s.rune(i - 1); r == '、' || r == ' ' {
		quarter--
	}
	start := s.kanaQuarter(quarter)
	if start == quarter {
		return
	}
	n, strong := 0, false
	for n < 4 {
		_, k := s.said(j)
		if k == j && !(n == 0 && j > i) {
			break
		}
		n++
		if u := s.one(k, "ちょうめの", "ちょうめ", "ばんちの", "ばんち", "ばんの", "ばん", "ごう"); u > 0 {
			strong = true
			if j = k + u; s.rune(j) == ' ' {
				if _, next := s.said(j + 1); next > j+1 {
					j++
				}
			}
			continue
		}
		if j = k; s.rune(j) != 'の' {
			break
		}
		more := s.skip(j+1, " ", 1)
		if _, next := s.said(more); next == more {
			break
		}
		j = more
	}
	if strong || n >= 2 {
		s.add(start, s.saidRoom(j), TypeAddress, 0.8)
	}
}

// saidRoom returns the end of a house's name in kana and its room that follow at i: さくらそうにいまるさんごうしつ; or i.
func (s *scan) saidRoom(i int) int {
	j := s.skip(i, " 、の", 1)
	for k := j; k < j+maxKanaPlace && native(s.class(k)); k++ {
		u := s.one(k, "そう", "だんち", "はいつ", "ハイツ", "まんしょん", "マンション", "あぱーと", "アパート", "こーぽ", "コーポ", "めぞん", "メゾン")
		if u == 0 || k == j && s.one(k, "そう") > 0 {
			continue
		}
		if end := s.roomEnd(k + u); end > k+u {
			return end
		}
	}
	return i
}

// roomEnd returns the end of the number of a block and a room at i, in digits or as they sound; or i.
func (s *scan) roomEnd(i int) int {
	end := i
	for range 2 {
		k := s.skip(end, " の", 1)
		first := k
		for range 4 {
			_, n := s.spokenDigit(k)
			if n == 0 || s.is(k, "ごう") {
				break
			}
			k += n
		}
		if k == first {
			break
		}
		end = k + s.one(k, "ごうしつ", "号室", "ごうとう", "号棟", "ごうかん", "とう", "棟", "ごう", "号")
	}
	return end
}

// saidHouse judges a house in kana with its block and room: ひまわりだんち2ごうとう304, whose だんち stands at i.
func (s *scan) saidHouse(i int) {
	switch s.rs[i] {
	case 'だ', 'は', 'ま', 'あ', 'こ', 'そ':
	default:
		return
	}
	u := s.one(i, "だんち", "はいつ", "まんしょん", "あぱーと", "こーぽ", "そう")
	if u == 0 || s.class(i-1) != japanese.Hiragana {
		return
	}
	end := s.roomEnd(i + u)
	start := i
	for start > 0 && i-start < maxKanaPlace && s.class(start-1) == japanese.Hiragana && !s.particle(start-1, i) {
		start--
	}
	if i-start < 2 || end < i+u+3 || s.is(i, "そう") && s.one(end-2, "しつ", "とう") == 0 && !digit(s.rs[end-1]) {
		return
	}
	s.add(start, end, TypeAddress, 0.7)
}

// townEnds are how the names of quarters end in Latin letters.
var townEnds = []string{"cho", "chou", "machi", "dai", "oka", "mura", "dori", "hara", "hama"}

// latinAddress judges a quarter in Latin letters that begins at i, with its numbers: hamacho 2-3-15.
func (s *scan) latinAddress(i int) {
	if letter(s.rune(i-1)) || !letter(s.rs[i]) {
		return
	}
	j := i
	for letter(s.rune(j)) || s.rune(j) == '-' && letter(s.rune(j+1)) {
		j++
	}
	town := false
	for _, e := range townEnds {
		town = town || strings.HasSuffix(strings.ToLower(s.text(i, j)), e) && j-i > len(e)+1
	}
	k := s.skip(j, " ", 1)
	end := k
	for digit(s.rune(end)) || s.rune(end) == '-' && digit(s.rune(end+1)) && end > k {
		end++
	}
	if town && strings.ContainsRune(s.text(k, end), '-') {
		s.add(i, s.house(end), TypeAddress, 0.8)
	}
}

// schoolLabels are words behind which a school stands.
var schoolLabels = []string{"志望校は", "志望校が", "第一志望は", "前籍校は", "在籍校は", "出身校は", "進学先は", "転校先は", "母校は", "高校は", "中学は", "学校は", "所属校は"}

var schoolPhrases = phrasesIn(schoolLabels)

// labelledSchool judges the name of a school in kanji behind a label at i: 志望校は北斗女子.
func (s *scan) labelledSchool(i int) {
	n := schoolPhrases.at(s.rs, i)
	if n == 0 {
		return
	}
	start := i + n
	end := start
	for s.class(end) == japanese.Kanji && end-start < 8 {
		end++
	}
	name := s.text(start, end)
	if last := s.rune(end - 1); end-start < 2 || !strings.ContainsRune("子高中小工商農院園属援学校", last) || s.commonWord(start, end) || s.a.words.generic(name) || s.a.words.stop[name] ||
		!(end == len(s.rs) || s.one(end, "。", "、", "で", "に", "を", "の", "です", "だ", "が", "か", "と", " ") > 0) {
		return
	}
	s.add(start, end, TypeSchool, 0.6)
}

// latinSchool judges Minami-sho, nishi-kou: a name in Latin letters and which school it is.
func (s *scan) latinSchool(i int) {
	n := s.one(i, "-shougakkou", "-shogakko", "-chuugakkou", "-chugakko", "-koukou", "-koko", "-shou", "-sho", "-chuu", "-chu", "-kou", "-ko")
	if n == 0 || letter(s.rune(i+n)) || s.rune(i+n) == '-' {
		return
	}
	start := i
	for letter(s.rune(start - 1)) {
		start--
	}
	if i-start >= 3 {
		s.add(start, i+n, TypeSchool, 0.7)
	}
}
