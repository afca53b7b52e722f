package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

// Suggestion is who should get a case, and why. It binds nobody.
type Suggestion struct {
	Route   string        `json:"route" doc:"the branch of the city's tree that took it"`
	Say     string        `json:"say" doc:"what that branch is for"`
	Roles   []triage.Role `json:"roles" nullable:"false" doc:"professions, the first one first; several: each is needed"`
	Consult []triage.Role `json:"consult" nullable:"false" doc:"who is asked beside"`
	Wanted  Wanted        `json:"wanted"`
	Heard   bool          `json:"heard" doc:"the wish is in the seeker's own words"`
	Picks   []Pick        `json:"picks" nullable:"false" doc:"who may answer, best first"`
	Alone   bool          `json:"alone" doc:"it is an emergency, and nobody is there who could be the second"`
}

// Wanted is whom the seeker wishes for.
type Wanted struct {
	Woman    bool   `json:"woman,omitempty"`
	Man      bool   `json:"man,omitempty"`
	Change   bool   `json:"change,omitempty" doc:"another person than the one who has it"`
	Language string `json:"language,omitempty" doc:"BCP 47, where it is not Japanese"`
}

// Pick is somebody who may get the case.
type Pick struct {
	Login   string      `json:"login"`
	Role    triage.Role `json:"role"`
	Here    bool        `json:"here"`
	Cases   int         `json:"cases"`
	For     []string    `json:"for" nullable:"false"`
	Against []string    `json:"against" nullable:"false"`
}

type suggestionOut struct{ Body Suggestion }

type wantedIn struct {
	ByCase
	Body Wanted
}

type barIn struct {
	ByCase
	Body struct {
		Login  string `json:"login,omitempty" doc:"without it, and without a post, the person who asks"`
		School string `json:"school,omitempty" doc:"of a post without a login: the school's id"`
		Post   string `json:"post,omitempty" doc:"of somebody at a school: the office, as the city's file calls it among the deputies; its holder is not called about the case. Without it nobody of a school is called of which somebody is kept out"`
		Why    string `json:"why,omitempty" doc:"named, relative, other or self"`
		Off    bool   `json:"off,omitempty" doc:"let in again"`
	}
}

type sessionIn struct {
	ByCase
	Body struct {
		Complaint string    `json:"complaint,omitempty" doc:"主訴"`
		View      string    `json:"view,omitempty" doc:"見立て"`
		Did       string    `json:"did,omitempty" doc:"したこと"`
		Next      string    `json:"next,omitempty" doc:"次"`
		Promised  time.Time `json:"promised,omitempty" doc:"when the seeker was told to be spoken with again; it becomes a duty"`
	}
}

type interimIn struct {
	ByCase
	Body struct {
		ID string `json:"id" doc:"as of a message"`
	}
}

// Mate is somebody who answers.
type Mate struct {
	Login   string      `json:"login"`
	Role    triage.Role `json:"role"`
	Here    bool        `json:"here"`
	OnShift bool        `json:"on_shift"`
	Resting bool        `json:"resting"`
	Cases   int         `json:"cases"`
}

// Mates are all who answer.
type Mates struct {
	Mates []Mate `json:"mates" nullable:"false"`
}

type matesOut struct{ Body Mates }

type profileIn struct {
	Body struct {
		Login     string   `json:"login,omitempty" doc:"without it the person who asks"`
		CallMe    string   `json:"call_me,omitempty" doc:"by which a child may call them, up to 20 characters"`
		Woman     bool     `json:"woman,omitempty"`
		Man       bool     `json:"man,omitempty"`
		Languages []string `json:"languages,omitempty" doc:"besides Japanese, BCP 47"`
		Most      int      `json:"most,omitempty" doc:"cases at a time; 0: the city's"`
		Shifts    []Shift  `json:"shifts,omitempty"`
	}
}

// Shift is one span of work on each of its days.
type Shift struct {
	Days []int `json:"days" nullable:"false" doc:"on which it begins; 0 is Sunday"`
	From int   `json:"from" doc:"minute of the day"`
	To   int   `json:"to" doc:"the same; before from: on the next day"`
}

// Passing is a case that is handed on at the end of a shift.
type Passing struct {
	Case
	Left bool `json:"left" doc:"what the next person has to know was written after the latest words"`
}

