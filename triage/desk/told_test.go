package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

const plainSummary = "休み時間に、持ち物がなくなることがあるそうです。見守りをお願いします。"

// allowedCase is a case of sato's in which the child allowed plainSummary without her name, to a school.
func (r *room) allowedCase(school string) (triage.CaseID, string) {
	r.t.Helper()
	id := r.claimed()
	k, err := r.AskConsent(r.t.Context(), people["sato"], id, desk.Ask{School: school, Level: triage.LevelAnonymous, Summary: plainSummary, Early: true})
	r.must(err)
	r.answers(id, k.ID, triage.AnswerYes)
	return id, k.ID
}

// quiet is the hand-off of it.
func quiet(school string) desk.Draft {
	return desk.Draft{School: school, Level: triage.LevelAnonymous, Summary: plainSummary}
}

// handOffs is how many of each level are tried.
const handOffs = 170

// What a school gets of a hand-off is a fixed list of fields, none of which tells the case, the door, who answered, when the child
// wrote or what in words; what it reads is what the child read, or in an emergency what the desk wrote; and no reference comes
// twice.
func TestASchoolGetsTheseFieldsAndNoOther(t *testing.T) {
	allowed := []string{"id", "school", "school_name", "recipient", "level", "cover", "summary", "may", "sent_at", "acknowledge_by", "answer_by", "state", "answers", "helps", "duties"}
	secrets := []string{"けられた", "sato", "chat"}
	for _, level := range []struct {
		name    triage.ConsentLevel
		draft   desk.Draft
		reads   string
		secrets []string
	}{
		{triage.LevelAnonymous, quiet("hinode-jhs"), plainSummary, append(slices.Clone(secrets), "ゆうか", "[人物A]")},
		{triage.LevelNamed, toHinode, toHinode.Summary, secrets},
		{triage.LevelEmergency, desk.Draft{School: "hinode-jhs", Level: triage.LevelEmergency, Summary: plainSummary, Reason: "命があぶない"}, plainSummary, append(slices.Clone(secrets), "ゆうか", "[人物A]")},
	} {
		t.Run(string(level.name), func(t *testing.T) {
			t.Parallel()
			r, ctx := openLong(t), t.Context()
			refs := map[string]bool{}
			for range handOffs {
				r.clock.pass(time.Hour)
				id := r.claimed()
				if level.name != triage.LevelEmergency {
					k, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "hinode-jhs", Level: level.name, Summary: level.reads, Early: true})
					r.must(err)
					r.answers(id, k.ID, triage.AnswerYes)
				}
				h, err := r.HandOff(ctx, people["sato"], id, level.draft)
				r.must(err)
				v, err := r.Portal().Open(ctx, people["hinode"], h)
				r.must(err)
				body, err := json.Marshal(v)
				r.must(err)
				var fields map[string]json.RawMessage
				r.must(json.Unmarshal(body, &fields))
				for f := range fields {
					if !slices.Contains(allowed, f) {
						t.Fatalf("the school gets %s", f)
					}
				}
				said := strings.ReplaceAll(string(body), h, "") // a number drawn by chance may spell anything
				for _, secret := range append(slices.Clone(level.secrets), string(id), string(id[2:])) {
					if strings.Contains(said, secret) {
						t.Fatalf("%q is in %s", secret, body)
					}
				}
				if v.Summary != level.reads || refs[h] || strings.HasPrefix(h, string(id[:2])) || strings.Contains(h, string(id[2:])) {
					t.Fatalf("%q as %s", v.Summary, h)
				}
				refs[h] = true
			}
		})
	}
}

// One case, two schools: each sees its own part by a reference of its own, and neither that there is another.
func TestSeveralSchoolsEachSeeTheirPart(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	k, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "kawabe-jhs", Level: triage.LevelAnonymous, Summary: "登下校の見守りをお願いします。", Early: true})
	r.must(err)
	r.answers(id, k.ID, triage.AnswerYes)
	first, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	_, err = r.HandOff(ctx, people["sato"], id, quiet("kawabe-jhs"))
	r.want("what only the other school may read", err, "consent_required")
	second, err := r.HandOff(ctx, people["sato"], id, desk.Draft{School: "kawabe-jhs", Level: triage.LevelAnonymous, Summary: "登下校の見守りをお願いします。"})
	r.must(err)
	for who, own := range map[string]string{"hinode": first, "kawabe": second} {
		views, err := r.Portal().List(ctx, people[who])
		if err != nil || len(views) != 1 || views[0].ID != own {
			t.Errorf("%s: %+v %v", who, views, err)
		}
		other := map[string]string{first: second, second: first}[own]
		_, err = r.Portal().Open(ctx, people[who], other)
		r.want("the other's", err, "unknown")
	}
	moved := people["hinode"] // on 1 April the vice-principal goes to another school
	moved.School = "kawabe-jhs"
	_, err = r.Portal().Open(ctx, moved, first)
	r.want("after the transfer", err, "unknown")
	if first[2:] == second[2:] {
		t.Error("one reference for two schools")
	}
}

