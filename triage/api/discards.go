package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/discard"
	"madoguchi/triage/staff"
)

// PaperRecord says that paper was destroyed, or still has to be. It tells nothing of what stood on it.
type PaperRecord struct {
	ID      string        `json:"id"`
	Of      string        `json:"of" doc:"case, batch (of letters), or class (of paper that lies outside of the desk)"`
	Case    string        `json:"case"`
	Batch   string        `json:"batch"`
	Class   string        `json:"class" doc:"key of the city's retention"`
	Year    int           `json:"year" doc:"in which it was made, or of the graduates"`
	School  string        `json:"school"`
	Papers  []string      `json:"papers" nullable:"false" doc:"letters, answers, sheets"`
	State   discard.State `json:"state" enum:"owed,written,done" doc:"owed: the case's keys are destroyed and its paper is not; written: the witness has not said so"`
	Owed    *time.Time    `json:"owed" doc:"when the keys were destroyed"`
	How     string        `json:"how" doc:"cut, burnt, pulped, returned"`
	On      string        `json:"on"`
	Count   int           `json:"count" doc:"sheets; 0 where nobody counted"`
	Doer    string        `json:"doer" doc:"of a class: the post of who did it"`
	By      string        `json:"by" doc:"login of who did it, or wrote it down"`
	Witness string        `json:"witness" doc:"login; of a class the post"`
	SeenOn  string        `json:"seen_on"`
	Note    string        `json:"note" doc:"anonymized"`
}

// PaperRecords are those, what is owed first.
type PaperRecords struct {
	Papers []PaperRecord `json:"papers" nullable:"false"`
}

type (
	paperRecordsOut struct{ Body PaperRecords }
	paperRecordOut  struct{ Body PaperRecord }
	discardIn       struct {
		Body struct {
			Of      string `json:"of" enum:"case,batch,class"`
			Case    string `json:"case,omitempty"`
			Batch   string `json:"batch,omitempty"`
			Class   string `json:"class,omitempty"`
			Year    int    `json:"year,omitempty"`
			School  string `json:"school,omitempty"`
			How     string `json:"how"`
			On      string `json:"on" doc:"2026-12-01"`
			Count   int    `json:"count,omitempty"`
			Doer    string `json:"doer,omitempty"`
			Witness string `json:"witness" doc:"login of who saw it; of a class their post"`
			Note    string `json:"note,omitempty"`
		}
	}
	witnessIn struct {
		Body struct {
			ID string `json:"id"`
		}
	}
)

func newPaperRecord(r discard.Record) PaperRecord {
	return PaperRecord{r.ID, r.Of, string(r.Case), r.Batch, r.Class, r.Year, r.School, list(r.Papers), r.State(), moment(r.Owed), r.How, r.On, r.Count, r.Doer, r.By, r.Witness, r.SeenOn, r.Note}
}

// discards registers the record of papers.
func (a *api) discards() {
	one := func(r discard.Record, err error) (*paperRecordOut, error) {
		return &paperRecordOut{newPaperRecord(r)}, err
	}
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/discards", Summary: "Papers that were destroyed, or have to be"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*paperRecordsOut, error) {
			all, err := a.Desk.Discards(ctx, p)
			out := &paperRecordsOut{PaperRecords{[]PaperRecord{}}}
			for _, r := range all {
				out.Body.Papers = append(out.Body.Papers, newPaperRecord(r))
			}
			return out, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/discards", Summary: "Paper was destroyed", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *discardIn) (*paperRecordOut, error) {
			b := in.Body
			return one(a.Desk.Discard(ctx, p, discard.Record{Of: b.Of, Case: triage.CaseID(b.Case), Batch: b.Batch, Class: b.Class, Year: b.Year, School: b.School,
				How: b.How, On: b.On, Count: b.Count, Doer: b.Doer, Witness: b.Witness, Note: b.Note}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/discards/witness", Summary: "The witness saw it"},
		func(ctx context.Context, p staff.Person, in *witnessIn) (*paperRecordOut, error) {
			return one(a.Desk.WitnessDiscard(ctx, p, in.Body.ID))
		})
}
