package triage_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
)

// asks is the desk's question number id about a school.
func asks(id, school string, level triage.ConsentLevel) triage.Event {
	return triage.Event{Kind: triage.KindHandoff, From: triage.Counselor,
		Consent: &triage.Consent{ID: id, School: school, Level: level, Text: "要約", Answer: triage.AnswerAsked}}
}

// says is the child's answer.
func says(id string, a triage.ConsentAnswer) triage.Event {
	return triage.Event{Kind: triage.KindHandoff, From: triage.Seeker, Consent: &triage.Consent{ID: id, Answer: a}}
}

// notes is what a person heard.
func notes(id string, a triage.ConsentAnswer, given string) triage.Event {
	return triage.Event{Kind: triage.KindHandoff, From: triage.Counselor, Consent: &triage.Consent{ID: id, Answer: a, Given: given, Note: "面談で"}}
}

func TestConsent(t *testing.T) {
	t.Parallel()
	named, anonymous := triage.LevelNamed, triage.LevelAnonymous
	for _, row := range []struct {
		name             string
		events           []triage.Event
		answer           triage.ConsentAnswer // of the first question
		named, anonymous bool                 // whether a consent of sakura stands that allows it
	}{
		{"silence is no", []triage.Event{asks("1", "sakura", named)}, triage.AnswerAsked, false, false},
		{"yes to named", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes)}, triage.AnswerYes, true, true},
		{"yes to anonymous", []triage.Event{asks("1", "sakura", anonymous), says("1", triage.AnswerYes)}, triage.AnswerYes, false, true},
		{"yes about another school", []triage.Event{asks("1", "momiji", named), says("1", triage.AnswerYes)}, triage.AnswerYes, false, false},
		{"no", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerNo)}, triage.AnswerNo, false, false},
		{"no is final", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerNo), says("1", triage.AnswerYes)}, triage.AnswerNo, false, false},
		{"no is final for staff too", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerNo), notes("1", triage.AnswerYes, "spoken")}, triage.AnswerNo, false, false},
		{"a yes after a no needs a new question", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerNo), asks("2", "sakura", named), says("2", triage.AnswerYes)}, triage.AnswerNo, true, true},
		{"taken back", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), says("1", triage.AnswerNo)}, triage.AnswerNo, false, false},
		{"taken back for good", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), says("1", triage.AnswerNo), says("1", triage.AnswerYes)}, triage.AnswerNo, false, false},
		{"later", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerLater)}, triage.AnswerLater, false, false},
		{"later, then yes", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerLater), says("1", triage.AnswerYes)}, triage.AnswerYes, true, true},
		{"change", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerChange)}, triage.AnswerChange, false, false},
		{"yes, then later: it does not stand", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), says("1", triage.AnswerLater)}, triage.AnswerLater, false, false},
		{"yes, then change: it does not stand", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), says("1", triage.AnswerChange)}, triage.AnswerChange, false, false},
		{"an answer that there is not", []triage.Event{asks("1", "sakura", named), says("1", "maybe")}, triage.AnswerAsked, false, false},
		{"asked again by the same id", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), asks("1", "sakura", named)}, triage.AnswerYes, true, true},
		{"answered by staff on their own", []triage.Event{asks("1", "sakura", named), notes("1", triage.AnswerYes, "")}, triage.AnswerAsked, false, false},
		{"written down by staff", []triage.Event{asks("1", "sakura", named), notes("1", triage.AnswerYes, "spoken")}, triage.AnswerYes, true, true},
		{"an answer to no question", []triage.Event{asks("1", "sakura", named), says("2", triage.AnswerYes)}, triage.AnswerAsked, false, false},
		{"a new question leaves an old yes", []triage.Event{asks("1", "sakura", anonymous), says("1", triage.AnswerYes), asks("2", "sakura", named)}, triage.AnswerYes, false, true},
		{"no to more leaves an old yes to less", []triage.Event{asks("1", "sakura", anonymous), says("1", triage.AnswerYes), asks("2", "sakura", named), says("2", triage.AnswerNo)}, triage.AnswerYes, false, true},
		{"no to the same takes an old yes away", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), asks("2", "sakura", named), says("2", triage.AnswerNo)}, triage.AnswerYes, false, true},
		{"no to less takes an old yes to more away", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), asks("2", "sakura", anonymous), says("2", triage.AnswerNo)}, triage.AnswerYes, false, false},
		{"no about another school changes nothing", []triage.Event{asks("1", "sakura", named), says("1", triage.AnswerYes), asks("2", "momiji", named), says("2", triage.AnswerNo)}, triage.AnswerYes, true, true},
	} {
		c := fold(row.events...)
		if c.Consents[0].Answer != row.answer {
			t.Errorf("%s: %s, want %s", row.name, c.Consents[0].Answer, row.answer)
		}
		if _, ok := c.Standing("sakura", named, time.Time{}); ok != row.named {
			t.Errorf("%s: named stands: %v, want %v", row.name, ok, row.named)
		}
		if _, ok := c.Standing("sakura", anonymous, time.Time{}); ok != row.anonymous {
			t.Errorf("%s: anonymous stands: %v, want %v", row.name, ok, row.anonymous)
		}
		if _, ok := c.Standing("sakura", triage.LevelEmergency, time.Time{}); ok {
			t.Errorf("%s: an emergency stands on a consent", row.name)
		}
	}
	mother, father := triage.Guardian("mother"), triage.Guardian("father")
	for _, row := range []struct {
		name           string
		events         []triage.Event
		mother, family bool // whether a consent stands to tell them
	}{
		{"yes to the mother", []triage.Event{asks("1", mother, named), says("1", triage.AnswerYes)}, true, false},
		{"yes to the family", []triage.Event{asks("1", triage.ToGuardian, named), says("1", triage.AnswerYes)}, false, true},
		{"and no to the father", []triage.Event{asks("1", mother, named), says("1", triage.AnswerYes), asks("2", father, named), says("2", triage.AnswerNo)}, true, false},
		{"the family but not the father", []triage.Event{asks("1", triage.ToGuardian, named), says("1", triage.AnswerYes), asks("2", father, named), says("2", triage.AnswerNo)}, false, false},
		{"the mother, then nobody", []triage.Event{asks("1", mother, named), says("1", triage.AnswerYes), asks("2", triage.ToGuardian, named), says("2", triage.AnswerNo)}, false, false},
		{"no to a school", []triage.Event{asks("1", mother, named), says("1", triage.AnswerYes), asks("2", "sakura", named), says("2", triage.AnswerNo)}, true, false},
	} {
		c := fold(row.events...)
		if _, ok := c.Standing(mother, named, time.Time{}); ok != row.mother {
			t.Errorf("%s: the mother may be told: %v", row.name, ok)
		}
		if _, ok := c.Standing(triage.ToGuardian, named, time.Time{}); ok != row.family {
			t.Errorf("%s: the family may be told: %v", row.name, ok)
		}
	}
	c := fold(asks("1", "sakura", named), notes("1", triage.AnswerYes, "written"))
	if k := c.Consents[0]; k.Given != "written" || k.Note != "面談で" || k.Text != "要約" || k.School != "sakura" {
		t.Errorf("what staff wrote down is %+v", k)
	}
}

