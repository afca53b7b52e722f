package triage_test

import (
	"reflect"
	"testing"

	"madoguchi/triage"
)

// A phrase stands once, with every flag and every rule that heard it; what is no word stands by itself.
func TestAPhraseStandsOnce(t *testing.T) {
	c := triage.Case{Reasons: []triage.Reason{
		{Flag: triage.Verbal, Rule: "verbal.die", Excerpt: "死ねと言われた"}, {Flag: triage.Suicide, Rule: triage.SilenceRule},
		{Flag: triage.SNSSpread, Rule: "sns.group", Excerpt: "グループで"}, {Flag: triage.Suicide, Rule: "suicide.word", Excerpt: "死ねと言われた"},
		{Flag: triage.Verbal, Rule: "model_verbal", Excerpt: "死ねと言われた"}, {Flag: triage.Suicide, Rule: triage.UnansweredRule},
	}}
	want := []triage.Phrase{
		{Excerpt: "死ねと言われた", Flags: []triage.Flag{triage.Suicide, triage.Verbal}, Rules: []string{"verbal.die", "suicide.word", "model_verbal"}},
		{Flags: []triage.Flag{triage.Suicide}, Rules: []string{triage.SilenceRule}},
		{Excerpt: "グループで", Flags: []triage.Flag{triage.SNSSpread}, Rules: []string{"sns.group"}},
		{Flags: []triage.Flag{triage.Suicide}, Rules: []string{triage.UnansweredRule}},
	}
	if got := c.Phrases(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}
