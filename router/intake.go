package router

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/journal"
	"madoguchi/router/stream"
)

const (
	// laneCount is how many lanes a gateway has. A conversation hashes to one of them, so changing it would reorder.
	laneCount = 2
	// queued is how many messages may wait in front of a lane; a caller beyond waits itself.
	queued = 4096
	// takeWithin is how long a Take lasts at most: then the person is told the truth, and may send again.
	takeWithin = 5 * time.Second
)

// TakeKey is the gateway's key for naming messages and senders and for choosing lanes: what it names, nobody can guess without
// it. It is made once; with another one, messages that are sent again would be taken again, and nobody would be known again.
type TakeKey struct{ secret []byte }

// ErrTakeKey says that a key cannot be read.
var ErrTakeKey = errors.New("router: the gateway's key is malformed")

// NewTakeKey makes a random key.
func NewTakeKey() *TakeKey {
	k := &TakeKey{make([]byte, 32)}
	_, _ = rand.Read(k.secret) // never fails: it ends the program instead
	return k
}

type takeKeyFile struct {
	Version int    `json:"version"`
	Use     string `json:"use"`
	Key     []byte `json:"key"`
}

// Marshal returns the key as JSON, for a file that only its owner can read.
func (k *TakeKey) Marshal() ([]byte, error) {
	return json.Marshal(takeKeyFile{1, "name messages", k.secret})
}

// ParseTakeKey reads what Marshal wrote.
func ParseTakeKey(data []byte) (*TakeKey, error) {
	var f takeKeyFile
	if json.Unmarshal(data, &f) != nil || f.Version != 1 || f.Use != "name messages" || len(f.Key) != 32 {
		return nil, ErrTakeKey
	}
	return &TakeKey{f.Key}, nil
}

// name returns a message's digest. Its space is the sender's and the sort of message: a consent is known by question and
// answer, everything else by its id.
func (k *TakeKey) name(m channels.Message) digest {
	kind, who, _ := channels.OpenAddress(m.From)
	sort, id := "message", m.ID
	switch {
	case m.Answer != nil:
		sort, id = "answer", m.Answer.ID+"\x00"+m.Answer.Answer
	case m.Status != nil:
		sort = "status"
	case m.Unsend != "":
		sort = "unsend"
	case m.Erase:
		sort = "erase"
	}
	return digest(mac(k.secret, "message", kind, who, sort, id)[:16])
}

// lane returns a sender's lane.
func (k *TakeKey) lane(from channels.Address) int {
	kind, who, _ := channels.OpenAddress(from)
	return int(mac(k.secret, "lane", kind, who)[0]) % laneCount
}

// IntakeConfig is what an Intake needs.
type IntakeConfig struct {
	Dir       string // of the journals; one process has it at a time
	Redis     redis.UniversalClient
	Recipient *envelope.Recipient
	Addresses *envelope.Recipient
	Key       *TakeKey
	Safe      func() bool   // whether Redis keeps what it takes; asked before each batch. nil: always
	Files     journal.Files // nil: the operating system's
	Log       *slog.Logger
}

// Intake is the gateway's side of the wall: it seals what the doors bring and makes it durable, in Redis and in its own
// journal at the same time. It can seal and cannot open.
//
// A message is stored when Redis has taken it. While Redis is away, slow or unsafe the journal alone has it: it is held,
// and offered to Redis as soon as that is back, in order and once. The same repairs a Redis that has lost what it once
// had. While the journal's disk fails, Redis alone has it, and the journal gets it when the disk works again. Where both
// fail nothing is acknowledged.
type Intake struct {
	key    *TakeKey
	to     *envelope.Recipient // of addresses
	lanes  []*lane
	safe   func() bool
	unlock func() error
	ended  chan struct{} // closed when Run has ended
	last   *lastTotals
}

var _ channels.Intake = (*Intake)(nil)

// lastTotals are the counts that Redis told last, for the time when it cannot be asked.
type lastTotals struct {
	mu sync.Mutex
	of []stream.Totals
}

