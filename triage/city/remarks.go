package city

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/goccy/go-yaml"
)

// Remarks finds what in a well-formed file is no mistake and yet wants a look: facts that were checked longer ago than the
// given age, or after now, places that people are told of without a way to reach them, and terms of records that the city has
// not confirmed.
func Remarks(f File, now time.Time, age time.Duration) Mistakes {
	t, err := parse(f, reflect.TypeFor[City]())
	if err != nil {
		return nil // Load has said so
	}
	c := &City{}
	if yaml.Unmarshal(f.Data, c) != nil {
		return nil
	}
	var ms Mistakes
	say := func(path, what string) { ms = append(ms, Mistake{f.Name, t.line(path), where(path) + what}) }
	checked := func(path string, on Date) {
		switch at := on.Value(); {
		case on == "":
		case at.After(now):
			say(path, fmt.Sprintf("checked_on %s is yet to come", on))
		case now.Sub(at) > age:
			say(path, fmt.Sprintf("checked on %s, more than %d days ago: look it up again", on, int(age.Hours()/24)))
		}
	}
	checked(".contact", c.Contact.CheckedOn)
	for name, ch := range c.Channels {
		checked(".channels."+name, ch.CheckedOn)
	}
	for i, n := range c.Numbers {
		path := fmt.Sprintf(".numbers.%d", i)
		checked(path, n.CheckedOn)
		if n.Reach == "" {
			say(path, n.Key+": no number and no page; people are told the name alone")
		}
	}
	for i, r := range c.Retention {
		if r.Keep != "" && !r.Confirmed && r.Ask != "" {
			say(fmt.Sprintf(".retention.%d", i), fmt.Sprintf("%s is kept %s by assumption; the city has to confirm: %s", r.Key, r.Keep, r.Ask))
		}
	}
	for i, y := range c.Agenda {
		if y.Ask != "" {
			say(fmt.Sprintf(".agenda.%d", i), fmt.Sprintf("%s is an assumption; the city has to confirm: %s", y.Key, y.Ask))
		}
	}
	for i, s := range c.Policy {
		if s.From.Value().After(now) {
			say(fmt.Sprintf(".policy.%d", i), fmt.Sprintf("%s holds from %s, which is yet to come", s.Key, s.From))
		}
	}
	slices.SortStableFunc(ms, func(a, b Mistake) int { return a.Line - b.Line })
	return ms
}
