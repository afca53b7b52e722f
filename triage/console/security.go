package console

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Apps is what the pages need of authenticator apps and of presence.
type Apps interface {
	Factors(ctx context.Context, login string) (staff.Factors, error)
	BeginApp(ctx context.Context, login string) error
	NewApp(ctx context.Context, login string) (secret string, qr []byte, err error)
	ConfirmApp(ctx context.Context, login, code string) (staff.Person, error)
	RemoveApp(ctx context.Context, login string) (staff.Person, error)
	Signing
}

// Signing is a sign-in from its second step on, who is there since, and its end.
type Signing interface {
	Ticket(p staff.Person) (string, error)
	Second(ctx context.Context, ticket, code string) (staff.Person, error)
	Seen(ctx context.Context, p staff.Person)
	Away(ctx context.Context, p staff.Person)
}

// Passkeys is what the pages need of passkeys.
type Passkeys interface {
	Passkeys() bool
	BeginPasskey(ctx context.Context, login string) (options []byte, state string, err error)
	FinishPasskey(ctx context.Context, login, state string, made []byte) (staff.Person, error)
	RemovePasskey(ctx context.Context, login, id string) (staff.Person, error)
	AskPasskey() (options []byte, state string, err error)
	ByPasskey(ctx context.Context, state string, signed []byte) (staff.Person, error)
}

// errNotStrong says that a factor is added or removed by who proved none.
var errNotStrong = errors.New("console: a password alone changes no factor")

type securityData struct {
	staff.Factors
	May        bool // add and remove
	Secret     string
	CanPasskey bool
	Wrong      string
}

func (c *Console) security(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.showSecurity(w, r, p, http.StatusOK, "")
}

func (c *Console) showSecurity(w http.ResponseWriter, r *http.Request, p staff.Person, status int, wrong string) {
	f, err := c.Apps.Factors(r.Context(), p.Login)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	d := securityData{Factors: f, May: p.MayChange(f), CanPasskey: c.Passkeys.Passkeys(), Wrong: wrong}
	if d.May && f.Waiting && !f.App {
		if d.Secret, _, err = c.Apps.NewApp(r.Context(), p.Login); err != nil {
			c.sorry(w, r, p, err)
			return
		}
	}
	c.pages.Show(w, r, p, status, "security", web.Frame{Title: "サインインの安全", Room: "security", Scripts: []string{"/static/passkey.js"}, Data: d})
}

// may fails with errNotStrong where p may not add or remove a factor.
func (c *Console) may(ctx context.Context, p staff.Person) error {
	f, err := c.Apps.Factors(ctx, p.Login)
	if err == nil && !p.MayChange(f) {
		err = errNotStrong
	}
	return err
}

// mayChange reports whether p may add or remove a factor, or answers that they may not.
func (c *Console) mayChange(w http.ResponseWriter, r *http.Request, p staff.Person) bool {
	err := c.may(r.Context(), p)
	switch {
	case errors.Is(err, errNotStrong):
		c.showSecurity(w, r, p, http.StatusForbidden, "")
	case err != nil:
		c.sorry(w, r, p, err)
	}
	return err == nil
}

// appPicture is the QR code of the app that waits for its first code.
func (c *Console) appPicture(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if !c.mayChange(w, r, p) {
		return
	}
	_, qr, err := c.Apps.NewApp(r.Context(), p.Login)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(qr)
}

// changed writes a change of somebody's factors to the audit, does it, and goes on with the session that it renewed.
func (c *Console) changed(w http.ResponseWriter, r *http.Request, p staff.Person, act string, change func() (staff.Person, error)) error {
	if err := c.may(r.Context(), p); err != nil {
		return err
	}
	if err := c.Ledger.Record(r.Context(), p, act, p.Login); err != nil {
		return err
	}
	now, err := change()
	if err != nil {
		return err
	}
	return c.site.Sessions.Begin(r.Context(), now)
}

