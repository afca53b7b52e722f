package email

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"

	"madoguchi/channels/channelstest"
)

// Accepted mails are removed when they have been there for the time to keep, and not before; what was set aside stays.
func TestAcceptedMailsAreRemoved(t *testing.T) {
	servers(t, func(t *testing.T, addr string, b *box) {
		h := newIndoors(t)
		now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
		h.env.Now = func() time.Time { return now }
		b.door(h, addr)
		sweep := func() {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c, err := h.dial(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.alarm = time.AfterFunc(time.Minute, func() { c.Close() })
			defer c.alarm.Stop()
			if err := c.Login(b.user, "secret").Wait(); err != nil {
				t.Fatal(err)
			}
			c.folders = map[string]string{}
			for _, name := range []string{acceptedFolder, automaticFolder, keptFolder} {
				if c.folders[name], err = h.folder(c, name); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(h.open(c), h.empty(ctx, c), h.sweep(c)); err != nil {
				t.Fatal(err)
			}
		}
		b.put("INBOX", from("a@example.jp")+text("一通"))
		b.put("INBOX", from("a@example.jp")+"Auto-Submitted: auto-replied\n\nx")
		sweep()
		accepted := now
		b.put("INBOX", from("a@example.jp")+text("あと"))
		for now.Before(accepted.Add(100 * time.Hour)) {
			now = now.Add(time.Hour)
			sweep()
			age, n := now.Sub(accepted), b.count(acceptedFolder)
			can := b.Caps().Has(imap.CapUIDPlus)
			if can && (age < 24*time.Hour && n != 2 || age > 37*time.Hour && n != 0) || !can && n != 2 {
				t.Fatalf("after %v: %d mails", age, n)
			}
		}
		if b.count(automaticFolder) != 1 || len(h.intake.Taken()) != 2 {
			t.Error("something else is gone")
		}
	})
}

// Mail that others have marked as deleted is theirs: it is never removed by the door where it cannot remove its own alone.
func TestNobodyElsesMailIsRemoved(t *testing.T) {
	addr := memory(t)
	b := look(t, addr, "u")
	b.put("INBOX", from("a@example.jp")+text("消すしるし"))
	if _, err := b.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	if err := b.Store(imap.SeqSetNum(1), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		t.Fatal(err)
	}
	b.put("INBOX", from("a@example.jp")+text("一通"))
	h := newIndoors(t)
	stop := b.door(h, addr).run(t)
	eventually(t, "the other is taken", func() bool { return b.count("INBOX") == 0 })
	stop()
	if box, err := b.Select("INBOX", nil).Wait(); err != nil || box.NumMessages != 2 || len(h.intake.Taken()) != 1 || b.count(acceptedFolder) != 1 {
		t.Errorf("%d mails, %d taken, %v", box.NumMessages, len(h.intake.Taken()), err)
	}
}

// A mailbox that is made anew begins its numbers again (UIDVALIDITY); its mails are new, and the same ones are known.
func TestMailboxMadeAnew(t *testing.T) {
	addr := channelstest.Dovecot(t)
	b := look(t, addr, fmt.Sprintf("u%x", time.Now().UnixNano()))
	h := b.door(newIndoors(t), addr)
	h.inbox.folder = "Desk"
	known := from("a@example.jp") + text("もとの")
	for i, words := range []string{"一つ目", "二つ目", "三つ目"} {
		if err := b.Create("Desk", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		b.put("Desk", known)
		b.put("Desk", from("a@example.jp")+text(words))
		stop := h.run(t)
		eventually(t, "both are taken", func() bool { return b.count("Desk") == 0 })
		stop()
		if got := texts(h.intake.Taken()); len(got) != i+2 || got[i+1] != words {
			t.Errorf("%d: %q", i, got)
		}
		if err := errors.Join(b.Unselect().Wait(), b.Delete("Desk").Wait()); err != nil {
			t.Fatal(err)
		}
	}
}

// News comes by IDLE, without a look.
func TestIdle(t *testing.T) {
	servers(t, func(t *testing.T, addr string, b *box) {
		h := newIndoors(t)
		b.door(h, addr).run(t)
		for i := range 3 {
			b.put("INBOX", from("a@example.jp")+text(fmt.Sprint("通 ", i)))
			start := time.Now()
			eventually(t, "it is taken", func() bool { return len(h.intake.Taken()) == i+1 })
			t.Logf("after %v", time.Since(start).Round(time.Millisecond))
		}
	})
}
