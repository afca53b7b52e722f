package redis

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// spot is a place in the order of a list: by score, then by the exact waiting time where the score has one, then by id.
type spot struct {
	Score int64         `json:"s"`
	At    int64         `json:"t,omitempty"` // ns since 1970
	ID    triage.CaseID `json:"c"`
}

func (a spot) compare(b spot) int {
	return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID))
}

func (a spot) cursor() string {
	out, err := json.Marshal(a)
	if err != nil {
		panic("redis: " + err.Error()) // numbers and strings always have JSON
	}
	return base64.RawURLEncoding.EncodeToString(out)
}

// parseCursor returns the spot to go on after; nil is the beginning.
func parseCursor(cursor string) (*spot, error) {
	if cursor == "" {
		return nil, nil
	}
	out, err := base64.RawURLEncoding.DecodeString(cursor)
	var at spot
	if err != nil || json.Unmarshal(out, &at) != nil || !wellFormed(at.ID) {
		return nil, triage.ErrCursor
	}
	at.Score = rounded(at.Score)
	return &at, nil
}

// row is a case as an index holds it, and as its snapshot says; c is nil where the snapshot cannot be opened.
type row struct {
	spot
	c    *triage.Case
	lock string // name of the share and wrapped key
	held string // the lease of its work, sealed, as look read it
}

// List implements triage.Store. A case whose snapshot cannot be opened is listed all the same, bare but for its id and what
// the index knows of it, so that damage never hides a child; a school's list and a reference leave it out.
func (s *Store) List(ctx context.Context, q triage.Query) ([]triage.Case, string, error) {
	after, err := parseCursor(q.Cursor)
	if err != nil {
		return nil, "", err
	}
	if q.Ref != "" {
		cases, err := s.byRef(ctx, q)
		return cases, "", err
	}
	limit := q.Limit
	if limit <= 0 {
		limit = triage.DefaultPage
	}
	limit = min(limit, triage.MaxPage)
	cases, last := []triage.Case{}, spot{}
	for {
		rows, next, err := s.page(ctx, q, after, limit+1)
		if err != nil {
			return nil, "", err
		}
		for _, r := range rows {
			if !matches(q, r) {
				continue
			}
			if len(cases) == limit {
				return cases, last.cursor(), nil
			}
			cases, last = append(cases, listed(q, r)), r.spot
		}
		if after = next; after == nil {
			return cases, "", nil
		}
	}
}

// matches reports whether the case is what the query asks for. It asks the snapshot, which is the truth; the index may be
// of a moment before.
func matches(q triage.Query, r row) bool {
	if r.c == nil {
		return q.School == "" && q.Ref == ""
	}
	return (q.State == "" || q.State == r.c.State) && (q.Assignee == "" || q.Assignee == r.c.Assignee) &&
		(q.School == "" || slices.Contains(r.c.Schools(), q.School)) && (q.Erased || !r.c.Erased())
}

// listed is the case as it is listed.
func listed(q triage.Query, r row) triage.Case {
	if r.c != nil {
		return *r.c
	}
	return triage.Case{ID: r.ID, State: cmp.Or(q.State, triage.Waiting), Severity: rankOf(r.Score), Assignee: q.Assignee,
		Preview: "[不明1]"}
}

// byRef returns the one case that holds the reference, if the rest of the query matches it too.
func (s *Store) byRef(ctx context.Context, q triage.Query) ([]triage.Case, error) {
	id, err := s.holder(ctx, q.Ref)
	if err != nil || !wellFormed(id) {
		return []triage.Case{}, err
	}
	rows, err := s.open(ctx, []row{{spot: spot{ID: id}}})
	if err != nil {
		return nil, err
	}
	cases := []triage.Case{}
	for _, r := range rows {
		if matches(q, r) && slices.Contains(r.c.Refs(), q.Ref) {
			cases = append(cases, *r.c)
		}
	}
	return cases, nil
}

// holder returns the case of a reference, or "". A reference does not say in which partition: so all of them are asked, at once.
func (s *Store) holder(ctx context.Context, ref string) (triage.CaseID, error) {
	digest := s.digest("ref", ref)
	replies := make([]*redis.StringCmd, partitions)
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range partitions {
			replies[i] = p.HGet(ctx, fmt.Sprintf("{p%02d}:refs", i), digest)
		}
		return nil
	})
	for _, reply := range replies {
		if id := reply.Val(); id != "" {
			return triage.CaseID(id), nil
		}
		if reply.Err() != nil && !errors.Is(reply.Err(), redis.Nil) {
			err = reply.Err()
		}
	}
	if err == nil || errors.Is(err, redis.Nil) {
		return "", nil
	}
	return "", failure(ctx, err)
}

