package line

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"madoguchi/channels"
)

// keepMarks is how long it is known that a message has had a file: longer than LINE lets people unsend (24 hours).
const keepMarks = 25 * time.Hour

// wanted is a file that is still to be fetched.
type wanted struct {
	ID   string // LINE's id of the message
	Who  string
	How  []byte `json:",omitempty"`
	Sort string
	Slow bool // LINE prepares it first
	Late bool
	At   time.Time // when it was first wanted, by the machine's clock

	next  time.Time // when to try again
	tries int
}

func (w *wanted) from() channels.Address { return channels.NewAddress(name, w.Who, w.How) }

// spool is the folder of what is still to be fetched. A file's name is a keyed digest of the message's id; ".want" holds
// the wish, sealed, and ".done" nothing: its age tells when it can go.
type spool struct {
	dir     string
	secrets []string
	woken   chan struct{}

	mu sync.Mutex // also around the decision whether a message is unsent or its file taken
}

func newSpool(dir string, secrets []string) *spool {
	return &spool{dir: dir, secrets: secrets, woken: make(chan struct{}, 1)}
}

var errSpool = errors.New("line: LINE_SPOOL cannot be used")

func derive(secret, use string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "madoguchi line spool "+use, 32)
	if err != nil {
		panic(err) // 32 bytes are never too many
	}
	return key
}

func (s *spool) path(secret, id, suffix string) string {
	mac := hmac.New(sha256.New, derive(secret, "name"))
	mac.Write([]byte(id))
	return filepath.Join(s.dir, hex.EncodeToString(mac.Sum(nil)[:16])+suffix)
}

func aead(secret string) cipher.AEAD {
	block, err := aes.NewCipher(derive(secret, "seal"))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	gcm, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // as above
	}
	return gcm
}

// find returns the file that stands for a message, under whichever secret it was made, or "".
func (s *spool) find(id, suffix string) string {
	for _, secret := range s.secrets {
		if _, err := os.Lstat(s.path(secret, id, suffix)); err == nil {
			return s.path(secret, id, suffix)
		}
	}
	return ""
}

// want makes a wish durable. A message whose file was fetched, or is wished for already, is left as it is.
func (s *spool) want(w wanted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.find(w.ID, ".done") != "" || s.find(w.ID, ".want") != "" {
		return nil
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return errSpool
	}
	if os.MkdirAll(s.dir, 0o700) != nil || s.write(s.path(s.secrets[0], w.ID, ".want"), aead(s.secrets[0]).Seal(nil, nil, plain, nil)) != nil {
		return errSpool
	}
	select {
	case s.woken <- struct{}{}:
	default:
	}
	return nil
}

// write puts a whole file in its place, synced.
func (s *spool) write(path string, data []byte) error {
	part := path + "." + rand.Text()[:8] + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return s.sync()
}

func (s *spool) sync() error {
	dir, err := os.Open(s.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// list reads every wish, and throws away marks that are old. What cannot be opened, under a secret of before, goes when
// LINE has long deleted what it asks for.
func (s *spool) list(now time.Time) (all []wanted, damaged int) {
	entries, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, 1
	}
	for _, e := range entries {
		path := filepath.Join(s.dir, e.Name())
		if info, err := e.Info(); err != nil || !info.Mode().IsRegular() {
			continue
		} else if age := now.Sub(info.ModTime()); age > keepMarks && !strings.HasSuffix(path, ".want") || age > 30*24*time.Hour {
			os.Remove(path)
			continue
		}
		if !strings.HasSuffix(path, ".want") {
			continue
		}
		if w, ok := s.open(path); ok {
			all = append(all, w)
		} else {
			damaged++
		}
	}
	return all, damaged
}

func (s *spool) open(path string) (w wanted, ok bool) {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return w, false
	}
	for _, secret := range s.secrets {
		if plain, err := aead(secret).Open(nil, nil, sealed, nil); err == nil {
			return w, json.Unmarshal(plain, &w) == nil
		}
	}
	return w, false
}

// settle runs take unless the message was unsent meanwhile, and marks it as done when take has succeeded.
func (s *spool) settle(id string, take func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.find(id, ".want")
	if path == "" {
		return nil
	}
	if err := take(); err != nil {
		return err
	}
	if s.write(strings.TrimSuffix(path, ".want")+".done", nil) != nil || os.Remove(path) != nil {
		return errSpool
	}
	return nil
}

// unsend forgets what is still to be fetched for a message, and reports whether its file was taken already.
func (s *spool) unsend(id string) (taken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if path := s.find(id, ".want"); path != "" {
		os.Remove(path)
		s.sync()
		// A wish whose file was taken just before the machine stopped looks the same as one that was not: hide it as well.
		return true
	}
	return s.find(id, ".done") != ""
}
