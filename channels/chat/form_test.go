package chat_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

func submit(t *testing.T, s *channelstest.Site, fields map[string]string, header ...string) (body string, status int) {
	t.Helper()
	form := url.Values{}
	for k, v := range fields {
		form.Set(k, v)
	}
	request, err := http.NewRequest("POST", s.URL+"/chat/form", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "null") // what a browser sends that was told to send no referrer
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	headers(t, "a form", r)
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r.StatusCode
}

var hidden = regexp.MustCompile(`name="(resume|id|here)" value="([^"]*)"`)

func held(body string) map[string]string {
	fields := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		fields[m[1]] = m[2]
	}
	return fields
}

func TestFormWithoutScript(t *testing.T) {
	s := open(t, nil)
	body, status := submit(t, s, map[string]string{"text": "一行目\r\n二行目 <b>"})
	if status != 200 || !strings.Contains(body, "とどきました") || !strings.Contains(body, "あさがお") && !strings.Contains(body, "しじみ") {
		t.Fatalf("%d %s", status, body)
	}
	if !strings.Contains(body, "000000000000000000001") {
		t.Error("the digits are missing")
	}
	taken := s.Intake.Taken()
	if len(taken) != 1 || taken[0].Text != "一行目\n二行目 <b>" || taken[0].First == nil {
		t.Fatalf("taken %d", len(taken))
	}
	fields := held(body)
	fields["text"] = "つづき"
	for range 2 { // pressed twice, or loaded again
		if body, status = submit(t, s, fields); status != 200 || !strings.Contains(body, "とどきました") {
			t.Fatal(status)
		}
		fields["resume"] = held(body)["resume"]
	}
	if taken = s.Intake.Taken(); len(taken) != 2 || !taken[0].From.Same(taken[1].From) {
		t.Fatalf("taken %d", len(taken))
	}
	say(s, taken[0].From, "返事です。<script>")
	body, _ = submit(t, s, map[string]string{"code": "000000000000000000001"})
	if !strings.Contains(body, "返事です。&lt;script&gt;") || strings.Contains(body, "一行目") {
		t.Error("the answer is not shown, or what the seeker wrote is")
	}
	if s.Mailbox.ReadUpTo(taken[0].From) != 1 {
		t.Error("it is not marked as shown")
	}
}

func TestFormThatFails(t *testing.T) {
	s := open(t, nil)
	s.Intake.Fail(channels.ErrUnavailable)
	body, status := submit(t, s, map[string]string{"text": "とどかない"})
	if status != 503 || !strings.Contains(body, "まだとどいていません") || !strings.Contains(body, "とどかない</textarea>") || strings.Contains(body, "とどきました") {
		t.Errorf("%d %s", status, body)
	}
	s.Intake.Fail(nil)
	if body, _ = submit(t, s, map[string]string{"text": "とどく", "resume": held(body)["resume"]}); !strings.Contains(body, "合言葉") {
		t.Error("the next try has no code")
	}
	s.Intake.Answer(channels.Held)
	if body, _ = submit(t, s, map[string]string{"text": "あずける"}); !strings.Contains(body, "あずかりました") {
		t.Error("held is not said")
	}
	if body, status = submit(t, s, map[string]string{"code": "ちがう", "text": "書いた文"}); status != 401 || !strings.Contains(body, "開けませんでした") || !strings.Contains(body, "書いた文") {
		t.Errorf("an unknown code: %d", status)
	}
	if _, status = submit(t, s, map[string]string{"text": "  "}); status != 400 {
		t.Errorf("nothing written: %d", status)
	}
	if _, status = submit(t, s, map[string]string{"text": strings.Repeat("x", 3<<20)}); status != 413 {
		t.Errorf("too much: %d", status)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		if _, status = submit(t, s, map[string]string{"text": "よそから"}, header...); status != 403 {
			t.Errorf("%v: %d", header, status)
		}
	}
}

// Of danger the page tells nothing to who came with a code, until something is written there: somebody else may hold it.
func TestFormCaresForWhoWrites(t *testing.T) {
	s := open(t, nil)
	_, w, who := begun(t, s)
	s.Mailbox.SetWait(who, channels.Wait{Care: "alarm"})
	steps := []struct {
		text string
		here bool
	}{{"", false}, {"", false}, {"また書きました", true}, {"", true}}
	fields := map[string]string{"code": fmt.Sprint(w["code"])}
	for i, step := range steps {
		fields["text"] = step.text
		body, status := submit(t, s, fields)
		if status != 200 || strings.Contains(body, "このまま、ここにいてください。") != step.here {
			t.Errorf("step %d: %d, cares: %v", i, status, !step.here)
		}
		if fields = held(body); fields["resume"] == "" {
			t.Fatalf("step %d: nothing goes on", i)
		}
	}
}

