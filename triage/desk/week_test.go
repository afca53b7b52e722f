package desk_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// A week as we imagine it: little in the small hours, a hump after school, the
// most between five and ten in the evening. The numbers are weights of the hours.
var hourly = [24]int{3, 2, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 7, 9, 11, 12, 13, 14, 13, 10, 6}

// shift is when somebody works, on the days on which the desk is open.
type shift struct {
	person   staff.Person
	from, to int // hours
}

var shifts = []shift{
	{staff.Person{Login: "sato", Role: triage.Psychologist}, 9, 17},
	{staff.Person{Login: "abe", Role: triage.SocialWorker}, 9, 17},
	{staff.Person{Login: "endo", Role: triage.Psychologist}, 12, 20},
	{staff.Person{Login: "hara", Role: triage.SocialWorker}, 14, 22},
	{staff.Person{Login: "noda", Role: triage.Psychologist}, 15, 22},
	{staff.Person{Login: "kato", Role: triage.Coordinator}, 9, 18},
	{staff.Person{Login: "mori", Role: triage.Supervisor}, 12, 22},
}

// onCall is who sees to what a page tells of when nobody is at work.
var onCall = staff.Person{Login: "mori", Role: triage.Supervisor}

// week is a simulated one: what is to happen, and who is busy until when.
type week struct {
	*room
	dice    *rand.Rand
	agenda  []happening
	count   int
	end     time.Time
	busy    map[string]time.Time
	ringing map[triage.CaseID]bool // emergencies that nobody has yet
	waits   map[triage.CaseID]bool // who wrote and has no answer yet
	arrived map[triage.CaseID]time.Time
	grave   map[triage.CaseID]triage.Severity
	first   map[triage.CaseID]time.Duration // until the first answer
	held    map[triage.CaseID]time.Duration // until somebody had an emergency
	passed  int                             // hand-offs that schools answered
	moved   int                             // cases that went to another person
}

type happening struct {
	at time.Time
	n  int
	do func()
}

// Person, Present and Code make the week its own office.
func (w *week) Person(_ context.Context, login string) (staff.Person, error) {
	for _, s := range shifts {
		if s.person.Login == login {
			return s.person, nil
		}
	}
	return staff.Person{}, staff.ErrUnknown
}

func (w *week) Present(context.Context) (all []staff.Person, _ error) {
	for _, s := range shifts {
		if w.works(s) {
			all = append(all, s.person)
		}
	}
	return all, nil
}

func (w *week) Spoken(context.Context, string, string, string) error { return staff.ErrUnknown }

func (w *week) works(s shift) bool {
	now := w.clock.Now().In(triage.JST)
	return w.City.OpenAt("phone", time.Date(now.Year(), now.Month(), now.Day(), 10, 0, 0, 0, triage.JST)) && s.from <= now.Hour() && now.Hour() < s.to
}

func (w *week) after(d time.Duration, do func()) {
	w.count++
	w.agenda = append(w.agenda, happening{w.clock.Now().Add(d), w.count, do})
}

// minutes is a random time between two.
func (w *week) minutes(from, to int) time.Duration {
	return time.Duration(from*60+w.dice.IntN((to-from)*60)) * time.Second
}

// arrive plans the cases by the hour, and how grave each is.
func (w *week) arrive(cases, days int) {
	total := 0
	for _, n := range hourly {
		total += n
	}
	for i := range cases {
		at, n := time.Duration(i*days/cases)*24*time.Hour, w.dice.IntN(total)
		for hour, weight := range hourly {
			if n -= weight; n < 0 {
				at += time.Duration(hour)*time.Hour + w.minutes(0, 60)
				break
			}
		}
		at = min(at, w.end.Sub(w.clock.Now())-3*time.Hour)
		id := triage.CaseID(fmt.Sprintf("%02d%024d", w.dice.IntN(64), i))
		severity := triage.Routine
		switch n := w.dice.IntN(100); {
		case n < 4:
			severity = triage.Emergency
		case n < 20:
			severity = triage.Urgent
		case n < 65:
			severity = triage.Soon
		}
		w.after(at, func() { w.hears(id, severity) })
	}
}

