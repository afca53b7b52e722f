package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
)

// Words in which a declaration may hide are put before a person in every city. A click makes it one, which is nobody's to
// decline; that it was none is written down with a reason, and asked again when words come again.
func TestWordsThatMayDeclareArePutBeforeAPerson(t *testing.T) {
	for id, due := range map[string]string{"asahikawa": "2026-12-02 17:15", "usuki": "2026-12-02 17:00", "ashiya": "2026-12-02 17:30"} {
		r := in(t, id)
		c := r.claimed()
		r.writes(c, "いじめの重大事態として調査してください。")
		r.must(r.Sweep(t.Context()))
		r.owes(c, "declaration_ask", duty.Assignee, due)
		r.done(c, "declaration_ask", "not_declared")
		r.clock.pass(5 * time.Minute)
		r.writes(c, "やはり、重大事態の申立てです。")
		r.must(r.Sweep(t.Context()))
		r.open(c, "declaration_ask")
		r.clock.pass(5 * time.Minute)
		_, err := r.Declare(t.Context(), people["sato"], c, desk.Declared{Who: "parent", On: "2026-12-01", Note: "書かれた言葉による"})
		r.must(err)
		r.must(r.Sweep(t.Context()))
		if d := r.duty(c, "declaration_ask"); d.DoneAt.IsZero() {
			t.Errorf("%s: it is still asked", id)
		}
		r.open(c, "article30")
	}
}
