package desk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
)

// line is a gateway of which the live connection is looked at when it is asked.
type line struct {
	archive
	looked []triage.CaseID
	until  time.Time
}

func (l *line) BeginTrace(context.Context, triage.CaseID) ([]byte, error) { return []byte("key"), nil }

func (l *line) AskTrace(_ context.Context, id triage.CaseID, _ []byte, until time.Time) error {
	l.looked, l.until = append(l.looked, id), until
	return nil
}

func (l *line) Traced(_ context.Context, id triage.CaseID, sealed []byte) (peers []triage.Peer, err error) {
	for _, x := range l.looked {
		if x == id && string(sealed) == "key" && len(peers) == 0 {
			peers = append(peers, triage.Peer{Address: "203.0.113.7", Port: "50123", At: opened})
		}
	}
	return peers, nil
}

// endangered is a case of sato's in which life is in danger.
func (r *room) endangered() triage.CaseID {
	r.t.Helper()
	id := r.claimed()
	_, err := r.Overrule(r.t.Context(), people["sato"], id, triage.Emergency, "命が危ない")
	r.must(err)
	return id
}

func TestAConnectionIsTracedByTwoInAnEmergency(t *testing.T) {
	r, ctx := open(t), t.Context()
	l := &line{}
	r.Tracer, r.Searcher = l, l
	calm := r.claimed()
	_, err := r.AskTrace(ctx, people["sato"], calm, "心配")
	r.want("no emergency", err, "wrong_state")
	id := r.endangered()
	_, err = r.AskTrace(ctx, people["abe"], id, "命が危ない")
	r.want("a colleague", err, "forbidden")
	_, err = r.AskTrace(ctx, people["root"], id, "命が危ない")
	r.want("the administrator", err, "forbidden")
	_, err = r.AskTrace(ctx, people["sato"], id, " ")
	r.want("no reason", err, "bad_request")
	g, err := r.AskTrace(ctx, people["sato"], id, "命が危ない")
	r.must(err)

	see := func(login string) string {
		t.Helper()
		x, err := r.Trace(ctx, people[login], g.ID)
		if err != nil {
			return code(err)
		}
		return fmt.Sprint(x.Grant.State(r.Register.Now()), " ", len(x.Peers))
	}
	for login, want := range map[string]string{"sato": "asked 0", "kato": "asked 0", "abe": "unknown"} {
		if got := see(login); got != want {
			t.Errorf("before it is allowed %s sees %s", login, got)
		}
	}
	for what, p := range map[string]string{"who asked": "sato", "who does not lead": "abe"} {
		if _, err := r.Approve(ctx, strong(p), g.ID, desk.Spoken{}); err == nil {
			t.Errorf("%s allows it", what)
		}
	}
	_, err = r.Approve(ctx, people["kato"], g.ID, desk.Spoken{})
	r.want("a lead by a password alone", err, "two_persons_needed")
	if len(l.looked) != 0 {
		t.Fatal("a connection was looked at before it was allowed")
	}
	_, err = r.Approve(ctx, strong("kato"), g.ID, desk.Spoken{})
	r.must(err)
	if see("kato") != "approved 0" || len(l.looked) != 0 {
		t.Error("who allowed it has it looked at")
	}
	r.set = -time.Hour // somebody sets the clock back: the gateway is told of the end by the clock as it is now
	if first, then := see("sato"), see("sato"); first != "approved 0" || then != "approved 1" {
		t.Errorf("who asked sees %s, then %s", first, then)
	}
	r.follows(g.ID, "sato grant_ask", "kato grant_approve", "sato trace", "sato trace")
	if want := r.moment().Wall.Add(grant.Lasts); !l.until.Equal(want) || l.looked[0] != id {
		t.Errorf("asked for %v until %v, want %v", l.looked, l.until, want)
	}
	if o, err := r.UseGrant(ctx, people["sato"], g.ID); err != nil || o.Value != "" {
		t.Errorf("as a reveal it opens %q, %v", o.Value, err)
	}
	r.machine.pass(grant.Lasts)
	looks := len(l.looked)
	if got := see("sato"); got != "expired 0" || len(l.looked) != looks {
		t.Errorf("after its end: %s", got)
	}
	if _, err := r.Seeker().Step(ctx); err != nil || !l.burnt {
		t.Errorf("its key is there: %v", err)
	}
	_, events := r.load(id)
	if told := fmt.Sprintf("%+v %+v", r.log.entries, events); strings.Contains(told, "203.0.113") || strings.Contains(told, "50123") {
		t.Error("the address stands in the audit or in the case")
	}
}

// At night, with nobody else there, it is allowed at once, and a lead looks at that within a day.
func TestAConnectionIsTracedAloneAtNight(t *testing.T) {
	r, ctx := open(t), t.Context()
	l := &line{}
	r.Tracer, r.Searcher = l, l
	r.office.there = []string{"sato"}
	id := r.endangered()
	g, err := r.AskTrace(ctx, people["sato"], id, "命が危ない")
	r.must(err)
	if _, err := r.Trace(ctx, people["sato"], g.ID); err != nil || len(l.looked) != 1 {
		t.Errorf("alone: %v, %v", l.looked, err)
	}
	c, _ := r.load(id)
	if len(c.Duties) == 0 || !strings.HasPrefix(c.Duties[len(c.Duties)-1].Kind, "look_") {
		t.Errorf("duties %+v", c.Duties)
	}
}
