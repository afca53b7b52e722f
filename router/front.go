package router

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// Front is the triage.Front of the house. It is safe for concurrent use.
type Front struct{ router *Router }

var _ triage.Front = (*Front)(nil)

// NewFront returns a front that takes in by way of the router.
func NewFront(r *Router) *Front { return &Front{r} }

// contactKind is the kind of an address that staff wrote down. No door has it, so nothing is ever sent there.
const contactKind = "contact"

// Enter implements triage.Front. A new case is named after the entry's id. A report keeps the id that it was sent with.
func (f *Front) Enter(ctx context.Context, e triage.Entry) (triage.CaseID, error) {
	r := f.router
	if e.ID == "" || e.Channel == "" || e.Report != nil && e.Report.ID == "" {
		return "", triage.ErrRefused
	}
	id := e.Case
	if id == "" {
		id = r.Names.caseOf(r.Names.event("entry", e.Channel, e.ID))
	} else if _, _, err := r.Store.Load(ctx, id); err != nil {
		return "", err
	}
	text, from := e.Text, triage.Seeker
	compared, err := f.compared(ctx, e)
	if err != nil {
		return "", err
	}
	if compared != nil {
		text = fill(text, compared.glossary, readable)
	}
	if e.Report != nil {
		text, from = spoken(e), triage.AtSchool
	}
	if e.At.IsZero() {
		e.At = r.Clock.Now()
	}
	event := triage.Event{ID: r.Names.event("n", e.Channel, e.ID), At: e.At, Kind: triage.KindMessage, From: from, By: e.By, Channel: e.Channel, Corrects: e.Corrects}
	event = r.judged(event, text)
	contact, err := r.jotted(contactKind, e.Contact)
	if err != nil {
		return "", err
	}
	_, err = r.take(ctx, id, event, contact, entered{e.Channel, e.ID, e.At, e.CallMe, text, e.Report}.data(),
		func(ctx context.Context, t *taking) error {
			names, texts := boxes(e.Report)
			out, _, err := r.censor.passages(ctx, t.glossary, append(texts, passage{text: text})...)
			if err != nil {
				return err
			}
			said := out[len(out)-1]
			if e.Like != "" {
				compared.meet(t.record)
			}
			t.event.Text, t.event.Judgement, t.event.Schools = said.text, said.judgement(*event.Judgement), r.schools(out...)
			if e.Report != nil {
				t.event.Kind, t.event.Report = triage.KindReport, report(*e.Report, names, out)
			}
			return r.heard(ctx, t, e)
		})
	if errors.Is(err, errWithdrawn) {
		return "", triage.ErrRefused
	}
	if err != nil {
		return "", told(err)
	}
	return id, nil
}

// boxes are the boxes of a report, those for names first, so that who stands there is known in all others.
func boxes(sent *triage.Report) (names []string, texts []passage) {
	if sent == nil {
		return nil, nil
	}
	form, _ := triage.FormByID(sent.Form)
	asked := func(name string) bool { box, ok := form.Box(name); return ok && box.Names }
	all := slices.Sorted(maps.Keys(sent.Fields))
	for _, first := range []bool{true, false} {
		for _, name := range all {
			if asked(name) != first {
				continue
			}
			mode := anonymize.Strict
			if first {
				mode = anonymize.Box
			}
			names, texts = append(names, name), append(texts, passage{text: sent.Fields[name], mode: mode})
		}
	}
	return names, texts
}

// report is a school's report as the case keeps it.
func report(sent triage.Report, names []string, values []redacted) *triage.Report {
	out := &triage.Report{ID: sent.ID, School: sent.School, Form: sent.Form, Fields: map[string]string{}, Amends: sent.Amends}
	for i, name := range names {
		out.Fields[name] = values[i].text
	}
	return out
}

// spoken is all that a report says: its text, and a line for each field that the text does not hold.
func spoken(e triage.Entry) string {
	text := e.Text
	for _, name := range slices.Sorted(maps.Keys(e.Report.Fields)) {
		if value := e.Report.Fields[name]; !strings.Contains(text, value) {
			text += "\n" + value
		}
	}
	return strings.TrimPrefix(text, "\n")
}

// entered is an entry as the vault keeps it.
type entered struct {
	Channel string         `json:"channel"`
	ID      string         `json:"id"`
	At      time.Time      `json:"at"`
	CallMe  string         `json:"call_me,omitempty"`
	Text    string         `json:"text,omitempty"`
	Report  *triage.Report `json:"report,omitempty"`
}

func (e entered) data() []byte {
	data, err := json.Marshal(e)
	if err != nil {
		data = []byte(e.Text) // a year that JSON cannot write must not lose the words
	}
	return data
}

