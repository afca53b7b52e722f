package desk

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/figures"
	"madoguchi/triage/staff"
)

// SmallCell is the least number of cases that is shown, as the health ministry's rule for its database of claims has it
// for municipalities (NDB guideline: fewer than 10 are suppressed). A smaller one may point at a child.
const SmallCell = 10

// SmallSchool is the least number that is shown of a school: the same guideline is stricter where few people are meant.
const SmallSchool = 20

// Statistics counts cases.
type Statistics struct {
	From, To  time.Time        // whole months
	Whole     bool             // they are whole fiscal years; otherwise no kinds are told
	Total     Count            //
	Months    map[string]Count // 2026-12
	Of        map[string]map[string]Count
	Cross     *Cross // of one fiscal year: its months by the door
	SmallCell int    // what is fewer than this is withheld
}

// Cross is a table of months by doors, with its sums.
type Cross struct {
	figures.Grid
	Months, Doors []string
}

// Count is a number of cases, or withheld where it is so small that it could point at a child.
type Count = figures.Cell

// NotAsked is how many cases were resolved without the parents having been asked. It stands beside no other kind, so that none
// and few must look alike: what is not in the list is withheld.
func NotAsked(of map[string]map[string]Count) Count {
	if c, ok := of[ByParents][notAsked]; ok {
		return c
	}
	return Count{Withheld: true}
}

const notAsked = "not_asked"

// What cases are counted by: a case is of one kind, or of several where that is said.
const (
	ByDoor      = "channels" // the one it came by first
	BySeverity  = "severity"
	ByFlag      = "flags"                  // several
	ByManner    = "manners"                // of bullying, as ashiya-policy:97-104 lists them; several
	BySchool    = "schools"                // that were told, or reported; several
	ByStage     = "stages"                 // of these schools: elementary, junior, other; several
	ByOutcome   = "outcome"                // where it stands
	ByAnswer    = "answer"                 // answered, waiting, withdrawn (before an answer), ended (without one)
	ByAbout     = "about"                  // whom it is about, as the seeker says
	ByParents   = "parents"                // not_asked: resolved without the parents having been asked
	ByGrade     = "grades"                 // es_low, es_high, teen, as the child was asked for a consent, or a school reported; or unknown
	ByOrg       = "organisations"          // whose people have it, or had it last, where another employer than the city has some
	ByOrgAnswer = "organisations_answered" // whose people answered in it; several
	ByWait      = "wait"                   // how long it took to the first answer: 10m, 1h, 24h, 72h, longer; no case without one
)

// dimensions are what is counted. Every school of the city is listed.
func (d *Desk) dimensions(orgs map[string]string) []figures.Dimension {
	var all []figures.Dimension
	for _, key := range []string{ByDoor, BySeverity, ByFlag, ByManner, ByStage, ByOutcome, ByAnswer, ByAbout, ByParents, ByGrade, ByWait} {
		all = append(all, figures.Dimension{Key: key, Least: SmallCell})
	}
	schools := figures.Dimension{Key: BySchool, Least: SmallSchool}
	for _, s := range d.City.Schools {
		schools.Kinds = append(schools.Kinds, s.ID)
	}
	return append(append(all, schools), byOrg(orgs)...)
}

// manners are the manners of bullying that a flag tells. Light blows and hard ones are one flag; what somebody is made to do
// is none.
var manners = map[triage.Flag]string{triage.Verbal: "verbal", triage.Exclusion: "exclusion", triage.Violence: "blows",
	triage.Extortion: "extortion", triage.Property: "property", triage.SNSSpread: "net"}

// Statistics counts the cases opened in the months of [from, to): the same for everybody, since two people whose numbers differ
// could subtract. A case that a lead is kept out of is counted for nobody: beside their own list a number that is one more would
// tell them of it. Of a year that has a report it tells what stands there.
func (d *Desk) Statistics(ctx context.Context, p staff.Person, from, to time.Time) (Statistics, error) {
	if !to.After(from) {
		return Statistics{}, bad("期間の終わりは、始まりより後にしてください。")
	}
	if err := d.record(ctx, p, "statistics", "", "", ""); err != nil {
		return Statistics{}, err
	}
	book, err := d.book(ctx)
	if err != nil {
		return Statistics{}, err
	}
	a := book.Ask(from, to)
	s := Statistics{From: a.From, To: a.To, Whole: a.Whole, Total: a.Total, Months: a.Months, Of: a.Of, SmallCell: SmallCell}
	if a.Whole && !a.To.After(a.From.AddDate(1, 0, 0)) && len(a.Months) > 0 {
		x := &Cross{}
		if x.Grid, x.Months, x.Doors = book.Cross(a.To.AddDate(0, 0, -1), ByDoor); len(x.Months) > 0 {
			s.Cross = x
		}
		if _, kept := s.Of[ByAway]; !kept {
			s.Of = maps.Clone(s.Of)
			s.Of[ByAway] = d.away(ctx, a.From, a.To)
		}
	}
	return s, nil
}

