package console

import (
	"errors"
	"net/http"
	"net/url"

	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// EnrolURL is the one-time link by which somebody sets their password; staffURL is the outside URL of the staff pages.
func EnrolURL(staffURL, token string) string {
	return staffURL + "/enrol?link=" + url.QueryEscape(token)
}

type signInData struct {
	Login, Wrong string
	Passkeys     bool // the browser may sign in with one
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	c.showSignIn(w, r, http.StatusOK, signInData{})
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	f := web.Frame{Title: "サインイン", Room: "signin"}
	if d.Passkeys = c.Passkeys.Passkeys(); d.Passkeys {
		f.Scripts = []string{"/static/passkey.js"}
	}
	f.Data = d
	c.pages.Show(w, r, staff.Person{}, status, "signin", f)
}

type codeData struct{ Ticket, Wrong string }

func (c *Console) showCode(w http.ResponseWriter, r *http.Request, status int, d codeData) {
	c.pages.Show(w, r, staff.Person{}, status, "code", web.Frame{Title: "ワンタイムコード", Room: "signin", Data: d})
}

// code ends a sign-in whose password was right.
func (c *Console) code(w http.ResponseWriter, r *http.Request) {
	ticket := r.PostFormValue("ticket")
	p, err := c.Apps.Second(r.Context(), ticket, r.PostFormValue("code"))
	switch {
	case errors.Is(err, staff.ErrUnknown):
		c.showCode(w, r, http.StatusUnauthorized, codeData{ticket, "そのコードは使えません。アプリの新しいコードを入れてください。"})
	case errors.Is(err, staff.ErrSlow):
		c.showCode(w, r, http.StatusTooManyRequests, codeData{ticket, "続けて試されたので、少し待ってからもう一度お願いします。"})
	case err != nil:
		c.showCode(w, r, http.StatusServiceUnavailable, codeData{ticket, "いまサインインできません。少し待って、もう一度お願いします。"})
	default:
		c.enter(w, r, p)
	}
}

// signIn says the same whatever was wrong.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	login := r.PostFormValue("login")
	p, err := c.Accounts.SignIn(r.Context(), login, r.PostFormValue("password"))
	if errors.Is(err, staff.ErrSecond) {
		ticket, err := c.Apps.Ticket(p)
		if err != nil {
			c.showSignIn(w, r, http.StatusServiceUnavailable, signInData{Login: login, Wrong: "いまサインインできません。少し待って、もう一度お願いします。"})
			return
		}
		c.showCode(w, r, http.StatusOK, codeData{Ticket: ticket})
		return
	}
	switch {
	case errors.Is(err, staff.ErrPasskey):
		c.showSignIn(w, r, http.StatusUnauthorized, signInData{Login: login, Wrong: "このアカウントは、登録してあるパスキーでサインインします。"})
	case errors.Is(err, staff.ErrUnknown):
		c.showSignIn(w, r, http.StatusUnauthorized, signInData{Login: login, Wrong: "ログインかパスワードが違います。"})
	case errors.Is(err, staff.ErrSlow):
		c.showSignIn(w, r, http.StatusTooManyRequests, signInData{Login: login, Wrong: "続けて試されたので、少し待ってからもう一度お願いします。"})
	case err != nil:
		c.showSignIn(w, r, http.StatusServiceUnavailable, signInData{Login: login, Wrong: "いまサインインできません。少し待って、もう一度お願いします。"})
	default:
		c.enter(w, r, p)
	}
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if err := c.site.Sessions.Begin(r.Context(), p); err != nil {
		c.showSignIn(w, r, http.StatusServiceUnavailable, signInData{Wrong: "いまサインインできません。少し待って、もう一度お願いします。"})
		return
	}
	c.Apps.Seen(r.Context(), p)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request, p staff.Person) {
	defer c.Apps.Away(r.Context(), p)
	if err := c.site.Sessions.End(r.Context()); err != nil {
		c.sorry(w, r, p, err)
		return
	}
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	http.Redirect(w, r, "/sign-in", http.StatusSeeOther)
}

type enrolData struct{ Login, Link, Wrong string }

func (c *Console) enrolPage(w http.ResponseWriter, r *http.Request) {
	link := r.URL.Query().Get("link")
	p, err := c.Accounts.Link(r.Context(), link)
	if err != nil {
		c.showEnrol(w, r, http.StatusNotFound, enrolData{})
		return
	}
	c.showEnrol(w, r, http.StatusOK, enrolData{Login: p.Login, Link: link})
}

func (c *Console) showEnrol(w http.ResponseWriter, r *http.Request, status int, d enrolData) {
	c.pages.Show(w, r, staff.Person{}, status, "enrol", web.Frame{Title: "パスワードを決める", Room: "enrol", Data: d})
}

func (c *Console) enrol(w http.ResponseWriter, r *http.Request) {
	link, password := r.PostFormValue("link"), r.PostFormValue("password")
	p, err := c.Accounts.Link(r.Context(), link)
	if err != nil {
		c.showEnrol(w, r, http.StatusNotFound, enrolData{})
		return
	}
	again := enrolData{Login: p.Login, Link: link}
	if password != r.PostFormValue("again") {
		again.Wrong = "二つのパスワードが違います。もう一度書いてください。"
		c.showEnrol(w, r, http.StatusBadRequest, again)
		return
	}
	p, err = c.Accounts.Enrol(r.Context(), link, password)
	switch {
	case errors.Is(err, staff.ErrWeak):
		again.Wrong = "パスワードの長さが足りません。12文字以上にしてください。"
		c.showEnrol(w, r, http.StatusBadRequest, again)
	case err != nil:
		c.showEnrol(w, r, http.StatusNotFound, enrolData{})
	default:
		c.enter(w, r, p)
	}
}
