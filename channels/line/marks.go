package line

import (
	"os"
	"path/filepath"
	"strings"
)

// unsent is what a message was, that is taken back: whether its file was taken already, and under which ids its words were
// written anew.
type unsent struct {
	file    bool
	rewords []string
}

// unsend forgets what is still to be fetched for a message, and remembers that it was unsent: LINE promises no order, and a
// webhook that failed brings a message after it was taken back.
func (s *spool) unsend(key string) (unsent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := unsent{file: s.find(key, ".done") != "", rewords: s.rewords(key)}
	if os.MkdirAll(s.dir, 0o700) != nil || s.write(s.path(s.secrets[0], key, ".gone"), nil) != nil {
		return u, errSpool
	}
	if path := s.find(key, ".want"); path != "" {
		os.Remove(path)
		// A wish whose file was taken just before the machine stopped looks the same as one that was not: hide it as well.
		u.file = true
	}
	return u, nil
}

// gone reports whether a message was unsent.
func (s *spool) gone(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(key, ".gone") != ""
}

// reword remembers that the words of a message came anew, as a message of its own.
func (s *spool) reword(key, as string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seal(s.path(s.secrets[0], key, "."+digest(s.secrets[0], as)[:16]+".edit"), as)
}

func (s *spool) rewords(key string) (all []string) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		for _, secret := range s.secrets {
			as := ""
			if strings.HasPrefix(e.Name(), digest(secret, key)+".") && strings.HasSuffix(e.Name(), ".edit") && s.unseal(filepath.Join(s.dir, e.Name()), &as) {
				all = append(all, as)
			}
		}
	}
	return all
}
