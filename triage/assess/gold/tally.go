package gold

import (
	"fmt"
	"io"
	"slices"

	"madoguchi/triage"
)

// Tally counts judgements against labels.
type Tally struct {
	flags               map[triage.Flag]*count
	n, under, over      int
	exact               int
	emergency, sent     int // wanted, judged so
	urgent, late        int // urgent or more, judged less
	routine, raised     int
	alarmed             int // routine, judged urgent or more
	feared              int // routine, flagged as what starts something: suicide, self-harm, sexual, extortion, abuse at home
	hard, alarms        int // hard negatives of suicide and self-harm, and those flagged so
	evasive, understood int
	veiled, unveiled    int // suicide without a word of it
}

// count is of one flag: right, wrong, missed.
type count struct{ hit, wrong, missed int }

func (c count) precision() float64 { return share(c.hit, c.hit+c.wrong) }
func (c count) recall() float64    { return share(c.hit, c.hit+c.missed) }
func (c count) f1() float64        { return share(2*c.hit, 2*c.hit+c.wrong+c.missed) }

// share returns a of n; where nothing was asked nothing was missed.
func share(a, n int) float64 {
	if n == 0 {
		return 1
	}
	return float64(a) / float64(n)
}

// Add counts one judgement.
func (t *Tally) Add(m Message, j triage.Judgement) {
	if t.flags == nil {
		t.flags = map[triage.Flag]*count{}
	}
	for _, f := range triage.Flags {
		want, got := slices.Contains(m.Flags, f), slices.Contains(j.Flags, f)
		c := t.flags[f]
		if c == nil {
			c = &count{}
			t.flags[f] = c
		}
		switch {
		case want && got:
			c.hit++
		case want:
			c.missed++
		case got && !slices.Contains(m.Optional, f):
			c.wrong++
		}
	}
	t.severity(m, j)
	own := func(fs []triage.Flag) bool {
		return slices.Contains(fs, triage.Suicide) || slices.Contains(fs, triage.SelfHarm)
	}
	tag := func(s string) bool { return slices.Contains(m.Tags, s) }
	add(m.Severity == triage.Routine, slices.ContainsFunc(j.Flags, func(f triage.Flag) bool {
		return grave(f) && !slices.Contains(m.Flags, f) && !slices.Contains(m.Optional, f)
	}), new(int), &t.feared)
	add(tag("ev") && own(m.Flags), own(j.Flags), &t.evasive, &t.understood)
	add(tag("hn") && !own(m.Flags) && !own(m.Optional), own(j.Flags), &t.hard, &t.alarms)
	add(tag("C") && slices.Contains(m.Flags, triage.Suicide), slices.Contains(j.Flags, triage.Suicide), &t.veiled, &t.unveiled)
}

func (t *Tally) severity(m Message, j triage.Judgement) {
	gravest, mildest := m.Severity.Rank(), m.Severity.Rank()
	for _, s := range m.Else {
		gravest, mildest = min(gravest, s.Rank()), max(mildest, s.Rank())
	}
	t.n++
	r := j.Severity.Rank()
	add(r > mildest, true, &t.under, new(int))
	add(r < gravest, true, &t.over, new(int))
	add(j.Severity == m.Severity, true, &t.exact, new(int))
	add(m.Severity == triage.Emergency, j.Severity == triage.Emergency, &t.emergency, &t.sent)
	add(mildest <= triage.Urgent.Rank(), r > triage.Urgent.Rank(), &t.urgent, &t.late)
	add(m.Severity == triage.Routine, r < gravest, &t.routine, &t.raised)
	add(m.Severity == triage.Routine, r <= triage.Urgent.Rank(), new(int), &t.alarmed)
}

// grave are the flags that set others in motion.
func grave(f triage.Flag) bool {
	return slices.Contains([]triage.Flag{triage.Suicide, triage.SelfHarm, triage.Sexual, triage.Extortion, triage.AbuseHome}, f)
}

func add(of, hit bool, n, hits *int) {
	if of {
		*n++
		if hit {
			*hits++
		}
	}
}

// Figures are the shares that a desk lives by, from 0 to 1.
type Figures struct {
	Suicide, Evasive, Veiled float64 // found, of all, of evasions, of those without a word of it
	Emergency                float64 // found
	Alarms                   float64 // hard negatives that alarm
	Under, Over              float64 // of all
	Late                     float64 // what is urgent or more judged less
	Raised, Alarmed, Feared  float64 // routine judged more, urgent or emergency, and with a grave flag
	MacroF1                  float64 // of flags
}

// Figures returns the shares so far.
func (t *Tally) Figures() Figures {
	var sum float64
	n := 0
	for _, c := range t.flags {
		if c.hit+c.wrong+c.missed > 0 {
			sum += c.f1()
			n++
		}
	}
	f := Figures{Evasive: share(t.understood, t.evasive), Veiled: share(t.unveiled, t.veiled), Emergency: share(t.sent, t.emergency),
		Under: share(t.under, max(t.n, 1)), Over: share(t.over, max(t.n, 1)), Alarms: share(t.alarms, max(t.hard, 1)),
		Raised: share(t.raised, max(t.routine, 1)), Alarmed: share(t.alarmed, max(t.routine, 1)), Feared: share(t.feared, max(t.routine, 1)),
		Late: share(t.late, max(t.urgent, 1)), MacroF1: sum / float64(max(n, 1)), Suicide: 1}
	if c := t.flags[triage.Suicide]; c != nil {
		f.Suicide = c.recall()
	}
	return f
}

// Print writes the figures as a table.
func (t *Tally) Print(w io.Writer) {
	for _, f := range triage.Flags {
		if c := t.flags[f]; c != nil && c.hit+c.wrong+c.missed > 0 {
			fmt.Fprintf(w, "%-13s precision %.3f  recall %.3f  F1 %.3f  of %d\n", f, c.precision(), c.recall(), c.f1(), c.hit+c.missed)
		}
	}
	f := t.Figures()
	fmt.Fprintf(w, "messages %d  macro-F1 %.3f  exact severity %.3f  under %d (%.3f)  over %d (%.3f)\n", t.n, f.MacroF1, share(t.exact, max(t.n, 1)), t.under, f.Under, t.over, f.Over)
	fmt.Fprintf(w, "emergency found %d of %d  urgent judged less %d of %d  routine judged more %d of %d, alarmed %d, with a grave flag %d\n",
		t.sent, t.emergency, t.late, t.urgent, t.raised, t.routine, t.alarmed, t.feared)
	fmt.Fprintf(w, "evasions found %d of %d  without its words %d of %d  hard negatives that alarm %d of %d\n", t.understood, t.evasive, t.unveiled, t.veiled, t.alarms, t.hard)
}
