package city_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
)

// Every city that the program carries states a term with its source for every class of records, and says of each whether
// the city has confirmed it: what no document says is not passed off as a rule.
func TestCarriedCitiesSayHowLongTheyKeepAndWhatIsNotConfirmed(t *testing.T) {
	stated := map[string][]string{"usuki": {"hottoribon"}}
	for _, id := range cities.IDs() {
		c := carried(t, id)
		if ms := c.Unstated(); len(ms) > 0 {
			t.Errorf("%s:\n%v", id, ms)
		}
		for _, key := range []string{"serious", "suspected", "other", "identity", "audit", "requests"} {
			if r, ok := c.Class(key); !ok || r.Keep == "" || r.Source == "" || r.Name == "" {
				t.Errorf("%s: %s: %+v", id, key, r)
			}
		}
		for _, r := range c.Retention {
			confirmed := strings.Contains(strings.Join(stated[id], " "), r.Key)
			if r.Confirmed != confirmed || !r.Confirmed && r.Ask == "" {
				t.Errorf("%s: %s: confirmed %t, ask %q", id, r.Key, r.Confirmed, r.Ask)
			}
		}
	}
	if text := carried(t, "usuki").Text("start.more", "chat", moment(t, "2026-12-01 10:00"), nil); !strings.Contains(text, "1から5年間しまいます") {
		t.Error(text)
	}
}

// What is kept outside of the desk counts from the end of a fiscal year, and is destroyed in the one that follows its term.
func TestPapersAreDestroyedInTheYearAfterTheirTerm(t *testing.T) {
	sheet, _ := carried(t, "usuki").Class("hottoribon")
	survey, _ := carried(t, "ashiya").Class("survey")
	for _, tt := range []struct {
		class city.Retention
		now   string
		year  int // whose graduates, or whose papers
	}{
		// usuki-policy:466: left school in March 2027, three years in the school's keeping, destroyed in the fourth.
		{sheet, "2030-03-31 23:59", 2025}, {sheet, "2030-04-01 00:00", 2026}, {sheet, "2031-03-31 12:00", 2026},
		// ashiya-policy:174: of the fiscal year 2026, kept until March 2032.
		{survey, "2032-03-31 23:59", 2025}, {survey, "2032-04-01 00:00", 2026},
	} {
		if y, ok := tt.class.EndsIn(moment(t, tt.now)); !ok || y != tt.year {
			t.Errorf("%s on %s: %d, %t", tt.class.Key, tt.now, y, ok)
		}
	}
	if _, ok := (city.Retention{Keep: "5y", From: city.FromOver}).EndsIn(time.Now()); ok {
		t.Error("a case has a term of its own")
	}
	if sheet.Holder != "school" || survey.Holder != "school" || sheet.Say() != "中学校を卒業した年度の終わりから3年" {
		t.Error(sheet, survey)
	}
}

// Every carried city's registers have a term, and what it ends of is told in the fiscal year after.
func TestRegistersComeDueInTheYearAfterTheirTerm(t *testing.T) {
	for _, id := range cities.IDs() {
		for now, want := range map[string]int{"2032-03-31 23:59": 2025, "2032-04-01 00:00": 2026} {
			due := carried(t, id).Registers(moment(t, now))
			if len(due) != 2 || due[0].Key != "audit" || due[0].Year != want || due[0].Say() != "作った年度の終わりから5年" ||
				due[1].Key != "requests" || due[1].Year != want || due[1].Say() != "答えた年度の終わりから5年" {
				t.Errorf("%s on %s: %+v", id, now, due)
			}
		}
	}
}

// retains is a city file with these classes of records.
func retains(t *testing.T, classes string) (*city.City, error) {
	name, data, _ := cities.City("asahikawa")
	text := string(data)
	from, to := strings.Index(text, "retention:"), strings.Index(text, "# Fictional schools")
	return load(t, file(name, []byte(text[:from]+classes+text[to:])))
}

const allStated = `retention:
  - {key: serious, keep: 5y, source: 規則1, confirmed: true}
  - {key: suspected, keep: 5y, source: 規則2, confirmed: true}
  - {key: other, keep: 1y, source: 規則3, confirmed: true}
  - {key: identity, keep: as_case, source: 規則4, confirmed: true}
  - {key: audit, keep: 5y, source: 規則5, confirmed: true}
  - {key: requests, keep: 5y, source: 規則6, confirmed: true}
`

