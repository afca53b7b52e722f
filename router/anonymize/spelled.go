package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// spoken are the words and look-alikes by which a digit is written so that no machine sees it: ゼロ九ゼロ, O8O, 〇九〇. The
// longest comes first where one begins another.
var spoken = map[rune][]struct {
	word  string
	digit byte
}{
	'ぜ': {{"ぜろ", '0'}}, 'れ': {{"れい", '0'}}, 'ま': {{"まる", '0'}}, 'い': {{"いち", '1'}}, 'に': {{"にい", '2'}, {"にー", '2'}, {"に", '2'}}, 'さ': {{"さん", '3'}}, 'よ': {{"よん", '4'}},
	'し': {{"しち", '7'}, {"し", '4'}}, 'ご': {{"ごお", '5'}, {"ごー", '5'}, {"ご", '5'}}, 'ろ': {{"ろく", '6'}}, 'な': {{"なな", '7'}}, 'は': {{"はち", '8'}}, 'ぱ': {{"ぱち", '8'}}, 'ひ': {{"ひと", '1'}}, 'ふ': {{"ふた", '2'}}, 'き': {{"きゅう", '9'}, {"きゅー", '9'}}, 'く': {{"く", '9'}},
	'〇': {{"〇", '0'}}, '○': {{"○", '0'}}, '◯': {{"◯", '0'}}, '零': {{"零", '0'}}, '一': {{"一", '1'}}, '二': {{"二", '2'}}, '三': {{"三", '3'}}, '四': {{"四", '4'}}, '五': {{"五", '5'}},
	'六': {{"六", '6'}}, '七': {{"七", '7'}}, '八': {{"八", '8'}}, '九': {{"九", '9'}}, 'O': {{"O", '0'}}, 'o': {{"o", '0'}}, 'z': {{"zero", '0'}}, 'm': {{"maru", '0'}}, 'i': {{"ichi", '1'}}, 'n': {{"nana", '7'}, {"nii", '2'}, {"ni", '2'}}, 's': {{"shichi", '7'}, {"shi", '4'}, {"san", '3'}}, 'y': {{"yon", '4'}},
	'g': {{"go", '5'}}, 'r': {{"roku", '6'}, {"rei", '0'}}, 'h': {{"hachi", '8'}}, 'k': {{"kyuu", '9'}, {"kyu", '9'}, {"ku", '9'}}, 'l': {{"l", '1'}}, 'I': {{"I", '1'}}, '|': {{"|", '1'}},
}

// spokenDigit returns the digit that is written at i, and its length, which is 0 where there is none.
func (s *scan) spokenDigit(i int) (digitByte byte, n int) {
	r := s.rune(i)
	if digit(r) {
		return byte(r), 1
	}
	for _, w := range spoken[japanese.ToHiragana(r)] {
		if w.word == "にい" && japanese.ToHiragana(s.rune(i+2)) == 'ち' {
			continue // に|いち
		}
		n = 0
		ok := len(w.word) == 1 || !letter(r) || !letter(s.rune(i-1)) && !letter(s.rune(i+len(w.word))) // a whole word
		for _, c := range w.word {
			ok = ok && japanese.ToHiragana(s.rune(i+n)) == c
			n++
		}
		if ok {
			return w.digit, n
		}
	}
	return 0, 0
}

// maxSpoken is how many digits of a telephone number are looked at.
const maxSpoken = 12

// spokenPhones finds telephone numbers whose digits are words, look-alikes, or spread over lines.
func (s *scan) spokenPhones() {
	for i := 0; i < len(s.rs); i++ {
		if d, n := s.spokenDigit(i); n == 0 || d != '0' || digit(s.rune(i-1)) {
			continue
		}
		if end := s.postcode(i); end > i {
			i = end - 1
			continue
		}
		var digits []byte
		end := i
		for j := i; len(digits) < full(digits) || digit(s.rune(j)) && len(digits) < maxSpoken; {
			d, n := s.spokenDigit(j)
			if n == 0 {
				if k := s.skip(j, " -ーの・._/\n()、,を~〜*=→…", 3); k > j && len(digits) > 0 {
					if _, n := s.spokenDigit(k); n > 0 {
						j = k
						continue
					}
				}
				break
			}
			digits = append(digits, d)
			j += n
			end = j
		}
		if n := len(digits); (n == 10 || n == 11) && distinct(digits) >= 3 && !s.publicNumber(i, string(digits)) && !s.before(i, 8, idBefore...) {
			s.add(i, end, TypePhone, 0.9)
			i = end - 1
		}
	}
}

func distinct(digits []byte) int {
	seen := map[byte]bool{}
	for _, d := range digits {
		seen[d] = true
	}
	return len(seen)
}

// full is how many digits a telephone number has that begins with those: 11 of what is carried, else 10.
func full(digits []byte) int {
	if len(digits) >= 3 && digits[1] >= '5' && digits[2] == '0' {
		return 11
	}
	return 10
}

// publicNumber reports whether the digits that begin at i are a free number or one that many pay for.
func (s *scan) publicNumber(i int, digits string) bool {
	return strings.HasPrefix(digits, "0120") || strings.HasPrefix(digits, "0570") || s.is(i, "0800-")
}

// How the marks of addresses are spelled.
var (
	ats  = []string{"(アットマーク)", "(あっとまーく)", "(アット)", "(あっと)", "アットマーク", "あっとまーく", "アット", "あっと", "(at)", "[at]", "<at>", "@"}
	dots = []string{"(ドット)", "(どっと)", "ドット", "どっと", "(dot)", "[dot]", "(てん)", "(点)", "[.]", "(.)", " .", ". ", "。"}
)

