package router

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

func TestMessageBecomesAnEvent(t *testing.T) {
	h := newHouse(t)
	m := said("c1", "id-1", "日の出中の山田花子にいじめられて死にたい")
	m.About, m.CallMe = "self", "ゆい"
	m.First = &channels.Opening{Sealed: []byte("opening")}
	h.process(t, m)
	k, events := h.load(t, h.caseOf(m.From))
	e := events[0]
	if e.Text != "[学校1]の[人物A]にいじめられて死にたい" || e.CallMe != "[人物B]" || e.About != "self" {
		t.Errorf("text %q, called %q, about %q", e.Text, e.CallMe, e.About)
	}
	if e.Kind != triage.KindMessage || e.From != triage.Seeker || e.Channel != chat || !e.At.Equal(morning) {
		t.Errorf("event %+v", e)
	}
	if k.Severity != triage.Emergency || k.State != triage.Waiting || !k.DueAt.Equal(morning.Add(10*60e9)) {
		t.Errorf("severity %s, state %s, due %v", k.Severity, k.State, k.DueAt)
	}
	var excerpts []string
	for _, r := range k.Reasons {
		excerpts = append(excerpts, r.Excerpt)
	}
	if !slices.Equal(excerpts, []string{"られて死にたい", "[人物A]にいじめ"}) {
		t.Errorf("excerpts %q", excerpts)
	}
	if strings.Contains(e.ID, "id-1") || !strings.HasPrefix(e.ID, "m:") {
		t.Errorf("id %q", e.ID)
	}
	data, err := h.Vault.Original(t.Context(), string(k.ID), e.ID)
	var o original
	if err != nil || json.Unmarshal(data, &o) != nil || o.Text != m.Text || o.CallMe != m.CallMe || o.ID != m.ID {
		t.Errorf("the original: %v", err)
	}
	if h.mail.codes["c1"] != 1 {
		t.Error("the code is not registered")
	}
}

func TestProcessingAgainIsHarmless(t *testing.T) {
	h := newHouse(t)
	messages := []channels.Message{said("c1", "1", "山田花子"), said("c1", "2", "ゆいと山田花子")}
	messages[0].First = &channels.Opening{}
	h.process(t, messages...)
	h.process(t, messages...)
	h.process(t, messages[0])
	k, events := h.load(t, h.caseOf(from("c1")))
	if k.Version != 2 || events[1].Text != "[人物B]と[人物A]" {
		t.Errorf("%d events, %q", k.Version, events[1].Text)
	}
}

// Between the vault and the case the process may be killed; the next one finds the record there already.
func TestCrashBetweenVaultAndCase(t *testing.T) {
	h := newHouse(t)
	broken := h.Rooms
	broken.Store = failing{h.Store}
	if err := NewRouter(broken).Process(t.Context(), said("c1", "1", "山田花子とゆい")); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatalf("%v", err)
	}
	h.process(t, said("c1", "1", "山田花子とゆい"))
	if k, events := h.load(t, h.caseOf(from("c1"))); k.Version != 1 || events[0].Text != "[人物A]と[人物B]" {
		t.Errorf("%q", events[0].Text)
	}
}

type failing struct{ triage.Store }

func (failing) Append(_ context.Context, _ triage.Case, _ ...triage.Event) (triage.Case, error) {
	return triage.Case{}, triage.ErrUnavailable
}

