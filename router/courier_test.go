package router

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// door is a Channel that notes what it sends.
type door struct {
	mu   sync.Mutex
	sent []channels.Reply
	to   []string
	fail func(n int, r channels.Reply) error // n counts from 1
	n    int
}

func (*door) Routes(*http.ServeMux)         {}
func (*door) Run(ctx context.Context) error { <-ctx.Done(); return nil }

func (d *door) Send(ctx context.Context, to channels.Address, r channels.Reply) (channels.Sent, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	if d.fail != nil {
		if err := d.fail(d.n, r); err != nil {
			return channels.Sent{}, err
		}
	}
	_, who, _ := channels.OpenAddress(to)
	d.sent, d.to = append(d.sent, r), append(d.to, who)
	return channels.Sent{Status: "sent"}, ctx.Err()
}

func (d *door) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

// courier is a courier of the house by the given doors.
func (h *house) courier(doors map[string]channels.Channel) *Courier {
	return NewCourier(h.Rooms, Way{Doors: doors, PublicURL: "https://example.jp", Log: h.logger(), School: func(id string) string {
		return map[string]string{"hinode": "日の出中学校"}[id]
	}})
}

// start runs couriers until stop is called.
func start(t *testing.T, couriers ...*Courier) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for _, c := range couriers {
		all.Go(func() {
			if err := c.Run(ctx); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
	stop = func() { cancel(); all.Wait() }
	t.Cleanup(stop)
	return stop
}

// outcomes are the deliveries of a case.
func (h *house) outcomes(t *testing.T, id triage.CaseID) []triage.Delivery {
	t.Helper()
	_, events := h.load(t, id)
	var all []triage.Delivery
	for _, e := range events {
		if e.Delivery != nil {
			all = append(all, *e.Delivery)
		}
	}
	return all
}

func (h *house) settled(t *testing.T, id triage.CaseID) func() bool {
	return func() bool { k, _ := h.load(t, id); return k.Said == k.Sent }
}

func TestReplyReachesTheChat(t *testing.T) {
	h := newHouse(t)
	start(t, h.courier(nil))
	h.process(t, said("c1", "1", "山田花子です"))
	id := h.caseOf(from("c1"))
	h.reply(t, id, "r1", "[人物A]さん、ゆいさんは[人物Q]ですか。[不明1]")
	h.say(t, id, triage.Event{ID: "r2", At: morning, Kind: triage.KindMessage, From: triage.Desk}, "受け取りました。")
	until(t, "both are sent", h.settled(t, id))
	got := h.mail.entries("c1")
	want := []channels.Entry{
		{Seq: 1, From: "counselor", Text: "山田花子さん、ゆいさんは[人物Q]ですか。[不明1]", At: morning},
		{Seq: 2, From: "desk", Text: "受け取りました。", At: morning},
	}
	if !slices.EqualFunc(got, want, func(a, b channels.Entry) bool { return a == b }) {
		t.Errorf("%+v", got)
	}
	if o := h.outcomes(t, id); !slices.Equal(o, []triage.Delivery{{Said: 1, Status: "sent"}, {Said: 2, Status: "sent"}}) {
		t.Errorf("%+v", o)
	}
}

func TestWholeUnreadableMessageIsNotRepeatedToTheSeeker(t *testing.T) {
	h := newHouse(t)
	h.names.do = func(text string) {
		if strings.Contains(text, "秘密") {
			panic(text)
		}
	}
	start(t, h.courier(nil))
	h.process(t, said("c1", "1", "秘密のこと"))
	id := h.caseOf(from("c1"))
	h.reply(t, id, "r1", "[不明1]について")
	until(t, "it is sent", h.settled(t, id))
	if got := h.mail.entries("c1"); got[0].Text != "[不明1]について" {
		t.Errorf("%q", got[0].Text)
	}
}

func TestQuestionReachesTheMailbox(t *testing.T) {
	h := newHouse(t)
	start(t, h.courier(nil))
	h.process(t, said("c1", "1", "山田花子です"))
	id := h.caseOf(from("c1"))
	h.say(t, id, triage.Event{ID: "q1", At: morning, Kind: triage.KindHandoff, From: triage.Counselor, Consent: &triage.Consent{
		ID: "consent-1", School: "hinode", Level: triage.LevelNamed, Answer: triage.AnswerAsked}}, "[人物A]さんがこまっています")
	until(t, "it is sent", h.settled(t, id))
	got := h.mail.entries("c1")
	want := channels.Question{ID: "consent-1", School: "日の出中学校", Level: "named", Text: "山田花子さんがこまっています"}
	if len(got) != 1 || got[0].Question == nil || *got[0].Question != want || got[0].Text != "" {
		t.Fatalf("%+v", got)
	}
	h.process(t, channels.Message{ID: "a", Kind: chat, From: from("c1"), At: morning, Answer: &channels.Answer{ID: got[0].Question.ID, Answer: "yes"}})
	if k, _ := h.load(t, id); k.Consents[0].Answer != triage.AnswerYes {
		t.Errorf("the answer: %+v", k.Consents)
	}
}

func TestReplyGoesOutByTheDoorOfTheSeeker(t *testing.T) {
	h := newHouse(t)
	line := &door{}
	start(t, h.courier(map[string]channels.Channel{"line": line}))
	u1 := channels.NewAddress("line", "U1", []byte("token"))
	h.process(t, channels.Message{ID: "1", Kind: "line", From: u1, Text: "死にたい", At: morning})
	id := h.caseOf(u1)
	h.reply(t, id, "r1", "読みました。")
	until(t, "it is sent", h.settled(t, id))
	h.reply(t, id, "r2", "どうぞ。")
	until(t, "it is sent", h.settled(t, id))
	if len(line.sent) != 2 || line.to[0] != "U1" {
		t.Fatalf("%d sent", len(line.sent))
	}
	r := line.sent[0]
	if r.ID != h.Names.reply(id, "r1") || len(r.ID) != 36 || r.Seq != 1 || r.Text != "読みました。" || r.Link != "https://example.jp/#k=token-1" || !r.Urgent {
		t.Errorf("%+v", r)
	}
	if line.sent[1].Link == r.Link || line.sent[1].ID == r.ID {
		t.Error("two replies have one link or id")
	}
	if got := h.mail.entries("founded-1"); len(got) != 2 || h.mail.founded != 1 {
		t.Errorf("%d entries in %d mailboxes", len(got), h.mail.founded)
	}
	// Whoever opens the link and writes there stays in the case. The page has no other key than a link, so that there is an
	// answer is told by LINE again, but not what it says: the page may have been chosen because others read along.
	page := channels.NewAddress(chat, "founded-1", []byte("public"))
	h.process(t, channels.Message{ID: "1", Kind: chat, From: page, Text: "ここにも書けますか", At: morning})
	h.reply(t, id, "r3", "はい。")
	until(t, "it is sent", h.settled(t, id))
	if k, _ := h.load(t, id); k.Door != chat || len(k.Channels) != 2 {
		t.Errorf("door %s, channels %q", k.Door, k.Channels)
	}
	if len(line.sent) != 3 || line.sent[2].Text != "" || line.sent[2].Link == line.sent[1].Link || len(h.mail.entries("founded-1")) != 3 {
		t.Errorf("%d sent, %d entries", len(line.sent), len(h.mail.entries("founded-1")))
	}
	if err := h.front.Erase(t.Context(), id); err != nil || !h.mail.closed["founded-1"] {
		t.Errorf("erase: %v", err)
	}
	if _, err := h.Vault.Case(t.Context(), h.Names.pseudonym(page)); err == nil {
		t.Error("the alias stays")
	}
}

func TestWhatCannotBeDelivered(t *testing.T) {
	h := newHouse(t)
	sms := &door{fail: func(_ int, r channels.Reply) error {
		return fmt.Errorf("wrapped: %w", &channels.Undeliverable{Code: "unknown_number"})
	}}
	start(t, h.courier(map[string]channels.Channel{"sms": sms}))
	number := channels.NewAddress("sms", "+819000000000", nil)
	h.process(t, channels.Message{ID: "1", Kind: "sms", From: number, Text: "こんにちは", At: morning})
	mail := channels.NewAddress("email", "x@example.jp", nil)
	h.process(t, channels.Message{ID: "1", Kind: "email", From: mail, Text: "こんにちは", At: morning})
	stopped := channels.NewAddress("sms", "+819011111111", nil)
	h.process(t, channels.Message{ID: "1", Kind: "sms", From: stopped, Text: "STOP", Opt: "out", At: morning})
	h.process(t, said("c1", "1", "こんにちは"))
	h.process(t, said("c2", "1", "こんにちは"))
	chatCase := h.enter(t, triage.Entry{ID: "v", Case: h.caseOf(from("c1")), Channel: "visit", Text: "来ました"})
	for id, want := range map[triage.CaseID]triage.Delivery{
		h.caseOf(number):  {Said: 1, Status: "failed", Detail: "unknown_number"},
		h.caseOf(mail):    {Said: 1, Status: "failed", Detail: "no_door"}, // the e-mail door is shut
		h.caseOf(stopped): {Said: 1, Status: "failed", Detail: "opted_out"},
		h.enter(t, triage.Entry{ID: "v", Channel: "visit", Text: "来ました", Contact: "030-000"}):                                {Said: 1, Status: "failed", Detail: "no_door"},
		h.enter(t, triage.Entry{ID: "s", Channel: "school", Report: &triage.Report{ID: "x", School: "h", Form: "incident"}}): {Said: 1, Status: "failed", Detail: "no_door"},
		chatCase: {Said: 1, Status: "sent"}, // a visit in a chat's case: the chat can still be answered
	} {
		h.reply(t, id, "r1", "返事")
		until(t, "it has an outcome", h.settled(t, id))
		all := h.outcomes(t, id)
		if got := all[len(all)-1]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	id := h.caseOf(from("c2"))
	k, _ := h.load(t, id)
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "r", Kind: triage.KindMessage, From: triage.Counselor, Said: 1, Words: []byte("damaged")}); err != nil {
		t.Fatal(err)
	}
	until(t, "it has an outcome", h.settled(t, id))
	if got := h.outcomes(t, id); got[0].Detail != "unreadable" {
		t.Errorf("%+v", got)
	}
}

func TestErasedCaseIsToldNothing(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c1", "1", "こんにちは"))
	id := h.caseOf(from("c1"))
	h.reply(t, id, "r1", "返事")
	h.process(t, channels.Message{ID: "2", Kind: chat, From: from("c1"), At: morning, Erase: true}, said("c2", "1", "こんにちは"))
	start(t, h.courier(nil))
	other := h.caseOf(from("c2"))
	h.reply(t, other, "r1", "返事")
	until(t, "the other is sent", h.settled(t, other))
	if got := h.mail.entries("c1"); len(got) != 0 {
		t.Errorf("%d entries", len(got))
	}
}
