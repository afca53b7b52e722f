package desk_test

import (
	"context"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/triage"
	"madoguchi/triage/band"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
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

// Words of danger are cared for by what is true at that moment, whatever was true before: a counselor is called only while somebody
// is there who hears it, and who is on call knows only where a page went out. The chat is from 17:00 to 22:00, the telephone by day.
func TestCareSaysWhatIsTrue(t *testing.T) {
	type look struct {
		at    string
		there string // who is
		want  triage.Care
	}
	for _, c := range []struct {
		name    string
		covered bool
		out     bool // no page goes out
		looks   []look
	}{
		{"somebody is there, and goes at the end", false, false, []look{
			{"2026-12-01 18:00:00", "sato", triage.CareOpen}, {"2026-12-01 21:59:59", "sato", triage.CareOpen}, {"2026-12-01 22:00:00", "sato", triage.CareNight},
			{"2026-12-02 08:00:00", "", triage.CareNight}, {"2026-12-02 17:30:00", "sato", triage.CareOpen}, {"2026-12-02 17:40:00", "", triage.CareNight}}},
		{"nobody has signed in, and then somebody has", false, false, []look{
			{"2026-12-01 21:50:00", "", triage.CareNight}, {"2026-12-01 21:55:00", "kato", triage.CareOpen}, {"2026-12-01 22:30:00", "", triage.CareNight}}},
		{"only who cannot see it is there", false, false, []look{{"2026-12-01 18:00:00", "ono", triage.CareNight}, {"2026-12-01 18:01:00", "ueda", triage.CareNight}}},
		{"night, and nobody is on call", false, false, []look{{"2026-12-01 23:00:00", "", triage.CareNight}, {"2026-12-02 11:00:00", "sato", triage.CareNight}}},
		{"night, and who is on call was reached", true, false, []look{
			{"2026-12-01 23:00:00", "", triage.CarePaged}, {"2026-12-02 05:00:00", "", triage.CarePaged}, {"2026-12-02 18:00:00", "abe", triage.CareOpen}}},
		{"night, and who is on call was not reached", true, true, []look{{"2026-12-01 23:00:00", "", triage.CareNight}, {"2026-12-02 05:00:00", "", triage.CareNight}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, p := night(t, watched(t, c.covered))
			l := r.tellsWaits()
			p.out = c.out
			r.clock.Set(at(c.looks[0].at))
			id := r.danger("")
			for _, k := range c.looks {
				r.clock.Set(at(k.at))
				r.office.there = strings.Fields(k.there)
				r.must(r.Sweep(t.Context()))
				r.must(r.TellWaits(t.Context()))
				if got := l.shown[id].Care; got != k.want {
					t.Errorf("%s: the page cares as %s, want %s", k.at, got, k.want)
				}
			}
		})
	}
}

// Who is kept out of the case is nobody whom it is told to.
func TestNobodyIsCalledWhoIsKeptOut(t *testing.T) {
	r, l := waited(t)
	id := r.danger("")
	r.must(r.Bar(t.Context(), people["mori"], id, triage.Bar{Login: "sato", Why: triage.BarNamed}))
	r.must(r.TellWaits(t.Context()))
	if got := l.shown[id].Care; got != triage.CareNight {
		t.Errorf("the page cares as %s", got)
	}
	r.office.there = []string{"sato", "abe"}
	r.must(r.TellWaits(t.Context()))
	if got := l.shown[id].Care; got != triage.CareOpen {
		t.Errorf("with a colleague the page cares as %s", got)
	}
}

// An answer ends it: who comes back is told by what is true then. A page of the night before is none of this one.
func TestCareEndsWithTheAnswer(t *testing.T) {
	r, _ := night(t, watched(t, false))
	l := r.tellsWaits()
	ctx := t.Context()
	cares := func(want triage.Care) {
		t.Helper()
		r.must(r.TellWaits(ctx))
		for id, w := range l.shown {
			if w.Care != want {
				t.Errorf("at %s the page of %s cares as %s, want %s", r.clock.Now(), id, w.Care, want)
			}
		}
	}
	r.clock.Set(at("2026-12-01 18:00:00"))
	r.office.there = []string{"sato"}
	id := r.danger("")
	cares(triage.CareOpen)
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました。")
	r.must(err)
	cares(triage.CareNone)
	r.clock.Set(at("2026-12-01 23:10:00"))
	r.office.there = nil
	cares(triage.CareNone)
	r.wrote(id, triage.Urgent, triage.Suicide)
	cares(triage.CareNight)

	// What a person judges to be less does not keep an untrue word on the page.
	r.clock.Set(at("2026-12-02 18:00:00"))
	r.office.there = []string{"sato"}
	cares(triage.CareOpen)
	_, err = r.Overrule(ctx, people["kato"], id, triage.Soon, "電話で話しました")
	r.must(err)
	cares(triage.CareOpen)
	r.clock.Set(at("2026-12-02 22:00:00"))
	cares(triage.CareNight)
}

func TestAPageOfTheNightBeforeIsNotClaimed(t *testing.T) {
	r, p := night(t, watched(t, true))
	l := r.tellsWaits()
	r.clock.Set(at("2026-11-20 23:00:00")) // a Friday
	id := r.wrote("", triage.Urgent, triage.Suicide)
	r.must(r.Sweep(t.Context()))
	r.office.there = nil
	for _, k := range []struct {
		at   string
		want triage.Care
	}{{"2026-11-20 23:01:00", triage.CarePaged}, {"2026-11-21 08:00:00", triage.CarePaged}, {"2026-11-21 23:00:00", triage.CareNight}} {
		r.clock.Set(at(k.at))
		r.must(r.TellWaits(t.Context()))
		if got := l.shown[id].Care; got != k.want || len(p.pages) != 1 {
			t.Errorf("%s: after %v the page cares as %s, want %s", k.at, p.pages, got, k.want)
		}
	}
}

// However often it changes, the page takes each change, also after the desk has forgotten what it was told.
func TestEachChangeOfCareIsShown(t *testing.T) {
	r, _ := night(t, watched(t, false))
	l := r.tellsWaits()
	ctx := t.Context()
	r.clock.Set(at("2026-12-01 18:00:00"))
	id := r.danger("")
	for i := range 200 {
		r.office.there = [][]string{{"sato"}, nil}[i%2]
		r.must(r.TellWaits(ctx))
		if got, want := l.shown[id].Care, []triage.Care{triage.CareOpen, triage.CareNight}[i%2]; got != want {
			t.Fatalf("change %d: %s, want %s", i, got, want)
		}
	}
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました。")
	r.must(err)
	r.must(r.TellWaits(ctx))
	_, err = r.Join(ctx, people["sato"], id, "kato")
	r.must(err)
	_, err = r.SetState(ctx, people["mori"], id, desk.StateChange{To: triage.Closed, Reason: "本人が、これでよいと言った"})
	r.must(err)
	for range 3 {
		r.must(r.TellWaits(ctx))
	}
	r.clock.pass(time.Minute)
	r.wrote(id, triage.Emergency, triage.Suicide)
	r.must(r.TellWaits(ctx))
	if got := l.shown[id].Care; got != triage.CareNight {
		t.Errorf("who comes back is told %s", got)
	}
}

// With the apology goes by when there is an answer only where the desk can keep that: at a full hour, due by the city's terms
// within the hours of the door, and with somebody there in the hour before.
func TestAnAnswerIsPromisedOnlyWhereItCanBe(t *testing.T) {
	for _, c := range []struct{ name, due, want string }{
		{"the next evening", "2026-12-02 18:12:00", "2026-12-02 19:00:00"},
		{"on the hour", "2026-12-02 19:00:00", "2026-12-02 19:00:00"},
		{"as it closes", "2026-12-02 20:00:00", "2026-12-02 20:00:00"},
		{"as it opens", "2026-12-02 10:00:00", ""},
		{"at night", "2026-12-02 23:00:00", ""},
		{"on a Saturday", "2026-12-05 18:00:00", ""},
		{"at once", "2026-12-01 18:20:00", ""},
		{"no term", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, l := waited(t)
			id := triage.CaseID("07aaaaaaaaaaaaaaaaaaaaaaaa")
			e := triage.Event{ID: "m:1", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "くつをかくされた"}
			if c.due != "" {
				e.DueAt = at(c.due)
			}
			_, err := r.store.Append(t.Context(), triage.Case{ID: id}, e)
			r.must(err)
			r.tells(l, map[triage.CaseID]triage.Band{id: triage.BandSoon})
			if !l.shown[id].By.IsZero() {
				t.Errorf("promised at once: %v", l.shown[id].By)
			}
			for range 2 {
				r.clock.pass(6 * time.Minute)
				r.tells(l, map[triage.CaseID]triage.Band{id: triage.BandSorry})
				got := ""
				if by := l.shown[id].By; !by.IsZero() {
					got = by.In(triage.JST).Format(time.DateTime)
				}
				if got != c.want {
					t.Errorf("promised by %q, want %q", got, c.want)
				}
			}
		})
	}
}
