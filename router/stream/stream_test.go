package stream_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/router/redistest"
	"madoguchi/router/stream"
	cluster "madoguchi/triage/redistest"
)

// everywhere runs a test on the embedded server, on a real one and on a cluster.
func everywhere(t *testing.T, f func(t *testing.T, client redis.UniversalClient)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1})
		t.Cleanup(func() { _ = client.Close() })
		f(t, client)
	})
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		f(t, redistest.Start(t).Client())
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		f(t, cluster.StartCluster(t).Client())
	})
}

func batch(from, to int64) []stream.Record {
	var all []stream.Record
	for s := from; s <= to; s++ {
		r := stream.Record{Seq: s, Sealed: fmt.Appendf(nil, "sealed %d\x00\xff", s)}
		copy(r.Digest[:], fmt.Sprintf("%016x", s))
		all = append(all, r)
	}
	return all
}

func accept(t *testing.T, l *stream.Lane, expect int64, rs []stream.Record, replayed bool, fresh int64) {
	t.Helper()
	n, err := l.Accept(t.Context(), expect, rs, time.Now(), replayed)
	if err != nil || n != fresh {
		t.Fatalf("accept: %d new, %v; want %d", n, err, fresh)
	}
}

func totals(t *testing.T, l *stream.Lane, want stream.Totals) {
	t.Helper()
	got, err := l.Totals(t.Context())
	if err != nil || got != want {
		t.Fatalf("totals %+v, %v; want %+v", got, err, want)
	}
	if got.Accepted != got.Queued+got.Processed+got.Dead {
		t.Fatalf("the sum is wrong: %+v", got)
	}
}

func TestAcceptTakesABatchAtTheMarkOnly(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		l := stream.NewLane(client, stream.LaneName("0ab1", 0))
		totals(t, l, stream.Totals{})
		accept(t, l, 0, batch(1, 300), false, 300)
		for _, expect := range []int64{0, 299, 301} {
			var mark *stream.MarkError
			if _, err := l.Accept(ctx, expect, batch(301, 302), time.Now(), false); !errors.As(err, &mark) || mark.Mark != 300 {
				t.Fatalf("expecting %d: %v", expect, err)
			}
		}
		again := batch(301, 304)
		again[1].Digest = batch(7, 7)[0].Digest // message 7 sent again
		accept(t, l, 300, again, true, 3)
		accept(t, l, 304, batch(2_000_000_000_000_000, 2_000_000_000_000_001), false, 2) // numbers may be missing, and large
		if mark, err := l.Mark(ctx); err != nil || mark != 2_000_000_000_000_001 {
			t.Fatalf("mark %d, %v", mark, err)
		}
		totals(t, l, stream.Totals{Accepted: 305, Replayed: 3, Queued: 305, Mark: 2_000_000_000_000_001})
	})
}

func TestDigestsExpireAtADaysEnd(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t).Client()
	l := stream.NewLane(client, "gab.0")
	accept(t, l, 0, batch(1, 5), false, 5)
	name := regexp.MustCompile(`^\{gab\.0\}:[a-z]+(:[A-Za-z0-9_-]+)?$`)
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 5+3 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, k := range keys {
		if !name.MatchString(k) {
			t.Errorf("key %q", k)
		}
		at, err := client.ExpireTime(t.Context(), k).Result()
		if err != nil {
			t.Fatal(err)
		}
		if at < 0 {
			continue // entries, mark, totals
		}
		if s := int64(at / time.Second); s%86400 != 0 || time.Until(time.Unix(s, 0)) < 30*24*time.Hour {
			t.Errorf("expires at %d", s)
		}
	}
}

// A mark that somebody set back by hand, beneath entries that are still there, loses and doubles nothing.
func TestMarkSetBackByHand(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		l := stream.NewLane(client, "gab.0")
		accept(t, l, 0, batch(1, 10), false, 10)
		if err := client.Set(ctx, "{gab.0}:hwm", 4, 0).Err(); err != nil {
			t.Fatal(err)
		}
		accept(t, l, 4, batch(5, 12), true, 2)
		if err := client.Set(ctx, "{gab.0}:hwm", 8, 0).Err(); err != nil {
			t.Fatal(err)
		}
		late := batch(9, 11)
		for i := range late {
			late[i].Digest[0] = 'x' // unknown digests at numbers that the stream has passed
		}
		accept(t, l, 8, late, true, 3)
		o := owner(t, l)
		var seqs []int64
		for _, e := range read(t, o, 100) {
			seqs = append(seqs, e.Seq)
		}
		if want := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 9, 10, 11}; !slices.Equal(seqs, want) {
			t.Fatalf("%v", seqs)
		}
	})
}

