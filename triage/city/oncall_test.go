package city_test

import (
	"fmt"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
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
