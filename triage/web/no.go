package web

import (
	"bytes"
	"html/template"
	"net/http"
	"strings"
)

// no are the words for a person whom a page is not shown to, by the code of the problem.
var no = map[string]string{
	"forbidden":   "このページは、あなたの役割では開けません。まちがいと思うときは、管理者に知らせてください。",
	"not_found":   "そのページはありません。",
	"unavailable": "いま、つながりません。少し待って、もう一度ためしてください。",
}

var noPage = template.Must(template.New("layout.html").Funcs(funcs()).ParseFS(own, "layout.html", "parts.html", "no.html"))

// refuse answers a script with the problem, and a person at a browser with a page that says it.
func refuse(w http.ResponseWriter, r *http.Request, p Problem) {
	say, ok := no[p.Code]
	if !ok || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		p.Write(w)
		return
	}
	var page bytes.Buffer
	if err := noPage.Execute(&page, Frame{Title: "開けません", Room: "sorry", Data: say}); err != nil {
		p.Write(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	w.Write(page.Bytes())
}

// known answers a reader who asks for a page that is nowhere, or that only a form can send to.
func known(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" && r.Method == http.MethodGet {
			refuse(w, r, Problem{Status: http.StatusNotFound, Code: "not_found", Title: "no such page"})
			return
		}
		mux.ServeHTTP(w, r)
	})
}
