package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"madoguchi/router/redistest"
)

// The main job by its public surface, on the demonstration: a child writes, a counselor answers, the child comes back with
// the return code, says yes, and a school is told what she allowed.
func TestStory(t *testing.T) {
	t.Parallel()
	p := start(t, "demo")
	psy, school := p.token("psychologist"), p.token("school")
	s, welcome, err := p.dial(frame{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(strings.Fields(welcome.Code)) != 7 || len(welcome.Digits) != 21 {
		t.Fatalf("the code has %d words and %d digits", len(strings.Fields(welcome.Code)), len(welcome.Digits))
	}
	if state, err := s.say("1", "となりの席の佐々木くんに、毎日ノートをやぶられています"); err != nil || state != "stored" {
		t.Fatalf("state %q, %v", state, err)
	}
	var id string
	eventually(t, 10*time.Second, func() error {
		id = caseWith(t, p, psy, "ノートをやぶられています")
		if id == "" {
			return os.ErrNotExist
		}
		return nil
	})
	var k struct {
		State   string `json:"state"`
		Preview string `json:"preview"`
	}
	p.do(psy, "POST", "/cases/"+id+"/claim", map[string]any{}, nil)
	p.do(psy, "GET", "/cases/"+id, nil, &k)
	if k.State != "open" || strings.Contains(k.Preview, "佐々木") {
		t.Errorf("state %q, and the preview is %q", k.State, k.Preview)
	}
	p.do(psy, "POST", "/cases/"+id+"/messages", map[string]any{"id": "a1", "text": "書いてくれて、ありがとうございます。"}, nil)
	if m, err := s.next("message", 10*time.Second); err != nil || m.Seq != 1 {
		t.Fatalf("answer %d, %v", m.Seq, err)
	}
	s.Close()

	back, _, err := p.dial(frame{Code: welcome.Code})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if m, err := back.next("message", 10*time.Second); err != nil || m.Text != "書いてくれて、ありがとうございます。" {
		t.Fatalf("with the code: %q, %v", m.Text, err)
	}
	handOff := map[string]any{"school": "hinode-jhs", "consent": "anonymous", "summary": "ある学級で、持ち物をこわすことが続いています。"}
	if status, _ := p.call(psy, "POST", "/cases/"+id+"/handoffs", handOff, nil); status != http.StatusConflict {
		t.Errorf("without consent: %d", status)
	}
	p.do(psy, "POST", "/cases/"+id+"/consents", map[string]any{"school": "hinode-jhs", "level": "anonymous", "summary": handOff["summary"]}, nil)
	q, err := back.next("consent", 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := back.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		t.Fatal(err)
	}
	var h struct {
		ID string `json:"id"`
	}
	eventually(t, 10*time.Second, func() error {
		_, err := p.call(psy, "POST", "/cases/"+id+"/handoffs", handOff, &h)
		return err
	})
	p.do(school, "POST", "/handoffs/"+h.ID+"/acknowledge", map[string]any{}, nil)
	if code := p.stop(10 * time.Second); code != 0 {
		t.Errorf("SIGTERM: exit %d", code)
	}
}

func caseWith(t *testing.T, p *process, token, words string) string {
	var queue struct {
		Cases []struct{ ID, Preview string } `json:"cases"`
	}
	p.do(token, "GET", "/queue", nil, &queue)
	for _, c := range queue.Cases {
		if strings.Contains(c.Preview, words) {
			return c.ID
		}
	}
	return ""
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	unsafe := redistest.Start(t, "--appendfsync", "everysec")
	data := t.TempDir()
	must(t, "keys", "init", "--data-dir="+data)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"without a Redis", []string{"--data-dir=" + data}, "REDIS_URL is missing"},
		{"without keys", []string{"--data-dir=" + t.TempDir(), "--redis-url=" + unsafe.URL}, "keys init"},
		{"without a city", []string{"--data-dir=" + data, "--redis-url=" + unsafe.URL, "--city=nowhere"}, "MADOGUCHI_CITY"},
		{"on an unsafe Redis", []string{"--data-dir=" + data, "--redis-url=" + unsafe.URL}, "appendfsync always"},
		{"with half a door", []string{"--data-dir=" + data, "--redis-url=" + unsafe.URL, "--line-secret=x"}, "MADOGUCHI_LINE_TOKEN"},
		{"open to the world in plain text", []string{"--data-dir=" + data, "--redis-url=" + unsafe.URL, "--public-addr=0.0.0.0:0"}, "https"},
	} {
		args := append([]string{"serve", "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0"}, tt.args...)
		if _, _, err := oneshot(t, "", args...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	if _, _, err := oneshot(t, "", "keys", "init", "--data-dir="+data); err == nil {
		t.Error("keys were made over keys")
	}
}

func TestJudgementsByTheLine(t *testing.T) {
	out, _, err := oneshot(t, `{"id":"1","text":"佐々木くんにたたかれた","case":"a"}`+"\n"+`{"id":"2","text":"佐々木くんがこわい","case":"a"}`+"\n", "redact", "--jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var holders []string
	for line := range strings.Lines(out) {
		var r struct {
			Text  string `json:"text"`
			Spans []struct {
				Start, End  int
				Placeholder string
			} `json:"spans"`
		}
		if json.Unmarshal([]byte(line), &r) != nil || len(r.Spans) != 1 || r.Spans[0].Start != 0 || r.Spans[0].End != 3 {
			t.Fatalf("line %s", line)
		}
		holders = append(holders, r.Spans[0].Placeholder)
	}
	if len(holders) != 2 || holders[0] != holders[1] {
		t.Errorf("placeholders %v", holders)
	}
	out, _, err = oneshot(t, `{"id":"1","text":"もう死にたい"}`, "assess", "--jsonl")
	if err != nil || !strings.Contains(out, `"severity":"urgent"`) || !strings.Contains(out, `"suicide"`) {
		t.Errorf("%s, %v", out, err)
	}
	if _, _, err := oneshot(t, "ひみつの文", "assess", "--jsonl"); err == nil || !strings.Contains(err.Error(), "line 1") || strings.Contains(err.Error(), "ひみつ") {
		t.Errorf("a bad line: %v", err)
	}
}
