package anonymize_test

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"madoguchi/router/anonymize"
	"madoguchi/triage/japanese"
)

// marked is a message of testdata: what must be redacted is known.
type marked struct {
	text []rune
	want []anonymize.Span
}

func messages(t testing.TB) []marked { return messagesOf(t, "testdata/messages.txt") }

func messagesOf(t testing.TB, file string) []marked {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []marked
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		var m marked
		for line != "" {
			plain, rest, found := strings.Cut(line, "[[")
			m.text = append(m.text, []rune(plain)...)
			if !found {
				break
			}
			inner, after, _ := strings.Cut(rest, "]]")
			typ, words, _ := strings.Cut(inner, "|")
			start := len(m.text)
			m.text = append(m.text, []rune(words)...)
			m.want = append(m.want, anonymize.Span{Start: start, End: len(m.text), Type: anonymize.Type(typ)})
			line = after
		}
		all = append(all, m)
	}
	return all
}

// TestMessages holds how much is found and how little is taken too much. A span counts as found where every character
// of it is covered.
func TestMessages(t *testing.T) {
	a := newAnonymizer(t)
	var want, found, people, peopleFound, harmless, over int
	for _, m := range messages(t) {
		r := a.Redact(string(m.text), nil, anonymize.Strict)
		covered, allowed := make([]bool, len(m.text)), make([]bool, len(m.text))
		for _, s := range r.Spans {
			for i := s.Start; i < s.End; i++ {
				covered[i] = true
			}
		}
		miss := false
		for _, s := range m.want {
			all := true
			for i := s.Start; i < s.End; i++ {
				allowed[i] = true
				all = all && (covered[i] || japanese.ClassOf(m.text[i]) == japanese.Space || japanese.ClassOf(m.text[i]) == japanese.Punct)
			}
			want++
			if s.Type == anonymize.TypePerson {
				people++
			}
			if all {
				found++
				if s.Type == anonymize.TypePerson {
					peopleFound++
				}
			}
			miss = miss || !all
		}
		extra := 0
		for i := range m.text {
			if !allowed[i] {
				harmless++
				if covered[i] {
					extra++
				}
			}
		}
		over += extra
		if miss || extra > 0 {
			t.Logf("%s → %s", string(m.text), r.Text)
		}
	}
	t.Logf("found %d/%d, people %d/%d, over %d/%d", found, want, peopleFound, people, over, harmless)
	if found*100 < 95*want || peopleFound*100 < 92*people || over*100 > 5*harmless {
		t.Errorf("found %d/%d, people %d/%d, over %d/%d", found, want, peopleFound, people, over, harmless)
	}
}
