package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// Who told of danger, was answered and says nothing more is not calm: after the city's time it is a reason of its own, somebody
// has to look after it, and an emergency rings anew. Words, a promised time, a person's judgement and the end of the matter end it.
func TestSilenceAfterDanger(t *testing.T) {
	quiet := func(c triage.Case) (triage.Duty, bool) {
		i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == triage.SilenceRule })
		if i < 0 {
			return triage.Duty{}, false
		}
		return c.Duties[i], c.Duties[i].DoneAt.IsZero()
	}
	promise := func(in time.Duration) func(r *room, id triage.CaseID) {
		return func(r *room, id triage.CaseID) {
			_, err := r.LeaveSession(r.t.Context(), people["sato"], id, triage.Session{Promised: r.clock.Now().Add(in)})
			r.must(err)
		}
	}
	for _, tt := range []struct {
		name     string
		severity triage.Severity
		door     string
		then     func(r *room, id triage.CaseID)
		before   time.Duration // nothing yet
		after    time.Duration // then it is so; 0: never
		rings    bool
	}{
		{"an emergency", triage.Emergency, "chat", nil, 14 * time.Minute, 15 * time.Minute, true},
		{"urgent", triage.Urgent, "chat", nil, 59 * time.Minute, time.Hour, false},
		{"by mail it takes a day", triage.Urgent, "email", nil, 23 * time.Hour, 24 * time.Hour, false},
		{"what is soon", triage.Soon, "chat", nil, 100 * time.Hour, 0, false},
		{"they wrote again", triage.Emergency, "chat", func(r *room, id triage.CaseID) { r.clock.pass(time.Minute); r.wrote(id, triage.Routine) }, 14 * time.Minute, 0, false},
		{"until tomorrow, as was promised", triage.Urgent, "chat", promise(20 * time.Hour), 20*time.Hour + 59*time.Minute, 21 * time.Hour, false},
		{"an emergency until tomorrow", triage.Emergency, "chat", promise(20 * time.Hour), 20*time.Hour + 14*time.Minute, 20*time.Hour + 15*time.Minute, true},
		{"nobody leaves an emergency until next week", triage.Emergency, "chat", promise(7 * 24 * time.Hour), 14 * time.Minute, 15 * time.Minute, true},
		{"handed to a school", triage.Emergency, "chat", func(r *room, id triage.CaseID) {
			c, _ := r.load(id)
			_, err := r.store.Append(r.t.Context(), c, triage.Event{ID: "h", At: r.clock.Now(), Kind: triage.KindState, From: triage.Counselor, By: "sato", Change: &triage.Change{To: triage.HandedOff}})
			r.must(err)
		}, 14 * time.Minute, 15 * time.Minute, true},
		{"a person judged it less grave", triage.Urgent, "chat", func(r *room, id triage.CaseID) {
			_, err := r.Overrule(r.t.Context(), people["sato"], id, triage.Soon, "落ち着いて話せた")
			r.must(err)
		}, 10 * time.Hour, 0, false},
		{"it is over", triage.Urgent, "chat", func(r *room, id triage.CaseID) {
			_, err := r.SetState(r.t.Context(), people["sato"], id, desk.StateChange{To: triage.Closed, Reason: "家の人と話した"})
			r.must(err)
		}, 10 * time.Hour, 0, false},
		{"only half an answer", triage.Emergency, "chat", nil, 14 * time.Minute, 15 * time.Minute, true},
	} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.office.there = []string{"sato", "kato"}
		r.clock.Set(at("2026-11-18 18:00:00"))
		id := r.wroteBy(tt.door, "", tt.severity, triage.Suicide)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		_, err = r.Say(ctx, people["sato"], id, "1", "読みました。いま、どこにいますか")
		r.must(err)
		if tt.name == "only half an answer" {
			r.clock.pass(time.Minute)
			_, err = r.SayInterim(ctx, people["sato"], id, "2")
			r.must(err)
			tt.before, tt.after = tt.before-time.Minute, tt.after-time.Minute
		}
		if tt.then != nil {
			tt.then(r, id)
		}
		r.must(r.Sweep(ctx))
		start := r.clock.Now()
		rang := len(r.rang(id))
		r.must(r.Advance(ctx, r.clock, start.Add(tt.before)))
		c, _ := r.load(id)
		if _, open := quiet(c); open {
			t.Errorf("%s: a duty after %v", tt.name, tt.before)
		}
		if tt.after == 0 {
			continue
		}
		r.office.there = nil
		r.must(r.Advance(ctx, r.clock, start.Add(tt.after)))
		c, _ = r.load(id)
		if x, open := quiet(c); !open || x.Owner != "assignee" || x.Turn != 1 {
			t.Errorf("%s: no duty after %v: %+v", tt.name, tt.after, x)
		}
		if c.Severity != tt.severity || !slices.ContainsFunc(c.Reasons, func(x triage.Reason) bool { return x.Rule == triage.SilenceRule && x.Flag == triage.Suicide }) {
			t.Errorf("%s: %s for %+v", tt.name, c.Severity, c.Reasons)
		}
		if got := len(r.rang(id)) > rang; got != tt.rings || got != (len(p.pages) > 0) {
			t.Errorf("%s: rings %q, paged %v", tt.name, r.rang(id), p.pages)
		}
		// Said once; and words end it.
		r.must(r.Advance(ctx, r.clock, start.Add(tt.after+30*time.Minute)))
		if n := len(r.said(id, "silence:")); n != 1 {
			t.Errorf("%s: said %d times", tt.name, n)
		}
		r.wroteBy(tt.door, id, triage.Routine)
		r.must(r.Sweep(ctx))
		if c, _ = r.load(id); func() bool { _, open := quiet(c); return open }() {
			t.Errorf("%s: words do not end it", tt.name)
		}
	}
}

