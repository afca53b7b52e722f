package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
)

// Portal is the school's side of the desk. No method takes or returns a case or its id: what a school can reach by this
// type is its own hand-offs and its own reports.
type Portal struct{ desk *Desk }

// Portal returns the school's side of d.
func (d *Desk) Portal() *Portal { return &Portal{d} }

// List returns the hand-offs to the person's school, newest first, without their summaries and covers; of somebody who came
// by a link the one that it is for.
func (p *Portal) List(ctx context.Context, who staff.Person) ([]triage.HandoffView, error) {
	if !reads(who) {
		return nil, forbidden()
	}
	if err := p.desk.record(ctx, who, "handoff_list", "", who.School, ""); err != nil {
		return nil, err
	}
	views := []triage.HandoffView{}
	if who.Only != "" {
		c, h, err := p.find(ctx, who, who.Only)
		if err != nil {
			return views, err
		}
		v, err := p.desk.bare(ctx, c, h)
		return append(views, v), err
	}
	err := p.desk.eachFor(ctx, who, triage.Query{School: who.School, Erased: true}, func(c triage.Case) error {
		for _, h := range c.Handoffs {
			if !p.desk.sentTo(h, who) {
				continue
			}
			v, err := p.desk.bare(ctx, c, h)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nil
	})
	slices.SortStableFunc(views, func(a, b triage.HandoffView) int { return b.SentAt.Compare(a.SentAt) })
	return views, err
}

// Cover shows a hand-off without its content: whose will it rests on, until when to answer, what must not be done.
func (p *Portal) Cover(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	c, h, err := p.find(ctx, who, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	if err := p.desk.record(ctx, who, "handoff_cover", c.ID, id, ""); err != nil {
		return triage.HandoffView{}, err
	}
	v, err := p.desk.bare(ctx, c, h)
	if err == nil && !h.Void() {
		v.Cover = p.desk.cover(v, will(c, h))
	}
	return v, err
}

// Open shows a hand-off. Looking marks nothing as received; but from the first look on the child cannot take it back any
// more, so that it is written down before the words are shown.
func (p *Portal) Open(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	c, _, err := p.find(ctx, who, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	if err := p.desk.record(ctx, who, "handoff_look", c.ID, id, ""); err != nil {
		return triage.HandoffView{}, err
	}
	after, err := p.desk.perform(ctx, who, c.ID, act{may: p.mine(id), erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, _ := c.HandoffByID(id)
			if h.Void() || !h.SeenAt.IsZero() {
				return nil, nil
			}
			e := p.desk.event(who, triage.KindHandoff)
			e.From, e.Handoff = triage.AtSchool, &triage.Handoff{ID: id, SeenAt: e.At}
			return []triage.Event{e}, nil
		}})
	if err != nil {
		return triage.HandoffView{}, err
	}
	h, _ := after.HandoffByID(id)
	return p.desk.view(ctx, after, h)
}

// mine lets those act on a hand-off to whom it went.
func (p *Portal) mine(id string) func(staff.Person, triage.Case) error {
	return func(who staff.Person, c triage.Case) error {
		if h, ok := c.HandoffByID(id); !ok || !p.desk.sentTo(h, who) {
			return triage.ErrUnknown
		}
		return nil
	}
}

// Acknowledge says 受け取りました; again is the same as once.
func (p *Portal) Acknowledge(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	return p.answer(ctx, who, id, triage.HandoffAnswer{Step: triage.HandoffReceived})
}

// Answer says where the school stands (handling, needs_help, wrong_school, done), with words or without; done says with what
// outcome, and needs_help may say whose help.
func (p *Portal) Answer(ctx context.Context, who staff.Person, id string, a triage.HandoffAnswer) (triage.HandoffView, error) {
	steps := []triage.HandoffState{triage.HandoffHandling, triage.HandoffNeedsHelp, triage.HandoffWrongSchool, triage.HandoffDone}
	if !slices.Contains(steps, a.Step) {
		return triage.HandoffView{}, bad("回答の種類を選んでください。")
	}
	if err := optional(a.Text, maxSay); err != nil {
		return triage.HandoffView{}, err
	}
	if a.Step != triage.HandoffNeedsHelp {
		a.Help = nil
	}
	for _, help := range a.Help {
		if !slices.Contains(p.desk.Helps(), help) {
			return triage.HandoffView{}, bad("求める助けを、選択肢から選んでください。")
		}
	}
	return p.answer(ctx, who, id, a)
}

// Helps lists what a school of this city can ask for.
func (d *Desk) Helps() []string {
	if _, ok := d.rules.Rule("emergency_team"); ok {
		return triage.Helps
	}
	return slices.DeleteFunc(slices.Clone(triage.Helps), func(h string) bool { return h == triage.HelpTeam })
}

var helpNames = map[string]string{triage.HelpTeam: "緊急支援チーム", triage.HelpSCSSW: "スクールカウンセラー・スクールソーシャルワーカー", triage.HelpLawyer: "弁護士"}

func (p *Portal) answer(ctx context.Context, who staff.Person, id string, a triage.HandoffAnswer) (triage.HandoffView, error) {
	found, _, err := p.find(ctx, who, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	d := p.desk
	after, err := d.perform(ctx, who, found.ID, act{what: "handoff_" + string(a.Step), ref: id, may: p.mine(id), erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, _ := c.HandoffByID(id)
			if a.Step == triage.HandoffReceived && !h.ReadAt.IsZero() {
				return nil, nil
			}
			if h.State == triage.HandoffDone || h.Void() {
				return nil, refuse(triage.CodeState, "この連絡への回答は、もう終わっています。")
			}
			if a.Step == triage.HandoffDone && strings.TrimSpace(a.Text) == "" {
				return nil, bad("どうなったかを、短く書いてください。")
			}
			words, err := d.scrubbed(ctx, c.ID, a.Text)
			if err != nil {
				return nil, err
			}
			e := d.event(who, triage.KindHandoff)
			e.From, e.Text = triage.AtSchool, words
			e.Handoff = &triage.Handoff{ID: id, State: a.Step,
				Answers: []triage.HandoffAnswer{{At: e.At, By: who.Login, Step: a.Step, Text: words, Help: a.Help}}}
			return append([]triage.Event{e}, d.answered(c, id, a)...), nil
		}})
	if err != nil {
		return triage.HandoffView{}, err
	}
	h, _ := after.HandoffByID(id)
	return d.view(ctx, after, h)
}

// answered are the duties that an answer ends, and those that it begins.
func (d *Desk) answered(c triage.Case, id string, a triage.HandoffAnswer) []triage.Event {
	if a.Step == triage.HandoffReceived {
		return d.fulfil(c, id, DutyAcknowledge)
	}
	events := d.fulfil(c, id, DutyAcknowledge, DutyAnswer)
	if a.Step == triage.HandoffWrongSchool {
		return append(events, d.tell(dutyLeak, id, "別の学校に届いた連絡：漏えいとして報告するかを決め、送り直す（速報は3〜5日のうち）", d.Clock.Now().Add(3*day), duty.Supervisor))
	}
	if a.Step == triage.HandoffNeedsHelp {
		want := []string{}
		for _, h := range a.Help {
			want = append(want, helpNames[h])
		}
		title := "学校が助けを求めています：" + cmp.Or(strings.Join(want, "、"), "内容を聞く")
		open := slices.IndexFunc(c.Duties, func(x triage.Duty) bool { return x.What == dutyHelp+":"+id })
		e := d.tell(dutyHelp, id, title, d.Clock.Now().Add(d.helpWithin(a.Help)), duty.Coordinator)
		if open >= 0 {
			e.Duty.Turn = c.Duties[open].Turn + 1
		}
		events = append(events, e)
	}
	return append(events, d.followed(c, id, "学校の返事を、本人に伝える")...)
}

// helpWithin is how soon somebody decides on what a school asks for; a team that prevents the worst goes out at once.
func (d *Desk) helpWithin(help []string) time.Duration {
	if at := d.City.Terms.AtOnce.Value(); at > 0 && slices.Contains(help, triage.HelpTeam) {
		return at
	}
	return day
}

// reads reports whether the person is one to whom something can be sent.
func reads(who staff.Person) bool {
	return who.Role == triage.School && (who.School != "" || who.Only != "")
}

// find returns the hand-off of that id to the person, and the case that it belongs to.
func (p *Portal) find(ctx context.Context, who staff.Person, id string) (triage.Case, triage.Handoff, error) {
	if !reads(who) {
		return triage.Case{}, triage.Handoff{}, forbidden()
	}
	cases, _, err := p.desk.Store.List(ctx, triage.Query{Ref: id, Erased: true, Limit: 1})
	if err != nil && !errors.Is(err, triage.ErrUnknown) {
		return triage.Case{}, triage.Handoff{}, err
	}
	for _, c := range cases {
		if h, ok := c.HandoffByID(id); ok && id != "" && p.desk.sentTo(h, who) && !barred(who, c) {
			return c, h, nil
		}
	}
	return triage.Case{}, triage.Handoff{}, triage.ErrUnknown
}

// sentTo reports whether the hand-off is one that the person may know of now. What is held back is not there yet; what was
// called back before anybody read it never was.
func (d *Desk) sentTo(h triage.Handoff, who staff.Person) bool {
	switch {
	case h.Notice != nil, h.OpensAt.After(d.Clock.Now()), h.State == triage.HandoffRecalled && !h.Read():
		return false
	case who.Only != "":
		return h.ID == who.Only && h.School == who.School
	}
	return h.Recipient == ToSchool && h.School != "" && h.School == who.School
}

// bare is a hand-off as a list shows it.
func (d *Desk) bare(ctx context.Context, c triage.Case, h triage.Handoff) (triage.HandoffView, error) {
	v := triage.HandoffView{ID: h.ID, School: h.School, Recipient: h.Recipient, SchoolName: recipientNames[h.Recipient],
		Level: h.Level, May: h.May, SentAt: h.SentAt, AcknowledgeBy: minute(h.ReceiveBy), AnswerBy: minute(h.AnswerBy), State: h.State, ReadAt: h.ReadAt,
		Answers: slices.Concat([]triage.HandoffAnswer{}, h.Answers)}
	if h.OpensAt.After(h.SentAt) {
		v.SentAt = h.OpensAt // when it was written is nobody's business there
	}
	if s, ok := d.City.SchoolByID(h.School); ok {
		v.SchoolName = s.Name
	}
	if h.Recipient == triage.ToGuardian && h.Whom != "" {
		v.SchoolName = Whom(h.Whom)
	}
	if h.Recipient != ToSchool || h.Void() {
		return v, nil
	}
	v.Helps = d.Helps()
	asked, err := d.asked(ctx, c, h)
	for _, x := range asked {
		if x.DoneAt.IsZero() {
			v.Duties = append(v.Duties, triage.SchoolDuty{Kind: x.Kind, Title: x.Title, Source: d.City.Cite(x.Source), DueAt: x.DueAt})
		}
	}
	return v, err
}

// view is a hand-off as its recipient reads it. A school that says it is another school's matter reads it no longer, nor does
// anybody what was called back.
func (d *Desk) view(ctx context.Context, c triage.Case, h triage.Handoff) (triage.HandoffView, error) {
	v, err := d.bare(ctx, c, h)
	if err != nil || h.Void() {
		return v, err
	}
	if v.Cover = d.cover(v, will(c, h)); h.Recipient == triage.ToGuardian {
		v.Cover = d.City.Text("family.cover", "", d.Clock.Now(), nil) // of who speaks with them
	}
	summary, err := d.Front.Disclose(ctx, c.ID, h.Summary, h.Disclose)
	if err != nil {
		return triage.HandoffView{}, err
	}
	v.Summary = telling.Cast(summary, h.Roles)
	return v, nil
}

// will says what the child wants told of a hand-off, as it is now: she may have taken it back since it was sent.
func will(c triage.Case, h triage.Handoff) string {
	if k, asked := c.ConsentByID(h.ConsentID); asked && k.Answer != triage.AnswerYes {
		return takenBack
	}
	return wills[h.Level]
}

const takenBack = "「伝えてよい」が、あとから取り消されました。この先は、何かをする前に、窓口に相談してください"

var wills = map[triage.ConsentLevel]string{
	triage.LevelAnonymous: "名前なしで伝えてよい",
	triage.LevelNamed:     "名前を伝えてよい",
	triage.LevelEmergency: "緊急のため意向を確かめずに連絡",
}

var permissions = map[triage.Permission]string{
	triage.PermitYes: "可", triage.PermitNotYet: "まだ", triage.PermitAskUs: "窓口に相談",
}

// cover is the note that the recipient reads before any content.
func (d *Desk) cover(v triage.HandoffView, will string) string {
	now := d.Clock.Now()
	moment := func(t time.Time) string {
		if t.IsZero() {
			return "できるだけ早い時"
		}
		return t.In(triage.JST).Format("1月2日 15:04")
	}
	text := d.City.Text("handoff.cover", "", now, map[string]string{
		"意向":     will,
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
