package chat_test

import (
	"net"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
)

// TestMemoryOfAnIdleChat measures what a chat costs after its first message: heap and stacks, of the door and of what this
// test's mailbox keeps for it. The seekers' ends of the connections are counted with it.
func TestMemoryOfAnIdleChat(t *testing.T) {
	const limit = 16 << 10
	const chats = 1000
	s := open(t, nil)
	conns := make([]net.Conn, 0, chats+20)
	connect := func(i int) {
		c := dial(t, s)
		c.hello(nil)
		c.send(frame{"type": "message", "id": strconv.Itoa(i), "text": "きのう、くつをかくされました。"})
		c.want(frame{"type": "ack"})
		conns = append(conns, c.conn.NetConn())
		c.conn = nil
	}
	for i := range 20 {
		connect(i)
	}
	before := inUse()
	for i := range chats {
		connect(i)
	}
	each := (inUse() - before) / chats
	t.Logf("an idle chat takes %.1f KiB", float64(each)/1024)
	if each > limit {
		t.Errorf("an idle chat takes %d bytes, want at most %d", each, limit)
	}
	for _, c := range conns {
		c.Close()
	}
}

func inUse() uint64 {
	for range 3 {
		runtime.GC()
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