func TestRetentionIsCheckedWithItsLines(t *testing.T) {
	if c, err := retains(t, allStated); err != nil || len(c.Unstated()) > 0 || len(c.Unconfirmed()) > 0 {
		t.Fatalf("%v, %v", err, c.Unstated())
	}
	_, data, _ := cities.City("asahikawa")
	before, _, _ := strings.Cut(string(data), "retention:")
	first := strings.Count(before, "\n") + 1
	for _, tt := range []struct {
		name, old, new string
		line           int // after the line of retention:
		want           string
	}{
		{"shorter than the nation's", "serious, keep: 5y", "serious, keep: 4y", 1, "a term no shorter than the national layer's 5y"},
		{"no years", "other, keep: 1y", "other, keep: 1d", 3, "whole fiscal years such as 5y, or as_case"},
		{"a request as long as itself", "requests, keep: 5y", "requests, keep: as_case", 6, "years from over: a request"},
		{"for nothing", "other, keep: 1y", "other, keep: 0y", 3, "whole fiscal years such as 5y, or as_case"},
		{"not confirmed, and nothing asked", "規則2, confirmed: true", "規則2", 2, "confirmed: true, or ask"},
		{"another kind of record", "key: other", "key: other, of: paper", 3, "of: case, as the national layer has it"},
		{"names that outlive their case", "as_case", "9y", 4, "as_case: names and addresses"},
		{"a case as long as itself", "other, keep: 1y", "other, keep: as_case", 3, "years from over"},
		{"a fact that nobody knows", "key: other", "key: other, any: [weather]", 3, `names of facts, not "weather"`},
		{"twice", "key: other", "key: suspected", 3, "a key of its own"},
		{"a paper of nobody", "key: audit", "key: album, name: アルバム, of: paper, from: made", 5, "holder: one of school, board, desk"},
		{"a class of its own of every case", "key: audit", "key: album, name: アルバム, of: case, from: over", 5, "any: the facts by which"},
		{"an unknown key", "規則5", "規則5, forever: true", 5, `unknown key "forever"`},
	} {
		_, err := retains(t, strings.Replace(allStated, tt.old, tt.new, 1))
		if want := fmt.Sprintf("asahikawa.yaml:%d: ", first+tt.line); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s…%s", tt.name, err, want, tt.want)
		}
	}
}

// Where nobody has said how long, the file says so of itself, and nothing is ever due to be destroyed.
func TestWhatIsNotStatedIsKept(t *testing.T) {
	for _, tt := range []struct{ name, classes, want string }{
		{"no class at all", "", "the class suspected"},
		{"one left out", strings.Replace(allStated, "  - {key: suspected, keep: 5y, source: 規則2, confirmed: true}\n", "", 1), "the class suspected"},
		{"no source", strings.Replace(allStated, "source: 規則2, ", "", 1), "source: who says so"},
	} {
		c, err := retains(t, tt.classes)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := c.Unstated().Error(); !strings.Contains(got, "asahikawa.yaml:") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s", tt.name, got)
		}
		s := &course{t: t, city: c}
		for _, step := range []string{"2027-03-31 10:00 says routine verbal", "2027-03-31 11:00 state closed"} {
			s.step(step)
		}
		for _, d := range s.c.Duties {
			if d.What == "retention" {
				t.Errorf("%s: due %v", tt.name, d.DueAt)
			}
		}
	}
}

// A case of several classes is kept as long as the longest says, whichever comes first in the file.
func TestTheLongestClassHolds(t *testing.T) {
	for _, tt := range []struct{ serious, suspected, class string }{{"5y", "5y", "serious"}, {"5y", "9y", "suspected"}, {"30y", "5y", "serious"}} {
		classes := strings.Replace(strings.Replace(allStated, "suspected, keep: 5y", "suspected, keep: "+tt.suspected, 1), "serious, keep: 5y", "serious, keep: "+tt.serious, 1)
		c, err := retains(t, classes)
		if err != nil {
			t.Fatal(err)
		}
		s := &course{t: t, city: c}
		s.step("2027-03-31 10:00 says routine verbal")
		s.step("2027-03-31 10:30 observed declared 2027-03-31")
		if _, over := c.Rules().Kept("retention", s.c, s.events, c); over {
			t.Error("a case that goes on has an end of its records")
		}
		s.step("2027-03-31 11:00 state closed")
		k, ok := c.Rules().Kept("retention", s.c, s.events, c)
		r, _ := c.Class(tt.class)
		if want := time.Date(2027+r.Keep.Years(), 4, 1, 0, 0, 0, 0, triage.JST); !ok || k.Class != tt.class || !k.Until.Equal(want) || s.c.State != triage.Closed {
			t.Errorf("%+v: %+v, want until %v", tt, k, want)
		}
	}
}

// A city may let names and addresses go before their case: at the end of a fiscal year, like every record.
func TestNamesMayGoBeforeTheirCase(t *testing.T) {
	for keep, want := range map[string]string{"as_case": "", "1y": "2028-04-01", "5y": "2032-04-01"} {
		c, err := retains(t, strings.Replace(allStated, "as_case", keep, 1))
		if err != nil {
			t.Fatal(err)
		}
		r, until, ok := c.Identity(city.Date("2026-12-01").Value())
		if ok != (want != "") || ok && (until.Format(time.DateOnly) != want || r.Of != city.OfIdentity || r.Confirmed && r.Ask != "") {
			t.Errorf("%s: %+v until %s, %t", keep, r, until, ok)
		}
	}
}
