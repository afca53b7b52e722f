package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/meeting"
	"madoguchi/triage/staff"
)

// Meeting is a weekly meeting. It holds no words: why something was decided stands in the case.
type Meeting struct {
	ID        string          `json:"id"`
	On        string          `json:"on" doc:"2026-12-01"`
	Since     time.Time       `json:"since" doc:"when the last one was; what began after that is new"`
	By        string          `json:"by"`
	People    []string        `json:"people" nullable:"false" doc:"logins of those who take part"`
	EndedAt   *time.Time      `json:"ended_at"`
	Decisions []MeetingResult `json:"decisions" nullable:"false"`
}

// MeetingResult is what a meeting decided on a case.
type MeetingResult struct {
	Case     string    `json:"case"`
	At       time.Time `json:"at"`
	By       string    `json:"by" doc:"who wrote it down"`
	Deciders []string  `json:"deciders" nullable:"false"`
	Topics   []string  `json:"topics" nullable:"false"`
	Decision string    `json:"decision"`
}

// MeetingItem is a case that is before a meeting, with no words of anybody.
type MeetingItem struct {
	Case     string          `json:"case"`
	Severity triage.Severity `json:"severity" enum:"emergency,urgent,soon,routine"`
	State    triage.State    `json:"state"`
	Flags    []triage.Flag   `json:"flags" nullable:"false"`
	Assignee *string         `json:"assignee"`
	OpenedAt time.Time       `json:"opened_at"`
	Topics   []string        `json:"topics" nullable:"false" doc:"new, overdue, hard, not_told, silent, watch_end, resolve, lies"`
	Hard     []string        `json:"hard" nullable:"false" doc:"the city's grounds for which it is a hard case"`
	Duties   []Duty          `json:"duties" nullable:"false"`
}

// MeetingPack is a meeting with what lies before the person who asks.
type MeetingPack struct {
	Meeting
	Items []MeetingItem `json:"items" nullable:"false" doc:"empty once it has ended"`
}

// Meetings are meetings, the newest first.
type Meetings struct {
	Meetings []Meeting `json:"meetings" nullable:"false"`
}

// ByMeeting names a meeting.
type ByMeeting struct {
	ID string `path:"id" doc:"of a meeting"`
}

type (
	meetingsOut struct{ Body Meetings }
	meetingOut  struct{ Body Meeting }
	packOut     struct{ Body MeetingPack }
	conveneIn   struct {
		Body struct {
			People []string `json:"people" nullable:"false" doc:"logins of those who take part, besides who calls it"`
		}
	}
	decideIn struct {
		ByMeeting
		Body struct {
			Case     string   `json:"case"`
			Decision string   `json:"decision" doc:"go_on, change, ask_school, hand_on, watch, watch_on, ask_resolved, serious; or article23. and a choice of that duty, which is done by it"`
			Reason   string   `json:"reason"`
			Deciders []string `json:"deciders,omitempty" doc:"of those who took part; left out: all from whom the case is not kept"`
		}
	}
)

// meetings registers the weekly meeting.
func (a *api) meetings() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/meetings", Summary: "Meetings in which one takes part; for the leads all"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*meetingsOut, error) {
			all, err := a.Desk.Meetings(ctx, p)
			out := Meetings{[]Meeting{}}
			for _, r := range all {
				out.Meetings = append(out.Meetings, newMeeting(r))
			}
			return &meetingsOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/meetings", DefaultStatus: 201, Summary: "Begin a meeting"},
		func(ctx context.Context, p staff.Person, in *conveneIn) (*meetingOut, error) {
			r, err := a.Desk.CallMeeting(ctx, p, in.Body.People)
			return &meetingOut{newMeeting(r)}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/meetings/{id}", Summary: "What lies before one in a meeting"},
		func(ctx context.Context, p staff.Person, in *ByMeeting) (*packOut, error) {
			k, err := a.Desk.Pack(ctx, p, in.ID)
			out := MeetingPack{newMeeting(k.Record), []MeetingItem{}}
			for _, i := range k.Items {
				out.Items = append(out.Items, a.item(i, k.Now))
			}
			return &packOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/meetings/{id}/decisions", Summary: "Write into a case what the meeting decided"},
		func(ctx context.Context, p staff.Person, in *decideIn) (*meetingOut, error) {
			r, err := a.Desk.Decide(ctx, p, in.ID, desk.Decision{Case: triage.CaseID(in.Body.Case), Decision: in.Body.Decision, Reason: in.Body.Reason, Deciders: in.Body.Deciders})
			return &meetingOut{newMeeting(r)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/meetings/{id}/end", Summary: "End a meeting"},
		func(ctx context.Context, p staff.Person, in *ByMeeting) (*meetingOut, error) {
			r, err := a.Desk.EndMeeting(ctx, p, in.ID)
			return &meetingOut{newMeeting(r)}, err
		})
}

func (a *api) item(i meeting.Item, now time.Time) MeetingItem {
	c := i.Case
	out := MeetingItem{Case: string(c.ID), Severity: c.Severity, State: c.State, Flags: list(c.Flags), Assignee: maybe(c.Assignee), OpenedAt: c.OpenedAt,
		Topics: topics(i.Topics), Hard: list(i.Hard), Duties: []Duty{}}
	for _, d := range i.Owed {
		out.Duties = append(out.Duties, a.duty(d, c, now))
	}
	return out
}

func newMeeting(r meeting.Record) Meeting {
	out := Meeting{ID: r.ID, On: r.On, Since: r.Since, By: r.By, People: list(r.People), EndedAt: moment(r.EndedAt), Decisions: []MeetingResult{}}
	for _, d := range r.Done {
		out.Decisions = append(out.Decisions, MeetingResult{string(d.Case), d.At, d.By, list(d.Deciders), topics(d.Topics), d.Decision})
	}
	return out
}

func topics(all []meeting.Topic) []string {
	out := []string{}
	for _, t := range all {
		out = append(out, string(t))
	}
	return out
}
