package chat

import (
	"time"

	"github.com/gorilla/websocket"
)

// guard does a part of what a connection does. One that panics ends this connection and no other: the page begins a new one and
// sends again what was not acknowledged. busy is what says that the part is running, nil where nothing waits for its end; s.mu is
// free whenever a part can panic.
func (s *socket) guard(busy *bool, part func()) {
	defer func() {
		if recover() == nil {
			return
		}
		s.door.env.Panics.Caught(name)
		s.mu.Lock()
		defer s.mu.Unlock()
		if busy != nil {
			*busy = false
		}
		s.broken, s.deaf, s.queue = true, true, nil
		if s.ending == 0 {
			s.ending = websocket.CloseInternalServerErr
		}
		_ = s.conn.SetReadDeadline(time.Now()) // a broken connection shows at the next read
		s.idle.Broadcast()
	}()
	part()
}
