package triage

import "slices"

func (c *Case) consent(e Event) {
	if e.Consent == nil {
		return
	}
	if e.Consent.Agreed != "" {
		c.agree(e)
		return
	}
	i := slices.IndexFunc(c.Consents, func(k Consent) bool { return k.ID == e.Consent.ID })
	if i < 0 {
		if e.From != Seeker { // an answer to a question that was never asked opens nothing
			k := *e.Consent
			if k.Answer == AnswerYes { // heard or read by a person
				k.At = e.At
			}
			c.Consents = append(c.Consents, k)
		}
		return
	}
	k := &c.Consents[i]
	if k.Answer == AnswerNo {
		return // final
	}
	if !slices.Contains(Answers, e.Consent.Answer) || e.From != Seeker && e.Consent.Given == "" {
		return // nobody answers for the child but by writing down what they heard or read
	}
	withdrawn := k.Answer == AnswerYes && e.Consent.Answer != AnswerYes
	if k.Answer != e.Consent.Answer {
		k.At = e.At
	}
	k.Answer = e.Consent.Answer
	if withdrawn {
		c.withdraw(k.ID, e)
	}
	if k.Answer == AnswerNo {
		c.waive(k.ID, e.At)
	}
	if e.Consent.Given != "" {
		k.Given = e.Consent.Given
	}
	if e.Consent.Note != "" {
		k.Note = e.Consent.Note
	}
}

func (c *Case) handoff(e Event) {
	if e.Handoff == nil {
		return
	}
	i := slices.IndexFunc(c.Handoffs, func(h Handoff) bool { return h.ID == e.Handoff.ID })
	if i < 0 {
		h := *e.Handoff
		h.State, h.SentAt = HandoffSent, e.At
		if h.Notice != nil {
			h.State, h.SentAt = HandoffDone, h.Notice.At
		}
		c.Handoffs = append(c.Handoffs, h)
		if h.Recipient == string(School) && (c.State == Open || c.State == Watching) {
			c.State = HandedOff // but a case in the queue stays there, since somebody waits in it
		}
		return
	}
	h := &c.Handoffs[i]
	if h.Notice == nil {
		h.Notice = e.Handoff.Notice
	}
	h.Answers = slices.Concat(h.Answers, e.Handoff.Answers)
	if h.SeenAt.IsZero() {
		h.SeenAt = e.Handoff.SeenAt
	}
	if e.Handoff.State == "" {
		return
	}
	h.State = e.Handoff.State
	if h.State == HandoffRecalled {
		h.Recall = e.Handoff.Recall
		c.waive(h.ID, e.At)
	} else if h.ReadAt.IsZero() && h.State != HandoffSent {
		h.ReadAt = e.At
	}
	if c.State == HandedOff && (h.State == HandoffDone || !slices.ContainsFunc(c.Handoffs, Handoff.standing)) {
		c.State = Open
		if c.Assignee == "" {
			c.queue(e)
		}
	}
}
