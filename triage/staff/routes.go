package staff

import "madoguchi/triage"

// Who the roles are together, as the tables below name them.
var (
	counsel = []triage.Role{triage.Psychologist, triage.SocialWorker}
)

// Routes is the policy of the JSON API.
var Routes = []Route{}
