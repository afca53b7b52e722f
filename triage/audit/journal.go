package audit

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"madoguchi/triage"
	"madoguchi/triage/owner"
)

// The journal is a chain of its own in a file: its records follow each other, each after its length in four bytes. The
// head file says how many there are; whatever lies behind them was cut short by a crash and was never answered for.
const (
	journalFile = "audit.journal"
	maxRecord   = 1 << 20
)

// noted is an entry in the journal.
type noted struct {
	Entry Entry `json:"entry"`
	Tried link  `json:"tried,omitzero"` // where it may be in the chain already
}

func (l *Log) journalPath() string { return filepath.Join(l.dir, journalFile) }

// label names the chain of one journal.
func (j journalHead) label() string { return "journal/" + j.ID }

// note adds an entry to the journal.
func (l *Log) note(h *head, n noted) error {
	content, err := json.Marshal(n)
	if err != nil {
		return errors.New("audit: the entry has no JSON")
	}
	whole, _, err := l.readJournal(h.Journal)
	if err != nil {
		return fmt.Errorf("%w: the journal cannot be read", triage.ErrUnavailable)
	}
	j := h.Journal
	if j.N == 0 {
		j, whole = journalHead{ID: rand.Text()}, nil
	}
	record, at := j.next(l.keys, j.label(), content)
	j.link = at
	if err := l.appendSynced(int64(len(whole)), framed(record)); err != nil {
		return fmt.Errorf("%w: the journal cannot be written", triage.ErrUnavailable)
	}
	was := h.Journal
	h.Journal = j
	if err := l.writeHead(*h); err != nil {
		h.Journal = was
		return fmt.Errorf("%w: the journal cannot be written", triage.ErrUnavailable)
	}
	return nil
}

func framed(record []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(record))), record...)
}

// appendSynced writes data at that offset of the journal, as its new end.
func (l *Log) appendSynced(offset int64, data []byte) error {
	f, err := owner.Open(l.dir, journalFile)
	if err != nil {
		return err
	}
	if err = f.Truncate(offset); err == nil {
		_, err = f.WriteAt(data, offset)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// readJournal returns the bytes and the records of the journal, as many as the head knows or fewer where they are gone.
func (l *Log) readJournal(j journalHead) (whole []byte, records [][]byte, err error) {
	data, err := os.ReadFile(l.journalPath())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	rest := data
	for int64(len(records)) < j.N && len(rest) >= 4 {
		n := int(binary.BigEndian.Uint32(rest))
		if n > maxRecord || n > len(rest)-4 {
			break
		}
		records, rest = append(records, rest[4:4+n]), rest[4+n:]
	}
	return data[:len(data)-len(rest)], records, nil
}

// checkJournal returns what the journal notes, up to its first broken record, and which that is.
func (l *Log) checkJournal(j journalHead) ([]noted, *Broken, error) {
	_, records, err := l.readJournal(j)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the journal cannot be read", triage.ErrUnavailable)
	}
	var all []noted
	at := link{}
	for _, record := range records {
		content, next, err := at.follow(l.keys, j.label(), record)
		var n noted
		if err == nil {
			err = decode(content, &n)
		}
		if err != nil {
			return all, &Broken{Journal: true, N: at.N + 1, What: err.Error()}, nil
		}
		all, at = append(all, n), next
	}
	if at != j.link {
		return all, &Broken{Journal: true, N: at.N + 1, What: fmt.Sprintf("entries were cut off: there were %d", j.N)}, nil
	}
	return all, nil, nil
}

// merge takes the journal over into the chain. A journal that was tampered with is taken over up to there; what is wrong is
// remembered for Verify, and the file is put aside for whoever must look into it.
func (l *Log) merge(ctx context.Context, h *head) error {
	if h.Journal.N == 0 {
		return nil
	}
	all, broken, err := l.checkJournal(h.Journal)
	if err != nil {
		return err
	}
	for i, n := range all {
		there, err := l.inChain(ctx, n.Tried)
		if err == nil && !there {
			_, err = l.add(ctx, h, n.Entry, source{h.Journal.ID, int64(i + 1)})
		}
		if err != nil {
			return err
		}
	}
	id := h.Journal.ID
	if broken != nil {
		h.Lost = append(h.Lost, *broken)
		err := os.Rename(l.journalPath(), l.journalPath()+"."+id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.New("audit: a broken journal cannot be put aside")
		}
	}
	h.Journal = journalHead{}
	return l.writeHead(*h) // the file is written over by the next journal
}
