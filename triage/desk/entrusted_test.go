package desk_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// Whoever gets into a colleague's case by their own act, by whichever way, opens no name alone; whom somebody else gives it to does.
func TestWhoEntersAloneRevealsByTwo(t *testing.T) {
	for way, enter := range map[string]func(*room, triage.CaseID) error{
		"nobody's act": func(*room, triage.CaseID) error { return nil },
		"second":       func(r *room, id triage.CaseID) error { return errOf(r.Join(t.Context(), people["kato"], id, "kato")) },
		"transfer": func(r *room, id triage.CaseID) error {
			return errOf(r.Transfer(t.Context(), people["kato"], id, "kato"))
		},
		"by the queue": func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Release(t.Context(), people["kato"], id)))
			return errOf(r.Claim(t.Context(), people["kato"], id))
		},
		"out and in": func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Transfer(t.Context(), people["kato"], id, "kato")))
			r.must(errOf(r.Release(t.Context(), people["kato"], id)))
			return errOf(r.Claim(t.Context(), people["kato"], id))
		},
		"a bar": func(r *room, id triage.CaseID) error {
			r.must(r.Bar(t.Context(), people["kato"], id, triage.Bar{Login: "sato", Why: triage.BarNamed}))
			return errOf(r.Claim(t.Context(), people["kato"], id))
		},
		"closing it": func(r *room, id triage.CaseID) error { return r.parks(id, triage.Closed) },
		"watching":   func(r *room, id triage.CaseID) error { return r.parks(id, triage.Watching) },
		"closing what she watches": func(r *room, id triage.CaseID) error {
			r.must(errOf(r.SetState(t.Context(), people["kato"], id, desk.StateChange{To: triage.Watching, Reason: "見守る"})))
			return r.parks(id, triage.Closed)
		},
		"an emergency hand-off": func(r *room, id triage.CaseID) error {
			urgent := toHinode
			urgent.Level, urgent.Reason = triage.LevelEmergency, "命の危険"
			r.must(errOf(r.HandOff(t.Context(), people["kato"], id, urgent)))
			r.writes(id, "まだ言いたい")
			return errOf(r.Claim(t.Context(), people["kato"], id))
		},
		"by one who lets it lapse": func(r *room, id triage.CaseID) error {
			r.must(errOf(r.Transfer(t.Context(), people["kato"], id, "abe")))
			r.clock.pass(16 * time.Minute)
			r.must(r.Sweep(t.Context()))
			return errOf(r.Claim(t.Context(), people["kato"], id))
		},
	} {
		r, ctx := open(t), t.Context()
		id := r.claimed()
		r.must(enter(r, id))
		o, err := r.Reveal(ctx, people["kato"], id, "[人物A]", "safety")
		if r.must(err); o.Value != "" || o.Grant == nil {
			t.Errorf("%s: alone, kato got %+v", way, o)
		}
		_, err = r.RevealText(ctx, people["kato"], id, "safety")
		r.want(way+": all of a text", err, triage.CodeTwoPersons)
		give := r.Join
		if c, _ := r.load(id); c.Assignee == "kato" {
			give = r.Transfer
			r.want(way+": to herself", errOf(r.Transfer(ctx, people["kato"], id, "kato")), triage.CodeState)
		}
		r.must(errOf(give(ctx, people["mori"], id, "kato")))
		if o, err = r.Reveal(ctx, people["kato"], id, "[人物A]", "safety"); err != nil || o.Value != "ゆうか" {
			t.Errorf("%s: given the case, kato got %+v, %v", way, o, err)
		}
	}
}

// In an emergency one reason opens all that stands in the texts, numbers and addresses too, for who is entrusted with the case, each
// written down; never what is behind a door. Outside of one the numbers and addresses of a text are opened one by one, by her alone.
func TestInAnEmergencyOneReasonOpensTheText(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.wall.names["[住所1]"] = "若草台3-5-12"
	id := r.claimed()
	r.writes(id, "[電話1]か[住所1]に来て。[連絡先1]")
	texts := func() []string {
		t.Helper()
		found, err := r.RevealText(ctx, people["sato"], id, "safety")
		r.must(err)
		return slices.Sorted(maps.Keys(found))
	}
	if got := texts(); !slices.Equal(got, []string{"[人物A]"}) {
		t.Errorf("no emergency: %v", got)
	}
	if o, err := r.Reveal(ctx, people["sato"], id, "[住所1]", "safety"); err != nil || o.Value != "若草台3-5-12" {
		t.Errorf("one by one: %+v, %v", o, err)
	}
	r.must(errOf(r.Overrule(ctx, people["sato"], id, triage.Emergency, "橋の上にいる")))
	before := len(r.log.acts("sato"))
	if got := texts(); !slices.Equal(got, []string{"[人物A]", "[住所1]", "[電話1]"}) {
		t.Errorf("an emergency: %v", got)
	}
	if acts := r.log.acts("sato")[before:]; !slices.Equal(acts, []string{"reveal", "reveal", "reveal"}) {
		t.Errorf("written down: %v", acts)
	}
	if o, err := r.Reveal(ctx, people["sato"], id, "[連絡先1]", "safety"); err != nil || o.Value != "" || o.Grant == nil {
		t.Errorf("behind a door: %+v, %v", o, err)
	}
	_, err := r.RevealText(ctx, people["kato"], id, "safety")
	r.want("who does not have the case", err, triage.CodeTwoPersons)
}

