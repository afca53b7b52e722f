package email

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
)

const (
	jpeg = "\xff\xd8\xff\xe0\x00\x10JFIF\x00"
	png  = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	pdf  = "%PDF-1.4\n"
)

func mixed(parts ...string) string {
	return "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n--=_b\n" + strings.Join(parts, "\n--=_b\n") + "\n--=_b--\n"
}

func text(words string) string { return "Content-Type: text/plain; charset=utf-8\n\n" + words }

func file(kind, data string) string {
	return "Content-Type: " + kind + "\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n" + b64(data)
}

func TestFiles(t *testing.T) {
	sorts := func(files []channels.File) (all []string) {
		for _, f := range files {
			all = append(all, f.Sort)
		}
		return all
	}
	for _, tt := range []struct {
		name, mail, text string
		sorts            []string
	}{
		{"a picture", mixed(text("見て"), file("image/jpeg", jpeg)), "見て\n[写真1]", []string{channels.Picture}},
		{"several", mixed(text("見て"), file("image/png", png), file("application/pdf", pdf), file("audio/mpeg", "x"), file("video/mp4", "x"), file("application/zip", "PK\x03\x04")),
			"見て\n[写真1] [ファイル2] [音声3] [動画4] [ファイル5]", []string{channels.Picture, channels.Document, channels.Voice, channels.Video, channels.Other}},
		{"a picture that is called nothing", mixed(text("見て"), file("application/octet-stream", png)), "見て\n[写真1]", []string{channels.Picture}},
		{"a picture that is called text", mixed(text("見て"), file("text/plain", jpeg+"\x00\x01\x02")), "見て\n[写真1]", []string{channels.Picture}},
		{"nothing but a picture", file("image/jpeg", jpeg), "[写真1]", []string{channels.Picture}},
		{"a picture in a page", "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html; charset=utf-8\n\n<p>見て<img src=cid:x></p>\n--r\nContent-ID: <x>\n" + strings.Replace(file("image/png", png), "attachment", "inline", 1) + "\n--r--\n", "見て\n[写真1]", []string{channels.Picture}},
		{"two forms of the words, a picture in one", "Content-Type: multipart/alternative; boundary=a\n\n--a\n" + text("見て") + "\n--a\n" + mixed("Content-Type: text/html; charset=utf-8\n\n<p>見て</p>", file("image/png", png)) + "\n--a--\n", "見て\n[写真1]", []string{channels.Picture}},
		{"a plain form that only points to the page", "Content-Type: multipart/alternative; boundary=a\n\n--a\n" + text("HTML") + "\n--a\nContent-Type: text/html; charset=utf-8\n\n<p>" + strings.Repeat("つらいです。", 30) + "</p>\n--a--\n", strings.Repeat("つらいです。", 30), nil},
		{"words around a picture", mixed(text("一つ目"), file("image/jpeg", jpeg), text("二つ目")), "一つ目\n二つ目\n[写真1]", []string{channels.Picture}},
		{"a text that is attached", mixed(text("見て"), "Content-Type: text/plain; charset=utf-8; name=x.txt\n\n書きました"), "見て\n〔添付された文書〕\n書きました", nil},
		{"a mail that is attached", mixed(text("見て"), "Content-Type: message/rfc822\n\nFrom: bully@example.jp\nSubject: =?utf-8?B?"+b64("しね")+"?=\n"+strings.ReplaceAll(mixed(text("学校に来るな"), file("image/jpeg", jpeg)), "=_b", "=_c")), "見て\n〔添付されたメール〕\nbully@example.jp\nしね\n学校に来るな\n[写真1]", []string{channels.Picture}},
		{"a mail that is attached as it should not be", mixed(text("見て"), "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"+b64("Subject: x\n\n来るな")), "見て\n〔添付されたメール〕\nx\n来るな", nil},
		{"winmail.dat", mixed(text("見て"), file("application/ms-tnef", "\x78\x9f\x3e\x22")), "見て\n[ファイル1]", []string{channels.Other}},
		{"a signed mail", "Content-Type: multipart/signed; boundary=s\n\n--s\n" + text("見て") + "\n--s\n" + file("application/pkcs7-signature", "x") + "\n--s--\n", "見て", nil},
		{"words like a mark", mixed(text("[写真1]のこと"), file("image/jpeg", jpeg)), "[写真1]\n[写真1]のこと", []string{channels.Picture}},
		{"an invitation", mixed(text("見て"), file("text/calendar", "BEGIN:VCALENDAR")), "見て\n[ファイル1]", []string{channels.Other}},
	} {
		h := newIndoors(t)
		got, folder := h.receive(t, from("a@example.jp")+tt.mail)
		if len(got) != 1 || got[0].Text != tt.text || fmt.Sprint(sorts(got[0].Files)) != fmt.Sprint(tt.sorts) || folder != acceptedFolder {
			t.Errorf("%s: to %s: %v", tt.name, folder, texts(got))
			continue
		}
		for _, f := range got[0].Files {
			if len(h.files.Content(f.ID)) == 0 {
				t.Errorf("%s: an empty file", tt.name)
			}
		}
	}
}

