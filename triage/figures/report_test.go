package figures_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"madoguchi/triage/figures"
)

// A report stands: whatever becomes of the cases that it counted, every answer that touches its year is what it was, in total,
// by month, by kind and in the table; so no two answers differ by a child.
func TestAReportStands(t *testing.T) {
	dims := []figures.Dimension{{Key: "door", Least: 10}, {Key: "school", Least: 20, Kinds: []string{"a", "b", "c"}}}
	begin := time.Date(2026, 4, 3, 0, 0, 0, 0, jst)
	var items []figures.Item
	for m := range 18 {
		for i := range 15 {
			items = append(items, figures.Item{At: begin.AddDate(0, m, i), Of: map[string][]string{"door": {[]string{"chat", "sms"}[i%2]}, "school": {"a"}}})
		}
	}
	now := begin.AddDate(0, 17, 20)
	if !figures.Over(2026, now) || figures.Over(2027, now) {
		t.Fatal("which year is over")
	}
	before := figures.New(items, dims, 10, now)
	r := before.Report(2026, "door", now)
	raw, err := json.Marshal(r) // as it is kept
	if err != nil {
		t.Fatal(err)
	}
	r = figures.Report{}
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if r.Total.N != 180 || len(r.Months) != 12 || r.Cross.Grid.Total.N != 180 || !r.Begin().Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, jst)) || !r.End().Equal(time.Date(2027, 4, 1, 0, 0, 0, 0, jst)) {
		t.Fatalf("%+v", r)
	}
	for _, gone := range []int{1, 40, 180} {
		changed := append([]figures.Item{{At: begin, Of: map[string][]string{"door": {"line"}}}}, items[gone:]...)
		after := figures.New(changed, dims, 10, now.AddDate(0, 2, 0), r)
		for _, span := range [][2]int{{0, 12}, {0, 1}, {3, 9}, {0, 18}, {11, 13}} {
			from, to := begin.AddDate(0, span[0], 0), begin.AddDate(0, span[1], -3)
			was, is := before.Ask(from, to), after.Ask(from, to)
			if span[1] > 12 { // the year that goes on has more by now, but only its own
				continue
			}
			if !reflect.DeepEqual(was, is) {
				t.Errorf("%d gone, %v: was %+v, is %+v", gone, span, was, is)
			}
		}
		g, months, kinds := after.Cross(begin, "door")
		if !reflect.DeepEqual(g, r.Cross.Grid) || len(months) != 12 || fmt.Sprint(kinds) != "[chat sms]" {
			t.Errorf("%d gone: %+v %v", gone, g, kinds)
		}
		if again := after.Report(2026, "door", now.AddDate(1, 0, 0)); !reflect.DeepEqual(again, r) {
			t.Errorf("made again: %+v", again)
		}
	}
	if a := figures.New(nil, dims, 10, now, r).Ask(begin, begin.AddDate(0, 12, -3)); a.Total.N != 180 {
		t.Errorf("all destroyed: %+v", a.Total)
	}
}

// A school of which there is no case looks like one of which there are few.
func TestNoneLooksLikeFew(t *testing.T) {
	var items []figures.Item
	for i := range 60 {
		items = append(items, figures.Item{At: time.Date(2026, 5, 1, 0, 0, 0, 0, jst), Of: map[string][]string{"school": {[]string{"a", "a", "b"}[i%3]}}})
	}
	items = append(items, figures.Item{At: time.Date(2026, 5, 1, 0, 0, 0, 0, jst), Of: map[string][]string{"school": {"few"}}})
	b := figures.New(items, []figures.Dimension{{Key: "school", Least: 20, Kinds: []string{"a", "b", "few", "none"}}}, 10, time.Date(2026, 6, 1, 0, 0, 0, 0, jst))
	of := b.Ask(time.Date(2026, 4, 1, 0, 0, 0, 0, jst), time.Date(2026, 7, 1, 0, 0, 0, 0, jst)).Of["school"]
	if none, ok := of["none"]; !ok || !none.Withheld || !of["few"].Withheld || of["a"].N != 40 {
		t.Errorf("%+v", of)
	}
}
