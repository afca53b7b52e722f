package journal

import (
	"errors"
	"os"
	"syscall"
)

// Files is how a journal writes. It is an interface so that a test can make a disk fail; OS is the real one.
type Files interface {
	// Create makes a new file, which must not exist yet.
	Create(path string) (File, error)
	// SyncDir makes the names in a folder durable.
	SyncDir(path string) error
}

// File is a file being written.
type File interface {
	Write(b []byte) (int, error)
	// Sync makes what was written durable. After it has failed once nothing is known of the file's pages, and a second
	// call may succeed without having written them.
	Sync() error
	Truncate(size int64) error
	Close() error
}

// OS writes to the operating system's files.
type OS struct{}

// Create makes a new file that only its owner reads.
func (OS) Create(path string) (File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

// SyncDir syncs a folder.
func (OS) SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

type osFile struct{ *os.File }

// Sync needs the data and the size, not the times.
func (f osFile) Sync() error { return datasync(f.File) }

// ErrLocked is returned by Lock where another process has the folder.
var ErrLocked = errors.New("journal: another process is using the folder")

// Lock takes a folder for this process until the returned function is called or the process ends, and fails where another
// process has it: two writers of one journal would give one number to two messages.
func Lock(dir string) (unlock func() error, err error) {
	f, err := os.OpenFile(dir+"/lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrLocked
		}
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