// OpenIntake opens the journals and reads what is held. Damage is logged and nothing is refused because of it.
func OpenIntake(c IntakeConfig) (*Intake, error) {
	if c.Files == nil {
		c.Files = journal.OS{}
	}
	if c.Safe == nil {
		c.Safe = func() bool { return true }
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	unlock, err := journal.Lock(c.Dir)
	if err != nil {
		return nil, err
	}
	i := &Intake{key: c.Key, to: c.Addresses, safe: c.Safe, unlock: unlock, ended: make(chan struct{}), last: &lastTotals{of: make([]stream.Totals, laneCount)}}
	gateway, err := gatewayID(c.Dir)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	names := make([]string, laneCount)
	for n := range laneCount {
		names[n] = stream.LaneName(gateway, n)
	}
	for n, name := range names {
		l := &lane{
			in: make(chan *item, queued), redis: stream.NewLane(c.Redis, name), sealer: envelope.NewSealer(c.Recipient, name),
			announce: func(ctx context.Context) error { return stream.Announce(ctx, c.Redis, names...) },
			safe:     c.Safe, log: c.Log, recent: newRecent(),
		}
		if err := l.open(filepath.Join(c.Dir, strconv.Itoa(n)), c.Files); err != nil {
			return nil, errors.Join(err, i.Close())
		}
		i.lanes = append(i.lanes, l)
	}
	return i, nil
}

var gatewayForm = regexp.MustCompile(`^[0-9a-f]{8}$`)

// gatewayID reads the gateway's id, or makes one that is durable before anything is written under it. A journal folder and
// its id belong together: a new folder is a new gateway.
func gatewayID(dir string) (string, error) {
	path := filepath.Join(dir, "gateway")
	b, err := os.ReadFile(path)
	if err == nil && gatewayForm.Match(b) {
		return string(b), nil
	}
	if err == nil {
		return "", errors.New("router: the gateway's id in the journal folder is malformed")
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails: it ends the program instead
	id := hex.EncodeToString(random[:])
	f, err := os.CreateTemp(dir, "gateway-*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(id)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return "", err
	}
	return id, journal.OS{}.SyncDir(dir)
}

// Run works until ctx ends and what was handed in is answered. Without it nothing is taken. It runs once.
func (i *Intake) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range i.lanes {
		wg.Go(func() { l.run(ctx) })
	}
	wg.Wait()
	close(i.ended)
	return nil
}

// Close gives the journals back, after Run has ended.
func (i *Intake) Close() error {
	var failed error
	for _, l := range i.lanes {
		failed = errors.Join(failed, l.close())
	}
	return errors.Join(failed, i.unlock())
}

// Take implements channels.Intake. It answers within 5 seconds. A caller that leaves gets ctx's error, and its messages
// may be taken nevertheless; sending them again is harmless.
func (i *Intake) Take(ctx context.Context, messages ...channels.Message) (channels.State, error) {
	if len(messages) == 0 {
		return channels.Stored, nil
	}
	late := time.NewTimer(takeWithin)
	defer late.Stop()
	c := newCall(len(messages))
	for _, m := range messages {
		closed, err := i.key.closed(i.to, m)
		if err != nil {
			return "", err
		}
		plain, err := envelope.Encode(closed)
		if err != nil {
			return "", err
		}
		it := &item{digest: i.key.name(m), plain: plain, call: c}
		select {
		case i.lanes[i.key.lane(m.From)].in <- it:
		case <-ctx.Done():
			return "", ctx.Err()
		case <-late.C:
			return "", channels.ErrUnavailable
		case <-i.ended:
			return "", channels.ErrUnavailable
		}
	}
	select {
	case <-c.settled:
		if c.err != nil {
			return "", c.err
		}
		return c.state, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-late.C:
	case <-i.ended:
	}
	return "", channels.ErrUnavailable
}

// Status is what a gateway knows of its messages. At rest Accepted = Held + Queued + Processed + Dead.
type Status struct {
	Accepted  int64 // durable messages, of all time, without those that were sent again
	Held      int64 // in the journal, and not in Redis
	Queued    int64 // in Redis, and not processed
	Processed int64
	Dead      int64 // dead letters that wait for a person
	Replayed  int64 // of the accepted, those that Redis got from the journal
	Redis     string
	Journal   bool   // whether its disk works
	Accepts   string // stored, held or none: what a message would be now
}

// Status counts. Where Redis cannot be asked its last known counts stand in.
func (i *Intake) Status(ctx context.Context) Status {
	s := Status{Redis: "ok", Journal: true, Accepts: string(channels.Stored)}
	for n, l := range i.lanes {
		v := l.view.Load()
		t, err := l.redis.Totals(ctx)
		i.last.mu.Lock()
		if err == nil {
			i.last.of[n] = t
		}
		t = i.last.of[n]
		i.last.mu.Unlock()
		if err != nil || !v.live {
			s.Redis = "away"
		}
		s.Journal = s.Journal && !v.sick
		s.Held += v.held
		s.Accepted += v.held + t.Accepted
		s.Queued += t.Queued
		s.Processed += t.Processed
		s.Dead += t.Dead
		s.Replayed += t.Replayed
	}
	if !i.safe() {
		s.Redis = "unsafe"
	}
	if s.Redis != "ok" {
		s.Accepts = string(channels.Held)
		if !s.Journal {
			s.Accepts = "none"
		}
	}
	select {
	case <-i.ended:
		s.Accepts = "none"
	default:
	}
	return s
}
