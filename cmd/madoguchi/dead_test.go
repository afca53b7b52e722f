package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// heardWithin is how soon a person must hear of danger in what the machine cannot read.
const heardWithin = time.Minute

// A message that cannot be read is nobody's lowest priority. At night, one that fails is judged by its words and calls who is on
// call, and so does one that cannot be opened at all; both stand at the top of the queue.
func TestDangerAmongTheDeadLettersCallsSomebody(t *testing.T) {
	o := atNight(t)
	c, _ := o.chat(frame{})
	c.says(t, "1", "こんにちは。はじめて書きます。", "stored")
	client := o.redis.Client()
	eventually(t, soon, func() error { // nobody asks the desk itself: who does is there, and hears an alarm from the pages first
		if len(client.Keys(t.Context(), "{v*:case:*").Val()) == 0 {
			return errors.New("the case is not there")
		}
		return nil
	})
	for _, key := range client.Keys(t.Context(), "{v*:case:*").Val() {
		client.HSet(t.Context(), key, "r", "spoilt")
	}
	begun := time.Now()
	c.says(t, "2", "もう限界。今夜、橋から飛び降りて死にます", "stored")
	o.calledFor(1, begun)

	begun = time.Now()
	garbage(t, client)
	o.calledFor(2, begun)
	o.top("今夜")
	o.top("機械が開けないもの")
	if _, _, metrics := ask(t, "GET", o.Ops+"/metrics", ""); !strings.Contains(metrics, "madoguchi_dead_letters 2") {
		t.Error("the dead letters are not counted")
	}
	o.stop(soon)
	if strings.Contains(o.printed(), "今夜") {
		t.Error("the words are in the log")
	}
}

// garbage puts into a lane what nobody can open.
func garbage(t *testing.T, client redis.UniversalClient) {
	t.Helper()
	for _, key := range client.Keys(t.Context(), "*:in").Val() {
		last, err := client.XInfoStream(t.Context(), key).Result()
		if err != nil {
			continue
		}
		seq, _, _ := strings.Cut(last.LastGeneratedID, "-")
		if err := client.XAdd(context.Background(), &redis.XAddArgs{Stream: key, ID: seq + "-77", Values: []any{"s", "999999", "b", "spoilt"}}).Err(); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("no lane")
}

// calledFor waits for the n-th call.
func (o *outside) calledFor(n int, since time.Time) {
	o.t.Helper()
	eventually(o.t, soon, func() error {
		o.twilio.mu.Lock()
		defer o.twilio.mu.Unlock()
		if len(o.twilio.calls) < n {
			return fmt.Errorf("%d calls", len(o.twilio.calls))
		}
		return nil
	})
	after := time.Since(since)
	o.t.Logf("called after %v", after)
	if after > slower*heardWithin {
		o.t.Errorf("called after %v", after)
	}
}

// top expects words in the first case of the queue, or in the second where several are as grave.
func (o *outside) top(words string) {
	o.t.Helper()
	var page struct {
		Cases []struct{ Severity, Preview string }
	}
	o.do(o.token, "GET", "/queue", nil, &page)
	for _, k := range page.Cases {
		if k.Severity == "emergency" && strings.Contains(k.Preview, words) {
			return
		}
		if k.Severity != "emergency" {
			break
		}
	}
	o.t.Errorf("%q is not at the top of %+v", words, page.Cases)
}
