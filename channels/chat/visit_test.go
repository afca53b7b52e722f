package chat_test

import (
	"maps"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// tallied waits until exactly that was counted.
func tallied(t *testing.T, s *channelstest.Site, want map[string]int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		got := s.Tally.Counted()
		if maps.Equal(got, want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("counted %v, want %v", got, want)
		}
	}
}

// close closes the page as a browser does.
func (c *client) close() {
	c.t.Helper()
	if err := c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Now().Add(time.Second)); err != nil {
		c.t.Fatal(err)
	}
}

func TestVisitsAreCountedByWhatBecameOfThem(t *testing.T) {
	s := open(t, nil)
	want := map[string]int{}
	step := func(what string) {
		t.Helper()
		if what != "" {
			want["chat|"+what]++
		}
		tallied(t, s, want)
	}

	c := dial(t, s)
	c.hello(nil)
	c.close()
	step("unwritten")

	c, _, _ = begun(t, s)
	c.close()
	step("gave_up")

	c, w, who := begun(t, s)
	s.Mailbox.Put(who, channels.Entry{From: "desk", Text: "とどいています。"})
	c.want(frame{"seq": 1})
	say(s, who, "読みました。")
	c.want(frame{"seq": 2})
	step("stayed")
	say(s, who, "もうひとつ。") // once
	c.want(frame{"seq": 3})
	c.close()
	step("")
	c = dial(t, s)
	c.hello(frame{"resume": w["resume"], "after": 3})
	c.close() // who comes back to read is not counted
	step("")

	c, w, _ = begun(t, s)
	c.conn.Close() // a line that breaks is no end
	c = dial(t, s)
	c.hello(frame{"resume": w["resume"], "after": 0})
	c.send(frame{"type": "message", "id": "2", "text": "つづき"})
	c.want(frame{"type": "ack", "id": "2"})
	c.send(frame{"type": "bye", "erase": false})
	c.wantClose(websocket.CloseNormalClosure)
	step("gave_up") // once, by the page that she left

	s.Desk.SetOpen(false)
	c = dial(t, s)
	c.hello(nil)
	c.close()
	step("closed")
	c, _, _ = begun(t, s)
	c.close() // they have written, and will be read
	step("")
}

// Who waited longer than the page had said is told so once, and counted once.
func TestTheApologyIsCounted(t *testing.T) {
	s := open(t, nil)
	c, _, who := begun(t, s)
	for _, band := range []string{"20min", "05min", "sorry"} {
		s.Mailbox.SetWait(who, channels.Wait{Band: band, Care: "quiet"})
		if f, _ := c.any(); f["band"] != band {
			t.Fatalf("got %v, want %s", f, band)
		}
	}
	s.Mailbox.SetWait(who, channels.Wait{Band: "sorry", Care: "alarm"})
	if f, _ := c.any(); f["care"] != "alarm" {
		t.Fatalf("got %v", f)
	}
	tallied(t, s, map[string]int{"chat|late": 1})
}
