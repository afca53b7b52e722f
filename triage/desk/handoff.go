package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
	"madoguchi/triage/staff"
)

// Draft is a hand-off before it is sent.
type Draft struct {
	School    string // id, where the recipient is a school
	Recipient string // one of Recipients; empty is school
	Level     triage.ConsentLevel
	Summary   string
	Disclose  []string // placeholders to fill in for the recipient
	May       triage.May
	Reason    string // of an emergency
}

// ToSchool is the recipient for whom a consent is asked; the others are told in an emergency only.
const ToSchool = "school"

// Recipients lists who can be told.
var Recipients = []string{ToSchool, "police", "ambulance", "child_guidance", "board", "guardian"}

var recipientNames = map[string]string{
	"police": "警察", "ambulance": "救急", "child_guidance": "児童相談所", "board": "教育委員会", "guardian": "保護者",
}

var placeholderForm = regexp.MustCompile(`^\[[^\[\]\s]{1,20}\]$`)

const maxDisclosed = 50

// check fills in what the draft leaves open, and finds what cannot be sent to anybody.
func (d *Desk) check(draft Draft) (Draft, error) {
	if draft.Recipient == "" {
		draft.Recipient = ToSchool
	}
	if !slices.Contains(Recipients, draft.Recipient) {
		return draft, bad("その宛先はありません。")
	}
	if draft.Recipient == ToSchool {
		if _, ok := d.City.SchoolByID(draft.School); !ok {
			return draft, bad("その学校は、登録されていません。")
		}
	} else if draft.School != "" {
		return draft, bad("宛先は、学校かほかの機関かのどちらか一つです。")
	}
	switch draft.Level {
	case triage.LevelNamed, triage.LevelAnonymous:
		if draft.Recipient != ToSchool {
			return draft, bad("学校ではない宛先には、緊急の連絡だけができます。")
		}
	case triage.LevelEmergency:
		if err := words(draft.Reason, maxReason); err != nil {
			return draft, bad("緊急とした理由を書いてください。")
		}
	default:
		return draft, bad("本人の意向（named、anonymous、emergency）を選んでください。")
	}
	if err := words(draft.Summary, maxText); err != nil {
		return draft, err
	}
	if len(draft.Disclose) > maxDisclosed || slices.ContainsFunc(draft.Disclose, func(s string) bool { return !placeholderForm.MatchString(s) }) {
		return draft, bad("伝える名前は [人物A] のような印で選んでください。")
	}
	if draft.May = draft.May.OrAsk(); !draft.May.Valid() {
		return draft, bad("「してよいこと」は yes、not_yet、ask_us のどれかです。")
	}
	return draft, nil
}

// allowed asks the child's will.
func allowed(c triage.Case, draft Draft) (consent string, err error) {
	if draft.Level == triage.LevelEmergency {
		return "", nil
	}
	k, ok := c.Standing(draft.School, draft.Level)
	if !ok {
		return "", refuse(triage.CodeConsent, "本人の意向を、その学校について、まだ確かめていません。")
	}
	if draft.Level == triage.LevelAnonymous && len(draft.Disclose) > 0 {
		return "", refuse(triage.CodeConsent, "名前を伝えてよいという意向は、まだ聞いていません。")
	}
	return k.ID, nil
}

