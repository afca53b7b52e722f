package redis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
)

// at is the desk's time at which the tests' cases begin; its milliseconds and seconds must not show at rest.
var at = time.Date(2026, 12, 1, 9, 0, 37, 123e6, time.UTC)

const caseID = triage.CaseID("07abcdefghijklmnopqrstuvwx")

// everything is a case whose every text is a canary: words that must not show at rest in any way.
func everything() []triage.Event {
	const c = "canary"
	text := func(s string) string { return c + "-" + s + "-かなりあ" }
	message := triage.Event{ID: c + "-id", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: text("text"),
		About: "friend", CallMe: text("callme"), DueAt: at.Add(24 * time.Hour),
		Judgement: &triage.Judgement{Severity: triage.Urgent, Flags: []triage.Flag{triage.Suicide},
			Reasons: []triage.Reason{{Flag: triage.Suicide, Rule: text("rule"), Excerpt: text("excerpt")}}},
		Duty: &triage.Duty{Kind: text("duty"), What: text("what"), DueAt: at.Add(24 * time.Hour)}}
	return []triage.Event{message,
		{ID: "a", At: at, Kind: triage.KindAssignment, From: triage.Counselor, By: c + "login",
			Assignment: &triage.Assignment{Do: triage.DoClaim, To: c + "login", Until: at.Add(time.Hour)}},
		{ID: "b", At: at, Kind: triage.KindNote, From: triage.Counselor, By: c + "login", Text: text("note")},
		{ID: "c", At: at, Kind: triage.KindHandoff, From: triage.Counselor, Said: 1, Words: []byte(text("words")),
			Consent: &triage.Consent{ID: "07" + c + "consent", School: c + "school", Level: triage.LevelNamed, Text: text("consent"), Answer: triage.AnswerAsked}},
		{ID: "d", At: at, Kind: triage.KindHandoff, From: triage.Counselor,
			Handoff: &triage.Handoff{ID: "07" + c + "handoff", Recipient: "school", School: c + "school", Summary: text("summary"), Disclose: []string{text("disclose")}}},
		{ID: "e", At: at, Kind: triage.KindReport, From: triage.AtSchool,
			Report: &triage.Report{ID: "07" + c + "report", School: c + "school", Form: "incident", Fields: map[string]string{"f": text("field")}}},
		{ID: "f", At: at, Kind: triage.KindReveal, From: triage.Counselor, Reveal: &triage.Reveal{Placeholder: text("place"), Reason: text("reason")}},
	}
}

// dump returns every key and every value of the server, as the server itself tells them.
func dump(t *testing.T, client *goredis.Client) string {
	t.Helper()
	ctx := t.Context()
	var out strings.Builder
	keys, err := client.Keys(ctx, "*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, key := range keys {
		kind, err := client.Type(ctx, key).Result()
		if err != nil {
			t.Fatal(err)
		}
		read := map[string][]any{"hash": {"HGETALL", key}, "list": {"LRANGE", key, 0, -1}, "set": {"SMEMBERS", key},
			"zset": {"ZRANGE", key, 0, -1, "WITHSCORES"}, "string": {"GET", key}}[kind]
		if read == nil {
			t.Fatalf("a key of kind %s", kind)
		}
		value, err := client.Do(ctx, read...).Result()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s = %v\n", key, value)
	}
	return out.String()
}

