package anonymize_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"madoguchi/router/anonymize"
	"madoguchi/triage/japanese"
)

// between puts sep between the characters of s.
func between(s, sep string) string { return strings.Join(strings.Split(s, ""), sep) }

func mapped(f func(rune) rune) func(string) string {
	return func(s string) string { return strings.Map(f, s) }
}

// disguises are ways to write a name or a number so that a machine does not see it.
var disguises = map[string]func(string) string{
	"plain":        func(s string) string { return s },
	"zero width":   func(s string) string { return between(s, "\u200b") },
	"joiner":       func(s string) string { return between(s, "\u200d") },
	"soft hyphen":  func(s string) string { return between(s, "\u00ad") },
	"bidi":         func(s string) string { return "\u202e" + s + "\u202c" },
	"mark":         func(s string) string { return between(s, "\ufeff") },
	"selector":     func(s string) string { return between(s, "\ufe00") },
	"filler":       func(s string) string { return between(s, "\u2060") },
	"brackets":     func(s string) string { return "「" + s + "」" },
	"spaced":       func(s string) string { return between(s, " ") },
	"wide space":   func(s string) string { return between(s, "　") },
	"emoji behind": func(s string) string { return s + "😭" },
}

var nameDisguises = map[string]func(string) string{
	"dots":       func(s string) string { return between(s, ".") },
	"middots":    func(s string) string { return between(s, "・") },
	"slashes":    func(s string) string { return between(s, "/") },
	"stars":      func(s string) string { return between(s, "*") },
	"underlines": func(s string) string { return between(s, "_") },
	"katakana": mapped(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 0x60
		}
		return r
	}),
	"variants": func(s string) string {
		return strings.NewReplacer("高", "髙", "辺", "邉", "崎", "﨑", "斎", "齋", "浜", "濱", "沢", "澤").Replace(s)
	},
}

var phoneDisguises = map[string]func(string) string{
	"wide":     mapped(shift("0123456789-", "０１２３４５６７８９－")),
	"kanji":    mapped(shift("0123456789", "〇一二三四五六七八九")),
	"circles":  mapped(shift("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")),
	"bold":     mapped(shift("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")),
	"letter O": mapped(shift("0", "O")),
	"small o":  mapped(shift("0", "o")),
	"letter l": mapped(shift("1", "l")),
	"long":     mapped(shift("-", "ー")),
	"minus":    mapped(shift("-", "−")),
	"dots":     mapped(shift("-", ".")),
	"lines":    mapped(shift("-", "\n")),
	"の":        mapped(shift("-", "の")),
	"under":    mapped(shift("-", "_")),
	"bare":     func(s string) string { return strings.ReplaceAll(s, "-", "") },
	"kana": func(s string) string {
		return strings.NewReplacer("0", "ぜろ", "1", "いち", "2", "に", "3", "さん", "4", "よん", "5", "ご", "6", "ろく", "7", "なな", "8", "はち", "9", "きゅう").Replace(s)
	},
	"katakana": func(s string) string {
		return strings.NewReplacer("0", "ゼロ", "1", "イチ", "2", "ニ", "3", "サン", "4", "ヨン", "5", "ゴ", "6", "ロク", "7", "ナナ", "8", "ハチ", "9", "キュウ").Replace(s)
	},
	"keycaps": func(s string) string {
		return strings.NewReplacer("0", "0\ufe0f\u20e3", "9", "9\ufe0f\u20e3", "1", "1\ufe0f\u20e3").Replace(s)
	},
}

func shift(from, to string) func(rune) rune {
	f, t := []rune(from), []rune(to)
	return func(r rune) rune {
		for i, x := range f {
			if x == r {
				return t[i]
			}
		}
		return r
	}
}

// TestDisguises: at least 90 of 100 disguised names and 97 of 100 disguised numbers are seen.
func TestDisguises(t *testing.T) {
	a := newAnonymizer(t)
	try := func(what string, share float64, words, frames []string, ways ...map[string]func(string) string) {
		n, missed := 0, 0
		for _, w := range ways {
			for way, f := range w {
				for _, word := range words {
					for _, frame := range frames {
						hidden := f(word)
						n++
						if !covered(a, frame, hidden) {
							missed++
							t.Logf("missed, %s: %q", way, strings.Replace(frame, "%s", hidden, 1))
						}
					}
				}
			}
		}
		t.Logf("%s: %d of %d seen", what, n-missed, n)
		if float64(n-missed) < share*float64(n) {
			t.Errorf("%s: only %d of %d seen", what, n-missed, n)
		}
	}
	try("names", 0.90, []string{"山田太郎", "髙橋", "渡辺", "やまぐち", "みさき", "長谷川"},
		[]string{"%sくんに叩かれた", "きのうがっこうのかえりに%sが石をなげてきてすごくこわかったです", "同じクラスの%sに無視されている", "犯人は%sです"}, disguises, nameDisguises)
	try("phones", 0.97, []string{"090-0123-4567", "0166-00-1239"},
		[]string{"電話は%sです", "%sにかけてください", "たすけて %s"}, disguises, phoneDisguises)
}

// covered reports whether hidden, put into the frame, is redacted whole, marks and spaces aside.
func covered(a *anonymize.Anonymizer, frame, hidden string) bool {
	before, _, _ := strings.Cut(frame, "%s")
	start := utf8.RuneCountInString(before)
	text := []rune(strings.Replace(frame, "%s", hidden, 1))
	seen := make([]bool, len(text))
	for _, s := range a.Redact(string(text), nil, anonymize.Strict).Spans {
		for i := s.Start; i < s.End; i++ {
			seen[i] = true
		}
	}
	for i := start; i < start+utf8.RuneCountInString(hidden); i++ {
		switch japanese.ClassOf(text[i]) {
		case japanese.Kanji, japanese.Hiragana, japanese.Katakana, japanese.Latin, japanese.Digit:
			if !seen[i] && text[i] != 'の' {
				return false
			}
		}
	}
	return true
}
