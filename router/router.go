// Package router is the wall between the doors and the desk: the only room where who and what meet, and no process of it holds
// both.
//
// Inward, Intake stores what the doors bring, sealed, and Router turns each message into an event of a case. It judges the
// words as they were written, because scrubbing first would hide the roof that a child stands on; it keeps address and
// original in the vault; and what it gives to the desk is anonymized. Outward, Courier brings what the desk says to the
// seeker's mailbox and, where the seeker came by another door, to that door. Front and Lamp are what the desk may ask of
// the wall.
//
// Everything here can be done twice. Cases, events and replies are named by keyed digests of what they came from (Names),
// so a message that is processed again, by this process or another, after a crash at any point, makes the same case and
// the same event, and appending that is the same as once. No message is lost because its words could not be anonymized:
// then its text is one placeholder, and the judgement stands.
//
// Errors and logs of this package carry no words, addresses or ids of people.
package router

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// errMalformed says that a message can never be processed.
var errMalformed = errors.New("router: the message has no sender, or an answer that is none")

// Assessor judges texts as they were written. It is the one of package triage/assess.
type Assessor interface {
	Assess(text string) triage.Judgement
}

// Mailbox is where the wall puts what seekers read. An address of it is of kind chat: who is the conversation, how is the
// key that entries are sealed to.
type Mailbox interface {
	// Register makes a conversation reachable by its return code. Registering it again is harmless.
	Register(ctx context.Context, conversation channels.Address, o channels.Opening) error
	// Found makes the mailbox of a seeker who came by another door, and the seed that opens it. It stores nothing.
	Found() (conversation channels.Address, seed []byte)
	// Put appends an entry. Putting one of the same Seq again changes nothing.
	Put(ctx context.Context, conversation channels.Address, e channels.Entry) error
	// Link returns a new secret that opens the conversation once.
	Link(ctx context.Context, conversation channels.Address, seed []byte) (token string, err error)
	// Show says what the desk is doing, until half a minute is over.
	Show(ctx context.Context, conversation channels.Address, doing string) error
	// Recode returns a new return code of a mailbox that Found made; the one before opens nothing any more.
	Recode(ctx context.Context, conversation channels.Address, seed []byte) (words, digits string, err error)
	// Close makes code, resume tokens and links useless and destroys what is in the mailbox. Closing again is harmless.
	Close(ctx context.Context, conversation channels.Address) error
}

// Rooms are what Router, Courier, Front and Lamp stand on.
type Rooms struct {
	Store      triage.Store
	Vault      *vault.Vault
	Mailbox    Mailbox
	Names      *Names
	Archive    Archive             // of what comes with messages
	AddressTo  *envelope.Recipient // closes addresses
	AddressKey *envelope.Identity  // opens them; nil in every process but the vault's
	Assessor   Assessor
	Anonymizer Anonymizer
	Terms      triage.Terms
	Schools    func(name string) []string // ids of the city's schools that a name may mean; nil where none are known
	Clock      triage.Clock
	Panics     *channels.Panics // nil where nobody keeps account of them
}

// chat is the name of the door that is a mailbox and nothing else.
const chat = "chat"

// letter is the name of the door whose texts have a frame of the machine's own around the words.
const letter = "letter"

// callMeRunes is the longest name to be called by.
const callMeRunes = 40

// Router makes events of messages. It is safe for concurrent use; the messages of one sender must come one after another,
// in order.
type Router struct {
	Rooms
	censor *censor
}

// NewRouter returns a router.
func NewRouter(r Rooms) *Router { return &Router{r, newCensor(r.Anonymizer, r.Panics)} }

// Process makes an event of the message and returns once the case holds it. Processing it again is harmless. An error says
// that it may not be so, and that the message must come again; one that comes back every time is for a person to look at.
func (r *Router) Process(ctx context.Context, m channels.Message) error {
	kind, who, _ := channels.OpenAddress(m.From)
	if kind == "" || who == "" {
		return errMalformed
	}
	if m.Kind == "" {
		m.Kind = kind
	}
	if m.At.IsZero() {
		m.At = r.Clock.Now()
	}
	id, err := r.home(ctx, m.From)
	if err != nil {
		return err
	}
	switch {
	case m.Status != nil:
		if called, err := r.called(ctx, m); called || err != nil {
			return err
		}
		return r.status(ctx, id, m)
	case m.Answer != nil:
		return r.answer(ctx, id, m)
	case m.Erase:
		return r.erase(ctx, id, m)
	case m.Unsend != "":
		return r.unsend(ctx, id, m)
	case m.Opt != "" && m.Text == "":
		return r.opt(ctx, id, m)
	}
	return r.message(ctx, id, m)
}

