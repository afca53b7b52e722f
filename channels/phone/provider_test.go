package phone_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

const (
	account   = "AC00000000000000000000000000000001"
	token     = "authtoken0123"
	desk      = "+815000000000"
	deskPhone = "+81166000001"
	gone      = "+819000000999"
)

// provider stands for Twilio: strict about what its API describes, and keeping what it is not told to delete.
type provider struct {
	mu          sync.Mutex
	delivered   []channelstest.Outbound
	callbacks   []string
	calls       []url.Values              // that were placed
	hungUp      []string                  // calls that were ended
	phoned      map[string]map[string]any // calls, by id
	texts       map[string]map[string]any
	content     map[string][]byte // of media and recordings, by path below the account's
	recorded    map[string]map[string]any
	asked       []string // every request
	fail        int
	sticky      bool // deletes nothing, although it says so
	page        int  // how many things a page of a list has at most; 0 for as many as were asked for
	refuseCalls bool
	mistakes    []string
}

func open(t *testing.T, settings map[string]string) (map[string]string, *provider) {
	p := &provider{phoned: map[string]map[string]any{}, texts: map[string]map[string]any{}, content: map[string][]byte{}, recorded: map[string]map[string]any{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	all := map[string]string{"TWILIO_ACCOUNT_SID": account, "TWILIO_AUTH_TOKEN": token, "TWILIO_FROM": desk, "TWILIO_DESK": deskPhone,
		"TWILIO_API_BASE": server.URL}
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

const under = "/2010-04-01/Accounts/" + account

var (
	e164      = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	onMessage = regexp.MustCompile(`^/Messages/((?:SM|MM)[0-9a-f]{32})\.json$`)
	onMedium  = regexp.MustCompile(`^/Messages/((?:SM|MM)[0-9a-f]{32})/Media(?:/(ME[0-9a-f]{32}))?(\.json)?$`)
	onSpoken  = regexp.MustCompile(`^/Recordings/(RE[0-9a-f]{32})\.(json|mp3)$`)
	onCall    = regexp.MustCompile(`^/Calls/(CA[0-9a-f]{32})\.json$`)
	ofCall    = regexp.MustCompile(`^/Calls/(CA[0-9a-f]{32})/Recordings\.json$`)
)

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.URL.Path)
	user, pass, _ := r.BasicAuth()
	path, ok := strings.CutPrefix(r.URL.Path, under)
	if !ok || user != account || pass != token || r.ParseForm() != nil {
		p.mistakes = append(p.mistakes, "the credentials or the form of "+r.URL.Path)
	}
	if p.fail != 0 {
		w.WriteHeader(p.fail)
		fmt.Fprintf(w, `{"code":20500,"message":"failed for %s","status":%d}`, r.Form.Get("To"), p.fail)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch route := r.Method + " " + path; {
	case route == "POST /Messages.json":
		p.create(w, r.PostForm)
	case route == "GET /Messages.json":
		p.list(w, r, "messages", "DateSent>", "date_sent", p.texts)
	case route == "GET /Calls.json":
		p.list(w, r, "calls", "StartTime>", "start_time", p.phoned)
	case route == "POST /Calls.json":
		p.call(w, r.PostForm)
	case r.Method == http.MethodGet && ofCall.MatchString(path):
		p.recordings(w, ofCall.FindStringSubmatch(path)[1])
	case onCall.MatchString(path):
		p.oneCall(w, r, onCall.FindStringSubmatch(path)[1])
	case onMessage.MatchString(path):
		p.one(w, r, onMessage.FindStringSubmatch(path)[1], p.texts)
	case onSpoken.MatchString(path):
		m := onSpoken.FindStringSubmatch(path)
		if m[2] == "mp3" {
			p.give(w, path)
		} else if p.one(w, r, m[1], p.recorded); p.recorded[m[1]] == nil {
			delete(p.content, "/Recordings/"+m[1]+".mp3")
		}
	case onMedium.MatchString(path):
		p.medium(w, r, path)
	default:
		p.mistakes = append(p.mistakes, route)
		w.WriteHeader(http.StatusNotFound)
	}
}

func notFound(w http.ResponseWriter) {
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"code":20404,"message":"not found","status":404}`)
}

func (p *provider) give(w http.ResponseWriter, path string) {
	if data := p.content[path]; data != nil {
		w.Write(data)
		return
	}
	notFound(w)
}

func (p *provider) one(w http.ResponseWriter, r *http.Request, sid string, of map[string]map[string]any) {
	switch {
	case of[sid] == nil:
		notFound(w)
	case r.Method == http.MethodDelete:
		if !p.sticky {
			delete(of, sid)
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		json.NewEncoder(w).Encode(of[sid])
	}
}

func (p *provider) medium(w http.ResponseWriter, r *http.Request, path string) {
	m := onMedium.FindStringSubmatch(path)
	content := strings.TrimSuffix(path, ".json")
	switch {
	case m[2] == "":
		all := []map[string]any{}
		for at := range p.content {
			if sid, ok := strings.CutPrefix(at, "/Messages/"+m[1]+"/Media/"); ok {
				all = append(all, map[string]any{"sid": sid, "content_type": "image/jpeg", "parent_sid": m[1]})
			}
		}
		json.NewEncoder(w).Encode(map[string]any{"media_list": all})
	case p.content[content] == nil:
		notFound(w)
	case m[3] == "":
		w.Write(p.content[content])
	case r.Method == http.MethodDelete:
		delete(p.content, content)
		w.WriteHeader(http.StatusNoContent)
	default:
		json.NewEncoder(w).Encode(map[string]any{"sid": m[2]})
	}
}

// create is POST /Messages.json.
func (p *provider) create(w http.ResponseWriter, v url.Values) {
	p.must(v, []string{"To", "From", "Body", "ContentRetention", "AddressRetention"}, "StatusCallback")
	if len([]rune(v.Get("Body"))) > 1600 || v.Get("From") != desk || v.Get("ContentRetention") != "discard" || v.Get("AddressRetention") != "obfuscate" {
		p.mistakes = append(p.mistakes, "the form of a message")
	}
	if to := v.Get("To"); to == gone {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":21211,"message":"The 'To' number %s is not a valid phone number.","more_info":"","status":400}`, to)
		return
	}
	p.delivered = append(p.delivered, channelstest.Outbound{To: v.Get("To"), Text: v.Get("Body")})
	p.callbacks = append(p.callbacks, v.Get("StatusCallback"))
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"sid":"SM00000000000000000000000000000001","status":"queued"}`)
}

// call is POST /Calls.json.
func (p *provider) call(w http.ResponseWriter, v url.Values) {
	if v.Has("Twiml") { // somebody is paged, and nothing more is asked of the call
		p.must(v, []string{"To", "From", "Twiml", "Timeout"})
		if len([]rune(v.Get("Twiml"))) > 4000 {
			p.mistakes = append(p.mistakes, "TwiML that is too long")
		}
		p.calls = append(p.calls, v)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"sid":"CA000000000000000000000000000000fe","status":"queued"}`)
		return
	}
	p.must(v, []string{"To", "From", "Url", "Method", "Timeout", "StatusCallback", "StatusCallbackMethod", "StatusCallbackEvent"})
	if v.Get("From") != desk || v.Get("Method") != "POST" || v.Get("StatusCallbackMethod") != "POST" || v.Get("StatusCallbackEvent") != "completed" {
		p.mistakes = append(p.mistakes, "the form of a call")
	}
	if p.refuseCalls {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"code":21211,"message":"invalid","status":400}`)
		return
	}
	p.calls = append(p.calls, v)
	w.WriteHeader(http.StatusCreated)
	fmt.Fprint(w, `{"sid":"CA000000000000000000000000000000ff","status":"queued"}`)
}

// oneCall is GET, POST and DELETE of /Calls/{Sid}.json.
func (p *provider) oneCall(w http.ResponseWriter, r *http.Request, sid string) {
	switch {
	case r.Method == http.MethodPost:
		p.must(r.PostForm, []string{"Status"})
		p.hungUp = append(p.hungUp, sid)
		json.NewEncoder(w).Encode(map[string]any{"sid": sid, "status": "completed"})
	case r.Method == http.MethodDelete && p.phoned[sid] != nil && p.phoned[sid]["status"] == "in-progress":
		p.mistakes = append(p.mistakes, "a call that is not over is to be deleted")
	default:
		p.one(w, r, sid, p.phoned)
	}
}

// must notes what is missing, unknown, no number or no absolute address.
func (p *provider) must(v url.Values, required []string, optional ...string) {
	for _, k := range required {
		if v.Get(k) == "" {
			p.mistakes = append(p.mistakes, "no "+k)
		}
	}
	for k := range v {
		if !slices.Contains(required, k) && !slices.Contains(optional, k) {
			p.mistakes = append(p.mistakes, "the parameter "+k)
		}
		if (k == "To" || k == "From") && !e164.MatchString(v.Get(k)) {
			p.mistakes = append(p.mistakes, "a number of another form")
		}
		if u, err := url.Parse(v.Get(k)); (k == "Url" || k == "StatusCallback") && (err != nil || !u.IsAbs() || u.Host == "" || u.Fragment != "") {
			p.mistakes = append(p.mistakes, "an address of another form")
		}
	}
}

func (p *provider) Delivered() []channelstest.Outbound {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.delivered)
}

func (p *provider) Address() (alive, dead channels.Address) {
	return channels.NewAddress("sms", number(1), nil), channels.NewAddress("sms", gone, nil)
}

func (p *provider) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	target := s.URL + "/hooks/twilio/sms"
	return post(t, target, form(m).Encode(), sign(token, target, form(m))) == http.StatusOK
}

func (p *provider) Forge(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	target := s.URL + "/hooks/twilio/sms"
	return post(t, target, form(m).Encode(), sign("another token", target, form(m))) == http.StatusOK
}

func (p *provider) Request(t *testing.T, s *channelstest.Site, m channelstest.Inbound) channelstest.Request {
	target := s.URL + "/hooks/twilio/sms"
	return channelstest.Request{URL: target, Body: []byte(form(m).Encode()), Signature: "X-Twilio-Signature", Header: http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {sign(token, target, form(m))}}}
}

func number(n int) string { return fmt.Sprintf("+8190000000%02d", n) }

func form(m channelstest.Inbound) url.Values {
	return url.Values{"MessageSid": {m.ID}, "SmsSid": {m.ID}, "AccountSid": {account}, "From": {number(m.From)}, "To": {desk},
		"Body": {m.Text}, "NumMedia": {"0"}, "FromCity": {"ASAHIKAWA"}, "FromZip": {"0700000"}, "FromCountry": {"JP"}, "CallerName": {"SATO MISAKI"}}
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
	status, _ := exchange(t, target, body, signature, nil)
	return status
}
