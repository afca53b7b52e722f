package desk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

func refuse(code, say string) error { return &triage.Refusal{Code: code, Say: say} }

func bad(say string) error { return refuse(triage.CodeBadRequest, say) }

// forbidden is the same for every case and every reason.
func forbidden() error {
	return refuse(triage.CodeForbidden, "この操作は、あなたの役割ではできません。")
}

// Leads reports whether the person answers for all cases.
func Leads(p staff.Person) bool { return leads(p) }

func leads(p staff.Person) bool { return p.Role == triage.Coordinator || p.Role == triage.Supervisor }

func counsels(p staff.Person) bool {
	return p.Role == triage.Psychologist || p.Role == triage.SocialWorker
}

// joined reports whether the person has the case, alone or as the second.
func joined(p staff.Person, c triage.Case) bool {
	return p.Login != "" && (c.Assignee == p.Login || c.Second == p.Login)
}

// entrusted reports whether the person has the case, and not by nobody's act but their own while a colleague had it.
func entrusted(p staff.Person, c triage.Case) bool {
	return c.Trusts(p.Login)
}

// consulted reports whether the person was asked for advice in the case.
func consulted(p staff.Person, c triage.Case) bool { return slices.Contains(c.Consulted, p.Login) }

// known answers who may know that the case exists, and reports in the error who may not.
func known(p staff.Person, c triage.Case) error {
	switch {
	case barred(p, c):
		return triage.ErrUnknown
	case leads(p):
		return nil
	case c.Erased():
		return triage.ErrUnknown
	case counsels(p):
		return nil
	case p.Role == triage.Lawyer && consulted(p, c):
		return nil
	case p.Role == triage.Lawyer:
		return triage.ErrUnknown
	}
	return forbidden()
}

// mayLook: what waits and what is one's own; leads everything; a lawyer where consulted. A colleague's case exists, and
// is not looked at.
func mayLook(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) || joined(p, c) || consulted(p, c) || counsels(p) && c.State == triage.Waiting {
		return nil
	}
	return forbidden()
}

// mayAct: on one's own case; a lead on every one.
func mayAct(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) || counsels(p) && joined(p, c) {
		return nil
	}
	return forbidden()
}

// mayAdd: what somebody said who phoned again goes into a case that one has, or that waits for whoever comes.
func mayAdd(p staff.Person, c triage.Case) error {
	if err := mayLook(p, c); err != nil {
		return err
	}
	if leads(p) || counsels(p) {
		return nil
	}
	return forbidden()
}

// mayNote: whoever may act, and a lawyer where consulted.
func mayNote(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) || joined(p, c) || consulted(p, c) {
		return nil
	}
	return forbidden()
}

// mayDispose: who answers the case is for its assignee and the leads to say, not for the second.
func mayDispose(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) || counsels(p) && c.Assignee == p.Login {
		return nil
	}
	return forbidden()
}

// mayTake: everybody who answers may try to take a case; a colleague's is refused by its state.
func mayTake(p staff.Person, c triage.Case) error {
	if err := known(p, c); err != nil {
		return err
	}
	if leads(p) || counsels(p) {
		return nil
	}
	return forbidden()
}

// mayReveal: names are opened for who speaks with the child. A lead who is neither assignee nor second, or made themself that
// in a colleague's case, needs another person.
func mayReveal(p staff.Person, c triage.Case) error {
	if err := mayAct(p, c); err != nil {
		return err
	}
	if !entrusted(p, c) {
		return refuse(triage.CodeTwoPersons, "受け持ちでない相談（自分で引き取った、ほかの人の相談も）の名前を開くには、もう一人の確認が要ります。")
	}
	return nil
}

// opensFiles: what came is for who is entrusted with the case; nobody else's case is for the leads as well, unless they put a
// colleague out of it themselves. mayAct was asked before.
func opensFiles(p staff.Person, c triage.Case) bool {
	return entrusted(p, c) || leads(p) && c.Assignee == "" && !slices.Contains(c.Entered, p.Login)
}

// colleague returns the person of that login if their role is one of the given ones.
func (d *Desk) colleague(ctx context.Context, login string, roles ...triage.Role) (staff.Person, error) {
	p, err := d.People.Person(ctx, login)
	switch {
	case errors.Is(err, staff.ErrUnknown):
		return staff.Person{}, bad("その人は、ここにいません。")
	case err != nil:
		return staff.Person{}, triage.ErrUnavailable
	case !slices.Contains(roles, p.Role):
		return staff.Person{}, bad("その人の役割では、受け持てません。")
	}
	return p, nil
}

var answering = []triage.Role{triage.Psychologist, triage.SocialWorker, triage.Coordinator, triage.Supervisor}

// The longest texts, in characters.
const (
	maxSay    = 4000  // as on the seeker's page
	maxText   = 20000 // a note, a summary, a visit: some letters are long
	maxReason = 1000
)

// words checks a text that must say something.
func words(text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return bad("文字が読み取れませんでした。")
	case strings.TrimSpace(text) == "":
		return bad("内容を書いてください。")
	case utf8.RuneCountInString(text) > most:
		return bad("長すぎます。分けて書いてください。")
	}
	return nil
}

// optional checks a text that may be empty.
func optional(text string, most int) error {
	if strings.TrimSpace(text) == "" && utf8.ValidString(text) && len(text) <= most {
		return nil
	}
	return words(text, most)
}

// scrubbed anonymizes what a person of the staff wrote; nothing stays nothing.
func (d *Desk) scrubbed(ctx context.Context, id triage.CaseID, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	s, err := d.Front.Scrub(ctx, id, text)
	return s.Text, err
}

// scrubbedBy anonymizes what the person writes of the case. Where it is not entrusted to them no name becomes the case's own
// placeholder: whoever may read every case could else ask each of them who is in it, alone.
func (d *Desk) scrubbedBy(ctx context.Context, p staff.Person, c triage.Case, text string) (string, error) {
	if entrusted(p, c) || strings.TrimSpace(text) == "" {
		return d.scrubbed(ctx, c.ID, text)
	}
	s, err := d.Front.Scrub(ctx, "", text)
	return s.Bare, err
}
