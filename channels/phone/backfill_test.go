package phone_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

// While the webhook was down two hundred text messages came. They are in the provider's list, are taken from there, late and
// once, and are deleted there. What is younger is left to its webhook.
func TestMissedTextMessages(t *testing.T) {
	settings, p := open(t, nil)
	p.page = 7
	for i := range 200 {
		p.keeps(sid("SM", i), number(i%7), fmt.Sprint("のがした", i), 10*time.Minute+time.Duration(i)*time.Second)
	}
	p.keeps(sid("SM", 300), number(1), "たったいま", 0)
	p.keeps(sid("MM", 301), number(1), "", time.Hour, sid("ME", 1), sid("ME", 2))
	p.keeps(sid("SM", 302), number(2), "ストップ", time.Hour)
	p.keeps(sid("SM", 303), number(2), "ほかの窓口へ", time.Hour)
	p.texts[sid("SM", 303)]["to"] = "+815000000009"
	p.keeps(sid("SM", 304), number(2), "わたしたちから", time.Hour)
	p.texts[sid("SM", 304)]["direction"] = "outbound-api"
	p.keeps(sid("SM", 305), number(2), "むかし", 8*24*time.Hour)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	channelstest.Eventually(t, "all is taken and deleted", func() bool { return p.left() == 4 })
	taken := slices.DeleteFunc(s.Intake.Taken(), func(m channels.Message) bool { return m.Kind == "voice" && m.Opt == "out" && m.Text == "" })
	if len(taken) != 203 {
		t.Fatalf("%d were taken", len(taken))
	}
	pictures := 0
	for _, m := range taken {
		age := time.Since(m.At)
		if !m.Late || age < 9*time.Minute || age > 2*time.Hour || m.Kind != "sms" {
			t.Errorf("late %v, %v ago", m.Late, age)
		}
		if pictures += len(m.Files); m.Text == "ストップ" && m.Opt != "out" {
			t.Error("STOP was not heard")
		}
	}
	if pictures != 2 {
		t.Errorf("%d pictures", pictures)
	}
	// The webhook comes after all: it is known.
	target, v := s.URL+"/hooks/twilio/sms", form(channelstest.Inbound{ID: sid("SM", 5), From: 5, Text: "のがした5"})
	if got := post(t, target, v.Encode(), sign(token, target, v)); got != 200 || len(s.Intake.Taken()) != 204 {
		t.Errorf("%d, %d were taken", got, len(s.Intake.Taken()))
	}
}

func TestMissedRecordings(t *testing.T) {
	settings, p := open(t, nil)
	p.page = 2
	p.speaks(sid("RE", 1), sid("CA", 1), number(4), time.Hour)
	p.speaks(sid("RE", 2), sid("CA", 2), "anonymous", time.Hour)
	p.speaks(sid("RE", 3), sid("CA", 3), number(4), time.Hour)
	p.recorded[sid("RE", 3)]["source"] = "Conference"
	p.speaks(sid("RE", 4), sid("CA", 4), number(4), 20*time.Second) // its webhook is on the way
	p.speaks(sid("RE", 5), sid("CA", 5), number(4), time.Hour)
	p.phones(sid("CA", 5), number(4), desk, "inbound", "in-progress", time.Hour)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	channelstest.Eventually(t, "both are taken and deleted", func() bool {
		return len(s.Intake.Taken()) == 2 && !p.records(sid("RE", 1)) && !p.records(sid("RE", 2))
	})
	for _, m := range s.Intake.Taken() {
		_, who, _ := channels.OpenAddress(m.From)
		if want := map[string]string{sid("RE", 1): number(4), sid("RE", 2): "withheld:" + sid("CA", 2)}[m.ID]; who != want || !m.Late || m.Text != "[音声1]" {
			t.Errorf("%s is from another", m.ID)
		}
	}
}

