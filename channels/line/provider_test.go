package line_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"madoguchi/channels/channelstest"
)

// provider stands for LINE: strict about what its published API description asks for, delivering once for each retry key
// and once for each reply token.
type provider struct {
	mu        sync.Mutex
	keys      map[string]bool // retry keys that were accepted
	tokens    map[string]bool // reply tokens that were spent
	delivered []channelstest.Outbound
	raw       [][]byte // the bodies of what was delivered
	fail      int      // status of the next answers, 0 for none
	lose      int      // how many of the next answers are lost, although what was asked is done
	mistakes  []string
	content   map[string][]byte // by message
	state     map[string]string // of content that has to be prepared
	notYet    map[string]int    // how often content is still being prepared
	asked     []string          // what was asked for
	redirect  string            // where content is sent on to
	gone      string            // a user that is no more
}

func open(t *testing.T, settings map[string]string) (map[string]string, *provider) {
	p := &provider{keys: map[string]bool{}, tokens: map[string]bool{}, content: map[string][]byte{}, state: map[string]string{}, notYet: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(server.Close)
	all := map[string]string{"LINE_SECRET": secret, "LINE_TOKEN": token, "LINE_API_BASE": server.URL, "LINE_DATA_API_BASE": server.URL, "LINE_SPOOL": t.TempDir()}
	for k, v := range settings {
		all[k] = v
	}
	t.Cleanup(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, m := range p.mistakes {
			t.Error("LINE would refuse: " + m)
		}
	})
	return all, p
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	userForm = regexp.MustCompile(`^U[0-9a-f]{32}$`)
)

func (p *provider) complain(format string, args ...any) {
	p.mistakes = append(p.mistakes, fmt.Sprintf(format, args...))
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	route := r.Method + " " + r.URL.Path
	p.asked = append(p.asked, route)
	if r.Header.Get("Authorization") != "Bearer "+token {
		p.complain("the authorization of %s", route)
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case route == "POST /v2/bot/message/push", route == "POST /v2/bot/message/reply":
		p.message(w, r)
	case strings.HasPrefix(route, "GET /v2/bot/message/") && strings.Contains(route, "/content"):
		p.give(w, r)
	default:
		p.complain("%s", route)
		w.WriteHeader(http.StatusNotFound)
	}
}

// give is GET /v2/bot/message/{messageId}/content and …/transcoding.
func (p *provider) give(w http.ResponseWriter, r *http.Request) {
	id, what, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v2/bot/message/"), "/")
	switch {
	case p.redirect != "":
		http.Redirect(w, r, p.redirect, http.StatusFound)
	case p.fail != 0:
		w.WriteHeader(p.fail)
	case p.notYet[id] > 0 && p.state[id] == "":
		p.notYet[id]--
		w.WriteHeader(http.StatusAccepted)
	case what == "content/transcoding":
		state := p.state[id]
		if p.notYet[id] > 0 {
			p.notYet[id]--
			state = "processing"
		}
		fmt.Fprintf(w, `{"status":%q}`, state)
	case p.content[id] == nil:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"Not found"}`)
	default:
		w.Header().Set("Content-Type", "image/jpeg")
		w.Write(p.content[id])
	}
}

type action struct{ Type, Label, Text, URI string }

type message struct {
	Type, Text, AltText string
	Template            *struct {
		Type, Text string
		Actions    []action
	}
	QuickReply *struct {
		Items []struct {
			Type   string
			Action action
		}
	}
}

// message is POST /v2/bot/message/push and …/reply.
func (p *provider) message(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var ask struct {
		To                     string
		ReplyToken             string
		Messages               []message
		NotificationDisabled   *bool
		CustomAggregationUnits []string
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err != nil || strict.Decode(&ask) != nil || bytes.Contains(body, []byte(`null`)) {
		p.complain("a body that is not as described: %s", body)
	}
	text := p.judge(ask.Messages)
	key, to, push := r.Header.Get("X-Line-Retry-Key"), ask.To, strings.HasSuffix(r.URL.Path, "/push")
	switch {
	case push && (!uuidForm.MatchString(key) || !userForm.MatchString(to) || ask.ReplyToken != ""):
		p.complain("a push with the key %q", key)
	case !push && (r.Header.Values("X-Line-Retry-Key") != nil || ask.ReplyToken == "" || ask.To != ""):
		p.complain("a reply with a key or without a token")
	case !push:
		to, _, _ = strings.Cut(strings.TrimPrefix(ask.ReplyToken, "reply-"), "-")
	}
	answer := func(status int, body string) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	switch {
	case p.fail != 0:
		answer(p.fail, `{"message":"The API is busy"}`)
	case push && p.keys[key]:
		w.Header().Set("X-Line-Accepted-Request-Id", "accepted")
		answer(http.StatusConflict, `{"message":"The retry key is already accepted"}`)
	case !push && p.tokens[ask.ReplyToken]:
		answer(http.StatusBadRequest, `{"message":"Invalid reply token"}`)
	case to == gone, push && to == p.gone:
		answer(http.StatusBadRequest, `{"message":"The property, 'to', in the request body is invalid"}`)
	default:
		p.keys[key], p.tokens[ask.ReplyToken] = push, !push
		p.delivered, p.raw = append(p.delivered, channelstest.Outbound{To: to, Text: text}), append(p.raw, body)
		if p.lose > 0 {
			p.lose--
			panic(http.ErrAbortHandler)
		}
		answer(http.StatusOK, `{"sentMessages":[{"id":"1","quoteToken":"q"}]}`)
	}
}

// judge is what LINE says of the messages, and returns what a person sees of them.
func (p *provider) judge(messages []message) string {
	long := func(s string, most int) bool { return s == "" || len(utf16.Encode([]rune(s))) > most }
	if len(messages) < 1 || len(messages) > 5 {
		p.complain("%d messages", len(messages))
	}
	var seen []string
	uri := func(a action) {
		u, err := url.Parse(a.URI)
		if a.Type == "uri" && (err != nil || u.Host == "" || long(a.URI, 1000)) || a.Type == "message" && long(a.Text, 300) ||
			a.Type != "uri" && a.Type != "message" || long(a.Label, 20) {
			p.complain("the action %+v", a)
		}
	}
	for _, m := range messages {
		switch {
		case m.Type == "text" && !long(m.Text, 5000):
			seen = append(seen, m.Text)
		case m.Type == "template" && m.Template != nil && m.Template.Type == "buttons" && !long(m.AltText, 400) && !long(m.Template.Text, 160) &&
			len(m.Template.Actions) >= 1 && len(m.Template.Actions) <= 4:
			if m.AltText != m.Template.Text {
				p.complain("the list of chats shows something else")
			}
			uri(m.Template.Actions[0])
			seen = append(seen, m.Template.Text+" "+m.Template.Actions[0].URI)
		default:
			p.complain("the message %+v", m)
		}
		if m.QuickReply != nil {
			if n := len(m.QuickReply.Items); n < 1 || n > 13 {
				p.complain("%d quick replies", n)
			}
			for _, item := range m.QuickReply.Items {
				if item.Type != "action" {
					p.complain("a quick reply of type %q", item.Type)
				}
				uri(item.Action)
			}
		}
	}
	return strings.Join(seen, "\n")
}
