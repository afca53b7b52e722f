package desk_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/staff"
)

func strong(login string) staff.Person {
	p := people[login]
	p.Strong = true
	return p
}

// What stands for nothing in the case is refused before anybody is asked, and nothing of it is written down.
func TestNobodyApprovesWhatIsNotThere(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	for _, c := range []struct{ who, placeholder string }{{"sato", "[連絡先7]"}, {"kato", "[人物Z]"}} {
		_, err := r.Reveal(ctx, people[c.who], id, c.placeholder, "safety")
		r.want(c.placeholder, err, "bad_request")
		if list, err := r.Register.List(ctx); err != nil || len(list) != 0 {
			t.Errorf("%s is asked for: %+v, %v", c.placeholder, list, err)
		}
		if acts := r.log.acts(c.who); slices.Contains(acts, "grant_ask") {
			t.Errorf("the audit says of %s %v", c.who, acts)
		}
	}
}

// Words in brackets that stand for nothing in the case are refused by every act that takes a placeholder: what somebody typed
// gets into neither the audit, which nobody can correct, nor the case.
func TestWhatIsNotThereIsNotWrittenDown(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	const typed = "[日の出中の山田花子09012345678]"
	named, role := toHinode, toHinode
	named.Disclose, role.Roles = []string{"[人物A]", typed}, map[string]string{typed: desk.Roles[0]}
	urgent := named
	urgent.Level, urgent.Reason = triage.LevelEmergency, "命の危険"
	reveal := func() error { _, err := r.Reveal(ctx, people["sato"], id, typed, "safety"); return err }
	preview := func(d desk.Draft) error { _, err := r.Preview(ctx, people["sato"], id, d); return err }
	send := func(d desk.Draft) error { _, err := r.HandOff(ctx, people["sato"], id, d); return err }
	for what, err := range map[string]error{
		"a look": reveal(), "a part": errOf(r.Cast(ctx, people["sato"], id, triage.Part{Who: typed, Role: "victim"})),
		"a preview": preview(named), "a preview of a role": preview(role), "a hand-off": send(urgent),
	} {
		r.want(what, err, "bad_request")
	}
	_, err := r.Note(ctx, people["sato"], id, "[笑]と書いていた")
	r.must(err)
	opened, err := r.RevealText(ctx, people["sato"], id, "safety")
	if r.must(err); len(opened) != 1 {
		t.Errorf("opened %v", opened)
	}
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	for _, e := range r.log.entries {
		if s := fmt.Sprintf("%+v", e); strings.Contains(s, "山田") || strings.Contains(s, "[笑]") {
			t.Errorf("the audit holds %s", s)
		}
	}
	if c, events := r.load(id); strings.Contains(fmt.Sprintf("%+v %+v", c, events), "山田") {
		t.Error("the case holds it")
	}
}

// The audit holds the code of the reason, for one person and for two, and never the words that somebody wrote instead.
func TestTheAuditHoldsWhy(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	for reason, want := range map[string][2]string{"safety": {"safety", "命や体の安全のため"}, "関係機関に連絡するため": {"contact", "関係機関に連絡するため"}, "ゆうかに電話する": {"written", "[人物A]に電話する"}} {
		_, err := r.Reveal(ctx, people["sato"], id, "[人物A]", reason)
		r.must(err)
		_, err = r.RevealText(ctx, people["sato"], id, reason)
		r.must(err)
		o, err := r.Reveal(ctx, people["sato"], id, "[連絡先1]", reason)
		r.must(err)
		_, err = r.Approve(ctx, strong("kato"), o.Grant.ID, desk.Spoken{})
		r.must(err)
		r.value("sato", o.Grant.ID)
		r.log.mu.Lock()
		for i, e := range r.log.entries[len(r.log.entries)-5:] {
			if e.Why != want[0] || strings.Contains(e.Reason, "電話する") {
				t.Errorf("%s, entry %d: %+v", reason, i, e)
			}
		}
		r.log.mu.Unlock()
		_, events := r.load(id)
		if last := events[len(events)-1]; last.Reveal == nil || last.Reveal.Reason != want[1] {
			t.Errorf("the case says %+v, want %s", last.Reveal, want[1])
		}
	}
}

// wished is a grant of sato's for the address behind her own case.
func (r *room) wished() (triage.CaseID, string) {
	r.t.Helper()
	id := r.claimed()
	o, err := r.Reveal(r.t.Context(), people["sato"], id, "[連絡先1]", "電話するため")
	r.must(err)
	if o.Value != "" || o.Grant == nil || o.Grant.State(r.Register.Now()) != grant.Asked {
		r.t.Fatalf("one person alone got %q, %+v", o.Value, o.Grant)
	}
	return id, o.Grant.ID
}

