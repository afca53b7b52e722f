package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/discard"
	"madoguchi/triage/staff"
)

// Discards keeps the records of papers that were destroyed; see package shelf.
type Discards interface {
	Find(ctx context.Context, id string) (discard.Record, error)
	Change(ctx context.Context, id string, f func(*discard.Record) error) (discard.Record, error)
	All(ctx context.Context) (map[string]discard.Record, error)
}

// papersDuty is the duty that says that the paper of a case has to go as well: see the city's rules.
const papersDuty = "papers"

// handles reports whether the person has to do with paper.
func handles(p staff.Person) bool { return leads(p) || counsels(p) || p.Role == triage.Clerk }

// Discards lists the papers that were destroyed or have to be: for the leads all; for others what they are the witness of.
func (d *Desk) Discards(ctx context.Context, p staff.Person) ([]discard.Record, error) {
	if !handles(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "discards", "", "", ""); err != nil {
		return nil, err
	}
	found, err := d.Papers.All(ctx)
	if err != nil {
		return nil, err
	}
	all := []discard.Record{}
	for _, r := range found {
		if r.Of != discard.Class && r.Witness == p.Login || leads(p) && (r.Case == "" || !d.Hidden(ctx, p, r.Case)) {
			all = append(all, r)
		}
	}
	discard.Sort(all)
	return all, nil
}

// Discard writes down that paper was destroyed: which, how, on which day and by whom, and who saw it. What it is of is said
// once; a debt is paid by it. It is done when the witness says so.
func (d *Desk) Discard(ctx context.Context, p staff.Person, x discard.Record) (discard.Record, error) {
	if !leads(p) {
		return x, forbidden()
	}
	x.Batch, x.Doer, x.Witness = strings.TrimSpace(x.Batch), strings.TrimSpace(x.Doer), strings.TrimSpace(x.Witness)
	day, err := time.ParseInLocation(time.DateOnly, x.On, triage.JST)
	switch {
	case err != nil || day.After(d.Clock.Now()):
		return x, bad("廃棄した日を書いてください。")
	case !slices.Contains(discard.Ways, x.How):
		return x, bad("どのように廃棄したかを選んでください。")
	case x.Count < 0 || x.Count > 100_000:
		return x, bad("枚数が正しくありません。")
	}
	if err := d.discarded(ctx, p, &x); err != nil {
		return x, err
	}
	if err := optional(x.Note, maxReason); err != nil {
		return x, err
	}
	free := []*string{&x.Note, &x.Doer, &x.Batch}
	if x.Of == discard.Class {
		free = append(free, &x.Witness) // a post, and not a login
	}
	for _, text := range free {
		if *text, err = d.ofOffice(ctx, *text); err != nil {
			return x, err
		}
	}
	x.ID, x.By, x.Seen, x.SeenOn = x.Key(), p.Login, "", ""
	if err := d.record(ctx, p, "discard", x.Case, x.Of, x.How); err != nil {
		return x, err
	}
	return d.Papers.Change(ctx, x.ID, func(r *discard.Record) error {
		if r.State() == discard.Done {
			return refuse(triage.CodeState, "この紙の廃棄は、もう記録されています。")
		}
		if len(x.Papers) == 0 {
			x.Papers = r.Papers
		}
		x.Owed = r.Owed
		*r = x
		return nil
	})
}

