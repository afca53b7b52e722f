package router

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// post is the door of paper: what goes out there waits for a person.
type post struct{}

func (post) Routes(*http.ServeMux)     {}
func (post) Run(context.Context) error { return nil }
func (post) Send(_ context.Context, to channels.Address, _ channels.Reply) (channels.Sent, error) {
	if _, who, _ := channels.OpenAddress(to); who != "sheet 1234" {
		return channels.Sent{}, &channels.Undeliverable{Code: "unknown"}
	}
	return channels.Sent{Status: triage.DeliveryPaper}, nil
}

var sheet = channels.NewAddress("letter", "sheet 1234", nil)

// scanned is a letter that a machine has read.
func scanned(t *testing.T, h *house, text string) triage.CaseID {
	t.Helper()
	h.process(t, channels.Message{ID: "scan#0", Kind: "letter", From: sheet, At: morning, Text: text, Unchecked: true})
	return h.caseOf(sheet)
}

// What a person read on the paper goes the way of all words: judged as it was written, and anonymized with the case's own
// placeholders. It is no news: the child waits since it wrote.
func TestALetterIsCorrected(t *testing.T) {
	h := newHouse(t)
	id := scanned(t, h, "山田花子にいじめられた。シにたい")
	k, events := h.load(t, id)
	if len(k.Unchecked) != 1 || k.Severity != triage.Soon {
		t.Fatalf("%+v", k)
	}
	right := triage.Entry{ID: "read:1:1", Case: id, Channel: "letter", Text: "[人物A]にいじめられた。ゆいも。死にたい", By: "sato", At: morning, Corrects: events[0].ID}
	for range 2 {
		h.enter(t, right)
	}
	k, events = h.load(t, id)
	if len(events) != 2 || events[1].Text != "[人物A]にいじめられた。[人物B]も。死にたい" || events[1].Corrects != events[0].ID || events[1].By != "sato" {
		t.Fatalf("%+v", events)
	}
	if len(k.Unchecked) != 0 || k.Severity != triage.Emergency || k.Preview != events[1].Text || !k.WaitingSince.Equal(morning) || k.Door != "letter" {
		t.Errorf("%+v", k)
	}
	milder := right
	milder.ID, milder.Text = "read:1:2", "なんでもありません"
	h.enter(t, milder)
	if k, _ = h.load(t, id); k.Severity != triage.Emergency {
		t.Errorf("a correction made it %s", k.Severity)
	}
	for what, e := range map[string]triage.Entry{
		"no such letter": {ID: "a", Case: id, Channel: "letter", Text: "x", Corrects: "m:nothing"},
		"of no case":     {ID: "b", Channel: "letter", Text: "x", Corrects: events[0].ID},
		"and of another": {ID: "c", Case: id, Like: id, Channel: "letter", Text: "x", Corrects: events[0].ID},
		"in two cases":   {ID: "d", Case: id, Like: id, Channel: "letter", Text: "x"},
	} {
		if _, err := h.front.Enter(t.Context(), e); !errors.Is(err, triage.ErrRefused) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A further matter of a letter is a case of its own with a placeholder of its own for each name; its answer goes where the
// letter's goes, and to a page that the other matter's answer is not on.
func TestAFurtherMatterKeepsTheWayBack(t *testing.T) {
	h := newHouse(t)
	id := scanned(t, h, "ゆいのことと、山田花子のこと")
	part := triage.Entry{ID: "part:1", Channel: "letter", Text: "[人物B]にいじめられた", By: "sato", At: morning, Like: id}
	other := h.enter(t, part)
	if again := h.enter(t, part); again != other || other == id {
		t.Fatalf("%s, then %s, beside %s", other, again, id)
	}
	k, events := h.load(t, other)
	if len(events) != 1 || events[0].Text != "[人物A]にいじめられた" || k.Door != "letter" || k.State != triage.Waiting || k.Severity != triage.Soon {
		t.Fatalf("%q %+v", events[0].Text, k)
	}
	h.reply(t, id, "say:1", "[人物A]さんのことの返事")
	h.reply(t, other, "say:2", "[人物A]さんのことの返事")
	start(t, h.courier(map[string]channels.Channel{"letter": post{}}))
	for _, c := range []triage.CaseID{id, other} {
		until(t, "it waits for the post", func() bool { k, _ := h.load(t, c); return len(k.Unposted) == 1 })
	}
	pages := map[string]bool{}
	for c, want := range map[triage.CaseID]string{id: "ゆいさんのことの返事", other: "山田花子さんのことの返事"} {
		l, err := h.front.Letter(t.Context(), c, 1, true)
		if err != nil || l.Text != want || l.Code == "" || l.School != "" {
			t.Errorf("%+v, %v", l, err)
		}
		rec, err := h.Vault.Open(t.Context(), string(c))
		if err != nil {
			t.Fatal(err)
		}
		_, page, _ := channels.OpenAddress(rec.Mailbox.Address)
		pages[page] = true
	}
	if len(pages) != 2 {
		t.Error("both matters are answered on one page")
	}
}

func TestWhatThePressGivesOut(t *testing.T) {
	h := newHouse(t)
	id := scanned(t, h, "山田花子のこと")
	h.reply(t, id, "say:1", "[人物A]さんへ")
	if _, err := h.front.Letter(t.Context(), id, 1, true); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("a code of no mailbox: %v", err)
	}
	for said, want := range map[int64]error{0: triage.ErrNoWords, 2: triage.ErrNoWords, -1: triage.ErrNoWords, 1: nil} {
		if l, err := h.front.Letter(t.Context(), id, said, false); !errors.Is(err, want) || err == nil && (l.Text != "山田花子さんへ" || l.Code != "") {
			t.Errorf("answer %d: %+v, %v", said, l, err)
		}
	}
	if _, err := h.front.Letter(t.Context(), "07nosuchcase", 1, false); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("no case: %v", err)
	}
	h.say(t, id, triage.Event{ID: "ask:1", At: morning, Kind: triage.KindHandoff, From: triage.Counselor, By: "sato",
		Consent: &triage.Consent{ID: "07x", School: "hinode", Level: triage.LevelAnonymous, Text: "持ち物がなくなる", Answer: triage.AnswerAsked}}, "持ち物がなくなる")
	if l, err := h.front.Letter(t.Context(), id, 2, false); err != nil || l.School != "hinode" || l.Text != "持ち物がなくなる" {
		t.Errorf("a question: %+v, %v", l, err)
	}
	if strings.Contains(h.logged(), "花子") {
		t.Error("the log holds a name")
	}
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if l, err := h.front.Letter(t.Context(), id, 1, false); err == nil {
		t.Errorf("after the erasure: %+v", l)
	}
}
