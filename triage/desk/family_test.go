package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

const atHome = "休み時間に、持ち物がなくなることがあります。家で、ゆっくり話を聞いてください。"

// family is a case of sato's in which the child said yes to telling her mother.
func (r *room) family() (triage.CaseID, string) {
	r.t.Helper()
	id := r.claimed()
	k, err := r.AskConsent(r.t.Context(), people["sato"], id, desk.Ask{School: triage.Guardian("mother"), Level: triage.LevelNamed, Summary: atHome, Early: true})
	r.must(err)
	r.answers(id, k.ID, triage.AnswerYes)
	return id, k.ID
}

// mother is the hand-off of it.
var mother = desk.Draft{Recipient: triage.ToGuardian, Whom: "mother", Level: triage.LevelNamed, Summary: atHome}

// owed reports whether the case has an open duty of that kind.
func owed(c triage.Case, kind string) bool {
	return slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == kind && d.DoneAt.IsZero() })
}

// The family is told what the child read, after her yes and a supervisor's, by a person who is neither; and only then.
func TestTheFamilyIsToldByAPerson(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, consent := r.family()
	c, _ := r.load(id)
	if !owed(c, triage.DutyAgreeFamily) {
		t.Error("no supervisor is asked to look at it")
	}
	_, err := r.HandOff(ctx, people["sato"], id, mother)
	r.want("without a supervisor", err, "two_persons_needed")
	for login, code := range map[string]string{"sato": "forbidden", "kato": "forbidden", "ito": "forbidden", "hinode": "forbidden"} {
		_, err := r.AgreeFamily(ctx, people[login], id, consent, "家は安全とのこと")
		r.want(login+" agrees", err, code)
	}
	_, err = r.AgreeFamily(ctx, people["mori"], id, consent, " ")
	r.want("without a reason", err, "bad_request")
	_, err = r.AgreeFamily(ctx, people["mori"], id, "nothing", "x")
	r.want("to nothing", err, "unknown")
	_, err = r.AgreeFamily(ctx, people["mori"], id, consent, "家は安全とのこと")
	r.must(err)
	_, err = r.HandOff(ctx, people["mori"], id, mother)
	r.want("by the supervisor who agreed", err, "two_persons_needed")

	for what, change := range map[string]func(*desk.Draft){
		"the father": func(d *desk.Draft) { d.Whom = "father" }, "anybody": func(d *desk.Draft) { d.Whom = "" },
		"more than she read": func(d *desk.Draft) { d.Summary += "学校を休みたいそうです。" },
	} {
		x := mother
		change(&x)
		_, err := r.HandOff(ctx, people["sato"], id, x)
		r.want(what, err, "consent_required")
	}
	for what, change := range map[string]func(*desk.Draft){
		"somebody else": func(d *desk.Draft) { d.Whom = "aunt" }, "without a name": func(d *desk.Draft) { d.Level = triage.LevelAnonymous },
		"and a school": func(d *desk.Draft) { d.School = "hinode-jhs" }, "later": func(d *desk.Draft) { d.Wait = time.Hour },
	} {
		x := mother
		change(&x)
		_, err := r.HandOff(ctx, people["sato"], id, x)
		r.want(what, err, "bad_request")
	}

	shown, err := r.Preview(ctx, people["sato"], id, mother)
	r.must(err)
	if shown.Refused != "" || shown.Summary != atHome || shown.SchoolName != "お母さん" || !strings.Contains(shown.Cover, "文のとおりに話します") {
		t.Errorf("%+v", shown)
	}
	h, err := r.HandOff(ctx, people["sato"], id, mother)
	r.must(err)
	c, _ = r.load(id)
	if owed(c, triage.DutyAgreeFamily) || !owed(c, triage.DutyTellFamily) || owed(c, "countersign") || c.State == triage.HandedOff {
		t.Errorf("%+v", c.Duties)
	}
	_, err = r.Link(ctx, people["sato"], id, h)
	r.want("a link for the family", err, "wrong_state")

	r.clock.pass(2 * time.Hour)
	for what, n := range map[string]desk.Notified{"no way": {How: "dream"}, "tomorrow": {How: "phone", At: r.clock.Now().Add(time.Hour)}, "before": {How: "phone", At: opened.Add(-time.Hour)}} {
		_, err := r.TellFamily(ctx, people["sato"], id, h, n)
		r.want(what, err, "bad_request")
	}
	_, err = r.TellFamily(ctx, people["sato"], id, h, desk.Notified{How: "visit", Spoke: "母", Answer: "ゆうかと話してみます"})
	r.must(err)
	c, _ = r.load(id)
	told, _ := c.HandoffByID(h)
	if told.State != triage.HandoffDone || told.Notice == nil || told.Notice.How != "visit" || told.Notice.Answer != "[人物A]と話してみます" || told.Whom != "mother" {
		t.Errorf("%+v %+v", told, told.Notice)
	}
	if owed(c, triage.DutyTellFamily) || !owed(c, "tell_result") || !owed(c, "check_1w") || !owed(c, "check_4w") {
		t.Errorf("the child hears of it, and is asked: %+v", c.Duties)
	}
	r.answers(id, consent, triage.AnswerNo)
	if c, _ = r.load(id); c.Handoffs[0].State != triage.HandoffDone {
		t.Error("what was said was unsaid")
	}
}