// discarded checks what the paper is of, and who saw it destroyed.
func (d *Desk) discarded(ctx context.Context, p staff.Person, x *discard.Record) error {
	keep := discard.Record{Of: x.Of, How: x.How, On: x.On, Count: x.Count, Witness: x.Witness, Note: x.Note}
	switch x.Of {
	case discard.Case:
		c, events, err := d.Store.Load(ctx, x.Case)
		if errors.Is(err, triage.ErrUnknown) {
			_, err = d.Papers.Find(ctx, x.Key()) // destroyed, and owed
		} else if err == nil {
			err, keep.Papers = d.keptOut(ctx, p, c, mayKeep(p, c)), discard.Of(events)
		}
		if errors.Is(err, triage.ErrUnknown) {
			return bad("その番号の事案は見つかりません。紙が残っている記録もありません。")
		}
		if err != nil {
			return err
		}
		keep.Case = x.Case
	case discard.Batch:
		if err := words(x.Batch, 60); err != nil {
			return bad("手紙の束の目印（届いた日と便など）を書いてください。")
		}
		keep.Batch, keep.Papers = x.Batch, []string{triage.PaperLetters}
	case discard.Class:
		k, ok := d.City.Class(x.Class)
		_, known := d.City.SchoolByID(x.School)
		switch {
		case !ok || k.Of != city.OfPaper:
			return bad("紙の種類を選んでください。")
		case k.Holder == "school" && !known:
			return bad("学校を選んでください。")
		case x.Year < 1950 || x.Year > city.FiscalYear(d.Clock.Now()):
			return bad("何年度のものかを書いてください。")
		}
		if errors.Join(words(x.Doer, 40), words(x.Witness, 40)) != nil || x.Doer == x.Witness {
			return bad("廃棄した人と立ち会った人を、役職で書いてください（校長、教頭など）。")
		}
		keep.Class, keep.Year, keep.School, keep.Doer = x.Class, x.Year, x.School, x.Doer
		*x = keep
		return nil
	default:
		return bad("何の紙かを選んでください。")
	}
	if x.Witness == p.Login {
		return refuse(triage.CodeTwoPersons, "立ち会った人は、ほかの人です。")
	}
	if _, err := d.colleague(ctx, x.Witness, append(slices.Clone(answering), triage.Clerk, triage.Lawyer)...); err != nil {
		return err
	}
	*x = keep
	return nil
}

// WitnessDiscard is the word of who saw it. With it the record is done, and what the case's rules asked for.
func (d *Desk) WitnessDiscard(ctx context.Context, p staff.Person, id string) (discard.Record, error) {
	r, err := d.Papers.Find(ctx, id)
	switch {
	case err != nil:
		return r, err
	case r.Of == discard.Class || r.Witness != p.Login:
		return discard.Record{}, triage.ErrUnknown
	case r.State() == discard.Done:
		return r, nil
	}
	if err := d.record(ctx, p, "discard_seen", r.Case, r.Of, r.How); err != nil {
		return r, err
	}
	writer := r.By
	r, err = d.Papers.Change(ctx, id, func(r *discard.Record) error {
		if r.Witness != p.Login || r.By != writer {
			return refuse(triage.CodeChanged, "記録が変わりました。もう一度見てください。")
		}
		r.Seen, r.SeenOn = p.Login, d.today()
		return nil
	})
	if err != nil || r.Case == "" {
		return r, err
	}
	return r, butGone(d.papersGone(ctx, staff.Person{Login: r.By}, r))
}

// papersGone does the duty of a case that is still there.
func (d *Desk) papersGone(ctx context.Context, by staff.Person, r discard.Record) error {
	_, err := d.perform(ctx, by, r.Case, act{may: func(staff.Person, triage.Case) error { return nil }, erased: true,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			pending, now := d.ruled(c, events), d.owing(c, events)
			i := slices.IndexFunc(now.Duties, func(x triage.Duty) bool { return x.What == papersDuty && x.DoneAt.IsZero() })
			if i < 0 {
				return nil, nil
			}
			e := d.event(by, triage.KindDuty)
			x := now.Duties[i]
			x.DoneAt, x.By, x.Reason = e.At, r.By, fmt.Sprintf("%s に廃棄しました。立ち会い：%s", r.On, r.Witness)
			e.Duty, e.Text = &x, x.Reason
			return append(pending, e), nil
		}})
	return err
}

// owePapers leaves the debt of a case whose keys are about to be destroyed.
func (d *Desk) owePapers(ctx context.Context, c triage.Case, events []triage.Event) error {
	papers := discard.Of(events)
	if d.Papers == nil || len(papers) == 0 {
		return nil
	}
	x := discard.Record{Of: discard.Case, Case: c.ID, Papers: papers, Owed: d.Clock.Now()}
	x.ID = x.Key()
	_, err := d.Papers.Change(ctx, x.ID, func(r *discard.Record) error {
		if r.ID == "" {
			*r = x
		}
		return nil
	})
	return err
}
