// Package grant keeps permissions that need two people: what is behind an address, names in a colleague's case and what came
// with its messages, a search by name, the capture of a live connection.
//
// One person asks and says why; another, who leads and has signed in strongly (or reads a one-time code of their own device
// over the telephone), approves. Then the asker alone may use the grant, for 15 minutes. They are counted by the clock of
// the machine that nobody can set, so that the grant ends there whatever process restarts and however the wall clock jumps.
// Only after the machine itself was started again, or on another machine, does the wall clock count; where it stands before
// the moment of the approval, the grant has ended. Nothing else follows from a grant, neither another case nor another word.
// It holds no value: what was opened is shown on the screen of who asked and kept nowhere.
//
// At night there may be nobody to ask. In an emergency a grant is then made alone, at once and however often, because a child
// is in danger; whoever is on call hears of it, and it stays on the list of the leads until one of them has looked at it.
package grant

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
)

// Lasts is how long an approved grant may be used; SearchLasts how long an approved search may run, and what it found be
// looked at: the cases of years are looked through slowly, and opened one by one.
const (
	Lasts       = 15 * time.Minute
	SearchLasts = 24 * time.Hour
)

// Waits is how long a grant may wait for its approver, and Kept how long it stays on the list afterwards.
const (
	Waits = time.Hour
	Kept  = 30 * 24 * time.Hour
)

// What a grant may be for.
const (
	Reveal = "reveal" // what is behind a placeholder, or a file
	Seek   = "search" // in which cases somebody is named
	Trace  = "trace"  // where the live connection of a seeker in danger comes from
)

// State is where a grant stands.
type State string

// The states.
const (
	Asked    State = "asked"
	Approved State = "approved"
	Refused  State = "refused"
	Expired  State = "expired"
)

// Grant is a permission, or the wish for one. Times are the machine's, as its wall clock showed them; how long they are ago
// is counted from the ticks.
type Grant struct {
	ID       string        `json:"id"`
	For      string        `json:"for"`
	Case     triage.CaseID `json:"case,omitempty"`
	What     string        `json:"what,omitempty"` // the placeholder, or the mark of a file
	Reason   string        `json:"reason"`         // anonymized, as all that staff write
	Why      string        `json:"why,omitempty"`  // code of the reason, for the audit; a search has a Ground
	By       string        `json:"by"`             // login of who asked
	At       time.Time     `json:"at"`
	Asked    Tick          `json:"asked,omitzero"`     // at At
	Approver string        `json:"approver,omitempty"` // login of who decided
	Spoken   bool          `json:"spoken,omitempty"`   // by a one-time code over the telephone
	Refused  bool          `json:"refused,omitempty"`
	Alone    bool          `json:"alone,omitempty"`  // nobody else was there
	Until    time.Time     `json:"until,omitzero"`   // the end, once approved
	Begun    Tick          `json:"begun,omitzero"`   // when it was approved
	Looked   string        `json:"looked,omitempty"` // login of the lead who looked at it afterwards
	Words    []byte        `json:"words,omitempty"`  // of a search: what is looked for, sealed to the wall; of a trace: its key. Gone when it has ended
	Ground   string        `json:"ground,omitempty"` // of a search: a code that says what allows it
	Search   *Search       `json:"search,omitempty"` // how far it is
}

// Search is how far a search is. After is the last case that was looked through, in the order of ids.
type Search struct {
	After  triage.CaseID  `json:"after,omitempty"`
	Looked int            `json:"looked"`
	Found  []triage.Found `json:"found,omitempty"`
	Hits   int            `json:"hits"` // how many were found: this stays
	Ended  bool           `json:"ended,omitempty"`
}

// lasts is how long the grant may be used once it is approved.
func (g Grant) lasts() time.Duration {
	if g.For == Seek {
		return SearchLasts
	}
	return Lasts
}

// State says where the grant stands now.
func (g Grant) State(now Moment) State {
	switch {
	case g.Refused:
		return Refused
	case !g.Until.IsZero() && within(g.used(now), g.lasts()):
		return Approved
	case !g.Until.IsZero() || !within(g.age(now), Waits):
		return Expired
	}
	return Asked
}

// Ends is the end of an approved grant on the wall clock as it stands now: Until, unless somebody has set the clock since.
func (g Grant) Ends(now Moment) time.Time { return now.Wall.Add(g.lasts() - g.used(now)) }

// age is how long ago it was asked for, and used how long ago approved.
func (g Grant) age(now Moment) time.Duration  { return now.since(g.At, g.Asked) }
func (g Grant) used(now Moment) time.Duration { return now.since(g.Until.Add(-g.lasts()), g.Begun) }

func within(d, limit time.Duration) bool { return d >= 0 && d < limit }

// approve lets the grant begin.
func (g *Grant) approve(now Moment) { g.Until, g.Begun = now.Wall.Add(g.lasts()), now.Tick }