// A person ends it with what they decided; the next answer that is met with silence begins it anew.
func TestSilenceBeginsAnew(t *testing.T) {
	r, _ := night(t, watched(t, false))
	ctx := t.Context()
	r.clock.Set(at("2026-11-18 18:00:00"))
	id := r.wrote("", triage.Urgent, triage.SelfHarm)
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	for turn := 1; turn <= 2; turn++ {
		_, err = r.Say(ctx, people["sato"], id, string(rune('0'+turn)), "ここにいます")
		r.must(err)
		r.must(r.Sweep(ctx))
		r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(61*time.Minute)))
		_, err = r.Fulfil(ctx, people["sato"], id, desk.Done{What: triage.SilenceRule, Decision: "again", Reason: "もう一度声をかけます", Turn: turn})
		r.must(err)
		c, _ := r.load(id)
		i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == triage.SilenceRule })
		if i < 0 || c.Duties[i].Turn != turn || c.Duties[i].DoneAt.IsZero() {
			t.Fatalf("turn %d: %+v", turn, c.Duties)
		}
	}
}

// Who says 受領 to an emergency, or takes it, and then does nothing hears of it again, with everybody who is called: two leases
// later, for as long as nobody answers. Whatever they do in the case begins the time anew.
func TestAnEmergencyThatNobodyAnswersRingsAgain(t *testing.T) {
	for _, taken := range []bool{false, true} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.clock.Set(at("2026-11-18 23:00:00"))
		id := r.danger("")
		r.must(r.Sweep(ctx))
		if taken {
			_, err := r.Claim(ctx, people["sato"], id)
			r.must(err)
		} else {
			_, err := r.Fulfil(ctx, people["mori"], id, desk.Done{What: desk.Alarm, Reason: "受領しました"})
			r.must(err)
		}
		r.must(r.Sweep(ctx))
		r.must(r.Advance(ctx, r.clock, at("2026-11-18 23:20:00")))
		_, err := r.Note(ctx, people["mori"], id, "110番と話しています")
		r.must(err)
		p.pages = nil
		r.must(r.Advance(ctx, r.clock, at("2026-11-18 23:49:59")))
		if len(p.pages) != 0 {
			t.Errorf("taken %v: called %v", taken, p.pages)
		}
		r.must(r.Advance(ctx, r.clock, at("2026-11-18 23:53:00")))
		c, _ := r.load(id)
		if len(p.pages) < 2 || !slices.ContainsFunc(c.Reasons, func(x triage.Reason) bool { return x.Rule == triage.UnansweredRule }) {
			t.Errorf("taken %v: called %v, for %+v", taken, p.pages, c.Reasons)
		}
		_, err = r.Say(ctx, people["mori"], id, "1", "ここにいます")
		r.must(err)
		r.must(r.Sweep(ctx))
		if d := r.duty(id, desk.Alarm); d.DoneAt.IsZero() {
			t.Errorf("taken %v: an answer does not end it: %+v", taken, d)
		}
	}
}

