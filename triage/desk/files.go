package desk

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"madoguchi/triage"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

// File returns a page of what came with a message, cleaned. A picture shows who somebody is: it is for who is entrusted with
// the case, and for a lead where nobody has it. In any other case a lead sees it by a grant of two people, which Reveal asks
// for by FileMark, and is refused without one. Each look is written to the audit before. What came with a message that the
// seeker took back is as if it had never come.
func (d *Desk) File(ctx context.Context, p staff.Person, id triage.CaseID, n, page int) (triage.Cleaned, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return triage.Cleaned{}, err
	}
	if err := mayAct(p, c); err != nil {
		return triage.Cleaned{}, d.keptOut(ctx, p, c, err)
	}
	if page < 1 || !came(c, events, n) {
		return triage.Cleaned{}, triage.ErrUnknown
	}
	if !opensFiles(p, c) {
		return d.grantedFile(ctx, p, c, n, page)
	}
	if err := d.record(ctx, p, "file", id, strconv.Itoa(n), ""); err != nil {
		return triage.Cleaned{}, err
	}
	return d.Cabinet.File(ctx, id, n, page)
}

// grantedFile is File by a grant: the audit names it, and the case says once that it was used.
func (d *Desk) grantedFile(ctx context.Context, p staff.Person, c triage.Case, n, page int) (triage.Cleaned, error) {
	mine, err := d.fileGrants(ctx, p, c.ID)
	if err != nil {
		return triage.Cleaned{}, err
	}
	g, asked := mine[n]
	if !asked || g.State(d.Register.Now()) != grant.Approved {
		return triage.Cleaned{}, refuse(triage.CodeTwoPersons, "受け持ちでない相談（自分で引き取った、ほかの人の相談も）のファイルを開くには、もう一人の確認が要ります。")
	}
	if err := d.enter(ctx, p, entryOf(g, "file")); err != nil {
		return triage.Cleaned{}, err
	}
	f, err := d.Cabinet.File(ctx, c.ID, n, page)
	if err != nil {
		return triage.Cleaned{}, err
	}
	return f, d.note(ctx, p, g, "grant_use")
}

// FileGrants tells, by the number of the file, where the person's wishes to see files of the case stand; alone, that they need
// nobody's grant for them.
func (d *Desk) FileGrants(ctx context.Context, p staff.Person, c triage.Case) (states map[int]grant.State, alone bool, err error) {
	if len(c.Files) == 0 || opensFiles(p, c) {
		return nil, true, nil
	}
	mine, err := d.fileGrants(ctx, p, c.ID)
	states = map[int]grant.State{}
	for n, g := range mine {
		states[n] = g.State(d.Register.Now())
	}
	return states, false, err
}

// fileGrants are the person's own grants for files of the case, by number: the one that opens the file, or else the latest.
func (d *Desk) fileGrants(ctx context.Context, p staff.Person, id triage.CaseID) (map[int]grant.Grant, error) {
	list, err := d.Register.List(ctx)
	if err != nil {
		return nil, err
	}
	now, mine := d.Register.Now(), map[int]grant.Grant{}
	for _, g := range list { // the newest first
		n, ok := FileOf(g.What)
		if !ok || g.For != grant.Reveal || g.Case != id || g.By != p.Login {
			continue
		}
		if had, ok := mine[n]; !ok || had.State(now) != grant.Approved && g.State(now) == grant.Approved {
			mine[n] = g
		}
	}
	return mine, nil
}

// FileMark is what stands for file number n of a case in a grant, in the audit and in the case.
func FileMark(n int) string { return "[添付" + strconv.Itoa(n) + "]" }

var fileMark = regexp.MustCompile(`^\[添付([1-9][0-9]{0,5})\]$`)

// FileOf returns the number of the file that the mark stands for, if it is one.
func FileOf(mark string) (n int, ok bool) {
	m := fileMark.FindStringSubmatch(mark)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// came reports whether the case has a file of that number, and it was neither taken back nor destroyed.
func came(c triage.Case, events []triage.Event, n int) bool {
	return n >= 1 && n <= len(c.Files) && c.Unnamed == "" && c.Doomed == "" && !gone(c, events, c.Files[n-1].ID)
}

// gone reports whether the message that the file came with was taken back, or is no more.
func gone(c triage.Case, events []triage.Event, file string) bool {
	i := slices.IndexFunc(events, func(e triage.Event) bool {
		return slices.ContainsFunc(e.Files, func(f triage.File) bool { return f.ID == file })
	})
	return i < 0 || slices.Contains(c.Hidden, events[i].ID)
}
