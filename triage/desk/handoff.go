package desk

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
	"madoguchi/triage/telling"
)

// Draft is a hand-off before it is sent.
type Draft struct {
	School    string // id, where the recipient is a school
	Recipient string // one of Recipients; empty is school
	Whom      string // of the guardian: one of triage.Whoms, or whoever looks after the child
	Level     triage.ConsentLevel
	Summary   string
	Disclose  []string          // placeholders to fill in for the recipient
	Roles     map[string]string // what stands for placeholders that are not filled in: one of telling.Roles
	May       triage.May
	Reason    string        // of an emergency
	Reworded  bool          // the summary says what the child read in other words, and no more: whoever tells answers for it
	Wait      time.Duration // the recipient sees nothing of it for so long; 0, at once, unless somebody chose otherwise
}

// to is whom the child's will has to name.
func (d Draft) to() string {
	switch d.Recipient {
	case triage.ToBoard:
		return triage.ToBoard
	case triage.ToGuardian:
		return triage.Guardian(d.Whom)
	}
	return d.School
}

// ToSchool is the recipient for whom a consent is asked, as for triage.ToBoard and triage.ToGuardian; the others are told in an
// emergency only.
const ToSchool = "school"

// MaxWait is the longest that a hand-off is held back: its child said yes and goes on being hurt meanwhile.
const MaxWait = 72 * time.Hour

// Recipients lists who can be told.
var Recipients = []string{ToSchool, "police", "ambulance", "child_guidance", "child_center", "board", "guardian"}

// Roles lists what may stand for a placeholder that is not filled in.
var Roles = telling.Roles