// What a parent says by telephone of a child who told of danger is no word of the child's: the child's silence counts on, by it
// and by a call to the parent; and the case stays the child's. What the child tells somebody ends it.
func TestOnlyTheChildBreaksTheSilence(t *testing.T) {
	for name, tt := range map[string]struct {
		tells []desk.Visit // what is written into the case
		calls bool         // then the desk calls back, and somebody answers
		falls bool
	}{
		"a parent phones":                {[]desk.Visit{{Teller: triage.Teller{Who: "guardian", Safe: "yes"}}}, false, true},
		"and again, and is called":       {[]desk.Visit{{Teller: triage.Teller{Who: "guardian"}}, {Teller: triage.Teller{Who: "guardian"}, CallBack: &triage.CallBack{Window: "any"}}}, true, true},
		"the school phones":              {[]desk.Visit{{Teller: triage.Teller{Who: "school"}}}, false, true},
		"the child phones":               {[]desk.Visit{{Teller: triage.Teller{Who: "self"}}}, false, false},
		"the child asks, and is called":  {[]desk.Visit{{Teller: triage.Teller{Who: "self"}, CallBack: &triage.CallBack{Window: "any"}}}, true, false},
		"the child, and then the parent": {[]desk.Visit{{Teller: triage.Teller{Who: "self"}}, {Teller: triage.Teller{Who: "guardian"}}}, false, false},
	} {
		r, _ := night(t, watched(t, false))
		ctx := t.Context()
		r.office.there = []string{"sato", "kato"}
		r.clock.Set(at("2026-11-18 18:00:00"))
		id := r.wrote("", triage.Urgent, triage.Suicide)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		_, err = r.Say(ctx, people["sato"], id, "1", "読みました。いま、どこにいますか")
		r.must(err)
		for _, v := range tt.tells {
			r.clock.pass(10 * time.Minute)
			v.Case, v.Channel, v.Text, v.CallMe = id, "voice", "家にいます", "はなこ"
			_, err := r.Enter(ctx, people["sato"], v)
			r.must(err)
		}
		if tt.calls {
			call, err := r.Call(ctx, people["sato"], id, "")
			r.must(err)
			c, _ := r.load(id)
			c, err = r.store.Append(ctx, c, triage.Event{ID: "answered", At: r.clock.Now(), Kind: triage.KindDelivery, From: triage.System, Call: &triage.Call{ID: call, At: r.clock.Now(), Outcome: triage.CallAnswered}})
			r.must(err)
			if c.WaitingSince.IsZero() == tt.falls {
				t.Errorf("%s: called, and it waits since %v", name, c.WaitingSince)
			}
		}
		r.must(r.Sweep(ctx))
		r.must(r.Advance(ctx, r.clock, at("2026-11-18 19:01:00")))
		c, _ := r.load(id)
		if open := slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == triage.SilenceRule && x.DoneAt.IsZero() }); open != tt.falls {
			t.Errorf("%s: silence %v", name, open)
		}
		if self := c.Teller != nil; self == tt.falls || self && c.Teller.Who != "self" || self != (c.CallMe != "") {
			t.Errorf("%s: told by %+v, called %q", name, c.Teller, c.CallMe)
		}
	}
}

// A case that a parent began by telephone is the parent's: what they say next is said by who seeks help.
func TestAParentsOwnCaseIsTheirs(t *testing.T) {
	tells := func(n, who string) triage.Event {
		return triage.Event{ID: n, At: opened, Kind: triage.KindMessage, From: triage.Seeker, By: "ono", Channel: "voice", Text: "電話", Teller: &triage.Teller{Who: who}}
	}
	c := triage.Fold("01x", []triage.Event{tells("1", "guardian"), tells("2", "guardian"), tells("3", "school")})
	if c.Teller == nil || c.Teller.Who != "guardian" || !c.HeardFrom(tells("2", "guardian")) || c.HeardFrom(tells("3", "school")) {
		t.Errorf("%+v", c.Teller)
	}
}