// A key of a wrong type is an error before anything is written.
func TestWrongTypeTakesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		for _, k := range []string{"in", "totals", "hwm"} {
			l := stream.NewLane(client, stream.LaneName(k, 0))
			key := "{" + l.Name() + "}:" + k
			if err := client.LPush(ctx, key, "x").Err(); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Accept(ctx, 0, batch(1, 3), time.Now(), false); err == nil {
				t.Fatalf("%s: taken", k)
			}
			if err := client.Del(ctx, key).Err(); err != nil {
				t.Fatal(err)
			}
			totals(t, l, stream.Totals{})
			accept(t, l, 0, batch(1, 3), false, 3)
		}
	})
}

func owner(t *testing.T, l *stream.Lane) *stream.Owner {
	t.Helper()
	o := stream.NewOwner(l, t.Name()+time.Now().String())
	if _, err := o.Claim(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t *testing.T, o *stream.Owner, n int) []stream.Entry {
	t.Helper()
	entries, err := o.Read(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func ids(entries []stream.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return all
}

func TestOwnerReadsSettlesAndBuries(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		l := stream.NewLane(client, "gab.1")
		accept(t, l, 0, batch(1, 10), false, 10)
		o := owner(t, l)
		first, second := read(t, o, 6), read(t, o, 100)
		if len(first) != 6 || len(second) != 4 || first[5].Seq != 6 || !bytes.Equal(second[0].Sealed, batch(7, 7)[0].Sealed) {
			t.Fatalf("%v %v", ids(first), ids(second))
		}
		if more := read(t, o, 5); len(more) != 0 {
			t.Fatalf("delivered twice: %v", ids(more))
		}
		for range 2 { // again is harmless
			if err := o.Settle(ctx, ids(first)...); err != nil {
				t.Fatal(err)
			}
			if err := o.Bury(ctx, second[0], "unopened"); err != nil {
				t.Fatal(err)
			}
		}
		totals(t, l, stream.Totals{Accepted: 10, Processed: 6, Queued: 3, Dead: 1, Mark: 10})
		waiting, err := o.Delivered(ctx, "", 2)
		if err != nil || len(waiting) != 2 || waiting[0].Seq != 8 || !bytes.Equal(waiting[1].Sealed, second[2].Sealed) {
			t.Fatalf("waiting %v, %v", ids(waiting), err)
		}
		if waiting, err = o.Delivered(ctx, waiting[1].ID, 5); err != nil || len(waiting) != 1 || waiting[0].Seq != 10 {
			t.Fatalf("waiting %v, %v", ids(waiting), err)
		}
		for want := int64(2); want < 4; want++ {
			if n, err := o.Again(ctx, waiting[0].ID, 1); err != nil || n != want {
				t.Fatalf("delivery %d, %v; want %d", n, err, want)
			}
		}
		if n, err := o.Again(ctx, waiting[0].ID, -1); err != nil || n != 2 {
			t.Fatalf("taken back: %d, %v", n, err)
		}
		if n, err := o.Again(ctx, first[0].ID, 1); err != nil || n != 0 {
			t.Fatalf("a settled one: %d, %v", n, err)
		}
	})
}

func TestDeadLettersComeBackOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		l := stream.NewLane(client, "gab.0")
		accept(t, l, 0, batch(1, 12), false, 12)
		o := owner(t, l)
		for _, e := range read(t, o, 100) {
			if err := o.Bury(ctx, e, "failed"); err != nil {
				t.Fatal(err)
			}
		}
		letters, err := l.Dead(ctx, 11)
		if err != nil || len(letters) != 11 || letters[0].Seq != 1 || letters[10].Seq != 11 || letters[9].Reason != "failed" {
			t.Fatalf("%d letters, %v", len(letters), err)
		}
		for i := range 10 {
			if put, err := l.Requeue(ctx, 3); err != nil || put != (i == 0) {
				t.Fatalf("press %d: %v, %v", i, put, err)
			}
		}
		if put, err := l.Requeue(ctx, 2); err != nil || !put {
			t.Fatal(put, err)
		}
		accept(t, l, 12, batch(13, 13), false, 1) // and the lane goes on behind them
		back := read(t, o, 100)
		if len(back) != 3 || back[0].Seq != 3 || back[1].Seq != 2 || back[2].Seq != 13 || !bytes.Equal(back[0].Sealed, batch(3, 3)[0].Sealed) {
			t.Fatalf("%+v", back)
		}
		if err := o.Bury(ctx, back[0], "failed"); err != nil { // buried a second time it is the same letter
			t.Fatal(err)
		}
		totals(t, l, stream.Totals{Accepted: 13, Queued: 2, Dead: 11, Mark: 13})
	})
}