var recipientNames = map[string]string{
	"police": "警察", "ambulance": "救急", "child_guidance": "児童相談所", "child_center": "市の子どもの担当課", "board": "教育委員会", "guardian": "保護者",
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
	if draft.Whom != "" && (draft.Recipient != triage.ToGuardian || !slices.Contains(triage.Whoms, draft.Whom)) {
		return draft, bad("保護者のうちのだれかは mother、father、other のどれかです。")
	}
	switch draft.Level {
	case triage.LevelNamed, triage.LevelAnonymous:
		if !slices.Contains([]string{ToSchool, triage.ToBoard, triage.ToGuardian}, draft.Recipient) {
			return draft, bad("学校、教育委員会、保護者ではない宛先には、緊急の連絡だけができます。")
		}
		if draft.Recipient == triage.ToGuardian && (draft.Level != triage.LevelNamed || draft.Wait > 0) {
			return draft, bad("保護者には、本人のこととして（named）、話せるときに話します。")
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
	for p, role := range draft.Roles {
		if !placeholderForm.MatchString(p) || !slices.Contains(telling.Roles, role) {
			return draft, bad("記号の立場は、選択肢から選んでください。")
		}
	}
	if draft.Wait < 0 || draft.Wait > MaxWait || draft.Wait > 0 && draft.Level == triage.LevelEmergency {
		return draft, bad("送るのを待てるのは3日までです。緊急のときは待ちません。")
	}
	if draft.May = draft.May.OrAsk(); !draft.May.Valid() {
		return draft, bad("「してよいこと」は yes、not_yet、ask_us のどれかです。")
	}
	return draft, nil
}

// allowed asks the child's will, and what the case forbids whatever her will is.
func (d *Desk) allowed(ctx context.Context, c triage.Case, draft Draft, h *triage.Handoff) (consent string, err error) {
	if draft.Recipient == ToSchool {
		if err := d.suspected(c, draft.School); err != nil {
			return "", err
		}
		if err := d.opens(ctx, c, draft.School); err != nil {
			return "", err
		}
	}
	if draft.Recipient == triage.ToGuardian || draft.May.CallHome == triage.PermitYes {
		if err := heedful(c); err != nil {
			return "", err
		}
	}
	if draft.Level == triage.LevelEmergency {
		return "", nil
	}
	now := d.Clock.Now()
	k, ok := c.Standing(draft.to(), draft.Level, now)
	switch {
	case !ok:
		return "", refuse(triage.CodeConsent, "本人の意向を、その相手について、まだ確かめていません（期限が過ぎた意向は、もう一度ききます）。")
	case draft.Level == triage.LevelAnonymous && len(draft.Disclose) > 0:
		return "", refuse(triage.CodeConsent, "名前を伝えてよいという意向は、まだ聞いていません。")
	case len(telling.Betrays(c, draft.Disclose)) > 0:
		return "", refuse(triage.CodeConsent, "知らせてくれた子の名前は伝えません。その子も、いじめられた子と同じように守ります。")
	case !telling.Slept(k, c.Consents, triage.JST):
		return "", refuse(triage.CodeConsent, "小学4年生までの子には、一晩おいて、もう一度きいてから伝えます。急ぐときは、緊急の連絡にしてください。")
	}
	if draft.Recipient == triage.ToGuardian {
		if err := agreed(staff.Person{Login: h.By}, k); err != nil {
			return "", err
		}
	}
	beyond, err := d.beyond(ctx, c, draft, h.Summary)
	switch {
	case err != nil:
		return "", err
	case beyond == "":
	case draft.Reworded:
		h.Reworded = true
	default:
		return "", refuse(triage.CodeConsent, "本人に見せた文にないことが入っています：「"+beyond+"」。本人は、見せた文のとおりに読まれると聞いています。もう一度きくか、消してください。言いかえただけなら、そのしるしをつけてください。")
	}
	return k.ID, nil
}

// beyond returns a sentence of the summary that is not in what the child read and allowed, if there is one. The consents' texts
// are anonymized once more, since the case may know a name by now that it did not know then.
func (d *Desk) beyond(ctx context.Context, c triage.Case, draft Draft, summary string) (string, error) {
	all := c.Allowed(draft.to(), draft.Level, d.Clock.Now())
	if len(telling.Beyond(summary, all)) == 0 {
		return "", nil
	}
	for i := range all {
		var err error
		if all[i].Text, err = d.scrubbed(ctx, c.ID, all[i].Text); err != nil {
			return "", err
		}
	}
	if beyond := telling.Beyond(summary, all); len(beyond) > 0 {
		return beyond[0], nil
	}
	return "", nil
}

// compose makes the hand-off of a draft, with its summary anonymized as by scrubbedBy. The draft's placeholders are those of the case.
func (d *Desk) compose(ctx context.Context, p staff.Person, c triage.Case, draft Draft) (triage.Handoff, error) {
	if err := d.stand(ctx, c.ID, slices.Concat(draft.Disclose, slices.Collect(maps.Keys(draft.Roles)))...); err != nil {
		return triage.Handoff{}, err
	}
	summary, err := d.scrubbedBy(ctx, p, c, draft.Summary)
	if err != nil {
		return triage.Handoff{}, err
	}
	reason, err := d.scrubbedBy(ctx, p, c, draft.Reason)
	if err != nil {
		return triage.Handoff{}, err
	}
	h := triage.Handoff{ID: reference(), Recipient: draft.Recipient, School: draft.School, Whom: draft.Whom, Level: draft.Level, Reason: reason,
		Summary: summary, Disclose: draft.Disclose, Roles: draft.Roles, May: draft.May, By: p.Login, State: triage.HandoffSent}
	from := d.Clock.Now()
	if draft.Wait > 0 {
		from = from.Add(draft.Wait)
		h.OpensAt = from
	}
	if draft.Recipient == ToSchool && d.terms.AnswerSchoolWithin > 0 {
		h.AnswerBy = from.Add(d.terms.AnswerSchoolWithin)
	}
	if draft.Recipient == ToSchool || draft.Recipient == triage.ToBoard && draft.Level != triage.LevelEmergency {
		if within := d.receiveWithin(c, draft.Level); within > 0 {
			h.ReceiveBy = from.Add(within)
		}
	}
	return h, nil
}

// Previewed is what the recipient would read, and what must be minded before that.
type Previewed struct {
	triage.HandoffView
	Warnings []telling.Warning
	Refused  string // why it could not be sent as it is now, or empty
	Theirs   string // who runs the school, where that is not the city: they are handed the case over
}

// Preview shows exactly what the recipient would read, whether or not the child's will allows it yet. A lead to whom the case
// is not entrusted sees the placeholders that would be filled in, and triage.Withheld for a name that they wrote themselves.
func (d *Desk) Preview(ctx context.Context, p staff.Person, id triage.CaseID, draft Draft) (Previewed, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return Previewed{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Previewed{}, err
	}
	if draft, err = d.check(draft); err != nil {
		return Previewed{}, err
	}
	if len(draft.Disclose) > 0 && draft.Level == triage.LevelAnonymous {
		return Previewed{}, refuse(triage.CodeConsent, "名前を伝えない引き継ぎでは、名前を入れられません。")
	}
	h, err := d.compose(ctx, p, c, draft)
	if err != nil {
		return Previewed{}, err
	}
	if !entrusted(p, c) {
		h.Disclose = nil
	}
	if err := d.record(ctx, p, "handoff_preview", id, "", strings.Join(h.Disclose, " ")); err != nil {
		return Previewed{}, err
	}
	out := Previewed{Warnings: d.look(c, events, h)}
	var refused *triage.Refusal
	if _, err := d.allowed(ctx, c, draft, &h); errors.As(err, &refused) {
		out.Refused = refused.Say
	} else if err != nil {
		return Previewed{}, err
	}
	if s, ok := d.City.SchoolByID(draft.School); ok && !s.Ours() {
		out.Theirs = d.City.Runs(s).Who
	}
	h.ID, h.SentAt = "", d.Clock.Now()
	out.HandoffView, err = d.view(ctx, c, h)
	return out, err
}

// look is what must be minded in what a recipient would read.
func (d *Desk) look(c triage.Case, events []triage.Event, h triage.Handoff) []telling.Warning {
	var written []string
	for _, e := range events {
		if e.From == triage.Seeker && e.Text != "" {
			written = append(written, e.Text)
		}
	}
	s, _ := d.City.SchoolByID(h.School)
	return telling.Look(telling.Text{Summary: h.Summary, Disclose: h.Disclose, Written: written,
		Named: h.Level != triage.LevelAnonymous}, c, telling.Pupils{All: s.Pupils, Grades: s.Grades, Small: s.Small})
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
			var err error
			if h, err = d.compose(ctx, p, c, draft); err != nil { // what is refused stands nowhere, and must not tell
				return nil, err
			}
			consent, err := d.allowed(ctx, c, draft, &h)
			if err != nil {
				return nil, err
			}
			if !entrusted(p, c) { // what is sent stands in the case, for who has it to see
				if h.Summary, err = d.scrubbed(ctx, id, draft.Summary); err != nil {
					return nil, err
				}
				if h.Reason, err = d.scrubbed(ctx, id, draft.Reason); err != nil {
					return nil, err
				}
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
		return !x.Void() && x.By == h.By && x.Recipient == h.Recipient && x.School == h.School && x.Whom == h.Whom && x.Level == h.Level && x.Summary == h.Summary &&
			x.May == h.May && slices.Equal(x.Disclose, h.Disclose) && now.Sub(x.SentAt) < twice
	})
	if i < 0 {
		return triage.Handoff{}, false
	}
	return c.Handoffs[i], true
}
