package staff

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

const (
	linkLife = 24 * time.Hour

	// argon2id with 19 MiB, two passes and one lane: the least that OWASP's Password Storage Cheat Sheet allows. It takes
	// some 30 ms, so that a city hall's small machine still answers others meanwhile.
	hashMemory    = 19 << 10 // KiB
	hashPasses    = 2
	hashLanes     = 1
	hashBytes     = 32
	saltBytes     = 16
	hashingAtOnce = 2

	// MinPassword and MaxPassword are the bounds of a password in characters. Twelve, because a second factor is
	// nobody's duty; no rule on kinds of characters, because those make passwords worse (NIST SP 800-63B).
	MinPassword = 12
	MaxPassword = 256

	freeFailures  = 5
	longestPause  = 30 * time.Second // never longer: a stranger who fails on purpose must not shut anybody out
	forgottenFrom = 15 * time.Minute
)

// password is a hashed password with what it was hashed with.
type password struct {
	Salt   []byte `json:"salt"`
	Hash   []byte `json:"hash"`
	Memory uint32 `json:"memory"` // KiB
	Passes uint32 `json:"passes"`
	Lanes  uint8  `json:"lanes"`
}

func newPassword(text string) *password {
	p := &password{Salt: random(saltBytes), Memory: hashMemory, Passes: hashPasses, Lanes: hashLanes}
	p.Hash = p.of(text)
	return p
}

func (p *password) of(text string) []byte {
	return argon2.IDKey([]byte(text), p.Salt, p.Passes, p.Memory, p.Lanes, hashBytes)
}

func (p *password) is(text string) bool { return subtle.ConstantTimeCompare(p.of(text), p.Hash) == 1 }

// nobody is hashed against where there is no account, so that the answer takes as long.
func nobody() *password {
	return &password{Salt: make([]byte, saltBytes), Memory: hashMemory, Passes: hashPasses, Lanes: hashLanes}
}

// SignIn returns the person, or ErrUnknown for every reason alike and after the same time, or ErrSlow where too many
// attempts on that login failed just now; the pause grows to half a minute and no further. With ErrSecond the person is
// returned as well: their password was right, and their code is wanted (see Ticket). ErrPasskey: it was right, and alone it
// opens nothing.
func (a *Accounts) SignIn(ctx context.Context, login, text string) (Person, error) {
	name := a.name(fold(login))
	if err := a.attemptNow(ctx, "password", name); err != nil {
		return Person{}, err
	}
	r, _, err := a.read(ctx, name)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Person{}, err
	}
	want := r.Password
	if want == nil || r.Disabled {
		want = nobody()
	}
	right, err := a.check(ctx, want, text)
	if err != nil {
		return Person{}, err
	}
	if !right || r.Password == nil || r.Disabled {
		return Person{}, ErrUnknown
	}
	if err := a.forget(ctx, "password", name); err != nil {
		return Person{}, err
	}
	p := r.person()
	p.Strong = a.strong
	switch {
	case r.App != nil:
		return p, ErrSecond
	case a.party != nil && len(r.Passkeys) > 0:
		return Person{}, ErrPasskey
	}
	return p, nil
}

// failures is the key of the attempts of one sort that failed.
func failures(sort, name string) string { return "{staff}:failed:" + sort + ":" + name }

// attemptNow counts an attempt, or fails with ErrSlow where too many failed just now.
func (a *Accounts) attemptNow(ctx context.Context, sort, name string) error {
	wait, err := a.attempt.Run(ctx, a.client, []string{failures(sort, name)}, a.now().UnixMilli(), freeFailures,
		longestPause.Milliseconds(), forgottenFrom.Milliseconds()).Int64()
	if err != nil {
		return backend(ctx)
	}
	if wait > 0 {
		return ErrSlow
	}
	return nil
}

