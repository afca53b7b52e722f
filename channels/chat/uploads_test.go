package chat

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"madoguchi/channels"
)

// cabinet is a Files that keeps in memory, or fails.
type cabinet struct {
	kept [][]byte
	err  error
}

func (c *cabinet) Keep(_ context.Context, r io.Reader, sort string) (channels.File, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	if c.err != nil {
		return channels.File{}, c.err
	}
	c.kept = append(c.kept, b)
	return channels.File{ID: string(rune('a' + len(c.kept))), Sort: sort}, nil
}

func room(t *testing.T) (*uploads, *cabinet) {
	t.Helper()
	c := &cabinet{}
	u, err := newUploads(t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	return u, c
}

func who(id string) channels.Address { return channels.NewAddress(name, id, nil) }

func jpeg(n int) []byte { return append([]byte("\xff\xd8\xff\xe0"), bytes.Repeat([]byte("x"), n-4)...) }

func promised(t *testing.T, u *uploads, a channels.Address, size int64) *upload {
	t.Helper()
	p, err := u.begin(a, size)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func older(t *testing.T, p *upload, by time.Duration) {
	t.Helper()
	at := time.Now().Add(-by)
	for _, path := range []string{p.half, p.done} {
		if err := os.Chtimes(path, at, at); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

func there(u *uploads, p *upload) bool {
	_, _, err := u.state(p)
	return err == nil
}

func TestFewPicturesAreOpenAtOnce(t *testing.T) {
	u, _ := room(t)
	var open []*upload
	for i := range mostOpen + 2 {
		p := promised(t, u, who("me"), 100)
		older(t, p, time.Duration(100-i)*time.Second)
		open = append(open, p)
	}
	other := promised(t, u, who("other"), 100)
	for i, p := range open {
		if there(u, p) != (i >= 2) {
			t.Errorf("%d is there: %v", i, there(u, p))
		}
	}
	u.forget(who("me"))
	if there(u, open[5]) || !there(u, other) {
		t.Error("who withdraws takes her own pictures with her, and no others")
	}
}

func TestPicturesHaveACeiling(t *testing.T) {
	u, _ := room(t)
	u.limit = 3 << 20
	first := promised(t, u, who("a"), 1<<20)
	second := promised(t, u, who("b"), 1<<20+1) // takes two
	if _, err := u.begin(who("c"), 1); !errors.Is(err, errRoom) {
		t.Errorf("beyond the ceiling: %v", err)
	}
	older(t, first, quietFor+time.Second)
	promised(t, u, who("c"), 1<<20)
	if there(u, first) || !there(u, second) {
		t.Error("what is quiet makes room, what is under way does not")
	}
	u.spare = 1 << 62
	if _, err := u.begin(who("d"), 1); !errors.Is(err, errRoom) {
		t.Errorf("on a disk that belongs to words: %v", err)
	}
	small := promised(t, &uploads{dir: u.dir, limit: 1 << 40}, who("f"), 50)
	if err := small.add(0, jpeg(50)); err != nil {
		t.Fatal(err)
	}
	if _, err := u.finish(t.Context(), small); !errors.Is(err, errRoom) || !there(u, small) {
		t.Errorf("whole, and the disk belongs to words: %v", err)
	}
	u.spare = 0
	for size, want := range map[int64]error{0: errSort, -1: errSort, channels.MaxFile + 1: channels.ErrTooLarge} {
		if _, err := u.begin(who("e"), size); !errors.Is(err, want) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestOldPicturesAreThrownAway(t *testing.T) {
	u, c := room(t)
	half, whole := promised(t, u, who("a"), 100), promised(t, u, who("a"), 100)
	if err := whole.add(0, jpeg(100)); err != nil {
		t.Fatal(err)
	}
	if _, err := u.finish(t.Context(), whole); err != nil || len(c.kept) != 1 {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after       time.Duration
		half, whole bool
	}{{halfLives - time.Minute, true, true}, {halfLives + time.Minute, false, true}, {wholeLives - time.Minute, false, true}, {wholeLives + time.Minute, false, false}} {
		if err := u.sweep(time.Now().Add(step.after)); err != nil {
			t.Fatal(err)
		}
		if there(u, half) != step.half || there(u, whole) != step.whole {
			t.Errorf("after %v: half %v, whole %v", step.after, there(u, half), there(u, whole))
		}
	}
}

// A crash at any byte of a piece, or between keeping a picture and noting so, loses nothing that cannot be sent again.
func TestCrashesOfUploads(t *testing.T) {
	u, c := room(t)
	data := jpeg(5000)
	p := promised(t, u, who("a"), 5000)
	if err := p.add(0, data[:3000]); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(p.half)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.add(3000, data[3000:]); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(p.half)
	if err != nil {
		t.Fatal(err)
	}
	for n := len(before); n < len(after); n += 97 {
		if err := os.WriteFile(p.half, after[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if offset, _, err := u.state(p); err != nil || offset != 3000 {
			t.Fatalf("cut at %d: %d %v", n, offset, err)
		}
		if err := p.add(3000, data[3000:]); err != nil {
			t.Fatal(err)
		}
		if offset, _, err := u.state(p); err != nil || offset != 5000 {
			t.Fatalf("cut at %d and gone on: %d %v", n, offset, err)
		}
	}
	c.err = channels.ErrUnavailable
	if _, err := u.finish(t.Context(), p); !errors.Is(err, channels.ErrUnavailable) || !there(u, p) {
		t.Fatalf("where Files fails: %v", err)
	}
	c.err = nil
	whole, err := os.ReadFile(p.half)
	if err != nil {
		t.Fatal(err)
	}
	one, err := u.finish(t.Context(), p)
	if err != nil || os.WriteFile(p.half, whole, 0o600) != nil { // killed before it was removed
		t.Fatal(err)
	}
	two, err := u.finish(t.Context(), p)
	if err != nil || *one != *two || len(c.kept) != 1 || !bytes.Equal(c.kept[0], data) {
		t.Errorf("kept %d times, %v", len(c.kept), err)
	}
}

// What was changed on the disk is never taken for a picture: the page sends it again.
func TestDamagedUploads(t *testing.T) {
	data := jpeg(600 << 10)
	for at := 0; at < 600<<10; at += 41 << 10 {
		u, c := room(t)
		p := promised(t, u, who("a"), int64(len(data)))
		for offset := 0; offset < len(data); offset += piece {
			if err := p.add(int64(offset), data[offset:min(offset+piece, len(data))]); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(p.half)
		if err != nil {
			t.Fatal(err)
		}
		b[at+headSize/2] ^= 1
		if err := os.WriteFile(p.half, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := u.finish(t.Context(), p); err == nil || len(c.kept) != 0 {
			t.Errorf("changed at %d: %v, kept %d", at, err, len(c.kept))
		}
	}
}

func TestPiecesCannotBeMoved(t *testing.T) {
	u, c := room(t)
	p := promised(t, u, who("a"), 3*piece)
	for i := range int64(3) {
		if err := p.add(i*piece, jpeg(piece)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(p.half)
	if err != nil {
		t.Fatal(err)
	}
	n := int(4 + binary.BigEndian.Uint32(b[headSize:]))
	copy(b[headSize+n:], b[headSize:headSize+n]) // the first piece twice
	if err := os.WriteFile(p.half, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := u.finish(t.Context(), p); !errors.Is(err, errNone) || len(c.kept) != 0 || there(u, p) {
		t.Errorf("%v, kept %d", err, len(c.kept))
	}
}

// FuzzUpload: no id leads out of the folder, or anywhere without its conversation.
func FuzzUpload(f *testing.F) {
	u, err := newUploads(f.TempDir(), &cabinet{})
	if err != nil {
		f.Fatal(err)
	}
	p, err := u.begin(who("mine"), 100)
	if err != nil {
		f.Fatal(err)
	}
	for _, id := range []string{"", "-", "../x", "a-1", p.id, p.id + "0", "aaaaaaaaaaaaaaaaaaaaaaaaaa-1", "aaaaaaaaaaaaaaaaaaaaaaaaaa-021", "aaaaaaaaaaaaaaaaaaaaaaaaaa-21", "/etc/passwd-1"} {
		f.Add(id, "mine")
		f.Add(id, "other")
	}
	f.Fuzz(func(t *testing.T, id, whose string) {
		got, err := u.at(who(whose), id)
		if err != nil {
			return
		}
		if filepath.Dir(got.half) != filepath.Join(u.dir, "half") || filepath.Dir(got.done) != filepath.Join(u.dir, "done") {
			t.Errorf("%q leads to %s", id, got.half)
		}
		if there(u, got) && (id != p.id || whose != "mine") {
			t.Errorf("%q of %q opens another's", id, whose)
		}
	})
}

// That a picture cannot be opened just now does not mean that there is none: the page would begin again.
func TestADiskThatFailsIsNoMissingPicture(t *testing.T) {
	u, err := newUploads(t.TempDir(), &cabinet{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := u.begin(who("mine"), 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Remove(p.half), os.Symlink(p.half, p.half)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := u.state(p); !errors.Is(err, errDisk) {
		t.Errorf("its state: %v", err)
	}
	if _, err := u.finish(t.Context(), p); !errors.Is(err, errDisk) {
		t.Errorf("its end: %v", err)
	}
	u.drop(p)
	if _, _, err := u.state(p); !errors.Is(err, errNone) {
		t.Errorf("once it is gone: %v", err)
	}
}

// FuzzHalf: whatever lies in the folder, nothing that was not sent is kept.
func FuzzHalf(f *testing.F) {
	u, err := newUploads(f.TempDir(), &cabinet{})
	if err != nil {
		f.Fatal(err)
	}
	p, err := u.begin(who("mine"), 100)
	if err != nil {
		f.Fatal(err)
	}
	head, err := os.ReadFile(p.half)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add(head)
	f.Add(append(bytes.Clone(head), 0, 0, 0, 29))
	f.Add(append(bytes.Clone(head), 0xff, 0xff, 0xff, 0xff))
	f.Add(append(bytes.Clone(head), bytes.Repeat([]byte{0}, 300)...))
	f.Add(append(append(bytes.Clone(head), 0, 0, 0, 128), bytes.Repeat([]byte{1}, 128)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := &cabinet{}
		u := &uploads{dir: u.dir, files: c, limit: u.limit}
		if err := os.WriteFile(p.half, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if offset, _, err := u.state(p); err == nil && (offset < 0 || offset > int64(len(b))) {
			t.Errorf("offset %d of %d bytes", offset, len(b))
		}
		if _, err := u.finish(t.Context(), p); err == nil || len(c.kept) != 0 {
			t.Error("what nobody sent was kept")
		}
	})
}
