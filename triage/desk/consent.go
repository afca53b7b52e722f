package desk

import (
	"context"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
)

// Ask is a question to the child: may we tell that school this?
type Ask struct {
	School  string              // id, triage.ToBoard, or triage.Guardian(…)
	Level   triage.ConsentLevel // anonymous or named
	Summary string              // what the recipient would read

	Age        triage.AgeBand // as roughly as it is known
	Understood string         // what will happen now, as the child said it in her own words; or empty
	// Early says that whoever asks has spoken with the child elsewhere: the question may stand in the first exchange.
	Early bool
}

// Heard is a yes to an Ask that a person heard or read outside of the conversation.
type Heard struct {
	Ask
	Given string // spoken or written
	Note  string // how, in the person's words
}

// AskConsent asks the child in the conversation. What it is asked is a will (本人の意向); silence is no.
func (d *Desk) AskConsent(ctx context.Context, p staff.Person, id triage.CaseID, a Ask) (triage.Consent, error) {
	if err := d.checkAsk(a); err != nil {
		return triage.Consent{}, err
	}
	if err := words(a.Summary, maxSay); err != nil {
		return triage.Consent{}, err
	}
	k := d.newConsent(p, id, a)
	k.Answer = triage.AnswerAsked
	var scrubbed triage.Scrubbed
	_, err := d.perform(ctx, p, id, act{what: "consent_ask", ref: k.ID, reason: a.School, may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if c.OptedOut {
				return nil, refuse(triage.CodeOptedOut, "相談した人が、連絡を止めています。たずねることはできません。")
			}
			if err := unwanted(c, events); err != nil {
				return nil, err
			}
			if err := d.timely(c, events, a); err != nil {
				return nil, err
			}
			if err := d.opens(ctx, c, a.School); err != nil {
				return nil, err
			}
			if scrubbed.Words == nil {
				var err error
				if scrubbed, err = d.Front.Scrub(ctx, id, a.Summary); err != nil {
					return nil, err
				}
			}
			k.Text = scrubbed.Text
			var err error
			if k.Understood, err = d.scrubbed(ctx, id, a.Understood); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindHandoff)
			for _, x := range events { // the same question just now is this one, as long as it is open
				if q := x.Consent; q != nil && x.By == p.Login && q.Answer == triage.AnswerAsked && e.At.Sub(x.At) < twice &&
					q.School == k.School && q.Level == k.Level && q.Text == k.Text && !answered(events, q.ID) {
					k = *q
					return nil, nil
				}
			}
			e.Text, e.Words, e.Said = scrubbed.Text, scrubbed.Words, c.Said+1
			e.Consent = &k
			return slices.Concat([]triage.Event{e}, d.night(c, k), d.askSecond(k)), nil
		}})
	return k, err
}

// newConsent begins what is asked or was heard.
func (d *Desk) newConsent(p staff.Person, id triage.CaseID, a Ask) triage.Consent {
	k := triage.Consent{ID: reference(), School: a.School, Level: a.Level, Age: a.Age, Explained: p.Login}
	if days := d.City.Terms.ConsentDays; days > 0 {
		k.Until = d.Clock.Now().AddDate(0, 0, days)
	}
	return k
}

// timely reports in the error why the child is not asked now. A child says yes to an adult whom she has just met, and says
// anything while somebody reads along.
func (d *Desk) timely(c triage.Case, events []triage.Event, a Ask) error {
	switch {
	case telling.Near(c, d.today()):
		return refuse(triage.CodeState, "そばに人がいる、と記録されています。本人だけになってから、たずねてください。")
	case !a.Early && telling.First(events):
		return refuse(triage.CodeState, "はじめのやりとりでは、たずねません。まず話を聞いて、本人がまた書いてからにしてください。")
	}
	return d.suspected(c, a.School)
}

// suspected refuses to tell a school that is under suspicion itself, and a family that must hear nothing.
func (d *Desk) suspected(c triage.Case, school string) error {
	if _, family := triage.Family(school); family {
		return heedful(c)
	}
	if school != triage.ToBoard && telling.Suspect(c) {
		return refuse(triage.CodeState, "学校の職員による害、または学校への疑いが記録されています。学校ではなく、教育委員会に伝えてください。")
	}
	return nil
}

// night makes it a duty to ask a small child once more after a night; the second question fulfils it.
func (d *Desk) night(c triage.Case, k triage.Consent) []triage.Event {
	if k.Age != triage.AgeLow {
		return nil
	}
	events := d.fulfil(c, k.School, dutyAskAgain)
	if len(events) > 0 || slices.ContainsFunc(c.Duties, func(x triage.Duty) bool { return x.What == dutyAskAgain+":"+k.School }) {
		return events
	}
	y, m, day := d.Clock.Now().In(triage.JST).Date()
	return []triage.Event{d.tell(dutyAskAgain, k.School, "一晩おいて、もう一度本人にきく（小学4年生まで）",
		time.Date(y, m, day+1, 18, 0, 0, 0, triage.JST), duty.Assignee)}
}

// answered reports whether the seeker has answered the question.
func answered(events []triage.Event, id string) bool {
	return slices.ContainsFunc(events, func(e triage.Event) bool {
		return e.Consent != nil && e.Consent.ID == id && e.Consent.Answer != triage.AnswerAsked
	})
}

// RecordConsent records a yes that a person heard or read.
func (d *Desk) RecordConsent(ctx context.Context, p staff.Person, id triage.CaseID, h Heard) (triage.Consent, error) {
	if err := d.checkAsk(h.Ask); err != nil {
		return triage.Consent{}, err
	}
	if h.Given != "spoken" && h.Given != "written" {
		return triage.Consent{}, bad("どのように聞いたか（spoken か written）を選んでください。")
	}
	if err := optional(h.Summary, maxSay); err != nil {
		return triage.Consent{}, err
	}
	if err := words(h.Note, maxReason); err != nil {
		return triage.Consent{}, bad("だれから、どのように聞いたかを書いてください。")
	}
	k := d.newConsent(p, id, h.Ask)
	k.Answer, k.Given = triage.AnswerYes, h.Given
	_, err := d.perform(ctx, p, id, act{what: "consent_record", ref: k.ID, reason: h.School, may: mayAct,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if err := d.suspected(c, h.School); err != nil {
				return nil, err
			}
			var err error
			if k.Understood, err = d.scrubbed(ctx, id, h.Understood); err != nil {
				return nil, err
			}
			if k.Text, err = d.scrubbed(ctx, id, h.Summary); err != nil {
				return nil, err
			}
			if k.Note, err = d.scrubbed(ctx, id, h.Note); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindHandoff)
			e.Text, e.Consent = k.Note, &k
			return slices.Concat([]triage.Event{e}, d.night(c, k), d.askSecond(k)), nil
		}})
	return k, err
}

func (d *Desk) checkAsk(a Ask) error {
	_, family := triage.Family(a.School)
	if _, ok := d.City.SchoolByID(a.School); !ok && !family && a.School != triage.ToBoard {
		return bad("その学校は、登録されていません。")
	}
	if family && a.Level != triage.LevelNamed {
		return bad("保護者には、本人のこととして伝えます（named）。")
	}
	if a.Level != triage.LevelNamed && a.Level != triage.LevelAnonymous {
		return bad("名前を伝えるか（named）、伝えないか（anonymous）を選んでください。")
	}
	if a.Age != "" && !slices.Contains(triage.AgeBands, a.Age) {
		return bad("本人の学年は es_low、es_high、teen のどれかです。")
	}
	if err := optional(a.Understood, maxReason); err != nil {
		return err
	}
	return nil
}
