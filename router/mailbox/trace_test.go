package mailbox

import (
	"testing"
	"time"

	"madoguchi/channels"
)

// Nothing is said of a connection until somebody may ask; then of this conversation alone, once for each connection, sealed
// to who asked; and nothing after the end.
func TestTrace(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		ctx := t.Context()
		c, other := d.written(t), d.written(t)
		looked := 0
		peer := func() channels.Peer {
			looked++
			return channels.Peer{Address: "203.0.113.7", Port: "50123", At: time.Unix(1_800_000_000, 0).UTC()}
		}
		tell := func(c channels.Conversation) {
			t.Helper()
			if err := c.(channels.Traceable).Trace(ctx, peer); err != nil {
				t.Fatal(err)
			}
		}
		tell(c)
		if keys := d.client.Keys(ctx, "*:peers:*").Val(); looked != 0 || len(keys) > 0 {
			t.Fatalf("before anybody asked it was looked at %d times, and %v is kept", looked, keys)
		}
		key := NewTraceKey()
		for _, until := range []time.Duration{0, -time.Second, traceLasts + time.Second} {
			if d.Ask(ctx, c.Address(), key, d.clock.Now().Add(until)) == nil {
				t.Errorf("it is asked for %s", until)
			}
		}
		ends := run(t, d.Reader)
		defer ends()
		heard := make(chan channels.Change, 8)
		defer c.Listen(func(ch channels.Change) { heard <- ch })()
		eventually(t, func() bool {
			if err := d.Ask(ctx, c.Address(), key, d.clock.Now().Add(10*time.Minute)); err != nil {
				t.Fatal(err)
			}
			for {
				select {
				case ch := <-heard:
					if ch.Peer {
						return true
					}
				default:
					return false
				}
			}
		})
		limited := d.client.Do(ctx, "ACL", "SETUSER", "default", "-pttl").Err() == nil // as the gateway's user of deploy/redis/users.acl; the embedded server has no users
		tell(c)
		tell(c)
		tell(other)
		if limited {
			if err := d.client.Do(ctx, "ACL", "SETUSER", "default", "+pttl").Err(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := d.Answered(ctx, c.Address(), key)
		if err != nil || len(got) != 1 || got[0].Address != "203.0.113.7" || got[0].Port != "50123" {
			t.Errorf("who asked gets %v, %v", got, err)
		}
		if got, err := d.Answered(ctx, c.Address(), NewTraceKey()); err != nil || len(got) != 0 {
			t.Errorf("another key opens %v, %v", got, err)
		}
		if got, err := d.Answered(ctx, other.Address(), key); err != nil || len(got) != 0 {
			t.Errorf("of another conversation: %v, %v", got, err)
		}
		for _, kind := range []string{"ask", "peers"} {
			for _, k := range d.client.Keys(ctx, "*:"+kind+":*").Val() {
				if ttl := d.client.PTTL(ctx, k).Val(); ttl <= 0 || ttl > traceLasts {
					t.Errorf("%s lives for %s", kind, ttl)
				}
			}
		}
		for _, k := range d.client.Keys(ctx, "*:ask:*").Val() { // the end
			d.client.Del(ctx, k)
		}
		before := looked
		tell(c)
		if looked != before {
			t.Error("after the end it is looked at")
		}
	})
}
