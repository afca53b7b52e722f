package desk

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/figures"
	"madoguchi/triage/staff"
)

// Yearly keeps the reports of years by the year; see package shelf.
type Yearly interface {
	Find(ctx context.Context, id string) (figures.Report, error)
	Change(ctx context.Context, id string, f func(*figures.Report) error) (figures.Report, error)
	All(ctx context.Context) (map[string]figures.Report, error)
}

// oldest is the first fiscal year of which there can be a report: the law on bullying is of 2013.
const oldest = 2013

// Reports lists the reports of years, the newest first.
func (d *Desk) Reports(ctx context.Context, p staff.Person) ([]figures.Report, error) {
	if !plans(p) {
		return nil, forbidden()
	}
	all, err := d.Yearly.All(ctx)
	if err != nil {
		return nil, err
	}
	out := []figures.Report{}
	for _, r := range all {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b figures.Report) int { return cmp.Compare(b.Year, a.Year) })
	return out, nil
}

// plans reports whether the person answers to the city for numbers.
func plans(p staff.Person) bool {
	return leads(p) || p.Role == triage.Board || p.Role == triage.Clerk
}

// Report returns the report of a fiscal year, or triage.ErrUnknown.
func (d *Desk) Report(ctx context.Context, p staff.Person, year int) (figures.Report, error) {
	if !plans(p) {
		return figures.Report{}, forbidden()
	}
	if err := d.record(ctx, p, "yearly_look", "", strconv.Itoa(year), ""); err != nil {
		return figures.Report{}, err
	}
	return d.Yearly.Find(ctx, strconv.Itoa(year))
}

// MakeReport makes the report of a fiscal year that is over (ashiya-policy:257: every year, to the mayor's headquarters). It is
// made once: nothing that is done to a case later changes it, and whoever asks again is told that it is there.
func (d *Desk) MakeReport(ctx context.Context, p staff.Person, year int) (figures.Report, error) {
	if !leads(p) {
		return figures.Report{}, forbidden()
	}
	now, id := d.Clock.Now(), strconv.Itoa(year)
	if year < oldest || !figures.Over(year, now) {
		return figures.Report{}, bad("報告は、終わった年度について作ります。")
	}
	made := refuse(triage.CodeState, "この年度の報告は、もうあります。一度作った報告は、変わりません。")
	if _, err := d.Yearly.Find(ctx, id); err == nil {
		return figures.Report{}, made
	} else if !errors.Is(err, triage.ErrUnknown) {
		return figures.Report{}, err
	}
	if err := d.record(ctx, p, "yearly_make", "", id, ""); err != nil {
		return figures.Report{}, err
	}
	book, err := d.book(ctx)
	if err != nil {
		return figures.Report{}, err
	}
	r := book.Report(year, ByDoor, now)
	r.Of = maps.Clone(r.Of)
	r.Of[ByAway] = d.away(ctx, r.Begin(), r.End())
	return d.Yearly.Change(ctx, id, func(x *figures.Report) error {
		if x.Year != 0 {
			return made
		}
		*x = r
		return nil
	})
}
