package desk_test

import (
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// A link stands in both cases, is certain only once another person has looked, and can be taken back in both.
func TestTwoCasesAreLinked(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	child, parent := r.claimed(), r.claimed()
	rel := desk.Relation{Other: parent, As: triage.LinkParent, Sure: triage.SureLikely, Reason: "ゆうかさんの母だと思う"}
	for _, x := range []desk.Relation{{Other: parent, As: "x", Sure: "maybe", Reason: "x"}, {Other: parent, As: triage.LinkChild, Sure: "certain", Reason: "x"},
		{Other: parent, As: triage.LinkChild, Sure: "maybe"}, {Other: child, As: triage.LinkChild, Sure: "maybe", Reason: "x"}} {
		r.want(x.As, r.Relate(ctx, people["sato"], child, x), "bad_request")
	}
	r.want("no such case", r.Relate(ctx, people["sato"], child, desk.Relation{Other: "07zzzz", As: triage.LinkChild, Sure: "maybe", Reason: "x"}), "unknown")
	r.want("a colleague", r.Relate(ctx, people["abe"], child, rel), triage.CodeForbidden)
	r.want("nothing to agree with", r.Agree(ctx, people["kato"], child, rel), "unknown")
	r.must(r.Relate(ctx, people["sato"], child, rel))
	for id, want := range map[triage.CaseID]triage.Link{child: {Case: parent, As: triage.LinkParent}, parent: {Case: child, As: triage.LinkChildOf}} {
		c, events := r.load(id)
		if len(c.Links) != 1 || c.Links[0].Case != want.Case || c.Links[0].As != want.As || c.Links[0].Sure != triage.SureLikely || c.Links[0].Reason != "[人物A]さんの母だと思う" {
			t.Errorf("%+v", c.Links)
		}
		if e := events[len(events)-1]; e.Link == nil || e.Said != 0 || e.Words != nil {
			t.Errorf("%+v", e)
		}
	}
	r.want("by who wrote it", r.Agree(ctx, people["sato"], child, rel), triage.CodeTwoPersons)
	r.must(r.Agree(ctx, people["kato"], child, rel))
	for _, id := range []triage.CaseID{child, parent} {
		if c, _ := r.load(id); len(c.Links) != 1 || c.Links[0].Sure != triage.SureCertain || c.Links[0].Second != "kato" || c.Links[0].By != "sato" {
			t.Errorf("%+v", c.Links)
		}
	}
	r.want("twice", r.Agree(ctx, people["mori"], child, rel), triage.CodeState)
	r.must(r.Unrelate(ctx, people["kato"], parent, desk.Relation{Other: child, As: triage.LinkChildOf, Reason: "別の家だった"}))
	for _, id := range []triage.CaseID{child, parent} {
		if c, _ := r.load(id); len(c.Links) != 0 {
			t.Errorf("%+v", c.Links)
		}
	}
}

// The parent's case and the child's stay two: what is said goes to one, and what one holds the other never shows.
func TestAParentNeverSeesTheChildsThread(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	child, parent := r.claimed(), r.claimed()
	r.must(r.Relate(ctx, people["sato"], child, desk.Relation{Other: parent, As: triage.LinkParent, Sure: triage.SureLikely, Reason: "母"}))
	r.must(r.Agree(ctx, people["kato"], child, desk.Relation{Other: parent, As: triage.LinkParent}))
	_, err := r.Say(ctx, people["sato"], child, "1", "ひみつは守ります")
	r.must(err)
	_, err = r.Note(ctx, people["sato"], child, "子どもだけの話")
	r.must(err)
	_, err = r.AskConsent(ctx, people["sato"], child, desk.Ask{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: "子どもに見せた文", Early: true})
	r.must(err)
	c, events := r.load(parent)
	if c.Said != 0 || len(c.Consents) != 0 || len(c.Handoffs) != 0 {
		t.Errorf("the parent's case has %+v", c)
	}
	for _, e := range events {
		for _, word := range []string{"ひみつ", "子どもだけ", "見せた文"} {
			if strings.Contains(e.Text, word) || strings.Contains(string(e.Words), word) {
				t.Errorf("the parent's case holds %q", word)
			}
		}
	}
	before := c.Version
	r.must(errOf(r.Say(ctx, people["sato"], parent, "1", "お母さんへ")))
	if c, _ := r.load(child); c.Said != 2 {
		t.Errorf("the child's case has %d messages of the desk", c.Said)
	}
	if c, _ := r.load(parent); c.Version != before+1 || c.Said != 1 {
		t.Errorf("the parent's case: %+v", c)
	}
}

// The two sides of one matter are never with one person; and who is kept out of the other side is not shown that there is one.
func TestTheOtherSide(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	ours := r.claimed()
	theirs := r.writes("", "うちの子がしたと言われた")
	rel := desk.Relation{Other: theirs, As: triage.LinkOther, Sure: triage.SureMaybe, Reason: "同じ日の同じこと"}
	r.must(r.Relate(ctx, people["kato"], ours, rel))
	r.want("sato takes the other side", errOf(r.Claim(ctx, people["sato"], theirs)), triage.CodeState)
	r.must(errOf(r.Claim(ctx, people["abe"], theirs)))
	r.must(r.Bar(ctx, people["mori"], theirs, triage.Bar{Login: "sato", Why: triage.BarOther}))
	v, err := r.Case(ctx, people["sato"], ours)
	r.must(err)
	if len(v.Case.Links) != 0 || slices.ContainsFunc(v.Timeline, func(e triage.Event) bool { return e.Link != nil }) {
		t.Errorf("sato sees %+v", v.Case.Links)
	}
	if v, err := r.Case(ctx, people["kato"], ours); err != nil || len(v.Case.Links) != 1 {
		t.Errorf("kato sees %+v %v", v.Case.Links, err)
	}
	r.want("who is kept out links", r.Relate(ctx, people["sato"], ours, rel), "unknown")
	if k, err := r.Kin(ctx, people["sato"], ours); err != nil || len(k.Links) != 0 {
		t.Errorf("%+v %v", k, err)
	}
}

// The machine proposes and does nothing; a case of which one may know nothing more is not proposed.
func TestProposals(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	one := r.writes("", "理科準備室で水筒の水をかけられた")
	other := r.writes("", "理科準備室で水筒の水をかけられているのを見た")
	r.writes("", "給食のとき無視される")
	before, _ := r.load(one)
	k, err := r.Kin(ctx, people["kato"], one)
	r.must(err)
	if len(k.Proposals) != 1 || k.Proposals[0].Case.ID != other || len(k.Proposals[0].Why) == 0 {
		t.Fatalf("%+v", k.Proposals)
	}
	if after, _ := r.load(one); after.Version != before.Version || len(after.Links) != 0 {
		t.Error("something followed from it")
	}
	_, err = r.Claim(ctx, people["sato"], one)
	r.must(err)
	_, err = r.Claim(ctx, people["abe"], other)
	r.must(err)
	if k, err := r.Kin(ctx, people["sato"], one); err != nil || len(k.Proposals) != 0 {
		t.Errorf("a colleague's case is proposed: %+v %v", k.Proposals, err)
	}
	_, err = r.Kin(ctx, people["abe"], one)
	r.want("of a colleague's", err, triage.CodeForbidden)
}

func TestRolesOfPeople(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	for _, x := range []triage.Part{{Who: "ゆうか", Role: "victim"}, {Who: "[人物A]", Role: "x"}} {
		r.want(x.Who, errOf(r.Cast(ctx, people["sato"], id, x)), "bad_request")
	}
	r.want("a colleague", errOf(r.Cast(ctx, people["abe"], id, triage.Part{Who: "[人物A]", Role: "accused"})), triage.CodeForbidden)
	c, err := r.Cast(ctx, people["sato"], id, triage.Part{Who: "[人物A]", Role: "accused"})
	r.must(err)
	if !slices.Equal(c.Parts, []triage.Part{{Who: "[人物A]", Role: "accused"}}) {
		t.Errorf("%+v", c.Parts)
	}
	again, err := r.Cast(ctx, people["sato"], id, triage.Part{Who: "[人物A]", Role: "accused"})
	r.must(err)
	if again.Version != c.Version {
		t.Error("the same word twice is two events")
	}
}

// A look is shown while it lasts to who has the case; a whisper is read by them, its writer and the leads.
func TestLookInAndWhisper(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	r.must(r.LookIn(ctx, people["sato"], id))
	r.must(r.LookIn(ctx, people["kato"], id))
	r.must(r.LookIn(ctx, people["kato"], id))
	looks, err := r.LookingIn(ctx, people["sato"], id)
	r.must(err)
	if len(looks) != 1 || looks[0].Login != "kato" || looks[0].Role != triage.Coordinator {
		t.Errorf("%+v", looks)
	}
	if mine, err := r.LookingIn(ctx, people["kato"], id); err != nil || len(mine) != 0 {
		t.Errorf("kato is shown herself: %+v %v", mine, err)
	}
	if n := count(r.log.acts("kato"), "look_in"); n != 1 {
		t.Errorf("the audit has %d looks", n)
	}
	r.must(r.LookAway(ctx, people["kato"], id))
	if looks, err := r.LookingIn(ctx, people["sato"], id); err != nil || len(looks) != 0 {
		t.Errorf("it lasts: %+v %v", looks, err)
	}

	r.want("a counselor whispers", errOf(r.Whisper(ctx, people["abe"], id, "x")), triage.CodeForbidden)
	r.want("to nobody", errOf(r.Whisper(ctx, people["kato"], r.writes("", "だれか"), "x")), triage.CodeState)
	r.must(errOf(r.Whisper(ctx, people["kato"], id, "ゆっくりで大丈夫です")))
	hears := func(who string) bool {
		v, err := r.Case(ctx, people[who], id)
		r.must(err)
		return slices.ContainsFunc(v.Timeline, func(e triage.Event) bool { return e.For == "sato" && e.Kind == triage.KindNote && e.Said == 0 })
	}
	r.must(errOf(r.Join(ctx, people["kato"], id, "abe")))
	if !hears("sato") || !hears("kato") || !hears("mori") || hears("abe") {
		t.Error("it is heard by others than it was said to, or not by them")
	}
}

func count(all []string, one string) int {
	n := 0
	for _, x := range all {
		if x == one {
			n++
		}
	}
	return n
}

func TestExposureIsOnesOwn(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	id := r.claimed()
	r.must(errOf(r.Overrule(ctx, people["sato"], id, triage.Emergency, "x")))
	r.must(errOf(r.Note(ctx, people["kato"], id, "x")))
	for who, want := range map[string][]string{"sato": {"sato"}, "kato": {"kato"}, "mori": {"kato", "sato"}, "abe": nil} {
		loads, err := r.Exposure(ctx, people[who])
		r.must(err)
		var got []string
		for _, l := range loads {
			got = append(got, l.Login)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v", who, got)
		}
	}
	r.want("the board", errOf(r.Exposure(ctx, people["ito"])), triage.CodeForbidden)
}

// What two people are certain of is not one person's to undo, least of all theirs whom it keeps from the other side: not by taking
// the link back, and not by another one that makes one family of both.
func TestACertainLinkIsNotUndoneByWhomItBars(t *testing.T) {
	r := open(t)
	ctx := t.Context()
	ours, theirs := r.claimed(), r.writes("", "うちの子がしたと言われた")
	rel := desk.Relation{Other: theirs, As: triage.LinkOther, Sure: triage.SureLikely, Reason: "同じこと"}
	r.must(r.Relate(ctx, people["sato"], ours, rel))
	r.must(r.Agree(ctx, people["kato"], ours, rel))
	r.want("by who is kept out", r.Unrelate(ctx, people["sato"], ours, rel), triage.CodeTwoPersons)
	r.must(r.Relate(ctx, people["sato"], ours, desk.Relation{Other: theirs, As: triage.LinkChild, Sure: triage.SureLikely, Reason: "同じ子"}))
	r.want("as of one family", errOf(r.Claim(ctx, people["sato"], theirs)), triage.CodeState)
	r.must(errOf(r.Say(ctx, people["mori"], ours, "1", "読みました")))
	r.want("by a lead who spoke there", r.Unrelate(ctx, people["mori"], ours, rel), triage.CodeTwoPersons)
	if c, _ := r.load(theirs); len(c.OtherSides()) != 1 {
		t.Errorf("%+v", c.Links)
	}
	r.want("by another lead", r.Unrelate(ctx, people["kato"], ours, rel), "ok")
	for _, id := range []triage.CaseID{ours, theirs} {
		if c, _ := r.load(id); len(c.OtherSides()) != 0 {
			t.Errorf("%+v", c.Links)
		}
	}
}
