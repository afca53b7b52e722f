package api_test

import (
	"context"
	"strings"
	"testing"

	"madoguchi/triage"
)

// The wall of paper keeps whom a search is for in the sealed words themselves.
func (wall) Conceal(_ context.Context, s triage.Sought) ([]byte, string, error) {
	return []byte(strings.Join(s.Names, "\n")), hide(s.Reason), nil
}

func (wall) Unveil(_ context.Context, sealed []byte) (triage.Sought, error) {
	return triage.Sought{Names: strings.Split(string(sealed), "\n")}, nil
}

func (wall) Search(_ context.Context, _ []byte, cases []triage.CaseID) (found []triage.Found, err error) {
	for _, id := range cases {
		found = append(found, triage.Found{Case: id, Match: []triage.Match{triage.MatchFull}})
	}
	return found, nil
}

func (wall) Burn(context.Context, []byte) error { return nil }

func TestTwoLeadsSearchOverTheAPI(t *testing.T) {
	r := open(t, false)
	id := r.writes("だれか読んで")
	body := `{"names":["高橋 結衣"],"ground":"serious","reason":"調査"}`
	r.ask("sato", "POST", "/searches", body).is(403, "forbidden")
	r.ask("kato", "POST", "/searches", `{"names":[],"ground":"serious","reason":"調査"}`).is(400, "bad_request")
	asked := read[struct{ ID, State string }](r.ask("kato", "POST", "/searches", body).is(201, ""))
	if asked.State != "asked" {
		t.Fatalf("one alone: %+v", asked)
	}
	at := "/searches/" + asked.ID
	r.ask("kato", "POST", at+"/approve", "").is(409, "two_persons_needed")
	r.ask("sato", "GET", at, "").is(403, "forbidden")
	type view struct {
		State string
		Names []string
		Found []struct{ Case string }
	}
	if v := read[view](r.ask("mori", "GET", at, "").is(200, "")); len(v.Names) != 1 || len(v.Found) != 0 {
		t.Errorf("who is asked sees %+v", v)
	}
	r.ask("mori", "POST", at+"/approve", "").is(200, "")
	if _, err := r.desk.Seeker().Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{"kato", "mori"} {
		v := read[view](r.ask(login, "GET", at, "").is(200, ""))
		if len(v.Names) != 0 || len(v.Found) != 1 || v.Found[0].Case != id || v.State != "approved" {
			t.Errorf("%s sees %+v", login, v)
		}
	}
	if list := r.ask("mori", "GET", "/searches", "").is(200, "").body; strings.Contains(list, "高橋") || strings.Contains(list, id) {
		t.Errorf("the list tells %s", list)
	}
	if reveals := r.ask("mori", "GET", "/reveals", "").is(200, "").body; strings.Contains(reveals, asked.ID) {
		t.Errorf("the reveals tell %s", reveals)
	}
}