// Nothing at rest shows a word, a login, a school, a reference or an upstream id; nor when, to the second, somebody wrote.
// What a killed server leaves on its disk does not show it either.
func TestNothingIsReadableAtRest(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := server.Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	before := triage.Case{ID: caseID}
	for _, e := range everything() {
		var err error
		if before, err = store.Append(t.Context(), before, e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Lease(t.Context(), triage.DueSend, at, time.Second, 1); err != nil {
		t.Fatal(err)
	}
	rest := dump(t, client)
	if !strings.Contains(rest, string(caseID)) {
		t.Fatal("the dump does not show the case at all")
	}
	path, err := client.ConfigGet(t.Context(), "dir").Result()
	if err != nil {
		t.Fatal(err)
	}
	server.Kill()
	err = filepath.Walk(path["dir"], func(name string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rest += string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range []string{"canary", "かなりあ", "sakura", "suicide", "friend", "line", "seeker", "counselor",
		fmt.Sprint(at.Unix()), fmt.Sprint(at.UnixMilli()), fmt.Sprint(at.Add(24 * time.Hour).UnixMilli()), "2026-12-01"} {
		if i := strings.Index(rest, canary); i >= 0 {
			t.Errorf("%q is readable at rest: …%q…", canary, rest[max(0, i-40):min(len(rest), i+60)])
		}
	}
}

// Every key belongs to a partition.
func TestKeysHaveOneTag(t *testing.T) {
	t.Parallel()
	client, server := redistest.Embedded(t)
	shares, _ := redistest.Embedded(t)
	store := redis.New(client, seal.New(), keyring.New(shares, "body"))
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()...); err != nil {
		t.Fatal(err)
	}
	for _, key := range server.Keys() {
		if !strings.HasPrefix(key, "{p07}:") {
			t.Errorf("a key %s", key)
		}
	}
}

// A sealed record that was changed, moved, left out or put back from before does not open, and a case of which the list
// cannot open the snapshot is listed nevertheless.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	const other = triage.CaseID("07bbbbbbbbbbbbbbbbbbbbbbbb")
	events, head := "{p07}:events:"+string(caseID), "{p07}:case:"+string(caseID)
	flip := func(s string) string { return s[:len(s)-1] + string(s[len(s)-1]^1) }
	for name, spoil := range map[string]func(ctx context.Context, c *goredis.Client) error{
		"an event's last byte": func(ctx context.Context, c *goredis.Client) error {
			return c.LSet(ctx, events, 1, flip(c.LIndex(ctx, events, 1).Val())).Err()
		},
		"two events swapped": func(ctx context.Context, c *goredis.Client) error {
			first, second := c.LIndex(ctx, events, 0).Val(), c.LIndex(ctx, events, 1).Val()
			return errors.Join(c.LSet(ctx, events, 0, second).Err(), c.LSet(ctx, events, 1, first).Err())
		},
		"an event of another case": func(ctx context.Context, c *goredis.Client) error {
			return c.LSet(ctx, events, 0, c.LIndex(ctx, "{p07}:events:"+string(other), 0).Val()).Err()
		},
		"an event left out": func(ctx context.Context, c *goredis.Client) error { return c.RPop(ctx, events).Err() },
		"an event repeated": func(ctx context.Context, c *goredis.Client) error {
			return c.RPush(ctx, events, c.LIndex(ctx, events, -1).Val()).Err()
		},
		"another case's key": func(ctx context.Context, c *goredis.Client) error {
			return c.HSet(ctx, head, "k", c.HGet(ctx, "{p07}:case:"+string(other), "k").Val()).Err()
		},
		"no key":    func(ctx context.Context, c *goredis.Client) error { return c.HDel(ctx, head, "k").Err() },
		"a version": func(ctx context.Context, c *goredis.Client) error { return c.HSet(ctx, head, "v", "2").Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := redistest.Embedded(t)
			store := redis.New(client, seal.New(), keyring.New(client, "body"))
			for _, id := range []triage.CaseID{caseID, other} {
				if _, err := store.Append(t.Context(), triage.Case{ID: id}, everything()...); err != nil {
					t.Fatal(err)
				}
			}
			if err := spoil(t.Context(), client); err != nil {
				t.Fatal(err)
			}
			if _, _, err := store.Load(t.Context(), caseID); !errors.Is(err, triage.ErrDamaged) {
				t.Errorf("Load: %v, want ErrDamaged", err)
			}
			cases, _, err := store.List(t.Context(), triage.Query{})
			if err != nil || len(cases) != 2 {
				t.Errorf("%d cases are listed, %v, want 2", len(cases), err)
			}
			if err := store.Shred(t.Context(), triage.Case{ID: caseID, Version: version(t, client)}); err != nil {
				t.Errorf("Shred: %v", err)
			}
			left := 1
			if name == "another case's key" { // the share that the lock names is destroyed, whosever it was; what a process remembers does not hide it
				left = 0
			}
			if cases, _, err := store.List(t.Context(), triage.Query{}); err != nil || len(cases) != left {
				t.Errorf("%d cases are listed after the shredding, %v, want %d", len(cases), err, left)
			}
		})
	}
}

// A damaged snapshot hides no child: the case stands in its place in the queue and opens from its events.
func TestADamagedSnapshotIsListed(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	c, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := client.HSet(t.Context(), "{p07}:case:"+string(caseID), "s", "spoilt").Err(); err != nil {
		t.Fatal(err)
	}
	cases, _, err := store.List(t.Context(), triage.Query{State: triage.Waiting})
	if err != nil || len(cases) != 1 || cases[0].ID != caseID || cases[0].Severity != triage.Urgent || cases[0].State != triage.Waiting {
		t.Errorf("listed: %+v, %v", cases, err)
	}
	if got, _, err := store.Load(t.Context(), caseID); err != nil || got.Version != c.Version {
		t.Errorf("Load: %v", err)
	}
}

// The wrong key set opens nothing.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	c, err := redis.New(client, seal.New(), keyring.New(client, "body")).Append(t.Context(), triage.Case{ID: caseID}, everything()[0])
	if err != nil {
		t.Fatal(err)
	}
	foreign := redis.New(client, seal.New(), keyring.New(client, "body"))
	if _, _, err := foreign.Load(t.Context(), caseID); !errors.Is(err, triage.ErrDamaged) {
		t.Errorf("Load: %v, want ErrDamaged", err)
	}
	if _, err := foreign.Append(t.Context(), c, everything()[1]); !errors.Is(err, triage.ErrDamaged) {
		t.Errorf("Append: %v, want ErrDamaged", err)
	}
}

