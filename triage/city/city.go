// Package city holds a city's rules as data: who runs the desk and when, its terms, schools, telephone numbers and texts.
//
// A city is one YAML file over a national layer. Reading is strict: an unknown key, a value of the wrong form, a missing
// rule or a text with an unknown placeholder is a Mistake with its line and what is expected, and all of them are reported
// at once, because the person who mends the file is not the person who reads this code. A file's own examples (a text and
// the severity it must get) are run before it is accepted.
//
// A rule that the city has not stated is absent. It is never made up: what depends on it is off, or comes from the
// national layer, which says so.
package city

import (
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// City is a checked city file over the national layer.
type City struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`   // 旭川市
	Status  string   `yaml:"status"` // in_force, draft or sample
	Sources []Source `yaml:"sources"`

	Desk       Desk               `yaml:"desk"`
	Contact    Contact            `yaml:"contact"`
	NightCover string             `yaml:"night_cover"` // none, oncall or contractor
	NightPage  string             `yaml:"night_page"`  // from what on who is on call is told: urgent (the same as nothing) or emergency; see Wakes
	OnCall     []OnCall           `yaml:"oncall"`      // who is called, in order; nobody where night_cover is none
	Closed     Closed             `yaml:"closed"`
	Channels   map[string]Channel `yaml:"channels"`
	Terms      Terms              `yaml:"terms"`
	Facts      []Fact             `yaml:"facts"`     // what duties ask for, made of what is known of a case
	Duties     []Duty             `yaml:"duties"`    // what has to be done, and by when
	Routes     []Route            `yaml:"routes"`    // who gets which case
	Serious    Serious            `yaml:"serious"`   // the road of 重大事態
	Plan       PlanRule           `yaml:"plan"`      // 対処プラン
	Retention  []Retention        `yaml:"retention"` // how long each kind of record is kept
	Schools    []School           `yaml:"schools"`
	Office     Deputy             `yaml:"office"` // of the board of education, which is called when no one at a school answers
	Places     Places             `yaml:"places"`
	Numbers    []Number           `yaml:"numbers"`
	Texts      map[string]string  `yaml:"texts"`
	Policy     []Stated           `yaml:"policy"` // what the city's own policy states, subject by subject
	Agenda     []Yearly           `yaml:"agenda"` // what is done every year, for no case in particular
	Examples   []Example          `yaml:"examples"`

	unstated Mistakes // what must be said before the desk opens; see Unstated
}

// Source is a document that rules of the file come from.
type Source struct {
	Key  string `yaml:"key"`  // by which rules name it: usuki-policy
	Name string `yaml:"name"` // its title
	Date Date   `yaml:"date"`
	Note string `yaml:"note"`
}

// Desk is the desk as people see it.
type Desk struct {
	Name    string `yaml:"name"`    // 窓口名
	Neutral string `yaml:"neutral"` // the name on envelopes, mails and calls, which tells nothing
	Readers string `yaml:"readers"` // who reads, in a child's words
	Phone   string `yaml:"phone"`
	Address string `yaml:"address"`
	Fax     string `yaml:"fax"`
	Postage string `yaml:"postage"` // what stands in the box of 料金受取人払 on letter sheets: the post office's approval and its term
	Exit    string `yaml:"exit"`    // where すぐとじる leads
}

// Closed lists the days on which no channel is open.
type Closed struct {
	Holidays bool      `yaml:"holidays"` // 国民の祝日
	Days     []DaySpan `yaml:"days"`     // every year, such as 12-30/01-04
	Dates    []Date    `yaml:"dates"`    // single days
}

// Channel is when a door is answered. Writing is possible at any time.
type Channel struct {
	Hours     []Span  `yaml:"hours"`
	Closed    *Closed `yaml:"closed"`  // where this channel rests on other days than the desk
	Readers   string  `yaml:"readers"` // where another body reads this channel
	Source    string  `yaml:"source"`
	CheckedOn Date    `yaml:"checked_on"`
}

// Span is one opening on each of its days.
type Span struct {
	Days []Weekday `yaml:"days"`
	From Clock     `yaml:"from"`
	To   Clock     `yaml:"to"`
}

// Terms are the city's numbers; see triage.Terms for what each means.
type Terms struct {
	AnswerWithin       map[string]Term     `yaml:"answer_within"`
	Silence            map[string]Duration `yaml:"silence"` // after our answer to words of danger, by severity; by a door that is slow, under its name
	Lease              Duration            `yaml:"lease"`
	AcknowledgeWithin  Duration            `yaml:"acknowledge_within"`
	AcknowledgeUrgent  Duration            `yaml:"acknowledge_urgent"` // the same, where it is urgent
	LadderEvery        Duration            `yaml:"ladder_every"`       // from one deputy of a school to the next
	ConsentDays        int                 `yaml:"consent_days"`       // after which a yes is asked for again; 0: it does not end
	AnswerSchoolWithin Duration            `yaml:"answer_school_within"`
	CountersignWithin  Duration            `yaml:"countersign_within"`
	AtOnce             Duration            `yaml:"at_once"`     // what 直ちに means to the clock
	Promptly           Term                `yaml:"promptly"`    // what 速やかに means
	ClimbAfter         Term                `yaml:"climb_after"` // from a duty's time until the supervisor has it
	WatchMonths        int                 `yaml:"watch_months"`
	RiskWithin         map[string]Duration `yaml:"risk_again"` // from one look at a danger to life to the next: high, other; see RiskAgain
	CodeDays           int                 `yaml:"code_days"`
	EraseAfterDays     int                 `yaml:"erase_after_days"`
	MostCases          int                 `yaml:"most_cases"` // that one person has at a time; more are warned of, never refused
	Continuity         Duration            `yaml:"continuity"` // for how long who comes back goes to whom they know
	Breather           Duration            `yaml:"breather"`   // without a new case after an emergency
}

// School is a school that the desk can hand cases to.
type School struct {
	ID     string   `yaml:"id"`
	Name   string   `yaml:"name"`
	Short  []string `yaml:"short"`  // how children call it
	Runs   string   `yaml:"runs"`   // city, prefecture, nation or private: who may instruct it
	Small  bool     `yaml:"small"`  // so few pupils that a story may single somebody out
	Reader string   `yaml:"reader"` // who opens what we send, in a child's words
	Sample bool     `yaml:"sample"` // fictional: to be replaced before the desk opens
	Pupils int      `yaml:"pupils"` // how many there are, where that is stated
	Grades int      `yaml:"grades"` // in how many grades

	Deputies []Deputy `yaml:"deputies"` // who is called, in order, when nobody receives what was sent
	Office   Deputy   `yaml:"office"`   // who runs it, where that is not the city's board
}

// Places are names that say where somebody lives or goes; the anonymizer looks for them.
type Places struct {
	Stations []string `yaml:"stations"`
	Names    []string `yaml:"names"`
}

// Number is another place that people are told of: a telephone number, a page, a counter.
type Number struct {
	Key       string   `yaml:"key"`
	Name      string   `yaml:"name"`
	Reading   string   `yaml:"reading"` // the name with furigana, where a child could not read it
	Page      string   `yaml:"page"`    // its page, https://…, where one writes
	Reach     string   `yaml:"reach"`   // the number, or the name of a page; empty where nobody has stated one
	Say       string   `yaml:"say"`     // what to tell a child about it
	Topics    []string `yaml:"topics"`  // what it is there for; without one it stands on no sign-post
	Means     []string `yaml:"means"`   // how one speaks with it, where that is stated
	When      string   `yaml:"when"`    // its hours, in a child's words, where they are stated
	Night     bool     `yaml:"night"`   // answers at any hour
	Source    string   `yaml:"source"`
	CheckedOn Date     `yaml:"checked_on"`
}

// Example is a text that the city wants judged at least so gravely, and what has to come of it.
type Example struct {
	Text     string   `yaml:"text"`
	Severity string   `yaml:"severity"`
	Flags    []string `yaml:"flags"`  // found among others
	Branch   string   `yaml:"branch"` // of the routes, the last that takes it
	Duties   []string `yaml:"duties"` // owed at once, among others
	Not      []string `yaml:"not"`    // duties that are not owed
}

// SchoolByID returns the school of that id.
func (c *City) SchoolByID(id string) (School, bool) {
	i := slices.IndexFunc(c.Schools, func(s School) bool { return s.ID == id })
	if i < 0 {
		return School{}, false
	}
	return c.Schools[i], true
}

// CaseTerms are the terms in the form that cases use.
func (c *City) CaseTerms() triage.Terms {
	t := triage.Terms{
		AnswerBy:           map[triage.Severity]triage.By{},
		Lease:              c.Terms.Lease.Value(),
		AcknowledgeWithin:  c.Terms.AcknowledgeWithin.Value(),
		AnswerSchoolWithin: c.Terms.AnswerSchoolWithin.Value(),
		CountersignWithin:  c.Terms.CountersignWithin.Value(),
		WatchPeriod:        triage.Period{Months: c.Terms.WatchMonths},
	}
	for s, d := range c.Terms.AnswerWithin {
		t.AnswerBy[triage.Severity(s)] = func(from time.Time) time.Time { return c.term(d).After(from, c) }
	}
	return t
}

// RiskAgain is how soon a danger to life is looked at anew after that was found; 0 where the city has not said.
func (c *City) RiskAgain(r triage.Risk) time.Duration {
	if r.High() {
		return c.Terms.RiskWithin["high"].Value()
	}
	return c.Terms.RiskWithin["other"].Value()
}

// Samples lists the names of schools that are fictional and have to be replaced before the desk opens.
func (c *City) Samples() []string {
	var names []string
	for _, s := range c.Schools {
		if s.Sample {
			names = append(names, s.Name)
		}
	}
	return names
}

// Stale lists the keys of places, channels and the contact block whose facts were checked longer ago than the given age.
func (c *City) Stale(now time.Time, age time.Duration) []string {
	var keys []string
	for _, n := range c.Numbers {
		if now.Sub(n.CheckedOn.Value()) > age {
			keys = append(keys, "numbers."+n.Key)
		}
	}
	for name, ch := range c.Channels {
		if now.Sub(ch.CheckedOn.Value()) > age {
			keys = append(keys, "channels."+name)
		}
	}
	if on := c.Contact.CheckedOn; on != "" && now.Sub(on.Value()) > age {
		keys = append(keys, "contact")
	}
	slices.Sort(keys)
	return keys
}

// night writes the numbers that answer at any hour as a list in the catalogue's form.
func (c *City) night() string {
	var b strings.Builder
	for _, n := range c.Numbers {
		if n.Night {
			b.WriteString("・" + n.Say + "　**" + n.Reach + "**\n")
		}
	}
	return strings.TrimSpace(b.String())
}
