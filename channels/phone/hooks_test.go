package phone_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

func sid(kind string, n int) string { return fmt.Sprintf("%s%032x", kind, n) }

// The signature covers the configured public URL, wherever the request really arrived and whatever a proxy says.
func TestBehindAProxy(t *testing.T) {
	for _, public := range []string{"https://madoguchi.example", "https://madoguchi.example:8443", "https://city.example/kodomo"} {
		settings, _ := open(t, nil)
		intake := channelstest.NewIntake(channelstest.NewMailbox())
		values := func(name string) string {
			if v, ok := settings[name]; ok {
				return v
			}
			return map[string]string{"SMS_REPLIES": "door"}[name]
		}
		log := &channelstest.Log{}
		c, err := phone.Kind.New(channels.Env{Intake: intake, Desk: channelstest.NewDesk(), Now: time.Now, Setting: values, PublicURL: public,
			Log: slog.New(slog.NewJSONHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		mux := http.NewServeMux()
		c.Routes(mux)
		server := httptest.NewServer(mux)
		t.Cleanup(server.Close)
		v := form(channelstest.Inbound{ID: "SM1", From: 1, Text: "はい"})
		const path = "/hooks/twilio/sms"
		spoofed := http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"evil.example"}, "X-Original-Webhook-Url": {"https://evil.example" + path},
			"X-Forwarded-Prefix": {"/evil"}, "Forwarded": {"host=evil.example;proto=https"}}
		afterwards := false // the house was told, and the log says so from then on
		for _, tt := range []struct {
			name, at, signed string
			header           http.Header
			want             int
		}{
			{"as configured", path, public + path, nil, 200},
			{"as configured, spoofed", path, public + path, spoofed, 200},
			{"with a query", path + "?a=b&c=%E3%81%82", public + path + "?a=b&c=%E3%81%82", nil, 200},
			{"with its port", path, withPort(public) + path, nil, 200},
			{"with another port", path, strings.Replace(withPort(public), ":", ":1", 2) + path, nil, 403},
			{"as it arrived", path, server.URL + path, nil, 403},
			{"as it arrived, spoofed", path, "https://evil.example" + path, spoofed, 403},
			{"without TLS", path, strings.Replace(public, "https", "http", 1) + path, nil, 403},
			{"another query", path + "?a=c", public + path + "?a=b", nil, 403},
			{"a slash more, unsigned", path, public + path + "/", nil, 403},
			{"a digest of a body", path + "?bodySHA256=00", public + path + "?bodySHA256=00", nil, 403},
		} {
			if got, _ := exchange(t, server.URL+tt.at, v.Encode(), sign(token, tt.signed, v), tt.header); got != tt.want {
				t.Errorf("%s, %s: %d, want %d", public, tt.name, got, tt.want)
			}
			if told := strings.Contains(log.String(), "another address"); told != (tt.name == "as it arrived" || told && afterwards) {
				t.Errorf("%s, %s: the house was told %v", public, tt.name, told)
			} else if told {
				afterwards = true
			}
		}
		if got, _ := exchange(t, server.URL+path, `{"MessageSid":"SM3","From":"+81900000001"}`, sign(token, public+path, nil), http.Header{"Content-Type": {"application/json"}}); got != 403 {
			t.Errorf("JSON: %d", got)
		}
		if n := len(intake.Taken()); n != 1 {
			t.Errorf("%d were taken", n)
		}
	}
}

// withPort is an address that names its port, as Twilio may write it.
func withPort(public string) string {
	u, err := url.Parse(public)
	if err != nil || u.Port() != "" {
		return public
	}
	u.Host += ":443"
	return u.String()
}

// Twilio signs what is no form by the URL, which holds the body's digest.
func TestBodiesThatAreSignedByTheirDigest(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	const good = `{"MessageSid":"SM1","From":"+819000000001","Body":"はい","NumMedia":"0","Flags":[1,{"Body":"x"}]}`
	const asForm = "MessageSid=SM2&From=%2B819000000001&Body=a"
	digest := func(body string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(body))) }
	for name, tt := range map[string]struct {
		query, kind, body string
		want              int
	}{
		"as it is":             {"bodySHA256=" + digest(good), "application/json; charset=utf-8", good, 200},
		"a form":               {"bodySHA256=" + digest(asForm), "application/x-www-form-urlencoded", asForm, 200},
		"another body":         {"bodySHA256=" + digest(good), "application/json", strings.Replace(good, "はい", "いや", 1), 403},
		"more than one":        {"bodySHA256=" + digest(good+good), "application/json", good + good, 403},
		"two digests":          {"bodySHA256=" + digest(good) + "&bodySHA256=" + digest("{}"), "application/json", good, 403},
		"an empty digest":      {"bodySHA256=", "application/json", good, 403},
		"no digest":            {"a=b", "application/json", good, 403},
		"an empty body":        {"bodySHA256=" + digest(good), "application/json", "", 403},
		"a name twice":         {"bodySHA256=" + digest(`{"From":"a","From":"b"}`), "application/json", `{"From":"a","From":"b"}`, 403},
		"a list":               {"bodySHA256=" + digest(`["From"]`), "application/json", `["From"]`, 403},
		"something else":       {"bodySHA256=" + digest(good), "text/plain", good, 403},
		"a form's name twice":  {"bodySHA256=" + digest(asForm+"&Body=b"), "application/x-www-form-urlencoded", asForm + "&Body=b", 403},
		"nothing that is ours": {"bodySHA256=" + digest("{}"), "application/json", "{}", 400},
	} {
		target := s.URL + "/hooks/twilio/sms?" + tt.query
		header := http.Header{"Content-Type": {tt.kind}}
		if got, _ := exchange(t, target, tt.body, sign(token, target, nil), header); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
		if got, _ := exchange(t, target, tt.body, sign("another token", target, nil), header); got != 403 {
			t.Errorf("%s, signed by another: %d", name, got)
		}
	}
	if taken := s.Intake.Taken(); len(taken) != 2 {
		t.Errorf("%d were taken", len(taken))
	}
}

