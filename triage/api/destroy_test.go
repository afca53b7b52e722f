package api_test

import (
	"strings"
	"testing"

	"madoguchi/triage"
)

// What can be destroyed is told to the leads, and destroyed by them.
func TestDisposals(t *testing.T) {
	r := open(t, false)
	const id = "07withdrawnwithdrawnwithdr"
	_, err := r.store.Append(t.Context(), triage.Case{ID: id},
		triage.Event{ID: "m", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "むかしのこと"},
		triage.Event{ID: "e", At: r.clock.Now(), Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}})
	if err != nil {
		t.Fatal(err)
	}
	r.ask("sato", "GET", "/disposals", "").is(403, "forbidden")
	all := read[struct {
		Disposals []struct {
			Case, Ground string
			Bars         []string
			Kept         bool
		}
	}](r.ask("kato", "GET", "/disposals", "").is(200, "")).Disposals
	if len(all) != 1 || all[0].Case != id || all[0].Ground != "withdrawn" || len(all[0].Bars) != 1 || !strings.Contains(all[0].Bars[0], "待ちます") {
		t.Fatalf("%+v", all)
	}
	r.ask("kato", "POST", "/cases/"+id+"/destroy", `{"reason":"本人の希望"}`).is(409, "wrong_state")
	r.ask("kato", "POST", "/cases/"+id+"/destroy", `{}`).is(400, "bad_request")
	r.ask("kato", "POST", "/cases/"+id+"/keep", `{"keep":true,"reason":"調査"}`).is(204, "")
	r.ask("sato", "POST", "/cases/"+id+"/keep", `{"keep":false,"reason":"調査"}`).is(403, "forbidden")
	r.ask("kato", "POST", "/cases/"+id+"/keep", `{"keep":false,"reason":"終わった"}`).is(204, "")
	r.clock.Set(r.clock.Now().AddDate(0, 0, 15))
	r.ask("kato", "POST", "/cases/"+id+"/destroy", `{"reason":"本人の希望"}`).is(204, "")
	r.ask("kato", "GET", "/cases/"+id, "").is(404, "not_found")
}

// What has been kept long enough of the audit is due until a lead has said that it stays, and why.
func TestTheTermOfTheAudit(t *testing.T) {
	r := open(t, true)
	type ended struct {
		Registers []struct {
			Class, Source string
			First, Upto   int
			Decided       *struct{ By, Reason string }
		}
		Decisions []struct{ Class string }
	}
	list := func() ended { return read[ended](r.ask("kato", "GET", "/registers", "").is(200, "")) }
	if x := list(); len(x.Registers) != 1 || x.Registers[0].Class != "audit" || x.Registers[0].First != 2019 || x.Registers[0].Upto != 2020 || x.Registers[0].Source != "規則5" || x.Registers[0].Decided != nil {
		t.Errorf("%+v", x)
	}
	r.ask("kato", "POST", "/registers/audit/decision", `{"upto":2019,"do":"keep","reason":"裁判のため"}`).is(409, "conflict")
	r.ask("kato", "POST", "/registers/audit/decision", `{"upto":2020,"do":"keep","reason":" "}`).is(400, "bad_request")
	r.ask("kato", "POST", "/registers/audit/decision", `{"upto":2020,"do":"destroy","reason":"裁判のため"}`).is(409, "wrong_state")
	r.ask("kato", "POST", "/registers/audit/decision", `{"upto":2020,"do":"keep","reason":"裁判のため"}`).is(204, "")
	if x := list(); x.Registers[0].Decided == nil || x.Registers[0].Decided.By != "kato" || len(x.Decisions) != 1 {
		t.Errorf("%+v", x)
	}
}
