package router

import (
	"errors"
	"regexp"
	"slices"
	"strconv"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/files"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Archive is where files lie; see files.Archive.
type Archive interface {
	Arrived(id string) ([]byte, error)
	Settle(id string) error
	Put(owner, name string, sealed []byte) error
	Read(owner, name string) ([]byte, error)
	Forget(owner, name string) error
	ForgetAll(owner string) error
}

// originalPart is the file itself, as it came.
const originalPart = "original"

// owner and fileName name a case and a part of one of its files in the archive.
func (n *Names) owner(id triage.CaseID) string { return n.event("f", string(id))[2:] }

func (n *Names) fileName(id triage.CaseID, file, part string) string {
	return n.event("f", string(id), file, part)[2:]
}

// attach keeps what came with the message for its case, sealed by the case's record, and names it in the event. It returns
// the ids of those that are kept now. A file that has not arrived, or cannot be opened, loses no word: the event says that it
// came, and what did arrive stays where it is.
func (r Rooms) attach(id triage.CaseID, rec *vault.Record, m channels.Message, e *triage.Event) (keeps []string, err error) {
	e.Files = nil
	for _, f := range m.Files {
		name := r.Names.fileName(id, f.ID, originalPart)
		data, err := r.Archive.Arrived(f.ID)
		switch {
		case errors.Is(err, files.ErrMissing), errors.Is(err, envelope.ErrOpen), errors.Is(err, envelope.ErrKey):
		case err != nil:
			return nil, triage.ErrUnavailable
		default:
			if r.Archive.Put(r.Names.owner(id), name, rec.SealFile(name, data)) != nil {
				return nil, triage.ErrUnavailable
			}
			keeps = append(keeps, f.ID)
		}
		e.Files = append(e.Files, triage.File{ID: f.ID, Sort: f.Sort})
	}
	return keeps, nil
}

// settled removes what arrived with the message, now that the case has it; what is not kept stays where it is. A message that
// is processed again finishes what the first time left undone.
func (r Rooms) settled(id triage.CaseID, m channels.Message, keeps []string) error {
	for _, f := range m.Files {
		if !slices.Contains(keeps, f.ID) {
			_, err := r.Archive.Read(r.Names.owner(id), r.Names.fileName(id, f.ID, originalPart))
			if errors.Is(err, files.ErrMissing) {
				continue
			}
			if err != nil {
				return triage.ErrUnavailable
			}
		}
		if r.Archive.Settle(f.ID) != nil {
			return triage.ErrUnavailable
		}
	}
	return nil
}

// counted are the marks that doors write for what came with a message, in the order of its files.
var counted = regexp.MustCompile(`\[(写真|ファイル|書類|音声|動画)\d+\]`)

// numbered gives the marks in the text, one after the other, the numbers that the message's files have in their case, where
// before came earlier. A mark beyond the files is words and stays as it is.
func numbered(text string, before, now int) string {
	n := 0
	return counted.ReplaceAllStringFunc(text, func(mark string) string {
		if n++; n > now {
			return mark
		}
		return "[" + counted.FindStringSubmatch(mark)[1] + strconv.Itoa(before+n) + "]"
	})
}
