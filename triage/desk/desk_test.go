package desk_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// Who may look and who may act, by role and by whose case it is.
func TestWhoMayLookAndAct(t *testing.T) {
	r, ctx := open(t), t.Context()
	waiting, satos := r.writes("", "だれか読んで"), r.claimed()
	consulted := r.claimed()
	_, err := r.Join(ctx, people["sato"], consulted, "ueda")
	r.must(err)
	withdrawn := r.claimed()
	c, _ := r.load(withdrawn)
	_, err = r.store.Append(ctx, c, triage.Event{ID: "erase", At: r.clock.Now(), Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}})
	r.must(err)
	never := triage.CaseID("07" + strings.Repeat("a", 24))

	type answers struct{ look, note, say string }
	const f, u = "forbidden", "unknown"
	for _, c := range []struct {
		who  string
		id   triage.CaseID
		want answers
	}{
		{"sato", waiting, answers{"ok", f, f}}, {"sato", satos, answers{"ok", "ok", "ok"}},
		{"abe", waiting, answers{"ok", f, f}}, {"abe", satos, answers{f, f, f}},
		{"kato", waiting, answers{"ok", "ok", "ok"}}, {"kato", satos, answers{"ok", "ok", "ok"}},
		{"mori", satos, answers{"ok", "ok", "ok"}},
		{"ueda", satos, answers{u, u, u}}, {"ueda", consulted, answers{"ok", "ok", f}},
		{"ito", satos, answers{f, f, f}}, {"ono", satos, answers{f, f, f}}, {"root", satos, answers{f, f, f}},
		{"hinode", satos, answers{f, f, f}},
		{"sato", withdrawn, answers{u, u, u}}, {"abe", withdrawn, answers{u, u, u}}, {"kato", withdrawn, answers{"ok", "ok", "wrong_state"}},
		{"sato", never, answers{u, u, u}}, {"kato", never, answers{u, u, u}}, {"root", never, answers{u, u, u}},
	} {
		_, look := r.Case(ctx, people[c.who], c.id)
		_, note := r.Note(ctx, people[c.who], c.id, "メモ")
		_, say := r.Say(ctx, people[c.who], c.id, "1", "読みました")
		if got := (answers{code(look), code(note), code(say)}); got != c.want {
			t.Errorf("%s on %s: %v, want %v", c.who, c.id, got, c.want)
		}
	}
}

func TestTheQueueShowsWaitingAndOwn(t *testing.T) {
	r, ctx := open(t), t.Context()
	waiting, satos := r.writes("", "だれか読んで"), r.claimed()
	for _, c := range []struct {
		who, state string
		want       []triage.CaseID
	}{
		{"sato", "", []triage.CaseID{waiting}}, {"sato", "open", []triage.CaseID{satos}}, {"sato", "all", []triage.CaseID{waiting, satos}},
		{"abe", "all", []triage.CaseID{waiting}}, {"abe", "open", nil}, {"kato", "all", []triage.CaseID{waiting, satos}},
	} {
		page, err := r.Queue(ctx, people[c.who], desk.Query{State: c.state})
		r.must(err)
		var got []triage.CaseID
		for _, x := range page.Cases {
			got = append(got, x.ID)
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %q: %v, want %v", c.who, c.state, got, c.want)
		}
	}
	_, err := r.Queue(ctx, people["sato"], desk.Query{State: "lost"})
	r.want("an unknown state", err, "bad_request")
	_, err = r.Queue(ctx, people["sato"], desk.Query{Limit: 201})
	r.want("too long a page", err, "bad_request")
	_, err = r.Queue(ctx, people["ono"], desk.Query{})
	r.want("a clerk", err, "forbidden")
}

func TestOneOfManyClaims(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.writes("", "だれか読んで")
	var wg sync.WaitGroup
	codes := make([]string, 8)
	for i := range codes {
		wg.Go(func() {
			_, err := r.Claim(ctx, people[[]string{"sato", "abe", "kato", "mori"}[i%4]], id)
			codes[i] = code(err)
		})
	}
	wg.Wait()
	slices.Sort(codes)
	if codes[0] != "claimed" || codes[6] != "claimed" || codes[7] != "ok" {
		t.Errorf("%v", codes)
	}
	c, _ := r.load(id)
	if c.State != triage.Open || !c.LeaseUntil.Equal(opened.Add(15*time.Minute)) {
		t.Errorf("%s until %s", c.State, c.LeaseUntil)
	}
}