// Who lost the lane can do nothing with it any more.
func TestOneOwnerAtATime(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		l := stream.NewLane(client, "gab.0")
		accept(t, l, 0, batch(1, 5), false, 5)
		a, b := stream.NewOwner(l, "a"), stream.NewOwner(l, "b")
		if _, err := a.Claim(ctx, time.Minute); err != nil {
			t.Fatal(err)
		}
		got := read(t, a, 2)
		if _, err := b.Claim(ctx, time.Minute); !errors.Is(err, stream.ErrLost) {
			t.Fatalf("taken away: %v", err)
		}
		if _, err := a.Claim(ctx, time.Millisecond); err != nil { // keeps it, but not for long
			t.Fatal(err)
		}
		for taken, end := false, time.Now().Add(10*time.Second); !taken; {
			kept, err := b.Claim(ctx, time.Minute)
			if taken = err == nil; kept || time.Now().After(end) {
				t.Fatalf("a lapsed lane: kept %v, %v", kept, err)
			}
		}
		if kept, err := b.Claim(ctx, time.Minute); err != nil || !kept {
			t.Fatalf("kept %v, %v", kept, err)
		}
		if _, err := a.Read(ctx, 1); !errors.Is(err, stream.ErrLost) {
			t.Errorf("read: %v", err)
		}
		if _, err := a.Again(ctx, got[0].ID, 1); !errors.Is(err, stream.ErrLost) {
			t.Errorf("again: %v", err)
		}
		if err := a.Settle(ctx, got[0].ID); !errors.Is(err, stream.ErrLost) {
			t.Errorf("settle: %v", err)
		}
		if err := a.Bury(ctx, got[0], "x"); !errors.Is(err, stream.ErrLost) {
			t.Errorf("bury: %v", err)
		}
		if err := a.Release(ctx); err != nil { // of what is not ours does nothing
			t.Fatal(err)
		}
		waiting, err := b.Delivered(ctx, "", 10)
		if err != nil || len(waiting) != 2 {
			t.Fatalf("the predecessor's work: %v, %v", ids(waiting), err)
		}
		if err := b.Settle(ctx, ids(append(waiting, read(t, b, 10)...))...); err != nil {
			t.Fatal(err)
		}
		totals(t, l, stream.Totals{Accepted: 5, Processed: 5, Mark: 5})
		if err := b.Release(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Claim(ctx, time.Minute); err != nil {
			t.Errorf("a lane given back: %v", err)
		}
	})
}

func TestWaitWakesAtANewEntry(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		l := stream.NewLane(client, "gab.0")
		o := owner(t, l)
		if err := o.Wait(t.Context(), "0-0", 20*time.Millisecond); err != nil {
			t.Fatalf("nothing there: %v", err)
		}
		woke := make(chan error, 1)
		go func() { woke <- o.Wait(context.WithoutCancel(t.Context()), "0-0", 20*time.Second) }()
		accept(t, l, 0, batch(1, 1), false, 1)
		select {
		case err := <-woke:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("asleep")
		}
	})
}

func TestLanesAreFound(t *testing.T) {
	everywhere(t, func(t *testing.T, client redis.UniversalClient) {
		ctx := t.Context()
		if err := stream.Announce(ctx, client, stream.LaneName("0f", 1), stream.LaneName("0f", 0), "}evil{"); err != nil {
			t.Fatal(err)
		}
		if lanes, err := stream.Lanes(ctx, client); err != nil || !slices.Equal(lanes, []string{"g0f.0", "g0f.1"}) {
			t.Fatalf("%v, %v", lanes, err)
		}
	})
}
