package chat

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"madoguchi/channels"
)

// Limits of pictures that are on their way.
const (
	mostOpen   = 4                // of one conversation; a further one takes the place of the oldest
	mostHalf   = 1 << 30          // bytes that all of them may come to
	leaveFree  = 1 << 30          // bytes of the disk that belong to words: no picture is begun beyond them
	halfLives  = time.Hour        // without a further piece
	quietFor   = time.Minute      // after which one may be thrown away to make room for another
	wholeLives = 20 * time.Hour   // until a whole one must be named by a message: less than Files keeps what none names
	sweepEvery = 10 * time.Minute // between two looks for what is too old
)

// Errors of uploads.
var (
	errNone   = errors.New("chat: no such upload")
	errOffset = errors.New("chat: another offset")
	errBusy   = errors.New("chat: the upload is in use")
	errRoom   = errors.New("chat: no room for pictures")
	errSort   = errors.New("chat: not a picture")
	errDisk   = errors.New("chat: CHAT_UPLOADS cannot be used")
)

// uploads is the folder of pictures that are on their way: half/ holds what has arrived of each, and done/ under which id
// Files keeps those that are whole.
//
// A half picture lies there sealed, in pieces, under a key that is made of the upload's id, which only the page has, and of
// the conversation. Neither is on the disk, so nobody can open it but a request that brings both: not whoever steals the
// disk, and not another conversation, to which the id leads nowhere, since the name of the file is made of both as well. That
// costs no more than a key of the process would, and a picture goes on where it was after a restart, or at another gateway
// that shares the folder. Nothing is synced before the whole is: the page has the picture until it is acknowledged.
//
// Names say who belongs together (a digest), and how many MiB are promised, so that limits need no list in memory.
type uploads struct {
	dir   string
	files channels.Files
	limit int64 // mostHalf
	spare int64 // leaveFree
}

func newUploads(dir string, files channels.Files) (*uploads, error) {
	u := &uploads{dir: dir, files: files, limit: mostHalf, spare: leaveFree}
	for _, sub := range []string{"half", "done"} {
		if os.MkdirAll(filepath.Join(dir, sub), 0o700) != nil {
			return nil, errDisk
		}
	}
	return u, nil
}

// upload is one picture: where it lies and what opens it.
type upload struct {
	id, owner  string
	half, done string // paths
	aead       cipher.AEAD
	size       int64 // bytes, once known
}

// owner is how a conversation is called in names of files.
func owner(a channels.Address) string {
	_, who, _ := channels.OpenAddress(a)
	sum := sha256.Sum256([]byte("madoguchi chat upload owner\x00" + who))
	return hex.EncodeToString(sum[:8])
}

// at returns the upload of that id in a conversation, whether there is one or not.
func (u *uploads) at(a channels.Address, id string) (*upload, error) {
	random, mib, ok := strings.Cut(id, "-")
	n, err := strconv.ParseUint(mib, 10, 8)
	if !ok || err != nil || len(random) != 26 || mib != strconv.FormatUint(n, 10) || n < 1 || n > channels.MaxFile>>20 || strings.Trim(random, letters) != "" {
		return nil, errNone
	}
	_, who, _ := channels.OpenAddress(a)
	key, err := hkdf.Key(sha256.New, []byte(id), []byte(who), "madoguchi chat upload", 48)
	if err != nil {
		return nil, errNone
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return nil, errNone
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, errNone
	}
	name := owner(a) + "-" + hex.EncodeToString(key[32:])
	return &upload{id: id, owner: owner(a), half: filepath.Join(u.dir, "half", name+"-"+mib), done: filepath.Join(u.dir, "done", name), aead: aead}, nil
}

const letters = "abcdefghijklmnopqrstuvwxyz234567"

// begin makes room for a picture of size bytes.
func (u *uploads) begin(a channels.Address, size int64) (*upload, error) {
	if size < 1 {
		return nil, errSort
	}
	if size > channels.MaxFile {
		return nil, channels.ErrTooLarge
	}
	mib := (size + 1<<20 - 1) >> 20
	if err := u.room(owner(a), mib<<20); err != nil {
		return nil, err
	}
	p, err := u.at(a, strings.ToLower(rand.Text())+"-"+strconv.FormatInt(mib, 10))
	if err != nil {
		return nil, err
	}
	p.size = size
	record := p.seal(headAAD, binary.BigEndian.AppendUint64(nil, uint64(size)))
	f, err := os.OpenFile(p.half, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errDisk
	}
	_, err = f.Write(record)
	if errors.Join(err, f.Close()) != nil {
		u.drop(p)
		return nil, errDisk
	}
	return p, nil
}

// halfFile is what a name in half/ tells.
type halfFile struct {
	path, owner string
	promised    int64
	touched     time.Time
}

func (u *uploads) halves() ([]halfFile, error) {
	entries, err := os.ReadDir(filepath.Join(u.dir, "half"))
	if err != nil {
		return nil, errDisk
	}
	var all []halfFile
	for _, e := range entries {
		info, err := e.Info()
		part := strings.Split(e.Name(), "-")
		if err != nil || len(part) != 3 {
			continue
		}
		mib, err := strconv.ParseInt(part[2], 10, 64)
		if err != nil {
			continue
		}
		all = append(all, halfFile{filepath.Join(u.dir, "half", e.Name()), part[0], mib << 20, info.ModTime()})
	}
	slices.SortFunc(all, func(a, b halfFile) int { return a.touched.Compare(b.touched) })
	return all, nil
}