// indexes returns the keys of the narrowest indexes for the query, one or two a partition.
func (s *Store) indexes(q triage.Query) []string {
	facet := "all"
	switch {
	case q.School != "":
		facet = s.schoolFacet(q.School)
	case q.Assignee != "":
		facet = s.whoFacet(q.Assignee)
	case q.State != "":
		facet = stateFacet(q.State)
	}
	var keys []string
	for i := range partitions {
		keys = append(keys, fmt.Sprintf("{p%02d}:%s%s", i, ordinary, facet))
		if q.Erased {
			keys = append(keys, fmt.Sprintf("{p%02d}:%s%s", i, erased, facet))
		}
	}
	return keys
}

// page returns the first n rows after the spot, in order, opened, and the spot to go on after; nil where these are the last.
func (s *Store) page(ctx context.Context, q triage.Query, after *spot, n int) ([]row, *spot, error) {
	// Ids are spread evenly, so that a few rows of each partition nearly always hold the page.
	few := min(n, 4+4*n/partitions)
	rows, enough, err := s.merge(ctx, q, after, n, few)
	if err == nil && !enough {
		rows, _, err = s.merge(ctx, q, after, n, n)
	}
	if err == nil {
		rows, err = s.place(ctx, rows)
	}
	if err != nil {
		return nil, nil, err
	}
	rows = slices.DeleteFunc(rows, func(r row) bool { return after != nil && r.compare(*after) <= 0 })
	var next *spot
	if len(rows) >= n {
		rows, next = rows[:n], &spot{rows[n-1].Score, rows[n-1].At, rows[n-1].ID}
	}
	rows, err = s.open(ctx, rows)
	return rows, next, err
}

// place puts the rows in order. Those of one severity and day are many more than a page has, so they are only looked at.
func (s *Store) place(ctx context.Context, rows []row) ([]row, error) {
	if slices.ContainsFunc(rows, func(r row) bool { return timed(r.Score) }) {
		var err error
		if rows, err = s.look(ctx, rows, ""); err != nil {
			return nil, err
		}
	}
	for i, r := range rows {
		if timed(r.Score) && r.c != nil {
			rows[i].At = r.c.WaitingSince.UnixNano()
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return a.compare(b.spot) })
	return rows, nil
}

// merge returns, not opened yet, rows that hold the first n after the spot, reading the next each rows of every partition.
// It reports false where a partition may hold more of them than it was asked for.
//
// Two days are read whole, since their rows are in order only once they are placed: the one in which the spot lies, and the one
// in which the page ends.
func (s *Store) merge(ctx context.Context, q triage.Query, after *spot, n, each int) ([]row, bool, error) {
	reads := reads(s.indexes(q), after, each)
	found, err := s.indexed(ctx, reads)
	if err != nil {
		return nil, false, err
	}
	rows := slices.Concat(found...)
	slices.SortFunc(rows, func(a, b row) int { return a.compare(b.spot) })
	rows = slices.DeleteFunc(rows, func(r row) bool {
		return after != nil && r.Score == after.Score && !timed(r.Score) && r.ID <= after.ID
	})
	end := spot{Score: math.MaxInt64}
	first := slices.IndexFunc(rows, func(r row) bool { return after == nil || r.Score > after.Score || !timed(r.Score) })
	if cut := first + n - 1; first >= 0 && cut < len(rows) {
		end = rows[cut].spot
		if timed(end.Score) {
			end.ID = ""
		}
	}
	var more []read
	for i, r := range reads {
		if r.limit == 0 || len(found[i]) < r.limit {
			continue // all there is
		}
		switch last := found[i][r.limit-1].spot; {
		case last.Score == end.Score && timed(end.Score):
			from, to := sameDay(last.Score)
			more = append(more, read{r.key, from, to, 0})
		case last.compare(end) < 0 && each < n:
			return nil, false, nil
		}
	}
	rest, err := s.indexed(ctx, more)
	if err != nil {
		return nil, false, err
	}
	rows = slices.DeleteFunc(rows, func(r row) bool {
		return r.Score > end.Score || r.Score == end.Score && !timed(end.Score) && r.ID > end.ID
	})
	had := make(map[triage.CaseID]bool, len(rows))
	for _, r := range rows {
		had[r.ID] = true
	}
	for _, r := range slices.Concat(rest...) {
		if !had[r.ID] {
			rows = append(rows, r)
		}
	}
	return rows, true, nil
}

// reads are the ranges of all indexes in which the rows after the spot begin, each rows of every index.
func reads(keys []string, after *spot, each int) []read {
	all := make([]read, 0, 2*len(keys))
	for _, key := range keys {
		if after == nil {
			all = append(all, read{key, "-inf", "+inf", each})
			continue
		}
		from, to := sameDay(after.Score)
		all = append(all, read{key, "(" + to, "+inf", each})
		// What has the spot's own score: a day is read whole. Elsewhere ids decide, and they begin with their partition.
		switch tag, own := key[:len("{pNN}:")], keyOf(after.ID, ""); {
		case timed(after.Score) || tag == own:
			all = append(all, read{key, from, to, 0})
		case tag > own:
			all = append(all, read{key, from, to, each})
		}
	}
	return all
}