// parks lets kato put sato's case where the child's next line takes it off her, and claim it then.
func (r *room) parks(id triage.CaseID, to triage.State) error {
	r.must(errOf(r.SetState(r.t.Context(), people["kato"], id, desk.StateChange{To: to, Reason: "落ち着いた"})))
	r.writes(id, "まだ言いたい")
	return errOf(r.Claim(r.t.Context(), people["kato"], id))
}

// What its holder herself puts to rest is the claimer's own when the child writes again, and so is what a colleague whom somebody
// gave it to as the second puts to rest.
func TestWhoClaimsWhatItsHolderPutToRestReveals(t *testing.T) {
	for _, who := range []string{"sato", "abe"} {
		r, ctx := open(t), t.Context()
		id := r.claimed()
		r.must(errOf(r.Join(ctx, people["sato"], id, "abe")))
		r.must(errOf(r.SetState(ctx, people["kato"], id, desk.StateChange{To: triage.Watching, Reason: "見守る"})))
		r.must(errOf(r.SetState(ctx, people[who], id, desk.StateChange{To: triage.Closed, Reason: "終わり"})))
		r.writes(id, "まだ言いたい")
		r.must(errOf(r.Claim(ctx, people["kato"], id)))
		if o, err := r.Reveal(ctx, people["kato"], id, "[人物A]", "safety"); err != nil || o.Value != "ゆうか" {
			t.Errorf("%s: %+v, %v", who, o, err)
		}
	}
}

// What nobody has, or its holder left, is the claimer's own.
func TestWhoClaimsFromTheQueueReveals(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.must(errOf(r.Join(ctx, people["kato"], id, "kato")))
	r.must(errOf(r.Release(ctx, people["sato"], id)))
	r.must(errOf(r.Claim(ctx, people["kato"], id)))
	if o, err := r.Reveal(ctx, people["kato"], id, "[人物A]", "safety"); err != nil || o.Value != "ゆうか" {
		t.Errorf("%+v, %v", o, err)
	}
}

// The link to a hand-off with names shows them to whoever makes it: in a colleague's case that takes a second person, but in an
// emergency with no other lead there.
func TestALinkRevealsByTwo(t *testing.T) {
	r, ctx := open(t), t.Context()
	link := func(who string, id triage.CaseID, h string) error { return errOf(r.Link(ctx, people[who], id, h)) }
	urgent := toHinode
	urgent.Level, urgent.Reason = triage.LevelEmergency, "命の危険"
	id := r.claimed()
	theirs, err := r.HandOff(ctx, people["sato"], id, urgent)
	r.must(err)
	urgent.Summary += "いそぎます。"
	own, err := r.HandOff(ctx, people["kato"], id, urgent)
	r.must(err)
	r.office.there = []string{"sato", "kato", "mori"}
	r.want("who has the case", link("sato", id, theirs), "ok")
	r.want("to a colleague's hand-off", link("kato", id, theirs), triage.CodeTwoPersons)
	r.must(errOf(r.Join(ctx, people["kato"], id, "kato")))
	r.want("to her own", link("kato", id, own), triage.CodeTwoPersons)
	r.must(errOf(r.Countersign(ctx, people["mori"], id, own)))
	r.want("to her own, countersigned", link("kato", id, own), "ok")
	r.must(errOf(r.Countersign(ctx, people["kato"], id, theirs)))
	r.want("to what she countersigned", link("kato", id, theirs), triage.CodeTwoPersons)
	r.office.there = []string{"sato", "kato"}
	r.want("with no other lead there", link("kato", id, theirs), "ok")
}

// One person alone cannot ask a case that is not entrusted to them who is in it: the names that they write lead to no placeholder
// of its, in a preview, in a refusal, in a note or in a reason. Who has the case sees what will be sent, and what is sent is right.
func TestNobodyAloneTestsWhoIsInACase(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	r.asked(id, "hinode-jhs", triage.LevelAnonymous, triage.AnswerYes)
	guess := toHinode
	guess.Level, guess.Disclose, guess.Summary = triage.LevelAnonymous, nil, "[人物A]とゆうかのこと"
	names := func(text string) int { return strings.Count(text, "[人物") }
	for who, want := range map[string]string{"sato": "[人物A]と[人物A]のこと", "kato": "[人物A]と〔名前など〕のこと"} {
		v, err := r.Preview(ctx, people[who], id, guess)
		if r.must(err); v.Summary != want || names(v.Refused) != names(want) {
			t.Errorf("%s sees %q, refused %q", who, v.Summary, v.Refused)
		}
		_, err = r.HandOff(ctx, people[who], id, guess)
		if r.want(who+" sends what was not read", err, triage.CodeConsent); names(say(err)) != names(want) {
			t.Errorf("%s is told %q", who, say(err))
		}
		c, err := r.Note(ctx, people[who], id, guess.Summary)
		r.must(err)
		if _, events := r.load(c.ID); events[len(events)-1].Text != want {
			t.Errorf("the note of %s reads %q", who, events[len(events)-1].Text)
		}
	}
	o, err := r.Reveal(ctx, people["kato"], id, "[人物A]", "ゆうかのため")
	if r.must(err); o.Grant.Reason != "〔名前など〕のため" {
		t.Errorf("the reason reads %q", o.Grant.Reason)
	}
	guess.Level, guess.Reason = triage.LevelEmergency, "命の危険"
	_, err = r.HandOff(ctx, people["kato"], id, guess)
	r.must(err)
	if c, _ := r.load(id); c.Handoffs[0].Summary != "[人物A]と[人物A]のこと" {
		t.Errorf("sent is %q", c.Handoffs[0].Summary)
	}
}

func say(err error) string {
	var refused *triage.Refusal
	if errors.As(err, &refused) {
		return refused.Say
	}
	return ""
}
