// Package journal keeps the sealed messages of one lane in synced, append-only files: the gateway's own home for what it
// has acknowledged, so that whatever happens to Redis (an outage, a fail-over, an old backup, a flush) can be repaired by
// sending again what lies behind Redis's mark.
//
// It promises: when Append has returned nil its records survive a power cut. What was appended is read back in order of
// its numbers, whatever happened to the end of the last file: a torn record is cut off, and a damaged stretch costs what
// it covers and nothing before or behind it. Damage is reported, never passed over silently.
//
// fsync is never tried again on a file on which it failed, because the kernel may have dropped the pages and would then
// report success: the segment is given up at its last synced byte and the batch is written again into a new one. A
// process never appends to a file that an earlier process wrote, for the same reason.
//
// Segments that Redis has taken are kept for a while (Keep) and then removed, because old cipher text is a risk without
// being of use.
package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// Keep is how long a segment stays after Redis has taken all of it: longer than the age of any hourly snapshot that
	// Redis may be restored from.
	Keep = 24 * time.Hour
	// segmentSize is where a new segment is begun.
	segmentSize = 64 << 20
	// segmentAge is after how long a new segment is begun on a quiet lane, so that the old one can be removed in time.
	segmentAge = time.Hour

	open   = ".open"   // written by this or an earlier process; Redis may not have all of it
	passed = ".passed" // Redis has had all of it since the file's modification time
)

// ErrClosed is returned by Append after Close.
var ErrClosed = errors.New("journal: closed")

// Damage is what Open found broken. It names files and sizes, nothing else.
type Damage struct {
	File  string
	Bytes int // that belong to no good record
	Torn  bool
}

func (d Damage) String() string {
	if d.Torn {
		return fmt.Sprintf("%s: torn tail of %d bytes cut", d.File, d.Bytes)
	}
	return fmt.Sprintf("%s: %d bytes damaged", d.File, d.Bytes)
}

// Journal is one lane's journal. Its methods may be called from several goroutines; Append keeps their order.
type Journal struct {
	dir   string
	files Files

	writing sync.Mutex // held while appending
	buf     []byte

	mu       sync.Mutex // guards what follows
	segments []*segment // by number; the last one may be active
	active   File       // nil until the first Append and after a failure
	last     int64      // number of the newest segment
	tail     int64
	closed   bool
}

// segment is one file. Only its first size bytes count.
type segment struct {
	number      int64
	path        string
	size        int64
	first, last int64 // seqs; 0 where it has none
	count       int64
	begun       time.Time
	passedAt    time.Time // zero: not passed
}

// Open reads the journal in a folder, which it makes if need be, and hands every good record to f in order. The record's
// bytes are only valid during the call.
func Open(dir string, files Files, f func(Record)) (*Journal, []Damage, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, err
	}
	j := &Journal{dir: dir, files: files}
	var damage []Damage
	for _, name := range names {
		number, state, ok := parseName(name.Name())
		if !ok {
			continue
		}
		s := &segment{number: number, path: filepath.Join(dir, name.Name())}
		if info, err := name.Info(); err == nil {
			s.begun = info.ModTime()
			if state == passed {
				s.passedAt = info.ModTime()
			}
		}
		j.segments = append(j.segments, s)
		j.last = max(j.last, number)
	}
	slices.SortFunc(j.segments, func(a, b *segment) int { return int(a.number - b.number) })
	for _, s := range j.segments {
		d, err := j.recover(s, f)
		if err != nil {
			return nil, nil, err
		}
		if d.Bytes > 0 {
			damage = append(damage, d)
		}
	}
	return j, damage, nil
}

func parseName(name string) (number int64, state string, ok bool) {
	for _, state := range []string{open, passed} {
		if digits, ok := strings.CutSuffix(name, state); ok && len(digits) == 12 {
			n, err := strconv.ParseInt(digits, 10, 64)
			return n, state, err == nil
		}
	}
	return 0, "", false
}

