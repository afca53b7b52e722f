package router

import (
	"testing"

	"madoguchi/triage"
)

// Who says formally that it is a serious case has said so, whatever the words are, once, and for good.
func TestADeclarationIsOne(t *testing.T) {
	h := newHouse(t)
	m := said("c1", "1", "とても重いことが起きていると、正式に伝えます。")
	m.Declares = "child"
	other := said("c1", "2", "つづきです。")
	other.Declares = "somebody"
	h.process(t, m, m, other)
	k, events := h.load(t, h.caseOf(m.From))
	if len(events) != 2 || len(k.Observed) != 1 || k.Observed[0].Kind != triage.Declared || k.Observed[0].Who != "child" || k.Observed[0].On != morning.In(triage.JST).Format("2006-01-02") {
		t.Errorf("%d events, %+v", len(events), k.Observed)
	}
	if k.Preview != "つづきです。" || events[0].Text != m.Text {
		t.Errorf("the words are %q and %q", events[0].Text, k.Preview)
	}
}
