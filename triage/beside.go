package triage

import (
	"slices"
	"time"
)

// beside takes in what stands beside an event's words: files, what was taken back or compared, calls.
func (c *Case) beside(e Event) {
	if (e.By != "" || e.From == Seeker || e.From == AtSchool) && e.At.After(c.TouchedAt) {
		c.TouchedAt = e.At
	}
	c.Files = append(c.Files, e.Files...)
	if e.Unchecked {
		c.Unchecked = append(c.Unchecked, e.ID)
	}
	if e.Corrects != "" {
		c.Unchecked = slices.DeleteFunc(c.Unchecked, func(id string) bool { return id == e.Corrects })
	}
	if e.Hides != "" && !slices.Contains(c.Hidden, e.Hides) {
		c.Hidden = append(c.Hidden, e.Hides)
		c.hide(e.Hides)
	}
	if e.Delivery != nil && e.Delivery.Status == DeliveryOptedOut {
		c.CallBack = nil // whoever wants to hear no more does not wait for a call; who asks for one after that does
	}
	if e.CallBack != nil {
		wish := *e.CallBack
		if c.aside(e) {
			wish.Of = e.Teller.Who
		}
		c.CallBack = &wish
	}
	if e.Teller != nil && !c.aside(e) {
		teller := *e.Teller
		c.Teller = &teller
	}
	if e.Call != nil {
		c.call(*e.Call, e.At)
	}
	c.apart(e)
}

// hide takes the words of a message that was taken back off the case. That they were judged stays.
func (c *Case) hide(id string) {
	if c.PreviewOf == id {
		c.Preview = ""
	}
	var kept []Reason
	for _, r := range c.Reasons {
		if r.Of == id {
			r.Excerpt = ""
		}
		if !slices.ContainsFunc(kept, func(x Reason) bool { return x.Rule == r.Rule && x.Excerpt == r.Excerpt }) {
			kept = append(kept, r)
		}
	}
	c.Reasons = kept
}

// Blank is what is left of an event whose words are destroyed: that it was, when, by which door, and how it was judged.
func (e Event) Blank() Event {
	e.Text, e.CallMe, e.CallBack = Blanked, "", nil
	if e.Judgement != nil {
		j := *e.Judgement
		j.Reasons = slices.Clone(j.Reasons)
		for i := range j.Reasons {
			j.Reasons[i].Excerpt, j.Reasons[i].Start, j.Reasons[i].End = "", 0, 0
		}
		e.Judgement = &j
	}
	return e
}

// Blanked stands in the place of words that were destroyed. It is shown to nobody.
const Blanked = "-"

// correct takes in what a person read on the paper in the place of a machine's guess. It is no news from the seeker, so nobody
// waits anew; but words that turn out graver are new to the desk, and bring a case back that was over.
func (c *Case) correct(e Event) {
	if e.Text != "" {
		c.Preview, c.PreviewOf = cut(e.Text, PreviewRunes), e.ID
	}
	if e.Judgement == nil {
		return
	}
	graver := e.Judgement.Severity.Rank() < c.Severity.Rank()
	c.judge(*e.Judgement, e.ID)
	if !graver {
		return
	}
	c.wait(e)
}

// posted takes in that a message waits for the post, or does no more.
func (c *Case) posted(d Delivery) {
	if d.Said == 0 {
		return
	}
	c.Unposted = slices.DeleteFunc(c.Unposted, func(said int64) bool { return said == d.Said })
	if d.Status == DeliveryPaper {
		c.Unposted = append(c.Unposted, d.Said)
	}
}

// call takes in that the desk calls, or what became of a call. What has an end keeps it: a provider's news may come late,
// and twice. A talk with the seeker is an answer, as a message is.
func (c *Case) call(call Call, at time.Time) {
	i := slices.IndexFunc(c.Calls, func(x Call) bool { return x.ID == call.ID })
	switch {
	case i < 0:
		if c.CallBack != nil {
			call.Of = c.CallBack.Of
		}
		i, c.Calls = len(c.Calls), append(c.Calls, call)
	case c.Calls[i].Ended():
		return
	default:
		c.Calls[i].Outcome, c.Calls[i].Detail = call.Outcome, call.Detail
	}
	if call.Outcome == CallAnswered {
		c.CallBack = nil
		if c.Calls[i].Of != "" {
			return
		}
		if c.AnsweredAt.IsZero() {
			c.AnsweredAt = at
		}
		c.WaitingSince, c.DueAt, c.LeaseUntil = time.Time{}, time.Time{}, time.Time{}
	}
}

// Ended reports whether it is known what became of the call.
func (c Call) Ended() bool { return c.Outcome != "" && c.Outcome != CallRinging }
