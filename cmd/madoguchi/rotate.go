package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"madoguchi/router/envelope"
	"madoguchi/router/mailbox"
)

// Keys are replaced in two steps, because many processes share them and none waits for another. First every file gets the new
// version beside those it has, and the processes learn to open with it; only then the files say that it is the one to seal with.
// Both steps are written down whole, in a folder beside the sets, before the first file changes: cut off anywhere, the same
// command goes on where it was.
var keysRotateCommand = command{name: "keys rotate", args: "[--finish]", does: "puts a new version of every key in use; --finish removes those that nothing needs any more",
	own: []flagDef{
		{"finish", "false", "remove the versions that were replaced; refused while anything is left that only they open"},
		{"settle", "10s", "how long running processes have to learn of a new version before it seals"},
	}, run: keysRotate}

var keysStatusCommand = command{name: "keys status", does: "says which versions of the keys there are, and what is left under those that were replaced", run: keysStatus}

var errKeysAway = errors.New("keys: the files cannot be read")

// stepsFolder holds a rotation that is under way: the files of its steps, in 1 and 2.
const stepsFolder = ".rotation"

func keysRotate(ctx context.Context, p *program, _ []string) error {
	dir := p.set["KEYS"]
	if p.flags["finish"] == "true" {
		return keysFinish(ctx, p)
	}
	settle, err := time.ParseDuration(p.flags["settle"])
	if err != nil || settle < 0 {
		return errors.New("--settle: expected a time such as 10s")
	}
	if _, err := os.Stat(filepath.Join(dir, stepsFolder)); errors.Is(err, fs.ErrNotExist) {
		k, err := allKeys(dir)
		if err != nil {
			return err
		}
		known, turned, err := k.rotated(time.Now())
		if err != nil {
			return err
		}
		if err := prepare(dir, known, turned); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(p.stdout, "going on with a rotation that was cut off")
	}
	if err := step(dir, "1"); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return errors.New("keys: cut off between the steps; run the same command again")
	case <-time.After(settle):
	}
	if err := errors.Join(step(dir, "2"), finishSteps(dir)); err != nil {
		return err
	}
	k, err := allKeys(dir)
	if err != nil {
		return err
	}
	k.tell(p.stdout)
	fmt.Fprintln(p.stdout, "New versions are in use; those before still open. Back the keys up apart from Redis, beside the backup of before.\nLater, remove what was replaced with: madoguchi keys rotate --finish")
	return nil
}

// allKeys reads the sets of every role.
func allKeys(dir string) (*keySets, error) { return loadKeys(dir, roles...) }

// set is what every kind of key set can do.
type set interface{ Marshal() ([]byte, error) }

// setFiles are key files as they are written.
type setFiles map[string][]byte

func (f setFiles) put(s set, paths ...string) error {
	data, err := s.Marshal()
	for _, p := range paths {
		f[p] = data
	}
	return err
}

// mailboxes adds both sides of the mailboxes.
func (f setFiles) mailboxes(r *mailbox.ReaderKeys, w *mailbox.WriterKeys) {
	f["gateway/mailbox.json"] = r.Marshal()
	for _, p := range []string{"router/mailbox.json", "vault/mailbox.json"} {
		f[p] = w.Marshal()
	}
}

// addresses adds both sides of the keys of addresses.
func (f setFiles) addresses(key *envelope.Identity, to *envelope.Recipient) error {
	return errors.Join(f.put(key, "vault/address.json"), f.put(to, "gateway/address.json", "router/address.json"))
}

// rotated returns the files in which every process learns the new versions, and then those in which they are in use.
//
// What names messages and senders at the gateway stays: it chooses the lane of a conversation, so that replacing it would put messages out
// of order, and what it names is forgotten within days.
func (k *keySets) rotated(now time.Time) (known, turned setFiles, err error) {
	identity, err := k.identity.Added()
	if err != nil {
		return nil, nil, err
	}
	addresses, err := k.addresses.Added()
	if err != nil {
		return nil, nil, err
	}
	known, turned = setFiles{}, setFiles{}
	names, vault, body, desk := k.names.Added(), k.vault.Added(), k.body.Added(), k.desk.Added()
	reader, writer := mailbox.Added(k.reader, k.writer)
	known.mailboxes(reader, writer)
	turned.mailboxes(mailbox.Turned(reader, writer, now))
	err = errors.Join(
		known.put(identity, "router/intake.json"), turned.put(identity.Recipient(), "gateway/intake.json"),
		known.put(addresses, "vault/address.json"), turned.addresses(addresses, addresses.Recipient()),
		known.put(names, "router/names.json", "vault/names.json"), turned.put(names.Turned(), "router/names.json", "vault/names.json"),
		known.put(vault, "router/identity.json", "vault/identity.json"), turned.put(vault.Turned(), "router/identity.json", "vault/identity.json"),
		known.put(body, k.with("body.json")...), turned.put(body.Turned(), k.with("body.json")...),
		known.put(desk, "console/desk.json"), turned.put(desk.Turned(), "console/desk.json"))
	return known, turned, err
}

