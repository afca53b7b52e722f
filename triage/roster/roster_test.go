package roster_test

import (
	"slices"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/roster"
)

var at = time.Date(2026, 12, 1, 18, 0, 0, 0, time.FixedZone("JST", 9*60*60))

func order(picks []roster.Pick) []string {
	var logins []string
	for _, k := range picks {
		logins = append(logins, k.Login)
	}
	return logins
}

func TestSuggestOrdersAndNeverLeavesOut(t *testing.T) {
	psy, ssw := triage.Psychologist, triage.SocialWorker
	people := func(change ...func(p []roster.Person)) []roster.Person {
		p := []roster.Person{{Login: "a", Role: psy, Here: true}, {Login: "b", Role: ssw, Here: true}, {Login: "c", Role: psy, Here: true}}
		for _, f := range change {
			f(p)
		}
		return p
	}
	for name, c := range map[string]struct {
		ask    roster.Ask
		people []roster.Person
		want   []string
	}{
		"profession": {roster.Ask{Roles: []triage.Role{ssw}}, people(), []string{"b", "a", "c"}},
		"both":       {roster.Ask{Roles: []triage.Role{psy, ssw}}, people(), []string{"a", "c", "b"}},
		"who is there first": {roster.Ask{Roles: []triage.Role{psy}}, people(func(p []roster.Person) { p[0].Here = false }),
			[]string{"c", "b", "a"}},
		"a woman": {roster.Ask{Roles: []triage.Role{psy}, Wanted: triage.Wanted{Woman: true}},
			people(func(p []roster.Person) { p[2].Woman = true }), []string{"c", "a", "b"}},
		"whom she knows": {roster.Ask{Roles: []triage.Role{psy}, Former: "b", FormerAt: at.AddDate(0, 0, -30)}, people(), []string{"b", "a", "c"}},
		"whom she knew long ago": {roster.Ask{Roles: []triage.Role{psy}, Former: "b", FormerAt: at.AddDate(-1, 0, 0)}, people(),
			[]string{"a", "c", "b"}},
		"another one": {roster.Ask{Roles: []triage.Role{psy}, Former: "a", FormerAt: at, Wanted: triage.Wanted{Change: true}}, people(),
			[]string{"c", "b", "a"}},
		"the load": {roster.Ask{Roles: []triage.Role{psy}}, people(func(p []roster.Person) { p[0].Cases = 3 }), []string{"c", "a", "b"}},
		"too many warns": {roster.Ask{Roles: []triage.Role{psy}}, people(func(p []roster.Person) { p[0].Cases, p[2].Cases = 12, 11 }),
			[]string{"c", "a", "b"}},
		"a breather": {roster.Ask{Roles: []triage.Role{psy}}, people(func(p []roster.Person) { p[0].RestUntil = at.Add(time.Minute) }),
			[]string{"c", "b", "a"}},
		"away, whatever they did just now": {roster.Ask{Roles: []triage.Role{psy}, Former: "a", FormerAt: at}, people(func(p []roster.Person) { p[0].AwayUntil = at.Add(time.Hour) }),
			[]string{"c", "b", "a"}},
		"a language": {roster.Ask{Roles: []triage.Role{psy}, Wanted: triage.Wanted{Language: "vi"}},
			people(func(p []roster.Person) { p[1].Languages = []string{"en", "vi"} }), []string{"b", "a", "c"}},
	} {
		picks := roster.Suggest(c.ask, c.people, roster.Terms{Most: 12, Continuity: 90 * 24 * time.Hour}, at)
		if got := order(picks); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		slices.Reverse(c.people)
		if got := order(roster.Suggest(c.ask, c.people, roster.Terms{Most: 12, Continuity: 90 * 24 * time.Hour}, at)); !slices.Equal(got, c.want) {
			t.Errorf("%s, asked in another order: %v, want %v", name, got, c.want)
		}
	}
}

func TestShiftsAndBreathers(t *testing.T) {
	p := roster.Profile{Shifts: []roster.Shift{{Days: []time.Weekday{time.Tuesday}, From: 17 * 60, To: 22 * 60}}}
	for shift, want := range map[time.Time]bool{at: true, at.Add(-time.Hour): true, at.Add(-61 * time.Minute): false,
		at.Add(4 * time.Hour): false, at.Add(4*time.Hour - time.Minute): true, at.AddDate(0, 0, 1): false} {
		if p.OnShift(shift) != want {
			t.Errorf("on shift at %v: %v", shift, !want)
		}
	}
	night := roster.Shift{Days: []time.Weekday{time.Monday, time.Tuesday}, From: 22 * 60, To: 8 * 60}
	p = roster.Profile{Shifts: []roster.Shift{night}}
	tuesday := time.Date(2026, 12, 1, 0, 0, 0, 0, triage.JST)
	for shift, want := range map[time.Time]bool{tuesday: true, tuesday.Add(8*time.Hour - time.Minute): true, tuesday.Add(8 * time.Hour): false,
		tuesday.Add(22*time.Hour - time.Minute): false, tuesday.Add(22 * time.Hour): true, tuesday.Add(31 * time.Hour): true, tuesday.Add(32 * time.Hour): false,
		tuesday.Add(46 * time.Hour): false, tuesday.Add(-20 * time.Hour): false} {
		if p.OnShift(shift) != want {
			t.Errorf("over midnight, on shift at %v: %v", shift, !want)
		}
	}
	for _, s := range []roster.Shift{{From: 60, To: 120}, {Days: night.Days, From: 60, To: 60}, {Days: night.Days, From: -1, To: 60}, {Days: night.Days, From: 60, To: 1441}, {Days: []time.Weekday{7}, From: 60, To: 120}} {
		if s.Sound() {
			t.Errorf("%+v is no shift", s)
		}
	}
	if !night.Sound() || night.SayDays()+night.SayHours() != "月火22:00–翌08:00" {
		t.Error(night.SayDays(), night.SayHours())
	}
	tired := roster.Profile{RestUntil: at.Add(time.Minute)}
	for _, c := range []struct {
		severity triage.Severity
		others   int
		want     bool
	}{{triage.Emergency, 0, true}, {triage.Emergency, 1, false}, {triage.Urgent, 0, false}, {triage.Routine, 3, false}} {
		if got := roster.May(tired, c.severity, c.others, at); got != c.want {
			t.Errorf("%s with %d others: %v", c.severity, c.others, got)
		}
	}
	if !roster.May(tired, triage.Routine, 3, at.Add(time.Minute)) {
		t.Error("a breather does not end")
	}
}

