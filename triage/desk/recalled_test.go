package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/band"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/meeting"
)

// What was called back is as if it had not been told: what telling had done is owed as before, and the school owes nothing.
func TestWhatWasCalledBackWasNotTold(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	r.must(r.Sweep(ctx))
	_, err := r.Fulfil(ctx, people["sato"], id, desk.Done{What: "article23", Decision: "talk_on", Reason: "本人が望まない"})
	r.must(err)
	r.must(r.Sweep(ctx))
	before := r.duty(id, "article23")
	tell := func() string {
		h, err := r.HandOff(ctx, people["kato"], id, quiet("hinode-jhs"))
		r.must(err)
		r.must(r.Sweep(ctx))
		if a, s := r.duty(id, "article23"), r.duty(id, "school_report"); a.DoneAt.IsZero() || !s.DoneAt.IsZero() {
			t.Fatalf("told: %+v and %+v", a, s)
		}
		return h
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(6*24*time.Hour)))
	h := tell()
	_, err = r.Recall(ctx, people["kato"], id, h, "まちがえた")
	r.must(err)
	r.must(r.Sweep(ctx))
	if x := r.duty(id, "article23"); !x.DoneAt.IsZero() || !x.DueAt.Equal(before.DueAt) {
		t.Errorf("the decision is owed by %v, and was by %v: %+v", x.DueAt, before.DueAt, x)
	}
	if x := r.duty(id, "school_report"); x.DoneAt.IsZero() {
		t.Errorf("a school that was not told owes a report: %+v", x)
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(13*24*time.Hour)))
	m, err := r.CallMeeting(ctx, people["kato"], nil)
	r.must(err)
	pack, err := r.Pack(ctx, people["kato"], m.ID)
	r.must(err)
	if len(pack.Items) != 1 || pack.Items[0].Has(meeting.Silent) || !pack.Items[0].Has(meeting.NotTold) {
		t.Errorf("before the meeting: %+v", pack.Items)
	}
	tell()
	if x := r.duty(id, "school_report"); !x.Since.Equal(r.clock.Now()) {
		t.Errorf("told now, it owes the report since %v", x.Since)
	}
}

// A case that is a hard one no more needs no weekly report, until it is one again.
func TestNoWeeklyReportOfACaseThatEased(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	r.adds(id, triage.Urgent, triage.Suicide)
	_, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	r.must(r.Sweep(ctx))
	for _, x := range []struct {
		kind string
		owed bool
	}{{"hard", true}, {"eased", false}, {"hard", true}} {
		r.clock.pass(time.Hour)
		_, err := r.Observe(ctx, people["mori"], id, triage.Observed{Kind: x.kind, On: r.clock.Now().In(triage.JST).Format(time.DateOnly), Note: "会って話した"})
		r.must(err)
		r.must(r.Sweep(ctx))
		if d := r.duty(id, "weekly_report"); d.DoneAt.IsZero() != x.owed {
			t.Errorf("%s: %+v", x.kind, d)
		}
	}
}

// A case that began and was closed between two meetings is before the next one, and is decided there for good.
func TestAMeetingSeesWhatBeganAndEnded(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	id := r.claimed()
	r.must(r.Sweep(ctx))
	r.clock.pass(time.Hour)
	_, err := r.SetState(ctx, people["kato"], id, desk.StateChange{To: triage.Closed, Reason: "転校した"})
	r.must(err)
	for week, want := range []int{1, 0} {
		r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(6*24*time.Hour)))
		m, err := r.CallMeeting(ctx, people["kato"], nil)
		r.must(err)
		pack, err := r.Pack(ctx, people["kato"], m.ID)
		r.must(err)
		if len(pack.Items) != want {
			t.Fatalf("meeting %d: %+v", week, pack.Items)
		}
		if want == 0 {
			continue
		}
		_, err = r.Decide(ctx, people["kato"], m.ID, desk.Decision{Case: id, Decision: "article23.talk_on", Reason: "転校先で相談を続ける"})
		r.must(err)
		for _, what := range []string{"article23", "weekly_meeting"} {
			if d := r.duty(id, what); d.DoneAt.IsZero() {
				t.Errorf("%s is owed: %+v", what, d)
			}
		}
		r.must(errOf(r.EndMeeting(ctx, people["kato"], m.ID)))
	}
}

// A pause within the hours ends no promise that holds for the day.
func TestAPauseEndsNoPromise(t *testing.T) {
	r, l := waited(t)
	days := []city.Weekday{"mon", "tue", "wed", "thu", "fri"}
	r.City.Channels = map[string]city.Channel{"chat": {Hours: []city.Span{{Days: days, From: "08:45", To: "12:00"}, {Days: days, From: "13:00", To: "17:15"}}}}
	r.clock.Set(time.Date(2026, 12, 1, 11, 30, 0, 0, triage.JST))
	var ids []triage.CaseID
	for range 6 {
		ids = append(ids, r.writes("", "悪口を言われた"))
		r.clock.pass(time.Second)
	}
	last := ids[len(ids)-1]
	for _, at := range []string{"11:31", "12:05", "13:05", "17:10"} {
		now, err := time.ParseInLocation("2006-01-02 15:04", "2026-12-01 "+at, triage.JST)
		r.must(err)
		r.clock.Set(now)
		r.must(r.TellWaits(t.Context()))
		if got := l.band(last); got != triage.BandToday && (at != "13:05" || band.Longer(got, triage.BandToday)) && at != "17:10" {
			t.Errorf("at %s: %s", at, got)
		}
		if got := l.band(last); got == triage.BandSorry {
			t.Errorf("sorry at %s", at)
		}
	}
}

// An answer that is due in days on which the desk works climbs in such days.
func TestALateAnswerClimbsInBusinessDays(t *testing.T) {
	r, ctx := in(t, "asahikawa"), t.Context()
	r.City.Terms.AnswerWithin["soon"] = "1bd"
	r.clock.Set(time.Date(2026, 12, 4, 10, 0, 0, 0, triage.JST)) // a Friday
	due := time.Date(2026, 12, 7, 17, 15, 0, 0, triage.JST)
	before := triage.Case{ID: "07aaaaaaaaaaaaaaaaaaaaaaaa"}
	_, err := r.store.Append(ctx, before, triage.Event{ID: "m", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "むしされた",
		Judgement: &triage.Judgement{Severity: triage.Soon}, DueAt: due})
	r.must(err)
	v, err := r.Case(ctx, people["sato"], before.ID)
	r.must(err)
	if d := v.Duties()[0]; d.Kind != "answer" || !d.ClimbAt.Equal(time.Date(2026, 12, 8, 17, 15, 0, 0, triage.JST)) {
		t.Errorf("%+v", d)
	}
}
