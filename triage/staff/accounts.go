package staff

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
)

// Config is what Accounts needs.
type Config struct {
	Client redis.UniversalClient
	Keys   *seal.Keys
	Now    func() time.Time // the machine's clock; nil is time.Now
	// PasswordIsStrong counts a password alone as strong sign-in: in the demonstration, where nobody has a second factor.
	PasswordIsStrong bool
}

// Accounts keeps the people. It is safe for concurrent use, from several processes.
type Accounts struct{ Config }

// New returns the accounts behind the client, which stays the caller's.
func New(c Config) *Accounts { return &Accounts{c} }

// Create makes an account without a password and returns the token of a one-time enrolment link, good for a day. Where
// the account exists with the same role and school it returns a new link; with others it fails with ErrTaken.
func (a *Accounts) Create(ctx context.Context, login string, role triage.Role, school string) (link string, err error) {
	return "", ErrBackend
}

// Disable ends the account: its sessions, tokens and links at once, for good.
func (a *Accounts) Disable(ctx context.Context, login string) error { return ErrBackend }

// NewToken returns a new API token of the account, which it creates without a password where it is new. ErrTaken: the
// login exists with another role or school.
func (a *Accounts) NewToken(ctx context.Context, login string, role triage.Role, school string) (token string, err error) {
	return "", ErrBackend
}

// ByToken returns whose API token it is, or ErrUnknown.
func (a *Accounts) ByToken(ctx context.Context, token string) (Person, error) {
	return Person{}, ErrUnknown
}

// Link reports whose enrolment the link's token is, and spends nothing; or ErrUnknown.
func (a *Accounts) Link(ctx context.Context, link string) (Person, error) {
	return Person{}, ErrUnknown
}

// Enrol sets the password of the account that the link was made for, and spends the link.
func (a *Accounts) Enrol(ctx context.Context, link, password string) (Person, error) {
	return Person{}, ErrUnknown
}

// SignIn returns the person, or ErrUnknown for every reason alike, or ErrSlow.
func (a *Accounts) SignIn(ctx context.Context, login, password string) (Person, error) {
	return Person{}, ErrUnknown
}

// Person returns the person as they are now, or ErrUnknown where the account is gone or disabled.
func (a *Accounts) Person(ctx context.Context, login string) (Person, error) {
	return Person{}, ErrUnknown
}

// List returns every account by login.
func (a *Accounts) List(ctx context.Context) ([]Account, error) { return nil, ErrBackend }

// SetSchool moves the account of a school's person to another school; their sessions end.
func (a *Accounts) SetSchool(ctx context.Context, login, school string) error { return ErrBackend }
