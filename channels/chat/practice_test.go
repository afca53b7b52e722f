package chat

import (
	"strings"
	"testing"
)

// The practice page says what it is, leads to the real one, and has no way to send anything.
func TestPracticeSendsNothing(t *testing.T) {
	for name, wants := range map[string][]string{
		"page/practice.html": {`"practice.banner"`, `href="/"`, `"exit.label"`, "<noscript>"},
		"page/practice.js":   {"preventDefault", "arm("},
	} {
		body, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s: no %s", name, want)
			}
		}
		for _, way := range []string{"fetch(", "WebSocket", "XMLHttpRequest", "sendBeacon", "Storage", "cookie", "indexedDB", "action=", "method="} {
			if strings.Contains(string(body), way) {
				t.Errorf("%s has %s", name, way)
			}
		}
	}
}
