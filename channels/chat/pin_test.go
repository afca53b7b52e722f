package chat_test

import (
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels/channelstest"
)

// A child chooses a PIN, leaves, and comes back: with the code she reads what the desk says, with the PIN her own words too.
func TestOwnWordsComeBackBehindAPIN(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	c.send(frame{"type": "pin", "id": "p0", "pin": "12"})
	c.want(frame{"type": "error", "id": "p0", "code": "bad_pin"})
	c.send(frame{"type": "pin", "id": "p1", "pin": "１２３４", "words": []frame{{"id": "begin", "text": "はじめまして", "at": "2026-12-01T09:00:00+09:00"}}})
	c.want(frame{"type": "pin", "id": "p1", "state": "set"})
	c.send(frame{"type": "message", "id": "2", "text": "きょうもいやだった"})
	c.want(frame{"type": "ack", "id": "2"})
	c.send(frame{"type": "message", "id": "3", "text": "まちがえた"})
	c.want(frame{"type": "ack", "id": "3"})
	c.send(frame{"type": "unsend", "id": "3"})
	c.want(frame{"type": "ack", "id": "3"})
	say(s, who, "よみました")
	c.want(frame{"type": "message", "text": "よみました"})

	channelstest.Eventually(t, "what she wrote is counted", func() bool { return s.Mailbox.Wrote(who) == 2 })
	back := dial(t, s)
	welcome := back.hello(frame{"code": w["code"]})
	same(t, welcome, frame{"hidden": 2, "locked": true})
	back.want(frame{"type": "message", "text": "よみました"})
	back.send(frame{"type": "own", "id": "o1", "pin": "9999"})
	back.want(frame{"type": "error", "id": "o1", "code": "unknown_pin"})
	back.send(frame{"type": "pin", "id": "o2", "pin": "5555"})
	back.want(frame{"type": "error", "id": "o2", "code": "unknown_pin"})
	back.send(frame{"type": "own", "id": "o3", "pin": "1234"})
	f := back.want(frame{"type": "own", "id": "o3"})
	words := f["words"].([]any)
	if len(words) != 2 || words[0].(map[string]any)["text"] != "はじめまして" || words[1].(map[string]any)["text"] != "きょうもいやだった" {
		t.Errorf("the words are %v", words)
	}
	for i, want := range []string{"unknown_pin", "unknown_pin", "unknown_pin", "slow_pin"} {
		back.send(frame{"type": "own", "id": "g", "pin": "0000"})
		if got := back.want(frame{"type": "error", "id": "g"}); got["code"] != want {
			t.Errorf("try %d: %v", i+1, got)
		} else if want == "slow_pin" && got["retry_after"] != float64(60) {
			t.Errorf("how long to wait: %v", got)
		}
	}
	back.send(frame{"type": "message", "id": "4", "text": "書くのはいつでもできる"})
	back.want(frame{"type": "ack", "id": "4"})
}

// Without a PIN nothing that she wrote is ever sent, and who comes with the code cannot choose one.
func TestWithoutAPINOwnWordsAreOnlyCounted(t *testing.T) {
	s := open(t, nil)
	c, w, who := begun(t, s)
	c.send(frame{"type": "message", "id": "2", "text": "ひみつのことば"})
	c.want(frame{"type": "ack", "id": "2"})
	channelstest.Eventually(t, "what she wrote is counted", func() bool { return s.Mailbox.Wrote(who) == 2 })
	back := dial(t, s)
	same(t, back.hello(frame{"code": w["code"]}), frame{"hidden": 2, "locked": false})
	for _, f := range []frame{{"type": "own", "id": "x", "pin": "1234"}, {"type": "pin", "id": "x", "pin": "1234"}} {
		back.send(f)
		back.want(frame{"type": "error", "id": "x", "code": "unknown_pin"})
	}
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/chat/messages", strings.NewReader(`{"type":"own","id":"y","pin":"1234"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Code "+w["digits"].(string))
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusForbidden {
		t.Errorf("by a request: %d", a.StatusCode)
	}
}
