package band

import (
	"math/rand/v2"
	"testing"
	"time"

	"madoguchi/triage"
)

var evening = time.Date(2026, 12, 1, 18, 0, 0, 0, time.FixedZone("JST", 9*60*60))

func TestABandIsWideEnough(t *testing.T) {
	ahead := func(emergency, soon int) map[triage.Severity]int {
		return map[triage.Severity]int{triage.Emergency: emergency, triage.Soon: soon}
	}
	long := []time.Duration{20 * time.Minute, 2 * time.Minute, 25 * time.Minute}
	for _, c := range []struct {
		name string
		s    Scene
		want triage.Band
	}{
		{"nobody waits and one is there", Scene{Here: 1, Left: time.Hour}, triage.BandSoon},
		{"nobody is there", Scene{Left: time.Hour}, triage.BandNone},
		{"the door is closed", Scene{Here: 3}, triage.BandNone},
		{"two are there, one comes before", Scene{Here: 2, Ahead: ahead(0, 1), Left: time.Hour}, triage.BandSoon},
		{"one is there, one comes before", Scene{Here: 1, Ahead: ahead(0, 1), Left: time.Hour}, triage.BandShort},
		{"one in danger takes both", Scene{Here: 2, Ahead: ahead(1, 0), Left: time.Hour}, triage.BandShort},
		{"two come before one", Scene{Here: 1, Ahead: ahead(0, 2), Left: time.Hour}, triage.BandHalf},
		{"five come before one", Scene{Here: 1, Ahead: ahead(0, 5), Left: 2 * time.Hour}, triage.BandToday},
		{"fifty come before one", Scene{Here: 1, Ahead: ahead(0, 50), Left: 2 * time.Hour}, triage.BandLater},
		{"answers took long today", Scene{Here: 4, Answers: long, Left: time.Hour}, triage.BandShort},
		{"a quarter of an hour is left", Scene{Here: 1, Ahead: ahead(0, 1), Left: 15 * time.Minute}, triage.BandToday},
		{"a pause comes, and hours after it", Scene{Here: 1, Ahead: ahead(0, 4), Left: 30 * time.Minute, Today: 4 * time.Hour}, triage.BandToday},
		{"and there is time before it", Scene{Here: 1, Ahead: ahead(0, 1), Left: 30 * time.Minute, Today: 4 * time.Hour}, triage.BandShort},
		{"ten minutes are left and it takes longer", Scene{Here: 1, Ahead: ahead(0, 1), Left: 10 * time.Minute}, triage.BandLater},
	} {
		if got := Of(c.s); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// More who wait, or fewer who answer, never make it shorter.
func TestMoreBeforeIsNeverShorter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		s := Scene{Here: 1 + r.IntN(6), Left: time.Duration(r.IntN(300)) * time.Minute, Ahead: map[triage.Severity]int{}}
		for _, severity := range triage.Severities {
			s.Ahead[severity] = r.IntN(5)
		}
		for range r.IntN(5) {
			s.Answers = append(s.Answers, time.Duration(r.IntN(60))*time.Minute)
		}
		before := Of(s)
		s.Ahead[triage.Severities[r.IntN(len(triage.Severities))]]++
		s.Here -= r.IntN(s.Here)
		if after := Of(s); before != triage.BandNone && Longer(before, after) {
			t.Fatalf("%s became %s with %+v", before, after, s)
		}
	}
}

// For one wait the band never grows whatever the desk comes to, its time never moves back, and the desk is sorry once.
func TestAPromiseNeverGrows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	all := append([]triage.Band{triage.BandNone}, order...)
	for range 5_000 {
		var p Promise
		at, sorry := evening, 0
		for range 60 {
			was := p
			left := time.Duration(r.IntN(240)) * time.Minute
			p = p.Next(evening, all[r.IntN(len(all))], at, left)
			switch {
			case p.Band == triage.BandSorry:
				if was.Band != triage.BandSorry {
					sorry++
				}
				if !at.After(was.By) {
					t.Fatalf("sorry before the time: %+v at %v", was, at)
				}
			case was.Band != "" && Longer(p.Band, was.Band):
				t.Fatalf("%s grew to %s", was.Band, p.Band)
			case !was.By.IsZero() && p.By.After(was.By):
				t.Fatalf("the time moved from %v to %v", was.By, p.By)
			case !p.By.IsZero() && at.After(p.By):
				t.Fatalf("%s is still said after %v", p.Band, p.By)
			}
			at = at.Add(time.Duration(r.IntN(600)) * time.Second)
		}
		if sorry > 1 {
			t.Fatalf("the desk was sorry %d times", sorry)
		}
	}
}

func TestANewWaitIsPromisedAnew(t *testing.T) {
	p := Promise{}.Next(evening, triage.BandSoon, evening, time.Hour).Next(evening, triage.BandHalf, evening.Add(6*time.Minute), time.Hour)
	if p.Band != triage.BandSorry {
		t.Fatalf("after its time the promise is %s", p.Band)
	}
	again := evening.Add(30 * time.Minute)
	if p = p.Next(again, triage.BandHalf, again, time.Hour); p.Band != triage.BandHalf || !p.By.Equal(again.Add(30*time.Minute)) {
		t.Errorf("the next wait has %+v", p)
	}
}
