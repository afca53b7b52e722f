package triage

import (
	"slices"
	"time"
)

// beside takes in what stands beside an event's words: files, what was taken back or compared, calls.
func (c *Case) beside(e Event) {
	c.Files = append(c.Files, e.Files...)
	if e.Unchecked {
		c.Unchecked = append(c.Unchecked, e.ID)
	}
	if e.Corrects != "" {
		c.Unchecked = slices.DeleteFunc(c.Unchecked, func(id string) bool { return id == e.Corrects })
	}
	if e.Hides != "" && !slices.Contains(c.Hidden, e.Hides) {
		c.Hidden = append(c.Hidden, e.Hides)
	}
	if e.CallBack != nil {
		wish := *e.CallBack
		c.CallBack = &wish
	}
	if e.Call != nil {
		c.call(*e.Call)
	}
}

// call takes in that the desk calls, or what became of a call. What has an end keeps it: a provider's news may come late,
// and twice. A talk is an answer, as a message is.
func (c *Case) call(call Call) {
	i := slices.IndexFunc(c.Calls, func(x Call) bool { return x.ID == call.ID })
	switch {
	case i < 0:
		c.Calls = append(c.Calls, call)
	case c.Calls[i].Ended():
		return
	default:
		c.Calls[i].Outcome, c.Calls[i].Detail = call.Outcome, call.Detail
	}
	if call.Outcome == CallAnswered {
		c.CallBack = nil
		c.WaitingSince, c.DueAt, c.LeaseUntil = time.Time{}, time.Time{}, time.Time{}
	}
}

// Ended reports whether it is known what became of the call.
func (c Call) Ended() bool { return c.Outcome != "" && c.Outcome != CallRinging }