func TestReleaseTransferAndSecond(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	_, err := r.Release(ctx, people["abe"], id)
	r.want("a colleague releases", err, "forbidden")
	_, err = r.Transfer(ctx, people["sato"], id, "ono")
	r.want("to a clerk", err, "bad_request")
	_, err = r.Transfer(ctx, people["sato"], id, "nobody")
	r.want("to nobody", err, "bad_request")
	_, err = r.Transfer(ctx, people["sato"], id, "sato")
	r.want("to oneself", err, "wrong_state")
	c, err := r.Transfer(ctx, people["kato"], id, "abe")
	r.want("a lead transfers", err, "ok")
	if c.Assignee != "abe" || c.LeaseUntil.IsZero() {
		t.Errorf("%s until %s", c.Assignee, c.LeaseUntil)
	}
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
	r.want("the former answers", err, "forbidden")
	_, err = r.Join(ctx, people["abe"], id, "sato")
	r.want("the former joins", err, "ok")
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
	r.want("the second answers", err, "ok")
	_, err = r.Release(ctx, people["sato"], id)
	r.want("the second releases", err, "forbidden")
	c, err = r.Release(ctx, people["abe"], id)
	r.want("the assignee releases", err, "ok")
	if c.State != triage.Waiting || c.Assignee != "" {
		t.Errorf("%s of %q", c.State, c.Assignee)
	}
	_, err = r.Release(ctx, people["kato"], id)
	r.want("releasing what nobody has", err, "wrong_state")
}

func TestSayCountsAndRepeatsNothing(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	seq, err := r.Say(ctx, people["sato"], id, "a", "ゆうかさんのこと、読みました")
	if err != nil || seq != 1 {
		t.Fatalf("%d %v", seq, err)
	}
	for range 2 {
		seq, err = r.Say(ctx, people["sato"], id, "a", "ほかの言葉")
		if err != nil || seq != 1 {
			t.Errorf("the same id again: %d %v", seq, err)
		}
	}
	c, events := r.load(id)
	last := events[len(events)-1]
	if last.Text != "[人物A]さんのこと、読みました" || string(last.Words) != "sealed:ゆうかさんのこと、読みました" || !c.WaitingSince.IsZero() || !c.LeaseUntil.IsZero() {
		t.Errorf("%+v", last)
	}
	for what, text := range map[string]string{"nothing": "", "white space": " 　\n", "too long": strings.Repeat("あ", 4001), "no text": "\xff"} {
		_, err = r.Say(ctx, people["sato"], id, "b", text)
		r.want(what, err, "bad_request")
	}
	for what, key := range map[string]string{"no id": "", "a long id": strings.Repeat("x", 65)} {
		_, err = r.Say(ctx, people["sato"], id, key, "はい")
		r.want(what, err, "bad_request")
	}
	_, err = r.Say(ctx, people["sato"], id, strings.Repeat("あ", 64), strings.Repeat("あ", 4000))
	r.want("the longest", err, "ok")

	c, _ = r.load(id)
	_, err = r.store.Append(ctx, c, triage.Event{ID: "stop", At: r.clock.Now(), Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Status: triage.DeliveryOptedOut}})
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "c", "もしもし")
	r.want("after STOP", err, "opted_out")
}

// Many say at once, some of them the same: the numbers have no gap and no double.
func TestSayAtOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	var wg sync.WaitGroup
	var mu sync.Mutex
	seqs := map[string][]int64{}
	for i := range 12 {
		key := string(rune('a' + i%4))
		wg.Go(func() {
			seq, err := r.Say(ctx, people["sato"], id, key, "言葉"+key)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			seqs[key] = append(seqs[key], seq)
			mu.Unlock()
		})
	}
	wg.Wait()
	var all []int64
	for key, s := range seqs {
		slices.Sort(s)
		if s = slices.Compact(s); len(s) != 1 {
			t.Errorf("%s has numbers %v", key, s)
		}
		all = append(all, s...)
	}
	slices.Sort(all)
	if !slices.Equal(all, []int64{1, 2, 3, 4}) {
		t.Errorf("numbers %v", all)
	}
}

func TestOverruleStandsUntilSomethingGraver(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	_, err := r.Overrule(ctx, people["sato"], id, "bad", "理由")
	r.want("an unknown severity", err, "bad_request")
	_, err = r.Overrule(ctx, people["sato"], id, triage.Routine, "")
	r.want("no reason", err, "bad_request")
	c, err := r.Overrule(ctx, people["sato"], id, triage.Routine, "ゆうかと話した")
	r.want("overrule", err, "ok")
	if c.Severity != triage.Routine || !c.Overruled {
		t.Errorf("%s %v", c.Severity, c.Overruled)
	}
	_, events := r.load(id)
	if last := events[len(events)-1]; last.Text != "[人物A]と話した" || last.From != triage.Counselor || last.Kind != triage.KindAssessment {
		t.Errorf("%+v", last)
	}
	r.writes(id, "またけられた")
	if c, _ = r.load(id); c.Severity != triage.Soon || c.Overruled {
		t.Errorf("%s %v", c.Severity, c.Overruled)
	}
	if o := c.Overrule; o == nil || o.Severity != triage.Routine || o.Reason != "[人物A]と話した" || o.By != "sato" {
		t.Errorf("what the person judged is lost: %+v", o)
	}
}

