package desk_test

import (
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
		{"no danger", "line", "2026-11-20 23:00:00", triage.Soon, nil, time.Hour, ""},
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
