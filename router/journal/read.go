package journal

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// window is how much is read at once; nearly every record fits.
const window = 1 << 10

// Reader reads synced records in order. It belongs to one goroutine, and goes on behind what Append adds meanwhile.
type Reader struct {
	j       *Journal
	after   int64
	segment int64 // number of the segment being read; 0 before the first
	file    *os.File
	at      int64 // place in it
}

// After returns a reader of the records whose numbers are greater than seq. It must be closed.
func (j *Journal) After(seq int64) *Reader { return &Reader{j: j, after: seq} }

// Next returns the next record, which belongs to the caller, or io.EOF where there is none at the moment.
func (r *Reader) Next() (Record, error) {
	for {
		if r.file != nil {
			rec, err := r.next()
			if err == nil && rec.Seq <= r.after {
				continue // written twice after a failed sync, or not wanted
			}
			if err == nil {
				r.after = rec.Seq
				return rec, nil
			}
			if !errors.Is(err, io.EOF) {
				return Record{}, err
			}
		}
		more, err := r.advance()
		if err != nil {
			return Record{}, err
		}
		if !more {
			return Record{}, io.EOF
		}
	}
}

// next reads a record of the open segment, jumping over damage, or returns io.EOF at its end.
func (r *Reader) next() (Record, error) {
	for size := r.j.sizeOf(r.segment); r.at+frameSize+fixedSize <= size; r.at++ {
		b := make([]byte, min(window, size-r.at))
		if _, err := r.file.ReadAt(b, r.at); err != nil {
			return Record{}, err
		}
		if whole := frameSize + int64(binary.BigEndian.Uint32(b)); whole > window && whole <= frameSize+maxLength && whole <= size-r.at {
			b = make([]byte, whole)
			if _, err := r.file.ReadAt(b, r.at); err != nil {
				return Record{}, err
			}
		}
		if rec, n := parseRecord(b); n > 0 {
			r.at += int64(n)
			return rec, nil
		}
	}
	return Record{}, io.EOF
}

// advance opens the next segment that has wanted records and reports whether there is one.
func (r *Reader) advance() (bool, error) {
	number, path := r.j.following(r.segment, r.after)
	if number == 0 {
		return false, nil
	}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		// It was renamed or removed by Trim between the two calls.
		if number, path = r.j.following(r.segment, r.after); number == 0 {
			return false, nil
		}
		f, err = os.Open(path)
	}
	if err != nil {
		return false, err
	}
	r.closeFile()
	r.segment, r.file, r.at = number, f, int64(headerSize)
	return true, nil
}

// Close gives the reader's file back.
func (r *Reader) Close() { r.closeFile() }

func (r *Reader) closeFile() {
	if r.file != nil {
		_ = r.file.Close() // opened for reading only
		r.file = nil
	}
}

// sizeOf returns how many bytes of a segment count; 0 where it is gone.
func (j *Journal) sizeOf(number int64) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.segments {
		if s.number == number {
			return s.size
		}
	}
	return 0
}

// following returns the first segment behind the given one that holds a seq above after.
func (j *Journal) following(number, after int64) (int64, string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.segments {
		if s.number > number && s.last > after {
			return s.number, s.path
		}
	}
	return 0, ""
}

// Behind counts the records above a mark. It reads the one segment that the mark lies in, at most.
func (j *Journal) Behind(mark int64) (int64, error) {
	var n int64
	var within []int64
	j.mu.Lock()
	for _, s := range j.segments {
		switch {
		case s.last <= mark || s.count == 0:
		case s.first > mark:
			n += s.count
		default:
			within = append(within, s.number)
		}
	}
	j.mu.Unlock()
	for _, number := range within {
		r := Reader{j: j, after: mark, segment: number - 1}
		for {
			_, err := r.Next()
			if errors.Is(err, io.EOF) || err == nil && r.segment != number {
				break
			}
			if err != nil {
				r.Close()
				return n, err
			}
			n++
		}
		r.Close()
	}
	return n, nil
}