func TestHandoffs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		steps  []triage.HandoffState
		state  triage.HandoffState
		readAt int // minute of 受領; 0 is not read
	}{
		{"sent, whatever the event says", nil, triage.HandoffSent, 0},
		{"received", []triage.HandoffState{triage.HandoffReceived}, triage.HandoffReceived, 1},
		{"handling without a receipt is one", []triage.HandoffState{triage.HandoffHandling}, triage.HandoffHandling, 1},
		{"received once", []triage.HandoffState{triage.HandoffReceived, triage.HandoffHandling, triage.HandoffNeedsHelp}, triage.HandoffNeedsHelp, 1},
		{"done", []triage.HandoffState{triage.HandoffReceived, triage.HandoffDone}, triage.HandoffDone, 1},
		{"words without a step", []triage.HandoffState{triage.HandoffReceived, ""}, triage.HandoffReceived, 1},
	} {
		events := []triage.Event{handsOff("07h", "school", "sakura")}
		for _, s := range row.steps {
			events = append(events, steps("07h", s))
		}
		c := fold(events...)
		h, ok := c.HandoffByID("07h")
		if !ok || h.State != row.state || len(h.Answers) != len(row.steps) || !h.SentAt.Equal(zero) {
			t.Errorf("%s: %+v", row.name, h)
		}
		if want := minute(row.readAt); h.ReadAt.IsZero() != (row.readAt == 0) || row.readAt > 0 && !h.ReadAt.Equal(want) {
			t.Errorf("%s: read at %v, want minute %d", row.name, h.ReadAt, row.readAt)
		}
	}
	if _, ok := fold(writes("1")).HandoffByID("07h"); ok {
		t.Error("a hand-off that there is not")
	}
}

func TestRefsAndSchools(t *testing.T) {
	t.Parallel()
	c := fold(writes("1"), asks("07k", "sakura", triage.LevelNamed), handsOff("07h", "school", "momiji"), handsOff("07p", "police", ""),
		triage.Event{Kind: triage.KindReport, From: triage.AtSchool, Report: &triage.Report{ID: "07r", School: "kaede"}})
	refs, schools := c.Refs(), c.Schools()
	slices.Sort(refs)
	if want := []string{"07h", "07k", "07p", "07r"}; !slices.Equal(refs, want) {
		t.Errorf("refs %v, want %v", refs, want)
	}
	// A school that was only asked about has nothing to read.
	if want := []string{"momiji", "kaede"}; !slices.Equal(schools, want) {
		t.Errorf("schools %v, want %v", schools, want)
	}
}

