package phone_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "authtoken0123"
	desk    = "+815000000000"
	gone    = "+819000000999"
)

// provider stands for Twilio: strict about what its API describes.
type provider struct {
	mu        sync.Mutex
	delivered []channelstest.Outbound
	callbacks []string
	fail      int
	mistakes  []string
}

func open(t *testing.T, settings map[string]string) (map[string]string, *provider) {
	p := &provider{}
	server := httptest.NewServer(http.HandlerFunc(p.create))
	t.Cleanup(server.Close)
	all := map[string]string{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token, "TWILIO_FROM": desk, "TWILIO_API_BASE": server.URL}
	for k, v := range settings {
		all[k] = v
	}
	t.Cleanup(func() {
		for _, m := range p.mistakes {
			t.Error("Twilio would refuse: " + m)
		}
	})
	return all, p
}

// create is POST /2010-04-01/Accounts/{Sid}/Messages.json.
func (p *provider) create(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	complain := func(what string) { p.mistakes = append(p.mistakes, what) }
	user, pass, _ := r.BasicAuth()
	if r.Method != http.MethodPost || r.URL.Path != "/2010-04-01/Accounts/"+account+"/Messages.json" {
		complain(r.Method + " " + r.URL.Path)
	}
	if user != account || pass != token {
		complain("the credentials")
	}
	if r.ParseForm() != nil || r.PostForm.Get("Body") == "" || len([]rune(r.PostForm.Get("Body"))) > 1600 || r.PostForm.Get("From") != desk {
		complain("the form")
	}
	if r.PostForm.Get("ContentRetention") != "discard" || r.PostForm.Get("AddressRetention") != "obfuscate" {
		complain("what Twilio may keep")
	}
	for k := range r.PostForm {
		if !slices.Contains([]string{"To", "From", "Body", "ContentRetention", "AddressRetention", "StatusCallback"}, k) {
			complain("the parameter " + k)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	to := r.PostForm.Get("To")
	switch {
	case p.fail != 0:
		w.WriteHeader(p.fail)
		fmt.Fprintf(w, `{"code":20500,"message":"failed for %s","status":%d}`, to, p.fail)
	case to == gone:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":21211,"message":"The 'To' number %s is not a valid phone number.","more_info":"","status":400}`, to)
	default:
		p.delivered = append(p.delivered, channelstest.Outbound{To: to, Text: r.PostForm.Get("Body")})
		p.callbacks = append(p.callbacks, r.PostForm.Get("StatusCallback"))
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"sid":"SM00000000000000000000000000000001","status":"queued"}`)
	}
}

func number(n int) string { return fmt.Sprintf("+8190000000%02d", n) }

func form(m channelstest.Inbound) url.Values {
	return url.Values{"MessageSid": {m.ID}, "SmsSid": {m.ID}, "AccountSid": {account}, "From": {number(m.From)}, "To": {desk},
		"Body": {m.Text}, "NumMedia": {"0"}, "FromCity": {"ASAHIKAWA"}, "FromCountry": {"JP"}}
}

// sign is Twilio's signature: the URL and every parameter in order of its name.
func sign(key, target string, v url.Values) string {
	names := make([]string, 0, len(v))
	for k := range v {
		names = append(names, k)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(target)
	for _, k := range names {
		b.WriteString(k + v.Get(k))
	}
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func post(t *testing.T, target, body, signature string) int {
	t.Helper()
	r, err := http.NewRequest("POST", target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if signature != "" {
		r.Header.Set("X-Twilio-Signature", signature)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func (p *provider) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	target := s.URL + "/hooks/twilio/sms"
	return post(t, target, form(m).Encode(), sign(token, target, form(m))) == http.StatusOK
}

func (p *provider) Forge(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	target := s.URL + "/hooks/twilio/sms"
	return post(t, target, form(m).Encode(), sign("another token", target, form(m))) == http.StatusOK
}

func (p *provider) Delivered() []channelstest.Outbound {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.delivered)
}

func (p *provider) Address() (alive, dead channels.Address) {
	return channels.NewAddress("sms", number(1), nil), channels.NewAddress("sms", gone, nil)
}

func TestDoor(t *testing.T) {
	channelstest.Run(t, channelstest.Fixture{Kind: phone.Kind, Name: "sms", Notice: true,
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
		{" stop\n", "", "out"}, {"Unstop", "", "in"}, {"stop it", "", ""}, {"やめて", "", ""},
	} {
		v := form(channelstest.Inbound{ID: fmt.Sprint("SM", i), From: 1, Text: tt.text})
		if tt.said != "" {
			v.Set("OptOutType", tt.said)
		}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != 200 {
			t.Fatalf("%q: %d", tt.text, got)
		}
		if got := s.Intake.Taken()[i]; got.Opt != tt.want || got.Text != tt.text {
			t.Errorf("%q: opted %q", tt.text, got.Opt)
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
	for _, status := range []string{"queued", "sent", "delivered", "delivered", "undelivered"} {
		v := url.Values{"MessageSid": {"SM9"}, "MessageStatus": {status}, "To": {number(1)}, "From": {desk}}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != http.StatusNoContent {
			t.Errorf("%s: %d", status, got)
		}
	}
	taken := s.Intake.Taken()
	if len(taken) != 2 || taken[0].Status.Status != "delivered" || taken[1].Status.Status != "failed" ||
		taken[0].Status.ReplyID != reply.ID || !taken[0].From.Same(alive) {
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
