package anonymize

import (
	"slices"
	"strings"
	"time"

	"madoguchi/triage/japanese"
)

func digit(r rune) bool  { return r >= '0' && r <= '9' }
func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func word(r rune) bool   { return digit(r) || letter(r) || r == '_' || r == '.' || r == '-' || r == '+' }

// numeral reports whether r writes a number, kanji included.
func numeral(r rune) bool {
	switch r {
	case '〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '元', '廿', '卅':
		return true
	}
	return digit(r)
}

// typed finds what has a form of its own: addresses of the net, telephone numbers, dates of birth, numbers.
func (s *scan) typed() {
	for i := 0; i < len(s.rs); i++ {
		switch r := s.rs[i]; {
		case r == '@':
			s.mailOrHandle(i)
		case letter(r) && !word(s.rune(i-1)):
			i = max(i, s.url(i)-1)
		case (digit(r) || r == '+') && !digit(s.rune(i-1)):
			if end := s.postcode(i); end > i {
				s.add(i, end, TypeAddress, 1)
				i = end - 1
			} else if end := s.phone(i); end > 0 {
				i = end - 1
			} else {
				s.number(i)
			}
		}
		if r := s.rs[i]; numeral(r) && !numeral(s.rune(i-1)) || strings.ContainsRune("平昭令西HSRへしれ", r) {
			s.birth(i)
		}
		switch {
		case letter(s.rs[i]) && !letter(s.rune(i-1)):
			s.englishBirth(i)
		case s.class(i) == japanese.Hiragana || s.class(i) == japanese.Katakana:
			s.saidBirth(i)
			s.feastBirth(i)
		case s.class(i) == japanese.Kanji:
			s.feastBirth(i)
		}
	}
	s.cars()
	s.spokenPhones()
	s.spelled()
	s.spelledNet()
	s.labelled()
	s.accounts()
	s.codes()
	s.kanaMail()
	s.kanaHost()
}

func (s *scan) mailOrHandle(i int) {
	start := i
	for start > 0 && (word(s.rs[start-1]) || strings.ContainsRune("%&'*/=?^~!#$", s.rs[start-1])) {
		start--
	}
	end := i + 1
	for end < len(s.rs) && word(s.rs[end]) {
		end++
	}
	for end > i+1 && strings.ContainsRune(".-+", s.rs[end-1]) {
		end--
	}
	domain := s.text(i+1, end)
	switch {
	case start < i && strings.Contains(domain, "."):
		s.add(start, end, TypeEmail, 1)
	case start < i && len(domain) >= 2:
		s.add(start, end, TypeEmail, 0.6)
	case end-i >= 3 && (end-i > 4 || strings.Trim(domain, "0123456789") != ""): // and not @15時
		s.add(i, end, TypeHandle, 1)
	default:
		s.add(i, s.kanaHandle(i), TypeHandle, 0.7)
	}
}

// maxHandle is how many runes an account's name of kana may have.
const maxHandle = 16

// kanaHandle returns the end of an account's name in Japanese that begins with the @ at i, as far as the picture or the Latin
// letters at its end: @ゆき🐰; or i. Behind the name of a service pictures are not needed.
func (s *scan) kanaHandle(i int) int {
	if c := s.class(i + 1); c != japanese.Hiragana && c != japanese.Katakana && c != japanese.Kanji {
		return i
	}
	end := i
	k := i + 1
	for c := s.class(k); k < i+maxHandle && (native(c) || c == japanese.Latin || c == japanese.Digit || s.rune(k) == '_' || c == japanese.Emoji && c != s.class(k-1)); c = s.class(k) {
		if k++; !native(c) {
			end = k
		}
	}
	if end == i && k < i+maxHandle && s.before(i, 8, handleLabels...) {
		for end = i + 3; end < k && s.one(end, "って", "が", "に", "を", "から", "という", "です", "の") == 0; {
			end++
		}
	}
	name := s.text(i+1, max(i+1, min(end, k)))
	name = strings.TrimRightFunc(name, func(r rune) bool { return !native(japanese.ClassOf(r)) })
	if end > k || s.a.words.stop[name] || s.a.words.generic(name) || s.a.words.danger[name] || s.a.words.kanaStop[japanese.HiraganaOf(name)] && !s.a.names.is(japanese.HiraganaOf(name), givenKana) {
		return i
	}
	return end
}

const tlds = " com jp net org io me tv app dev info xyz gg be ly co cc to biz link site online page club moe "