// spelled finds addresses of mail and of the net whose marks are spelled out or set apart: mika アットマーク example.com,
// example[.]com/a.
func (s *scan) spelled() {
	for i := range s.rs {
		if n := s.one(i, ats...); n > 0 {
			s.spelledMail(i, n)
		}
		if n := s.one(i, dots...); n > 0 {
			s.spelledHost(i, n)
		}
	}
}

func (s *scan) spelledMail(i, n int) {
	left, right := i, i+n
	for s.rune(left-1) == ' ' {
		left--
	}
	start := s.latinBack(left)
	right = s.skip(right, " ", 2)
	end := s.latinHost(right)
	if left-start >= 2 && end-right >= 3 && (n > 1 || start < i) {
		s.add(start, end, TypeEmail, 0.9)
	}
}

// latinBack returns where the letters, digits and marks that end before i begin.
func (s *scan) latinBack(i int) int {
	for i > 0 && word(s.rs[i-1]) {
		i--
	}
	return i
}

// latinHost returns the end of a host's name at i, its dots perhaps spelled.
func (s *scan) latinHost(i int) int {
	for i < len(s.rs) {
		j := i
		for word(s.rune(j)) {
			j++
		}
		if j == i {
			return i
		}
		i = j
		k := s.one(i, dots...)
		if k == 0 || !letter(s.rune(s.skip(i+k, " ", 1))) {
			return i
		}
		i = s.skip(i+k, " ", 1)
	}
	return i
}

func (s *scan) spelledHost(i, n int) {
	start := s.latinBack(i)
	j := s.skip(i+n, " ", 1)
	end := j
	for letter(s.rune(end)) || s.rune(end) == '.' && letter(s.rune(end+1)) {
		end++
	}
	last := s.text(j, end)
	last = last[strings.LastIndexByte(last, '.')+1:]
	if i-start < 3 || last == "" || !strings.Contains(tlds, " "+strings.ToLower(last)+" ") {
		return
	}
	for end < len(s.rs) && (word(s.rs[end]) || strings.ContainsRune("/?=&#%~:", s.rs[end])) {
		end++
	}
	s.add(start, end, TypeURL, 0.8)
}

// apart are the marks that are put between the characters of a name so that it is not seen: や.ま.だ.
const apart = " ・./_-*|、,\n"

// together returns the view without the marks between characters that stand each for itself, three or more in a row or
// two kanji, and whether there were any.
func together(v japanese.View) (japanese.View, bool) {
	rs := v.Runes
	name := func(i int) bool {
		if i < 0 || i >= len(rs) {
			return false
		}
		c := japanese.ClassOf(rs[i])
		return c == japanese.Kanji || c == japanese.Hiragana || c == japanese.Katakana && rs[i] != 'ー'
	}
	kana := func(i int) bool { return name(i) && japanese.ClassOf(rs[i]) != japanese.Kanji }
	mark := func(i int) bool {
		if i < 0 || i >= len(rs) {
			return false
		}
		if strings.ContainsRune(apart, rs[i]) {
			return true
		}
		c := japanese.ClassOf(rs[i]) // 山♪田, and letters between kana: やxまxだ
		if name(i) || rs[i] == 'ー' || c == japanese.Space || strings.ContainsRune("。!?()「」々〆", rs[i]) {
			return false
		}
		return c != japanese.Latin && c != japanese.Digit || kana(i-1) && kana(i+1)
	}
	drop := make([]bool, len(rs))
	any := false
	for i := 0; i < len(rs); {
		j := i
		for name(j) && mark(j+1) && rs[j+1] == rs[min(i+1, len(rs)-1)] && name(j+2) {
			j += 2
		}
		n := (j - i) / 2 // marks
		kanji := n == 1 && rs[i+1] != '、' && rs[i+1] != '\n' && japanese.ClassOf(rs[i]) == japanese.Kanji && japanese.ClassOf(rs[j]) == japanese.Kanji &&
			(i == 0 || japanese.ClassOf(rs[i-1]) != japanese.Kanji) && (j+1 == len(rs) || japanese.ClassOf(rs[j+1]) != japanese.Kanji)
		if n >= 2 || kanji {
			for k := i + 1; k < j; k += 2 {
				drop[k], any = true, true
			}
		}
		i = max(j, i+1)
	}
	if !any {
		return v, false
	}
	i := -1
	return v.Map(func(rs []rune, _ int) rune {
		if i++; drop[i] {
			return -1
		}
		return rs[i]
	}), true
}

// sentence reports whether words in Latin letters stand there, of which a view without spaces made one.
func sentence(rs []rune) bool {
	n := 0
	for _, w := range strings.Fields(string(rs)) {
		if w == "at" || w == "dot" {
			return false
		}
		if len(w) >= 3 && letter(rune(w[0])) && letter(rune(w[1])) {
			n++
		}
	}
	return n >= 6
}

// inWords reports whether the spaces of a view stand between words, as small children put them, and not between
// characters, as scanners do.
func inWords(v japanese.View) bool {
	words := strings.Fields(string(v.Runes))
	single := 0
	for _, w := range words {
		if len([]rune(w)) == 1 {
			single++
		}
	}
	return len(words) > 1 && single*3 < len(words) && len(v.Runes) >= 3*len(words)
}
