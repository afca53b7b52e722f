package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Sealed hands every good record of the journals below a folder to f. It only reads, so it may look while a gateway writes:
// what it does not see yet was sealed after it looked. A segment that is removed meanwhile is passed over.
func Sealed(dir string, f func(record []byte)) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) && path != dir {
				return nil
			}
			return errors.New("journal: the folder cannot be read")
		}
		if _, _, ok := parseName(d.Name()); !ok || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) { // taken by Redis and removed, or renamed: then it was seen to be taken
			return nil
		}
		if err != nil {
			return errors.New("journal: a segment cannot be read")
		}
		scan(data, func(r Record, _, _ int) { f(r.Sealed) })
		return nil
	})
}