func TestNothingIsToldThatTheChildDidNotRead(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	more := quiet("hinode-jhs")
	more.Summary += "同じ組の子がしています。"
	_, err := r.HandOff(ctx, people["sato"], id, more)
	r.want("a fact more", err, "consent_required")
	v, err := r.Preview(ctx, people["sato"], id, more)
	if err != nil || !strings.Contains(v.Refused, "同じ組の子がしています") {
		t.Errorf("%q %v", v.Refused, err)
	}
	other := more
	other.Summary, other.Reworded = "学校での出来事を見守ってください。", true
	h, err := r.HandOff(ctx, people["sato"], id, other)
	r.want("the same in other words, for which somebody answers", err, "ok")
	if now, _ := r.load(id); !slices.ContainsFunc(now.Handoffs, func(x triage.Handoff) bool { return x.ID == h && x.Reworded }) {
		t.Error("that it was reworded is written nowhere")
	}
	less := quiet("hinode-jhs")
	less.Summary = "見守りをお願いします。"
	_, err = r.HandOff(ctx, people["sato"], id, less)
	r.want("a fact less", err, "ok")
	r.clock.pass(60 * 24 * time.Hour)
	r.City.Terms.ConsentDays = 30
	id, _ = r.allowedCase("hinode-jhs")
	r.clock.pass(30*24*time.Hour - time.Minute)
	_, err = r.HandOff(ctx, people["sato"], id, less)
	r.want("within its time", err, "ok")
	r.clock.pass(time.Minute)
	_, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("after its time", err, "consent_required")
}

// A no that comes between the preview and the press of the button stops the hand-off; of a no and a look of the school at the
// same moment one comes first, and the child is never told that it was stopped when it was read.
func TestTakingBackInTime(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, k := r.allowedCase("hinode-jhs")
	if v, err := r.Preview(ctx, people["sato"], id, quiet("hinode-jhs")); err != nil || v.Refused != "" || v.Summary != plainSummary {
		t.Fatalf("%+v %v", v, err)
	}
	r.answers(id, k, triage.AnswerNo)
	_, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("after the no", err, "consent_required")

	id, k = r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	if v, err := r.Portal().Cover(ctx, people["hinode"], h); err != nil || v.Summary != "" || v.Cover == "" {
		t.Errorf("the cover: %+v %v", v, err)
	}
	r.answers(id, k, triage.AnswerNo)
	_, err = r.Portal().Open(ctx, people["hinode"], h)
	r.want("taken back before it was read", err, "unknown")
	_, err = r.Portal().Acknowledge(ctx, people["hinode"], h)
	r.want("or received", err, "unknown")
	if views, err := r.Portal().List(ctx, people["hinode"]); err != nil || len(views) != 0 {
		t.Errorf("it is still on the list: %v %v", views, err)
	}
	c, _ := r.load(id)
	if c.Handoffs[0].State != triage.HandoffRecalled || c.State != triage.Open || slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.Owner == "school" && d.DoneAt.IsZero() }) {
		t.Errorf("%s %+v %+v", c.State, c.Handoffs[0], c.Duties)
	}

	id, k = r.allowedCase("hinode-jhs")
	h, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	_, err = r.Portal().Open(ctx, people["hinode"], h)
	r.must(err)
	r.answers(id, k, triage.AnswerNo)
	if v, err := r.Portal().Open(ctx, people["hinode"], h); err != nil || v.Summary == "" || !strings.Contains(v.Cover, "あとから取り消されました") {
		t.Errorf("what was read stays, and that she took it back stands above it: %+v %v", v, err)
	}
	if c, _ := r.load(id); c.State != triage.Waiting || c.WaitingSince.IsZero() {
		t.Errorf("nobody speaks with her about what comes now: %s since %v", c.State, c.WaitingSince)
	}
}

