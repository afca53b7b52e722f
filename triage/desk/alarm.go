package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// Alarm is the key of the rule by which somebody must say 受領 to a case in danger. It is done by taking the case, by an
// answer, or by the word alone; until then it is rung again and again.
const Alarm = "alarm"

// pageWithin is how long one page may take.
const pageWithin = 10 * time.Second

// afters are the first steps of an alarm after it arose. It never gives up: past these it rings every ten minutes for an hour,
// every hour for a day, and then once a day.
var afters = []time.Duration{0, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}

// ring is when the step of that number is, after the alarm arose.
func ring(step int) time.Duration {
	const ten, hours = 5, 23 // steps of ten minutes after the last of afters, and of an hour after those
	switch n := step - len(afters) + 1; {
	case n <= 0:
		return afters[step]
	case n <= ten:
		return afters[len(afters)-1] + time.Duration(n)*10*time.Minute
	case n <= ten+hours:
		return time.Duration(n-ten+1) * time.Hour
	default:
		return time.Duration(n-ten-hours+1) * 24 * time.Hour
	}
}

func ringID(x triage.Duty, step int) string {
	return fmt.Sprintf("ring:%d:%d", x.Since.UnixNano(), step)
}

// rung is the number of the next step of the alarm: those before have rung, or were passed over.
func rung(x triage.Duty, events []triage.Event) int {
	next := 0
	prefix := strings.TrimSuffix(ringID(x, 0), "0")
	for _, e := range events {
		if rest, ok := strings.CutPrefix(e.ID, prefix); ok {
			if step, err := strconv.Atoi(rest); err == nil && step >= next {
				next = step + 1
			}
		}
	}
	return next
}

// alarm returns the case's open alarm, and when its next step is.
func alarm(c triage.Case, events []triage.Event) (triage.Duty, time.Time, bool) {
	for _, x := range c.Duties {
		if x.What == Alarm && x.DoneAt.IsZero() {
			return x, x.Since.Add(ring(rung(x, events))), true
		}
	}
	return triage.Duty{}, time.Time{}, false
}

// ringing rings the alarm whose step has come, and returns the event that says truly what was done. Steps that have gone by
// are rung as one.
func (d *Desk) ringing(ctx context.Context, c triage.Case, events []triage.Event, now time.Time) []triage.Event {
	x, at, ok := alarm(c, events)
	if !ok || now.Before(at) {
		return nil
	}
	step := rung(x, events)
	for !now.Before(x.Since.Add(ring(step + 1))) {
		step++
	}
	e := d.event(staff.Person{}, triage.KindDuty)
	e.ID, e.From, e.Duty = ringID(x, step), triage.System, &x
	e.Text = "緊急の事案を、まだだれも受領していません。"
	if step == 0 {
		e.Text = "緊急の事案です。受領を待っています。"
	}
	if step == 0 && d.anyThere(ctx, sees(c)) {
		return []triage.Event{e} // whoever is there hears it first from the pages
	}
	return []triage.Event{d.paged(ctx, c, e, called(x, events))}
}

// sees are those whom the pages tell of the case: who answers, and is not kept out of it.
func sees(c triage.Case) func(staff.Person) bool {
	return func(p staff.Person) bool { return (leads(p) || counsels(p)) && !barred(p, c) }
}

// called is how often somebody was called by this alarm, whether or not that went out: the next is whoever comes after them.
func called(x triage.Duty, events []triage.Event) int {
	n, prefix := 0, strings.TrimSuffix(ringID(x, 0), "0")
	for _, e := range events {
		if e.Called && strings.HasPrefix(e.ID, prefix) {
			n++
		}
	}
	return n
}

// paged calls who is on call and not kept out of the case, where there is somebody, and adds to the event whether that went out.
// Of those before, n were called.
func (d *Desk) paged(ctx context.Context, c triage.Case, e triage.Event, n int) triage.Event {
	who, by, ok := d.City.Called(n, d.outOf(ctx, c))
	if !ok || d.Pager == nil {
		return e
	}
	return d.reached(ctx, e, who, by)
}

// outOf reports of whom is on call whether the case is kept from them, so that they could do nothing. Where it is from all of them
// by a school that they belong to, they are called all the same: who is called can call others.
func (d *Desk) outOf(ctx context.Context, c triage.Case) func(login string) bool {
	out := func(login string) bool {
		if c.Bars(login) {
			return true
		}
		p, err := d.People.Person(ctx, login)
		return login != "" && err == nil && barred(p, c)
	}
	if _, _, ok := d.City.Called(0, out); !ok {
		return c.Bars
	}
	return out
}

// reached calls somebody who is on call by one of their paths, and adds to the event whether that went out.
func (d *Desk) reached(ctx context.Context, e triage.Event, who city.OnCall, by string) triage.Event {
	err := d.call(ctx, e.ID, who.Reach, by, d.City.Text("oncall.page", "", e.At, nil))
	e.Called = true
	name := map[string]string{"voice": "電話", "sms": "SMS"}[by]
	if err != nil {
		e.Text += who.Name + "に" + name + "で知らせようとしましたが、できませんでした。"
	} else {
		e.Text, e.Paged = e.Text+who.Name+"に"+name+"で知らせました。", true
	}
	return e
}

// call says text to a telephone number. The same id is one call.
func (d *Desk) call(ctx context.Context, id, reach, by, text string) error {
	ctx, cancel := context.WithTimeout(ctx, pageWithin)
	defer cancel()
	sum := sha256.Sum256([]byte(id))
	return d.Pager.Page(ctx, triage.Page{ID: hex.EncodeToString(sum[:16]), Reach: reach, By: by, Text: text})
}
