package router

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/mailbox"
	"madoguchi/router/redistest"
	"madoguchi/router/vault"
	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/keyring"
	casestore "madoguchi/triage/redis"
	"madoguchi/triage/seal"
)

var _ Mailbox = (*mailbox.Writer)(nil)

// The whole wall out of its real rooms, on real servers: a child writes, the desk answers and asks, the child reads with
// the return code; somebody on LINE reads behind a link.
func TestTheWholeWall(t *testing.T) {
	h, reader := realHouse(t)
	line := &door{}
	start(t, h.courier(map[string]channels.Channel{"line": line}))
	words := childReadsByCode(t, h, reader)
	parentReadsByLink(t, h, reader, line)
	_, token, _ := strings.Cut(line.sent[0].Link, "#k=")
	all := h.dump(t) + h.logged()
	for _, secret := range []string{"山田", "花子", "佐藤", "canary", "ありがとう", token} {
		if strings.Contains(all, secret) {
			t.Errorf("%q can be read", secret)
		}
	}
	back, err := reader.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: words})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.front.Erase(t.Context(), h.caseOf(back.Address())); err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Open(t.Context(), channels.Secret{Kind: channels.ByCode, Text: words}); !errors.Is(err, channels.ErrUnknown) {
		t.Errorf("the code of an erased case: %v", err)
	}
}

// realHouse is a wall without a fake, and the gateway's side of its mailboxes.
func realHouse(t *testing.T) (*house, *mailbox.Reader) {
	h := newHouse(t)
	h.desk, h.secrets = redistest.Start(t).Client(), redistest.Start(t).Client()
	rules, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	anonymizer, err := anonymize.New(anonymize.Gazetteer{Schools: []anonymize.School{{Name: "旭川市立日の出中学校", Short: []string{"日の出中"}}}})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the dictionary is read", anonymizer.Ready)
	readers, writers := mailbox.NewKeys()
	reader := mailbox.NewReader(h.desk, readers, nil)
	h.Rooms.Store, h.Rooms.Vault = casestore.New(h.desk, seal.New(), keyring.New(h.secrets, "body")), vault.New(h.secrets, vault.NewKeys(), keyring.New(h.secrets, "identity"))
	h.Rooms.Mailbox, h.Rooms.Assessor, h.Rooms.Anonymizer = mailbox.NewWriter(h.desk, writers, nil), rules, anonymizer
	h.router = NewRouter(h.Rooms)
	h.router.censor.patience = patience // the dictionary is slow under the race detector
	h.front = NewFront(h.router)
	return h, reader
}

func childReadsByCode(t *testing.T, h *house, reader *mailbox.Reader) (words string) {
	ctx, rules := t.Context(), h.Assessor
	child, err := reader.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const text = "日の出中の2年3組、山田花子です。佐藤健太に毎日たたかれて、もう死にたい。090-1234-5678に電話して"
	h.process(t, channels.Message{ID: "1", Kind: chat, From: child.Address(), Text: text, CallMe: "ゆい", About: "self", At: morning, First: child.Opening()})
	id := h.caseOf(child.Address())
	k, events := h.load(t, id)
	if k.Severity != rules.Assess(text).Severity || !slices.Contains(k.Flags, triage.Suicide) || len(k.Reasons) == 0 {
		t.Errorf("severity %s, flags %q", k.Severity, k.Flags)
	}
	for _, secret := range []string{"山田", "花子", "佐藤", "健太", "日の出", "1234"} {
		if strings.Contains(events[0].Text, secret) {
			t.Errorf("the desk reads %s", secret)
		}
	}
	for _, r := range k.Reasons {
		if !strings.Contains(events[0].Text, r.Excerpt) || r.Excerpt == "" {
			t.Errorf("the excerpt %q is not of the text", r.Excerpt)
		}
	}
	h.reply(t, id, "r1", "[人物A]さん、話してくれてありがとう。")
	h.say(t, id, triage.Event{ID: "q1", At: morning, Kind: triage.KindHandoff, From: triage.Counselor, Consent: &triage.Consent{
		ID: "consent-1", School: "hinode", Level: triage.LevelNamed, Answer: triage.AnswerAsked}}, "[人物A]さんがたたかれています")
	until(t, "both are sent", h.settled(t, id))

	words, digits := child.Code()
	for _, code := range []string{words, digits} {
		back, err := reader.Open(ctx, channels.Secret{Kind: channels.ByCode, Text: code})
		if err != nil {
			t.Fatal(err)
		}
		got, err := back.Since(ctx, 0)
		if err != nil || len(got) != 2 || strings.Contains(got[0].Text, "[") || !strings.HasSuffix(got[0].Text, "さん、話してくれてありがとう。") {
			t.Fatalf("%d entries, %v", len(got), err)
		}
		if q := got[1].Question; q == nil || q.ID != "consent-1" || q.School != "日の出中学校" || strings.Contains(q.Text, "[") {
			t.Errorf("the question: %+v", q)
		}
	}
	return words
}

func parentReadsByLink(t *testing.T, h *house, reader *mailbox.Reader, line *door) {
	ctx := t.Context()
	u1 := channels.NewAddress("line", "Ucanary", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "むすめのことで", At: morning})
	parent := h.caseOf(u1)
	h.reply(t, parent, "r1", "聞かせてください。")
	until(t, "it is sent", h.settled(t, parent))
	_, token, _ := strings.Cut(line.sent[0].Link, "#k=")
	page, err := reader.Open(ctx, channels.Secret{Kind: channels.ByLink, Text: token})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := page.Since(ctx, 0); err != nil || len(got) != 1 || got[0].Text != "聞かせてください。" {
		t.Fatalf("%d entries, %v", len(got), err)
	}
	h.process(t, channels.Message{ID: "1", Kind: chat, From: page.Address(), Text: "ここにも書けますか", At: morning})
	if k, _ := h.load(t, parent); k.Door != chat || k.Version != 4 { // two messages, the reply and its delivery
		t.Errorf("door %s, %d events", k.Door, k.Version)
	}
	if err := NewLamp(h.Rooms).Show(ctx, parent, triage.DoingReading); err != nil || page.Doing(ctx) != "reading" {
		t.Errorf("the lamp: %v", err)
	}
}