// value is what the person sees of the grant.
func (r *room) value(login, id string) string {
	r.t.Helper()
	o, err := r.UseGrant(r.t.Context(), people[login], id)
	if err != nil {
		return code(err)
	}
	if o.Value == "" {
		return string(o.Grant.State(r.Register.Now()))
	}
	return o.Value
}

// follows fails where the audit does not tell who did what with the grant, by its id and with its case.
func (r *room) follows(id string, want ...string) {
	r.t.Helper()
	g, err := r.Register.Find(r.t.Context(), id)
	r.must(err)
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	var got []string
	for _, e := range r.log.entries {
		if e.Ref != id {
			continue
		}
		if e.Case != g.Case || e.Reason != cmp.Or(g.What, g.Ground) {
			r.t.Errorf("%s is about %q %q", e.Act, e.Case, e.Reason)
		}
		said := e.Who + " " + e.Act
		if e.With != "" {
			said += " with " + e.With
		}
		got = append(got, said)
	}
	if !slices.Equal(got, want) {
		r.t.Errorf("the audit says of the grant %q, want %q", got, want)
	}
}

func TestAnAddressIsOpenedByTwo(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, g := r.wished()
	for who, want := range map[string]string{"sato": "asked", "kato": "asked", "abe": "unknown"} {
		if got := r.value(who, g); got != want {
			t.Errorf("before the approval, %s sees %s, want %s", who, got, want)
		}
	}
	for _, c := range []struct {
		what   string
		who    staff.Person
		spoken desk.Spoken
		want   string
	}{
		{"by who asked", strong("sato"), desk.Spoken{}, "forbidden"},
		{"by a colleague", strong("abe"), desk.Spoken{}, "unknown"},
		{"by a password alone", people["kato"], desk.Spoken{}, "two_persons_needed"},
		{"by the code of who is no lead", people["sato"], desk.Spoken{By: "abe", Code: "123456"}, "bad_request"},
		{"by a wrong code", people["sato"], desk.Spoken{By: "mori", Code: "000000"}, "two_persons_needed"},
	} {
		_, err := r.Approve(ctx, c.who, g, c.spoken)
		r.want(c.what, err, c.want)
	}
	if got := r.value("sato", g); got != "asked" {
		t.Errorf("after attempts: %s", got)
	}
	_, err := r.Approve(ctx, strong("kato"), g, desk.Spoken{})
	r.want("by a lead", err, "ok")
	_, err = r.Approve(ctx, strong("mori"), g, desk.Spoken{})
	r.want("again", err, "wrong_state")
	if got := r.value("kato", g); got != "approved" {
		t.Errorf("the approver sees %s", got)
	}
	if got := r.value("sato", g); got != "+81 90 0000 0000" {
		t.Errorf("who asked sees %s", got)
	}
	r.machine.pass(grant.Lasts - time.Nanosecond)
	r.clock.pass(-time.Hour) // the desk's clock has nothing to say here
	if got := r.value("sato", g); got != "+81 90 0000 0000" {
		t.Errorf("just before the end: %s", got)
	}
	r.machine.pass(time.Nanosecond)
	if got := r.value("sato", g); got != "expired" {
		t.Errorf("at the end: %s", got)
	}
	c, events := r.load(id)
	var steps []string
	for _, e := range events {
		if e.Reveal != nil {
			steps = append(steps, e.Reveal.Step)
		}
	}
	if !slices.Equal(steps, []string{"grant_ask", "grant_approve", "grant_use"}) || len(c.Duties) != 0 {
		t.Errorf("the case says %v, duties %v", steps, c.Duties)
	}
	if acts := r.log.acts("kato"); !slices.Equal(acts, []string{"grant_approve"}) {
		t.Errorf("the audit says of kato %v", acts)
	}
	r.follows(g, "sato grant_ask", "sato grant_spoken_wrong with mori", "kato grant_approve", "sato reveal", "sato reveal")
}