func (c *Console) beginApp(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if !c.mayChange(w, r, p) {
		return
	}
	if err := c.Apps.BeginApp(r.Context(), p.Login); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/security", http.StatusSeeOther)
}

func (c *Console) confirmApp(w http.ResponseWriter, r *http.Request, p staff.Person) {
	err := c.changed(w, r, p, "factor_add", func() (staff.Person, error) {
		return c.Apps.ConfirmApp(r.Context(), p.Login, r.PostFormValue("code"))
	})
	switch {
	case errors.Is(err, errNotStrong):
		c.showSecurity(w, r, p, http.StatusForbidden, "")
	case errors.Is(err, staff.ErrUnknown):
		c.showSecurity(w, r, p, http.StatusBadRequest, "そのコードは使えません。アプリの新しいコードを入れてください。")
	case errors.Is(err, staff.ErrSlow):
		c.showSecurity(w, r, p, http.StatusTooManyRequests, "続けて試されたので、少し待ってからもう一度お願いします。")
	case err != nil:
		c.sorry(w, r, p, err)
	default:
		http.Redirect(w, r, "/security", http.StatusSeeOther)
	}
}

func (c *Console) removeApp(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.removed(w, r, p, func() (staff.Person, error) { return c.Apps.RemoveApp(r.Context(), p.Login) })
}

func (c *Console) removePasskey(w http.ResponseWriter, r *http.Request, p staff.Person) {
	c.removed(w, r, p, func() (staff.Person, error) {
		return c.Passkeys.RemovePasskey(r.Context(), p.Login, r.PostFormValue("id"))
	})
}

// removed takes a factor away. The session goes on as strong as it was.
func (c *Console) removed(w http.ResponseWriter, r *http.Request, p staff.Person, remove func() (staff.Person, error)) {
	err := c.changed(w, r, p, "factor_remove", func() (staff.Person, error) {
		now, err := remove()
		now.Strong = p.Strong
		return now, err
	})
	switch {
	case errors.Is(err, errNotStrong):
		c.showSecurity(w, r, p, http.StatusForbidden, "")
		return
	case err != nil:
		c.sorry(w, r, p, err)
		return
	}
	http.Redirect(w, r, "/security", http.StatusSeeOther)
}

// challenge is what the browser needs for a passkey.
type challenge struct {
	Options json.RawMessage `json:"options"`
	State   string          `json:"state"`
}

func (c *Console) makeOptions(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if !c.mayChange(w, r, p) {
		return
	}
	options, state, err := c.Passkeys.BeginPasskey(r.Context(), p.Login)
	tell(w, challenge{options, state}, err)
}

func (c *Console) makePasskey(w http.ResponseWriter, r *http.Request, p staff.Person) {
	err := c.changed(w, r, p, "factor_add", func() (staff.Person, error) {
		return c.Passkeys.FinishPasskey(r.Context(), p.Login, r.PostFormValue("state"), []byte(r.PostFormValue("made")))
	})
	tell(w, result{To: "/security"}, err)
}

func (c *Console) signOptions(w http.ResponseWriter, _ *http.Request) {
	options, state, err := c.Passkeys.AskPasskey()
	tell(w, challenge{options, state}, err)
}

func (c *Console) signByPasskey(w http.ResponseWriter, r *http.Request) {
	p, err := c.Passkeys.ByPasskey(r.Context(), r.PostFormValue("state"), []byte(r.PostFormValue("signed")))
	if err == nil {
		c.Apps.Seen(r.Context(), p)
		err = c.site.Sessions.Begin(r.Context(), p)
	}
	tell(w, result{To: "/"}, err)
}

// tell answers a script with v, or that it did not work: the same for every reason.
func tell(w http.ResponseWriter, v any, err error) {
	if err != nil {
		web.Problem{Status: http.StatusBadRequest, Code: "bad_request", Title: "not possible"}.Write(w)
		return
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(body)
}
