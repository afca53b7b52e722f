package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

const (
	askAgain      = 2 * time.Second  // whether the token still holds
	heartbeat     = 15 * time.Second // so that proxies keep the stream
	writePatience = 10 * time.Second
	lookEvery     = time.Hour // is it written down once more that somebody listens
)

// events registers the live stream. It ends when the token or the role does.
func (a *api) events() {
	schema := a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Case](), true, "Case")
	op := huma.Operation{Method: "GET", Path: "/api/v1/events", Summary: "Cases as they change",
		Description: "Server-sent events. `event: case`, data: a Case that changed and that this person may see. " +
			"`event: gone`, data: {\"id\"}: a case of this stream that this person may see no longer.",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"text/event-stream": {Schema: schema}}}}}
	row := staff.Row(op.Method, op.Path)
	route(a, op, func(ctx context.Context, p staff.Person, _ *struct{}) (*huma.StreamResponse, error) {
		if err := a.Desk.Listening(ctx, p); err != nil {
			return nil, err
		}
		changes, err := a.Desk.Watch(ctx)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(hctx huma.Context) {
			r, w := humago.Unwrap(hctx)
			s := &stream{api: a, row: row, token: token(r), person: p, w: w, out: http.NewResponseController(w), shown: map[triage.CaseID]bool{}}
			s.run(ctx, changes)
		}}, nil
	})
}

// stream is one open connection of /events.
type stream struct {
	api    *api
	row    staff.Route
	token  string
	person staff.Person
	w      http.ResponseWriter
	out    *http.ResponseController
	shown  map[triage.CaseID]bool
}

func (s *stream) run(ctx context.Context, changes <-chan triage.CaseID) {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	again, beat, look := time.NewTicker(askAgain), time.NewTicker(heartbeat), time.NewTicker(lookEvery)
	defer again.Stop()
	defer beat.Stop()
	defer look.Stop()
	for ok := s.write(": \n\n"); ok; {
		select {
		case <-ctx.Done():
			return
		case id, more := <-changes:
			if !more {
				return
			}
			ok = s.changed(ctx, id)
		case <-again.C:
			ok = s.holds(ctx)
		case <-look.C:
			ok = s.api.Desk.Listening(ctx, s.person) == nil
		case <-beat.C:
			ok = s.write(": \n\n")
		}
	}
}

// holds asks whether the person may still listen. While it cannot be known, they may.
func (s *stream) holds(ctx context.Context) bool {
	p, err := s.api.Accounts.ByToken(ctx, s.token)
	if errors.Is(err, staff.ErrUnknown) {
		return false
	}
	if err == nil {
		s.person = p
	}
	return staff.Allowed(s.person.Role, s.row)
}

// changed tells of the case, or of every case where it is not known which.
func (s *stream) changed(ctx context.Context, id triage.CaseID) bool {
	if !s.holds(ctx) {
		return false
	}
	if id != "" {
		return s.tell(ctx, id)
	}
	for cursor := ""; ; {
		page, err := s.api.Desk.QueueAgain(ctx, s.person, desk.Query{State: "all", Limit: triage.MaxPage, Cursor: cursor})
		if err != nil {
			return ctx.Err() == nil // the next notice looks again
		}
		for _, c := range page.Cases {
			s.shown[c.ID] = true
			if !s.event("case", shape(c)) {
				return false
			}
		}
		if cursor = page.Next; cursor == "" {
			return true
		}
	}
}

func (s *stream) tell(ctx context.Context, id triage.CaseID) bool {
	c, err := s.api.Desk.Visible(ctx, s.person, id)
	switch {
	case err == nil:
		s.shown[id] = true
		return s.event("case", shape(c))
	case errors.Is(err, triage.ErrUnknown) && s.shown[id]:
		delete(s.shown, id)
		return s.event("gone", Named{string(id)})
	}
	return ctx.Err() == nil
}

func (s *stream) event(name string, data any) bool {
	body, err := json.Marshal(data)
	if err != nil {
		return false
	}
	return s.write("event: " + name + "\ndata: " + string(body) + "\n\n")
}

func (s *stream) write(text string) bool {
	_ = s.out.SetWriteDeadline(time.Now().Add(writePatience)) // where that is not possible, the server's own holds
	_, err := s.w.Write([]byte(text))
	return err == nil && s.out.Flush() == nil
}
