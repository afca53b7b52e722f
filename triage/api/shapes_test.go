package api_test

import (
	"reflect"
	"testing"

	"madoguchi/triage"
)

// The words of a reason stand once for each flag, with every rule that heard it in them.
func TestAReasonStandsOnce(t *testing.T) {
	r := open(t, false)
	const id = "07reasonsreasonsreasonsrea"
	r.append(id, triage.Event{ID: "m", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "死ねと言われた",
		Judgement: &triage.Judgement{Severity: triage.Urgent, Flags: []triage.Flag{triage.Suicide, triage.Verbal}, Reasons: []triage.Reason{
			{Flag: triage.Verbal, Rule: "verbal.die", Excerpt: "死ねと言われた"}, {Flag: triage.Suicide, Rule: "suicide.word", Excerpt: "死ねと言われた"},
			{Flag: triage.Verbal, Rule: "verbal.said", Excerpt: "死ねと言われた"}, {Flag: triage.Verbal, Rule: "model_verbal", Excerpt: "死ねと言われた"}}}})
	type reason struct {
		Flag, Rule, Excerpt string
		Rules               []string
	}
	got := read[struct {
		Reasons  []reason
		Timeline []struct{ Judgement struct{ Reasons []reason } }
	}](r.ask("kato", "GET", "/cases/"+id, "").is(200, ""))
	want := []reason{{"verbal", "verbal.die", "死ねと言われた", []string{"verbal.die", "verbal.said", "model_verbal"}}, {"suicide", "suicide.word", "死ねと言われた", nil}}
	if !reflect.DeepEqual(got.Reasons, want) || !reflect.DeepEqual(got.Timeline[0].Judgement.Reasons, want) {
		t.Errorf("%+v", got)
	}
}

// Who found a danger, and who agreed on a plan, stands in the timeline as in every other place.
func TestFormsTellWhoWroteThem(t *testing.T) {
	r := open(t, false)
	id := r.claimed("sato")
	r.ask("sato", "POST", "/cases/"+id+"/risks", `{"found":{"ideation":"yes","plan":"no","means":"no","when":"no","alone":"unknown","holds":"yes"},"again":"2026-12-03T09:00:00+09:00"}`).is(201, "")
	r.ask("sato", "POST", "/cases/"+id+"/safety", `{"helps":"音楽"}`).is(201, "")
	type form struct{ By, At string }
	c := read[struct {
		Risks    []form
		Safety   form
		Timeline []struct{ Risk, Safety *form }
	}](r.ask("sato", "GET", "/cases/"+id, "").is(200, ""))
	seen := 0
	for _, e := range c.Timeline {
		if e.Risk != nil && *e.Risk == c.Risks[0] || e.Safety != nil && *e.Safety == c.Safety {
			seen++
		}
	}
	if seen != 2 || c.Risks[0].By != "sato" || c.Safety.By != "sato" {
		t.Errorf("%d of 2: %+v", seen, c)
	}
}
