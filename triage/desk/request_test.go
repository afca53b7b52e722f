package desk_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/request"
)

// asks enters a request on that ground.
func (r *room) asks(ground, office string) string {
	r.t.Helper()
	x, err := r.Receive(r.t.Context(), people["ono"], request.Request{Ground: ground, Office: office, About: "ゆうかの相談の記録", On: "2026-12-01", AnswerBy: map[bool]string{true: "2026-12-10"}[office != ""]})
	r.must(err)
	return x.ID
}

// decides lets kato propose and mori agree.
func (r *room) decides(id string, d request.Decision) {
	r.t.Helper()
	_, err := r.ProposeAnswer(r.t.Context(), people["kato"], id, d)
	r.must(err)
	_, err = r.AgreeAnswer(r.t.Context(), strong("mori"), id)
	r.must(err)
}

func TestARequestIsDecidedByTwo(t *testing.T) {
	r, ctx := open(t), t.Context()
	for what, x := range map[string]request.Request{
		"no ground":      {About: "記録", On: "2026-12-01", AnswerBy: "2026-12-10"},
		"no office":      {Ground: "police_inquiry", About: "記録", On: "2026-12-01", AnswerBy: "2026-12-10"},
		"tomorrow":       {Ground: "self", About: "記録", On: "2026-12-02"},
		"nothing":        {Ground: "self", On: "2026-12-01"},
		"before it came": {Ground: "self", About: "記録", On: "2026-12-01", AnswerBy: "2026-11-30"},
	} {
		_, err := r.Receive(ctx, people["kato"], x)
		r.want(what, err, "bad_request")
	}
	_, err := r.Receive(ctx, people["sato"], request.Request{Ground: "self"})
	r.want("who counsels", err, "forbidden")
	id := r.asks("police_inquiry", "ゆうか署")
	if again := r.asks("police_inquiry", "少年課"); id != "inquiry-2026-1" || again != "inquiry-2026-2" {
		t.Errorf("numbered %s, %s", id, again)
	}
	if own := r.asks("self", ""); own != "personal-2026-1" {
		t.Errorf("another book: %s", own)
	}
	r.wall.names["[学校1]"] = "旭川東"
	east, err := r.Receive(ctx, people["kato"], request.Request{Ground: "police_warrant", Office: "旭川東警察署", Document: "旭川東第3号 ゆうか", About: "旭川東の記録", On: "2026-12-01", AnswerBy: "2026-12-10"})
	if err != nil || east.Office != "旭川東警察署" || east.Document != "[学校1]第3号 [人物A]" || east.About != "[学校1]の記録" {
		t.Errorf("the names of an office and of its letter: %+v, %v", east, err)
	}
	x, err := r.Request(ctx, people["kato"], id)
	if err != nil || x.Office != "[人物A]署" || x.About != "[人物A]の相談の記録" || x.State() != request.Open {
		t.Errorf("%+v, %v", x, err)
	}
	_, err = r.AgreeAnswer(ctx, strong("mori"), id)
	r.want("nothing is proposed", err, "wrong_state")
	about := r.claimed()
	for what, d := range map[string]request.Decision{
		"no outcome": {Reason: "x"}, "no reason": {Outcome: request.None}, "no case": {Outcome: request.Give, Reason: "x", Parts: request.Parts},
		"no part":   {Outcome: request.Give, Case: about, Reason: "x"},
		"no marks":  {Outcome: request.Give, Case: about, Reason: "x", Parts: request.Parts, Named: []string{"ゆうか"}},
		"not there": {Outcome: request.Give, Case: "07zzzz", Reason: "x", Parts: request.Parts},
	} {
		_, err := r.ProposeAnswer(ctx, people["kato"], id, d)
		r.want(what, err, "bad_request")
	}
	give := request.Decision{Outcome: request.Give, Case: about, Reason: "ゆうかの命に関わる", Parts: []string{request.Messages}}
	for _, who := range []string{"sato", "ono", "root", "ito"} {
		_, err := r.ProposeAnswer(ctx, people[who], id, give)
		r.want(who, err, "forbidden")
	}
	_, err = r.ProposeAnswer(ctx, people["kato"], id, give)
	r.must(err)
	_, err = r.AgreeAnswer(ctx, strong("kato"), id)
	r.want("who proposed it", err, "two_persons_needed")
	_, err = r.AgreeAnswer(ctx, people["mori"], id)
	r.want("by a password alone", err, "two_persons_needed")
	_, _, err = r.GivePack(ctx, people["kato"], id)
	r.want("before the second", err, "wrong_state")
	_, err = r.SendBack(ctx, people["mori"], id, "範囲が広い")
	r.must(err)
	_, err = r.ProposeAnswer(ctx, people["kato"], id, give)
	r.must(err)
	_, err = r.AgreeAnswer(ctx, strong("mori"), id)
	r.must(err)
	_, err = r.ProposeAnswer(ctx, people["kato"], id, give)
	r.want("after it was decided", err, "wrong_state")
	x, _ = r.Request(ctx, people["mori"], id)
	if len(x.Before) != 1 || x.Before[0].SentBack != "mori" || x.Decision.Reason != "[人物A]の命に関わる" || x.State() != request.Decided {
		t.Errorf("%+v", x)
	}
	if x, _ = r.Request(ctx, people["ono"], id); x.Decision.Case != "" || x.Decision.Reason != "" || x.Decision.By != "" || len(x.Before) > 0 {
		t.Errorf("the clerk sees %+v", x.Decision)
	}
	r.want("while it goes on", r.Destroy(ctx, people["kato"], about, "x"), "wrong_state")
	_, err = r.Answer(ctx, people["ono"], id, "post")
	r.want("nothing was made", err, "wrong_state")
}

