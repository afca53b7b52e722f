package api_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

// Whether a child of some name has a case is answered by no list, no count, no completion and no form: what is asked with a
// name is answered as if it had been asked without, and what is written down with the name of a child who has a case is
// answered like that of one who has none.
func TestNobodyLearnsWhetherAChildHasACase(t *testing.T) {
	r := open(t, true)
	id := r.claimed("sato")
	for _, name := range []string{"ゆうか", "高橋 結衣", "[人物A]"} {
		q := url.QueryEscape(name)
		for _, l := range logins {
			for _, path := range []string{"/queue", "/handoffs", "/reports", "/statistics", "/letters", "/duties", "/reveals"} {
				plain := r.ask(l.login, "GET", path, "")
				for _, key := range []string{"q", "name", "search", "child"} {
					if a := r.ask(l.login, "GET", path+"?"+key+"="+q, ""); a.status != plain.status || a.body != plain.body {
						t.Errorf("%s asks %s by %s=%s: %d %s, without it %d %s", l.login, path, key, name, a.status, a.body, plain.status, plain.body)
					}
				}
			}
			if a := r.ask(l.login, "GET", "/cases/"+q, ""); a.status == 200 || strings.Contains(a.body, id) {
				t.Errorf("%s opens a case by a name", l.login)
			}
		}
	}
	shape := func(body string) string {
		var fields map[string]any
		if err := json.Unmarshal([]byte(body), &fields); err != nil {
			t.Fatal(err)
		}
		var keys []string
		for k, v := range fields {
			keys = append(keys, k)
			if s, ok := v.(string); ok && strings.Contains(s, id) {
				t.Errorf("%s names the case that there is", body)
			}
		}
		slices.Sort(keys)
		return strings.Join(keys, " ")
	}
	known := r.ask("ono", "POST", "/visits", `{"channel":"visit","text":"ゆうかのことで来ました"}`).is(201, "")
	stranger := r.ask("ono", "POST", "/visits", `{"channel":"visit","text":"みさきのことで来ました"}`).is(201, "")
	if shape(known.body) != shape(stranger.body) {
		t.Errorf("%s, %s", known.body, stranger.body)
	}
	for _, fields := range []string{`{"matter":"ゆうかさんのこと"}`, `{"matter":"みさきさんのこと"}`} {
		shape(r.ask("hinode", "POST", "/reports", `{"form":"incident","fields":`+fields+`}`).is(201, "").body)
	}
}

// An agency was told by telephone: that is written down with when, how and what it answered; it stands in the case, and the
// school knows of none of it.
func TestANotificationIsWrittenDown(t *testing.T) {
	r := open(t, true)
	id := r.claimed("sato")
	r.ask("sato", "POST", "/cases/"+id+"/notices", `{"recipient":"child_center","at":"2026-12-01T08:50:00+09:00","how":"phone","spoke":"当番","text":"ゆうかにあざ","answer":"訪ねます"}`).is(201, "")
	r.ask("sato", "POST", "/cases/"+id+"/notices", `{"recipient":"newspaper","at":"2026-12-01T08:50:00+09:00","how":"phone","text":"x"}`).is(400, "bad_request")
	c := read[struct{ Handoffs []triage.Handoff }](r.ask("sato", "GET", "/cases/"+id, "").is(200, ""))
	if len(c.Handoffs) != 1 || c.Handoffs[0].Notice == nil || c.Handoffs[0].Notice.Answer != "訪ねます" || c.Handoffs[0].Recipient != "child_center" {
		t.Errorf("%+v", c.Handoffs)
	}
	if got := r.ask("hinode", "GET", "/handoffs", "").is(200, "").body; got != `{"handoffs":[]}`+"\n" {
		t.Error(got)
	}
}

// What a link needs is given once, in two parts, and opens what it is for.
func TestALinkIsGivenInTwoParts(t *testing.T) {
	r := open(t, true)
	id := r.claimed("sato")
	h := read[struct{ ID string }](r.ask("sato", "POST", "/cases/"+id+"/handoffs", `{"recipient":"board","consent":"emergency","summary":"いま","reason":"危ない"}`).is(201, "")).ID
	l := read[struct{ URL, Digits string }](r.ask("sato", "POST", "/cases/"+id+"/handoffs/"+h+"/links", "").is(201, ""))
	if !strings.Contains(l.URL, "/school/open#k=") || len(l.Digits) != 4 || strings.Contains(l.URL, h) {
		t.Errorf("%+v", l)
	}
	r.ask("sato", "POST", "/cases/"+id+"/handoffs/"+h+"/recall", `{"reason":"宛先ちがい"}`).is(200, "")
	r.ask("sato", "POST", "/cases/"+id+"/handoffs/"+h+"/links", "").is(409, "wrong_state")
}

// Who gives a case to somebody who is away hears of it with the answer.
func TestWhoIsAwayIsGivenACaseWithAWarning(t *testing.T) {
	r := open(t, true)
	id := r.claimed("sato")
	r.ask("kato", "POST", "/absences/abe", `{"until":"`+r.clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)+`"}`).is(204, "")
	for _, do := range []string{"second", "transfer"} {
		a := read[struct{ Warnings []string }](r.ask("kato", "POST", "/cases/"+id+"/"+do, `{"to":"abe"}`).is(200, ""))
		if len(a.Warnings) != 1 || !strings.Contains(a.Warnings[0], "休みです") {
			t.Errorf("%s: warned %q", do, a.Warnings)
		}
	}
	if a := read[struct{ Warnings []string }](r.ask("kato", "POST", "/cases/"+id+"/transfer", `{"to":"sato"}`).is(200, "")); a.Warnings == nil || len(a.Warnings) > 0 {
		t.Errorf("of who is there: %q", a.Warnings)
	}
}
