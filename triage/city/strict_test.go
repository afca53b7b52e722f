package city_test

import (
	"strings"
	"testing"

	"madoguchi/deploy/cities"
	"madoguchi/triage/city"
)

// A city's duties are checked to the last word, and may ask for no less than the nation's. Every mistake has its line.
func TestDutiesAreCheckedWithTheirLines(t *testing.T) {
	_, ashiya, _ := cities.City("ashiya")
	const begin = "duties:\n"
	rule := func(lines ...string) string { return begin + "  - " + strings.Join(lines, "\n    ") + "\n" }
	ask := func(more ...string) string {
		return rule(append([]string{"key: police", "what: x", "source: x", "any: [sure.extortion, sure.sexual, observed.crime]", "owner: assignee",
			"met: [told.police]", "decide: [{key: told, say: x}]", "renews: true"}, more...)...)
	}
	for _, tt := range []struct{ name, from, to, want string }{
		{"no source", begin, rule("key: x", "what: x", "any: [suicide]", "owner: assignee", "due: 1bd"), "expected source: document:line"},
		{"no facts", begin, rule("key: x", "what: x", "source: x", "owner: assignee", "due: 1bd"), "expected any or all"},
		{"unknown fact", begin, rule("key: x", "what: x", "source: x", "any: [sorrow]", "owner: assignee", "due: 1bd"), `any: expected names of facts, not "sorrow"`},
		{"unknown choice", begin, rule("key: x", "what: x", "source: x", "any: [decided.police.later]", "owner: assignee", "due: 1bd"), `not "decided.police.later"`},
		{"unknown form", begin, rule("key: x", "what: x", "source: x", "any: [suspected]", "met: [reported.form9]", "owner: assignee", "due: 1bd"), `met: expected names of facts, not "reported.form9"`},
		{"owner", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: mayor", "due: 1bd"), "owner: one of assignee"},
		{"shown to a school that is not told", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: school", "due: 1bd", "shown: true"), "shown: expected a duty of the school that begins with told.school"},
		{"shown, and not the school's", begin, rule("key: x", "what: x", "source: x", "all: [told.school]", "owner: board", "due: 1bd", "shown: true"), "shown: expected a duty of the school"},
		{"no time", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee"), "expected due: when it must be done"},
		{"no term", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: soon"), "due: expected at_once, same_day, promptly"},
		{"no business days", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: 0bd"), "due: expected at_once"},
		{"no such day", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: 02-31"), "due: expected at_once"},
		{"until without every", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: 7d", "until: [over]"), "until: expected every"},
		{"number", begin, rule("key: x", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: 7d", "numbers: [nobody]"), `expected keys of numbers, not "nobody"`},
		{"twice", begin, rule("key: plan", "what: x", "source: x", "any: [suicide]", "owner: assignee", "due: 7d"), "this one is there twice"},
		{"unknown key", begin, rule("key: x", "what: x", "because: y"), `unknown key "because"`},
		{"fact of itself", begin, "facts:\n  - {key: x, name: x, any: [x], source: x}\n" + begin, `any: expected names of facts, not "x"`},
		{"fact without a reason", begin, "facts:\n  - {key: x, name: x, source: x}\n" + begin, "expected any, absent_total or absent_run"},

		{"later than the nation", begin, ask("due: 2h"), "due: expected never later than the nation's at_once"},
		{"even if only sometimes", "due: promptly\n    met: [observed.serious", "due: 4bd\n    met: [observed.serious", "due: expected never later than the nation's promptly"},
		{"fewer facts", begin, strings.Replace(ask("due: at_once"), ", observed.crime", "", 1), "any: expected all facts for which the nation asks for police"},
		{"another condition", begin, ask("due: at_once", "all: [told.school]"), "all: expected no condition that the nation does not make"},
		{"an exception", begin, ask("due: at_once", "unless: [watching]"), "unless: expected no exception"},
		{"another way out", begin, strings.Replace(ask("due: at_once"), "[told.police]", "[told.police, told.guardian]", 1), "met: expected no other act"},
		{"no decision", begin, strings.Replace(ask("due: at_once"), "decide: [{key: told, say: x}]", "hint: x", 1), "decide: expected a decision"},
		{"once for ever", begin, strings.Replace(ask("due: at_once"), "renews: true", "renews: false", 1), "renews: true, as the nation has it"},
		{"every month", begin, rule("key: article23", "what: x", "source: x", "any: [suspected]", "owner: assignee", "due: promptly", "met: [told.school]",
			"decide: [{key: x, say: x}]", "every: 30d", "until: [told.school, over]"), "every: never later than the nation's 7d"},
		{"a shorter watch", "watch_months: 3 ", "watch_months: 2 ", "watch_months: expected no laxer than the national layer: at least 3"},
		{"a slower answer", "watch_months: 3 ", "answer_within: {emergency: 1h, urgent: 2h, soon: 24h, routine: 3d}\n  watch_months: 3 ", "emergency: expected no laxer"},
		{"a danger looked at later", "watch_months: 3 ", "risk_again: {high: 3d, other: 7d}\n  watch_months: 3 ", "risk_again.high: expected no laxer"},
		{"a danger of no kind", "watch_months: 3 ", "risk_again: {low: 3d}\n  watch_months: 3 ", "risk_again.low: expected high or other"},
		{"an answer in more days of work", "watch_months: 3 ", "answer_within: {emergency: 5m, urgent: 2h, soon: 2bd, routine: 3bd}\n  watch_months: 3 ", "soon: expected no laxer"},
		{"what presses in days of work", "watch_months: 3 ", "answer_within: {emergency: 5m, urgent: 1bd, soon: 1bd, routine: 3bd}\n  watch_months: 3 ", "urgent: expected no laxer"},
		{"an answer when the records end", "watch_months: 3 ", "answer_within: {emergency: 5m, urgent: 2h, soon: keep, routine: 3bd}\n  watch_months: 3 ", "soon: expected a length of time such as 2h, or days of work"},
		{"a slower 直ちに", "watch_months: 3 ", "at_once: 2h\n  watch_months: 3 ", "at_once: expected no laxer"},
		{"a slower 速やかに", "watch_months: 3 ", "promptly: 5bd\n  watch_months: 3 ", "promptly: expected no laxer"},
		{"a higher threshold", begin, "facts:\n  - {key: absent_long, name: x, absent_total: 60, source: x}\n" + begin, "at least what the national layer counts as absent_long"},
		{"a narrower suspicion", begin, "facts:\n  - {key: suspected, name: x, any: [violence], source: x}\n" + begin, "at least what the national layer counts as suspected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := strings.Replace(string(ashiya), tt.from, tt.to, 1)
			if data == string(ashiya) {
				t.Fatal("the fixture changes nothing")
			}
			_, err := load(t, city.File{Name: "busted.yaml", Data: []byte(data)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "busted.yaml:") || strings.Contains(err.Error(), "busted.yaml:1:") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// Stricter is allowed, and so is more.
func TestACityMayBeStricter(t *testing.T) {
	_, ashiya, _ := cities.City("ashiya")
	data := strings.NewReplacer("watch_months: 3 ", "watch_months: 6\n  at_once: 10m\n  promptly: 1bd #",
		"duties:\n", "facts:\n  - {key: absent_long, name: x, absent_total: 20, source: x}\nduties:\n  - {key: x, what: x, source: x, any: [suicide], owner: board, due: 1bd}\n").Replace(string(ashiya))
	c, err := load(t, city.File{Name: "strict.yaml", Data: []byte(data)})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Rules().Rule("x"); !ok || c.CaseTerms().WatchPeriod.Months != 6 {
		t.Errorf("%+v", c.Terms)
	}
}

// A mistake in the nation's layer is named as one of its file.
func TestTheNationsLayerIsCheckedAsWell(t *testing.T) {
	name, data := cities.National()
	busted := strings.Replace(string(data), "any: [abuse]", "any: [abused]", 1)
	own, ashiya, _ := cities.City("ashiya")
	_, err := city.Load(file(own, ashiya), city.File{Name: name, Data: []byte(busted)}, file(cities.Texts()), nil)
	if err == nil || !strings.HasPrefix(err.Error(), "_national.yaml:") || !strings.Contains(err.Error(), `not "abused"`) {
		t.Errorf("got %v", err)
	}
}
