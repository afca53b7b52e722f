package router

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/triage"
)

func (h *house) enter(t *testing.T, e triage.Entry) triage.CaseID {
	t.Helper()
	if e.At.IsZero() {
		e.At = morning
	}
	id, err := h.front.Enter(t.Context(), e)
	if err != nil {
		t.Fatalf("Enter: %v", err)
	}
	return id
}

func TestWhatStaffHeardIsAMessage(t *testing.T) {
	h := newHouse(t)
	e := triage.Entry{ID: "v1", Channel: "visit", Text: "山田花子さんが死にたいと言う", Contact: "090-9999-0000 母", By: "kawai"}
	id := h.enter(t, e)
	if again := h.enter(t, e); again != id {
		t.Error("the same entry opens two cases")
	}
	k, events := h.load(t, id)
	if k.Version != 1 || k.Severity != triage.Emergency || k.Door != "visit" || events[0].By != "kawai" {
		t.Errorf("%+v", k)
	}
	if events[0].Text != "[人物A]さんが死にたいと言う" || k.Reasons[0].Excerpt != "さんが死にたい" {
		t.Errorf("%q, %q", events[0].Text, k.Reasons[0].Excerpt)
	}
	if got, err := h.front.Reveal(t.Context(), id, "[連絡先1]"); err != nil || got != e.Contact {
		t.Errorf("the contact: %v", err)
	}
	more := h.enter(t, triage.Entry{ID: "v2", Case: id, Channel: "voice", Text: "山田花子から電話"})
	if k, events = h.load(t, id); more != id || len(events) != 2 || events[1].Text != "[人物A]から電話" || !slices.Equal(k.Channels, []string{"visit", "voice"}) {
		t.Errorf("in the same case: %q", events[1].Text)
	}
	if other := h.enter(t, triage.Entry{ID: "v3", Channel: "visit", Text: "別の人"}); other == id {
		t.Error("another entry is in the same case")
	}
	if _, err := h.front.Enter(t.Context(), triage.Entry{ID: "v4", Case: "07nosuchcase", Channel: "visit"}); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("a case that is none: %v", err)
	}
	if _, err := h.front.Enter(t.Context(), triage.Entry{Channel: "visit"}); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("no id: %v", err)
	}
}

func TestReportOfASchool(t *testing.T) {
	h := newHouse(t)
	fields := map[string]string{"victim": "山田花子", "how": "ゆいにいじめられた", "place": ""}
	id := h.enter(t, triage.Entry{ID: "r1", Channel: "school", By: "hinode1",
		Report: &triage.Report{ID: "42sent", School: "hinode", Form: "incident", Fields: fields}})
	k, events := h.load(t, id)
	e := events[0]
	if e.Report.ID != "42sent" || e.Report.School != "hinode" || e.Report.Form != "incident" {
		t.Errorf("case %s, report %+v", id, e.Report)
	}
	if e.Kind != triage.KindReport || e.From != triage.AtSchool || e.Report.Fields["victim"] != "[人物B]" || e.Report.Fields["how"] != "[人物A]にいじめられた" {
		t.Errorf("%s from %s: %q", e.Kind, e.From, e.Report.Fields)
	}
	if e.Text != "[人物A]にいじめられた\n[人物B]" || k.Severity != triage.Soon || k.Reasons[0].Excerpt != "[人物A]にいじめ" {
		t.Errorf("%q, %s, %+v", e.Text, k.Severity, k.Reasons)
	}
	found, _, err := h.Store.List(t.Context(), triage.Query{Ref: e.Report.ID})
	if err != nil || len(found) != 1 || found[0].ID != id {
		t.Errorf("the report is not found: %v", err)
	}
	id = h.enter(t, triage.Entry{ID: "r2", Channel: "school", Text: "誰：山田花子\nなに：ゆいにいじめられた",
		Report: &triage.Report{ID: "x", School: "hinode", Form: "incident", Fields: fields}})
	if _, events := h.load(t, id); events[0].Text != "誰：[人物B]\nなに：[人物A]にいじめられた" && events[0].Text != "誰：[人物A]\nなに：[人物B]にいじめられた" {
		t.Errorf("the text of a form: %q", events[0].Text)
	}
	if _, err := h.front.Enter(t.Context(), triage.Entry{ID: "r4", Channel: "school", Report: &triage.Report{}}); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("a report without an id: %v", err)
	}
	h.names.do = func(string) { panic("山田花子") }
	id = h.enter(t, triage.Entry{ID: "r3", Channel: "school", Report: &triage.Report{ID: "y", School: "hinode", Form: "incident", Fields: fields}})
	k, events = h.load(t, id)
	if k.Severity != triage.Soon || events[0].Report.Fields["victim"] == "山田花子" || events[0].Text != "[不明3]" {
		t.Errorf("an anonymizer that fails: %q", events[0].Text)
	}
}

