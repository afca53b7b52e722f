package assess

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/width"

	"madoguchi/triage"
)

// variants writes a text as children do.
func variants(s string) []string {
	katakana := strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 0x60
		}
		return r
	}, s)
	out := []string{s, s + "😭", "  " + s + "！！", katakana, width.Narrow.String(katakana), "あのね、" + s, s + "ｗ"}
	if !strings.HasSuffix(s, "。") {
		out = append(out, s+"。")
	}
	spaced := strings.Join(strings.Split(s, ""), " ")
	return append(out, spaced)
}

// alone reports whether the rule fires by itself: the model may find that there is something to it all the same.
func (l *lexicon) alone(rule, text string) bool {
	x := fold(text)
	found, _, _ := settle(l.scan(&reading{text: x, hits: l.trie.find(x)}).found)
	return slices.ContainsFunc(found, func(e evidence) bool { return e.rule.ID == rule })
}

// TestExamples runs every example of every rule, in every writing.
func TestExamples(t *testing.T) {
	l, err := load()
	if err != nil {
		t.Fatal(err)
	}
	fires := func(rule, text string) bool {
		return slices.ContainsFunc(l.judge(text).Reasons, func(r triage.Reason) bool { return r.Rule == rule })
	}
	for _, r := range l.texts.Rules {
		if len(r.Match) == 0 || len(r.Not) == 0 {
			t.Errorf("%s: a rule needs an example that it matches and one that it does not", r.ID)
		}
		for _, m := range r.Match {
			for i, v := range variants(m) {
				anchored := slices.ContainsFunc(r.Any, func(p string) bool { return strings.HasPrefix(p, "^") })
				if strings.HasPrefix(v, "あのね") && anchored || i > 0 && r.Fallback {
					continue
				}
				if !fires(r.ID, v) {
					t.Errorf("%s: does not match %q", r.ID, v)
				}
			}
		}
		for _, n := range r.Not {
			if l.alone(r.ID, n) {
				t.Errorf("%s: matches %q", r.ID, n)
			}
		}
	}
	for _, m := range l.texts.Misread {
		for _, text := range m.Match {
			if j := l.judge(text); slices.ContainsFunc(j.Flags, func(f triage.Flag) bool { return f != triage.Other }) {
				t.Errorf("%s: %q is %v", m.ID, text, j.Reasons)
			}
		}
		for _, text := range m.Not {
			if j := l.judge(text); len(j.Flags) == 0 {
				t.Errorf("%s: %q is nothing", m.ID, text)
			}
		}
	}
	for _, c := range l.texts.Thrown {
		for _, m := range c.Match {
			if j := l.judge(m); j.Severity != triage.Soon || !slices.Equal(j.Flags, []triage.Flag{triage.Verbal}) {
				t.Errorf("%s: %q is %s %v", c.ID, m, j.Severity, j.Reasons)
			}
		}
		for _, n := range c.Not {
			if j := l.judge(n); !slices.Contains(j.Flags, triage.Suicide) {
				t.Errorf("%s: %q is %v", c.ID, n, j.Reasons)
			}
		}
	}
	named := func(id, text string, want bool) {
		if j := l.judge(text); slices.ContainsFunc(j.Flags, self) != want {
			t.Errorf("%s: %q is %s %v %v", id, text, j.Severity, j.Flags, j.Reasons)
		}
	}
	for _, p := range l.texts.Plain {
		for _, m := range p.Match {
			named(p.ID, m, true)
		}
		for _, n := range p.Not {
			named(p.ID, n, false)
		}
	}
	for _, o := range l.texts.Occasions {
		for _, m := range o.Match {
			named(o.ID, m, false)
		}
		for _, n := range o.Not {
			named(o.ID, n, true)
		}
	}
	for _, list := range [][]innocentText{l.texts.Innocent, l.texts.Calm} {
		for _, c := range list {
			for _, m := range c.Match {
				if j := l.judge(m); j.Severity != triage.Routine {
					t.Errorf("%s: %q is %s %v", c.ID, m, j.Severity, j.Reasons)
				}
			}
			for _, n := range c.Not {
				if j := l.judge(n); j.Severity == triage.Routine {
					t.Errorf("%s: %q is routine", c.ID, n)
				}
			}
		}
	}
}

func TestPatternMistakes(t *testing.T) {
	for _, src := range []string{"(a", "{NOBODY}", "~x a", ""} {
		if _, err := newTrie().compile(src, map[string][]string{}); err == nil {
			t.Errorf("%q compiles", src)
		}
	}
	if _, err := newTrie().compile("{A}", map[string][]string{"A": {"{A}"}}); err == nil {
		t.Error("a concept within itself compiles")
	}
}

// TestSpelling: the cheap folding of terms is the folding of texts.
func TestSpelling(t *testing.T) {
	l, err := load()
	if err != nil {
		t.Fatal(err)
	}
	for src := range l.trie.pieces {
		all, err := spell(src, l.texts.Concepts, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all[:min(len(all), 40)] {
			if got, want := spelling(s), string(fold(s).view.Runes); strings.TrimSuffix(got, "$") != want {
				t.Errorf("%q: %q, as a text %q", s, got, want)
			}
		}
	}
}
