package channels

import (
	"log/slog"
	"strings"
	"testing"
)

func survive(p *Panics, f func()) (id string) {
	defer func() {
		if recover() != nil {
			id = p.Caught("chat")
		}
	}()
	f()
	return ""
}

func falls(words []string) string { return words[len(words)] }

func TestAPanicIsCountedAndItsPlaceToldWithoutItsWords(t *testing.T) {
	var log strings.Builder
	p := NewPanics(slog.New(slog.NewTextHandler(&log, nil)))
	id := survive(p, func() { panic("ひみつ") })
	survive(p, func() { falls([]string{"ひみつ"}) })
	if n := p.Counts()["chat"]; n != 2 {
		t.Errorf("%d are counted", n)
	}
	if lines := strings.Split(log.String(), "\n"); !strings.Contains(lines[0], "id="+id) || !strings.Contains(lines[0], "TestAPanic") || !strings.Contains(lines[1], `where="channels.falls:`) {
		t.Errorf("the log does not lead to the place: %s", log.String())
	}
	if strings.Contains(log.String(), "ひみつ") {
		t.Error("the words of a panic are in the log")
	}
	if survive(nil, func() { panic("ひみつ") }) == "" {
		t.Error("without an account there is no id")
	}
}
