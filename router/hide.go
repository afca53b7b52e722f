package router

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/router/clean"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// unsend takes in that a message was taken back. It is on no screen from now on. Its words are destroyed as well, and the names
// that stand in no others, unless a person must look first; see stays. A message that is not in the case leaves nothing to hide:
// a sender's messages come in their order. What was decided when it was taken back stands, however often it is told again.
func (r *Router) unsend(ctx context.Context, id triage.CaseID, m channels.Message) error {
	kind, who, _ := channels.OpenAddress(m.From)
	target := r.Names.event("m", kind, who, m.Unsend)
	for {
		before, events, err := r.Store.Load(ctx, id)
		if errors.Is(err, triage.ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(events, func(e triage.Event) bool { return e.ID == target })
		if i < 0 {
			return nil
		}
		e := triage.Event{ID: r.Names.event("u", kind, who, m.Unsend), At: m.At, Kind: triage.KindState, From: triage.Seeker, Channel: m.Kind, Hides: target}
		if known := slices.IndexFunc(events, func(x triage.Event) bool { return x.ID == e.ID }); known >= 0 {
			e = events[known]
		} else if !stays(before, events[i]) {
			e.Blanks = target
		}
		if _, err = r.Store.Append(ctx, before, e); errors.Is(err, triage.ErrConflict) {
			continue
		}
		if err != nil || e.Blanks == "" {
			return err
		}
		return r.forget(ctx, id, events[i])
	}
}

// stays reports whether the words of a message that was taken back are kept until a person has looked: 「もう死ぬね」, taken back a
// minute later, is the commonest sign of a child who wavers; and in a case that may be destroyed by nobody, or not by its
// writer's wish, no single message of it is either.
func stays(c triage.Case, e triage.Event) bool {
	grave := e.Judgement != nil && e.Judgement.Severity.Rank() <= triage.Urgent.Rank()
	return grave || c.Held() || len(c.Traces()) > 0
}

// forget destroys what the wall keeps of an event: the names that stand nowhere else, the words as they came, and its files.
// Doing it again is harmless.
func (r *Router) forget(ctx context.Context, id triage.CaseID, e triage.Event) error {
	if err := r.unlearn(ctx, id, e.ID); err != nil {
		return err
	}
	if err := r.Vault.Forget(ctx, string(id), e.ID); err != nil {
		return err
	}
	for _, f := range e.Files {
		parts := []string{originalPart}
		for page := range clean.MaxPages {
			parts = append(parts, "page/"+strconv.Itoa(page+1))
		}
		for _, part := range parts {
			if r.Archive.Forget(r.Names.owner(id), r.Names.fileName(id, f.ID, part)) != nil {
				return triage.ErrUnavailable
			}
		}
	}
	return nil
}

// unlearn takes out of the case's glossary what is known only from the words of that event, which are still kept.
func (r *Router) unlearn(ctx context.Context, id triage.CaseID, event string) error {
	gone, err := r.Vault.Original(ctx, string(id), event)
	if errors.Is(err, vault.ErrUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	for {
		rec, originals, _, err := r.Vault.Whole(ctx, string(id))
		if err != nil {
			return err
		}
		_, events, err := r.Store.Load(ctx, id)
		if err != nil {
			return err
		}
		g, err := glossary(rec.Glossary)
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(originals, func(data []byte) bool { return bytes.Equal(data, gone) })
		left, err := standing(events, event)
		if err != nil {
			return err
		}
		if g.Entries, err = r.known(ctx, g, gone, others, left); err != nil {
			return err
		}
		rec.Glossary = sealable(g)
		if err := r.Vault.Put(ctx, rec); !errors.Is(err, vault.ErrConflict) {
			return err
		}
	}
}

// known is what the glossary holds without gone: who stands in nothing that is left is known no more, and of the others only
// how they are written elsewhere. Whom nothing but words of staff name stays as they are, since those are not kept as they came.
func (r *Router) known(ctx context.Context, g *anonymize.Glossary, gone []byte, others [][]byte, left string) ([]anonymize.Entry, error) {
	here, err := r.writings(ctx, g, gone)
	if err != nil {
		return nil, err
	}
	elsewhere, err := r.writings(ctx, g, others...)
	if err != nil {
		return nil, err
	}
	text := strings.Join(textsOf(gone), "\n")
	var entries []anonymize.Entry
	for _, e := range g.Entries {
		named := here[e.Placeholder] != nil || strings.Contains(text, e.Words)
		if named && !strings.Contains(left, e.Placeholder) {
			continue
		}
		if written := elsewhere[e.Placeholder]; named && written != nil {
			e = r.Anonymizer.Reworded(e, written)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// writings are the words behind each placeholder of the glossary in originals that the vault keeps.
func (r *Router) writings(ctx context.Context, g *anonymize.Glossary, originals ...[]byte) (map[string][]string, error) {
	all := map[string][]string{}
	for _, data := range originals {
		out, _, err := r.censor.redact(ctx, clone(g), textsOf(data)...)
		if err != nil {
			return nil, err
		}
		for _, text := range out {
			for i, s := range text.spans {
				p := string(text.runes[s.start:s.end])
				all[p] = append(all[p], text.taken[i])
			}
		}
	}
	return all, nil
}

// standing is all that the case's events but one say, as it is written in JSON. That a name was opened is no use of it.
func standing(events []triage.Event, but string) (string, error) {
	var all strings.Builder
	for _, e := range events {
		if e.ID == but || e.Reveal != nil {
			continue
		}
		data, err := json.Marshal(e)
		if err != nil {
			return "", errors.New("router: an event has no JSON")
		}
		all.Write(data)
	}
	return all.String(), nil
}

// Forget implements triage.Front.
func (f *Front) Forget(ctx context.Context, id triage.CaseID, event string) error {
	_, events, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.ID == event {
			return told(f.router.forget(ctx, id, e))
		}
	}
	return triage.ErrUnknown
}
