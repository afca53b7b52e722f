package clean

import (
	"encoding/binary"
	"io"
	"strings"
)

// What the child writes: a byte of form, the number of pages of the file, and the one page that was asked for as a byte of
// its type, its length and its bytes. Numbers are 32 bits, big-endian.
const (
	form    = 1
	isPNG   = 1
	isJPEG  = 2
	isOgg   = 3
	maxPage = 32 << 20
	header  = 1 + 4 + 1 + 4
)

// oggHead is what every Ogg stream begins with.
const oggHead = "OggS"

func writePage(w io.Writer, pages int, p Page) error {
	b := make([]byte, header, header+len(p.Data))
	b[0], b[5] = form, isPNG
	switch p.Type {
	case "image/jpeg":
		b[5] = isJPEG
	case "audio/ogg":
		b[5] = isOgg
	}
	binary.BigEndian.PutUint32(b[1:], uint32(pages))
	binary.BigEndian.PutUint32(b[6:], uint32(len(p.Data)))
	_, err := w.Write(append(b, p.Data...))
	return err
}

// readPage reads what a child wrote. The bytes must be of the type that they are said to be.
func readPage(b []byte) (pages int, p Page, err error) {
	if len(b) < header || b[0] != form {
		return 0, Page{}, ErrUnreadable
	}
	n, size := binary.BigEndian.Uint32(b[1:]), binary.BigEndian.Uint32(b[6:])
	data := b[header:]
	if n < 1 || n > MaxPages || uint64(size) != uint64(len(data)) || size > maxPage {
		return 0, Page{}, ErrUnreadable
	}
	switch {
	case b[5] == isPNG && len(data) > 8 && string(data[:8]) == "\x89PNG\r\n\x1a\n":
		p.Type = "image/png"
	case b[5] == isJPEG && len(data) > 3 && string(data[:3]) == "\xff\xd8\xff":
		p.Type = "image/jpeg"
	case b[5] == isOgg && n == 1 && strings.HasPrefix(string(data[:min(len(data), len(oggHead))]), oggHead):
		p.Type = "audio/ogg"
	default:
		return 0, Page{}, ErrUnreadable
	}
	p.Data = data
	return int(n), p, nil
}
