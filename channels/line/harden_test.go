package line_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

func TestAThousandForgedOrDamagedRequestsAreNothing(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	good := body(t, event(channelstest.Inbound{ID: "1", From: 1, Text: "ほんもの"}, false))
	right := sign(secret, good)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		b, signatures := slices.Clone(good), []string{right}
		switch i % 8 {
		case 0:
			b[r.IntN(len(b))] ^= byte(1 << r.IntN(8))
		case 1:
			b = b[:r.IntN(len(b))]
		case 2:
			signatures[0] = sign(fmt.Sprint("secret", i), b)
		case 3:
			signatures[0] = right[:r.IntN(len(right))]
		case 4:
			signatures[0] = strings.ToLower(right)
		case 5:
			signatures = append(signatures, right)
		case 6:
			signatures = nil
		case 7:
			signatures[0] = "sha256=" + right
		}
		if got := post(t, s, b, signatures...); got != http.StatusUnauthorized {
			t.Fatalf("request %d: %d", i, got)
		}
	}
	if s.Intake.Attempts() != 0 || len(p.asked) != 0 {
		t.Error("something was taken")
	}
}

// A message is one however it is brought: again, at once, with others, as a redelivery.
func TestAHundredReplaysAreOneMessage(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	var events []any
	for i := range 10 {
		events = append(events, event(channelstest.Inbound{ID: fmt.Sprint("m", i), From: 1 + i%3, Text: fmt.Sprint("言葉", i)}, false))
	}
	var all sync.WaitGroup
	for i := range 100 {
		some := slices.Clone(events)
		if i%3 == 0 {
			some = some[i%10:]
		}
		if i%2 == 0 {
			for j, e := range some {
				again := map[string]any{}
				for k, v := range e.(map[string]any) {
					again[k] = v
				}
				again["deliveryContext"], again["webhookEventId"] = map[string]any{"isRedelivery": true}, fmt.Sprint("again", i, j)
				some[j] = again
			}
		}
		b := body(t, some...)
		all.Go(func() {
			if got := post(t, s, b, sign(secret, b)); got != 200 {
				t.Errorf("status %d", got)
			}
		})
	}
	all.Wait()
	if n := len(s.Intake.Taken()); n != 10 {
		t.Errorf("%d messages", n)
	}
}

// The signature is of the bytes as they came, however JSON may be written.
func TestBodiesAsLINEWritesThem(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	const form = `{ "destination":"U0", "new":{"a":[1,null]},
	  "events":[ {"type":"message","mode":"active","timestamp":1,"webhookEventId":"e%d","replyToken":"t","later":true,
	  "source":{"userId":"U1","type":"user"},"deliveryContext":{"isRedelivery":false},"message":{"id":"%d","type":"text","text":"%s","emojis":[{"index":0}]}}]}`
	for i, tt := range []struct{ raw, want string }{
		{`👩‍👩‍👧だよ`, "👩‍👩‍👧だよ"},
		{`\u305f\u3059\u3051\u3066`, "たすけて"},
		{`\ud83d\ude2d\/`, "😭/"},
		{`一\n二\t\"三\"`, "一\n二\t\"三\""},
		{`<&>\u003c`, "<&><"},
	} {
		b := fmt.Appendf(nil, form, i, i, tt.raw)
		if got := post(t, s, b, sign(secret, b)); got != 200 {
			t.Errorf("body %d: status %d", i, got)
		} else if got := s.Intake.Taken()[i].Text; got != tt.want {
			t.Errorf("body %d: %q", i, got)
		}
	}
}