// Handover are one's own cases.
type Handover struct {
	Cases []Passing `json:"cases" nullable:"false"`
}

type handoverOut struct{ Body Handover }

// share registers how work is shared out, and handed on.
func (a *api) share() {
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/cases/{id}/suggestions", Summary: "Who should get the case, and why"},
		func(ctx context.Context, p staff.Person, in *ByCase) (*suggestionOut, error) {
			s, err := a.Desk.Suggest(ctx, p, in.id())
			return &suggestionOut{suggested(s)}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/wanted", Summary: "Whom the seeker wishes for"},
		func(ctx context.Context, p staff.Person, in *wantedIn) (*caseOut, error) {
			b := in.Body
			return told(a.Desk.Want(ctx, p, in.id(), triage.Wanted{Woman: b.Woman, Man: b.Man, Change: b.Change, Language: b.Language}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/bars", Summary: "Keep somebody out of the case, without a trace for them", DefaultStatus: 204},
		func(ctx context.Context, p staff.Person, in *barIn) (*struct{}, error) {
			return nil, a.Desk.Bar(ctx, p, in.id(), triage.Bar{Login: in.Body.Login, School: in.Body.School, Post: in.Body.Post, Why: in.Body.Why, Off: in.Body.Off})
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/sessions", Summary: "What whoever comes next has to know", DefaultStatus: 201},
		func(ctx context.Context, p staff.Person, in *sessionIn) (*caseOut, error) {
			b := in.Body
			return told(a.Desk.LeaveSession(ctx, p, in.id(), triage.Session{Complaint: b.Complaint, View: b.View, Did: b.Did, Next: b.Next, Promised: b.Promised}))
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/cases/{id}/interim", Summary: "Tell the seeker that somebody has read and is thinking", DefaultStatus: 202},
		func(ctx context.Context, p staff.Person, in *interimIn) (*saidOut, error) {
			seq, err := a.Desk.SayInterim(ctx, p, in.id(), in.Body.ID)
			return &saidOut{Said{seq}}, err
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/mates", Summary: "Who answers, and who of them is there"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*matesOut, error) {
			mates, err := a.Desk.Mates(ctx, p)
			out := Mates{[]Mate{}}
			for _, m := range mates {
				out.Mates = append(out.Mates, Mate{m.Login, m.Role, m.Here, m.OnShift, m.Resting, m.Cases})
			}
			return &matesOut{out}, err
		})
	route(a, huma.Operation{Method: "POST", Path: "/api/v1/mates", Summary: "What counts for somebody when work is shared out", DefaultStatus: 204},
		func(ctx context.Context, p staff.Person, in *profileIn) (*struct{}, error) {
			b := in.Body
			x := roster.Profile{CallMe: b.CallMe, Woman: b.Woman, Man: b.Man, Languages: b.Languages, Most: b.Most}
			for _, s := range b.Shifts {
				shift := roster.Shift{From: s.From, To: s.To}
				for _, d := range s.Days {
					shift.Days = append(shift.Days, time.Weekday(d))
				}
				x.Shifts = append(x.Shifts, shift)
			}
			return nil, a.Desk.SetProfile(ctx, p, b.Login, x)
		})
	route(a, huma.Operation{Method: "GET", Path: "/api/v1/handover", Summary: "One's own cases at the end of a shift, and the emergencies of which one is the second, those first of which nothing is left for the next person"},
		func(ctx context.Context, p staff.Person, _ *struct{}) (*handoverOut, error) {
			all, err := a.Desk.Handover(ctx, p)
			out := Handover{[]Passing{}}
			for _, x := range all {
				out.Cases = append(out.Cases, Passing{shape(x.Case), x.Left})
			}
			return &handoverOut{out}, err
		})
}

func suggested(s desk.Suggestion) Suggestion {
	out := Suggestion{Route: s.Way.Key, Say: s.Way.Say, Roles: list(s.Way.Roles), Consult: list(s.Way.Consult), Heard: s.Heard, Alone: s.Alone, Picks: []Pick{},
		Wanted: Wanted{Woman: s.Wanted.Woman, Man: s.Wanted.Man, Change: s.Wanted.Change, Language: s.Wanted.Language}}
	for _, k := range s.Picks {
		out.Picks = append(out.Picks, Pick{k.Login, k.Role, k.Here, k.Cases, list(k.For), list(k.Against)})
	}
	return out
}
