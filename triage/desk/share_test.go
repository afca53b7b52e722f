package desk_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

const knows = "前に話した人です"

// speaks is for whom something speaks in the suggestion of that case.
func (r *room) speaks(id triage.CaseID, why string) (logins []string) {
	r.t.Helper()
	s, err := r.Suggest(r.t.Context(), people["kato"], id)
	r.must(err)
	for _, p := range s.Picks {
		if slices.Contains(p.For, why) {
			logins = append(logins, p.Login)
		}
	}
	return logins
}

// A child who lost its words and writes anew goes to whom it knows, once two people are certain that it is the same one, and for as
// long as the city's term says.
func TestWhoWritesAnewGoesToWhomTheyKnow(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.City.Terms.Continuity = "30d"
	before := r.claimed()
	_, err := r.Say(ctx, people["sato"], before, "1", "読みました")
	r.must(err)
	r.clock.pass(10 * 24 * time.Hour)
	anew := r.writes("", "また来ました")
	same := desk.Relation{Other: before, As: triage.LinkChild, Sure: triage.SureLikely, Reason: "同じ話"}
	r.must(r.Relate(ctx, people["kato"], anew, same))
	if got := r.speaks(anew, knows); len(got) > 0 {
		t.Errorf("before it is certain: %v", got)
	}
	r.must(r.Agree(ctx, people["mori"], anew, same))
	if got := r.speaks(anew, knows); !slices.Equal(got, []string{"sato"}) {
		t.Errorf("known: %v", got)
	}
	r.clock.pass(21 * 24 * time.Hour)
	if got := r.speaks(anew, knows); len(got) > 0 {
		t.Errorf("past the city's term: %v", got)
	}
}

// In which language somebody writes counts for who gets the case, until a person has written something else down.
func TestTheLanguageOfTheWordsCounts(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.writes("", "I don't want to go to school. They hit me.")
	language := func() (string, bool) {
		s, err := r.Suggest(ctx, people["kato"], id)
		r.must(err)
		return s.Wanted.Language, s.Heard
	}
	if l, heard := language(); l != "en" || !heard {
		t.Errorf("in English: %q %v", l, heard)
	}
	_, err := r.Want(ctx, people["kato"], id, triage.Wanted{Language: "vi"})
	r.must(err)
	if l, heard := language(); l != "vi" || heard {
		t.Errorf("as written down: %q %v", l, heard)
	}
	c, err := r.store.Append(ctx, triage.Case{ID: "08" + "aaaaaaaaaaaaaaaaaaaaaaaa"}, triage.Event{ID: "m", At: opened, Kind: triage.KindMessage, From: triage.Seeker,
		Channel: "chat", Text: "Con không muốn đi học", Lang: "vi"})
	r.must(err)
	id = c.ID
	if l, _ := language(); l != "vi" {
		t.Errorf("as the page says: %q", l)
	}
	r.writes(id, "にほんごでもいいです")
	if l, _ := language(); l != "" {
		t.Errorf("in Japanese since: %q", l)
	}
}
