package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router"
	"madoguchi/router/envelope"
	"madoguchi/router/redistest"
	"madoguchi/router/vault"
	"madoguchi/triage"
	"madoguchi/triage/keyring"
	store "madoguchi/triage/redis"
)

// A destruction that was cut off before the share of the key was gone is ended by the next start, on both sides of the wall,
// and other shares stay.
func TestACutOffDestructionIsEnded(t *testing.T) {
	t.Parallel()
	server, shares := redistest.Start(t), redistest.Start(t)
	cases, keys, ctx := as(t, server.URL), as(t, shares.URL), t.Context()
	const left, lives = "07leftleftleftleft", "07liveslivesliveslives"
	for _, use := range []string{"body", "identity"} {
		for _, name := range []string{left, lives} {
			if err := keys.HSet(ctx, "{k07}:"+use, name, fmt.Sprintf("%032d", 7)).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(cases.SAdd(ctx, "{p07}:broken", left).Err(), cases.HSet(ctx, "{v07}:broken", left, "1").Err()); err != nil {
		t.Fatal(err)
	}
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + server.URL, "--keys-redis-url=" + shares.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	start(t, "serve", common...)
	eventually(t, soon, func() error {
		n := cases.Exists(ctx, "{p07}:broken", "{v07}:broken").Val()
		for _, use := range []string{"body", "identity"} {
			if len(keys.HGet(ctx, "{k07}:"+use, left).Val()) == keyring.Bytes || n != 0 { // a mark may stand in its place
				return fmt.Errorf("%s: the share of what was destroyed is still there", use)
			}
			if !keys.HExists(ctx, "{k07}:"+use, lives).Val() {
				t.Fatalf("%s: another share is gone", use)
			}
		}
		return nil
	})
}

// A case that is destroyed opens nowhere any more with all keys there are: not in the live server, not in a replica that fell
// behind, not in a copy of the server's log or of its snapshot from before. Other cases open in every one of them. And the log
// of the server of shares has forgotten the share.
func TestADestroyedCaseOpensInNoCopy(t *testing.T) {
	t.Parallel()
	live, shares := redistest.Start(t), redistest.Start(t)
	cases, ring, ctx := as(t, live.URL), as(t, shares.URL), t.Context()
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + live.URL, "--keys-redis-url=" + shares.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=kato", "--role=coordinator"}, common...)...)
	p := start(t, "serve", common...)
	ids := map[string]triage.CaseID{}
	for _, words := range []string{"佐藤はなこさんにけられた", "ものをぬすまれた"} {
		s, _ := p.chat(frame{})
		s.says(t, "1", words, "stored")
		eventually(t, soon, func() error {
			if ids[words] = triage.CaseID(caseWith(t, p, token, words[len(words)-12:])); ids[words] == "" {
				return errors.New("the case is not in the queue")
			}
			return nil
		})
	}
	gone, stays := ids["佐藤はなこさんにけられた"], ids["ものをぬすまれた"]
	for _, id := range ids { // what the desk says is sealed to the case as well
		p.do(token, "POST", "/cases/"+string(id)+"/claim", nil, nil)
		p.do(token, "POST", "/cases/"+string(id)+"/messages", map[string]string{"id": "1", "text": "読みました。"}, nil)
	}
	if code := p.stop(20 * time.Second); code != 0 {
		t.Fatalf("exit %d", code)
	}
	k, err := allKeys(filepath.Join(p.flag("--data-dir"), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	copies := map[string]*redis.Client{"the live server": cases}
	maps.Copy(copies, copied(t, live))
	opens := func(where string, id triage.CaseID) (n int) {
		c := copies[where] // with rings of its own: nothing is remembered
		if _, events, err := store.New(c, k.body, keyring.New(ring, "body")).Load(ctx, id); err == nil && len(events) > 0 && events[0].Text != "" {
			n++
		}
		v := vault.New(c, k.vault, keyring.New(ring, "identity"))
		if r, err := v.Open(ctx, string(id)); err == nil && r != nil {
			n++
		}
		if _, originals, _, err := v.Whole(ctx, string(id)); err == nil && len(originals) > 0 {
			n++
		}
		return n
	}
	for where := range copies {
		if n, m := opens(where, gone), opens(where, stays); n != 3 || m != 3 {
			t.Fatalf("before, %s opens %d and %d of 3", where, n, m)
		}
	}
	log := cases.ConfigGet(ctx, "dir").Val()["dir"]
	if onTheWay(t, log, k.identity) != 1 {
		t.Fatal("what was on its way is not in the log at first")
	}
	secret := sharesOf(t, ring, gone, cases)
	if !inFiles(t, shares, secret) {
		t.Fatal("the shares are not in the files of their server at first")
	}

	st, v := store.New(cases, k.body, keyring.New(ring, "body")), vault.New(cases, k.vault, keyring.New(ring, "identity"))
	now, _, err := st.Load(ctx, gone)
	if err := errors.Join(err, v.Shred(ctx, string(gone)), st.Shred(ctx, now), keyring.Rewrite(ctx, ring, cases)); err != nil {
		t.Fatal(err)
	}
	for where, c := range copies {
		if n, m := opens(where, gone), opens(where, stays); n != 0 || m != 3 {
			t.Errorf("%s opens %d of 3 of what was destroyed, and %d of 3 of another case", where, n, m)
		}
		if has, err := vault.New(c, k.vault, keyring.New(ring, "identity")).Has(ctx, string(gone)); err != nil || has == (where == "the live server") {
			t.Errorf("%s has it: %v, %v", where, has, err)
		}
	}
	eventually(t, soon, func() error {
		if inFiles(t, shares, secret) {
			return errors.New("the share is in the log of its server still")
		}
		return nil
	})
	eventually(t, soon, func() error {
		if n := onTheWay(t, log, k.identity); n > 0 {
			return fmt.Errorf("%d messages on their way are in the log of the live server still", n)
		}
		return nil
	})
	// A copy of the log that somebody kept holds what was on its way, until the keys are replaced and what was replaced is removed.
	kept, next := copies["a copy of the log"].ConfigGet(ctx, "dir").Val()["dir"], k.identity
	if next, err = next.Added(); err != nil {
		t.Fatal(err)
	}
	if before, after := onTheWay(t, kept, k.identity), onTheWay(t, kept, next.Retired()); before != 1 || after != 0 {
		t.Errorf("the copy of the log opens %d messages with the keys of then, and %d afterwards", before, after)
	}
	if !inFiles(t, shares, sharesOf(t, ring, stays, cases)) {
		t.Error("another case's share is gone from the files")
	}
}

// copied are a replica that is cut off now, and servers on a copy of the log and of the snapshot as they are now.
func copied(t *testing.T, live *redistest.Server) map[string]*redis.Client {
	t.Helper()
	c, ctx, host := as(t, live.URL), t.Context(), strings.Split(live.Addr, ":")
	replica := as(t, redistest.Start(t, "--replicaof", host[0], host[1]).URL)
	eventually(t, soon, func() error {
		if info := replica.Info(ctx, "replication").Val(); !strings.Contains(info, "master_link_status:up") {
			return errors.New("the replica is not there yet")
		}
		return nil
	})
	if err := replica.Do(ctx, "REPLICAOF", "NO", "ONE").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, soon, func() error { return c.Save(ctx).Err() }) // the one for the replica may not have ended
	from := c.ConfigGet(ctx, "dir").Val()["dir"]
	log, snapshot := t.TempDir(), t.TempDir()
	dump, err := os.ReadFile(filepath.Join(from, "dump.rdb"))
	if err := errors.Join(err, os.CopyFS(filepath.Join(log, "appendonlydir"), os.DirFS(filepath.Join(from, "appendonlydir"))),
		os.WriteFile(filepath.Join(snapshot, "dump.rdb"), dump, 0o600)); err != nil {
		t.Fatal(err)
	}
	return map[string]*redis.Client{"a replica that fell behind": replica, "a copy of the log": as(t, redistest.Start(t, "--dir", log).URL),
		"a copy of the snapshot": as(t, redistest.Start(t, "--dir", snapshot, "--appendonly", "no").URL)}
}

// sharesOf are the shares of the case's keys, as they are kept.
func sharesOf(t *testing.T, ring *redis.Client, id triage.CaseID, cases *redis.Client) (all []string) {
	t.Helper()
	ctx := t.Context()
	for use, key := range map[string]string{"body": "{p" + string(id[:2]) + "}:case:" + string(id), "identity": "{v" + string(id[:2]) + "}:case:" + string(id)} {
		lock, err := cases.HGet(ctx, key, "k").Result()
		if err != nil {
			t.Fatal(use, err)
		}
		share, err := keyring.New(ring, use).Share(ctx, keyring.NameOf(lock))
		if err != nil {
			t.Fatal(use, err)
		}
		all = append(all, string(share))
	}
	return all
}

// onTheWay counts the messages with the name in a server's log that an intake key opens: what passed through a lane stays
// there, sealed, until the log is written anew.
func onTheWay(t *testing.T, dir string, keys *envelope.Identity) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "appendonlydir", "*.incr.aof"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was rewritten meanwhile
		}
		if err != nil {
			t.Fatal(err)
		}
		for rest := data; len(rest) > 0; {
			var args []string
			if args, rest = firstOf(rest); len(args) < 5 || !strings.EqualFold(args[0], "XADD") || !strings.HasPrefix(args[1], "{g") {
				continue
			}
			lane, _, _ := strings.Cut(strings.TrimPrefix(args[1], "{"), "}")
			seq, _, _ := strings.Cut(args[2], "-")
			number, err := strconv.ParseInt(seq, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			if plain, err := envelope.NewOpener(keys).Open(lane, number, []byte(args[4])); err == nil && strings.Contains(string(plain), "はなこ") {
				n++
			}
		}
	}
	return n
}

// firstOf takes the first command off a server's log; of what is none, nothing is left.
func firstOf(log []byte) (args []string, rest []byte) {
	number := func(mark string) int {
		head, _, _ := strings.Cut(string(log[:min(len(log), 32)]), "\r\n")
		n, err := strconv.Atoi(strings.TrimPrefix(head, mark))
		if err != nil || !strings.HasPrefix(head, mark) {
			return -1
		}
		log = log[len(head)+2:]
		return n
	}
	many := number("*")
	if many < 0 {
		return nil, nil
	}
	for range many {
		n := number("$")
		if n < 0 || n+2 > len(log) {
			return nil, nil
		}
		args, log = append(args, string(log[:n])), log[n+2:]
	}
	return args, log
}

// inFiles tells whether one of those is in any file of the server.
func inFiles(t *testing.T, s *redistest.Server, secret []string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(as(t, s.URL).ConfigGet(t.Context(), "dir").Val()["dir"], func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // a file that was rewritten meanwhile
		}
		data, err := os.ReadFile(path)
		for _, one := range secret {
			found = found || err == nil && strings.Contains(string(data), one)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// No file is thrown away while a message that may name it is on its way, or waits for a person.
func TestFilesWaitForTheirMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		s    router.Status
		want bool
	}{
		"at rest":         {router.Status{Redis: "ok", Accepted: 3, Processed: 3}, true},
		"held":            {router.Status{Redis: "ok", Held: 1}, false},
		"queued":          {router.Status{Redis: "ok", Queued: 1}, false},
		"a dead letter":   {router.Status{Redis: "ok", Dead: 1}, false},
		"Redis is away":   {router.Status{Redis: "away"}, false},
		"Redis is unsafe": {router.Status{Redis: "unsafe"}, false},
	} {
		if got := settled(tt.s); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
