package triage

import "slices"

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

// call takes in that the desk calls, or what became of a call.
func (c *Case) call(call Call) {
	if i := slices.IndexFunc(c.Calls, func(x Call) bool { return x.ID == call.ID }); i >= 0 {
		c.Calls[i].Outcome, c.Calls[i].Detail = call.Outcome, call.Detail
	} else {
		c.Calls = append(c.Calls, call)
	}
	if call.Outcome == CallAnswered {
		c.CallBack = nil
	}
}