// What the provider keeps of whom the desk wrote to, and of calls, goes when nothing more is to be heard of it.
func TestNobodyStaysInTheProvidersLists(t *testing.T) {
	settings, p := open(t, nil)
	out := func(n int, status string, age time.Duration) {
		p.keeps(sid("SM", n), desk, "", age)
		p.texts[sid("SM", n)]["to"], p.texts[sid("SM", n)]["direction"], p.texts[sid("SM", n)]["status"] = number(1), "outbound-api", status
	}
	out(1, "delivered", time.Hour)
	out(2, "undelivered", time.Hour)
	out(3, "sent", 25*time.Hour)
	p.phones(sid("CA", 1), number(1), desk, "inbound", "completed", time.Hour)
	p.phones(sid("CA", 2), desk, deskPhone, "outbound-api", "no-answer", time.Hour)
	p.phones(sid("CA", 3), desk, number(1), "outbound-dial", "completed", time.Hour)
	stay := []string{sid("SM", 4), sid("SM", 5), sid("CA", 4), sid("CA", 5), sid("CA", 6)}
	out(4, "sent", time.Hour)
	out(5, "delivered", time.Minute)
	p.phones(sid("CA", 4), number(1), desk, "inbound", "in-progress", time.Hour)
	p.phones(sid("CA", 5), desk, number(1), "outbound-dial", "completed", time.Minute)
	p.phones(sid("CA", 6), number(1), desk, "inbound", "completed", time.Minute)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	channelstest.Eventually(t, "the others are gone", func() bool { return p.left() == len(stay) })
	if err := s.Stop(); err != nil || s.Intake.Attempts() != 0 {
		t.Errorf("%v, and the intake was asked", err)
	}
	for _, id := range stay {
		if p.texts[id] == nil && p.phoned[id] == nil {
			t.Errorf("%s is gone too early", id)
		}
	}
}

// A process that dies after any request that it makes, or before any message that it takes, is followed by another that
// finishes: nothing is lost, nothing is taken twice, and nothing stays at the provider.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	for step := 0; ; step++ {
		settings, p := open(t, nil)
		p.keeps(sid("SM", 1), number(1), "一通目", time.Hour)
		p.keeps(sid("MM", 2), number(2), "二通目", time.Hour, sid("ME", 1))
		p.speaks(sid("RE", 1), sid("CA", 1), number(3), time.Hour)
		intake := channelstest.NewIntake(channelstest.NewMailbox())
		files := &channelstest.Files{}
		var dying atomic.Bool
		broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if p.count() > step {
				dying.Store(true)
				panic(http.ErrAbortHandler) // from here on this process reaches nobody
			}
			p.ServeHTTP(w, r)
		}))
		first := map[string]string{}
		for k, v := range settings {
			first[k] = v
		}
		first["TWILIO_API_BASE"] = broken.URL
		run(t, first, intake, files, func() bool { return dying.Load() || p.left() == 0 })
		broken.Close()
		run(t, settings, intake, files, func() bool { return p.left() == 0 })
		if n := len(intake.Taken()); n != 4 {
			t.Fatalf("killed after %d requests: %d messages were taken", step, n)
		}
		if !dying.Load() {
			return // it had finished before it could be killed
		}
	}
}

