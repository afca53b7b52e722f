package city_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
)

// What the policies do not state is off: nobody made it up for them.
func TestWhatACityDoesNotStateIsOff(t *testing.T) {
	for id, off := range map[string][]string{
		"asahikawa": {"resolution", "watch", "decided_by", "declaration", "serious_report", "inquiry", "reinquiry", "continuity_sheet", "yearly_report", "bodies", "inside_school"},
		"usuki":     {"run_by", "contact", "hours", "hard_case", "weekly_report", "weekly_meeting", "emergency_team", "watch", "forms_of_bullying", "yearly_report", "bodies"},
		"ashiya":    {"run_by", "contact", "hours", "hard_case", "weekly_report", "weekly_meeting", "emergency_team", "continuity_sheet", "hearing_form", "several_schools"},
	} {
		c := carried(t, id)
		got := c.Unsaid()
		for _, subject := range append(off, "records", "night_cover", "handoff_consent") {
			if !slices.Contains(got, subject) {
				t.Errorf("%s states %s, which its policy does not", id, subject)
			}
		}
	}
	for id, absent := range map[string][]string{
		"asahikawa": {"same_day", "hottoribon", "incident_report", "resolution_report", "plan", "emergency_meeting"},
		"usuki":     {"weekly_meeting", "weekly_report", "emergency_team", "same_day", "plan"},
		"ashiya":    {"weekly_meeting", "weekly_report", "emergency_team", "hottoribon", "incident_report", "emergency_meeting"},
	} {
		rules := carried(t, id).Rules()
		for _, key := range absent {
			if _, ok := rules.Rule(key); ok {
				t.Errorf("%s has another city's %s", id, key)
			}
		}
	}
}

// The years of the cities: letters in July, October and January, and the report at the end of the fiscal year.
func TestWhatIsDoneEveryYear(t *testing.T) {
	from := time.Date(2026, 4, 1, 0, 0, 0, 0, triage.JST)
	for id, want := range map[string]string{
		"asahikawa": "letters 2026-08-01 letters 2026-11-01 letters 2027-02-01",
		"usuki":     "",
		"ashiya":    "yearly_report 2027-04-01",
	} {
		var got []string
		for _, d := range carried(t, id).Year(from, from.AddDate(1, 0, 0)) {
			got = append(got, d.Key, d.By.Format(time.DateOnly))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", id, got, want)
		}
	}
}

// The roads of serious cases: the nation's, with what a city's own policy adds, and nothing of another city's.
func TestRoadsOfTheCities(t *testing.T) {
	for id, want := range map[string]struct {
		by         string
		has, never []string
	}{
		"asahikawa": {"", []string{"team", "team_facts", "mayor", "inquiry", "facts", "family_first", "explain", "opinion", "again", "council"}, []string{"citizens", "agencies", "board"}},
		"usuki":     {"board", []string{"agencies", "mayor", "inquiry", "facts", "explain", "council"}, []string{"citizens", "team", "board"}},
		"ashiya":    {"school", []string{"board", "mayor", "inquiry", "facts", "family_first", "explain", "opinion", "again", "council", "citizens"}, []string{"team", "agencies"}},
	} {
		road := carried(t, id).Road()
		if road.DecidedBy != want.by {
			t.Errorf("%s: %q decides, want %q", id, road.DecidedBy, want.by)
		}
		var steps []string
		for _, s := range road.Steps {
			steps = append(steps, s.Key)
			if s.Source == "" || s.Body == "" && s.Duty == "" {
				t.Errorf("%s: %s is nobody's, or from nowhere", id, s.Key)
			}
		}
		for _, key := range want.has {
			if !slices.Contains(steps, key) {
				t.Errorf("%s has no %s", id, key)
			}
		}
		for _, key := range want.never {
			if slices.Contains(steps, key) {
				t.Errorf("%s has another city's %s", id, key)
			}
		}
	}
}

type always triage.Judgement

func (a always) Assess(string) triage.Judgement { return triage.Judgement(a) }

func TestPolicyAndExamplesAreChecked(t *testing.T) {
	_, good, _ := cities.City("ashiya")
	judge := always{Severity: triage.Urgent, Flags: []triage.Flag{triage.Verbal, triage.Suicide, triage.Property, triage.AbuseHome}}
	for _, tt := range []struct{ name, from, to, want string }{
		{"another subject", "{key: staff,", "{key: stuff,", "policy.0: expected key: one of run_by"},
		{"twice", "{key: channels, say", "{key: staff, say", "policy.1: expected each subject once"},
		{"from", "ashiya-policy:146\", from: 2018-04-01", "ashiya-policy:146\"", "from: the day from which it holds"},
		{"no day", "ashiya-policy:146\", from: 2018-04-01", "ashiya-policy:146\", from: 2018-04-31", "expected a date such as"},
		{"nothing has it", "by: [duties.plan]", "by: [duties.plann]", `what this file or the nation has, such as duties.article23, not "duties.plann"`},
		{"months", "months: [3]", "months: [13]", "months from 1 to 12"},
		{"branch", "branch: danger", "branch: talk", "branch talk, but the text comes to"},
		{"flag", "flags: [property]", "flags: [extortion]", "extortion among the flags, but the rules find"},
		{"duty", "duties: [article23]", "duties: [weekly_meeting]", "weekly_meeting among the duties, but what is owed is"},
		{"none", "not: [weekly_meeting", "not: [article23", "article23 not among the duties"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := strings.Replace(string(good), tt.from, tt.to, 1)
			if data == string(good) {
				t.Fatal("the fixture changes nothing")
			}
			_, err := city.Load(file("busted.yaml", []byte(data)), file(cities.National()), file(cities.Texts()), judge)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "busted.yaml:") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// A fourth city is one file: this one is of no place.
const fourth = `
id: hoshimi
name: 星見市
status: sample
sources: [{name: 星見市のきまり, date: 2026-04-01}]
desk: {name: 星見市 子どもの話をきく窓口, neutral: まどぐち係, readers: 心理士など}
night_cover: none
closed: {holidays: true, days: [12-28/01-05]}
channels:
  phone:
    hours: [{days: [mon, wed], from: "10:00", to: "16:00"}]
    source: 星見市のきまり:1
    checked_on: 2026-11-01
terms: {watch_months: 6}
policy:
  - {key: watch, say: 6か月, source: "星見市のきまり:2", from: 2026-04-01, by: [terms.watch_months, duties.visit]}
duties:
  - key: visit
    what: 学校をたずねる
    source: 星見市のきまり:3
    any: [suspected]
    owner: coordinator
    due: 2bd
schools: [{id: kita-es, name: 星見北小学校, runs: city, sample: true}]
`

func TestAFourthCityIsOneFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "hoshimi.yaml")
	if err := os.WriteFile(name, []byte(fourth), 0o600); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := load(t, file(name, data))
	if err != nil {
		t.Fatal(err)
	}
	s := &course{t: t, city: c}
	s.step("2026-12-01 10:00 says soon verbal") // a Tuesday; it works on Mondays and Wednesdays
	s.step("2026-12-02 10:00 observed stopped 2026-12-02")
	want := "article23 assignee 2026-12-09 16:00\nvisit coordinator 2026-12-07 16:00\nwatch_over assignee 2027-06-02 00:00"
	if got := s.owed(); got != want {
		t.Errorf("owed is\n%s\nwant\n%s", got, want)
	}
	if ms := c.Unstated(); len(ms) == 0 {
		t.Error("it may open without a term for any record")
	}
}
