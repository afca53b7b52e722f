package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
)

// Term is what a lead decided of the part of a register whose term had ended.
type Term struct {
	Class     string    `json:"class"`               // key of the city's retention
	Upto      int       `json:"upto"`                // the last fiscal year that it is about
	Destroyed int       `json:"destroyed,omitempty"` // entries; 0: it stays
	Reason    string    `json:"reason"`              // anonymized
	By        string    `json:"by"`
	At        time.Time `json:"at"`
}

// What can be decided.
const (
	TermKeep    = "keep"
	TermDestroy = "destroy"
)

// Terms keeps what was decided; see package shelf.
type Terms interface {
	Change(ctx context.Context, id string, f func(*Term) error) (Term, error)
	All(ctx context.Context) (map[string]Term, error)
}

// Ended is the part of a register that has been kept as long as its class says. It is due until somebody has decided, and
// again when the next year's term ends.
type Ended struct {
	city.Due
	First   int      // the oldest fiscal year that is there
	Entries []string // ids in the register of requests, sorted; the audit's are not counted
	Decided *Term    // that it stays; nil: it is due
}

// Ended lists the registers of which a part has been kept long enough, for the leads; and what was decided before, the newest
// first.
//
// The audit is one chain, and nobody of the desk can take anything out of it: Redis lets it only grow, and without its oldest
// records what follows could not be verified. So nothing of it is ever destroyed here; a person decides each year that it
// stays, and says why. Requests for records can be destroyed, once they were answered.
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
		x := Ended{Due: due}
		if due.Of == city.OfAudit {
			var since time.Time
			if since, err = d.Audit.Since(ctx); !since.IsZero() {
				x.First = city.FiscalYear(since)
			}
		} else {
			x.First, x.Entries, err = d.answeredUpto(ctx, due.Year)
		}
		if err != nil {
			return nil, err
		}
		if x.First == 0 || x.First > due.Year {
			continue
		}
		if t, ok := decided[termID(due)]; ok && t.Destroyed == 0 {
			x.Decided = &t
		}
		all = append(all, x)
	}
	return all, nil
}

func termID(d city.Due) string { return fmt.Sprintf("%s:%d", d.Key, d.Year) }

// answeredUpto are the requests that were answered in that fiscal year or before, and the first such year. What nobody has
// answered goes on.
func (d *Desk) answeredUpto(ctx context.Context, year int) (first int, ids []string, err error) {
	all, err := d.Asked.All(ctx)
	for id, r := range all {
		on, err := time.ParseInLocation(time.DateOnly, r.AnsweredOn, triage.JST)
		if r.State() != request.Answered || err != nil || city.FiscalYear(on) > year {
			continue
		}
		ids = append(ids, id)
		if y := city.FiscalYear(on); first == 0 || y < first {
			first = y
		}
	}
	slices.Sort(ids)
	return first, ids, err
}

// DecideTerm writes down that the part of a register whose term has ended stays, up to that fiscal year, or destroys it; and
// why. Where a destruction is cut off, what is left is due again.
func (d *Desk) DecideTerm(ctx context.Context, p staff.Person, class string, upto int, do, reason string) error {
	if !leads(p) {
		return forbidden()
	}
	if do != TermKeep && do != TermDestroy {
		return bad("残すか、廃棄するかを選んでください。")
	}
	if err := words(reason, maxReason); err != nil {
		return bad("なぜそう決めるかを書いてください。")
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
	case do == TermDestroy && all[i].Of == city.OfAudit:
		return refuse(triage.CodeState, "見た人の記録は一つながりなので、古いところだけを廃棄することはできません。")
	}
	if reason, err = d.scrubbed(ctx, "", reason); err != nil {
		return err
	}
	x, gone, what, about := all[i], 0, "term_keep", fmt.Sprintf("%d年度まで", upto)
	if do == TermDestroy {
		what, gone = "term_destroy", len(x.Entries)
		about += fmt.Sprintf(" %d件", gone)
	}
	if err := d.record(ctx, p, what, "", class, about); err != nil {
		return err
	}
	for _, id := range x.Entries[:gone] {
		if err := d.Asked.Remove(ctx, id); err != nil {
			return err
		}
	}
	_, err = d.Terms.Change(ctx, termID(x.Due), func(t *Term) error {
		*t = Term{Class: class, Upto: upto, Destroyed: gone, Reason: reason, By: p.Login, At: d.Clock.Now()}
		return nil
	})
	return err
}
