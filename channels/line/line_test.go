package line_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

const (
	secret = "0123456789abcdef0123456789abcdef"
	token  = "channel-access-token"
	gone   = "Uffffffffffffffffffffffffffffffff"
)

func user(n int) string { return fmt.Sprintf("U%032x", n) }

// event is a message event as LINE sends it.
func event(m channelstest.Inbound, redelivery bool) map[string]any {
	return map[string]any{
		"type": "message", "mode": "active", "timestamp": time.Now().UnixMilli(), "webhookEventId": m.ID, "replyToken": "reply-" + user(m.From) + "-" + m.ID,
		"source": map[string]any{"type": "user", "userId": user(m.From)}, "deliveryContext": map[string]any{"isRedelivery": redelivery},
		"message": map[string]any{"type": "text", "id": m.ID, "text": m.Text, "quoteToken": "q"},
	}
}

func body(t *testing.T, events ...any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"destination": "Udesk", "events": events})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sign(key string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func post(t *testing.T, s *channelstest.Site, body []byte, signatures ...string) int {
	t.Helper()
	r, err := http.NewRequest("POST", s.URL+"/hooks/line", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, sig := range signatures {
		r.Header.Add("X-Line-Signature", sig)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func (p *provider) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	b := body(t, event(m, false))
	return post(t, s, b, sign(secret, b)) == http.StatusOK
}

func (p *provider) Forge(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	b := body(t, event(m, false))
	return post(t, s, b, sign("another secret", b)) == http.StatusOK
}

func (p *provider) Request(t *testing.T, s *channelstest.Site, m channelstest.Inbound) channelstest.Request {
	b := body(t, event(m, false))
	return channelstest.Request{URL: s.URL + "/hooks/line", Body: b, Signature: "X-Line-Signature", Header: http.Header{"X-Line-Signature": {sign(secret, b)}}}
}

func (p *provider) Delivered() []channelstest.Outbound {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]channelstest.Outbound(nil), p.delivered...)
}

func (p *provider) Address() (alive, dead channels.Address) {
	return channels.NewAddress("line", user(1), nil), channels.NewAddress("line", gone, nil)
}

func TestDoor(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: line.Kind, Name: "line", Signed: true, Once: true, Notice: true,
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) { s, p := open(t, nil); return s, p }})
}

func TestDoorWithFullReplies(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: line.Kind, Name: "line", Once: true,
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) {
			s, p := open(t, map[string]string{"LINE_REPLIES": "full"})
			return s, p
		}})
}

func TestSignaturesAreJudgedBeforeAnythingIsRead(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	good := body(t, event(channelstest.Inbound{ID: "e1", From: 1, Text: "はい"}, false))
	large := bytes.Repeat([]byte("a"), 1<<20+1)
	one := body(t, event(channelstest.Inbound{ID: "e2", From: 1, Text: strings.Repeat("a", 1<<20)}, false))
	for name, tt := range map[string]struct {
		body       []byte
		signatures []string
		want       int
	}{
		"none":                       {good, nil, 401},
		"empty":                      {good, []string{""}, 401},
		"short":                      {good, []string{sign(secret, good)[:20]}, 401},
		"no base64":                  {good, []string{"%%%"}, 401},
		"two":                        {good, []string{sign(secret, good), sign(secret, good)}, 401},
		"of other bytes":             {good, []string{sign(secret, append(good, ' '))}, 401},
		"wrong, over what is broken": {[]byte("{"), []string{sign("x", []byte("{"))}, 401},
		"right, over what is broken": {[]byte("{"), []string{sign(secret, []byte("{"))}, 400},
		"too large":                  {large, []string{sign(secret, large)}, 413},
		"too large for one":          {one, []string{sign(secret, one)}, 413},
		"too large of anybody else":  {large, []string{"x"}, 413},
		"no events":                  {body(t), []string{sign(secret, body(t))}, 200},
		"with spaces":                {append([]byte(" \n"), good...), []string{sign(secret, append([]byte(" \n"), good...))}, 200},
	} {
		if got := post(t, s, tt.body, tt.signatures...); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d messages were taken, want the one that was signed well", n)
	}
}

func TestTwoSecretsLiveDuringARotation(t *testing.T) {
	settings, _ := open(t, map[string]string{"LINE_SECRET": "new-secret", "LINE_SECRET_OLD": secret})
	s := channelstest.Open(t, line.Kind, settings, nil)
	for i, key := range []string{"new-secret", secret, "older"} {
		b := body(t, event(channelstest.Inbound{ID: fmt.Sprint("r", i), From: 1, Text: "はい"}, false))
		if got, want := post(t, s, b, sign(key, b)), map[string]int{"older": 401}[key]; got != max(want, 200) {
			t.Errorf("secret %d: %d", i, got)
		}
	}
}

