package desk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

var toHinode = desk.Draft{School: "hinode-jhs", Level: triage.LevelNamed, Summary: "ゆうかさんが休み時間にけられています。", Disclose: []string{"[人物A]"}}

// asked asks the child, who answers.
func (r *room) asked(id triage.CaseID, school string, level triage.ConsentLevel, answer triage.ConsentAnswer) string {
	r.t.Helper()
	k, err := r.AskConsent(r.t.Context(), people["sato"], id, desk.Ask{School: school, Level: level, Summary: toHinode.Summary, Early: true})
	r.must(err)
	if answer != "" {
		r.answers(id, k.ID, answer)
	}
	return k.ID
}

func TestNoHandOffWithoutTheChildsWill(t *testing.T) {
	named, anonymous := toHinode, toHinode
	anonymous.Level, anonymous.Disclose = triage.LevelAnonymous, nil
	for _, c := range []struct {
		what   string
		level  triage.ConsentLevel
		school string
		answer triage.ConsentAnswer
		draft  desk.Draft
		want   string
	}{
		{"silence", triage.LevelNamed, "hinode-jhs", "", named, "consent_required"},
		{"no", triage.LevelNamed, "hinode-jhs", triage.AnswerNo, named, "consent_required"},
		{"later", triage.LevelNamed, "hinode-jhs", triage.AnswerLater, named, "consent_required"},
		{"yes to another school", triage.LevelNamed, "kawabe-jhs", triage.AnswerYes, named, "consent_required"},
		{"yes without a name", triage.LevelAnonymous, "hinode-jhs", triage.AnswerYes, named, "consent_required"},
		{"yes without a name, told without", triage.LevelAnonymous, "hinode-jhs", triage.AnswerYes, anonymous, "ok"},
		{"yes, told without a name", triage.LevelNamed, "hinode-jhs", triage.AnswerYes, anonymous, "ok"},
		{"yes", triage.LevelNamed, "hinode-jhs", triage.AnswerYes, named, "ok"},
	} {
		r := open(t)
		id := r.claimed()
		r.asked(id, c.school, c.level, c.answer)
		_, err := r.HandOff(t.Context(), people["sato"], id, c.draft)
		r.want(c.what, err, c.want)
	}
	r := open(t)
	id := r.claimed()
	withdrawn := r.asked(id, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	r.answers(id, withdrawn, triage.AnswerNo)
	_, err := r.HandOff(t.Context(), people["sato"], id, named)
	r.want("yes, taken back", err, "consent_required")
	if again := r.asked(id, "hinode-jhs", triage.LevelNamed, ""); again == withdrawn {
		t.Error("a question that was answered is not asked again")
	}
	anonymous.Disclose = []string{"[人物A]"}
	_, err = r.HandOff(t.Context(), people["sato"], id, anonymous)
	r.want("without a name, with a name", err, "consent_required")
	_, err = r.RecordConsent(t.Context(), people["sato"], id, desk.Heard{Ask: desk.Ask{School: "hinode-jhs", Level: triage.LevelNamed},
		Given: "spoken", Note: "ゆうかさんから電話で"})
	r.want("a yes that was heard", err, "ok")
	_, err = r.HandOff(t.Context(), people["sato"], id, named)
	r.want("after it", err, "ok")
}

func TestAQuestionIsSaidToTheChild(t *testing.T) {
	r := open(t)
	id := r.claimed()
	k := r.asked(id, "hinode-jhs", triage.LevelNamed, "")
	c, events := r.load(id)
	last := events[len(events)-1]
	if c.Said != 1 || last.Said != 1 || string(last.Words) != "sealed:"+toHinode.Summary || last.Consent.Text != "[人物A]さんが休み時間にけられています。" || last.Consent.Answer != triage.AnswerAsked {
		t.Errorf("%+v", last)
	}
	if strings.HasPrefix(k, string(id[:2])) || strings.Contains(k, string(id[2:])) {
		t.Errorf("consent %s of case %s", k, id)
	}
	for what, a := range map[string]desk.Ask{
		"an unknown school": {School: "x", Level: triage.LevelNamed, Summary: "x"},
		"no level":          {School: "hinode-jhs", Summary: "x"},
		"an emergency":      {School: "hinode-jhs", Level: triage.LevelEmergency, Summary: "x"},
		"nothing":           {School: "hinode-jhs", Level: triage.LevelNamed},
	} {
		_, err := r.AskConsent(t.Context(), people["sato"], id, a)
		r.want(what, err, "bad_request")
	}
}

// The whole way: asked, told, received, answered, done; and the school sees its own part only.
func TestTheSchoolsSide(t *testing.T) {
	r, ctx := open(t), t.Context()
	school := r.Portal()
	id := r.claimed()
	r.asked(id, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	if again := r.asked(id, "hinode-jhs", triage.LevelAnonymous, ""); again != r.asked(id, "hinode-jhs", triage.LevelAnonymous, "") {
		t.Error("a button pressed twice asks twice")
	}
	preview, err := r.Preview(ctx, people["sato"], id, toHinode)
	r.must(err)
	h, err := r.HandOff(ctx, people["sato"], id, toHinode)
	r.must(err)
	if again, err := r.HandOff(ctx, people["sato"], id, toHinode); err != nil || again != h {
		t.Errorf("a button pressed twice: %s then %s, %v", h, again, err)
	}
	c, _ := r.load(id)
	if c.State != triage.HandedOff || c.Handoffs[0].Summary != "[人物A]さんが休み時間にけられています。" || len(c.Duties) != 2 {
		t.Fatalf("%s, %+v, %+v", c.State, c.Handoffs, c.Duties)
	}

	views, err := school.List(ctx, people["hinode"])
	r.must(err)
	if len(views) != 1 || views[0].ID != h || views[0].Summary != "" {
		t.Fatalf("%+v", views)
	}
	v, err := school.Open(ctx, people["hinode"], h)
	r.must(err)
	if v.Summary != "ゆうかさんが休み時間にけられています。" || v.State != triage.HandoffSent || v.SchoolName != "日の出台中学校" {
		t.Errorf("%+v", v)
	}
	for _, part := range []string{"名前を伝えてよい", "12月2日 09:00", "12月4日 09:00", "本人への声かけ：窓口に相談", "**お願い**"} {
		if !strings.Contains(v.Cover, part) {
			t.Errorf("the cover lacks %s: %s", part, v.Cover)
		}
	}
	if preview.Cover != v.Cover || preview.Summary != v.Summary || preview.May != v.May {
		t.Errorf("the preview differs: %+v", preview)
	}
	if body, _ := json.Marshal(v); strings.Contains(string(body), string(id[2:])) {
		t.Error("the school sees the case's id")
	}

	for _, who := range []string{"kawabe", "nowhere", "sato", "kato"} {
		_, open := school.Open(ctx, people[who], h)
		_, ack := school.Acknowledge(ctx, people[who], h)
		if code(open) == "ok" || code(ack) == "ok" {
			t.Errorf("%s reads what was sent to another: %v %v", who, open, ack)
		}
	}
	if views, err := school.List(ctx, people["kawabe"]); err != nil || len(views) != 0 {
		t.Errorf("%v %v", views, err)
	}
	_, err = school.Open(ctx, people["hinode"], string(id))
	r.want("by the case's id", err, "unknown")

	v, err = school.Acknowledge(ctx, people["hinode"], h)
	r.must(err)
	again, err := school.Acknowledge(ctx, people["hinode"], h)
	r.must(err)
	if v.State != triage.HandoffReceived || v.ReadAt.IsZero() || len(again.Answers) != 1 {
		t.Errorf("%+v then %+v", v, again)
	}
	_, err = school.Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: "lost", Text: ""})
	r.want("an unknown step", err, "bad_request")
	_, err = school.Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: triage.HandoffHandling, Text: "ゆうかさんの担任と見守ります"})
	r.want("handling", err, "ok")
	v, err = school.Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: triage.HandoffDone, Text: "終わりました"})
	r.want("done", err, "ok")
	_, err = school.Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: triage.HandoffHandling, Text: "まだ"})
	r.want("after done", err, "wrong_state")
	c, events := r.load(id)
	if c.State != triage.Open || v.State != triage.HandoffDone || c.Handoffs[0].Answers[1].Text != "[人物A]さんの担任と見守ります" {
		t.Errorf("%s, %+v", c.State, c.Handoffs[0])
	}
	var due []string
	for _, d := range c.Duties {
		if d.DoneAt.IsZero() {
			due = append(due, d.Kind)
		}
	}
	if !slices.Equal(due, []string{"tell_result", "check_1w", "check_4w"}) { // the child hears what the school did, and is asked how it goes
		t.Errorf("%v are still due", due)
	}
	for _, e := range events {
		if e.From == triage.AtSchool && e.By != "hinode" {
			t.Errorf("%+v", e)
		}
	}
}

