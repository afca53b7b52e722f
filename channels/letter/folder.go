package letter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"madoguchi/channels"
)

// Where scans go once they need no more attention.
const (
	acceptedFolder = "accepted"
	failedFolder   = "failed"
)

// maxScan is the largest scan that is read. A pack of letters in one file may be larger than a file of one message.
const maxScan = 100 << 20

// sight is how a file looked when it changed last.
type sight struct {
	size  int64
	mod   time.Time
	since time.Time
}

// round looks at the folder once and takes in what is complete, oldest first. It stops where the house cannot store.
func (d *door) round(ctx context.Context, seen map[string]sight) error {
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return errors.New("letter: the folder cannot be opened")
	}
	defer root.Close()
	files, err := d.complete(root, seen)
	if err != nil {
		return err
	}
	if err := d.clear(root); err != nil {
		return err
	}
	for _, f := range files {
		if ctx.Err() != nil {
			return nil
		}
		if err := d.takeFile(ctx, root, f.Name(), time.Since(seen[f.Name()].since) >= d.grace); err != nil {
			return err
		}
	}
	return nil
}

// complete lists the files that have not grown for a while. Only regular files are looked at: a link or a pipe in a folder
// that others can write to is no scan.
func (d *door) complete(root *os.Root, seen map[string]sight) ([]fs.FileInfo, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, errors.New("letter: the folder cannot be read")
	}
	here := map[string]bool{}
	var ready []fs.FileInfo
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		info, err := root.Lstat(e.Name())
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		here[e.Name()] = true
		s, known := seen[e.Name()]
		if !known || s.size != info.Size() || !s.mod.Equal(info.ModTime()) {
			seen[e.Name()] = sight{info.Size(), info.ModTime(), time.Now()}
			continue
		}
		if time.Since(s.since) >= d.settle {
			ready = append(ready, info)
		}
	}
	for name := range seen {
		if !here[name] {
			delete(seen, name)
		}
	}
	slices.SortStableFunc(ready, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	return ready, nil
}

// takeFile takes a scan in and moves it. One that cannot be read waits, in case that it is still being written, and is for
// a person to look at when it has waited long enough.
func (d *door) takeFile(ctx context.Context, root *os.Root, file string, patient bool) error {
	data, err := open(root, file)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoScan) {
		return nil
	}
	if folder := d.moved[called(data)]; folder != "" && err == nil {
		return move(root, file, folder, called(data)+extension(data)) // the same scan again
	}
	if err == nil {
		err = d.take(ctx, data)
	}
	switch {
	case err == nil:
		return d.settled(root, file, acceptedFolder, data)
	case errors.Is(err, errUnreadable) && !patient:
		return nil
	case errors.Is(err, errUnreadable):
		if err := d.giveUp(ctx, data); err != nil {
			return err
		}
		d.env.Log.Error("a letter cannot be read; it is in "+failedFolder+"/ and in the queue", "channel", name)
		if d.env.Unread != nil {
			d.env.Unread(name)
		}
		return d.settled(root, file, failedFolder, data)
	}
	return err
}

// remembered is how many scans are known again without being read again. What a machine reads is the dear part; whether a
// scan that is forgotten here comes again, the case says.
const remembered = 10_000

// settled moves a scan that the house has to where it needs no more attention.
func (d *door) settled(root *os.Root, file, folder string, data []byte) error {
	if err := move(root, file, folder, called(data)+extension(data)); err != nil {
		return err
	}
	if len(d.moved) >= remembered || d.moved == nil {
		d.moved = map[string]string{}
	}
	d.moved[called(data)] = folder
	return nil
}

// errNoScan says that something is no regular file any more.
var errNoScan = errors.New("letter: not a regular file")

// open reads a file of the folder. It does not follow a link, nor wait for a pipe, that has taken the file's place.
func open(root *os.Root, file string) ([]byte, error) {
	f, err := root.OpenFile(file, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fs.ErrNotExist
		}
		return nil, errNoScan
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, errNoScan
	}
	data, err := io.ReadAll(io.LimitReader(f, maxScan+1))
	if err != nil {
		return nil, errNoScan
	}
	if len(data) > maxScan {
		return data[:maxScan], errUnreadable
	}
	return data, nil
}

// clearEvery is how often accepted/ is looked at for scans that have been there long enough.
const clearEvery = time.Minute

// clear removes from accepted/ what has been there long enough.
func (d *door) clear(root *os.Root) error {
	now := time.Now()
	if d.stay == 0 || now.Before(d.prune) {
		return nil
	}
	d.prune = now.Add(min(clearEvery, d.stay))
	entries, err := fs.ReadDir(root.FS(), acceptedFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errors.New("letter: the folder cannot be read")
	}
	for _, e := range entries {
		at := filepath.Join(acceptedFolder, e.Name())
		info, err := root.Lstat(at)
		if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) < d.stay {
			continue
		}
		if err := root.Remove(at); err != nil {
			return errors.New("letter: a scan cannot be removed")
		}
	}
	return nil
}

// called names a scan after its content: the file's own name may be a person's.
func called(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func extension(data []byte) string {
	if s := sortOf(data); s != "" {
		return "." + s
	}
	return ".bin"
}

// move puts a file into one of the folders and returns when that is on the disk. The same scan again takes the place of
// itself.
func move(root *os.Root, file, folder, as string) error {
	if err := root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return errors.New("letter: the folders cannot be made")
	}
	if err := root.Rename(file, filepath.Join(folder, as)); err != nil {
		return errors.New("letter: a scan cannot be moved")
	}
	now := time.Now() // from when it lies there
	if err := root.Chtimes(filepath.Join(folder, as), now, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.New("letter: a scan cannot be dated")
	}
	for _, name := range []string{folder, "."} {
		dir, err := root.Open(name)
		if err != nil {
			return errors.New("letter: a folder cannot be synced")
		}
		if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
			return errors.New("letter: a folder cannot be synced")
		}
	}
	return nil
}

// giveUp makes a case of a scan that no machine can read.
func (d *door) giveUp(ctx context.Context, data []byte) error {
	m := d.message("scan "+called(data), called(data)+"#0")
	m.Text = unreadable
	if len(data) > 0 && len(data) <= channels.MaxFile {
		if err := d.keep(ctx, &m, data, channels.Document); err != nil {
			return err
		}
	}
	return d.store(ctx, m)
}
