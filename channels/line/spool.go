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

// keepMarks is how long it is known what became of a message: longer than LINE lets people unsend (24 hours), and longer
// than a webhook that was missed may come late.
const keepMarks = 8 * 24 * time.Hour

// wanted is something that is still to be done: a file to be fetched, or words to be said.
type wanted struct {
	ID   string // LINE's id of the message; of words, what they answer
	Who  string
	How  []byte `json:",omitempty"`
	Sort string // of the file, or greeting, or refusal
	Slow bool   // LINE prepares it first
	Late bool
	At   time.Time // when it was first wanted, by the machine's clock

	next  time.Time // when to try again
	tries int
	lost  bool // nobody knows whether LINE has heard the words that went by the token
}

func (w *wanted) from() channels.Address { return channels.NewAddress(name, w.Who, w.How) }

// key is what the spool knows it by.
func (w *wanted) key() string { return key(w.Who, w.ID) }

func key(who, id string) string { return who + "\x00" + id }

// words reports whether it is words that are to be said.
func (w *wanted) words() bool { return w.Sort == greeting || w.Sort == refusal }

func (w *wanted) later() {
	w.next = time.Now().Add(pauses[min(w.tries, len(pauses)-1)])
	w.tries++
}

// spool is the folder of what is still to be done and what is known of messages (marks.go). A file's name is a keyed digest
// of whose message it is and its id; ".want" holds the wish, sealed, and ".done" nothing: its age tells when it can go.
type spool struct {
	dir          string
	secrets      []string
	files, words chan struct{} // that there is something new

	mu sync.Mutex // also around the decision whether a message is unsent or its file taken
}

func newSpool(dir string, secrets []string) *spool {
	return &spool{dir: dir, secrets: secrets, files: make(chan struct{}, 1), words: make(chan struct{}, 1)}
}

var errSpool = errors.New("line: LINE_SPOOL cannot be used")

func derive(secret, use string) []byte {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "madoguchi line spool "+use, 32)
	if err != nil {
		panic(err) // 32 bytes are never too many
	}
	return key
}

func digest(secret, key string) string {
	mac := hmac.New(sha256.New, derive(secret, "name"))
	mac.Write([]byte(key))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

func (s *spool) path(secret, key, suffix string) string {
	return filepath.Join(s.dir, digest(secret, key)+suffix)
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
func (s *spool) find(key, suffix string) string {
	for _, secret := range s.secrets {
		if _, err := os.Lstat(s.path(secret, key, suffix)); err == nil {
			return s.path(secret, key, suffix)
		}
	}
	return ""
}

// want makes a wish durable. One that was fulfilled, or is there already, is left as it is, and so is one for a message
// that was unsent.
func (s *spool) want(w wanted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range []string{".done", ".want", ".gone"} {
		if s.find(w.key(), known) != "" {
			return nil
		}
	}
	if err := s.seal(s.path(s.secrets[0], w.key(), ".want"), w); err != nil {
		return err
	}
	woken := s.files
	if w.words() {
		woken = s.words
	}
	select {
	case woken <- struct{}{}:
	default:
	}
	return nil
}

// seal puts a value in its place, so that only this house can read it.
func (s *spool) seal(path string, v any) error {
	plain, err := json.Marshal(v)
	if err != nil || os.MkdirAll(s.dir, 0o700) != nil || s.write(path, aead(s.secrets[0]).Seal(nil, nil, plain, nil)) != nil {
		return errSpool
	}
	return nil
}

// unseal reads one.
func (s *spool) unseal(path string, v any) bool {
	sealed, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for _, secret := range s.secrets {
		if plain, err := aead(secret).Open(nil, nil, sealed, nil); err == nil {
			return json.Unmarshal(plain, v) == nil
		}
	}
	return false
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
		if w := (wanted{}); s.unseal(path, &w) {
			all = append(all, w)
		} else if _, err := os.Lstat(path); err == nil {
			damaged++
		}
	}
	return all, damaged
}

// settle runs take unless the message was unsent meanwhile, and marks it as done when take has succeeded.
func (s *spool) settle(key string, take func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := s.find(key, ".want")
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
