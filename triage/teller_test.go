package triage_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
)

// What a teller was asked only raises, whatever the rules found, and changes nothing of theirs.
func TestATellerOnlyRaises(t *testing.T) {
	codes := func(codes []string) []string { return append([]string{""}, codes...) }
	for _, was := range triage.Severities {
		for _, who := range codes(triage.TellerWho) {
			for _, safe := range codes(triage.TellerSafe) {
				teller := triage.Teller{Who: who, Safe: safe}
				before := triage.Judgement{Severity: was, Flags: []triage.Flag{triage.Verbal}, Reasons: []triage.Reason{{Flag: triage.Verbal, Rule: "verbal.x"}}}
				after := teller.Weigh(before)
				if after.Severity.Rank() > was.Rank() || (safe == "no") != (after.Severity == triage.Emergency) && was != triage.Emergency {
					t.Errorf("%+v on %s: %s", teller, was, after.Severity)
				}
				if third := who != "" && who != "self"; slices.Contains(after.Flags, triage.ThirdParty) != third || after.Flags[0] != triage.Verbal || after.Reasons[0].Rule != "verbal.x" {
					t.Errorf("%+v: %v", teller, after)
				}
				if len(before.Flags) != 1 || len(before.Reasons) != 1 || !teller.Valid() {
					t.Errorf("%+v changed what it was given, or is not valid", teller)
				}
			}
		}
	}
	for _, wrong := range []triage.Teller{{Who: "uncle"}, {Safe: "maybe"}, {Telling: "later"}} {
		if wrong.Valid() {
			t.Errorf("%+v is valid", wrong)
		}
	}
}

// A conversation of this morning that is written down now waits since this morning, and what was last done stays last.
func TestAnEarlierConversationIsNotTheLast(t *testing.T) {
	now := time.Date(2026, 11, 25, 11, 0, 0, 0, time.UTC)
	c := triage.Fold("01x", []triage.Event{
		{ID: "1", At: now, Kind: triage.KindNote, From: triage.Counselor, Text: "メモ"},
		{ID: "2", At: now.Add(-2 * time.Hour), Kind: triage.KindMessage, From: triage.Seeker, Channel: "voice", Text: "電話", Teller: &triage.Teller{Who: "self"}},
	})
	if !c.LastAt.Equal(now) || !c.WaitingSince.Equal(now.Add(-2*time.Hour)) || c.Teller == nil || c.Teller.Who != "self" {
		t.Errorf("last %v, waits since %v, asked %+v", c.LastAt, c.WaitingSince, c.Teller)
	}
}

// What the machine learned alone is not sure; what a written rule or a person found is.
func TestSure(t *testing.T) {
	reason := func(rule string) []triage.Reason {
		return []triage.Reason{{Flag: triage.Extortion, Rule: rule}, {Flag: triage.Verbal, Rule: "verbal.insult"}}
	}
	for name, tt := range map[string]struct {
		j    triage.Judgement
		want bool
	}{
		"by a rule":            {triage.Judgement{Flags: []triage.Flag{triage.Extortion, triage.Verbal}, Reasons: reason("extortion.demand")}, true},
		"by the machine alone": {triage.Judgement{Flags: []triage.Flag{triage.Extortion, triage.Verbal}, Reasons: reason(triage.Learned + "extortion")}, false},
		"by both":              {triage.Judgement{Flags: []triage.Flag{triage.Extortion}, Reasons: append(reason(triage.Learned+"extortion"), reason("extortion.demand")...)}, true},
		"by a person":          {triage.Judgement{Flags: []triage.Flag{triage.Extortion}}, true},
		"by nobody":            {triage.Judgement{Flags: []triage.Flag{triage.Verbal}, Reasons: reason(triage.Learned + "extortion")[1:]}, false},
	} {
		if got := tt.j.Sure(triage.Extortion); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
