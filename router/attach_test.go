package router

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/files"
	"madoguchi/triage"
)

// withFiles gives the house a folder for files and the gateway's side of it.
func withFiles(t *testing.T, h *house) *files.Inbox {
	t.Helper()
	return withFilesIn(t, h, t.TempDir())
}

func withFilesIn(t *testing.T, h *house, dir string) *files.Inbox {
	t.Helper()
	key, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		t.Fatal(err)
	}
	in, err := files.OpenInbox(dir, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	archive, err := files.OpenArchive(dir, envelope.NewOpener(key))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); archive.Close() })
	h.Archive = archive
	h.router = NewRouter(h.Rooms)
	h.front = NewFront(h.router)
	return in
}

func sent(t *testing.T, in *files.Inbox, content string) channels.File {
	t.Helper()
	f, err := in.Keep(t.Context(), strings.NewReader(content), channels.Picture)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFilesComeToTheirCase(t *testing.T) {
	h := newHouse(t)
	in := withFiles(t, h)
	with := func(id, text string, f ...channels.File) channels.Message {
		m := said("c1", id, text)
		m.Files, m.Late, m.Unchecked = f, id == "2", id == "2"
		return m
	}
	one, two, three := sent(t, in, "一枚目"), sent(t, in, "二枚目"), sent(t, in, "三枚目")
	first := with("1", "[写真1] いじめの写真 [写真9]", one)
	h.process(t, first)
	h.process(t, first) // replayed, when what arrived is gone already
	h.process(t, with("2", "[写真1]と[写真2]", two, three))
	h.process(t, with("3", "[写真1]", channels.File{ID: "neverarrived2222", Sort: channels.Picture}))
	id := h.caseOf(from("c1"))
	k, events := h.load(t, id)
	var texts []string
	for _, e := range events {
		texts = append(texts, e.Text)
	}
	if got := strings.Join(texts, "|"); got != "[写真1] いじめの写真 [写真9]|[写真2]と[写真3]|[写真4]" {
		t.Errorf("the marks are %s", got)
	}
	if len(k.Files) != 4 || k.Files[0].ID != one.ID || !events[1].Late || !events[1].Unchecked || len(k.Unchecked) != 1 {
		t.Errorf("%+v", k)
	}
	rec, err := h.Vault.Open(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	owner := h.Names.owner(id)
	for f, want := range map[string]string{one.ID: "一枚目", two.ID: "二枚目", three.ID: "三枚目"} {
		name := h.Names.fileName(id, f, originalPart)
		sealed, err := h.Archive.Read(owner, name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rec.OpenFile(name, sealed); err != nil || string(got) != want || bytes.Contains(sealed, []byte(want)) {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := rec.OpenFile("another", sealed); err == nil {
			t.Error("it opens under another name")
		}
		if _, err := h.Archive.Arrived(f); !errors.Is(err, files.ErrMissing) {
			t.Errorf("what arrived is still there: %v", err)
		}
	}
	if err := h.front.Erase(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Archive.Read(owner, h.Names.fileName(id, one.ID, originalPart)); !errors.Is(err, files.ErrMissing) {
		t.Errorf("after the erasure: %v", err)
	}
}

func TestWordsAreNoMarks(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c1", "1", "[写真1]がほしい"))
	if k, events := h.load(t, h.caseOf(from("c1"))); events[0].Text != "[写真1]がほしい" || len(k.Files) != 0 || k.State != triage.Waiting {
		t.Errorf("%q", events[0].Text)
	}
}