// A child who takes her yes back before anybody has spoken stops it.
func TestAYesToTheFamilyIsTakenBack(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, consent := r.family()
	_, err := r.AgreeFamily(ctx, people["mori"], id, consent, "よい")
	r.must(err)
	h, err := r.HandOff(ctx, people["sato"], id, mother)
	r.must(err)
	r.answers(id, consent, triage.AnswerNo)
	c, _ := r.load(id)
	if got, _ := c.HandoffByID(h); got.State != triage.HandoffRecalled || owed(c, triage.DutyTellFamily) {
		t.Errorf("%+v %+v", got, c.Duties)
	}
	_, err = r.TellFamily(ctx, people["sato"], id, h, desk.Notified{How: "phone"})
	r.want("to tell it all the same", err, "wrong_state")

	id, consent = r.family()
	r.answers(id, consent, triage.AnswerNo)
	if c, _ = r.load(id); owed(c, triage.DutyAgreeFamily) {
		t.Error("a supervisor still has to look at what the child declined")
	}
	r.City.Terms.ConsentDays = 30
	id, consent = r.family()
	_, err = r.AgreeFamily(ctx, people["mori"], id, consent, "よい")
	r.must(err)
	r.clock.pass(400 * 24 * time.Hour)
	_, err = r.HandOff(ctx, people["sato"], id, mother)
	r.want("a yes of long ago", err, "consent_required")
}

// 保護者注意 stands above every will and every emergency; only a lead takes it off, with a reason.
func TestCareWithTheFamily(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, consent := r.family()
	_, err := r.AgreeFamily(ctx, people["mori"], id, consent, "よい")
	r.must(err)
	sent, err := r.HandOff(ctx, people["sato"], id, mother)
	r.must(err)
	_, err = r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "guardian_care", On: "2026-12-01", Note: "家に帰るのをこわがる"})
	r.must(err)

	other := mother
	other.Whom = "father"
	home := desk.Draft{School: "hinode-jhs", Level: triage.LevelEmergency, Summary: plainSummary, Reason: "急ぎ", May: triage.May{CallHome: triage.PermitYes}}
	for what, try := range map[string]func() error{
		"to tell what was about to be told": func() error {
			_, err := r.TellFamily(ctx, people["sato"], id, sent, desk.Notified{How: "phone"})
			return err
		},
		"to tell somebody else": func() error { _, err := r.HandOff(ctx, people["sato"], id, other); return err },
		"an emergency": func() error {
			_, err := r.HandOff(ctx, people["sato"], id, desk.Draft{Recipient: triage.ToGuardian, Level: triage.LevelEmergency, Summary: atHome, Reason: "急ぎ"})
			return err
		},
		"a school that calls home": func() error { _, err := r.HandOff(ctx, people["sato"], id, home); return err },
		"a call": func() error {
			_, err := r.Notify(ctx, people["sato"], id, desk.Notified{Recipient: "guardian", How: "phone", Text: atHome})
			return err
		},
		"to ask the child": func() error {
			_, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: triage.ToGuardian, Level: triage.LevelNamed, Summary: atHome, Early: true})
			return err
		},
		"to write down a yes": func() error {
			_, err := r.RecordConsent(ctx, people["sato"], id, desk.Heard{Ask: desk.Ask{School: triage.ToGuardian, Level: triage.LevelNamed}, Given: "spoken", Note: "電話で"})
			return err
		},
	} {
		r.want(what, try(), "wrong_state")
	}
	_, err = r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "guardian_clear", On: "2026-12-01", Note: "よい"})
	r.want("the assignee takes it off", err, "two_persons_needed")
	_, err = r.Observe(ctx, people["mori"], id, triage.Observed{Kind: "guardian_clear", On: "2026-12-01"})
	r.want("without a reason", err, "bad_request")
	_, err = r.Observe(ctx, people["mori"], id, triage.Observed{Kind: "guardian_clear", On: "2026-12-01", Note: "祖母と暮らす"})
	r.must(err)
	_, err = r.TellFamily(ctx, people["sato"], id, sent, desk.Notified{How: "phone"})
	r.want("to tell it then", err, "ok")
}

// A family is asked about in no other way than with the child as herself, and a school under suspicion keeps nobody from it.
func TestWhatIsAskedAboutTheFamily(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "staff_harm", On: "2026-12-01", Note: "担任"})
	r.must(err)
	for to, code := range map[string]string{"guardian": "ok", "guardian:father": "ok", "guardian:aunt": "bad_request", "guardian:": "bad_request"} {
		_, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: to, Level: triage.LevelNamed, Summary: atHome, Early: true})
		r.want(to, err, code)
	}
	_, err = r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "guardian", Level: triage.LevelAnonymous, Summary: atHome, Early: true})
	r.want("without a name", err, "bad_request")
}
