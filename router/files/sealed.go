package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// head is enough of a record to say what it is sealed to.
const head = 512

// Sealed hands the beginning of every file that has arrived below dir, and is not in its case yet, to f.
func Sealed(dir string, f func(record []byte)) error {
	entries, err := os.ReadDir(filepath.Join(dir, arriving))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return errors.New("files: the folder cannot be read")
	}
	for _, e := range entries {
		file, err := os.Open(filepath.Join(dir, arriving, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return errors.New("files: a file cannot be read")
		}
		record := make([]byte, head)
		n, err := io.ReadFull(file, record)
		if err = errors.Join(ignoreShort(err), file.Close()); err != nil {
			return errors.New("files: a file cannot be read")
		}
		f(record[:n])
	}
	return nil
}

func ignoreShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}
