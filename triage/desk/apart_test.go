package desk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

// grave makes the case an emergency.
func (r *room) grave(id triage.CaseID) {
	r.t.Helper()
	before, _ := r.load(id)
	_, err := r.store.Append(r.t.Context(), before, triage.Event{ID: "grave", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker,
		Channel: "chat", Text: "いまから", Judgement: &triage.Judgement{Severity: triage.Emergency, Flags: []triage.Flag{triage.Suicide}}})
	r.must(err)
}

// Who is kept out finds the case nowhere: for them it is like one that never was.
func TestBarLeavesNoTrace(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	other := r.writes("", "もう一つの話")
	r.want("a counselor keeps another out", r.Bar(ctx, people["sato"], id, triage.Bar{Login: "kato", Why: triage.BarNamed}), "forbidden")
	r.want("for no reason", r.Bar(ctx, people["mori"], id, triage.Bar{Login: "kato"}), "bad_request")
	r.want("nobody", r.Bar(ctx, people["mori"], id, triage.Bar{Login: "nobody", Why: triage.BarNamed}), "bad_request")
	for _, login := range []string{"kato", "ito", "sato"} {
		r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: login, Why: triage.BarNamed}))
	}
	r.must(r.Sweep(ctx))
	if c, _ := r.load(id); c.State != triage.Waiting || c.Assignee != "" || c.Former != "" {
		t.Errorf("it did not go back to the queue: %s %q %q", c.State, c.Assignee, c.Former)
	}
	for _, login := range []string{"kato", "sato"} {
		p := people[login]
		_, err := r.Case(ctx, p, id)
		r.want(login+" opens it", err, "unknown")
		_, err = r.Claim(ctx, p, id)
		r.want(login+" claims it", err, "unknown")
		_, err = r.Reveal(ctx, p, id, "[人物A]", "x")
		r.want(login+" opens a name", err, "unknown")
		_, err = r.Suggest(ctx, p, id)
		r.want(login+" asks for whom it is", err, "unknown")
		_, err = r.Visible(ctx, p, id)
		r.want(login+" listens", err, "unknown")
		page, err := r.Queue(ctx, p, desk.Query{State: "all"})
		r.must(err)
		owed, err := r.Duties(ctx, p, false)
		r.must(err)
		shown, err := json.Marshal([]any{page, owed})
		r.must(err)
		if strings.Contains(string(shown), string(id)) || !strings.Contains(string(shown), string(other)) {
			t.Errorf("%s sees %s", login, shown)
		}
		if !slices.Contains(r.log.acts(login), "kept_out") {
			t.Errorf("that %s tried is not written down", login)
		}
	}
	r.want("the last lead", r.Bar(ctx, people["mori"], id, triage.Bar{}), "wrong_state")
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "kato", Off: true}))
	_, err := r.Case(ctx, people["kato"], id)
	r.want("let in again", err, "ok")
	r.must(r.Bar(ctx, people["abe"], other, triage.Bar{}))
	_, err = r.Case(ctx, people["abe"], other)
	r.want("who kept herself out", err, "unknown")
}

// A case that a lead is kept out of is in nobody's numbers, whenever they ask; one that only a counselor is kept out of is.
func TestACaseThatIsKeptIsCountedForNobody(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.must(r.Bar(ctx, people["sato"], r.writes("", "知っている子"), triage.Bar{}))
	for range 9 {
		r.writes("", "話")
	}
	from, to := opened.AddDate(0, 0, -1), opened.AddDate(0, 0, 1)
	counts := func(want int) {
		t.Helper()
		for _, login := range []string{"kato", "ito", "mori"} { // all the same, or two of them could subtract
			s, err := r.Statistics(ctx, people[login], from, to)
			r.must(err)
			if s.Total.N != want {
				t.Errorf("%s counts %+v, want %d", login, s.Total, want)
			}
		}
	}
	counts(11)
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "kato", Why: triage.BarNamed}))
	then := r.clock.Now()
	for _, months := range []int{0, 1, 5} { // what kato sees: a number that is one more would tell of the case, whenever
		r.clock.Set(then.AddDate(0, months, 0))
		counts(10)
	}
	r.clock.Set(then.AddDate(0, 5, 0))
	report, err := r.MakeReport(ctx, people["mori"], 2026)
	r.must(err)
	if report.Total.N != 10 {
		t.Errorf("the report counts %+v", report.Total)
	}
}

