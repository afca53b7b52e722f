package anonymize

import (
	"strings"
)

// netMarks are the marks of addresses as they are spelled, the longest first where one begins another.
var netMarks = []struct {
	word string
	mark byte
}{
	{"アットマーク", '@'}, {"あっとまーく", '@'}, {"アット", '@'}, {"あっと", '@'}, {"(at)", '@'}, {"[at]", '@'}, {"<at>", '@'}, {"【at】", '@'}, {" at ", '@'}, {"@", '@'},
	{"(アットマーク)", '@'}, {"(あっとまーく)", '@'}, {"(アット)", '@'}, {"(あっと)", '@'}, {"(AT)", '@'}, {"[AT]", '@'}, {"★", '@'}, {"☆", '@'}, {"●", '@'}, {"◎", '@'},
	{"(ドット)", '.'}, {"(どっと)", '.'}, {"ドット", '.'}, {"どっと", '.'}, {"(てん)", '.'}, {"(点)", '.'}, {"(dot)", '.'}, {"[dot]", '.'}, {"<dot>", '.'}, {"【dot】", '.'}, {"[.]", '.'}, {"(.)", '.'}, {"【.】", '.'}, {" dot ", '.'}, {"(DOT)", '.'}, {"[DOT]", '.'},
	{"。", '.'}, {"・", '.'}, {".", '.'}, {"、", '.'}, {",", '.'}, {"·", '.'}, {"点", '.'},
	{"スラッシュ", '/'}, {"すらっしゅ", '/'}, {"/", '/'}, {"コロン", ':'}, {"ころん", ':'}, {":", ':'}, {"アンダーバー", '_'}, {"あんだーばー", '_'}, {"ハイフン", '-'}, {"はいふん", '-'},
}

// maxNet is how many runes of a spelled address are looked at.
const maxNet = 200

// spelledNet finds addresses of mail and of the net that are read out, mark by mark, or broken over lines:
// mikaドットs12アットexampleドットcom.
func (s *scan) spelledNet() {
	for i := 0; i < len(s.rs); i++ {
		if s.is(i, "://") {
			i = s.crossed(i)
		}
	}
	for i := 0; i < len(s.rs); i++ {
		if !word(s.rs[i]) || word(s.rune(i-1)) {
			continue
		}
		text, end, marks := s.readOut(i)
		if t := netType(text); t != "" && marks > 0 {
			s.add(i, end, t, 0.9)
		}
		i = max(i, end-1) // each rune is read out once
	}
}

// readOut returns what is written at i with its marks as they are meant, its end, and how many were spelled or broken.
func (s *scan) readOut(i int) (text string, end, marks int) {
	var b strings.Builder
	end = i
	for j := i; j < len(s.rs) && j < i+maxNet; {
		if r := s.rs[j]; letter(r) || digit(r) || strings.ContainsRune("_-+?=&%#~", r) {
			b.WriteRune(r)
			j++
			end = j
			continue
		}
		k := j + s.one(j, " ", "\n")
		mark, n := s.netMark(j)
		if n == 0 && k > j {
			mark, n = s.netMark(k)
			j = k
		}
		if n == 0 {
			break
		}
		next := j + n
		gap := s.skip(next, "\n", 1)
		if gap == next && (mark == '@' || mark == '.' && (j-i <= 2 || strings.ContainsRune(b.String(), '@') || s.rs[j] != '.')) && s.rs[j] != ',' {
			gap = s.skip(next, " ", 1)
		}
		_, more := s.netMark(gap)
		if !word(s.rune(gap)) && more == 0 {
			if n == 1 && s.rs[j] == '/' && k == j {
				b.WriteByte('/')
				end = j + 1
			}
			break
		}
		if n > 1 || gap > next || k == j && s.rs[j] != rune(mark) || k > j {
			marks++
		}
		b.WriteByte(mark)
		j = gap
	}
	return b.String(), end, marks
}

