package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// labelled returns the messages of dev*.jsonl in dir as lines to learn from: what is labelled there as a name is a place in
// braces, for a name of the same writing. An address is learned as a place is, up to its numbers; the other kinds have a form of
// their own, and stay as they are. With them are the everyday sentences of plain.txt and plain-dialect.txt. Sets that are held out
// have other names and are never opened.
func labelled(dir, skip string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "dev*.jsonl"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no messages in %s", dir)
	}
	slices.Sort(files)
	var all []string
	for _, name := range []string{"plain.txt", "plain-dialect.txt"} {
		lines, err := sentences(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	for _, file := range files {
		if slices.Contains(strings.Split(skip, ","), strings.TrimSuffix(filepath.Base(file), ".jsonl")) {
			continue
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for lines := bufio.NewScanner(strings.NewReader(string(data))); lines.Scan(); {
			var m message
			if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if line := m.line(); line != "" && !slices.Contains(all, line) {
				all = append(all, line)
			}
		}
	}
	return all, nil
}

// message is a labelled message, of which offsets count runes.
type message struct {
	Text  string `json:"text"`
	Spans []struct {
		Start    int    `json:"start"`
		End      int    `json:"end"`
		Type     string `json:"type"`
		Optional bool   `json:"optional"`
	} `json:"spans"`
}

// line is the message with places for its names, or nothing where it has signs that a line has another use for.
func (m message) line() string {
	if strings.ContainsAny(m.Text, "{}<>") {
		return ""
	}
	rs := []rune(m.Text)
	var b strings.Builder
	at, same := 0, map[string]int{}
	for _, s := range m.Spans {
		code := ""
		switch words := rs[s.Start:s.End]; {
		case s.Optional || s.Start < at:
		case s.Type == "PERSON":
			code = writing(words)
			if n, old := same[string(words)]; old {
				code = fmt.Sprintf("{#%d}", n)
			} else {
				same[string(words)] = len(same)
			}
		case s.Type == "SCHOOL":
			code = "{S}"
		case s.Type == "PLACE":
			code = "{=P" + string(words) + "}"
		case s.Type == "ADDRESS": // its numbers have a form of their own
			if n := slices.IndexFunc(words, func(r rune) bool { return japanese.ClassOf(r) == japanese.Digit || r == '-' }); n != 0 {
				if n > 0 {
					s.End, words = s.Start+n, words[:n]
				}
				code = "{=P" + string(words) + "}"
			}
		}
		if code != "" {
			b.WriteString(string(rs[at:s.Start]))
			b.WriteString(code)
			at = s.End
		}
	}
	b.WriteString(string(rs[at:]))
	return b.String()
}

// writing returns the place for a name that is written as words are.
func writing(words []rune) string {
	all := func(c japanese.Class) bool {
		return !slices.ContainsFunc(words, func(r rune) bool { return r != 'ー' && r != ' ' && japanese.ClassOf(r) != c })
	}
	switch {
	case all(japanese.Hiragana):
		return "{H}"
	case all(japanese.Latin):
		return "{R}"
	case all(japanese.Kanji) && len(words) <= 3:
		return "{J}"
	case all(japanese.Kanji):
		return "{A}"
	case all(japanese.Katakana) && len(words) <= 4:
		return "{T}"
	}
	return "{=N" + string(words) + "}"
}
