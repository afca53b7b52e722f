package city_test

import (
	"strings"
	"testing"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/serious"
)

// The road of each city, as its own file has it over the nation's: who decides, and the steps in their order.
func TestTheRoadOfEachCity(t *testing.T) {
	for city, want := range map[string]struct{ by, opinion, steps string }{
		"asahikawa": {"", "", "team team_facts team_advice team_support decide mayor inquiry family_first facts explain opinion result again again_result council"},
		"usuki":     {"board", "SCやSSWなど", "decide agencies mayor inquiry family_first facts explain opinion result again again_result council"},
		"ashiya":    {"school", "", "decide board mayor inquiry family_first facts explain opinion result again again_result council citizens"},
	} {
		r := carried(t, city).Road()
		var keys []string
		for _, s := range r.Steps {
			keys = append(keys, s.Key)
			if s.Source == "" || s.Title == "" {
				t.Errorf("%s: %s has no source or title", city, s.Key)
			}
		}
		if got := strings.Join(keys, " "); r.DecidedBy != want.by || r.Opinion != want.opinion || got != want.steps {
			t.Errorf("%s: %q %q\n%s\nwant\n%s", city, r.DecidedBy, r.Opinion, got, want.steps)
		}
	}
}

// A declaration puts a case on the road without anybody's decision, and what hangs on a decision is there once it was taken so.
func TestWhatIsOnTheRoad(t *testing.T) {
	r := carried(t, "ashiya").Road()
	c := triage.Case{Observed: []triage.Observed{{Kind: "declared", On: "2026-12-01", Who: "child"}}}
	at := r.Of(c)
	if !at.Serious || !at.Declared || at.Who != "child" || at.Next().Key != "board" {
		t.Errorf("declared: %+v", at.Next())
	}
	for choice, there := range map[string]bool{"go": true, "stay": false} {
		c.Steps = []triage.Step{{Key: "again", On: "2027-06-01", Choice: choice}}
		if _, ok := r.Of(c).Step("citizens"); ok != there {
			t.Errorf("again.%s: citizens %v", choice, ok)
		}
	}
	proposed := r.Of(triage.Case{Duties: []triage.Duty{{What: "serious_ask", Turn: 1, Why: []string{"absent_long"}}}})
	if proposed.Serious || !proposed.Proposed || proposed.Next() != nil {
		t.Errorf("asked: %+v", proposed)
	}
}

// What is written for one reader is not what another gets, but with a reason; and the public reads no placeholder.
func TestAVersionForEachReader(t *testing.T) {
	at := serious.Step{Key: "again_result", Readers: []string{"family", "mayor", "citizens"}}
	c := triage.Case{Versions: []triage.Version{{Step: "explain", Reader: "family", Text: "[人物A]が、毎日けられていました。"}}}
	for _, tt := range []struct {
		v    triage.Version
		want string
	}{
		{triage.Version{Reader: "mayor", Text: "[人物A]への暴力が続きました。"}, ""},
		{triage.Version{Reader: "mayor", Text: " [人物A]が 毎日けられていました"}, serious.SameText},
		{triage.Version{Reader: "mayor", Text: "[人物A]が、毎日けられていました。", Same: "市長に同じ説明をする"}, ""},
		{triage.Version{Reader: "citizens", Text: "[人物A]が、毎日けられていました。", Same: "x"}, serious.Named},
		{triage.Version{Reader: "citizens", Text: "暴力が続いた事案です。"}, ""},
		{triage.Version{Reader: "council", Text: "暴力"}, serious.NotItsReader},
	} {
		if got := at.Refused(c, tt.v); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.v.Reader, tt.v.Text, got, tt.want)
		}
	}
}

// A city may not make the nation's road laxer, and names only what there is.
func TestARoadIsJudged(t *testing.T) {
	for _, id := range []string{"ashiya", "usuki", "asahikawa"} {
		_, data, _ := cities.City(id)
		for _, tt := range []struct{ old, new, want string }{
			{"duty: article30\n      readers: [mayor]", "readers: [mayor]", "the national layer asks for"},
			{"duty: article30\n      readers: [mayor]", "duty: article30", "all readers"},
			{"decided_by: ", "decided_by: x", "school or board"},
			{"stage: risk", "stage: soon", "risk or serious"},
			{"needs: team.send", "needs: team.nothing", "STEP.CHOICE"},
		} {
			if !strings.Contains(string(data), tt.old) {
				continue
			}
			_, err := load(t, file(id+".yaml", []byte(strings.Replace(string(data), tt.old, tt.new, 1))))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %q: %v, want %q", id, tt.new, err, tt.want)
			}
		}
	}
}
