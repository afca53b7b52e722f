package triage

import (
	"slices"
	"time"
)

// Fold applies events in order to an empty case.
func Fold(id CaseID, events []Event) Case {
	c := Case{ID: id}
	for _, e := range events {
		c = c.With(e)
	}
	return c
}

// With returns the case after e. It is pure: c is not changed, and the slices of the result are its own.
func (c Case) With(e Event) Case {
	was := c
	c = c.clone()
	c.Version++
	if e.At.After(c.LastAt) { // what is written down later may have been earlier
		c.LastAt = e.At
	}
	if c.Version == 1 {
		c.OpenedAt = e.At
		c.State, c.Severity, c.Role = Waiting, Routine, Psychologist
	}
	if e.Said > c.Said {
		c.Said = e.Said
	}
	switch e.Kind {
	case KindMessage:
		c.message(e)
	case KindAssessment:
		c.assess(e)
	case KindAssignment:
		if e.Assignment != nil {
			c.assign(*e.Assignment, e)
		}
	case KindHandoff:
		c.consent(e)
		c.handoff(e)
	case KindReport:
		if e.Report != nil {
			c.file(*e.Report, e.At)
			c.report(e)
		}
	case KindState:
		c.change(e)
	case KindDelivery:
		c.delivered(e)
	}
	c.beside(e)
	c.enter(e, was)
	c.park(e, was)
	if c.Severity != was.Severity {
		c.GraveAt = e.At
	}
	c.road(e)
	c.risk(e)
	c.safety(e)
	for _, s := range e.Schools {
		if !slices.Contains(c.Named, s) {
			c.Named = append(slices.Clip(c.Named), s)
		}
	}
	if e.Duty != nil {
		c.duty(*e.Duty)
	}
	if e.news() {
		c.News = c.Version
	}
	if e.Observed != nil {
		c.Observed = append(c.Observed, *e.Observed)
	}
	return c
}

func (c Case) clone() Case {
	c.Flags, c.Reasons, c.Channels = slices.Clone(c.Flags), slices.Clone(c.Reasons), slices.Clone(c.Channels)
	c.Consents, c.Handoffs, c.Reports = slices.Clone(c.Consents), slices.Clone(c.Handoffs), slices.Clone(c.Reports)
	c.Unposted = slices.Clone(c.Unposted)
	c.Files, c.Hidden, c.Unchecked, c.Calls = slices.Clone(c.Files), slices.Clone(c.Hidden), slices.Clone(c.Unchecked), slices.Clone(c.Calls)
	c.Duties, c.Observed = slices.Clone(c.Duties), slices.Clone(c.Observed)
	return c
}

func (c *Case) message(e Event) {
	switch e.From {
	case Seeker:
		if e.Corrects != "" {
			c.correct(e)
			return
		}
		c.hear(e)
	case Counselor:
		if e.Interim {
			return // who waits for an answer waits still
		}
		if e.By != "" && !slices.Contains(c.Spoke, e.By) {
			c.Spoke = append(slices.Clip(c.Spoke), e.By)
		}
		if c.AnsweredAt.IsZero() {
			c.AnsweredAt = e.At
		}
		c.WaitingSince, c.DueAt, c.LeaseUntil = time.Time{}, time.Time{}, time.Time{}
	}
}

// hear takes in what a seeker says, or a school's report that somebody has yet to take up: it waits for an answer.
func (c *Case) hear(e Event) {
	c.said(e)
	c.wait(e)
}

// wait begins the wait for an answer, or brings its end forward, and brings back a case that was over.
func (c *Case) wait(e Event) {
	if c.WaitingSince.IsZero() {
		c.WaitingSince, c.DueAt = e.At, e.DueAt
	} else if !e.DueAt.IsZero() && (c.DueAt.IsZero() || e.DueAt.Before(c.DueAt)) {
		c.DueAt = e.DueAt
	}
	if c.State != Waiting && c.State != Open {
		c.back(e.At)
	}
}

// said takes in words, by which door they came, and how they were judged.
func (c *Case) said(e Event) {
	c.Doomed = "" // whoever says something has a case
	if e.Channel != "" {
		if e.By == "" || c.Door == "" { // what staff write down opens no door to the seeker
			c.Door = e.Channel
		}
		if !slices.Contains(c.Channels, e.Channel) {
			c.Channels = append(c.Channels, e.Channel)
		}
	}
	if e.About != "" && !c.aside(e) {
		c.About = e.About
	}
	if e.CallMe != "" && !c.aside(e) {
		c.CallMe = e.CallMe
	}
	if e.Text != "" && !slices.Contains(c.Hidden, e.ID) {
		c.Preview, c.PreviewOf = cut(e.Text, PreviewRunes), e.ID
	}
	if e.Judgement != nil {
		c.judge(*e.Judgement, e.ID)
	}
}

