package journal

import (
	"errors"
	"os"
	"strings"
	"time"
)

// Trim notes that Redis has taken everything up to mark, and removes the segments that it passed at least Keep ago. The
// newest segment always stays, because it tells the tail. now is the machine's clock.
//
// When the mark passed a segment is kept in the file's name and modification time, so that it survives a restart. A mark
// that rolled back and passes again starts the time again.
func (j *Journal) Trim(mark int64, now time.Time) error {
	j.writing.Lock() // a rename and an append do not meet
	defer j.writing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return ErrClosed
	}
	if j.active != nil {
		if s := j.segments[len(j.segments)-1]; s.count > 0 && now.Sub(s.begun) >= segmentAge {
			if _, _, err := j.beginAnew(); err != nil {
				return err
			}
		}
	}
	var failed error
	kept := j.segments[:0:0]
	for i, s := range j.segments {
		newest := i == len(j.segments)-1
		switch {
		case newest:
		case s.last > mark:
			s.passedAt = time.Time{}
		case s.passedAt.IsZero():
			failed = errors.Join(failed, s.pass(now))
		case now.Sub(s.passedAt) >= Keep:
			if err := os.Remove(s.path); err == nil || errors.Is(err, os.ErrNotExist) {
				continue
			}
		}
		kept = append(kept, s)
	}
	j.segments = kept
	return errors.Join(failed, j.files.SyncDir(j.dir))
}

func (j *Journal) beginAnew() (File, *segment, error) {
	if err := j.finish(); err != nil {
		return nil, nil, err
	}
	return j.begin()
}

// pass notes on disk when the mark passed the segment: first the time, then the name that makes the time mean it.
func (s *segment) pass(now time.Time) error {
	if err := os.Chtimes(s.path, now, now); err != nil {
		return err
	}
	if stem, ok := strings.CutSuffix(s.path, open); ok {
		if err := os.Rename(s.path, stem+passed); err != nil {
			return err
		}
		s.path = stem + passed
	}
	s.passedAt = now
	return nil
}