// A file's name is nowhere, in whatever way it is written.
func TestNamesOfFilesAreNotKept(t *testing.T) {
	const canary = "hanako-yamada"
	for _, head := range []string{
		`Content-Disposition: attachment; filename="` + canary + `.jpg"`,
		`Content-Disposition: attachment; filename*=utf-8''` + canary + `%2Ejpg`,
		"Content-Disposition: attachment;\n filename*0*=utf-8''" + canary + ";\n filename*1*=%E5%B1%B1.jpg",
		"Content-Disposition: attachment; filename=\"=?utf-8?B?" + b64("山田 ") + "?=\n =?utf-8?Q?" + canary + "?=\"",
		"Content-Disposition: inline; filename=\"\x8e\x52\x93\x63" + canary + ".jpg\"",
		"Content-Description: " + canary + "\nContent-ID: <" + canary + "@x>",
		`Content-Disposition: attachment; filename="../../` + canary + "\x00\u202egpj.exe\"",
		`Content-Disposition: attachment; filename=` + canary + strings.Repeat("x", 5000),
	} {
		h := newIndoors(t)
		m := h.one(t, from("a@example.jp")+mixed(text("見て"), head+"\nContent-Type: image/jpeg; name="+canary+"\nContent-Transfer-Encoding: base64\n\n"+b64(jpeg)))
		if m.Text != "見て\n[写真1]" || len(m.Files) != 1 || string(h.files.Content(m.Files[0].ID)) != jpeg || strings.Contains(fmt.Sprint(m)+h.log.String(), canary) {
			t.Errorf("%q: %q %v", head, m.Text, m.Files)
		}
	}
}

func nested(depth int) string {
	var b strings.Builder
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	return b.String() + text("いちばん奥")
}