func TestOneBadEventDoesNotTakeTheOthersWithIt(t *testing.T) {
	settings, p := open(t, nil)
	p.notYet["1image"] = 1 << 30 // its file follows in another test
	s := channelstest.Open(t, line.Kind, settings, nil)
	in := func(id, text string) map[string]any {
		return event(channelstest.Inbound{ID: id, From: 1, Text: text}, false)
	}
	other := func(kind string, more map[string]any) map[string]any {
		e := in(kind, "")
		more["type"], more["id"] = kind, "1"+kind
		e["message"] = more
		return e
	}
	first := in("a", "一つ目") // each is stamped when it is made, and they are taken in that order
	empty := in("null", "")
	empty["message"] = nil
	group := in("g", "グループ")
	group["source"] = map[string]any{"type": "group", "groupId": "C1", "userId": user(1)}
	sticker := other("sticker", map[string]any{"packageId": "1", "stickerId": "2"})
	image := other("image", map[string]any{"contentProvider": map[string]any{"type": "line"}})
	hologram := other("hologram", map[string]any{})
	odd := in("odd", "")
	odd["message"], odd["deliveryContext"] = []any{"?"}, "?"
	unnamed := in("", "名前のない出来事")
	unnamed["webhookEventId"] = "x"
	b := body(t, first, 7, map[string]any{"type": 3}, empty, group,
		map[string]any{"type": "follow", "webhookEventId": "f", "source": map[string]any{"type": "user", "userId": user(1)}},
		map[string]any{"type": "somethingNew", "webhookEventId": "n"}, sticker, image, hologram, odd, unnamed, in("b", "二つ目"))
	if got := post(t, s, b, sign(secret, b)); got != 200 {
		t.Fatalf("status %d", got)
	}
	var texts []string
	for _, m := range s.Intake.Taken() {
		texts = append(texts, m.Text)
	}
	if got := strings.Join(texts, "|"); !strings.HasPrefix(got, "一つ目|") || !strings.HasSuffix(got, "|二つ目") ||
		!strings.Contains(got, "[スタンプ]|[写真]|[読めない形式のメッセージ]|[読めない形式のメッセージ]|名前のない出来事|") || strings.Contains(got, "グループ") {
		t.Errorf("taken: %s", got)
	}
}

func TestEventsAreTakenInTheOrderOfTheirSending(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	now := time.Now()
	var events []any
	for i, before := range []time.Duration{0, 2 * time.Second, time.Second, time.Second, -time.Hour} {
		e := event(channelstest.Inbound{ID: fmt.Sprint("o", i), From: 1, Text: fmt.Sprint(i)}, false)
		e["timestamp"] = now.Add(-before).UnixMilli()
		events = append(events, e)
	}
	untimed := event(channelstest.Inbound{ID: "untimed", From: 1, Text: "5"}, false)
	untimed["timestamp"] = 0
	b := body(t, append(events, untimed)...)
	if got := post(t, s, b, sign(secret, b)); got != 200 {
		t.Fatalf("status %d", got)
	}
	got := ""
	for _, m := range s.Intake.Taken() {
		got += m.Text
		if age := time.Since(m.At); age < 0 || age > time.Minute {
			t.Errorf("message %s is %v old", m.Text, age)
		}
	}
	if got != "123045" {
		t.Errorf("taken in the order %s", got)
	}
}

func TestALateRedeliveryIsMarkedAndOld(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	e := event(channelstest.Inbound{ID: "late", From: 1, Text: "おくれて"}, true)
	e["timestamp"] = time.Now().Add(-6 * 24 * time.Hour).UnixMilli()
	b := body(t, e)
	if got := post(t, s, b, sign(secret, b)); got != 200 {
		t.Fatalf("status %d", got)
	}
	m := s.Intake.Taken()[0]
	if age := time.Since(m.At); !m.Late || age < 143*time.Hour || age > 145*time.Hour {
		t.Errorf("late %v, %v ago", m.Late, age)
	}
}

func TestWhatTheProviderAnswers(t *testing.T) {
	for status, final := range map[int]bool{429: false, 500: false, 503: false, 401: false, 400: true} {
		settings, p := open(t, nil)
		s := channelstest.Open(t, line.Kind, settings, nil)
		p.mu.Lock()
		p.fail = status
		p.mu.Unlock()
		alive, _ := p.Address()
		_, err := s.Channel.Send(t.Context(), alive, channelstest.Reply("x"))
		if _, undeliverable := err.(*channels.Undeliverable); err == nil || undeliverable != final {
			t.Errorf("%d: %v", status, err)
		}
		if strings.Contains(fmt.Sprint(err), user(1)) || strings.Contains(fmt.Sprint(err), "busy") {
			t.Errorf("%d: the error holds what the provider said", status)
		}
	}
}

// LINE counts UTF-16 units. What it cannot carry goes out as a notice, and is never cut.
func TestLongReplyIsANotice(t *testing.T) {
	settings, p := open(t, map[string]string{"LINE_REPLIES": "full"})
	s := channelstest.Open(t, line.Kind, settings, nil)
	alive, _ := p.Address()
	for i, text := range []string{strings.Repeat("長", 5000), strings.Repeat("🙂", 2501)} {
		r := channelstest.Reply(fmt.Sprint("long", i))
		r.Text = text
		if _, err := s.Channel.Send(t.Context(), alive, r); err != nil {
			t.Fatal(err)
		}
		if got := p.Delivered()[i].Text; i == 0 && got != text || i == 1 && (strings.Contains(got, "🙂") || !strings.Contains(got, r.Link)) {
			t.Errorf("text %d went out in %d characters", i, len([]rune(got)))
		}
	}
}

func TestUrgentNoticeMayCarrySafetyLines(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	alive, _ := p.Address()
	r := channelstest.Reply("urgent")
	r.Urgent = true
	if _, err := s.Channel.Send(context.Background(), alive, r); err != nil {
		t.Fatal(err)
	}
	if got := p.Delivered()[0].Text; got != "お知らせが1件あります。7日以内にご覧ください。 "+r.Link+"\n命の危険があるときは、待たずに119・110へ。" {
		t.Errorf("notice %q", got)
	}
}
