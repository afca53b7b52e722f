package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/meeting"
)

// What a meeting decided stands in the case with who decided and why; a duty under article 23 and the weekly one are done by
// the same act; and the meeting keeps that it was decided.
func TestAMeetingDecides(t *testing.T) {
	r := in(t, "asahikawa")
	ctx := t.Context()
	id := r.claimed()
	r.must(r.Sweep(ctx))
	m, err := r.CallMeeting(ctx, people["kato"], []string{"sato", "ito", "kato"})
	r.must(err)
	if !slices.Equal(m.People, []string{"kato", "sato", "ito"}) || m.On != "2026-12-01" {
		t.Fatalf("%+v", m)
	}
	pack, err := r.Pack(ctx, people["ito"], m.ID)
	r.must(err)
	if len(pack.Items) != 1 || !pack.Items[0].Has(meeting.New) || !pack.Items[0].Has(meeting.NotTold) {
		t.Fatalf("%+v", pack.Items)
	}
	say := func(x desk.Decision) string {
		_, err := r.Decide(ctx, people["kato"], m.ID, x)
		return code(err)
	}
	for want, x := range map[string]desk.Decision{
		"bad_request": {Case: id, Decision: "go_on"},
		"unknown":     {Case: "07zzzzzzzzzzzzzzzzzzzzzzzz", Decision: "go_on", Reason: "x"},
	} {
		if got := say(x); got != want {
			t.Errorf("%+v: %s", x, got)
		}
	}
	for _, x := range []desk.Decision{{Decision: "nothing"}, {Decision: "article23.nothing"}, {Decision: "go_on", Deciders: []string{"abe"}}} {
		x.Case, x.Reason = id, "x"
		if got := say(x); got != "bad_request" {
			t.Errorf("%+v: %s", x, got)
		}
	}
	_, err = r.Decide(ctx, people["sato"], m.ID, desk.Decision{Case: id, Decision: "go_on", Reason: "x"})
	r.want("a counselor", err, triage.CodeForbidden)
	r.want("decided", errOf(r.Decide(ctx, people["kato"], m.ID, desk.Decision{Case: id, Decision: "article23.talk_on", Reason: "ゆうかさんが望むまで待つ"})), "ok")

	c, events := r.load(id)
	i := slices.IndexFunc(events, func(e triage.Event) bool { return e.Minute != nil })
	if i < 0 {
		t.Fatal("nothing stands in the case")
	}
	e := events[i]
	if e.Text != "[人物A]さんが望むまで待つ" || e.Minute.Meeting != m.ID || !slices.Equal(e.Minute.Deciders, []string{"kato", "sato", "ito"}) || e.Minute.Decision != "article23.talk_on" {
		t.Errorf("%+v %q", e.Minute, e.Text)
	}
	done := map[string]triage.Duty{}
	for _, d := range c.Duties {
		done[d.What] = d
	}
	if d := done["article23"]; d.Decision != "talk_on" || d.DoneAt.IsZero() || d.Reason == "" {
		t.Errorf("article 23: %+v", d)
	}
	if d := done[meeting.Weekly]; d.DoneAt.IsZero() || d.By != "kato" {
		t.Errorf("the weekly meeting: %+v", d)
	}
	r.must(r.Sweep(ctx))
	if c, _ := r.load(id); !slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.What == "article23" && d.Turn == 2 && d.DoneAt.IsZero() }) {
		t.Error("it is not decided anew next week")
	}

	_, err = r.EndMeeting(ctx, people["kato"], m.ID)
	r.must(err)
	if got := say(desk.Decision{Case: id, Decision: "go_on", Reason: "x"}); got != triage.CodeState {
		t.Errorf("after the end: %s", got)
	}
	pack, err = r.Pack(ctx, people["sato"], m.ID)
	r.must(err)
	if len(pack.Items) != 0 || len(pack.Record.Done) != 1 || pack.Record.Of(id)[0].Decision != "article23.talk_on" {
		t.Errorf("%+v", pack)
	}
	for _, who := range []string{"abe", "ueda", "ono", "root", "hinode"} {
		_, err := r.Pack(ctx, people[who], m.ID)
		r.want(who, err, "unknown")
	}
	if acts := strings.Join(r.log.acts("kato"), " "); !strings.Contains(acts, "meeting_begin meeting_decide meeting_end") {
		t.Errorf("the audit has %s", acts)
	}
}

func errOf[T any](_ T, err error) error { return err }

