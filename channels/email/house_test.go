package email

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

const (
	deskAddress = "desk@madoguchi.example"
	tagKey      = "only the house knows this"
)

// indoors is a door whose mailbox nobody looks into, with its house.
type indoors struct {
	*door
	intake *channelstest.Intake
	files  *channelstest.Files
	log    *channelstest.Log
}

func newIndoors(t testing.TB, more ...string) *indoors {
	t.Helper()
	settings := map[string]string{"IMAP_URL": "imap://u:p@127.0.0.1:1/INBOX", "SMTP_URL": "smtp://127.0.0.1:1", "EMAIL_FROM": deskAddress, "EMAIL_TAG_KEY": tagKey}
	for i := 0; i < len(more); i += 2 {
		settings[more[i]] = more[i+1]
	}
	h := &indoors{intake: channelstest.NewIntake(channelstest.NewMailbox()), files: &channelstest.Files{}, log: &channelstest.Log{}}
	d, err := newDoor(channels.Env{Intake: h.intake, Files: h.files, Desk: channelstest.NewDesk(), Now: time.Now,
		Setting: func(name string) string { return settings[name] }, Log: slog.New(slog.NewJSONHandler(h.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	d.look = 5 * time.Second // go-imap's server loses what is new just before IDLE
	h.door = d
	return h
}

// receive takes a mail in and returns what the house got of it, and the folder where it went.
func (h *indoors) receive(t testing.TB, raw string) (got []channels.Message, folder string) {
	t.Helper()
	before := len(h.intake.Taken())
	folder, err := h.takeIn(t.Context(), []byte(crlf(raw)), true)
	if err != nil {
		t.Fatal(err)
	}
	return h.intake.Taken()[before:], folder
}

// one receives a mail of which one message becomes.
func (h *indoors) one(t testing.TB, raw string) channels.Message {
	t.Helper()
	got, _ := h.receive(t, raw)
	if len(got) != 1 {
		t.Fatalf("it became %d messages", len(got))
	}
	return got[0]
}

func crlf(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "\r\n")
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

var serial int

// from is the head of a mail of a person.
func from(who string) string {
	serial++
	return fmt.Sprintf("From: %s\nMessage-ID: <n%d@example.jp>\nMIME-Version: 1.0\n", who, serial)
}

func texts(messages []channels.Message) (all []string) {
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}
