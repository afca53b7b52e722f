package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const headFile = "audit.head"

// head is what the data folder remembers of the chain and of the journal. It holds numbers and hashes only, and may be
// printed or mailed as an anchor.
type head struct {
	link
	Journal journalHead `json:"journal,omitzero"`
	Lost    []Broken    `json:"lost,omitempty"` // what was there once, and is not
}

// journalHead is the last record of the journal; N is 0 where there is none.
type journalHead struct {
	ID string `json:"id"`
	link
}

// readHead reads the head file; without one, nothing is remembered.
func (l *Log) readHead() (head, error) {
	var h head
	data, err := os.ReadFile(filepath.Join(l.dir, headFile))
	if errors.Is(err, fs.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, errors.New("audit: the head file cannot be read")
	}
	if json.Unmarshal(data, &h) != nil {
		return h, errors.New("audit: the head file is damaged")
	}
	return h, nil
}

func (l *Log) writeHead(h head) error {
	data, err := json.Marshal(h)
	if err == nil {
		err = synced(l.dir, headFile, append(data, '\n'))
	}
	if err != nil {
		return errors.New("audit: the head file cannot be written")
	}
	return nil
}

// loss describes that the chain, now of that length, does not hold the record that the head remembers.
func loss(h head, length int64) Broken {
	if length < h.N {
		return Broken{N: length + 1, What: fmt.Sprintf("entries were cut off: there were %d", h.N)}
	}
	return Broken{N: h.N, What: "is another than the head file remembers"}
}
