package desk_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
)

// shelf is a cabinet of paper.
type shelf struct{}

func (shelf) File(_ context.Context, _ triage.CaseID, n, page int) (triage.Cleaned, error) {
	if n == 2 {
		return triage.Cleaned{}, triage.ErrUnreadable
	}
	return triage.Cleaned{Type: "image/png", Data: []byte{byte(n), byte(page)}, Pages: 1}, nil
}

// pictured is a case of sato's with three files: the second cannot be opened, the third came with a message that was taken back.
func pictured(r *room) triage.CaseID {
	r.t.Helper()
	r.Cabinet = shelf{}
	id := triage.CaseID("07pppppppppppppppppppppppp")
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id},
		triage.Event{ID: "m1", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "[写真1][写真2]",
			Files: []triage.File{{ID: "a", Sort: "picture"}, {ID: "b", Sort: "picture"}}},
		triage.Event{ID: "m2", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "[写真3]",
			Files: []triage.File{{ID: "c", Sort: "picture"}}},
		triage.Event{ID: "u", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Hides: "m2"})
	if err == nil {
		_, err = r.Claim(r.t.Context(), people["sato"], id)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// Every person on every file: bytes for who has the case, the need of a second person for a lead, nothing for anybody else, and
// what is not there looks alike for all.
func TestWhoSeesWhatCame(t *testing.T) {
	r := open(t)
	id := pictured(r)
	for login, p := range people {
		lead := login == "kato" || login == "mori"
		sees := login == "sato" || lead
		for n := range 6 {
			got, err := r.File(t.Context(), p, id, n, 1)
			switch {
			case !sees:
				if err == nil || len(got.Data) != 0 {
					t.Errorf("%s sees file %d: %v", login, n, err)
				}
			case lead && (n == 1 || n == 2):
				if r.want(fmt.Sprint(login, ", file ", n), err, triage.CodeTwoPersons); len(got.Data) != 0 {
					t.Errorf("%s gets file %d with the refusal", login, n)
				}
			case n == 1:
				if err != nil || len(got.Data) == 0 {
					t.Errorf("%s does not see file 1: %v", login, err)
				}
			case n == 2:
				if !errors.Is(err, triage.ErrUnreadable) {
					t.Errorf("%s, file 2: %v", login, err)
				}
			case !errors.Is(err, triage.ErrUnknown):
				t.Errorf("%s, file %d: %v", login, n, err)
			}
		}
	}
	if _, err := r.File(t.Context(), people["sato"], "07qqqqqqqqqqqqqqqqqqqqqqqq", 1, 1); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("no such case: %v", err)
	}
	looks := 0
	for _, act := range r.log.acts("sato") {
		if act == "file" {
			looks++
		}
	}
	if looks != 2 {
		t.Errorf("%d looks are written down, want 2", looks)
	}
	if acts := append(r.log.acts("kato"), r.log.acts("mori")...); slices.Contains(acts, "file") {
		t.Errorf("looks of leads who saw nothing: %v", acts)
	}
	r.log.full = errors.New("full")
	if got, err := r.File(t.Context(), people["sato"], id, 1, 1); err == nil || len(got.Data) != 0 {
		t.Errorf("shown although nobody can write down who looked: %v", err)
	}
}

// sees is what comes of the person's look at file n: ok where there is something to see.
func (r *room) sees(login string, id triage.CaseID, n int) string {
	r.t.Helper()
	got, err := r.File(r.t.Context(), people[login], id, n, 1)
	if (err == nil) != (len(got.Data) > 0) {
		r.t.Errorf("%s, file %d: %d bytes with %v", login, n, len(got.Data), err)
	}
	return code(err)
}

// wishes writes down the person's wish to see file n.
func (r *room) wishes(login string, id triage.CaseID, n int) string {
	r.t.Helper()
	o, err := r.Reveal(r.t.Context(), people[login], id, desk.FileMark(n), "safety")
	r.must(err)
	if o.Value != "" || o.Grant == nil {
		r.t.Fatalf("one person alone got %+v", o)
	}
	return o.Grant.ID
}

