// Package gold reads labelled messages and counts how well judgements agree with the labels.
//
// A file holds one message a line, as JSON: id, text, flags, severity; optional_flags are neither asked for nor wrong,
// severity_alt are severities that are right too, and tags name what a message is made to try: ev (an evasion), hn (a hard
// negative), C (danger without any of its words). The id begins with the writer: teen-017. All of them are invented.
package gold

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"madoguchi/triage"
)

// Message is a labelled message.
type Message struct {
	ID       string            `json:"id"`
	Text     string            `json:"text"`
	Flags    []triage.Flag     `json:"flags"`
	Severity triage.Severity   `json:"severity"`
	Optional []triage.Flag     `json:"optional_flags"`
	Else     []triage.Severity `json:"severity_alt"`
	Tags     []string          `json:"tags"`
}

// Writer returns who wrote the message, by its id.
func (m Message) Writer() string {
	if i := strings.LastIndexByte(m.ID, '-'); i > 0 {
		return m.ID[:i]
	}
	return ""
}

// Read reads a file of messages.
func Read(name string) ([]Message, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []Message
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var m Message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, len(out)+1, err)
		}
		out = append(out, m)
	}
	return out, lines.Err()
}
