// Package discard is the record of papers that were destroyed: letters and what was printed of a case, a batch of letters,
// or the sheets that a school keeps (ほっとりぼん: three years after junior high school, destroyed in the fourth by the
// principal, usuki-policy:466).
//
// When a case's keys are destroyed its words are gone everywhere but on paper, and with the case the desk would forget that
// there is paper at all. So the destruction of the keys leaves a debt here, by the case's number, until somebody writes down
// how the paper was destroyed, on which day and by whom, and a second person says that they saw it. A record tells nothing
// of what stood on the paper.
package discard

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"madoguchi/triage"
)

// What a record is of.
const (
	Case  = "case"
	Batch = "batch" // of letters, by the day and the mark on their envelope
	Class = "class" // of a kind of paper that lies outside of the desk, of one year and one school
)

// Ways lists how paper is destroyed: cut, burnt, pulped, or given back to who wrote it.
var Ways = []string{"cut", "burnt", "pulped", "returned"}

// Record is one destruction, or the debt of one.
type Record struct {
	ID     string        `json:"id"`
	Of     string        `json:"of"`
	Case   triage.CaseID `json:"case,omitempty"`
	Batch  string        `json:"batch,omitempty"`
	Class  string        `json:"class,omitempty"` // key of the city's retention
	Year   int           `json:"year,omitempty"`  // in which it was made, or of the graduates
	School string        `json:"school,omitempty"`
	Papers []string      `json:"papers,omitempty"`
	Owed   time.Time     `json:"owed,omitzero"` // since when it waits: the case's keys were destroyed

	How     string `json:"how,omitempty"` // "" while it is owed
	On      string `json:"on,omitempty"`  // the day
	Count   int    `json:"count,omitempty"`
	Doer    string `json:"doer,omitempty"`    // of a class: the post of who did it, 校長
	By      string `json:"by,omitempty"`      // login of who did it, or wrote it down
	Witness string `json:"witness,omitempty"` // login; of a class the post, 教頭
	Seen    string `json:"seen,omitempty"`    // login of the witness, once they said so
	SeenOn  string `json:"seen_on,omitempty"`
	Note    string `json:"note,omitempty"` // anonymized
}

// State is where a record stands.
type State string

// The states.
const (
	Owed    State = "owed"    // the paper is still there, as far as anybody knows
	Written State = "written" // the witness has not said so yet
	Done    State = "done"
)

// State says where the record stands. What a school destroyed has its witness there.
func (r Record) State() State {
	switch {
	case r.How == "":
		return Owed
	case r.Of != Class && r.Seen == "":
		return Written
	}
	return Done
}

// Key is the id of a record: one for each thing that is destroyed.
func (r Record) Key() string {
	switch r.Of {
	case Case:
		return Case + ":" + string(r.Case)
	case Batch:
		sum := sha256.Sum256([]byte(r.Batch)) // an id lies open in the store, and the mark is somebody's words
		return Batch + ":" + hex.EncodeToString(sum[:12])
	}
	return fmt.Sprintf("%s:%s:%d:%s", Class, r.Class, r.Year, r.School)
}

// Of lists the papers that a case has, as far as the desk knows.
func Of(events []triage.Event) []string {
	var all []string
	for _, e := range events {
		if p := e.Paper(); p != "" {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Sort orders records: what is owed the longest first, then what waits for its witness, then what was done last.
func Sort(all []Record) {
	rank := map[State]int{Owed: 0, Written: 1, Done: 2}
	slices.SortFunc(all, func(a, b Record) int {
		return cmp.Or(rank[a.State()]-rank[b.State()], a.Owed.Compare(b.Owed), cmp.Compare(b.On, a.On), cmp.Compare(a.ID, b.ID))
	})
}
