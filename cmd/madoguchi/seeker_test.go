package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// What a seeker may rely on, from the page to the desk and back, through every room.
func TestSeeker(t *testing.T) {
	t.Parallel()
	p, whole := start(t, "demo"), t
	for _, test := range []struct {
		name string
		run  func(*testing.T, *process)
	}{
		{"where WebSocket is blocked, requests carry it all", byRequests},
		{"who withdraws is gone at once", withdraws},
		{"no is final, and yes may be taken back", consents},
		{"several windows show the same", windows},
		{"the code opens however it is written", codeForms},
		{"a picture is in the case, cleaned, until it is taken back", pictures},
		{"what is taken back is on no screen", unsends},
	} {
		t.Run(test.name, func(t *testing.T) {
			p.t = t
			defer func() { p.t = whole }()
			test.run(t, p)
		})
	}
}

// begun is a conversation whose case a psychologist has taken.
func begun(t *testing.T, p *process, text string) (s *socket, welcome frame, id, token string) {
	t.Helper()
	s, welcome = p.chat(frame{})
	s.says(t, "m1", text, "stored")
	token = p.token("psychologist")
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, text); id == "" {
			return fmt.Errorf("%q is in no case", text)
		}
		return nil
	})
	p.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	return s, welcome, id, token
}

func (p *process) answers(token, id, text string) {
	p.t.Helper()
	p.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": text, "text": text}, nil)
}

// post sends one frame by a request.
func (p *process) post(authorization, body string) (int, frame) {
	p.t.Helper()
	headers := []string{"Content-Type", "application/json"}
	if authorization != "" {
		headers = append(headers, "Authorization", authorization)
	}
	status, _, text := ask(p.t.(*testing.T), "POST", p.Public+"/chat/messages", body, headers...)
	var f frame
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		p.t.Fatalf("%d %s", status, text)
	}
	return status, f
}

func byRequests(t *testing.T, p *process) {
	status, welcome := p.post("", `{"type":"hello","lang":"ja"}`)
	if status != 200 || welcome.Type != "welcome" || welcome.Code == "" || welcome.Resume == "" {
		t.Fatalf("hello: %d %s", status, welcome.Type)
	}
	resume := "Resume " + welcome.Resume
	for range 2 { // sent again it is acknowledged again
		if status, ack := p.post(resume, `{"type":"message","id":"1","text":"だれにも言えない"}`); status != 200 || ack.Type != "ack" || ack.ID != "1" || ack.State != "stored" {
			t.Fatalf("message: %d %+v", status, ack)
		}
	}
	for body, want := range map[string]int{`{"type":"message","id":"2","text":" "}`: 400, `{"type":"message","text":"a"}`: 400, `{`: 400,
		`{"type":"message","id":"2","text":"` + strings.Repeat("あ", 4001) + `"}`: 400} {
		if status, f := p.post(resume, body); status != want || f.Type != "error" {
			t.Errorf("%.40s: %d %+v", body, status, f)
		}
	}
	token := p.token("psychologist")
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, "だれにも言えない"); id == "" {
			return fmt.Errorf("it is in no case")
		}
		return nil
	})
	p.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	p.answers(token, id, "ひとつめ")
	digits := "Code " + strings.ReplaceAll(welcome.Digits, " ", "")
	for authorization, after := range map[string]string{resume: "", digits: "?after=0"} {
		events := p.events(authorization, after)
		if m := events(); m.Text != "ひとつめ" || m.Seq != 1 || m.From != "counselor" {
			t.Errorf("events%s: %+v", after, m)
		}
	}
	live := p.events(resume, "?after=1")
	p.answers(token, id, "ふたつめ")
	if m := live(); m.Text != "ふたつめ" || m.Seq != 2 {
		t.Errorf("live: %+v", m)
	}
	if status, f := p.post("Resume nonsense", `{"type":"message","id":"9","text":"a"}`); status != 401 || f.Code != "unknown_code" {
		t.Errorf("a made-up token: %d %s", status, f.Code)
	}
	if status, f := p.post(digits, `{"type":"message","id":"3","text":"また来ました"}`); status != 200 || f.Type != "ack" {
		t.Errorf("by the code: %d %s", status, f.Code)
	}
	var k told
	eventually(t, soon, func() error {
		if p.do(token, "GET", "/cases/"+id, nil, &k); strings.Join(k.says(), "|") != "だれにも言えない|また来ました" {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
}

// events opens the stream of what the desk says and returns its messages one by one.
func (p *process) events(authorization, query string) (next func() frame) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), "GET", p.Public+"/chat/events"+query, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", authorization)
	resp, err := http.DefaultClient.Do(r)
	if err != nil || resp.StatusCode != 200 {
		p.t.Fatalf("events: %v, %v", resp, err)
	}
	p.t.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	return func() (f frame) {
		p.t.Helper()
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && json.Unmarshal([]byte(data), &f) == nil && f.Type == "message" {
				return f
			}
		}
		p.t.Fatal("the stream ended")
		return f
	}
}

