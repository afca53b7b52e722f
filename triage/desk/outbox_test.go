package desk_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/keyring"
	"madoguchi/triage/redis"
	"madoguchi/triage/redistest"
	"madoguchi/triage/seal"
	"madoguchi/triage/staff"
)

// A hand-off and its receipt are told again and again until the answer comes, while the Redis process is killed at any moment of
// it and started again on what it had acknowledged: there is one hand-off, and it was received once.
func TestAHandOffIsOneWheneverRedisDies(t *testing.T) {
	t.Parallel()
	const deaths = 100
	server := redistest.Start(t)
	c := server.Client()
	r := open(t)
	conf := r.Desk.Config
	r.store = redis.New(c, seal.New(), keyring.New(c, "body"))
	conf.Store, r.wall.store = r.store, r.store
	r.Desk = desk.New(conf)

	insist := func(what func() error) {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; {
			err := what()
			if err == nil {
				return
			}
			if !errors.Is(err, triage.ErrUnavailable) && !errors.Is(err, triage.ErrUnknown) || time.Now().After(end) {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	for n := range deaths {
		r.clock.pass(time.Hour)
		id, _ := r.allowedCase("hinode-jhs")
		var h string
		ended := make(chan struct{})
		go func() { // dies at any moment of the two acts, and comes back
			defer close(ended)
			time.Sleep(time.Duration(rand.IntN(4000)) * time.Microsecond)
			server.Kill()
			server.Restart()
			for c.Ping(t.Context()).Err() != nil { // a client keeps connections for pipelines apart: the others come back later
				time.Sleep(2 * time.Millisecond)
			}
		}()
		insist(func() (err error) {
			h, err = r.HandOff(t.Context(), people["sato"], id, quiet("hinode-jhs"))
			return err
		})
		insist(func() error { _, err := r.Portal().Acknowledge(t.Context(), people["hinode"], h); return err })
		<-ended
		insist(func() error { _, err := r.Portal().Acknowledge(t.Context(), people["hinode"], h); return err })
		insist(func() error { _, _, err := r.store.Load(t.Context(), id); return err })
		got, events := r.load(id)
		received := 0
		for _, e := range events {
			if e.Handoff != nil && e.Handoff.State == triage.HandoffReceived {
				received++
			}
		}
		owed := slices.IndexFunc(got.Duties, func(d triage.Duty) bool {
			return strings.HasPrefix(d.What, desk.DutyAcknowledge+":") && d.DoneAt.IsZero()
		})
		if len(got.Handoffs) != 1 || got.Handoffs[0].ID != h || received != 1 || owed >= 0 {
			t.Fatalf("death %d: %d hand-offs, %d receipts, the duty of it open at %d", n, len(got.Handoffs), received, owed)
		}
	}
}

// Who moved to another school in April reads nothing of the old one's any more, and another school reads nothing of it at all.
func TestWhoMovedToAnotherSchoolReadsNoMore(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	moved := people["hinode"]
	report, err := r.Portal().Report(ctx, moved, h, "incident", map[string]string{"matter": "x"})
	r.must(err)
	moved.School = "kawabe-jhs"
	for _, who := range []staff.Person{moved, people["kawabe"], people["nowhere"]} {
		_, opened := r.Portal().Open(ctx, who, h)
		_, covered := r.Portal().Cover(ctx, who, h)
		_, received := r.Portal().Acknowledge(ctx, who, h)
		_, read := r.Portal().Paper(ctx, who, report)
		_, filed := r.Portal().Report(ctx, who, report, "resolution", map[string]string{"state": "x"})
		all, _ := r.Portal().List(ctx, who)
		for what, err := range map[string]error{"opens": opened, "sees": covered, "receives": received, "reads": read, "goes on with": filed} {
			if err == nil {
				t.Errorf("%s of %q %s it", who.Login, who.School, what)
			}
		}
		if len(all) != 0 {
			t.Errorf("%s of %q lists %+v", who.Login, who.School, all)
		}
	}
}
