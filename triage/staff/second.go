package staff

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image/png"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// ErrSecond says that the password was right and that a one-time code is wanted as well, ErrPasskey that this account is
// signed in to with its passkey.
var (
	ErrSecond  = errors.New("staff: a one-time code is wanted")
	ErrPasskey = errors.New("staff: a passkey is wanted")
)

const (
	issuer     = "窓口"
	codePeriod = 30 // seconds, as every authenticator app has it (RFC 6238)
	ticketLife = 5 * time.Minute
)

// device is an authenticator app.
type device struct {
	Secret string `json:"secret"`         // base32
	Last   int64  `json:"last,omitempty"` // the step of the last code that was used: none is used twice (RFC 6238 5.2)
}

// spend uses a code, of this step or of its neighbours, since clocks of telephones differ.
func (d *device) spend(code string, now time.Time) bool {
	step := now.Unix() / codePeriod
	for _, s := range []int64{step, step - 1, step + 1} {
		want, err := totp.GenerateCodeCustom(d.Secret, time.Unix(s*codePeriod, 0), totp.ValidateOpts{Period: codePeriod, Digits: otp.DigitsSix})
		if err == nil && s > d.Last && constantTimeEqual(want, code) {
			d.Last = s
			return true
		}
	}
	return false
}

// Factors is what somebody can sign in with beside the password.
type Factors struct {
	App      bool      // an authenticator app
	Waiting  bool      // one whose first code was not typed yet
	Passkeys []Passkey // in the order of their making
}

// Any reports whether there is a second factor.
func (f Factors) Any() bool { return f.App || len(f.Passkeys) > 0 }

// MayChange reports whether somebody who signed in like that may add or remove a factor: who proved one, and for the first one
// who came in by the link that an administrator handed over. A password alone never grows into more.
func (p Person) MayChange(f Factors) bool { return p.Strong || p.New && !f.Any() }

// Passkey is a passkey as its owner sees it.
type Passkey struct {
	ID   string // opaque
	Made time.Time
}

// Factors returns what the person can sign in with.
func (a *Accounts) Factors(ctx context.Context, login string) (Factors, error) {
	r, _, err := a.read(ctx, a.name(fold(login)))
	if err != nil {
		return Factors{}, err
	}
	f := Factors{App: r.App != nil, Waiting: r.NewApp != nil}
	for _, k := range r.Passkeys {
		f.Passkeys = append(f.Passkeys, Passkey{base64.RawURLEncoding.EncodeToString(k.Credential.ID), k.Made})
	}
	return f, nil
}

// BeginApp makes a secret for an authenticator app. It counts from the first code on.
func (a *Accounts) BeginApp(ctx context.Context, login string) error {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: fold(login)})
	if err != nil {
		return ErrInvalid
	}
	_, err = a.change(ctx, a.name(fold(login)), func(r *record) error {
		r.NewApp = &device{Secret: key.Secret()}
		return nil
	})
	return err
}

// NewApp returns the secret of the app that waits for its first code, as text and as a QR code in PNG; or ErrUnknown.
func (a *Accounts) NewApp(ctx context.Context, login string) (secret string, qr []byte, err error) {
	r, _, err := a.read(ctx, a.name(fold(login)))
	if err == nil && r.NewApp == nil {
		err = ErrUnknown
	}
	if err != nil {
		return "", nil, err
	}
	raw, err := decodeSecret(r.NewApp.Secret)
	if err != nil {
		return "", nil, ErrDamaged
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: r.Login, Secret: raw})
	if err != nil {
		return "", nil, ErrDamaged
	}
	picture, err := key.Image(240, 240)
	if err != nil {
		return "", nil, ErrDamaged
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		return "", nil, ErrDamaged
	}
	return r.NewApp.Secret, b.Bytes(), nil
}