func TestScrub(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c1", "1", "山田花子です"))
	id := h.caseOf(from("c1"))
	s, err := h.front.Scrub(t.Context(), id, "山田花子さん、ゆいさんと[人物A]のこと")
	if err != nil || s.Text != "[人物A]さん、[人物B]さんと[人物A]のこと" || strings.Contains(string(s.Words), "山田") {
		t.Fatalf("%q, %v", s.Text, err)
	}
	if words, err := h.front.Reveal(t.Context(), id, "[人物B]"); err != nil || words != "ゆい" {
		t.Errorf("what staff wrote is not in the glossary: %v", err)
	}
	if s, err := h.front.Scrub(t.Context(), "", "ゆいさんのこと"); err != nil || s.Text != "[人物A]さんのこと" || len(s.Words) > 0 {
		t.Errorf("for no case: %q, %v", s.Text, err)
	}
	if s, err := h.front.Scrub(t.Context(), "", "山田花子さん、ゆいさんと[人物A]のこと"); err != nil || s.Bare != "〔名前など〕さん、〔名前など〕さんと[人物A]のこと" {
		t.Errorf("with nothing that leads to a case: %q, %v", s.Bare, err)
	}
	h.names.do = func(string) { panic("山田花子") }
	if s, err := h.front.Scrub(t.Context(), "", "山田花子さん"); err != nil || s.Bare != triage.Withheld {
		t.Errorf("an anonymizer that fails, for no case: %q, %v", s.Bare, err)
	}
	if s, err := h.front.Scrub(t.Context(), id, "山田花子さん"); err != nil || s.Text != "[不明1]" {
		t.Errorf("an anonymizer that fails: %q, %v", s.Text, err)
	}
	if _, err := h.front.Scrub(t.Context(), "07nosuchcase", "x"); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("no case: %v", err)
	}
}

func TestRevealAndDisclose(t *testing.T) {
	h := newHouse(t)
	h.names.words["[人物B]"] = anonymize.TypeSchool // words that look like a placeholder
	h.process(t, said("c1", "1", "山田花子 ゆい 090-1234-5678 [人物B]"))
	id := h.caseOf(from("c1"))
	for placeholder, want := range map[string]string{"[人物A]": "山田花子", "[人物B]": "ゆい", "[電話1]": "090-1234-5678", "[学校1]": "[人物B]"} {
		if words, err := h.front.Reveal(t.Context(), id, placeholder); err != nil || words != want {
			t.Errorf("%s: %q, %v", placeholder, words, err)
		}
		if err := h.front.Knows(t.Context(), id, placeholder); err != nil {
			t.Errorf("%s is not known: %v", placeholder, err)
		}
	}
	for _, placeholder := range []string{"[人物C]", "人物A", "", "[写真1]", "[連絡先1]", "[連絡先2]"} {
		if _, err := h.front.Reveal(t.Context(), id, placeholder); !errors.Is(err, triage.ErrNoWords) {
			t.Errorf("%q: %v", placeholder, err)
		}
		if err := h.front.Knows(t.Context(), id, placeholder); !errors.Is(err, triage.ErrNoWords) {
			t.Errorf("%q is known: %v", placeholder, err)
		}
	}
	h.process(t, channels.Message{ID: "1", Kind: "line", From: channels.NewAddress("line", "U1234", nil), Text: "話したい"})
	line := h.caseOf(channels.NewAddress("line", "U1234", nil))
	if words, err := h.front.Reveal(t.Context(), line, "[連絡先1]"); err != nil || words != "U1234" {
		t.Errorf("what is behind the door: %v", err)
	}
	text := "[人物A]と[人物B]が[学校1]で[人物A] [人物Z]"
	for _, c := range []struct {
		may  []string
		want string
	}{
		{nil, text}, {[]string{"[人物A]"}, "山田花子と[人物B]が[学校1]で山田花子 [人物Z]"},
		{[]string{"[学校1]", "[人物B]", "[人物Z]"}, "[人物A]とゆいが[人物B]で[人物A] [人物Z]"},
	} {
		if got, err := h.front.Disclose(t.Context(), id, text, c.may); err != nil || got != c.want {
			t.Errorf("%q: %q, %v", c.may, got, err)
		}
	}
}

func TestEraseAndLamp(t *testing.T) {
	h := newHouse(t)
	lamp := NewLamp(h.Rooms)
	h.process(t, said("c1", "1", "こんにちは"))
	id := h.caseOf(from("c1"))
	if err := lamp.Show(t.Context(), id, triage.DoingWriting); err != nil || h.mail.shown["c1"] != "writing" {
		t.Errorf("the lamp: %v", err)
	}
	line := channels.NewAddress("line", "U1", nil)
	h.process(t, channels.Message{ID: "1", From: line, Text: "こんにちは", At: morning})
	if err := lamp.Show(t.Context(), h.caseOf(line), triage.DoingReading); err != nil || len(h.mail.shown) != 1 {
		t.Errorf("a seeker without a page: %v", err)
	}
	for range 2 {
		if err := h.front.Erase(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if !h.mail.closed["c1"] {
		t.Error("the mailbox stays")
	}
	if _, err := h.front.Reveal(t.Context(), id, "[人物A]"); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("after: %v", err)
	}
	if err := lamp.Show(t.Context(), id, triage.DoingWaiting); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("the lamp of what is erased: %v", err)
	}
}
