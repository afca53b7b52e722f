package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/request"
)

// takesBack is what the child does with the first message.
func (r *room) takesBack(id triage.CaseID) {
	r.t.Helper()
	c, events := r.load(id)
	_, err := r.store.Append(r.t.Context(), c, triage.Event{ID: "u", At: r.clock.Now(), Kind: triage.KindState, From: triage.Seeker, Hides: events[0].ID})
	r.must(err)
}

// What was taken back and might be urgent is seen by who speaks with the child, written down, and then destroyed.
func TestTakenBackAndLookedAt(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.takesBack(id)
	v, err := r.Case(ctx, people["sato"], id)
	r.must(err)
	if e := v.Timeline[0]; !e.Hidden || !e.Kept || e.Text != "" || v.Case.Preview != "" {
		t.Errorf("%+v, preview %q", e, v.Case.Preview)
	}
	_, err = r.OpenTaken(ctx, people["abe"], id, 1)
	r.want("a colleague looks", err, "forbidden")
	_, err = r.OpenTaken(ctx, people["sato"], id, 2)
	r.want("what was not taken back", err, "wrong_state")
	text, err := r.OpenTaken(ctx, people["sato"], id, 1)
	if err != nil || !strings.Contains(text, "けられた") {
		t.Errorf("%q, %v", text, err)
	}
	r.want("without a word", r.DropTaken(ctx, people["sato"], id, 1, " "), "bad_request")
	r.want("destroyed", r.DropTaken(ctx, people["sato"], id, 1, "ゆうかさんのことで迷っている"), "ok")
	r.want("again", r.DropTaken(ctx, people["sato"], id, 1, "もう一度"), "wrong_state")
	_, events := r.load(id)
	last := events[len(events)-1]
	if events[0].Text != triage.Blanked || last.Kind != triage.KindNote || last.Text != "[人物A]さんのことで迷っている" {
		t.Errorf("%q, %q", events[0].Text, last.Text)
	}
	if v, err = r.Case(ctx, people["sato"], id); err != nil || v.Timeline[0].Kept || !v.Timeline[0].Hidden {
		t.Errorf("%+v", v.Timeline[0])
	}
}

// Where the wall cannot be reached between the two, words that the case has lost are not left there: whoever does it again ends it.
func TestTakenBackIsDestroyedBehindTheWallToo(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.takesBack(id)
	front := &forgetful{Front: r.Desk.Front, away: triage.ErrUnavailable}
	conf := r.Desk.Config
	conf.Front = front
	d := desk.New(conf)
	drop := func() error { return d.DropTaken(ctx, people["sato"], id, 1, "迷っているようだ") }
	r.want("the wall is away", drop(), triage.ErrUnavailable.Error())
	_, events := r.load(id)
	if events[0].Text != triage.Blanked || len(front.forgot) != 0 {
		t.Fatalf("%q, %v: the fault does not stand between the two", events[0].Text, front.forgot)
	}
	r.must(errOf(r.Keep(ctx, people["kato"], id, true, "訴訟")))
	front.away = nil
	if r.want("kept meanwhile", drop(), triage.CodeState); len(front.forgot) != 0 {
		t.Errorf("forgot %v", front.forgot)
	}
	r.must(errOf(r.Keep(ctx, people["kato"], id, false, "終わった")))
	before, _ := r.load(id)
	if r.want("again", drop(), triage.CodeState); len(front.forgot) != 1 || front.forgot[0] != events[0].ID {
		t.Errorf("forgot %v", front.forgot)
	}
	if after, _ := r.load(id); after.Version != before.Version {
		t.Errorf("%d events more", after.Version-before.Version)
	}
}

// forgetful is a wall that notes what it is told to forget, unless it is away.
type forgetful struct {
	triage.Front
	away   error
	forgot []string
}

func (f *forgetful) Forget(_ context.Context, _ triage.CaseID, event string) error {
	if f.away != nil {
		return f.away
	}
	f.forgot = append(f.forgot, event)
	return nil
}