func (p *provider) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// run is a process of the door that lives until done.
func run(t *testing.T, settings map[string]string, intake channels.Intake, files channels.Files, done func() bool) {
	t.Helper()
	log := &channelstest.Log{}
	c, err := phone.Kind.New(channels.Env{Intake: intake, Files: files, Desk: channelstest.NewDesk(), Now: time.Now, Log: slog.New(slog.NewJSONHandler(log, nil)), PublicURL: "https://desk.example",
		Setting: func(name string) string {
			if v, ok := settings[name]; ok {
				return v
			}
			return map[string]string{"SMS_REPLIES": "door"}[name]
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	channelstest.Eventually(t, "the process has done what it could", done)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, secret := range []string{number(1), number(3), "一通目", sid("SM", 1)} {
		if strings.Contains(log.String(), secret) {
			t.Error("the log holds something of a person")
		}
	}
}

// A provider that says it has deleted something, and has not, is asked again.
func TestDeletingIsVerified(t *testing.T) {
	settings, p := open(t, nil)
	p.keeps(sid("SM", 1), number(1), "消えない", time.Hour)
	p.sticky = true
	intake := channelstest.NewIntake(channelstest.NewMailbox())
	asked := func(what string) func() bool {
		return func() bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.asked) > 0 && p.asked[len(p.asked)-1] == what
		}
	}
	one := under + "/Messages/" + sid("SM", 1) + ".json"
	run(t, settings, intake, nil, asked("GET "+one))
	p.mu.Lock()
	p.sticky = false
	p.mu.Unlock()
	run(t, settings, intake, nil, func() bool { return p.left() == 0 })
	if n := len(intake.Taken()); n != 1 {
		t.Errorf("%d were taken", n)
	}
}

// Whatever somebody posts, the door answers and takes nothing that was not signed.
func FuzzHooks(f *testing.F) {
	settings := map[string]string{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token, "TWILIO_FROM": desk, "TWILIO_DESK": deskPhone,
		"TWILIO_API_BASE": "http://127.0.0.1:1", "SMS_REPLIES": "door"}
	intake := channelstest.NewIntake(channelstest.NewMailbox())
	c, err := phone.Kind.New(channels.Env{Intake: intake, Desk: channelstest.NewDesk(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Setting: func(name string) string { return settings[name] }, PublicURL: "https://desk.example"})
	if err != nil {
		f.Fatal(err)
	}
	mux := http.NewServeMux()
	c.Routes(mux)
	for _, seed := range []string{"MessageSid=SM1&From=%2B819000000001&Body=a", "CallSid=" + sid("CA", 1) + "&Digits=1", "a=1&a=2", "%zz", ";", "NumMedia=99&MediaUrl0=%00"} {
		f.Add("sms", seed, true)
		f.Add("voice/number?n=1", seed, false)
	}
	for _, step := range []string{"", "menu", "desk", "number", "check?t=AAAA", "window?n=x", "who?w=any", "recorded", "ring?t=%00", "accept?t=", "bridged",
		"recording?t=AAAA", "desk-status", "leg", "machine", "elsewhere"} {
		f.Add("voice/"+step, "CallSid="+sid("CA", 1)+"&From=%2B819000000001&Digits=09012345678", true)
		f.Add("voice/"+step, "CallSid="+sid("CA", 1)+"&From=anonymous&Digits=%23%2A&RecordingSid="+sid("RE", 1)+"&RecordingDuration=x&AnsweredBy=fax", true)
	}
	f.Add("status?t=AAAA", "MessageStatus=failed&ErrorCode=1e9", true)
	f.Fuzz(func(t *testing.T, hook, body string, signed bool) {
		u, err := url.Parse("https://desk.example/hooks/twilio/" + hook)
		if err != nil || u.Fragment != "" || strings.Contains(u.RequestURI(), "//") {
			return
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.URL = &url.URL{Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		v, parsed := url.ParseQuery(body)
		key := "another"
		if signed && parsed == nil {
			key = token
		}
		r.Header.Set("X-Twilio-Signature", sign(key, "https://desk.example"+r.URL.RequestURI(), v))
		before := intake.Attempts()
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code == 500 || key != token && intake.Attempts() != before {
			t.Errorf("%d, and %d were taken", w.Code, intake.Attempts()-before)
		}
		twice := false
		for _, x := range v {
			twice = twice || len(x) > 1
		}
		if twice && w.Code == 200 {
			t.Error("a parameter given twice passed")
		}
	})
}

// Whatever JSON is signed, the door answers, and takes nothing of nobody.
func FuzzJSON(f *testing.F) {
	settings := map[string]string{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token, "TWILIO_FROM": desk, "TWILIO_API_BASE": "http://127.0.0.1:1", "SMS_REPLIES": "door"}
	intake := channelstest.NewIntake(channelstest.NewMailbox())
	c, err := phone.Kind.New(channels.Env{Intake: intake, Desk: channelstest.NewDesk(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Setting: func(name string) string { return settings[name] }, PublicURL: "https://desk.example"})
	if err != nil {
		f.Fatal(err)
	}
	mux := http.NewServeMux()
	c.Routes(mux)
	for _, seed := range []string{`{}`, `{"MessageSid":"SM1","From":"+819000000001","Body":"a"}`, `{"From":"a","From":"b"}`, `[]`, `{"a":`, "null", `{"a":{"b":[1,{}]}} x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		target := fmt.Sprintf("/hooks/twilio/sms?bodySHA256=%x", sha256.Sum256(body))
		r := httptest.NewRequest("POST", target, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Twilio-Signature", sign(token, "https://desk.example"+target, nil))
		w := httptest.NewRecorder()
		before := intake.Attempts()
		mux.ServeHTTP(w, r)
		var object map[string]any
		if valid := json.Unmarshal(body, &object) == nil && object != nil; w.Code == 500 || w.Code == 200 && !valid || w.Code != 200 && intake.Attempts() != before {
			t.Errorf("%d for %q", w.Code, body)
		}
	})
}
