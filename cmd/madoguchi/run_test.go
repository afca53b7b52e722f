package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"madoguchi/router/envelope"
)

// A room that is stopped ends without an error, unless something else was wrong.
func TestOnlyTheEndOfAContextIsForgiven(t *testing.T) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		ctx       context.Context
		err, want error
	}{
		"stopped":                  {over, nil, nil},
		"stopped, and says so":     {over, fmt.Errorf("round: %w", context.Canceled), nil},
		"stopped, too late":        {over, errors.Join(context.Canceled, context.DeadlineExceeded), nil},
		"stopped, and broken":      {over, broken, broken},
		"stopped, and also broken": {over, fmt.Errorf("%w, %w", context.Canceled, broken), broken},
		"broken":                   {t.Context(), broken, broken},
		"cancelled by itself":      {t.Context(), context.Canceled, context.Canceled},
	} {
		if got := ended(tt.ctx, tt.err); !errors.Is(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if ended(t.Context(), nil) == nil {
		t.Error("a room that ends by itself is no error")
	}
}

// stuck is a listener that does not close.
type stuck struct{ net.Listener }

func (s stuck) Close() error { return errors.Join(s.Listener.Close(), syscall.EIO) }

func TestEveryListenerIsShut(t *testing.T) {
	var servers []*http.Server
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{Handler: http.NotFoundHandler()}
		servers = append(servers, s)
		serving := make(chan struct{})
		s.BaseContext = func(net.Listener) context.Context { close(serving); return context.Background() }
		go s.Serve(stuck{l}) //nolint:errcheck // it ends with the test
		<-serving
	}
	if err := shutdown(servers); err != nil && !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	for _, s := range servers {
		if err := s.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("a server lives on: %v", err)
		}
	}
}

// What is wrong with the journal's folder is said as it is.
func TestAJournalThatCannotBeOpenedSaysWhy(t *testing.T) {
	id, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "journal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := &house{}
	p := plan{set: settings{"DATA_DIR": data}, keys: &keySets{recipient: id.Recipient()}}
	if err := h.gateway(p); !errors.Is(err, syscall.ENOTDIR) || strings.Contains(err.Error(), "process") {
		t.Errorf("it says %v", err)
	}
}
