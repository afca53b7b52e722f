package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/roster"
)

// What a counselor promises as they say goodbye stands in the words of it and is a duty, by one act; said twice it is one.
func TestAGoodbyePromisesTheNextTime(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	next := time.Date(2026, 12, 3, 18, 0, 0, 0, triage.JST)
	text := "次は" + desk.NextTime + "に、ここで待っています。"
	_, err := r.Say(ctx, people["sato"], id, "1", text)
	r.want("without a time", err, "bad_request")
	for _, never := range []time.Time{r.clock.Now(), r.clock.Now().AddDate(0, 2, 0)} {
		_, err = r.SayUntil(ctx, people["sato"], id, "1", text, never)
		r.want("a time that is none", err, "bad_request")
	}
	if c, _ := r.load(id); c.Said != 0 {
		t.Fatalf("%d messages were said", c.Said)
	}
	for range 2 {
		_, err = r.SayUntil(ctx, people["sato"], id, "1", text, next)
		r.must(err)
	}
	_, err = r.SayUntil(ctx, people["sato"], id, "2", "では、また。", next)
	r.must(err)
	_, err = r.LeaveSession(ctx, people["sato"], id, triage.Session{Next: "話す", Promised: next})
	r.must(err)
	c, events := r.load(id)
	said := slices.IndexFunc(events, func(e triage.Event) bool { return e.Said == 1 })
	if c.Said != 2 || events[said].Text != "次は12月3日〔木〕の夕方6時に、ここで待っています。" || !strings.Contains(string(events[said].Words), "12月3日") {
		t.Errorf("said %d: %q", c.Said, events[said].Text)
	}
	promises := slices.DeleteFunc(slices.Clone(c.Duties), func(x triage.Duty) bool { return x.Kind != "promised" })
	if len(promises) != 1 || promises[0].Turn != 1 || !promises[0].DueAt.Equal(next) || promises[0].Owner != "assignee" {
		t.Errorf("promised: %+v", promises)
	}
}

func TestANameToBeCalledBy(t *testing.T) {
	r := open(t)
	r.must(r.SetProfile(t.Context(), people["sato"], "", roster.Profile{CallMe: "さとう"}))
	r.want("a long name", r.SetProfile(t.Context(), people["sato"], "", roster.Profile{CallMe: strings.Repeat("あ", 21)}), "bad_request")
	if got := r.Profile(t.Context(), "sato").CallMe; got != "さとう" {
		t.Errorf("called %q", got)
	}
}

// Who is away stays away, whatever else is written of them.
func TestAProfileEndsNoAbsence(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	r.must(r.MarkAway(ctx, people["kato"], "sato", "2026-12-04"))
	away := r.Profile(ctx, "sato").AwayUntil
	r.must(r.SetProfile(ctx, people["sato"], "", roster.Profile{Woman: true}))
	if got := r.Profile(ctx, "sato"); away.IsZero() || !got.AwayUntil.Equal(away) || !got.Woman {
		t.Errorf("away until %v, and then %+v", away, got)
	}
}
