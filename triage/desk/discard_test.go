package desk_test

import (
	"slices"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/discard"
)

// papered is a case, over, whose letter and printed answer lie somewhere.
func (r *room) papered() triage.CaseID {
	r.t.Helper()
	id := r.judged(triage.Routine)
	r.shut(id, triage.Event{Kind: triage.KindMessage, From: triage.Seeker, Channel: "letter", Text: "手紙です", Judgement: &triage.Judgement{Severity: triage.Routine}})
	return id
}

// withPapers is a room whose city asks for the paper, too.
func withPapers(t *testing.T) *room {
	r := keeping(t)
	config := r.Config
	c := *config.City
	c.Duties = append(slices.Clone(c.Duties), city.Duty{Key: "papers", What: "紙を廃棄する", Any: []string{"over"}, All: []string{"paper"}, Owner: "supervisor", Due: "keep", Restarts: true})
	c.Retention = append(slices.Clone(c.Retention), city.Retention{Key: "hottoribon", Name: "ほっとりぼん", Of: "paper", Holder: "school", Keep: "3y", From: "graduation", Source: "x", Confirmed: true})
	config.City = &c
	r.Desk = desk.New(config)
	return r
}

// When the term of a case is over its paper is owed as well; that it is gone is written by one and seen by another.
func TestPaperGoesWhenItsTimeHasCome(t *testing.T) {
	r, ctx := withPapers(t), t.Context()
	id, plain := r.papered(), r.judged(triage.Routine)
	r.shut(plain)
	due := func(id triage.CaseID) (triage.Duty, bool) {
		c, _ := r.load(id)
		i := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == "papers" })
		if i < 0 {
			return triage.Duty{}, false
		}
		return c.Duties[i], true
	}
	if x, ok := due(id); !ok || !x.DueAt.Equal(city.Date("2028-04-01").Value()) {
		t.Errorf("%+v, %t", x, ok)
	}
	if _, ok := due(plain); ok {
		t.Error("a case without paper owes some")
	}
	gone := discard.Record{Of: discard.Case, Case: id, How: "cut", On: "2026-12-01", Count: 3, Witness: "ono", Note: "ゆうかの手紙"}
	for what, x := range map[string]discard.Record{
		"tomorrow": {Of: discard.Case, Case: id, How: "cut", On: "2026-12-02", Witness: "ono"}, "no way": {Of: discard.Case, Case: id, On: "2026-12-01", Witness: "ono"},
		"nobody saw it": {Of: discard.Case, Case: id, How: "cut", On: "2026-12-01"}, "no such case": {Of: discard.Case, Case: "07zzzz", How: "cut", On: "2026-12-01", Witness: "ono"},
		"no batch": {Of: discard.Batch, How: "cut", On: "2026-12-01", Witness: "ono"}, "no kind": {Of: discard.Class, Class: "other", How: "cut", On: "2026-12-01"},
		"of nothing": {How: "cut", On: "2026-12-01", Witness: "ono"},
	} {
		_, err := r.Discard(ctx, people["kato"], x)
		r.want(what, err, "bad_request")
	}
	_, err := r.Discard(ctx, people["sato"], gone)
	r.want("a counselor", err, "forbidden")
	self := gone
	self.Witness = "kato"
	_, err = r.Discard(ctx, people["kato"], self)
	r.want("alone", err, "two_persons_needed")
	x, err := r.Discard(ctx, people["kato"], gone)
	if err != nil || x.State() != discard.Written || x.Note != "[人物A]の手紙" || !slices.Equal(x.Papers, []string{"letters"}) {
		t.Fatalf("%+v, %v", x, err)
	}
	_, err = r.WitnessDiscard(ctx, people["sato"], x.ID)
	r.want("who is no witness", err, "unknown")
	if mine, err := r.Discards(ctx, people["ono"]); err != nil || len(mine) != 1 {
		t.Errorf("the witness sees %v, %v", mine, err)
	}
	if none, err := r.Discards(ctx, people["sato"]); err != nil || len(none) != 0 {
		t.Errorf("another sees %v, %v", none, err)
	}
	x, err = r.WitnessDiscard(ctx, people["ono"], x.ID)
	if err != nil || x.State() != discard.Done || x.SeenOn != "2026-12-01" {
		t.Errorf("%+v, %v", x, err)
	}
	if d, _ := due(id); d.DoneAt.IsZero() || d.By != "kato" {
		t.Errorf("the duty: %+v", d)
	}
	_, err = r.Discard(ctx, people["kato"], gone)
	r.want("again", err, "wrong_state")
}

// The destruction of a case's keys leaves the debt of its paper, which only two people pay.
func TestPaperIsOwedAfterTheKeysAreGone(t *testing.T) {
	r, ctx := withPapers(t), t.Context()
	id := r.papered()
	r.clock.now = city.Date("2028-04-02").Value()
	r.must(r.Sweep(ctx))
	r.must(r.Destroy(ctx, people["kato"], id, "期間が終わった"))
	all, err := r.Discards(ctx, people["mori"])
	if err != nil || len(all) != 1 || all[0].State() != discard.Owed || all[0].Case != id || !all[0].Owed.Equal(r.clock.Now()) {
		t.Fatalf("%+v, %v", all, err)
	}
	x, err := r.Discard(ctx, people["mori"], discard.Record{Of: discard.Case, Case: id, How: "pulped", On: "2028-04-02", Witness: "ono"})
	if err != nil || len(x.Papers) != 1 || x.Owed.IsZero() {
		t.Fatalf("%+v, %v", x, err)
	}
	x, err = r.WitnessDiscard(ctx, people["ono"], x.ID)
	if err != nil || x.State() != discard.Done {
		t.Errorf("%+v, %v", x, err)
	}
}

// What lies at a school is destroyed there, by the principal, and a second person of the school saw it.
func TestPaperAtASchool(t *testing.T) {
	r, ctx := withPapers(t), t.Context()
	sheet := discard.Record{Of: discard.Class, Class: "hottoribon", Year: 2022, School: "hinode-jhs", How: "cut", On: "2026-12-01", Doer: "校長", Witness: "教頭"}
	for what, change := range map[string]func(*discard.Record){
		"no school": func(x *discard.Record) { x.School = "" }, "no year": func(x *discard.Record) { x.Year = 0 }, "one person": func(x *discard.Record) { x.Witness = "校長" },
	} {
		x := sheet
		change(&x)
		_, err := r.Discard(ctx, people["kato"], x)
		r.want(what, err, "bad_request")
	}
	x, err := r.Discard(ctx, people["kato"], sheet)
	if err != nil || x.State() != discard.Done || x.ID != "class:hottoribon:2022:hinode-jhs" {
		t.Errorf("%+v, %v", x, err)
	}
	b, err := r.Discard(ctx, people["kato"], discard.Record{Of: discard.Batch, Batch: "11月20日の便", How: "burnt", On: "2026-12-01", Witness: "mori"})
	if err != nil || b.State() != discard.Written {
		t.Errorf("%+v, %v", b, err)
	}
}
