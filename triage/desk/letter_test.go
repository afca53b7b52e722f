package desk_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// press remembers for which answers it made return codes.
type press struct {
	mu    sync.Mutex
	coded []int64
}

func (p *press) Letter(_ context.Context, _ triage.CaseID, said int64, coded bool) (triage.Letter, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if coded {
		p.coded = append(p.coded, said)
	}
	return triage.Letter{Text: "ゆうかさん、読みました。", Code: map[bool]string{true: "あさがお しじみ"}[coded]}, nil
}

// lettered is a case of sato's: a scanned letter with what was ticked, and an answer that waits for the post.
func lettered(r *room, wish string) triage.CaseID {
	r.t.Helper()
	r.Press = &press{}
	id := triage.CaseID(fmt.Sprintf("07letter%018d", len(r.log.entries)))
	text := "きのうけられた"
	if wish != "" {
		text += "\n〔返事：" + wish + "〕\n〔送り先〕[電話1]\n[人物A]"
	}
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id},
		triage.Event{ID: "scan", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "letter", Text: text + "\n[写真1]", Unchecked: true,
			Files: []triage.File{{ID: "a", Sort: "picture"}}, DueAt: r.clock.Now().Add(24 * time.Hour), Judgement: &triage.Judgement{Severity: triage.Soon}})
	r.must(err)
	_, err = r.Claim(r.t.Context(), people["sato"], id)
	r.must(err)
	return id
}

// answered lets sato answer, and the courier hand that to people.
func (r *room) answered(id triage.CaseID) int64 {
	r.t.Helper()
	c, _ := r.load(id)
	said, err := r.Say(r.t.Context(), people["sato"], id, fmt.Sprint("m", c.Said), "読みました")
	r.must(err)
	c, _ = r.load(id)
	_, err = r.store.Append(r.t.Context(), c, triage.Event{ID: fmt.Sprint("d", said), At: r.clock.Now(), Kind: triage.KindDelivery, From: triage.System,
		Delivery: &triage.Delivery{Said: said, Status: triage.DeliveryPaper}})
	r.must(err)
	return said
}

// Whoever may not see a letter's picture sees neither its text nor its answer, and changes nothing.
func TestWhoSeesALetter(t *testing.T) {
	r := open(t)
	id := lettered(r, "手紙で、書いたところへ")
	said := r.answered(id)
	for login, p := range people {
		acts := login == "sato" || login == "kato" || login == "mori"
		_, looked := r.Reading(t.Context(), p, id, 1)
		_, listed := r.Letters(t.Context(), p)
		_, printed := r.Letter(t.Context(), p, id, said, desk.Posting{})
		if (looked == nil) != acts || (listed == nil) != (acts || login == "abe") || (printed == nil) != (login == "sato") {
			t.Errorf("%s: %v, %v, %v", login, looked, listed, printed)
		}
		if acts {
			continue
		}
		if _, err := r.Compare(t.Context(), p, id, 1, desk.Comparison{Base: 1, Words: "x", Parts: []string{"y"}}); err == nil {
			t.Errorf("%s compared it", login)
		}
		if _, err := r.Posted(t.Context(), p, id, said, ""); err == nil {
			t.Errorf("%s posted it", login)
		}
	}
	for _, seq := range []int64{0, 2, 99} {
		_, err := r.Reading(t.Context(), people["sato"], id, seq)
		r.want(fmt.Sprint("event ", seq), err, "unknown")
	}
	if got := r.log.acts("sato"); !slices.Contains(got, "letter_look") || !slices.Contains(got, "letter_preview") || !slices.Contains(got, "letters") {
		t.Errorf("written down: %v", got)
	}
}

// Of many who correct one text at the same moment one is first, and the others are told; nobody's further matter is lost.
func TestManyCorrectAtOnce(t *testing.T) {
	r := open(t)
	id := lettered(r, "")
	var wg sync.WaitGroup
	results := make([]string, 4)
	for i, login := range []string{"sato", "kato", "mori", "sato"} {
		wg.Go(func() {
			_, err := r.Compare(t.Context(), people[login], id, 1, desk.Comparison{Base: 1, Words: "きのう、ゆうかにけられた。", Parts: []string{"弟のこと"}})
			results[i] = code(err)
		})
	}
	wg.Wait()
	c, events := r.load(id)
	if len(c.Unchecked) != 0 {
		t.Error("nobody was first")
	}
	corrected, others := 0, 0
	for _, e := range events {
		if e.Corrects != "" {
			corrected++
		}
		if desk.Alongside(e) != "" {
			others++
		}
	}
	if corrected != 1 || others == 0 || !slices.Contains(results, "ok") || !slices.Contains(results, triage.CodeChanged) {
		t.Errorf("%d corrections, %d other cases, %v", corrected, others, results)
	}
}

func TestWhatIsNoComparison(t *testing.T) {
	r := open(t)
	id := lettered(r, "")
	sato := people["sato"]
	for what, x := range map[string]desk.Comparison{
		"no words": {Base: 1}, "an empty part": {Base: 1, Words: "x", Parts: []string{" "}}, "too many parts": {Base: 1, Words: "x", Parts: slices.Repeat([]string{"y"}, 10)},
		"no such wish": {Base: 1, Words: "x", Wishes: []string{"fax"}},
	} {
		_, err := r.Compare(t.Context(), sato, id, 1, x)
		r.want(what, err, triage.CodeBadRequest)
	}
	_, err := r.Compare(t.Context(), sato, id, 1, desk.Comparison{Base: 7, Words: "x"})
	r.want("of another text", err, triage.CodeChanged)
	if c, _ := r.load(id); len(c.Unchecked) != 1 || c.Version != 2 {
		t.Errorf("something happened: version %d", c.Version)
	}
}

