package clean

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner asks a clamd for its opinion of a file before anything decodes it. It is an extra: what keeps a file from doing harm
// is that nothing of its bytes is left. Where clamd does not answer, or says that it could not look, the file stays closed
// and can be asked for again.
type Scanner struct{ network, address string }

// errScan says that nobody knows.
var errScan = errors.New("clean: clamd gave no opinion")

// scanWithin is how long clamd may take.
const scanWithin = 20 * time.Second

// NewScanner returns a scanner for a clamd at host:port, or at the path of its socket.
func NewScanner(address string) *Scanner {
	if strings.HasPrefix(address, "/") {
		return &Scanner{"unix", address}
	}
	return &Scanner{"tcp", address}
}

// Scan returns nil for a file in which clamd finds nothing, ErrUnreadable for one in which it finds something, and another
// error where it did not say.
func (s *Scanner) Scan(ctx context.Context, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, scanWithin)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, s.network, s.address)
	if err != nil {
		return errScan
	}
	defer conn.Close()
	end, _ := ctx.Deadline()
	if conn.SetDeadline(end) != nil {
		return errScan
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	// The stream comes in pieces with their length before; one of no length ends it. clamd may close before it has read all.
	_, sent := conn.Write([]byte("zINSTREAM\x00"))
	for rest := data; sent == nil && len(rest) > 0; {
		piece := rest[:min(len(rest), 64<<10)]
		rest = rest[len(piece):]
		_, sent = conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(piece))), piece...))
	}
	if sent == nil {
		_, sent = conn.Write(make([]byte, 4))
	}
	said, err := io.ReadAll(io.LimitReader(conn, 4096))
	answer := strings.TrimRight(string(said), "\x00\n")
	switch {
	case strings.HasSuffix(answer, " FOUND"):
		return ErrUnreadable
	case sent == nil && err == nil && answer == "stream: OK":
		return nil
	}
	return errScan
}
