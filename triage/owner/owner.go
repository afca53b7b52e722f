// Package owner keeps the files of a folder with the user whose folder it is.
//
// An operator runs a command as root, on a data folder that belongs to the user of serve. What the command leaves there would
// be root's, with a mode that shuts everybody else out, and the desk could not go on. So what root makes in another's folder is
// given to the folder's owner. Nothing is ever taken from anybody: what does not belong to root stays as it is.
package owner

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"
)

// IDs are a user and a group.
type IDs struct{ UID, GID int }

// Of returns whose a file is; false where the system does not say.
func Of(info fs.FileInfo) (IDs, bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return IDs{}, false
	}
	return IDs{int(stat.Uid), int(stat.Gid)}, true
}

const root = 0

// given decides whether the user me gives a file to the owner of its folder: where root has a file in a folder of another's.
func given(me int, folder, file IDs) bool {
	return me == root && folder.UID != root && file.UID == root
}

// Keep gives a file that was just made in dir, and is still open, to the owner of dir. It must be a new one, made with O_EXCL:
// a name that was there before may lead to a file elsewhere.
func Keep(f *os.File, dir string) error {
	if os.Geteuid() != root {
		return nil
	}
	above, err := os.Stat(dir)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	folder, there := Of(above)
	file, known := Of(info)
	if !there || !known || !given(os.Geteuid(), folder, file) {
		return nil
	}
	return ifMay(f.Chown(folder.UID, folder.GID))
}

// ifMay is nil for a root that may give nothing away, as in some containers: then the file stays as it would have been.
func ifMay(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// Open opens a file of that folder to be read and written, and makes it with mode 0600 where there is none.
func Open(dir, name string) (*os.File, error) {
	at := filepath.Join(dir, name)
	f, err := os.OpenFile(at, os.O_RDWR, 0)
	if !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	f, err = os.OpenFile(at, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.OpenFile(at, os.O_RDWR, 0) // another was faster
	}
	if err != nil {
		return nil, err
	}
	if err := Keep(f, dir); err != nil {
		_ = f.Close() // the reason is told
		return nil, err
	}
	return f, nil
}

// Mend gives the folder dir, and everything in those folders of it that are named (in all, where none is), to the owner of the
// folder that it lies in, from above to below, where it is root's. It follows no link, and leaves alone what has more than one
// name. What is not there has nothing to mend.
func Mend(dir string, named ...string) error {
	if os.Geteuid() != root {
		return nil
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	r, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return err
	}
	defer r.Close()
	m := mender{r, map[string]IDs{}}
	if err := m.give("."); err != nil {
		return err
	}
	top := filepath.Base(dir)
	if len(named) == 0 {
		return m.all(top)
	}
	if err := m.give(top); err != nil {
		return err
	}
	for _, name := range named {
		if err := m.all(path.Join(top, name)); err != nil {
			return err
		}
	}
	return nil
}

// mender gives what is below a folder to its owners, which it learns from above to below.
type mender struct {
	root   *os.Root
	owners map[string]IDs
}

// all gives at and everything below.
func (m mender) all(at string) error {
	return fs.WalkDir(m.root.FS(), at, func(at string, _ fs.DirEntry, err error) error {
		if err == nil {
			err = m.give(at)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone meanwhile
		}
		return err
	})
}

// give gives one file or folder.
func (m mender) give(at string) error {
	info, err := m.root.Lstat(at)
	if err != nil {
		return err
	}
	ids, ok := Of(info)
	if !ok {
		return nil
	}
	if above, known := m.owners[path.Dir(at)]; at != "." && known && given(os.Geteuid(), above, ids) && single(info) {
		if err := ifMay(m.root.Lchown(at, above.UID, above.GID)); err != nil {
			return err
		}
		ids = above
	}
	if info.IsDir() {
		m.owners[at] = ids
	}
	return nil
}

// single reports whether the file has no second name, which may be somebody else's.
func single(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return info.IsDir() || ok && stat.Nlink == 1
}
