package ask

import (
	"context"
	"errors"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
)

// Whoever asks faster than people read waits.
func TestPace(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	p := newPacer(Pace{Burst: 3, Every: 5 * time.Second})
	p.now = func() time.Time { return now }
	for i, want := range []time.Duration{0, 0, 0, 0, 5 * time.Second, 10 * time.Second} {
		if got := p.turn(t.Context()); got != want {
			t.Errorf("%d: %v", i, got)
		}
	}
	ctx, cancel := context.WithDeadline(t.Context(), now.Add(time.Second))
	defer cancel()
	if got := p.turn(ctx); got >= 0 {
		t.Errorf("who cannot wait so long: %v", got)
	}
	now = now.Add(time.Hour)
	if got := p.turn(t.Context()); got != 0 {
		t.Errorf("after an hour: %v", got)
	}
}

// What people are reached by is asked for by a verb of its own, is counted by it and comes at a pace of its own; names come on
// meanwhile.
func TestAddressesComeSlowly(t *testing.T) {
	client, _ := redistest.Embedded(t)
	ctx, k, w := t.Context(), keys(t), &wall{}
	a, _ := answering(t, client, k["vault"], w, Pace{Burst: 1000, Every: time.Hour})
	asker := NewAsker(client, k["console"])
	f, got := NewFront(asker, "vault"), 0
	for range Addresses().Burst + 10 {
		words, err := f.Reveal(ctx, "07abc", "[連絡先1]")
		switch {
		case err == nil && words == "山田花子[連絡先1]":
			got++
		case !errors.Is(err, triage.ErrUnavailable):
			t.Fatalf("%q, %v", words, err)
		}
	}
	if got != Addresses().Burst+1 {
		t.Errorf("%d addresses at once", got)
	}
	if words, err := f.Reveal(ctx, "07abc", "[人物A]"); err != nil || words != "山田花子[人物A]" {
		t.Errorf("a name meanwhile: %q, %v", words, err)
	}
	for verb, placeholder := range map[string]string{"reveal": "[連絡先1]", "reach": "[人物A]"} {
		var words string
		want := triage.ErrRefused
		if verb == "reach" { // it is not yet its turn
			want = triage.ErrUnavailable
		}
		if err := asker.Ask(ctx, "vault", verb, shortly, about{Case: "07abc", Placeholder: placeholder}, &words); !errors.Is(err, want) || words != "" {
			t.Errorf("%s of %s: %q, %v", verb, placeholder, words, err)
		}
	}
	if n := a.Counts()[Count{"console", "reach", ""}]; n != int64(got) {
		t.Errorf("%d are counted, %d were given", n, got)
	}
}

// Pictures, and words that are compared with a case, come at a pace too; and of all that wait for their turn fewer wait together than are answered at once.
func TestWorkIsPaced(t *testing.T) {
	a := NewAnswerer(nil, nil, People(), quiet, nil)
	a.Allow("console", TakesIn(&wall{}, nil, nil)...)
	for verb, want := range map[string]Pace{"scrub": Words(), "file": Files()} {
		if p := a.paces[a.may["console"][verb].leads]; p == nil || p.pace != want || p.turn(t.Context()) != 0 {
			t.Errorf("%s is not paced at %+v", verb, want)
		}
	}
	waiting := 0
	for _, p := range a.paces {
		waiting += int(longestTurn / p.pace.Every)
	}
	if waiting >= atOnce {
		t.Errorf("%d wait at once", waiting)
	}
	p := newPacer(Pace{Burst: 0, Every: longestTurn})
	for i, late := range []bool{false, false, true} {
		if got := p.turn(t.Context()); (got < 0) != late {
			t.Errorf("%d: %v", i, got)
		}
	}
}
