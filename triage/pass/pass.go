// Package pass lets somebody without an account read one hand-off: by a link that is sent to them and a short code that is
// told them over another way, such as the telephone.
//
// The link is of use once. Looking at its page spends nothing, so that a robot that previews links in a mail can burn none:
// only the button, pressed with the right code, does. Five wrong codes end it, three days end it, and so does calling the
// hand-off back. What it opens is a session of that one hand-off, with nothing else in reach.
//
// The token stands nowhere but in the link: the register holds its hash. Times are the machine's, which nobody can move.
package pass

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
	"madoguchi/triage/shelf"
	"madoguchi/triage/staff"
)

const (
	// Lives is how long a link may wait to be opened.
	Lives = 72 * time.Hour
	// Lasts is how long a session may go on that a link opened.
	Lasts = 8 * time.Hour
	// Tries is how many codes may be tried.
	Tries = 5

	prefix = "link:" // of a login; no account can have it
)

// For is what a link opens.
type For struct {
	Handoff string `json:"handoff"`
	School  string `json:"school"` // id, where it went to a school
	By      string `json:"by"`     // login of who made it
}

// Link is what is given to the recipient, in two ways.
type Link struct {
	Token string // by mail
	Code  string // by telephone
	Until time.Time
}

// record is a link as it is kept.
type record struct {
	For
	Code   string    `json:"code"`
	Until  time.Time `json:"until"`
	Tried  int       `json:"tried,omitempty"`
	Opened time.Time `json:"opened,omitzero"`
}

// Register keeps the links. It is safe for concurrent use, from several processes.
type Register struct {
	shelf *shelf.Shelf[record]
	now   func() time.Time
}

// New returns the register behind the client, which stays the caller's. now is the machine's clock.
func New(client redis.UniversalClient, keys *seal.Keys, now func() time.Time) *Register {
	return &Register{shelf.New[record](client, keys, "passes"), now}
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:16])
}

// Make makes a link, and forgets those that are over.
func (r *Register) Make(ctx context.Context, f For) (Link, error) {
	all, err := r.shelf.All(ctx)
	if err != nil {
		return Link{}, err
	}
	now := r.now()
	for id, x := range all {
		if now.After(x.Until.Add(Lasts)) {
			if err := r.shelf.Remove(ctx, id); err != nil {
				return Link{}, err
			}
		}
	}
	n, err := rand.Int(rand.Reader, big.NewInt(10_000))
	if err != nil {
		return Link{}, triage.ErrUnavailable
	}
	l := Link{Token: strings.ToLower(rand.Text()), Code: fmt.Sprintf("%04d", n), Until: now.Add(Lives)}
	_, err = r.shelf.Change(ctx, hash(l.Token), func(x *record) error {
		*x = record{For: f, Code: l.Code, Until: l.Until}
		return nil
	})
	return l, err
}

// errOver ends a change that must not be written.
var errOver = errors.New("pass: over")

// Open spends a link with its code, and returns the person of its session; or staff.ErrUnknown, which says nothing of why.
func (r *Register) Open(ctx context.Context, token, code string) (staff.Person, error) {
	id := hash(token)
	right := false
	x, err := r.shelf.Change(ctx, id, func(x *record) error {
		right = false
		if x.Handoff == "" || x.Tried >= Tries || !x.Opened.IsZero() || !r.now().Before(x.Until) {
			return errOver
		}
		if right = subtle.ConstantTimeCompare([]byte(x.Code), []byte(code)) == 1; right {
			x.Opened = r.now()
		} else {
			x.Tried++
		}
		return nil
	})
	switch {
	case errors.Is(err, errOver), err == nil && !right:
		return staff.Person{}, staff.ErrUnknown
	case err != nil:
		return staff.Person{}, err
	}
	return person(id, x), nil
}

func person(id string, x record) staff.Person {
	return staff.Person{Login: prefix + id, Role: triage.School, School: x.School, Only: x.Handoff, Stamp: id}
}

// Person returns who came by a link, as long as the session may last, or staff.ErrUnknown.
func (r *Register) Person(ctx context.Context, login string) (staff.Person, error) {
	id, ok := strings.CutPrefix(login, prefix)
	if !ok {
		return staff.Person{}, staff.ErrUnknown
	}
	x, err := r.shelf.Find(ctx, id)
	switch {
	case errors.Is(err, triage.ErrUnknown), err == nil && (x.Opened.IsZero() || !r.now().Before(x.Opened.Add(Lasts))):
		return staff.Person{}, staff.ErrUnknown
	case err != nil:
		return staff.Person{}, err
	}
	return person(id, x), nil
}

// People are those with an account.
type People interface {
	Person(ctx context.Context, login string) (staff.Person, error)
	Seen(ctx context.Context, p staff.Person)
}

// Guests are the people of the pages: those with an account, and those who came by a link.
type Guests struct {
	People
	Register *Register
}

// Person returns the person as they are now, or staff.ErrUnknown.
func (g Guests) Person(ctx context.Context, login string) (staff.Person, error) {
	if strings.HasPrefix(login, prefix) {
		return g.Register.Person(ctx, login)
	}
	return g.People.Person(ctx, login)
}

// Seen notes that the person did something; of a guest there is nothing to note.
func (g Guests) Seen(ctx context.Context, p staff.Person) {
	if p.Only == "" {
		g.People.Seen(ctx, p)
	}
}
