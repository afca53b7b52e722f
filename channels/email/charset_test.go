package email

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func encoded(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	s, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestDecode(t *testing.T) {
	jis := func(s string) string { return encoded(t, japanese.ISO2022JP, s) }
	sjis := func(s string) string { return encoded(t, japanese.ShiftJIS, s) }
	euc := func(s string) string { return encoded(t, japanese.EUCJP, s) }
	const words = "むすめが学校で泣いています。ﾃｽﾄです"
	for _, tt := range []struct{ name, data, label, want string }{
		{"the plain one", jis("むすめが学校で"), "ISO-2022-JP", "むすめが学校で"},
		{"numbers in circles, and a ladder 高", "\x1b$B-!|b\x1b(B", "iso-2022-jp-ms", "①髙"},
		{"its other names", jis("つらい"), "cp50220", "つらい"},
		{"its other names", jis("つらい"), "CP50221", "つらい"},
		{"its other names", jis("つらい"), "iso-2022-jp-3", "つらい"},
		{"its other names", jis("つらい"), "csISO2022JP", "つらい"},
		{"half kana by an escape", "\x1b(I6E\x1b(B", "iso-2022-jp", "ｶﾅ"},
		{"half kana by a shift", "\x0e6E\x0f!\x1b$B$\"\x1b(B", "cp50222", "ｶﾅ!あ"},
		{"half kana of eight bits", "\x1b$B$\"\x1b(B\xb6\xc5", "iso-2022-jp", "あｶﾅ"},
		{"the supplementary set", "\x1b$(D0!\x1b(B", "iso-2022-jp-1", "丂"},
		{"Chinese within", "\x1b$AVP\x1b(B", "iso-2022-jp-2", "中"},
		{"Korean within", "\x1b$(C0!\x1b(B", "iso-2022-jp-2", "가"},
		{"JIS X 0213, first plane", "\x1b$(Q$\"\x1b(B", "iso-2022-jp-2004", "あ"},
		{"JIS X 0213, second plane", "\x1b$(P!!\x1b(B", "iso-2022-jp-2004", "〓"},
		{"a character of a company", "\x1b$B$\"u!$$\x1b(B", "iso-2022-jp", "あ〓い"},
		{"the escape back is missing", "\x1b$B$\"$$\r\nabc", "iso-2022-jp", "あい\r\nabc"},
		{"cut in a character", "\x1b$B$\"$", "iso-2022-jp", "あ〓"},
		{"cut in an escape", "\x1b$B$\"\x1b(", "iso-2022-jp", "あ〓"},
		{"half kana alone", sjis("ｶﾞｯｺｳﾆｲｷﾀｸﾅｲ"), "shift_jis", "ｶﾞｯｺｳﾆｲｷﾀｸﾅｲ"},
		{"empty pairs of escapes", "\x1b$B\x1b(B\x1b$B$\"\x1b(B\x1b$B\x1b(B", "iso-2022-jp", "あ"},
		{"the escape characters are lost", "$B$\"$D$$(B abc", "iso-2022-jp", "あつい abc"},
		{"ASCII that only looks like it", "costs $B and (Bob)", "iso-2022-jp", "costs $B and (Bob)"},
		{"no label", jis("つらい"), "", "つらい"},
		{"a wrong label", jis("つらい"), "utf-8", "つらい"},
		{"Shift_JIS", sjis(words), "Shift_JIS", words},
		{"Shift_JIS by Windows", sjis("①髙～－"), "cp932", "①髙～－"},
		{"Shift_JIS by another name", sjis(words), "MS_Kanji", words},
		{"Shift_JIS without a label", sjis(words), "", words},
		{"Shift_JIS called UTF-8", sjis(words), "utf-8", words},
		{"Shift_JIS called Latin", sjis(words), "iso-8859-1", words},
		{"Shift_JIS called ISO-2022-JP", sjis(words), "iso-2022-jp", words},
		{"Shift_JIS called EUC-JP", sjis("学校に行きたくない。"), "euc-jp", "学校に行きたくない。"},
		{"a carrier's sign", sjis("つらい") + "\xf8\x9f", "Shift_JIS", "つらい〓"},
		{"EUC-JP", euc(words), "euc-jp", words},
		{"EUC-JP without a label", euc(words), "", words},
		{"EUC-JP called Shift_JIS", euc("学校に行きたくない。"), "shift_jis", "学校に行きたくない。"},
		{"UTF-8", "𠮷と髙と👩‍👧", "UTF-8", "𠮷と髙と👩‍👧"},
		{"UTF-8 with a mark", "\xef\xbb\xbfつらい", "utf-8", "つらい"},
		{"UTF-8 without a label", "つらい", "", "つらい"},
		{"UTF-8 called Shift_JIS", "つらいです", "shift_jis", "つらいです"},
		{"UTF-8 called ISO-2022-JP", "つらいです", "iso-2022-jp", "つらいです"},
		{"UTF-8 cut in a character", "つらいです"[:13], "utf-8", "つらいで〓"},
		{"UTF-7 is executed by nobody", "+ADw-script+AD4-", "utf-7", "+ADw-script+AD4-"},
		{"Latin", "caf\xe9", "iso-8859-1", "café"},
		{"Chinese", encoded(t, simplifiedchinese.GBK, "你好，我很难过"), "gb2312", "你好，我很难过"},
		{"UTF-16", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "つらい"), "utf-16", "つらい"},
		{"an unknown label", sjis(words), "x-nobody-knows", words},
		{"lines in two encodings", "つらいです\n" + sjis("学校のことです") + "\n" + jis("ひみつです"), "", "つらいです\n学校のことです\nひみつです"},
		{"control characters stay", "a\x00b", "", "a\x00b"},
	} {
		if got := decode([]byte(tt.data), tt.label); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestHeaderWords(t *testing.T) {
	whole := encoded(t, japanese.ISO2022JP, "学校のことで相談です")
	for _, tt := range []struct{ name, raw, want string }{
		{"nothing", "", ""},
		{"plain", "hello  world", "hello world"},
		{"one word", "=?utf-8?B?" + b64("相談です") + "?=", "相談です"},
		{"words and others", "Re: =?utf-8?Q?=E7=9B=B8_=E8=AB=87?= end", "Re: 相 談 end"},
		{"two words with a gap that is none", "=?utf-8?B?" + b64("相") + "?=\n =?utf-8?B?" + b64("談") + "?=", "相談"},
		{"cut in a character of UTF-8", "=?utf-8?B?" + b64("相談"[:4]) + "?= =?UTF-8?B?" + b64("相談"[4:]) + "?=", "相談"},
		{"cut in a character of ISO-2022-JP", "=?iso-2022-jp?B?" + b64(whole[:8]) + "?=\r\n\t=?iso-2022-jp?B?" + b64(whole[8:]) + "?=", "学校のことで相談です"},
		{"two encodings", "=?utf-8?B?" + b64("相") + "?= =?shift_jis?B?" + b64(encoded(t, japanese.ShiftJIS, "談")) + "?=", "相談"},
		{"no gap at all", "=?utf-8?B?" + b64("相") + "?==?utf-8?B?" + b64("談") + "?=", "相談"},
		{"a language", "=?utf-8*ja?B?" + b64("相談") + "?=", "相談"},
		{"raw ISO-2022-JP", whole, "学校のことで相談です"},
		{"raw Shift_JIS", encoded(t, japanese.ShiftJIS, "相談です"), "相談です"},
		{"raw UTF-8", "相談です", "相談です"},
		{"an unknown label", "=?x-y?B?" + b64("相談") + "?=", "相談"},
		{"spaces inside", "=?utf-8?Q?=E7=9B=B8 =E8=AB=87?=", "相 談"},
		{"damaged base64", "=?utf-8?B?55u46Ku=H?=", "相談"},
		{"not one", "=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
		{"line breaks are no line breaks", "=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"},
	} {
		if got := headerWords(tt.raw); got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

// Three hundred mails in every mixture of what programs say and do: all are taken, and of a hundred at least ninety-eight can be
// read.
func TestMailsInEveryEncoding(t *testing.T) {
	texts := []string{"学校に行きたくない。朝になるとおなかが痛くなります。", "きのう、くつをかくされました", "ＬＩＮＥでわるぐちを書かれた", "先生に言ったけど、なにもしてくれない！", "だれにも言わないでください。",
		"むすめがいじめられているようで、心配です。", "カバンをすてられました", "死にたいと言っています。助けてください", "５年２組の子がたたかれていました", "部活をやめたいです"}
	encodings := map[string]encoding.Encoding{"iso-2022-jp": japanese.ISO2022JP, "shift_jis": japanese.ShiftJIS, "euc-jp": japanese.EUCJP, "utf-8": encoding.Nop}
	h := newIndoors(t)
	n, good := 0, 0
	for _, text := range texts {
		for name, e := range encodings {
			data := encoded(t, e, text)
			for _, label := range []string{name, "", "utf-8", "iso-2022-jp", "us-ascii", "x-unknown", "Shift_JIS", "ISO-8859-1"} {
				way, body := "8bit", data
				if n%2 == 1 {
					way, body = "base64", b64(data)
				}
				m := h.one(t, from("a@example.jp")+"Subject: =?"+label+"?B?"+b64(data)+"?=\nContent-Type: text/plain; charset="+label+"\nContent-Transfer-Encoding: "+way+"\n\n"+body+"\n")
				if n++; strings.Count(m.Text, text) == 2 || label == "" && strings.Contains(m.Text, text) { // without a label it is no encoded word
					good++
				} else {
					t.Logf("%s called %q: %q", name, label, m.Text)
				}
			}
		}
	}
	if n < 300 || good*100 < n*98 {
		t.Errorf("%d of %d can be read", good, n)
	}
	t.Logf("%d of %d can be read", good, n)
}
