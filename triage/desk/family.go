package desk

import (
	"context"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
)

// The family is told by a person and not by a page: an assignee asks the child, a supervisor looks at it, a person speaks
// with the family in the very words that the child has read, and writes down how and what it said. Until that moment the
// child can take her yes back.

var whomNames = map[string]string{"": "おうちの人（保護者）", "mother": "お母さん", "father": "お父さん", "other": "いっしょに住んでいる大人"}

// Whom is how those of a family are called who can be told.
func Whom(whom string) string { return whomNames[whom] }

// heedful refuses that the family hears anything, from the desk or from a school.
func heedful(c triage.Case) error {
	switch {
	case c.Careful():
		return refuse(triage.CodeState, "「保護者注意」が記録されています。保護者には伝えません。要るときは、児童相談所や市の担当課に相談してください。")
	case telling.FamilyFirst(c):
		return refuse(triage.CodeState, "虐待の疑いがあります。保護者に伝わる前に、児童相談所か市の担当課、警察に相談してください。")
	}
	return nil
}

// agreed refuses to tell the family on one person's word.
func agreed(p staff.Person, k triage.Consent) error {
	switch k.Agreed {
	case "":
		return refuse(triage.CodeTwoPersons, "保護者に伝えるには、本人の「いいです」のほかに、統括の確認が要ります。")
	case p.Login:
		return refuse(triage.CodeTwoPersons, "確認した統括とは別の人が伝えます。")
	}
	return nil
}

// AgreeFamily is a supervisor's look at a question to the child whether the family may be told: at the words, and at what may
// come of it at home. It takes the child's place in nothing.
func (d *Desk) AgreeFamily(ctx context.Context, p staff.Person, id triage.CaseID, consent, reason string) (triage.Case, error) {
	if err := words(reason, maxReason); err != nil {
		return triage.Case{}, bad("伝えてだいじょうぶと考えた理由を書いてください。")
	}
	may := func(p staff.Person, c triage.Case) error {
		if err := known(p, c); err != nil || p.Role == triage.Supervisor {
			return err
		}
		return forbidden()
	}
	return d.perform(ctx, p, id, act{what: "family_agree", ref: consent, may: may,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			k, ok := c.ConsentByID(consent)
			if !ok {
				return nil, triage.ErrUnknown
			}
			if _, family := triage.Family(k.School); !family || k.Answer == triage.AnswerNo {
				return nil, refuse(triage.CodeState, "保護者に伝えることを、本人にきいているものではありません。")
			}
			if err := heedful(c); err != nil {
				return nil, err
			}
			if k.Agreed != "" {
				return nil, nil
			}
			if k.Explained == p.Login {
				return nil, refuse(triage.CodeTwoPersons, "確認するのは、本人にきいた人とは別の統括です。")
			}
			e := d.event(p, triage.KindHandoff)
			var err error
			if e.Text, err = d.scrubbed(ctx, id, reason); err != nil {
				return nil, err
			}
			e.Consent = &triage.Consent{ID: consent, School: k.School, Agreed: p.Login}
			return append([]triage.Event{e}, d.fulfil(c, consent, triage.DutyAgreeFamily)...), nil
		}})
}

// askSecond makes it a duty of the supervisors to look at a question about the family.
func (d *Desk) askSecond(k triage.Consent) []triage.Event {
	if _, family := triage.Family(k.School); !family {
		return nil
	}
	return []triage.Event{d.tell(triage.DutyAgreeFamily, k.ID, "保護者に伝えてよいかを、統括が確かめる（本人の気持ち、家でのようす、伝える文）",
		d.Clock.Now().Add(day), duty.Supervisor)}
}

// TellFamily writes down that a person of the desk has told the family what the child allowed: when, how, to whom, and what
// it said. It is done with that; what is left is that the child hears of it, and is asked how it goes.
func (d *Desk) TellFamily(ctx context.Context, p staff.Person, id triage.CaseID, handoff string, n Notified) (triage.Case, error) {
	now := d.Clock.Now()
	if n.At.IsZero() {
		n.At = now
	}
	if err := n.check(now); err != nil {
		return triage.Case{}, err
	}
	return d.perform(ctx, p, id, act{what: "family_told", ref: handoff, may: mayAct,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, ok := c.HandoffByID(handoff)
			switch {
			case !ok || !h.Spoken():
				return nil, triage.ErrUnknown
			case h.Notice != nil:
				return nil, nil
			case h.Void():
				return nil, refuse(triage.CodeState, "取り消されています。保護者には伝えません。")
			case n.At.Before(h.SentAt):
				return nil, bad("伝えると決める前の時刻です。")
			}
			if err := heedful(c); err != nil {
				return nil, err
			}
			if _, ok := c.Standing(triage.Guardian(h.Whom), h.Level, n.At); !ok {
				return nil, refuse(triage.CodeConsent, "本人の意向の期限が過ぎています。もう一度きいてから伝えます。")
			}
			told := triage.Notice{At: n.At, How: n.How}
			var err error
			if told.Spoke, err = d.scrubbed(ctx, id, n.Spoke); err != nil {
				return nil, err
			}
			if told.Answer, err = d.scrubbed(ctx, id, n.Answer); err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindHandoff)
			e.Text, e.Handoff = told.Answer, &triage.Handoff{ID: handoff, State: triage.HandoffDone, Notice: &told}
			events := append([]triage.Event{e}, d.fulfil(c, handoff, triage.DutyTellFamily)...)
			return append(events, d.followed(c, handoff, "保護者に話したことと、その返事を、本人に話す（そばに人がいないとき）")...), nil
		}})
}