// Whatever the anonymizer does, the severity is that of the words as they were written.
func TestJudgementStandsWhateverTheAnonymizerDoes(t *testing.T) {
	texts := []string{"死にたい", "山田花子が死にたいと言った", "いじめ", "ありがとう", ""}
	for name, do := range map[string]*names{
		"works":  {words: map[string]anonymize.Type{"死にたい": anonymize.TypePerson}},
		"panics": {do: func(string) { panic("山田花子") }},
		"lies":   {lie: func(anonymize.Result) anonymize.Result { return anonymize.Result{Text: "山田花子"} }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			*h.names = *do
			for i, text := range texts {
				who := fmt.Sprint("c", i)
				m := said(who, "1", text)
				m.CallMe = "ゆい"
				h.process(t, m)
				k, events := h.load(t, h.caseOf(from(who)))
				if want := (rules{}).Assess(text).Severity; k.Severity != want {
					t.Errorf("%q: %s, want %s", text, k.Severity, want)
				}
				if name == "works" || text == "" {
					continue
				}
				if events[0].Text != "[不明1]" || events[0].CallMe != "" || k.Preview != "[不明1]" {
					t.Errorf("%q: text %q, called %q", text, events[0].Text, events[0].CallMe)
				}
				if words, err := h.front.Reveal(t.Context(), k.ID, "[不明1]"); err != nil || words != text {
					t.Errorf("%q is not behind its placeholder: %v", text, err)
				}
			}
		})
	}
}

type panicking struct{}

func (panicking) Assess(string) triage.Judgement { panic("山田花子") }

func TestRulesThatFailMeanToday(t *testing.T) {
	h := newHouse(t)
	rooms := h.Rooms
	rooms.Assessor, rooms.Panics = panicking{}, channels.NewPanics(slog.New(slog.DiscardHandler))
	if err := NewRouter(rooms).Process(t.Context(), said("c1", "1", "こんにちは")); err != nil {
		t.Fatal(err)
	}
	if k, _ := h.load(t, h.caseOf(from("c1"))); k.Severity != triage.Urgent || k.Reasons[0].Rule != "not_judged" {
		t.Errorf("%s, %+v", k.Severity, k.Reasons)
	}
	if n := rooms.Panics.Counts()["assess"]; n != 1 {
		t.Errorf("%d panics are counted", n)
	}
}