func TestTheRaceOfANoWithASendAndALook(t *testing.T) {
	r, ctx := open(t), t.Context()
	for n := range 30 {
		id, k := r.allowedCase("hinode-jhs")
		sent := ""
		if n%2 == 0 {
			var err error
			sent, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
			r.must(err)
		}
		var all sync.WaitGroup
		var seen, sending error
		all.Go(func() {
			for {
				before, _, err := r.store.Load(ctx, id)
				if err == nil {
					_, err = r.store.Append(ctx, before, triage.Event{ID: fmt.Sprintf("no:%d", n), At: r.clock.Now(), Kind: triage.KindHandoff, From: triage.Seeker,
						Consent: &triage.Consent{ID: k, Answer: triage.AnswerNo}})
				}
				if !errors.Is(err, triage.ErrConflict) {
					return
				}
			}
		})
		all.Go(func() {
			if sent != "" {
				_, seen = r.Portal().Open(ctx, people["hinode"], sent)
			} else {
				sent, sending = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
			}
		})
		all.Wait()
		c, _ := r.load(id)
		switch {
		case n%2 == 0 && (seen == nil) != (c.Handoffs[0].State == triage.HandoffSent):
			t.Errorf("the school's look ended with %v, and it is %s", seen, c.Handoffs[0].State)
		case n%2 == 1 && sending == nil && c.Handoffs[0].State != triage.HandoffRecalled:
			t.Errorf("it was sent, the child said no, and it is %s", c.Handoffs[0].State)
		case n%2 == 1 && sending != nil && len(c.Handoffs) != 0:
			t.Errorf("%v, and it was sent", sending)
		}
	}
}

func TestWhenTheChildIsNotAsked(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	ask := desk.Ask{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: plainSummary, Understood: "ゆうかのことを先生が見てくれる", Age: triage.AgeHigh}
	_, err := r.AskConsent(ctx, people["sato"], id, ask)
	r.want("in the first exchange", err, "wrong_state")
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
	r.must(err)
	_, err = r.AskConsent(ctx, people["sato"], id, ask)
	r.want("before she wrote again", err, "wrong_state")
	r.writes(id, "うん")
	note := func(kind string) {
		_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: kind, On: "2026-12-01"})
		r.must(err)
	}
	note("near")
	_, err = r.AskConsent(ctx, people["sato"], id, ask)
	r.want("while somebody is near", err, "wrong_state")
	note("alone")
	k, err := r.AskConsent(ctx, people["sato"], id, ask)
	r.want("then", err, "ok")
	if k.Explained != "sato" || k.Age != triage.AgeHigh || k.Understood != "[人物A]のことを先生が見てくれる" {
		t.Errorf("%+v", k)
	}
	ask.Age = "baby"
	_, err = r.AskConsent(ctx, people["sato"], id, ask)
	r.want("an age that there is not", err, "bad_request")
}

func TestASmallChildSleepsOverIt(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	ask := desk.Ask{School: "hinode-jhs", Level: triage.LevelAnonymous, Summary: plainSummary, Age: triage.AgeLow, Early: true}
	yes := func() {
		k, err := r.AskConsent(ctx, people["sato"], id, ask)
		r.must(err)
		r.answers(id, k.ID, triage.AnswerYes)
	}
	yes()
	_, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("the same day", err, "consent_required")
	c, _ := r.load(id)
	if i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "ask_again" }); i < 0 || !c.Duties[i].DueAt.Equal(time.Date(2026, 12, 2, 18, 0, 0, 0, triage.JST)) {
		t.Errorf("%+v", c.Duties)
	}
	r.clock.pass(20 * time.Hour)
	yes()
	_, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("after a night and a second yes", err, "ok")
	if c, _ = r.load(id); slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "ask_again" && d.DoneAt.IsZero() }) {
		t.Error("it is still due to ask again")
	}
}

