package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// TestIdioms: what people say, and things that are called as people are, are nobody.
func TestIdioms(t *testing.T) {
	a := newAnonymizer(t)
	for _, text := range []string{
		"一日千秋の思いで待っています", "千里の道も一歩からって言われても", "凛としてるねって言われるの、嫌味だよね", "夜間も可です", "実が落ちてたのを拾って食えって言われた",
		"桃が嫌いって言っただけなのに、机に桃の缶詰を置かれる", "空と雲しか友達いない", "くるみ割り人形の役をとられた", "永久に会いたくない", "舞を習ってるって言ったら笑われた", "恵方巻を取られた",
		"端末が3台足りない。教室の端で泣いた", "1年のときから端の席", "スーパーのうらにいます",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != text {
			t.Errorf("%s → %s", text, got)
		}
	}
}

// TestJoined: two people are two, and what joins them to each other, to a title or to a number is none of them.
func TestJoined(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"牧と幸がうちのことバカち言うけん":                                                                         "[人物A]と[人物B]がうちのことバカち言うけん",
		"こはるとりおがわたしのノートにらくがきする":                                                                    "[人物A]と[人物B]がわたしのノートにらくがきする",
		"藤見小のみーちゃんと口きいてもらえへん":                                                                      "[学校1]の[人物A]ちゃんと口きいてもらえへん",
		"おとなりのたっくんが泣きよる":                                                                           "おとなりの[人物A]くんが泣きよる",
		"有馬と取り巻きのしげぽんうざすぎ":                                                                         "[人物A]と取り巻きの[人物B]うざすぎ",
		"じゅんぺいがわしの机にツバ吐くんじゃけど":                                                                     "[人物A]がわしの机にツバ吐くんじゃけど",
		"琉絆空くんがすてた":                                                                                "[人物A]くんがすてた",
		"うらにいます荻080-0604-1175":                                                                     "うらにいます[人物A][電話1]",
		"至急090 0917 4420まで":                                                                        "至急[電話1]まで",
		"べに先生がすき。もえぎせんせいもすき":                                                                       "[人物A]先生がすき。[人物B]せんせいもすき",
		"きのう先生がいった。おんがく先生がこわい":                                                                     "きのう先生がいった。おんがく先生がこわい",
		"愛は愛されキャラだからみんな味方する":                                                                       "[人物A]は愛されキャラだからみんな味方する",
		"望愛って書いてのあって読むんだけど":                                                                        "[人物A]って書いて[人物B]って読むんだけど",
		"保護者氏名　仲 宗 根　薫　TEL　O98-000-7l23":                                                           "保護者氏名　[人物A]　TEL　[電話1]",
		"Watashi wa Kurose Mio desu. Nihongo utenai PC desu. mio_k7@example.com ni henji kudasai.": "Watashi wa [人物A] desu. Nihongo utenai PC desu. [メール1] ni henji kudasai.",
		"さくらのしょうのやまね　ここなです":                                                                        "[学校1]の[人物A]です",
		"孫の健吾（平成二十五年十月十二日生）のことで":                                                                   "孫の[人物A]（[生年月日1]生）のことで",
		"電話は(0956)00-2718です":                                                                       "電話は[電話1]です",
		"LINEならharu-mochi26":                                                                       "LINEなら[アカウント1]",
		"愛永って書いてえな。それだけで笑われる":                                                                      "[人物A]って書いて[人物B]。それだけで笑われる",
		"馬鹿って書いてある。":                                                                               "馬鹿って書いてある。",
		"TikTokでもちもち餅🍡って名前の人":                                                                      "TikTokで[アカウント1]って名前の人",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}
