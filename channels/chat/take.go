package chat

import (
	"context"
	"errors"
	"slices"

	"github.com/gorilla/websocket"

	"madoguchi/channels"
)

func (f *frame) erases() bool { return f.Erase != nil && *f.Erase }

// take stores what waits, all of it at once, until nothing does.
func (s *socket) take(ctx context.Context) {
	for conv, batch := s.batch(); len(batch) > 0; conv, batch = s.batch() {
		switch {
		case batch[0].Type == "bye":
			s.bye(ctx, conv, batch[0])
		case batch[0].private():
			s.send(s.door.ownFrame(ctx, conv, batch[0])...)
		default:
			s.store(ctx, conv, batch)
		}
	}
}

// batch returns what is to be stored next. Where that is nothing the taking has ended.
func (s *socket) batch() (conv channels.Conversation, batch []*frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.idle.Broadcast()
	if s.taking = len(s.queue) > 0; !s.taking {
		return s.conv, nil
	}
	batch, s.queue = s.queue, nil
	if i := slices.IndexFunc(batch, func(f *frame) bool { return f.Type == "bye" || f.private() }); i >= 0 {
		i = max(i, 1) // each of these alone, in its turn
		batch, s.queue = batch[:i], batch[i:]
	}
	return s.conv, batch
}

func (s *socket) store(ctx context.Context, conv channels.Conversation, batch []*frame) {
	var messages []channels.Message
	var good []*frame
	var answers []*frame
	words := false
	for _, f := range batch {
		if bad := s.door.attach(conv, f); bad != nil {
			answers = append(answers, bad)
			continue
		}
		words = words || f.Type == "message" // an answer to nothing makes no conversation
		good = append(good, f)
		messages = append(messages, f.message(conv, s.door.env.Now(), s.first(conv)))
	}
	var state channels.State
	var err error
	if len(messages) > 0 {
		state, err = s.door.take(ctx, messages...)
	}
	for _, f := range good {
		if err != nil {
			answers = append(answers, refuse(f.ID, unavailable))
			continue
		}
		ack := f.acknowledge(state)
		if f.Type != "unsend" {
			s.tellHours(ack)
		}
		answers = append(answers, ack)
	}
	if err == nil && words {
		s.mu.Lock()
		s.begun, s.kept = false, true
		s.visit.wrote = true
		s.mu.Unlock()
	}
	s.send(answers...)
	if err == nil {
		s.door.remember(ctx, conv, good)
	}
}

// attach finds the pictures that a message names.
func (d *door) attach(conv channels.Conversation, f *frame) (bad *frame) {
	if len(f.Files) == 0 || len(f.kept) > 0 {
		return nil
	}
	kept, err := d.uploads.find(conv.Address(), f.Files)
	switch {
	case errors.Is(err, errNone):
		return refuse(f.ID, unknownFile)
	case err != nil:
		return refuse(f.ID, unavailable)
	}
	f.kept = kept
	return nil
}

// first is what goes with messages until one of the conversation is durable.
func (s *socket) first(conv channels.Conversation) *channels.Opening {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept {
		return nil
	}
	return conv.Opening()
}

// tellHours says with an acknowledgement whether somebody is there, so that the page need not guess.
func (s *socket) tellHours(ack *frame) {
	now := s.door.env.Now()
	s.mu.Lock()
	first, due := s.hours.IsZero(), now.Sub(s.hours) >= tellings
	s.mu.Unlock()
	if !first && !due {
		return
	}
	hours := s.door.env.Desk.Hours(name, now)
	s.mu.Lock()
	changed := first || s.open != hours.Open
	s.hours, s.open = now, hours.Open
	s.mu.Unlock()
	ack.hours(s.door.env.Desk, hours, changed)
}

func (f *frame) hours(desk channels.Desk, h channels.Hours, explain bool) {
	f.Open = &h.Open
	if explain {
		f.Notice = &h.Notice
		if !h.Open {
			f.Hours = desk.Text("after.hours", nil)
		}
	}
}

// bye ends the conversation on this connection and, where the seeker withdraws it, everywhere.
func (s *socket) bye(ctx context.Context, conv channels.Conversation, f *frame) {
	if f.erases() {
		s.mu.Lock()
		begun := s.begun
		s.leaving = true
		s.mu.Unlock()
		if !begun { // else there is nothing to withdraw
			if _, err := s.door.take(ctx, f.message(conv, s.door.env.Now(), s.first(conv))); err != nil {
				s.mu.Lock()
				s.leaving = false
				s.mu.Unlock()
				s.send(refuse("", unavailable))
				return
			}
		}
		if conv.Close(ctx) != nil {
			s.door.env.Log.Debug("a conversation is closed by the wall alone", "channel", name)
		}
		s.door.open.withdrawn(s, conv.Address())
		s.door.uploads.forget(conv.Address())
	}
	s.left(!f.erases())
	s.end(websocket.CloseNormalClosure)
}
