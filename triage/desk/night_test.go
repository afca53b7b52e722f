package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/band"
	"madoguchi/triage/desk"
)

// wrote appends words of a seeker by the chat, judged as given.
func (r *room) wrote(id triage.CaseID, s triage.Severity, flags ...triage.Flag) triage.CaseID {
	r.t.Helper()
	return r.wroteBy("chat", id, s, flags...)
}

// wroteBy is the same by another door.
func (r *room) wroteBy(door string, id triage.CaseID, s triage.Severity, flags ...triage.Flag) triage.CaseID {
	r.t.Helper()
	if id == "" {
		id = triage.CaseID("09" + strings.Repeat("n", 24))
	}
	before, _, err := r.store.Load(r.t.Context(), id)
	if errors.Is(err, triage.ErrUnknown) {
		before, err = triage.Case{ID: id}, nil
	}
	r.must(err)
	_, err = r.store.Append(r.t.Context(), before, triage.Event{ID: "m:" + r.clock.Now().String(), At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker,
		Channel: door, Text: "もう死にたい", Judgement: &triage.Judgement{Severity: s, Flags: flags}})
	r.must(err)
	return id
}

// promises lets sato say when the seeker is spoken with again, so that their silence until then is none.
func (r *room) promises(id triage.CaseID) {
	r.t.Helper()
	_, err := r.LeaveSession(r.t.Context(), people["sato"], id, triage.Session{Promised: r.clock.Now().AddDate(0, 0, 1)})
	r.must(err)
}

// tonight lists what the timeline says of who was told at night.
func (r *room) tonight(id triage.CaseID) []string { return r.said(id, "night:") }

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", text, triage.JST)
	if err != nil {
		panic(err)
	}
	return t
}

// What is urgent, and somebody's own life or home, is told to whoever is on call: once, by a text message, at once where nobody
// is at the desk, and when the desk closes on what nobody has answered. Weekdays are 8:45 to 17:15, and the chat's 17:00 to 22:00.
func TestWhatIsUrgentAtNightIsToldOnce(t *testing.T) {
	for _, tt := range []struct {
		name, at string
		until    time.Duration
		page     string // the city's setting
		severity triage.Severity
		flag     triage.Flag
		want     string // when, or "" never
	}{
		{"after the chat has closed", "2026-11-20 23:00:00", 30 * time.Hour, "urgent", triage.Urgent, triage.Suicide, "2026-11-20 23:00:00"},
		{"the last second of the chat", "2026-11-20 21:59:59", time.Hour, "urgent", triage.Urgent, triage.Suicide, "2026-11-20 22:00:00"},
		{"the first second after it", "2026-11-20 22:00:00", time.Hour, "urgent", triage.Urgent, triage.Suicide, "2026-11-20 22:00:00"},
		{"the last second before the morning", "2026-11-20 08:44:59", time.Hour, "urgent", triage.Urgent, triage.SelfHarm, "2026-11-20 08:44:59"},
		{"the first second of the morning", "2026-11-20 08:45:00", 5 * time.Hour, "urgent", triage.Urgent, triage.SelfHarm, ""},
		{"by day, and nobody answers", "2026-11-20 10:00:00", 20 * time.Hour, "urgent", triage.Urgent, triage.AbuseHome, "2026-11-20 22:00:00"},
		{"on a holiday", "2026-11-23 10:00:00", time.Hour, "urgent", triage.Urgent, triage.Sexual, "2026-11-23 10:00:00"},
		{"at the turn of the year", "2026-12-31 09:00:00", time.Hour, "urgent", triage.Urgent, triage.Suicide, "2026-12-31 09:00:00"},
		{"blows at school", "2026-11-20 23:00:00", 8 * time.Hour, "urgent", triage.Urgent, triage.Violence, ""},
		{"what is soon", "2026-11-20 23:00:00", 8 * time.Hour, "urgent", triage.Soon, triage.Suicide, ""},
		{"a city that says nothing", "2026-11-20 23:00:00", time.Hour, "", triage.Urgent, triage.Suicide, "2026-11-20 23:00:00"},
		{"a city that wants emergencies alone", "2026-11-20 23:00:00", 8 * time.Hour, "emergency", triage.Urgent, triage.Suicide, ""},
	} {
		c := watched(t, true)
		c.NightPage = tt.page
		r, p := night(t, c)
		r.clock.Set(at(tt.at))
		id := r.wrote("", tt.severity, tt.flag)
		r.must(r.Sweep(t.Context()))
		r.must(r.Advance(t.Context(), r.clock, at(tt.at).Add(tt.until)))
		var want []paged
		if tt.want != "" {
			want = []paged{{at(tt.want).Sub(opened), "sms 1"}}
		}
		if !slices.Equal(p.pages, want) {
			t.Errorf("%s: told %v, want %v", tt.name, p.pages, want)
		}
		if lines := r.tonight(id); len(lines) != len(want) || len(lines) > 0 && !strings.HasSuffix(lines[0], "当番1にSMSで知らせました。") {
			t.Errorf("%s: the timeline says %q", tt.name, lines)
		}
	}
}

