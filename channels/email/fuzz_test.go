package email

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

func FuzzMail(f *testing.F) {
	h := newIndoors(f)
	for _, b := range returned {
		f.Add([]byte(crlf(filled(b.mail, h.tags.seal(bounce, gone)))), true)
	}
	for _, mail := range []string{"", "x", "\n", "From: a@example.jp\n\nwords", from("a@example.jp") + mixed(text("見て"), file("image/jpeg", jpeg)), nested(5),
		"Content-Type: multipart/alternative; boundary=a\n\n--a\n" + text("x") + "\n--a\nContent-Type: text/html\n\n<p>y\n--a--\n",
		"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b64("Subject: x\n\ny"), "Content-Type: text/plain; format=flowed; delsp=yes; charset*0=utf; charset*1=-8\n\na \nb\n",
		"Content-Transfer-Encoding: quoted-printable\n\n=E3=81=\n=82=\n\n==\n", "From: \"a\" <a..b.@docomo.example.jp>\nSubject: =?iso-2022-jp?B?" + b64("\x1b$BAjCL\x1b(B") + "?=\n\n-- \na\n"} {
		f.Add([]byte(mail), true)
		f.Add([]byte(crlf(mail)), false)
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		h.keeping = keeping{}
		l := h.read(raw, whole) // no defence against itself
		if l.id == "" || l.id != h.read(bytes.Clone(raw), whole).id {
			t.Fatal("its id is not its own")
		}
		aside, isBounce := h.automatic(l)
		if _, ok := h.bounced(l); ok && !bytes.Contains(raw, []byte("@")) || isBounce && !aside {
			t.Fatal("a bounce of nothing")
		}
		messages, err := h.messages(t.Context(), l)
		if err != nil || len(messages) == 0 {
			t.Fatalf("%d messages: %v", len(messages), err)
		}
		for _, m := range messages {
			if m.Text == "" || m.ID == "" || m.From.IsZero() || !utf8.ValidString(m.Text) {
				t.Fatalf("%q", m.Text)
			}
		}
		if !whole && !strings.Contains(messages[len(messages)-1].Text, keptNote) {
			t.Fatal("it is not told that there is more")
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, label := range []string{"", "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "utf-16", "gb2312", "iso-8859-1", "x"} {
		for _, e := range []encoding.Encoding{encoding.Nop, japanese.ISO2022JP, japanese.ShiftJIS, japanese.EUCJP} {
			f.Add([]byte(encoded(f, e, "学校に①行きたくない。ｶﾅ\nつぎ")), label)
		}
		f.Add([]byte("\x1b$B$\"\x1b(I6\x1b$(D0!\x1b$A!!\x0e6\x0f\xb6\x1b("), label)
		f.Add([]byte("$B$\"$$(B"), label)
	}
	f.Fuzz(func(t *testing.T, data []byte, label string) {
		got := decode(data, label)
		if !utf8.ValidString(got) {
			t.Fatalf("%q", got)
		}
		if utf8.Valid(data) && bytes.ContainsFunc(data, func(r rune) bool { return r > 0x3000 }) && bytes.IndexByte(data, 0x1b) < 0 && label == "utf-8" && strings.TrimPrefix(string(data), "\ufeff") != got {
			t.Fatalf("%q became %q", data, got)
		}
		if len(got) > 4*len(data)+16 {
			t.Fatalf("%d bytes became %d", len(data), len(got))
		}
	})
}

func FuzzHeaderWords(f *testing.F) {
	for _, raw := range []string{"", "a b", "=?utf-8?B?" + b64("相談") + "?=", "=?utf-8?Q?=E7=9B?= =?utf-8?Q?=B8?=", "=?iso-2022-jp?B?" + b64("\x1b$BAjCL\x1b(B") + "?= x", "=?x?B?=?=", "\x1b$BAj", "=?utf-8*ja?q?a_b?=\r\n =?utf-8?q?c?="} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := headerWords(raw)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00") || got != strings.TrimSpace(got) {
			t.Fatalf("%q", got)
		}
	})
}

func FuzzOwn(f *testing.F) {
	h := newIndoors(f)
	id := "<" + h.tags.messageID(bounce, gone, "読みました。\n話してくれてよかった。") + "@madoguchi.example>"
	known := h.history(header{"in-reply-to": {id}}, gone)
	body := h.body(false, "読みました。\n話してくれてよかった。", "https://desk.example/#k=x")
	for _, said := range []string{"", "はい\n" + mark(body), body, mark(body) + "\n下", "差出人: x\n\n" + body, ">_<", "> x\n> y", "On x wrote:\n" + mark(body), strings.Repeat("> ", 50) + body} {
		f.Add(said)
	}
	f.Fuzz(func(t *testing.T, said string) {
		left, unsure := known.own(said)
		if unsure {
			t.Fatal("unsure, with the tag at hand")
		}
		for line := range strings.Lines(said) { // whatever somebody else has written is still there
			b := bare(line)
			if b == "" || strings.Contains(left, strings.TrimSpace(line)) {
				continue
			}
			for _, part := range append(strings.Fields(body), strings.Split(body, "\n")...) {
				if p := bare(part); p != "" && (strings.Contains(b, p) || strings.Contains(p, b)) {
					return // a piece of the desk's own line
				}
			}
			if line := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), ">＞ ")); headLine.MatchString(line) || ruleLine.MatchString(strings.ToLower(line)) || saidLine.MatchString(line) || strings.Contains(line, h.from) || strings.Contains(line, h.sender()) || strings.Contains(line, h.subject()) {
				continue
			}
			t.Fatalf("%q is gone of %q", line, said)
		}
		if again := unsigned(left); strings.TrimSpace(left) != "" && strings.TrimSpace(again) == "" {
			t.Fatalf("nothing is left of %q", left)
		}
	})
}

func FuzzPage(f *testing.F) {
	for _, page := range []string{"", "<p>a</p>b", "<blockquote>a<blockquote>b</blockquote>", "<script>", "a<!--", "<style><p>x</style>y", "&lt;&#0;&bogus;", "<br/><br>"} {
		f.Add(page)
	}
	f.Fuzz(func(t *testing.T, page string) {
		if got := fromHTML(page); len(got) > 20*len(page)+10 {
			t.Fatalf("%d bytes became %d", len(page), len(got))
		}
	})
}

func FuzzCoding(f *testing.F) {
	for _, data := range []string{"", "a", "=", "=4", "=41", "=\r\n", "=  \nx", "YWJj", "YW Jj\n", "YWJj==YWJj", "A"} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := unbase64([]byte(base64.StdEncoding.EncodeToString(data))); !bytes.Equal(got, data) {
			t.Fatalf("base64: %q became %q", data, got)
		}
		if _, err := io.ReadAll(base64Reader(data)); err != nil {
			t.Fatal(err)
		}
		if got := unquote(data); len(got) > len(data) || !bytes.ContainsRune(data, '=') && !bytes.Equal(got, data) {
			t.Fatalf("quoted-printable: %q became %q", data, got)
		}
	})
}

// Nobody makes a tag that is believed.
func FuzzTags(f *testing.F) {
	h := newIndoors(f)
	ours := h.tags.seal(bounce, gone)
	for _, text := range []string{"", ours, "desk+" + ours + "@madoguchi.example " + gone, strings.ToUpper(ours) + " " + gone, strings.Repeat("a", 52) + " " + gone, ours[:51] + "b " + gone} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, who := h.tags.find(text)
		if id != "" && (id != bounce || who != gone || !strings.Contains(strings.ToLower(text), ours)) {
			t.Fatalf("%q of %q is believed", id, who)
		}
	})
}