// What is given is one case, and what was decided of it; of every other one not a byte. It stands in the register, in the
// audit and in the case, and can be checked by its fingerprint.
func TestALawfulPackIsExactlyOneCase(t *testing.T) {
	r, ctx := open(t), t.Context()
	const canary = "カナリアのことば"
	about, other := r.claimed(), r.writes("", canary)
	r.must(r.Relate(ctx, people["kato"], about, desk.Relation{Other: other, As: triage.LinkKinds[0], Sure: "maybe", Reason: "同じ日"}))
	_, err := r.Note(ctx, people["sato"], about, "メモのこと")
	r.must(err)
	id := r.asks("police_inquiry", "少年課")
	r.decides(id, request.Decision{Outcome: request.Give, Case: about, Reason: "命に関わる", Parts: []string{request.Messages, request.Told}, Named: []string{"[人物A]"}})
	r.writes(about, "決めたあとのことば")
	data, hash, err := r.GivePack(ctx, people["kato"], id)
	r.must(err)
	again, same, err := r.GivePack(ctx, people["mori"], id)
	r.must(err)
	if !bytes.Equal(data, again) || hash != same {
		t.Error("made again it is another")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	r.must(err)
	var all string
	for _, f := range z.File {
		in, err := f.Open()
		r.must(err)
		body, _ := io.ReadAll(in)
		all += f.Name + "\n" + string(body)
		if d := sha256.Sum256(body); f.Name == request.ManifestName && hex.EncodeToString(d[:]) != hash {
			t.Error("the fingerprint is not that of the list")
		}
	}
	if !strings.Contains(all, "ゆうかにけられた") || !strings.Contains(all, string(about)) {
		t.Errorf("it does not hold the case: %s", all)
	}
	for _, out := range []string{canary, string(other), "メモ", "決めたあと", "つながり"} {
		if strings.Contains(all, out) {
			t.Errorf("%s is in it", out)
		}
	}
	x, err := r.Request(ctx, people["mori"], id)
	r.must(err)
	if len(x.Packs) != 2 || x.Packs[0].Hash != hash || x.Packs[0].By != "kato" || x.Packs[0].Bytes != int64(len(data)) {
		t.Errorf("the register says %+v", x.Packs)
	}
	if acts := r.log.acts("kato"); !slices.Contains(acts, "request_pack") {
		t.Errorf("the audit says %v", acts)
	}
	_, events := r.load(about)
	if n := len(slices.DeleteFunc(events, func(e triage.Event) bool { return e.Reveal == nil || !strings.Contains(e.Reveal.Placeholder, id) })); n != 2 {
		t.Errorf("the case says %d times that it was given", n)
	}
	r.log.full = triage.ErrUnavailable
	if data, _, err := r.GivePack(ctx, people["kato"], id); err == nil || len(data) > 0 {
		t.Error("given without the audit")
	}
	r.log.full = nil
	x, err = r.Answer(ctx, people["ono"], id, "handed")
	if err != nil || x.State() != request.Answered || x.AnsweredBy != "ono" {
		t.Errorf("%+v, %v", x, err)
	}
}

// A parent's answer tells nothing of whether there is a case: the same words, on the same day, and until then the same
// refusal. What is dangerous is not given to them at all.
func TestAParentIsNotToldWhetherThereIsACase(t *testing.T) {
	r, ctx := open(t), t.Context()
	about := r.claimed()
	_, err := r.Observe(ctx, people["sato"], about, triage.Observed{Kind: "abused", On: "2026-12-01"})
	r.must(err)
	with, without := r.asks("guardian", ""), r.asks("guardian", "")
	give := request.Decision{Outcome: request.Give, Case: about, Reason: "本人がよいと言った", Wish: "よい", Parts: request.Parts}
	_, err = r.ProposeAnswer(ctx, people["kato"], with, give)
	r.want("to a parent who may be the danger", err, "wrong_state")
	for _, outcome := range []string{request.None, request.Refuse} {
		_, err = r.ProposeAnswer(ctx, people["kato"], without, request.Decision{Outcome: outcome, Reason: "探したがない"})
		r.want(outcome, err, "bad_request")
	}
	_, err = r.ProposeAnswer(ctx, people["kato"], with, request.Decision{Outcome: request.Neutral, Case: about, Reason: "逃げている"})
	r.want("without the child's wish", err, "bad_request")
	r.decides(with, request.Decision{Outcome: request.Neutral, Case: about, Reason: "逃げている", Wish: "言わないで"})
	r.clock.pass(9 * 24 * time.Hour)
	r.decides(without, request.Decision{Outcome: request.Neutral, Reason: "探したがない"})
	seen := func(id string) []any {
		list, err := r.Requests(ctx, people["ono"])
		r.must(err)
		one, err := r.Request(ctx, people["ono"], id)
		r.must(err)
		i := slices.IndexFunc(list, func(x request.Request) bool { return x.ID == id })
		text, err := r.AnswerLetter(ctx, people["ono"], id)
		_, gave, refused := r.GivePack(ctx, people["kato"], id)
		same := func(x request.Request) request.Request { x.ID, x.N = "", 0; return x }
		return []any{same(list[i]), same(one), text, code(err), gave, code(refused)}
	}
	for range 30 {
		a, b := seen(with), seen(without)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("on %s a parent could tell:\n%+v\n%+v", r.clock.Now().Format(time.DateOnly), a, b)
		}
		ready := !r.clock.Now().Before(opened.AddDate(0, 0, request.NeutralAfter))
		if (a[2] != "") != ready {
			t.Errorf("on %s the letter is %q", r.clock.Now().Format(time.DateOnly), a[2])
		}
		r.clock.pass(24 * time.Hour)
	}
	for _, id := range []string{with, without} {
		x, err := r.Answer(ctx, people["ono"], id, "post")
		if err != nil || x.Decision.Case != "" {
			t.Errorf("%s: %+v, %v", id, x, err)
		}
	}
	for _, e := range r.log.entries {
		if strings.HasPrefix(e.Act, "request") && e.Case != "" {
			t.Errorf("the audit tells of which case: %+v", e)
		}
	}
}

// Who is kept out of a case learns nothing of it from the register.
func TestARequestOfACaseThatIsKeptFromALead(t *testing.T) {
	r, ctx := open(t), t.Context()
	about := r.claimed()
	id := r.asks("self", "")
	_, err := r.ProposeAnswer(ctx, people["mori"], id, request.Decision{Outcome: request.Refuse, Case: about, Reason: "理由"})
	r.must(err)
	r.must(r.Bar(ctx, people["mori"], about, triage.Bar{Login: "kato", Why: "named"}))
	x, err := r.Request(ctx, people["kato"], id)
	if err != nil || x.Decision != nil {
		t.Errorf("%+v, %v", x.Decision, err)
	}
	_, err = r.AgreeAnswer(ctx, strong("kato"), id)
	r.want("agreeing", err, "forbidden")
	_, err = r.ProposeAnswer(ctx, people["kato"], id, request.Decision{Outcome: request.None, Reason: "x"})
	r.want("proposing", err, "forbidden")
}
