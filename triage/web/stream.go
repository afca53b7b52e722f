package web

import (
	"fmt"
	"net/http"
	"time"
)

// Stream is a live connection to a page (server-sent events). It carries the names of what happened and never words:
// the page then asks for what it shows.
type Stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// NewStream begins a stream.
func NewStream(w http.ResponseWriter) (*Stream, error) {
	s := &Stream{w, http.NewResponseController(w)}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return s, s.Send("hello", "")
}

// streamWrite is how long a browser may take to read one event.
const streamWrite = 10 * time.Second

// Send sends an event; data must be one line.
func (s *Stream) Send(event, data string) error {
	s.rc.SetWriteDeadline(time.Now().Add(streamWrite)) // a server without deadlines, such as a test's, goes on without
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, data); err != nil {
		return err
	}
	return s.rc.Flush()
}