// recover reads one segment of an earlier process. What a failed sync made an earlier process write twice is handed on
// once, because numbers only rise.
func (j *Journal) recover(s *segment, f func(Record)) (Damage, error) {
	b, err := os.ReadFile(s.path)
	if err != nil {
		return Damage{}, err
	}
	base, end, damaged := scan(b, func(r Record, _, _ int) {
		if r.Seq <= j.tail {
			return
		}
		if s.count == 0 {
			s.first = r.Seq
		}
		s.count++
		s.last, j.tail = r.Seq, r.Seq
		f(r)
	})
	j.tail = max(j.tail, base)
	s.size = int64(end)
	d := Damage{File: filepath.Base(s.path), Bytes: damaged, Torn: damaged > 0 && damaged == len(b)-end}
	if d.Torn {
		if err := os.Truncate(s.path, int64(end)); err != nil {
			return d, err
		}
	}
	return d, nil
}

// Tail is the highest number that was ever appended, as far as the files tell; 0 where there is none.
func (j *Journal) Tail() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.tail
}

// Append writes the records and syncs once. Their numbers must rise and lie above the tail. After an error none of them
// counts as written, though a later Open may still find some.
func (j *Journal) Append(records []Record) error {
	j.writing.Lock()
	defer j.writing.Unlock()
	err := j.append(records)
	if err == nil || errors.Is(err, ErrClosed) {
		return err
	}
	return j.append(records) // into a new segment
}

func (j *Journal) append(records []Record) error {
	if len(records) == 0 {
		return nil
	}
	f, s, err := j.writable()
	if err != nil {
		return err
	}
	j.buf = j.buf[:0]
	for _, r := range records {
		j.buf = appendRecord(j.buf, r)
	}
	_, err = f.Write(j.buf)
	if err == nil {
		err = f.Sync()
	}
	size := int64(len(j.buf))
	if cap(j.buf) > 8<<20 {
		j.buf = nil // one huge mail does not stay in memory
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil {
		j.giveUp(f, s)
		return err
	}
	if s.count == 0 {
		s.first = records[0].Seq
	}
	s.count += int64(len(records))
	s.size += size
	s.last = records[len(records)-1].Seq
	j.tail = s.last
	return nil
}

// giveUp ends the active segment after a failure; j.mu is held. A segment without a record leaves nothing behind, so that a
// full disk is not filled with empty files.
func (j *Journal) giveUp(f File, s *segment) {
	j.active = nil
	_ = f.Truncate(s.size) // so that a later Open does not find the rest; readers of this process do not look there
	_ = f.Close()
	if s.count == 0 {
		j.segments = j.segments[:len(j.segments)-1]
		_ = os.Remove(s.path)
	}
}

// writable returns the file to append to, beginning a new segment where there is none or the present one is full or old.
func (j *Journal) writable() (File, *segment, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, nil, ErrClosed
	}
	if j.active != nil {
		s := j.segments[len(j.segments)-1]
		if s.size < segmentSize && time.Since(s.begun) < segmentAge {
			return j.active, s, nil
		}
		if err := j.finish(); err != nil {
			return nil, nil, err
		}
	}
	return j.begin()
}

// begin makes a new segment; j.mu is held.
func (j *Journal) begin() (File, *segment, error) {
	j.last++ // a number whose file could not be made is not tried again
	s := &segment{number: j.last, begun: time.Now(), path: filepath.Join(j.dir, fmt.Sprintf("%012d%s", j.last, open))}
	f, err := j.files.Create(s.path)
	if err != nil {
		return nil, nil, err
	}
	header := appendHeader(nil, j.tail)
	_, err = f.Write(header)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = j.files.SyncDir(j.dir)
	}
	if err != nil {
		_ = f.Close()
		_ = os.Remove(s.path)
		return nil, nil, err
	}
	s.size = int64(len(header))
	j.segments = append(j.segments, s)
	j.active = f
	return f, s, nil
}

// finish ends the active segment; j.mu is held. All of it is synced already.
func (j *Journal) finish() error {
	f := j.active
	j.active = nil
	return f.Close()
}

// Close ends the journal. Readers may go on.
func (j *Journal) Close() error {
	j.writing.Lock()
	defer j.writing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	if j.active == nil {
		return nil
	}
	return j.finish()
}
