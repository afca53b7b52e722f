package owner

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWhatIsGiven(t *testing.T) {
	for _, tt := range []struct {
		me, folder, file int
		want             bool
	}{
		{0, 1000, 0, true},
		{0, 0, 0, false},          // root's own folder
		{0, 1000, 1000, false},    // it belongs there already
		{0, 1000, 1001, false},    // another's: a role's keys
		{1000, 1000, 0, false},    // nobody but root can give
		{1000, 1001, 1000, false}, // no folder of theirs
	} {
		if got := given(tt.me, IDs{tt.folder, 7}, IDs{tt.file, 8}); got != tt.want {
			t.Errorf("%+v", tt)
		}
	}
}

// whose are the user and the group of a file, or of the link itself.
func whose(t *testing.T, path string) IDs {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	ids, ok := Of(info)
	if !ok {
		t.Fatal("the system does not say whose a file is")
	}
	return ids
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What was made is the folder's owner's; run as root in a folder of another's, as anybody in one of their own.
func TestOpenAndMendKeepTheOwner(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	want, me := IDs{os.Geteuid(), os.Getegid()}, IDs{os.Geteuid(), os.Getegid()}
	must(t, os.WriteFile(outside, nil, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "before"), nil, 0o600))
	if me.UID == root {
		want = IDs{54321, 54322}
		must(t, os.Chown(dir, want.UID, want.GID))
	}
	for range 2 {
		f, err := Open(dir, "lock")
		must(t, err)
		if _, err := f.WriteString("x"); err != nil {
			t.Error(err)
		}
		must(t, f.Close())
	}
	if got := whose(t, filepath.Join(dir, "lock")); got != want {
		t.Errorf("made as %v, want %v", got, want)
	}
	if info, err := os.Stat(filepath.Join(dir, "lock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	role := IDs{me.UID, me.GID}
	must(t, os.MkdirAll(filepath.Join(dir, "keys", "router"), 0o700))
	if me.UID == root {
		role = IDs{54323, 54324}
		must(t, os.Chown(filepath.Join(dir, "keys", "router"), role.UID, role.GID))
	}
	must(t, os.WriteFile(filepath.Join(dir, "keys", "router", "new.json"), nil, 0o600))
	must(t, os.Symlink(outside, filepath.Join(dir, "link")))
	must(t, os.Link(outside, filepath.Join(dir, "second-name")))
	must(t, Mend(dir, "nothing-of-this"))
	if got := whose(t, filepath.Join(dir, "before")); got != me {
		t.Errorf("what was not named was given to %v", got)
	}
	must(t, Mend(dir))
	for name, want := range map[string]IDs{"before": want, "keys": want, "keys/router": role, "keys/router/new.json": role, "link": want, "second-name": me} {
		if got := whose(t, filepath.Join(dir, name)); got != want {
			t.Errorf("%s belongs to %v, want %v", name, got, want)
		}
	}
	if got := whose(t, outside); got != me {
		t.Errorf("what is outside was given to %v", got)
	}
	must(t, Mend(filepath.Join(dir, "nowhere")))
	must(t, os.Mkdir(filepath.Join(dir, "made"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "made", "file"), nil, 0o600))
	must(t, Mend(filepath.Join(dir, "made")))
	for _, name := range []string{"made", "made/file"} {
		if got := whose(t, filepath.Join(dir, name)); got != want {
			t.Errorf("%s belongs to %v, want %v", name, got, want)
		}
	}
	must(t, os.Symlink(filepath.Join(dir, "not-there"), filepath.Join(dir, "dangling")))
	if _, err := Open(dir, "dangling"); err == nil {
		t.Error("a link that leads nowhere was opened")
	}
}