func TestRevealIsForTheVoiceAndWrittenBefore(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	value, err := r.Reveal(ctx, people["sato"], id, "[人物A]", "呼びかけるため")
	if err != nil || value.Value != "ゆうか" {
		t.Errorf("%q %v", value.Value, err)
	}
	_, err = r.Reveal(ctx, people["sato"], id, "[人物Z]", "呼びかけるため")
	r.want("an unknown placeholder", err, "bad_request")
	_, err = r.Reveal(ctx, people["sato"], id, "ゆうか", "呼びかけるため")
	r.want("no placeholder", err, "bad_request")
	_, err = r.Reveal(ctx, people["sato"], id, "[人物A]", " ")
	r.want("no reason", err, "bad_request")
	_, err = r.Reveal(ctx, people["abe"], id, "[人物A]", "見たい")
	r.want("a colleague", err, "forbidden")

	r.writes(id, "[人物A]と[学校9]の[電話1]")
	texts, err := r.RevealText(ctx, people["sato"], id, "話すため")
	if err != nil || len(texts) != 1 || texts["[人物A]"] != "ゆうか" {
		t.Errorf("%v %v", texts, err)
	}
	if acts := r.log.acts("kato"); len(acts) != 0 {
		t.Errorf("what was refused is written down as done: %v", acts)
	}

	r.log.full = triage.ErrUnavailable
	value, err = r.Reveal(ctx, people["sato"], id, "[人物A]", "呼びかけるため")
	if value.Value != "" || code(err) != triage.ErrUnavailable.Error() {
		t.Errorf("without the audit: %q %v", value.Value, err)
	}
	_, err = r.Case(ctx, people["sato"], id)
	r.want("a look without the audit", err, triage.ErrUnavailable.Error())
	before, _ := r.load(id)
	_, err = r.Note(ctx, people["sato"], id, "メモ")
	r.want("a note without the audit", err, triage.ErrUnavailable.Error())
	if after, _ := r.load(id); after.Version != before.Version {
		t.Error("something happened that is not in the audit")
	}
}

func TestVisitsAndTheLamp(t *testing.T) {
	r, ctx := open(t), t.Context()
	in, err := r.Enter(ctx, people["ono"], desk.Visit{Channel: "visit", Text: "ゆうかの母です", Contact: "090-1234-5678"})
	r.want("a clerk enters", err, "ok")
	id := in.Case
	if c, _ := r.load(id); c.Preview != "[人物A]の母です" || !slices.Equal(c.Channels, []string{"visit"}) {
		t.Errorf("%q by %v", c.Preview, c.Channels)
	}
	_, err = r.Enter(ctx, people["ono"], desk.Visit{Channel: "fax", Text: "x"})
	r.want("another door", err, "bad_request")
	_, err = r.Enter(ctx, people["ono"], desk.Visit{Channel: "visit", Text: "x", Case: id})
	r.want("a clerk, into a case", err, "forbidden")

	mine := r.claimed()
	r.want("writing", r.Doing(ctx, people["sato"], mine, triage.DoingWriting), "ok")
	r.want("a colleague writes", r.Doing(ctx, people["abe"], mine, triage.DoingWriting), "forbidden")
	r.want("sleeping", r.Doing(ctx, people["sato"], mine, "sleeping"), "bad_request")
	if !slices.Equal(r.wall.shown, []triage.Doing{triage.DoingReading, triage.DoingWriting}) {
		t.Errorf("shown %v", r.wall.shown)
	}
}

func TestWithoutTheWallNothingIsSaid(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := r.claimed()
	before, _ := r.load(id)
	r.wall.away = triage.ErrUnavailable
	for what, try := range map[string]func() error{
		"say":  func() error { _, err := r.Say(ctx, people["sato"], id, "1", "はい"); return err },
		"note": func() error { _, err := r.Note(ctx, people["sato"], id, "はい"); return err },
		"ask": func() error {
			_, err := r.AskConsent(ctx, people["sato"], id, desk.Ask{School: "hinode-jhs", Level: triage.LevelNamed, Summary: "はい", Early: true})
			return err
		},
	} {
		r.want(what, try(), triage.ErrUnavailable.Error())
	}
	if after, _ := r.load(id); after.Version != before.Version {
		t.Error("words of staff came in unscrubbed")
	}
}

var _ desk.People = (*staff.Accounts)(nil)

var _ desk.Auditor = (*audit.Log)(nil)
