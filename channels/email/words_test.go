package email

import (
	"strings"
	"testing"

	"madoguchi/channels"
)

// mailed is a mail of the desk as the person has it: its Message-ID and its text.
func (h *indoors) mailed(t *testing.T, who, text string) (id, body string) {
	t.Helper()
	r := channels.Reply{ID: "6f1c2f0a-1111-5222-8333-444455556666", Text: text, Link: "https://desk.example/#k=token"}
	m, err := h.compose(who, deskAddress, r)
	if err != nil {
		t.Fatal(err)
	}
	return m.GetMessageID(), h.body(false, text, r.Link)
}

func mark(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") }

// What the desk wrote is left out of an answer, however a program quotes it. What anybody else wrote stays, under whatever mark.
func TestAnswersWithoutOurWords(t *testing.T) {
	const who = "person@example.jp"
	h := newIndoors(t)
	id, body := h.mailed(t, who, "読みました。\n話してくれてよかった。いつでも書いてくださいね。")
	broken := strings.ReplaceAll(body, "話してくれて", "話して\nくれて")
	page := "<blockquote><p>" + strings.ReplaceAll(body, "\n", "<br>") + "</p></blockquote>"
	const outlook = "-----Original Message-----\nFrom: みほん市 まどぐち係 <desk@madoguchi.example>\nSent: Wednesday, November 25, 2026 10:00 AM\nTo: person@example.jp\nSubject: お知らせ（みほん市）\n\n"
	const japanese = "________________________________\n差出人: みほん市 まどぐち係 <desk@madoguchi.example>\n送信日時: 2026年11月25日 10:00\n宛先: person@example.jp\n件名: お知らせ（みほん市）\n\n"
	for _, tt := range []struct{ name, kind, said, want string }{
		{"marks below", "plain", "ありがとう\n\n2026年11月25日(水) 10:00 みほん市 まどぐち係 <desk@madoguchi.example>:\n" + mark(body), "ありがとう"},
		{"marks below, without a line above", "plain", "ありがとう\n" + mark(body), "ありがとう"},
		{"a line above in two", "plain", "ありがとう\n\n2026年11月25日(水) 10:00 みほん市 まどぐち係\n<desk@madoguchi.example>:\n" + mark(body), "ありがとう"},
		{"in English", "plain", "ありがとう\n\nOn Wed, Nov 25, 2026 at 10:00 AM みほん市 <desk@madoguchi.example> wrote:\n" + mark(body), "ありがとう"},
		{"marks above", "plain", mark(body) + "\n\nありがとう", "ありがとう"},
		{"words between", "plain", strings.Replace(mark(body), "> 話して", "うれしいです\n> 話して", 1), "うれしいです"},
		{"words under the mark", "plain", strings.Replace(mark(body), "> 話して", "> ほんとうは死にたいです\n> 話して", 1), "> ほんとうは死にたいです"},
		{"words under the mark, behind all", "plain", "はい\n" + mark(body) + "\n> ほんとうは死にたいです", "はい\n> ほんとうは死にたいです"},
		{"words under the mark alone", "plain", "> ほんとうは死にたいです", "> ほんとうは死にたいです"},
		{"a face that begins like a mark", "plain", ">_< つらいです", ">_< つらいです"},
		{"somebody else's words", "plain", "こう書かれました\n> 学校に来るな", "こう書かれました\n> 学校に来るな"},
		{"long lines broken", "plain", "ありがとう\n" + mark(broken), "ありがとう"},
		{"without marks", "plain", "ありがとう\n\n" + outlook + body, "ありがとう"},
		{"without marks, in Japanese", "plain", "こんにちは。\n先日はありがとう\n\n" + japanese + body, "こんにちは。\n先日はありがとう"},
		{"without marks, words behind", "plain", japanese + body + "\n\n下に書きます", "下に書きます"},
		{"quoted twice", "plain", "ありがとう\n> > " + strings.ReplaceAll(body, "\n", "\n> > "), "ありがとう"},
		{"a page", "html", "<div>ありがとう</div><div>2026年11月25日(水) 10:00 みほん市 まどぐち係 &lt;desk@madoguchi.example&gt;:</div>" + page, "ありがとう"},
		{"a page with words in the quotation", "html", "<p>はい</p>" + strings.Replace(page, "話して", "ほんとうは死にたい<br>話して", 1), "はい\n\n> ほんとうは死にたい"},
		{"nothing but ours", "plain", mark(body), emptyMail},
	} {
		raw := from(who) + "In-Reply-To: " + id + "\nSubject: Re: =?utf-8?B?" + b64("お知らせ（みほん市）") + "?=\nContent-Type: text/" + tt.kind + "; charset=utf-8\n\n" + tt.said
		if got := h.one(t, raw).Text; got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
	// Only the person to whom it went has a mail of the desk to quote; a mail that names one opens nothing.
	got := h.one(t, from("other@example.jp")+"In-Reply-To: "+id+"\nContent-Type: text/plain; charset=utf-8\n\nはい\n"+mark("話してくれてよかった。いつでも書いてくださいね。"))
	if _, who, _ := channels.OpenAddress(got.From); who != "other@example.jp" || !strings.Contains(got.Text, "話してくれて") {
		t.Errorf("from %q: %q", who, got.Text)
	}
}

// Some programs do not say which mail they answer. Then the desk's words are known by the line above them and their marks; and
// because that is no proof, the mail is kept.
func TestAnswersThatNameNoMail(t *testing.T) {
	h := newIndoors(t)
	const above = "2026年11月25日(水) 10:00 みほん市 まどぐち係 <desk@madoguchi.example>:\n"
	_, body := h.mailed(t, "person@example.jp", "話してくれてよかった。")
	for _, tt := range []struct{ name, said, want, folder string }{
		{"one line", "ありがとう\n\n" + above + "> 話してくれてよかった。", "ありがとう", keptFolder},
		{"all of it", "ありがとう\n\n" + above + mark(body), "ありがとう", keptFolder},
		{"words below", above + "> 話してくれてよかった。\n\nありがとう", "ありがとう", keptFolder},
		{"nothing else", above + "> ほんとうは死にたい", above + "> ほんとうは死にたい", acceptedFolder},
		{"somebody else's", "ありがとう\n\n2026年11月25日(水) 10:00 bully <bully@example.jp>:\n> 来るな", "ありがとう\n\n2026年11月25日(水) 10:00 bully <bully@example.jp>:\n> 来るな", acceptedFolder},
		{"the desk's address in words", "desk@madoguchi.example に書いています:\nつらいです", "desk@madoguchi.example に書いています:\nつらいです", acceptedFolder},
	} {
		got, folder := h.receive(t, from("person@example.jp")+"Subject: Re: =?utf-8?B?"+b64("お知らせ（みほん市）")+"?=\nContent-Type: text/plain; charset=utf-8\n\n"+tt.said)
		if len(got) != 1 || got[0].Text != tt.want || folder != tt.folder {
			t.Errorf("%s: to %s: %q", tt.name, folder, texts(got))
		}
	}
}

func TestSignatures(t *testing.T) {
	h := newIndoors(t)
	for _, tt := range []struct{ name, said, want string }{
		{"of a telephone", "つらいです\n\niPhoneから送信", "つらいです"},
		{"of a telephone, in English", "つらいです\n\nSent from my iPhone", "つらいです"},
		{"behind two dashes", "つらいです\n-- \n山田花子\nみほん市1-2-3\nhanako@example.jp", "つらいです"},
		{"words behind two dashes", "つらいです\n-- \n死にたい\nもうむり", "つらいです\n-- \n死にたい\nもうむり"},
		{"a sentence behind two dashes", "つらいです\n-- \n090-1234-5678に電話してください。\n夜はだめです", "つらいです\n-- \n090-1234-5678に電話してください。\n夜はだめです"},
		{"nothing else", "iPhoneから送信", "iPhoneから送信"},
		{"a number that is asked for", "つらいです\n-- \n090-1234-5678 まで", "つらいです\n-- \n090-1234-5678 まで"},
	} {
		got := h.one(t, from("a@example.jp")+"Content-Type: text/plain; charset=utf-8\n\n"+tt.said).Text
		if got != tt.want {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestPages(t *testing.T) {
	for _, tt := range []struct{ page, want string }{
		{"<p>一つ目</p>\n<p>二つ目</p>", "一つ目\n二つ目"},
		{"<div>一つ目</div><div><br></div><div>二つ目</div>", "一つ目\n\n二つ目"},
		{"a  b<b> c</b> d", "a b c d"},
		{"1 &lt; 2 &amp; 3", "1 < 2 & 3"},
		{"<style>p{color:red}</style><script>alert(1)</script>x", "x"},
		{"<img src=\"http://tracker.example/x.gif\">x<a href=\"http://y\">y</a>", "xy"},
		{"<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"},
		{"<blockquote>a<br>b<blockquote>c</blockquote></blockquote>d", "> a\n> b\n> > c\nd"},
		{"<<<>>><p", "<<<>>>"},
	} {
		if got := fromHTML(tt.page); got != tt.want {
			t.Errorf("%q: %q", tt.page, got)
		}
	}
}