// ConfirmApp makes the app that waits the account's, by its first code. The person's other sessions end; they themselves
// have signed in strongly. ErrUnknown: the code is wrong, or no app waits.
func (a *Accounts) ConfirmApp(ctx context.Context, login, code string) (Person, error) {
	name := a.name(fold(login))
	if err := a.attemptNow(ctx, "code", name); err != nil {
		return Person{}, err
	}
	r, err := a.change(ctx, name, func(r *record) error {
		if r.Disabled || r.NewApp == nil || !r.NewApp.spend(digits(code), a.now()) {
			return ErrUnknown
		}
		r.App, r.NewApp, r.Stamp = r.NewApp, nil, newStamp()
		return nil
	})
	return a.strongly(ctx, r, err)
}

// RemoveApp takes the authenticator app away. The person's other sessions end.
func (a *Accounts) RemoveApp(ctx context.Context, login string) (Person, error) {
	r, err := a.change(ctx, a.name(fold(login)), func(r *record) error {
		r.App, r.NewApp, r.Stamp = nil, nil, newStamp()
		return nil
	})
	return r.person(), err
}

// Spoken spends a one-time code of the person's app that another has heard from them, or fails with ErrUnknown for every reason
// alike, or ErrSlow. Attempts count against who tries, whatever they try it for and whosever code it is: so nobody guesses by
// asking again and again, and nobody who guesses slows a sign-in.
func (a *Accounts) Spoken(ctx context.Context, by, login, code string) error {
	tries := a.name(fold(by))
	if err := a.attemptNow(ctx, "spoken", tries); err != nil {
		return err
	}
	if _, err := a.spend(ctx, a.name(fold(login)), code, func(record) bool { return true }); err != nil {
		return err
	}
	return a.forget(ctx, "spoken", tries)
}

func (a *Accounts) spend(ctx context.Context, name, code string, may func(record) bool) (record, error) {
	return a.change(ctx, name, func(r *record) error {
		if r.Disabled || r.App == nil || !may(*r) || !r.App.spend(digits(code), a.now()) {
			return ErrUnknown
		}
		return nil
	})
}

// strongly returns the person of r as somebody who has proved a second factor just now, and forgets their failed attempts.
func (a *Accounts) strongly(ctx context.Context, r record, err error) (Person, error) {
	if err != nil {
		return Person{}, err
	}
	if err := a.forget(ctx, "code", a.name(r.Login)); err != nil {
		return Person{}, err
	}
	p := r.person()
	p.Strong = true
	return p, nil
}

// ticket is the way from the password to the code: a sealed note that the browser carries, so that nothing is kept here.
type ticket struct {
	Login string    `json:"login"`
	Stamp string    `json:"stamp"`
	Ends  time.Time `json:"ends"`
}

// Ticket returns what the browser of somebody whose password was right, and who must give a code as well, brings back with
// it. It is good for five minutes.
func (a *Accounts) Ticket(p Person) (string, error) {
	return a.closed("ticket", ticket{p.Login, p.Stamp, a.now().Add(ticketLife)})
}

// Second ends a sign-in by a one-time code. It fails with ErrUnknown for every reason alike, or ErrSlow.
func (a *Accounts) Second(ctx context.Context, text, code string) (Person, error) {
	var t ticket
	if a.opened("ticket", text, &t) != nil || !a.now().Before(t.Ends) {
		return Person{}, ErrUnknown
	}
	name := a.name(fold(t.Login))
	if err := a.attemptNow(ctx, "code", name); err != nil {
		return Person{}, err
	}
	r, err := a.spend(ctx, name, code, func(r record) bool { return r.Stamp == t.Stamp })
	return a.strongly(ctx, r, err)
}

// closed seals a value into text that a browser can carry.
func (a *Accounts) closed(label string, v any) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", ErrDamaged
	}
	return base64.RawURLEncoding.EncodeToString(a.keys.Seal(label, plain)), nil
}

func (a *Accounts) opened(label, text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ErrUnknown
	}
	plain, err := a.keys.Open(label, raw)
	if err != nil || json.Unmarshal(plain, v) != nil {
		return ErrUnknown
	}
	return nil
}
