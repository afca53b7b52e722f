package api_test

import (
	"context"
	"strings"
	"testing"

	"madoguchi/triage"
)

// drawer is a cabinet of paper.
type drawer struct{}

func (drawer) File(_ context.Context, _ triage.CaseID, n, page int) (triage.Cleaned, error) {
	return triage.Cleaned{Type: "image/png", Data: []byte{0x89, 'P', 'N', 'G', byte(n), byte(page)}, Pages: 1}, nil
}

// A coordinator reads what came with a case that waits; in a colleague's she asks by the file's mark, and reads it once another lead has
// said yes.
func TestAFileOfAColleaguesCase(t *testing.T) {
	r := open(t, false)
	r.desk.Cabinet = drawer{}
	id := triage.CaseID("21pppppppppppppppppppppppp")
	r.append(id, triage.Event{ID: "m", At: opened, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "[写真1]", Files: []triage.File{{ID: "a", Sort: "picture"}}})
	base := "/cases/" + string(id)
	file := func(login string) answer { return r.ask(login, "GET", base+"/files/1", "") }
	ask := func(mark string) answer {
		return r.ask("kato", "POST", base+"/reveals", `{"placeholder":"`+mark+`","reason":"safety"}`)
	}
	file("sato").is(403, "forbidden")
	if a := file("kato").is(200, ""); !strings.Contains(a.body, "PNG") || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("a case that waits: %q %v", a.body, a.header)
	}
	ask("[添付1]").is(409, "wrong_state")
	r.ask("sato", "POST", base+"/claim", "").is(200, "")
	file("sato").is(200, "")
	if a := file("kato").is(409, "two_persons_needed"); strings.Contains(a.body, "PNG") {
		t.Errorf("it comes with the refusal: %q", a.body)
	}
	r.ask("kato", "GET", base+"/files/2", "").is(404, "not_found")
	ask("[添付2]").is(400, "bad_request")
	g := read[struct{ ID, State string }](ask("[添付1]").is(202, ""))
	if g.State != "asked" {
		t.Errorf("%+v", g)
	}
	file("kato").is(409, "two_persons_needed")
	if list := r.ask("mori", "GET", "/reveals", "").is(200, "").body; !strings.Contains(list, `"placeholder":"[添付1]"`) {
		t.Errorf("the other lead sees %s", list)
	}
	r.ask("kato", "POST", "/reveals/"+g.ID+"/approve", "").is(409, "two_persons_needed")
	r.ask("mori", "POST", "/reveals/"+g.ID+"/approve", "").is(200, "")
	if a := file("kato").is(200, ""); !strings.Contains(a.body, "PNG") {
		t.Errorf("%q", a.body)
	}
	if a := r.ask("kato", "GET", "/reveals/"+g.ID, "").is(202, ""); read[struct{ State string }](a).State != "approved" {
		t.Errorf("the grant says %s", a.body)
	}
	file("mori").is(409, "two_persons_needed")
}