// message takes in words.
func (r *Router) message(ctx context.Context, id triage.CaseID, m channels.Message) error {
	kind, who, _ := channels.OpenAddress(m.From)
	e := triage.Event{ID: r.Names.event("m", kind, who, m.ID), At: m.At, Kind: triage.KindMessage, From: triage.Seeker, Channel: m.Kind,
		Late: m.Late, Unchecked: m.Unchecked, Lang: m.Lang}
	if slices.Contains([]string{"self", "friend", "did", "unsaid"}, m.About) {
		e.About = m.About
	}
	if slices.Contains(triage.Declarers, m.Declares) {
		e.Observed = &triage.Observed{Kind: triage.Declared, On: m.At.In(triage.JST).Format(time.DateOnly), Who: m.Declares}
	}
	text := m.Text
	e = r.judged(e, text)
	if k, err := r.knownBefore(ctx, id, m.From, e); k || err != nil {
		return err
	}
	words := original{m.Kind, m.ID, m.At, m.About, m.CallMe, m.Text}
	afresh, stopped := false, false
	var keeps []string
	write := func(ctx context.Context, t *taking) (err error) {
		if keeps, err = r.attach(id, t.record, m, &t.event); err != nil {
			return err
		}
		out, open, err := r.censor.passages(ctx, t.glossary, passage{text: numbered(text, t.files, len(m.Files))},
			passage{text: m.CallMe, called: ownCalling})
		if err != nil {
			return err
		}
		t.event.Text, t.event.Schools = out[0].text, r.schools(out[0])
		if open { // a name that could not be anonymized is no name to be called by
			t.event.CallMe = out[1].cut(callMeRunes)
		}
		if e.Judgement != nil {
			t.event.Judgement = out[0].judgement(*e.Judgement)
		}
		if afresh && !slices.Contains(t.record.Aliases, r.Names.pseudonym(m.From)) {
			t.record.Aliases = append(t.record.Aliases, r.Names.pseudonym(m.From))
		}
		t.more = r.opted(m, id, stopped)
		return r.wish(ctx, t, m)
	}
	k, err := r.take(ctx, id, e, m.From, words.data(), write)
	for errors.Is(err, errWithdrawn) {
		afresh, stopped, id = true, stopped || k.OptedOut, r.Names.after(id)
		k, err = r.take(ctx, id, e, m.From, words.data(), write)
	}
	if err == nil {
		err = r.settled(id, m, keeps)
	}
	if err != nil {
		return err
	}
	if afresh && k.Version > 0 {
		return r.Vault.Alias(ctx, r.Names.pseudonym(m.From), string(id))
	}
	if m.First != nil && k.Version > 0 && !k.Erased() {
		return r.Mailbox.Register(ctx, m.From, *m.First)
	}
	return nil
}

// original is a message as the vault keeps it.
type original struct {
	Kind   string    `json:"kind"`
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	About  string    `json:"about,omitempty"`
	CallMe string    `json:"call_me,omitempty"`
	Text   string    `json:"text,omitempty"`
}

func (o original) data() []byte {
	data, err := json.Marshal(o)
	if err != nil {
		data = []byte(o.Text) // a year that JSON cannot write must not lose the words
	}
	return data
}

// judged adds what the rules say of the text as it was written.
func (r *Router) judged(e triage.Event, text string) triage.Event {
	if e.Channel == letter {
		text = triage.Unframed(text)
	}
	j := r.weigh(text)
	e.Judgement = &j
	return e
}

// owed fixes by when somebody must answer words, or what is taken back, in a case: as grave as the case is with them, since what is
// written lightly by who is in danger is no light message.
func (r *Router) owed(before triage.Case, e triage.Event) triage.Event {
	if e.Judgement == nil && e.Consent == nil {
		return e
	}
	if by, ok := r.Terms.AnswerBy[before.With(e).Severity]; ok {
		e.DueAt = by(e.At)
	}
	return e
}

