package email

import (
	"strings"
	"testing"

	"madoguchi/channels"
)

const (
	gone   = "gone@example.jp"
	bounce = "6f1c2f0a-1111-5222-8333-444455556666" // the reply that did not arrive
)

// returned are the forms that mail servers give to the news of a mail that did not arrive. TAG is the tag of the reply.
var returned = []struct{ name, detail, mail string }{
	{"Postfix", "no_such_address", `Return-Path: <>
From: MAILER-DAEMON@mx.example.jp (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: desk+TAG@madoguchi.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Description: Notification

<gone@example.jp>: host mx.example.jp said: 550 5.1.1 User unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; gone@example.jp
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

From: desk@madoguchi.example
To: gone@example.jp
--b--
`},
	{"Exchange, whole mail inside", "mailbox_full", `From: <postmaster@example.jp>
Subject: =?utf-8?B?SUBJECT?=
To: desk@madoguchi.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: base64

EXCHANGE

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.example.jp

Final-recipient: rfc822;gone@example.jp
Action: failed
Status: 5.2.2

--b
Content-Type: message/rfc822

From: desk@madoguchi.example
To: gone@example.jp
Message-ID: <TAG.abcdef@madoguchi.example>
Subject: x

words
--b--
`},
	{"Exim", "no_such_address", `Return-path: <>
X-Failed-Recipients: gone@example.jp
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.jp>
To: desk+TAG@madoguchi.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

  gone@example.jp
    all relevant MX records point to non-existent hosts or Unrouteable address: unknown user
`},
	{"qmail", "no_such_address", `From: MAILER-DAEMON@mx.example.jp
To: desk@madoguchi.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.jp.
<gone@example.jp>:
Sorry, no mailbox here by that name. No such user here. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <desk+TAG@madoguchi.example>
From: desk@madoguchi.example
To: gone@example.jp
`},
	{"docomo", "no_such_address", `From: Mail Delivery Subsystem <MAILER-DAEMON@docomo.example.jp>
To: <desk@madoguchi.example>
Subject: Returned mail: User unknown
MIME-Version: 1.0
Content-Type: text/plain; charset=ISO-2022-JP

DOCOMO
   ----- Original message follows -----
Message-ID: <TAG@madoguchi.example>
To: gone@example.jp
`},
	{"au", "refused", `From: Postmaster@ezweb.example.jp
To: desk@madoguchi.example
Subject: Mail System Error - Returned Mail
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=us-ascii

Each of the following recipients was rejected by a remote mail server.
    Recipient: <gone@example.jp>
    Reason:    5.7.1 spam filter

--b
Content-Type: message/rfc822

To: gone@example.jp
Message-Id: <TAG@madoguchi.example>

--b--
`},
	{"SoftBank, a null sender and our own address alone", "bounced", `Return-Path: <>
Delivered-To: desk+TAG@madoguchi.example
From: noreply@softbank.example.jp
Subject: information

gone@example.jp
`},
	{"the case of the address has changed", "no_such_address", `Return-Path: <>
From: MAILER-DAEMON@mx.example.jp
To: DESK+UPPER@MADOGUCHI.EXAMPLE
Subject: failure notice

<GONE@EXAMPLE.JP>: unknown user
`},
	{"given up after days", "bounced", `From: MAILER-DAEMON@mx.example.jp
To: desk+TAG@madoguchi.example
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

The mail was delayed and is now given up.
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; gone@example.jp
Action: failed
Status: 4.4.7

--b--
`},
}

func filled(mail, tag string) string {
	return strings.NewReplacer("TAG", tag, "UPPER", strings.ToUpper(tag), "SUBJECT", b64("配信不能: お知らせ"), "EXCHANGE", b64("メッセージを配信できませんでした。受信者のメールボックスの容量を超えています。"),
		"DOCOMO", "\x1b$B08@hITL@\x1b(B gone@example.jp").Replace(mail)
}

func TestBounces(t *testing.T) {
	for _, tt := range returned {
		h := newIndoors(t)
		got, folder := h.receive(t, filled(tt.mail, h.tags.seal(bounce, gone)))
		if folder != automaticFolder || len(got) != 1 || got[0].Status == nil {
			t.Errorf("%s: %d messages, to %s", tt.name, len(got), folder)
			continue
		}
		_, who, _ := channels.OpenAddress(got[0].From)
		if s := got[0].Status; who != gone || s.ReplyID != bounce || s.Status != "failed" || s.Detail != tt.detail || got[0].Text != "" {
			t.Errorf("%s: %q, %+v", tt.name, who, *s)
		}
		if got, _ = h.receive(t, filled(tt.mail, h.tags.seal(bounce, gone))); len(got) != 0 {
			t.Errorf("%s: the same news twice", tt.name)
		}
	}
}

