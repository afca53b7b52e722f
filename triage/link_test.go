package triage

import (
	"reflect"
	"testing"
)

// A link grows surer or goes; a person's latest role holds; and a case that was read is not changed by what happens after it.
func TestLinksAndParts(t *testing.T) {
	a := CaseID("07aaaaaaaaaaaaaaaaaaaaaaaa")
	link := func(l Link) Event { return Event{Kind: KindState, From: Counselor, Link: &l} }
	part := func(p Part) Event { return Event{Kind: KindState, From: Counselor, Part: &p} }
	c := Fold("08", []Event{link(Link{Case: a, As: LinkOther, Sure: SureMaybe}), part(Part{"[人物A]", "accused"})})
	if got := c.OtherSides(); !reflect.DeepEqual(got, []CaseID{a}) {
		t.Errorf("the other side is %v", got)
	}
	after := c.With(link(Link{Case: a, As: LinkOther, Sure: SureCertain, Second: "kato"})).With(part(Part{"[人物A]", "victim"})).With(part(Part{"[人物B]", "witness"}))
	if len(after.Links) != 1 || after.Links[0].Sure != SureCertain || !reflect.DeepEqual(after.Parts, []Part{{"[人物A]", "victim"}, {"[人物B]", "witness"}}) {
		t.Errorf("%+v %+v", after.Links, after.Parts)
	}
	if c.Links[0].Sure != SureMaybe || c.Parts[0].Role != "accused" {
		t.Errorf("the case that was read has changed: %+v %+v", c.Links, c.Parts)
	}
	gone := after.With(link(Link{Case: a, As: LinkOther, Off: true})).With(part(Part{Who: "[人物A]"}))
	if len(gone.Links) != 0 || len(gone.OtherSides()) != 0 || !reflect.DeepEqual(gone.Parts, []Part{{"[人物B]", "witness"}}) {
		t.Errorf("%+v %+v", gone.Links, gone.Parts)
	}
	for _, k := range LinkKinds {
		l := Link{Case: a, As: k, Reason: "x"}
		if back := l.Mirror("08").Mirror(a); !reflect.DeepEqual(back, l) {
			t.Errorf("seen from the other case and back: %+v", back)
		}
	}
}