// weigh asks the rules. Where they fail, a person must look the same day.
func (r *Router) weigh(text string) (j triage.Judgement) {
	defer func() {
		if recover() != nil { // what it says may hold words
			r.Panics.Caught("assess")
			j = triage.Judgement{Severity: triage.Urgent, Flags: []triage.Flag{triage.Other},
				Reasons: []triage.Reason{{Flag: triage.Other, Rule: "not_judged"}}}
		}
	}()
	return r.Assessor.Assess(text)
}

// opted are the events that stand beside the words STOP and START, and beside the first words in a new case of somebody
// who had sent STOP in the one before.
func (r *Router) opted(m channels.Message, id triage.CaseID, stopped bool) []triage.Event {
	var events []triage.Event
	add := func(id, status string) {
		events = append(events, triage.Event{ID: id, At: m.At, Kind: triage.KindDelivery, From: triage.System, Channel: m.Kind,
			Delivery: &triage.Delivery{Status: status}})
	}
	if stopped {
		add(r.Names.event("o", string(id)), triage.DeliveryOptedOut)
	}
	kind, who, _ := channels.OpenAddress(m.From)
	switch m.Opt {
	case "out":
		add(r.Names.event("o", kind, who, m.ID), triage.DeliveryOptedOut)
	case "in":
		add(r.Names.event("o", kind, who, m.ID), triage.DeliveryOptedIn)
	}
	return events
}

// answer takes in the answer to a question. A question is known by (id, answer): the same answer again is the same event.
func (r *Router) answer(ctx context.Context, id triage.CaseID, m channels.Message) error {
	a := triage.ConsentAnswer(m.Answer.Answer)
	if m.Answer.ID == "" || !slices.Contains(triage.Answers, a) {
		return errMalformed
	}
	e := triage.Event{ID: r.Names.event("c", m.Answer.ID, string(a)), At: m.At, Kind: triage.KindHandoff, From: triage.Seeker,
		Channel: m.Kind, Consent: &triage.Consent{ID: m.Answer.ID, Answer: a}}
	_, err := r.take(ctx, id, e, m.From, nil, func(context.Context, *taking) error { return nil })
	return err
}

// erase locks the sender's case, and the one in which a message lies that could not be brought into it, and makes the mailbox
// useless. Where there is no case there is nothing to withdraw.
func (r *Router) erase(ctx context.Context, id triage.CaseID, m channels.Message) error {
	kind, who, _ := channels.OpenAddress(m.From)
	if kind == chat {
		if err := r.Mailbox.Close(ctx, m.From); err != nil {
			return err
		}
	}
	for _, id := range append(r.Names.apart(m.From), id) {
		before, _, err := r.Store.Load(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			continue
		}
		if err != nil {
			return err
		}
		// by the case too: one id in two cases would tell that they are one sender's
		_, err = r.append(ctx, before, triage.Event{ID: r.Names.event("e", string(id), kind, who, m.ID), At: m.At, Kind: triage.KindState,
			From: triage.Seeker, Channel: m.Kind, Change: &triage.Change{Erase: true}})
		if err != nil {
			return err
		}
	}
	return nil
}

// status notes what a provider says became of a reply. One that was never sent has no status.
func (r *Router) status(ctx context.Context, id triage.CaseID, m channels.Message) error {
	if !slices.Contains([]string{triage.DeliveryDelivered, triage.DeliveryRead, triage.DeliveryFailed}, m.Status.Status) {
		return nil
	}
	before, events, err := r.Store.Load(ctx, id)
	if errors.Is(err, triage.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(events, func(e triage.Event) bool {
		return e.Said > 0 && r.Names.reply(id, e.ID) == m.Status.ReplyID
	})
	if i < 0 {
		return nil
	}
	_, err = r.append(ctx, before, triage.Event{
		ID: r.Names.event("s", m.Status.ReplyID, m.Status.Status), At: m.At, Kind: triage.KindDelivery, From: triage.System,
		Channel:  m.Kind,
		Delivery: &triage.Delivery{Said: events[i].Said, Status: m.Status.Status, Detail: code(m.Status.Detail)},
	})
	return err
}

var codes = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// code returns s where it is a code as doors have them, and nothing where it could be a provider's text.
func code(s string) string {
	if codes.MatchString(s) {
		return s
	}
	return ""
}
