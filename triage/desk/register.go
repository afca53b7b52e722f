package desk

import (
	"context"
	"slices"
	"time"

	"madoguchi/triage"
	sheets "madoguchi/triage/sheet"
	"madoguchi/triage/staff"
	"madoguchi/triage/table"
)

// Filed is a school's report as the office lists it. The case is there for the leads only: who reads the register need not
// know which of the reports speak of a child who wrote to the desk.
type Filed struct {
	triage.Filing
	SchoolName string
	Number     string        // by which school and office speak of it
	Case       triage.CaseID // "" but for the leads
	Severity   triage.Severity
	State      triage.State
}

// Filings chooses reports.
type Filings struct {
	Form     string    // "" for every form
	School   string    // "" for every school
	From, To time.Time // of the report; a zero one is no bound, and To itself is not within
}

// checkFilings refuses what there is none of, so that nothing that stands in an address reaches the audit.
func (d *Desk) checkFilings(q Filings) error {
	if _, ok := triage.FormByID(q.Form); !ok && q.Form != "" {
		return bad("その様式はありません。")
	}
	if _, ok := d.City.SchoolByID(q.School); !ok && q.School != "" {
		return bad("その学校は、登録されていません。")
	}
	return nil
}

func (q Filings) fits(f triage.Filing) bool {
	return (q.Form == "" || q.Form == f.Form) && (q.School == "" || q.School == f.School) &&
		(q.From.IsZero() || !f.At.Before(q.From)) && (q.To.IsZero() || f.At.Before(q.To))
}

// Filings lists what schools reported, the last version of each, the newest first: every case and every suspicion of every
// school in one register (asahikawa-model:47, :53).
func (d *Desk) Filings(ctx context.Context, p staff.Person, q Filings) ([]Filed, error) {
	if err := d.checkFilings(q); err != nil {
		return nil, err
	}
	if err := d.record(ctx, p, "filings", "", q.School, q.Form); err != nil {
		return nil, err
	}
	all := []Filed{}
	err := d.eachFor(ctx, p, triage.Query{}, func(c triage.Case) error {
		for _, f := range c.Filed() {
			if q.fits(f) {
				all = append(all, d.filed(p, c, f))
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Filed) int { return b.At.Compare(a.At) })
	return all, err
}

func (d *Desk) filed(p staff.Person, c triage.Case, f triage.Filing) Filed {
	out := Filed{Filing: f, SchoolName: d.schoolName(f.School), Number: numbered(f.ID), Severity: c.Severity, State: c.State}
	if leads(p) {
		out.Case = c.ID
	}
	return out
}

func (d *Desk) schoolName(id string) string {
	if s, ok := d.City.SchoolByID(id); ok {
		return s.Name
	}
	return id
}

// numbered is how a report is called in speech: the end of its id.
func numbered(id string) string { return id[max(0, len(id)-10):] }

// FilingTables are the reports of a query with all that they say, anonymized: a table of each form.
func (d *Desk) FilingTables(ctx context.Context, p staff.Person, q Filings) ([]table.Table, error) {
	if err := d.checkFilings(q); err != nil {
		return nil, err
	}
	if err := d.record(ctx, p, "filings_export", "", q.School, q.Form); err != nil {
		return nil, err
	}
	before, fields := map[string][][]string{}, map[string][]map[string]string{}
	err := d.eachFor(ctx, p, triage.Query{}, func(c triage.Case) error {
		filed := slices.DeleteFunc(c.Filed(), func(f triage.Filing) bool { return !q.fits(f) })
		if len(filed) == 0 {
			return nil
		}
		_, events, err := d.Store.Load(ctx, c.ID)
		if err != nil {
			return butGone(err)
		}
		for _, e := range events {
			if e.Report == nil || !slices.ContainsFunc(filed, func(f triage.Filing) bool { return f.ID == e.Report.ID }) {
				continue
			}
			before[e.Report.Form] = append(before[e.Report.Form], []string{numbered(e.Report.ID), d.schoolName(e.Report.School),
				e.At.In(triage.JST).Format("2006-01-02 15:04")})
			fields[e.Report.Form] = append(fields[e.Report.Form], e.Report.Fields)
		}
		return nil
	})
	var tables []table.Table
	for _, f := range triage.AllForms() {
		if q.Form == "" || q.Form == f.ID {
			tables = append(tables, sheets.Of(f, []string{"連絡番号", "学校", "届いた日時"}, before[f.ID], fields[f.ID]))
		}
	}
	return tables, err
}

// PrintFiling makes the sheet of a report as PDF: with their placeholders, or, where the reason for it is given, with the names
// that the school wrote. That stands in the case then, with the reason.
func (d *Desk) PrintFiling(ctx context.Context, p staff.Person, report string, named bool, reason string) ([]byte, error) {
	c, f, err := d.filing(ctx, report)
	if err != nil {
		return nil, err
	}
	if err := mayPrint(p, c); err != nil {
		return nil, d.keptOut(ctx, p, c, err)
	}
	paper := triage.Paper{ReportView: viewOf(f)}
	if named {
		err = d.openFiling(ctx, p, c, f, reason)
	} else {
		err = d.record(ctx, p, "filing_print", c.ID, report, "")
	}
	if err != nil {
		return nil, err
	}
	if named {
		paper.Fields, err = d.Filed.Report(ctx, c.ID, report)
	} else {
		paper.Fields, err = d.anonymous(ctx, c.ID, report)
	}
	if err != nil {
		return nil, err
	}
	return d.filled(f.School, paper, p.Login)
}

// mayPrint: for whoever answers to the city, as the routes say; of a case that is there for them.
func mayPrint(p staff.Person, c triage.Case) error {
	if c.Erased() || barred(p, c) {
		return triage.ErrUnknown
	}
	return nil
}

// openFiling writes down, in the audit and in the case, that the names of a report are opened for a print.
func (d *Desk) openFiling(ctx context.Context, p staff.Person, c triage.Case, f triage.Filing, reason string) error {
	if err := words(reason, maxReason); err != nil {
		return bad("名前を入れて印刷する理由を書いてください。")
	}
	_, err := d.perform(ctx, p, c.ID, act{what: "filing_print_named", ref: f.ID, may: mayPrint,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			why, err := d.scrubbed(ctx, c.ID, reason)
			if err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindReveal)
			e.Reveal = &triage.Reveal{Placeholder: triage.SheetMark + numbered(f.ID), Reason: why}
			return []triage.Event{e}, nil
		}})
	return err
}

// anonymous is a report as its case has it.
func (d *Desk) anonymous(ctx context.Context, id triage.CaseID, report string) (map[string]string, error) {
	_, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Report != nil && e.Report.ID == report {
			return e.Report.Fields, nil
		}
	}
	return nil, triage.ErrUnknown
}
