package city_test

import (
	"fmt"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
)

// Whoever says that somebody is on call names them; whoever says nobody names nobody.
func TestOnCallIsWhatNightCoverSays(t *testing.T) {
	_, good, _ := cities.City("asahikawa")
	for _, tt := range []struct{ cover, want string }{
		{"night_cover: oncall", "night_cover: expected oncall: who is called"},
		{"night_cover: contractor", "night_cover: expected oncall: who is called"},
		{"night_cover: none\noncall:\n  - {name: 当番, reach: \"+819000000001\", by: [sms]}", "oncall: expected nobody, since night_cover is none"},
		{"night_cover: oncall\noncall:\n  - {name: 当番, reach: 090-0000-0001, by: [sms]}", "oncall.0.reach: expected a telephone number"},
		{"night_cover: oncall\noncall:\n  - {name: 当番, reach: \"+819000000001\", by: [fax]}", "oncall.0.by: expected voice, sms, or both"},
		{"night_cover: oncall\noncall:\n  - {name: 当番, reach: \"+819000000001\"}", "oncall.0.by: expected voice, sms, or both"},
		{"night_cover: oncall\noncall:\n  - {reach: \"+819000000001\", by: [sms]}", "oncall.0: expected name"},
	} {
		_, err := load(t, city.File{Name: "busted.yaml", Data: []byte(strings.Replace(string(good), "night_cover: none", tt.cover, 1))})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "busted.yaml:") {
			t.Errorf("%s: got %v, want %q", tt.cover, err, tt.want)
		}
	}
	if _, _, ok := asahikawa(t).Called(0, nil); ok {
		t.Error("somebody is called where nobody is on call")
	}
}

// The next person first, and when all were called by their first path, the next path.
func TestWhoIsCalled(t *testing.T) {
	c := &city.City{OnCall: []city.OnCall{{Name: "a", By: []string{"voice", "sms"}}, {Name: "b", By: []string{"sms"}}, {Name: "c", By: []string{"sms", "voice"}}}}
	var got []string
	for step := range 9 {
		p, by, _ := c.Called(step, nil)
		got = append(got, fmt.Sprint(p.Name, by))
	}
	if s := strings.Join(got, " "); s != "avoice bsms csms asms bsms cvoice avoice bsms csms" {
		t.Error(s)
	}
}

// For somebody's own life, and for harm from those at home, whoever is on call is told of what is urgent, but where a city says
// that they hear of emergencies alone: never less for who is in more danger; and by a text message first.
func TestWhomWhatIsUrgentWakes(t *testing.T) {
	k := func(s triage.Severity, flags ...triage.Flag) triage.Case {
		return triage.Case{Severity: s, Flags: flags}
	}
	for _, tt := range []struct {
		c           triage.Case
		said, spare bool
	}{
		{k(triage.Urgent, triage.Suicide), true, false}, {k(triage.Urgent, triage.SelfHarm, triage.Verbal), true, false},
		{k(triage.Urgent, triage.AbuseHome), true, false}, {k(triage.Urgent, triage.Sexual), true, false},
		{k(triage.Urgent, triage.Violence), false, false}, {k(triage.Urgent), false, false}, {k(triage.Soon, triage.Suicide), false, false},
		{k(triage.Emergency, triage.Suicide), true, true}, {k(triage.Emergency), true, true},
	} {
		for page, want := range map[string]bool{"": tt.said, "urgent": tt.said, "emergency": tt.spare} {
			if got := (&city.City{NightPage: page}).Wakes(tt.c); got != want {
				t.Errorf("%q: %s %v: %t", page, tt.c.Severity, tt.c.Flags, got)
			}
		}
	}
	c := &city.City{OnCall: []city.OnCall{{Name: "a", By: []string{"voice", "sms"}}, {Name: "b", By: []string{"voice"}}}}
	var got []string
	for step := range 5 {
		p, by, _ := c.Texted(step, nil)
		got = append(got, fmt.Sprint(p.Name, by))
	}
	if s := strings.Join(got, " "); s != "asms bvoice avoice bvoice asms" {
		t.Error(s)
	}
	for _, name := range []string{"asahikawa", "usuki", "ashiya"} {
		name, data, _ := cities.City(name)
		if c, err := load(t, file(name, data)); err != nil || c.NightPage != "urgent" {
			t.Errorf("%s: %v", name, err)
		}
		_, err := load(t, city.File{Name: "busted.yaml", Data: []byte(strings.Replace(string(data), "night_page: urgent", "night_page: soon", 1))})
		line := strings.Count(string(data[:strings.Index(string(data), "night_page:")]), "\n") + 1
		if want := fmt.Sprintf("busted.yaml:%d: night_page: expected urgent or emergency", line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