// It is once for each time that somebody waits, however much they write; an answer ends it; and what becomes an emergency rings
// like one.
func TestOnceForEachWait(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.clock.Set(at("2026-11-20 22:30:00"))
	id := r.wrote("", triage.Soon, triage.Verbal)
	r.must(r.Sweep(ctx))
	for range 5 {
		r.clock.pass(time.Minute)
		r.wrote(id, triage.Urgent, triage.Suicide)
		r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(20*time.Minute)))
	}
	if len(p.pages) != 1 {
		t.Fatalf("told %v", p.pages)
	}
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
	r.must(err)
	r.clock.pass(time.Minute)
	r.wrote(id, triage.Urgent, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(time.Hour)))
	if len(p.pages) != 2 {
		t.Fatalf("who writes again: told %v", p.pages)
	}
	r.wrote(id, triage.Emergency, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(6*time.Minute)))
	if n := len(p.pages); n < 4 || n > 5 || len(r.rang(id)) < 3 {
		t.Errorf("an emergency: told %v, rang %q", p.pages, r.rang(id))
	}
}

// A person who has judged a case knows what was said in it until then. What is said after that is new: it wakes whoever it would
// wake for a child whom nobody has judged, whether the person raised the case or lowered it; once, again.
func TestWhatIsSaidAfterAPersonsJudgementWakes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		words  triage.Severity // before the person judges, at noon
		judged triage.Severity
		then   triage.Severity // at 23:00 of the next day but one
		flag   triage.Flag
		want   int
	}{
		{"lowered to urgent", triage.Emergency, triage.Urgent, triage.Urgent, triage.Suicide, 1},
		{"lowered to soon", triage.Emergency, triage.Soon, triage.Urgent, triage.Suicide, 1},
		{"confirmed", triage.Urgent, triage.Urgent, triage.Urgent, triage.AbuseHome, 1},
		{"raised to urgent", triage.Soon, triage.Urgent, triage.Urgent, triage.SelfHarm, 1},
		{"lowered, and nothing grave is said", triage.Urgent, triage.Soon, triage.Soon, triage.Suicide, 0},
		{"lowered, and blows at school", triage.Emergency, triage.Soon, triage.Urgent, triage.Violence, 0},
	} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.clock.Set(at("2026-11-18 12:00:00"))
		id := r.wrote("", tt.words, tt.flag)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
		r.must(err)
		_, err = r.Overrule(ctx, people["sato"], id, tt.judged, "電話で話しました")
		r.must(err)
		r.must(r.Advance(ctx, r.clock, at("2026-11-20 23:00:00")))
		p.pages = nil
		r.wrote(id, tt.then, tt.flag)
		r.must(r.Advance(ctx, r.clock, at("2026-11-20 23:20:00")))
		r.wrote(id, tt.then, tt.flag)
		r.must(r.Advance(ctx, r.clock, at("2026-11-21 06:00:00")))
		if len(p.pages) != tt.want || tt.want > 0 && p.pages[0] != (paged{at("2026-11-20 23:00:00").Sub(opened), "sms 1"}) {
			t.Errorf("%s: told %v, want %d", tt.name, p.pages, tt.want)
		}
	}

	r, p := night(t, watched(t, true)) // within one wait: what was read before the judgement is known, what comes after is not
	ctx := t.Context()
	r.clock.Set(at("2026-11-20 21:00:00"))
	id := r.wrote("", triage.Urgent, triage.Suicide)
	r.clock.pass(time.Minute)
	_, err := r.Overrule(ctx, people["kato"], id, triage.Urgent, "電話で話しました")
	r.must(err)
	r.must(r.Advance(ctx, r.clock, at("2026-11-20 23:00:00")))
	if len(p.pages) != 0 {
		t.Errorf("what a person has just judged: told %v", p.pages)
	}
	r.wrote(id, triage.Urgent, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, at("2026-11-21 06:00:00")))
	if len(p.pages) != 1 {
		t.Errorf("and what is said after it: told %v", p.pages)
	}
}