func TestTwoTokensWhileOneIsReplaced(t *testing.T) {
	settings, _ := open(t, map[string]string{"TWILIO_AUTH_TOKEN_OLD": "theoldtoken99"})
	s := channelstest.Open(t, phone.Kind, settings, nil)
	target := s.URL + "/hooks/twilio/sms"
	for i, key := range []string{token, "theoldtoken99", "anothertoken1", ""} {
		v := form(channelstest.Inbound{ID: fmt.Sprint("SM", i), From: 1, Text: "はい"})
		if got, want := post(t, target, v.Encode(), sign(key, target, v)), []int{200, 200, 403, 403}[i]; got != want {
			t.Errorf("token %d: %d, want %d", i, got, want)
		}
	}
}

// A thousand forged or damaged requests, to every hook, come to nothing.
func TestForgeries(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	random := rand.New(rand.NewPCG(1, 2))
	hooks := []string{"sms", "status?t=AAAA", "voice", "voice/menu", "voice/who?w=any", "voice/recorded", "voice/recording?t=AAAA", "voice/leg?t=AAAA",
		"voice/machine?t=AAAA", "voice/accept?t=AAAA"}
	for i := range 1000 {
		target := s.URL + "/hooks/twilio/" + hooks[i%len(hooks)]
		v := form(channelstest.Inbound{ID: sid("SM", i), From: 1, Text: "にせもの"})
		v.Set("CallSid", sid("CA", i))
		v.Set("RecordingSid", sid("RE", i))
		good := sign(token, target, v)
		body, signature := v.Encode(), good
		switch i / len(hooks) % 6 {
		case 0:
			signature = sign("another token", target, v)
		case 1:
			signature = ""
		case 2: // one bit of the signature
			b := []byte(good)
			b[random.IntN(len(b)-1)] ^= 1 << random.IntN(3)
			signature = string(b)
		case 3:
			body = strings.Replace(body, "From=%2B8190", "From=%2B8170", 1)
		case 4:
			body += "&Body=x"
		case 5:
			signature = sign(token, target+"x", v)
		}
		if got := post(t, target, body, signature); got != 403 {
			t.Errorf("forgery %d: %d", i, got)
		}
	}
	if s.Intake.Attempts() != 0 {
		t.Error("the intake was asked")
	}
}

// The same webhook a hundred times at once is one message, whatever the header of the provider's own repetition says.
func TestReplays(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	target := s.URL + "/hooks/twilio/sms"
	v := form(channelstest.Inbound{ID: sid("SM", 1), From: 1, Text: "一度だけ"})
	p.keeps(sid("SM", 1), number(1), "一度だけ", 0)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if got, _ := exchange(t, target, v.Encode(), sign(token, target, v), http.Header{"I-Twilio-Idempotency-Token": {fmt.Sprint(i)}}); got != 200 {
				t.Errorf("%d", got)
			}
		})
	}
	wg.Wait()
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d were taken", n)
	}
	channelstest.Eventually(t, "it is deleted at the provider", func() bool { return p.left() == 0 })
}

// Nothing of where somebody is or what the phone company calls them is kept; a long message is one.
func TestWhatATextMessageBrings(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	long := strings.Repeat("長い文です。", 200)
	target, v := s.URL+"/hooks/twilio/sms", form(channelstest.Inbound{ID: "SM1", From: 1, Text: long})
	v.Set("NumSegments", "18")
	if got := post(t, target, v.Encode(), sign(token, target, v)); got != 200 {
		t.Fatal(got)
	}
	m := s.Intake.Taken()[0]
	if all := fmt.Sprintf("%+v", m); m.Text != long || strings.Contains(all, "ASAHIKAWA") || strings.Contains(all, "SATO") || strings.Contains(all, "0700000") {
		t.Error("it brings more than the words")
	}
}

