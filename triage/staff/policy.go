package staff

import (
	"slices"

	"madoguchi/triage"
)

// Route is a row of the policy: who may use one route, and why.
type Route struct {
	Method  string
	Pattern string        // as net/http.ServeMux writes it: /cases/{id}
	Roles   []triage.Role // nobody who is not named
	Open    bool          // needs no sign-in
	Why     string
}

// Row returns the row of a route. It panics where there is none: a handler without a row must not start.
func Row(method, pattern string) Route {
	for _, table := range [][]Route{Routes, Pages} {
		i := slices.IndexFunc(table, func(r Route) bool { return r.Method == method && r.Pattern == pattern })
		if i >= 0 {
			return table[i]
		}
	}
	panic("staff: no row of the policy names " + method + " " + pattern)
}

// Allowed reports whether that role may use the route.
func Allowed(role triage.Role, r Route) bool { return r.Open || slices.Contains(r.Roles, role) }