func TestFormCutsLongTexts(t *testing.T) {
	s := open(t, nil)
	if _, status := submit(t, s, map[string]string{"text": strings.Repeat("長", 9000)}); status != 200 {
		t.Fatal(status)
	}
	whole := ""
	for _, m := range s.Intake.Taken() {
		whole += m.Text
	}
	if whole != strings.Repeat("長", 9000) || len(s.Intake.Taken()) != 3 {
		t.Errorf("%d parts", len(s.Intake.Taken()))
	}
}

func TestClosedDeskInTheForm(t *testing.T) {
	s := open(t, nil)
	s.Desk.SetOpen(false)
	body, _ := submit(t, s, map[string]string{"text": "夜"})
	if !strings.Contains(body, "いまは相談員がいない時間です") || !strings.Contains(body, `href="tel:0120078310"`) {
		t.Error("the hours or the numbers are missing")
	}
}

// sendForm sends a form with a picture, as a browser does.
func sendForm(t *testing.T, s *channelstest.Site, fields [][2]string, picture []byte) (body string, status int) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range fields {
		if err := form.WriteField(f[0], f[1]); err != nil {
			t.Fatal(err)
		}
	}
	if picture != nil {
		part, err := form.CreateFormFile("picture", "佐藤美咲\u202e../../gpj.exe")
		if err == nil {
			_, err = part.Write(picture)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := http.Post(s.URL+"/chat/form", form.FormDataContentType(), &b)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(got), r.StatusCode
}

func TestPictureInTheForm(t *testing.T) {
	s := open(t, nil)
	body, _ := submit(t, s, map[string]string{"text": "はじめまして"})
	if !strings.Contains(body, `enctype="multipart/form-data"`) || !strings.Contains(body, "はだかの写真は") {
		t.Error("the form has no place for a picture, or does not say what becomes of it")
	}
	data := noise(300_000)
	held := held(body)
	send := func(id, text string, picture []byte) (string, int) {
		return sendForm(t, s, [][2]string{{"resume", held["resume"]}, {"id", id}, {"text", text}}, picture)
	}
	for range 2 {
		if body, status := send("p1", "見てください", data); status != 200 || !strings.Contains(body, "とどきました") {
			t.Fatalf("%d %s", status, body)
		}
	}
	taken := s.Intake.Taken()
	if len(taken) != 2 || taken[1].Text != "[写真1]\n見てください" || len(taken[1].Files) != 1 || !bytes.Equal(s.Files.Content(taken[1].Files[0].ID), data) {
		t.Fatalf("%d taken", len(taken))
	}
	if _, status := send("p2", "", noise(50)); status != 200 || s.Intake.Taken()[2].Text != "[写真1]" {
		t.Errorf("a picture alone: %d", status)
	}
	if _, status := send("p3", "文だけ", []byte{}); status != 415 {
		t.Errorf("an empty file: %d", status)
	}
	if _, status := send("p3", "文だけ", nil); status != 200 || s.Intake.Taken()[3].Text != "文だけ" {
		t.Errorf("words alone: %d", status)
	}
	for want, picture := range map[int][]byte{415: []byte("%PDF-1.7 ..................."), 413: noise(channels.MaxFile + 1)} {
		if body, status := send("p4", "下書きです", picture); status != want || !strings.Contains(body, "下書きです</textarea>") {
			t.Errorf("%d, want %d; is the draft there?", status, want)
		}
	}
	if n := len(s.Intake.Taken()); n != 4 {
		t.Errorf("%d taken", n)
	}
}

func TestTakingBackInTheForm(t *testing.T) {
	s := open(t, nil)
	body, _ := submit(t, s, map[string]string{"text": strings.Repeat("長", 4001)})
	ids := regexp.MustCompile(`name="unsend" value="([^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(ids) != 2 || !strings.Contains(body, "もう読まれていることもあります。") {
		t.Fatalf("%d ids", len(ids))
	}
	body, status := sendForm(t, s, [][2]string{{"resume", held(body)["resume"]}, {"unsend", ids[0][1]}, {"unsend", ids[1][1]}}, nil)
	if status != 200 || !strings.Contains(body, "取り消しました") || strings.Contains(body, "長長") {
		t.Errorf("%d", status)
	}
	taken := s.Intake.Taken()
	if len(taken) != 4 || taken[2].Unsend != taken[0].ID || taken[3].Unsend != taken[1].ID {
		t.Errorf("%d taken", len(taken))
	}
}
