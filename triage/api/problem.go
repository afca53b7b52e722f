package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/triage"
)

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type       string   `json:"type"`
	Title      string   `json:"title" doc:"for operators, in English"`
	Status     int      `json:"status"`
	Code       string   `json:"code" doc:"stable, for programs: bad_request, unauthorized, forbidden, not_found, too_large, claimed, consent_required, conditions_unmet, opted_out, two_persons_needed, unreadable, wrong_state, conflict, unavailable, internal"`
	Detail     string   `json:"detail" doc:"for people, in Japanese"`
	Conditions []string `json:"conditions,omitempty" doc:"what is unmet, with conditions_unmet"`
}

// Error names the code.
func (p *Problem) Error() string { return "api: " + p.Code }

// GetStatus is asked by huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is asked by huma.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func (p *Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers always have JSON
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	w.Write(append(body, '\n'))
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

func badRequest() *Problem {
	return newProblem(http.StatusBadRequest, triage.CodeBadRequest, "送られた内容に、読み取れないところがあります。")
}

func unauthorized() *Problem {
	return newProblem(http.StatusUnauthorized, "unauthorized", "使えるトークンがありません。")
}

func forbidden() *Problem {
	return newProblem(http.StatusForbidden, triage.CodeForbidden, "この操作は、あなたの役割ではできません。")
}

func unknown() *Problem {
	return newProblem(http.StatusNotFound, "not_found", "見つかりません。")
}

func unavailable() *Problem {
	return newProblem(http.StatusServiceUnavailable, "unavailable", "いま、保存先につながりません。少し待って、もう一度お試しください。")
}

// answerWithProblems makes huma answer with our problems. Its own repeat the value that was refused, which may be what a
// child wrote. Huma keeps the maker of errors in a variable of its own, so that it is set once.
var answerWithProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, _ ...error) huma.StatusError {
		switch {
		case status == http.StatusRequestEntityTooLarge:
			return newProblem(status, "too_large", "送られた内容が大きすぎます。")
		case status >= 500:
			return newProblem(http.StatusInternalServerError, "internal", "この機械の側で、まちがいが起きました。")
		}
		return badRequest()
	}
})

// problem is how an error of the desk is told.
func (a *api) problem(op huma.Operation, err error) error {
	var r *triage.Refusal
	var p *Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &r):
		switch r.Code {
		case triage.CodeBadRequest:
			return newProblem(http.StatusBadRequest, r.Code, r.Say)
		case triage.CodeForbidden:
			return forbidden()
		}
		p := newProblem(http.StatusConflict, r.Code, r.Say)
		p.Conditions = r.Conditions
		return p
	case errors.Is(err, triage.ErrUnknown):
		return unknown()
	case errors.Is(err, triage.ErrCursor), errors.Is(err, triage.ErrNoWords):
		return badRequest()
	case errors.Is(err, triage.ErrUnreadable):
		return newProblem(http.StatusConflict, "unreadable", "このファイルは、安全に開けません。原本はしまってあります。")
	case errors.Is(err, triage.ErrConflict):
		return newProblem(http.StatusConflict, triage.CodeChanged, "ほかの人の操作と重なりました。もう一度お試しください。")
	case errors.Is(err, triage.ErrRefused):
		return newProblem(http.StatusConflict, triage.CodeState, "いまの状態では、できません。")
	case errors.Is(err, triage.ErrUnavailable), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return unavailable()
	}
	// The error itself stays here: nobody knows what it holds.
	a.Log.Error("a request failed", "operation", op.OperationID, "kind", fmt.Sprintf("%T", err))
	return huma.NewError(http.StatusInternalServerError, "")
}
