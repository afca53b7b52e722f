package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"madoguchi/channels"
	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

//go:embed demo.yaml
var demoCases []byte

// demoCase is one fictional case: what happened, in order.
type demoCase struct {
	Door  string     `yaml:"door"` // chat, visit or school
	Steps []demoStep `yaml:"steps"`
}

// demoStep is something that the seeker did (Says, Answers), or that By did.
type demoStep struct {
	At      string `yaml:"at"` // how long before the demonstration starts
	Says    string `yaml:"says"`
	Answers string `yaml:"answers"`
	About   string `yaml:"about"`
	CallMe  string `yaml:"call_me"`

	By     string `yaml:"by"`
	Do     string `yaml:"do"`
	Text   string `yaml:"text"`
	School string `yaml:"school"`
	Level  string `yaml:"level"`
	Kind   string `yaml:"kind"`
	To     string `yaml:"to"`
}

// demoSchools are the schools that demo.yaml is written with, and how children call them there.
var demoSchools = []struct{ id, said string }{{"hinode-jhs", "日の出台中"}, {"shirakaba-es", "しらかば小"}, {"kawabe-jhs", "川辺中"}}

// schoolsOf puts the city's own schools into the place of those of demo.yaml, where it has others.
func schoolsOf(c *city.City) (*strings.Replacer, error) {
	if len(c.Schools) < 2 {
		return nil, errors.New(envPrefix + "CITY: a demonstration needs a city with two schools")
	}
	var pairs []string
	own := false
	for i, x := range demoSchools {
		_, known := c.SchoolByID(x.id)
		own = own || !known
		s := c.Schools[i%len(c.Schools)]
		pairs = append(pairs, x.id, s.ID, x.said, s.Name)
	}
	if !own {
		pairs = nil
	}
	return strings.NewReplacer(pairs...), nil
}

// before reads 12m, 3h, 2d or 8d23h.
func (s demoStep) before() (time.Duration, error) {
	rest := s.At
	var days int
	if d, after, ok := strings.Cut(s.At, "d"); ok {
		n, err := strconv.Atoi(d)
		if err != nil {
			return 0, err
		}
		days, rest = n, after
	}
	if rest == "" {
		rest = "0s"
	}
	d, err := time.ParseDuration(rest)
	return time.Duration(days)*24*time.Hour + d, err
}

// actor plays one case.
type actor struct {
	h        *house
	people   map[string]staff.Person
	n        int
	door     string
	conv     channels.Conversation
	id       triage.CaseID
	consent  string
	handoff  string
	messages int
}

