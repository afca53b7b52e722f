package channelstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// Signed is a Provider that brings messages by signed requests. Its door is given what an address is given that everybody
// can reach.
type Signed interface {
	Provider
	// Request is the request that brings a message, signed well.
	Request(t *testing.T, s *Site, m Inbound) Request
}

// Request is a request as it is sent. Header names are in Go's form.
type Request struct {
	URL       string
	Header    http.Header
	Body      []byte
	Signature string // the name of the header that holds the signature
}

// Send posts it and returns the status, or 0 where the door hung up.
func (r Request) Send(t *testing.T) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		t.Error(err)
		return 0
	}
	request.Header = r.Header.Clone()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// with is a copy that is signed so.
func (r Request) with(signatures ...string) Request {
	r.Header = r.Header.Clone()
	r.Header[http.CanonicalHeaderKey(r.Signature)] = signatures
	return r
}

// damages are what becomes of a good request on its way through bad hands. other is a good one too, of other words.
var damages = []func(random *rand.Rand, r, other Request) Request{
	func(random *rand.Rand, r, _ Request) Request { // one bit of the body; a higher one may only write %E3 as %e3
		r.Body = slices.Clone(r.Body)
		r.Body[random.IntN(len(r.Body))] ^= byte(1 << random.IntN(3))
		return r
	},
	func(random *rand.Rand, r, _ Request) Request { // cut off
		r.Body = r.Body[:random.IntN(len(r.Body))]
		return r
	},
	func(_ *rand.Rand, r, other Request) Request { // another's signature
		return r.with(other.Header.Get(other.Signature))
	},
	func(random *rand.Rand, r, _ Request) Request { // one bit of the signature, not of what base64 leaves over at its end
		s := []byte(r.Header.Get(r.Signature))
		s[random.IntN(len(s)-3)] ^= 1 << random.IntN(3)
		return r.with(string(s))
	},
	func(random *rand.Rand, r, _ Request) Request { // a part of the signature
		s := r.Header.Get(r.Signature)
		return r.with(s[:random.IntN(len(s))])
	},
	func(_ *rand.Rand, r, _ Request) Request { // twice
		return r.with(r.Header.Get(r.Signature), r.Header.Get(r.Signature))
	},
	func(_ *rand.Rand, r, other Request) Request { // the right one among others
		return r.with(other.Header.Get(other.Signature), r.Header.Get(r.Signature))
	},
	func(_ *rand.Rand, r, _ Request) Request { return r.with() },
	func(_ *rand.Rand, r, _ Request) Request { return r.with("sha256=" + r.Header.Get(r.Signature)) },
	func(_ *rand.Rand, r, other Request) Request { // more than was signed
		r.Body = append(slices.Clone(r.Body), other.Body...)
		return r
	},
}

// thousand: of a thousand requests that are forged or damaged none is taken, and a good one after them is.
func thousand(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	signed := provider.(Signed)
	random := rand.New(rand.NewPCG(1, 2))
	other := signed.Request(t, s, Inbound{ID: "other", From: 2, Text: "べつの言葉"})
	for i := range 1000 {
		m := Inbound{ID: fmt.Sprint("forged", i), From: 1 + i%3, Text: "にせもの"}
		if i%len(damages) == 0 && provider.Forge(t, s, m) {
			t.Fatal("a forgery was accepted")
		}
		r := damages[i%len(damages)](random, signed.Request(t, s, m), other)
		if got := r.Send(t); got < 400 || got >= 500 {
			t.Fatalf("damage %d: status %d", i%len(damages), got)
		}
	}
	if s.Intake.Attempts() != 0 {
		t.Error("the intake was asked")
	}
	if !provider.Deliver(t, s, Inbound{ID: "good", From: 1, Text: "ほんもの"}) || len(s.Intake.Taken()) != 1 {
		t.Error("a good one was not taken after them")
	}
}

// replayed: one request a hundred times at once is one message, and every copy is acknowledged.
func replayed(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	r := provider.(Signed).Request(t, s, Inbound{ID: "replay", From: 1, Text: "一度だけ"})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if got := r.Send(t); got != http.StatusOK {
				t.Errorf("status %d", got)
			}
		})
	}
	all.Wait()
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("it was taken as %d", n)
	}
}

// killed: whoever dies before, while or after a message becomes durable has not acknowledged it, and is brought it again.
func killed(t *testing.T, f Fixture) {
	for _, durable := range []int{0, 1} {
		s, provider := f.open(t)
		m := Inbound{ID: "killed", From: 1, Text: "とちゅうで"}
		s.Intake.Crash(durable)
		if provider.(Signed).Request(t, s, m).Send(t) == http.StatusOK {
			t.Errorf("with %d durable it was acknowledged by who had died", durable)
		}
		if n := len(s.Intake.Taken()); n != durable {
			t.Fatalf("%d are durable, want %d", n, durable)
		}
		for range 2 {
			if !provider.Deliver(t, s, m) || len(s.Intake.Taken()) != 1 {
				t.Errorf("with %d durable it is %d messages in the end", durable, len(s.Intake.Taken()))
			}
		}
	}
}
