// Package drill keeps what came of an exercise of the night path (訓練): whoever is on call is called as for a child in danger,
// and has to say 受領. There is no case, so that nothing of it is counted.
//
// Pure; where it is kept, and who calls, is the caller's.
package drill

import "time"

// Lasts is how long somebody is called. After that the exercise is over, received or not: it must not keep anybody from sleep
// who cannot be reached.
const Lasts = 30 * time.Minute

// Record is an exercise.
type Record struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"` // when it began
	By         string    `json:"by"` // login of who began it
	Calls      []Call    `json:"calls,omitempty"`
	Received   time.Time `json:"received,omitzero"`     // when somebody said 受領
	ReceivedBy string    `json:"received_by,omitempty"` // their login
	Ended      time.Time `json:"ended,omitzero"`        // when it was over without that
}

// Call is one attempt to reach somebody.
type Call struct {
	At  time.Time `json:"at"`
	Who string    `json:"who"` // as the city's file names who is on call
	By  string    `json:"by"`  // voice or sms
	Out bool      `json:"out"` // it went out; that it was heard, only 受領 says
}

// Open reports whether nobody has received it yet, and it goes on.
func (r Record) Open() bool { return !r.At.IsZero() && r.Received.IsZero() && r.Ended.IsZero() }

// Took is how long it took until somebody said 受領; false where nobody did.
func (r Record) Took() (time.Duration, bool) { return r.Received.Sub(r.At), !r.Received.IsZero() }
