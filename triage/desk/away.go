package desk

import (
	"context"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/figures"
)

// ByAway is what became of visits that are no case: closed (came outside the hours and left without a word), unwritten (the same
// while the desk was open), gave_up (wrote, and left before an answer), stayed (saw the first answer), late (waited longer than
// they were told), unanswered (phoned, and nobody took the call). It counts visits and not people.
const ByAway = "away"

// away are those of a fiscal year, as the doors counted them, or nil where nobody counts or the count cannot be had: a page of
// cases is not withheld for it. Small numbers are; and no other period is told, since two could be subtracted.
func (d *Desk) away(ctx context.Context, from, to time.Time) map[string]Count {
	if d.Counts == nil {
		return nil
	}
	now := d.Clock.Now().In(triage.JST)
	if month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, triage.JST); to.After(month) {
		to = month // a number that is looked at again and again as it grows tells when somebody came
	}
	all, err := d.Counts.Counted(ctx, from, to)
	if err != nil {
		return nil
	}
	sums := map[string]int{}
	for _, x := range all {
		sums[x.What] += x.N
	}
	cells := map[string]Count{}
	for what, n := range sums {
		if cells[what] = (figures.Cell{N: n}); n < SmallCell {
			cells[what] = figures.Cell{Withheld: true}
		}
	}
	return cells
}
