package anonymize_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"

	"madoguchi/router/anonymize"
	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/japanese"
)

// TestDangerIsNotLessAfterwards: whoever reads only the redacted text sees the same danger. The alarm itself comes from the
// original words; this is for the people behind it, and for the reasons that are shown to them. Every example
// of every rule is tried, every labelled message by which nothing was learned or chosen and one in four of the others, as it is
// written, in kana alone, and with spaces between its characters.
func TestDangerIsNotLessAfterwards(t *testing.T) {
	judge, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	a := newAnonymizer(t).Heeding(judge.Assess)
	sound := sounds(t)
	n, grave, less, graveLess := 0, 0, 0, 0
	for id, m := range dangers(t) {
		ways := map[string]string{"": m.Text, " in kana": sound(m.Text)}
		if len([]rune(m.Text)) <= longestSpaced {
			ways[" spaced"] = between(m.Text, " ")
		}
		for way, text := range ways {
			before := judge.Assess(text)
			n++
			if before.Severity.Rank() <= triage.Urgent.Rank() {
				grave++
			}
			redacted := a.Redact(text, nil, anonymize.Strict).Text
			if redacted == text {
				continue
			}
			after := judge.Assess(redacted).Severity
			if after.Rank() > max(before.Severity.Rank(), m.Severity.Rank()) { // that a false alarm goes is no danger less
				t.Logf("%s%s: %s → %s", id, way, before.Severity, after) // some of them are held out, and nobody reads those
				less++
				if before.Severity.Rank() <= triage.Urgent.Rank() {
					graveLess++
				}
				if testing.Verbose() && !secret.MatchString(id) {
					t.Log(text, "→", redacted)
				}
			}
		}
	}
	t.Logf("%d texts, %d are judged less; of %d grave ones %d", n, less, grave, graveLess)
	if n < 6000 || grave < 2000 {
		t.Errorf("only %d texts, %d of them grave", n, grave)
	}
	// What remains is a real name, by which alone the judge was surer: the name goes all the same.
	if less*1000 > n || graveLess*2500 > grave {
		t.Errorf("of %d texts %d are judged less, of %d grave ones %d", n, less, grave, graveLess)
	}
}

// longestSpaced is how long a text is at most, in characters, that somebody would write with spaces between all of them.
const longestSpaced = 80

// secret are the sets that nobody reads.
var secret = regexp.MustCompile(`held|closed|unread|fresh`)

// dangers returns labelled messages, and the examples of the rules with what the rule says of them, by their names.
func dangers(t *testing.T) map[string]gold.Message {
	all := map[string]gold.Message{}
	for _, pattern := range []string{"testdata/*.jsonl", "testdata/*/*.jsonl", "testdata/*/*/*.jsonl"} {
		files, err := filepath.Glob("../../triage/assess/" + pattern)
		if err != nil || len(files) == 0 {
			t.Fatal("no messages", err)
		}
		for _, file := range files {
			messages, err := gold.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			set, each := filepath.Base(filepath.Dir(file)), 1
			if set == "written" || set == "dev" {
				each = 4
			}
			for i := 0; i < len(messages); i += each {
				all[set+" "+messages[i].ID] = messages[i]
			}
		}
	}
	files, err := filepath.Glob("../../triage/assess/rules/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no rules", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Rules []struct {
				ID       string          `yaml:"id"`
				Severity triage.Severity `yaml:"severity"`
				Match    []string        `yaml:"match"`
			} `yaml:"rules"`
		}
		if err := yaml.Unmarshal(data, &f); err != nil {
			t.Fatal(file, err)
		}
		for _, r := range f.Rules {
			for _, m := range r.Match {
				all[r.ID+" "+m] = gold.Message{Text: m, Severity: r.Severity}
			}
		}
	}
	return all
}

// sounds returns what writes a text in kana alone.
func sounds(t *testing.T) func(string) string {
	tokens, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) string {
		var b strings.Builder
		for _, k := range tokens.Tokenize(text) {
			if reading, ok := k.Reading(); ok && reading != "*" && japanese.ClassOf([]rune(k.Surface)[0]) == japanese.Kanji {
				b.WriteString(japanese.HiraganaOf(reading))
			} else {
				b.WriteString(k.Surface)
			}
		}
		return b.String()
	}
}
