package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// alike are kanji and kana that look like katakana: 夕カハシ, 夕力八シ.
var alike = map[rune]rune{'夕': 'タ', '力': 'カ', '八': 'ハ', '口': 'ロ', '工': 'エ', '卜': 'ト', '二': 'ニ', '三': 'ミ', '千': 'チ', 'べ': 'ベ', 'ぺ': 'ペ'}

// inKatakana returns the view with what looks like katakana, and stands in a word of it, as katakana; and whether there was any.
func inKatakana(v japanese.View) (japanese.View, bool) {
	rs := make([]rune, len(v.Runes))
	copy(rs, v.Runes)
	katakana := func(i int) bool {
		return i >= 0 && i < len(rs) && rs[i] != 'ー' && japanese.ClassOf(rs[i]) == japanese.Katakana
	}
	found := false
	for again := true; again; {
		again = false
		for i, r := range rs {
			if next := after(rs, i); numeral(r) && (next == 'つ' || japanese.ClassOf(next) == japanese.Kanji) {
				continue // 三つ
			}
			if k, ok := alike[r]; ok && (katakana(i-1) || katakana(i+1) && japanese.ClassOf(r) == japanese.Kanji) {
				rs[i], found, again = k, true, true
			}
		}
	}
	if !found {
		return v, false
	}
	n := -1
	v = v.Map(func([]rune, int) rune { n++; return rs[n] })
	return v, true
}

// after returns the character behind i, or 0.
func after(rs []rune, i int) rune {
	if i+1 < len(rs) {
		return rs[i+1]
	}
	return 0
}

// files are the ends of the names of pictures, films and papers.
var files = []string{".jpg", ".jpeg", ".png", ".gif", ".heic", ".mp4", ".mov", ".pdf", ".JPG", ".PNG", ".HEIC", ".MOV", ".MP4"}

// pictures finds names in the names of files: IMG_山田太郎.jpg. A file that is called by an everyday word alone stays.
func (s *scan) pictures() {
	for i, r := range s.rs {
		n := 0
		if r == '.' {
			n = s.one(i, files...)
		}
		if n == 0 {
			continue
		}
		start := i
		for start > 0 && i-start < maxLearned && (word(s.rs[start-1]) || s.class(start-1) == japanese.Kanji || s.class(start-1) == japanese.Katakana) {
			start--
		}
		if start == i || s.class(i-1) == japanese.Hiragana { // no word ends where hiragana goes on
			for start > 0 && i-start < maxLearned && (s.class(start-1) == japanese.Hiragana || word(s.rs[start-1])) {
				start--
			}
		}
		stem := strings.TrimFunc(s.text(start, i), func(r rune) bool { return word(r) })
		if stem == "" || s.a.names.is(japanese.HiraganaOf(stem), common) && !s.listedName(stem) || s.a.words.generics[stem] || s.a.words.kanaStop[japanese.HiraganaOf(stem)] || s.commonWord(start, i) {
			continue
		}
		s.add(start, i+n, TypeURL, 0.6)
	}
}

// digits are what stands for letters in names that shall not be seen: y4m4da.
var digits = strings.NewReplacer("4", "a", "3", "e", "1", "i", "0", "o")

// numbered returns the end of letters and digits that begin at i, where read as letters they are a name of the list; or i.
func (s *scan) numbered(i int) int {
	end, n := i, 0
	for end < len(s.rs) && (letter(s.rs[end]) || strings.ContainsRune("0134", s.rs[end])) {
		if !letter(s.rs[end]) {
			n++
		}
		end++
	}
	if n == 0 || end-i < 5 || n > 3 || word(s.rune(end)) || !letter(s.rs[i]) {
		return i
	}
	kana, ok := kanaOf(digits.Replace(strings.ToLower(s.text(i, end))))
	if !ok || !s.a.names.is(kana, familyKana|givenKana) {
		return i
	}
	return end
}
