package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/staff"
)

// Portal is the school's side of the desk. No method takes or returns a case or its id: what a school can reach by this
// type is its own hand-offs and its own reports.
type Portal struct{ desk *Desk }

// Portal returns the school's side of d.
func (d *Desk) Portal() *Portal { return &Portal{d} }

// List returns the hand-offs to the person's school, newest first, without their summaries and covers.
func (p *Portal) List(ctx context.Context, who staff.Person) ([]triage.HandoffView, error) {
	if who.Role != triage.School || who.School == "" {
		return nil, forbidden()
	}
	if err := p.desk.record(ctx, who, "handoff_list", "", who.School, ""); err != nil {
		return nil, err
	}
	views := []triage.HandoffView{}
	err := p.desk.each(ctx, triage.Query{School: who.School, Erased: true}, func(c triage.Case) error {
		for _, h := range c.Handoffs {
			if sentTo(h, who) {
				views = append(views, p.desk.bare(h))
			}
		}
		return nil
	})
	slices.SortStableFunc(views, func(a, b triage.HandoffView) int { return b.SentAt.Compare(a.SentAt) })
	return views, err
}

// Open shows a hand-off. Looking marks nothing as received.
func (p *Portal) Open(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	c, h, err := p.find(ctx, who, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	if err := p.desk.record(ctx, who, "handoff_look", c, id, ""); err != nil {
		return triage.HandoffView{}, err
	}
	return p.desk.view(ctx, c, h)
}

// Acknowledge says 受け取りました; again is the same as once.
func (p *Portal) Acknowledge(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	return p.answer(ctx, who, id, triage.HandoffReceived, "")
}

// Answer says where the school stands (handling, needs_help, wrong_school, done), with words or without.
func (p *Portal) Answer(ctx context.Context, who staff.Person, id string, step triage.HandoffState, text string) (triage.HandoffView, error) {
	steps := []triage.HandoffState{triage.HandoffHandling, triage.HandoffNeedsHelp, triage.HandoffWrongSchool, triage.HandoffDone}
	if !slices.Contains(steps, step) {
		return triage.HandoffView{}, bad("回答の種類を選んでください。")
	}
	if err := optional(text, maxSay); err != nil {
		return triage.HandoffView{}, err
	}
	return p.answer(ctx, who, id, step, text)
}

func (p *Portal) answer(ctx context.Context, who staff.Person, id string, step triage.HandoffState, text string) (triage.HandoffView, error) {
	c, _, err := p.find(ctx, who, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	d := p.desk
	mine := func(_ staff.Person, c triage.Case) error {
		if h, ok := c.HandoffByID(id); !ok || !sentTo(h, who) {
			return triage.ErrUnknown
		}
		return nil
	}
	after, err := d.perform(ctx, who, c, act{what: "handoff_" + string(step), ref: id, may: mine, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, _ := c.HandoffByID(id)
			if step == triage.HandoffReceived && !h.ReadAt.IsZero() {
				return nil, nil
			}
			if h.State == triage.HandoffDone || h.State == triage.HandoffWrongSchool {
				return nil, refuse(triage.CodeState, "この連絡への回答は、もう終わっています。")
			}
			words, err := d.scrubbed(ctx, c.ID, text)
			if err != nil {
				return nil, err
			}
			e := d.event(who, triage.KindHandoff)
			e.From, e.Text = triage.AtSchool, words
			e.Handoff = &triage.Handoff{ID: id, State: step,
				Answers: []triage.HandoffAnswer{{At: e.At, By: who.Login, Step: step, Text: words}}}
			kinds := []string{DutyAcknowledge}
			if step != triage.HandoffReceived {
				kinds = append(kinds, DutyAnswer)
			}
			return append([]triage.Event{e}, d.fulfil(c, id, kinds...)...), nil
		}})
	if err != nil {
		return triage.HandoffView{}, err
	}
	h, _ := after.HandoffByID(id)
	return d.view(ctx, c, h)
}

// find returns the hand-off of that id to the person's school, and the case that it belongs to.
func (p *Portal) find(ctx context.Context, who staff.Person, id string) (triage.CaseID, triage.Handoff, error) {
	if who.Role != triage.School || who.School == "" {
		return "", triage.Handoff{}, forbidden()
	}
	cases, _, err := p.desk.Store.List(ctx, triage.Query{Ref: id, Erased: true, Limit: 1})
	if err != nil && !errors.Is(err, triage.ErrUnknown) {
		return "", triage.Handoff{}, err
	}
	for _, c := range cases {
		if h, ok := c.HandoffByID(id); ok && id != "" && sentTo(h, who) {
			return c.ID, h, nil
		}
	}
	return "", triage.Handoff{}, triage.ErrUnknown
}

func sentTo(h triage.Handoff, who staff.Person) bool {
	return h.Recipient == ToSchool && h.School != "" && h.School == who.School
}

// bare is a hand-off as a list shows it.
func (d *Desk) bare(h triage.Handoff) triage.HandoffView {
	v := triage.HandoffView{ID: h.ID, School: h.School, Recipient: h.Recipient, SchoolName: recipientNames[h.Recipient],
		Level: h.Level, May: h.May, SentAt: h.SentAt, AnswerBy: h.AnswerBy, State: h.State, ReadAt: h.ReadAt,
		Answers: slices.Concat([]triage.HandoffAnswer{}, h.Answers)}
	if s, ok := d.City.SchoolByID(h.School); ok {
		v.SchoolName = s.Name
	}
	if h.Recipient == ToSchool && d.terms.AcknowledgeWithin > 0 {
		v.AcknowledgeBy = h.SentAt.Add(d.terms.AcknowledgeWithin)
	}
	return v
}

// view is a hand-off as its recipient reads it. A school that says it is another school's matter reads it no longer.
func (d *Desk) view(ctx context.Context, id triage.CaseID, h triage.Handoff) (triage.HandoffView, error) {
	v := d.bare(h)
	if h.State == triage.HandoffWrongSchool {
		return v, nil
	}
	v.Cover = d.cover(v)
	summary, err := d.Front.Disclose(ctx, id, h.Summary, h.Disclose)
	if err != nil {
		return triage.HandoffView{}, err
	}
	v.Summary = summary
	return v, nil
}

var wills = map[triage.ConsentLevel]string{
	triage.LevelAnonymous: "名前なしで伝えてよい",
	triage.LevelNamed:     "名前を伝えてよい",
	triage.LevelEmergency: "緊急のため意向を確かめずに連絡",
}

var permissions = map[triage.Permission]string{
	triage.PermitYes: "可", triage.PermitNotYet: "まだ", triage.PermitAskUs: "窓口に相談",
}

// cover is the note that the recipient reads before any content.
func (d *Desk) cover(v triage.HandoffView) string {
	now := d.Clock.Now()
	moment := func(t time.Time) string {
		if t.IsZero() {
			return "できるだけ早い時"
		}
		return t.In(city.JST).Format("1月2日 15:04")
	}
	text := d.City.Text("handoff.cover", "", now, map[string]string{
		"意向":     wills[v.Level],
		"受け取り期限": moment(v.AcknowledgeBy),
		"回答期限":   moment(v.AnswerBy),
		"連絡番号":   v.ID,
	})
	text += "\n\n**この件で、してよいこと**\n\n本人への声かけ：" + permissions[v.May.TalkToChild] +
		"\n保護者への連絡：" + permissions[v.May.CallHome] +
		"\n相手への聞き取り：" + permissions[v.May.QuestionOthers] +
		"\n学級・学年全体への指導：" + permissions[v.May.GuideClass]
	if request := d.City.Text("handoff.request", "", now, nil); request != "" {
		text += "\n\n" + request
	}
	return text
}

// each visits every case of a query once.
func (d *Desk) each(ctx context.Context, q triage.Query, visit func(triage.Case) error) error {
	q.Limit = triage.MaxPage
	seen := map[triage.CaseID]bool{}
	for {
		cases, next, err := d.Store.List(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			if err := visit(c); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.Cursor = next
	}
}
