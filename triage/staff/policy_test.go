package staff

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
)

// The table below says the policy a second time, from the people's side. Rows are routes of the API, columns the roles in
// the order of triage.Roles: psychologist, social_worker, coordinator, supervisor, lawyer, board, clerk, admin, school.
const matrix = `
GET  /api/v1/openapi.json                                  y y y y y y y y y
GET  /api/v1/me                                            y y y y y y y y y
GET  /api/v1/queue                                         y y y y - - - - -
GET  /api/v1/events                                        y y y y - - - - -
GET  /api/v1/cases/{id}                                    y y y y y - - - -
GET  /api/v1/cases/{id}/files/{n}                          y y y y - - - - -
GET  /api/v1/cases/{id}/readings/{seq}                     y y y y - - - - -
POST /api/v1/cases/{id}/readings/{seq}                     y y y y - - - - -
GET  /api/v1/cases/{id}/letters/{said}                     y y y y - - - - -
POST /api/v1/cases/{id}/letters/{said}                     y y y y - - - - -
POST /api/v1/cases/{id}/letters/{said}/posted              y y y y - - - - -
GET  /api/v1/letters                                       y y y y - - - - -
POST /api/v1/cases/{id}/claim                              y y y y - - - - -
POST /api/v1/cases/{id}/release                            y y y y - - - - -
POST /api/v1/cases/{id}/transfer                           y y y y - - - - -
POST /api/v1/cases/{id}/second                             y y y y - - - - -
POST /api/v1/cases/{id}/messages                           y y y y - - - - -
POST /api/v1/cases/{id}/calls                              y y y y - - - - -
POST /api/v1/cases/{id}/doing                              y y y y - - - - -
POST /api/v1/cases/{id}/notes                              y y y y y - - - -
POST /api/v1/cases/{id}/severity                           y y y y - - - - -
POST /api/v1/cases/{id}/state                              y y y y - - - - -
POST /api/v1/cases/{id}/observations                       y y y y - - - - -
POST /api/v1/cases/{id}/reveals                            y y y y - - - - -
POST /api/v1/cases/{id}/consents                           y y y y - - - - -
POST /api/v1/cases/{id}/consents/{consent}/agree           - - - y - - - - -
POST /api/v1/cases/{id}/handoffs/{handoff}/told            y y y y - - - - -
POST /api/v1/cases/{id}/handoffs                           y y y y - - - - -
POST /api/v1/cases/{id}/handoffs/{handoff}/countersign     - - y y - - - - -
POST /api/v1/cases/{id}/handoffs/{handoff}/recall          y y y y - - - - -
POST /api/v1/cases/{id}/handoffs/{handoff}/links           y y y y - - - - -
POST /api/v1/cases/{id}/notices                            y y y y - - - - -
GET  /api/v1/cases/{id}/duties                             y y y y y - - - -
POST /api/v1/cases/{id}/duties/{duty}/done                 y y y y - - - - -
GET  /api/v1/cases/{id}/suggestions                        y y y y - - - - -
POST /api/v1/cases/{id}/wanted                             y y y y - - - - -
POST /api/v1/cases/{id}/bars                               y y y y - - - - -
POST /api/v1/cases/{id}/sessions                           y y y y - - - - -
POST /api/v1/cases/{id}/risks                              y y y y - - - - -
POST /api/v1/cases/{id}/safety                             y y y y - - - - -
POST /api/v1/cases/{id}/interim                            y y y y - - - - -
GET  /api/v1/mates                                         y y y y - - - - -
POST /api/v1/mates                                         y y y y - - - - -
GET  /api/v1/handover                                      y y y y - - - - -
GET  /api/v1/requests                                      - - y y - - y - -
POST /api/v1/requests                                      - - y y - - y - -
GET  /api/v1/requests/{id}                                 - - y y - - y - -
POST /api/v1/requests/{id}/proposal                        - - y y - - - - -
POST /api/v1/requests/{id}/agree                           - - y y - - - - -
POST /api/v1/requests/{id}/back                            - - y y - - - - -
POST /api/v1/requests/{id}/pack                            - - y y - - - - -
POST /api/v1/requests/{id}/letter                          - - y y - - y - -
POST /api/v1/requests/{id}/answer                          - - y y - - y - -
GET  /api/v1/discards                                      y y y y - - y - -
POST /api/v1/discards                                      - - y y - - - - -
POST /api/v1/discards/witness                              y y y y - - y - -
GET  /api/v1/disposals                                     - - y y - - - - -
GET  /api/v1/registers                                     - - y y - - - - -
POST /api/v1/registers/{class}/decision                    - - y y - - - - -
POST /api/v1/cases/{id}/destroy                            - - y y - - - - -
POST /api/v1/cases/{id}/keep                               - - y y - - - - -
GET  /api/v1/duties                                        y y y y - - - - -
GET  /api/v1/serious                                       - - y y - y - - -
GET  /api/v1/cases/{id}/serious                            y y y y - - - - -
POST /api/v1/cases/{id}/declarations                       y y y y - - - - -
POST /api/v1/cases/{id}/serious/steps                      y y y y - - - - -
POST /api/v1/cases/{id}/serious/versions                   y y y y - - - - -
POST /api/v1/cases/{id}/plan                               y y y y - - - - -
POST /api/v1/cases/{id}/watch                              y y y y - - - - -
GET  /api/v1/board                                         y y y y - - - - -
GET  /api/v1/drills                                        y y y y - - - - -
POST /api/v1/drills                                        - - - y - - - - -
POST /api/v1/drills/{id}/receive                           y y y y - - - - -
POST /api/v1/drills/{id}/end                               - - - y - - - - -
GET  /api/v1/exposure                                      y y y y - - - - -
GET  /api/v1/absences/{login}                              - - y y - - - - -
POST /api/v1/absences/{login}                              - - y y - - - - -
GET  /api/v1/meetings                                      y y y y y y - - -
POST /api/v1/meetings                                      - - y y - - - - -
GET  /api/v1/meetings/{id}                                 y y y y y y - - -
POST /api/v1/meetings/{id}/decisions                       - - y y - - - - -
POST /api/v1/meetings/{id}/end                             - - y y - - - - -
POST /api/v1/cases/{id}/look-in                            - - y y - - - - -
POST /api/v1/cases/{id}/whispers                           - - y y - - - - -
GET  /api/v1/cases/{id}/kin                                y y y y - - - - -
POST /api/v1/cases/{id}/links                              y y y y - - - - -
POST /api/v1/cases/{id}/links/agree                        y y y y - - - - -
POST /api/v1/cases/{id}/links/off                          y y y y - - - - -
POST /api/v1/cases/{id}/parts                              y y y y - - - - -
GET  /api/v1/reveals                                       y y y y - - - - -
GET  /api/v1/reveals/{id}                                  y y y y - - - - -
POST /api/v1/reveals/{id}/approve                          y y y y - - - - -
POST /api/v1/reveals/{id}/refuse                           - - y y - - - - -
POST /api/v1/reveals/{id}/looked                           - - y y - - - - -
POST /api/v1/cases/{id}/traces                             y y y y - - - - -
POST /api/v1/traces/{id}                                   y y y y - - - - -
GET  /api/v1/searches                                      - - y y - - - - -
POST /api/v1/searches                                      - - y y - - - - -
GET  /api/v1/searches/{id}                                 - - y y - - - - -
POST /api/v1/searches/{id}/approve                         - - y y - - - - -
POST /api/v1/searches/{id}/refuse                          - - y y - - - - -
POST /api/v1/visits                                        y y y y - - y - -
GET  /api/v1/handoffs                                      - - - - - - - - y
GET  /api/v1/handoffs/{id}                                 - - - - - - - - y
POST /api/v1/handoffs/{id}/acknowledge                     - - - - - - - - y
POST /api/v1/handoffs/{id}/answers                         - - - - - - - - y
POST /api/v1/handoffs/{id}/reports                         - - - - - - - - y
GET  /api/v1/handoffs/{id}/week                            - - - - - - - - y
POST /api/v1/handoffs/{id}/week                            - - - - - - - - y
GET  /api/v1/reports                                       - - - - - - - - y
POST /api/v1/reports                                       - - - - - - - - y
GET  /api/v1/filings                                       - - y y - y y - -
GET  /api/v1/statistics                                    - - y y - y y - -
GET  /api/v1/statistics/reports                            - - y y - y y - -
GET  /api/v1/statistics/reports/{year}                     - - y y - y y - -
POST /api/v1/statistics/reports                            - - y y - - - - -
POST /api/v1/demo/clock                                    - - - - - - - y -
`

