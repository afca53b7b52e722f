package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// By LINE, SMS and mail who writes of danger while nobody is there hears, once for each wait, that it has come, when somebody is
// there, and who answers at any hour. It is no answer: the wait and its time run on.
func TestOutsideTheHoursDangerIsAnswered(t *testing.T) {
	for _, tt := range []struct {
		name, door, at string
		severity       triage.Severity
		there          []string
		until          time.Duration
		want           string // when it is said, or "" never
	}{
		{"LINE at night", "line", "2026-11-20 23:00:00", triage.Urgent, nil, time.Hour, "2026-11-20 23:00:00"},
		{"SMS on a holiday", "sms", "2026-11-23 10:00:00", triage.Emergency, nil, time.Hour, "2026-11-23 10:00:00"},
		{"a mail by day that nobody answers", "email", "2026-11-20 16:00:00", triage.Urgent, nil, 3 * time.Hour, "2026-11-20 17:15:00"},
		{"somebody is still there", "line", "2026-11-20 22:30:00", triage.Urgent, []string{"sato"}, time.Hour, ""},
		{"who is there can see nothing", "line", "2026-11-20 22:30:00", triage.Urgent, []string{"ono"}, time.Hour, "2026-11-20 22:30:00"},
		{"the chat has a page that says it", "chat", "2026-11-20 23:00:00", triage.Emergency, nil, time.Hour, ""},
		{"a letter", "letter", "2026-11-20 23:00:00", triage.Urgent, nil, time.Hour, ""},
	} {
		r, _ := night(t, watched(t, false))
		ctx := t.Context()
		r.office.there = tt.there
		r.clock.Set(at(tt.at))
		id := r.wroteBy(tt.door, "", tt.severity, triage.Suicide)
		before, _ := r.load(id)
		r.must(r.Sweep(ctx))
		r.must(r.Advance(ctx, r.clock, at(tt.at).Add(tt.until)))
		r.wroteBy(tt.door, id, tt.severity, triage.Suicide)
		r.must(r.Sweep(ctx))
		c, events := r.load(id)
		var told []triage.Event
		for _, e := range events {
			if e.From == triage.Desk {
				told = append(told, e)
			}
		}
		if tt.want == "" {
			if len(told) > 0 {
				t.Errorf("%s: told %q", tt.name, told[0].Text)
			}
			continue
		}
		if len(told) != 1 || !told[0].At.Equal(at(tt.want)) || told[0].Said != 1 || len(told[0].Words) == 0 {
			t.Errorf("%s: told %+v", tt.name, told)
			continue
		}
		for _, part := range []string{"とどいています", "には、ここに相談員がいます", "0120-0-78310", "119"} {
			if !strings.Contains(told[0].Text, part) {
				t.Errorf("%s: %q is not in %q", tt.name, part, told[0].Text)
			}
		}
		if strings.Contains(told[0].Text, "*") || strings.Contains(told[0].Text, "知らせました") {
			t.Errorf("%s: %q", tt.name, told[0].Text)
		}
		if c.WaitingSince != before.WaitingSince || !c.AnsweredAt.IsZero() || c.DueAt != before.DueAt {
			t.Errorf("%s: it counts as an answer: %v %v", tt.name, c.WaitingSince, c.AnsweredAt)
		}
	}
}

// That somebody on call knows is said where a page went out, and nowhere else.
func TestOutsideSaysWhoKnows(t *testing.T) {
	r, p := night(t, watched(t, true))
	r.clock.Set(at("2026-11-20 23:00:00"))
	id := r.wroteBy("line", "", triage.Urgent, triage.Suicide)
	r.must(r.Sweep(t.Context()))
	_, events := r.load(id)
	last := events[len(events)-1]
	if len(p.pages) != 1 || last.From != triage.Desk || !strings.HasPrefix(last.Text, "当番（とうばん）の人に、知らせました。") {
		t.Errorf("paged %v, told %q", p.pages, last.Text)
	}
}

