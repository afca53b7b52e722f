package router

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/triage"
)

// Anonymizer replaces what points at people by placeholders of the glossary, and forgets writings of one. It is the one of
// package anonymize.
type Anonymizer interface {
	Redact(text string, g *anonymize.Glossary, m anonymize.Mode) anonymize.Result
	Reworded(e anonymize.Entry, writings []string) anonymize.Entry
}

// censor anonymizes, and fails closed: where the anonymizer panics, takes too long or gives spans that are none, the whole
// text is one placeholder, and its words go where the words behind every placeholder go. Nothing that it does can lose a
// text, show one or hold a message back.
type censor struct {
	anonymizer Anonymizer
	slots      chan struct{} // how many redactions there may be at once, including those that nobody waits for any more
	patience   time.Duration
	panics     *channels.Panics
}

const (
	redactions = 8
	// redactWithin leaves an alarm that must be raised within five seconds most of its time.
	redactWithin = 2 * time.Second
)

func newCensor(a Anonymizer, p *channels.Panics) *censor {
	return &censor{a, make(chan struct{}, redactions), redactWithin, p}
}

// redacted is an anonymized text and the way from the original to it.
type redacted struct {
	text  string
	runes []rune
	spans []stretch
	limit int      // runes of the original
	taken []string // the words behind the placeholders of spans
}

// stretch is a placeholder: its place in the original and in the anonymized text, in runes, the ends exclusive.
type stretch struct{ from, to, start, end int }

// redact anonymizes the texts and adds to the glossary what it found. It fails only when ctx ends; open is false where it
// failed closed.
func (c *censor) redact(ctx context.Context, g *anonymize.Glossary, texts ...string) (out []redacted, open bool, err error) {
	all := make([]passage, len(texts))
	for i, text := range texts {
		all[i] = passage{text: text}
	}
	return c.passages(ctx, g, all...)
}

// passage is a text and what it is.
type passage struct {
	text   string
	mode   anonymize.Mode
	called calling // it is a name to be called by
}

// read anonymizes one text and adds to the glossary what it found.
func (c *censor) read(p passage, g *anonymize.Glossary) anonymize.Result {
	if p.called != noCalling && p.text != "" {
		return c.calledBy(p.text, p.called, g)
	}
	return c.anonymizer.Redact(p.text, g, p.mode)
}

// passages is redact for texts of several kinds. What is found in one is known in those that follow.
func (c *censor) passages(ctx context.Context, g *anonymize.Glossary, texts ...passage) (out []redacted, open bool, err error) {
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case c.slots <- struct{}{}:
	case <-timer.C:
		return closed(g, texts), false, nil
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	found := clone(g) // the goroutine's own, since nobody may wait for it
	done := make(chan []redacted, 1)
	go func() { // ends with Redact, which is pure; the slot is free only then
		defer func() { <-c.slots }()
		defer close(done)
		defer func() {
			if recover() != nil { // what it says may hold words
				c.panics.Caught("anonymize")
			}
		}()
		var all []redacted
		for _, text := range texts {
			r, ok := check(text.text, c.read(text, found))
			if !ok {
				return
			}
			all = append(all, r)
		}
		done <- all
	}()
	select {
	case out, ok := <-done:
		if ok {
			*g = *found
			return out, true, nil
		}
	case <-timer.C:
	case <-ctx.Done():
		return nil, false, ctx.Err()
	}
	return closed(g, texts), false, nil
}

// check follows the spans through the text. It reports false where they are not what they must be: in order, apart, inside
// the text, and together exactly what became of it.
func check(text string, res anonymize.Result) (redacted, bool) {
	in := []rune(text)
	out := redacted{limit: len(in)}
	at := 0
	for _, s := range res.Spans {
		if s.Start < at || s.End <= s.Start || s.End > len(in) || s.Placeholder == "" {
			return redacted{}, false
		}
		out.runes = append(out.runes, in[at:s.Start]...)
		start := len(out.runes)
		out.runes = append(out.runes, []rune(s.Placeholder)...)
		out.spans = append(out.spans, stretch{s.Start, s.End, start, len(out.runes)})
		out.taken = append(out.taken, string(in[s.Start:s.End]))
		at = s.End
	}
	out.runes = append(out.runes, in[at:]...)
	out.text = string(out.runes)
	return out, out.text == res.Text
}