// room sees to it that so many bytes fit: the oldest of a conversation that has too many goes, and where all together are too
// much, those that have been quiet. Words are never asked to make room.
func (u *uploads) room(owner string, bytes int64) error {
	all, err := u.halves()
	if err != nil {
		return err
	}
	own, total := 0, int64(0)
	for _, h := range all {
		total += h.promised
		if h.owner == owner {
			own++
		}
	}
	quiet := time.Now().Add(-quietFor)
	for _, h := range all {
		mine := h.owner == owner && own >= mostOpen
		if !mine && (total+bytes <= u.limit || h.touched.After(quiet)) {
			continue
		}
		if os.Remove(h.path) == nil {
			total -= h.promised
			if h.owner == owner {
				own--
			}
		}
	}
	if total+bytes > u.limit || u.short(bytes) {
		return errRoom
	}
	return nil
}

// short reports whether so many bytes would take of what the disk keeps for words.
func (u *uploads) short(bytes int64) bool {
	var fs syscall.Statfs_t
	return syscall.Statfs(u.dir, &fs) != nil || int64(fs.Bavail)*fs.Bsize < u.spare+bytes
}

// state tells how many bytes of an upload have arrived, and under which id Files keeps it, or fails with errNone.
func (u *uploads) state(p *upload) (offset int64, kept *channels.File, err error) {
	if kept, err := u.whole(p); err != nil || kept != nil {
		return p.size, kept, err
	}
	f, err := os.Open(p.half)
	if errors.Is(err, fs.ErrNotExist) { // another request has just finished it, or there is none
		kept, err := u.orNone(p)
		return p.size, kept, err
	}
	if err != nil {
		return 0, nil, errDisk
	}
	defer f.Close()
	offset, _, err = p.scan(f)
	return offset, nil, err
}

// doneRecord is what done/ holds, sealed.
type doneRecord struct {
	ID, Sort string
	Size     int64
}

func (u *uploads) whole(p *upload) (*channels.File, error) {
	sealed, err := os.ReadFile(p.done)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, errDisk
	}
	var r doneRecord
	plain, err := p.aead.Open(nil, nil, sealed, []byte("done"))
	if err != nil || json.Unmarshal(plain, &r) != nil {
		return nil, errNone
	}
	p.size = r.Size
	return &channels.File{ID: r.ID, Sort: r.Sort}, nil
}

// find returns what Files keeps for each of the ids, or fails with errNone where one is no whole picture of the conversation.
func (u *uploads) find(a channels.Address, ids []string) ([]channels.File, error) {
	var out []channels.File
	for _, id := range ids {
		p, err := u.at(a, id)
		if err != nil {
			return nil, err
		}
		kept, err := u.whole(p)
		if err != nil {
			return nil, err
		}
		if kept == nil {
			return nil, errNone
		}
		out = append(out, *kept)
	}
	return out, nil
}

// finish gives a picture that is whole to Files and notes its id. It fails with errBusy while another request does so. A crash
// between the two leaves a file that no message names, and the picture for another try.
func (u *uploads) finish(ctx context.Context, p *upload) (*channels.File, error) {
	f, err := os.Open(p.half)
	if errors.Is(err, fs.ErrNotExist) {
		return u.orNone(p)
	}
	if err != nil {
		return nil, errDisk
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return nil, errBusy
	}
	if kept, err := u.whole(p); err != nil || kept != nil {
		return kept, err
	}
	offset, _, err := p.scan(f)
	if err != nil {
		return nil, err
	}
	if offset != p.size {
		return nil, errOffset
	}
	if u.short(p.size) {
		return nil, errRoom
	}
	whole := &pieces{p: p, from: io.NewSectionReader(f, headSize, math.MaxInt64-headSize)}
	kept, err := u.files.Keep(ctx, whole, channels.Picture)
	if whole.damaged { // a crash of the machine: the page begins again
		u.drop(p)
		return nil, errNone
	}
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(doneRecord{kept.ID, kept.Sort, p.size})
	if err != nil {
		return nil, errDisk
	}
	beside := p.done + "." + rand.Text()[:8]
	if os.WriteFile(beside, p.aead.Seal(nil, nil, plain, []byte("done")), 0o600) != nil || os.Rename(beside, p.done) != nil {
		_ = os.Remove(beside) // else the next sweep finds it
		return nil, errDisk
	}
	_ = os.Remove(p.half) // else the next sweep finds it
	return &kept, nil
}

func (u *uploads) orNone(p *upload) (*channels.File, error) {
	kept, err := u.whole(p)
	if err == nil && kept == nil {
		err = errNone
	}
	return kept, err
}

// drop throws an upload away. What Files keeps already and no message names is thrown away there.
func (u *uploads) drop(p *upload) {
	_, _ = os.Remove(p.half), os.Remove(p.done) // else the next sweep finds them
}

// forget throws away everything of a conversation.
func (u *uploads) forget(a channels.Address) {
	for _, sub := range []string{"half", "done"} {
		found, _ := filepath.Glob(filepath.Join(u.dir, sub, owner(a)+"-*")) // the pattern is good
		for _, path := range found {
			_ = os.Remove(path) // else the next sweep finds it
		}
	}
}

// sweep throws away what is too old.
func (u *uploads) sweep(now time.Time) error {
	var errs []error
	for sub, lives := range map[string]time.Duration{"half": halfLives, "done": wholeLives} {
		entries, err := os.ReadDir(filepath.Join(u.dir, sub))
		errs = append(errs, err)
		for _, e := range entries {
			if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > lives {
				errs = append(errs, os.Remove(filepath.Join(u.dir, sub, e.Name())))
			}
		}
	}
	if errors.Join(errs...) != nil {
		return errDisk
	}
	return nil
}
