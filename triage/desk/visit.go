package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Visit is a person who came or phoned. What was not asked is empty.
type Visit struct {
	ID       string           // chosen by the caller: the same id is one visit; empty is a new one
	Case     triage.CaseID    // the case it belongs to; empty opens a new one
	Channel  string           // visit or voice
	Text     string           // as heard
	At       time.Time        // when they came or phoned; zero is now
	Contact  string           // how to reach the person
	CallMe   string           // the name to be called by
	Teller   triage.Teller    // what they were asked
	CallBack *triage.CallBack // they wish to be called, at the number in Contact
}

// Entered is what became of a Visit. Whoever entered it may know how grave it is, whatever else they may see: it is for them
// to run to a colleague.
type Entered struct {
	Case     triage.CaseID
	Severity triage.Severity // of the case now; empty where that could not be read
}

// visitWithin is how long after it a conversation may be written down with its own time.
const visitWithin = 7 * 24 * time.Hour

// Enter takes in what a person who came or phoned said.
func (d *Desk) Enter(ctx context.Context, p staff.Person, v Visit) (Entered, error) {
	if err := v.check(d.Clock.Now()); err != nil {
		return Entered{}, err
	}
	if v.Case != "" {
		c, _, err := d.Store.Load(ctx, v.Case)
		if err != nil {
			return Entered{}, err
		}
		if err := mayAdd(p, c); err != nil {
			return Entered{}, err
		}
	}
	if v.At.IsZero() {
		v.At = d.Clock.Now()
	}
	id := cmp.Or(v.ID, rand.Text())
	if err := d.record(ctx, p, "visit", v.Case, "", v.Channel); err != nil {
		return Entered{}, err
	}
	e := triage.Entry{ID: "visit:" + p.Login + ":" + id, Case: v.Case, Channel: v.Channel, Text: v.Text, Contact: v.Contact, At: v.At,
		By: p.Login, CallMe: v.CallMe, CallBack: v.CallBack}
	if v.Teller != (triage.Teller{}) {
		e.Teller = &v.Teller
	}
	c, err := d.Front.Enter(ctx, e)
	if err != nil {
		return Entered{}, err
	}
	now, _, err := d.Store.Load(ctx, c)
	if err != nil {
		return Entered{Case: c}, nil // it is kept; only its weight is not known
	}
	return Entered{c, now.Severity}, nil
}

// check reports what of a visit cannot be taken in.
func (v Visit) check(now time.Time) error {
	switch {
	case v.Channel != "visit" && v.Channel != "voice":
		return bad("来所（visit）か電話（voice）を選んでください。")
	case utf8.RuneCountInString(v.ID) > maxMessageID:
		return bad("番号（id）は64文字までです。")
	case v.At.After(now.Add(time.Minute)):
		return bad("話した時刻が、まだ来ていません。")
	case !v.At.IsZero() && now.Sub(v.At) > visitWithin:
		return bad("話した時刻は、7日前までにしてください。それより前のことは、聞いたことの中に日付を書いてください。")
	case !v.Teller.Valid():
		return bad("話した人、安全、学校のどれかが、選べるものではありません。")
	case v.CallBack != nil && !slices.Contains([]string{"", "self", "family", "anyone"}, v.CallBack.Who):
		return bad("電話に出てよい人は、self、family、anyone のどれかです。")
	}
	if err := words(v.Text, maxText); err != nil {
		return err
	}
	beside := []string{v.Contact, v.CallMe}
	if v.CallBack != nil {
		beside = append(beside, v.CallBack.Window)
	}
	for _, text := range beside {
		if err := optional(text, maxReason); err != nil {
			return err
		}
	}
	return nil
}

// Report files a report of the person's school: form and fields are those of triage.Forms. Handoff names the hand-off that
// it is about; empty reports something new. It returns the report's id, which names the report to its school and nothing
// else.
//
// A school's words are never turned away for the box that they stand in: what the form has no box for goes into the
// remarks, with the name that it came under.
func (p *Portal) Report(ctx context.Context, who staff.Person, handoff, form string, fields map[string]string) (string, error) {
	if who.Role != triage.School || who.School == "" {
		return "", forbidden()
	}
	var about triage.CaseID
	if handoff != "" {
		c, _, err := p.find(ctx, who, handoff)
		if err != nil {
			return "", err
		}
		about = c
	}
	f, ok := triage.FormByID(form)
	if !ok {
		return "", bad("その様式はありません。")
	}
	kept, err := sorted(f, fields)
	if err != nil {
		return "", err
	}
	d := p.desk
	id := strings.ToLower(rand.Text()[:24])
	if err := d.record(ctx, who, "report", about, handoff, form); err != nil {
		return "", err
	}
	c, err := d.Front.Enter(ctx, triage.Entry{ID: "report:" + id, Case: about, Channel: "school", Text: told(f, kept),
		At: d.Clock.Now(), By: who.Login, Report: &triage.Report{ID: id, School: who.School, Form: form, Fields: kept}})
	if err != nil {
		return "", err
	}
	return d.named(ctx, c, id)
}

// named returns the id that the report got: the wall puts the partition of its case before the one that it was sent with.
func (d *Desk) named(ctx context.Context, c triage.CaseID, sent string) (string, error) {
	now, _, err := d.Store.Load(ctx, c)
	if err != nil {
		return "", err
	}
	for _, id := range now.Reports {
		if strings.HasSuffix(id, sent) {
			return id, nil
		}
	}
	return "", triage.ErrUnavailable
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

// Reports returns what the person's school reported, newest first.
func (p *Portal) Reports(ctx context.Context, who staff.Person) ([]triage.ReportView, error) {
	if who.Role != triage.School || who.School == "" {
		return nil, forbidden()
	}
	d := p.desk
	if err := d.record(ctx, who, "report_list", "", who.School, ""); err != nil {
		return nil, err
	}
	views := []triage.ReportView{}
	err := d.each(ctx, triage.Query{School: who.School, Erased: true}, func(c triage.Case) error {
		if !slices.Contains(c.Reporters, who.School) {
			return nil
		}
		_, events, err := d.Store.Load(ctx, c.ID)
		if errors.Is(err, triage.ErrUnknown) {
			return nil
		}
		for _, e := range events {
			if e.Report != nil && e.Report.School == who.School {
				views = append(views, triage.ReportView{ID: e.Report.ID, Form: e.Report.Form, SentAt: e.At})
			}
		}
		return err
	})
	slices.SortStableFunc(views, func(a, b triage.ReportView) int { return b.SentAt.Compare(a.SentAt) })
	return views, err
}
