package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

type statisticsIn struct {
	From string `query:"from" doc:"2026-12-01, or a time; without it a year before to"`
	To   string `query:"to" doc:"2026-12-31 and that day with it, or a time before which; without it now"`
}

// Statistics counts cases by what they are. A number is null where it is so small that it could point at a child. What a lead is kept
// out of is counted for nobody.
type Statistics struct {
	From      time.Time       `json:"from" doc:"the beginning of a month"`
	To        time.Time       `json:"to" doc:"the end of one"`
	Total     *int            `json:"total" doc:"without the cases that a coordinator or supervisor is kept out of"`
	Months    map[string]*int `json:"months"`
	Channels  map[string]*int `json:"channels" doc:"by the door that a case came by first"`
	Severity  map[string]*int `json:"severity"`
	Flags     map[string]*int `json:"flags"`
	Schools   map[string]*int `json:"schools"`
	Manners   map[string]*int `json:"manners" doc:"of bullying; a case can have several"`
	Stages    map[string]*int `json:"stages" doc:"of the schools: elementary, junior, other"`
	Outcome   map[string]*int `json:"outcome" doc:"the state that the case is in"`
	Answer    map[string]*int `json:"answer" doc:"answered, waiting, withdrawn before an answer, ended without one"`
	About     map[string]*int `json:"about" doc:"whom it is about"`
	Grades    map[string]*int `json:"grades" doc:"es_low, es_high, teen, unknown: as the child was asked with a consent"`
	Wait      map[string]*int `json:"wait" doc:"to the first answer by a person: 10m, 1h, 24h, 72h, longer"`
	Orgs      map[string]*int `json:"organisations" doc:"whose people have the case, or had it last: own is the city; empty where nobody else employs anybody"`
	Answered  map[string]*int `json:"organisations_answered" doc:"whose people answered in it; a case can have several"`
	NotAsked  *int            `json:"parents_not_asked" doc:"cases resolved without the parents having been asked; none is withheld like few"`
	Whole     bool            `json:"whole" doc:"the period is whole fiscal years; otherwise only the total and the months are counted"`
	SmallCell int             `json:"small_cell" doc:"fewer than this is withheld"`
}

type statisticsOut struct{ Body Statistics }

type clockIn struct {
	Body struct {
		Advance string `json:"advance" doc:"72h"`
	}
}

// Clock is the desk's time.
type Clock struct {
	Now time.Time `json:"now"`
}

type clockOut struct{ Body Clock }

// longest is how far the demonstration's clock moves in one go: as long as records are kept.
const longest = 10 * 366 * 24 * time.Hour

// office registers what is beside the cases.
func (a *api) office() {
	a.visits()
	a.yearly()
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/statistics", Summary: "How many cases, small numbers withheld"},
		func(ctx context.Context, p staff.Person, in *statisticsIn) (*statisticsOut, error) {
			from, to, ok := period(in.From, in.To, a.Desk.Clock.Now())
			if !ok {
				return nil, badRequest()
			}
			s, err := a.Desk.Statistics(ctx, p, from, to)
			return &statisticsOut{counted(s)}, err
		})
	if a.Timer == nil {
		return
	}
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/demo/clock", Summary: "Move the demonstration's clock on, and do what falls due on the way"},
		func(ctx context.Context, _ staff.Person, in *clockIn) (*clockOut, error) {
			by, err := time.ParseDuration(in.Body.Advance)
			if err != nil || by <= 0 || by > longest {
				return nil, badRequest()
			}
			if a.Arrive != nil {
				if err := a.Arrive(ctx); err != nil {
					return nil, err
				}
			}
			err = a.Desk.Advance(ctx, a.Timer, a.Timer.Now().Add(by))
			return &clockOut{Clock{a.Timer.Now()}}, err
		})
}

func counted(s desk.Statistics) Statistics {
	of := func(dimension string) map[string]*int { return numbers(s.Of[dimension]) }
	return Statistics{From: s.From, To: s.To, Whole: s.Whole, Total: number(s.Total), Months: numbers(s.Months),
		Channels: of(desk.ByDoor), Severity: of(desk.BySeverity), Flags: of(desk.ByFlag), Schools: of(desk.BySchool),
		Manners: of(desk.ByManner), Stages: of(desk.ByStage), Outcome: of(desk.ByOutcome), Answer: of(desk.ByAnswer),
		About: of(desk.ByAbout), Grades: of(desk.ByGrade), Wait: of(desk.ByWait), Orgs: of(desk.ByOrg), Answered: of(desk.ByOrgAnswer), NotAsked: number(desk.NotAsked(s.Of)), SmallCell: s.SmallCell}
}

func number(c desk.Count) *int {
	if c.Withheld {
		return nil
	}
	return &c.N
}

func numbers(counts map[string]desk.Count) map[string]*int {
	out := map[string]*int{}
	for key, c := range counts {
		out[key] = number(c)
	}
	return out
}

// period reads the bounds of the statistics: from is within, to is not.
func period(from, to string, now time.Time) (begin, end time.Time, ok bool) {
	if end, ok = bound(to, now, 1); !ok {
		return
	}
	begin, ok = bound(from, end.AddDate(-1, 0, 0), 0)
	return begin, end, ok
}

// bound reads a time, or a date as that day's beginning so many days later.
func bound(text string, without time.Time, days int) (time.Time, bool) {
	if text == "" {
		return without, true
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, triage.JST); err == nil {
		return t.AddDate(0, 0, days), true
	}
	t, err := time.Parse(time.RFC3339, text)
	return t, err == nil
}
