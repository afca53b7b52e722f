package phone_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

// exchange posts a webhook and returns the answer.
func exchange(t *testing.T, target, body, signature string, header http.Header) (int, string) {
	t.Helper()
	r, err := http.NewRequest("POST", target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		r.Header[k] = v
	}
	if signature != "" {
		r.Header.Set("X-Twilio-Signature", signature)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestDoor(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: phone.Kind, Name: "sms", Signed: true, Notice: true,
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) { s, p := open(t, nil); return s, p }})
}

func TestDoorWithFullReplies(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: phone.Kind, Name: "sms",
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) {
			s, p := open(t, map[string]string{"SMS_REPLIES": "full"})
			return s, p
		}})
}

func TestSignatures(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	target := s.URL + "/hooks/twilio/sms"
	good := form(channelstest.Inbound{ID: "SM1", From: 1, Text: "はい"})
	more := func(k, v string) string { return good.Encode() + "&" + k + "=" + v }
	for name, tt := range map[string]struct {
		target, body, signature string
		want                    int
	}{
		"none":                        {target, good.Encode(), "", 403},
		"of another host":             {target, good.Encode(), sign(token, "https://evil.example/hooks/twilio/sms", good), 403},
		"a parameter appended":        {target, more("Extra", "1"), sign(token, target, good), 403},
		"a parameter given twice":     {target, more("Body", "x"), sign(token, target, good), 403},
		"a query that was not signed": {target + "?a=b", good.Encode(), sign(token, target, good), 403},
		"with its query":              {target + "?a=b", good.Encode(), sign(token, target+"?a=b", good), 200},
		"too large":                   {target, strings.Repeat("a", 1<<20+1), "x", 413},
		"no sender":                   {target, "MessageSid=SM2", sign(token, target, url.Values{"MessageSid": {"SM2"}}), 400},
		"an empty body":               {target, "", sign(token, target, nil), 400},
	} {
		if got := post(t, tt.target, tt.body, tt.signature); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d messages were taken, want the one that was signed well", n)
	}
}

func TestStopAndStart(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	target := s.URL + "/hooks/twilio/sms"
	for i, tt := range []struct{ text, said, want string }{
		{"もういいです", "STOP", "out"}, {"はい", "START", "in"}, {"HELP", "HELP", ""}, // Twilio says what it has understood
		{" stop\n", "", "out"}, {"Unstop", "", "in"}, {"stop it", "", ""}, {"やめて", "", ""}, {"配信停止", "", "out"}, {"受信再開　", "", "in"},
		{"配信停止って何ですか", "", ""},
	} {
		v := form(channelstest.Inbound{ID: fmt.Sprint("SM", i), From: 1, Text: tt.text})
		if tt.said != "" {
			v.Set("OptOutType", tt.said)
		}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != 200 {
			t.Fatalf("%q: %d", tt.text, got)
		}
		words := slices.DeleteFunc(s.Intake.Taken(), func(m channels.Message) bool { return m.Kind == "voice" })
		if got := words[i]; got.Opt != tt.want || got.Text != tt.text {
			t.Errorf("%q: opted %q", tt.text, got.Opt)
		}
		other := slices.DeleteFunc(s.Intake.Taken(), func(m channels.Message) bool { return m.Kind == "sms" })
		if last := len(other) - 1; tt.want != "" && (last < 0 || other[last].Opt != tt.want || other[last].Text != "" ||
			!other[last].From.Same(channels.NewAddress("voice", number(1), nil))) {
			t.Errorf("%q: who has called from there was not opted %s", tt.text, tt.want)
		}
	}
}

func TestWhoHasNoNumberIsHeard(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	target := s.URL + "/hooks/twilio/sms"
	v := form(channelstest.Inbound{ID: "SM1", From: 1, Text: "番号なし"})
	v.Set("From", "Anonymous")
	if got := post(t, target, v.Encode(), sign(token, target, v)); got != 200 || len(s.Intake.Taken()) != 1 {
		t.Fatalf("%d", got)
	}
}

func TestWhatBecameOfAMessage(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	alive, _ := p.Address()
	reply := channelstest.Reply("status")
	if _, err := s.Channel.Send(t.Context(), alive, reply); err != nil {
		t.Fatal(err)
	}
	target := p.callbacks[0]
	if strings.Contains(target, number(1)[1:]) || strings.Contains(target, reply.ID) {
		t.Error("the address of the status tells whose it is")
	}
	for _, status := range []string{"queued", "sent", "delivered", "delivered", "undelivered"} {
		v := url.Values{"MessageSid": {"SM9"}, "MessageStatus": {status}, "To": {number(7)}, "From": {desk}, "ErrorCode": {"30005"}}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != http.StatusNoContent {
			t.Errorf("%s: %d", status, got)
		}
	}
	taken := s.Intake.Taken()
	if len(taken) != 2 || taken[0].Status.Status != "delivered" || taken[1].Status.Status != "failed" ||
		taken[1].Status.Detail != "unknown_number" || taken[0].Status.ReplyID != reply.ID || !taken[0].From.Same(alive) {
		t.Errorf("%d statuses were taken", len(taken))
	}
}

func TestWhatTheProviderAnswers(t *testing.T) {
	for _, status := range []int{429, 500, 503, 401} {
		settings, p := open(t, nil)
		s := channelstest.Open(t, phone.Kind, settings, nil)
		p.mu.Lock()
		p.fail = status
		p.mu.Unlock()
		alive, _ := p.Address()
		_, err := s.Channel.Send(t.Context(), alive, channelstest.Reply("x"))
		if _, undeliverable := err.(*channels.Undeliverable); err == nil || undeliverable || strings.Contains(err.Error(), number(1)) {
			t.Errorf("%d: %v", status, err)
		}
	}
}
