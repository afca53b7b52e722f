package router

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/clean"
	"madoguchi/router/files"
	"madoguchi/triage"
)

// washer cleans by writing before what it got; what begins with 毒 it cannot open.
type washer struct {
	asked int
	err   error
}

func (w *washer) Page(_ context.Context, data []byte, page int) (int, clean.Page, error) {
	w.asked++
	switch {
	case w.err != nil:
		return 0, clean.Page{}, w.err
	case bytes.HasPrefix(data, []byte("毒")) || page > 2:
		return 0, clean.Page{}, clean.ErrUnreadable
	}
	return 2, clean.Page{Type: "image/png", Data: append([]byte("洗った"), data...)}, nil
}

func TestTheCabinetShowsWhatCame(t *testing.T) {
	h := newHouse(t)
	in := withFiles(t, h)
	m := said("c1", "1", "[写真1][写真2][写真3]")
	m.Files = []channels.File{sent(t, in, "顔の写真"), sent(t, in, "毒"), {ID: "neverarrived2222", Sort: channels.Picture}}
	h.process(t, m)
	id := h.caseOf(from("c1"))
	w := &washer{}
	c := NewCabinet(h.Rooms, w)
	for what, ask := range map[string]struct {
		id      triage.CaseID
		n, page int
		err     error
	}{
		"the picture": {id, 1, 1, nil}, "its second page": {id, 1, 2, nil}, "a page too many": {id, 1, 3, triage.ErrUnreadable},
		"what harms": {id, 2, 1, triage.ErrUnreadable}, "what never arrived": {id, 3, 1, triage.ErrUnreadable},
		"one too many": {id, 4, 1, triage.ErrUnknown}, "before the first": {id, 0, 1, triage.ErrUnknown}, "no page": {id, 1, 0, triage.ErrUnknown},
		"page a million": {id, 1, 1_000_000, triage.ErrUnknown}, "no such case": {h.caseOf(from("c2")), 1, 1, triage.ErrUnknown},
	} {
		got, err := c.File(t.Context(), ask.id, ask.n, ask.page)
		if !errors.Is(err, ask.err) || err == nil && (string(got.Data) != "洗った顔の写真" || got.Pages != 2 || got.Type != "image/png") {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	before := w.asked
	if got, err := c.File(t.Context(), id, 1, 1); err != nil || string(got.Data) != "洗った顔の写真" || w.asked != before {
		t.Errorf("again: %+v, %v, asked %d", got, err, w.asked-before)
	}
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if got, err := c.File(t.Context(), id, 1, 1); err == nil {
		t.Errorf("after the erasure: %+v", got)
	}
}

func TestAFileThatIsNotCleanedNowCanBeLater(t *testing.T) {
	h := newHouse(t)
	in := withFiles(t, h)
	m := said("c1", "1", "[写真1]")
	m.Files = []channels.File{sent(t, in, "顔の写真")}
	h.process(t, m)
	w := &washer{err: errors.New("nobody there")}
	c := NewCabinet(h.Rooms, w)
	id := h.caseOf(from("c1"))
	if _, err := c.File(t.Context(), id, 1, 1); !errors.Is(err, triage.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	w.err = nil
	if _, err := c.File(t.Context(), id, 1, 1); err != nil {
		t.Errorf("%v", err)
	}
}

// dying is an archive whose steps end in a crash: the step of that number, and all after it, do not happen.
type dying struct {
	Archive
	left int
}

var errCrash = errors.New("crash")

func (f *dying) step() error {
	if f.left--; f.left < 0 {
		return errCrash
	}
	return nil
}

func (f *dying) Arrived(id string) ([]byte, error) {
	if err := f.step(); err != nil {
		return nil, err
	}
	return f.Archive.Arrived(id)
}

func (f *dying) Put(owner, name string, sealed []byte) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.Archive.Put(owner, name, sealed)
}

func (f *dying) Settle(id string) error {
	if err := f.step(); err != nil {
		return err
	}
	return f.Archive.Settle(id)
}

// However far it came before it was killed, a message with two files that comes again ends with both in the case, once, and
// with nothing left where they arrived.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	for steps := range 7 {
		h := newHouse(t)
		in := withFiles(t, h)
		archive := h.Archive
		m := said("c1", "1", "[写真1][写真2]")
		m.Files = []channels.File{sent(t, in, "一枚目"), sent(t, in, "二枚目")}
		h.Archive = &dying{archive, steps}
		if err := NewRouter(h.Rooms).Process(t.Context(), m); (err == nil) != (steps == 6) {
			t.Fatalf("%d steps: %v", steps, err)
		}
		h.Archive = archive
		r := NewRouter(h.Rooms)
		for range 2 {
			if err := r.Process(t.Context(), m); err != nil {
				t.Fatalf("%d steps, again: %v", steps, err)
			}
		}
		id := h.caseOf(from("c1"))
		if k, events := h.load(t, id); len(k.Files) != 2 || len(events) != 1 {
			t.Errorf("%d steps: %+v", steps, k.Files)
		}
		c := NewCabinet(h.Rooms, &washer{})
		for n, want := range []string{"洗った一枚目", "洗った二枚目"} {
			if got, err := c.File(t.Context(), id, n+1, 1); err != nil || string(got.Data) != want {
				t.Errorf("%d steps, file %d: %q, %v", steps, n+1, got.Data, err)
			}
			if _, err := archive.Arrived(m.Files[n].ID); !errors.Is(err, files.ErrMissing) {
				t.Errorf("%d steps: file %d is left where it arrived", steps, n+1)
			}
		}
	}
}

// Nothing in the folder tells what came, to which case, or what a page of it looks like; and after the erasure there is nothing.
func TestTheFolderTellsNothing(t *testing.T) {
	h := newHouse(t)
	dir := t.TempDir()
	in := withFilesIn(t, h, dir)
	m := said("c1", "1", "[写真1]")
	m.Files = []channels.File{sent(t, in, strings.Repeat("顔の写真", 100))}
	left := func() int {
		n := 0
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			n++
			data, err := fs.ReadFile(os.DirFS(dir), path)
			for _, secret := range []string{"顔", "洗", "image/png", string(h.caseOf(from("c1")))} {
				if bytes.Contains(data, []byte(secret)) || strings.Contains(path, secret) {
					t.Errorf("%q can be read", secret)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if left() != 1 {
		t.Error("it has not arrived")
	}
	h.process(t, m)
	id := h.caseOf(from("c1"))
	if _, err := NewCabinet(h.Rooms, &washer{}).File(t.Context(), id, 1, 1); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 2 {
		t.Errorf("%d files, want the original and a page", n)
	}
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := left(); n != 0 {
		t.Errorf("%d files after the erasure", n)
	}
}
