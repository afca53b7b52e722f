package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

// registers is a room whose city keeps its registers for five years.
func registers(t *testing.T) *room {
	r := open(t)
	c := town()
	c.Retention = []city.Retention{
		{Key: "audit", Name: "見た人の記録", Of: "audit", Keep: "5y", From: "made", Source: "規則5", Confirmed: true},
	}
	config := r.Config
	config.City = c
	r.Desk = desk.New(config)
	return r
}

// ended is the register of that class that has been kept long enough, and whether there is one.
func (r *room) ended(class string) (desk.Ended, bool) {
	r.t.Helper()
	all, _, err := r.Ended(r.t.Context(), people["kato"])
	r.must(err)
	for _, x := range all {
		if x.Key == class {
			return x, true
		}
	}
	return desk.Ended{}, false
}

// What the audit has of a fiscal year is due when its term is over: a lead decides that it stays, and is asked again when the
// next year's term ends. Nothing of it goes by itself.
func TestTheAuditComesDueEachYear(t *testing.T) {
	r, ctx := registers(t), t.Context()
	if _, ok := r.ended("audit"); ok {
		t.Error("nothing is there yet, and it is due")
	}
	r.claimed() // on the first of December 2026
	there := len(r.log.entries)
	due := func(at string, want int) {
		t.Helper()
		r.clock.Set(city.Date(at).Value().Add(12 * time.Hour))
		x, ok := r.ended("audit")
		if ok != (want > 0) || ok && (x.First != 2026 || x.Year != want || x.Decided != nil || x.Source != "規則5") {
			t.Errorf("%s: %+v, %t", at, x, ok)
		}
		if y, err := r.AuditDue(ctx); err != nil || y != want {
			t.Errorf("%s: the page of the audit says %d, %v", at, y, err)
		}
	}
	due("2032-03-31", 0)
	due("2032-04-01", 2026)
	for what, try := range map[string]struct {
		who, class string
		upto       int
		reason     string
		want       string
	}{
		"a counselor":     {"sato", "audit", 2026, "調査のため", "forbidden"},
		"without reason":  {"kato", "audit", 2026, " ", "bad_request"},
		"another year":    {"kato", "audit", 2027, "調査のため", "conflict"},
		"no such class":   {"kato", "other", 2026, "調査のため", "wrong_state"},
		"an empty reason": {"mori", "audit", 2026, "", "bad_request"},
	} {
		r.want(what, r.DecideTerm(ctx, people[try.who], try.class, try.upto, try.reason), try.want)
	}
	r.want("a lead", r.DecideTerm(ctx, people["kato"], "audit", 2026, "ゆうかの件の裁判のため"), "ok")
	x, ok := r.ended("audit")
	if !ok || x.Decided == nil || x.Decided.By != "kato" || x.Decided.Reason != "[人物A]の件の裁判のため" || x.Decided.Upto != 2026 {
		t.Errorf("%+v", x.Decided)
	}
	if last := r.log.entries[len(r.log.entries)-1]; last.Act != "term_keep" || last.Ref != "audit" || last.Reason != "2026" || last.Who != "kato" {
		t.Errorf("the audit says %+v", last)
	}
	if y, err := r.AuditDue(ctx); err != nil || y != 0 {
		t.Errorf("decided, and still due: %d, %v", y, err)
	}
	due("2033-04-01", 2027)
	_, decided, err := r.Ended(ctx, people["kato"])
	if err != nil || len(decided) != 1 || len(r.log.entries) != there+1 {
		t.Errorf("%+v, %v, %d entries", decided, err, len(r.log.entries))
	}
	_, _, err = r.Ended(ctx, people["sato"])
	r.want("a counselor", err, "forbidden")
}