func TestHeard(t *testing.T) {
	for text, want := range map[string]triage.Wanted{
		"女の人がいい":              {Woman: true},
		"話すなら、女の先生がいいです。":     {Woman: true},
		"できれば女性の相談員にお願いします":   {Woman: true},
		"男の人がいいな":             {Man: true},
		"担当をかえてほしい":           {Change: true},
		"べつの人がいいです":           {Change: true},
		"ちがう人にかわってほしい。女の人がいい": {Woman: true, Change: true},
		"女の子にけられた":            {},
		"女の人がこわい":             {},
		"男の先生にさわられた":          {},
		"女の人じゃなくてもいい":         {},
		"ほかの人にいわないで":          {},
		"クラスがえで担任がかわった":       {},
	} {
		got := roster.Heard(text)
		if got.Woman != want.Woman || got.Man != want.Man || got.Change != want.Change {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestFindTakesTheFirstBranchThatHolds(t *testing.T) {
	tree := []roster.Branch{
		{Key: "danger", Any: []string{"suicide"}, Roles: []triage.Role{triage.Psychologist},
			Below: []roster.Branch{{Key: "home", All: []string{"absence"}, Roles: []triage.Role{triage.Psychologist, triage.SocialWorker}, Consult: []triage.Role{triage.Lawyer}}}},
		{Key: "did", Any: []string{"about.did"}, Unless: []string{"severity.urgent"}, Consult: []triage.Role{triage.Board}},
	}
	for _, c := range []struct {
		of   triage.Case
		key  string
		to   []triage.Role
		also []triage.Role
	}{
		{triage.Case{Flags: []triage.Flag{triage.Suicide}}, "danger", []triage.Role{triage.Psychologist}, nil},
		{triage.Case{Flags: []triage.Flag{triage.Suicide, triage.Absence}}, "danger.home", []triage.Role{triage.Psychologist, triage.SocialWorker}, []triage.Role{triage.Lawyer}},
		{triage.Case{Flags: []triage.Flag{triage.Absence}, Severity: triage.Soon}, "", []triage.Role{triage.SocialWorker}, nil},
		{triage.Case{About: "did", Severity: triage.Soon}, "did", []triage.Role{triage.Psychologist}, []triage.Role{triage.Board}},
		{triage.Case{About: "did", Severity: triage.Emergency}, "", []triage.Role{triage.Psychologist}, nil},
	} {
		w := roster.Find(tree, c.of)
		if w.Key != c.key || !slices.Equal(w.Roles, c.to) || !slices.Equal(w.Consult, c.also) {
			t.Errorf("%v: %s %v %v", c.of.Flags, w.Key, w.Roles, w.Consult)
		}
	}
}

// Who is away is not said to be there, and is asked to stand beside nobody.
func TestWhoIsAway(t *testing.T) {
	p := []roster.Person{{Login: "a", Here: true, Profile: roster.Profile{AwayUntil: time.Date(2026, 12, 6, 0, 0, 0, 0, triage.JST)}}, {Login: "b", Here: true}}
	picks := roster.Suggest(roster.Ask{}, p, roster.Terms{}, at)
	if k := picks[1]; k.Login != "a" || k.Here || slices.Contains(k.For, "いま、ここにいます") || k.Against[0] != "12月5日まで休みです" {
		t.Errorf("%+v", k)
	}
	if s := roster.Seconds(picks, "b"); len(s) != 0 {
		t.Errorf("seconds: %v", order(s))
	}
	if k := roster.Suggest(roster.Ask{}, p[:1], roster.Terms{}, p[0].AwayUntil)[0]; !k.Here {
		t.Errorf("back again: %+v", k)
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ said, text, want string }{
		{"", "I don't want to go to school. They hit me.", "en"},
		{"", "hi, please help me", "en"},
		{"en", "help", "en"},
		{"vi", "Con không muốn đi học", "vi"},
		{"en", "たすけて", ""},
		{"", "学校で hello と言われて無視されました", ""},
		{"", "LINE", ""},
		{"en", "[人物A]", ""},
		{"en", "", ""},
		{"", "OD 20T", ""},
	} {
		if got := roster.Language(c.said, c.text); got != c.want {
			t.Errorf("%q, the page says %q: %q, want %q", c.text, c.said, got, c.want)
		}
	}
	here := roster.Person{Login: "b", Here: true, Profile: roster.Profile{Languages: []string{"pt-BR"}}}
	picks := roster.Suggest(roster.Ask{Wanted: triage.Wanted{Language: "pt"}}, []roster.Person{{Login: "a", Here: true}, here}, roster.Terms{}, at)
	if picks[0].Login != "b" {
		t.Errorf("%v", order(picks))
	}
}
