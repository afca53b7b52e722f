package files

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"madoguchi/channels"
	"madoguchi/router/envelope"
)

func rooms(t *testing.T) (dir string, in *Inbox, a *Archive) {
	t.Helper()
	key, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if in, err = OpenInbox(dir, key.Recipient()); err != nil {
		t.Fatal(err)
	}
	if a, err = OpenArchive(dir, envelope.NewOpener(key)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); a.Close() })
	return dir, in, a
}

// on is everything in the folder, by path.
func on(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v", info.Mode())
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFileComesThroughSealed(t *testing.T) {
	dir, in, a := rooms(t)
	picture := bytes.Repeat([]byte("たなかはなこ.jpg"), 1000)
	f, err := in.Keep(t.Context(), bytes.NewReader(picture), channels.Picture)
	if err != nil || f.Sort != channels.Picture || f.ID == "" {
		t.Fatalf("%+v, %v", f, err)
	}
	for path, data := range on(t, dir) {
		if bytes.Contains(data, []byte("たなか")) || strings.Contains(path, "たなか") {
			t.Error("what was sent can be read on disk")
		}
	}
	got, err := a.Arrived(f.ID)
	if err != nil || !bytes.Equal(got, picture) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	for range 2 { // doing it again is harmless
		if err := a.Settle(f.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Arrived(f.ID); !errors.Is(err, ErrMissing) {
		t.Errorf("after it was settled: %v", err)
	}
	if len(on(t, dir)) != 0 {
		t.Error("something is left")
	}
}

func TestAFileIsTakenWholeOrNotAtAll(t *testing.T) {
	dir, in, _ := rooms(t)
	for what, want := range map[string]struct {
		read *bytes.Reader
		err  error
	}{"the largest": {bytes.NewReader(make([]byte, channels.MaxFile)), nil}, "too large": {bytes.NewReader(make([]byte, channels.MaxFile+1)), channels.ErrTooLarge}} {
		if _, err := in.Keep(t.Context(), want.read, channels.Other); !errors.Is(err, want.err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := in.Keep(t.Context(), iotest.TimeoutReader(bytes.NewReader(make([]byte, 100_000))), channels.Other); !errors.Is(err, channels.ErrUnavailable) {
		t.Errorf("a torn one: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range atOnce {
		in.busy <- struct{}{}
	}
	if _, err := in.Keep(gone, strings.NewReader("x"), channels.Other); !errors.Is(err, context.Canceled) {
		t.Errorf("whoever left: %v", err)
	}
	if n := len(on(t, dir)); n != 1 {
		t.Errorf("%d files are left, want 1", n)
	}
}

func TestNoIdLeadsElsewhere(t *testing.T) {
	dir, _, a := rooms(t)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"", "..", "../secret", "../../etc/passwd", "a/b", "AAAAAAAAAAAAAAAAAAAA", strings.Repeat("a", 65), "aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		if _, err := a.Arrived(id); !errors.Is(err, ErrMissing) {
			t.Errorf("%q: %v", id, err)
		}
		if err := a.Settle(id); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "secret")); err != nil {
		t.Error("a file elsewhere was removed")
	}
}

func TestAMovedOrChangedFileDoesNotOpen(t *testing.T) {
	dir, in, a := rooms(t)
	one, err1 := in.Keep(t.Context(), strings.NewReader("one"), channels.Other)
	two, err2 := in.Keep(t.Context(), strings.NewReader("two"), channels.Other)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	path := func(id string) string { return filepath.Join(dir, arriving, id) }
	if err := os.Rename(path(one.ID), path(two.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Arrived(two.ID); !errors.Is(err, envelope.ErrOpen) {
		t.Errorf("under another's name: %v", err)
	}
}

func TestWhatIsKeptAndForgotten(t *testing.T) {
	dir, _, a := rooms(t)
	for _, owner := range []string{"aa", "bb"} {
		for _, name := range []string{"01", "02"} {
			if err := a.Put(owner, name, []byte(owner+name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Put("aa", "01", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Read("aa", "01"); err != nil || string(got) != "again" {
		t.Errorf("%q, %v", got, err)
	}
	for range 2 {
		if err := errors.Join(a.Forget("bb", "01"), a.ForgetAll("aa")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Read("aa", "02"); !errors.Is(err, ErrMissing) {
		t.Errorf("what was forgotten: %v", err)
	}
	if left := on(t, dir); len(left) != 1 {
		t.Errorf("%d files are left, want 1", len(left))
	}
}

func TestWhatNobodyNamesIsThrownAway(t *testing.T) {
	dir, in, a := rooms(t)
	if err := in.Sweep(time.Now()); err != nil {
		t.Fatal("of an empty folder:", err)
	}
	f, err := in.Keep(t.Context(), strings.NewReader("x"), channels.Other)
	if err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]int{0: 1, Waits - time.Minute: 1} {
		if err := in.Sweep(time.Now().Add(after)); err != nil || len(on(t, dir)) != want {
			t.Errorf("after %v: %d, %v", after, len(on(t, dir)), err)
		}
	}
	if err := in.Sweep(time.Now().Add(Waits + time.Minute)); err != nil || len(on(t, dir)) != 0 {
		t.Errorf("a day later: %d, %v", len(on(t, dir)), err)
	}
	if _, err := a.Arrived(f.ID); !errors.Is(err, ErrMissing) {
		t.Errorf("%v", err)
	}
}

// Where gateway and router are two users, the group of the folder in which files arrive reads them and takes them away; what is
// kept is the router's alone. A router that may not take them away is not opened.
func TestTwoUsersShareWhatArrives(t *testing.T) {
	dir, in, a := rooms(t)
	modes := func(folder string, want fs.FileMode) {
		t.Helper()
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil || len(entries) == 0 {
			t.Fatalf("%d entries, %v", len(entries), err)
		}
		for _, e := range entries {
			if info, err := e.Info(); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", folder, info.Mode(), err)
			}
		}
	}
	keep := func() {
		t.Helper()
		if _, err := in.Keep(t.Context(), strings.NewReader("x"), channels.Other); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	modes(arriving, 0o600)
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, arriving)), os.Mkdir(filepath.Join(dir, arriving), 0o700), os.Chmod(filepath.Join(dir, arriving), 0o770)); err != nil {
		t.Fatal(err)
	}
	keep()
	modes(arriving, 0o640)
	if err := a.Put("aa", "01", []byte("x")); err != nil {
		t.Fatal(err)
	}
	modes(kept, 0o700)
	modes(kept+"/aa", 0o600)
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, arriving)), os.WriteFile(filepath.Join(dir, arriving), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if b, err := OpenArchive(dir, a.opener); err == nil {
		t.Error("an archive whose arrivals cannot be removed is opened")
		b.Close()
	}
}
