package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// Disposal is a case that may be destroyed one day, and what stands against it now.
type Disposal struct {
	Case   triage.Case
	Ground string         // triage.DestroyWithdrawn or DestroyExpired
	From   time.Time      // not before
	Class  city.Retention // the kind of record that it is, with its term and who says so; zero while the case goes on
	Since  time.Time      // when the case ended, from which the term counts
	Until  time.Time      // when the term ends; zero: never
	Bars   []string       // why it must stay, in Japanese; none: a person may decide
}

// ActDestroy is how a destruction stands in the audit, with its ground as the reason and the size of the case as the
// reference: that entry is the certificate of it.
const ActDestroy = "destroy"

// retention is the duty that says that the time of keeping is over: see the city's rules.
const retention = "retention"

// Disposals lists, for the leads, what seekers withdrew and what has been kept long enough, those that can be decided on
// first.
func (d *Desk) Disposals(ctx context.Context, p staff.Person) ([]Disposal, error) {
	if !leads(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "disposals", "", "", ""); err != nil {
		return nil, err
	}
	all := []Disposal{}
	held, err := d.held(ctx)
	if err != nil {
		return nil, err
	}
	err = d.eachFor(ctx, p, triage.Query{Erased: true}, func(c triage.Case) error {
		if !c.Erased() && !slices.ContainsFunc(c.Duties, keeping) || c.Doomed != "" {
			return nil
		}
		c, events, err := d.Store.Load(ctx, c.ID)
		if errors.Is(err, triage.ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		if x := d.disposal(c, events).heldBy(held); x.Ground != "" {
			all = append(all, x)
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Disposal) int {
		if n := len(a.Bars) - len(b.Bars); (len(a.Bars) == 0) != (len(b.Bars) == 0) {
			return n
		}
		return a.From.Compare(b.From)
	})
	return all, err
}

// disposal says on which ground the case may be destroyed, and what stands against it; see triage.Case.Traces for what a
// seeker withdrew.
//
// What was kept long enough is what its class says now: a case that goes on again, or that turned out to be a graver one, is
// not that, whatever was due before.
func (d *Desk) disposal(c triage.Case, events []triage.Event) Disposal {
	x := Disposal{Case: c}
	kept, over := d.rules.Kept(retention, c, events, d.City)
	if over {
		x.Class, _ = d.City.Class(kept.Class)
		x.Since, x.Until = kept.Since, kept.Until
	}
	expired := slices.IndexFunc(c.Duties, keeping)
	switch {
	case c.Erased():
		x.Ground, x.From = triage.DestroyWithdrawn, c.ErasedAt.AddDate(0, 0, d.City.Terms.EraseAfterDays)
		x.Bars = c.Traces()
	case expired >= 0 && over && !x.Until.IsZero():
		u := c.Duties[expired]
		x.Ground, x.From = triage.DestroyExpired, x.Until
		if u.DueAt.After(x.From) { // a term that was cut short later holds for what ends from now on
			x.From = u.DueAt
		}
		if u.Decision == "keep" {
			x.bar("残すと決めています。")
		}
		d.identity(&x)
	default:
		return x
	}
	if c.Kept {
		x.bar("残すように定めています。")
	}
	if now := d.Clock.Now(); now.Before(x.From) {
		x.bar(fmt.Sprintf("%sまで待ちます。", x.From.In(triage.JST).Format("2006年1月2日")))
	}
	return x
}

// identity makes it the disposal of the names and addresses alone, where the city keeps them for a shorter time than the case and
// that is over.
func (d *Desk) identity(x *Disposal) {
	k, until, ok := d.City.Identity(x.Since)
	now := d.Clock.Now()
	if !ok || x.Case.Unnamed == triage.UnnameDone || now.Before(until) || !now.Before(x.From) {
		return
	}
	x.Ground, x.From, x.Until, x.Class, x.Bars = triage.DestroyIdentity, until, until, k, nil
	if x.Case.Said > x.Case.Sent || len(x.Case.Unposted) > 0 {
		x.bar("まだ届けていない返事があります。")
	}
}

// unname ends what Destroy began where only names and addresses go. Where it is cut off the case stays on the list, and the
// person does it again.
func (d *Desk) unname(ctx context.Context, p staff.Person, id triage.CaseID) error {
	if err := d.Front.Erase(ctx, id); err != nil {
		return err
	}
	_, err := d.perform(ctx, p, id, act{may: mayKeep, erased: true, do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
		e := d.event(p, triage.KindState)
		e.Change = &triage.Change{Unname: triage.UnnameDone}
		return []triage.Event{e}, nil
	}})
	return err
}

// keeping reports whether a duty is that of the records' term.
func keeping(u triage.Duty) bool { return u.What == retention }

// heldBy is the disposal with what somebody's request for the records stands against it.
func (x Disposal) heldBy(held func(triage.CaseID) bool) Disposal {
	if held(x.Case.ID) {
		x.bar("開示の請求か照会の手続きが続いています。")
	}
	return x
}

func (x *Disposal) bar(why string) { x.Bars = append(x.Bars, why) }

// Destroy destroys everything of a case, for good, once a lead has decided so: the keys, and with them every copy; the
// addresses, the originals, the files, the seeker's mailbox. Where it is interrupted the sweep goes on. What stays is the
// audit, which says who decided when and on which ground.
func (d *Desk) Destroy(ctx context.Context, p staff.Person, id triage.CaseID, reason string) error {
	if err := words(reason, maxReason); err != nil {
		return bad("なぜ廃棄してよいかを書いてください。")
	}
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	held, err := d.held(ctx)
	if err != nil {
		return err
	}
	x, only := d.disposal(c, events), false
	ground := x.Ground
	_, err = d.perform(ctx, p, id, act{what: ActDestroy, ref: fmt.Sprintf("events=%d files=%d", len(events), len(c.Files)), reason: x.Ground,
		may: mayKeep, erased: true,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			x := d.disposal(c, events).heldBy(held)
			switch {
			case c.Doomed != "":
				return nil, nil
			case x.Ground != ground:
				return nil, refuse(triage.CodeChanged, "ほかの人の操作と重なりました。もう一度お試しください。")
			case x.Ground == "":
				return nil, refuse(triage.CodeState, "この事案は、廃棄するときではありません。")
			case len(x.Bars) > 0:
				return nil, refuse(triage.CodeState, "いまは廃棄できません。"+x.Bars[0])
			}
			e := d.event(p, triage.KindState)
			e.Change = &triage.Change{Destroy: x.Ground}
			if only = x.Ground == triage.DestroyIdentity; only {
				e.Change = &triage.Change{Unname: triage.UnnameBegun}
			}
			return []triage.Event{e}, nil
		}})
	if err != nil {
		return err
	}
	if only {
		return d.unname(ctx, p, id)
	}
	if err := d.destroy(ctx, id); !errors.Is(err, triage.ErrConflict) {
		return err
	}
	return refuse(triage.CodeChanged, "新しい言葉が届いたので、廃棄しませんでした。")
}

