package triage

// Refusal is an act that is not done, told to two audiences: Code to programs, Say to the person. Neither ever holds what
// was sent.
type Refusal struct {
	Code       string   // stable, one of the constants below
	Say        string   // Japanese, for the person who tried
	Conditions []string // what is unmet, with CodeConditions
}

// Codes of a Refusal. CodeBadRequest is a mistake in what was sent, CodeForbidden a matter of who asks; every other one is
// a conflict with the state of the case.
const (
	CodeBadRequest = "bad_request"
	CodeForbidden  = "forbidden"
	CodeClaimed    = "claimed"            // somebody else has the case
	CodeConsent    = "consent_required"   // no standing consent of that school allows it
	CodeConditions = "conditions_unmet"   // Conditions names them
	CodeOptedOut   = "opted_out"          // the seeker wants no messages
	CodeTwoPersons = "two_persons_needed" // not by one person alone
	CodeState      = "wrong_state"        // the case, or the hand-off, is not where that is possible
	CodeChanged    = "conflict"           // somebody was faster; look again
)

// Error names the code and nothing else.
func (r *Refusal) Error() string { return "triage: refused: " + r.Code }

// Is makes every conflict an ErrRefused.
func (r *Refusal) Is(target error) bool {
	return target == ErrRefused && r.Code != CodeBadRequest && r.Code != CodeForbidden
}