// A child who was in danger, and was answered, wakes no fewer people the next night than one whom nobody knows: whatever the words
// are by themselves. It rings for each wait, whether or not who has the case is there, and nobody is told once more beside it.
func TestWhoWasInDangerIsNeverToldOfLess(t *testing.T) {
	answered := func(page string) (*room, *pager, triage.CaseID) {
		c := watched(t, true)
		c.NightPage = page
		r, p := night(t, c)
		r.office.there = []string{"sato", "kato"}
		r.clock.Set(at("2026-11-20 12:00:00"))
		id := r.danger("")
		_, err := r.Claim(t.Context(), people["sato"], id)
		r.must(err)
		_, err = r.Join(t.Context(), people["sato"], id, "kato")
		r.must(err)
		_, err = r.Say(t.Context(), people["sato"], id, "1", "読みました。また話しましょう")
		r.must(err)
		r.promises(id)
		r.must(r.Advance(t.Context(), r.clock, at("2026-11-20 23:00:00")))
		p.pages = nil
		r.office.there = nil
		return r, p, id
	}
	for _, page := range []string{"urgent", "emergency"} {
		for _, s := range []triage.Severity{triage.Urgent, triage.Soon} {
			r, p, id := answered(page)
			r.wrote(id, s, triage.Suicide)
			r.must(r.Advance(t.Context(), r.clock, at("2026-11-21 06:00:00")))
			want, night := []paged{}, at("2026-11-20 23:00:00").Sub(opened)
			for i, to := range []string{"voice 1", "sms 2", "sms 1", "sms 2"} {
				want = append(want, paged{night + []time.Duration{0, 2, 5, 10}[i]*time.Minute, to})
			}
			if len(p.pages) < 4 || !slices.Equal(p.pages[:4], want) || len(r.tonight(id)) != 0 {
				t.Errorf("%s, words that are %s: called %v, want %v; told %q", page, s, p.pages, want, r.tonight(id))
			}
		}
	}

	r, _, id := answered("urgent") // who rings until 受領 is not told of again
	r.danger(id)
	r.must(r.Advance(t.Context(), r.clock, at("2026-11-20 23:04:00")))
	_, err := r.Fulfil(t.Context(), people["mori"], id, desk.Done{What: desk.Alarm, Reason: "受領しました"})
	r.must(err)
	r.must(r.Advance(t.Context(), r.clock, at("2026-11-21 06:00:00")))
	if len(r.tonight(id)) != 0 || len(r.rang(id)) == 0 {
		t.Errorf("beside an alarm: told %q, rang %q", r.tonight(id), r.rang(id))
	}

	r, p, id := answered("urgent") // sato has it, is there, and hears it first
	r.office.there = []string{"sato"}
	r.wrote(id, triage.Urgent, triage.Suicide)
	r.must(r.Advance(t.Context(), r.clock, at("2026-11-20 23:04:00")))
	if want := []paged{{at("2026-11-20 23:02:00").Sub(opened), "voice 1"}}; !slices.Equal(p.pages, want) {
		t.Errorf("while who has it is there: called %v, want %v", p.pages, want)
	}

	r, p = night(t, watched(t, true)) // taken by day, and they leave without an answer: it rings before the desk closes
	r.office.there = []string{"sato", "kato"}
	r.clock.Set(at("2026-11-20 16:00:00"))
	id = r.danger("")
	_, err = r.Claim(t.Context(), people["sato"], id)
	r.must(err)
	_, err = r.Join(t.Context(), people["sato"], id, "kato")
	r.must(err)
	r.must(r.Sweep(t.Context()))
	r.office.there = nil
	r.must(r.Advance(t.Context(), r.clock, at("2026-11-21 06:00:00")))
	if want := (paged{at("2026-11-20 16:30:00").Sub(opened), "voice 1"}); len(p.pages) == 0 || p.pages[0] != want || len(r.tonight(id)) != 0 {
		t.Errorf("taken and not answered: told %v, want %v first", p.pages, want)
	}
}

