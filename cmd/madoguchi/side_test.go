package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Whether there is a case, a hand-off, a code, a link or a PIN is told by no answer to who may not know: what is wrong, not
// there, or somebody else's is answered alike, word for word.
func TestAnswersDoNotTellWhatThereIs(t *testing.T) {
	t.Parallel()
	p := start(t, "demo")
	s, w, id, psy := begun(t, p, "うわさをながされています")
	none := id[:len(id)-1] + map[bool]string{true: "a", false: "b"}[id[len(id)-1] != 'a']
	alike := func(what string, answers ...string) {
		t.Helper()
		for _, a := range answers[1:] {
			if a != answers[0] {
				t.Errorf("%s: %.200q and %.200q", what, answers[0], a)
			}
		}
	}
	for _, a := range p.Accounts {
		if a.Role == "lawyer" || a.Role == "board" || a.Role == "clerk" || a.Role == "admin" || a.Role == "school" {
			for _, more := range []string{"", "/files/1", "/duties", "/readings/1"} {
				alike(a.Role+" and a case"+more, p.answer(a.Token, "/cases/"+id+more, id), p.answer(a.Token, "/cases/"+none+more, none))
			}
		}
	}
	const summary = "ある学級で、うわさが続いています。"
	p.do(psy, "POST", "/cases/"+id+"/consents", map[string]any{"school": "shirakaba-es", "level": "anonymous", "summary": summary}, nil)
	q, err := s.next("consent", soon)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		t.Fatal(err)
	}
	var h struct{ ID string }
	eventually(t, soon, func() error {
		_, err := p.call(psy, "POST", "/cases/"+id+"/handoffs", map[string]any{"school": "shirakaba-es", "consent": "anonymous", "summary": summary}, &h)
		return err
	})
	for _, a := range p.Accounts {
		if a.Role == "school" && a.School != "shirakaba-es" {
			other := h.ID[:len(h.ID)-1] + map[bool]string{true: "a", false: "b"}[h.ID[len(h.ID)-1] != 'a']
			alike("another school's hand-off", p.answer(a.Token, "/handoffs/"+h.ID, h.ID), p.answer(a.Token, "/handoffs/"+other, other))
		}
	}
	opened := func(link, code string) string {
		status, _, body := ask(t, "POST", p.Staff+"/school/open", "link="+link+"&code="+code, "Content-Type", "application/x-www-form-urlencoded", "Origin", p.Staff, "Sec-Fetch-Site", "same-origin")
		if status != http.StatusForbidden {
			t.Errorf("a link that is none: %d", status)
		}
		return fmt.Sprint(status, len(body))
	}
	alike("links of hand-offs", opened("x", "123456"), opened(strings.Repeat("a", 22), "123456"), opened("", ""))
	refused := func(hello frame) string {
		_, _, err := p.dial(hello)
		return fmt.Sprint(err)
	}
	words := strings.Fields(w.Code)
	words[0], words[1] = words[1], words[0]
	alike("codes", refused(frame{Code: strings.Join(words, " ")}), refused(frame{Code: "てすと"}), refused(frame{Digits: "111111111111111111111", Code: "111111111111111111111"}))
	alike("links", refused(frame{Link: "x"}), refused(frame{Link: strings.Repeat("A", 22)}))
}

// answer is what the API says, without the id that was asked for and the number of the answer.
func (p *process) answer(token, path, id string) string {
	status, body := p.fetch("GET", token, path)
	return fmt.Sprint(status, strings.ReplaceAll(string(body), id, "ID"))
}