func withdraws(t *testing.T, p *process) {
	s, welcome, id, token := begun(t, p, "やっぱり全部なかったことにしたい")
	other, _ := p.chat(frame{Code: welcome.Code})
	if err := s.WriteMessage(websocket.TextMessage, []byte(`{"type":"bye","erase":true}`)); err != nil {
		t.Fatal(err)
	}
	for _, one := range []*socket{s, other} {
		_, err := one.next("nothing", soon)
		if !strings.Contains(fmt.Sprint(err), "close 1000") && (one == s || !strings.Contains(fmt.Sprint(err), "closed")) {
			t.Errorf("a window ends with %v", err)
		}
	}
	for _, hello := range []frame{{Code: welcome.Code}, {Code: welcome.Digits}, {Resume: welcome.Resume}} {
		eventually(t, soon, func() error {
			c, _, err := p.dial(hello)
			if err == nil {
				c.Close()
			}
			if !strings.Contains(fmt.Sprint(err), "unknown_code") {
				return fmt.Errorf("it still opens: %v", err)
			}
			return nil
		})
	}
	eventually(t, soon, func() error {
		status, err := p.call(token, "GET", "/cases/"+id, nil, nil)
		random, _ := p.call(token, "GET", "/cases/"+id[:2]+strings.Repeat("a", 24), nil, nil)
		if status != random || status != 404 {
			return fmt.Errorf("its case: %d, a random one: %d, %v", status, random, err)
		}
		return nil
	})
	if caseWith(t, p, p.token("coordinator"), "なかったことにしたい") != "" {
		t.Error("it is still in the queue")
	}
}

func consents(t *testing.T, p *process) {
	s, _, id, token := begun(t, p, "学校にはまだ言わないでほしい")
	const summary = "ある学級で、いやなことが続いています。"
	handOff := func() int {
		status, _ := p.call(token, "POST", "/cases/"+id+"/handoffs", map[string]any{"school": "shirakaba-es", "consent": "anonymous", "summary": summary}, nil)
		return status
	}
	asked := func() string {
		t.Helper()
		p.do(token, "POST", "/cases/"+id+"/consents", map[string]string{"school": "shirakaba-es", "level": "anonymous", "summary": summary}, nil)
		q, err := s.next("consent", soon)
		if err != nil || q.School == "" || q.Level != "anonymous" || !strings.Contains(q.Text, summary) {
			t.Fatalf("asked: %+v, %v", q, err)
		}
		return q.ID
	}
	answer := func(question, answer string) {
		t.Helper()
		if err := s.WriteJSON(frame{Type: "consent", ID: question, Answer: answer}); err != nil {
			t.Fatal(err)
		}
		if ack, err := s.next("ack", soon); err != nil || ack.ID != question {
			t.Fatalf("%s: %+v, %v", answer, ack, err)
		}
	}
	stands := func(question, want string) {
		t.Helper()
		eventually(t, soon, func() error {
			var k told
			p.do(token, "GET", "/cases/"+id, nil, &k)
			for _, c := range k.Consents {
				if c.ID == question && c.Answer == want {
					return nil
				}
			}
			return fmt.Errorf("the consents are %+v, want %s", k.Consents, want)
		})
	}
	if status := handOff(); status != 409 {
		t.Errorf("unasked: %d", status)
	}
	first := asked()
	answer(first, "no")
	stands(first, "no")
	answer(first, "yes")
	s.says(t, "m2", "ひとこと", "stored")
	eventually(t, soon, func() error {
		var k told
		if p.do(token, "GET", "/cases/"+id, nil, &k); len(k.says()) != 2 {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
	stands(first, "no")
	if status := handOff(); status != 409 {
		t.Errorf("after no: %d", status)
	}
	second := asked()
	answer(second, "yes")
	stands(second, "yes")
	answer(second, "change")
	stands(second, "change")
	if status := handOff(); status != 409 {
		t.Errorf("taken back: %d", status)
	}
	third := asked()
	answer(third, "yes")
	stands(third, "yes")
	if status := handOff(); status/100 != 2 {
		t.Errorf("with yes: %d", status)
	}
}

func windows(t *testing.T, p *process) {
	s, welcome, id, token := begun(t, p, "ふたつの窓でひらいています")
	other, _ := p.chat(frame{Code: welcome.Digits})
	p.answers(token, id, "どちらにもとどきます")
	s.reads(t, "どちらにもとどきます")
	other.reads(t, "どちらにもとどきます")
	other.says(t, "m1", "おなじ番号は一度だけ", "stored") // the id is the conversation's
	other.says(t, "m2", "こちらからも", "stored")
	eventually(t, soon, func() error {
		var k told
		if p.do(token, "GET", "/cases/"+id, nil, &k); strings.Join(k.says(), "|") != "ふたつの窓でひらいています|こちらからも" {
			return fmt.Errorf("the case says %q", k.says())
		}
		return nil
	})
	if status, err := p.call(p.token("social_worker"), "POST", "/cases/"+id+"/claim", nil, nil); status != 409 || !strings.Contains(err.Error(), `"claimed"`) {
		t.Errorf("a second claim: %d %v", status, err)
	}
}

func codeForms(t *testing.T, p *process) {
	_, welcome, id, token := begun(t, p, "あいことばをいろいろに書く")
	p.answers(token, id, "おかえりなさい")
	katakana := strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, welcome.Code)
	wide := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r + '０' - '0'
		}
		return r
	}, welcome.Digits)
	for _, code := range []string{welcome.Code, katakana, strings.Join(strings.Fields(welcome.Code), "　"), strings.ReplaceAll(katakana, " ", ""),
		" " + welcome.Code + "\n", welcome.Digits, wide, strings.ReplaceAll(welcome.Digits, " ", "")} {
		s, _, err := p.dial(frame{Code: code})
		if err != nil {
			t.Errorf("%q: %v", code, err)
			continue
		}
		s.reads(t, "おかえりなさい")
		s.Close()
	}
	words := strings.Fields(welcome.Code)
	words[0], words[1] = words[1], words[0]
	for _, code := range []string{strings.Join(words, " "), strings.Join(words[:6], " "), "111111111111111111111", "ああああ", "0"} {
		if _, f, err := p.dial(frame{Code: code}); !strings.Contains(fmt.Sprint(err), "unknown_code") {
			t.Errorf("%q opens: %s %v", code, f.Type, err)
		}
	}
}