func TestAGrantEndsWithTheCase(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, g := r.wished()
	_, err := r.Approve(ctx, people["sato"], g, desk.Spoken{By: "mori", Code: "123456"})
	r.want("by a code over the telephone", err, "ok")
	r.follows(g, "sato grant_ask", "sato grant_approve_spoken with mori")
	if acts := r.log.acts("mori"); len(acts) != 0 {
		t.Errorf("what sato typed is written down as mori's own: %v", acts)
	}
	_, events := r.load(id)
	if last := events[len(events)-1]; last.By != "mori" || last.Reveal == nil || last.Reveal.Step != "grant_approve_spoken" {
		t.Errorf("the case says %+v", last)
	}
	_, err = r.Transfer(ctx, people["kato"], id, "abe")
	r.must(err)
	if got := r.value("sato", g); got != "forbidden" {
		t.Errorf("who has the case no longer sees %s", got)
	}
	if got := r.value("abe", g); got != "unknown" {
		t.Errorf("who has it now sees %s", got)
	}
}

func TestNoIsNo(t *testing.T) {
	r, ctx := open(t), t.Context()
	_, g := r.wished()
	_, err := r.Refuse(ctx, people["mori"], g)
	r.want("a lead says no", err, "ok")
	_, err = r.Approve(ctx, strong("kato"), g, desk.Spoken{})
	r.want("another says yes", err, "wrong_state")
	if got := r.value("sato", g); got != "refused" {
		t.Errorf("who asked sees %s", got)
	}
	r.follows(g, "sato grant_ask", "mori grant_refuse")
	_, late := r.wished()
	r.machine.pass(grant.Waits)
	_, err = r.Approve(ctx, strong("kato"), late, desk.Spoken{})
	r.want("too late", err, "wrong_state")
}

func TestALeadAsksForNamesInAnothersCase(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	o, err := r.Reveal(ctx, people["kato"], id, "[人物A]", "引き継ぐため")
	r.must(err)
	_, err = r.Approve(ctx, strong("kato"), o.Grant.ID, desk.Spoken{})
	r.want("by herself", err, "two_persons_needed")
	_, err = r.Approve(ctx, people["kato"], o.Grant.ID, desk.Spoken{By: "kato", Code: "123456"})
	r.want("by her own code", err, "two_persons_needed")
	_, err = r.Approve(ctx, strong("mori"), o.Grant.ID, desk.Spoken{})
	r.want("by another lead", err, "ok")
	if got := r.value("kato", o.Grant.ID); got != "ゆうか" {
		t.Errorf("she sees %s", got)
	}
}

// Who looks at the list of what two people open, or goes on seeing the queue, is written down before they see anything.
func TestLooksAtListsAreWrittenDown(t *testing.T) {
	r, ctx := open(t), t.Context()
	_, err := r.Grants(ctx, people["kato"])
	r.must(err)
	r.must(r.Listening(ctx, people["kato"]))
	if acts := r.log.acts("kato"); !slices.Equal(acts, []string{"grants", "listen"}) {
		t.Errorf("the audit says %v", acts)
	}
	r.want("a school", r.Listening(ctx, people["hinode"]), "forbidden")
}

// A spoken code that is wrong is in the audit, with whose it was said to be; the code itself is not.
func TestAWrongSpokenCodeIsWrittenDown(t *testing.T) {
	r, ctx := open(t), t.Context()
	o, err := r.Reveal(ctx, people["sato"], r.claimed(), "[連絡先1]", "safety")
	r.must(err)
	for range 2 {
		_, err = r.Approve(ctx, people["sato"], o.Grant.ID, desk.Spoken{By: "mori", Code: "654321"})
		r.want("a wrong code", err, "two_persons_needed")
	}
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	for _, e := range r.log.entries[len(r.log.entries)-2:] {
		if e.Act != "grant_spoken_wrong" || e.Who != "sato" || e.With != "mori" || e.Ref != o.Grant.ID || strings.Contains(fmt.Sprintf("%+v", e), "654321") {
			t.Errorf("the audit says %+v", e)
		}
	}
}

// Who is there and cannot say yes, because they signed in by their password alone, holds up nobody in an emergency.
func TestALeadWhoCannotApproveIsNotWaitedFor(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	_, err := r.Overrule(ctx, people["sato"], id, triage.Emergency, "いま橋にいる")
	r.must(err)
	for _, c := range []struct {
		weak []string
		want string
	}{{nil, "asked"}, {[]string{"kato"}, "asked"}, {[]string{"kato", "mori"}, "+81 90 0000 0000"}} {
		r.office.there, r.office.weak = []string{"sato", "kato", "mori"}, c.weak
		o, err := r.Reveal(ctx, people["sato"], id, "[連絡先1]", "safety")
		r.must(err)
		if got := r.value("sato", o.Grant.ID); got != c.want {
			t.Errorf("with %v in by a password alone: %s, want %s", c.weak, got, c.want)
		}
	}
}

