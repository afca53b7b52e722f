package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// A lawyer is asked for advice and is no second: the emergency wants one still, and its alarm rings on. The board of education is
// asked in other ways.
func TestWhoIsAskedForAdviceIsNoSecond(t *testing.T) {
	r, _ := night(t, watched(t, true))
	ctx := t.Context()
	id := r.danger("")
	r.must(r.Sweep(ctx))
	c, err := r.Join(ctx, people["kato"], id, "ueda")
	r.want("a lawyer", err, "ok")
	r.must(r.Sweep(ctx))
	if c.Second != "" || !slices.Equal(c.Consulted, []string{"ueda"}) || !r.duty(id, desk.Alarm).DoneAt.IsZero() {
		t.Errorf("second %q, consulted %q, alarm %+v", c.Second, c.Consulted, r.duty(id, desk.Alarm))
	}
	_, err = r.Claim(ctx, people["sato"], id)
	r.must(err)
	r.must(r.Sweep(ctx))
	if r.duty(id, "second_person").Turn != 1 || !r.duty(id, "second_person").DoneAt.IsZero() {
		t.Errorf("no second is wanted: %+v", r.duty(id, "second_person"))
	}
	_, err = r.Case(ctx, people["ueda"], id)
	r.want("the lawyer reads", err, "ok")
	_, err = r.Note(ctx, people["ueda"], id, "助言です")
	r.want("the lawyer notes", err, "ok")
	_, err = r.Say(ctx, people["ueda"], id, "1", "こんにちは")
	r.want("the lawyer answers", err, "forbidden")
	_, err = r.Join(ctx, people["sato"], id, "ito")
	r.want("the board", err, "bad_request")
	r.must(r.Bar(ctx, people["kato"], id, triage.Bar{Login: "ueda", Why: triage.BarNamed}))
	_, err = r.Case(ctx, people["ueda"], id)
	r.want("the lawyer who is kept out", err, "unknown")
}

// Who takes a second emergency, or more than the city's number, hears of it, and has it.
func TestBurden(t *testing.T) {
	r, _ := night(t, watched(t, false))
	ctx := t.Context()
	r.office.there = []string{"sato"}
	take := func(s triage.Severity, n int) []string {
		id := r.wrote(triage.CaseID(fmt.Sprintf("09%024d", n)), s, triage.Suicide)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		return r.Burden(ctx, people["sato"])
	}
	if w := take(triage.Emergency, 0); len(w) != 0 {
		t.Errorf("the first: %q", w)
	}
	if w := take(triage.Emergency, 1); len(w) != 1 || !strings.Contains(w[0], "いま2件") {
		t.Errorf("the second emergency: %q", w)
	}
	for n := 2; n < 12; n++ {
		take(triage.Soon, n)
	}
	if w := take(triage.Soon, 12); len(w) != 2 || !strings.Contains(w[1], "13件") {
		t.Errorf("the thirteenth case: %q", w)
	}
	if w := r.Burden(ctx, people["abe"]); len(w) != 0 {
		t.Errorf("who has none: %q", w)
	}
}

// Who spoke in an emergency has a breather when they leave it, also where a lead gives it to somebody else.
func TestABreatherForWhomItIsTakenFrom(t *testing.T) {
	r, _ := night(t, watched(t, false))
	ctx := t.Context()
	id := r.danger("")
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
	r.must(err)
	_, err = r.Transfer(ctx, people["kato"], id, "abe")
	r.must(err)
	for login, rests := range map[string]bool{"sato": true, "kato": false, "abe": false} {
		if got := r.Profile(ctx, login).Resting(r.clock.Now()); got != rests {
			t.Errorf("%s rests: %v", login, got)
		}
	}
}
