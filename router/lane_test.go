package router

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/envelope"
	"madoguchi/router/journal"
	"madoguchi/router/stream"
	"madoguchi/router/vault"
)

// While the journal cannot be counted what is held stays known, and nothing is sent again; then it is counted and sent.
func TestAJournalThatCannotBeReadKeepsItsCount(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "0")
	j, _, err := journal.Open(dir, journal.OS{}, func(journal.Record) {})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var records []journal.Record
	for seq := range int64(10) {
		records = append(records, journal.Record{Seq: seq + 1, Sealed: []byte("sealed")})
	}
	if err := j.Append(records); err != nil {
		t.Fatal(err)
	}
	l := &lane{journal: j, redis: stream.NewLane(nil, "g00.0"), safe: func() bool { return true }, log: slog.New(slog.DiscardHandler),
		live: true, met: true, start: 10, tail: 10, confirmed: 8, expect: 8, held: 2, recent: newRecent(), trimAt: time.Now().Add(time.Hour)}
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	l.learn(5, now)
	for range 3 {
		now = now.Add(2 * retryMost)
		l.work(now)
		if l.held != 2 || l.live || l.offering {
			t.Fatalf("held %d, live %v, offering %v", l.held, l.live, l.offering)
		}
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
	l.count(now)
	if records, counted, err := l.behind(); l.held != 5 || len(records) != 5 || counted != 5 || err != nil {
		t.Errorf("held %d, to be sent %d, %v", l.held, len(records), err)
	}
	l.forget()
}

// What cannot be opened as a whole leaves nothing open, and can be opened later.
func TestAnIntakeThatCannotBeOpenedLeavesNothingOpen(t *testing.T) {
	id, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		t.Fatal(err)
	}
	c := IntakeConfig{Dir: t.TempDir(), Redis: redis.NewClient(&redis.Options{}), Recipient: id.Recipient(), Key: NewTakeKey(), Log: slog.New(slog.DiscardHandler)}
	mark := filepath.Join(c.Dir, "1", "mark")
	if err := os.MkdirAll(mark, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIntake(c); err == nil {
		t.Fatal("a folder is opened as a file")
	}
	held, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range held {
		if to, err := os.Readlink(fd); err == nil && filepath.Dir(filepath.Dir(to)) == c.Dir {
			t.Errorf("%s is open", to)
		}
	}
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	i, err := OpenIntake(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Close(); err != nil {
		t.Error(err)
	}
}

// What Redis answers may repeat what it was given; what is logged of it does not.
func TestOfRedissAnswersTheCodeIsLogged(t *testing.T) {
	client := embedded(t)
	if err := client.Set(t.Context(), "x", "canary", 0).Err(); err != nil {
		t.Fatal(err)
	}
	err := client.Do(t.Context(), "canary", "canary").Err()
	if got := vault.Reduced(err); err == nil || got.Error() != "the server says ERR" {
		t.Errorf("%v becomes %v", err, got)
	}
	if got := vault.Reduced(client.HGet(t.Context(), "x", "y").Err()); got.Error() != "the server says WRONGTYPE" {
		t.Error(got)
	}
	if vault.Reduced(io.EOF) != io.EOF {
		t.Error("another error is another")
	}
}
