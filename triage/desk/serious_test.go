package desk_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

// inCity is a room under the rules of one of the carried cities.
func inCity(t *testing.T, id string) *room {
	t.Helper()
	read := func(name string) city.File {
		b, err := os.ReadFile("../../deploy/cities/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return city.File{Name: name, Data: b}
	}
	name, data, _ := cities.City(id)
	c, err := city.Load(city.File{Name: name, Data: data}, read("_national.yaml"), read("texts.ja.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := open(t)
	conf := r.Desk.Config
	conf.City = c
	r.Desk = desk.New(conf)
	return r
}

// The road is played to its end under each city's own file, and only that city's last step is there.
func TestTheRoadToItsEnd(t *testing.T) {
	for id, last := range map[string]string{"asahikawa": "council", "usuki": "council", "ashiya": "citizens"} {
		t.Run(id, func(t *testing.T) {
			r := inCity(t, id)
			ctx, sato := t.Context(), people["sato"]
			c := r.claimed()
			_, err := r.TakeStep(ctx, sato, c, triage.Step{Key: "mayor", On: "2026-12-01", Note: "x"})
			r.want("before it is serious", err, "wrong_state")
			_, err = r.Declare(ctx, people["abe"], c, desk.Declared{Who: "child", On: "2026-12-01"})
			r.want("of a colleague's case", err, "forbidden")
			_, err = r.Declare(ctx, sato, c, desk.Declared{Who: "child", On: "2026-12-01", Note: "学校に行けない"})
			r.must(err)
			_, err = r.TakeStep(ctx, sato, c, triage.Step{Key: "decide", On: "2026-12-01", Choice: "not_serious", Note: "x"})
			r.want("nobody declines", err, "wrong_state")
			x, err := r.Road(ctx, sato, c)
			r.must(err)
			for n := 0; x.Next() != nil; n++ {
				next := x.Next()
				if n > 20 {
					t.Fatal("the road has no end")
				}
				r.clock.pass(24 * time.Hour)
				s := triage.Step{Key: next.Key, On: r.clock.Now().Format(time.DateOnly), Note: "[人物A]のことをきいた"}
				if len(next.Choices) > 0 {
					s.Choice = next.Choices[0].Key
				}
				_, err := r.TakeStep(ctx, sato, c, s)
				r.must(err)
				for _, reader := range next.Readers {
					_, err := r.Write(ctx, sato, c, triage.Version{Step: next.Key, Reader: reader, Text: next.Key + "を" + reader + "に伝える文"})
					r.must(err)
				}
				if x, err = r.Road(ctx, sato, c); err != nil {
					t.Fatal(err)
				}
			}
			if end, ok := x.Step(last); !ok || !end.Taken() || len(end.Written) == 0 {
				t.Errorf("the end: %+v", end)
			}
			for _, d := range x.Case.Duties {
				if (d.What == "article30" || d.What == "article28" || strings.HasPrefix(d.What, "step:")) && d.DoneAt.IsZero() {
					t.Errorf("%s is still owed", d.What)
				}
			}
			seen, err := r.Serious(ctx, people["ito"])
			r.must(err)
			if len(seen) != 1 || seen[0].Case.Preview != "" || seen[0].Case.Observed != nil {
				t.Fatalf("the board sees %+v", seen)
			}
			for _, s := range seen[0].Steps {
				if s.Note != "" || s.Written != nil || s.By != "" || s.Owed.Reason != "" {
					t.Errorf("the board reads words: %+v", s)
				}
			}
		})
	}
}

// 解消 in all three cities: an apology does not help, a longer watch holds, and what happens again opens the case.
func TestResolvingInEachCity(t *testing.T) {
	for _, id := range []string{"asahikawa", "usuki", "ashiya"} {
		t.Run(id, func(t *testing.T) {
			r := inCity(t, id)
			ctx, sato := t.Context(), people["sato"]
			c := r.claimed()
			seen := func(kind, on string) {
				t.Helper()
				_, err := r.Observe(ctx, sato, c, triage.Observed{Kind: kind, On: on, Note: "面談"})
				r.must(err)
			}
			resolve := func() error {
				_, err := r.SetState(ctx, sato, c, desk.StateChange{To: triage.Resolved, Reason: "x", DecidedBy: "school", Circumstances: "ない"})
				return err
			}
			seen("apology", "2026-12-01")
			if err := resolve(); err == nil || !strings.Contains(err.(*triage.Refusal).Say, "謝罪があったことだけでは") {
				t.Errorf("an apology: %v", err)
			}
			seen("stopped", "2026-12-01")
			_, err := r.WatchLonger(ctx, sato, c, triage.WatchOver{Months: 3, Body: "board", Reason: "x"})
			r.want("no longer than the city's", err, "bad_request")
			_, err = r.WatchLonger(ctx, sato, c, triage.WatchOver{Months: 5, Body: "board", Reason: "けがが重い"})
			r.must(err)
			x, err := r.Case(ctx, sato, c)
			r.must(err)
			for _, d := range x.Case.Duties {
				if d.What == "watch_over" && d.DoneAt.IsZero() && d.DueAt.In(triage.JST).Format(time.DateOnly) != "2027-05-01" {
					t.Errorf("the watch ends %v", d.DueAt)
				}
			}
			r.clock.Set(time.Date(2027, 3, 2, 10, 0, 0, 0, triage.JST))
			seen("child_no_pain", "2027-03-02")
			seen("parent_no_pain", "2027-03-02")
			r.want("after the city's period only", resolve(), "conditions_unmet")
			r.clock.Set(time.Date(2027, 5, 2, 10, 0, 0, 0, triage.JST))
			seen("child_no_pain", "2027-05-02")
			seen("parent_no_pain", "2027-05-02")
			r.must(resolve())
			r.clock.Set(time.Date(2027, 5, 20, 10, 0, 0, 0, triage.JST))
			seen("recurred", "2027-05-19")
			x, err = r.Case(ctx, sato, c)
			r.must(err)
			if x.Case.State != triage.Open || x.Case.Assignee != "sato" {
				t.Errorf("again: %s of %q", x.Case.State, x.Case.Assignee)
			}
		})
	}
}

// A plan is made where the city asks for one, and is in no other.
func TestThePlanOfEachCity(t *testing.T) {
	for id, want := range map[string]string{"asahikawa": "unknown", "usuki": "unknown", "ashiya": "ok"} {
		r := inCity(t, id)
		ctx, sato := t.Context(), people["sato"]
		c := r.claimed()
		after, err := r.Planned(ctx, sato, c, triage.PlanItem{Sort: "support", Text: "ゆうかの席を替える", Who: "担任"})
		r.want(id, err, want)
		if want != "ok" {
			continue
		}
		item := after.Plan[0]
		if item.Text != "[人物A]の席を替える" {
			t.Errorf("the plan says %q", item.Text)
		}
		after, err = r.Planned(ctx, sato, c, triage.PlanItem{ID: item.ID, Done: "2026-12-01"})
		r.must(err)
		if after.Plan[0].Done != "2026-12-01" || after.Plan[0].Who != "担任" {
			t.Errorf("done: %+v", after.Plan)
		}
		x, err := r.Case(ctx, sato, c)
		r.must(err)
		found := false
		for _, d := range x.Case.Duties {
			found = found || d.What == "carry_on" && d.DueAt.In(triage.JST).Format(time.DateOnly) == "2027-04-01"
		}
		if !found {
			t.Error("nobody has to hand the plan over at the year's end")
		}
		_, err = r.Planned(ctx, sato, c, triage.PlanItem{ID: item.ID, Off: true})
		r.must(err)
		if after, _ := r.load(c); len(after.Plan) != 0 {
			t.Errorf("taken out: %+v", after.Plan)
		}
	}
}
