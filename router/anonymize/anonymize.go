// Package anonymize replaces what points at people in Japanese text by placeholders: [人物A], [学校1], [電話1].
//
// It looks for everything that may be a name, an address or a number, by several independent ways, and takes their union:
// what one way misses, another finds. What stays is never called anonymous, because the best systems leave two to four
// names in a hundred; a person looks at whatever leaves the desk.
//
// What a counselor needs stays in the text: grades, dates of what happened, amounts, public helplines, cities, and above
// all the words for means and places of danger (屋上, 線路, 橋). What cannot be read at all becomes [不明1], so that nothing
// passes unseen. The package is pure; the only thing that it remembers is the Glossary that the caller passes.
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
}
