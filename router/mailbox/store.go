package mailbox

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
)

// notices is the channel on which mailboxes tell those who listen: "NAME mail FEED", where FEED is the shard's count of
// entries, "NAME doing STATE", "NAME wait SEALED", or "NAME peer -" where two people ask where its connection comes from.
const notices = "madoguchi:mail"

// store is what both sides have.
type store struct {
	client  redis.UniversalClient
	peppers func() *peppers // as they are now
	now     func() time.Time
	scripts *scripts
}

type scripts struct{ visit, read, keep, mark, put, register, recode, close, show, wait, wrote, try, choose, answer *redis.Script }

func newStore(client redis.UniversalClient, p func() *peppers, now func() time.Time) store {
	if now == nil {
		now = time.Now
	}
	return store{client, p, now, &scripts{
		visit: redis.NewScript(visitSource), read: redis.NewScript(readSource), keep: redis.NewScript(keepSource), mark: redis.NewScript(markSource),
		put: redis.NewScript(putSource), register: redis.NewScript(registerSource), recode: redis.NewScript(recodeSource), close: redis.NewScript(closeSource),
		show: redis.NewScript(showSource), wait: redis.NewScript(waitSource), wrote: redis.NewScript(wroteSource), try: redis.NewScript(trySource), choose: redis.NewScript(chooseSource), answer: redis.NewScript(answerSource),
	}}
}

// name is what a conversation's keys are named by.
func (s *store) name(id string) name { return s.peppers().name("conversation", []byte(id)) }

// until is the time from now to the end of a day (UTC), and not before end: what Redis keeps tells no moment of arrival.
func (s *store) until(end time.Time) time.Duration {
	rounded := end.Truncate(day)
	if rounded.Before(end) {
		rounded = rounded.Add(day)
	}
	return rounded.Sub(s.now())
}

// shift is a number of its own for each name, below 2⁴⁹, that only who has the peppers knows. A count of minutes or seconds that
// a script compares is kept with it added, so that it names no moment; nor is a sum below 2³².
func (p *peppers) shift(n name) int64 {
	return 1<<32 + int64(number(mac(p.Name.Key, []byte("shift"), []byte(n.mac)))>>16)
}

// keep is how long a code and its mailbox are kept from now on: until the end of the code's last day.
func (s *store) keep() time.Duration { return s.until(s.now().Add(codeLives + time.Second)) }

// close leaves a mark that outlives every ticket and every message that is still on its way.
func (s *store) close(ctx context.Context, id string) error {
	n := s.name(id)
	code, err := s.scripts.close.Run(ctx, s.client, []string{n.key("box"), n.key("mail"), n.key("doing"), feedKey(n.shard), n.key("own"), n.key("pin"), n.key("wait")},
		s.keep().Milliseconds(), notices, n.notice()).Text()
	if err == nil && code != "" {
		err = s.client.Del(ctx, code).Err()
	}
	return failure(ctx, err)
}

// failure is what callers are told of Redis: that it is not available, and nothing that it said.
func failure(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	}
	return channels.ErrUnavailable
}
