package desk

import (
	"context"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// Recall takes a hand-off back that went where it should not. From then on nobody there reads it. Where somebody may have
// read it already, whether it has to be reported as a leak is decided in time: a first report is due within three to five
// days (個人情報の保護に関する法律68条1項、同施行規則43条・44条).
func (d *Desk) Recall(ctx context.Context, p staff.Person, id triage.CaseID, handoff, reason string) (triage.Case, error) {
	if err := words(reason, maxReason); err != nil {
		return triage.Case{}, bad("取り消す理由を書いてください。記録に残ります。")
	}
	return d.perform(ctx, p, id, act{what: "handoff_recall", ref: handoff, may: mayAct, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, ok := c.HandoffByID(handoff)
			switch {
			case !ok:
				return nil, triage.ErrUnknown
			case h.State == triage.HandoffRecalled:
				return nil, nil
			case h.Notice != nil:
				return nil, refuse(triage.CodeState, "電話などで伝えたことは、取り消せません。")
			}
			why, err := d.scrubbed(ctx, id, reason)
			if err != nil {
				return nil, err
			}
			e := d.event(p, triage.KindHandoff)
			e.Text = why
			e.Handoff = &triage.Handoff{ID: handoff, State: triage.HandoffRecalled, Recall: why}
			events := []triage.Event{e}
			if h.Read() {
				events = append(events, d.tell(dutyLeak, handoff, "送りまちがいを読まれた可能性：漏えいとして個人情報保護委員会に報告するかを決める（速報は3〜5日のうち）",
					d.Clock.Now().Add(3*day), duty.Supervisor))
			}
			return events, nil
		}})
}

// Notified is a notification that was made by telephone, at a counter or on paper.
type Notified struct {
	Recipient string // one of Recipients, but no school
	At        time.Time
	How       string // one of triage.Ways
	Spoke     string // who took it there
	Text      string // what was told
	Answer    string // what they said
}

// check finds what cannot have been.
func (n Notified) check(now time.Time) error {
	switch {
	case !slices.Contains(triage.Ways, n.How):
		return bad("伝え方（phone、visit、paper）を選んでください。")
	case n.At.After(now):
		return bad("まだ来ていない時刻です。伝えた時を書いてください。")
	}
	for _, s := range []string{n.Spoke, n.Answer} {
		if err := optional(s, maxReason); err != nil {
			return err
		}
	}
	return nil
}

// Notify writes down that an agency was told: when, to whom, by whom, how, and what it answered. It needs nobody's consent and
// nobody's countersign, since a notification of suspected abuse waits for neither; what must not be forgotten after it is
// that the child hears of it.
func (d *Desk) Notify(ctx context.Context, p staff.Person, id triage.CaseID, n Notified) (string, error) {
	now := d.Clock.Now()
	if n.At.IsZero() {
		n.At = now
	}
	if n.Recipient == ToSchool || !slices.Contains(Recipients, n.Recipient) {
		return "", bad("伝えた先を選んでください。")
	}
	if err := n.check(now); err != nil {
		return "", err
	}
	if err := words(n.Text, maxText); err != nil {
		return "", err
	}
	h := triage.Handoff{ID: reference(), Recipient: n.Recipient, Level: triage.LevelEmergency, May: triage.May{}.OrAsk(), By: p.Login,
		State: triage.HandoffDone, Notice: &triage.Notice{At: n.At, How: n.How}}
	_, err := d.perform(ctx, p, id, act{what: "notify", reason: n.Recipient, may: mayAct, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			if _, err := d.allowed(ctx, c, Draft{Recipient: n.Recipient, Level: triage.LevelEmergency}, &h); err != nil {
				return nil, err
			}
			for text, to := range map[*string]string{&h.Summary: n.Text, &h.Notice.Spoke: n.Spoke, &h.Notice.Answer: n.Answer} {
				var err error
				if *text, err = d.scrubbed(ctx, id, to); err != nil {
					return nil, err
				}
			}
			i := slices.IndexFunc(c.Handoffs, func(x triage.Handoff) bool { // a button pressed twice
				return x.Notice != nil && x.By == h.By && x.Recipient == h.Recipient && x.Notice.At.Equal(n.At) && x.Summary == h.Summary
			})
			if i >= 0 {
				h = c.Handoffs[i]
				return nil, nil
			}
			e := d.event(p, triage.KindHandoff)
			e.Text, e.Handoff = h.Summary, &h
			return []triage.Event{e, d.tellChild(h)}, nil
		}})
	return h.ID, err
}
