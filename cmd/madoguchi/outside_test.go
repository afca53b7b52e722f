package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/router/redistest"
)

// outside is a running desk with what stands for its providers, and a counselor.
type outside struct {
	*process
	t      *testing.T
	token  string // of a psychologist
	line   *lineStand
	twilio *twilioStand
	mail   *mailStand
	redis  *redistest.Server
	data   string
}

// told is a case as the API tells it, as far as these tests look.
type told struct {
	ID       string   `json:"id"`
	Channels []string `json:"channels"`
	Preview  string   `json:"preview"`
	OptedOut bool     `json:"opted_out"`
	Consents []struct {
		ID, Answer string
	} `json:"consents"`
	Timeline []struct {
		Kind     string `json:"kind"`
		From     string `json:"from"`
		Channel  string `json:"channel"`
		Text     string `json:"text"`
		Delivery *struct {
			Said           int64
			Status, Detail string
		} `json:"delivery"`
	} `json:"timeline"`
}

// says are the seeker's texts in order.
func (k told) says() (texts []string) {
	for _, e := range k.Timeline {
		if e.Kind == "message" && e.From == "seeker" {
			texts = append(texts, e.Text)
		}
	}
	return texts
}

// became is what became of the desk's message number said, step by step.
func (k told) became(said int64) (steps []string) {
	for _, e := range k.Timeline {
		if e.Delivery != nil && e.Delivery.Said == said {
			steps = append(steps, strings.TrimSuffix(e.Delivery.Status+" "+e.Delivery.Detail, " "))
		}
	}
	return steps
}

const soon = time.Minute

// post brings a webhook and returns the status.
func (o *outside) post(path, kind, header, signature string, body []byte) int {
	o.t.Helper()
	r, err := http.NewRequest("POST", o.Public+path, bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set(header, signature)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func (o *outside) fromLine(user, id, text string, again bool) {
	o.t.Helper()
	body, signature := lineText(user, id, text, again)
	if status := o.post("/hooks/line", "application/json", "X-Line-Signature", signature, body); status != 200 {
		o.t.Fatalf("LINE's webhook: %d", status)
	}
}

func (o *outside) fromTwilio(target string, v url.Values, want int) {
	o.t.Helper()
	path := strings.TrimPrefix(target, o.Public)
	if status := o.post(path, "application/x-www-form-urlencoded", "X-Twilio-Signature", twilioSign(target, v), []byte(v.Encode())); status != want {
		o.t.Fatalf("Twilio's webhook: %d", status)
	}
}

// find waits until one case, and no more, has those words in its preview.
func (o *outside) find(preview string) told {
	o.t.Helper()
	var found []told
	eventually(o.t, soon, func() error {
		var queue struct{ Cases []told }
		o.do(o.token, "GET", "/queue?state=all&limit=200", nil, &queue)
		found = slices.DeleteFunc(queue.Cases, func(k told) bool { return !strings.Contains(k.Preview, preview) })
		if len(found) != 1 {
			return fmt.Errorf("%d cases say %q", len(found), preview)
		}
		return nil
	})
	return found[0]
}

// until waits for the case to be so.
func (o *outside) until(id, what string, ok func(told) bool) told {
	o.t.Helper()
	var k told
	eventually(o.t, soon, func() error {
		k = told{}
		if o.do(o.token, "GET", "/cases/"+id, nil, &k); !ok(k) {
			return fmt.Errorf("never: %s: says %q, %+v", what, k.says(), k.Timeline)
		}
		return nil
	})
	return k
}

// heard waits until the case holds exactly these words of the seeker.
func (o *outside) heard(id string, texts ...string) {
	o.t.Helper()
	o.until(id, "the words are there", func(k told) bool { return slices.Equal(k.says(), texts) })
}

func (o *outside) claim(id string) {
	o.t.Helper()
	o.do(o.token, "POST", "/cases/"+id+"/claim", nil, nil)
}

func (o *outside) reply(id, text string) (seq int64) {
	o.t.Helper()
	var said struct{ Seq int64 }
	o.do(o.token, "POST", "/cases/"+id+"/messages", map[string]string{"id": fmt.Sprint("reply", time.Now().UnixNano()), "text": text}, &said)
	return said.Seq
}

// sentTo waits for letter number n to somebody and returns it with the secret of its link.
func (o *outside) sentTo(p *provider, to string, n int) (letter, string) {
	o.t.Helper()
	var all []letter
	eventually(o.t, soon, func() error {
		if all = p.deliveredTo(to); len(all) != n {
			return fmt.Errorf("%d letters, want %d\n%s", len(all), n, o.printed())
		}
		return nil
	})
	l := all[n-1]
	m := regexp.MustCompile(regexp.QuoteMeta(o.Public) + `/#k=([A-Za-z0-9_-]+)`).FindStringSubmatch(l.text)
	if m == nil {
		o.t.Fatalf("no link in %q", l.text)
	}
	return l, m[1]
}

// open opens the page behind a link.
func (o *outside) open(link string) *socket {
	o.t.Helper()
	s, _, err := o.dial(frame{Link: link})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { s.Close() })
	return s
}

func (s *socket) reads(t *testing.T, text string) {
	t.Helper()
	for {
		f, err := s.next("message", soon)
		if err != nil {
			t.Fatal(err)
		}
		if f.Text == text {
			return
		}
	}
}