func TestTheOldSecretEndsWithItsSetting(t *testing.T) {
	for _, tt := range []struct {
		now, old string
		want     map[string]int
	}{
		{"new", "old", map[string]int{"new": 200, "old": 200, "older": 401, "": 401}},
		{"new", "", map[string]int{"new": 200, "old": 401, "": 401}},
		{"new, old", "", map[string]int{"new": 200, "old": 200, "": 401}},
	} {
		settings, _ := open(t, map[string]string{"LINE_SECRET": tt.now, "LINE_SECRET_OLD": tt.old})
		s := channelstest.Open(t, line.Kind, settings, nil)
		for key, want := range tt.want {
			b := body(t)
			if got := post(t, s, b, sign(key, b)); got != want {
				t.Errorf("%q, %q: a request under %q: %d", tt.now, tt.old, key, got)
			}
		}
	}
	settings, _ := open(t, nil)
	for name, change := range map[string][2]string{"no secret": {"LINE_SECRET", " , "}, "three": {"LINE_SECRET_OLD", "a,b"}, "no folder": {"LINE_SPOOL", ""},
		"another way": {"LINE_REPLIES", "x"}, "a file": {"LINE_DATA_API_BASE", "file:///etc"}} {
		env := channels.Env{Setting: func(n string) string {
			if n == change[0] {
				return change[1]
			}
			if n == "LINE_REPLIES" {
				return "door"
			}
			return settings[n]
		}}
		if _, err := line.Kind.New(env); err == nil || !strings.HasPrefix(err.Error(), "LINE_") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What shows on a locked screen is the catalogue's text and nothing else.
func TestTheNoticeIsTheCatalogues(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	alive, _ := p.Address()
	r := channelstest.Reply("x")
	if _, err := s.Channel.Send(t.Context(), alive, r); err != nil {
		t.Fatal(err)
	}
	want := `{"to":"` + user(1) + `","messages":[{"type":"template","altText":"お知らせが1件あります。7日以内にご覧ください。","template":{"type":"buttons",` +
		`"text":"お知らせが1件あります。7日以内にご覧ください。","actions":[{"type":"uri","label":"開く","uri":"` + r.Link + `"}]}}],` +
		`"notificationDisabled":false,"customAggregationUnits":[]}`
	var got, expected any
	if json.Unmarshal(p.raw[0], &got) != nil || json.Unmarshal([]byte(want), &expected) != nil || fmt.Sprint(got) != fmt.Sprint(expected) {
		t.Errorf("LINE was told %s", p.raw[0])
	}
}

// Whatever a genuine request holds, the door answers, and 200 means that it is heard.
func FuzzWebhook(f *testing.F) {
	f.Add([]byte(`{"events":[]}`))
	f.Add([]byte(`{"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{"type":"text","id":"1","text":"a"}}]}`))
	f.Add([]byte(`{"events":[{"type":"unsend","source":{"type":"user","userId":"U1"},"webhookEventId":"e","unsend":{"messageId":"1"}},{"type":3},null]}`))
	f.Add([]byte(`{"events":[{"type":"message","timestamp":1e99,"source":{"type":"user","userId":"U1"},"message":{"type":"location","id":"1","latitude":"x"}}]}`))
	f.Add([]byte(`{"events":[{"type":"message","source":{"type":"user","userId":"U1"},"message":{"type":"image","id":"../x","contentProvider":{"type":"line"}}}]}`))
	intake := channelstest.NewIntake(channelstest.NewMailbox())
	settings := map[string]string{"LINE_SECRET": secret, "LINE_TOKEN": token, "LINE_API_BASE": "http://127.0.0.1:1", "LINE_DATA_API_BASE": "http://127.0.0.1:1",
		"LINE_REPLIES": "door", "LINE_SPOOL": f.TempDir()}
	door, err := line.Kind.New(channels.Env{Intake: intake, Files: &channelstest.Files{}, Desk: channelstest.NewDesk(), Now: time.Now,
		Setting: func(n string) string { return settings[n] }, Log: slog.New(slog.DiscardHandler), PublicURL: "https://desk.example"})
	if err != nil {
		f.Fatal(err)
	}
	mux := http.NewServeMux()
	door.Routes(mux)
	f.Fuzz(func(t *testing.T, b []byte) {
		r := httptest.NewRequest("POST", "/hooks/line", bytes.NewReader(b))
		r.Header.Set("X-Line-Signature", sign(secret, b))
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, r)
		if w.Code != 200 && w.Code != 400 {
			t.Errorf("status %d", w.Code)
		}
		for _, m := range intake.Taken() {
			if m.ID == "" || m.From.IsZero() {
				t.Fatal("a message of nobody")
			}
		}
	})
}
