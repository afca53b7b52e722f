package desk_test

import (
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

// keeping is a room whose city keeps declared serious cases five years and all others one.
func keeping(t *testing.T) *room {
	r := open(t)
	c := town()
	c.Facts = []city.Fact{{Key: "grave", Any: []string{"observed.declared", "observed.serious"}}}
	c.Duties = []city.Duty{{Key: "retention", What: "廃棄するか、残すかを決める", Any: []string{"over"}, Owner: "supervisor", Due: "keep", Restarts: true,
		Decide: []city.Choice{{Key: "destroy", Say: "廃棄する"}, {Key: "keep", Say: "残す"}}}}
	c.Retention = []city.Retention{
		{Key: "serious", Name: "重大事態", Of: "case", Any: []string{"grave"}, Keep: "5y", From: "over", Source: "規則1", Confirmed: true},
		{Key: "other", Name: "そのほか", Of: "case", Keep: "1y", From: "over", Source: "規則2", Ask: "年数"},
	}
	config := r.Config
	config.City = c
	r.Desk = desk.New(config)
	return r
}

// shut ends the case and lets the rules find what is owed.
func (r *room) shut(id triage.CaseID, events ...triage.Event) {
	r.t.Helper()
	for _, e := range append(events, triage.Event{Kind: triage.KindState, From: triage.Counselor, By: "kato", Change: &triage.Change{To: triage.Closed}}) {
		c, _ := r.load(id)
		e.ID, e.At = string(e.Kind)+r.clock.Now().String()+string(rune(c.Version)), r.clock.Now()
		_, err := r.store.Append(r.t.Context(), c, e)
		r.must(err)
	}
	r.must(r.Sweep(r.t.Context()))
}

// What a city keeps is shown with its class, its term and who says so; it can be destroyed when that has ended, and a lead
// has decided so; never by itself.
func TestKeptAsLongAsItsClassSays(t *testing.T) {
	r, ctx := keeping(t), t.Context()
	plain, grave := r.judged(triage.Routine), r.judged(triage.Routine)
	r.shut(plain)
	r.shut(grave, triage.Event{Kind: triage.KindNote, From: triage.Counselor, Observed: &triage.Observed{Kind: "declared", On: "2026-12-01"}})
	for _, tt := range []struct {
		at, class, source string
		id                triage.CaseID
		ready             bool
	}{
		{"2028-03-31", "other", "規則2", plain, false}, {"2028-04-01", "other", "規則2", plain, true},
		{"2032-03-31", "serious", "規則1", grave, false}, {"2032-04-01", "serious", "規則1", grave, true},
	} {
		r.clock.now = city.Date(tt.at).Value()
		r.must(r.Sweep(ctx))
		all, err := r.Disposals(ctx, people["kato"])
		r.must(err)
		var x desk.Disposal
		for _, a := range all {
			if a.Case.ID == tt.id {
				x = a
			}
		}
		if x.Ground != triage.DestroyExpired || x.Class.Key != tt.class || x.Class.Source != tt.source || !x.Since.Equal(opened) || (len(x.Bars) == 0) != tt.ready {
			t.Errorf("%+v: %+v", tt, x)
		}
		if !tt.ready {
			r.want("before its term", r.Destroy(ctx, people["kato"], tt.id, "期間が終わった"), "wrong_state")
		}
	}
	if len(r.wall.erased) > 0 {
		t.Error("destroyed without a person")
	}
	_, err := r.Keep(ctx, people["kato"], grave, true, "訴訟のあいだ")
	r.must(err)
	r.want("under a hold", r.Destroy(ctx, people["kato"], grave, "期間が終わった"), "wrong_state")
	r.want("its time has come", r.Destroy(ctx, people["kato"], plain, "期間が終わった"), "ok")
}

// A case that goes on again, or turns out to be a graver one, is kept as it is now, whatever was due before.
func TestATermThatIsNoLongerTrueDestroysNothing(t *testing.T) {
	r, ctx := keeping(t), t.Context()
	again, graver := r.judged(triage.Routine), r.judged(triage.Routine)
	r.shut(again)
	r.shut(graver)
	r.clock.now = city.Date("2028-04-02").Value()
	for id, e := range map[triage.CaseID]triage.Event{
		again:  {ID: "new", At: r.clock.now, Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "また来ました"},
		graver: {ID: "new", At: r.clock.now, Kind: triage.KindNote, From: triage.Counselor, Observed: &triage.Observed{Kind: "serious", On: "2028-04-01"}},
	} {
		c, _ := r.load(id)
		_, err := r.store.Append(ctx, c, e)
		r.must(err)
		r.want("not any more", r.Destroy(ctx, people["kato"], id, "期間が終わった"), "wrong_state")
	}
	all, err := r.Disposals(ctx, people["kato"])
	if err != nil || len(all) != 1 || all[0].Case.ID != graver || all[0].Class.Key != "serious" || !strings.Contains(all[0].Bars[0], "2032年4月1日") {
		t.Errorf("%+v, %v", all, err)
	}
}
