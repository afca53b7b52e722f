package desk

import (
	"context"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// SmallCell is the least number of cases that is shown, as the health ministry's rule for its database of claims has it
// for municipalities (NDB guideline: fewer than 10 are suppressed). A smaller one may point at a child.
const SmallCell = 10

// Statistics counts cases.
type Statistics struct {
	From, To  time.Time
	Total     Count
	Months    map[string]Count // 2026-12
	Channels  map[string]Count // a case counts for each of its channels
	Severity  map[string]Count
	Flags     map[string]Count // a case counts for each of its flags
	Schools   map[string]Count // ids of schools that were told or reported
	NotAsked  Count            // resolved without the parents having been asked
	SmallCell int              // what is fewer than this is withheld
}

// Count is a number of cases, or withheld where it is so small that it could point at a child.
type Count struct {
	N        int
	Withheld bool
}

// Statistics counts the cases opened in [from, to).
func (d *Desk) Statistics(ctx context.Context, p staff.Person, from, to time.Time) (Statistics, error) {
	if !to.After(from) {
		return Statistics{}, bad("期間の終わりは、始まりより後にしてください。")
	}
	if err := d.record(ctx, p, "statistics", "", "", ""); err != nil {
		return Statistics{}, err
	}
	total, notAsked := 0, 0
	months, channels, severity := map[string]int{}, map[string]int{}, map[string]int{}
	flags, schools := map[string]int{}, map[string]int{}
	err := d.eachFor(ctx, p, triage.Query{Erased: true}, func(c triage.Case) error {
		if c.OpenedAt.Before(from) || !c.OpenedAt.Before(to) {
			return nil
		}
		total++
		months[c.OpenedAt.In(city.JST).Format("2006-01")]++
		severity[string(c.Severity)]++
		for _, ch := range c.Channels {
			channels[ch]++
		}
		for _, f := range c.Flags {
			flags[string(f)]++
		}
		told := c.Schools()
		slices.Sort(told)
		for _, s := range slices.Compact(told) {
			schools[s]++
		}
		if c.State == triage.Resolved && slices.ContainsFunc(c.Observed, func(o triage.Observed) bool { return o.Kind == ParentNotAsked }) {
			notAsked++
		}
		return nil
	})
	if err != nil {
		return Statistics{}, err
	}
	return Statistics{From: from, To: to, Total: count(total), Months: withheld(months), Channels: withheld(channels),
		Severity: withheld(severity), Flags: withheld(flags), Schools: withheld(schools), NotAsked: count(notAsked),
		SmallCell: SmallCell}, nil
}

func count(n int) Count {
	if n > 0 && n < SmallCell {
		return Count{Withheld: true}
	}
	return Count{N: n}
}

// withheld hides small cells. Where just one would be hidden, the next smallest is hidden too, since otherwise the total
// less the others would tell it.
func withheld(cells map[string]int) map[string]Count {
	counts := map[string]Count{}
	hidden := 0
	for key, n := range cells {
		if counts[key] = count(n); counts[key].Withheld {
			hidden++
		}
	}
	if hidden != 1 {
		return counts
	}
	next := ""
	for key, c := range counts {
		if !c.Withheld && (next == "" || cells[key] < cells[next] || cells[key] == cells[next] && key < next) {
			next = key
		}
	}
	if next != "" {
		counts[next] = Count{Withheld: true}
	}
	return counts
}
