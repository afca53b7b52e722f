package staff

import (
	"context"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
)

//go:embed swap.lua
var swapSource string

//go:embed attempt.lua
var attemptSource string

// Config is what Accounts needs.
type Config struct {
	Client redis.UniversalClient
	Keys   *seal.Keys
	Now    func() time.Time // the machine's clock; nil is time.Now
	Desk   func() time.Time // the desk's, by which people are there; nil is Now
	URL    string           // outside URL of the staff pages, which passkeys belong to
	// PasswordIsStrong counts a password alone as strong sign-in: in the demonstration, where nobody has a second factor.
	PasswordIsStrong bool
}

// Accounts keeps the people. It is safe for concurrent use, from several processes.
//
// An account is one record in Redis, sealed, under a keyed digest of its login; the secrets that belong to it (a password,
// tokens, a link) are in it as hashes only. A token begins with that digest, so that it needs no index of its own and ends
// with the record that names it.
type Accounts struct {
	client        redis.UniversalClient
	keys          *seal.Keys
	now, desk     func() time.Time
	strong        bool
	swap, attempt *redis.Script
	seen          seen
	party         *webauthn.WebAuthn // nil where the pages' address can have no passkeys
	hashing       chan struct{}      // one place for each password that is hashed at the same time
}

// New returns the accounts behind the client, which stays the caller's.
func New(c Config) *Accounts {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Desk == nil {
		c.Desk = c.Now
	}
	return &Accounts{
		party: newParty(c.URL), client: c.Client, keys: c.Keys, now: c.Now, desk: c.Desk, strong: c.PasswordIsStrong,
		swap: redis.NewScript(swapSource), attempt: redis.NewScript(attemptSource),
		hashing: make(chan struct{}, hashingAtOnce),
	}
}

// record is an account at rest.
type record struct {
	Login    string      `json:"login"`
	Role     triage.Role `json:"role"`
	School   string      `json:"school,omitempty"`
	Posts    string      `json:"posts,omitempty"`
	Org      string      `json:"org,omitempty"`
	Disabled bool        `json:"disabled,omitempty"`
	Stamp    string      `json:"stamp"`
	Password *password   `json:"password,omitempty"`
	Tokens   [][]byte    `json:"tokens,omitempty"` // SHA-256
	Link     []byte      `json:"link,omitempty"`   // SHA-256
	LinkEnds time.Time   `json:"link_ends,omitzero"`
	App      *device     `json:"app,omitempty"`
	NewApp   *device     `json:"new_app,omitempty"`
	Passkeys []keeper    `json:"passkeys,omitempty"`
}

func (r record) person() Person {
	return Person{Login: r.Login, Role: r.Role, School: r.School, Posts: r.Posts, Stamp: r.Stamp}
}

