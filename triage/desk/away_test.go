package desk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// doorsteps are what was counted at the doors.
type doorsteps struct {
	all      []triage.Counted
	from, to time.Time
	err      error
}

func (d *doorsteps) Counted(_ context.Context, from, to time.Time) ([]triage.Counted, error) {
	d.from, d.to = from, to
	return d.all, d.err
}

// Who came and is no case is told with the year, in sums over the doors, small ones withheld, and until last month.
func TestStatisticsTellWhoWasTurnedAway(t *testing.T) {
	r := open(t)
	counts := &doorsteps{all: []triage.Counted{{Month: "2026-10", Door: "chat", What: "closed", N: 8}, {Month: "2026-11", Door: "voice", What: "closed", N: 7}, {Month: "2026-11", Door: "chat", What: "gave_up", N: 9}}}
	r.Desk.Counts = counts
	r.month(time.Date(2026, 11, 10, 9, 0, 0, 0, triage.JST), 12, 12, time.Hour)
	april := time.Date(2026, 4, 1, 0, 0, 0, 0, triage.JST)
	s, err := r.Statistics(t.Context(), people["kato"], april, r.clock.Now())
	r.must(err)
	away := s.Of[desk.ByAway]
	if !s.Whole || away["closed"].N != 15 || away["closed"].Withheld || !away["gave_up"].Withheld || away["gave_up"].N != 0 {
		t.Errorf("whole: %v, %+v", s.Whole, away)
	}
	if !counts.from.Equal(april) || !counts.to.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, triage.JST)) {
		t.Errorf("counted from %v to %v", counts.from, counts.to)
	}
	counts.err = errors.New("away")
	if _, err = r.Statistics(t.Context(), people["kato"], april, r.clock.Now()); err != nil {
		t.Errorf("the cases are withheld because the doors cannot be counted: %v", err)
	}
}