// url returns the end of a URL or an account's name that begins at i, or 0.
func (s *scan) url(i int) int {
	end := i
	for end < len(s.rs) && s.rs[end] > ' ' && s.rs[end] < 0x7f && !strings.ContainsRune("\"'<>()[]{}|,;", s.rs[end]) {
		end++
	}
	for end > i && strings.ContainsRune(".:!?", s.rs[end-1]) {
		end--
	}
	text := strings.ToLower(s.text(i, end))
	if at := strings.IndexByte(text, '@'); at == 0 || at > 0 && text[at-1] != '/' || s.rune(i-1) == '@' || strings.ContainsRune("★☆●◎", s.rune(i-1)) && word(s.rune(i-2)) {
		return 0
	}
	if (strings.HasPrefix(text, "http") || strings.HasPrefix(text, "ttp") || strings.HasPrefix(text, "hxxp")) && strings.Contains(text, "//") || strings.HasPrefix(text, "www.") {
		end = s.kanjiPath(end)
		s.add(i, end, TypeURL, 1)
		return end
	}
	if k := s.spaceBack(i); slices.ContainsFunc(ats, func(at string) bool { return s.back(k, at) < k }) {
		return s.spelledHandle(i, k) // or it is of an address of mail
	}
	host, _, _ := strings.Cut(text, "/")
	dot, slash := strings.LastIndex(host, "."), strings.IndexByte(text, '/')
	if dot > 1 && strings.Contains(tlds, " "+host[dot+1:]+" ") ||
		slash > 3 && strings.Contains(text[:slash], ".") && len(text) > slash+1 && strings.Trim(text[:slash], "0123456789./-") != "" {
		end = s.kanjiPath(end)
		s.add(s.scheme(i), end, TypeURL, 0.9)
		return end
	}
	if rest := strings.TrimPrefix(text, "no"); rest != text && strings.Trim(rest, ".-0123456789") == "" {
		return 0 // No.302517
	}
	if strings.HasPrefix(s.text(i, end), "ID") && native(s.class(i-1)) && end > i+2 {
		i += 2 // LINEのID|rinrin0412
	}
	// A name that only an account has: letters with an underscore, or long and mixed with digits.
	tail := end
	for tail > i && !letter(s.rs[tail-1]) && !digit(s.rs[tail-1]) && s.rs[tail-1] != '_' {
		tail--
	}
	name := s.text(i, tail)
	if user, number, ok := strings.Cut(name, "#"); ok && len(number) == 4 && strings.Trim(number, "0123456789") == "" && len(user) >= 2 {
		s.add(i, tail, TypeHandle, 0.9) // kei_d#0042
		return tail
	}
	if era := strings.IndexByte("HSRhsr", text[0]) >= 0; era && strings.Count(name, ".") == 2 && strings.Trim(name[1:], "0123456789.") == "" {
		return 0 // H25.1.17
	}
	start := i
	if s.rune(i-1) == '#' {
		start--
	}
	if len(name) >= 5 && s.one(tail, "がライン", "がLINE", "がline", "がインスタ", "がid", "がID", "がアカ", "ってアカ", "ってID", "ってid", "というアカ", "というID", "っていうアカ", "ってユーザ", "ってやつ") > 0 {
		s.add(start, tail, TypeHandle, 0.7)
		return tail
	}
	digits := strings.ContainsAny(name, "0123456789")
	if rest := strings.TrimLeft(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"); len(name)-len(rest) <= 3 && strings.Trim(rest, "0123456789") == "" {
		return 0 // S2024031, as codes finds it
	}
	if plain := strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789_.-") == ""; plain && len(name) >= 5 &&
		(strings.Contains(name, "_") || digits && len(name) >= 7 && !strings.Contains(name, "-") && !strings.HasPrefix(strings.ToLower(name), "iphone")) {
		s.add(start, tail, TypeHandle, 0.6)
		return tail
	}
	return 0
}

