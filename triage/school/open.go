package school

import (
	"context"
	"net/http"
	"strings"

	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Passes opens links for those without an account.
type Passes interface {
	// Open spends a link with its code, or fails with staff.ErrUnknown.
	Open(ctx context.Context, token, code string) (staff.Person, error)
}

// openPage shows where the code is typed. It says nothing of the link, and looking at it spends nothing.
func (p *portal) openPage(w http.ResponseWriter, r *http.Request) {
	p.showOpen(w, r, http.StatusOK, "")
}

func (p *portal) showOpen(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	p.pages.Show(w, r, staff.Person{}, status, "open", web.Frame{Title: "連絡を開く", Room: "signin", Scripts: []string{"/static/open.js"}, Data: wrong})
}

func (p *portal) open(w http.ResponseWriter, r *http.Request) {
	who, err := p.Passes.Open(r.Context(), r.PostFormValue("link"), narrow.Replace(strings.TrimSpace(r.PostFormValue("code"))))
	if err == nil {
		err = p.site.Sessions.Begin(r.Context(), who)
	}
	if err != nil {
		p.showOpen(w, r, http.StatusForbidden, "開けませんでした。番号がちがうか、もう使われたか、期限が過ぎています。わからないときは、窓口に電話してください。")
		return
	}
	http.Redirect(w, r, "/school/handoffs/"+who.Only, http.StatusSeeOther)
}

// narrow makes digits of those that a Japanese keyboard types wide.
var narrow = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9")
