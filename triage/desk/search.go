package desk

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/grant"
	"madoguchi/triage/seek"
	"madoguchi/triage/staff"
)

// Search is the wish to know in which cases somebody is named.
type Search struct {
	triage.Sought
	Ground string // one of seek.Grounds
}

// AskSearch writes down a wish to search, which another lead has to allow: here nobody is ever alone, since no danger waits
// for it. What is looked for is closed to the wall before anything is kept of it.
func (d *Desk) AskSearch(ctx context.Context, p staff.Person, s Search) (grant.Grant, error) {
	if !leads(p) {
		return grant.Grant{}, forbidden()
	}
	if !slices.Contains(seek.Grounds, s.Ground) {
		return grant.Grant{}, bad("探してよい理由（根拠）を選んでください。")
	}
	if err := words(s.Reason, maxReason); err != nil {
		return grant.Grant{}, bad("なぜ探すのかを書いてください。")
	}
	s.Names, s.Numbers = filled(s.Names), filled(s.Numbers)
	if len(s.Names)+len(s.Numbers) == 0 {
		return grant.Grant{}, bad("名前か電話番号を書いてください。")
	}
	if len(s.Names) > seek.MaxNames || len(s.Numbers) > seek.MaxNames {
		return grant.Grant{}, bad("一度に探せるのは一人だけです。書き方は6つまでです。")
	}
	for _, w := range append(s.Names, s.Numbers...) {
		if !utf8.ValidString(w) || utf8.RuneCountInString(w) > 60 {
			return grant.Grant{}, bad("名前か番号が長すぎます。")
		}
	}
	g := grant.Grant{ID: grant.NewID(), For: grant.Seek, Ground: s.Ground, By: p.Login}
	if err := d.enter(ctx, p, entryOf(g, "search_ask")); err != nil {
		return grant.Grant{}, err
	}
	var err error
	g.Words, g.Reason, err = d.Searcher.Conceal(ctx, s.Sought)
	if errors.Is(err, triage.ErrRefused) {
		return grant.Grant{}, bad("名前か、7けた以上の電話番号を書いてください。")
	}
	if err != nil {
		return grant.Grant{}, err
	}
	asked, err := d.Register.Ask(ctx, g)
	if err != nil {
		return grant.Grant{}, errors.Join(err, d.Searcher.Burn(ctx, g.Words)) // nobody would destroy it later
	}
	return asked, nil
}

// filled are the lines that say something.
func filled(lines []string) (out []string) {
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Searches lists the searches, the newest first, without what was looked for or found.
func (d *Desk) Searches(ctx context.Context, p staff.Person) ([]grant.Grant, error) {
	if !leads(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "searches", "", "", ""); err != nil {
		return nil, err
	}
	list, err := d.Register.List(ctx)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(g grant.Grant) bool { return g.For != grant.Seek })
	for i := range list {
		list[i] = bare(list[i])
	}
	return list, nil
}

// bare is a search as everybody who leads may see it.
func bare(g grant.Grant) grant.Grant {
	g.Words = nil
	if g.Search != nil {
		at := *g.Search
		at.Found = nil
		g.Search = &at
	}
	return g
}

// SearchView is a search as one of its two people sees it.
type SearchView struct {
	grant.Grant
	Sought *triage.Sought // while it is not over: on the screen only
	Found  []triage.Found // once it is approved: what may be known to the person
}

// SearchOf shows a search. Who asked, and who is asked, see who is looked for; what was found is for the two alone, while
// the grant lasts, and each look is written down. Cases are named, never shown: they are opened as any other.
func (d *Desk) SearchOf(ctx context.Context, p staff.Person, id string) (SearchView, error) {
	g, err := d.searchOf(ctx, p, id)
	if err != nil {
		return SearchView{}, err
	}
	v, state := SearchView{Grant: bare(g)}, g.State(d.Register.Now())
	two := g.By == p.Login || g.Approver == p.Login
	if len(g.Words) > 0 && (state == grant.Asked || state == grant.Approved && two) {
		if err := d.enter(ctx, p, entryOf(g, "search_read")); err != nil {
			return v, err
		}
		who, err := d.Searcher.Unveil(ctx, g.Words)
		if err != nil && !errors.Is(err, triage.ErrNoWords) {
			return v, err
		}
		if err == nil {
			v.Sought = &who
		}
	}
	if state != grant.Approved || !two || g.Search == nil || len(g.Search.Found) == 0 {
		return v, nil
	}
	if err := d.enter(ctx, p, entryOf(g, "search_look")); err != nil {
		return v, err
	}
	for _, f := range g.Search.Found {
		c, _, err := d.Store.Load(ctx, f.Case)
		switch {
		case errors.Is(err, triage.ErrUnknown):
			continue
		case err != nil:
			return v, err
		case known(p, c) == nil:
			v.Found = append(v.Found, f)
		}
	}
	slices.SortStableFunc(v.Found, func(a, b triage.Found) int { return surest(a) - surest(b) })
	return v, nil
}

func surest(f triage.Found) int { return slices.Index(triage.Matches, f.Match[0]) }

func (d *Desk) searchOf(ctx context.Context, p staff.Person, id string) (grant.Grant, error) {
	if !leads(p) {
		return grant.Grant{}, forbidden()
	}
	g, err := d.grantOf(ctx, p, id)
	if err == nil && g.For != grant.Seek {
		err = triage.ErrUnknown
	}
	return g, err
}

// ApproveSearch allows a search, as Approve does.
func (d *Desk) ApproveSearch(ctx context.Context, p staff.Person, id string) (grant.Grant, error) {
	if _, err := d.searchOf(ctx, p, id); err != nil {
		return grant.Grant{}, err
	}
	return d.Approve(ctx, p, id, Spoken{})
}

// RefuseSearch says no, or takes back what one has asked for.
func (d *Desk) RefuseSearch(ctx context.Context, p staff.Person, id string) (grant.Grant, error) {
	if _, err := d.searchOf(ctx, p, id); err != nil {
		return grant.Grant{}, err
	}
	return d.Refuse(ctx, p, id)
}

// Seek carries out what was allowed until ctx ends.
func (d *Desk) Seek(ctx context.Context) error {
	if d.Searcher == nil {
		<-ctx.Done()
		return nil
	}
	return d.Seeker().Run(ctx)
}

// Seeker is what carries out searches.
func (d *Desk) Seeker() *seek.Seeker {
	return seek.New(d.Register, d.Searcher, func(ctx context.Context) (ids []triage.CaseID, err error) {
		err = d.each(ctx, triage.Query{Erased: true}, func(c triage.Case) error {
			ids = append(ids, c.ID)
			return nil
		})
		return ids, err
	}, func(ctx context.Context, g grant.Grant) error {
		return d.Audit.Record(ctx, audit.Entry{At: d.Clock.Now(), Who: g.By, Act: "search_end", Ref: g.ID, Reason: strconv.Itoa(g.Search.Hits)})
	})
}
