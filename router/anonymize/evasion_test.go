package anonymize_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/width"

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
	"letters": func(s string) string { return between(s, "x") },
	"waves":   func(s string) string { return between(s, "〜") },
	"notes":   func(s string) string { return between(s, "♪") },
	"hearts":  func(s string) string { return between(s, "❤") },
	"column":  func(s string) string { return between(s, "\n") },
	"hiragana": func(s string) string {
		return strings.NewReplacer("山田太郎", "やまだたろう", "髙橋", "たかはし", "渡辺", "わたなべ", "長谷川", "はせがわ").Replace(s)
	},
	"half width": func(s string) string {
		s = strings.NewReplacer("山田太郎", "ヤマダタロウ", "髙橋", "タカハシ", "渡辺", "ワタナベ", "長谷川", "ハセガワ", "やまぐち", "ヤマグチ", "みさき", "ミサキ").Replace(s)
		return width.Narrow.String(s)
	},
	"latin": func(s string) string {
		return strings.NewReplacer("山田太郎", "yamada taro", "髙橋", "Takahashi", "渡辺", "watanabe", "長谷川", "HASEGAWA", "やまぐち", "Yamaguchi", "みさき", "misaki").Replace(s)
	},
	"wide latin": func(s string) string {
		return strings.NewReplacer("山田太郎", "ｙａｍａｄａ", "髙橋", "Ｔａｋａｈａｓｈｉ", "渡辺", "ｗａｔａｎａｂｅ", "長谷川", "Ｈａｓｅｇａｗａ", "やまぐち", "Ｙａｍａｇｕｃｈｉ", "みさき", "ｍｉｓａｋｉ").Replace(s)
	},
	"leet": func(s string) string {
		return strings.NewReplacer("山田太郎", "y4m4da", "髙橋", "t4k4hashi", "渡辺", "w4tanabe", "長谷川", "haseg4wa", "やまぐち", "yam4guchi", "みさき", "mis4ki").Replace(s)
	},
	"look-alikes": func(s string) string {
		return strings.NewReplacer("山田太郎", "ヤマ夕゛夕口ウ", "髙橋", "夕力八シ", "渡辺", "ワ夕ナべ", "長谷川", "八セ力゛ワ", "やまぐち", "ヤマグチ", "みさき", "三サキ").Replace(s)
	},
	"picture's name": func(s string) string { return "IMG_" + s + ".jpg" },
	"long vowels": func(s string) string {
		return strings.NewReplacer("みさき", "みさきー", "やまぐち", "やまぐちー").Replace(s)
	},
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

// netDisguises are for addresses of mail and of the net.
var netDisguises = map[string]func(string) string{
	"wide": mapped(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}),
	"katakana marks": func(s string) string {
		return strings.NewReplacer("@", "アットマーク", ".", "ドット").Replace(s)
	},
	"hiragana marks": func(s string) string {
		return strings.NewReplacer("@", "あっとまーく", ".", "どっと").Replace(s)
	},
	"short at":      func(s string) string { return strings.NewReplacer("@", "あっと", ".", "どっと").Replace(s) },
	"brackets at":   func(s string) string { return strings.NewReplacer("@", "[at]", ".", "[dot]").Replace(s) },
	"round at":      func(s string) string { return strings.NewReplacer("@", "(at)", ".", "(dot)").Replace(s) },
	"apart at":      func(s string) string { return strings.NewReplacer("@", " at ", ".", " dot ").Replace(s) },
	"wide brackets": func(s string) string { return strings.NewReplacer("@", "【at】", ".", "【.】").Replace(s) },
	"around marks":  func(s string) string { return strings.NewReplacer("@", " @ ", ".", " . ").Replace(s) },
	"star at":       func(s string) string { return strings.NewReplacer("@", "★", "://", "：／／").Replace(s) },
	"hxxp":          func(s string) string { return strings.NewReplacer("https", "hxxps", ".", "[.]").Replace(s) },
	"ttp":           func(s string) string { return strings.NewReplacer("https", "ttps").Replace(s) },
	"crosses":       func(s string) string { return strings.NewReplacer("https", "××××s", "://", "：／／").Replace(s) },
	"wide colon":    func(s string) string { return strings.NewReplacer("://", "：／／").Replace(s) },
	"line":          func(s string) string { return strings.NewReplacer("@", "\n@", "/", "/\n").Replace(s) },
	"line in host":  func(s string) string { return strings.NewReplacer(".", ".\n").Replace(s) },
	"full stop":     func(s string) string { return strings.NewReplacer(".", "。").Replace(s) },
	"middots":       func(s string) string { return strings.NewReplacer(".", "・").Replace(s) },
	"katakana slash": func(s string) string {
		return strings.NewReplacer("/", "スラッシュ", ":", "コロン", ".", "ドット", "@", "アット").Replace(s)
	},
	"capitals": strings.ToUpper,
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