// Scrub implements triage.Front.
func (f *Front) Scrub(ctx context.Context, id triage.CaseID, text string) (triage.Scrubbed, error) {
	if id == "" {
		texts, _, err := f.router.censor.redact(ctx, &anonymize.Glossary{}, text)
		if err != nil {
			return triage.Scrubbed{}, err
		}
		return triage.Scrubbed{Text: texts[0].text, Bare: texts[0].masked(triage.Withheld).text}, nil
	}
	var out triage.Scrubbed
	for {
		rec, g, err := f.open(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			return f.nameless(ctx, id, text)
		}
		if err != nil {
			return triage.Scrubbed{}, err
		}
		texts, _, err := f.router.censor.redact(ctx, g, text)
		if err != nil {
			return triage.Scrubbed{}, err
		}
		out = triage.Scrubbed{Text: texts[0].text, Words: rec.SealWords(text)}
		before := rec.Glossary
		if rec.Glossary = sealable(g); slices.Equal(before, rec.Glossary) {
			return out, nil
		}
		if err := f.router.Vault.Put(ctx, rec); !errors.Is(err, vault.ErrConflict) {
			return out, told(err)
		}
	}
}

// nameless anonymizes what staff wrote for a case whose names were destroyed: a placeholder would mean another than the ones in
// its older words.
func (f *Front) nameless(ctx context.Context, id triage.CaseID, text string) (triage.Scrubbed, error) {
	if k, _, err := f.router.Store.Load(ctx, id); err != nil || k.Unnamed == "" {
		return triage.Scrubbed{}, errors.Join(err, triage.ErrUnknown)
	}
	texts, _, err := f.router.censor.redact(ctx, &anonymize.Glossary{}, text)
	if err != nil {
		return triage.Scrubbed{}, err
	}
	return triage.Scrubbed{Text: marks.ReplaceAllString(texts[0].text, triage.Withheld)}, nil
}

// Reveal implements triage.Front.
func (f *Front) Reveal(ctx context.Context, id triage.CaseID, placeholder string) (string, error) {
	rec, g, err := f.open(ctx, id)
	if err != nil {
		return "", err
	}
	if contact, err := f.contact(ctx, id, rec, placeholder); contact != "" || err != nil {
		return contact, err
	}
	words, ok := g.Words(placeholder)
	if !ok {
		return "", triage.ErrNoWords
	}
	return words, nil
}

// Knows implements triage.Front.
func (f *Front) Knows(ctx context.Context, id triage.CaseID, placeholder string) error {
	_, err := f.Reveal(ctx, id, placeholder)
	return err
}

// contact returns what is behind one of the case's contacts, or nothing: the address that its door knows, or what staff
// wrote down with an entry.
func (f *Front) contact(ctx context.Context, id triage.CaseID, rec *vault.Record, placeholder string) (string, error) {
	k, _, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return "", err
	}
	for _, c := range k.Contacts() {
		if c.Placeholder != placeholder {
			continue
		}
		a := rec.Contact(c.Channel)
		if a.IsZero() {
			a = rec.Contact(contactKind)
		}
		a, err := f.router.opened(a)
		if err != nil {
			return "", triage.ErrDamaged
		}
		_, who, _ := channels.OpenAddress(a)
		return who, nil
	}
	return "", nil
}

// Disclose implements triage.Front.
func (f *Front) Disclose(ctx context.Context, id triage.CaseID, text string, placeholders []string) (string, error) {
	_, g, err := f.open(ctx, id)
	if err != nil {
		return "", err
	}
	return fill(text, g, func(p string) bool { return slices.Contains(placeholders, p) }), nil
}

// Erase implements triage.Front. The mailboxes go first, since only the record knows them.
func (f *Front) Erase(ctx context.Context, id triage.CaseID) error {
	rec, err := f.router.Vault.Open(ctx, string(id))
	switch {
	case errors.Is(err, vault.ErrUnknown):
		return nil
	case err == nil:
		for _, page := range pages(rec) {
			if err := f.router.Mailbox.Close(ctx, page); err != nil {
				return triage.ErrUnavailable
			}
		}
	case !errors.Is(err, vault.ErrDamaged):
		return told(err)
	}
	if a := f.router.Archive; a != nil && a.ForgetAll(f.router.Names.owner(id)) != nil {
		return triage.ErrUnavailable
	}
	return told(f.router.Vault.Shred(ctx, string(id)))
}

func (f *Front) open(ctx context.Context, id triage.CaseID) (*vault.Record, *anonymize.Glossary, error) {
	rec, err := f.router.Vault.Open(ctx, string(id))
	if err != nil {
		return nil, nil, told(err)
	}
	g, err := glossary(rec.Glossary)
	return rec, g, err
}

// marks are what placeholders look like.
var marks = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)

// fill puts words in the place of those placeholders that it may, once: words that look like a placeholder stay words. An
// unknown placeholder stays as it is.
func fill(text string, g *anonymize.Glossary, may func(placeholder string) bool) string {
	return marks.ReplaceAllStringFunc(text, func(p string) string {
		if words, ok := g.Words(p); ok && may(p) {
			return words
		}
		return p
	})
}
