package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// Dates of birth, classes and addresses in the forms in which children, grandparents, memos and scanners write them.
func TestFormsOfWriting(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"たんじょうびはへいせい２９ねん６がつ４かです":   "たんじょうびは[生年月日1]です",
		"昭和二十二年五月九日の生まれで、七十八になります": "[生年月日1]の生まれで、七十八になります",
		"生年月日　平成２５年ｌ月３０日":          "生年月日　[生年月日1]",
		"うちは平成23年の2月5日生まれ":         "うちは[生年月日1]生まれ",
		"長男は小6、H25.1.17生":          "長男は小6、[生年月日1]生",
		"ろくねんいちくみです":               "[組1]です",
		"2-BなんだけどクラスLINEうちだけいない":   "[組1]なんだけどクラスLINEうちだけいない",
		"住所聞取り：うめがおか３の９の１０":        "住所聞取り：[住所1]",
		"現住所は双葉ケ丘三の十一の六です":         "現住所は[住所1]です",
		"〒070-0040": "〒[住所1]",
		"〒０７０ー００４０　電話0166-00-1234":   "〒[住所1]　電話[電話1]",
		"〒070-0040 0166-00-1234":     "〒[住所1] [電話1]",
		"郵便番号070-0040":               "郵便番号[住所1]",
		"ゆうびんばんごうは０７０の００４０です":        "ゆうびんばんごうは[住所1]です",
		"070-0040 北海道旭川市10条通11丁目2-3": "[住所1] 北海道旭川市[住所2]",
		"町1-2-3":         "[住所1]",
		"大字黒部12-3に住んでます": "[住所1]に住んでます",
		"漢字の点数23-4でまけた":  "漢字の点数23-4でまけた",
		"赤字23-4":         "赤字23-4",
		"家は岩木沢字野脇23-4です": "家は[住所1]です",
		"へいせいの歌がすき。しょうわのおもちゃもある": "へいせいの歌がすき。しょうわのおもちゃもある",
		"しあいは3-2でかった。さんかいせん":     "しあいは3-2でかった。さんかいせん",
		"2020年の12月に引っこした":        "2020年の12月に引っこした",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
		for i := range text { // whatever a text begins with
			var g anonymize.Glossary
			check(t, text[i:], a.Redact(text[i:], &g, anonymize.Strict), &g)
		}
	}
}
