package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// phones makes a case whose seeker came by the door and wishes w, if it is not nil, and that sato has.
func (r *room) phones(door string, w *triage.CallBack, severity triage.Severity) triage.CaseID {
	r.t.Helper()
	id := triage.CaseID("07" + strings.Repeat("p", 24))
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id}, triage.Event{ID: "m", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker,
		Channel: door, Text: "[電話がほしい]", CallBack: w, Judgement: &triage.Judgement{Severity: severity}})
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.Claim(r.t.Context(), people["sato"], id); err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *room) ends(id triage.CaseID, call, outcome string) {
	r.t.Helper()
	k, _, err := r.store.Load(r.t.Context(), id)
	if err == nil {
		_, err = r.store.Append(r.t.Context(), k, triage.Event{ID: call + outcome, At: r.clock.Now(), Kind: triage.KindDelivery, From: triage.System,
			Call: &triage.Call{ID: call, Outcome: outcome}})
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestCallBack(t *testing.T) {
	anytime := &triage.CallBack{Window: "any", Who: "self"}
	for name, tt := range map[string]struct {
		door     string
		wish     *triage.CallBack
		severity triage.Severity
		at       string
		who      string
		reason   string
		code     string
	}{
		"wished":                                 {"voice", anytime, triage.Routine, "09:00", "sato", "", ""},
		"by a lead":                              {"chat", anytime, triage.Routine, "09:00", "kato", "", ""},
		"by a colleague":                         {"chat", anytime, triage.Routine, "09:00", "abe", "", triage.CodeForbidden},
		"in the window":                          {"voice", &triage.CallBack{Window: "1700-2000"}, triage.Routine, "17:00", "sato", "", ""},
		"before the window":                      {"voice", &triage.CallBack{Window: "1700-2000"}, triage.Routine, "16:59", "sato", "", triage.CodeState},
		"after the window":                       {"voice", &triage.CallBack{Window: "1700-2000"}, triage.Emergency, "20:00", "sato", "", triage.CodeState},
		"a reason alone":                         {"voice", &triage.CallBack{Window: "1700-2000"}, triage.Urgent, "09:00", "sato", "心配", triage.CodeState},
		"an emergency with a reason":             {"voice", &triage.CallBack{Window: "1700-2000"}, triage.Emergency, "09:00", "sato", "いま危ない", ""},
		"a window in words":                      {"chat", &triage.CallBack{Window: "母がいないとき"}, triage.Routine, "09:00", "sato", "", ""},
		"no window":                              {"voice", &triage.CallBack{}, triage.Routine, "09:00", "sato", "", triage.CodeState},
		"no wish, no number":                     {"chat", nil, triage.Emergency, "09:00", "sato", "いま危ない", triage.CodeState},
		"no wish":                                {"sms", nil, triage.Urgent, "09:00", "sato", "心配", triage.CodeState},
		"no wish, an emergency":                  {"sms", nil, triage.Emergency, "09:00", "sato", "いま危ない", ""},
		"no wish, an emergency without a reason": {"sms", nil, triage.Emergency, "09:00", "sato", " ", triage.CodeState},
	} {
		t.Run(name, func(t *testing.T) {
			r := open(t)
			id := r.phones(tt.door, tt.wish, tt.severity)
			at, err := time.ParseInLocation("2006-01-02 15:04", "2026-12-01 "+tt.at, triage.JST)
			if err != nil {
				t.Fatal(err)
			}
			r.clock.Set(at)
			call, err := r.Call(t.Context(), people[tt.who], id, tt.reason)
			if tt.code != "" {
				r.want("a call", err, tt.code)
				return
			}
			k, _, _ := r.store.Load(t.Context(), id)
			if err != nil || len(k.Calls) != 1 || k.Calls[0].ID != call || strings.HasPrefix(call, string(id[:2])) {
				t.Fatalf("%v: %+v", err, k.Calls)
			}
			if _, due := k.Agenda()[triage.DueCall]; !due {
				t.Error("nobody is to place it")
			}
			_, err = r.Call(t.Context(), people["sato"], id, tt.reason)
			r.want("a call", err, triage.CodeState) // one at a time
		})
	}
}

func TestCallsOfADay(t *testing.T) {
	r := open(t)
	id := r.phones("voice", &triage.CallBack{Window: "any"}, triage.Emergency)
	try := func() (string, error) { return r.Call(t.Context(), people["sato"], id, "いま危ない") }
	for i, outcome := range []string{triage.CallFailed, triage.CallNoAnswer, triage.CallFailed, triage.CallBusy} {
		call, err := try()
		if err != nil {
			t.Fatal(i, err)
		}
		r.ends(id, call, outcome)
	}
	_, err := try()
	r.want("a call", err, triage.CodeState)
	r.clock.Set(opened.Add(24 * time.Hour))
	call, err := try()
	if err != nil {
		t.Fatal("the next day:", err)
	}
	r.ends(id, call, triage.CallRinging)
	_, err = try()
	r.want("a call", err, triage.CodeState)
	r.clock.Set(opened.Add(24*time.Hour + 11*time.Minute)) // nobody ever told what became of it
	if call, err = try(); err != nil {
		t.Fatal(err)
	}
	r.ends(id, call, triage.CallAnswered)
	if k, _, _ := r.store.Load(t.Context(), id); k.CallBack != nil || len(k.Calls) != 6 {
		t.Errorf("%+v", k.CallBack)
	}
	k, _, _ := r.store.Load(t.Context(), id)
	if _, err := r.store.Append(t.Context(), k, triage.Event{ID: "stop", At: r.clock.Now(), Kind: triage.KindDelivery,
		Delivery: &triage.Delivery{Status: triage.DeliveryOptedOut}}); err != nil {
		t.Fatal(err)
	}
	_, err = try()
	r.want("a call", err, triage.CodeOptedOut)

	// Who has stopped text messages, and then asks for a call, is called: twice, whatever nobody told of it.
	r.clock.Set(opened.Add(48 * time.Hour))
	k, _, _ = r.store.Load(t.Context(), id)
	if _, err := r.store.Append(t.Context(), k, triage.Event{ID: "wish", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "voice",
		Text: "[電話がほしい]", CallBack: &triage.CallBack{Window: "any"}, Judgement: &triage.Judgement{Severity: triage.Emergency}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if call, err = try(); err != nil {
			t.Fatal(err)
		}
		r.ends(id, call, triage.CallRinging)
		r.clock.Set(r.clock.Now().Add(11 * time.Minute))
	}
	_, err = try()
	r.want("a call", err, triage.CodeState)
}

func TestWindows(t *testing.T) {
	noon := time.Date(2026, 12, 1, 12, 0, 0, 0, triage.JST)
	for window, want := range map[string]bool{"": false, "any": true, "0900-1200": false, "1200-1700": true, "1700-2000": false, "夕方がいい": true, "9-12": true} {
		if got := desk.InWindow(window, noon.UTC()); got != want {
			t.Error(fmt.Sprint(window, " at noon: ", got))
		}
	}
}
