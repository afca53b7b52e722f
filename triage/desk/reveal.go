package desk

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

// reachable are the placeholders, inside texts and of contacts, of what somebody can be reached by: they are opened one by one,
// and with all the names of a text only in an emergency. Two people open what is behind a door (triage.IsContact), since it was never
// said to anybody: the number, the id or the return address that a message came from. What a child wrote down herself was said to
// whoever answers her, so her counselor opens it alone, each with its reason and in the audit.
var reachable = []string{"[連絡先", "[住所", "[電話", "[メール", "[アカウント", "[番号", "[リンク", "[URL"}

// Opened is what came of the wish to open a placeholder: its words, or a grant that two people need.
type Opened struct {
	Value string
	Grant *grant.Grant
}

// Reveal opens the words behind a placeholder for who speaks with the child. What somebody can be reached by, and the
// names in a case that a lead does not answer, need a second person: then the wish is written down (see Grants). Either is
// written to the audit before, and to the case as well, with the reason. By its FileMark a file is asked for, by whom File
// refuses without a second person.
func (d *Desk) Reveal(ctx context.Context, p staff.Person, id triage.CaseID, placeholder, reason string) (Opened, error) {
	if !placeholderForm.MatchString(placeholder) {
		return Opened{}, bad("[人物A] のような印を選んでください。")
	}
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return Opened{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Opened{}, d.keptOut(ctx, p, c, err)
	}
	if _, file := FileOf(placeholder); file && opensFiles(p, c) {
		return Opened{}, refuse(triage.CodeState, "このファイルは、もう一人の確認がなくても開けます。")
	}
	if !entrusted(p, c) || triage.IsContact(placeholder) {
		g, err := d.askReveal(ctx, p, c, events, placeholder, reason)
		return Opened{Grant: &g}, err
	}
	_, _, reason, why, err := d.mayOpen(ctx, p, id, reason)
	if err != nil {
		return Opened{}, err
	}
	value, err := d.open(ctx, p, opening(id, placeholder, why))
	if err != nil {
		return Opened{}, err
	}
	return Opened{Value: value}, d.opened(ctx, p, id, reason, []string{placeholder})
}

// RevealText opens every placeholder inside the texts of the case, each written down, and returns placeholder → words. Those of what
// somebody can be reached by are among them only while it is an emergency, when nobody looks for them one by one; those of contacts
// never.
func (d *Desk) RevealText(ctx context.Context, p staff.Person, id triage.CaseID, reason string) (map[string]string, error) {
	c, events, reason, why, err := d.mayOpen(ctx, p, id, reason)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	var found []string
	for _, placeholder := range placeholders(events) {
		if triage.IsContact(placeholder) || c.Severity != triage.Emergency && reaches(placeholder) {
			continue
		}
		value, err := d.open(ctx, p, opening(id, placeholder, why))
		var refused *triage.Refusal
		if errors.As(err, &refused) {
			continue // brackets that somebody wrote
		}
		if err != nil {
			return nil, err
		}
		values[placeholder] = value
		found = append(found, placeholder)
	}
	return values, d.opened(ctx, p, id, reason, found)
}

// reaches reports whether somebody can be reached by what is behind the placeholder.
func reaches(placeholder string) bool {
	return slices.ContainsFunc(reachable, func(s string) bool { return strings.HasPrefix(placeholder, s) })
}

// mayOpen asks whether the person may open names of the case, and returns it, its events and their reason as it is kept.
func (d *Desk) mayOpen(ctx context.Context, p staff.Person, id triage.CaseID, reason string) (c triage.Case, events []triage.Event, said, why string, err error) {
	if c, events, err = d.Store.Load(ctx, id); err != nil {
		return c, nil, "", "", err
	}
	if err := mayReveal(p, c); err != nil {
		return c, nil, "", "", d.keptOut(ctx, p, c, err)
	}
	if err := words(reason, maxReason); err != nil {
		return c, nil, "", "", bad("名前を開く理由を選んでください。")
	}
	said, why, err = d.why(ctx, p, c, reason)
	return c, events, said, why, err
}

// opening is what the audit says of a placeholder that one person opens.
func opening(id triage.CaseID, placeholder, why string) audit.Entry {
	return audit.Entry{Act: "reveal", Case: id, Reason: placeholder, Why: why}
}

// open writes the entry to the audit and opens the placeholder that it names. What stands for nothing is not written down: it
// may be anything that somebody typed, and nobody sees anything by it.
func (d *Desk) open(ctx context.Context, p staff.Person, e audit.Entry) (string, error) {
	if err := d.stand(ctx, e.Case, e.Reason); err != nil {
		return "", err
	}
	if err := d.enter(ctx, p, e); err != nil {
		return "", err
	}
	value, err := d.Front.Reveal(ctx, e.Case, e.Reason)
	return value, noWords(err)
}

// stand refuses placeholders of which one stands for nothing in the case.
func (d *Desk) stand(ctx context.Context, id triage.CaseID, placeholders ...string) error {
	for _, placeholder := range placeholders {
		if err := d.Front.Knows(ctx, id, placeholder); err != nil {
			return noWords(err)
		}
	}
	return nil
}

// present refuses what two people would open in vain: a placeholder that stands for nothing, or a file that is not there.
func (d *Desk) present(ctx context.Context, c triage.Case, events []triage.Event, what string) error {
	n, file := FileOf(what)
	switch {
	case !file:
		return d.stand(ctx, c.ID, what)
	case !came(c, events, n):
		return bad("その番号のファイルは、この相談にありません。")
	}
	return nil
}

// noWords refuses a placeholder that stands for nothing in its case, as none does where the names were destroyed.
func noWords(err error) error {
	if errors.Is(err, triage.ErrNoWords) || errors.Is(err, triage.ErrUnknown) {
		return bad("その印に当たる言葉は、この相談にありません。")
	}
	return err
}

// opened writes to the case what was opened.
func (d *Desk) opened(ctx context.Context, p staff.Person, id triage.CaseID, reason string, found []string) error {
	_, err := d.perform(ctx, p, id, act{may: mayReveal, erased: true,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			var events []triage.Event
			for _, placeholder := range found {
				e := d.event(p, triage.KindReveal)
				e.Reveal = &triage.Reveal{Placeholder: placeholder, Reason: reason}
				events = append(events, e)
			}
			return events, nil
		}})
	return err
}

var bracketed = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)

// placeholders lists what looks like a placeholder in the texts, each once, in the order of first use.
func placeholders(events []triage.Event) []string {
	var all []string
	add := func(text string) {
		for _, s := range bracketed.FindAllString(text, -1) {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	for _, e := range events {
		add(e.Text)
		add(e.CallMe)
		if e.Report != nil {
			for _, text := range e.Report.Fields {
				add(text)
			}
		}
	}
	return all
}