// play puts the demonstration's cases into the house, through the doors and verbs that everybody uses, in the order of
// their times. The desk's clock stands at start when it returns.
func (h *house) play(ctx context.Context, start time.Time, people map[string]staff.Person) error {
	var cases []demoCase
	if err := yaml.Unmarshal(demoCases, &cases); err != nil {
		return errors.New("demo.yaml cannot be read")
	}
	there, err := schoolsOf(h.city)
	if err != nil {
		return err
	}
	type moment struct {
		at   time.Time
		who  *actor
		step demoStep
	}
	var moments []moment
	for i, c := range cases {
		a := &actor{h: h, people: people, n: i, door: c.Door}
		for _, s := range c.Steps {
			d, err := s.before()
			if err != nil {
				return fmt.Errorf("demo.yaml: case %d: at: expected 12m, 3h or 8d23h", i+1)
			}
			s.Says, s.Text, s.School = there.Replace(s.Says), there.Replace(s.Text), there.Replace(s.School)
			moments = append(moments, moment{start.Add(-d), a, s})
		}
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	for _, m := range moments {
		h.clock.Set(m.at)
		err := m.who.act(ctx, m.step)
		if err == nil {
			err = m.who.delivered(ctx)
		}
		if err != nil {
			return fmt.Errorf("demo.yaml: case %d, %s: %w", m.who.n+1, m.step.At, err)
		}
	}
	h.clock.Set(start)
	return nil
}

func (a *actor) act(ctx context.Context, s demoStep) error {
	switch {
	case s.Says != "":
		return a.write(ctx, channels.Message{Text: s.Says, About: s.About, CallMe: s.CallMe})
	case s.Answers != "":
		return a.write(ctx, channels.Message{Answer: &channels.Answer{ID: a.consent, Answer: s.Answers}})
	}
	p, ok := a.people[s.By]
	if !ok {
		return fmt.Errorf("nobody is called %q", s.By)
	}
	return a.staff(ctx, p, s)
}

// write sends a message of the seeker and waits until the case has it.
func (a *actor) write(ctx context.Context, m channels.Message) error {
	if a.conv == nil {
		conv, err := a.h.mailbox.Begin(ctx)
		if err != nil {
			return err
		}
		a.conv, a.id = conv, a.h.names.CaseOf(conv.Address())
	}
	before, err := a.heard(ctx)
	if err != nil {
		return err
	}
	a.messages++
	m.ID, m.Kind, m.From, m.At, m.First = fmt.Sprintf("demo-%d", a.messages), "chat", a.conv.Address(), a.h.clock.Now(), a.conv.Opening()
	if _, err := a.h.intake.Take(ctx, m); err != nil {
		return err
	}
	return a.h.until(ctx, func() (bool, error) {
		now, err := a.heard(ctx)
		return now > before, err
	})
}

// heard counts what the case has of the seeker.
func (a *actor) heard(ctx context.Context) (n int, err error) {
	_, events, err := a.h.store.Load(ctx, a.id)
	if errors.Is(err, triage.ErrUnknown) {
		return 0, nil
	}
	for _, e := range events {
		if e.From == triage.Seeker {
			n++
		}
	}
	return n, err
}

// delivered waits until the seeker has what the desk said: it is to be delivered at the time at which it was said.
func (a *actor) delivered(ctx context.Context) error {
	return a.h.until(ctx, func() (bool, error) {
		c, _, err := a.h.store.Load(ctx, a.id)
		if errors.Is(err, triage.ErrUnknown) { // a school's report belongs to no case
			return true, nil
		}
		return c.Sent >= c.Said, err
	})
}

func (a *actor) staff(ctx context.Context, p staff.Person, s demoStep) (err error) {
	d := a.h.desk
	switch s.Do {
	case "claim":
		_, err = d.Claim(ctx, p, a.id)
	case "say":
		a.messages++
		_, err = d.Say(ctx, p, a.id, fmt.Sprintf("demo-say-%d", a.messages), s.Text)
	case "note":
		_, err = d.Note(ctx, p, a.id, s.Text)
	case "ask":
		var k triage.Consent
		k, err = d.AskConsent(ctx, p, a.id, desk.Ask{School: s.School, Level: triage.ConsentLevel(s.Level), Summary: s.Text, Early: true})
		a.consent = k.ID
	case "handoff":
		a.handoff, err = d.HandOff(ctx, p, a.id, desk.Draft{School: s.School, Level: triage.ConsentLevel(s.Level), Summary: s.Text})
	case "acknowledge":
		_, err = d.Portal().Acknowledge(ctx, p, a.handoff)
	case "handling", "needs_help", "wrong_school", "done":
		_, err = d.Portal().Answer(ctx, p, a.handoff, triage.HandoffAnswer{Step: triage.HandoffState(s.Do), Text: s.Text})
	case "observe":
		_, err = d.Observe(ctx, p, a.id, triage.Observed{Kind: s.Kind, On: a.h.clock.Now().Format(time.DateOnly), Note: s.Text})
	case "state":
		_, err = d.SetState(ctx, p, a.id, desk.StateChange{To: triage.State(s.To), Reason: s.Text})
	case "visit":
		var in desk.Entered
		in, err = d.Enter(ctx, p, desk.Visit{ID: fmt.Sprintf("demo-visit-%d", a.n), Channel: "visit", Text: s.Text})
		a.id = in.Case
	case "report":
		_, err = d.Portal().Report(ctx, p, "", "incident", map[string]string{"matter": "上履き隠し", "what": s.Text})
	default:
		err = fmt.Errorf("nobody knows how to %q", s.Do)
	}
	return err
}

// until asks again and again, a little later each time, until ok.
func (h *house) until(ctx context.Context, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		if done, err := ok(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.New("it did not arrive in time")
		case <-time.After(pause):
		}
	}
}

// arrived lets what was taken in become cases, so that the clock passes over nobody who has written already. It waits for a while
// at most: nobody else's time stands still because of what cannot be read.
func (h *house) arrived(ctx context.Context) error {
	_ = h.until(ctx, func() (bool, error) {
		s := h.intake.Status(ctx)
		return s.Held+s.Queued == 0, nil
	})
	return ctx.Err()
}
