package roster

import (
	"slices"
	"strings"

	"madoguchi/triage"
)

// Branch is a place of the city's tree of routes. A case goes down to the first branch below that holds, and so on; where
// none does, it stays. A condition is a flag (suicide), a severity that is at least so grave (severity.urgent), who it is
// about (about.did) or a door (channel.letter).
type Branch struct {
	Key    string
	Say    string // what it is for, as the page and the command say it
	Any    []string
	All    []string
	Unless []string

	Roles   []triage.Role // who gets it, the first one first; several: each is needed
	Consult []triage.Role // who is asked, and does not answer the seeker
	Below   []Branch
}

// Step is a branch that was tried on the way.
type Step struct {
	Branch
	Depth int
	Taken bool
	Why   []string // the conditions that held; of one not taken, those that failed
}

// Way is where a case goes: the last branch taken, with what branches above it said where it says nothing.
type Way struct {
	Steps   []Step
	Key     string
	Say     string
	Roles   []triage.Role
	Consult []triage.Role
}

// Find returns the way of a case through the tree. Without any branch that holds, it goes to the profession of its flags.
func Find(tree []Branch, c triage.Case) Way {
	w := Way{Roles: []triage.Role{triage.Need(c.Flags)}}
	w.down(tree, c, 0)
	return w
}

func (w *Way) down(tree []Branch, c triage.Case, depth int) {
	for _, b := range tree {
		ok, why := b.holds(c)
		w.Steps = append(w.Steps, Step{b, depth, ok, why})
		if !ok {
			continue
		}
		w.Key, w.Say = strings.TrimPrefix(w.Key+"."+b.Key, "."), b.Say
		if len(b.Roles) > 0 {
			w.Roles = b.Roles
		}
		for _, r := range b.Consult {
			if !slices.Contains(w.Consult, r) {
				w.Consult = append(w.Consult, r)
			}
		}
		w.down(b.Below, c, depth+1)
		return
	}
}

// holds reports whether the branch takes the case, with the conditions for which it does or does not.
func (b Branch) holds(c triage.Case) (bool, []string) {
	var met []string
	for _, name := range b.Unless {
		if Holds(name, c) {
			return false, []string{"unless " + name}
		}
	}
	for _, name := range b.All {
		if !Holds(name, c) {
			return false, []string{"not " + name}
		}
		met = append(met, name)
	}
	if len(b.Any) == 0 {
		return true, met
	}
	any := slices.DeleteFunc(slices.Clone(b.Any), func(name string) bool { return !Holds(name, c) })
	if len(any) == 0 {
		return false, []string{"none of " + strings.Join(b.Any, ", ")}
	}
	return true, append(met, any...)
}

// Holds reports whether a condition is true of the case.
func Holds(name string, c triage.Case) bool {
	sort, rest, _ := strings.Cut(name, ".")
	switch sort {
	case "severity":
		return c.Severity.Rank() <= triage.Severity(rest).Rank()
	case "about":
		return c.About == rest
	case "channel":
		return slices.Contains(c.Channels, rest)
	}
	return slices.Contains(c.Flags, triage.Flag(name))
}

// Known reports whether the name is that of a condition.
func Known(name string) bool {
	sort, rest, _ := strings.Cut(name, ".")
	switch sort {
	case "severity":
		return triage.Severity(rest).Valid()
	case "about":
		return slices.Contains([]string{"self", "friend", "did", "unsaid"}, rest)
	case "channel":
		return rest != ""
	}
	return slices.Contains(triage.Flags, triage.Flag(name))
}
