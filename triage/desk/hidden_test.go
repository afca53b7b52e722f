package desk_test

import (
	"strings"
	"testing"

	"madoguchi/triage"
)

// What was taken back and might be urgent is seen by who speaks with the child, written down, and then destroyed.
func TestTakenBackAndLookedAt(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	c, events := r.load(id)
	_, err := r.store.Append(ctx, c, triage.Event{ID: "u", At: r.clock.Now(), Kind: triage.KindState, From: triage.Seeker, Hides: events[0].ID})
	r.must(err)
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
	_, events = r.load(id)
	last := events[len(events)-1]
	if events[0].Text != triage.Blanked || last.Kind != triage.KindNote || last.Text != "[人物A]さんのことで迷っている" {
		t.Errorf("%q, %q", events[0].Text, last.Text)
	}
	if v, err = r.Case(ctx, people["sato"], id); err != nil || v.Timeline[0].Kept || !v.Timeline[0].Hidden {
		t.Errorf("%+v", v.Timeline[0])
	}
}
