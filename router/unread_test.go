package router

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/redistest"
	"madoguchi/router/stream"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// A dead letter stays where it is until the desk could be told of it; what else comes is processed meanwhile.
func TestNoDeadLetterBeforeTheDeskIsTold(t *testing.T) {
	t.Parallel()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	d.untold = triage.ErrUnavailable
	d.fail = func(who string, _, _ int) error {
		if who == "c0" {
			return errMalformed
		}
		return nil
	}
	g.consume(d)
	g.takeMany(3, 1, 4, channels.Stored, channels.Held)
	eventually(t, "the others are done", func() bool { return len(d.of("c1")) == 4 && len(d.of("c2")) == 4 })
	if s := g.Status(t.Context()); s.Dead != 0 {
		t.Fatalf("%+v", s)
	}
	d.mu.Lock()
	d.untold = nil
	d.mu.Unlock()
	if s := g.settled(); s.Dead != 4 || s.Processed != 8 {
		t.Fatalf("%+v", s)
	}
	told := d.reported()
	slices.Sort(told)
	if want := []string{"c0/1", "c0/2", "c0/3", "c0/4"}; !slices.Equal(told, want) {
		t.Errorf("reported %q", told)
	}
}

// A message whose words kill the router that only reports it is reported without a look at them.
func TestReportThatKillsItsRouter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	g, d := newGate(t, redistest.Start(t).Client()), newDesk()
	g.takeMany(1, 1, 1, channels.Stored, channels.Held)
	g.caughtUp()
	names, err := stream.Lanes(ctx, g.client)
	if err != nil {
		t.Fatal(err)
	}
	poison := errors.New("no")
	for range deliveries + 1 { // each counts the message and dies, the last one of the report
		for _, name := range names {
			s := &shift{Consumer: NewConsumer(g.client, envelope.NewOpener(g.id), func(context.Context, channels.Message) error { return poison }, d.report,
				slog.New(slog.NewTextHandler(io.Discard, nil)), nil), owner: stream.NewOwner(stream.NewLane(g.client, name), "dying"),
				known: make(map[string]bool), talks: make(map[string]*talk), after: "0-0"}
			if _, err := s.owner.Claim(ctx, time.Minute); err != nil {
				t.Fatal(err)
			}
			if err := s.adopt(ctx); err != nil {
				t.Fatal(err)
			}
			entries, err := s.owner.Read(ctx, readMost)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				s.take(e, false)
			}
			if due, _ := s.due(time.Now()); len(due) > 0 {
				s.work(ctx, due[0])
			}
			if err := s.owner.Release(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.fail = func(string, int, int) error { return poison }
	g.consume(d)
	if s := g.settled(); s.Dead != 1 {
		t.Fatalf("%+v", s)
	}
	if told := d.reported(); !slices.Equal(told, []string{""}) {
		t.Errorf("reported %q", told)
	}
}

// What fails is judged by its words as they were written, and waits in its sender's own case with every name masked; the answer
// finds its way, and the same report is one.
func TestADeadLetterWaitsInItsOwnCase(t *testing.T) {
	h := newHouse(t)
	m := said("c1", "1", "山田花子にいじめられて、死にたい。090-1234-5678")
	for range 3 {
		if err := h.router.Report(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
	}
	k, events := h.load(t, h.caseOf(from("c1")))
	if k.State != triage.Waiting || k.Severity != triage.Emergency || k.Version != 1 || !slices.Contains(k.Flags, triage.Suicide) {
		t.Fatalf("%+v", k)
	}
	if text, ok := strings.CutSuffix(events[0].Text, "\n"+unreadFailed); !ok || text != "〔ふせ字〕にいじめられて、死にたい。〔ふせ字〕" {
		t.Errorf("the desk reads %q", events[0].Text)
	}
	for _, reason := range k.Reasons {
		if reason.Flag == triage.Suicide && !strings.HasSuffix(reason.Excerpt, "死にたい") {
			t.Errorf("%+v", reason)
		}
	}
	h.reply(t, k.ID, "r1", "読みました。")
	start(t, h.courier(nil))
	until(t, "the answer is brought", h.settled(t, k.ID))
	if got := h.mail.entries("c1"); len(got) != 1 || got[0].Text != "読みました。" {
		t.Errorf("the seeker reads %+v", got)
	}
	// Its cause is mended: it comes again, whole.
	h.process(t, m)
	if k, events := h.load(t, k.ID); k.Severity != triage.Emergency || !strings.HasPrefix(events[len(events)-1].Text, "[人物A]に") {
		t.Errorf("%s, %q", k.Severity, events[len(events)-1].Text)
	}
}

// Whatever is broken, somebody hears of it: where the vault is, in the case without it; where the case is, in one of its own.
func TestADeadLetterIsHeardWhateverIsBroken(t *testing.T) {
	for _, broken := range []struct {
		name  string
		spoil func(*house)
		apart bool
	}{
		{"nothing", func(*house) {}, false},
		{"the record", func(h *house) { spoil(h.secrets) }, false},
		{"the case", func(h *house) { spoil(h.desk) }, true},
		{"both", func(h *house) { spoil(h.desk); spoil(h.secrets) }, true},
		{"the anonymizer", func(h *house) { h.names.do = func(string) { panic("山田花子") } }, false},
		{"withdrawn", func(h *house) {
			if err := h.router.Process(context.Background(), channels.Message{ID: "2", Kind: chat, From: from("c1"), Erase: true, At: morning}); err != nil {
				panic(err)
			}
		}, true},
	} {
		t.Run(broken.name, func(t *testing.T) {
			h := newHouse(t)
			h.process(t, said("c1", "1", "こんにちは"))
			broken.spoil(h)
			m := said("c1", "3", "もう死にたい")
			for range 2 {
				if err := h.router.Report(t.Context(), &m); err != nil {
					t.Fatal(err)
				}
			}
			id := h.caseOf(from("c1"))
			if broken.apart {
				id = h.Names.apart(from("c1"))[0]
			}
			k, events := h.load(t, id)
			last := events[len(events)-1]
			if k.Severity != triage.Emergency || k.State != triage.Waiting || !strings.HasSuffix(last.Text, unreadFailed) {
				t.Errorf("%s, %s, %q", k.State, k.Severity, last.Text)
			}
			if n := len(events); broken.apart && n != 1 || !broken.apart && n != 2 {
				t.Errorf("%d events", n)
			}
			if _, err := h.front.Scrub(t.Context(), id, "メモ"); broken.name != "the record" && err != nil {
				t.Errorf("no note can be written: %v", err)
			}
			if log := h.logged(); strings.Contains(log, "死に") {
				t.Errorf("the log says %q", log)
			}
		})
	}
}

// spoil makes every sealed record of a case unreadable.
func spoil(client redis.UniversalClient) {
	ctx := context.Background()
	for _, key := range client.Keys(ctx, "*:case:*").Val() {
		client.HSet(ctx, key, "r", "spoilt", "s", "spoilt")
	}
	for _, key := range client.Keys(ctx, "*:events:*").Val() {
		client.LSet(ctx, key, 0, "spoilt")
	}
}

// Who withdraws what they wrote withdraws the message too that could not be brought into their case.
func TestWhatWasUnreadIsWithdrawnWithTheRest(t *testing.T) {
	h := newHouse(t)
	h.process(t, said("c1", "1", "こんにちは"))
	erase := channels.Message{ID: "2", Kind: chat, From: from("c1"), At: morning, Erase: true}
	h.process(t, erase)
	late := said("c1", "3", "もう死にたい")
	if err := h.router.Report(t.Context(), &late); err != nil {
		t.Fatal(err)
	}
	apart := h.Names.apart(from("c1"))[0]
	if k, _ := h.load(t, apart); k.Erased() || k.Severity != triage.Emergency {
		t.Errorf("before: %s, erased %v", k.Severity, k.Erased())
	}
	erase.ID, erase.At = "4", morning.Add(time.Hour)
	h.process(t, erase, erase)
	if k, events := h.load(t, apart); !k.Erased() || len(events) != 2 {
		t.Errorf("after: erased %v, %d events", k.Erased(), len(events))
	}
	if other := h.Names.apart(from("c2"))[0]; other == apart {
		t.Error("two senders have one case")
	}
}

// What cannot be opened is taken for the worst, in one case for all of it: a thousand of them are one alarm until a person has
// done something, and the next one is another.
func TestWhatCannotBeOpenedIsTakenForTheWorst(t *testing.T) {
	h := newHouse(t)
	report := func(n int) {
		for i := range n {
			m := (*channels.Message)(nil)
			if i%2 == 1 {
				m = &channels.Message{Text: "だれからでもない"}
			}
			if err := h.router.Report(t.Context(), m); err != nil {
				t.Fatal(err)
			}
		}
	}
	report(1000)
	id := h.Names.caseOf("unopened")
	k, events := h.load(t, id)
	if k.State != triage.Waiting || k.Severity != triage.Emergency || len(events) != 1 || k.DueAt != morning.Add(10*time.Minute) {
		t.Fatalf("%d events, %+v", len(events), k)
	}
	for n, act := range []triage.Event{
		{Kind: triage.KindDuty, Duty: &triage.Duty{What: "alarm", DoneAt: morning}},
		{Kind: triage.KindNote, Text: "見ました"},
		{Kind: triage.KindState, Change: &triage.Change{To: triage.Closed}},
	} {
		act.ID, act.At, act.From, act.By = fmt.Sprint("act", n), morning, triage.Counselor, "kato"
		if _, err := h.router.append(t.Context(), k, act); err != nil {
			t.Fatal(err)
		}
		report(3)
		var again []triage.Event
		if k, again = h.load(t, id); len(again) != 2*n+3 || k.State != triage.Waiting {
			t.Errorf("after act %d: %d events, %s", n, len(again), k.State)
		}
	}
	h.shred(t, id)
	report(2)
	if _, events := h.load(t, id); len(events) != 1 {
		t.Errorf("after the case was destroyed: %d events", len(events))
	}
	if _, err := h.Vault.Open(t.Context(), string(id)); errors.Is(err, vault.ErrUnknown) {
		t.Error("no note can be written there")
	}
}

// What a provider says became of a reply is nobody's danger; an answer or a withdrawal that fails is a person's to look at.
func TestWhatIsReported(t *testing.T) {
	h := newHouse(t)
	for n, m := range []channels.Message{
		{Status: &channels.Status{ReplyID: "x", Status: "delivered"}},
		{Answer: &channels.Answer{ID: "q", Answer: "yes"}},
		{Erase: true},
	} {
		m.ID, m.Kind, m.From, m.At = "1", chat, from(fmt.Sprint("c", n)), morning
		if err := h.router.Report(t.Context(), &m); err != nil {
			t.Fatal(err)
		}
		k, _, err := h.Store.Load(t.Context(), h.caseOf(m.From))
		if known := err == nil; known == (m.Status != nil) || known && (k.Preview == "" || k.Severity != triage.Routine) {
			t.Errorf("%d: %v, %+v", n, err, k)
		}
	}
}

// A store that gives no answer is asked again.
func TestAReportWaitsForTheStore(t *testing.T) {
	h := newHouse(t)
	rooms := h.Rooms
	rooms.Store = failing{h.Store}
	m := said("c1", "1", "死にたい")
	for _, m := range []*channels.Message{&m, nil} {
		if err := NewRouter(rooms).Report(t.Context(), m); !errors.Is(err, triage.ErrUnavailable) {
			t.Errorf("%v", err)
		}
	}
}
