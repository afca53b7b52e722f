package duty

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// Fact is something that is so of a case, by its name:
//
//	suicide, violence, …       a flag that the rules of the assessment found in somebody's words
//	sure.extortion, …          the same, found by a rule that a person wrote: for duties that nobody should begin for nothing
//	severity.emergency         judged at least so grave, ever; also severity.urgent
//	waits.emergency            in an emergency somebody waits for an answer, whatever their latest words are
//	taken                      somebody took the case, or answered in it
//	left.emergency             somebody had an emergency, and left it to the queue, where nobody has it
//	told.school, told.police…  that recipient has been told; told.school also where the school itself reported
//	silent                     after words of danger and our answer the seeker has said nothing for as long as the city waits; silent.emergency where it was one
//	unanswered.emergency       somebody said 受領 to an emergency, and has not answered it for two leases
//	heard                      the seeker wrote, or was spoken with
//	answered                   a school that was told has said what it does
//	reported, reported.FORM    a school reported, on that form
//	updated                    a school reported on a case that somebody had
//	observed.KIND              a person recorded it
//	claims_serious             a seeker's words may declare a serious case
//	stopped, recurred          the act stopped and has not happened again; it happened again and has not stopped since
//	watching, resolved, closed, over      where the case stands now; over is either of the last two
//	paper                      something of it lies on paper, too: a letter, or what was printed
//	planned                    something was put into the plan for the child, or done of it
//	done.RULE                  what that rule asks for was done
//	decided.RULE.DECISION      and decided so
//
// and what the file itself derives of these (Derived).
type Fact string

// Known is since when a fact is so, when it was last heard of, and whose act it was, where it was one.
type Known struct {
	First, Last time.Time
	By          string
}

// Facts are the facts of a case.
type Facts map[Fact]Known

// Derived is a fact that is so where one of others is.
type Derived struct {
	Key         Fact
	Any         []Fact
	After       Fact // counts only what was heard of after this one was
	AbsentTotal int  // or: absent on at least so many days of a school year
	AbsentRun   int  // or: on so many days one after another
	EndedBy     []Fact
	Source      string
}

// hear takes in that a fact was heard of at that time.
func (f Facts) hear(name Fact, at time.Time, by string) {
	k, ok := f[name]
	if !ok || at.Before(k.First) {
		k.First = at
	}
	if !at.Before(k.Last) {
		k.Last, k.By = at, by
	}
	f[name] = k
}

// know collects the facts of a case.
func (rs Rules) know(c triage.Case, events []triage.Event) Facts {
	f := Facts{}
	for _, e := range events {
		f.judged(e)
		f.claimed(c, e)
		f.reported(e)
		if a := e.Assignment; a != nil && a.To != "" && a.Do != triage.DoConsult || e.Kind == triage.KindMessage && e.From == triage.Counselor {
			f.hear("taken", e.At, e.By)
		}
		if c.HeardFrom(e) {
			f.hear("heard", e.At, "")
		}
		if o := e.Observed; o != nil {
			f.hear(Fact("observed."+o.Kind), e.At, e.By)
		}
		if e.Plan != nil {
			f.hear("planned", e.At, e.By)
		}
		if e.Paper() != "" {
			f.hear("paper", e.At, "")
		}
		if d := e.Duty; d != nil && !d.DoneAt.IsZero() && d.Decision != Restarted {
			f.hear(Fact("done."+d.What), d.DoneAt, e.By)
			if d.Decision != "" {
				f.hear(Fact("decided."+d.What+"."+d.Decision), d.DoneAt, e.By)
			}
		}
	}
	f.waits(c)
	if !c.UpdatedAt.IsZero() {
		f.hear("updated", c.UpdatedAt, "")
	}
	f.told(c)
	f.stands(c, events)
	f.course(events)
	for _, d := range rs.Facts {
		f.derive(d, events)
	}
	return f
}

