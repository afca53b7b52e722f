package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/request"
)

// registers is a room whose city keeps its registers for five years.
func registers(t *testing.T) *room {
	r := open(t)
	c := town()
	c.Retention = []city.Retention{
		{Key: "audit", Name: "見た人の記録", Of: "audit", Keep: "5y", From: "made", Source: "規則5", Confirmed: true},
		{Key: "requests", Name: "照会・開示請求の記録", Of: "requests", Keep: "3y", From: "over", Source: "規則6", Confirmed: true},
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
		r.want(what, r.DecideTerm(ctx, people[try.who], try.class, try.upto, desk.TermKeep, try.reason), try.want)
	}
	r.want("a chain is not cut", r.DecideTerm(ctx, people["kato"], "audit", 2026, desk.TermDestroy, "期間が終わった"), "wrong_state")
	r.want("a lead", r.DecideTerm(ctx, people["kato"], "audit", 2026, desk.TermKeep, "ゆうかの件の裁判のため"), "ok")
	x, ok := r.ended("audit")
	if !ok || x.Decided == nil || x.Decided.By != "kato" || x.Decided.Reason != "[人物A]の件の裁判のため" || x.Decided.Upto != 2026 {
		t.Errorf("%+v", x.Decided)
	}
	if last := r.log.entries[len(r.log.entries)-1]; last.Act != "term_keep" || last.Ref != "audit" || last.Reason != "2026年度まで" || last.Who != "kato" {
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

// The register of those who ask for records comes due when the term of what was answered is over. A lead keeps it, or destroys
// it: what was answered then, and nothing that goes on or was answered later.
func TestAnsweredRequestsAreDestroyedByAPerson(t *testing.T) {
	r, ctx := registers(t), t.Context()
	for id, answered := range map[string]string{"a": "2027-03-31", "b": "2027-04-01", "open": ""} {
		_, err := r.Asked.Change(ctx, id, func(x *request.Request) error {
			*x = request.Request{ID: id, Ground: "self", About: "記録", On: "2026-12-01", AnsweredOn: answered}
			return nil
		})
		r.must(err)
	}
	due := func(at string, year int, want ...string) {
		t.Helper()
		r.clock.Set(city.Date(at).Value().Add(12 * time.Hour))
		x, ok := r.ended("requests")
		if ok != (len(want) > 0) || ok && (x.First != 2026 || x.Year != year || !slices.Equal(x.Entries, want)) {
			t.Errorf("%s: %+v, %t", at, x, ok)
		}
	}
	due("2030-03-31", 0)
	due("2030-04-01", 2026, "a")
	r.want("kept", r.DecideTerm(ctx, people["kato"], "requests", 2026, desk.TermKeep, "審査請求のあいだ"), "ok")
	if x, ok := r.ended("requests"); !ok || x.Decided == nil {
		t.Errorf("kept: %+v", x)
	}
	due("2031-04-01", 2027, "a", "b")
	if x, _ := r.ended("requests"); x.Decided != nil {
		t.Errorf("what was kept last year is not asked for again: %+v", x)
	}
	r.clock.Set(city.Date("2030-05-01").Value())
	r.want("a counselor", r.DecideTerm(ctx, people["sato"], "requests", 2026, desk.TermDestroy, "期間が終わった"), "forbidden")
	r.want("without a reason", r.DecideTerm(ctx, people["kato"], "requests", 2026, desk.TermDestroy, ""), "bad_request")
	r.want("neither", r.DecideTerm(ctx, people["kato"], "requests", 2026, "", "期間が終わった"), "bad_request")
	r.log.full = triage.ErrUnavailable
	r.want("without the audit", r.DecideTerm(ctx, people["kato"], "requests", 2026, desk.TermDestroy, "期間が終わった"), triage.ErrUnavailable.Error())
	r.log.full = nil
	due("2030-05-01", 2026, "a")
	r.want("a lead", r.DecideTerm(ctx, people["kato"], "requests", 2026, desk.TermDestroy, "期間が終わった"), "ok")
	if last := r.log.entries[len(r.log.entries)-1]; last.Act != "term_destroy" || last.Ref != "requests" || last.Reason != "2026年度まで 1件" {
		t.Errorf("the audit says %+v", last)
	}
	left, err := r.Asked.All(ctx)
	if _, there := left["a"]; err != nil || there || len(left) != 2 {
		t.Errorf("left: %v, %v", left, err)
	}
	due("2030-05-01", 0)
	_, decided, err := r.Ended(ctx, people["kato"])
	if err != nil || len(decided) != 1 || decided[0].Destroyed != 1 || decided[0].By != "kato" {
		t.Errorf("%+v, %v", decided, err)
	}
}