// judge takes in what the rules found: they only raise.
func (c *Case) judge(j Judgement, of string) {
	if j.Severity.Rank() < c.Severity.Rank() {
		c.Severity, c.Overruled = j.Severity, false
	}
	c.Flags = union(c.Flags, j.Flags)
	for _, r := range j.Reasons {
		if r.Of = of; slices.Contains(c.Hidden, of) {
			r.Excerpt = ""
		}
		if !slices.ContainsFunc(c.Reasons, func(x Reason) bool { return x.Rule == r.Rule && x.Excerpt == r.Excerpt }) {
			c.Reasons = append(c.Reasons, r)
		}
	}
	c.Role = Need(c.Flags)
}

func (c *Case) assess(e Event) {
	if e.Judgement == nil {
		return
	}
	if e.From == Counselor {
		if e.Judgement.Severity.Valid() {
			c.Severity, c.Overruled = e.Judgement.Severity, true
			c.Overrule = &Overrule{e.Judgement.Severity, e.Text, e.By, e.At}
			if !c.WaitingSince.IsZero() && !e.DueAt.IsZero() {
				c.DueAt = e.DueAt
			}
		}
		return
	}
	c.judge(*e.Judgement, e.ID)
}

func (c *Case) assign(a Assignment, e Event) {
	switch a.Do {
	case DoClaim, DoTransfer:
		if a.To == "" {
			return
		}
		c.Assignee, c.LeaseUntil = a.To, a.Until
		if c.WaitingSince.IsZero() {
			c.LeaseUntil = time.Time{} // nobody waits for a first answer
		}
		if c.Second == a.To {
			c.Second = ""
		}
		if c.State == Waiting {
			c.State = Open
		}
	case DoRelease, DoLapse:
		if c.State == Resolved || c.State == Closed {
			c.leave() // what is over does not begin again because somebody leaves it
			return
		}
		c.queue(e)
	case DoSecond:
		c.Second = a.To
	case DoConsult:
		if a.To != "" && !slices.Contains(c.Consulted, a.To) {
			c.Consulted = append(slices.Clip(c.Consulted), a.To)
		}
	}
}

// leave takes the assignee off the case and remembers who it was.
func (c *Case) leave() {
	if c.Assignee != "" {
		c.Former = c.Assignee
	}
	c.Assignee, c.LeaseUntil = "", time.Time{}
}

// back puts the case into the queue again; who had it comes first when it is taken.
func (c *Case) back(at time.Time) {
	if c.Assignee != "" && (c.State == Open || c.State == HandedOff) {
		c.LeftAt = at
	}
	c.leave()
	c.State = Waiting
}

// queue puts the case into the queue, where somebody waits since then, and until when e says, if not since before.
func (c *Case) queue(e Event) {
	if c.WaitingSince.IsZero() {
		c.WaitingSince, c.DueAt = e.At, e.DueAt
	}
	c.back(e.At)
}

func (c *Case) change(e Event) {
	if e.Change == nil {
		return
	}
	if e.Change.Erase {
		if !c.Erased() {
			c.ErasedAt = e.At
		}
		return
	}
	if e.Change.Keep != "" {
		c.hold(*e.Change)
		return
	}
	if e.Change.Destroy != "" {
		c.Doomed = e.Change.Destroy
		return
	}
	if e.Change.Unname != "" {
		c.Unnamed, c.CallMe = e.Change.Unname, "" // it may have been a name, and its time is over
		return
	}
	switch e.Change.To {
	case Open:
		if c.Assignee == "" {
			c.Assignee = e.By
		}
		c.State = Open
		if c.Assignee == "" {
			c.queue(e)
		}
	case Waiting:
		c.queue(e)
	case HandedOff, Watching, Resolved, Closed:
		c.State = e.Change.To
		c.LeaseUntil, c.WaitingSince, c.DueAt = time.Time{}, time.Time{}, time.Time{}
	}
}

func (c *Case) delivered(e Event) {
	if e.Delivery == nil {
		return
	}
	switch e.Delivery.Status {
	case DeliveryOptedOut:
		c.OptedOut = true
	case DeliveryOptedIn:
		c.OptedOut = false
	}
	c.posted(*e.Delivery)
	if e.Delivery.Said == c.Sent+1 && c.Sent < c.Said {
		c.Sent++
	}
}

func (c *Case) duty(d Duty) {
	i := slices.IndexFunc(c.Duties, func(x Duty) bool { return x.What == d.What })
	if i < 0 {
		c.Duties = append(c.Duties, d)
		return
	}
	if !d.DoneAt.IsZero() { // that it is done says nothing new of what it is
		was := c.Duties[i]
		was.DoneAt, was.By, was.Decision, was.Reason = d.DoneAt, d.By, d.Decision, d.Reason
		d = was
	}
	c.Duties[i] = d
}

// cut returns at most n runes of s.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
