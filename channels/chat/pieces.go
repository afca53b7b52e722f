package chat

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"madoguchi/channels"
)

// A half picture is a row of records: length[4] sealed[length]. The first holds the size, each further one a piece; what a
// record is sealed with says where it belongs, so none can be moved, repeated or left out.
const (
	headAAD  = "head"
	overhead = 12 + 16 // nonce and tag
	headSize = 4 + 8 + overhead
	piece    = 256 << 10 // bytes at most
)

func pieceAAD(offset int64) string { return fmt.Sprint("piece ", offset) }

func (p *upload) seal(aad string, plain []byte) []byte {
	record := binary.BigEndian.AppendUint32(make([]byte, 0, 4+overhead+len(plain)), uint32(len(plain)+overhead))
	return p.aead.Seal(record, nil, plain, []byte(aad))
}

// scan reads the head and returns how many bytes of the picture are there, and where the next piece goes. A record that was
// not written to its end does not count.
func (p *upload) scan(f *os.File) (offset, end int64, err error) {
	var head [headSize]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return 0, 0, errNone
	}
	plain, err := p.aead.Open(nil, nil, head[4:], []byte(headAAD))
	if err != nil || len(plain) != 8 {
		return 0, 0, errNone
	}
	p.size = int64(binary.BigEndian.Uint64(plain))
	info, err := f.Stat()
	if err != nil {
		return 0, 0, errDisk
	}
	for end = headSize; ; {
		n, err := length(f, end)
		if err != nil || end+4+n > info.Size() {
			return offset, end, nil
		}
		offset, end = offset+n-overhead, end+4+n
	}
}

// length reads how long the record at that place is.
func length(f io.ReaderAt, at int64) (int64, error) {
	var b [4]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return 0, err
	}
	n := int64(binary.BigEndian.Uint32(b[:]))
	if n <= overhead || n > piece+overhead {
		return 0, errNone
	}
	return n, nil
}

// add appends one piece, which must begin where the last one ended.
func (p *upload) add(offset int64, b []byte) error {
	f, err := os.OpenFile(p.half, os.O_RDWR, 0)
	if err != nil {
		return errNone
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return errBusy
	}
	there, end, err := p.scan(f)
	switch {
	case err != nil:
		return err
	case there != offset:
		return errOffset
	case offset+int64(len(b)) > p.size:
		return channels.ErrTooLarge
	case offset == 0 && !isPicture(b):
		return errSort
	}
	if f.Truncate(end) != nil { // of what was not written to its end
		return errDisk
	}
	if _, err := f.WriteAt(p.seal(pieceAAD(offset), b), end); err != nil {
		return errDisk
	}
	return nil
}

// pieces reads a whole picture.
type pieces struct {
	p       *upload
	from    io.Reader
	offset  int64
	sealed  []byte
	plain   []byte
	rest    []byte // of plain
	damaged bool
}

func (r *pieces) Read(b []byte) (int, error) {
	if len(r.rest) == 0 && r.offset < r.p.size {
		if !r.next() {
			r.damaged = true
			return 0, errDisk
		}
	}
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (r *pieces) next() bool {
	var b [4]byte
	if _, err := io.ReadFull(r.from, b[:]); err != nil {
		return false
	}
	n := int(binary.BigEndian.Uint32(b[:]))
	if n <= overhead || n > piece+overhead {
		return false
	}
	r.sealed = slices.Grow(r.sealed[:0], n)[:n]
	if _, err := io.ReadFull(r.from, r.sealed); err != nil {
		return false
	}
	plain, err := r.p.aead.Open(r.plain[:0], nil, r.sealed, []byte(pieceAAD(r.offset)))
	if err != nil {
		return false
	}
	r.plain, r.rest = plain, plain
	r.offset += int64(len(plain))
	return true
}

// isPicture reports whether bytes begin as a picture does. Whether it is one is judged where it is opened; here only a film or
// a document that was chosen by mistake is told at once.
func isPicture(b []byte) bool {
	for _, mark := range []string{"\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "GIF87a", "GIF89a", "BM", "II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			return true
		}
	}
	if len(b) < 12 {
		return false
	}
	if string(b[:4]) == "RIFF" {
		return string(b[8:12]) == "WEBP"
	}
	return string(b[4:8]) == "ftyp" && slices.Contains([]string{"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif"}, string(b[8:12]))
}
