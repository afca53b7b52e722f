package channelstest

import (
	"context"
	"slices"
	"time"

	"madoguchi/channels"
)

// own is what a seeker wrote: in memory, behind a PIN that three wrong tries make slow for a minute.
type own struct {
	pin   string
	ids   []string
	words map[string]channels.Word
	wrong int
}

const ownTries = 3

func (o *own) open(pin string) error {
	switch {
	case o.wrong >= ownTries:
		return &channels.Slow{Wait: time.Minute}
	case o.pin == "" || pin != o.pin:
		o.wrong++
		return channels.ErrUnknown
	}
	o.wrong = 0
	return nil
}

func (o *own) keep(words []channels.Word) {
	if o.words == nil {
		o.words = map[string]channels.Word{}
	}
	for _, w := range words {
		if !slices.Contains(o.ids, w.ID) {
			o.ids = append(o.ids, w.ID)
		}
		if o.pin != "" {
			o.words[w.ID] = w
		}
	}
}

// Wrote implements channels.Own.
func (c *conversation) Wrote(_ context.Context, words ...channels.Word) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	c.b.own.keep(words)
	return nil
}

// Unwrote implements channels.Own.
func (c *conversation) Unwrote(_ context.Context, id string) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.b.own.ids = slices.DeleteFunc(c.b.own.ids, func(x string) bool { return x == id })
	delete(c.b.own.words, id)
	return c.ready()
}

// Hidden implements channels.Own.
func (c *conversation) Hidden(context.Context) (n int, locked bool, err error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	return len(c.b.own.ids), c.b.own.pin != "", c.ready()
}

// SetPIN implements channels.Own. Whose code is known no more has come with it, or with a token of who did.
func (c *conversation) SetPIN(_ context.Context, before, pin string, words ...channels.Word) error {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return err
	}
	if c.b.own.pin == "" && !c.new {
		return channels.ErrUnknown
	}
	if c.b.own.pin != "" {
		if err := c.b.own.open(before); err != nil {
			return err
		}
	}
	c.b.own.pin = pin
	c.b.own.keep(words)
	return nil
}

// Words implements channels.Own.
func (c *conversation) Words(_ context.Context, pin string) ([]channels.Word, error) {
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	if err := c.ready(); err != nil {
		return nil, err
	}
	if err := c.b.own.open(pin); err != nil {
		return nil, err
	}
	words := []channels.Word{}
	for _, id := range c.b.own.ids {
		if w, ok := c.b.own.words[id]; ok {
			words = append(words, w)
		}
	}
	return words, nil
}
