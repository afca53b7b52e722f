package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/redistest"
)

// withUsers is a real Redis with the shipped users, and its URL for each of them.
func withUsers(t *testing.T) func(user string) string {
	t.Helper()
	shipped, err := os.ReadFile("../../deploy/redis/users.acl")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "users.acl")
	text := string(shipped)
	for _, user := range []string{"madoguchi", "vault", "keyring", "check", "backup", "role-gateway", "role-router", "role-vault", "role-console"} {
		if !strings.Contains(text, ">REPLACE-"+strings.ToUpper(user)+" ") {
			t.Fatalf("no password to replace for %s", user)
		}
		text = strings.ReplaceAll(text, "REPLACE-"+strings.ToUpper(user), user+"-secret")
	}
	// Beside them one who may look at the server's own log of refusals: only here.
	text += "user witness on >witness-secret ~* &* +@all\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := redistest.Start(t, "--aclfile", file)
	return func(user string) string { return "redis://" + user + ":" + user + "-secret@" + s.Addr + "/0" }
}

func as(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries = -1
	c := redis.NewClient(o)
	t.Cleanup(func() { c.Close() })
	return c
}

// The desk runs whole with the shipped users, and Redis never once has to refuse it anything.
func TestTheDeskNeedsNoMoreThanItsUsers(t *testing.T) {
	url := withUsers(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + url("madoguchi"), "--vault-redis-url=" + url("vault"),
		"--keys-redis-url=" + url("keyring"), "--redis-check-url=" + url("check")}
	must(t, append([]string{"keys", "init"}, common...)...)
	token := must(t, append([]string{"token", "create", "--login=kato", "--role=coordinator"}, common...)...)
	p := start(t, "serve", common...)
	c, _, err := p.dial(frame{Type: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := c.say("1", "はなこさんにけられた"); err != nil || state != "stored" {
		t.Fatalf("%s, %v", state, err)
	}
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, "けられた"); id == "" {
			return errors.New("the case is not in the queue")
		}
		return nil
	})
	for _, ask := range []struct {
		path string
		body any
	}{{"/claim", nil}, {"/messages", map[string]string{"id": "1", "text": "読みました。"}}, {"/notes", map[string]string{"text": "メモ"}},
		{"/reveals", map[string]string{"placeholder": "[人物A]", "reason": "返事をするため"}},
		{"/state", map[string]string{"state": "watching", "reason": "見守る"}}} {
		p.do(token, "POST", "/cases/"+id+ask.path, ask.body, nil)
	}
	if _, err := c.next("message", soon); err != nil {
		t.Fatal(err)
	}
	must(t, append([]string{"audit", "verify"}, common...)...)
	p.stop(10 * time.Second)
	refusals, err := as(t, url("witness")).Do(t.Context(), "ACL", "LOG").Slice()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refusals {
		t.Errorf("Redis refused: %v", r)
	}
}

// What each user may not do, however it is asked.
func TestUsersMayNoMoreThanTheyNeed(t *testing.T) {
	url := withUsers(t)
	ctx := t.Context()
	never := forbidden() // the audit can be added to, and not changed: what it is made with is seen where all of the desk is used
	own := map[string][]string{"madoguchi": {"{gab.0}:in", "{m01}:x", "{p01}:x", "{staff}:all", "{grants}:all", "session:x", "madoguchi:lanes"},
		"vault": {"{v01}:case:x"}, "keyring": {"{k01}:body"}, "check": nil, "backup": nil}
	keys := slices.Concat(own["madoguchi"], own["vault"], own["keyring"], []string{"other", "{x}:y", "p01:x"})
	for user, may := range own {
		c := as(t, url(user))
		for _, command := range never {
			if err := c.Do(ctx, command...).Err(); !refused(err) {
				t.Errorf("%s, %v: %v", user, command, err)
			}
		}
		for _, key := range keys {
			commands := [][]any{{"GET", key}, {"DEL", key}, {"EVAL", "return redis.call('EXISTS', KEYS[1])", 1, key}}
			if user == "keyring" { // runs no script
				commands = commands[:2]
			}
			for _, command := range commands {
				if err := c.Do(ctx, command...).Err(); refused(err) == slices.Contains(may, key) {
					t.Errorf("%s, %v: %v", user, command, err)
				}
			}
		}
		if err := c.Do(ctx, "CONFIG", "GET", "appendfsync").Err(); refused(err) != (user != "check" && user != "keyring") {
			t.Errorf("%s asks for the configuration: %v", user, err)
		}
	}
	o, err := redis.ParseURL(url("check"))
	if err != nil {
		t.Fatal(err)
	}
	if err := as(t, "redis://"+o.Addr).Get(context.WithoutCancel(ctx), "x").Err(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("nobody in particular: %v", err)
	}
}