// Where a message does not go out the next path is tried, some times and no more; and the page of whoever waits says that
// somebody knows only where that is so.
func TestNoPageIsClaimedThatDidNotGoOut(t *testing.T) {
	r, p := night(t, watched(t, true))
	l := r.tellsWaits()
	ctx := t.Context()
	p.out = true
	r.clock.Set(at("2026-11-20 23:00:00"))
	id := r.wrote("", triage.Urgent, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, at("2026-11-20 23:15:00")))
	r.must(r.TellWaits(ctx))
	if got := l.shown[id].Care; got != triage.CareNight || len(p.pages) != 2 {
		t.Errorf("the page cares as %s after %v", got, p.pages)
	}
	for _, line := range r.tonight(id) {
		if strings.Contains(line, "知らせました") || !strings.Contains(line, "できませんでした") {
			t.Errorf("the timeline says %q", line)
		}
	}
	p.out = false
	r.must(r.Advance(ctx, r.clock, at("2026-11-21 08:00:00")))
	r.must(r.TellWaits(ctx))
	if got := l.shown[id].Care; got != triage.CarePaged || len(p.pages) != 3 {
		t.Errorf("then as %s after %v", got, p.pages)
	}

	r, p = night(t, watched(t, true))
	p.out = true
	r.clock.Set(at("2026-11-20 23:00:00"))
	r.wrote("", triage.Urgent, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, at("2026-11-22 08:00:00")))
	if len(p.pages) != 6 {
		t.Errorf("%d tries", len(p.pages))
	}

	r, p = night(t, watched(t, false)) // nobody is on call: nobody is told, and nothing says so
	l = r.tellsWaits()
	r.clock.Set(at("2026-11-20 23:00:00"))
	id = r.wrote("", triage.Urgent, triage.Suicide)
	r.must(r.Advance(ctx, r.clock, at("2026-11-22 08:00:00")))
	r.must(r.TellWaits(ctx))
	if got := l.shown[id].Care; got != triage.CareNight || len(p.pages) != 0 || len(r.tonight(id)) != 0 || !band.Danger(must(r.load(id))) {
		t.Errorf("nobody is on call, and the page cares as %s; %q", got, r.tonight(id))
	}
}

// Who is kept out of the case is not called to it, by name or by the school that they belong to, while somebody else is on call.
func TestNobodyIsCalledToWhatIsKeptFromThem(t *testing.T) {
	for _, tt := range []struct {
		name   string
		barred string
		posts  map[string]string
		want   []string // who is called, at once and two minutes later
	}{
		{"nobody is", "", nil, []string{"voice 1", "sms 2"}},
		{"the first, by name", "sato", nil, []string{"sms 2", "sms 2"}},
		{"the first, by their school", "", map[string]string{"sato": "hinode-jhs"}, []string{"sms 2", "sms 2"}},
		{"both, by their school", "", map[string]string{"sato": "hinode-jhs", "abe": "hinode-jhs"}, []string{"voice 1", "sms 2"}},
		{"one by name, one by the school", "sato", map[string]string{"abe": "hinode-jhs"}, []string{"sms 2", "sms 2"}},
		{"another school", "", map[string]string{"sato": "kawabe-jhs"}, []string{"voice 1", "sms 2"}},
	} {
		c := watched(t, true)
		c.OnCall[0].Login, c.OnCall[1].Login = "sato", "abe"
		r, p := night(t, c)
		r.office.posts = tt.posts
		r.clock.Set(at("2026-11-20 23:00:00"))
		id := r.danger("")
		before, _ := r.load(id)
		_, err := r.store.Append(t.Context(), before, triage.Event{ID: "n", At: r.clock.Now(), Kind: triage.KindNote, From: triage.Seeker, Schools: []string{"hinode-jhs"}})
		r.must(err)
		if tt.barred != "" {
			r.must(r.Bar(t.Context(), people["mori"], id, triage.Bar{Login: tt.barred, Why: triage.BarNamed}))
		}
		r.must(r.Advance(t.Context(), r.clock, at("2026-11-20 23:03:00")))
		var got []string
		for _, x := range p.pages {
			got = append(got, x.to)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: called %v, want %v", tt.name, got, tt.want)
		}
	}
}

func must(c triage.Case, _ []triage.Event) triage.Case { return c }