func TestWhatMessagesBecome(t *testing.T) {
	h := newHouse(t)
	line := channels.NewAddress("line", "U1", []byte("token"))
	message := func(id string, change func(*channels.Message)) channels.Message {
		m := channels.Message{ID: id, Kind: "line", From: line, At: morning}
		change(&m)
		return m
	}
	h.process(t,
		message("1", func(m *channels.Message) { m.Text = "STOP"; m.Opt = "out" }),
		message("2", func(m *channels.Message) { m.Unsend = "1" }),
		message("3", func(m *channels.Message) { m.Text = "START"; m.Opt = "in"; m.About = "my cat" }),
		message("4", func(m *channels.Message) {
			m.Text = "おくれた"
			m.Late = true
			m.CallMe = strings.Repeat("な", 50)
		}),
	)
	k, events := h.load(t, h.caseOf(line))
	var got []string
	for _, e := range events {
		got = append(got, string(e.Kind)+" "+e.Text)
		if e.Delivery != nil {
			got[len(got)-1] += e.Delivery.Status
		}
		if e.About != "" {
			t.Error("about something that is no choice")
		}
	}
	want := []string{"message -", "delivery opted_out", "state ", "message START", "delivery opted_in", "message おくれた"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if k.CallMe != strings.Repeat("な", callMeRunes) {
		t.Errorf("called %q", k.CallMe)
	}
	for name, m := range map[string]channels.Message{
		"no sender":   {ID: "1", Text: "x"},
		"no question": message("9", func(m *channels.Message) { m.Answer = &channels.Answer{Answer: "yes"} }),
		"no answer":   message("9", func(m *channels.Message) { m.Answer = &channels.Answer{ID: "q", Answer: "山田花子"} }),
	} {
		if err := h.router.Process(t.Context(), m); !errors.Is(err, errMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswerToAQuestion(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c1", "1", "こんにちは"))
	id := h.caseOf(from("c1"))
	h.say(t, id, triage.Event{ID: "q", At: morning, Kind: triage.KindHandoff, From: triage.Counselor,
		Consent: &triage.Consent{ID: "consent", School: "hinode", Level: triage.LevelNamed, Answer: triage.AnswerAsked}}, "伝えていいですか")
	answer := func(consent, a string) channels.Message {
		return channels.Message{ID: a, Kind: chat, From: from("c1"), At: morning, Answer: &channels.Answer{ID: consent, Answer: a}}
	}
	stranger := answer("consent", "yes")
	stranger.From = from("c2")
	h.process(t, stranger) // whoever was never asked
	if _, _, err := h.Store.Load(t.Context(), h.caseOf(from("c2"))); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("a case came of an answer to nothing: %v", err)
	}
	h.process(t, answer("consent", "later"), answer("consent", "later"), answer("consent", "yes"), answer("other", "yes"))
	k, events := h.load(t, id)
	if len(events) != 5 || len(k.Consents) != 1 || k.Consents[0].Answer != triage.AnswerYes {
		t.Errorf("%d events, %+v", len(events), k.Consents)
	}
	h.process(t, answer("consent", "no"), answer("consent", "yes"))
	if k, _ := h.load(t, id); k.Consents[0].Answer != triage.AnswerNo {
		t.Errorf("after no: %s", k.Consents[0].Answer)
	}
}

func TestWithdrawnConversation(t *testing.T) {
	h := newHouse(t)
	erase := channels.Message{ID: "2", Kind: chat, From: from("c1"), At: morning, Erase: true}
	h.process(t, erase) // there is nothing to withdraw
	if _, _, err := h.Store.Load(t.Context(), h.caseOf(from("c1"))); !errors.Is(err, triage.ErrUnknown) {
		t.Fatalf("a case came of nothing: %v", err)
	}
	first := said("c1", "1", "こんにちは")
	first.First = &channels.Opening{}
	h.process(t, first, erase, erase, first, said("c1", "3", "やっぱり聞いて"))
	k, events := h.load(t, h.caseOf(from("c1")))
	if !k.Erased() || len(events) != 3 || events[2].Text != "やっぱり聞いて" {
		t.Errorf("erased %v, %d events", k.Erased(), len(events))
	}
	if !h.mail.closed["c1"] || h.mail.codes["c1"] != 1 {
		t.Errorf("closed %v, code registered %d times", h.mail.closed["c1"], h.mail.codes["c1"])
	}
}

func TestReplayBringsNothingShreddedBack(t *testing.T) {
	h := newHouse(t)
	first := said("c1", "1", "山田花子")
	first.First = &channels.Opening{}
	h.process(t, first)
	id := h.caseOf(from("c1"))
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	h.shred(t, id)
	h.process(t, first)
	if _, err := h.Vault.Open(t.Context(), string(id)); !errors.Is(err, vault.ErrUnknown) {
		t.Errorf("the vault has it again: %v", err)
	}
	if h.mail.codes["c1"] != 1 {
		t.Error("the code works again")
	}
	h.process(t, said("c1", "2", "また来ました"))
	if k, _ := h.load(t, id); k.Version != 1 {
		t.Error("a new message does not begin anew")
	}
}

func TestNothingReadableAnywhere(t *testing.T) {
	h := newHouse(t)
	line := channels.NewAddress("line", "Ucanary", []byte("canary-token"))
	m := channels.Message{ID: "canary-id", Kind: "line", From: line, Text: "山田花子 canary-words", CallMe: "canary-name", At: morning}
	h.process(t, m, said("canary-conversation", "1", "山田花子"))
	h.reply(t, h.caseOf(line), "r1", "canary-reply 山田花子さん")
	rooms := h.Rooms
	rooms.Store = failing{h.Store}
	m.ID = "canary-2"
	err := NewRouter(rooms).Process(t.Context(), m)
	all := h.dump(t) + fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, secret := range []string{"canary", "山田", "花子", "さん"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q can be read", secret)
		}
	}
}

func TestStatusOfAReply(t *testing.T) {
	h := newHouse(t)
	sms := channels.NewAddress("sms", "+819000000000", nil)
	h.process(t, channels.Message{ID: "1", Kind: "sms", From: sms, Text: "こんにちは", At: morning})
	id := h.caseOf(sms)
	h.reply(t, id, "r1", "はい")
	h.reply(t, id, "r2", "どうぞ")
	status := func(reply, s, detail string) channels.Message {
		return channels.Message{ID: s, Kind: "sms", From: sms, At: morning, Status: &channels.Status{ReplyID: reply, Status: s, Detail: detail}}
	}
	h.process(t, status(h.Names.reply(id, "r2"), "failed", "Number of 山田花子"), status(h.Names.reply(id, "r2"), "failed", "x"),
		status(h.Names.reply(id, "r1"), "delivered", "30007"), status(h.Names.reply(id, "r3"), "read", ""), status(h.Names.reply(id, "r1"), "odd", ""))
	_, events := h.load(t, id)
	var got []triage.Delivery
	for _, e := range events[3:] {
		got = append(got, *e.Delivery)
	}
	if !slices.Equal(got, []triage.Delivery{{Said: 2, Status: "failed"}, {Said: 1, Status: "delivered", Detail: "30007"}}) {
		t.Errorf("%+v", got)
	}
}

func TestNamesAreReadAgain(t *testing.T) {
	n := NewNames()
	data, err := n.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseNames(data)
	if err != nil {
		t.Fatal(err)
	}
	a := from("c1")
	if n.pseudonym(a) != again.pseudonym(a) || n.caseOf("p") != again.caseOf("p") || n.event("m", "a", "b") != again.event("m", "a", "b") {
		t.Error("other names")
	}
	if n.event("m", "a", "bc") == n.event("m", "ab", "c") {
		t.Error("two messages have one name")
	}
	seen := map[string]bool{}
	for i := range 2000 {
		id := string(n.caseOf(fmt.Sprint(i)))
		if len(id) != 26 || id[:2] > "63" || strings.ToLower(id) != id {
			t.Fatalf("id %q", id)
		}
		seen[id[:2]] = true
	}
	if len(seen) != partitions {
		t.Errorf("%d partitions are used", len(seen))
	}
	for name, bad := range map[string]string{
		"nothing": "", "another version": strings.Replace(string(data), `"version": 1`, `"version": 2`, 1),
		"another id": strings.Replace(string(data), `"id": "`, `"id": "0`, 1), "no keys": `{"version":1}`,
	} {
		if _, err := ParseNames([]byte(bad)); !errors.Is(err, ErrNames) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// By when words must be answered is as grave as the case is with them, and as a person has judged it since.
func TestWordsInAnEmergencyAreDueAsOne(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c", "1", "もう死にたい。たすけて"))
	id := h.caseOf(from("c"))
	answer := func(n string) {
		k, _ := h.load(t, id)
		if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "a" + n, At: morning, Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Said: k.Said + 1}); err != nil {
			t.Fatal(err)
		}
	}
	answer("1")
	h.process(t, said("c", "2", "まだこわい"))
	k, _ := h.load(t, id)
	if want := h.Terms.AnswerBy[triage.Emergency](morning); !k.DueAt.Equal(want) {
		t.Errorf("due %s, want %s", k.DueAt, want)
	}
	answer("2")
	k, _ = h.load(t, id)
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "o", At: morning, Kind: triage.KindAssessment, From: triage.Counselor, By: "sato",
		Judgement: &triage.Judgement{Severity: triage.Soon}}); err != nil {
		t.Fatal(err)
	}
	h.process(t, said("c", "3", "きょうは、学校に行けた"))
	if k, _ = h.load(t, id); !k.DueAt.Equal(h.Terms.AnswerBy[triage.Soon](morning)) {
		t.Errorf("judged less grave, it is due %s", k.DueAt)
	}
}