// forget forgets the attempts that failed, after one that did not.
func (a *Accounts) forget(ctx context.Context, sort, name string) error {
	if a.client.Del(ctx, failures(sort, name)).Err() != nil {
		return backend(ctx)
	}
	return nil
}

// check hashes when there is room for another.
func (a *Accounts) check(ctx context.Context, p *password, text string) (bool, error) {
	if utf8.RuneCountInString(text) > MaxPassword {
		text = "" // no password is empty
	}
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
		return p.is(text), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// Link reports whose enrolment the link's token is, and spends nothing; or ErrUnknown.
func (a *Accounts) Link(ctx context.Context, link string) (Person, error) {
	name, hash, ok := parse(link)
	if !ok {
		return Person{}, ErrUnknown
	}
	r, _, err := a.read(ctx, name)
	if err != nil {
		return Person{}, err
	}
	if !a.opens(r, hash) {
		return Person{}, ErrUnknown
	}
	return r.person(), nil
}

func (a *Accounts) opens(r record, hash []byte) bool {
	return !r.Disabled && len(r.Link) > 0 && subtle.ConstantTimeCompare(r.Link, hash) == 1 && a.now().Before(r.LinkEnds)
}

// Enrol sets the password of the account that the link was made for, and spends the link. App and passkeys are forgotten,
// because who lost their telephone comes in by such a link, which an administrator hands to them. The account's sessions end.
// ErrWeak spends nothing.
func (a *Accounts) Enrol(ctx context.Context, link, text string) (Person, error) {
	name, hash, ok := parse(link)
	if !ok {
		return Person{}, ErrUnknown
	}
	if n := utf8.RuneCountInString(text); n < MinPassword || n > MaxPassword {
		return Person{}, ErrWeak
	}
	if _, err := a.Link(ctx, link); err != nil {
		return Person{}, err // nothing is hashed for a wrong link
	}
	select {
	case a.hashing <- struct{}{}:
		defer func() { <-a.hashing }()
	case <-ctx.Done():
		return Person{}, ctx.Err()
	}
	hashed := newPassword(text)
	r, err := a.change(ctx, name, func(r *record) error {
		if !a.opens(*r, hash) {
			return ErrUnknown
		}
		r.Password, r.Link, r.LinkEnds, r.Stamp = hashed, nil, time.Time{}, newStamp()
		r.App, r.NewApp, r.Passkeys = nil, nil, nil
		return nil
	})
	if err != nil {
		return Person{}, err
	}
	p := r.person()
	p.Strong, p.New = a.strong, true
	return p, nil
}

// ByToken returns whose API token it is, or ErrUnknown.
func (a *Accounts) ByToken(ctx context.Context, token string) (Person, error) {
	name, hash, ok := parse(token)
	if !ok {
		return Person{}, ErrUnknown
	}
	r, _, err := a.read(ctx, name)
	if err != nil {
		return Person{}, err
	}
	mine := slices.ContainsFunc(r.Tokens, func(t []byte) bool { return subtle.ConstantTimeCompare(t, hash) == 1 })
	if r.Disabled || !mine {
		return Person{}, ErrUnknown
	}
	p := r.person()
	p.Strong = true
	return p, nil
}

const (
	nameBytes   = 16
	secretBytes = 32
)

// mint makes a token for the account of that login, and its hash.
func (a *Accounts) mint(login string) (token string, hash []byte) {
	raw := append(slices.Clone(a.keys.Digest("account", login)), random(secretBytes)...)
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(raw), sum[:]
}

// parse takes a token apart into the account's name and the token's hash.
func parse(token string) (name string, hash []byte, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != nameBytes+secretBytes {
		return "", nil, false
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(raw[:nameBytes]), sum[:], true
}

func constantTimeEqual(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// digits keeps the digits of a code as somebody types it, full width and spaces too.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			r += '0' - '０'
		}
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}

func decodeSecret(text string) ([]byte, error) {
	return base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
}

func newStamp() string { return base64.RawURLEncoding.EncodeToString(random(12)) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}
