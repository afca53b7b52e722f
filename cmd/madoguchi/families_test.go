package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/channelstest"
	"madoguchi/triage/staff"
)

// A child writes on the page, her mother by LINE, and the family of the boy whom she names by mail. Linked, the mother still
// reads her own thread and nothing of the child's; nobody who speaks with the one family speaks with the other; and who has a
// post at the school that the child names finds no case, opens nothing, and leaves a line in the audit.
func TestTwoFamiliesAndASchoolStayApart(t *testing.T) {
	o := &outside{t: t}
	var lineURL string
	var mail []string
	o.line, lineURL = newLine(t)
	o.mail, mail = newMail(t, channelstest.Dovecot(t))
	o.process, o.redis, o.token = real(t, append(mail, "--line-secret="+lineSecret, "--line-token="+lineToken, "--line-api-base="+lineURL, "--line-data-api-base="+lineURL)...)
	tokens := map[string]string{}
	for login, role := range map[string]string{"sato": "psychologist", "abe": "social_worker", "mori": "supervisor", "heinin": "coordinator"} {
		tokens[login] = must(t, append([]string{"token", "create", "--login=" + login, "--role=" + role}, o.common()...)...)
	}
	postAt(t, o, "heinin", "hinode-jhs")

	page, welcome := o.chat(frame{})
	page.says(t, "1", "日の出中の体育館の裏で、けられています。", "stored")
	const user = "U00000000000000000000000000mother"
	o.fromLine(user, "e1", "娘のことで、お話ししたいです。", false)
	o.mail.arrive(t, fmt.Sprintf("From: <father@example.jp>\r\nTo: desk@madoguchi.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Transfer-Encoding: base64\r\nMessage-ID: <f1@example.jp>\r\nSubject: hi\r\n\r\n%s\r\n", base64.StdEncoding.EncodeToString([]byte("息子が、けったと言われています。"))))
	child, mother, father := o.find("けられています").ID, o.find("お話ししたい").ID, o.find("けったと言われて").ID

	act := func(login, id, verb string, body any, want int) {
		t.Helper()
		token := o.token
		if login != "" {
			token = tokens[login]
		}
		if status, _ := o.call(token, "POST", "/cases/"+id+verb, body, nil); status != want {
			t.Errorf("%s %s: %d, want %d", login, verb, status, want)
		}
	}
	link := func(id, other, as string) {
		act("", id, "/links", map[string]string{"other": other, "as": as, "sure": "likely", "reason": "話が同じです"}, http.StatusNoContent)
		act("mori", id, "/links/agree", map[string]string{"other": other, "as": as}, http.StatusNoContent)
	}
	act("sato", child, "/claim", nil, http.StatusOK)
	act("abe", mother, "/claim", nil, http.StatusOK)
	link(child, mother, "parent")
	link(child, father, "other_side")

	for _, login := range []string{"sato", "abe"} { // one family, whichever of its threads
		act(login, father, "/claim", nil, http.StatusConflict)
		act("", father, "/transfer", map[string]string{"to": login}, http.StatusConflict)
	}

	const secret, open, more = "このことは、お母さんには言いません。", "お話をうかがいます。", "もうひとつ、うかがいます。"
	o.do(tokens["sato"], "POST", "/cases/"+child+"/messages", map[string]string{"id": "1", "text": secret}, nil)
	page.reads(t, secret)
	o.do(tokens["sato"], "POST", "/cases/"+child+"/consents", map[string]string{"school": "hinode-jhs", "level": "anonymous", "summary": "体育館の裏を見てください。"}, nil)
	if _, err := page.next("consent", soon); err != nil {
		t.Fatal(err)
	}
	o.do(tokens["abe"], "POST", "/cases/"+mother+"/messages", map[string]string{"id": "1", "text": open}, nil)
	_, secretOfLink := o.sentTo(&o.line.provider, user, 1)
	hers := o.open(secretOfLink)
	o.do(tokens["abe"], "POST", "/cases/"+mother+"/messages", map[string]string{"id": "2", "text": more}, nil)
	read := hers.everythingUntil(t, more)
	for _, never := range []string{secret, "consent", "体育館", "けられて"} {
		if strings.Contains(read, never) {
			t.Errorf("the mother reads %q in %s", never, read)
		}
	}
	if !strings.Contains(read, open) {
		t.Errorf("the mother does not read her own: %s", read)
	}
	hers.says(t, "m1", "娘は元気でしょうか。", "stored")
	o.until(mother, "what she writes behind the link is hers", func(k told) bool { return strings.Contains(strings.Join(k.says(), "\n"), "元気でしょうか") })
	again, _ := o.chat(frame{Code: welcome.Code})
	again.says(t, "2", "まだこわいです。", "stored")
	k := o.until(child, "the child writes on", func(k told) bool { return strings.Contains(strings.Join(k.says(), "\n"), "まだこわい") })
	if strings.Contains(strings.Join(k.says(), "\n"), "元気でしょうか") {
		t.Error("the mother's words are in the child's thread")
	}
	for _, l := range o.line.deliveredTo(user) {
		if strings.Contains(l.text, secret) {
			t.Errorf("LINE was told %q", l.text)
		}
	}
	shutOut(t, o, tokens["heinin"], child)
}

