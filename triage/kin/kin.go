// Package kin proposes which cases may tell of one and the same thing. It reads anonymized text only, says for each proposal
// what speaks for it, and joins nothing: a wrong join would show one family's words to another, so a person looks, and then a
// second one.
//
// Placeholders mean nothing from one case to the next ([人物A] here is somebody else than [人物A] there), so they are not
// compared. What is compared is what two who saw the same would both have: the school, the days, what it is about, and the
// rarer words.
package kin

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"madoguchi/triage"
	"madoguchi/triage/japanese"
)

// Sketch is what is known of a case for this.
type Sketch struct {
	ID      triage.CaseID
	Schools []string // ids of the schools that have to do with it, or that its words name
	From    time.Time
	To      time.Time // of the seeker's first and last word
	Flags   []triage.Flag
	Grams   map[string]bool // pairs of characters of the words
	Spoken  map[string]bool // what stands in hiragana, as small children write: five characters each, without what everybody says
}

// Draw makes a case's sketch.
func Draw(c triage.Case, events []triage.Event) Sketch {
	s := Sketch{ID: c.ID, Schools: append(c.Schools(), c.Named...), Flags: c.Flags, Grams: map[string]bool{}, Spoken: map[string]bool{}}
	for _, k := range c.Consents {
		if _, family := triage.Family(k.School); k.School != "" && k.School != triage.ToBoard && !family {
			s.Schools = append(s.Schools, k.School)
		}
	}
	for _, e := range events {
		if e.From != triage.Seeker && e.From != triage.AtSchool || slices.Contains(c.Hidden, e.ID) {
			continue
		}
		if s.From.IsZero() {
			s.From = e.At
		}
		s.To = e.At
		s.read(e.Text)
		if e.Report != nil {
			for _, text := range e.Report.Fields {
				s.read(text)
			}
		}
	}
	slices.Sort(s.Schools)
	s.Schools = slices.Compact(s.Schools)
	return s
}

var placeholder = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)

// spokenLong is how many characters in a row of hiragana are compared.
const spokenLong = 5

// read takes in what carries a meaning of a text: the pairs of its characters without hiragana, which alone is grammar; and of a
// text in hiragana, longer pieces.
func (s *Sketch) read(text string) {
	text = placeholder.ReplaceAllString(text, " ")
	s.hear(text)
	var before rune
	for _, r := range text {
		if unicode.In(r, unicode.Han, unicode.Katakana, unicode.Latin, unicode.Digit) {
			if before != 0 {
				s.Grams[string([]rune{before, r})] = true
			}
			before = r
		} else {
			before = 0
		}
	}
}

// hear takes in what stands in hiragana, but for what everybody says.
func (s *Sketch) hear(text string) {
	text = everyday.ReplaceAllString(japanese.HiraganaOf(text), " ")
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.Is(unicode.Hiragana, r) && r != 'ー' }) {
		piece := []rune(run)
		for i := 0; i+spokenLong <= len(piece); i++ {
			s.Spoken[string(piece[i:i+spokenLong])] = true
		}
	}
}

// Days is how far apart the words of two may lie.
const Days = 21

// Proposal is that two cases may tell of the same thing.
type Proposal struct {
	Other triage.CaseID
	Score int
	Why   []string // what speaks for it, in the words of the page
}

// Least is the score from which a proposal is shown: more than one thing speaks for it.
const Least = 5

// Propose lists the cases that may tell of the same thing as one, the likeliest first, at most ten. Words count by how few
// cases have them, so common ones weigh nothing.
func Propose(one Sketch, others []Sketch) []Proposal {
	seen := map[string]int{}
	for _, o := range others {
		for _, grams := range []map[string]bool{o.Grams, o.Spoken} {
			for g := range grams {
				seen[g]++
			}
		}
	}
	var all []Proposal
	for _, o := range others {
		if o.ID == one.ID {
			continue
		}
		if p := compare(one, o, seen, len(others)); p.Score >= Least {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Proposal) int { return cmp.Or(b.Score-a.Score, cmp.Compare(a.Other, b.Other)) })
	return all[:min(len(all), 10)]
}

// alikeFrom is from how many pieces of hiragana on the words of two are alike: about ten characters in a row.
const alikeFrom = 6

func compare(a, b Sketch, seen map[string]int, n int) Proposal {
	p := Proposal{Other: b.ID}
	gap := max(a.From.Sub(b.To), b.From.Sub(a.To), 0)
	days := int(gap.Hours() / 24)
	if days > Days {
		return p
	}
	if shared := common(a.Schools, b.Schools); len(shared) > 0 {
		p.say(3, "同じ学校の名が出ています")
	}
	switch {
	case days <= 3:
		p.say(2, "同じころに書かれています")
	case days <= 7:
		p.say(1, fmt.Sprintf("%d日ちがいです", days))
	}
	flags := common(a.Flags, b.Flags)
	flags = slices.DeleteFunc(flags, func(f triage.Flag) bool { return f == triage.Other || f == triage.ThirdParty })
	if len(flags) > 0 {
		p.say(min(len(flags), 2), "同じことについてです")
	}
	rare := 0
	for g := range a.Grams {
		if b.Grams[g] && seen[g] <= max(5, n/20) {
			rare++
		}
	}
	switch {
	case rare >= 6:
		p.say(4, "めずらしい言葉が、いくつも同じです")
	case rare >= 3:
		p.say(2, "めずらしい言葉が同じです")
	case rare >= 1:
		p.say(1, "同じ言葉があります")
	}
	spoken := 0
	for g := range a.Spoken {
		if b.Spoken[g] && seen[g] <= max(5, n/20) {
			spoken++
		}
	}
	same := len(common(a.Schools, b.Schools)) > 0
	alike := spoken >= alikeFrom && rare < 6 && (same || len(a.Schools) == 0 || len(b.Schools) == 0)
	if alike {
		p.say(4, "ひらがなの言い方が、いくつも同じです")
	}
	if rare == 0 && !same && !alike {
		p.Score = 0 // the same days and the same sort of thing are no trace
	}
	return p
}

func (p *Proposal) say(score int, why string) {
	p.Score += score
	p.Why = append(p.Why, why)
}

func common[T cmp.Ordered](a, b []T) []T {
	var both []T
	for _, x := range a {
		if slices.Contains(b, x) && !slices.Contains(both, x) {
			both = append(both, x)
		}
	}
	return both
}
