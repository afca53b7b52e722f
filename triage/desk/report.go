package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/triage"
	sheets "madoguchi/triage/sheet"
	"madoguchi/triage/staff"
)

// Report files a report of the person's school: form and fields are those of triage.Forms. Handoff names the hand-off that
// it is about, or a report of the school's own, whose case the next form goes on with; empty reports something new. It returns
// the report's id, which names the report to its school and nothing else.
//
// A school's words are never turned away for the box that they stand in: what the form has no box for goes into the
// remarks, with the name that it came under.
func (p *Portal) Report(ctx context.Context, who staff.Person, handoff, form string, fields map[string]string) (string, error) {
	if who.Role != triage.School || who.School == "" || who.Only != "" && handoff == "" {
		return "", forbidden()
	}
	var about triage.CaseID
	if handoff != "" {
		c, _, err := p.find(ctx, who, handoff)
		if errors.Is(err, triage.ErrUnknown) && who.Only == "" {
			c, _, err = p.own(ctx, who, handoff)
		}
		if err != nil {
			return "", err
		}
		about = c.ID
	}
	return p.file(ctx, who, filing{about: about, ref: handoff, form: form, fields: fields})
}

// Amend files a report that takes the place of one of the school's own, which stays with what was written in it then.
func (p *Portal) Amend(ctx context.Context, who staff.Person, report string, fields map[string]string) (string, error) {
	c, f, err := p.own(ctx, who, report)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(c.Filed(), func(x triage.Filing) bool { return x.ID == report }) {
		return "", refuse(triage.CodeState, "この報告には、もう新しい版があります。新しい版を開いて直してください。")
	}
	return p.file(ctx, who, filing{about: c.ID, ref: report, form: f.Form, amends: report, fields: fields})
}

// Import files the rows of a workbook of one form, each as a report of its own, and says of each what became of it. A row
// that was filed before, to the letter, is not filed again: whoever mends two rows of a workbook sends the whole of it.
func (p *Portal) Import(ctx context.Context, who staff.Person, form string, rows []sheets.Row) ([]triage.Imported, error) {
	if err := atSchool(who); err != nil {
		return nil, err
	}
	var all []triage.Imported
	for _, row := range rows {
		in := triage.Imported{Row: row.Number, Wrong: row.Wrong}
		if row.Wrong == "" {
			id, err := p.file(ctx, who, filing{form: form, fields: row.Fields, once: true})
			var refusal *triage.Refusal
			switch {
			case errors.As(err, &refusal):
				in.Wrong = refusal.Say
			case err != nil:
				return all, err
			case id == "":
				in.Again = true
			}
			in.ID = id
		}
		all = append(all, in)
	}
	return all, nil
}

// filing is a report on its way.
type filing struct {
	about  triage.CaseID // "" for a new case
	ref    string        // the hand-off or the report that it is about
	form   string
	amends string
	fields map[string]string
	once   bool // the same words are the same report; then its id is empty
}

func (p *Portal) file(ctx context.Context, who staff.Person, x filing) (string, error) {
	d := p.desk
	f, ok := triage.FormByID(x.form)
	if !ok {
		return "", bad("その様式はありません。")
	}
	kept, err := sorted(f, x.fields)
	if err != nil {
		return "", err
	}
	id := strings.ToLower(rand.Text()[:24])
	entry := "report:" + id
	if x.once {
		entry = "import:" + same(who.School, f, kept)
	}
	if err := d.record(ctx, who, "report", x.about, x.ref, x.form); err != nil {
		return "", err
	}
	c, err := d.Front.Enter(ctx, triage.Entry{ID: entry, Case: x.about, Channel: "school", Text: told(f, kept), At: d.Clock.Now(),
		By: who.Login, Report: &triage.Report{ID: id, School: who.School, Form: x.form, Fields: kept, Amends: x.amends}})
	if err != nil {
		return "", err
	}
	id, err = d.named(ctx, c, id)
	if x.once && errors.Is(err, errElsewhere) {
		return "", nil
	}
	return id, err
}

// errElsewhere says that a case holds a report under another id than it was sent with: it had the same words before.
var errElsewhere = fmt.Errorf("desk: the report is there by another id: %w", triage.ErrUnavailable)

