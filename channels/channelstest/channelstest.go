// Package channelstest is what every door passes, and the house around a door for its tests: an Intake, a Mailbox and a
// Desk in memory that keep the promises of package channels and can be told to fail.
//
// A door's test says in a Fixture how its provider brings a message and what its provider was asked to deliver; Run does
// the rest. The suite never looks inside a door. It asserts what the house relies on: words arrive byte for byte, nothing
// is acknowledged before it is durable, a redelivery is known, a forged delivery is nothing, an address is never printed,
// the log holds nothing of people, and a door ends when it is told to.
package channelstest

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"madoguchi/channels"
)

// Fixture is how the suite drives one door.
type Fixture struct {
	Kind channels.Kind
	Name string // the one of Kind.Names that Deliver brings messages by
	// Open starts what stands for the provider and returns the door's settings. It runs once for each subtest; what it
	// starts ends by t.Cleanup, after the door has ended. Settings it leaves out have their defaults.
	Open func(t *testing.T) (settings map[string]string, provider Provider)
	// Normal says what a door makes of a text that its wire format cannot carry as it is; nil where every text can.
	Normal func(text string) string
	// Waits: the provider keeps what is only held, as a mailbox does, and the door leaves it there.
	Waits bool
	// Once: the provider offers a way to send a reply once however often it is asked.
	Once bool
	// Notice: with the settings of Open a reply goes out as a notice with a link.
	Notice bool
	// Signed: messages come by signed requests, and the Provider is a Signed.
	Signed bool
	// NoSend: nothing goes out by Send, because people read in the mailbox.
	NoSend bool
}

// Provider is the outside of a door in one subtest.
type Provider interface {
	// Deliver brings one authentic message, as the provider would, and reports whether the door has acknowledged it. Where
	// the door fetches, it waits until the door has tried.
	Deliver(t *testing.T, s *Site, m Inbound) (acknowledged bool)
	// Forge brings the same without authenticity and reports whether the door took it for a good one; a door to which
	// everybody may write returns false without doing anything.
	Forge(t *testing.T, s *Site, m Inbound) (accepted bool)
	// Delivered returns what has reached people so far, in order.
	Delivered() []Outbound
	// Address returns an address that replies reach, and one that the provider refuses for good (zero where it never says).
	Address() (alive, dead channels.Address)
}

// Inbound is a message from outside. From is a number that stands for a person: 1, 2, ….
type Inbound struct {
	ID   string // 1 to 32 letters and digits
	From int
	Text string
}

// Outbound is what reached somebody.
type Outbound struct{ To, Text string }

// Site is an open door with its house.
type Site struct {
	Channel channels.Channel
	URL     string // where its routes are served; also its PublicURL
	Intake  *Intake
	Mailbox *Mailbox
	Files   *Files
	Desk    *Desk
	Tally   *Tally
	Log     *Log
	Panics  *channels.Panics
	stop    func() error
}

// Open opens a door with a house in memory, serves its routes and runs it until the test ends or Stop is called. wrap, if
// not nil, is put around the routes.
func Open(t *testing.T, kind channels.Kind, settings map[string]string, wrap func(http.Handler) http.Handler) *Site {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mailbox := NewMailbox()
	s := &Site{URL: "http://" + listener.Addr().String(), Mailbox: mailbox, Files: &Files{}, Intake: NewIntake(mailbox), Desk: NewDesk(), Tally: &Tally{}, Log: &Log{}}
	values := map[string]string{}
	for _, setting := range kind.Settings {
		values[setting.Name] = setting.Default
	}
	for name, value := range settings {
		values[name] = value
	}
	log := slog.New(slog.NewJSONHandler(s.Log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Panics = channels.NewPanics(log)
	s.Channel, err = kind.New(channels.Env{
		Intake: s.Intake, Mailbox: s.Mailbox, Files: s.Files, Desk: s.Desk, Tally: s.Tally, Now: time.Now, PublicURL: s.URL,
		Setting: func(name string) string { return values[name] },
		Log:     log, Panics: s.Panics,
	})
	if err != nil {
		t.Fatal("the door does not open:", err)
	}
	mux := http.NewServeMux()
	s.Channel.Routes(mux)
	var handler http.Handler = mux
	if wrap != nil {
		handler = wrap(mux)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = slog.NewLogLogger(slog.NewJSONHandler(s.Log, nil), slog.LevelError)
	server.Start()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Channel.Run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		err := wait(ended, 10*time.Second)
		server.Close()
		http.DefaultClient.CloseIdleConnections()
		return err
	})
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error("the door did not end well:", err)
		}
	})
	return s
}

// Stop ends the door's context and returns what Run returned.
func (s *Site) Stop() error { return s.stop() }

func wait(ended <-chan error, within time.Duration) error {
	select {
	case err := <-ended:
		return err
	case <-time.After(within):
		return context.DeadlineExceeded
	}
}

// Eventually fails the test unless the condition comes true within a minute.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); {
		if time.Now().After(deadline) {
			t.Fatal("did not come true: ", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// Log keeps what was logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