// phone returns the end of a telephone number that begins at i, or 0. Free numbers and short ones of the public services
// stay in the text, but are passed over.
func (s *scan) phone(i int) int {
	if letter(s.rune(i-1)) || s.rune(i-1) == '-' && digit(s.rune(i-2)) {
		return 0
	}
	var digits []rune
	groups, end, j := 1, 0, i
	if s.rs[i] == '+' {
		j++
	}
	for j < len(s.rs) {
		r := s.rs[j]
		if digit(r) {
			digits = append(digits, r)
			j++
			end = j
			continue
		}
		if end == j && len(digits) > 0 && strings.ContainsRune("-() .の・/", r) && len(digits) < 11 {
			k := j + 1
			for k < len(s.rs) && strings.ContainsRune("-() ", s.rs[k]) && k < j+3 {
				k++
			}
			if digit(s.rune(k)) {
				groups++
				j = k
				continue
			}
		}
		break
	}
	n, text := len(digits), string(digits)
	if s.rs[i] == '+' {
		if n >= 9 && n <= 14 {
			s.add(i, end, TypePhone, 1)
			return end
		}
		return 0
	}
	switch {
	case n == 0 || digits[0] != '0' || s.before(i, 8, idBefore...):
		return 0
	case strings.HasPrefix(text, "0120") || strings.HasPrefix(text, "0570") || s.is(i, "0800-"):
		if n >= 9 && n <= 11 {
			return end
		}
	case n == 10 || n == 11 || groups >= 3 && n >= 9 && n <= 12:
		s.add(i, end, TypePhone, 1)
		return end
	}
	return 0
}

// postcode returns the end of a postcode that begins at i, which a mark or a label in front of it or a prefecture behind it tells,
// or i. Where the house's number or a telephone's follows, that is no part of it.
func (s *scan) postcode(i int) int {
	j := i
	for n := range 7 {
		if n == 3 {
			j += s.one(j, "-", "の", " ")
		}
		if !digit(s.rune(j)) {
			return i
		}
		j++
	}
	if s.before(i, 3, "〒") {
		return j
	}
	more := digit(s.rune(j)) || s.rune(j) == '-' && digit(s.rune(j+1))
	if !more && (s.before(i, 12, postLabels...) || s.prefecture(s.skip(j, " 、\n", 2))) {
		return j
	}
	return i
}

var postLabels = []string{"郵便番号", "郵便ばんごう", "ゆうびんばんごう"}

// prefecture reports whether the name of a prefecture stands at i.
func (s *scan) prefecture(i int) bool {
	return slices.ContainsFunc(s.a.words.cities, func(c string) bool {
		n := i + len([]rune(c))
		return s.is(i, c) && (s.one(n, "都", "府", "県", "市") > 0 || c == "北海道")
	})
}

// idBefore are labels of numbers that no telephone has.
var idBefore = []string{"学籍番号", "受験番号", "会員番号", "学生番号", "口座"}

// number judges a run of digits that is no telephone number.
func (s *scan) number(i int) {
	if s.rune(i-1) == '-' && digit(s.rune(i-2)) {
		return // within a number
	}
	end, n := i, 0
	for end < len(s.rs) && (digit(s.rs[end]) || s.rs[end] == '-' && digit(s.rune(end+1))) {
		if digit(s.rs[end]) {
			n++
		}
		end++
	}
	switch {
	case n == 4 && s.before(i, 6, birthLabels...) && s.one(end, "年", "円", "人", "組") == 0:
		s.add(i, end, TypeDateOfBirth, 0.8)
	case n >= 5 && n <= 9 && s.before(i, 5, "電話", "TEL", "Tel", "tel", "携帯", "でんわ"):
		s.add(i, end, TypePhone, 0.8)
	case n >= 7 && !strings.ContainsRune("円年人個回秒分点件文%", s.rune(end)) && s.rune(i-1) != '#' && !isDate(s.text(i, end)):
		s.add(i, end, TypeIDNumber, 0.6)
	}
}

// isDate reports whether a number is a day as machines write it: 2024-01-05.
func isDate(number string) bool {
	_, err := time.Parse(time.DateOnly, number)
	return err == nil
}

// cars finds number plates: 旭川 500 さ 12-34.
func (s *scan) cars() {
	for i := range s.rs {
		if s.class(i) != japanese.Kanji || s.class(i+1) == japanese.Kanji {
			continue
		}
		j := s.skip(i+1, " ", 1)
		k := j
		for k < j+3 && digit(s.rune(k)) {
			k++
		}
		kana := s.skip(k, " ", 1)
		four := s.skip(kana+1, " ", 1)
		end := four
		for end < four+5 && (digit(s.rune(end)) || s.rune(end) == '-' || s.rune(end) == '・') {
			end++
		}
		if k-j < 2 || s.class(kana) != japanese.Hiragana || end == four || digit(s.rune(end)) || !digit(s.rs[end-1]) || s.rune(kana) == 'の' && !(k-j == 3 && slices.ContainsFunc(s.rs[four:end], func(r rune) bool { return r == '-' || r == '・' })) {
			continue
		}
		start := i
		for start > 0 && i-start < 3 && s.class(start-1) == japanese.Kanji {
			start--
		}
		start += s.one(start, "車")
		s.add(start, end, TypeIDNumber, 0.9)
	}
}