// postAt says that somebody of the desk has a post at a school, as the page of accounts does.
func postAt(t *testing.T, o *outside, login, school string) {
	t.Helper()
	if err := staff.New(staff.Config{Client: o.redis.Client(), Keys: keysOf(t, o).desk}).SetPosts(t.Context(), login, []string{school}); err != nil {
		t.Fatal(err)
	}
}

func keysOf(t *testing.T, o *outside) *keySets {
	t.Helper()
	keys, err := loadKeys(o.dataDir()+"/keys", roles...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// shutOut expects that the case is not there for the bearer of the token, by any route that could open it, and that each attempt
// was written down.
func shutOut(t *testing.T, o *outside, token, id string) {
	t.Helper()
	never := strings.Repeat("a", 24)
	for path, body := range map[string]any{
		"": nil, "/claim": nil, "/reveals": map[string]string{"placeholder": "[学校1]", "reason": "返事をするため"}, "/notes": map[string]string{"text": "メモ"},
		"/messages": map[string]string{"id": "1", "text": "読みました。"}, "/kin": nil, "/transfer": map[string]string{"to": "heinin"},
	} {
		method := "POST"
		if path == "" || path == "/kin" {
			method = "GET"
		}
		if status, _ := o.call(token, method, "/cases/"+id+path, body, nil); status != http.StatusNotFound {
			t.Errorf("%s %s: %d", method, path, status)
		}
		if status, _ := o.call(token, method, "/cases/"+id[:2]+never+path, body, nil); status != http.StatusNotFound {
			t.Errorf("%s %s of no case: %d", method, path, status)
		}
	}
	var queue struct{ Cases []told }
	o.do(token, "GET", "/queue?state=all&limit=200", nil, &queue)
	if len(queue.Cases) != 2 { // the parents' cases, which name no school
		t.Errorf("%d cases in the queue of who has a post there", len(queue.Cases))
	}
	for _, k := range queue.Cases {
		if k.ID == id {
			t.Error("it is in the queue")
		}
	}
	log, err := openAudit(o.redis.Client(), plan{set: settings{"DATA_DIR": t.TempDir()}, keys: keysOf(t, o)})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := log.Entries(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, e := range entries {
		if e.Act == "kept_out" && e.Who == "heinin" && string(e.Case) == id {
			tried++
		}
		if e.Act == "reveal" && e.Who == "heinin" {
			t.Error("a name was opened")
		}
	}
	if tried < 7 {
		t.Errorf("%d attempts are written down", tried)
	}
}

// everythingUntil is all that comes until the desk's message of those words.
func (s *socket) everythingUntil(t *testing.T, text string) string {
	t.Helper()
	var all strings.Builder
	if err := s.SetReadDeadline(time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	for {
		_, data, err := s.ReadMessage()
		if err != nil {
			t.Fatal(errors.Join(err, errors.New(all.String())))
		}
		all.Write(data)
		if strings.Contains(string(data), text) {
			return all.String()
		}
	}
}