// loginForm allows what can be typed on every keyboard and stands in a log without quotes.
var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{0,63}$`)

const everybody = "{staff}:all"

func (a *Accounts) name(login string) string {
	return hex.EncodeToString(a.keys.Digest("account", login))
}

func accountKey(name string) string { return "{staff}:account:" + name }

// Create makes an account without a password and returns the token of a one-time enrolment link, good for a day. Where
// the account exists with the same role and school it returns a new link, and enables the account again if it was
// disabled; with others it fails with ErrTaken.
func (a *Accounts) Create(ctx context.Context, login string, role triage.Role, school string) (link string, err error) {
	login = fold(login)
	link, hash := a.mint(login)
	err = a.ensure(ctx, login, role, school, func(r *record) {
		r.Disabled, r.Link, r.LinkEnds = false, hash, a.now().Add(linkLife)
	})
	if err != nil {
		return "", err
	}
	return link, nil
}

// NewToken returns a new API token of the account, which it creates without a password where it is new. ErrTaken: the
// login exists with another role or school, or is disabled.
func (a *Accounts) NewToken(ctx context.Context, login string, role triage.Role, school string) (token string, err error) {
	login = fold(login)
	token, hash := a.mint(login)
	disabled := false
	err = a.ensure(ctx, login, role, school, func(r *record) {
		if disabled = r.Disabled; !disabled {
			r.Tokens = append(r.Tokens, hash)
		}
	})
	if err == nil && disabled {
		err = ErrTaken
	}
	if err != nil {
		return "", err
	}
	return token, nil
}

// Disable ends the account: its sessions, tokens and link at once.
func (a *Accounts) Disable(ctx context.Context, login string) error {
	_, err := a.change(ctx, a.name(fold(login)), func(r *record) error {
		r.Disabled, r.Password, r.Tokens, r.Link = true, nil, nil, nil
		r.App, r.NewApp, r.Passkeys = nil, nil, nil
		r.Stamp = newStamp()
		return nil
	})
	return err
}

// SetPosts says to which schools somebody of the desk belongs beside it. It holds from their next act on.
func (a *Accounts) SetPosts(ctx context.Context, login string, schools []string) error {
	_, err := a.change(ctx, a.name(fold(login)), func(r *record) error {
		if r.Login == "" {
			return ErrUnknown
		}
		if r.Role == triage.School {
			return ErrInvalid
		}
		r.Posts = strings.Join(schools, " ")
		return nil
	})
	return err
}

// maxOrg is the longest name of an organisation, in characters.
const maxOrg = 60

// SetOrg says which organisation employs somebody of the desk, where it is not the city; empty: it is. It gives no right and takes none.
func (a *Accounts) SetOrg(ctx context.Context, login, org string) error {
	org = strings.TrimSpace(org)
	_, err := a.change(ctx, a.name(fold(login)), func(r *record) error {
		switch {
		case r.Login == "":
			return ErrUnknown
		case r.Role == triage.School && org != "", !utf8.ValidString(org), utf8.RuneCountInString(org) > maxOrg, strings.ContainsFunc(org, unicode.IsControl):
			return ErrInvalid
		}
		r.Org = org
		return nil
	})
	return err
}

// Person returns the person as they are now, or ErrUnknown where the account is gone or disabled.
func (a *Accounts) Person(ctx context.Context, login string) (Person, error) {
	r, _, err := a.read(ctx, a.name(fold(login)))
	if err != nil {
		return Person{}, err
	}
	if r.Disabled {
		return Person{}, ErrUnknown
	}
	return r.person(), nil
}

// List returns every account by login.
func (a *Accounts) List(ctx context.Context) ([]Account, error) {
	names, err := a.client.SMembers(ctx, everybody).Result()
	if err != nil {
		return nil, backend(ctx)
	}
	var all []Account
	for _, name := range names {
		r, _, err := a.read(ctx, name)
		if err != nil {
			return nil, err
		}
		all = append(all, Account{Login: r.Login, Role: r.Role, School: r.School, Posts: r.Posts, Org: r.Org, Disabled: r.Disabled,
			Enrolled: r.Password != nil, Tokens: len(r.Tokens)})
	}
	slices.SortFunc(all, func(x, y Account) int { return strings.Compare(x.Login, y.Login) })
	return all, nil
}

// ensure changes the account, which it makes first where there is none.
func (a *Accounts) ensure(ctx context.Context, login string, role triage.Role, school string, f func(*record)) error {
	if !loginForm.MatchString(login) || !slices.Contains(triage.Roles, role) || (role == triage.School) != (school != "") {
		return ErrInvalid
	}
	_, err := a.change(ctx, a.name(login), func(r *record) error {
		if r.Login == "" {
			*r = record{Login: login, Role: role, School: school, Stamp: newStamp()}
		}
		if r.Role != role || r.School != school {
			return ErrTaken
		}
		f(r)
		return nil
	})
	return err
}

// change applies f to the record of that name until nobody else was faster. f sees an empty record where there is none,
// and what it leaves empty is ErrUnknown.
func (a *Accounts) change(ctx context.Context, name string, f func(*record) error) (record, error) {
	for {
		r, raw, err := a.read(ctx, name)
		if err != nil && !errors.Is(err, ErrUnknown) {
			return record{}, err
		}
		was := r.Login
		if err := f(&r); err != nil {
			if was == "" && !errors.Is(err, ErrTaken) {
				return record{}, ErrUnknown
			}
			return record{}, err
		}
		if r.Login == "" {
			return record{}, ErrUnknown
		}
		plain, err := json.Marshal(r)
		if err != nil {
			return record{}, ErrDamaged
		}
		done, err := a.swap.Run(ctx, a.client, []string{accountKey(name), everybody}, raw, a.keys.Seal("account/"+name, plain), name).Int()
		if err != nil {
			return record{}, backend(ctx)
		}
		if done == 1 {
			return r, nil
		}
	}
}

// read returns the record of that name and its bytes at rest, or ErrUnknown.
func (a *Accounts) read(ctx context.Context, name string) (record, []byte, error) {
	raw, err := a.client.Get(ctx, accountKey(name)).Bytes()
	if errors.Is(err, redis.Nil) {
		return record{}, nil, ErrUnknown
	}
	if err != nil {
		return record{}, nil, backend(ctx)
	}
	plain, err := a.keys.Open("account/"+name, raw)
	if err != nil {
		return record{}, nil, ErrDamaged
	}
	var r record
	if json.Unmarshal(plain, &r) != nil {
		return record{}, nil, ErrDamaged
	}
	return r, raw, nil
}

// backend is the error of a call that Redis did not answer; its own text is dropped.
func backend(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return errors.Join(ErrBackend, err)
	}
	return ErrBackend
}

func fold(login string) string { return strings.ToLower(strings.TrimSpace(login)) }
