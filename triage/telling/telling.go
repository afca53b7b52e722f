// Package telling knows what must be minded before a recipient is told something of a case: whether the child allowed it,
// word for word; whether now is a time to ask her; and what in the text may give her away.
//
// Two things it holds to be refusals, since a promise was made: what the child has not read and allowed is not told, and a
// small child is asked a second time after a night. Everything else is a warning with honest words, and a person decides: in
// a school with six pupils a grade, a rule that blocks would mean that no child there is ever helped without her name.
//
// It is pure: it looks at texts and cases and changes nothing.
package telling

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"madoguchi/triage"
)

// Facts cuts a summary into what it tells, sentence by sentence, each without the spaces and marks around it.
func Facts(summary string) []string {
	var facts []string
	for _, f := range strings.FieldsFunc(summary, func(r rune) bool { return strings.ContainsRune("。．！？!?\n\r", r) }) {
		if f = plain(f); f != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// Beyond lists the facts of a summary that none of the allowed texts holds. A consent without a text allows every fact: it
// is one that somebody heard, of all that was spoken of.
func Beyond(summary string, allowed []triage.Consent) []string {
	var known []string
	for _, k := range allowed {
		if strings.TrimSpace(k.Text) == "" {
			return nil
		}
		known = append(known, Facts(k.Text)...)
	}
	var beyond []string
	for _, f := range Facts(summary) {
		if !slices.Contains(known, f) {
			beyond = append(beyond, f)
		}
	}
	return beyond
}

// plain is a text without spaces and punctuation, its wide letters and digits made narrow: what stays the same when a sentence
// is written down again.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.IsControl(r) || r != '[' && r != ']' && unicode.IsPunct(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// Quoted is how many characters in a row make a quotation: shorter stretches come about by themselves, since 学校で and
// けられた are everybody's words.
const Quoted = 9

// Quotes lists the stretches of a summary, the longest of each place, that are word for word what the seeker wrote. A person
// who knows the child's way of writing knows her by them.
func Quotes(summary string, written []string) []string {
	text := []rune(plain(placeholder.ReplaceAllString(summary, "。")))
	grams := map[string]bool{}
	for _, w := range written {
		runes := []rune(plain(placeholder.ReplaceAllString(w, "\x01")))
		for i := 0; i+Quoted <= len(runes); i++ {
			grams[string(runes[i:i+Quoted])] = true
		}
	}
	var quotes []string
	for i := 0; i+Quoted <= len(text); i++ {
		if !grams[string(text[i:i+Quoted])] {
			continue
		}
		end := i + Quoted
		for end < len(text) && grams[string(text[end+1-Quoted:end+1])] {
			end++
		}
		quotes = append(quotes, string(text[i:end]))
		i = end - 1
	}
	return quotes
}

// Near reports whether somebody is near the child who must not read along, as a person noted on that day.
func Near(c triage.Case, today string) bool {
	for _, o := range slices.Backward(c.Observed) {
		switch o.Kind {
		case "alone":
			return false
		case "near":
			return o.On == today
		}
	}
	return false
}

// First reports whether the conversation is still in its first exchange: the desk has not answered in words, or the child
// has not written since.
func First(events []triage.Event) bool {
	answered := false
	for _, e := range events {
		switch {
		case e.Kind == triage.KindMessage && e.From == triage.Counselor && !e.Interim:
			answered = true
		case e.Call != nil && e.Call.Outcome == triage.CallAnswered:
			answered = true
		case answered && e.From == triage.Seeker:
			return false
		}
	}
	return true
}

// Suspect reports whether the school itself, or somebody who works there, is under suspicion, so that it is told nothing.
func Suspect(c triage.Case) bool {
	for _, o := range slices.Backward(c.Observed) {
		switch o.Kind {
		case "school_clear":
			return false
		case "staff_harm":
			return true
		}
	}
	return false
}

// Agencies are those with whom suspected abuse is spoken about before the family hears anything.
var Agencies = []string{"child_guidance", "child_center", "police"}

// FamilyFirst reports whether abuse at home is suspected and none of the agencies knows yet: until then the family is not
// told, by nobody.
func FamilyFirst(c triage.Case) bool {
	abuse := slices.Contains(c.Flags, triage.AbuseHome) || c.Observes(triage.ObservedAbused)
	return abuse && !slices.ContainsFunc(c.Handoffs, func(h triage.Handoff) bool { return slices.Contains(Agencies, h.Recipient) && !h.Void() })
}

// Slept reports whether the will stands the rule of the night: a child of the first four grades said yes on two days. jst is
// the zone in which days end.
func Slept(k triage.Consent, all []triage.Consent, jst *time.Location) bool {
	if k.Age != triage.AgeLow {
		return true
	}
	day := func(t time.Time) string { return t.In(jst).Format(time.DateOnly) }
	return slices.ContainsFunc(all, func(x triage.Consent) bool {
		return x.ID != k.ID && x.School == k.School && x.Answer == triage.AnswerYes && !x.At.IsZero() && day(x.At) < day(k.At)
	})
}
