package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"madoguchi/triage"
)

// Head is a place in the chain, short enough to be written down on paper: the number of an entry, and how its hash begins.
//
// Who has the keys, Redis and the data folder could cut off the end of the chain and write another, which would verify. They
// cannot make it pass by a number that somebody outside of the desk noted down with its day.
type Head struct {
	N    int64  // from 1; 0 is the head of an empty chain
	Hash string // its first digits, in hex
}

// A head is noted with twenty digits, in groups of four, and needs sixteen to be looked for: nobody makes another record with
// those.
const (
	notedDigits, leastDigits = 20, 16
	inGroup                  = 4
)

// String is the head as it is written down: 1234:ab12-cd34-ef56-7890-1a2b.
func (h Head) String() string {
	var groups []string
	for g := range slices.Chunk([]byte(h.Hash[:min(notedDigits, len(h.Hash))]), inGroup) {
		groups = append(groups, string(g))
	}
	return fmt.Sprintf("%d:%s", h.N, strings.Join(groups, "-"))
}

// ParseHead reads a head as somebody typed it from paper: full width or half, hyphens, spaces and capital letters or not, and
// also with the whole hash.
func ParseHead(s string) (Head, error) {
	number, hash, _ := strings.Cut(strings.ToLower(norm.NFKC.String(s)), ":")
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	hash = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t-‐‑–—−ー", r) {
			return -1
		}
		return r
	}, hash)
	if err != nil || n < 1 || len(hash) < leastDigits || len(hash) > 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return Head{}, errors.New("expected a number and at least sixteen digits of its hash, such as 1234:ab12-cd34-ef56-7890")
	}
	return Head{n, hash}, nil
}

// Head returns the place of the newest entry of the chain. It fails with triage.ErrUnavailable.
func (l *Log) Head(ctx context.Context) (Head, error) {
	n, err := l.Len(ctx)
	if err != nil || n == 0 {
		return Head{}, err
	}
	p, err := l.Proof(ctx, n)
	return Head{p.N, p.Hash}, err
}

// Contains returns nil where the chain has that head, a *Broken where it is shorter by now or has another there, or
// triage.ErrUnavailable. It looks at that record alone: whether the chain is whole up to there, Verify says.
func (l *Log) Contains(ctx context.Context, h Head) error {
	p, err := l.Proof(ctx, h.N)
	switch {
	case errors.Is(err, triage.ErrUnknown):
		return &Broken{N: h.N, What: "is not there, though it was noted down"}
	case err != nil:
		return err
	case !strings.HasPrefix(p.Hash, h.Hash):
		return &Broken{N: h.N, What: "is another than was noted down"}
	}
	return nil
}
