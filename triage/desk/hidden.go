package desk

import (
	"context"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// visible returns the events as screens may show them: of a message that was taken back, that it was and
// how many files it had.
func visible(c triage.Case, events []triage.Event) []triage.Event {
	if len(c.Hidden) == 0 {
		return events
	}
	events = slices.Clone(events)
	for i, e := range events {
		if slices.Contains(c.Hidden, e.ID) {
			kept := e.Text != triage.Blanked
			e = e.Blank()
			e.Text, e.Hidden, e.Kept = "", true, kept
			events[i] = e
		}
	}
	return events
}

// taken returns the event of that number if it was taken back, and refuses where its words are not kept any more.
func taken(c triage.Case, events []triage.Event, seq int64) (triage.Event, error) {
	i := slices.IndexFunc(events, func(e triage.Event) bool { return e.Seq == seq && slices.Contains(c.Hidden, e.ID) })
	var e triage.Event
	if i >= 0 {
		e = events[i]
	}
	if i < 0 || e.Text == triage.Blanked {
		return e, refuse(triage.CodeState, "その言葉は、もう残っていません。")
	}
	return e, nil
}

// OpenTaken shows the words of a message that was taken back and might be urgent, to who speaks with the child and to the
// leads, who must look at them.
func (d *Desk) OpenTaken(ctx context.Context, p staff.Person, id triage.CaseID, seq int64) (string, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return "", err
	}
	if err := mayAct(p, c); err != nil {
		return "", d.keptOut(ctx, p, c, err)
	}
	e, err := taken(c, events, seq)
	if err != nil {
		return "", err
	}
	if err := d.record(ctx, p, "taken_look", id, "", ""); err != nil {
		return "", err
	}
	return e.Text, nil
}

// DropTaken destroys the words of a message that was taken back, now that a person has looked and written what they saw; but
// not in a case of which nothing may be destroyed. The case loses them first, and then the wall: where something came between,
// doing it again ends it, and says that nothing is left.
func (d *Desk) DropTaken(ctx context.Context, p staff.Person, id triage.CaseID, seq int64, note string) error {
	if err := words(note, maxReason); err != nil {
		return bad("見て、どう考えたかを書いてください。")
	}
	note, err := d.scrubbed(ctx, id, note)
	if err != nil {
		return err
	}
	held, err := d.held(ctx)
	if err != nil {
		return err
	}
	gone, over := "", error(nil) // over where the case has lost them already
	_, err = d.perform(ctx, p, id, act{what: "taken_drop", may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			var e triage.Event
			if e, over = taken(c, events, seq); e.ID == "" {
				return nil, over
			}
			if err := droppable(c, held(c.ID)); err != nil {
				return nil, err
			}
			if gone = e.ID; over != nil {
				return nil, nil
			}
			n := d.event(p, triage.KindNote)
			n.Text, n.Blanks = note, e.ID
			return []triage.Event{n}, nil
		}})
	if err != nil {
		return err
	}
	if err := d.Front.Forget(ctx, id, gone); err != nil {
		return err
	}
	return over
}
