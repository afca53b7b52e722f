package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// What nobody receives climbs: to each deputy of the school in turn, and then to who runs it, until somebody presses 受領.
// Where it is urgent that begins after half an hour.
func TestWhatNobodyReceivesClimbs(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.City.Terms.AcknowledgeUrgent, r.City.Terms.LadderEvery = "30m", "30m"
	r.City.Schools[0].Deputies = []city.Deputy{{Who: "教頭", Reach: "0166-00-0001"}, {Who: "校長", Reach: "0166-00-0002", Out: "当番の携帯"}}
	r.City.Office = city.Deputy{Who: "教育委員会 学校教育課"}
	id := r.claimed()
	h, err := r.HandOff(ctx, people["sato"], id, desk.Draft{School: "hinode-jhs", Level: triage.LevelEmergency, Summary: "いま学校にいます", Reason: "命の危険"})
	r.must(err)
	calm, _ := r.allowedCase("kawabe-jhs")
	slow, err := r.HandOff(ctx, people["sato"], calm, quiet("kawabe-jhs"))
	r.must(err)
	said := func(id triage.CaseID) []string {
		_, events := r.load(id)
		var all []string
		for _, e := range events {
			if strings.Contains(e.Text, "受け取りがありません") {
				all = append(all, e.At.Sub(opened).String()+" "+e.Text)
			}
		}
		return all
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(29*time.Minute)))
	if got := said(id); len(got) != 0 {
		t.Errorf("too early: %q", got)
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(23*time.Hour)))
	want := []string{"30m0s 受け取りがありません。次に電話する相手：教頭（0166-00-0001）。", "1h0m0s 受け取りがありません。次に電話する相手：校長（0166-00-0002）。時間外は当番の携帯。",
		"1h30m0s 受け取りがありません。次に電話する相手：教育委員会 学校教育課。"}
	if got := said(id); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := said(calm); len(got) != 0 {
		t.Errorf("what is not urgent: %q", got)
	}
	c, _ := r.load(id)
	hand, _ := c.HandoffByID(h)
	if rung, ok := r.Calling(c, hand); !ok || !rung.Last || rung.Who != "教育委員会 学校教育課" {
		t.Errorf("%+v", rung)
	}
	r.must(r.Advance(ctx, r.clock, opened.Add(25*time.Hour)))
	if got := said(calm); len(got) != 1 || !strings.HasPrefix(got[0], "24h0m0s") {
		t.Errorf("after a day: %q", got)
	}
	_, err = r.Portal().Acknowledge(ctx, people["hinode"], h)
	r.must(err)
	if c, _ = r.load(id); len(c.Handoffs) != 1 {
		t.Fatal(c.Handoffs)
	}
	if _, ok := r.Calling(c, c.Handoffs[0]); ok {
		t.Error("somebody is called although it was received")
	}
	_, err = r.Portal().Acknowledge(ctx, people["kawabe"], slow)
	r.must(err)
	r.must(r.Advance(ctx, r.clock, opened.Add(60*time.Hour)))
	if got := said(calm); len(got) != 1 {
		t.Errorf("after it was received: %q", got)
	}
}

// A hand-off that went where it should not is read by nobody from then on, by no account and no link; and where it may have
// been read already somebody decides whether that has to be reported.
func TestRecallOfAWrongHandOff(t *testing.T) {
	r, ctx := open(t), t.Context()
	for _, read := range []bool{false, true} {
		id, _ := r.allowedCase("hinode-jhs")
		h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
		r.must(err)
		guest := staff.Person{Login: "link:x", Role: triage.School, School: "hinode-jhs", Only: h}
		if read {
			_, err = r.Portal().Open(ctx, guest, h)
			r.must(err)
		}
		_, err = r.Recall(ctx, people["sato"], id, h, " ")
		r.want("no reason", err, "bad_request")
		_, err = r.Recall(ctx, people["abe"], id, h, "宛先ちがい")
		r.want("a colleague", err, "forbidden")
		_, err = r.Recall(ctx, people["sato"], id, "07x", "宛先ちがい")
		r.want("another", err, "unknown")
		_, err = r.Recall(ctx, people["sato"], id, h, "ゆうかさんの学校は別でした")
		r.want("by who has the case", err, "ok")
		for _, who := range []staff.Person{people["hinode"], guest} {
			v, err := r.Portal().Open(ctx, who, h)
			if v.Summary != "" || v.Cover != "" || read != (err == nil) {
				t.Errorf("read %v: %s reads %+v, %v", read, who.Login, v, err)
			}
		}
		_, err = r.Link(ctx, people["sato"], id, h)
		r.want("a link to it", err, "wrong_state")
		c, _ := r.load(id)
		leak := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "leak" })
		if c.Handoffs[0].Recall != "[人物A]さんの学校は別でした" || (leak >= 0) != read {
			t.Errorf("read %v: %+v %+v", read, c.Handoffs[0], c.Duties)
		}
		if read && (!c.Duties[leak].DueAt.Equal(opened.Add(72*time.Hour)) || c.Duties[leak].Owner != "supervisor") {
			t.Errorf("%+v", c.Duties[leak])
		}
	}
}

