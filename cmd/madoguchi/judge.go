package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"madoguchi/router/anonymize"
	"madoguchi/triage"
	"madoguchi/triage/assess"
)

var redactCommand = command{name: "redact", args: "[--jsonl] [--mode strict|readable]",
	does: "text on stdin → anonymized text on stdout",
	own:  []flagDef{{"jsonl", "false", "one JSON object a line: {id, text, case?} → {id, text, spans}"}, {"mode", "strict", "strict or readable"}},
	run:  redact}

var assessCommand = command{name: "assess", args: "[--jsonl]",
	does: "text on stdin → flags, severity and reasons",
	own:  []flagDef{{"jsonl", "false", "one JSON object a line: {id, text} → {id, severity, flags, reasons}"}},
	run:  assessText}

// sample is one text to judge.
type sample struct {
	ID   *string `json:"id"`
	Text *string `json:"text"`
	Case string  `json:"case"`
}

// errLine names a line that cannot be read, and never repeats it.
func errLine(n int) error { return fmt.Errorf("line %d: expected a JSON object with id and text", n) }

func redact(ctx context.Context, p *program, _ []string) error {
	mode := anonymize.Strict
	switch p.flags["mode"] {
	case "strict":
	case "readable":
		mode = anonymize.Readable
	default:
		return errors.New("--mode: expected strict or readable")
	}
	c, err := loadCity(p.set["CITY"], nil)
	if err != nil {
		return err
	}
	judge, err := assess.New()
	if err != nil {
		return err
	}
	a, err := anonymize.New(gazetteer(c))
	if err != nil {
		return err
	}
	a = a.Heeding(judge.Assess)
	if p.flags["jsonl"] != "true" {
		text, err := io.ReadAll(p.stdin)
		if err != nil {
			return errors.New("stdin cannot be read")
		}
		_, err = io.WriteString(p.stdout, a.Redact(string(text), &anonymize.Glossary{}, mode).Text)
		return err
	}
	type span struct {
		Start       int            `json:"start"`
		End         int            `json:"end"`
		Type        anonymize.Type `json:"type"`
		Placeholder string         `json:"placeholder"`
	}
	cases := map[string]*anonymize.Glossary{}
	return eachLine(ctx, p, func(l sample) any {
		g := cases[l.Case]
		if g == nil || l.Case == "" {
			g = &anonymize.Glossary{}
			cases[l.Case] = g
		}
		r := a.Redact(*l.Text, g, mode)
		spans := make([]span, 0, len(r.Spans))
		for _, s := range r.Spans {
			spans = append(spans, span{s.Start, s.End, s.Type, s.Placeholder})
		}
		return map[string]any{"id": *l.ID, "text": r.Text, "spans": spans}
	})
}

func assessText(ctx context.Context, p *program, _ []string) error {
	a, err := assess.New()
	if err != nil {
		return err
	}
	if p.flags["jsonl"] == "true" {
		return eachLine(ctx, p, func(l sample) any {
			j := a.Assess(*l.Text)
			return map[string]any{"id": *l.ID, "severity": j.Severity, "flags": orEmpty(j.Flags), "reasons": orEmpty(j.Reasons)}
		})
	}
	text, err := io.ReadAll(p.stdin)
	if err != nil {
		return errors.New("stdin cannot be read")
	}
	j := a.Assess(string(text))
	fmt.Fprintf(p.stdout, "severity: %s\nflags: %s\n", j.Severity, join(j.Flags))
	runes := []rune(string(text))
	for _, r := range j.Reasons {
		fmt.Fprintf(p.stdout, "  %s (%s): %s\n", r.Flag, r.Rule, string(runes[r.Start:r.End]))
	}
	return nil
}

func join(flags []triage.Flag) string {
	var names []string
	for _, f := range flags {
		names = append(names, string(f))
	}
	return strings.Join(names, " ")
}

// orEmpty makes JSON write [] and not null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// longestLine is the longest line of JSON that is read: 10 MiB.
const longestLine = 10 << 20

func eachLine(ctx context.Context, p *program, judge func(sample) any) error {
	in := bufio.NewScanner(p.stdin)
	in.Buffer(make([]byte, 64<<10), longestLine)
	out := bufio.NewWriter(p.stdout)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	n := 0
	for in.Scan() {
		n++
		if len(strings.TrimSpace(in.Text())) == 0 {
			continue
		}
		var l sample
		if err := json.Unmarshal(in.Bytes(), &l); err != nil || l.ID == nil || l.Text == nil {
			return errors.Join(out.Flush(), errLine(n))
		}
		if err := enc.Encode(judge(l)); err != nil {
			return errors.New("stdout cannot be written")
		}
		if ctx.Err() != nil {
			break
		}
	}
	if in.Err() != nil {
		return errors.Join(out.Flush(), errLine(n+1))
	}
	return out.Flush()
}
