package desk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// roll is a list of accounts.
type roll []staff.Account

func (r roll) List(context.Context) ([]staff.Account, error) { return r, nil }

// Where a contractor answers for the city, cases are counted by whose people had and answered them, small numbers withheld; where
// nobody but the city employs anybody there is nothing to count.
func TestCasesOfOrganisations(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	took := func(n int, login string, answers ...string) {
		for i := range n {
			id := triage.CaseID(fmt.Sprintf("07%s%02d%s", login, i, "aaaaaaaaaaaaaaaaaaaa"))[:26]
			at := time.Date(2025, 12, 1, 18, i, 0, 0, triage.JST)
			events := []triage.Event{{ID: "m", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "いやなことがある",
				Judgement: &triage.Judgement{Severity: triage.Soon}}}
			if login != "none" {
				events = append(events, triage.Event{ID: "c", At: at, Kind: triage.KindAssignment, From: triage.Counselor, By: login, Assignment: &triage.Assignment{Do: triage.DoClaim, To: login}})
			}
			for k, who := range answers {
				events = append(events, triage.Event{ID: fmt.Sprint("s", k), At: at, Kind: triage.KindMessage, From: triage.Counselor, By: who, Text: "読みました", Said: int64(k + 1)})
			}
			events = append(events, triage.Event{ID: "i", At: at, Kind: triage.KindMessage, From: triage.Counselor, By: "kato", Text: "考えています", Interim: true, Said: int64(len(answers) + 1)})
			_, err := r.store.Append(ctx, triage.Case{ID: id}, events...)
			r.must(err)
		}
	}
	took(14, "sato", "sato", "sato", "abe")
	took(21, "abe", "abe")
	took(12, "ueda", "mori")
	took(11, "none")
	ask := func() desk.Statistics {
		s, err := r.Statistics(ctx, people["mori"], time.Date(2025, 4, 1, 0, 0, 0, 0, triage.JST), time.Date(2026, 4, 1, 0, 0, 0, 0, triage.JST))
		r.must(err)
		return s
	}
	if s := ask(); len(s.Of[desk.ByOrg]) != 0 {
		t.Errorf("before anybody has an organisation: %v", s.Of[desk.ByOrg])
	}
	r.Accounts = roll{{Login: "sato", Org: "NPO法人ほしみ"}, {Login: "abe"}, {Login: "mori"}, {Login: "ueda", Org: "みほん委託", Disabled: true}, {Login: "kato", Org: "ひと"}}
	s := ask()
	want := map[string]map[string]desk.Count{
		desk.ByOrg:       {"own": {N: 21}, "NPO法人ほしみ": {N: 14}, "みほん委託": {N: 12}, "ひと": {Withheld: true}, "nobody": {Withheld: true}},
		desk.ByOrgAnswer: {"own": {N: 47}, "NPO法人ほしみ": {N: 14}, "みほん委託": {Withheld: true}, "ひと": {Withheld: true}, "nobody": {Withheld: true}},
	}
	for dim, counts := range want {
		for kind, n := range counts {
			if got, ok := s.Of[dim][kind]; !ok || got != n {
				t.Errorf("%s of %s: %v (%v), want %v", dim, kind, got, ok, n)
			}
		}
	}
}
