package main

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// elsewhere are keys that no message makes: what staff do, which router has a lane, and an ask of the house for a minute.
var elsewhere = regexp.MustCompile(`^(\{staff\}:|session:|\{grants\}|\{ask\}:|\{g[0-9a-f.]+\}:own$)`)

// numbers are what may be a time; digits among letters are of a name that was drawn or digested.
var numbers = regexp.MustCompile(`\b[0-9]+(\.[0-9]+)?\b`)

// nearest is the number taken for the time that lies next to now, since 1970 in one of the units that programs count in.
func nearest(number string, now time.Time) (at time.Time, unit time.Duration) {
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n < 1e5 {
		return time.Time{}, 0
	}
	for _, u := range []time.Duration{time.Nanosecond, time.Microsecond, time.Millisecond, time.Second, time.Minute} {
		if since := n * float64(u); math.Abs(since-float64(now.UnixNano())) < float64(48*time.Hour) {
			return time.Unix(0, int64(since)), u
		}
	}
	return time.Time{}, 0
}

// A thousand messages come at known times, and desk and seekers do what they do. Of what Redis holds then, names, scores, ids
// of streams, ends of life, and every value that is no sealed record, nothing names a time nearer than its day.
func TestADumpTellsNoArrival(t *testing.T) {
	t.Parallel()
	const talks, each = 20, 50
	p, server, token := real(t)
	begun := time.Now()
	codes, failed := make([]string, talks), make([]error, talks)
	var wg sync.WaitGroup
	for i := range talks {
		wg.Go(func() {
			s, welcome, err := p.dial(frame{})
			if err != nil {
				failed[i] = err
				return
			}
			defer s.Close()
			codes[i] = welcome.Code
			for n := range each {
				if _, err := s.say(fmt.Sprint("m", n), []string{"きょうも いじめられた", "もう死にたい", "先生に話した"}[i%3]); err != nil {
					failed[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil {
			t.Fatal(err)
		}
	}
	p.rests(talks * each)
	var queue struct{ Cases []struct{ ID string } }
	p.do(token, "GET", "/queue?limit=200", nil, &queue)
	if len(queue.Cases) != talks {
		t.Fatalf("%d cases, want %d", len(queue.Cases), talks)
	}
	for i, c := range queue.Cases[:5] {
		p.do(token, "POST", "/cases/"+c.ID+"/claim", nil, nil)
		if i == 0 {
			continue // falls due
		}
		p.do(token, "POST", "/cases/"+c.ID+"/messages", map[string]string{"id": "r", "text": "読みました。"}, nil)
	}
	for _, code := range []string{codes[0], codes[1], codes[0] + "あ"} { // the last opens nothing
		if s, _, err := p.dial(frame{Code: code}); err == nil {
			s.Close()
		}
	}

	client := server.Client()
	kinds, seen := map[string]int{}, 0
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if elsewhere.MatchString(key) {
			continue
		}
		name, _, _ := strings.Cut(key[strings.Index(key, ":")+1:], ":")
		kinds[name]++
		if left := client.PTTL(t.Context(), key).Val(); left > 0 && !strings.Contains(key, ":doing:") {
			end := time.Now().Add(left)
			if off := end.Sub(end.Round(24 * time.Hour)).Abs(); off > time.Minute {
				t.Errorf("%s ends %v from a day's end", key, off)
			}
		}
		for where, text := range plainly(t, client, key) {
			seen++
			for _, n := range numbers.FindAllString(text, -1) {
				at, unit := nearest(n, begun)
				switch day := at.Truncate(24 * time.Hour); {
				case unit == 0 || at.Equal(day) || unit == time.Minute && at.Add(time.Minute).Truncate(24*time.Hour).Equal(at.Add(time.Minute)):
				default:
					t.Errorf("%s of %s tells %v (%s, in %v)", where, key, at.UTC(), n, unit)
				}
			}
		}
	}
	for _, kind := range []string{"in", "hwm", "dd", "totals", "case", "events", "known", "queue", "due", "box", "mail", "own", "code", "sess", "feed"} {
		if kinds[kind] == 0 {
			t.Errorf("the dump has no %s: %v", kind, kinds)
		}
	}
	t.Logf("%d texts in %v", seen, kinds)
}

// plainly are the texts of a key that are not sealed, with where they stand: its name, its values, its scores (of an index the
// minute in it as well) and the ids and the group of a stream.
func plainly(t *testing.T, client *redis.Client, key string) map[string]string {
	t.Helper()
	ctx, all := t.Context(), map[string]string{"the name": key}
	add := func(where, text string) {
		if len(text) < 100 { // a sealed record is longer, and sealed
			all[where] = text
		}
	}
	switch kind := client.Type(ctx, key).Val(); kind {
	case "string":
		add("the value", client.Get(ctx, key).Val())
	case "hash":
		for field, value := range client.HGetAll(ctx, key).Val() {
			add("the field "+field, field)
			add("the value of "+field, value)
		}
	case "set":
		for i, member := range client.SMembers(ctx, key).Val() {
			add(fmt.Sprint("member ", i), member)
		}
	case "list":
		for i, value := range client.LRange(ctx, key, 0, -1).Val() {
			add(fmt.Sprint("entry ", i), value)
		}
	case "zset":
		for i, z := range client.ZRangeWithScores(ctx, key, 0, -1).Val() {
			add(fmt.Sprint("member ", i), fmt.Sprint(z.Member))
			add(fmt.Sprint("score ", i), fmt.Sprintf("%.3f %.3f", z.Score, math.Mod(z.Score, 1<<42)))
		}
	case "stream":
		info, err := client.XInfoStreamFull(ctx, key, 0).Result()
		if err != nil {
			t.Fatal(err)
		}
		add("the ids", fmt.Sprint(info.LastGeneratedID, info.MaxDeletedEntryID, info.RecordedFirstEntryID))
		for _, g := range info.Groups {
			add("the group", fmt.Sprint(g.LastDeliveredID, g.PelCount))
			for i, pending := range g.Pending {
				add(fmt.Sprint("what waits, ", i), fmt.Sprint(pending.ID, pending.DeliveryTime.UnixMilli()))
			}
		}
	default:
		t.Fatalf("%s is of a kind that is not looked at: %s", key, kind)
	}
	return all
}
