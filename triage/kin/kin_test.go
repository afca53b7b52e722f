package kin

import (
	"fmt"
	"testing"
	"time"

	"madoguchi/triage"
)

var day = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

func sketch(id string, days int, school, text string, flags ...triage.Flag) Sketch {
	c := triage.Case{ID: triage.CaseID(id), Flags: flags}
	if school != "" {
		c.Consents = []triage.Consent{{School: school}}
	}
	return Draw(c, []triage.Event{{Kind: triage.KindMessage, From: triage.Seeker, At: day.AddDate(0, 0, days), Text: text}})
}

func TestPropose(t *testing.T) {
	one := sketch("one", 0, "hinode", "[人物A]が理科準備室で水筒の水をかけられていました", triage.Violence)
	others := []Sketch{one,
		sketch("same", 1, "hinode", "理科準備室で[人物C]が水筒の水をかけられたのを見た", triage.Violence),
		sketch("unnamed", 1, "", "理科準備室で、水筒の水", triage.Violence),
		sketch("school", 2, "hinode", "悪口を言われています", triage.Violence),
		sketch("days", 0, "", "毎日つらいです", triage.Violence),
		sketch("later", Days+1, "hinode", "理科準備室で水筒の水をかけられた", triage.Violence),
		sketch("other", 1, "kawabe", "給食のとき無視される", triage.Exclusion),
	}
	got := Propose(one, others)
	var ids []triage.CaseID
	for _, p := range got {
		ids = append(ids, p.Other)
		if len(p.Why) == 0 {
			t.Errorf("%s without a reason", p.Other)
		}
	}
	if fmt.Sprint(ids) != "[same school unnamed]" {
		t.Errorf("%+v", got)
	}
	for _, p := range Propose(others[4], others) {
		t.Errorf("on the days and the sort of thing alone: %+v", p)
	}
}

// Two who name the same school at the same time are proposed, though neither was told anything yet and both write in kana.
func TestTheNamedSchoolCounts(t *testing.T) {
	draw := func(id, school string) Sketch {
		c := triage.Case{ID: triage.CaseID(id), Flags: []triage.Flag{triage.Property}, Named: []string{school}}
		return Draw(c, []triage.Event{{Kind: triage.KindMessage, From: triage.Seeker, At: day, Text: "[学校1]で、くつをかくされました"}})
	}
	all := []Sketch{draw("a", "hinode"), draw("b", "hinode"), draw("c", "kawabe")}
	if p := Propose(all[0], all); len(p) != 1 || p[0].Other != "b" || p[0].Why[0] != "同じ学校の名が出ています" {
		t.Errorf("%+v", p)
	}
}

// Which comes first makes no difference, and placeholders make none.
func TestProposalsAreMutual(t *testing.T) {
	a := sketch("a", 0, "hinode", "[人物A]と[学校1]の理科準備室", triage.Verbal)
	b := sketch("b", 3, "hinode", "[人物B]と[学校2]の理科準備室", triage.Verbal)
	all := []Sketch{a, b}
	x, y := Propose(a, all), Propose(b, all)
	if len(x) != 1 || len(y) != 1 || x[0].Score != y[0].Score {
		t.Errorf("%+v %+v", x, y)
	}
	for g := range a.Grams {
		if g == "人物" || g == "物A" || g == "学校" {
			t.Errorf("a placeholder was read: %s", g)
		}
	}
}

// What the seeker took back is not read.
func TestWhatWasTakenBack(t *testing.T) {
	c := triage.Case{ID: "a", Hidden: []string{"1"}}
	if s := Draw(c, []triage.Event{{ID: "1", From: triage.Seeker, At: day, Text: "理科準備室"}}); len(s.Grams) != 0 {
		t.Errorf("%v", s.Grams)
	}
}

// Small children write in hiragana alone: two who tell of one thing are found by their words, those who tell of other things in
// the words that everybody has are not.
func TestProposeInHiragana(t *testing.T) {
	one := sketch("one", 0, "", "きのうのおひるやすみ、たいいくそうこのうらでくつをぬがされて、なげられました。こわいです", triage.Property)
	unrelated := []string{
		"きのうのおひるやすみ、ともだちにむしされました。がっこうにいきたくないです。だれにもいわないでください",
		"きのうのおひるやすみにくつをかくされました。どうしたらいいですか",
		"たいいくのじかんに、ぼくだけぼーるをまわしてもらえません。こわいです",
		"おかあさんがずっとおこっています。おうちにかえりたくないです",
		"くつがなくなっていました。せんせいにいってもしらないといわれました",
		"おとうさんになげられてこわいです。たすけてください",
		"とけいをなげられました。きのうのおひるやすみのことです",
	}
	others := []Sketch{one,
		sketch("same", 1, "", "たいいくそうこのうらで、くつをぬがされているこをみました", triage.Property),
		sketch("again", 2, "", "そうじのまえに タイイクソウコのうらで、くつをぬがされていました", triage.Property),
	}
	for i, text := range unrelated {
		others = append(others, sketch(fmt.Sprint("other", i), 0, "", text, triage.Property))
	}
	var ids []triage.CaseID
	for _, p := range Propose(one, others) {
		ids = append(ids, p.Other)
	}
	if fmt.Sprint(ids) != "[again same]" {
		t.Errorf("proposed %v", ids)
	}
	for i, x := range others[3:] {
		for _, p := range Propose(x, others) {
			t.Errorf("%s is proposed for %q", p.Other, unrelated[i])
		}
	}
	kept := sketch("elsewhere", 0, "kawabe", "たいいくそうこのうらでくつをぬがされて", triage.Property)
	here := sketch("here", 0, "hinode", "たいいくそうこのうらでくつをぬがされて", triage.Property)
	if p := Propose(kept, []Sketch{kept, here}); len(p) > 0 {
		t.Errorf("of two schools: %+v", p)
	}
}
