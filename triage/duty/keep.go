package duty

import (
	"slices"
	"time"

	"madoguchi/triage"
)

// Class is a kind of case whose records are kept for a term of their own.
type Class struct {
	Key  string
	Any  []Fact // a case is of it where one of these is so; where none is named, every case is
	Term Term   // from when the duty's facts are so; the zero Term where nobody has said how long: then for ever
}

// Kept is how long the records of a case are kept, and why.
type Kept struct {
	Class string
	Since time.Time // what the term counts from
	Until time.Time // zero: for ever
}

// Kept tells how long the case is kept by the rule of that key: as long as the longest of its classes says; of two that end
// together, the first. It is false where the rule's facts are not so, as they are not of a case that goes on.
func (rs Rules) Kept(key string, c triage.Case, events []triage.Event, cal Calendar) (Kept, bool) {
	r, ok := rs.Rule(key)
	if !ok || len(r.Keep) == 0 {
		return Kept{}, false
	}
	f := rs.know(c, events)
	so, _, holds := r.holds(f)
	if !holds {
		return Kept{}, false
	}
	return r.kept(f, so.First, cal), true
}

// kept is the longest of the classes that the facts are of. A case that is of none is kept for ever.
func (r Rule) kept(f Facts, since time.Time, cal Calendar) Kept {
	k, found := Kept{Since: since}, false
	for _, c := range r.Keep {
		of := len(c.Any) == 0 || slices.ContainsFunc(c.Any, func(name Fact) bool { _, ok := f[name]; return ok })
		switch {
		case !of:
		case c.Term.IsZero():
			return Kept{Class: c.Key, Since: since}
		default:
			if until := c.Term.After(since, cal); !found || until.After(k.Until) {
				k.Class, k.Until, found = c.Key, until, true
			}
		}
	}
	return k
}

// outgrown reports whether the open duty falls due too early: the records of a case that was over, and turned out to be a
// serious one, have to be kept longer; or a body has set a longer watch.
func (r Rule) outgrown(d triage.Duty, f Facts, so Known, cal Calendar) bool {
	if r.Watch {
		return r.Due.After(so.First, cal).After(d.DueAt)
	}
	if len(r.Keep) == 0 {
		return false
	}
	k := r.kept(f, so.First, cal)
	return k.Until.IsZero() || k.Until.After(d.DueAt)
}
