package console

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// oncalls is who is on call and takes every call.
type oncalls struct{ texts []string }

func (h *oncalls) Page(_ context.Context, p triage.Page) error {
	h.texts = append(h.texts, p.Text)
	return nil
}

// The supervisor begins an exercise on its page; who is called finds 受領 there and on the way to it; the wall tells what came of it.
func TestThePageOfTheExercises(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("ueno", triage.Supervisor, "")
	ueno, sato := h.signedIn("ueno"), h.signedIn("sato")
	if p := ueno.get("/drills"); p.status != 200 || strings.Contains(p.body, "訓練を始める</button>") {
		t.Fatalf("with nobody on call: %d", p.status)
	}
	if p := ueno.script("/drills", url.Values{}); p.status != 409 {
		t.Errorf("with nobody on call: %d", p.status)
	}
	h.city.OnCall, h.desk.Pager = []city.OnCall{{Name: "当番1", Reach: "+819000000001", By: []string{"sms"}}}, &oncalls{}
	if p := sato.get("/drills"); p.status != 200 || strings.Contains(p.body, "訓練を始める</button>") {
		t.Errorf("a counselor may begin one (%d)", p.status)
	}
	if p := ueno.get("/drills"); !strings.Contains(p.body, "訓練を始める</button>") {
		t.Error("a supervisor may not begin one")
	}
	if p := ueno.post("/drills", url.Values{}); p.status != 303 || p.header.Get("Location") != "/drills" {
		t.Fatalf("begun: %d", p.status)
	}
	if said := h.desk.Pager.(*oncalls).texts; len(said) != 1 || !strings.HasPrefix(said[0], "訓練です。旭川市") {
		t.Errorf("called %q", said)
	}
	if p := ueno.get("/drills"); strings.Contains(p.body, "受領する（訓練）") || !strings.Contains(p.body, "当番1にSMSで知らせました") {
		t.Error("who began it may receive it, or nobody was called")
	}
	for path, want := range map[string]string{"/queue": `<a href="/drills">`, "/board": "受領を待っています"} {
		if p := sato.get(path); !strings.Contains(p.body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	all, err := h.desk.ListDrills(t.Context(), staff.Person{Login: "ueno", Role: triage.Supervisor})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if p := sato.get("/drills"); !strings.Contains(p.body, "受領する（訓練）") {
		t.Error("who was called cannot receive it")
	}
	if p := sato.post("/drills/"+all[0].ID+"/receive", url.Values{}); p.status != 303 {
		t.Fatalf("received: %d", p.status)
	}
	for path, want := range map[string]string{"/drills": "sato が受領しました", "/board": "sato が受領しました"} {
		if p := sato.get(path); !strings.Contains(p.body, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if p := sato.get("/queue"); strings.Contains(p.body, `<a href="/drills">開いて`) {
		t.Error("the queue still asks for it")
	}
}