// Who belongs to a school sees nothing of what it has to do with, whatever their role.
func TestAPostAtTheSchoolKeepsOut(t *testing.T) {
	r := open(t)
	id := r.claimed()
	before, _ := r.load(id)
	_, err := r.store.Append(t.Context(), before, triage.Event{ID: "h", At: r.clock.Now(), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato",
		Handoff: &triage.Handoff{ID: "07x", School: "hinode-jhs", Recipient: "school"}})
	r.must(err)
	p := staff.Person{Login: "kato", Role: triage.Coordinator, Posts: "kawabe-jhs hinode-jhs"}
	_, err = r.RevealText(t.Context(), p, id, "x")
	r.want("names", err, "unknown")
	_, err = r.Case(t.Context(), p, id)
	r.want("the case", err, "unknown")
	if acts := r.log.acts("kato"); !slices.Equal(acts, []string{"kept_out", "kept_out"}) {
		t.Errorf("written down: %v", acts)
	}
	p.Posts = "kawabe-jhs"
	_, err = r.Case(t.Context(), p, id)
	r.want("another school", err, "ok")
}

// Nobody has both sides of a matter.
func TestNobodyCounselsBothSides(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	one, two := r.claimed(), r.writes("", "うちの子が言われている")
	for id, other := range map[triage.CaseID]triage.CaseID{one: two, two: one} {
		before, _ := r.load(id)
		_, err := r.store.Append(ctx, before, triage.Event{ID: "link", At: r.clock.Now(), Kind: triage.KindNote, From: triage.Counselor, By: "kato",
			Link: &triage.Link{Case: other, As: triage.LinkOther}})
		r.must(err)
	}
	_, err := r.Claim(ctx, people["sato"], two)
	r.want("claim", err, "wrong_state")
	_, err = r.Transfer(ctx, people["kato"], two, "sato")
	r.want("transfer", err, "wrong_state")
	_, err = r.Claim(ctx, people["abe"], two)
	r.want("another one", err, "ok")
	_, err = r.Join(ctx, people["abe"], two, "sato")
	r.want("second", err, "wrong_state")
	_, err = r.Say(ctx, people["kato"], one, "1", "読みました")
	r.must(err)
	_, err = r.Say(ctx, people["kato"], two, "1", "読みました")
	r.want("a lead who spoke there", err, "wrong_state")
}

// A family is whoever belongs to it: who speaks with a mother has nothing of those whom her child is said to have hurt, nor the
// other way about, whoever of them was linked.
func TestNobodyCounselsBothFamilies(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	child, mother := r.claimed(), r.writes("", "うちの子のことです")
	boy, father := r.writes("", "したと言われた"), r.writes("", "息子がしたと言われた")
	r.must(errOf(r.Claim(ctx, people["abe"], mother)))
	r.must(r.Relate(ctx, people["kato"], child, desk.Relation{Other: mother, As: triage.LinkParent, Sure: triage.SureLikely, Reason: "母"}))
	r.must(r.Relate(ctx, people["kato"], father, desk.Relation{Other: boy, As: triage.LinkChildOf, Sure: triage.SureLikely, Reason: "父"}))
	r.must(r.Relate(ctx, people["kato"], child, desk.Relation{Other: boy, As: triage.LinkOther, Sure: triage.SureMaybe, Reason: "同じこと"}))
	for _, theirs := range []triage.CaseID{boy, father} {
		for _, ours := range []string{"sato", "abe"} {
			r.want(ours+" takes", errOf(r.Claim(ctx, people[ours], theirs)), triage.CodeState)
			r.want(ours+" is given", errOf(r.Transfer(ctx, people["kato"], theirs, ours)), triage.CodeState)
		}
	}
	r.must(errOf(r.Claim(ctx, people["mori"], father)))
	r.want("and back", errOf(r.Transfer(ctx, people["kato"], mother, "mori")), triage.CodeState)
	r.want("within the family", errOf(r.Transfer(ctx, people["kato"], mother, "sato")), "ok")
}