// TestDisguises: at least 96 of 100 disguised names, 97 of 100 disguised numbers and all disguised addresses of the net are seen, and every one that is not is named.
func TestDisguises(t *testing.T) {
	a := newAnonymizer(t)
	try := func(what string, share float64, words, frames []string, ways ...map[string]func(string) string) {
		n, missed := 0, 0
		for _, w := range ways {
			for way, f := range w {
				of, lost := n, missed
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
				if missed > lost {
					t.Logf("%s, %s: %d of %d missed", what, way, missed-lost, n-of)
				}
			}
		}
		t.Logf("%s: %d of %d seen", what, n-missed, n)
		if float64(n-missed) < share*float64(n) {
			t.Errorf("%s: only %d of %d seen", what, n-missed, n)
		}
	}
	try("names", 0.96, []string{"山田太郎", "髙橋", "渡辺", "やまぐち", "みさき", "長谷川"},
		[]string{"%sくんに叩かれた", "きのうがっこうのかえりに%sが石をなげてきてすごくこわかったです", "同じクラスの%sに無視されている", "犯人は%sです"}, disguises, nameDisguises)
	try("phones", 0.97, []string{"090-0123-4567", "0166-00-1239"},
		[]string{"電話は%sです", "%sにかけてください", "たすけて %s"}, disguises, phoneDisguises)
	try("addresses of the net", 1, []string{"mika.s12@example.com", "https://example.org/thread/4411"},
		[]string{"連絡は%sです", "%sにおくって", "ここに書かれた %s"}, disguises, netDisguises)
}

// TestOverSeveralMessages: a name or a number that is told piece by piece is seen where the pieces come together, as the text
// of a case that is searched or handed on; and what one message told whole is known in the next, however little is written of it.
func TestOverSeveralMessages(t *testing.T) {
	a := newAnonymizer(t)
	for _, pieces := range [][]string{{"090", "0123", "4567"}, {"0166", "00", "1239"}, {"09", "0012", "34567"}} {
		if hidden := strings.Join(pieces, "\n"); !covered(a, "%s", hidden) {
			t.Errorf("%q is not seen", hidden)
		}
	}
	var g anonymize.Glossary
	a.Redact("主犯は長谷川美咲です", &g, anonymize.Strict)
	for text, want := range map[string]string{"長谷川がまた": "[人物A]がまた", "美咲に言われた": "[人物A]に言われた", "はせがわのせい": "[人物A]のせい"} {
		if got := a.Redact(text, &g, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}

// TestBrokenLines: a name that goes on in the next line is seen, and no two lines make a name that are none.
func TestBrokenLines(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"たけ\nるに殴られた":       "[人物A]に殴られた",
		"きょうさく\nらちゃんがきた":   "きょう[人物A]ちゃんがきた",
		"佐\n藤に殴られた":        "[人物A]に殴られた",
		"もういや\nだ。きえたい":     "もういや\nだ。きえたい",
		"きょうは\nるすばん":       "きょうは\nるすばん",
		"学校いきたく\nないし\nにたい": "学校いきたく\nないし\nにたい",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%q → %q, want %q", text, got, want)
		}
	}
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