// forbidden are commands that no user of the desk may run.
func forbidden() [][]any {
	return [][]any{{"KEYS", "*"}, {"SCAN", 0}, {"FLUSHALL"}, {"FLUSHDB"}, {"CONFIG", "SET", "appendfsync", "no"}, {"DEBUG", "SLEEP", 0}, {"MONITOR"},
		{"MIGRATE", "127.0.0.1", "1", "k", 0, 1}, {"RESTORE", "k", 0, "x"}, {"DUMP", "{p01}:k"}, {"REPLICAOF", "NO", "ONE"}, {"SCRIPT", "LOAD", "return 1"},
		{"FUNCTION", "LIST"}, {"MODULE", "LIST"}, {"SHUTDOWN", "NOSAVE"}, {"ACL", "LIST"}, {"ACL", "SETUSER", "default", "on"}, {"CLIENT", "LIST"},
		{"SLOWLOG", "GET"}, {"RENAME", "{p01}:a", "{p01}:b"}, {"COPY", "{p01}:a", "{p01}:b"}, {"XTRIM", "{gab.0}:in", "MAXLEN", 0}, {"LTRIM", "{audit}:chain", 1, 0},
		{"LPOP", "{audit}:chain"}, {"LSET", "{audit}:chain", 0, "x"}, {"LREM", "{audit}:chain", 0, "x"},
		{"DEL", "{audit}:chain"}, {"SET", "{audit}:chain", "x"}, {"EVAL", "return redis.call('DEL', KEYS[1])", 1, "{audit}:chain"}}
}

// What each role's own user may not do, when the roles run apart. Nothing that was written can be read by who takes it in;
// what the audit holds can be added to and not changed; asks can be made and not read.
func TestEachRoleMayNoMoreThanItNeeds(t *testing.T) {
	url := withUsers(t)
	ctx := t.Context()
	const lane, box, record, list, share, ids = "{g0123abcd.1}:", "{m01}:mail:x", "{v01}:case:x", "{p01}:x", "{k01}:body", "{k01}:identity"
	for role, rows := range map[string]struct{ may, not [][]any }{
		"gateway": {may: [][]any{{"EVAL", "return redis.call('XADD', KEYS[1], '*', 'b', 'x')", 1, lane + "in"}, {"ZRANGE", box, 0, -1}, {"SADD", "madoguchi:lanes", "x"}},
			not: [][]any{{"XRANGE", lane + "in", "-", "+"}, {"EVAL", "return redis.call('XRANGE', KEYS[1], '-', '+')", 1, lane + "in"}, {"SET", lane + "in", "x"},
				{"EVAL", "return redis.call('SET', KEYS[1], 'x')", 1, lane + "in"}, {"DEL", lane + "in"}, {"HGETALL", lane + "dead"}, {"HGET", lane + "dead", "1"}, {"HMGET", "{grants}:all", "x"},
				{"HMGET", record, "r"}, {"HGET", list, "s"}, {"LRANGE", list, 0, -1}, {"HGET", share, "x"}, {"GET", "session:x"}, {"HGET", "{staff}:all", "x"},
				{"RPUSH", "{ask}:to:vault", "x"}, {"BLPOP", "{ask}:to:vault", 1}, {"SUBSCRIBE", "madoguchi:cases"}, {"SMEMBERS", "madoguchi:lanes"}}},
		"router": {may: [][]any{{"XRANGE", lane + "in", "-", "+"}, {"HMGET", record, "r"}, {"HGET", list, "s"}, {"HGET", share, "x"}},
			not: [][]any{{"RPUSH", "{audit}:chain", "x"}, {"HGET", "{staff}:all", "x"}, {"HGET", "{grants}:all", "x"}, {"GET", "session:x"}, {"BLPOP", "{ask}:answer:x", 1},
				{"BLPOP", "{ask}:to:vault", 1}, {"RPUSH", "{ask}:to:vault", "x"}}},
		"vault": {may: [][]any{{"HMGET", record, "r"}, {"ZADD", box, 1, "x"}, {"HGET", ids, "x"}, {"RPUSH", "{ask}:to:router", "x"}},
			not: [][]any{{"HGET", list, "s"}, {"LRANGE", list, 0, -1}, {"HGET", share, "x"}, {"HSET", ids, "x", "x"}, {"HDEL", ids, "x"}, {"XRANGE", lane + "in", "-", "+"},
				{"RPUSH", "{audit}:chain", "x"}, {"HGET", "{staff}:all", "x"}, {"GET", "session:x"}, {"BLPOP", "{ask}:to:router", 1}}},
		"console": {may: [][]any{{"HGET", list, "s"}, {"RPUSH", "{audit}:chain", "x"}, {"LRANGE", "{audit}:chain", 0, -1}, {"HGET", share, "x"}, {"RPUSH", "{ask}:to:vault", "x"}},
			not: [][]any{{"HMGET", record, "r"}, {"HGET", ids, "x"}, {"ZRANGE", box, 0, -1}, {"XRANGE", lane + "in", "-", "+"}, {"SMEMBERS", "madoguchi:lanes"},
				{"DEL", "{audit}:chain"}, {"SET", "{audit}:chain", "x"}, {"EVAL", "return redis.call('DEL', KEYS[1])", 1, "{audit}:chain"}, {"BLPOP", "{ask}:to:vault", 1},
				{"SET", "{ask}:here:vault", "1"}, {"SET", "{ask}:seen:x", "1"}, {"RPUSH", "{ask}:answer:x", "x"}}},
	} {
		c := as(t, url("role-"+role))
		for _, command := range slices.Concat(forbidden(), rows.not, [][]any{{"CONFIG", "GET", "appendfsync"}}) {
			if err := c.Do(ctx, command...).Err(); !refused(err) {
				t.Errorf("%s, %v: %v", role, command, err)
			}
		}
		for _, command := range rows.may {
			if err := c.Do(ctx, command...).Err(); refused(err) {
				t.Errorf("%s, %v: %v", role, command, err)
			}
		}
	}
}

// refused reports whether Redis said that the user may not.
func refused(err error) bool {
	return err != nil && slices.ContainsFunc([]string{"NOPERM", "can't run this command", "can't access at least one of the keys"}, func(said string) bool {
		return strings.Contains(err.Error(), said)
	})
}
