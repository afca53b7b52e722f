package desk

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// Term is what a lead decided of the part of a register whose term had ended.
type Term struct {
	Class  string    `json:"class"` // key of the city's retention
	Upto   int       `json:"upto"`  // the last fiscal year that it is about
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Terms keeps what was decided; see package shelf.
type Terms interface {
	Change(ctx context.Context, id string, f func(*Term) error) (Term, error)
	All(ctx context.Context) (map[string]Term, error)
}

// Ended is the part of a register that has been kept as long as its class says. It is due until somebody has decided, and
// again when the next year's term ends.
type Ended struct {
	city.Due
	First   int   // the oldest fiscal year that is there
	Decided *Term // nil: it is due
}

// Ended lists the registers of which a part has been kept long enough, for the leads; and what was decided before, the newest
// first.
//
// The audit is one chain, and nobody of the desk can take anything out of it: Redis lets it only grow, and without its oldest
// records what follows could not be verified. So nothing of it is ever destroyed here; a person decides each year that it
// stays, and says why.
func (d *Desk) Ended(ctx context.Context, p staff.Person) ([]Ended, []Term, error) {
	if !leads(p) {
		return nil, nil, forbidden()
	}
	ended, err := d.ended(ctx)
	if err != nil {
		return nil, nil, err
	}
	found, err := d.Terms.All(ctx)
	if err != nil {
		return nil, nil, err
	}
	decided := []Term{}
	for _, t := range found {
		decided = append(decided, t)
	}
	slices.SortFunc(decided, func(a, b Term) int { return b.At.Compare(a.At) })
	return ended, decided, nil
}

// AuditDue is the last fiscal year of the audit that has been kept long enough and that nobody has decided on; 0 where there is
// none. It is for whoever may read the audit.
func (d *Desk) AuditDue(ctx context.Context) (int, error) {
	all, err := d.ended(ctx)
	i := slices.IndexFunc(all, func(x Ended) bool { return x.Of == city.OfAudit && x.Decided == nil })
	if err != nil || i < 0 {
		return 0, err
	}
	return all[i].Year, nil
}

func (d *Desk) ended(ctx context.Context) ([]Ended, error) {
	all := []Ended{}
	decided, err := d.Terms.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, due := range d.City.Registers(d.Clock.Now()) {
		first, err := d.Audit.Since(ctx)
		if err != nil {
			return nil, err
		}
		if first.IsZero() || city.FiscalYear(first) > due.Year {
			continue
		}
		x := Ended{Due: due, First: city.FiscalYear(first)}
		if t, ok := decided[termID(due)]; ok {
			x.Decided = &t
		}
		all = append(all, x)
	}
	return all, nil
}

func termID(d city.Due) string { return fmt.Sprintf("%s:%d", d.Key, d.Year) }

// DecideTerm writes down that a part of a register whose term has ended stays, up to that fiscal year, and why.
func (d *Desk) DecideTerm(ctx context.Context, p staff.Person, class string, upto int, reason string) error {
	if !leads(p) {
		return forbidden()
	}
	if err := words(reason, maxReason); err != nil {
		return bad("なぜ残すかを書いてください。")
	}
	all, err := d.ended(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x Ended) bool { return x.Key == class })
	switch {
	case i < 0:
		return refuse(triage.CodeState, "この記録は、保存の期間が終わっていません。")
	case all[i].Year != upto:
		return refuse(triage.CodeChanged, "年度が変わりました。もう一度見てください。")
	}
	if reason, err = d.scrubbed(ctx, "", reason); err != nil {
		return err
	}
	if err := d.record(ctx, p, "term_keep", "", class, strconv.Itoa(upto)); err != nil {
		return err
	}
	_, err = d.Terms.Change(ctx, termID(all[i].Due), func(t *Term) error {
		*t = Term{Class: class, Upto: upto, Reason: reason, By: p.Login, At: d.Clock.Now()}
		return nil
	})
	return err
}
