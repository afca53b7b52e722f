package sought

import (
	"fmt"
	"testing"

	"madoguchi/triage"
)

func TestMatch(t *testing.T) {
	who := triage.Sought{Names: []string{"髙橋 結衣", "たかはし ゆい"}, Numbers: []string{"090-1234-5678"}}
	for _, c := range []struct {
		what string
		in   Case
		want []triage.Match
	}{
		{"nothing of her", Case{Texts: []string{"田中にけられた"}, People: []string{"田中"}, Contacts: []string{"+818011112222"}}, nil},
		{"the whole name in a text", Case{Texts: []string{"高橋結衣です。"}}, []triage.Match{triage.MatchFull, triage.MatchPart}},
		{"in katakana, spaced", Case{Texts: []string{"タ カ ハ シ ユ イ"}}, []triage.Match{triage.MatchFull, triage.MatchPart}},
		{"in half-width kana", Case{Texts: []string{"ﾀｶﾊｼﾕｲ"}}, []triage.Match{triage.MatchFull, triage.MatchPart}},
		{"the given name alone", Case{Texts: []string{"ゆいちゃんがかわいそう"}}, []triage.Match{triage.MatchPart}},
		{"as the case calls her", Case{People: []string{"高橋結衣さん"}}, []triage.Match{triage.MatchFull}},
		{"by her reading", Case{People: []string{"たかはしゆい"}}, []triage.Match{triage.MatchFull}},
		{"her telephone, of the country", Case{Contacts: []string{"+819012345678"}}, []triage.Match{triage.MatchContact}},
		{"her number in a text", Case{Texts: []string{"０９０ー１２３４ー５６７８に電話して"}}, []triage.Match{triage.MatchNumber}},
		{"a number beside others", Case{Texts: []string{"3年2組 09012345678"}}, []triage.Match{triage.MatchNumber}},
		{"another number", Case{Texts: []string{"090-1234-5679"}}, nil},
		{"numbers that only together are hers", Case{Texts: []string{"0901 と 2345678"}}, nil},
	} {
		if got := New(who).Match(c.in); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// One letter is nobody unless the case calls somebody so.
func TestAShortName(t *testing.T) {
	m := New(triage.Sought{Names: []string{"森"}})
	if got := m.Match(Case{Texts: []string{"森で遊んだ"}}); got != nil {
		t.Errorf("in a text: %v", got)
	}
	if got := m.Match(Case{People: []string{"森さん"}}); len(got) != 1 || got[0] != triage.MatchPart {
		t.Errorf("as somebody: %v", got)
	}
	if !New(triage.Sought{Names: []string{" "}, Numbers: []string{"12"}}).Empty() {
		t.Error("a space and two digits are somebody")
	}
}
