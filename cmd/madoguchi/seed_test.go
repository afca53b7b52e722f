package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
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

// A city sees its own rules in the demonstration: its own schools stand in the cases and have the accounts, and a file that is
// not there is said to be none.
func TestADemonstrationOfAnotherCity(t *testing.T) {
	t.Parallel()
	p := start(t, "demo", "--city=usuki", "--at=2026-12-01T09:00:00+09:00")
	var schools []string
	for _, a := range p.Accounts {
		if a.Role == "school" {
			schools = append(schools, a.School)
		}
	}
	if !slices.Equal(schools, []string{"minato-jhs", "ishidatami-es"}) {
		t.Errorf("the accounts are of %v", schools)
	}
	r, err := http.Get(p.Public)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if body, err := io.ReadAll(r.Body); err != nil || !strings.Contains(string(body), "臼杵市") {
		t.Errorf("the students' page is not Usuki's: %v", err)
	}
	var list struct{ Handoffs []struct{ ID string } }
	if p.do(p.token("school"), "GET", "/handoffs", nil, &list); list.Handoffs == nil {
		t.Error("its school has no list")
	}
	for _, which := range []string{"/nonexistent.yaml", "nowhere"} {
		if _, _, err := oneshot(t, "", "demo", "--city="+which); err == nil || !strings.Contains(err.Error(), "MADOGUCHI_CITY") {
			t.Errorf("--city=%s: %v", which, err)
		}
	}
}
