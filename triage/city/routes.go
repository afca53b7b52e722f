package city

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/roster"
)

// Route is a branch of the tree that says who gets which case. The first branch that holds takes it, and of those below it
// again the first. A city's tree stands in the place of the national layer's.
type Route struct {
	Key     string   `yaml:"key"`
	Say     string   `yaml:"say"` // what it is for
	Any     []string `yaml:"any"`
	All     []string `yaml:"all"`
	Unless  []string `yaml:"unless"`
	To      []string `yaml:"to"`      // professions, the first one first; several: each is needed
	Consult []string `yaml:"consult"` // who is asked beside: lawyer, board
	Source  string   `yaml:"source"`
	Below   []Route  `yaml:"below"`
}

// Tree is the city's tree of routes.
func (c *City) Tree() []roster.Branch { return branches(c.Routes) }

func branches(routes []Route) []roster.Branch {
	var tree []roster.Branch
	for _, r := range routes {
		tree = append(tree, roster.Branch{Key: r.Key, Say: r.Say, Any: r.Any, All: r.All, Unless: r.Unless,
			Roles: roles(r.To), Consult: roles(r.Consult), Below: branches(r.Below)})
	}
	return tree
}

func roles(names []string) []triage.Role {
	var all []triage.Role
	for _, n := range names {
		all = append(all, triage.Role(n))
	}
	return all
}

var (
	counseling = []string{string(triage.Psychologist), string(triage.SocialWorker)}
	consulted  = []string{string(triage.Lawyer), string(triage.Board)}
)

// judgeRoutes holds a tree to what can be asked of a case, and to ending somewhere for every case.
func judgeRoutes(j *judge, routes []Route, path string) {
	seen := map[string]bool{}
	for i, r := range routes {
		at := fmt.Sprintf("%s.%d", path, i)
		j.need(idForm.MatchString(r.Key) && !seen[r.Key], at, "a key of its own in lower-case letters")
		seen[r.Key] = true
		j.need(r.Say != "", at, "say: what the branch is for")
		for _, name := range slices.Concat(r.Any, r.All, r.Unless) {
			j.need(roster.Known(name), at, fmt.Sprintf("a flag, severity.…, about.… or channel.…, not %q", name))
		}
		for _, name := range r.To {
			j.need(slices.Contains(counseling, name), at+".to", "one of "+strings.Join(counseling, ", "))
		}
		for _, name := range r.Consult {
			j.need(slices.Contains(consulted, name), at+".consult", "one of "+strings.Join(consulted, ", "))
		}
		j.need(len(r.Any)+len(r.All)+len(r.Unless) > 0 || i == len(routes)-1, at, "any, all or unless: what stands behind it is never reached")
		judgeRoutes(j, r.Below, at+".below")
	}
}

// Sharing are the city's numbers for the sharing out of work.
func (c *City) Sharing() roster.Terms {
	return roster.Terms{Most: c.Terms.MostCases, Continuity: c.Terms.Continuity.Value()}
}
