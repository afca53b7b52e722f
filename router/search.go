package router

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/sought"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Searcher is the triage.Searcher of the house. It is safe for concurrent use.
type Searcher struct{ router *Router }

var _ triage.Searcher = (*Searcher)(nil)

// NewSearcher returns a searcher in the router's vault.
func NewSearcher(r *Router) *Searcher { return &Searcher{r} }

// covered stands for a reason that still names somebody after everything was tried.
const covered = "[不明1]"

// Conceal implements triage.Searcher.
func (s *Searcher) Conceal(ctx context.Context, who triage.Sought) ([]byte, string, error) {
	m := sought.New(who)
	if m.Empty() {
		return nil, "", triage.ErrRefused
	}
	reason := who.Reason
	for _, words := range append(who.Names, who.Numbers...) {
		for _, w := range append([]string{words, strings.Join(strings.Fields(words), "")}, strings.Fields(words)...) {
			if utf8.RuneCountInString(w) > 1 {
				reason = strings.ReplaceAll(reason, w, "[本人]")
			}
		}
	}
	out, _, err := s.router.censor.redact(ctx, &anonymize.Glossary{}, reason)
	if err != nil {
		return nil, "", err
	}
	if reason = out[0].text; len(m.Match(sought.Case{Texts: []string{reason}})) > 0 || partOf(reason, who.Names) {
		reason = covered
	}
	data, err := json.Marshal(who)
	if err != nil {
		return nil, "", triage.ErrRefused
	}
	sealed, err := s.router.Vault.CloseSlip(ctx, data)
	return sealed, reason, told(err)
}

// partOf reports whether a part of a name stands in the text, also one of a single character, which nobody is looked for by.
func partOf(text string, all []string) bool {
	return slices.ContainsFunc(all, func(name string) bool {
		return slices.ContainsFunc(strings.Fields(name), func(part string) bool { return strings.Contains(text, part) })
	})
}

// Unveil implements triage.Searcher.
func (s *Searcher) Unveil(ctx context.Context, sealed []byte) (who triage.Sought, err error) {
	data, err := s.router.Vault.OpenSlip(ctx, sealed)
	if errors.Is(err, vault.ErrDamaged) {
		return who, triage.ErrNoWords
	}
	if err != nil {
		return who, told(err)
	}
	if json.Unmarshal(data, &who) != nil {
		return triage.Sought{}, triage.ErrDamaged
	}
	return who, nil
}

// Burn implements triage.Searcher.
func (s *Searcher) Burn(ctx context.Context, sealed []byte) error {
	return told(s.router.Vault.BurnSlip(ctx, sealed))
}

// Search implements triage.Searcher, but for who is reached where: see Reached.
func (s *Searcher) Search(ctx context.Context, sealed []byte, cases []triage.CaseID) ([]triage.Found, error) {
	return s.search(ctx, sealed, cases, func(id triage.CaseID) (c sought.Case, whole bool, err error) {
		rec, originals, damaged, err := s.router.Vault.Whole(ctx, string(id))
		if err != nil {
			return c, false, err
		}
		c, err = kept(rec, originals)
		return c, err == nil && damaged == 0, nil
	})
}

// Reached is the triage.Reached of the house: it looks for somebody among the addresses. It is safe for concurrent use.
type Reached struct{ searcher *Searcher }

var _ triage.Reached = (*Reached)(nil)

// NewReached returns a searcher among the addresses, for the process that opens them.
func NewReached(r *Router) *Reached { return &Reached{NewSearcher(r)} }

// Search implements triage.Reached.
func (r *Reached) Search(ctx context.Context, sealed []byte, cases []triage.CaseID) ([]triage.Found, error) {
	rooms := r.searcher.router.Rooms
	return r.searcher.search(ctx, sealed, cases, func(id triage.CaseID) (c sought.Case, whole bool, err error) {
		rec, err := rooms.Vault.Open(ctx, string(id))
		if err != nil {
			return c, false, err
		}
		whole = true
		for _, closed := range rec.Contacts {
			if kind, _, _ := channels.OpenAddress(closed); kind == chat { // whose is a name that a machine made
				continue
			}
			a, err := rooms.opened(closed)
			if err != nil {
				whole = false
				continue
			}
			_, who, _ := channels.OpenAddress(a)
			c.Contacts = append(c.Contacts, who)
		}
		return c, whole, nil
	})
}

// search looks through what read returns of each case, and whether that is the whole.
func (s *Searcher) search(ctx context.Context, sealed []byte, cases []triage.CaseID, read func(triage.CaseID) (sought.Case, bool, error)) ([]triage.Found, error) {
	if len(cases) > triage.SearchBatch {
		return nil, triage.ErrRefused
	}
	who, err := s.Unveil(ctx, sealed)
	if err != nil {
		return nil, err
	}
	m := sought.New(who)
	var found []triage.Found
	for _, id := range cases {
		c, whole, err := read(id)
		switch {
		case errors.Is(err, vault.ErrUnknown):
			continue // destroyed
		case errors.Is(err, vault.ErrDamaged):
			found = append(found, triage.Found{Case: id, Match: []triage.Match{triage.MatchUnread}})
			continue
		case err != nil:
			return nil, told(err)
		}
		match := m.Match(c)
		if !whole {
			match = append(match, triage.MatchUnread)
		}
		if len(match) > 0 {
			found = append(found, triage.Found{Case: id, Match: match})
		}
	}
	return found, nil
}

// kept is all that was said in a case; with an error, as far as it can be read.
func kept(rec *vault.Record, originals [][]byte) (c sought.Case, err error) {
	g, err := glossary(rec.Glossary)
	if err != nil {
		g = &anonymize.Glossary{}
	}
	for _, e := range g.Entries {
		if e.Type == anonymize.TypePerson {
			c.People = append(append(c.People, e.Words, e.Full), e.Keys...)
		} else {
			c.Texts = append(c.Texts, e.Words)
		}
	}
	for _, data := range originals {
		c.Texts = append(c.Texts, textsOf(data)...)
	}
	return c, err
}

// textsOf lists what people wrote in something that the vault keeps as it came.
func textsOf(original []byte) []string {
	var whole any
	if json.Unmarshal(original, &whole) != nil {
		return []string{string(original)}
	}
	return strung(whole)
}

// strung lists the texts inside of what JSON held.
func strung(v any) (texts []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			texts = append(texts, strung(x)...)
		}
	case map[string]any:
		for key, x := range v {
			if key != "id" && key != "at" && key != "kind" { // no person wrote them
				texts = append(texts, strung(x)...)
			}
		}
	}
	return texts
}
