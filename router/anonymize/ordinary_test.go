package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// TestMisread: numbers in which a scanner took digits for letters, and dashes for characters.
func TestMisread(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"電話 O80-0222-11S4 まで":       "電話 [電話1] まで",
		"柏 葉 町 2 ー l4 です":           "[住所1] です",
		"梅 ヶ 丘 7 一 15 一 2 に す む":    "[住所1] に す む",
		"l年2組です":                    "[組1]です",
		"スマホはiPhone5Sです。B5のノート":     "スマホはiPhone5Sです。B5のノート",
		"千円じゃ足りない。五人に言われた。数百円とられた":  "千円じゃ足りない。五人に言われた。数百円とられた",
		"ノ一トがやぶれた":                  "ノ一トがやぶれた",
		"川北市南原4-7に住む祖母です":           "川北市[住所1]に住む祖母です",
		"梅園台2丁目の角の家":                "[住所1]の角の家",
		"学籍2207-15の生徒":              "学籍[番号1]の生徒",
		"機械科2年B組の生徒です":              "[組1]の生徒です",
		"うちは2-4全員からブロックされた":         "うちは[組1]全員からブロックされた",
		"札幌市梅園台2丁目3 電話0166-00-4321": "札幌市[住所1] 電話[電話1]",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}

// TestCalled: what somebody is called, which no list has, and what people are told that they are, which is nobody's name.
func TestCalled(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"クラスで「もち吉」と呼ばれてつらい":  "クラスで「[人物A]」と呼ばれてつらい",
		"あだ名がでかぞうになった":       "あだ名が[人物A]になった",
		"「ばい菌の人」と呼ばれて泣いた":    "「ばい菌の人」と呼ばれて泣いた",
		"「加湿器」って呼ばれてる":       "「加湿器」って呼ばれてる",
		"弟の天使（えんじぇる）が笑われた":   "弟の[人物A]（[人物B]）が笑われた",
		"海くんに言われた。海が見たい":     "[人物A]くんに言われた。海が見たい",
		"ファン・ハッサンが笑われてる":     "[人物A]が笑われてる",
		"やまもっちゃんに押された":       "[人物A]に押された",
		"喫茶まどかの二階にいる":        "[場所1]の二階にいる",
		"コンビニまで走った。カラオケで歌った": "コンビニまで走った。カラオケで歌った",
		"湊小でけられた。最小で三人":      "[学校1]でけられた。最小で三人",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}
