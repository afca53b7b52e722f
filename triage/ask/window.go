package ask

import (
	"context"
	"time"

	"madoguchi/triage"
)

// How long is waited for an answer. A desk's page waits for most of them.
const (
	shortly = 10 * time.Second
	// entering judges, anonymizes and keeps a whole text.
	entering = 20 * time.Second
	// looking decodes and encodes a file in a process of its own.
	looking = 90 * time.Second
)

// none is what an act answers.
type none struct{ Done bool }

// about is an ask about a case.
type about struct {
	Case                     triage.CaseID
	Text, Placeholder, Event string
	Placeholders             []string
	Said                     int64
	Coded                    bool
	N, Page                  int
	Doing                    triage.Doing
	Wait                     triage.Wait
}

// Front is a triage.Front and its neighbours, of a role that is asked.
type Front struct {
	asker *Asker
	role  string
}

var (
	_ triage.Front    = Front{}
	_ triage.Press    = Front{}
	_ triage.Cabinet  = Front{}
	_ triage.Lamp     = Front{}
	_ triage.WaitLamp = Front{}
	_ triage.Filed    = Front{}
	_ triage.Searcher = Front{}
	_ triage.Pager    = Front{}
)

// NewFront returns a front behind which the role answers with TakesIn or GivesOut.
func NewFront(a *Asker, role string) Front { return Front{a, role} }

// Enter implements triage.Front.
func (f Front) Enter(ctx context.Context, e triage.Entry) (id triage.CaseID, err error) {
	err = f.asker.Ask(ctx, f.role, "enter", entering, e, &id)
	return id, err
}

// Scrub implements triage.Front.
func (f Front) Scrub(ctx context.Context, id triage.CaseID, text string) (s triage.Scrubbed, err error) {
	err = f.asker.Ask(ctx, f.role, "scrub", shortly, about{Case: id, Text: text}, &s)
	return s, err
}

// Reveal implements triage.Front.
func (f Front) Reveal(ctx context.Context, id triage.CaseID, placeholder string) (words string, err error) {
	verb := "reveal"
	if triage.IsContact(placeholder) {
		verb = "reach"
	}
	err = f.asker.Ask(ctx, f.role, verb, entering, about{Case: id, Placeholder: placeholder}, &words)
	return words, err
}

// Knows implements triage.Front.
func (f Front) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	return f.asker.Ask(ctx, f.role, "knows", entering, about{Case: id, Placeholder: placeholder}, nil)
}

// Disclose implements triage.Front.
func (f Front) Disclose(ctx context.Context, id triage.CaseID, text string, placeholders []string) (filled string, err error) {
	err = f.asker.Ask(ctx, f.role, "disclose", entering, about{Case: id, Text: text, Placeholders: placeholders}, &filled)
	return filled, err
}

// Forget implements triage.Front.
func (f Front) Forget(ctx context.Context, id triage.CaseID, event string) error {
	return f.asker.Ask(ctx, f.role, "forget", entering, about{Case: id, Event: event}, nil)
}

// Erase implements triage.Front.
func (f Front) Erase(ctx context.Context, id triage.CaseID) error {
	return f.asker.Ask(ctx, f.role, "erase", entering, about{Case: id}, nil)
}

// Letter implements triage.Press.
func (f Front) Letter(ctx context.Context, id triage.CaseID, said int64, coded bool) (l triage.Letter, err error) {
	err = f.asker.Ask(ctx, f.role, "letter", entering, about{Case: id, Said: said, Coded: coded}, &l)
	return l, err
}

// File implements triage.Cabinet.
func (f Front) File(ctx context.Context, id triage.CaseID, n, page int) (c triage.Cleaned, err error) {
	err = f.asker.Ask(ctx, f.role, "file", looking, about{Case: id, N: n, Page: page}, &c)
	return c, err
}

// Show implements triage.Lamp.
func (f Front) Show(ctx context.Context, id triage.CaseID, d triage.Doing) error {
	return f.asker.Ask(ctx, f.role, "show", shortly, about{Case: id, Doing: d}, nil)
}

// Wait implements triage.WaitLamp.
func (f Front) Wait(ctx context.Context, id triage.CaseID, w triage.Wait) error {
	return f.asker.Ask(ctx, f.role, "wait", shortly, about{Case: id, Wait: w}, nil)
}

// Waiting returns how many messages could not be read and wait for a person, as the role counts them.
func (f Front) Waiting(ctx context.Context) (n int64, err error) {
	err = f.asker.Ask(ctx, f.role, "waiting", shortly, none{}, &n)
	return n, err
}

// TakesIn answers what changes what the wall keeps: entries, words of staff, files, erasure. waiting counts the messages that
// could not be read.
func TakesIn(f triage.Front, c triage.Cabinet, waiting func(context.Context) (int64, error)) []Handler {
	return []Handler{
		On("enter", f.Enter),
		On("scrub", func(ctx context.Context, in about) (triage.Scrubbed, error) { return f.Scrub(ctx, in.Case, in.Text) }).to(toWords),
		On("forget", func(ctx context.Context, in about) (none, error) { return none{}, f.Forget(ctx, in.Case, in.Event) }),
		On("erase", func(ctx context.Context, in about) (none, error) { return none{}, f.Erase(ctx, in.Case) }),
		On("file", func(ctx context.Context, in about) (triage.Cleaned, error) {
			return c.File(ctx, in.Case, in.N, in.Page)
		}).to(toFiles),
		On("waiting", func(ctx context.Context, _ none) (int64, error) { return waiting(ctx) }),
	}
}