func TestASchoolUnderSuspicionIsBypassed(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "staff_harm", On: "2026-12-01", Note: "担任のこと"})
	r.must(err)
	_, err = r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.want("the school, with a yes", err, "wrong_state")
	_, err = r.HandOff(ctx, people["sato"], id, desk.Draft{School: "hinode-jhs", Level: triage.LevelEmergency, Summary: plainSummary, Reason: "急ぎ"})
	r.want("the school, in an emergency", err, "wrong_state")
	_, err = r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "hinode-jhs", Level: triage.LevelNamed, Summary: plainSummary, Early: true})
	r.want("to ask about it", err, "wrong_state")

	board := desk.Draft{Recipient: triage.ToBoard, Level: triage.LevelAnonymous, Summary: plainSummary}
	_, err = r.HandOff(ctx, people["sato"], id, board)
	r.want("the board, on the school's yes", err, "consent_required")
	k, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: triage.ToBoard, Level: triage.LevelAnonymous, Summary: plainSummary, Early: true})
	r.must(err)
	r.answers(id, k.ID, triage.AnswerYes)
	h, err := r.HandOff(ctx, people["sato"], id, board)
	r.want("the board, on its own", err, "ok")
	_, err = r.Portal().Open(ctx, people["hinode"], h)
	r.want("the school's look at that", err, "unknown")
}

func TestAgenciesBeforeTheFamily(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	_, err := r.Observe(ctx, people["sato"], id, triage.Observed{Kind: "abused", On: "2026-12-01", Note: "あざ"})
	r.must(err)
	family := desk.Draft{Recipient: "guardian", Level: triage.LevelEmergency, Summary: "家でのようす", Reason: "急ぎ"}
	home := quiet("hinode-jhs")
	home.May.CallHome = triage.PermitYes
	_, err = r.HandOff(ctx, people["sato"], id, family)
	r.want("the family first", err, "wrong_state")
	_, err = r.Notify(ctx, people["sato"], id, desk.Notified{Recipient: "guardian", How: "phone", Text: "家でのようす"})
	r.want("the family first, by telephone", err, "wrong_state")
	_, err = r.HandOff(ctx, people["sato"], id, home)
	r.want("a school that calls home first", err, "wrong_state")

	at := opened.Add(-10 * time.Minute)
	n := desk.Notified{Recipient: "child_guidance", At: at, How: "phone", Spoke: "当番の方", Text: "ゆうかさんに、あざがあるそうです", Answer: "今日、訪ねます"}
	for what, change := range map[string]func(*desk.Notified){
		"a school": func(n *desk.Notified) { n.Recipient = "school" }, "nobody": func(n *desk.Notified) { n.Recipient = "x" },
		"no way": func(n *desk.Notified) { n.How = "dream" }, "tomorrow": func(n *desk.Notified) { n.At = opened.Add(time.Hour) }, "nothing": func(n *desk.Notified) { n.Text = "" },
	} {
		x := n
		change(&x)
		_, err := r.Notify(ctx, people["sato"], id, x)
		r.want(what, err, "bad_request")
	}
	first, err := r.Notify(ctx, people["sato"], id, n)
	r.must(err)
	again, err := r.Notify(ctx, people["sato"], id, n)
	r.must(err)
	c, _ := r.load(id)
	h := c.Handoffs[len(c.Handoffs)-1]
	if first != again || !h.SentAt.Equal(at) || h.By != "sato" || h.Notice.How != "phone" || h.Notice.Spoke != "当番の方" || h.Notice.Answer != "今日、訪ねます" || h.Summary != "[人物A]さんに、あざがあるそうです" {
		t.Errorf("%+v %+v", h, h.Notice)
	}
	if slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "countersign" }) || !slices.ContainsFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "tell_child" }) {
		t.Errorf("a notification waits for no signature, and the child hears of it: %+v", c.Duties)
	}
	_, err = r.HandOff(ctx, people["sato"], id, family)
	r.want("the family then", err, "ok")
	_, err = r.HandOff(ctx, people["sato"], id, home)
	r.want("the school then", err, "ok")
}

func TestWhoToldOfAFriendIsNotNamed(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.wall.names["[人物B]"] = "りん"
	before, _ := r.load(id)
	_, err := r.store.Append(ctx, before, triage.Event{ID: "m:friend", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat",
		Text: "友だちのことです", About: "friend", CallMe: "[人物B]"})
	r.must(err)
	r.asked(id, "hinode-jhs", triage.LevelNamed, triage.AnswerYes)
	d := toHinode
	d.Disclose = []string{"[人物A]", "[人物B]"}
	_, err = r.HandOff(ctx, people["sato"], id, d)
	r.want("the informer's name", err, "consent_required")
	_, err = r.HandOff(ctx, people["sato"], id, toHinode)
	r.want("the friend's", err, "ok")
}
