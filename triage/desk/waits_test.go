package desk_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/triage"
	"madoguchi/triage/band"
	"madoguchi/triage/city"
	"madoguchi/triage/seal"
	records "madoguchi/triage/shelf"
)

// waitLamp remembers what each page shows, and takes no turn that is not later.
type waitLamp struct {
	mu    sync.Mutex
	shown map[triage.CaseID]triage.Wait
	times int
	away  error
}

func (l *waitLamp) Wait(_ context.Context, id triage.CaseID, w triage.Wait) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away != nil {
		return l.away
	}
	l.times++
	if w.Turn > l.shown[id].Turn {
		l.shown[id] = w
	}
	return nil
}

func (l *waitLamp) band(id triage.CaseID) triage.Band {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shown[id].Band
}

// waited is a room whose page tells of the wait, with a chat that is open from ten to twenty.
func waited(t *testing.T) (*room, *waitLamp) {
	r := open(t)
	l := r.tellsWaits()
	r.City.Channels = map[string]city.Channel{"chat": {Hours: []city.Span{{Days: []city.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "10:00", To: "20:00"}}}}
	r.clock.Set(time.Date(2026, 12, 1, 18, 0, 0, 0, triage.JST)) // a Tuesday
	r.office.there = []string{"sato"}
	return r, l
}

// tellsWaits gives the room a lamp.
func (r *room) tellsWaits() *waitLamp {
	server := miniredis.RunT(r.t)
	c := client.NewClient(&client.Options{Addr: server.Addr(), MaxRetries: -1})
	r.t.Cleanup(func() { c.Close() })
	l := &waitLamp{shown: map[triage.CaseID]triage.Wait{}}
	r.Waits, r.WaitLamp = records.New[band.Told](c, seal.New(), "waits"), l
	return l
}

func (r *room) tells(l *waitLamp, want map[triage.CaseID]triage.Band) {
	r.t.Helper()
	r.must(r.TellWaits(r.t.Context()))
	got := map[triage.CaseID]triage.Band{}
	for id := range want {
		got[id] = l.band(id)
	}
	if !maps.Equal(got, want) {
		r.t.Fatalf("the pages say %v, want %v", got, want)
	}
}

func TestWhoWaitsIsToldABandThatNeverGrows(t *testing.T) {
	r, l := waited(t)
	ctx := t.Context()
	first := r.writes("", "くつをかくされた")
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandSoon})
	r.clock.pass(time.Second)
	second := r.writes("", "悪口を言われた")
	r.clock.pass(time.Second)
	third := r.writes("", "むしされた")
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandSoon, second: triage.BandShort, third: triage.BandHalf})
	times := l.times
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandSoon})
	if l.times != times {
		t.Errorf("what is known was shown %d times more", l.times-times)
	}

	// Somebody in danger goes before all of them; nobody is told.
	grave := r.writes("", "こわい")
	_, err := r.Overrule(ctx, people["kato"], grave, triage.Emergency, "危ない")
	r.must(err)
	r.tells(l, map[triage.CaseID]triage.Band{grave: triage.BandSoon, first: triage.BandSoon, second: triage.BandShort, third: triage.BandHalf})

	// A colleague comes and takes them, and it gets shorter for the others.
	r.office.there = []string{"sato", "abe"}
	_, err = r.Claim(ctx, people["abe"], grave)
	r.must(err)
	r.tells(l, map[triage.CaseID]triage.Band{third: triage.BandShort})
	r.office.there = []string{"sato"}
	r.tells(l, map[triage.CaseID]triage.Band{third: triage.BandShort})

	// The desk is sorry when the time has passed, and says nothing more.
	r.clock.pass(6 * time.Minute)
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandSorry, third: triage.BandShort})
	r.office.there = []string{"sato", "abe"}
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandSorry})

	// An answer ends the wait; what is written then is another.
	_, err = r.Claim(ctx, people["sato"], first)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], first, "1", "読みました。")
	r.must(err)
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandNone})
	r.clock.pass(time.Minute)
	r.writes(first, "もうひとつ")
	r.tells(l, map[triage.CaseID]triage.Band{first: triage.BandShort})
}

func TestNothingIsPromisedThatNobodyCanKeep(t *testing.T) {
	r, l := waited(t)
	r.office.there = nil
	id := r.writes("", "くつをかくされた")
	r.tells(l, map[triage.CaseID]triage.Band{id: ""})
	r.office.there = []string{"sato"}
	r.clock.Set(time.Date(2026, 12, 1, 21, 0, 0, 0, triage.JST))
	r.tells(l, map[triage.CaseID]triage.Band{id: ""})
	r.clock.Set(time.Date(2026, 12, 2, 10, 0, 0, 0, triage.JST))
	r.tells(l, map[triage.CaseID]triage.Band{id: triage.BandSoon})

	// A page that cannot be reached is told later, and keeps nobody else waiting.
	other := r.writes("", "むしされた")
	l.away = triage.ErrUnavailable
	r.must(r.TellWaits(t.Context()))
	l.away = nil
	r.tells(l, map[triage.CaseID]triage.Band{other: triage.BandShort})
}

// Words of danger are cared for by what is true at that moment: somebody is there, nobody is, or whoever is on call was reached.
func TestCareSaysWhatIsTrue(t *testing.T) {
	late := time.Date(2026, 12, 1, 23, 0, 0, 0, triage.JST)
	for _, c := range []struct {
		name    string
		at      time.Time
		covered bool
		out     bool
		want    triage.Care
	}{
		{"open", late.Add(-5 * time.Hour), true, false, triage.CareOpen},
		{"night, and nobody is on call", late, false, false, triage.CareNight},
		{"night, and who is on call was reached", late, true, false, triage.CarePaged},
		{"night, and who is on call was not reached", late, true, true, triage.CareNight},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, p := night(t, watched(t, c.covered))
			l := r.tellsWaits()
			p.out = c.out
			r.clock.Set(c.at)
			id := r.danger("")
			r.must(r.Sweep(t.Context()))
			r.must(r.TellWaits(t.Context()))
			if got := l.shown[id].Care; got != c.want {
				t.Errorf("the page cares as %s, want %s", got, c.want)
			}
			r.clock.pass(12 * time.Hour) // the desk opens, or has closed
			r.must(r.TellWaits(t.Context()))
			if got := l.shown[id].Care; got != c.want && c.want != triage.CareNight {
				t.Errorf("later the page cares as %s", got)
			}
		})
	}
}
