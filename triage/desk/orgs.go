package desk

import (
	"context"

	"madoguchi/triage"
	"madoguchi/triage/figures"
)

// Kinds of ByOrg and ByOrgAnswer beside the names of organisations.
const (
	OrgOwn    = "own"    // the city's own people
	OrgNobody = "nobody" // nobody has had it, or answered in it
)

// orgs are the organisations of those who work for another employer than the city, by login: of a desk that a contractor answers
// for part of the day. It is empty where there is none; then nothing is counted by it.
func (d *Desk) orgs(ctx context.Context) (map[string]string, error) {
	if d.Accounts == nil {
		return nil, nil
	}
	accounts, err := d.Accounts.List(ctx)
	if err != nil {
		return nil, triage.ErrUnavailable
	}
	of := map[string]string{}
	for _, a := range accounts { // also of who has left: what they did stays their organisation's
		if a.Org != "" {
			of[a.Login] = a.Org
		}
	}
	return of, nil
}

// byOrg are what is counted by organisation, every one listed, so that none and few look alike.
func byOrg(of map[string]string) []figures.Dimension {
	if len(of) == 0 {
		return nil
	}
	seen, kinds := map[string]bool{}, []string{OrgOwn}
	for _, org := range of {
		if !seen[org] {
			seen[org], kinds = true, append(kinds, org)
		}
	}
	return []figures.Dimension{{Key: ByOrg, Least: SmallCell, Kinds: kinds}, {Key: ByOrgAnswer, Least: SmallCell, Kinds: kinds}}
}

// ofOrgs adds whose case it is, or was last, and whose people answered in it.
func ofOrgs(kinds map[string][]string, c triage.Case, of map[string]string) {
	if len(of) == 0 {
		return
	}
	whose := func(login string) string {
		switch org := of[login]; {
		case login == "":
			return OrgNobody
		case org != "":
			return org
		}
		return OrgOwn
	}
	holder := c.Assignee
	if holder == "" {
		holder = c.Former
	}
	kinds[ByOrg] = []string{whose(holder)}
	for _, login := range c.Spoke {
		kinds[ByOrgAnswer] = append(kinds[ByOrgAnswer], whose(login))
	}
	if len(c.Spoke) == 0 {
		kinds[ByOrgAnswer] = []string{OrgNobody}
	}
}