// netMark returns the mark that stands at i, and its length. A comma is a dot of a scanner's where a short end of a host follows it.
func (s *scan) netMark(i int) (byte, int) {
	if s.rune(i) == ',' {
		end := i + 1
		for letter(s.rune(end)) {
			end++
		}
		if end < i+3 || end > i+5 || digit(s.rune(end)) || strings.ContainsRune("@_-", s.rune(end)) && end < len(s.rs) {
			return 0, 0
		}
	}
	for _, m := range netMarks {
		if s.is(i, m.word) {
			return m.mark, len([]rune(m.word))
		}
	}
	return 0, 0
}

// netType returns what an address is, or nothing.
func netType(text string) Type {
	text = strings.ToLower(text)
	if user, host, ok := strings.Cut(text, "@"); ok && len(user) > 1 && len(host) > 2 && strings.Trim(host, ".") != "" && letter(rune(host[0])) {
		return TypeEmail
	}
	for _, p := range []string{"http", "ttp", "hxxp"} {
		if strings.HasPrefix(text, p) && strings.Contains(text, "://") {
			return TypeURL
		}
	}
	host, _, _ := strings.Cut(text, "/")
	if dot := strings.LastIndexByte(host, '.'); dot > 2 && strings.Contains(tlds, " "+host[dot+1:]+" ") {
		return TypeURL
	}
	return ""
}

// crossed finds an address of the net whose first letters are crossed out: ××××s://example.org.
func (s *scan) crossed(i int) int {
	start, end := i, i+3
	for start > 0 && i-start < 6 && (letter(s.rs[start-1]) || strings.ContainsRune("×✕✖*〇○●h", s.rs[start-1])) {
		start--
	}
	for end < len(s.rs) && end-i < maxNet && s.rs[end] > ' ' && s.rs[end] < 0x7f && s.rs[end] != ')' {
		end++
	}
	if end-i > 6 {
		s.add(start, end, TypeURL, 0.9)
	}
	return end
}

// scheme returns where https: begins that stands in front of the host at i, whatever became of its marks: https;//, https: //; or i.
func (s *scan) scheme(i int) int {
	k := i
	for k > 0 && i-k < 5 && strings.ContainsRune(":;/ ", s.rs[k-1]) {
		k--
	}
	for _, w := range []string{"https", "http", "ttps", "ttp", "hxxps", "hxxp", "htpps", "hhtp"} {
		if start := s.back(k, w); start < k && k < i {
			return start
		}
	}
	return i
}

// maxSegment is how many runes of Japanese may stand between two slashes of an address of the net.
const maxSegment = 12

// kanjiPath returns the end of an address of the net with what is written in Japanese behind its slash at i and ends with a slash
// or a dot: https://example.com/掲示板/3.
func (s *scan) kanjiPath(i int) int {
	if s.rune(i-1) != '/' || !native(s.class(i)) {
		return i
	}
	end := i
	for end < i+maxSegment && native(s.class(end)) {
		end++
	}
	if s.rune(end) != '/' && (s.rune(end) != '.' || !letter(s.rune(end+1))) {
		return i
	}
	for word(s.rune(end)) || s.rune(end) == '/' {
		end++
	}
	return s.kanjiPath(end)
}

// kanaHost finds an address of the net that is written as it is read: いぐざんぷるどっとこむ, perhaps with a path behind it.
func (s *scan) kanaHost() {
	for i := range s.rs {
		if !s.says(i, "どっと") || s.covered(i) || s.before(i, maxHandle, "あっと", "アット") {
			continue
		}
		s.tokenize()
		k := s.skip(i+3, " ・", 1)
		for _, t := range kanaTLDs {
			if start := s.playerFrom(i); s.says(k, t) && i-start >= 3 {
				end := k + len([]rune(t))
				for s.says(end, "すらっしゅ") {
					for end += 5; (native(s.class(end)) || word(s.rune(end))) && s.one(end, accountEnds...) == 0 && !s.says(end, "すらっしゅ"); {
						end++
					}
				}
				s.add(start, end, TypeURL, 0.7)
			}
		}
	}
}