// hears takes in what a seeker wrote.
func (w *week) hears(id triage.CaseID, s triage.Severity) {
	before := triage.Case{ID: id}
	_, again := w.arrived[id]
	if again {
		before, _ = w.load(id)
	} else {
		w.arrived[id], w.grave[id] = w.clock.Now(), s
	}
	j := triage.Judgement{Severity: s}
	switch s {
	case triage.Emergency:
		j.Flags = []triage.Flag{triage.Suicide}
	case triage.Urgent:
		j.Flags = []triage.Flag{triage.Violence}
	case triage.Soon:
		j.Flags = []triage.Flag{triage.Verbal}
	}
	w.count++
	w.waits[id] = true
	_, err := w.store.Append(w.t.Context(), before, triage.Event{ID: fmt.Sprintf("m:%d", w.count), At: w.clock.Now(), Kind: triage.KindMessage,
		From: triage.Seeker, Channel: "chat", Text: "話を聞いてください", Judgement: &j, DueAt: w.City.CaseTerms().AnswerBy[s](w.clock.Now())})
	w.must(err)
	w.must(w.Sweep(w.t.Context()))
	if s == triage.Emergency && !again {
		w.ringing[id] = true
		w.after(w.minutes(1, 4), func() { w.rescue(id) })
	}
}

// Page implements triage.Pager: who is called acts on it some minutes later, and on one of four pages not at all.
func (w *week) Page(_ context.Context, p triage.Page) error {
	if w.dice.IntN(4) == 0 {
		return triage.ErrUnavailable
	}
	w.after(w.minutes(1, 6), func() {
		for _, id := range slices.Sorted(maps.Keys(w.ringing)) {
			w.takes(onCall, id)
		}
	})
	return nil
}

// rescue is what whoever is at work does when the page turns red: they leave what they do and take the case.
func (w *week) rescue(id triage.CaseID) {
	for _, s := range shifts {
		if w.ringing[id] && w.works(s) {
			w.takes(s.person, id)
		}
	}
}

// takes claims an emergency, asks for a second and answers.
func (w *week) takes(p staff.Person, id triage.CaseID) {
	if !w.ringing[id] {
		return
	}
	ctx := w.t.Context()
	if _, err := w.Claim(ctx, p, id); err != nil {
		if code(err) != triage.CodeState && code(err) != triage.CodeClaimed {
			w.t.Fatalf("%s takes an emergency: %v", p.Login, err)
		}
		return // who rests after such a case does not take the next while others are there
	}
	delete(w.ringing, id)
	w.held[id] = w.clock.Now().Sub(w.arrived[id])
	second := "kato"
	if p.Login == second {
		second = "mori"
	}
	_, err := w.Join(ctx, p, id, second)
	w.must(err)
	w.busy[p.Login] = w.clock.Now().Add(30 * time.Minute)
	w.after(w.minutes(1, 5), func() { w.answers(p, id) })
}

// answers says something, writes down what the rules ask for, and lets the seeker go on.
func (w *week) answers(p staff.Person, id triage.CaseID) {
	ctx := w.t.Context()
	c, _ := w.load(id)
	if c.Assignee != p.Login || c.WaitingSince.IsZero() {
		return
	}
	w.count++
	_, err := w.Say(ctx, p, id, fmt.Sprint(w.count), "読みました。話してくれて、よかった。")
	w.must(err)
	if _, ok := w.first[id]; !ok {
		w.first[id] = w.clock.Now().Sub(w.arrived[id])
	}
	delete(w.waits, id)
	w.must(w.Sweep(ctx))
	w.fulfils(p, id, false)
	s := w.grave[id]
	if c.Severity.Rank() <= triage.Urgent.Rank() {
		within := w.City.Terms.Silence[string(c.Severity)].Value()
		w.after(within+w.minutes(1, 8), func() { w.looksAfter(p, id) })
	}
	if !w.clock.Now().Before(w.end.Add(-4 * time.Hour)) {
		return
	}
	switch n := w.dice.IntN(10); {
	case n < 4:
		w.after(w.minutes(5, 90), func() { w.hears(id, s) })
	case n == 4 && s != triage.Routine:
		w.hands(p, id)
	}
}

