package city

import (
	"fmt"
	"regexp"
	"slices"

	"madoguchi/triage"
)

// OnCall is a person who is called when a case in danger waits and nobody takes it.
type OnCall struct {
	Name  string   `yaml:"name"`  // 当番1; as the case says who was called
	Reach string   `yaml:"reach"` // the telephone number, +81…
	By    []string `yaml:"by"`    // voice, sms: in the order in which they are tried
	Login string   `yaml:"login"` // their account at the desk, so that nobody is called to a case that they are kept out of
}

var numberForm = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)

// judgeOnCall holds the list to what night_cover says: somebody is there, or nobody is.
func (c *City) judgeOnCall(j *judge) {
	if c.NightCover == "none" {
		j.need(len(c.OnCall) == 0, ".oncall", "nobody, since night_cover is none")
		return
	}
	j.need(len(c.OnCall) > 0 || !slices.Contains([]string{"oncall", "contractor"}, c.NightCover), ".night_cover",
		"oncall: who is called, since night_cover is not none")
	for i, p := range c.OnCall {
		path := fmt.Sprintf(".oncall.%d", i)
		j.need(p.Name != "", path, "name: how the case calls who was called")
		j.need(numberForm.MatchString(p.Reach), path+".reach", "a telephone number such as +819012345678")
		j.need(len(p.By) > 0 && !slices.ContainsFunc(p.By, func(by string) bool { return by != "voice" && by != "sms" }), path+".by", "voice, sms, or both")
	}
}

// wakes are the flags of what is urgent for which somebody is told at night: somebody's own life, or harm from those whom a child
// goes home to. What else is urgent (blows at school, money) waits for the morning without getting worse by it.
var wakes = []triage.Flag{triage.Suicide, triage.SelfHarm, triage.AbuseHome, triage.Sexual}

// Wakes reports whether who is on call is told, once, of a case that waits unanswered while nobody is at the desk. An emergency
// is told of whatever the words are that it waits with, since it must never be less than of a child who is in less danger. A
// city that says nothing is taken to want to hear of what is urgent too: danger words page whoever is there.
func (c *City) Wakes(k triage.Case) bool {
	return k.Severity == triage.Emergency || c.NightPage != "emergency" && k.Severity == triage.Urgent && slices.ContainsFunc(k.Flags, func(f triage.Flag) bool { return slices.Contains(wakes, f) })
}

// Called returns who is called at that step of an alarm, and by which path, from 0: each person by their first path, then
// each by their next, and so on for as long as nobody answers. Whose login is out is passed over. False where nobody is on
// call.
func (c *City) Called(step int, out func(login string) bool) (OnCall, string, bool) {
	return c.called(step, out, func(p OnCall) []string { return p.By })
}

// Texted is Called for what does not have to wake the house: by a text message first, where there is that path.
func (c *City) Texted(step int, out func(login string) bool) (OnCall, string, bool) {
	return c.called(step, out, func(p OnCall) []string { return slices.Sorted(slices.Values(p.By)) }) // sms before voice
}

func (c *City) called(step int, out func(login string) bool, by func(OnCall) []string) (OnCall, string, bool) {
	var people []OnCall
	for _, p := range c.OnCall {
		if out == nil || !out(p.Login) {
			people = append(people, p)
		}
	}
	if len(people) == 0 {
		return OnCall{}, "", false
	}
	p := people[step%len(people)]
	paths := by(p)
	return p, paths[step/len(people)%len(paths)], true
}
