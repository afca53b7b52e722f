// Command train learns the weights of triage/assess/model from the labelled messages in triage/assess/testdata, written and
// calm/teach, from the examples of the rules, and from the words of train/senses.txt, and writes weights.bin, words.tsv and
// senses.tsv. Run it from the top of the repository:
//
//	go run ./triage/assess/train
//
// It gives the same bytes every time. A file of messages is one writer. The score from which on a head counts is chosen by
// leaving out one group of writers after the other, so that every score it is chosen by is of a message whose writer was unknown.
// The writers of testdata/dev teach nothing: they are there to choose by how it learns.
package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
	"madoguchi/triage/assess/model"
)

const (
	written = "triage/assess/testdata/written"
	calm    = "triage/assess/testdata/calm/teach"
	words   = "triage/assess/train/senses.txt"
	out     = "triage/assess/model"
)

func main() {
	if err := run(".", out); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

// run learns from what lies below top and writes into the folder to.
func run(top, to string) error {
	var messages []gold.Message
	for _, dir := range []string{written, calm} {
		names, err := filepath.Glob(filepath.Join(top, dir, "*.jsonl"))
		if err != nil || len(names) == 0 {
			return fmt.Errorf("no messages in %s", dir)
		}
		for _, name := range names {
			m, err := gold.Read(name)
			if err != nil {
				return err
			}
			messages = append(messages, m...)
		}
	}
	messages = append(messages, examples()...)
	list, err := os.ReadFile(filepath.Join(top, words))
	if err != nil {
		return err
	}
	weights, readings, senses := learn(messages, string(list))
	if err := os.WriteFile(filepath.Join(to, "senses.tsv"), []byte(senses), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "words.tsv"), []byte(readings), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "weights.bin"), weights, 0o644)
}

// examples are the examples of the rules, as messages that leave open what the rule does not say.
func examples() (all []gold.Message) {
	severities := []triage.Severity{triage.Emergency, triage.Urgent, triage.Soon, triage.Routine}
	for i, x := range assess.Examples() {
		m := gold.Message{ID: fmt.Sprintf("%s-%d", x.Rule, i), Text: x.Text, Severity: x.Severity}
		switch {
		case x.Has:
			m.Flags, m.Else = []triage.Flag{x.Flag}, severities[:x.Severity.Rank()]
		case x.Flag != "":
			m.Else = severities
		}
		if x.Flag != "" {
			m.Optional = slices.DeleteFunc(slices.Clone(triage.Flags), func(f triage.Flag) bool { return f == x.Flag })
		}
		all = append(all, m)
	}
	return all
}

// learn returns the files of the model; list is the words of the senses.
func learn(messages []gold.Message, list string) (weights []byte, words, senses string) {
	texts := make([][]model.Clause, len(messages))
	each(len(texts), func(i int) { texts[i] = assess.Clauses(messages[i].Text) })
	words = readings(texts)
	senses = spellSenses(list)
	c := newCorpus(messages, texts, model.ParseReadings(words), model.ParseSenses(senses))
	l, apart := c.learn()
	scored := c.leftOut(apart)
	bias := choose(messages, scored)
	sure := certain(messages, scored, bias)
	keys, rows := c.rows(l)
	for h := range bias {
		bias[h] += l.bias[h]
	}
	return model.Marshal(keys, rows, bias, sure), words, senses
}

// target says what head h should say of a message: 1, 0, or -1 where the labels leave it open.
func target(m gold.Message, h int) int {
	yes := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	switch name := model.Heads[h]; name {
	case "emergency", "urgent", "soon":
		floor := triage.Severity(name).Rank()
		all := append([]triage.Severity{m.Severity}, m.Else...)
		n := 0
		for _, s := range all {
			n += yes(s.Rank() <= floor)
		}
		if n > 0 && n < len(all) {
			return -1
		}
		return yes(n > 0)
	default:
		if slices.Contains(m.Optional, triage.Flag(name)) {
			return -1
		}
		return yes(slices.Contains(m.Flags, triage.Flag(name)))
	}
}

// threshold returns the score that divides best what was scored: the highest F of beta, squared.
func threshold(scored []score, beta2 float64) float32 {
	slices.SortFunc(scored, func(a, b score) int { return cmp.Compare(b.score, a.score) })
	pos := 0
	for _, s := range scored {
		pos += s.want
	}
	best, at, hit := 0.0, float32(0), 0
	for i, s := range scored {
		hit += s.want
		f := (1 + beta2) * float64(hit) / (beta2*float64(pos) + float64(i+1))
		if f > best && (i+1 == len(scored) || scored[i+1].score < s.score) {
			best, at = f, s.score
			if i+1 < len(scored) {
				at = (s.score + scored[i+1].score) / 2
			}
		}
	}
	return at
}

// score is what head h says of a message that the learner did not see.
type score struct {
	score   float32
	want    int
	message int
}