// A bounce that somebody has made up, of a tag that is not ours or not of this person, changes nothing; and it is kept.
func TestForgedBounces(t *testing.T) {
	h, stranger := newIndoors(t), newIndoors(t, "EMAIL_TAG_KEY", "what somebody else made up")
	ours := h.tags.seal(bounce, gone)
	flipped := []byte(ours)
	flipped[30] ^= 1
	for name, tag := range map[string]string{
		"made with another key": stranger.tags.seal(bounce, gone), "of another person": h.tags.seal(bounce, "a@example.jp"), "changed": string(flipped),
		"the reply's id alone": ours[:26], "cut": ours[:51], "longer": ours + "a", "none": "", "letters": strings.Repeat("a", 52)} {
		for _, tt := range returned {
			if got, folder := h.receive(t, filled(tt.mail, tag)); len(got) != 0 && got[0].Status != nil || folder == "" {
				t.Errorf("%s, %s: it was believed", tt.name, name)
			}
		}
	}
}

// What is not the end is no failure; and what a person writes is no bounce, even with a tag in it.
func TestNoBounces(t *testing.T) {
	h := newIndoors(t)
	tag := h.tags.seal(bounce, gone)
	for name, mail := range map[string]string{
		"delayed":            strings.Replace(filled(returned[0].mail, tag), "Action: failed", "Action: delayed", 1),
		"delivered":          strings.Replace(filled(returned[0].mail, tag), "Action: failed", "Action: delivered", 1),
		"delayed, in words":  "From: MAILER-DAEMON@mx.example.jp\nTo: desk+" + tag + "@madoguchi.example\n\nWarning: message delayed. Will keep trying. gone@example.jp\n",
		"an absent person":   "From: gone@example.jp\nReturn-Path: <>\nTo: desk+" + tag + "@madoguchi.example\nAuto-Submitted: auto-replied\n\n休みです\n",
		"a receipt":          "From: gone@example.jp\nTo: desk@madoguchi.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\n\n<" + tag + "@madoguchi.example>\n--b--\n",
		"our own, come back": "From: desk@madoguchi.example\nTo: gone@example.jp\nMessage-ID: <" + tag + "@madoguchi.example>\n\nwords\n",
	} {
		if got, folder := h.receive(t, mail); len(got) != 0 || folder != automaticFolder {
			t.Errorf("%s: %d messages, to %s", name, len(got), folder)
		}
	}
	m := h.one(t, from(gone)+"To: desk+"+tag+"@madoguchi.example\nIn-Reply-To: <"+tag+"@madoguchi.example>\nSubject: Undelivered\n\nword\n")
	if m.Status != nil || m.Text != "Undelivered\nword" {
		t.Errorf("a person: %+v %q", m.Status, m.Text)
	}
	other := h.one(t, from("other@example.jp")+"To: desk+"+tag+"@madoguchi.example\nIn-Reply-To: <"+tag+"@madoguchi.example>\n\nword\n")
	if _, who, _ := channels.OpenAddress(other.From); who != "other@example.jp" {
		t.Errorf("another person came in as %q", who)
	}
}

func TestTags(t *testing.T) {
	old, fresh := newIndoors(t, "EMAIL_TAG_KEY", "the key of last year"), newIndoors(t, "EMAIL_TAG_KEY", "the key of this year, the key of last year")
	derived, again, changed := newIndoors(t, "EMAIL_TAG_KEY", ""), newIndoors(t, "EMAIL_TAG_KEY", ""), newIndoors(t, "EMAIL_TAG_KEY", "", "IMAP_URL", "imap://u:q@127.0.0.1:1/INBOX")
	nobody, either := newIndoors(t, "EMAIL_TAG_KEY", "", "IMAP_URL", "imap://u@127.0.0.1:1/INBOX"), newIndoors(t, "EMAIL_TAG_KEY", "", "IMAP_URL", "imap://u@127.0.0.1:1/INBOX")
	for name, tt := range map[string]struct {
		from, to *indoors
		known    bool
	}{
		"itself": {old, old, true}, "the new key knows the old": {old, fresh, true}, "the old key does not know the new": {fresh, old, false},
		"from the password": {derived, again, true}, "from another password": {derived, changed, false}, "from no secret": {nobody, either, false},
	} {
		tag := tt.from.tags.seal(bounce, gone)
		if id, ok := tt.to.tags.open(strings.ToUpper(tag), strings.ToUpper(gone[:4])+gone[4:]); ok != tt.known || ok && id != bounce {
			t.Errorf("%s: %v %q", name, ok, id)
		}
	}
	if longEnough("long enough to be a key,short") || !longEnough("long enough to be a key") {
		t.Error("a short key is taken, or a long one is not")
	}
	if old.tags.seal("no uuid", gone) != "" {
		t.Error("a tag of no reply")
	}
}