// looksAfter sees to the silence of who told of danger, where there is one: who answered, or whoever the alarm has woken.
func (w *week) looksAfter(p staff.Person, id triage.CaseID) {
	if c, _ := w.load(id); c.Assignee != p.Login {
		p = people["mori"]
	}
	for _, done := range []desk.Done{{What: desk.Alarm}, {What: triage.SilenceRule, Decision: "again"}} {
		if c, _ := w.load(id); !slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == done.What && x.DoneAt.IsZero() }) {
			continue
		}
		done.Reason = "声をかけて待ちます"
		_, err := w.Fulfil(w.t.Context(), p, id, done)
		w.must(err)
		w.must(w.Sweep(w.t.Context()))
	}
}

// fulfils does the duties of the case that are the person's to do: all that are due within a day.
func (w *week) fulfils(p staff.Person, id triage.CaseID, leads bool) {
	c, _ := w.load(id)
	for _, x := range c.Duties {
		if !w.MayFulfil(p, x) || leads != (x.Owner == duty.Coordinator || x.Owner == duty.Supervisor) || x.Owner == duty.School {
			continue
		}
		done := desk.Done{What: x.What, Reason: "話し合って決めた", Turn: x.Turn}
		if r, ok := w.Rule(x.What); ok && len(r.Decide) > 0 {
			done.Decision = r.Decide[len(r.Decide)-1].Key
		}
		if r, _ := w.Rule(x.What); !r.Every.IsZero() && x.DueAt.Sub(w.clock.Now()) > 24*time.Hour && x.Turn > 1 {
			continue // the next turn is not there yet
		}
		_, err := w.Fulfil(w.t.Context(), p, id, done)
		w.must(err)
		w.must(w.Sweep(w.t.Context()))
	}
}

// hands tells the school, once the seeker has said yes; the school reads it on its next morning and answers.
func (w *week) hands(p staff.Person, id triage.CaseID) {
	ctx := w.t.Context()
	if c, _ := w.load(id); len(c.Handoffs)+len(c.Consents) > 0 {
		return
	}
	k, err := w.AskConsent(ctx, p, id, desk.Ask{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: "休み時間を見てほしい", Early: true})
	w.must(err)
	w.after(w.minutes(5, 60), func() {
		w.room.answers(id, k.ID, triage.AnswerYes)
		lead := people["kato"]
		h, err := w.HandOff(ctx, lead, id, desk.Draft{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: "休み時間を見てほしい"})
		w.must(err)
		now := w.clock.Now().In(triage.JST)
		morning := time.Date(now.Year(), now.Month(), now.Day()+1, 8, 0, 0, 0, triage.JST)
		for !w.City.OpenAt("phone", morning.Add(2*time.Hour)) {
			morning = morning.AddDate(0, 0, 1)
		}
		w.after(morning.Sub(now), func() {
			_, err := w.Portal().Open(ctx, people["hinode"], h)
			w.must(err)
			_, err = w.Portal().Acknowledge(ctx, people["hinode"], h)
			w.must(err)
			_, err = w.Portal().Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: triage.HandoffDone, Text: "担任と見守ります"})
			w.must(err)
			w.passed++
		})
	})
}