// Errors that callers tell apart.
var (
	ErrUnknown = errors.New("grant: no such grant")
	ErrDecided = errors.New("grant: it was decided already, or has expired")
)

//go:embed swap.lua
var swapSource string

// Register keeps the grants. It is safe for concurrent use, from several processes.
type Register struct {
	client redis.UniversalClient
	keys   *seal.Keys
	now    func() Moment
	swap   *redis.Script
}

// New returns the register behind the client, which stays the caller's. now is Machine's, but in tests.
func New(client redis.UniversalClient, keys *seal.Keys, now func() Moment) *Register {
	return &Register{client, keys, now, redis.NewScript(swapSource)}
}

const all = "{grants}:all"

// Now is the moment that the register goes by.
func (r *Register) Now() Moment { return r.now() }

// NewID makes the id of a grant, so that the audit can name it before it is there.
func NewID() string { return rand.Text() }

// Ask writes down a wish under its id, which is one of NewID's. A grant with Alone set is approved at once.
func (r *Register) Ask(ctx context.Context, g Grant) (Grant, error) {
	now := r.now()
	g.At, g.Asked = now.Wall, now.Tick
	if g.Alone {
		g.approve(now)
	}
	done, err := r.put(ctx, "", g)
	if err == nil && !done {
		err = triage.ErrUnavailable // an id that is taken: not in this universe
	}
	return g, err
}

// Find returns the grant of that id, or ErrUnknown.
func (r *Register) Find(ctx context.Context, id string) (Grant, error) {
	g, _, err := r.find(ctx, id)
	return g, err
}

// Decide lets f decide on a grant that waits; f may be called again where somebody else was faster. It fails with
// ErrDecided where it waits no longer, and with f's error.
func (r *Register) Decide(ctx context.Context, id string, f func(*Grant) error) (Grant, error) {
	return r.Change(ctx, id, func(g *Grant) error {
		now := r.now()
		if g.State(now) != Asked {
			return ErrDecided
		}
		if err := f(g); err != nil {
			return err
		}
		if !g.Refused {
			g.approve(now)
		}
		return nil
	})
}

// Look notes that a lead has looked at a grant afterwards.
func (r *Register) Look(ctx context.Context, id, login string) (Grant, error) {
	return r.Change(ctx, id, func(g *Grant) error {
		if g.Looked == "" {
			g.Looked = login
		}
		return nil
	})
}

// Change lets f change a grant; f may be called again where somebody else was faster. It fails with ErrUnknown, and with f's
// error.
func (r *Register) Change(ctx context.Context, id string, f func(*Grant) error) (Grant, error) {
	for {
		g, raw, err := r.find(ctx, id)
		if err != nil {
			return Grant{}, err
		}
		if err := f(&g); err != nil {
			return Grant{}, err
		}
		if done, err := r.put(ctx, raw, g); done || err != nil {
			return g, err
		}
	}
}

// List returns every grant that is kept, the newest first, and forgets those that are older.
func (r *Register) List(ctx context.Context) ([]Grant, error) {
	raw, err := r.client.HGetAll(ctx, all).Result()
	if err != nil {
		return nil, unavailable(ctx)
	}
	now := r.now()
	var list []Grant
	for id, sealed := range raw {
		g, err := r.open(id, sealed)
		if err != nil {
			return nil, err
		}
		if g.age(now) > Kept {
			if r.client.HDel(ctx, all, id).Err() != nil {
				return nil, unavailable(ctx)
			}
			continue
		}
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b Grant) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return list, nil
}

func (r *Register) find(ctx context.Context, id string) (g Grant, raw string, err error) {
	raw, err = r.client.HGet(ctx, all, id).Result()
	if errors.Is(err, redis.Nil) {
		return Grant{}, "", ErrUnknown
	}
	if err != nil {
		return Grant{}, "", unavailable(ctx)
	}
	g, err = r.open(id, raw)
	return g, raw, err
}

func (r *Register) open(id, raw string) (g Grant, err error) {
	plain, err := r.keys.Open("grant/"+id, []byte(raw))
	if err != nil || json.Unmarshal(plain, &g) != nil {
		return Grant{}, triage.ErrDamaged
	}
	return g, nil
}

// put writes g where the grant is still raw.
func (r *Register) put(ctx context.Context, raw string, g Grant) (bool, error) {
	plain, err := json.Marshal(g)
	if err != nil {
		return false, triage.ErrDamaged
	}
	n, err := r.swap.Run(ctx, r.client, []string{all}, g.ID, raw, r.keys.Seal("grant/"+g.ID, plain)).Int()
	if err != nil {
		return false, unavailable(ctx)
	}
	return n == 1, nil
}

// unavailable is the error of a call that Redis did not answer; its own text is dropped.
func unavailable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return triage.ErrUnavailable
}
