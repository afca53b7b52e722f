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

type signInData struct{ Login, Wrong string }

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	c.showSignIn(w, r, http.StatusOK, signInData{})
}

func (c *Console) showSignIn(w http.ResponseWriter, r *http.Request, status int, d signInData) {
	c.pages.Show(w, r, staff.Person{}, status, "signin", web.Frame{Title: "サインイン", Room: "signin", Data: d})
}

// signIn says the same whatever was wrong.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	login := r.PostFormValue("login")
	p, err := c.Accounts.SignIn(r.Context(), login, r.PostFormValue("password"))
	switch {
	case errors.Is(err, staff.ErrUnknown):
		c.showSignIn(w, r, http.StatusUnauthorized, signInData{login, "ログインかパスワードが違います。"})
	case errors.Is(err, staff.ErrSlow):
		c.showSignIn(w, r, http.StatusTooManyRequests, signInData{login, "続けて試されたので、少し待ってからもう一度お願いします。"})
	case err != nil:
		c.showSignIn(w, r, http.StatusServiceUnavailable, signInData{login, "いまサインインできません。少し待って、もう一度お願いします。"})
	default:
		c.enter(w, r, p)
	}
}

func (c *Console) enter(w http.ResponseWriter, r *http.Request, p staff.Person) {
	if err := c.site.Sessions.Begin(r.Context(), p); err != nil {
		c.showSignIn(w, r, http.StatusServiceUnavailable, signInData{"", "いまサインインできません。少し待って、もう一度お願いします。"})
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request, p staff.Person) {
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