// closed makes each text one placeholder.
func closed(g *anonymize.Glossary, texts []passage) []redacted {
	var out []redacted
	for _, x := range texts {
		text := x.text
		if text == "" {
			out = append(out, redacted{})
			continue
		}
		p := []rune(unreadable(g, text))
		n := len([]rune(text))
		out = append(out, redacted{string(p), p, []stretch{{0, n, 0, len(p)}}, n, []string{text}})
	}
	return out
}

// unreadable returns the placeholder of a whole text, the same for the same text.
func unreadable(g *anonymize.Glossary, text string) string {
	for _, e := range g.Entries {
		if e.Type == anonymize.TypeUnreadable && e.Words == text {
			return e.Placeholder
		}
	}
	if g.Last == nil {
		g.Last = map[anonymize.Type]int{}
	}
	g.Last[anonymize.TypeUnreadable]++
	p := unreadableLabel + strconv.Itoa(g.Last[anonymize.TypeUnreadable]) + "]"
	g.Entries = append(g.Entries, anonymize.Entry{Placeholder: p, Type: anonymize.TypeUnreadable, Words: text, Keys: []string{p}})
	return p
}

const unreadableLabel = "[不明"

// place maps a range of runes of the original to the anonymized text, widened to whole placeholders.
func (r redacted) place(start, end int) (from, to int) {
	start, end = min(max(start, 0), r.limit), min(max(end, 0), r.limit)
	if end <= start {
		return 0, 0
	}
	from, _ = r.position(start)
	_, to = r.position(end - 1)
	return from, to
}

// position returns where the rune at i went: the range of its placeholder, or of itself.
func (r redacted) position(i int) (from, to int) {
	shift := 0
	for _, s := range r.spans {
		if i < s.from {
			break
		}
		if i < s.to {
			return s.start, s.end
		}
		shift = s.end - s.to
	}
	return i + shift, i + shift + 1
}

// judgement returns what was judged of the original as it may be shown: every reason points into the anonymized text, and its
// excerpt is cut from there.
func (r redacted) judgement(j triage.Judgement) *triage.Judgement {
	j.Flags, j.Reasons = slices.Clone(j.Flags), slices.Clone(j.Reasons)
	for i := range j.Reasons {
		from, to := r.place(j.Reasons[i].Start, j.Reasons[i].End)
		j.Reasons[i].Start, j.Reasons[i].End = from, to
		j.Reasons[i].Excerpt = string(r.runes[from:to])
	}
	return &j
}

// cut returns the text, at most n runes of it and no part of a placeholder.
func (r redacted) cut(n int) string {
	if len(r.runes) <= n {
		return r.text
	}
	for _, s := range r.spans {
		if s.start < n && n < s.end {
			n = s.start
		}
	}
	return string(r.runes[:n])
}

// clone returns a glossary that shares nothing with g.
func clone(g *anonymize.Glossary) *anonymize.Glossary {
	out, err := glossary(sealable(g))
	if err != nil {
		panic("router: a glossary cannot be read again") // it always can
	}
	return out
}

// glossary reads a glossary as the vault keeps it.
func glossary(data []byte) (*anonymize.Glossary, error) {
	g := &anonymize.Glossary{}
	if len(data) == 0 {
		return g, nil
	}
	if json.Unmarshal(data, g) != nil {
		return nil, triage.ErrDamaged // the decoder's error would repeat words
	}
	return g, nil
}

// written is a glossary as the vault keeps it.
func sealable(g *anonymize.Glossary) []byte {
	data, err := json.Marshal(g)
	if err != nil {
		panic("router: a glossary has no JSON") // strings and numbers always have
	}
	return data
}

// schools are the ids of the city's schools whose names were taken out of the texts: who belongs to one of them is kept out of
// the case, and nobody is told that it was named.
func (r Rooms) schools(texts ...redacted) []string {
	var ids []string
	if r.Schools == nil {
		return nil
	}
	for _, text := range texts {
		for _, words := range text.taken {
			ids = append(ids, r.Schools(words)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
