package api_test

import (
	"testing"
	"time"

	"madoguchi/triage"
)

// A visit is entered with the least there is, as ever, and with all that was asked; what it became is told to who entered it.
func TestVisits(t *testing.T) {
	r := open(t, true)
	plain := read[map[string]string](r.ask("ono", "POST", "/visits", `{"channel":"visit","text":"来ました","contact":""}`).is(201, ""))
	if plain["id"] == "" || plain["severity"] != "routine" {
		t.Errorf("%v", plain)
	}
	at := r.clock.Now().Add(-3 * time.Hour).Format(time.RFC3339)
	in := read[map[string]string](r.ask("sato", "POST", "/visits", `{"id":"v1","channel":"voice","text":"ゆうかの母です","at":"`+at+`","contact":"090-0000-0000","call_me":"ゆうか",
		"teller":{"who":"guardian","safe":"no","unnamed":true,"telling":"no"},"call_back":{"window":"1700-2000","who":"self"}}`).is(201, ""))
	if in["severity"] != "emergency" {
		t.Errorf("%v", in)
	}
	type asked struct {
		Who, Safe, Telling string
		Unnamed            bool
	}
	got := read[struct {
		Severity, CallMe string
		Teller           asked
		CallBack         struct{ Window, Who string } `json:"call_back"`
		WaitingSince     time.Time                    `json:"waiting_since"`
		Timeline         []struct {
			At     time.Time
			Text   string
			Teller *asked
		}
	}](r.ask("kato", "GET", "/cases/"+in["id"], "").is(200, ""))
	if got.Teller != (asked{"guardian", "no", "no", true}) || got.CallBack.Window != "1700-2000" || got.WaitingSince.Format(time.RFC3339) != at {
		t.Errorf("%+v", got)
	}
	if l := got.Timeline[0]; l.Teller == nil || l.Text != "[人物A]の母です" || l.At.Format(time.RFC3339) != at {
		t.Errorf("%+v", l)
	}
	for what, body := range map[string]string{
		"who":  `{"channel":"voice","text":"x","teller":{"who":"uncle"}}`,
		"when": `{"channel":"voice","text":"x","at":"tomorrow"}`,
		"then": `{"channel":"voice","text":"x","at":"2001-01-01T00:00:00+09:00"}`,
		"more": `{"channel":"voice","text":"x","colour":"red"}`,
	} {
		if a := r.ask("sato", "POST", "/visits", body); a.status != 400 {
			t.Errorf("%s: %d", what, a.status)
		}
	}
	r.ask("ono", "POST", "/visits", `{"channel":"voice","text":"x","case":"`+in["id"]+`"}`).is(403, triage.CodeForbidden)
}
