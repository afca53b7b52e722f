package clean

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
)

// clamd answers as the real one does: what it was sent is found where it holds EICAR.
func clamd(t *testing.T, answer string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn, answer)
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return path
}

func serve(conn net.Conn, answer string) {
	defer conn.Close()
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
		return
	}
	var all bytes.Buffer
	for {
		var size uint32
		if binary.Read(conn, binary.BigEndian, &size) != nil {
			return
		}
		if size == 0 {
			break
		}
		if _, err := io.CopyN(&all, conn, int64(size)); err != nil {
			return
		}
	}
	if answer == "" {
		answer = "stream: OK\x00"
		if bytes.Contains(all.Bytes(), []byte("EICAR")) {
			answer = "stream: Eicar-Test-Signature FOUND\x00"
		}
	}
	conn.Write([]byte(answer))
}

func TestWhatClamdSays(t *testing.T) {
	large := make([]byte, 300<<10)
	for what, tt := range map[string]struct {
		answer string
		data   []byte
		want   error
	}{
		"nothing found": {"", large, nil}, "found": {"", append(bytes.Clone(large), "EICAR"...), ErrUnreadable},
		"too large for it": {"INSTREAM size limit exceeded. ERROR\x00", large, errScan}, "no answer": {"\x00", large, errScan},
		"half an answer": {"stream: O", large, errScan}, "a name that says OK": {"stream: OK FOUND\x00", large, ErrUnreadable},
	} {
		if err := NewScanner(clamd(t, tt.answer)).Scan(t.Context(), tt.data); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := NewScanner(filepath.Join(t.TempDir(), "none")).Scan(t.Context(), large); !errors.Is(err, errScan) {
		t.Errorf("nobody there: %v", err)
	}
}

// What clamd has found is not opened; what it could not look at is not opened either, and is not said to be unreadable.
func TestCleaningAsksClamdFirst(t *testing.T) {
	picture := jpegOf(t, photo(100, 100))
	for what, tt := range map[string]struct {
		data []byte
		want error
		path string
	}{"clean": {picture, nil, clamd(t, "")}, "found": {append(bytes.Clone(picture), "EICAR"...), ErrUnreadable, clamd(t, "")}, "away": {picture, errScan, "/nowhere/clamd"}} {
		c := cleaner(t)
		c.Scanner = NewScanner(tt.path)
		if _, _, err := c.Page(t.Context(), tt.data, 1); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
