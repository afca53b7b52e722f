package main

import (
	"testing"

	"github.com/goccy/go-yaml"
)

// A claimed case is answered before its time is up: else the demonstration would begin or not, as the clock's sweep happens to
// come by.
func TestNobodyInTheDemonstrationAnswersTooLate(t *testing.T) {
	c, err := loadCity("asahikawa", nil)
	if err != nil {
		t.Fatal(err)
	}
	lease := c.Terms.Lease.Value()
	var cases []demoCase
	if err := yaml.Unmarshal(demoCases, &cases); err != nil {
		t.Fatal(err)
	}
	claims := 0
	for i, c := range cases {
		for n, s := range c.Steps {
			if s.Do != "claim" {
				continue
			}
			claims++
			claimed, err := s.before()
			if err != nil || n+1 == len(c.Steps) {
				t.Fatalf("case %d ends with a claim: %v", i+1, err)
			}
			next := c.Steps[n+1]
			if done, err := next.before(); err != nil || next.By != s.By || claimed-done >= lease {
				t.Errorf("case %d: %s does %q %v after the claim (%v)", i+1, next.By, next.Do, claimed-done, err)
			}
		}
	}
	if claims == 0 {
		t.Error("nobody claims anything")
	}
}