// Who has the case sees what came, and a lead does where nobody has it; whoever gets into a colleague's case by their own act,
// by whichever way, does not, until somebody else gives it to them.
func TestWhoOpensAFileAlone(t *testing.T) {
	ctx := t.Context()
	kato := people["kato"]
	for way, tt := range map[string]struct {
		enter func(*room, triage.CaseID) error
		want  string
	}{
		"nobody's act":      {func(*room, triage.CaseID) error { return nil }, triage.CodeTwoPersons},
		"second by herself": {func(r *room, id triage.CaseID) error { return errOf(r.Join(ctx, kato, id, "kato")) }, triage.CodeTwoPersons},
		"takes it":          {func(r *room, id triage.CaseID) error { return errOf(r.Transfer(ctx, kato, id, "kato")) }, triage.CodeTwoPersons},
		"puts it back":      {func(r *room, id triage.CaseID) error { return errOf(r.Release(ctx, kato, id)) }, triage.CodeTwoPersons},
		"by the queue": {func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Release(ctx, kato, id)))
			return errOf(r.Claim(ctx, kato, id))
		}, triage.CodeTwoPersons},
		"keeps sato out": {func(r *room, id triage.CaseID) error {
			return r.Bar(ctx, kato, id, triage.Bar{Login: "sato", Why: triage.BarNamed})
		}, triage.CodeTwoPersons},
		"closes it": {func(r *room, id triage.CaseID) error {
			return errOf(r.SetState(ctx, kato, id, desk.StateChange{To: triage.Closed, Reason: "終わり"}))
		}, triage.CodeTwoPersons},
		"it is put back": {func(r *room, id triage.CaseID) error { return errOf(r.Release(ctx, people["sato"], id)) }, "ok"},
		"it is put back, and she takes it": {func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Release(ctx, people["sato"], id)))
			return errOf(r.Claim(ctx, kato, id))
		}, "ok"},
		"it is put back, and another takes it": {func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Release(ctx, people["sato"], id)))
			return errOf(r.Claim(ctx, people["abe"], id))
		}, triage.CodeTwoPersons},
		"it is given to her": {func(r *room, id triage.CaseID) error { return errOf(r.Transfer(ctx, people["sato"], id, "kato")) }, "ok"},
		"she is made second": {func(r *room, id triage.CaseID) error { return errOf(r.Join(ctx, people["sato"], id, "kato")) }, "ok"},
		"another lead agrees": {func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Transfer(ctx, kato, id, "kato")))
			return errOf(r.Transfer(ctx, people["mori"], id, "kato"))
		}, "ok"},
	} {
		r := open(t)
		id := pictured(r)
		r.must(tt.enter(r, id))
		if got := r.sees("kato", id, 1); got != tt.want {
			t.Errorf("%s: %s, want %s", way, got, tt.want)
		}
		_, err := r.Reveal(ctx, kato, id, desk.FileMark(1), "safety")
		if asks := map[string]string{"ok": triage.CodeState, triage.CodeTwoPersons: "ok"}[tt.want]; code(err) != asks {
			t.Errorf("%s: she asks, and is told %s, want %s", way, code(err), asks)
		}
	}
}

// A lead asks for one file of a colleague's case, another lead says yes, and the asker alone sees that file alone, for fifteen minutes.
func TestAFileIsOpenedByTwo(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := pictured(r)
	g := r.wishes("kato", id, 1)
	if got := r.sees("kato", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("before the approval: %s", got)
	}
	_, err := r.Approve(ctx, strong("kato"), g, desk.Spoken{})
	r.want("by herself", err, triage.CodeTwoPersons)
	_, err = r.Approve(ctx, people["mori"], g, desk.Spoken{})
	r.want("by a password alone", err, triage.CodeTwoPersons)
	_, err = r.Approve(ctx, strong("mori"), g, desk.Spoken{})
	r.must(err)
	for range 2 {
		if got := r.sees("kato", id, 1); got != "ok" {
			t.Errorf("after it: %s", got)
		}
	}
	if got := r.sees("kato", id, 2); got != triage.CodeTwoPersons {
		t.Errorf("another file: %s", got)
	}
	if got := r.sees("mori", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("who approved: %s", got)
	}
	if got := r.value("kato", g); got != "approved" {
		t.Errorf("the grant itself shows %s", got)
	}
	r.wishes("kato", id, 1) // once more: what was approved holds on
	r.machine.pass(grant.Lasts - time.Nanosecond)
	if got := r.sees("kato", id, 1); got != "ok" {
		t.Errorf("just before the end: %s", got)
	}
	r.machine.pass(time.Nanosecond)
	if got := r.sees("kato", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("at the end: %s", got)
	}
	r.follows(g, "kato grant_ask", "mori grant_approve", "kato file", "kato file", "kato file")
	if got := r.sees("sato", id, 1); got != "ok" {
		t.Errorf("who has the case: %s", got)
	}
	_, events := r.load(id)
	var steps []string
	for _, e := range events {
		if e.Reveal != nil && e.Reveal.Placeholder == desk.FileMark(1) {
			steps = append(steps, e.By+" "+e.Reveal.Step)
		}
	}
	if want := []string{"kato grant_ask", "mori grant_approve", "kato grant_use", "kato grant_ask"}; !slices.Equal(steps, want) {
		t.Errorf("the case says %q, want %q", steps, want)
	}
}

// By a code over the telephone it opens as well; a no, an hour without an answer, and a full audit open nothing.
func TestAFileStaysShut(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := pictured(r)
	_, err := r.Refuse(ctx, people["mori"], r.wishes("kato", id, 1))
	r.must(err)
	if got := r.sees("kato", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("after a no: %s", got)
	}
	late := r.wishes("kato", id, 1)
	r.machine.pass(grant.Waits)
	_, err = r.Approve(ctx, strong("mori"), late, desk.Spoken{})
	r.want("too late", err, triage.CodeState)
	_, err = r.Approve(ctx, people["kato"], r.wishes("kato", id, 1), desk.Spoken{By: "mori", Code: "123456"})
	r.must(err)
	if got := r.sees("kato", id, 1); got != "ok" {
		t.Errorf("by a code over the telephone: %s", got)
	}
	r.log.full = errors.New("full")
	if got := r.sees("kato", id, 1); got == "ok" {
		t.Error("shown although nobody can write down who looked")
	}
}

