package chat

import (
	"html/template"
	"net/http"
	"strings"

	"madoguchi/channels"
)

// signWords are the words around the contact block and the sign-posts. A city may change each.
var signWords = map[string]string{
	"button.places": "電話や手紙で話す", "head.places": "電話や、ほかのところ", "head.hours": "いつ、つながる？", "head.contact": "この窓口のある場所と電話",
	"contact.name": "担当（たんとう）", "contact.address": "住所（じゅうしょ）", "contact.phone": "電話", "contact.fax": "ファクス", "contact.mail": "メール",
	"contact.form": "書いて送る", "contact.open": "ページをひらく", "contact.sheet": "紙に印刷（いんさつ）できるページ",
	"places.write": "ここに書いて話す",
}

// signs are what the city has stated, as they are now.
func (p *page) signs() channels.Signs { return p.desk.Signs(p.now()) }

// dial sets a telephone number so that it can be dialled.
func dial(number string) template.HTML {
	to := template.HTMLEscapeString(strings.ReplaceAll(strings.ReplaceAll(number, "-", ""), "#", "%23"))
	return template.HTML(`<a class="dial" href="tel:` + to + `">` + template.HTMLEscapeString(number) + `</a>`) //nolint:gosec // escaped
}

// places serves the sign-posts as a page of their own, for paper and for browsers without script.
func (p *page) places(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusOK, p.sheet, nil)
}

// host is the part of a page's address that a child knows it by.
func host(page string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(page, "https://"), "/")
	return name
}