// work lets everybody who is there and free take what presses most: first what their own seekers wrote, then the queue.
func (w *week) work() {
	ctx := w.t.Context()
	for _, s := range shifts {
		p := s.person
		if len(w.waits) == 0 || !w.works(s) || w.clock.Now().Before(w.busy[p.Login]) || p.Role == triage.Coordinator || p.Role == triage.Supervisor {
			continue
		}
		id, ok := w.next(p)
		if !ok {
			continue
		}
		if c, _ := w.load(id); c.Assignee == "" {
			if _, err := w.Claim(ctx, p, id); code(err) == triage.CodeState {
				continue // a breather
			} else if err != nil {
				w.t.Fatal(err)
			}
		}
		d := w.minutes(3, 12)
		w.busy[p.Login] = w.clock.Now().Add(d)
		w.after(d, func() { w.answers(p, id) })
	}
}

// next is what the person turns to.
func (w *week) next(p staff.Person) (triage.CaseID, bool) {
	for _, q := range []desk.Query{{State: "all", Assignee: p.Login, Limit: 50}, {Limit: 20}} {
		for q.Limit > 0 {
			page, err := w.QueueAgain(w.t.Context(), p, q)
			w.must(err)
			i := slices.IndexFunc(page.Cases, func(c triage.Case) bool {
				return !c.WaitingSince.IsZero() && !w.ringing[c.ID] && (q.Assignee != "" || c.Assignee == "")
			})
			if i >= 0 {
				return page.Cases[i].ID, true
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
	}
	return "", false
}

// lead is the round of the leads: what waits for somebody who is not there goes to somebody who is, and their duties are done.
func (w *week) lead(p staff.Person) {
	ctx := w.t.Context()
	var here []staff.Person
	for _, s := range shifts {
		if w.works(s) && (s.person.Role == triage.Psychologist || s.person.Role == triage.SocialWorker) {
			here = append(here, s.person)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.arrived)) {
		c, _ := w.load(id)
		away := c.Assignee != "" && !slices.ContainsFunc(here, func(x staff.Person) bool { return x.Login == c.Assignee })
		if away && !c.WaitingSince.IsZero() && len(here) > 0 && c.Second != here[w.moved%len(here)].Login {
			_, err := w.Transfer(ctx, p, id, here[w.moved%len(here)].Login)
			w.must(err)
			w.moved++
		}
		w.fulfils(p, id, true)
	}
}

// pass lets the week go by, from one thing that happens to the next.
func (w *week) pass() {
	rounds := map[string]bool{}
	for w.clock.Now().Before(w.end) {
		now := w.clock.Now()
		to := now.Truncate(time.Hour).Add(time.Hour)
		if len(w.ringing) > 0 {
			to = now.Add(30 * time.Second)
		} else if slices.ContainsFunc(shifts, w.works) {
			to = now.Add(6 * time.Minute)
		}
		slices.SortFunc(w.agenda, func(a, b happening) int { return cmp.Or(a.at.Compare(b.at), a.n-b.n) })
		if len(w.agenda) > 0 && w.agenda[0].at.Before(to) {
			to = w.agenda[0].at
		}
		w.must(w.Advance(w.t.Context(), w.clock, to))
		for len(w.agenda) > 0 && !w.agenda[0].at.After(w.clock.Now()) {
			h := w.agenda[0]
			w.agenda = w.agenda[1:]
			h.do()
		}
		w.work()
		for _, s := range shifts {
			hour := w.clock.Now().In(triage.JST)
			if w.works(s) && (s.person.Role == triage.Supervisor && hour.Hour()%3 == 0 || s.person.Role == triage.Coordinator && hour.Hour() == 9) {
				if key := s.person.Login + hour.Format("0215"); !rounds[key] {
					rounds[key] = true
					w.lead(s.person)
				}
			}
		}
		w.alone()
	}
}

// alone fails where an emergency has nobody, and nobody is being called either.
func (w *week) alone() {
	for _, id := range slices.Sorted(maps.Keys(w.ringing)) {
		if d := w.duty(id, desk.Alarm); !d.DoneAt.IsZero() {
			w.t.Errorf("an emergency of %s has nobody, and its alarm is over", w.arrived[id])
		} else if held := w.clock.Now().Sub(w.arrived[id]); held > 30*time.Minute {
			w.t.Fatalf("an emergency has had nobody for %s", held)
		}
	}
}
