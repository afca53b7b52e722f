package line_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

// sent is a message event of another sort than text.
func sent(id, kind string, more map[string]any) map[string]any {
	e := event(channelstest.Inbound{ID: id, From: 1}, false)
	m := map[string]any{"type": kind, "id": id}
	for k, v := range more {
		m[k] = v
	}
	e["message"] = m
	return e
}

var byLINE = map[string]any{"contentProvider": map[string]any{"type": "line"}, "quoteToken": "q"}

func unsend(id string) map[string]any {
	e := event(channelstest.Inbound{ID: "u" + id, From: 1}, false)
	delete(e, "message")
	delete(e, "replyToken")
	e["type"], e["unsend"] = "unsend", map[string]any{"messageId": id}
	return e
}

func bring(t *testing.T, s *channelstest.Site, events ...any) int {
	t.Helper()
	b := body(t, events...)
	return post(t, s, b, sign(secret, b))
}

func (p *provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

func texts(s *channelstest.Site) (all []string) {
	for _, m := range s.Intake.Taken() {
		all = append(all, m.Text+m.Unsend)
	}
	return all
}

func TestFilesFollowTheirMark(t *testing.T) {
	settings, p := open(t, nil)
	p.content = map[string][]byte{"1": []byte("jpeg"), "2": []byte("m4a"), "3": []byte("mp4"), "4": []byte("pdf"), "6": make([]byte, channels.MaxFile+1)}
	p.state = map[string]string{"2": "succeeded", "3": "failed"}
	p.notYet = map[string]int{"1": 1, "2": 1}
	s := channelstest.Open(t, line.Kind, settings, nil)
	if got := bring(t, s, sent("1", "image", byLINE), sent("2", "audio", byLINE), sent("3", "video", byLINE),
		sent("4", "file", map[string]any{"fileName": "山田花子.PDF", "fileSize": 3}), sent("5", "image", byLINE), sent("6", "image", byLINE)); got != 200 {
		t.Fatalf("status %d", got)
	}
	if got := texts(s); !slices.Equal(got[:6], []string{"[写真]", "[音声]", "[動画]", "[ファイル]", "[写真]", "[写真]"}) {
		t.Errorf("%q", got)
	}
	channelstest.Eventually(t, "all have followed", func() bool { return len(s.Intake.Taken()) == 12 })
	got := map[string]string{}
	for _, m := range s.Intake.Taken()[6:] {
		got[m.ID] = m.Text
		for _, f := range m.Files {
			got[m.ID] += " " + f.Sort + " " + string(s.Files.Content(f.ID))
		}
	}
	for id, want := range map[string]string{"1.file": "[写真1] picture jpeg", "2.file": "[音声1] voice m4a", "3.file": "[動画は受け取れませんでした]",
		"4.file": "[ファイル1] document pdf", "5.file": "[写真は受け取れませんでした]", "6.file": "[写真は大きすぎて、受け取れませんでした]"} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
	if bring(t, s, sent("1", "image", byLINE)) != 200 || s.Stop() != nil || len(s.Intake.Taken()) != 12 {
		t.Error("a redelivery brought it again")
	}
}

// What a sender hosts is never asked for, nor where LINE's host would send us.
func TestNothingIsFetchedFromElsewhere(t *testing.T) {
	var asked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer elsewhere.Close()
	settings, p := open(t, nil)
	p.redirect = elsewhere.URL
	s := channelstest.Open(t, line.Kind, settings, nil)
	for i, target := range []string{elsewhere.URL, "http://169.254.169.254/latest", "http://[::1]/", "file:///etc/passwd"} {
		external := map[string]any{"contentProvider": map[string]any{"type": "external", "originalContentUrl": target, "previewImageUrl": target}, "quoteToken": "q"}
		if got := bring(t, s, sent(fmt.Sprint("x", i), "image", external)); got != 200 {
			t.Errorf("%s: status %d", target, got)
		}
	}
	bring(t, s, sent("r1", "image", byLINE), sent("../../profile/U1", "image", byLINE))
	channelstest.Eventually(t, "LINE was asked", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.Contains(p.asked, "GET /v2/bot/message/r1/content")
	})
	channelstest.Eventually(t, "an id that is a path is none", func() bool { return slices.Contains(texts(s), "[写真は受け取れませんでした]") })
	if err := s.Stop(); err != nil || asked.Load() != 0 {
		t.Errorf("%v, and the other host was asked %d times", err, asked.Load())
	}
	for _, route := range p.asked {
		if route != "GET /v2/bot/message/r1/content" {
			t.Errorf("asked for %s", route)
		}
	}
}