func TestTheWrongSchoolReadsNoFurther(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.asked(id, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	h, err := r.HandOff(ctx, people["sato"], id, toHinode)
	r.must(err)
	_, err = r.Portal().Answer(ctx, people["hinode"], h, triage.HandoffAnswer{Step: triage.HandoffWrongSchool, Text: ""})
	r.must(err)
	v, err := r.Portal().Open(ctx, people["hinode"], h)
	if err != nil || v.Summary != "" || v.Cover != "" {
		t.Errorf("%+v %v", v, err)
	}
}

func TestEmergencyAsksNobodyFirstAndASecondPersonAfterwards(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	draft := desk.Draft{Recipient: "police", Level: triage.LevelEmergency, Summary: "いま屋上にいます", Reason: "ゆうかが飛び降りると書いた"}
	for what, change := range map[string]func(*desk.Draft){
		"no reason":                   func(d *desk.Draft) { d.Reason = "" },
		"nobody":                      func(d *desk.Draft) { d.Recipient = "newspaper" },
		"police and a school":         func(d *desk.Draft) { d.School = "hinode-jhs" },
		"police by consent":           func(d *desk.Draft) { d.Level = triage.LevelNamed },
		"no level":                    func(d *desk.Draft) { d.Level = "" },
		"no school":                   func(d *desk.Draft) { d.Recipient = "" },
		"nothing to tell":             func(d *desk.Draft) { d.Summary = "　" },
		"a name that is no mark":      func(d *desk.Draft) { d.Disclose = []string{"ゆうか"} },
		"a switch of its own meaning": func(d *desk.Draft) { d.May.CallHome = "maybe" },
	} {
		d := draft
		change(&d)
		_, err := r.HandOff(ctx, people["sato"], id, d)
		r.want(what, err, "bad_request")
	}
	_, err := r.HandOff(ctx, people["abe"], id, draft)
	r.want("a colleague", err, "forbidden")
	h, err := r.HandOff(ctx, people["sato"], id, draft)
	r.want("the assignee", err, "ok")
	c, _ := r.load(id)
	if c.State != triage.Open || c.Handoffs[0].Reason != "[人物A]が飛び降りると書いた" || len(c.Duties) != 2 || c.Duties[1].Kind != "tell_child" || c.Duties[0].Kind != "countersign" ||
		!c.Duties[0].DueAt.Equal(opened.Add(24*time.Hour)) {
		t.Fatalf("%s %+v %+v", c.State, c.Handoffs[0], c.Duties)
	}
	_, err = r.Countersign(ctx, people["sato"], id, h)
	r.want("one's own", err, "forbidden")
	_, err = r.Countersign(ctx, people["kato"], id, "07nothing")
	r.want("another hand-off", err, "unknown")
	_, err = r.Countersign(ctx, people["kato"], id, h)
	r.want("a coordinator", err, "ok")
	_, err = r.Countersign(ctx, people["mori"], id, h)
	r.want("twice", err, "wrong_state")

	other := r.writes("", "たすけて")
	h, err = r.HandOff(ctx, people["kato"], other, draft)
	r.want("a coordinator, on a waiting case", err, "ok")
	_, err = r.Countersign(ctx, people["kato"], other, h)
	r.want("by the same coordinator", err, "two_persons_needed")
	_, err = r.Countersign(ctx, people["mori"], other, h)
	r.want("by the supervisor", err, "ok")
}

func TestSchoolsReport(t *testing.T) {
	r, ctx := open(t), t.Context()
	school := r.Portal()
	id, err := school.Report(ctx, people["hinode"], "", "incident", map[string]string{"matter": "ゆうかさんへの暴力", "place": "教室", "予備": "x"})
	r.must(err)
	views, err := school.Reports(ctx, people["hinode"])
	if err != nil || len(views) != 1 || views[0].ID != id || views[0].Form != "incident" {
		t.Fatalf("%+v %v", views, err)
	}
	if views, err := school.Reports(ctx, people["kawabe"]); err != nil || len(views) != 0 {
		t.Errorf("%v %v", views, err)
	}
	cases, _, err := r.store.List(ctx, triage.Query{School: "hinode-jhs"})
	r.must(err)
	_, events := r.load(cases[0].ID)
	if f := events[0].Report.Fields; f["matter"] != "[人物A]さんへの暴力" || f["note"] != "予備：x" || f["place"] != "教室" {
		t.Errorf("%v", f)
	}
	if !strings.Contains(events[0].Text, "発生場所：教室") || cases[0].State != triage.Waiting {
		t.Errorf("%q %s", events[0].Text, cases[0].State)
	}
	_, err = school.Report(ctx, people["hinode"], "", "poem", map[string]string{"matter": "x"})
	r.want("an unknown form", err, "bad_request")
	_, err = school.Report(ctx, people["hinode"], "", "incident", map[string]string{"matter": " "})
	r.want("nothing", err, "bad_request")
	_, err = school.Report(ctx, people["hinode"], "", "incident", map[string]string{"matter": strings.Repeat("あ", 4001)})
	r.want("too much", err, "bad_request")
	_, err = school.Report(ctx, people["sato"], "", "incident", map[string]string{"matter": "x"})
	r.want("a counselor", err, "forbidden")

	c := r.claimed()
	r.asked(c, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	h, err := r.HandOff(ctx, people["sato"], c, toHinode)
	r.must(err)
	_, err = school.Report(ctx, people["kawabe"], h, "interview", map[string]string{"what": "x"})
	r.want("on another's hand-off", err, "unknown")
	_, err = school.Report(ctx, people["hinode"], h, "interview", map[string]string{"what": "見ていた"})
	r.want("on its own", err, "ok")
	if now, _ := r.load(c); len(now.Reports) != 1 {
		t.Errorf("%v", now.Reports)
	}
}
