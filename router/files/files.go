// Package files keeps what comes with messages: pictures, scans, recordings.
//
// A file is durable before the message that names it. The gateway seals it, to the same key as messages, and can never open
// it again (Inbox). The router opens it once, in memory, seals it with the key of its case, and puts it where files stay
// (Archive); so the key that messages arrive under can be destroyed, and destroying the key of a case makes its files
// unreadable in every copy. Nothing here looks at what is in a file.
//
// Both write a file whole or not at all: beside, synced, then under its name, and the folder is synced as well. No name of a
// file tells a case, a sender or what a person called it.
//
// Nobody but the user of the process can read what it writes, or make room in it; where the two are different users, the folder
// of what arrives belongs to the gateway and to a group of the router's, and its files to that group as well.
package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"madoguchi/channels"
	"madoguchi/router/envelope"
)

// ErrMissing says that there is no such file.
var ErrMissing = errors.New("files: there is no such file")

const (
	arriving = "in"   // what the gateway has sealed, by id
	kept     = "kept" // what the router has sealed: a folder for each case
	atOnce   = 4      // files in memory at the same time
	// Waits is how long an arrived file waits for the message that names it.
	Waits = 24 * time.Hour
)

// Inbox takes files in. It can seal and cannot open. It is safe for concurrent use.
type Inbox struct {
	root *os.Root
	to   *envelope.Recipient
	busy chan struct{}
}

var _ channels.Files = (*Inbox)(nil)

// OpenInbox returns the inbox of a folder, which it makes where it is missing.
func OpenInbox(dir string, to *envelope.Recipient) (*Inbox, error) {
	root, err := open(dir)
	if err != nil {
		return nil, err
	}
	return &Inbox{root, to, make(chan struct{}, atOnce)}, nil
}

// Close gives the folder back.
func (i *Inbox) Close() error { return i.root.Close() }

// Keep implements channels.Files.
func (i *Inbox) Keep(ctx context.Context, r io.Reader, sort string) (channels.File, error) {
	select {
	case i.busy <- struct{}{}:
		defer func() { <-i.busy }()
	case <-ctx.Done():
		return channels.File{}, ctx.Err()
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, channels.MaxFile+1))
	switch {
	case err != nil:
		return channels.File{}, channels.ErrUnavailable // what the reader says may hold words
	case n > channels.MaxFile:
		return channels.File{}, channels.ErrTooLarge
	}
	id := strings.ToLower(rand.Text())
	record, err := envelope.NewSealer(i.to, lane(id)).Seal(1, b.Bytes())
	if err != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	if write(i.root, arriving, id, record) != nil {
		return channels.File{}, channels.ErrUnavailable
	}
	return channels.File{ID: id, Sort: sort}, nil
}

// Sweep throws away what no message has named within Waits, and what a crash has left half written. It knows of no message:
// the caller sees to it that none is on its way.
func (i *Inbox) Sweep(now time.Time) error {
	dir, err := i.root.Open(arriving)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > Waits {
			if err := remove(i.root, arriving+"/"+e.Name()); err != nil {
				return unnamed(err)
			}
		}
	}
	return nil
}

// unnamed is an error without the name of the file, which is its id.
func unnamed(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("files: %s: %w", at.Op, at.Err)
	}
	return err
}

// lane binds a file to its id.
func lane(id string) string { return "file/" + id }

// Archive is the router's side. It is safe for concurrent use.
type Archive struct {
	root   *os.Root
	opener *envelope.Opener
}

// OpenArchive returns the archive of the same folder. It fails where files that arrive there could not be removed.
func OpenArchive(dir string, opener *envelope.Opener) (*Archive, error) {
	root, err := open(dir)
	if err != nil {
		return nil, err
	}
	if err := clearable(root); err != nil {
		_ = root.Close() // nothing was written
		return nil, fmt.Errorf("files: what arrives cannot be removed: %w", err)
	}
	return &Archive{root, opener}, nil
}

// clearable tries whether a file can be made and removed where files arrive, if anything has ever arrived.
func clearable(root *os.Root) error {
	name := arriving + "/." + rand.Text()
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), remove(root, name))
}

// Close gives the folder back.
func (a *Archive) Close() error { return a.root.Close() }

var idForm = regexp.MustCompile(`^[a-z2-7]{16,64}$`)

// Arrived opens a file that has arrived, or fails with ErrMissing, or with what envelope says.
func (a *Archive) Arrived(id string) ([]byte, error) {
	if !idForm.MatchString(id) { // ids come from doors
		return nil, ErrMissing
	}
	record, err := read(a.root, arriving+"/"+id)
	if err != nil {
		return nil, err
	}
	return a.opener.Open(lane(id), 1, record)
}

// Settle removes a file that has arrived and is kept now.
func (a *Archive) Settle(id string) error {
	if !idForm.MatchString(id) {
		return nil
	}
	return remove(a.root, arriving+"/"+id)
}

// Put keeps sealed bytes. owner and name are digests in hexadecimal: of the case, and of what it is.
func (a *Archive) Put(owner, name string, sealed []byte) error {
	return write(a.root, kept+"/"+owner, name, sealed)
}

// Read returns what was kept, or ErrMissing.
func (a *Archive) Read(owner, name string) ([]byte, error) {
	return read(a.root, kept+"/"+owner+"/"+name)
}

// Forget removes one thing; where it is not there, nothing happens.
func (a *Archive) Forget(owner, name string) error { return remove(a.root, kept+"/"+owner+"/"+name) }

// ForgetAll removes everything of an owner.
func (a *Archive) ForgetAll(owner string) error { return a.root.RemoveAll(kept + "/" + owner) }

func open(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errors.New("files: the folder cannot be made")
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.New("files: the folder cannot be opened")
	}
	return root, nil
}

// write makes dir/name durable, whole or not at all.
func write(root *os.Root, dir, name string, data []byte) (err error) {
	if err := root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	beside := dir + "/." + name + "." + rand.Text()[:8]
	f, err := root.OpenFile(beside, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, share(root, dir, f), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, remove(root, beside))
	}
	if err := root.Rename(beside, dir+"/"+name); err != nil {
		return errors.Join(err, remove(root, beside))
	}
	for d := dir; d != "."; d = path.Dir(d) { // a folder is an entry of its parent
		if err := syncDir(root, d); err != nil {
			return err
		}
	}
	return syncDir(root, ".")
}

// share lets the group of the folder read the file where it may remove it.
func share(root *os.Root, dir string, f *os.File) error {
	info, err := root.Stat(dir)
	if err != nil || info.Mode().Perm()&0o020 == 0 {
		return err
	}
	return f.Chmod(0o640)
}

func syncDir(root *os.Root, name string) error {
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func read(root *os.Root, name string) ([]byte, error) {
	data, err := root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	return data, err
}

func remove(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