// A snapshot says what the events say, whatever the order in which indexes were written.
func TestTheSnapshotIsTheFold(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	c := triage.Case{ID: caseID}
	for _, e := range everything() {
		var err error
		if c, err = store.Append(t.Context(), c, e); err != nil {
			t.Fatal(err)
		}
		loaded, _, err := store.Load(t.Context(), caseID)
		if err != nil {
			t.Fatal(err)
		}
		listed, _, err := store.List(t.Context(), triage.Query{})
		if err != nil || len(listed) != 1 {
			t.Fatalf("%d listed, %v", len(listed), err)
		}
		a, _ := json.Marshal(loaded)
		b, _ := json.Marshal(listed[0])
		if !bytes.Equal(a, b) {
			t.Fatalf("after %s the snapshot is\n%s\nand the fold\n%s", e.Kind, b, a)
		}
	}
}

// Scores tell the day and nothing finer: of a message that waits, of an answer that is due, of work that is held or comes again.
func TestScoresAreWholeDays(t *testing.T) {
	t.Parallel()
	client, server := redistest.Embedded(t)
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()...); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(t.Context(), triage.Case{ID: "07" + caseID[2:] + "z"}, everything()[0]); err != nil {
		t.Fatal(err)
	}
	days := func(when string) {
		t.Helper()
		var seen int
		for _, key := range server.Keys() {
			if kind := client.Type(t.Context(), key).Val(); kind != "zset" {
				continue
			}
			scores, err := server.SortedSet(key)
			if err != nil {
				t.Fatal(err)
			}
			for _, score := range scores {
				moment, unit := int64(score), time.Millisecond
				if !strings.Contains(key, ":due:") {
					moment, unit = moment%(1<<42)+1, time.Minute
				}
				if moment != 1<<42 && moment != 1 && moment%int64(24*time.Hour/unit) != 0 {
					t.Errorf("%s: %s tells %d times %v", when, key, moment, unit)
				}
				seen++
			}
		}
		if seen < 8 {
			t.Fatalf("%s: only %d scores", when, seen)
		}
	}
	days("at first")
	for _, kind := range triage.DueKinds {
		work, err := store.Lease(t.Context(), kind, at.Add(25*time.Hour), time.Minute, 9)
		if err != nil {
			t.Fatal(err)
		}
		days("leased")
		for i, d := range work {
			if err := store.Settle(t.Context(), d, at.Add(26*time.Hour+time.Duration(i)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
	}
	days("settled for later")
	rest := dump(t, client)
	for _, moment := range []int64{at.Unix(), at.Unix() / 60, at.Add(24*time.Hour).Unix() / 60, at.Add(25*time.Hour).UnixMilli() / 1e5, at.Add(26*time.Hour).UnixMilli() / 1e5} {
		if strings.Contains(rest, fmt.Sprint(moment)) {
			t.Errorf("%d is readable at rest", moment)
		}
	}
	if strings.Contains(rest, "2026-12-02") {
		t.Error("the end of a lease is readable at rest")
	}
}

// What a version before wrote, whose scores told the minute and the end of a lease, is listed, paged and handed out as it was,
// beside what is written now; and Round leaves the day of it.
func TestScoresOfBefore(t *testing.T) {
	t.Parallel()
	client := redistest.Forgetful(t).Client()
	store := redis.New(client, seal.New(), keyring.New(client, "body"))
	var want []triage.CaseID
	for i := range 60 {
		e := everything()[0]
		e.At = at.Add(time.Duration(i) * time.Minute)
		e.Duty.DueAt = e.At.Add(24 * time.Hour)
		id := triage.CaseID(fmt.Sprintf("%02d%024d", (60-i)%7, 60-i))
		if _, err := store.Append(t.Context(), triage.Case{ID: id}, e); err != nil {
			t.Fatal(err)
		}
		want = append(want, id)
		if i%3 == 0 {
			continue
		}
		for key, score := range map[string]int64{"queue:all": 1<<42 + e.At.Unix()/60, "queue:state:waiting": 1<<42 + e.At.Unix()/60,
			"due:duty": e.Duty.DueAt.Truncate(time.Minute).UnixMilli()} {
			if err := client.ZAdd(t.Context(), "{p"+string(id[:2])+"}:"+key, goredis.Z{Score: float64(score), Member: string(id)}).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	last := want[58]
	held := "{p" + string(last[:2]) + "}:"
	err := errors.Join(client.HSet(t.Context(), held+"case:"+string(last), "f:duty", "ABCDEFGHIJKLMNOPQRSTUVWXYZ").Err(), // a lease, until then:
		client.ZAdd(t.Context(), held+"due:duty", goredis.Z{Score: float64(at.Add(30 * time.Hour).UnixMilli()), Member: string(last)}).Err())
	if err != nil {
		t.Fatal(err)
	}
	listed := func(when string) {
		t.Helper()
		for _, limit := range []int{1, 7, 60} {
			var got []triage.CaseID
			for q := (triage.Query{State: triage.Waiting, Limit: limit}); ; {
				cases, next, err := store.List(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range cases {
					got = append(got, c.ID)
				}
				if q.Cursor = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, in pages of %d:\n%v, want\n%v", when, limit, got, want)
			}
		}
	}
	due := func(after time.Duration) int {
		t.Helper()
		work, err := store.Lease(t.Context(), triage.DueDuty, at.Add(after), time.Minute, 99)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range work {
			if err := store.Settle(t.Context(), d, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		return len(work)
	}
	listed("at first")
	if n := due(24*time.Hour + 9*time.Minute + time.Second); n != 10 {
		t.Errorf("%d duties are due after nine minutes, want 10", n)
	}
	if n := due(26 * time.Hour); n != 49 {
		t.Errorf("%d duties are due beside the one that is held, want 49", n)
	}
	if n := due(30 * time.Hour); n != 1 {
		t.Errorf("%d duties are due after the lease, want 1", n)
	}
	for range 2 {
		if err := store.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	listed("rounded")
	for _, key := range []string{"{p03}:queue:all", "{p03}:queue:state:waiting"} {
		scores, err := client.ZRangeWithScores(t.Context(), key, 0, -1).Result()
		if err != nil || len(scores) == 0 {
			t.Fatalf("%s: %d, %v", key, len(scores), err)
		}
		for _, z := range scores {
			if int64(z.Score) != 1<<42+at.Truncate(24*time.Hour).Unix()/60+24*60-1 {
				t.Errorf("%s: %v has %.0f", key, z.Member, z.Score)
			}
		}
	}
}

// Of a shredded case nothing is left but the digests of its event ids.
func TestShreddedLeavesDigestsOnly(t *testing.T) {
	t.Parallel()
	client, server := redistest.Embedded(t)
	shares, _ := redistest.Embedded(t)
	store := redis.New(client, seal.New(), keyring.New(shares, "body"))
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()...); err != nil {
		t.Fatal(err)
	}
	shred(t, store)
	if keys := server.Keys(); len(keys) != 1 || keys[0] != "{p07}:known:"+string(caseID) {
		t.Errorf("left: %v", keys)
	}
}

// A copy of the server from before, put back beside keys that are all still there, tells nothing of a case that was shredded
// since, and everything of another.
func TestShreddedIsUnreadableInOldCopies(t *testing.T) {
	t.Parallel()
	const other = triage.CaseID("08bbbbbbbbbbbbbbbbbbbbbbbb")
	server, shares := redistest.Start(t), redistest.Start(t).Client()
	client, keys := server.Client(), seal.New()
	store := redis.New(client, keys, keyring.New(shares, "body"))
	for _, id := range []triage.CaseID{caseID, other} {
		if _, err := store.Append(t.Context(), triage.Case{ID: id}, everything()...); err != nil {
			t.Fatal(err)
		}
	}
	restored, _ := redistest.Embedded(t)
	for _, key := range client.Keys(t.Context(), "*").Val() {
		copyKey(t, client, restored, key)
	}
	shred(t, store)
	old := redis.New(restored, keys, keyring.New(shares, "body"))
	c, err := old.Append(t.Context(), triage.Case{ID: caseID}, everything()...)
	if err != nil || c.Version != 0 {
		t.Errorf("its events come again: version %d, %v", c.Version, err)
	}
	if _, _, err := old.Load(t.Context(), caseID); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("the shredded case: %v", err)
	}
	known := triage.Case{ID: caseID, Version: int64(len(everything()))}
	if _, err := old.Append(t.Context(), known, triage.Event{ID: "more", At: at, Kind: triage.KindNote}); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("a note to it: %v", err)
	}
	if _, events, err := old.Load(t.Context(), other); err != nil || len(events) != len(everything()) {
		t.Errorf("the other case: %d events, %v", len(events), err)
	}
	listed, _, err := old.List(t.Context(), triage.Query{Erased: true})
	if err != nil || len(listed) != 1 || listed[0].ID != other {
		t.Fatalf("%d cases, %v", len(listed), err)
	}
	for _, q := range []triage.Query{{State: triage.Waiting}, {Ref: "07ahandoff", School: "aschool"}, {Ref: "07ahandoff"}} {
		if listed, _, err = old.List(t.Context(), q); err != nil || slices.ContainsFunc(listed, func(c triage.Case) bool { return c.ID == caseID }) {
			t.Errorf("%+v: %d cases, %v", q, len(listed), err)
		}
	}
	begun := triage.Event{ID: "anew", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "また"}
	if _, err := old.Append(t.Context(), triage.Case{ID: caseID}, begun); !errors.Is(err, triage.ErrConflict) {
		t.Errorf("new words on what is left: %v", err)
	}
	c, err = old.Append(t.Context(), triage.Case{ID: caseID}, begun)
	if err != nil || c.Version != 1 {
		t.Errorf("and again: %+v, %v", c, err)
	}
}

// A case whose key's share was lost, and ended by nobody, is damaged: it stays in the lists, and nothing of it is cleared away.
func TestALostShareIsNoShreddedCase(t *testing.T) {
	t.Parallel()
	client, keys := redistest.Start(t).Client(), seal.New()
	store := redis.New(client, keys, keyring.New(client, "body"))
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()...); err != nil {
		t.Fatal(err)
	}
	client.Del(t.Context(), "{k07}:body")
	lost := redis.New(client, keys, keyring.New(client, "body"))
	begun := triage.Event{ID: "anew", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "また"}
	for range 2 {
		if _, err := lost.Append(t.Context(), triage.Case{ID: caseID}, begun); !errors.Is(err, triage.ErrConflict) {
			t.Errorf("as if it were new: %v", err)
		}
	}
	if _, _, err := lost.Load(t.Context(), caseID); !errors.Is(err, triage.ErrDamaged) {
		t.Errorf("Load: %v", err)
	}
	if listed, _, err := lost.List(t.Context(), triage.Query{Erased: true}); err != nil || len(listed) != 1 || listed[0].Preview != "[不明1]" {
		t.Errorf("%+v, %v", listed, err)
	}
}

// Where Shred is interrupted the share is destroyed later, and a case that began anew meanwhile has another.
func TestFinishDestroysWhatShredLeft(t *testing.T) {
	t.Parallel()
	client, _ := redistest.Embedded(t)
	server := redistest.Start(t)
	shares, keys := server.Client(), seal.New()
	store := redis.New(client, keys, keyring.New(shares, "body"))
	c, err := store.Append(t.Context(), triage.Case{ID: caseID}, everything()...)
	if err != nil {
		t.Fatal(err)
	}
	lock := client.HGet(t.Context(), "{p07}:case:"+string(caseID), "k").Val()
	server.Kill()
	if err := store.Shred(t.Context(), c); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatalf("Shred without the other server: %v", err)
	}
	server.Restart()
	begun := triage.Event{ID: "anew", At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "また"}
	if _, err := store.Append(t.Context(), triage.Case{ID: caseID}, begun); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := store.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keyring.New(shares, "body").Share(t.Context(), lock[:keyring.NameBytes]); !errors.Is(err, keyring.ErrUnknown) {
		t.Errorf("the old share: %v", err)
	}
	fresh := redis.New(client, keys, keyring.New(shares, "body"))
	if _, events, err := fresh.Load(t.Context(), caseID); err != nil || len(events) != 1 {
		t.Errorf("the new case: %d events, %v", len(events), err)
	}
}

func version(t *testing.T, client *goredis.Client) int64 {
	t.Helper()
	v, err := client.HGet(t.Context(), "{p07}:case:"+string(caseID), "v").Int64()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func shred(t *testing.T, store *redis.Store) {
	t.Helper()
	c, _, err := store.Load(t.Context(), caseID)
	if err == nil {
		err = store.Shred(t.Context(), c)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func copyKey(t *testing.T, from, to goredis.Cmdable, key string) {
	t.Helper()
	ctx := t.Context()
	var err error
	switch kind := from.Type(ctx, key).Val(); kind {
	case "hash":
		err = to.HSet(ctx, key, from.HGetAll(ctx, key).Val()).Err()
	case "list":
		for _, v := range from.LRange(ctx, key, 0, -1).Val() {
			err = errors.Join(err, to.RPush(ctx, key, v).Err())
		}
	case "set":
		err = to.SAdd(ctx, key, from.SMembers(ctx, key).Val()).Err()
	case "zset":
		err = to.ZAdd(ctx, key, from.ZRangeWithScores(ctx, key, 0, -1).Val()...).Err()
	default:
		t.Fatalf("a key of type %s", kind)
	}
	if err != nil {
		t.Fatal(err)
	}
}
