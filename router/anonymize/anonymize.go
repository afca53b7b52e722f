// Package anonymize replaces what points at people in Japanese text by placeholders: [人物A], [学校1], [電話1].
//
// It looks for everything that may be a name, an address or a number, by several independent ways, and takes their union:
// what one way misses, another finds. What stays is never called anonymous, because the best systems leave two to four
// names in a hundred; a person looks at whatever leaves the desk.
//
// The ways are rules (what has a form of its own, lists of names, the words around a name, the city's own gazetteer) and a
// learned part (package tagger), which was taught by written sentences and by the labelled messages of testdata/dev*.jsonl, and
// finds names where no rule foresaw the wording. What a rule found it takes away only where a name in kana stands for nothing
// that it would call one by two in a hundred (nobodys). And it leaves the words by which a danger is seen.
//
// Text is read in several views at once: folded (half-width kana, variant characters, what is invisible), without its
// spaces where a scanner put them, with digits where it read letters (O80-0222-11S4), with the marks taken out that somebody put
// between the characters of a name (や.ま.だ).
//
// What is in another language, English above all, goes by rules of its own (abroad.go, chinese.go): there every word is
// unknown to the others, and looks like a name.
//
// What a counselor needs stays in the text: grades, dates of what happened, amounts, public helplines, cities, and above
// all the words for means and places of danger (屋上, 線路, 橋). What cannot be read at all becomes [不明1], so that nothing
// passes unseen. Where words of danger sound like a name (りすか, しぬの), Heeding asks whoever judges danger, and what looks like
// a doubtful name stays if the danger would be seen less without it. The package is pure; the only thing that it remembers is
// the Glossary that the caller passes.
//
// # A new kind of personal information
//
// It is one rule, and its examples in one place. Number plates (旭川 500 さ 12-34), say, are
//
//   - a method of scan that looks at the folded runes and calls add with what it found: cars, in typed.go. It is called by
//     typed, where it has a form of its own, by places, or by people. Words that it looks for go to words.yaml.
//   - a Type with its label and its rank beside the others (anonymize.go, glossary.go, redact.go), if none of them fits.
//   - examples in testdata/messages.txt, one a line: 車は[[ID_NUMBER|旭川 500 さ 12-34]]です, and lines that look alike and must
//     stay. TestMessages holds them, and go run ./router/anonymize/measure says what else the rule takes.
//
// A way to name people that is missed is a sentence for the learned part: one line in train/written, with {p} where the
// name is, and go run ./router/anonymize/train. A word that is taken for a name and is none goes to words.yaml, or as a
// sentence to a file plain-*.txt there. Messages with labels go to a file dev-*.jsonl of testdata, and are learned from.
package anonymize

import (
	"madoguchi/router/anonymize/tagger"
	"madoguchi/triage/japanese"
)

// Type is what a span is.
type Type string

// The types. TypeUnreadable is text in a script that the detectors cannot judge, or more text than they look at.
const (
	TypePerson      Type = "PERSON"
	TypeSchool      Type = "SCHOOL"
	TypeClass       Type = "CLASS"
	TypeAddress     Type = "ADDRESS"
	TypePhone       Type = "PHONE"
	TypeEmail       Type = "EMAIL"
	TypeHandle      Type = "HANDLE"
	TypeURL         Type = "URL"
	TypeDateOfBirth Type = "DATE_OF_BIRTH"
	TypeIDNumber    Type = "ID_NUMBER"
	TypePlace       Type = "PLACE"
	TypeUnreadable  Type = "UNREADABLE"
)

// Mode says where the text goes.
type Mode uint8

const (
	// Strict is for whatever leaves the desk, and the default: in doubt, redact.
	Strict Mode = iota
	// Readable is for the staff's screens: what is only weakly suspected stays.
	Readable
	// Box is for a box of a form in which names are asked for: whatever can be a name is one.
	Box
)

// MaxRunes is how much of a text is looked at; the rest becomes one [不明n].
const MaxRunes = 10_000

// Span is a redacted part of the text. Start and End count runes of the input, End exclusive.
type Span struct {
	Start       int    `json:"start"`
	End         int    `json:"end"`
	Type        Type   `json:"type"`
	Placeholder string `json:"placeholder"`
}

// Result is the text with its spans replaced by their placeholders. The spans are in order and do not overlap.
type Result struct {
	Text  string
	Spans []Span
}

// School is a school of the city's own list.
type School struct {
	Name  string
	Short []string // as children say it: 日の出中
}

// Gazetteer is what the city knows by name. All of it is optional.
type Gazetteer struct {
	Schools  []School
	Stations []string // without 駅
	Places   []string // parks, shops, clubs, quarters
	Keep     []string // words and telephone numbers that always stay, such as the desk's own
}

// Anonymizer redacts text. It may be used by many goroutines.
type Anonymizer struct {
	tokens *japanese.Tokenizer
	tagger *tagger.Tagger
	names  *names
	known  []known
	words  *words
	keep   map[string]bool
	judge  Judge // or nil
}