// Whose school the child's words name keeps out as well, before anybody has told the school anything; the school is shown nowhere.
func TestASchoolThatIsNamedKeepsOut(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	before, _ := r.load(id)
	_, err := r.store.Append(ctx, before, triage.Event{ID: "n", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat",
		Text: "[学校1]の先生に言えません", Schools: []string{"hinode-jhs"}})
	r.must(err)
	p := people["kato"]
	p.Posts = "hinode-jhs"
	for what, err := range map[string]error{
		"looks": errOf(r.Case(ctx, p, id)), "opens a name": errOf(r.Reveal(ctx, p, id, "[学校1]", "x")), "opens the text": errOf(r.RevealText(ctx, p, id, "x")),
		"takes it": errOf(r.Transfer(ctx, p, id, "kato")), "sees its kin": errOf(r.Kin(ctx, p, id)), "opens what was taken back": errOf(r.OpenTaken(ctx, p, id, 1)),
		"opens a picture": errOf(r.File(ctx, p, id, 1, 1)),
	} {
		r.want(what, err, "unknown")
	}
	if page, err := r.Queue(ctx, p, desk.Query{State: "all"}); err != nil || len(page.Cases) != 0 {
		t.Errorf("in the queue: %+v %v", page.Cases, err)
	}
	c, _ := r.load(id)
	if len(c.Schools()) != 0 || !slices.Equal(c.Named, []string{"hinode-jhs"}) {
		t.Errorf("%v, %v", c.Schools(), c.Named)
	}
	p.Posts = "kawabe-jhs"
	r.want("of another school", errOf(r.Case(ctx, p, id)), "ok")
}

// An emergency has two people, or a duty says that it has not; who has it keeps it.
func TestTwoOnEveryEmergency(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	r.grave(id)
	r.must(r.Sweep(ctx))
	open := func(what string) bool {
		c, _ := r.load(id)
		return slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == what && x.DoneAt.IsZero() })
	}
	if !open("second_person") {
		t.Error("nobody is told that there is one person only")
	}
	_, err := r.Join(ctx, people["sato"], id, "abe")
	r.must(err)
	r.must(r.Sweep(ctx))
	if open("second_person") {
		t.Error("a second person ends nothing")
	}
	r.clock.pass(16 * time.Minute)
	r.must(r.Sweep(ctx))
	if c, _ := r.load(id); c.Assignee != "sato" || !open("no_answer") {
		t.Errorf("it moved to %q, or nobody is told", c.Assignee)
	}
	_, err = r.Say(ctx, people["abe"], id, "1", "読みました")
	r.must(err)
	r.must(r.Sweep(ctx))
	if open("no_answer") {
		t.Error("an answer ends nothing")
	}
}

// Looking is work: the time for a first answer begins anew. An interim line is no answer.
func TestWorkRenewsTheLease(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	for range 4 {
		r.clock.pass(10 * time.Minute)
		r.must(r.Doing(ctx, people["sato"], id, triage.DoingReading))
		r.must(r.Sweep(ctx))
	}
	_, err := r.SayInterim(ctx, people["sato"], id, "1")
	r.must(err)
	c, _ := r.load(id)
	if c.Assignee != "sato" || c.WaitingSince.IsZero() || c.LeaseUntil.IsZero() {
		t.Errorf("%q, waiting since %v, lease %v", c.Assignee, c.WaitingSince, c.LeaseUntil)
	}
	r.clock.pass(16 * time.Minute)
	r.must(r.Sweep(ctx))
	if c, _ := r.load(id); c.State != triage.Waiting {
		t.Errorf("nobody worked on it, and it is %s", c.State)
	}
}

