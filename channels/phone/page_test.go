package phone_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/phone"
)

// Somebody on call gets a text message or a call that says that something waits, and an error never tells their number.
func TestPaging(t *testing.T) {
	const oncall, says = "+819011112222", "旭川市です。急ぎの知らせが1件あります。"
	settings, p := open(t, nil)
	door := channelstest.Open(t, phone.Kind, settings, nil).Channel
	pager, ok := door.(channels.Pager)
	if !ok {
		t.Fatal("the door cannot page")
	}
	for _, by := range []string{"sms", "voice"} {
		if err := pager.Page(t.Context(), channels.Page{Reach: oncall, By: by, Text: says + "<&>"}); err != nil {
			t.Fatal(by, err)
		}
	}
	p.mu.Lock()
	delivered, calls := p.delivered, p.calls
	p.fail = http.StatusServiceUnavailable
	p.mu.Unlock()
	if len(delivered) != 1 || delivered[0] != (channelstest.Outbound{To: oncall, Text: says + "<&>"}) {
		t.Errorf("sent: %v", delivered)
	}
	if len(calls) != 1 || calls[0].Get("To") != oncall || calls[0].Get("From") != desk ||
		strings.Count(calls[0].Get("Twiml"), says+"&lt;&amp;&gt;</Say>") != 3 || strings.Contains(calls[0].Get("Twiml"), "<Dial") {
		t.Errorf("called: %v", calls)
	}
	for _, page := range []channels.Page{{Reach: oncall, By: "voice", Text: says}, {Reach: oncall, By: "sms", Text: says}, {Reach: oncall, By: "pigeon", Text: says}} {
		if err := pager.Page(t.Context(), page); err == nil || strings.Contains(err.Error(), "1111") || strings.Contains(err.Error(), "急ぎ") {
			t.Errorf("%s: %v", page.By, err)
		}
	}
	var undeliverable *channels.Undeliverable
	if err := pager.Page(t.Context(), channels.Page{Reach: "119", By: "voice", Text: says}); !errors.As(err, &undeliverable) {
		t.Errorf("no number: %v", err)
	}
}