// same names a report by its words. The wall keeps nothing of it but a keyed digest.
func same(school string, f triage.Form, fields map[string]string) string {
	h := sha256.New()
	for _, s := range append([]string{school, f.ID}, f.Lines(fields)...) {
		fmt.Fprintf(h, "%d:%s", len(s), s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// atSchool refuses everybody but a person with an account of a school.
func atSchool(who staff.Person) error {
	if who.Role != triage.School || who.School == "" || who.Only != "" {
		return forbidden()
	}
	return nil
}

// own returns a report of the person's school and the case that it is in, or ErrUnknown.
func (p *Portal) own(ctx context.Context, who staff.Person, report string) (triage.Case, triage.Filing, error) {
	if err := atSchool(who); err != nil {
		return triage.Case{}, triage.Filing{}, err
	}
	c, f, err := p.desk.filing(ctx, report)
	if err == nil && f.School != who.School {
		err = triage.ErrUnknown
	}
	return c, f, err
}

// filing returns the report of that id and the case that it is in, or ErrUnknown.
func (d *Desk) filing(ctx context.Context, report string) (triage.Case, triage.Filing, error) {
	if report == "" {
		return triage.Case{}, triage.Filing{}, triage.ErrUnknown
	}
	cases, _, err := d.Store.List(ctx, triage.Query{Ref: report, Erased: true, Limit: 1})
	if err != nil {
		return triage.Case{}, triage.Filing{}, err
	}
	for _, c := range cases {
		if f, ok := c.Filing(report); ok {
			return c, f, nil
		}
	}
	return triage.Case{}, triage.Filing{}, triage.ErrUnknown
}

// Paper shows the school a report of its own as it was written, names and all.
func (p *Portal) Paper(ctx context.Context, who staff.Person, report string) (triage.Paper, error) {
	c, f, err := p.own(ctx, who, report)
	if err != nil {
		return triage.Paper{}, err
	}
	if err := p.desk.record(ctx, who, "report_look", c.ID, report, ""); err != nil {
		return triage.Paper{}, err
	}
	fields, err := p.desk.Filed.Report(ctx, c.ID, report)
	return triage.Paper{ReportView: viewOf(f), Fields: fields}, err
}

// Print makes the sheet of a report of the school's own as PDF.
func (p *Portal) Print(ctx context.Context, who staff.Person, report string) ([]byte, error) {
	paper, err := p.Paper(ctx, who, report)
	if err != nil {
		return nil, err
	}
	return p.desk.filled(who.School, paper, "") // it goes on to the board with the school's seal
}

// filled sets a report on the form's sheet, which says who has it, where somebody of the desk has.
func (d *Desk) filled(school string, x triage.Paper, to string) ([]byte, error) {
	form, _ := triage.FormByID(x.Form)
	var pdf bytes.Buffer
	err := sheets.Print(&pdf, sheets.Report{School: d.schoolName(school), Form: form, Fields: x.Fields, Number: numbered(x.ID), To: to})
	return pdf.Bytes(), Printed(err)
}

// Reports returns what the person's school reported, the last version of each, newest first.
func (p *Portal) Reports(ctx context.Context, who staff.Person) ([]triage.ReportView, error) {
	if err := atSchool(who); err != nil {
		return nil, err
	}
	d := p.desk
	if err := d.record(ctx, who, "report_list", "", who.School, ""); err != nil {
		return nil, err
	}
	views := []triage.ReportView{}
	err := d.each(ctx, triage.Query{School: who.School, Erased: true}, func(c triage.Case) error {
		for _, f := range c.Filed() {
			if f.School == who.School {
				views = append(views, viewOf(f))
			}
		}
		return nil
	})
	slices.SortStableFunc(views, func(a, b triage.ReportView) int { return b.SentAt.Compare(a.SentAt) })
	return views, err
}

func viewOf(f triage.Filing) triage.ReportView {
	return triage.ReportView{ID: f.ID, Form: f.Form, SentAt: f.At, Version: f.Version}
}

// named returns the id that the report has: the one that it was sent with, or of older ones that after two digits.
func (d *Desk) named(ctx context.Context, c triage.CaseID, sent string) (string, error) {
	now, _, err := d.Store.Load(ctx, c)
	if err != nil {
		return "", err
	}
	for _, f := range now.Reports {
		if strings.HasSuffix(f.ID, sent) {
			return f.ID, nil
		}
	}
	return "", errElsewhere
}

// sorted puts the fields into the boxes of the form.
func sorted(f triage.Form, fields map[string]string) (map[string]string, error) {
	kept := map[string]string{}
	var rest []string
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		text := strings.TrimSpace(fields[key])
		box, known := f.Box(key)
		switch {
		case text == "":
		case utf8.RuneCountInString(key) > triage.MaxField || utf8.RuneCountInString(text) > triage.MaxLongField ||
			!utf8.ValidString(key) || !utf8.ValidString(text):
			return nil, bad(fmt.Sprintf("一つの欄に書けるのは%d文字までです。", triage.MaxLongField))
		case key == triage.Remarks:
			rest = append(rest, text)
		case !known:
			rest = append(rest, key+"："+text)
		case !box.Takes(text):
			rest = append(rest, box.Label+"："+text)
		default:
			kept[key] = text
		}
	}
	if len(rest) > 0 {
		kept[triage.Remarks] = strings.Join(rest, "\n")
	}
	if len(kept) == 0 {
		return nil, bad("内容を書いてください。")
	}
	if utf8.RuneCountInString(told(f, kept)) > maxText {
		return nil, bad("長すぎます。分けて報告してください。")
	}
	return kept, nil
}

// told is a report as a text, in the order of the form.
func told(f triage.Form, fields map[string]string) string {
	return strings.Join(append([]string{f.Name}, f.Lines(fields)...), "\n")
}