// What the child ticked decides what is printed, and whether anything is.
func TestWhatWasTickedIsObeyed(t *testing.T) {
	for wish, want := range map[string]struct {
		print, anyway string
		codes         int
	}{
		"手紙で、書いたところへ":               {"ok", "ok", 0},
		"チャットで。入り方を手紙で":             {"ok", "ok", 1},
		"手紙で、書いたところへ、チャットで。入り方を手紙で": {"ok", "ok", 1},
		"電話で":       {triage.CodeState, "ok", 0},
		"学校をとおさないで": {"ok", "ok", 0},
		"":          {"ok", "ok", 0},
		"手紙で、書いたところへ、返事はいらない":       {"ok", "ok", 0},
		"学校をとおさないで、電話で、手紙で、書いたところへ": {"ok", "ok", 0},
	} {
		r := open(t)
		id := lettered(r, wish)
		said := r.answered(id)
		_, err := r.Letter(t.Context(), people["sato"], id, said, desk.Posting{Final: true})
		r.want(wish, err, want.print)
		pdf, err := r.Letter(t.Context(), people["sato"], id, said, desk.Posting{Final: true, Anyway: "電話がつながらない"})
		r.want(wish+", with a reason", err, want.anyway)
		if !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Errorf("%s: no PDF", wish)
		}
		if n := len(r.Press.(*press).coded); n > 2 || n < want.codes || want.codes == 0 && n > 0 {
			t.Errorf("%s: %d codes were made", wish, n)
		}
	}
	r := open(t)
	id := lettered(r, "学校をとおさないで、返事はいらない")
	_, err := r.Say(t.Context(), people["sato"], id, "m", "読みました")
	r.want("who wants no answer", err, triage.CodeState)
	_, err = r.Overrule(t.Context(), people["sato"], id, triage.Urgent, "けがをしている")
	r.must(err)
	_, err = r.Say(t.Context(), people["sato"], id, "m", "読みました")
	r.want("who may be in danger", err, "ok")
}

// A second letter does not end the code of the first while that is on its way.
func TestCodesOfSeveralLetters(t *testing.T) {
	r := open(t)
	id := lettered(r, "チャットで。入り方を手紙で")
	sato, p := people["sato"], r.Press.(*press)
	print := func(said int64, how desk.Posting, want ...int64) {
		t.Helper()
		how.Final = true
		_, err := r.Letter(t.Context(), sato, id, said, how)
		r.must(err)
		if !slices.Equal(p.coded, want) {
			t.Errorf("codes for %v, want %v", p.coded, want)
		}
	}
	one := r.answered(id)
	print(one, desk.Posting{}, 1)
	print(one, desk.Posting{}, 1, 1) // the printer was out of ink
	two := r.answered(id)
	print(two, desk.Posting{}, 1, 1)
	_, err := r.Posted(t.Context(), sato, id, one, desk.PostedMail)
	r.must(err)
	print(one, desk.Posting{}, 1, 1)
	print(two, desk.Posting{NewCode: true}, 1, 1, 2)
	opened := 0
	_, events := r.load(id)
	for _, e := range events {
		if e.Reveal != nil {
			opened++
		}
	}
	if opened != 10 { // two placeholders of the address, each time
		t.Errorf("%d openings are written down", opened)
	}
}

// The list holds what is left, the time of which comes first; and nothing that is done.
func TestTheListOfLetters(t *testing.T) {
	r := open(t)
	sato := people["sato"]
	first := lettered(r, "手紙で、書いたところへ")
	r.clock.pass(time.Hour)
	second := lettered(r, "学校をとおさないで、返事はいらない")
	list := func() []desk.Post {
		t.Helper()
		all, err := r.Letters(t.Context(), sato)
		r.must(err)
		return all
	}
	if all := list(); len(all) != 2 || all[0].Case.ID != first || !all[0].Unanswered || all[1].Unanswered || len(all[1].Unchecked) != 1 {
		t.Fatalf("%+v", all)
	}
	_, err := r.Compare(t.Context(), sato, second, 1, desk.Comparison{Base: 1, Words: "読んでくれるだけでいいです", Wishes: []string{triage.WishNothing}})
	r.must(err)
	said := r.answered(first)
	if all := list(); len(all) != 1 || !slices.Equal(all[0].Unposted, []int64{said}) || all[0].Unanswered {
		t.Fatalf("%+v", all)
	}
	_, err = r.Compare(t.Context(), sato, first, 1, desk.Comparison{Base: 1, Words: "きのうけられた"})
	r.must(err)
	for range 2 {
		_, err = r.Posted(t.Context(), sato, first, said, "")
		r.must(err)
	}
	if all := list(); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	_, err = r.Posted(t.Context(), sato, first, 9, "")
	r.want("no such answer", err, "unknown")
	_, err = r.Posted(t.Context(), sato, first, said, "fax")
	r.want("no such way", err, triage.CodeBadRequest)
}
