package pass

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
	"madoguchi/triage/staff"
)

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func begin(t *testing.T) (*Register, *clock) {
	client, _ := redistest.Embedded(t)
	c := &clock{now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	return New(client, seal.New(), c.Now), c
}

// wrong is a code that is not it.
func wrong(code string) string {
	if code == "0000" {
		return "0001"
	}
	return "0000"
}

// A link that is guessed, tried too often, late, or used before opens nothing; one that is right opens one hand-off, once.
func TestALinkOpensOnce(t *testing.T) {
	ctx := context.Background()
	f := For{Handoff: "07h", School: "hinode-jhs", By: "sato"}
	for _, row := range []struct {
		what string
		open func(*Register, *clock, Link) error
		want bool
	}{
		{"the link and its code", func(r *Register, _ *clock, l Link) error { _, err := r.Open(ctx, l.Token, l.Code); return err }, true},
		{"at the last moment", func(r *Register, c *clock, l Link) error {
			c.pass(Lives - time.Second)
			_, err := r.Open(ctx, l.Token, l.Code)
			return err
		}, true},
		{"after three days", func(r *Register, c *clock, l Link) error {
			c.pass(Lives)
			_, err := r.Open(ctx, l.Token, l.Code)
			return err
		}, false},
		{"a guessed token", func(r *Register, _ *clock, l Link) error {
			_, err := r.Open(ctx, "a"+l.Token[1:]+"b", l.Code)
			return err
		}, false},
		{"no token", func(r *Register, _ *clock, l Link) error { _, err := r.Open(ctx, "", l.Code); return err }, false},
		{"the wrong code", func(r *Register, _ *clock, l Link) error { _, err := r.Open(ctx, l.Token, wrong(l.Code)); return err }, false},
		{"four wrong codes and the right one", func(r *Register, _ *clock, l Link) error {
			for range Tries - 1 {
				r.Open(ctx, l.Token, wrong(l.Code))
			}
			_, err := r.Open(ctx, l.Token, l.Code)
			return err
		}, true},
		{"five wrong codes and the right one", func(r *Register, _ *clock, l Link) error {
			for range Tries {
				r.Open(ctx, l.Token, wrong(l.Code))
			}
			_, err := r.Open(ctx, l.Token, l.Code)
			return err
		}, false},
		{"a second time", func(r *Register, _ *clock, l Link) error {
			r.Open(ctx, l.Token, l.Code)
			_, err := r.Open(ctx, l.Token, l.Code)
			return err
		}, false},
	} {
		r, c := begin(t)
		l, err := r.Make(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		err = row.open(r, c, l)
		if row.want && err != nil || !row.want && !errors.Is(err, staff.ErrUnknown) {
			t.Errorf("%s: %v", row.what, err)
		}
	}
}

func TestASessionIsOfOneHandOffAndEnds(t *testing.T) {
	ctx := context.Background()
	r, c := begin(t)
	l, err := r.Make(ctx, For{Handoff: "07h", School: "hinode-jhs", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Person(ctx, prefix+hash(l.Token)); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("before it was opened: %v", err)
	}
	p, err := r.Open(ctx, l.Token, l.Code)
	if err != nil || p.Only != "07h" || p.School != "hinode-jhs" || p.Role != "school" || p.Strong || strings.Contains(p.Login, l.Token) {
		t.Fatalf("%+v %v", p, err)
	}
	c.pass(Lasts - time.Second)
	if again, err := r.Person(ctx, p.Login); err != nil || again != p {
		t.Errorf("%+v %v", again, err)
	}
	c.pass(time.Second)
	for _, login := range []string{p.Login, "link:", "link:x", "sato"} {
		if _, err := r.Person(ctx, login); !errors.Is(err, staff.ErrUnknown) {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// Of a hundred who press the button at once, one comes in.
func TestOneComesIn(t *testing.T) {
	ctx := context.Background()
	r, _ := begin(t)
	l, err := r.Make(ctx, For{Handoff: "07h"})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	in := 0
	for range 100 {
		all.Go(func() {
			if _, err := r.Open(ctx, l.Token, l.Code); err == nil {
				mu.Lock()
				in++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if in != 1 {
		t.Errorf("%d came in", in)
	}
}
