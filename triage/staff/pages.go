package staff

import "madoguchi/triage"

// Pages is the policy of the pages: the console at the root, the school's own below /school.
var Pages = []Route{
	{"GET", "/static/", nil, true, "styles and scripts hold no words of anybody"},
	{"GET", "/sign-in", nil, true, "whoever signs in is not signed in yet"},
	{"POST", "/sign-in", nil, true, "the same"},
	{"GET", "/enrol", nil, true, "a link is opened by somebody without a password"},
	{"POST", "/enrol", nil, true, "the same; the link's token is the proof"},
	{"POST", "/sign-out", triage.Roles, false, "everybody may leave"},
	{"GET", "/{$}", triage.Roles, false, "leads everybody to their own first page"},
}
