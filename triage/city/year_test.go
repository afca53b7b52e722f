package city_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// The holidays of three years, as the Cabinet Office lists them (2026, 2027) and as the act makes them (2028, a leap year);
// among them a citizens' holiday between two others, substitutes for a Sunday, and none that falls on a weekend unnamed.
var threeYears = strings.Fields(`
2026-01-01 2026-01-12 2026-02-11 2026-02-23 2026-03-20 2026-04-29 2026-05-03 2026-05-04 2026-05-05 2026-05-06 2026-07-20 2026-08-11
2026-09-21 2026-09-22 2026-09-23 2026-10-12 2026-11-03 2026-11-23
2027-01-01 2027-01-11 2027-02-11 2027-02-23 2027-03-21 2027-03-22 2027-04-29 2027-05-03 2027-05-04 2027-05-05 2027-07-19 2027-08-11
2027-09-20 2027-09-23 2027-10-11 2027-11-03 2027-11-23
2028-01-01 2028-01-10 2028-02-11 2028-02-23 2028-03-20 2028-04-29 2028-05-03 2028-05-04 2028-05-05 2028-07-17 2028-08-11
2028-09-18 2028-09-22 2028-10-09 2028-11-03 2028-11-23`)

// stretch is an unbroken time in which a channel is answered.
type stretch struct{ from, to time.Time }

// stretches lists them by nothing but the calendar above: spans are minutes of a weekday.
func stretches(first, last time.Time, spans ...[2]int) (all []stretch) {
	for d := first; d.Before(last); d = d.AddDate(0, 0, 1) {
		day := d.Format("01-02")
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || slices.Contains(threeYears, d.Format(time.DateOnly)) ||
			day >= "12-30" || day <= "01-04" {
			continue
		}
		for _, s := range spans {
			all = append(all, stretch{d.Add(time.Duration(s[0]) * time.Minute), d.Add(time.Duration(s[1]) * time.Minute)})
		}
	}
	return all
}

// Every edge of three years, to the second, in three zones: a channel is answered when its spans say so, and the next time
// that is told to a child is the next time at which somebody is there.
func TestEveryEdgeOfThreeYears(t *testing.T) {
	c, err := altered(t, `      - `+weekdays+`from: "08:45", to: "17:15"}   # asahikawa-model:103
`, `      - `+weekdays+`from: "08:45", to: "12:00"}
      - `+weekdays+`from: "13:00", to: "17:15"}
`)
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, triage.JST)
	last := first.AddDate(3, 0, 0)
	newYork := time.FixedZone("", -5*60*60) // a machine elsewhere, with another date for half of the day
	for channel, spans := range map[string][][2]int{
		"phone": {{8*60 + 45, 12 * 60}, {13 * 60, 17*60 + 15}},
		"line":  {{8*60 + 45, 12 * 60}, {13 * 60, 17*60 + 15}}, // as the telephone
		"chat":  {{17 * 60, 22 * 60}},
	} {
		all := stretches(first, last, spans...)
		check := func(at time.Time, open bool, next time.Time) {
			t.Helper()
			for _, zone := range []*time.Location{triage.JST, time.UTC, newYork} {
				if got := c.OpenAt(channel, at.In(zone)); got != open {
					t.Errorf("%s at %s: open %v", channel, at, got)
				}
			}
			if got, ok := c.NextOpen(channel, at); !ok || !got.Equal(next) {
				t.Errorf("%s at %s: next %s, want %s", channel, at, got, next)
			}
			said := c.SayNext(channel, at)
			if told := strings.Contains(said, next.Format("1月2日")+"〔"); told == open || open != (said == "いまは、受付（うけつけ）の時間です。") {
				t.Errorf("%s at %s: says %q", channel, at, said)
			}
		}
		for i, s := range all[:len(all)-1] {
			next, end := all[i+1].from, s.to.Add(-time.Second)
			check(s.from.Add(-time.Second), false, s.from)
			check(s.from, true, s.from)
			check(end, true, end)
			check(s.to, false, next)
			for midnight := day(s.to).AddDate(0, 0, 1); midnight.Before(next); midnight = midnight.AddDate(0, 0, 1) {
				check(midnight, false, next)
			}
			if t.Failed() {
				return
			}
		}
	}
}

func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, triage.JST)
}
