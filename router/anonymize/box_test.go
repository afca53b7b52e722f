package anonymize_test

import (
	"strings"
	"testing"

	"madoguchi/router/anonymize"
)

// In a box for names every name goes, known to a dictionary or not, and what stands beside it stays.
func TestABoxForNames(t *testing.T) {
	a := newAnonymizer(t)
	for box, want := range map[string]string{
		"2年1組 水主町なぎさ":        "[組1] [人物A]",
		"水主町 なぎさ":            "[人物A]",
		"1年 ゆい":              "1年 [人物A]",
		"3年生の林、4年生の森 光":      "3年生の[人物A]、4年生の[人物B]",
		"古賀原ももか（姉）":          "[人物A]（姉）",
		"山田花子 佐藤次郎":          "[人物A] [人物B]",
		"担任：鴉取さん、教頭":         "担任：[人物A]さん、教頭",
		"不明":                 "不明",
		"Yamada Hanako":      "[人物A]",
		"6年 さくら・はると\n5年 そうた": "6年 [人物A]・[人物B]\n5年 [人物C]",
	} {
		got := a.Redact(box, &anonymize.Glossary{}, anonymize.Box).Text
		if got != want {
			t.Errorf("%q reads %q, not %q", box, got, want)
		}
	}
}

// Who stood in a box is known in all that follows, by either name.
func TestWhoStoodInABoxIsKnown(t *testing.T) {
	a := newAnonymizer(t)
	g := &anonymize.Glossary{}
	a.Redact("2年1組 水主町なぎさ、古賀原 ももか", g, anonymize.Box)
	text := a.Redact("放課後に水主町さんが、なぎさと古賀原ももかは別だと言った。水主町の机にももかの字がある。", g, anonymize.Strict).Text
	for _, name := range []string{"水主町", "なぎさ", "古賀原", "ももか"} {
		if strings.Contains(text, name) {
			t.Errorf("%s stands in %q", name, text)
		}
	}
}