// destroy ends what Destroy began. The wall goes first, since only the case tells that it has to. Where the seeker writes
// meanwhile the case is doomed no longer, and what is left of it stays.
func (d *Desk) destroy(ctx context.Context, id triage.CaseID) error {
	c, events, err := d.Store.Load(ctx, id)
	switch {
	case errors.Is(err, triage.ErrUnknown):
		return nil
	case err != nil:
		return err
	case c.Doomed == "":
		return triage.ErrConflict
	}
	if err := d.owePapers(ctx, c, events); err != nil {
		return err
	}
	if err := d.Front.Erase(ctx, id); err != nil {
		return err
	}
	if err := d.Store.Shred(ctx, c); !errors.Is(err, triage.ErrUnknown) {
		return err
	}
	return nil
}

// Keep says that a case must not be destroyed, whoever asked for it and however long it is kept already; or that it may be
// again.
func (d *Desk) Keep(ctx context.Context, p staff.Person, id triage.CaseID, on bool, reason string) (triage.Case, error) {
	if err := words(reason, maxReason); err != nil {
		return triage.Case{}, bad("なぜかを書いてください。")
	}
	keep := triage.KeepOff
	if on {
		keep = triage.KeepOn
	}
	return d.perform(ctx, p, id, act{what: "keep", reason: keep, may: mayKeep, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if c.Kept == on {
				return nil, nil
			}
			e := d.event(p, triage.KindState)
			e.Change = &triage.Change{Keep: keep}
			var err error
			e.Text, err = d.scrubbed(ctx, id, reason)
			return []triage.Event{e}, err
		}})
}

// mayKeep: what is kept and what is destroyed is for the leads to decide.
func mayKeep(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) {
		return nil
	}
	return forbidden()
}
