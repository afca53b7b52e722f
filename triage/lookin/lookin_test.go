package lookin

import (
	"testing"
	"time"

	"madoguchi/triage"
)

func TestALookLastsWhileItIsRenewed(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	var l Looks
	l, began := l.With("kato", triage.Coordinator, now)
	if !began || len(l.Now(now)) != 1 {
		t.Fatal("it did not begin")
	}
	later := now.Add(Lasts - time.Second)
	l, began = l.With("kato", triage.Coordinator, later)
	if began || len(l) != 1 || !l[0].Since.Equal(now) {
		t.Errorf("renewed: %+v", l)
	}
	l, _ = l.With("mori", triage.Supervisor, later)
	if got := l.Now(later.Add(Lasts - 1)); len(got) != 2 || got[0].Login != "kato" {
		t.Errorf("%+v", got)
	}
	if got := l.Without("kato", later); len(got) != 1 || got[0].Login != "mori" {
		t.Errorf("%+v", got)
	}
	if got := l.Now(later.Add(Lasts)); len(got) != 0 {
		t.Errorf("it lasts for ever: %+v", got)
	}
	if _, began := l.With("kato", triage.Coordinator, later.Add(Lasts)); !began {
		t.Error("a look that ended began again unseen")
	}
}
