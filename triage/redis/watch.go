package redis

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// unread is how many different ids wait for a slow reader before they become one empty id.
const unread = 256

// Watch implements triage.Store. The first thing that it sends is an empty id, since whatever happened before may have been
// missed; so does every new subscription after a lost connection.
func (s *Store) Watch(ctx context.Context) (<-chan triage.CaseID, error) {
	sub := s.client.Subscribe(ctx, notices)
	if _, err := sub.Receive(ctx); err != nil {
		_ = sub.Close() // nothing was subscribed
		return nil, failure(ctx, err)
	}
	out := make(chan triage.CaseID)
	go s.relay(ctx, sub, out)
	return out, nil
}

// relay reads without ever waiting for the reader of out. It ends with ctx and closes both. What a notice is of is not remembered
// any longer: it is another by now, or was destroyed.
func (s *Store) relay(ctx context.Context, sub *redis.PubSub, out chan<- triage.CaseID) {
	defer close(out)
	defer func() { _ = sub.Close() }()
	in := sub.ChannelWithSubscriptions()
	waiting := []triage.CaseID{""}
	for {
		var head triage.CaseID
		var ready chan<- triage.CaseID
		if len(waiting) > 0 {
			head, ready = waiting[0], out
		}
		select {
		case <-ctx.Done():
			return
		case ready <- head:
			waiting = waiting[1:]
		case notice, ok := <-in:
			if !ok {
				return
			}
			s.outdated(notice)
			waiting = enqueue(waiting, notice)
		}
	}
}

// outdated forgets what was opened before the notice; before a new subscription anything may have happened.
func (s *Store) outdated(notice any) {
	if m, ok := notice.(*redis.Message); ok {
		s.recent.forget(triage.CaseID(m.Payload))
		return
	}
	s.recent.clear()
}

// enqueue adds what a notice says: a case's id, once; or that everything must be looked at, which includes all ids.
func enqueue(waiting []triage.CaseID, notice any) []triage.CaseID {
	m, ok := notice.(*redis.Message)
	if !ok {
		return []triage.CaseID{""} // a new subscription
	}
	if slices.Contains(waiting, triage.CaseID(m.Payload)) {
		return waiting
	}
	if len(waiting) >= unread {
		return []triage.CaseID{""}
	}
	return append(waiting, triage.CaseID(m.Payload))
}
