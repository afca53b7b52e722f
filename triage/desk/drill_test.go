package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/alicebob/miniredis/v2"

	"madoguchi/triage"
	"madoguchi/triage/drill"
	"madoguchi/triage/seal"
	records "madoguchi/triage/shelf"
)

// exercised is a night room in which exercises can be held.
func exercised(t *testing.T, covered bool) (*room, *pager) {
	t.Helper()
	r, p := night(t, watched(t, covered))
	c := client.NewClient(&client.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	r.Drills = records.New[drill.Record](c, seal.New(), "drills")
	return r, p
}

// rings lets the time pass, and looks at the exercises again and again.
func (r *room) rings(d time.Duration) {
	r.t.Helper()
	for end := r.clock.Now().Add(d); r.clock.Now().Before(end); {
		r.clock.pass(10 * time.Second)
		r.must(r.RingDrills(r.t.Context()))
		r.must(r.RingDrills(r.t.Context()))
	}
}

// Who is on call is called at once and by the steps of an alarm, the next person, then the next path, until somebody says 受領; what
// was done is kept and hangs on the wall. No case is made.
func TestAnExerciseOfTheNightPath(t *testing.T) {
	r, p := exercised(t, true)
	ctx := t.Context()
	start := r.clock.Now()
	for _, login := range []string{"sato", "kato", "ono"} {
		_, err := r.StartDrill(ctx, people[login])
		r.want(login+" begins one", err, "forbidden")
	}
	x, err := r.StartDrill(ctx, people["mori"])
	r.must(err)
	_, err = r.StartDrill(ctx, people["mori"])
	r.want("a second one", err, "wrong_state")
	r.rings(6 * time.Minute)
	if want := []paged{{0, "voice 1"}, {2 * time.Minute, "sms 2"}, {5 * time.Minute, "sms 1"}}; !slices.Equal(p.pages, want) {
		t.Errorf("called %v, want %v", p.pages, want)
	}
	for _, text := range p.texts {
		if !strings.HasPrefix(text, "訓練です。") {
			t.Errorf("the call says %q", text)
		}
	}
	_, err = r.ReceiveDrill(ctx, people["mori"], x.ID)
	r.want("who began it", err, "two_persons_needed")
	_, err = r.ReceiveDrill(ctx, people["ono"], x.ID)
	r.want("a clerk", err, "forbidden")
	_, err = r.ReceiveDrill(ctx, people["sato"], "no")
	r.want("none", err, "unknown")
	if wall, err := r.Wall(ctx, people["abe"]); err != nil || wall.Drill == nil || !wall.Drill.Open() {
		t.Errorf("the wall: %+v %v", wall.Drill, err)
	}
	_, err = r.ReceiveDrill(ctx, people["sato"], x.ID)
	r.must(err)
	_, err = r.ReceiveDrill(ctx, people["abe"], x.ID)
	r.want("once more", err, "wrong_state")
	r.rings(time.Hour)
	if len(p.pages) != 3 {
		t.Errorf("called %v after 受領", p.pages)
	}
	all, err := r.ListDrills(ctx, people["abe"])
	r.must(err)
	if len(all) != 1 || all[0].ReceivedBy != "sato" || all[0].By != "mori" || !all[0].At.Equal(start) || len(all[0].Calls) != 3 || !all[0].Calls[2].Out {
		t.Fatalf("%+v", all)
	}
	if took, ok := all[0].Took(); !ok || took != 6*time.Minute {
		t.Errorf("took %v", took)
	}
	if cases, _, err := r.store.List(ctx, triage.Query{Limit: 10}); err != nil || len(cases) != 0 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
	for login, want := range map[string]string{"mori": "drill_start", "sato": "drill_receive"} {
		if got := fmt.Sprint(r.log.acts(login)); !strings.Contains(got, want) {
			t.Errorf("the audit of %s: %s", login, got)
		}
	}
}

// It ends after half an hour, or when a supervisor says so; what did not go out is kept as it was.
func TestAnExerciseEnds(t *testing.T) {
	r, p := exercised(t, true)
	ctx := t.Context()
	p.out = true
	x, err := r.StartDrill(ctx, people["mori"])
	r.must(err)
	r.rings(time.Hour)
	all, err := r.ListDrills(ctx, people["mori"])
	r.must(err)
	if len(all) != 1 || all[0].Open() || !all[0].Ended.Equal(x.At.Add(drill.Lasts)) || len(p.pages) != len(all[0].Calls) || len(p.pages) != 5 ||
		slices.ContainsFunc(all[0].Calls, func(c drill.Call) bool { return c.Out }) {
		t.Errorf("%+v", all)
	}
	_, err = r.ReceiveDrill(ctx, people["sato"], x.ID)
	r.want("too late", err, "wrong_state")
	x, err = r.StartDrill(ctx, people["mori"])
	r.must(err)
	_, err = r.EndDrill(ctx, people["kato"], x.ID)
	r.want("a coordinator ends it", err, "forbidden")
	_, err = r.EndDrill(ctx, people["mori"], x.ID)
	r.must(err)
	n := len(p.pages)
	r.rings(10 * time.Minute)
	if len(p.pages) != n {
		t.Error("somebody was called after its end")
	}
}

// A child in danger comes before every exercise: none begins while an alarm rings, and one that goes on ends.
func TestAnExerciseYieldsToAChildInDanger(t *testing.T) {
	r, p := exercised(t, true)
	ctx := t.Context()
	_, err := r.StartDrill(ctx, people["mori"])
	r.must(err)
	id := r.danger("")
	r.must(r.Sweep(ctx))
	r.rings(30 * time.Minute)
	all, err := r.ListDrills(ctx, people["mori"])
	r.must(err)
	if len(all) != 1 || all[0].Open() || len(all[0].Calls) != 1 {
		t.Errorf("%+v", all)
	}
	_, err = r.StartDrill(ctx, people["mori"])
	r.want("while it rings", err, "wrong_state")
	_, err = r.Claim(ctx, people["sato"], id)
	r.must(err)
	r.must(r.Sweep(ctx))
	_, err = r.StartDrill(ctx, people["mori"])
	r.must(err)
	if texts := p.texts[len(p.texts)-1]; !strings.HasPrefix(texts, "訓練です。") {
		t.Errorf("the last call says %q", texts)
	}
}

// Who is kept out of a case learns nothing of its alarm from an exercise: it begins and goes on as ever, and only calls nobody whose
// line has to be free for the child. A call that does not go out is nothing new.
func TestAnExerciseTellsNothingOfACaseThatIsKept(t *testing.T) {
	r, p := exercised(t, true)
	ctx := t.Context()
	r.office.there = []string{"kato", "mori"}
	_, err := r.StartDrill(ctx, people["mori"])
	r.must(err)
	id := r.danger("")
	r.must(r.Bar(ctx, people["kato"], id, triage.Bar{Login: "mori", Why: triage.BarNamed}))
	r.must(r.Sweep(ctx))
	r.rings(3 * time.Minute)
	all, err := r.ListDrills(ctx, people["mori"])
	r.must(err)
	if len(all) != 1 || !all[0].Open() || len(all[0].Calls) != 2 || !all[0].Calls[0].Out || all[0].Calls[1].Out {
		t.Errorf("while it rings: %+v", all)
	}
	_, err = r.EndDrill(ctx, people["mori"], all[0].ID)
	r.must(err)
	x, err := r.StartDrill(ctx, people["mori"])
	r.want("while it rings", err, "ok")
	if !x.Open() || len(x.Calls) != 1 || x.Calls[0].Out {
		t.Errorf("begun while it rings: %+v", x)
	}
	if calls := slices.DeleteFunc(slices.Clone(p.texts), func(text string) bool { return !strings.HasPrefix(text, "訓練です。") }); len(calls) != 1 {
		t.Errorf("called for an exercise while a child waits: %q", p.texts)
	}
	r.danger(triage.CaseID("09" + strings.Repeat("e", 24))) // and one that everybody sees
	r.must(r.Sweep(ctx))
	r.rings(3 * time.Minute)
	if r.Drilling() {
		t.Error("it goes on while an alarm rings openly")
	}
	_, err = r.StartDrill(ctx, people["mori"])
	r.want("while one rings openly", err, "wrong_state")
}

// Of all who begin one in the same moment, one does.
func TestOneExerciseAtATime(t *testing.T) {
	r, p := exercised(t, true)
	const all = 8
	errs := make(chan error, all)
	for range all {
		go func() { _, err := r.StartDrill(t.Context(), people["mori"]); errs <- err }()
	}
	begun := 0
	for range all {
		if err := <-errs; err == nil {
			begun++
		} else {
			r.want("another one", err, "wrong_state")
		}
	}
	if list, err := r.ListDrills(t.Context(), people["mori"]); err != nil || len(list) != 1 || begun != 1 || len(p.pages) != 1 || !r.Drilling() {
		t.Errorf("%d begun, %d kept, %d calls, %v", begun, len(list), len(p.pages), err)
	}
	_, err := r.EndDrill(t.Context(), people["mori"], "1")
	r.must(err)
	if x, err := r.StartDrill(t.Context(), people["mori"]); err != nil || x.ID != "2" {
		t.Errorf("the next one: %+v %v", x, err)
	}
}

func TestNoExerciseWithNobodyOnCall(t *testing.T) {
	r, _ := exercised(t, false)
	_, err := r.StartDrill(t.Context(), people["mori"])
	r.want("nobody is on call", err, "wrong_state")
}