func TestWhoCameByALinkHasOneHandOff(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	h, err := r.HandOff(ctx, people["sato"], id, quiet("hinode-jhs"))
	r.must(err)
	other, _ := r.allowedCase("hinode-jhs")
	second, err := r.HandOff(ctx, people["sato"], other, quiet("hinode-jhs"))
	r.must(err)
	l, err := r.Link(ctx, people["sato"], id, h)
	if err != nil || len(l.Code) != 4 {
		t.Fatalf("%+v %v", l, err)
	}
	_, err = r.Link(ctx, people["abe"], id, h)
	r.want("a colleague's link", err, "forbidden")
	guest := staff.Person{Login: "link:x", Role: triage.School, School: "hinode-jhs", Only: h}
	if views, err := r.Portal().List(ctx, guest); err != nil || len(views) != 1 || views[0].ID != h {
		t.Errorf("%+v %v", views, err)
	}
	_, err = r.Portal().Open(ctx, guest, second)
	r.want("another of the same school", err, "unknown")
	_, err = r.Portal().Reports(ctx, guest)
	r.want("the school's reports", err, "forbidden")
	_, err = r.Portal().Report(ctx, guest, "", "incident", map[string]string{"matter": "x"})
	r.want("a report on something else", err, "forbidden")
	_, err = r.Portal().Answer(ctx, guest, h, triage.HandoffAnswer{Step: triage.HandoffDone})
	r.want("done, and no word of how", err, "bad_request")
	_, err = r.Portal().Answer(ctx, guest, h, triage.HandoffAnswer{Step: triage.HandoffNeedsHelp, Help: []string{triage.HelpTeam}})
	r.want("a team that this city has not", err, "bad_request")
	_, err = r.Portal().Answer(ctx, guest, h, triage.HandoffAnswer{Step: triage.HandoffNeedsHelp, Help: []string{triage.HelpLawyer}, Text: "困っています"})
	r.want("a lawyer", err, "ok")
	c, _ := r.load(id)
	i := slices.IndexFunc(c.Duties, func(d triage.Duty) bool { return d.Kind == "help" })
	if i < 0 || c.Duties[i].Owner != "coordinator" || !strings.Contains(c.Duties[i].Title, "弁護士") {
		t.Errorf("%+v", c.Duties)
	}
}

// What is held back is not there for the school before its time, and the child may take it back until then.
func TestAHandOffCanWait(t *testing.T) {
	r, ctx := open(t), t.Context()
	id, _ := r.allowedCase("hinode-jhs")
	d := quiet("hinode-jhs")
	d.Wait = 100 * time.Hour
	_, err := r.HandOff(ctx, people["sato"], id, d)
	r.want("too long", err, "bad_request")
	d.Wait = 2 * time.Hour
	h, err := r.HandOff(ctx, people["sato"], id, d)
	r.must(err)
	_, err = r.Portal().Open(ctx, people["hinode"], h)
	r.want("before its time", err, "unknown")
	r.clock.pass(2 * time.Hour)
	v, err := r.Portal().Open(ctx, people["hinode"], h)
	if err != nil || !v.SentAt.Equal(opened.Add(2*time.Hour)) || !v.AcknowledgeBy.Equal(opened.Add(26*time.Hour)) {
		t.Errorf("%+v %v", v, err)
	}
}