func TestAgenda(t *testing.T) {
	t.Parallel()
	say := func(n int64) triage.Event { e := answers("aoki"); e.Said = n; return e }
	outcome := func(n int64, status string) triage.Event {
		return triage.Event{Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Said: n, Status: status}}
	}
	owes := func(what string, due, done int) triage.Event {
		d := &triage.Duty{Kind: "answer", What: what, DueAt: minute(due)}
		if done > 0 {
			d = &triage.Duty{What: what, DoneAt: minute(done)}
		}
		return triage.Event{Kind: triage.KindDuty, From: triage.System, Duty: d}
	}
	const never, now = -1, 0
	for _, row := range []struct {
		name              string
		events            []triage.Event
		send, lease, duty int // minute at which it is due
	}{
		{"nothing", []triage.Event{writes("1")}, never, never, never},
		{"a claim", []triage.Event{writes("1"), claims("aoki")}, never, 60, never},
		{"an answer to send", []triage.Event{writes("1"), claims("aoki"), say(1)}, now, never, never},
		{"sent", []triage.Event{writes("1"), say(1), outcome(1, triage.DeliverySent)}, never, never, never},
		{"failed is an outcome", []triage.Event{writes("1"), say(1), outcome(1, triage.DeliveryFailed)}, never, never, never},
		{"one of two sent", []triage.Event{writes("1"), say(1), say(2), outcome(1, triage.DeliverySent)}, now, never, never},
		{"the second has an outcome, the first has none", []triage.Event{writes("1"), say(1), say(2), outcome(2, triage.DeliverySent)}, now, never, never},
		{"a receipt is no second outcome", []triage.Event{writes("1"), say(1), say(2), outcome(1, triage.DeliverySent), outcome(1, triage.DeliveryRead)}, now, never, never},
		{"an outcome of what was never said", []triage.Event{writes("1"), outcome(1, triage.DeliverySent), say(1)}, now, never, never},
		{"an opt-out is no outcome", []triage.Event{writes("1"), say(1), outcome(0, triage.DeliveryOptedOut)}, now, never, never},
		{"the earliest duty", []triage.Event{writes("1"), owes("b", 30, 0), owes("a", 20, 0), owes("c", 40, 0)}, never, never, 20},
		{"a duty done", []triage.Event{writes("1"), owes("b", 30, 0), owes("a", 20, 0), owes("a", 0, 9)}, never, never, 30},
		{"a duty moved", []triage.Event{writes("1"), owes("a", 20, 0), owes("a", 50, 0)}, never, never, 50},
		{"a duty begun again", []triage.Event{writes("1"), owes("a", 20, 0), owes("a", 0, 9), owes("a", 50, 0)}, never, never, 50},
		{"an erased case", []triage.Event{writes("1"), claims("aoki"), owes("a", 20, 0), {Kind: triage.KindMessage, From: triage.Desk, Said: 1},
			{Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}}}, never, never, never},
	} {
		agenda := fold(row.events...).Agenda()
		for kind, want := range map[triage.DueKind]int{triage.DueSend: row.send, triage.DueLease: row.lease, triage.DueDuty: row.duty} {
			at, due := agenda[kind]
			if due != (want != never) || want > now && !at.Equal(minute(want)) || want == now && !at.IsZero() {
				t.Errorf("%s: %s is due %v at %v, want minute %d", row.name, kind, due, at, want)
			}
		}
	}
	c := fold(writes("1"), owes("a", 20, 0), owes("a", 0, 9))
	if d := c.Duties[0]; d.Kind != "answer" || !d.DueAt.Equal(minute(20)) || !d.DoneAt.Equal(minute(9)) {
		t.Errorf("a duty done is %+v", d)
	}
	d := triage.Duty{DueAt: minute(5)}
	if d.Overdue(minute(5)) || !d.Overdue(minute(6)) {
		t.Error("a duty is overdue after its time and not at it")
	}
	if d.DoneAt = minute(9); d.Overdue(minute(10)) {
		t.Error("a duty that is done is overdue")
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	erase := triage.Event{Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}}
	c := fold(writes("1"), erase, erase)
	if !c.Erased() || !c.ErasedAt.Equal(minute(1)) || c.State != triage.Waiting {
		t.Errorf("erased at %v, %s; want the first time, and the state as it was", c.ErasedAt, c.State)
	}
	if fold(writes("1")).Erased() {
		t.Error("erased unasked")
	}
}

func TestDueAtIsTheEarliestUnanswered(t *testing.T) {
	t.Parallel()
	due := func(n int) triage.Event { e := writes("x"); e.DueAt = minute(n); return e }
	for _, row := range []struct {
		name   string
		events []triage.Event
		want   time.Time
	}{
		{"none", []triage.Event{writes("1")}, time.Time{}},
		{"the first", []triage.Event{due(60)}, minute(60)},
		{"a later one may be earlier", []triage.Event{due(60), due(30)}, minute(30)},
		{"or not", []triage.Event{due(60), due(90), writes("3")}, minute(60)},
		{"the first had none", []triage.Event{writes("1"), due(90)}, minute(90)},
		{"answered", []triage.Event{due(60), answers("aoki")}, time.Time{}},
		{"and written to again", []triage.Event{due(60), answers("aoki"), due(90)}, minute(90)},
	} {
		if c := fold(row.events...); !c.DueAt.Equal(row.want) {
			t.Errorf("%s: due at %v, want %v", row.name, c.DueAt, row.want)
		}
	}
}