// Words that were taken back stay, whoever looked at them, while nothing of their case may be destroyed.
func TestTakenBackStaysInACaseThatIsKept(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.takesBack(id)
	drop := func() error { return r.DropTaken(ctx, people["sato"], id, 1, "迷っているようだ") }
	r.must(errOf(r.Keep(ctx, people["kato"], id, true, "訴訟")))
	r.want("kept", drop(), triage.CodeState)
	r.must(errOf(r.Keep(ctx, people["kato"], id, false, "終わった")))

	asked := r.asks("police_inquiry", "少年課")
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], asked, request.Decision{Outcome: request.Give, Case: id, Reason: "命に関わる", Parts: []string{request.Messages}})))
	r.want("asked for", drop(), triage.CodeState)
	r.must(errOf(r.SendBack(ctx, people["mori"], asked, "広すぎる")))
	c, events := r.load(id)
	_, err := r.store.Append(ctx, c, triage.Event{ID: "d", At: r.clock.Now(), Kind: triage.KindNote, From: triage.Counselor, By: "kato",
		Observed: &triage.Observed{Kind: triage.Declared, On: "2026-12-01", Who: "parent"}})
	r.must(err)
	r.want("declared to be serious", drop(), triage.CodeState)
	if events[0].Text == triage.Blanked {
		t.Error("destroyed")
	}
}

// While a request goes on its case is marked, so that the wall knows it too, and who reads the case learns nothing else.
func TestARequestMarksItsCase(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, other := r.claimed(), r.claimed()
	stands := func(when string, id triage.CaseID, want bool) {
		t.Helper()
		c, events := r.load(id)
		if c.Held() != want {
			t.Errorf("%s: %t", when, c.Held())
		}
		for _, e := range events {
			if e.Change != nil && (strings.Contains(e.Change.For, "inquiry") || e.Text+e.By != "") {
				t.Errorf("%s: %+v tells of the request", when, e)
			}
		}
	}
	none := func(id triage.CaseID) request.Decision {
		return request.Decision{Outcome: request.None, Case: id, Reason: "渡せない"}
	}
	first, second := r.asks("police_inquiry", "少年課"), r.asks("police_inquiry", "生活安全課")
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], first, none(id))))
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], first, none(id))))
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], second, none(id))))
	stands("proposed", id, true)
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], second, none(other))))
	stands("the other has changed its mind", id, true)
	stands("it is about another now", other, true)
	r.must(errOf(r.SendBack(ctx, people["mori"], second, "ちがう事案")))
	stands("sent back", other, false)
	r.must(errOf(r.AgreeAnswer(ctx, strong("mori"), first)))
	stands("decided", id, true)
	r.must(errOf(r.Answer(ctx, people["ono"], first, "post")))
	stands("answered", id, false)
}

// A request that goes on, and whose case has no mark because it was proposed before there were any, holds it once the desk runs.
func TestAnOldRequestMarksItsCase(t *testing.T) {
	r := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	id := r.claimed()
	asked := r.asks("police_inquiry", "少年課")
	r.must(errOf(r.ProposeAnswer(ctx, people["kato"], asked, request.Decision{Outcome: request.None, Case: id, Reason: "渡せない"})))
	c, _ := r.load(id)
	_, err := r.store.Append(ctx, c, triage.Event{ID: "old", At: r.clock.Now(), Kind: triage.KindState, From: triage.System,
		Change: &triage.Change{Keep: triage.KeepOff, For: c.Holds[0]}})
	r.must(err)
	if c, _ = r.load(id); c.Held() {
		t.Fatal("the mark stands")
	}
	done := make(chan error)
	go func() { done <- r.Run(ctx) }()
	for until := time.Now().Add(20 * time.Second); !c.Held(); c, _ = r.load(id) {
		if time.Now().After(until) {
			t.Fatal("nothing marks it")
		}
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.must(errOf(r.SendBack(t.Context(), people["mori"], asked, "ちがう事案")))
	if c, _ = r.load(id); c.Held() {
		t.Error("sent back, and held")
	}
}