// judged takes in what words say. That a person lowers the severity takes nothing back.
func (f Facts) judged(e triage.Event) {
	j := e.Judgement
	if j == nil {
		return
	}
	switch e.Wordless() {
	case triage.SilenceRule:
		f.hear("silent", e.At, "")
		if j.Severity == triage.Emergency {
			f.hear("silent.emergency", e.At, "")
		}
		return
	case triage.UnansweredRule:
		f.hear("unanswered.emergency", e.At, "")
		return
	}
	for _, flag := range j.Flags {
		f.hear(Fact(flag), e.At, "")
		if j.Sure(flag) {
			f.hear(Fact("sure."+flag), e.At, "")
		}
	}
	for _, s := range []triage.Severity{triage.Emergency, triage.Urgent} {
		if j.Severity.Rank() <= s.Rank() {
			f.hear(Fact("severity."+string(s)), e.At, e.By)
		}
	}
}

// waits takes in that an emergency is nobody's any more, or has words in it that nobody has answered.
func (f Facts) waits(c triage.Case) {
	if c.Severity != triage.Emergency {
		return
	}
	if c.State == triage.Waiting && !c.LeftAt.IsZero() {
		f.hear("left.emergency", c.LeftAt, "")
	}
	if since := c.WaitingSince; !since.IsZero() {
		if c.GraveAt.After(since) {
			since = c.GraveAt
		}
		f.hear("waits.emergency", since, "")
	}
}

func (f Facts) reported(e triage.Event) {
	if e.Report != nil {
		f.hear("reported", e.At, e.By)
		f.hear(Fact("reported."+e.Report.Form), e.At, e.By)
		f.hear("told.school", e.At, e.By)
	}
	if h := e.Handoff; h != nil && e.From == triage.AtSchool &&
		slices.Contains([]triage.HandoffState{triage.HandoffHandling, triage.HandoffNeedsHelp, triage.HandoffDone}, h.State) {
		f.hear("answered", e.At, e.By)
	}
}

// told takes in who knows. A school that says it is another school's matter was told nothing that helps, what was called
// back is as if it had not been told, and a family knows once somebody has spoken with it.
func (f Facts) told(c triage.Case) {
	for _, h := range c.Handoffs {
		if at, ok := knows(h); ok {
			f.hear(Fact("told."+h.Recipient), at, h.By)
		}
	}
}

// knows returns since when the recipient of a hand-off knows, if they do.
func knows(h triage.Handoff) (at time.Time, ok bool) {
	switch {
	case h.Void() || h.Spoken() && h.Notice == nil:
		return time.Time{}, false
	case h.Spoken():
		return h.Notice.At, true
	}
	return h.SentAt, true
}

// stands takes in the state that the case has now.
func (f Facts) stands(c triage.Case, events []triage.Event) {
	for _, e := range slices.Backward(events) {
		if e.Change == nil || e.Change.To != c.State {
			continue
		}
		switch c.State {
		case triage.Resolved, triage.Closed:
			f.hear("over", e.At, e.By)
			fallthrough
		case triage.Watching:
			f.hear(Fact(c.State), e.At, e.By)
		}
		return
	}
}

// course takes in whether the act has stopped: since the day of it, and Last is when that was written down; or whether it
// happened again.
func (f Facts) course(events []triage.Event) {
	var steps []triage.Event
	for _, e := range events {
		if e.Observed != nil {
			steps = append(steps, e)
		}
	}
	slices.SortStableFunc(steps, func(a, b triage.Event) int { return cmp.Compare(a.Observed.On, b.Observed.On) })
	var stopped, recurred triage.Event
	for _, e := range steps {
		switch {
		case e.Observed.Kind == "recurred":
			stopped, recurred = triage.Event{}, e
		case e.Observed.Kind == "stopped" && stopped.Observed == nil:
			stopped, recurred = e, triage.Event{}
		}
	}
	if recurred.Observed != nil {
		f.hear("recurred", recurred.At, recurred.By)
	}
	if stopped.Observed != nil {
		if on, err := time.ParseInLocation(time.DateOnly, stopped.Observed.On, triage.JST); err == nil {
			f["stopped"] = Known{on, stopped.At, stopped.By}
		}
	}
}