// A case that is kept from somebody is on nobody's paper of theirs, is not decided by them, and is not among what was decided.
func TestAMeetingKeepsOutWhoIsBarred(t *testing.T) {
	r := in(t, "asahikawa")
	ctx := t.Context()
	id := r.claimed()
	m, err := r.CallMeeting(ctx, people["kato"], []string{"mori", "ito"})
	r.must(err)
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "kato", Why: triage.BarNamed}))
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "ito", Why: triage.BarRelative}))
	for who, n := range map[string]int{"kato": 0, "ito": 0, "mori": 1} {
		pack, err := r.Pack(ctx, people[who], m.ID)
		r.must(err)
		if len(pack.Items) != n {
			t.Errorf("%s has %d on the paper", who, len(pack.Items))
		}
	}
	_, err = r.Decide(ctx, people["kato"], m.ID, desk.Decision{Case: id, Decision: "go_on", Reason: "x"})
	r.want("who is kept out decides", err, "unknown")
	_, err = r.Decide(ctx, people["mori"], m.ID, desk.Decision{Case: id, Decision: "go_on", Reason: "x", Deciders: []string{"ito"}})
	r.want("with who is kept out", err, "bad_request")
	_, err = r.Decide(ctx, people["mori"], m.ID, desk.Decision{Case: id, Decision: "go_on", Reason: "x"})
	r.must(err)
	pack, err := r.Pack(ctx, people["mori"], m.ID)
	r.must(err)
	if d := pack.Record.Of(id); len(d) != 1 || !slices.Equal(d[0].Deciders, []string{"mori"}) {
		t.Errorf("%+v", d)
	}
	for _, who := range []string{"kato", "ito"} {
		pack, err := r.Pack(ctx, people[who], m.ID)
		r.must(err)
		all, err := r.Meetings(ctx, people[who])
		r.must(err)
		if len(pack.Record.Done) != 0 || len(all) != 1 || len(all[0].Done) != 0 {
			t.Errorf("%s reads what was decided: %+v", who, pack.Record.Done)
		}
	}
	wall, err := r.Wall(ctx, people["kato"])
	r.must(err)
	if wall.Open != 0 {
		t.Error("the wall counts it for who is kept out")
	}
}

func TestTheLeadsShareOutWhatAnAbsentPersonLeaves(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	calm, grave := r.claimed(), r.claimed()
	_, err := r.Overrule(ctx, people["sato"], grave, triage.Emergency, "話を聞いて")
	r.must(err)
	for _, who := range []string{"sato", "abe", "ueda", "ono"} {
		r.want(who, errOf(r.Absent(ctx, people[who], "sato")), triage.CodeForbidden)
		r.want(who, r.MarkAway(ctx, people[who], "sato", "2026-12-02"), triage.CodeForbidden)
	}
	r.want("yesterday", r.MarkAway(ctx, people["kato"], "sato", "2026-11-30"), "bad_request")
	r.want("nobody", r.MarkAway(ctx, people["kato"], "nobody", "2026-12-02"), "bad_request")
	r.must(r.MarkAway(ctx, people["kato"], "sato", "2026-12-02"))
	a, err := r.Absent(ctx, people["kato"], "sato")
	r.must(err)
	if len(a.Left) != 2 || a.Left[0].Case.ID != grave || a.Left[1].Case.ID != calm || !a.Until.Equal(opened.Truncate(24*time.Hour).Add(39*time.Hour)) {
		t.Errorf("%v %+v", a.Until, a.Left)
	}
	for _, l := range a.Left {
		if len(l.Picks) == 0 {
			t.Errorf("nobody is suggested")
		}
		for _, k := range l.Picks {
			if k.Login == "sato" {
				t.Error("the absent one is suggested")
			}
		}
	}
	_, err = r.Transfer(ctx, people["kato"], grave, "abe")
	r.must(err)
	if a, err = r.Absent(ctx, people["kato"], "sato"); err != nil || len(a.Left) != 1 {
		t.Errorf("after one was moved: %+v %v", a.Left, err)
	}
	if w := r.Warned(ctx, "sato"); len(w) != 1 || !strings.Contains(w[0], "satoさんは、12月2日まで休みです") || len(r.Warned(ctx, "abe")) != 0 {
		t.Errorf("warned %q", w)
	}
	_, err = r.Transfer(ctx, people["kato"], grave, "sato")
	r.want("it is given to them all the same", err, "ok")
	r.must(r.MarkAway(ctx, people["kato"], "sato", ""))
	if w := r.Warned(ctx, "sato"); len(w) != 0 {
		t.Errorf("warned of who is back: %q", w)
	}
	_, err = r.Transfer(ctx, people["kato"], grave, "abe")
	r.must(err)
	if a, err = r.Absent(ctx, people["kato"], "sato"); err != nil || !a.Until.IsZero() {
		t.Errorf("back again: %v %v", a.Until, err)
	}
}
