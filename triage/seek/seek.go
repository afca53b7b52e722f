// Package seek carries out the searches for a person that two people have allowed.
//
// The house has no index of names, so that nobody can ask whether somebody has a case. But the law gives people a right to
// their records, a serious case and a death have to be inquired into, and one child may telephone, write a letter and have
// a parent who writes too. Then every case is looked through, once, behind the wall: slowly, so that nothing else waits for
// it, and from where it was when a process ended.
//
// A search belongs to its grant. It begins when that is approved and ends with it. What is looked for is closed to the wall,
// lies in the grant alone, and its key is destroyed as soon as the search has ended, was refused, or nobody approved it in
// time; what was found goes when the grant ends. How many were found stays.
package seek

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/grant"
)

// Grounds are what allows a search: codes, as the register keeps them.
var Grounds = []string{
	"disclosure", // 個人情報の保護に関する法律による開示の請求
	"inquiry",    // 捜査機関や裁判所の、法令にもとづく照会
	"serious",    // 重大事態の調査
	"background", // 亡くなった子どもの背景の調査
	"same_child", // 電話・手紙・保護者など、同じ子どもの相談を見つける
}

// Limits of a search.
const (
	MaxNames = 6   // writings of one person's names
	MaxHits  = 500 // that are kept; more are counted
)

const (
	pace = time.Second     // between two batches
	rest = 5 * time.Second // between two looks where nothing is to be done
)

// Seeker carries out searches. One goroutine runs it.
type Seeker struct {
	register *grant.Register
	searcher triage.Searcher
	cases    func(context.Context) ([]triage.CaseID, error)
	ended    func(context.Context, grant.Grant) error

	ids map[string][]triage.CaseID // what there is to look through, by grant
}

// New returns a seeker. cases lists every case there is; ended writes down that a search has come to its end.
func New(r *grant.Register, s triage.Searcher, cases func(context.Context) ([]triage.CaseID, error), ended func(context.Context, grant.Grant) error) *Seeker {
	return &Seeker{r, s, cases, ended, map[string][]triage.CaseID{}}
}

// Run works until ctx ends and returns nil then. What fails is tried again.
func (s *Seeker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait := rest
		if more, err := s.Step(ctx); more && err == nil {
			wait = pace
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Step looks through one batch for each search that is allowed, and destroys what has had its time. It reports whether a
// search goes on.
func (s *Seeker) Step(ctx context.Context) (more bool, err error) {
	list, err := s.register.List(ctx)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, g := range list {
		state := g.State(s.register.Now())
		over := state == grant.Refused || state == grant.Expired
		switch {
		case g.For == grant.Trace && over && len(g.Words) > 0: // the key of what was seen of a connection
			errs = append(errs, s.burn(ctx, g, true))
		case g.For != grant.Seek:
		case over && (len(g.Words) > 0 || g.Search != nil && len(g.Search.Found) > 0):
			errs = append(errs, s.burn(ctx, g, true))
		case state == grant.Approved && len(g.Words) > 0 && g.Search != nil && g.Search.Ended:
			errs = append(errs, s.burn(ctx, g, false))
		case state == grant.Approved && len(g.Words) > 0:
			errs = append(errs, s.advance(ctx, g))
			more = true
		}
	}
	return more, errors.Join(errs...)
}

// burn destroys what was looked for, and what was found where the grant is over.
func (s *Seeker) burn(ctx context.Context, g grant.Grant, over bool) error {
	if len(g.Words) > 0 {
		if err := s.searcher.Burn(ctx, g.Words); err != nil {
			return err
		}
	}
	delete(s.ids, g.ID)
	_, err := s.register.Change(ctx, g.ID, func(g *grant.Grant) error {
		g.Words = nil
		if over && g.Search != nil {
			g.Search.Found = nil
		}
		return nil
	})
	return err
}

// advance looks through the next batch.
func (s *Seeker) advance(ctx context.Context, g grant.Grant) error {
	var at grant.Search
	if g.Search != nil {
		at = *g.Search
	}
	batch, err := s.next(ctx, g.ID, at.After)
	if err != nil {
		return err
	}
	var found []triage.Found
	if len(batch) > 0 {
		if found, err = s.searcher.Search(ctx, g.Words, batch); err != nil {
			return err
		}
	}
	g, err = s.register.Change(ctx, g.ID, func(g *grant.Grant) error {
		if g.Search == nil {
			g.Search = &grant.Search{}
		}
		if g.Search.After != at.After || g.Search.Ended { // another process was here
			return nil
		}
		next := *g.Search
		if len(batch) > 0 {
			next.After = batch[len(batch)-1]
		}
		next.Looked, next.Hits = next.Looked+len(batch), next.Hits+len(found)
		next.Found = append(slices.Clone(next.Found), found...)
		next.Found = next.Found[:min(len(next.Found), MaxHits)]
		next.Ended = len(batch) < triage.SearchBatch
		g.Search = &next
		return nil
	})
	if err != nil || !g.Search.Ended {
		return err
	}
	if err := s.ended(ctx, g); err != nil {
		return err
	}
	return s.burn(ctx, g, false)
}

// next returns the cases after the given one, in the order of ids. What was begun after the search is not of it.
func (s *Seeker) next(ctx context.Context, id string, after triage.CaseID) ([]triage.CaseID, error) {
	ids, ok := s.ids[id]
	if !ok {
		all, err := s.cases(ctx)
		if err != nil {
			return nil, err
		}
		ids = slices.Sorted(slices.Values(all))
		s.ids[id] = ids
	}
	i, found := slices.BinarySearch(ids, after)
	if found {
		i++
	}
	return ids[i:min(i+triage.SearchBatch, len(ids))], nil
}