func TestEveryRoleOnEveryRoute(t *testing.T) {
	seen := 0
	for line := range strings.Lines(strings.TrimSpace(matrix)) {
		f := strings.Fields(line)
		if len(f) != 2+len(triage.Roles) {
			t.Fatalf("malformed line %q", line)
		}
		row := Row(f[0], f[1])
		for i, role := range triage.Roles {
			if got := Allowed(role, row); got != (f[2+i] == "y") {
				t.Errorf("%s %s, %s: %v", f[0], f[1], role, got)
			}
		}
		if Allowed("", row) != row.Open || Allowed("boss", row) != row.Open {
			t.Errorf("%s %s lets somebody without a role in", f[0], f[1])
		}
		seen++
	}
	if seen != len(Routes) {
		t.Errorf("the matrix has %d routes, the policy %d", seen, len(Routes))
	}
}

func TestRowsAreWellFormed(t *testing.T) {
	mux := http.NewServeMux() // refuses two rows for one route
	for _, r := range slices.Concat(Routes, Pages) {
		mux.Handle(r.Method+" "+r.Pattern, http.NotFoundHandler())
		if r.Why == "" {
			t.Errorf("%s %s: no reason", r.Method, r.Pattern)
		}
		if r.Open == (len(r.Roles) > 0) {
			t.Errorf("%s %s: open to everybody, or for roles: one of the two", r.Method, r.Pattern)
		}
		for _, role := range r.Roles {
			if !slices.Contains(triage.Roles, role) {
				t.Errorf("%s %s: unknown role", r.Method, r.Pattern)
			}
		}
		for _, role := range []triage.Role{triage.Admin, triage.Board, triage.Clerk, triage.School} {
			if strings.Contains(r.Pattern, "/cases/") && Allowed(role, r) {
				t.Errorf("%s %s: %s may reach a case", r.Method, r.Pattern, role)
			}
		}
	}
}

func TestARouteWithoutARowDoesNotStart(t *testing.T) {
	defer func() {
		if s := fmt.Sprint(recover()); !strings.Contains(s, "GET /nowhere") {
			t.Errorf("recovered %q", s)
		}
	}()
	Row("GET", "/nowhere")
}
