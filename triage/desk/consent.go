package desk

import (
	"context"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Ask is a question to the child: may we tell that school this?
type Ask struct {
	School  string
	Level   triage.ConsentLevel // anonymous or named
	Summary string              // what the school would read
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
	k := triage.Consent{ID: reference(id), School: a.School, Level: a.Level, Answer: triage.AnswerAsked}
	var scrubbed triage.Scrubbed
	_, err := d.perform(ctx, p, id, act{what: "consent_ask", ref: k.ID, reason: a.School, may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if c.OptedOut {
				return nil, refuse(triage.CodeOptedOut, "相談した人が、連絡を止めています。たずねることはできません。")
			}
			if err := unwanted(c, events); err != nil {
				return nil, err
			}
			if scrubbed.Words == nil {
				var err error
				if scrubbed, err = d.Front.Scrub(ctx, id, a.Summary); err != nil {
					return nil, err
				}
			}
			k.Text = scrubbed.Text
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
			return []triage.Event{e}, nil
		}})
	return k, err
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
	k := triage.Consent{ID: reference(id), School: h.School, Level: h.Level, Answer: triage.AnswerYes, Given: h.Given}
	_, err := d.perform(ctx, p, id, act{what: "consent_record", ref: k.ID, reason: h.School, may: mayAct,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			var err error
			if k.Text, err = d.scrubbed(ctx, id, h.Summary); err != nil {
				return nil, err
			}
			if k.Note, err = d.scrubbed(ctx, id, h.Note); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindHandoff)
			e.Text, e.Consent = k.Note, &k
			return []triage.Event{e}, nil
		}})
	return k, err
}

func (d *Desk) checkAsk(a Ask) error {
	if _, ok := d.City.SchoolByID(a.School); !ok {
		return bad("その学校は、登録されていません。")
	}
	if a.Level != triage.LevelNamed && a.Level != triage.LevelAnonymous {
		return bad("名前を伝えるか（named）、伝えないか（anonymous）を選んでください。")
	}
	return nil
}