func TestWhatIsLeftForTheNext(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	_, err := r.LeaveSession(ctx, people["sato"], id, triage.Session{})
	r.want("nothing", err, "bad_request")
	promised := r.clock.Now().Add(3 * time.Hour)
	_, err = r.LeaveSession(ctx, people["sato"], id, triage.Session{Complaint: "ゆうかにけられる", Next: "あすの朝の様子をきく", Promised: promised})
	r.must(err)
	c, _ := r.load(id)
	if c.Session == nil || c.Session.Complaint != "[人物A]にけられる" || c.Session.By != "sato" {
		t.Errorf("left: %+v", c.Session)
	}
	all, err := r.Handover(ctx, people["sato"])
	r.must(err)
	if len(all) != 1 || !all[0].Left {
		t.Errorf("%+v", all)
	}
	r.clock.Set(promised.Add(-time.Minute))
	_, err = r.Say(ctx, people["sato"], id, "1", "約束の時間です")
	r.must(err)
	c, _ = r.load(id)
	if i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.Kind == "promised" }); i < 0 || c.Duties[i].DoneAt.IsZero() {
		t.Errorf("the promise: %+v", c.Duties)
	}
}

// After an emergency nothing new comes for a while, but where a child is in danger and nobody else is there.
func TestABreatherYields(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	r.grave(id)
	_, err := r.Say(ctx, people["sato"], id, "1", "読みました")
	r.must(err)
	_, err = r.Transfer(ctx, people["sato"], id, "abe")
	r.must(err)
	calm, danger := r.writes("", "べつの話"), r.writes("", "べつの話")
	r.grave(danger)
	_, err = r.Claim(ctx, people["sato"], calm)
	r.want("a new case", err, "wrong_state")
	_, err = r.Claim(ctx, people["sato"], danger)
	r.want("an emergency, with others there", err, "wrong_state")
	r.office.there = []string{"sato"}
	_, err = r.Claim(ctx, people["sato"], calm)
	r.want("a calm one, alone", err, "wrong_state")
	_, err = r.Claim(ctx, people["sato"], danger)
	r.want("an emergency, alone", err, "ok")
	r.clock.pass(30 * time.Minute)
	_, err = r.Claim(ctx, people["sato"], calm)
	r.want("afterwards", err, "ok")
}

func TestSuggestSaysWhy(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.writes("", "女の人がいいです")
	r.must(r.SetProfile(ctx, people["mori"], "", roster.Profile{Woman: true}))
	r.want("a colleague's", r.SetProfile(ctx, people["sato"], "mori", roster.Profile{}), "forbidden")
	s, err := r.Suggest(ctx, people["kato"], id)
	r.must(err)
	if !s.Heard || !s.Wanted.Woman || len(s.Picks) == 0 || s.Picks[0].Login != "mori" || len(s.Picks[0].For) == 0 {
		t.Errorf("%+v", s)
	}
	_, err = r.Want(ctx, people["kato"], id, triage.Wanted{Language: "vi"})
	r.must(err)
	if s, err = r.Suggest(ctx, people["kato"], id); err != nil || s.Wanted.Woman || s.Wanted.Language != "vi" {
		t.Errorf("%+v, %v", s.Wanted, err)
	}
}

// Who took in what a mother told by telephone has spoken with her side, and has nothing of the other.
func TestWhoTookInACallHasThatSide(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	ours, theirs := r.claimed(), r.writes("", "うちの子が言われている")
	_, err := r.Enter(ctx, people["abe"], desk.Visit{Case: theirs, Channel: "voice", Text: "母です", Teller: triage.Teller{Who: "guardian"}})
	r.must(err)
	r.must(r.Relate(ctx, people["kato"], ours, desk.Relation{Other: theirs, As: triage.LinkOther, Sure: triage.SureLikely, Reason: "同じこと"}))
	r.want("is given the other side", errOf(r.Transfer(ctx, people["kato"], ours, "abe")), triage.CodeState)
	r.want("another one is", errOf(r.Transfer(ctx, people["kato"], ours, "mori")), "ok")
}