// In an emergency with no other lead there it opens at once; a lead looks at it afterwards.
func TestAFileInAnEmergency(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := pictured(r)
	r.office.there = []string{"sato", "kato"}
	r.wishes("kato", id, 1)
	if got := r.sees("kato", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("no emergency: %s", got)
	}
	_, err := r.Overrule(ctx, people["sato"], id, triage.Emergency, "いま橋にいる")
	r.must(err)
	r.office.there = []string{"sato", "kato", "mori"}
	r.wishes("kato", id, 1)
	if got := r.sees("kato", id, 1); got != triage.CodeTwoPersons {
		t.Errorf("another lead is there: %s", got)
	}
	r.office.there = []string{"sato", "kato"}
	g := r.wishes("kato", id, 1)
	if got := r.sees("kato", id, 1); got != "ok" {
		t.Errorf("alone: %s", got)
	}
	c, _ := r.load(id)
	if !slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == "look_reveal:"+g && x.DoneAt.IsZero() }) {
		t.Errorf("nobody has to look at it: %+v", c.Duties)
	}
	r.must(r.LookAtGrant(ctx, people["mori"], g))
	r.follows(g, "kato grant_alone", "kato file", "mori grant_look")
}

// What is not there is neither asked for nor written down, and what is there no more is not shown by an old grant.
func TestNobodyAsksForAFileThatIsNotThere(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := pictured(r)
	for _, mark := range []string{desk.FileMark(0), desk.FileMark(3), desk.FileMark(4), "[添付01]", "[添付999999]", "[添付9999999]", "[添付-1]", "[写真1]"} {
		_, err := r.Reveal(ctx, people["kato"], id, mark, "safety")
		r.want(mark, err, triage.CodeBadRequest)
	}
	if list, err := r.Register.List(ctx); err != nil || len(list) != 0 || slices.Contains(r.log.acts("kato"), "grant_ask") {
		t.Errorf("asked for: %+v, %v", list, err)
	}
	_, err := r.Reveal(ctx, people["kato"], id, desk.FileMark(1), " ")
	r.want("for no reason", err, triage.CodeBadRequest)
	_, err = r.Reveal(ctx, people["abe"], id, desk.FileMark(1), "safety")
	r.want("a colleague", err, triage.CodeForbidden)

	g := r.wishes("kato", id, 1)
	_, err = r.Approve(ctx, strong("mori"), g, desk.Spoken{})
	r.must(err)
	before, _ := r.load(id)
	_, err = r.store.Append(ctx, before, triage.Event{ID: "u1", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Hides: "m1"})
	r.must(err)
	for _, login := range []string{"kato", "sato"} {
		if got := r.sees(login, id, 1); got != "unknown" {
			t.Errorf("taken back: %s is told %s", login, got)
		}
	}
	_, err = r.Reveal(ctx, people["kato"], id, desk.FileMark(1), "safety")
	r.want("taken back", err, triage.CodeBadRequest)
	r.follows(g, "kato grant_ask", "mori grant_approve")

	r = open(t)
	id = pictured(r)
	before, _ = r.load(id)
	_, err = r.store.Append(ctx, before, triage.Event{ID: "n", At: r.clock.Now(), Kind: triage.KindState, From: triage.Counselor, By: "mori", Change: &triage.Change{Unname: triage.UnnameDone}})
	r.must(err)
	if got := r.sees("sato", id, 1); got != "unknown" || slices.Contains(r.log.acts("sato"), "file") {
		t.Errorf("destroyed: %s", got)
	}
	_, err = r.Reveal(ctx, people["kato"], id, desk.FileMark(1), "safety")
	r.want("destroyed", err, triage.CodeBadRequest)
}

// A grant is for a file of one case, and ends where the case is no longer for who asked.
func TestAFileGrantOpensNothingElse(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := pictured(r)
	_, err := r.Approve(ctx, strong("mori"), r.wishes("kato", id, 1), desk.Spoken{})
	r.must(err)
	other := triage.CaseID("08pppppppppppppppppppppppp")
	_, err = r.store.Append(ctx, triage.Case{ID: other}, triage.Event{ID: "m1", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line",
		Text: "[写真1]", Files: []triage.File{{ID: "a", Sort: "picture"}}})
	r.must(err)
	_, err = r.Claim(ctx, people["sato"], other)
	r.must(err)
	if got := r.sees("kato", other, 1); got != triage.CodeTwoPersons {
		t.Errorf("the same number of another case: %s", got)
	}
	r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: "kato", Why: triage.BarNamed}))
	if got := r.sees("kato", id, 1); got != "unknown" {
		t.Errorf("who is kept out: %s", got)
	}
}
