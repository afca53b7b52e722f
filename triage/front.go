package triage

import (
	"context"
	"time"
)

// Front is the counter window between the desk and the wall: the only calls from triage to the room where names are.
// It is kept by package router and wired in cmd. The caller has already asked the policy and written the audit.
type Front interface {
	// Enter takes in what a person of the staff heard or a school reports, as a message by a door of its own.
	// It returns once the case holds it. The same entry id entered twice is one message.
	Enter(ctx context.Context, e Entry) (CaseID, error)
	// Scrub anonymizes what staff wrote for this case, with the case's own placeholders. With an empty id it is for no case:
	// the placeholders mean nothing outside of the text, and the words themselves are kept nowhere. Bare is given then.
	Scrub(ctx context.Context, id CaseID, text string) (Scrubbed, error)
	// Reveal returns the words behind a placeholder of the case, or ErrNoWords.
	Reveal(ctx context.Context, id CaseID, placeholder string) (string, error)
	// Knows reports, by ErrNoWords, that there are no words behind a placeholder of the case. It tells nothing of what they are.
	Knows(ctx context.Context, id CaseID, placeholder string) error
	// Disclose fills the given placeholders, and no others, into an anonymized text of the case.
	Disclose(ctx context.Context, id CaseID, text string, placeholders []string) (string, error)
	// Forget destroys what the wall keeps of one event of the case: the words as they came, the names that only they held, and the files.
	// It cannot be undone.
	Forget(ctx context.Context, id CaseID, event string) error
	// Erase destroys what the wall keeps of the case: addresses, originals, mailbox. It cannot be undone.
	Erase(ctx context.Context, id CaseID) error
}

// Entry is what comes in by way of the staff.
type Entry struct {
	ID       string    // chosen by the caller
	Case     CaseID    // the case it belongs to; empty opens a new one
	Channel  string    // visit, voice, letter, school
	Text     string    // as heard or read: names and all
	Contact  string    // how to reach the person, or empty; kept in the vault only
	At       time.Time // the desk's time
	By       string    // login
	Corrects string    // id of the event of Case whose text was compared with the paper, and is this entry's Text now
	Like     CaseID    // the case whose sender this is too: one letter, several matters
	Teller   *Teller   // what who came or phoned was asked
	CallMe   string    // the name to be called by, or empty
	CallBack *CallBack // they wish to be called, at the number in Contact
	Report   *Report   // a school's report; its fields are anonymized on the way
}

// Filed gives reports out again as they were written. It is kept by package router and wired in cmd.
type Filed interface {
	// Report returns the fields of the case's report of that id, names and all, or ErrUnknown.
	Report(ctx context.Context, id CaseID, report string) (map[string]string, error)
}

// Press gives out what goes by post. It is kept by package router and wired in cmd.
type Press interface {
	// Letter returns the desk's message of that number as the seeker reads it; with a new return code of the seeker's mailbox
	// where coded is set, which ends the one before. ErrNoWords where there is no such message.
	Letter(ctx context.Context, id CaseID, said int64, coded bool) (Letter, error)
}

// Letter is an answer to be printed.
type Letter struct {
	Text         string
	School       string // where Text is what that school would read, and the letter asks whether it may
	Code, Digits string // of the mailbox, in words and in digits, or empty
}

// Cabinet shows what came with messages. It is kept by package router and wired in cmd.
type Cabinet interface {
	// File returns a page of the case's file number n, both counted from 1, cleaned in a process of its own; or ErrUnknown
	// where there is no such page, and ErrUnreadable where the file cannot be opened safely.
	File(ctx context.Context, id CaseID, n, page int) (Cleaned, error)
}

// Cleaned is a page of a file, decoded and encoded again: nothing of the original's bytes is in it.
type Cleaned struct {
	Type  string // image/png, image/jpeg or audio/ogg
	Data  []byte
	Pages int // of the whole file
}

// Scrubbed is what became of words that staff wrote.
type Scrubbed struct {
	Text  string // anonymized: for events and screens
	Words []byte // the words as written, sealed to the courier: for Event.Words
	Bare  string // Text with Withheld for whatever was found; a placeholder that was written there already stays
}

// Withheld stands for words that no placeholder leads to.
const Withheld = "〔名前など〕"

// Doing is what the desk is doing in a conversation, as the seeker's page shows it.
type Doing string

// What the desk may be doing.
const (
	DoingWaiting Doing = "waiting"
	DoingReading Doing = "reading"
	DoingWriting Doing = "writing"
)

// Lamp shows the seeker what the desk is doing. A state that is not shown again within half a minute goes out, so that the
// page never says what is no longer true. It is kept by package router and wired in cmd.
type Lamp interface {
	Show(ctx context.Context, id CaseID, d Doing) error
}

// Terms are the numbers of the city's rules that a case needs to know. They come from the city file.
type Terms struct {
	AnswerBy                              map[Severity]By // when a message must be answered; absent: no time
	Lease                                 time.Duration   // from a claim to the first answer (15 min unless the city says)
	AcknowledgeWithin, AnswerSchoolWithin time.Duration   // from a hand-off to its 受領, and to the school's answer
	CountersignWithin                     time.Duration   // from an emergency hand-off to the second person's countersign
	WatchPeriod                           Period          // 見守り before 解消; zero where the city has no such rule
}

// By is when a term ends that begins at that time: so long after, or on a day on which the desk works.
type By func(from time.Time) time.Time

// Within is the term that ends so long after it began.
func Within(d time.Duration) By { return func(from time.Time) time.Time { return from.Add(d) } }

// Period is a length of the calendar.
type Period struct{ Months, Days int }

// After returns the time one period after t.
func (p Period) After(t time.Time) time.Time { return t.AddDate(0, p.Months, p.Days) }

// IsZero reports whether there is no period.
func (p Period) IsZero() bool { return p == Period{} }