// GivesOut answers what leads to persons, and what they see.
func GivesOut(f triage.Front, p triage.Press, l triage.Lamp) []Handler {
	return []Handler{
		On("reveal", func(ctx context.Context, in about) (string, error) {
			if triage.IsContact(in.Placeholder) {
				return "", triage.ErrRefused
			}
			return f.Reveal(ctx, in.Case, in.Placeholder)
		}).to(toPersons),
		On("reach", func(ctx context.Context, in about) (string, error) {
			if !triage.IsContact(in.Placeholder) {
				return "", triage.ErrRefused
			}
			return f.Reveal(ctx, in.Case, in.Placeholder)
		}).to(toAddress),
		On("knows", func(ctx context.Context, in about) (none, error) {
			return none{}, f.Knows(ctx, in.Case, in.Placeholder)
		}),
		On("disclose", func(ctx context.Context, in about) (string, error) {
			return f.Disclose(ctx, in.Case, in.Text, in.Placeholders)
		}).to(toPersons),
		On("letter", func(ctx context.Context, in about) (triage.Letter, error) {
			return p.Letter(ctx, in.Case, in.Said, in.Coded)
		}).to(toPersons),
		On("show", func(ctx context.Context, in about) (none, error) { return none{}, l.Show(ctx, in.Case, in.Doing) }),
	}
}

// Waits answers what a page may say of the wait.
func Waits(l triage.WaitLamp) Handler {
	return On("wait", func(ctx context.Context, in about) (none, error) { return none{}, l.Wait(ctx, in.Case, in.Wait) })
}

// Report implements triage.Filed.
func (f Front) Report(ctx context.Context, id triage.CaseID, report string) (fields map[string]string, err error) {
	err = f.asker.Ask(ctx, f.role, "report", entering, about{Case: id, Event: report}, &fields)
	return fields, err
}

// seeking is an ask about somebody who is looked for.
type seeking struct {
	Sought triage.Sought
	Sealed []byte
	Cases  []triage.CaseID
}

// concealed is what somebody who is looked for became.
type concealed struct {
	Sealed []byte
	Reason string
}

// Conceal implements triage.Searcher.
func (f Front) Conceal(ctx context.Context, s triage.Sought) (sealed []byte, reason string, err error) {
	var c concealed
	err = f.asker.Ask(ctx, f.role, "conceal", entering, seeking{Sought: s}, &c)
	return c.Sealed, c.Reason, err
}

// Unveil implements triage.Searcher.
func (f Front) Unveil(ctx context.Context, sealed []byte) (s triage.Sought, err error) {
	err = f.asker.Ask(ctx, f.role, "unveil", entering, seeking{Sealed: sealed}, &s)
	return s, err
}

// Search implements triage.Searcher.
func (f Front) Search(ctx context.Context, sealed []byte, cases []triage.CaseID) (found []triage.Found, err error) {
	err = f.asker.Ask(ctx, f.role, "search", looking, seeking{Sealed: sealed, Cases: cases}, &found)
	return found, err
}

// Burn implements triage.Searcher.
func (f Front) Burn(ctx context.Context, sealed []byte) error {
	return f.asker.Ask(ctx, f.role, "burn", entering, seeking{Sealed: sealed}, nil)
}

// Page implements triage.Pager.
func (f Front) Page(ctx context.Context, p triage.Page) error {
	return f.asker.Ask(ctx, f.role, "page", looking, p, nil)
}

// Looks answers what opens the words that people wrote, for the pages of who wrote them and for two people who look for
// somebody.
func Looks(f triage.Filed, s triage.Searcher) []Handler {
	return []Handler{
		On("report", func(ctx context.Context, in about) (map[string]string, error) {
			return f.Report(ctx, in.Case, in.Event)
		}).to(toPersons),
		On("conceal", func(ctx context.Context, in seeking) (c concealed, err error) {
			c.Sealed, c.Reason, err = s.Conceal(ctx, in.Sought)
			return c, err
		}),
		On("unveil", func(ctx context.Context, in seeking) (triage.Sought, error) { return s.Unveil(ctx, in.Sealed) }).to(toPersons),
		On("search", func(ctx context.Context, in seeking) ([]triage.Found, error) {
			return s.Search(ctx, in.Sealed, in.Cases)
		}).to(toSought),
		On("burn", func(ctx context.Context, in seeking) (none, error) { return none{}, s.Burn(ctx, in.Sealed) }),
	}
}

// Reaches answers which cases somebody who is looked for is reached by.
func Reaches(r triage.Reached) Handler {
	return On("search", func(ctx context.Context, in seeking) ([]triage.Found, error) {
		return r.Search(ctx, in.Sealed, in.Cases)
	}).to(toSought)
}

// Pages answers who calls the people on call.
func Pages(p triage.Pager) Handler {
	return On("page", func(ctx context.Context, in triage.Page) (none, error) { return none{}, p.Page(ctx, in) })
}
