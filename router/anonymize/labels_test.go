package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// TestLabels: numbers and accounts behind their labels, addresses of the net and of mail, telephone numbers, in the forms in which
// children, parents and scanners write them.
func TestLabels(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"タブレットのIDtb20-1187":                 "タブレットのID[番号1]",
		"タブレットのログインはs24-1187":               "タブレットのログインは[番号1]",
		"学生証No.30 2517":                     "学生証[番号1]",
		"学籍No　l9-0552":                      "学籍No　[番号1]",
		"学籍番号一九〇五五二":                        "学籍番号[番号1]",
		"図書カード4418207":                      "図書カード[番号1]",
		"ロッカー番号27":                          "ロッカー番号[番号1]",
		"パスワードはneko1234":                    "パスワードは[番号1]",
		"タブレットを5台、図書カードを1000円もらった":          "タブレットを5台、図書カードを1000円もらった",
		"学生証を2回なくした。端末IDを忘れた":               "学生証を2回なくした。端末IDを忘れた",
		"LINEのIDrinrin0412":                 "LINEのID[アカウント1]",
		"ラインID→rinrin-0412":                 "ラインID→[アカウント1]",
		"アットrin_0412のインスタ":                  "アット[アカウント1]のインスタ",
		"PSNのRyu-kun_2011":                  "PSNの[アカウント1]",
		"モンストのID829,114,337":                "モンストのID[アカウント1]",
		"トレーナーコード1122 3344 5566":            "トレーナーコード[アカウント1]",
		"LINEでIDを聞かれた":                      "LINEでIDを聞かれた",
		"yasutake_k＠example，jpまで":           "[メール1]まで",
		"mika@example・ne・jpに":               "[メール1]に",
		"k_ono@example,co,jp、電話は夜":          "[メール1]、電話は夜",
		"kuma3●example.comです":               "[メール1]です",
		"けー・おの・あっと・いぐざんぷる・どっと・こむ":           "[メール1]",
		"（http://example.org/ura/）に":        "（[URL1]）に",
		"https：//example.com/掲示板/3を見て":      "[URL1]を見て",
		"https;//example.com/a":             "[URL1]",
		"example，jp/bbsに":                   "[URL1]に",
		"いぐざんぷるどっとこむの掲示板":                   "[URL1]の掲示板",
		"080〜0604〜1175です":                   "[電話1]です",
		"TEL0166-00-3456、FAX 0166-00-3457":  "TEL[電話1]、FAX [電話2]",
		"2024-01-05に2,500円。1,2,3の3つ。A,Bの二人": "2024-01-05に2,500円。1,2,3の3つ。A,Bの二人",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}
