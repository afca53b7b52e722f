package desk_test

import (
	"reflect"
	"strconv"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// month lets so many children write on that day, and answers the first of them after that long.
func (r *room) month(day time.Time, n, answered int, after time.Duration) {
	r.t.Helper()
	for i := range n {
		c, err := r.store.Append(r.t.Context(), triage.Case{ID: triage.CaseID("0" + strconv.Itoa(i%10) + "aaaaaaaaaaaaaaaaaa" + day.Format("0601") + string(rune('a'+i/26)) + string(rune('a'+i%26)))},
			triage.Event{ID: "m", At: day, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "x"})
		r.must(err)
		if i < answered {
			_, err = r.store.Append(r.t.Context(), c, triage.Event{ID: "s", At: day.Add(after), Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Said: 1, Text: "y"},
				triage.Event{ID: "a", At: day.Add(after), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato", Consent: &triage.Consent{ID: "c", School: "hinode-jhs", Answer: "asked", Age: triage.AgeTeen}})
			r.must(err)
		}
	}
}

// A year gets one report, once it is over; after that neither a case that goes nor one that comes changes a number of it.
func TestTheReportOfAYearIsMadeOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.month(opened, 40, 25, 30*time.Minute)
	r.month(opened.AddDate(0, 1, 0), 15, 0, 0)
	_, err := r.MakeReport(ctx, people["mori"], 2026)
	r.want("a year that goes on", err, "bad_request")
	r.clock.Set(time.Date(2027, 4, 2, 9, 0, 0, 0, opened.Location()))
	_, err = r.MakeReport(ctx, people["ono"], 2026)
	r.want("the clerk", err, "forbidden")
	_, err = r.MakeReport(ctx, people["mori"], 1999)
	r.want("before the law", err, "bad_request")
	made, err := r.MakeReport(ctx, people["mori"], 2026)
	r.must(err)
	if made.Total.N != 55 || made.Months["2026-12"].N != 40 || made.Of[desk.ByWait]["1h"].N != 25 || made.Of[desk.ByGrade]["teen"].N != 25 ||
		made.Of[desk.ByGrade]["unknown"].N != 30 || !made.Of[desk.BySchool]["kawabe-jhs"].Withheld {
		t.Errorf("%+v", made)
	}
	_, err = r.MakeReport(ctx, people["kato"], 2026)
	r.want("a second time", err, "wrong_state")
	for range 3 { // cases are destroyed, and one comes that began before
		page, _, err := r.store.List(ctx, triage.Query{Limit: 1})
		r.must(err)
		r.must(r.store.Shred(ctx, page[0]))
	}
	r.month(opened.AddDate(0, 2, 0), 1, 0, 0)
	again, err := r.Report(ctx, people["ono"], 2026)
	r.must(err)
	if again.At.Equal(made.At) {
		again.At = made.At
	}
	if !reflect.DeepEqual(again, made) {
		t.Errorf("was %+v, is %+v", made, again)
	}
	s, err := r.Statistics(ctx, people["ito"], made.Begin(), made.End())
	r.must(err)
	if s.Total != made.Total || !reflect.DeepEqual(s.Months, made.Months) || !reflect.DeepEqual(s.Of[desk.ByDoor], made.Of[desk.ByDoor]) || s.Cross.Total != made.Total {
		t.Errorf("the page tells otherwise: %+v", s)
	}
	_, err = r.Report(ctx, people["ono"], 2025)
	r.want("a year without a report", err, "unknown")
	_, err = r.Report(ctx, people["sato"], 2026)
	r.want("a counselor", err, "forbidden")
	all, err := r.Reports(ctx, people["ito"])
	r.must(err)
	if len(all) != 1 {
		t.Errorf("%+v", all)
	}
}