// A picture comes from the API by its id and from nowhere else, whatever address the webhook gives.
func TestPictures(t *testing.T) {
	outside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host was asked") }))
	defer outside.Close()
	settings, p := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	p.keeps(sid("MM", 1), number(1), "見て", 0, sid("ME", 1))
	target := s.URL + "/hooks/twilio/sms"
	bring := func(id, text string, urls ...string) int {
		v := form(channelstest.Inbound{ID: id, From: 1, Text: text})
		v.Set("NumMedia", fmt.Sprint(len(urls)))
		for i, u := range urls {
			v.Set(fmt.Sprint("MediaUrl", i), u)
			v.Set(fmt.Sprint("MediaContentType", i), "image/jpeg")
		}
		return post(t, target, v.Encode(), sign(token, target, v))
	}
	if got := bring(sid("MM", 1), "見て", outside.URL+"/2010-04-01/Accounts/"+account+"/Messages/"+sid("MM", 1)+"/Media/"+sid("ME", 1)); got != 200 {
		t.Fatal(got)
	}
	taken := s.Intake.Taken()
	if len(taken) != 2 || taken[0].Text != "見て" || taken[1].Text != "[写真1]" || len(taken[1].Files) != 1 || taken[1].Files[0].Sort != channels.Picture ||
		string(s.Files.Content(taken[1].Files[0].ID)) != "picture "+sid("ME", 1) {
		t.Fatalf("%d were taken", len(taken))
	}
	channelstest.Eventually(t, "all of it is deleted at the provider", func() bool { return p.left() == 0 })
	for i, u := range []string{"http://169.254.169.254/latest/meta-data", "http://[::1]/ME", "file:///etc/passwd", outside.URL + "/x/../../" + sid("ME", 2),
		"https://api.twilio.com@" + strings.TrimPrefix(outside.URL, "http://") + "/" + sid("RE", 3), "\x00", ""} {
		if got := bring(sid("MM", 10+i), "これも", u); got != 200 {
			t.Errorf("%q: %d", u, got)
		}
	}
	if n := len(s.Intake.Taken()); n != 9 {
		t.Errorf("%d messages after seven whose pictures are nowhere", n)
	}
	s.Files.Fail(channels.ErrUnavailable)
	p.keeps(sid("MM", 30), number(1), "", 0, sid("ME", 30))
	if got := bring(sid("MM", 30), "", "https://api.twilio.com/"+sid("ME", 30)); got != 503 || p.left() != 2 {
		t.Errorf("a picture that could not be kept: %d, and %d left at the provider", got, p.left())
	}
}

// A person's words never go out but where the city has chosen so, and then only where they fit.
func TestWhatFits(t *testing.T) {
	settings, p := open(t, map[string]string{"SMS_REPLIES": "full"})
	s := channelstest.Open(t, phone.Kind, settings, nil)
	alive, _ := p.Address()
	for i, tt := range []struct {
		text string
		full bool
	}{
		{strings.Repeat("あ", 670), true}, {strings.Repeat("あ", 671), false}, {strings.Repeat("a", 1530), true}, {strings.Repeat("a", 1531), false},
		{strings.Repeat("€", 765), true}, {strings.Repeat("€", 766), false}, {strings.Repeat("👍", 335), true}, {strings.Repeat("👍", 336), false},
	} {
		r := channelstest.Reply(fmt.Sprint("fits", i))
		r.Text = tt.text
		if _, err := s.Channel.Send(t.Context(), alive, r); err != nil {
			t.Fatal(err)
		}
		if got := p.Delivered()[i].Text; (got == tt.text) != tt.full || !tt.full && !strings.Contains(got, r.Link) {
			t.Errorf("text %d: went out in full: %v", i, got == tt.text)
		}
	}
}

// A tag of one use, of another desk, or made up is none.
func TestTagsOfStatuses(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, phone.Kind, settings, nil)
	alive, _ := p.Address()
	if _, err := s.Channel.Send(t.Context(), alive, channelstest.Reply("tags")); err != nil {
		t.Fatal(err)
	}
	if err := s.Channel.(channels.Caller).Call(t.Context(), alive, channels.Call{ID: "07call"}); err != nil {
		t.Fatal(err)
	}
	ofReply, ofCall := p.callbacks[0], p.calls[0].Get("Url")
	query := func(u string) string { _, q, _ := strings.Cut(u, "?"); return q }
	for _, target := range []string{s.URL + "/hooks/twilio/status?" + query(ofCall), s.URL + "/hooks/twilio/status?t=", s.URL + "/hooks/twilio/status?reply=x",
		ofReply[:len(ofReply)-2] + "AA", s.URL + "/hooks/twilio/voice/leg?" + query(ofReply)} {
		v := url.Values{"MessageSid": {"SM9"}, "CallSid": {sid("CA", 1)}, "MessageStatus": {"delivered"}, "CallStatus": {"completed"}, "To": {number(1)}}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != http.StatusNoContent {
			t.Errorf("%s: %d", target, got)
		}
	}
	if s.Intake.Attempts() != 0 {
		t.Error("a status was taken")
	}
}