// Who writes of no danger hears it as well, in calm words, where nobody is there: once for each wait, and not where somebody was at
// the desk. Words of danger after that are answered as such.
func TestOutsideTheHoursEverybodyIsAnswered(t *testing.T) {
	const soon, urgent = triage.Soon, triage.Urgent
	type words struct {
		at       string
		severity triage.Severity
	}
	calm, grave := "書いたことは、なくなりません", "一人でがまんしないでください"
	for _, tt := range []struct {
		name, door string
		wrote      []words
		there      []string
		want       []string // the time and the words of what is said
	}{
		{"LINE at night", "line", []words{{"2026-11-20 23:00:00", soon}}, nil, []string{"2026-11-20 23:00:00 " + calm}},
		{"twice", "sms", []words{{"2026-11-20 23:00:00", soon}, {"2026-11-21 11:00:00", triage.Routine}}, nil, []string{"2026-11-20 23:00:00 " + calm}},
		{"danger after that", "email", []words{{"2026-11-20 23:00:00", soon}, {"2026-11-20 23:30:00", urgent}}, nil,
			[]string{"2026-11-20 23:00:00 " + calm, "2026-11-20 23:30:00 " + grave}},
		{"danger before that", "line", []words{{"2026-11-20 23:00:00", urgent}, {"2026-11-20 23:30:00", soon}}, nil, []string{"2026-11-20 23:00:00 " + grave}},
		{"by day, and nobody answers", "line", []words{{"2026-11-20 16:00:00", soon}}, nil, nil},
		{"by day, and more of it at night", "line", []words{{"2026-11-20 16:00:00", soon}, {"2026-11-20 23:00:00", soon}}, nil, []string{"2026-11-20 23:00:00 " + calm}},
		{"somebody is still there", "line", []words{{"2026-11-20 23:00:00", soon}}, []string{"sato"}, nil},
		{"the chat has a page that says it", "chat", []words{{"2026-11-20 23:00:00", soon}}, nil, nil},
		{"a letter", "letter", []words{{"2026-11-20 23:00:00", soon}}, nil, nil},
	} {
		r, _ := night(t, watched(t, false))
		r.office.there = tt.there
		var id triage.CaseID
		for _, w := range tt.wrote {
			if id != "" {
				r.must(r.Advance(t.Context(), r.clock, at(w.at)))
			}
			r.clock.Set(at(w.at))
			id = r.wroteBy(tt.door, id, w.severity)
			r.must(r.Sweep(t.Context()))
		}
		r.must(r.Advance(t.Context(), r.clock, at("2026-11-21 12:00:00")))
		r.office.there = nil
		r.must(r.Advance(t.Context(), r.clock, at("2026-11-24 12:00:00"))) // a Tuesday, after a holiday
		c, events := r.load(id)
		var told []string
		for _, e := range events {
			if e.From != triage.Desk {
				continue
			}
			words := calm
			if strings.Contains(e.Text, grave) {
				words = grave
			}
			told = append(told, e.At.In(triage.JST).Format(time.DateTime)+" "+words)
			for _, part := range []string{words, "には、ここに相談員がいます", "0120-0-78310"} {
				if !strings.Contains(e.Text, part) {
					t.Errorf("%s: %q is not in %q", tt.name, part, e.Text)
				}
			}
		}
		if tt.there == nil && !slices.Equal(told, tt.want) || tt.there != nil && len(told) > 0 && told[0] < "2026-11-21 12" {
			t.Errorf("%s: told %v, want %v", tt.name, told, tt.want)
		}
		if c.WaitingSince.IsZero() || !c.AnsweredAt.IsZero() {
			t.Errorf("%s: it counts as an answer", tt.name)
		}
	}
}

// Who takes their words back hears nothing of them: nobody knows who holds the telephone now. And who is away is not there, whatever
// they did just now: they keep neither the call of on-call nor the words from a child.
func TestOutsideLetsBeWhatWasTakenBackAndSeesWhoIsAway(t *testing.T) {
	r, _ := night(t, watched(t, false))
	ctx := t.Context()
	r.clock.Set(at("2026-11-20 23:00:00"))
	id := r.wroteBy("line", "", triage.Urgent, triage.Suicide)
	r.takesBack(id)
	r.must(r.Sweep(ctx))
	r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(time.Hour)))
	if told := r.said(id, "outside:"); len(told) != 0 {
		t.Errorf("what was taken back is answered: %q", told)
	}

	r, p := night(t, watched(t, true))
	r.clock.Set(at("2026-11-20 23:00:00"))
	r.office.there = []string{"sato"}
	r.must(r.MarkAway(ctx, people["mori"], "sato", "2026-11-25"))
	id = r.wroteBy("line", "", triage.Emergency, triage.Suicide)
	r.must(r.Sweep(ctx))
	if told := r.said(id, "outside:"); len(told) != 1 || len(p.pages) != 1 {
		t.Errorf("who is away counts as there: told %q, called %v", told, p.pages)
	}
}