// book counts every case there is, but those that a lead is kept out of.
func (d *Desk) book(ctx context.Context) (*figures.Book, error) {
	kept, err := d.Yearly.All(ctx)
	if err != nil {
		return nil, err
	}
	orgs, err := d.orgs(ctx)
	if err != nil {
		return nil, err
	}
	everybody, err := d.everybody(ctx)
	if err != nil {
		return nil, err
	}
	var items []figures.Item
	err = d.each(ctx, triage.Query{Erased: true}, func(c triage.Case) error {
		if keptFrom(c, everybody, leads) {
			return nil
		}
		x := d.counted(c)
		ofOrgs(x.Of, c, orgs)
		items = append(items, x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return figures.New(items, d.dimensions(orgs), SmallCell, d.Clock.Now(), slices.Collect(maps.Values(kept))...), nil
}

// counted is the case as it is counted.
func (d *Desk) counted(c triage.Case) figures.Item {
	of := map[string][]string{ByDoor: {"other"}, BySeverity: {string(c.Severity)}, ByOutcome: {string(c.State)}, ByAnswer: {became(c)}, BySchool: c.Schools()}
	if len(c.Channels) > 0 {
		of[ByDoor] = c.Channels[:1]
	}
	if c.About != "" {
		of[ByAbout] = []string{c.About}
	}
	for _, f := range c.Flags {
		of[ByFlag] = append(of[ByFlag], string(f))
		if m, ok := manners[f]; ok {
			of[ByManner] = append(of[ByManner], m)
		}
	}
	for _, id := range c.Schools() {
		of[ByStage] = append(of[ByStage], d.stage(id))
	}
	if c.State == triage.Resolved && slices.ContainsFunc(c.Observed, func(o triage.Observed) bool { return o.Kind == ParentNotAsked }) {
		of[ByParents] = []string{notAsked}
	}
	of[ByGrade] = []string{d.grade(c)}
	if w := waited(c); w != "" {
		of[ByWait] = []string{w}
	}
	return figures.Item{At: c.OpenedAt, Of: of}
}

// grade is how old the child is, where somebody asked with a consent, or a school's report says so.
func (d *Desk) grade(c triage.Case) string {
	for _, x := range slices.Backward(c.Consents) {
		if x.Age != "" {
			return string(x.Age)
		}
	}
	for _, f := range slices.Backward(c.Filed()) {
		switch stage := d.stage(f.School); {
		case stage == "junior":
			return string(triage.AgeTeen)
		case stage == "elementary" && f.Grade > 4:
			return string(triage.AgeHigh)
		case stage == "elementary" && f.Grade > 0:
			return string(triage.AgeLow)
		}
	}
	return "unknown"
}

// bands are the ends of the bands of a first answer. There is no middle and no longest: that would be one child's.
var bands = [...]struct {
	within time.Duration
	band   string
}{{10 * time.Minute, "10m"}, {time.Hour, "1h"}, {24 * time.Hour, "24h"}, {72 * time.Hour, "72h"}}

// waited is the band of the time from the first word to the first answer by a person, nights and all.
func waited(c triage.Case) string {
	if c.AnsweredAt.IsZero() {
		return ""
	}
	for _, w := range bands {
		if c.AnsweredAt.Sub(c.OpenedAt) <= w.within {
			return w.band
		}
	}
	return "longer"
}

// stage is what kind of school it is, as its name says.
func (d *Desk) stage(id string) string {
	s, _ := d.City.SchoolByID(id)
	switch {
	case strings.HasSuffix(s.Name, "小学校"):
		return "elementary"
	case strings.HasSuffix(s.Name, "中学校"):
		return "junior"
	}
	return "other"
}

// became tells what became of somebody who wrote.
func became(c triage.Case) string {
	switch {
	case !c.AnsweredAt.IsZero():
		return "answered"
	case c.Erased():
		return "withdrawn"
	case c.State == triage.Resolved || c.State == triage.Closed:
		return "ended"
	}
	return "waiting"
}
