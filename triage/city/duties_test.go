package city_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/duty"
)

func carried(t *testing.T, id string) *city.City {
	t.Helper()
	name, data, _ := cities.City(id)
	c, err := load(t, file(name, data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// course is a case as it goes on under a city's rules.
type course struct {
	t      *testing.T
	city   *city.City
	c      triage.Case
	events []triage.Event
}

func (s *course) add(e triage.Event) {
	e.ID, e.Seq = fmt.Sprint(len(s.events)), int64(len(s.events)+1)
	s.c, s.events = s.c.With(e), append(s.events, e)
}

// ruled lets the rules find what they find.
func (s *course) ruled(now time.Time) {
	for range 20 {
		owe := s.city.Rules().Owe(s.c, s.events, s.city, now)
		for _, d := range owe {
			s.add(triage.Event{At: now, Kind: triage.KindDuty, From: triage.System, Duty: &d})
		}
		if len(owe) == 0 {
			return
		}
	}
	s.t.Fatal("the rules never come to rest")
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", text, triage.JST)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// step plays a line: a time, what happened, and the words that belong to it.
//
//	says SEVERITY FLAG…      the seeker writes
//	tells RECIPIENT          somebody is told; school is a hand-off
//	answers                  the school says what it does
//	reports FORM
//	observed KIND DAY [DAYS]
//	claimed
//	state STATE
//	did DUTY [DECISION]
func (s *course) step(line string) {
	s.t.Helper()
	w := strings.Fields(line)
	now := moment(s.t, w[0]+" "+w[1])
	e := triage.Event{At: now, From: triage.Counselor, By: "sato"}
	switch what, words := w[2], w[3:]; what {
	case "says":
		e.Kind, e.From, e.By, e.Channel = triage.KindMessage, triage.Seeker, "", "chat"
		e.Judgement = &triage.Judgement{Severity: triage.Severity(words[0])}
		for _, f := range words[1:] {
			e.Judgement.Flags = append(e.Judgement.Flags, triage.Flag(f))
		}
	case "tells":
		e.Kind = triage.KindHandoff
		e.Handoff = &triage.Handoff{ID: fmt.Sprint("h", len(s.events)), Recipient: words[0], By: "sato"}
	case "answers":
		e.Kind, e.From, e.By = triage.KindHandoff, triage.AtSchool, "hinode"
		e.Handoff = &triage.Handoff{ID: s.c.Handoffs[0].ID, State: triage.HandoffHandling}
	case "reports":
		e.Kind, e.From, e.By = triage.KindReport, triage.AtSchool, "hinode"
		e.Report = &triage.Report{ID: fmt.Sprint("r", len(s.events)), School: "hinode-jhs", Form: words[0]}
		if len(words) > 1 {
			e.Judgement = &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.Flag(words[1])}}
		}
	case "observed":
		e.Kind, e.Observed = triage.KindState, &triage.Observed{Kind: words[0], On: words[1]}
		if len(words) > 2 {
			fmt.Sscan(words[2], &e.Observed.Days)
		}
	case "claimed":
		e.Kind, e.Assignment = triage.KindAssignment, &triage.Assignment{Do: triage.DoClaim, To: "sato"}
	case "state":
		e.Kind, e.Change = triage.KindState, &triage.Change{To: triage.State(words[0])}
	case "did":
		e.Kind = triage.KindDuty
		i := slices.IndexFunc(s.c.Duties, func(d triage.Duty) bool { return d.What == words[0] && d.DoneAt.IsZero() })
		if i < 0 {
			s.t.Fatalf("%s: no such duty is open: %s", line, s.owed())
		}
		d := s.c.Duties[i]
		d.DoneAt, d.By = now, "sato"
		if len(words) > 1 {
			d.Decision = words[1]
		}
		e.Duty = &d
	default:
		s.t.Fatalf("%s: no such step", line)
	}
	s.add(e)
	s.ruled(now)
}

// owed lists the open duties with their owners and times, by key.
func (s *course) owed() string {
	var lines []string
	for _, d := range s.c.Duties {
		if d.DoneAt.IsZero() {
			lines = append(lines, fmt.Sprintf("%s %s %s", d.What, d.Owner, d.DueAt.In(triage.JST).Format("2006-01-02 15:04")))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Each city's rules in the words of its file: what happened, and what is owed then. 2026-12-01 is a Tuesday; Asahikawa is
// closed from 12/30 to 1/4, the others from 12/29 to 1/3.
func TestDutiesOfEachCity(t *testing.T) {
	for _, tt := range []struct{ name, city, steps, owed string }{
		{"nothing is suspected", "asahikawa", `2026-12-01 10:00 says routine other`, ``},
		{"the bullied child: 23条 in three working days, the meeting in a week", "asahikawa", `
			2026-12-01 10:00 says soon verbal`, `
			article23 assignee 2026-12-04 17:15
			weekly_meeting coordinator 2026-12-08 10:00`},
		{"over the turn of the year, in working days", "asahikawa", `2026-12-28 10:00 says soon verbal`, `
			article23 assignee 2027-01-06 17:15
			weekly_meeting coordinator 2027-01-05 17:15`}, // and nobody meets on the fourth
		{"the same in another calendar", "usuki", `2026-12-28 10:00 says soon verbal`, `article23 assignee 2027-01-06 17:00`},
		{"a Friday before a holiday", "ashiya", `2026-11-20 16:00 says soon verbal`, `article23 assignee 2026-11-26 17:30`},
		{"not told: decided again every week", "usuki", `
			2026-12-01 10:00 says soon exclusion
			2026-12-03 15:00 did article23 talk_on
			2026-12-11 09:00 did article23 watch_unnamed`, `article23 assignee 2026-12-19 00:00`},
		{"told: not again", "ashiya", `
			2026-12-01 10:00 says soon exclusion
			2026-12-03 15:00 did article23 tell_school
			2026-12-03 16:00 tells school
			2026-12-03 17:00 answers
			2026-12-04 09:00 did plan
			2026-12-10 15:00 reports incident`, ``},
		{"told at once: that was the measure", "usuki", `
			2026-12-01 10:00 says soon exclusion
			2026-12-01 11:00 tells school
			2026-12-01 12:00 reports incident
			2026-12-01 13:00 reports resolution`, ``},
		{"a school's own report is known to the school", "asahikawa", `2026-12-01 10:00 reports incident verbal`, `
			weekly_meeting coordinator 2026-12-08 10:00`},
		{"suspected abuse: at once, in the evening as by day", "usuki", `2026-12-04 21:00 says urgent abuse_home`, `abuse_notice assignee 2026-12-04 21:30`},
		{"a person suspects abuse", "asahikawa", `2026-12-04 21:00 observed abused 2026-12-04`, `abuse_notice assignee 2026-12-04 21:30`},
		{"the child guidance centre was told", "ashiya", `
			2026-12-04 21:00 says urgent abuse_home
			2026-12-04 21:10 tells child_guidance`, ``},
		{"new words of abuse after a notice are a new notice", "ashiya", `
			2026-12-04 21:00 says urgent abuse_home
			2026-12-04 21:10 tells child_guidance
			2026-12-09 10:00 says urgent abuse_home`, `abuse_notice assignee 2026-12-09 10:30`},
		{"money taken: the police at once, or why not", "usuki", `2026-12-01 10:00 says urgent extortion`, `
			article23 assignee 2026-12-04 17:00
			police assignee 2026-12-01 10:30`},
		{"it was none for the police", "usuki", `
			2026-12-01 10:00 says urgent extortion
			2026-12-01 10:20 did police not_crime`, `article23 assignee 2026-12-04 17:00`},

		{"困難ケース: nothing is asked of a school that does not know", "asahikawa", `2026-12-01 10:00 says soon absence verbal`, `
			article23 assignee 2026-12-04 17:15
			weekly_meeting coordinator 2026-12-08 10:00`},
		{"困難ケース: the school reports every week", "asahikawa", `
			2026-12-01 10:00 says soon absence verbal
			2026-12-01 11:00 tells school
			2026-12-07 16:00 reports weekly
			2026-12-08 09:00 did weekly_meeting`, `
			school_report school 2026-12-04 17:15
			weekly_meeting coordinator 2026-12-16 00:00
			weekly_report school 2026-12-15 00:00`},
		{"a report on a case that somebody has is to be read", "usuki", `
			2026-12-01 10:00 says soon other
			2026-12-01 10:10 claimed
			2026-12-01 11:00 reports weekly`, `read_report assignee 2026-12-02 17:00`},
		{"など: a person makes it a hard case, and ends that", "asahikawa", `
			2026-12-01 10:00 says soon verbal
			2026-12-01 11:00 tells school
			2026-12-01 12:00 reports incident
			2026-12-02 09:00 observed hard 2026-12-02
			2026-12-08 10:00 did weekly_meeting
			2026-12-09 09:00 did weekly_report
			2026-12-10 09:00 observed eased 2026-12-10`, `weekly_meeting coordinator 2026-12-16 00:00`},
		{"in the others there is no such thing", "ashiya", `
			2026-12-01 10:00 says soon absence verbal
			2026-12-01 11:00 tells school
			2026-12-01 12:00 reports incident
			2026-12-01 13:00 did plan`, ``},
		{"重大化のおそれ: shared at once, the team decided", "asahikawa", `
			2026-12-01 10:00 says urgent violence
			2026-12-01 10:05 did emergency_team send
			2026-12-01 10:10 did article23 tell_school`, `
			article23 assignee 2026-12-09 00:00
			weekly_meeting coordinator 2026-12-08 10:00`},

		{"即日, inside the school", "ashiya", `
			2026-12-04 10:00 says soon verbal
			2026-12-04 16:40 tells school`, `
			plan school 2026-12-09 17:30
			same_day school 2026-12-05 00:00
			school_report school 2026-12-09 17:30`},
		{"様式1 速やかに, 様式2 直ちに, the meeting", "usuki", `
			2026-12-04 10:00 says soon verbal
			2026-12-04 16:00 tells school`, `
			emergency_meeting school 2026-12-09 17:00
			incident_report school 2026-12-09 17:00
			resolution_report school 2026-12-04 16:30`},

		{"it stopped: three months", "ashiya", `
			2026-12-01 10:00 observed stopped 2026-12-01`, `watch_over assignee 2027-03-01 00:00`},
		{"three months from the last of August", "usuki", `
			2026-08-31 10:00 observed stopped 2026-08-31`, `watch_over assignee 2026-11-30 00:00`},
		{"again: the watch begins anew", "ashiya", `
			2026-12-01 10:00 observed stopped 2026-12-01
			2027-01-20 10:00 observed recurred 2027-01-18`, `watch_again assignee 2027-01-25 17:30`},
		{"and stopped again: three months from then", "ashiya", `
			2026-12-01 10:00 observed stopped 2026-12-01
			2027-01-20 10:00 observed recurred 2027-01-18
			2027-02-01 10:00 observed stopped 2027-01-31`, `watch_over assignee 2027-04-30 00:00`},
		{"words of the same after it stopped are looked into", "asahikawa", `
			2026-12-01 10:00 reports incident verbal
			2026-12-02 10:00 observed stopped 2026-12-02
			2027-01-12 10:00 says soon verbal
			2027-01-12 11:00 did weekly_meeting`, `
			watch_check assignee 2027-01-15 17:15
			watch_over assignee 2027-03-02 00:00
			weekly_meeting coordinator 2027-01-20 00:00`},
		{"resolved: still to be looked after, and records to keep", "ashiya", `
			2026-12-01 10:00 observed stopped 2026-12-01
			2027-03-02 10:00 state resolved`, `
			observe_on assignee 2027-04-01 10:00
			retention supervisor 2028-04-01 00:00`},
		{"a child's own word for 重大事態 is taken as it is", "asahikawa", `
			2026-12-01 10:00 observed declared 2026-12-01`, `
			article23 assignee 2026-12-04 17:15
			article28 coordinator 2026-12-04 17:15
			article30 coordinator 2026-12-01 10:30
			emergency_team coordinator 2026-12-01 10:30
			weekly_meeting coordinator 2026-12-08 10:00`},
		{"thirty days of absence", "ashiya", `
			2026-12-01 09:00 reports incident verbal
			2026-12-01 10:00 observed absent_total 2026-12-01 29
			2026-12-01 11:00 did plan
			2026-12-01 12:00 reports incident
			2026-12-08 10:00 observed absent_total 2026-12-08 30`, `serious_ask school 2026-12-11 17:30`},
		{"days one after another: before thirty", "usuki", `
			2026-12-01 10:00 reports incident verbal
			2026-12-01 11:00 reports resolution
			2026-12-08 10:00 observed absent_run 2026-12-08 7`, `serious_ask board 2026-12-11 17:00`},
		{"the board says it is one", "usuki", `
			2026-12-01 10:00 reports incident verbal
			2026-12-01 11:00 reports resolution
			2026-12-08 10:00 observed absent_run 2026-12-08 7
			2026-12-09 10:00 did serious_ask serious`, `
			article28 coordinator 2026-12-14 17:00
			article30 school 2026-12-09 10:30`},
		{"fourteen days", "usuki", `2026-12-01 10:00 observed absent_total 2026-12-01 14`, ``},
		{"fifteen days: ほっとりぼん by 29 March", "usuki", `2026-12-01 10:00 observed absent_total 2026-12-01 15`, `hottoribon school 2027-03-30 00:00`},
		{"a separate room, after that day of the year", "usuki", `2027-03-30 10:00 observed separate_room 2027-03-30`, `hottoribon school 2028-03-30 00:00`},
		{"then the talk at the beginning of April", "usuki", `
			2026-12-01 10:00 observed absent_total 2026-12-01 15
			2027-03-26 10:00 did hottoribon`, `hottoribon_april school 2027-04-08 00:00`},
		{"a sheet is Usuki's alone", "ashiya", `2026-12-01 10:00 observed absent_total 2026-12-01 15`, ``},
		{"closed in March: the fiscal year after that one", "asahikawa", `2027-03-31 10:00 says routine other
			2027-03-31 11:00 state closed`, `retention supervisor 2028-04-01 00:00`},
		{"closed in April: a year later", "asahikawa", `2027-04-01 10:00 says routine other
			2027-04-01 11:00 state closed`, `retention supervisor 2029-04-01 00:00`},
		{"a suspicion of bullying: five fiscal years", "usuki", `2027-03-31 10:00 says routine verbal
			2027-03-31 10:30 did article23 talk_on
			2027-03-31 11:00 state closed`, `retention supervisor 2032-04-01 00:00`},
		{"over, and then a suspicion after all: the longest of its classes holds, and never a shorter one again", "usuki", `
			2027-03-31 10:00 says routine other
			2027-03-31 11:00 state closed
			2027-04-20 10:00 observed abused 2027-03-01
			2027-04-20 10:30 did abuse_notice not_abuse`, `retention supervisor 2032-04-01 00:00`},
		{"open again: its records are in use", "asahikawa", `2027-04-01 10:00 says routine other
			2027-04-01 11:00 state closed
			2027-05-01 11:00 says routine other`, ``},
	} {
		t.Run(tt.city+": "+tt.name, func(t *testing.T) {
			s := &course{t: t, city: carried(t, tt.city)}
			for line := range strings.Lines(strings.TrimSpace(tt.steps)) {
				s.step(strings.TrimSpace(line))
			}
			var want []string
			for line := range strings.Lines(strings.TrimSpace(tt.owed)) {
				want = append(want, strings.TrimSpace(line))
			}
			if got := s.owed(); got != strings.Join(want, "\n") {
				t.Errorf("owed is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
			for _, d := range s.c.Duties {
				if d.Title == "" || d.Source == "" || len(d.Why) == 0 || d.Since.IsZero() || d.ClimbAt.Before(d.DueAt) {
					t.Errorf("%s does not explain itself: %+v", d.What, d)
				}
			}
		})
	}
}

// A year of a hard case in Asahikawa, day by day: every week a meeting, and a report of the school that every third time
// has to be asked for.
func TestAYearOfAHardCase(t *testing.T) {
	began := time.Now()
	s := &course{t: t, city: carried(t, "asahikawa")}
	s.step("2026-04-01 10:00 says urgent suicide exclusion")
	s.step("2026-04-01 11:00 tells school")
	meetings, reports, climbed := 0, 0, 0
	for now := moment(t, "2026-04-01 12:00"); now.Before(moment(t, "2027-04-01 00:00")); now = now.Add(6 * time.Hour) {
		for _, d := range slices.Clone(s.c.Duties) {
			if !d.DoneAt.IsZero() || !d.Overdue(now) {
				continue
			}
			switch level := duty.Level(d, now); {
			case d.What == "weekly_report" && level < 2 && d.Turn%3 == 0:
				climbed++
				continue // the school is late; the coordinator waits until the supervisor has it
			case d.What == "weekly_report":
				s.step(now.Format("2006-01-02 15:04") + " reports weekly")
				reports++
			case d.What == "weekly_meeting":
				s.step(now.Format("2006-01-02 15:04") + " did weekly_meeting")
				meetings++
			}
		}
	}
	if meetings < 44 || meetings > 53 || reports < 41 || reports > 53 || climbed == 0 {
		t.Errorf("%d meetings, %d reports, %d looks at late ones", meetings, reports, climbed)
	}
	if n := len(s.c.Duties); n > 12 {
		t.Errorf("the case carries %d duties", n)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("a year took %s", took)
	}
}

// What presses is answered by the clock, at night as well. A city may owe the rest in days on which its desk works: then nothing of
// it is overdue while nobody is there.
func TestWhenAnAnswerIsDue(t *testing.T) {
	const terms = "channels:\n"
	name, data, _ := cities.City("asahikawa")
	own := strings.Replace(string(data), terms, "terms:\n  answer_within: {emergency: 5m, urgent: 2h, soon: 1bd, routine: 3bd}\n"+terms, 1)
	c, err := load(t, file(name, []byte(own)))
	if err != nil {
		t.Fatal(err)
	}
	byClock, ofWork := carried(t, "asahikawa").CaseTerms().AnswerBy, c.CaseTerms().AnswerBy
	for _, tt := range []struct {
		by       map[triage.Severity]triage.By
		severity triage.Severity
		at, due  string
	}{
		{ofWork, triage.Emergency, "2026-12-29 22:30", "2026-12-29 22:35"},
		{ofWork, triage.Urgent, "2026-12-29 22:30", "2026-12-30 00:30"},
		{ofWork, triage.Soon, "2026-12-29 22:30", "2027-01-05 17:15"},
		{ofWork, triage.Routine, "2026-12-29 22:30", "2027-01-07 17:15"},
		{ofWork, triage.Soon, "2026-12-01 09:00", "2026-12-02 17:15"},
		{ofWork, triage.Soon, "2026-12-04 21:00", "2026-12-07 17:15"}, // a Friday
		{byClock, triage.Soon, "2026-12-04 21:00", "2026-12-05 21:00"},
	} {
		if got := tt.by[tt.severity](moment(t, tt.at)).In(triage.JST).Format("2006-01-02 15:04"); got != tt.due {
			t.Errorf("%s of %s is due %s, want %s", tt.severity, tt.at, got, tt.due)
		}
	}
}
