package router

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"madoguchi/router/clean"
	"madoguchi/router/files"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Cabinet is the triage.Cabinet of the house. A file is cleaned when somebody looks at it for the first time, so that a file
// that takes long, or that nobody can open, never stands between a child's words and the desk.
type Cabinet struct {
	rooms   Rooms
	cleaner Cleaner
}

// Cleaner turns a file into pages; see clean.Cleaner.
type Cleaner interface {
	Page(ctx context.Context, data []byte, page int) (pages int, p clean.Page, err error)
}

var _ triage.Cabinet = (*Cabinet)(nil)

// NewCabinet returns a cabinet.
func NewCabinet(r Rooms, c Cleaner) *Cabinet { return &Cabinet{r, c} }

// File implements triage.Cabinet.
func (c *Cabinet) File(ctx context.Context, id triage.CaseID, n, page int) (triage.Cleaned, error) {
	k, _, err := c.rooms.Store.Load(ctx, id)
	if err != nil {
		return triage.Cleaned{}, err
	}
	if n < 1 || n > len(k.Files) || page < 1 || page > clean.MaxPages {
		return triage.Cleaned{}, triage.ErrUnknown
	}
	rec, err := c.rooms.Vault.Open(ctx, string(id))
	if err != nil {
		return triage.Cleaned{}, told(err)
	}
	owner, file := c.rooms.Names.owner(id), k.Files[n-1].ID
	cached := c.rooms.Names.fileName(id, file, "page/"+strconv.Itoa(page))
	if plain, err := c.read(rec, owner, cached); err == nil {
		var out triage.Cleaned
		if json.Unmarshal(plain, &out) == nil {
			return out, nil
		}
	}
	data, err := c.read(rec, owner, c.rooms.Names.fileName(id, file, originalPart))
	if errors.Is(err, files.ErrMissing) || errors.Is(err, vault.ErrDamaged) {
		return triage.Cleaned{}, triage.ErrUnreadable // it never arrived
	}
	if err != nil {
		return triage.Cleaned{}, triage.ErrUnavailable
	}
	pages, p, err := c.cleaner.Page(ctx, data, page)
	if errors.Is(err, clean.ErrUnreadable) {
		return triage.Cleaned{}, triage.ErrUnreadable
	}
	if ctx.Err() != nil {
		return triage.Cleaned{}, ctx.Err()
	}
	if err != nil {
		return triage.Cleaned{}, triage.ErrUnavailable
	}
	out := triage.Cleaned{Type: p.Type, Data: p.Data, Pages: pages}
	plain, err := json.Marshal(out)
	if err != nil {
		return triage.Cleaned{}, triage.ErrUnreadable
	}
	if c.rooms.Archive.Put(owner, cached, rec.SealFile(cached, plain)) != nil {
		return triage.Cleaned{}, triage.ErrUnavailable
	}
	return out, nil
}

// read opens what lies in the archive for the case.
func (c *Cabinet) read(rec *vault.Record, owner, name string) ([]byte, error) {
	sealed, err := c.rooms.Archive.Read(owner, name)
	if err != nil {
		return nil, err
	}
	return rec.OpenFile(name, sealed)
}