// derive finds whether a derived fact is so.
func (f Facts) derive(d Derived, events []triage.Event) {
	found := Facts{}
	hear := func(k Known) {
		after, gated := f[d.After]
		if d.After != "" && (!gated || !k.Last.After(after.Last)) {
			return
		}
		first := k.First
		if gated && !first.After(after.Last) {
			first = k.Last
		}
		found.hear(d.Key, first, k.By)
		found.hear(d.Key, k.Last, k.By)
	}
	for _, name := range d.Any {
		if k, ok := f[name]; ok {
			hear(k)
		}
	}
	for _, e := range events {
		if o := e.Observed; o != nil && (d.AbsentTotal > 0 && o.Kind == AbsentTotal && o.Days >= d.AbsentTotal ||
			d.AbsentRun > 0 && o.Kind == AbsentRun && o.Days >= d.AbsentRun) {
			hear(Known{e.At, e.At, e.By})
		}
	}
	k, ok := found[d.Key]
	for _, end := range d.EndedBy {
		if e, ended := f[end]; ended && !k.Last.After(e.Last) {
			ok = false
		}
	}
	if ok {
		f[d.Key] = k
	}
}

// Kinds of an observation that rules ask for, beside those on the way to 解消.
const (
	AbsentTotal  = "absent_total"  // 年間の欠席日数, with Days
	AbsentRun    = "absent_run"    // 連続した欠席, with Days
	SeparateRoom = "separate_room" // 別室登校など
	Hard         = "hard"          // 困難ケース, for another reason than the file's
	Eased        = "eased"         // no longer one
	Abused       = triage.ObservedAbused
	Crime        = "crime"   // 犯罪に当たる疑い
	Serious      = "serious" // 重大事態の疑い
	Declared     = triage.Declared
	StaffHarm    = "staff_harm"   // 学校の職員による害、または学校への疑い: the school is told nothing
	SchoolClear  = "school_clear" // and that this is over
	GuardianCare = triage.ObservedGuardianCare
	GuardianEase = triage.ObservedGuardianEase
	Near         = "near"  // somebody is near the child who must not read along
	Alone        = "alone" // nobody is any more
)

// Observations lists these kinds.
var Observations = []string{AbsentTotal, AbsentRun, SeparateRoom, Hard, Eased, Abused, Crime, Serious, Declared, StaffHarm, SchoolClear, GuardianCare, GuardianEase, Near, Alone}

// steps are the kinds of an observation on the way to 解消.
var steps = []string{"stopped", "recurred", "apology", "child_no_pain", "parent_no_pain", "parent_not_asked"}

var plain = []Fact{"severity.emergency", "severity.urgent", "taken", "left.emergency", "waits.emergency", "silent", "silent.emergency", "unanswered.emergency", "heard", "answered", "reported", "updated", "stopped", "recurred", "watching", "resolved", "closed", "over", "planned", "paper"}

// Means reports whether a file with these derived facts and rules can name the fact.
func (rs Rules) Means(name Fact) bool {
	switch prefix, rest, _ := strings.Cut(string(name), "."); {
	case name == ClaimsSerious, slices.Contains(plain, name), slices.Contains(triage.Flags, triage.Flag(name)):
		return true
	case slices.ContainsFunc(rs.Facts, func(d Derived) bool { return d.Key == name }):
		return true
	case prefix == "sure":
		return slices.Contains(triage.Flags, triage.Flag(rest))
	case prefix == "told":
		return slices.Contains([]string{"school", "police", "ambulance", "child_guidance", "child_center", "board", "guardian"}, rest)
	case prefix == "reported":
		_, ok := triage.FormByID(rest)
		return ok
	case prefix == "observed":
		return slices.Contains(steps, rest) || slices.Contains(Observations, rest)
	case prefix == "done":
		_, ok := rs.Rule(rest)
		return ok
	case prefix == "decided":
		key, choice, _ := strings.Cut(rest, ".")
		r, ok := rs.Rule(key)
		return ok && slices.ContainsFunc(r.Decide, func(c Choice) bool { return c.Key == choice })
	}
	return false
}
