// Command measure judges labelled messages and prints how well the judgements agree with the labels:
//
//	go run ./triage/assess/measure [-errors] FILE…
//
// A file holds one message a line, as package gold describes; several files are several writers, printed one by one and
// together. With no file it takes triage/assess/testdata/heldout, the writers whom neither the rules nor the model learned
// from. Of others nobody looks at the errors: testdata/common has three who write as most do, testdata/alike eight who know such
// desks, testdata/short twelve who write one line each, testdata/pairs seven who say harmless and dangerous things in the same
// words, testdata/veiled two who tell of danger in words that no list foresees, and testdata/sealed twenty-eight, of whom nobody
// has read a text. -errors prints what was judged wrong, too: not for those.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/assess/gold"
)

func main() {
	errors := flag.Bool("errors", false, "print every message that is judged wrong")
	flag.Parse()
	if err := run(os.Stdout, flag.Args(), *errors); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, files []string, errors bool) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob("triage/assess/testdata/heldout/*.jsonl"); err != nil {
			return err
		}
	}
	a, err := assess.New()
	if err != nil {
		return err
	}
	var all gold.Tally
	var spent time.Duration
	n := 0
	for _, file := range files {
		messages, err := gold.Read(file)
		if err != nil {
			return err
		}
		var own gold.Tally
		for _, m := range messages {
			start := time.Now()
			j := a.Assess(m.Text)
			spent += time.Since(start)
			own.Add(m, j)
			all.Add(m, j)
			if errors {
				explain(w, m, j)
			}
		}
		n += len(messages)
		if len(files) > 1 {
			f := own.Figures()
			fmt.Fprintf(w, "%-20s suicide found %.3f  emergency found %.3f  under %.3f  over %.3f  macro-F1 %.3f\n",
				filepath.Base(file), f.Suicide, f.Emergency, f.Under, f.Over, f.MacroF1)
		}
	}
	all.Print(w)
	if spent > 0 {
		fmt.Fprintf(w, "%.0f messages a second\n", float64(n)/spent.Seconds())
	}
	return nil
}

// explain prints what is wrong with a judgement.
func explain(w io.Writer, m gold.Message, j triage.Judgement) {
	var wrong []string
	for _, f := range triage.Flags {
		want, got := slices.Contains(m.Flags, f), slices.Contains(j.Flags, f)
		switch {
		case want && !got:
			wrong = append(wrong, "-"+string(f))
		case got && !want && !slices.Contains(m.Optional, f):
			wrong = append(wrong, "+"+string(f))
		}
	}
	if j.Severity != m.Severity && !slices.Contains(m.Else, j.Severity) {
		wrong = append(wrong, fmt.Sprintf("%s for %s", j.Severity, m.Severity))
	}
	if len(wrong) > 0 {
		fmt.Fprintf(w, "%s %v %s\n", m.ID, wrong, m.Text)
		for _, r := range j.Reasons {
			fmt.Fprintf(w, "      %s %s\n", r.Rule, string([]rune(m.Text)[r.Start:r.End]))
		}
	}
}
