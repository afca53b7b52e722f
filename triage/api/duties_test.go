package api_test

import (
	"testing"
	"time"
)

type owed struct {
	Case, Kind, What, Title, Source, Owner, Holder, By, Decision, Reason string
	DueAt                                                                time.Time  `json:"due_at"`
	DoneAt                                                               *time.Time `json:"done_at"`
	Overdue                                                              bool
	Why                                                                  []string
	Turn                                                                 int
}

type duties struct{ Duties []owed }

// A duty tells what, why, who asks for it and by when; it is done with a reason, and overdue ones stand on the leads' list.
func TestDuties(t *testing.T) {
	r := open(t, true)
	id, other := r.claimed("sato"), r.claimed("abe")
	all := read[duties](r.ask("sato", "GET", "/cases/"+id+"/duties", "").is(200, "")).Duties
	if len(all) != 1 || all[0].What != "meeting" || all[0].Title != "会議で協議する" || all[0].Source != "policy:54" || all[0].Why[0] != "verbal" ||
		all[0].Turn != 1 || all[0].Holder != "assignee" || all[0].Overdue || !all[0].DueAt.Equal(opened.AddDate(0, 0, 7)) {
		t.Fatalf("%+v", all)
	}
	done := "/cases/" + id + "/duties/meeting/done"
	r.ask("sato", "POST", done, `{"reason":" "}`).is(400, "bad_request")
	r.ask("sato", "POST", done, `{"reason":"協議した","decision":"send"}`).is(400, "bad_request")
	r.ask("sato", "POST", "/cases/"+id+"/duties/nothing/done", `{"reason":"協議した"}`).is(404, "not_found")

	r.ask("root", "POST", "/demo/clock", `{"advance":"240h"}`).is(200, "")
	late := read[duties](r.ask("kato", "GET", "/duties?overdue=1", "").is(200, "")).Duties
	if len(late) != 2 || late[0].Holder != "coordinator" || !late[0].Overdue {
		t.Errorf("the leads see %+v", late)
	}
	if mine := read[duties](r.ask("abe", "GET", "/duties?overdue=1", "").is(200, "")).Duties; len(mine) > 1 || len(mine) == 1 && mine[0].Case != other {
		t.Errorf("abe sees %+v", mine)
	}
	after := read[duties](r.ask("kato", "POST", done, `{"reason":"会議で協議した"}`).is(200, "")).Duties
	if d := after[0]; d.DoneAt == nil || d.By != "kato" || d.Reason != "会議で協議した" || d.Overdue || d.Holder != "" {
		t.Errorf("%+v", d)
	}
	r.ask("kato", "POST", done, `{"reason":"会議で協議した"}`).is(409, "wrong_state")
	if late := read[duties](r.ask("kato", "GET", "/duties?overdue=1", "").is(200, "")).Duties; len(late) != 1 || late[0].Case != other {
		t.Errorf("after one was done: %+v", late)
	}
	if open := read[duties](r.ask("kato", "GET", "/duties", "").is(200, "")).Duties; len(open) != 1 {
		t.Errorf("open are %+v", open)
	}
}