// compose makes the hand-off of a draft, with its summary anonymized.
func (d *Desk) compose(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (triage.Handoff, error) {
	summary, err := d.scrubbed(ctx, id, draft.Summary)
	if err != nil {
		return triage.Handoff{}, err
	}
	reason, err := d.scrubbed(ctx, id, draft.Reason)
	if err != nil {
		return triage.Handoff{}, err
	}
	h := triage.Handoff{ID: reference(id), Recipient: draft.Recipient, School: draft.School, Level: draft.Level, Reason: reason,
		Summary: summary, Disclose: draft.Disclose, May: draft.May, By: p.Login, State: triage.HandoffSent}
	if draft.Recipient == ToSchool && d.terms.AnswerSchoolWithin > 0 {
		h.AnswerBy = d.Clock.Now().Add(d.terms.AnswerSchoolWithin)
	}
	return h, nil
}

// Preview shows exactly what the recipient would read, whether or not the child's will allows it yet. A lead who has not
// joined the case sees the placeholders that would be filled in.
func (d *Desk) Preview(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (triage.HandoffView, error) {
	c, _, err := d.Store.Load(ctx, id)
	if err != nil {
		return triage.HandoffView{}, err
	}
	if err := mayAct(p, c); err != nil {
		return triage.HandoffView{}, err
	}
	if draft, err = d.check(draft); err != nil {
		return triage.HandoffView{}, err
	}
	if len(draft.Disclose) > 0 {
		if draft.Level == triage.LevelAnonymous {
			return triage.HandoffView{}, refuse(triage.CodeConsent, "名前を伝えない引き継ぎでは、名前を入れられません。")
		}
	}
	h, err := d.compose(ctx, p, id, draft)
	if err != nil {
		return triage.HandoffView{}, err
	}
	if !joined(p, c) {
		h.Disclose = nil
	}
	if err := d.record(ctx, p, "handoff_preview", id, "", strings.Join(h.Disclose, " ")); err != nil {
		return triage.HandoffView{}, err
	}
	h.ID, h.SentAt = "", d.Clock.Now()
	return d.view(ctx, id, h)
}

// HandOff sends a hand-off and returns its id. The emergency way asks nobody first: it is for the assignee, the second and
// the leads, and a second person's countersign is due afterwards.
func (d *Desk) HandOff(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (string, error) {
	draft, err := d.check(draft)
	if err != nil {
		return "", err
	}
	var h triage.Handoff
	_, err = d.perform(ctx, p, id, act{what: "handoff", reason: string(draft.Level) + " " + draft.Recipient, may: mayAct,
		erased: draft.Level == triage.LevelEmergency,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			consent, err := allowed(c, draft)
			if err != nil {
				return nil, err
			}
			if h, err = d.compose(ctx, p, id, draft); err != nil {
				return nil, err
			}
			if twin, ok := twin(c, h, d.Clock.Now()); ok {
				h = twin
				return nil, nil
			}
			h.ConsentID = consent
			e := d.event(p, triage.KindHandoff)
			e.Text, e.Handoff = h.Summary, &h
			return append([]triage.Event{e}, d.duties(h)...), nil
		}})
	if err != nil {
		return "", err
	}
	return h.ID, nil
}

// twice is how long the same act of the same person is taken for one: a button pressed twice, a request repeated because
// its answer was lost.
const twice = time.Minute

// twin returns the hand-off that is h, sent just now.
func twin(c triage.Case, h triage.Handoff, now time.Time) (triage.Handoff, bool) {
	i := slices.IndexFunc(c.Handoffs, func(x triage.Handoff) bool {
		return x.By == h.By && x.Recipient == h.Recipient && x.School == h.School && x.Level == h.Level && x.Summary == h.Summary &&
			x.May == h.May && slices.Equal(x.Disclose, h.Disclose) && now.Sub(x.SentAt) < twice
	})
	if i < 0 {
		return triage.Handoff{}, false
	}
	return c.Handoffs[i], true
}

// Kinds of the duties that a hand-off brings.
const (
	DutyAcknowledge = "acknowledge"   // the school's 受領
	DutyAnswer      = "school_answer" // the school's answer
	DutyCountersign = "countersign"   // a second person looks at an emergency
)

// duties are what a hand-off makes due.
func (d *Desk) duties(h triage.Handoff) []triage.Event {
	var events []triage.Event
	due := func(kind string, within time.Duration) {
		if within > 0 {
			events = append(events, d.duty(kind, h.ID, d.Clock.Now().Add(within), time.Time{}))
		}
	}
	if h.Recipient == ToSchool {
		due(DutyAcknowledge, d.terms.AcknowledgeWithin)
		due(DutyAnswer, d.terms.AnswerSchoolWithin)
	}
	if h.Level == triage.LevelEmergency {
		within := d.terms.CountersignWithin
		if within <= 0 {
			within = 24 * time.Hour // an emergency without a second pair of eyes is not left to a city's silence
		}
		due(DutyCountersign, within)
	}
	return events
}

func (d *Desk) duty(kind, handoff string, due, done time.Time) triage.Event {
	e := d.event(staff.Person{}, triage.KindDuty)
	e.From = triage.System
	owner := duty.School
	if kind == DutyCountersign {
		owner = duty.Coordinator
	}
	e.Duty = &triage.Duty{Kind: kind, What: kind + ":" + handoff, DueAt: due, DoneAt: done, Owner: owner, ClimbAt: d.City.Climb(due)}
	return e
}

// fulfil returns the events by which the open duties of those kinds of a hand-off are done.
func (d *Desk) fulfil(c triage.Case, handoff string, kinds ...string) []triage.Event {
	var events []triage.Event
	for _, x := range c.Duties {
		if x.DoneAt.IsZero() && slices.Contains(kinds, x.Kind) && x.What == x.Kind+":"+handoff {
			events = append(events, d.duty(x.Kind, handoff, x.DueAt, d.Clock.Now()))
		}
	}
	return events
}

// Countersign is a lead's look at an emergency hand-off of somebody else, afterwards.
func (d *Desk) Countersign(ctx context.Context, p staff.Person, id triage.CaseID, handoff string) (triage.Case, error) {
	may := func(p staff.Person, c triage.Case) error {
		if err := known(p, c); err != nil || leads(p) {
			return err
		}
		return forbidden()
	}
	return d.perform(ctx, p, id, act{what: "countersign", ref: handoff, may: may, erased: true,
		do: func(c triage.Case, _ []triage.Event) ([]triage.Event, error) {
			h, ok := c.HandoffByID(handoff)
			if !ok {
				return nil, triage.ErrUnknown
			}
			if h.By == p.Login {
				return nil, refuse(triage.CodeTwoPersons, "確認するのは、送った人とは別の人です。")
			}
			events := d.fulfil(c, handoff, DutyCountersign)
			if len(events) == 0 {
				return nil, refuse(triage.CodeState, "この引き継ぎの確認は、もう済んでいるか、要りません。")
			}
			for i := range events {
				events[i].From, events[i].By = triage.Counselor, p.Login
			}
			return events, nil
		}})
}