// At night nobody else is there. In an emergency it opens at once, however often; who is on call hears of it then, and a lead
// looks at it within a day. What is no emergency waits, until somebody comes or the counselor says that it is one.
func TestAloneAtNight(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.office.there = []string{"sato", "abe"}
	id := r.claimed()
	for try := range 3 {
		o, err := r.Reveal(ctx, people["sato"], id, "[連絡先1]", "命が危ない")
		r.must(err)
		if try == 0 {
			if got := r.value("sato", o.Grant.ID); got != "asked" || len(p.pages) != 0 {
				t.Fatalf("alone, and no emergency: %s, called %v", got, p.pages)
			}
			_, err = r.Overrule(ctx, people["sato"], id, triage.Emergency, "いま橋にいる")
			r.must(err)
			continue
		}
		if got := r.value("sato", o.Grant.ID); got != "+81 90 0000 0000" {
			t.Fatalf("alone at night: %s", got)
		}
		if len(p.pages) != try {
			t.Errorf("called %v", p.pages)
		}
		if said := r.said(id, "grant:"+o.Grant.ID+":warn"); len(said) != 1 || !strings.Contains(said[0], "知らせました") {
			t.Errorf("the timeline says %q", said)
		}
		look := func() triage.Duty {
			c, _ := r.load(id)
			i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == "look_reveal:"+o.Grant.ID })
			if i < 0 {
				t.Fatalf("duties %+v", c.Duties)
			}
			return c.Duties[i]
		}
		if x := look(); !x.DueAt.Equal(opened.Add(24 * time.Hour)) {
			t.Errorf("duty %+v", x)
		}
		r.want("who opened it looks", r.LookAtGrant(ctx, people["sato"], o.Grant.ID), "forbidden")
		r.want("a lead looks", r.LookAtGrant(ctx, people["mori"], o.Grant.ID), "ok")
		r.follows(o.Grant.ID, "sato grant_alone", "sato reveal", "mori grant_look")
		if look().DoneAt.IsZero() {
			t.Error("the duty stays open")
		}
	}
}

// A grant is for one word of one case and for who asked. Whoever has it gets nothing else by it, and nobody approves it who
// may not.
func TestAGrantOpensNothingElse(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.wall.names["[連絡先2]"], r.wall.names["[連絡先3]"] = "+81 90 2222 2222", "+81 90 3333 3333"
	id, g := r.wished()
	for login := range people {
		p := strong(login)
		if p.Role == triage.Coordinator || p.Role == triage.Supervisor {
			continue
		}
		_, err := r.Approve(ctx, p, g, desk.Spoken{})
		if err == nil {
			t.Errorf("%s approves as %s", login, p.Role)
		}
	}
	if got := r.value("sato", g); got != "asked" {
		t.Fatalf("after those who may not: %s", got)
	}
	_, err := r.Approve(ctx, strong("kato"), g, desk.Spoken{})
	r.want("by a lead", err, "ok")
	other := r.claimed()
	for _, ask := range []struct {
		id   triage.CaseID
		what string
	}{{id, "[連絡先2]"}, {id, "[連絡先3]"}, {other, "[連絡先1]"}, {other, "[連絡先2]"}} {
		o, err := r.Reveal(ctx, people["sato"], ask.id, ask.what, "電話するため")
		r.must(err)
		if o.Value != "" || o.Grant == nil || o.Grant.State(r.Register.Now()) != grant.Asked {
			t.Errorf("%s of another wish: %q, %+v", ask.what, o.Value, o.Grant)
		}
		if got := r.value("sato", o.Grant.ID); got != "asked" {
			t.Errorf("the wish for %s: %s", ask.what, got)
		}
	}
	if got := r.value("abe", g); got != "unknown" {
		t.Errorf("a colleague with its id sees %s", got)
	}
	if got := r.value("sato", g); got != "+81 90 0000 0000" {
		t.Errorf("what was granted: %s", got)
	}
	r.machine.pass(grant.Lasts)
	if got := r.value("sato", g); got != "expired" {
		t.Errorf("afterwards: %s", got)
	}
	for _, login := range []string{"kato", "mori"} {
		_, err := r.Approve(ctx, strong(login), g, desk.Spoken{})
		r.want("again, by "+login, err, "wrong_state")
	}
}
