package router

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/channels"
	"madoguchi/router/anonymize"
	"madoguchi/triage"
)

func TestExcerptsAreCutFromTheAnonymizedText(t *testing.T) {
	res := anonymize.Result{Text: "きのう[人物A]に[学校1]でたたかれた", Spans: []anonymize.Span{
		{Start: 3, End: 7, Type: anonymize.TypePerson, Placeholder: "[人物A]"},
		{Start: 8, End: 12, Type: anonymize.TypeSchool, Placeholder: "[学校1]"},
	}}
	r, ok := check("きのう山田花子に日の出中でたたかれた", res)
	if !ok {
		t.Fatal("refused")
	}
	for _, c := range []struct {
		start, end int
		want       string
	}{
		{0, 3, "きのう"}, {5, 6, "[人物A]"}, {6, 9, "[人物A]に[学校1]"}, {2, 4, "う[人物A]"}, {7, 8, "に"}, {11, 18, "[学校1]でたたかれた"},
		{13, 18, "たたかれた"}, {3, 12, "[人物A]に[学校1]"}, {-5, 99, res.Text}, {9, 9, ""}, {40, 50, ""}, {5, 2, ""},
	} {
		j := r.judgement(triage.Judgement{Reasons: []triage.Reason{{Start: c.start, End: c.end}}})
		got := j.Reasons[0]
		if got.Excerpt != c.want || string([]rune(r.text)[got.Start:got.End]) != c.want {
			t.Errorf("%d–%d: %q, want %q", c.start, c.end, got.Excerpt, c.want)
		}
	}
}

// Words under a span are of an alphabet of their own, so that any of their runes in an excerpt is a leak.
func TestExcerptsNeverHoldWhatWasRedacted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in, out []rune
		var res anonymize.Result
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			plain := rapid.SliceOfN(rapid.RuneFrom([]rune("あいう死。 x👀")), 0, 6).Draw(t, "plain")
			in, out = append(in, plain...), append(out, plain...)
			secret := rapid.SliceOfN(rapid.RuneFrom([]rune("山田花子é👩")), 0, 4).Draw(t, "secret")
			if len(secret) == 0 {
				continue
			}
			p := rapid.SampledFrom([]string{"[人物A]", "[学校12]", "[不明1]"}).Draw(t, "placeholder")
			res.Spans = append(res.Spans, anonymize.Span{Start: len(in), End: len(in) + len(secret), Placeholder: p})
			in, out = append(in, secret...), append(out, []rune(p)...)
		}
		res.Text = string(out)
		r, ok := check(string(in), res)
		if !ok {
			t.Fatal("refused")
		}
		n := rapid.IntRange(-2, len(in)+2)
		reason := triage.Reason{Start: n.Draw(t, "start"), End: n.Draw(t, "end")}
		got := r.judgement(triage.Judgement{Reasons: []triage.Reason{reason}}).Reasons[0]
		if strings.ContainsAny(got.Excerpt, "山田花子é👩") {
			t.Fatalf("a leak: %q", got.Excerpt)
		}
		if strings.Count(got.Excerpt, "[") != strings.Count(got.Excerpt, "]") {
			t.Fatalf("half a placeholder: %q", got.Excerpt)
		}
		if s := r.cut(5); strings.Count(s, "[") != strings.Count(s, "]") || len([]rune(s)) > 5 {
			t.Fatalf("cut: %q", s)
		}
		if lo, hi := max(reason.Start, 0), min(reason.End, len(in)); lo < hi { // nothing of it is missing
			for _, x := range in[lo:hi] {
				if strings.ContainsRune("あいう死。 x👀", x) && !strings.ContainsRune(got.Excerpt, x) {
					t.Fatalf("%q is missing", x)
				}
			}
		}
	})
}

func TestAnonymizerThatFails(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	for name, n := range map[string]*names{
		"panics": {do: func(string) { panic("山田花子") }},
		"hangs":  {do: func(string) { <-never }},
		"lies about the text": {lie: func(r anonymize.Result) anonymize.Result {
			r.Text += "山田花子"
			return r
		}},
		"spans outside": {lie: func(r anonymize.Result) anonymize.Result {
			return anonymize.Result{Text: r.Text, Spans: []anonymize.Span{{Start: 2, End: 99, Placeholder: "[人物A]"}}}
		}},
		"spans that overlap": {lie: func(r anonymize.Result) anonymize.Result {
			return anonymize.Result{Text: r.Text, Spans: []anonymize.Span{{Start: 2, End: 4, Placeholder: "[人物A]"}, {Start: 3, End: 5, Placeholder: "[人物A]"}}}
		}},
		"no placeholder": {lie: func(r anonymize.Result) anonymize.Result {
			return anonymize.Result{Text: r.Text, Spans: []anonymize.Span{{Start: 0, End: 1}}}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			panics := channels.NewPanics(slog.New(slog.DiscardHandler))
			c := newCensor(n, panics)
			c.patience = 30 * time.Millisecond
			g := &anonymize.Glossary{}
			for range 2 { // the same text has the same placeholder
				out, open, err := c.redact(t.Context(), g, "山田花子です", "")
				if err != nil || open || out[0].text != "[不明1]" || out[1].text != "" {
					t.Fatalf("%q, open %v, %v", out[0].text, open, err)
				}
				j := out[0].judgement(triage.Judgement{Reasons: []triage.Reason{{Start: 1, End: 2}}})
				if j.Reasons[0].Excerpt != "[不明1]" {
					t.Errorf("excerpt %q", j.Reasons[0].Excerpt)
				}
			}
			if words, ok := g.Words("[不明1]"); !ok || words != "山田花子です" {
				t.Error("the words are not behind their placeholder")
			}
			if out, _, _ := c.redact(t.Context(), g, "別の文"); out[0].text != "[不明2]" {
				t.Errorf("another text: %q", out[0].text)
			}
			if counted := panics.Counts()["anonymize"]; (counted == 3) != (name == "panics") {
				t.Errorf("%d panics are counted", counted)
			}
		})
	}
}

func TestHangingRedactionsHoldNobodyBack(t *testing.T) {
	never := make(chan struct{})
	c := newCensor(&names{do: func(string) { <-never }}, nil)
	c.patience = 5 * time.Millisecond
	for range 3 * redactions {
		if out, _, err := c.redact(t.Context(), &anonymize.Glossary{}, "x"); err != nil || out[0].text != "[不明1]" {
			t.Fatalf("%v", err)
		}
	}
	if n := len(c.slots); n != redactions {
		t.Errorf("%d redactions hang, at most %d may", n, redactions)
	}
	c.patience = patience
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.redact(ctx, &anonymize.Glossary{}, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled one: %v", err)
	}
	close(never)
	until(t, "the slots are free again", func() bool { return len(c.slots) == 0 })
}
