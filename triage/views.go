package triage

import "time"

// HandoffView is all that the person of a school sees of a case: one hand-off to that school, with the placeholders filled
// in that the child allowed, and nothing from which the case, or a hand-off to another school, could be found.
type HandoffView struct {
	ID            string          `json:"id"`
	School        string          `json:"school"`      // id; empty where the recipient is no school
	SchoolName    string          `json:"school_name"` // as the city writes it; the recipient's where it is no school
	Recipient     string          `json:"recipient"`
	Level         ConsentLevel    `json:"level"`
	Cover         string          `json:"cover"` // the note that is read before anything else, with **bold** and blank lines
	Summary       string          `json:"summary"`
	May           May             `json:"may"`
	SentAt        time.Time       `json:"sent_at,omitzero"` // zero in a preview
	AcknowledgeBy time.Time       `json:"acknowledge_by,omitzero"`
	AnswerBy      time.Time       `json:"answer_by,omitzero"`
	State         HandoffState    `json:"state"`
	ReadAt        time.Time       `json:"read_at,omitzero"`
	Answers       []HandoffAnswer `json:"answers"`
	Duties        []SchoolDuty    `json:"duties,omitempty"` // what the school itself has to do now, and by when
	Helps         []string        `json:"helps,omitempty"`  // what it can ask for
}

// SchoolDuty is something that the school has to do by the city's rules.
type SchoolDuty struct {
	Kind   string    `json:"kind"`
	Title  string    `json:"title"`
	Source string    `json:"source"`
	DueAt  time.Time `json:"due_at"`
}

// ReportView is a report as the school that wrote it sees it again: that it was sent, never what became of it elsewhere.
type ReportView struct {
	ID      string    `json:"id"`
	Form    string    `json:"form"`
	SentAt  time.Time `json:"sent_at"`
	Version int       `json:"version"` // from 1: how often it was sent
}

// Draft is a report that a school has not finished. Its fields are as they were typed.
type Draft struct {
	ID      string            `json:"-"`
	School  string            `json:"school"`
	Form    string            `json:"form"`
	Handoff string            `json:"handoff,omitempty"` // the hand-off that it is about
	Amends  string            `json:"amends,omitempty"`  // the report that it takes the place of
	Fields  map[string]string `json:"fields"`
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
}

// Imported is what became of a row of a school's workbook.
type Imported struct {
	Row   int    // as the workbook counts
	ID    string // of the report that was filed
	Again bool   // it was filed before, in the same words
	Wrong string // why it was not filed, for the person
}

// Paper is a report as it was written, names and all.
type Paper struct {
	ReportView
	Fields map[string]string
}