// with are the files of that name.
func (k *keySets) with(name string) []string {
	var paths []string
	for _, f := range (&keySets{}).files() {
		if filepath.Base(f.path) == name {
			paths = append(paths, f.path)
		}
	}
	return paths
}

// prepare writes the steps down, all or none. It refuses where another rotation is under way.
func prepare(dir string, steps ...setFiles) error {
	made, err := os.MkdirTemp(dir, ".rotation-")
	if err != nil {
		return errors.New("keys: the folder cannot be written")
	}
	defer os.RemoveAll(made) // gone already once it is in its place
	for i, files := range steps {
		for path, data := range files {
			full := filepath.Join(made, fmt.Sprint(i+1), path)
			if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
				return errors.New("keys: a folder cannot be made")
			}
			if err := writeSynced(full, data); err != nil {
				return errors.New("keys: a file cannot be written")
			}
		}
	}
	if err := os.Rename(made, filepath.Join(dir, stepsFolder)); err != nil {
		return errors.New("keys: another rotation is under way")
	}
	return syncFolder(dir)
}

// step puts the files of a step in their places, each whole or not at all. Again is harmless.
func step(dir, name string) error {
	root := filepath.Join(dir, stepsFolder, name)
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return nil // this rotation has no such step
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return errKeysAway
		}
		if !d.Type().IsRegular() {
			return nil
		}
		at, err := filepath.Rel(root, path)
		if err != nil {
			return errKeysAway
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return errKeysAway
		}
		to := filepath.Join(dir, at)
		beside := filepath.Join(filepath.Dir(to), "."+filepath.Base(to)+".new")
		if err := os.Remove(beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return errors.New("keys: a file cannot be written")
		}
		if err := writeSynced(beside, data); err != nil {
			return errors.New("keys: a file cannot be written")
		}
		if err := keepOwner(to, beside); err != nil {
			return err
		}
		if err := os.Rename(beside, to); err != nil {
			return errors.New("keys: a file cannot be put in its place")
		}
		return syncFolder(filepath.Dir(to))
	})
}

// finishSteps takes the written steps away. They are moved first, so that none is done in part another time.
func finishSteps(dir string) error {
	done := filepath.Join(dir, ".rotation-done")
	err := errors.Join(os.RemoveAll(done), os.Rename(filepath.Join(dir, stepsFolder), done), os.RemoveAll(done))
	if err != nil {
		return errors.New("keys: the folder cannot be written")
	}
	return syncFolder(dir)
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return errKeysAway
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return errors.New("keys: the folder cannot be written")
	}
	return nil
}

// tell says which versions there are.
func (k *keySets) tell(w io.Writer) {
	for _, line := range []struct {
		what string
		ids  []string
	}{
		{"intake (messages on their way)", k.identity.Versions()}, {"names (senders)", k.names.Versions()},
		{"codes (return codes)", k.reader.Versions()}, {"address (who is reached where)", k.addresses.Versions()},
		{"identity (words and names)", k.vault.Versions()},
		{"body (cases)", k.body.Versions()}, {"desk (accounts, records of acts)", k.desk.Versions()},
	} {
		fmt.Fprintf(w, "%-34s in use %s", line.what, line.ids[0])
		if rest := line.ids[1:]; len(rest) > 0 {
			fmt.Fprintf(w, "; still opening: %d", len(rest))
		}
		fmt.Fprintln(w)
	}
}

// former are the ids of the intake keys that were replaced.
func (k *keySets) former() []string {
	return slices.DeleteFunc(k.identity.Versions(), func(id string) bool { return id == k.recipient.ID().String() })
}

// sealedTo counts what is sealed to intake keys that were replaced.
type sealedTo struct {
	former []string
	count  int
}

func (s *sealedTo) see(record []byte) {
	if id := envelope.SealedTo(record).String(); slices.Contains(s.former, id) {
		s.count++
	}
}