// Whatever fails and whenever it stops, the file comes, once.
func TestAFileSurvivesEveryFailureAndRestart(t *testing.T) {
	settings, p := open(t, nil)
	p.content["1"] = []byte("jpeg")
	p.fail = 503
	first := channelstest.Open(t, line.Kind, settings, nil)
	if bring(t, first, sent("1", "image", byLINE)) != 200 || first.Stop() != nil {
		t.Fatal("not acknowledged")
	}
	for _, e := range spooled(t, settings) {
		data, err := os.ReadFile(settings["LINE_SPOOL"] + "/" + e)
		if err != nil || strings.Contains(string(data), user(1)) || strings.Contains(string(data), "reply-") {
			t.Error("the folder tells who it was")
		}
	}
	for i, fail := range []error{channels.ErrUnavailable, nil} { // Files fails, then the intake, and LINE gives it only when they do
		s := channelstest.Open(t, line.Kind, settings, nil)
		s.Files.Fail(fail)
		if i == 1 {
			s.Intake.Fail(channels.ErrUnavailable)
		}
		before := p.times("GET /v2/bot/message/1/content")
		p.set(func() { p.fail = 0 })
		channelstest.Eventually(t, "it was fetched", func() bool {
			return i == 0 && p.times("GET /v2/bot/message/1/content") > before || s.Intake.Attempts() > 0
		})
		if err := s.Stop(); err != nil || len(s.Intake.Taken()) != 0 {
			t.Fatalf("%v, %q", err, texts(s))
		}
		p.set(func() { p.fail = 503 })
	}
	p.set(func() { p.fail = 0 })
	rotated := map[string]string{"LINE_SECRET": "the next one", "LINE_SECRET_OLD": secret}
	for k, v := range settings {
		if rotated[k] == "" {
			rotated[k] = v
		}
	}
	last := channelstest.Open(t, line.Kind, rotated, nil)
	channelstest.Eventually(t, "it came", func() bool { return slices.Equal(texts(last), []string{"[写真1]"}) })
	if err := last.Stop(); err != nil {
		t.Fatal(err)
	}
	after := channelstest.Open(t, line.Kind, rotated, nil)
	if bring(t, after, sent("1", "image", byLINE)) != 200 || after.Stop() != nil || !slices.Equal(texts(after), []string{"[写真]"}) {
		t.Errorf("it came again: %q", texts(after))
	}
}

func spooled(t *testing.T, settings map[string]string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(settings["LINE_SPOOL"])
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWhatCannotBeNotedIsNotAcknowledged(t *testing.T) {
	settings, _ := open(t, map[string]string{"LINE_SPOOL": "/dev/null/spool"})
	s := channelstest.Open(t, line.Kind, settings, nil)
	if got := bring(t, s, sent("1", "image", byLINE)); got != 503 {
		t.Errorf("status %d", got)
	}
	if got := texts(s); !slices.Equal(got, []string{"[写真]"}) {
		t.Errorf("the mark: %q", got)
	}
}

func TestUnsending(t *testing.T) {
	settings, p := open(t, nil)
	p.content["2"], p.notYet["3"] = []byte("jpeg"), 1<<30
	s := channelstest.Open(t, line.Kind, settings, nil)
	bring(t, s, event(channelstest.Inbound{ID: "1", From: 1, Text: "やっぱりやめる"}, false), sent("2", "image", byLINE), sent("3", "image", byLINE))
	channelstest.Eventually(t, "the file came", func() bool { return len(s.Intake.Taken()) == 4 })
	for range 2 {
		for _, id := range []string{"1", "2", "3"} {
			if got := bring(t, s, unsend(id)); got != 200 {
				t.Errorf("status %d", got)
			}
		}
	}
	got := texts(s)[4:]
	if !slices.Equal(got, []string{"1", "2", "2.file", "3", "3.file"}) {
		t.Errorf("hidden: %q", got)
	}
	for _, name := range spooled(t, settings) {
		if strings.HasSuffix(name, ".want") {
			t.Error("one is still to be fetched")
		}
	}
}

func TestAPlaceIsAPictureAndNoText(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	at := sent("1", "location", map[string]any{"title": "いえ", "address": "旭川市6条通9丁目", "latitude": 43.770612, "longitude": 142.364803})
	s.Files.Fail(channels.ErrUnavailable)
	words := event(channelstest.Inbound{ID: "2", From: 1, Text: "ここにいます"}, false)
	if got := bring(t, s, at, words); got != 503 || !slices.Equal(texts(s), []string{"ここにいます"}) {
		t.Errorf("status %d, taken %q", got, texts(s))
	}
	s.Files.Fail(nil)
	if got := bring(t, s, at, words); got != 200 || len(s.Intake.Taken()) != 2 {
		t.Fatalf("status %d", got)
	}
	m := s.Intake.Taken()[1]
	if m.Text != "[位置情報1]" || len(m.Files) != 1 || m.Files[0].Sort != channels.Picture ||
		!strings.HasPrefix(string(s.Files.Content(m.Files[0].ID)), "\x89PNG") {
		t.Errorf("%q with %d files", m.Text, len(m.Files))
	}
}

// Who stops between taking a file and noting that takes it again, under the same id.
func TestAWishThatOutlivedItsFileIsTheSameMessage(t *testing.T) {
	settings, p := open(t, nil)
	p.content["1"], p.fail = []byte("jpeg"), 503
	s := channelstest.Open(t, line.Kind, settings, nil)
	if bring(t, s, sent("1", "image", byLINE)) != 200 || s.Stop() != nil {
		t.Fatal("not acknowledged")
	}
	p.set(func() { p.fail = 0 })
	path := settings["LINE_SPOOL"] + "/" + spooled(t, settings)[0]
	wish, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s := channelstest.Open(t, line.Kind, settings, nil)
		channelstest.Eventually(t, "it came", func() bool { return len(s.Intake.Taken()) == 1 })
		if m := s.Intake.Taken()[0]; m.ID != "1.file" || len(m.Files) != 1 || s.Stop() != nil {
			t.Errorf("%q", m.ID)
		}
		if err := os.WriteFile(path, wish, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