// What is too much is not read; what can be read is, and the reader is told that there is more and where it is.
func TestTooMuch(t *testing.T) {
	many := strings.Repeat("x\n\n--=_b\n", 10_000)
	for _, tt := range []struct {
		name, mail, want string
		folder           string
	}{
		{"parts 15 deep", nested(15), "いちばん奥", acceptedFolder},
		{"parts 200 deep", mixed(text("はじめ"), nested(200)), "はじめ", keptFolder},
		{"mails in mails", mixed(text("はじめ"), strings.Repeat("Content-Type: message/rfc822\n\n", 200)+text("奥")), "はじめ", keptFolder},
		{"10,000 parts", mixed(text("はじめ"), many), "はじめ", keptFolder},
		{"40 files", mixed(append([]string{text("はじめ")}, strings.Split(strings.Repeat(file("image/jpeg", jpeg)+"|", 39)+file("image/jpeg", jpeg), "|")...)...), "はじめ\n[写真1]", keptFolder},
		{"a header of 3 MiB", "X-Big: " + strings.Repeat("a", 3<<20) + "\n" + text("はじめ"), "はじめ", keptFolder},
		{"a header of 400,000 lines", "X-Big: a\n" + strings.Repeat(" b\n", 400_000) + text("はじめ"), "はじめ", keptFolder},
		{"100,000 fields", strings.Repeat("X: y\n", 100_000) + text("はじめ"), "はじめ", acceptedFolder},
		{"a file of 22 MiB", mixed(text("はじめ"), file("image/jpeg", jpeg+strings.Repeat("x", 22<<20))), "はじめ", keptFolder},
		{"an encrypted mail", mixed(text("はじめ"), file("application/pkcs7-mime", "x")), "はじめ\n[ファイル1]", keptFolder},
		{"a page of nothing but elements", "Content-Type: text/html\n\nはじめ" + strings.Repeat("<b><blockquote>", 200_000), "はじめ", acceptedFolder},
		{"encoded words without an end", "Subject: " + strings.Repeat("=?utf-8?B?", 50_000) + "\n" + text("はじめ"), "はじめ", acceptedFolder},
		{"boundaries that are none", mixed(text("はじめ"), strings.Repeat("--=_bx\n", 300_000)), "はじめ", keptFolder},
		{"addresses without an end", "To: " + strings.Repeat("a@b,", 100_000) + "\nReturn-Path: <>\n" + text("はじめ"), "はじめ", acceptedFolder},
	} {
		h := newIndoors(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		got, folder := h.receive(t, from("a@example.jp")+tt.mail)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		t.Logf("%s: %d KiB in %v, %d MiB allocated", tt.name, len(tt.mail)>>10, took.Round(time.Millisecond), (after.TotalAlloc-before.TotalAlloc)>>20)
		if len(got) == 0 || !strings.Contains(strings.Join(texts(got), ""), tt.want) || folder != tt.folder {
			t.Errorf("%s: to %s, %.200q", tt.name, folder, texts(got))
			continue
		}
		if noted := strings.Contains(got[len(got)-1].Text, "〔読めない部分があります"); noted != (folder == keptFolder) {
			t.Errorf("%s: a note: %v", tt.name, noted)
		}
	}
}

// Nothing of a long text is cut off: it becomes several messages, in order.
func TestLongText(t *testing.T) {
	h := newIndoors(t)
	var all strings.Builder
	for i := range 30_000 {
		fmt.Fprintf(&all, "%d行目のながい文です。\n", i)
	}
	raw := from("a@example.jp") + mixed(text(all.String()), file("image/jpeg", jpeg))
	for range 2 { // a second time nothing is new
		if _, folder := h.receive(t, raw); folder != acceptedFolder {
			t.Errorf("to %s", folder)
		}
	}
	whole := ""
	for _, m := range h.intake.Taken() {
		whole += m.Text
		if n := len([]rune(m.Text)); n > maxText+20 {
			t.Errorf("a message of %d characters", n)
		}
	}
	if n := len(h.intake.Taken()); n < 3 || n > 6 || whole != all.String()[:all.Len()-1]+"\n[写真1]" {
		t.Errorf("%d messages of %d bytes for %d", n, len(whole), all.Len())
	}
	if got, folder := h.receive(t, from("a@example.jp")+text(strings.Repeat("ながい文です。", 200_000))); len(got) != maxTexts || folder != keptFolder {
		t.Errorf("%d messages, to %s", len(got), folder)
	}
}

// A mail of which only the beginning was fetched gives what is in it, and no half file.
func TestBeginningOfAMail(t *testing.T) {
	h := newIndoors(t)
	raw := []byte(crlf(from("a@example.jp") + mixed(text("はじめ"), file("image/png", png), file("image/jpeg", jpeg+strings.Repeat("x", 1<<20)))))
	folder, err := h.takeIn(t.Context(), raw[:len(raw)-100_000], false)
	if err != nil {
		t.Fatal(err)
	}
	m := h.intake.Taken()[0]
	if folder != keptFolder || len(m.Files) != 1 || !strings.HasPrefix(m.Text, "はじめ\n[写真1]\n〔読めない部分があります（"+tooLarge+"）") {
		t.Errorf("to %s, %d files: %q", folder, len(m.Files), m.Text)
	}
}

// While files cannot be kept, no message that names one is taken, and the mail stays.
func TestFilesBeforeWords(t *testing.T) {
	h := newIndoors(t)
	raw := []byte(crlf(from("a@example.jp") + mixed(text("見て"), file("image/jpeg", jpeg))))
	h.files.Fail(channels.ErrUnavailable)
	if _, err := h.takeIn(t.Context(), raw, true); err == nil || len(h.intake.Taken()) != 0 {
		t.Errorf("taken without its file: %v", err)
	}
	h.files.Fail(nil)
	if _, err := h.takeIn(t.Context(), raw, true); err != nil || len(h.intake.Taken()) != 1 {
		t.Errorf("not taken: %v", err)
	}
}

// While the house can only hold, the mail stays and is tried again; its files are kept once.
func TestFilesAreKeptOnce(t *testing.T) {
	h := newIndoors(t)
	raw := []byte(crlf(from("a@example.jp") + mixed(text("見て"), file("image/jpeg", jpeg), file("image/png", png))))
	h.intake.Answer(channels.Held)
	for range 5 {
		if _, err := h.takeIn(t.Context(), raw, true); err == nil {
			t.Error("it was moved while it was only held")
		}
	}
	h.intake.Answer(channels.Stored)
	if _, err := h.takeIn(t.Context(), raw, true); err != nil || h.files.Content("file-3") != nil {
		t.Errorf("kept again and again; %v", err)
	}
	for _, m := range append(h.intake.Taken(), h.intake.Repeated()...) {
		if fmt.Sprint(m.Files) != fmt.Sprint(h.intake.Taken()[0].Files) || len(m.Files) != 2 {
			t.Errorf("%v", m.Files)
		}
	}
}

// However a mail is damaged, it is taken, and the same damaged mail once.
func TestDamagedMails(t *testing.T) {
	whole := []byte(crlf(from("a@example.jp") + "Subject: =?iso-2022-jp?B?" + b64("\x1b$BAjCL\x1b(B") + "?=\n" + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n" +
		text("つらいです") + "\n--c\nContent-Type: text/html; charset=shift_jis\nContent-Transfer-Encoding: quoted-printable\n\n<p>=82=c2=82=e7=82=a2</p>\n--c--\n--b\n" + file("image/jpeg", jpeg+strings.Repeat("x", 300)) + "\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\n> y\n--b--\n"))
	r := rand.New(rand.NewPCG(1, 2))
	h := newIndoors(t)
	for i := range 1000 {
		raw := bytes.Clone(whole)
		for range 1 + r.IntN(20) {
			at := r.IntN(len(raw))
			switch r.IntN(4) {
			case 0:
				raw[at] = byte(r.IntN(256))
			case 1:
				raw = raw[:at+1]
			case 2:
				raw = append(raw[:at:at], raw[min(at+r.IntN(40), len(raw)):]...)
			default:
				to := min(at+r.IntN(200), len(raw))
				raw = append(raw, raw[at:to]...)
			}
			if len(raw) == 0 {
				raw = []byte{'x'}
			}
		}
		before := h.intake.Attempts()
		folder, err := h.takeIn(t.Context(), raw, true)
		if err != nil || folder == automaticFolder && !bytes.Contains(bytes.ToLower(raw), []byte("report")) || folder != automaticFolder && h.intake.Attempts() == before {
			t.Fatalf("mail %d: to %s, %v", i, folder, err)
		}
	}
	for _, m := range h.intake.Taken() {
		if m.Text == "" || m.ID == "" || strings.Contains(m.Text, damaged) && !strings.Contains(m.Text, keptFolder) {
			t.Errorf("%q", m.Text)
		}
	}
	t.Logf("%d different messages", len(h.intake.Taken()))
}
