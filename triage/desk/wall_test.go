package desk_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// hides are the ways in which a case comes to be kept from somebody.
var hides = map[string]func(e *triage.Event){
	"by name":              func(e *triage.Event) { e.Bar = &triage.Bar{Login: "kato", Why: triage.BarNamed} },
	"by a school of words": func(e *triage.Event) { e.Schools = []string{"hinode-jhs"} },
	"by a school that was told": func(e *triage.Event) {
		e.Handoff = &triage.Handoff{ID: "09h", School: "hinode-jhs", Recipient: "school"}
	},
}

// lives lets a case of a random sort be in the room: of any severity, waiting or in somebody's hands, with a hand-off, or quiet
// for long.
func (r *room) lives(id triage.CaseID, random *rand.Rand, hide string) {
	r.t.Helper()
	severity, flag := triage.Severities[random.IntN(4)], triage.Flags[random.IntN(len(triage.Flags))]
	wrote := r.clock.Now().Add(-time.Duration(random.IntN(12*24*60)) * time.Minute)
	events := []triage.Event{{ID: "m", At: wrote, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "話", DueAt: wrote.Add(time.Hour),
		Judgement: &triage.Judgement{Severity: severity, Flags: []triage.Flag{flag}}}}
	staffed := triage.Event{ID: "a", At: wrote.Add(time.Minute), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}}
	said := triage.Event{ID: "s", At: wrote.Add(2 * time.Minute), Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Text: "返事", Said: 1}
	told := triage.Event{ID: "h", At: wrote.Add(3 * time.Minute), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato",
		Handoff: &triage.Handoff{ID: "09k", School: "kawabe-jhs", Recipient: "school"}}
	events = append(events, []triage.Event{staffed, said, told}[:random.IntN(4)]...)
	if hide != "" {
		e := triage.Event{ID: "hide", At: wrote.Add(4 * time.Minute), Kind: triage.KindNote, From: triage.Counselor, By: "mori"}
		if hide == "by a school that was told" {
			e.Kind = triage.KindHandoff
		}
		hides[hide](&e)
		events = append(events, e)
	}
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id}, events...)
	r.must(err)
}

// Whoever is kept out of some cases sees the board of a house in which these never were: no number, no time, no word on it differs,
// nor do their queue, their duties and whether the desk is short of people. Who may see them sees that they are there.
func TestTheBoardTellsNothingOfWhatIsKeptFromOne(t *testing.T) {
	kato := people["kato"]
	kato.Posts = "hinode-jhs"
	names := []string{"by name", "by a school of words", "by a school that was told"}
	told := 0
	for seed := range uint64(20) {
		with, without := open(t), open(t)
		random := rand.New(rand.NewPCG(7, seed))
		hidden := 1 + random.IntN(4)
		for n := range hidden + random.IntN(5) {
			id := triage.CaseID(fmt.Sprintf("%02d", random.IntN(64)) + strings.Repeat("w", 23) + string(rune('a'+n)))
			s := random.Uint64()
			if n >= hidden {
				with.lives(id, rand.New(rand.NewPCG(s, 0)), "")
				without.lives(id, rand.New(rand.NewPCG(s, 0)), "")
				continue
			}
			with.lives(id, rand.New(rand.NewPCG(s, 0)), names[random.IntN(len(names))])
		}
		seen := func(r *room, who string) string {
			t.Helper()
			p := people[who]
			if who == "kato" {
				p = kato
			}
			r.must(r.Sweep(t.Context()))
			wall, err := r.Wall(t.Context(), p)
			r.must(err)
			queue, err := r.Queue(t.Context(), p, desk.Query{State: "all"})
			r.must(err)
			owed, err := r.Duties(t.Context(), p, false)
			r.must(err)
			all, err := json.Marshal([]any{wall, len(queue.Cases), len(owed), r.TooFew(t.Context())})
			r.must(err)
			return string(all)
		}
		for _, passes := range []time.Duration{0, 3 * time.Minute, 2 * time.Hour, 8 * 24 * time.Hour} {
			with.clock.pass(passes)
			without.clock.pass(passes)
			for _, there := range [][]string{{"kato"}, {"sato", "kato", "mori"}} {
				with.office.there, without.office.there = there, there
				if a, b := seen(with, "kato"), seen(without, "kato"); a != b {
					t.Fatalf("seed %d: kato sees\n%s\nand without what is kept from them\n%s", seed, a, b)
				}
			}
			if seen(with, "mori") != seen(without, "mori") {
				told++
			}
		}
	}
	if told < 50 {
		t.Errorf("who may see them saw them %d times", told)
	}
}

// The desk is short of people while fewer than two of those who answer are there in its hours; who is there for something else does
// not count, and by night nobody is missing.
func TestTooFewAreThere(t *testing.T) {
	r, _ := waited(t)
	for _, tt := range []struct {
		at    int // o'clock
		there []string
		want  bool
	}{
		{18, nil, true}, {18, []string{"sato"}, true}, {18, []string{"sato", "ono", "ito", "root"}, true}, {18, []string{"sato", "kato"}, false},
		{18, []string{"kato", "mori"}, false}, {20, nil, false}, {9, []string{"sato"}, false},
	} {
		r.clock.Set(time.Date(2026, 12, 1, tt.at, 0, 0, 0, triage.JST))
		r.office.there = tt.there
		if got := r.TooFew(t.Context()); got != tt.want {
			t.Errorf("%d o'clock, %v: too few is %t", tt.at, tt.there, got)
		}
	}
}
