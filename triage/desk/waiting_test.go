package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// What a child writes in an emergency rings again, however light their words are: at once, after 2, 5 and 10 minutes, until
// somebody answers or says 受領. So does what comes after it was over; and nothing rings where a person judged it less grave.
func TestWordsInAnEmergencyRingAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		then func(r *room, id triage.CaseID)
		ends func(r *room, id triage.CaseID) error
		want int // pages within ten minutes
	}{
		"answered": {nil, func(r *room, id triage.CaseID) error {
			_, err := r.Say(r.t.Context(), people["sato"], id, "2", "ここにいます")
			return err
		}, 4},
		"received": {nil, func(r *room, id triage.CaseID) error {
			_, err := r.Fulfil(r.t.Context(), people["kato"], id, desk.Done{What: desk.Alarm, Reason: "受領しました"})
			return err
		}, 4},
		"over": {func(r *room, id triage.CaseID) {
			_, err := r.SetState(r.t.Context(), people["sato"], id, desk.StateChange{To: triage.Closed, Reason: "家の人と話した"})
			r.must(err)
		}, func(r *room, id triage.CaseID) error {
			_, err := r.Claim(r.t.Context(), people["sato"], id)
			return err
		}, 4},
		"judged": {func(r *room, id triage.CaseID) {
			_, err := r.Overrule(r.t.Context(), people["sato"], id, triage.Soon, "落ち着いて話せた")
			r.must(err)
		}, nil, 0},
	} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.office.there = []string{"sato", "kato"}
		r.clock.Set(at("2026-11-18 23:00:00"))
		id := r.danger("")
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		_, err = r.Join(ctx, people["sato"], id, "kato")
		r.must(err)
		r.clock.pass(time.Minute)
		_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
		r.must(err)
		if tt.then != nil {
			tt.then(r, id)
		}
		r.must(r.Sweep(ctx))
		r.clock.pass(4 * time.Minute)
		r.office.there, p.pages = nil, nil
		wrote := r.clock.Now()
		r.wrote(id, triage.Routine)
		r.must(r.Sweep(ctx))
		r.must(r.Advance(ctx, r.clock, wrote.Add(11*time.Minute)))
		if len(p.pages) != tt.want {
			t.Errorf("%s: called %v", name, p.pages)
		}
		d := r.duty(id, desk.Alarm)
		if tt.ends == nil {
			if d.DoneAt.IsZero() {
				t.Errorf("%s: %+v", name, d)
			}
			continue
		}
		if !d.DoneAt.IsZero() || !d.Since.Equal(wrote) {
			t.Errorf("%s: %+v", name, d)
		}
		r.must(tt.ends(r, id))
		r.must(r.Sweep(ctx))
		if d := r.duty(id, desk.Alarm); d.DoneAt.IsZero() {
			t.Errorf("%s: it rings on: %+v", name, d)
		}
	}
}

// A case that a person raises while somebody waits since long ago rings from then on, and not from when the wait began.
func TestAnAlarmIsNoOlderThanTheDanger(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.clock.Set(at("2026-11-18 19:00:00"))
	id := r.wrote("", triage.Soon)
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
	r.must(err)
	r.wrote(id, triage.Soon)
	r.must(r.Advance(ctx, r.clock, at("2026-11-18 23:00:00")))
	p.pages = nil
	_, err = r.Overrule(ctx, people["sato"], id, triage.Emergency, "電話で聞いた")
	r.must(err)
	r.must(r.Sweep(ctx))
	r.must(r.Advance(ctx, r.clock, at("2026-11-18 23:03:00")))
	if d := r.duty(id, desk.Alarm); !d.DoneAt.IsZero() || !d.Since.Equal(at("2026-11-18 23:00:00")) || len(p.pages) != 2 {
		t.Errorf("%+v, called %v", d, p.pages)
	}
}
