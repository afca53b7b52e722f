package chat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/chat"
)

// about sends a request about a picture.
func about(t *testing.T, url, method, authorization string, body []byte, header ...string) (frame, *http.Response) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	r, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var f frame
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && len(b) > 0 && json.Unmarshal(b, &f) != nil {
		t.Fatalf("%d %.100s", r.StatusCode, b)
	}
	return f, r
}

func wantAbout(t *testing.T, url, method, authorization string, body []byte, status int, fields frame, header ...string) frame {
	t.Helper()
	f, r := about(t, url, method, authorization, body, header...)
	if r.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %v", method, r.StatusCode, status, f)
	}
	same(t, f, fields)
	return f
}

// seeker is somebody in a conversation of her own.
func seeker(t *testing.T, s *channelstest.Site) (resume string) {
	t.Helper()
	return "Resume " + fmt.Sprint(wantPost(t, s, "", frame{"type": "hello"}, 200, nil)["resume"])
}

// noise is a picture as far as a door looks: so many bytes that begin as a JPEG.
func noise(size int) []byte {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = r.Read(b)
	copy(b, "\xff\xd8\xff\xe0 CANARY PICTURE")
	return b
}

func promise(t *testing.T, s *channelstest.Site, resume string, size int) (id, url string) {
	t.Helper()
	f := wantAbout(t, s.URL+"/chat/files", "POST", resume, fmt.Appendf(nil, `{"size":%d}`, size), 201, frame{"type": "file", "offset": 0, "size": size, "done": false})
	return fmt.Sprint(f["id"]), s.URL + "/chat/files/" + fmt.Sprint(f["id"])
}

// brought is a whole picture.
func brought(t *testing.T, s *channelstest.Site, resume string, data []byte) (id string) {
	t.Helper()
	id, url := promise(t, s, resume, len(data))
	wantAbout(t, url, "PATCH", resume, data, 200, frame{"offset": len(data), "done": true}, "Upload-Offset", "0")
	return id
}

func TestPictureByRequests(t *testing.T) {
	s := open(t, nil)
	resume := seeker(t, s)
	data := noise(700_001)
	id, url := promise(t, s, resume, len(data))
	wantPost(t, s, resume, frame{"type": "message", "id": "1", "files": []string{id}}, 404, frame{"type": "error", "id": "1", "code": "unknown_file"})
	wantAbout(t, url, "PATCH", resume, data[:300_000], 200, frame{"offset": 300_000, "done": false}, "Upload-Offset", "0")
	_, r := about(t, url, "HEAD", resume, nil)
	if r.StatusCode != 200 || r.Header.Get("Upload-Offset") != "300000" || r.Header.Get("Upload-Length") != "700001" || r.Header.Get("Upload-Complete") != "?0" {
		t.Errorf("HEAD: %d %v", r.StatusCode, r.Header)
	}
	headers(t, "HEAD of a picture", r)
	f, r := about(t, url, "PATCH", resume, data[:300_000], "Upload-Offset", "0")
	if r.StatusCode != 409 || f["code"] != "wrong_offset" || r.Header.Get("Upload-Offset") != "300000" {
		t.Errorf("the same piece again: %d %v", r.StatusCode, f)
	}
	wantAbout(t, url, "PATCH", resume, data[300_000:], 200, frame{"offset": 700_001, "done": true}, "Upload-Offset", "300000")
	wantAbout(t, url, "PATCH", resume, nil, 200, frame{"offset": 700_001, "done": true}, "Upload-Offset", "700001")
	wantAbout(t, url, "GET", resume, nil, 200, frame{"offset": 700_001, "size": 700_001, "done": true})

	m := frame{"type": "message", "id": "1", "text": "これを見てください。[写真1]は私が書きました", "files": []string{id}}
	for range 2 {
		wantPost(t, s, resume, m, 200, frame{"type": "ack", "id": "1", "state": "stored"})
	}
	taken := s.Intake.Taken()
	if len(taken) != 1 || len(taken[0].Files) != 1 || taken[0].Files[0].Sort != channels.Picture || taken[0].Text != "[写真1]\nこれを見てください。[写真1]は私が書きました" {
		t.Fatalf("taken %d", len(taken))
	}
	if !bytes.Equal(s.Files.Content(taken[0].Files[0].ID), data) {
		t.Error("it is not what was sent")
	}
	second := brought(t, s, resume, noise(20))
	wantPost(t, s, resume, frame{"type": "message", "id": "2", "files": []string{id, second}}, 200, frame{"type": "ack"})
	if m := s.Intake.Taken()[1]; m.Text != "[写真1]\n[写真2]" || len(m.Files) != 2 {
		t.Errorf("%q with %d files", m.Text, len(m.Files))
	}
	wantAbout(t, url, "DELETE", resume, nil, 204, nil)
	wantAbout(t, url, "GET", resume, nil, 404, frame{"code": "unknown_file"})
	wantPost(t, s, resume, frame{"type": "message", "id": "3", "text": "文", "files": []string{id}}, 404, frame{"code": "unknown_file"})
}

func TestPicturesAreTheConversationsOwn(t *testing.T) {
	s := open(t, nil)
	mine, other := seeker(t, s), seeker(t, s)
	_, url := promise(t, s, mine, 1000)
	whole := brought(t, s, mine, noise(900))
	for _, method := range []string{"PATCH", "GET", "DELETE"} {
		for _, at := range []string{url, s.URL + "/chat/files/" + whole} {
			wantAbout(t, at, method, "", nil, 401, frame{"code": "unknown_code"}, "Upload-Offset", "0")
			wantAbout(t, at, method, "Resume x", nil, 401, frame{"code": "unknown_code"}, "Upload-Offset", "0")
			wantAbout(t, at, method, "Code 000000000000000000001", nil, 401, frame{"code": "unknown_code"}, "Upload-Offset", "0")
			if _, r := about(t, at, method, mine, nil, "Origin", "https://elsewhere.example", "Upload-Offset", "0"); r.StatusCode != 403 {
				t.Errorf("%s from elsewhere: %d", method, r.StatusCode)
			}
			if method == "DELETE" {
				wantAbout(t, at, method, other, nil, 204, nil)
				continue
			}
			wantAbout(t, at, method, other, noise(100), 404, frame{"code": "unknown_file"}, "Upload-Offset", "0")
		}
	}
	wantAbout(t, url, "GET", mine, nil, 200, frame{"offset": 0})
	wantPost(t, s, other, frame{"type": "message", "id": "1", "files": []string{whole}}, 404, frame{"code": "unknown_file"})
	wantPost(t, s, mine, frame{"type": "message", "id": "1", "files": []string{whole}}, 200, frame{"type": "ack"})
}

func TestPicturesThatAreRefused(t *testing.T) {
	s := open(t, nil)
	resume := seeker(t, s)
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		"": {400, "bad_frame"}, "x": {400, "bad_frame"}, `{}`: {400, "bad_frame"}, `{"size":0}`: {400, "bad_frame"}, `{"size":-1}`: {400, "bad_frame"},
		`{"size":1e99}`: {400, "bad_frame"}, `{"size":"9"}`: {400, "bad_frame"}, strings.Repeat(" ", 2000): {400, "bad_frame"},
		fmt.Sprintf(`{"size":%d}`, channels.MaxFile+1): {413, "too_large"},
	} {
		wantAbout(t, s.URL+"/chat/files", "POST", resume, []byte(body), want.status, frame{"type": "error", "code": want.code})
	}
	for _, data := range []string{"%PDF-1.7 .......................", "PK\x03\x04............................", "<svg xmlns='http://www.w3.org/2000/svg'/>",
		"<!doctype html><script>alert(1)</script>", "MZ..............................", "\x00\x00\x00\x18ftypmp42................"} {
		_, url := promise(t, s, resume, len(data))
		wantAbout(t, url, "PATCH", resume, []byte(data), 415, frame{"code": "no_picture"}, "Upload-Offset", "0")
		wantAbout(t, url, "GET", resume, nil, 404, nil)
	}
	_, url := promise(t, s, resume, 100)
	wantAbout(t, url, "PATCH", resume, noise(101), 413, frame{"code": "too_large"}, "Upload-Offset", "0") // more than was promised
	wantAbout(t, url, "GET", resume, nil, 404, nil)
	_, url = promise(t, s, resume, 100)
	for _, offset := range []string{"", "x", "1.5", "-"} {
		wantAbout(t, url, "PATCH", resume, noise(100), 400, frame{"code": "bad_frame"}, "Upload-Offset", offset)
	}
	for _, offset := range []string{"-1", "1", "99", "9223372036854775807"} {
		wantAbout(t, url, "PATCH", resume, noise(100), 409, frame{"code": "wrong_offset"}, "Upload-Offset", offset)
	}
	s.Files.Fail(channels.ErrUnavailable)
	wantAbout(t, url, "PATCH", resume, noise(100), 503, frame{"code": "unavailable"}, "Upload-Offset", "0")
	s.Files.Fail(nil)
	wantAbout(t, url, "PATCH", resume, nil, 200, frame{"done": true}, "Upload-Offset", "100") // nothing has to be sent again
	if n := s.Intake.Attempts(); n != 0 {
		t.Errorf("the intake was asked %d times", n)
	}
}

// A picture of 20 MiB breaks off at every MiB, and goes on each time where it was; the words of the same moment are long
// acknowledged, and nothing of the picture is anywhere in clear.
func TestPictureIsInterruptedAtEveryMegabyte(t *testing.T) {
	dir := t.TempDir()
	s := open(t, map[string]string{"CHAT_UPLOADS": dir})
	resume := seeker(t, s)
	data := noise(channels.MaxFile)
	id, _ := promise(t, s, resume, len(data))
	wantPost(t, s, resume, frame{"type": "message", "id": "words", "text": "写真もおくります"}, 200, frame{"type": "ack", "state": "stored"})
	for breaks := 1; ; breaks++ {
		f := wantAbout(t, s.URL+"/chat/files/"+id, "GET", resume, nil, 200, nil)
		offset := int(f["offset"].(float64))
		if offset >= len(data) {
			break
		}
		if breaks > 30 {
			t.Fatalf("only %d bytes after %d pieces", offset, breaks)
		}
		sendAndBreak(t, s, id, resume, data[offset:], offset, 1<<20)
		channelstest.Eventually(t, "what came before the break is there", func() bool {
			f, _ := about(t, s.URL+"/chat/files/"+id, "GET", resume, nil)
			return f["offset"].(float64) >= float64(min(offset+1<<20, len(data)))
		})
		if len(s.Intake.Taken()) != 1 {
			t.Fatal("something of the picture is visible")
		}
		wantPost(t, s, resume, frame{"type": "message", "id": "early", "files": []string{id}}, 404, frame{"code": "unknown_file"})
		clear := 0
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if bytes.Contains(b, []byte("CANARY")) || bytes.Contains(b, data[len(data)/2:len(data)/2+32]) || bytes.Contains([]byte(path), []byte(id[:20])) {
				clear++
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) || clear != 0 {
			t.Fatalf("a half picture lies there in clear: %v", err)
		}
	}
	channelstest.Eventually(t, "it is whole", func() bool { // the request that broke off may still be at it
		f, _ := about(t, s.URL+"/chat/files/"+id, "PATCH", resume, nil, "Upload-Offset", strconv.Itoa(len(data)))
		return f["done"] == true
	})
	wantPost(t, s, resume, frame{"type": "message", "id": "picture", "files": []string{id}}, 200, frame{"type": "ack"})
	if m := s.Intake.Taken()[1]; !bytes.Equal(s.Files.Content(m.Files[0].ID), data) {
		t.Error("it is not what was sent")
	}
}

// sendAndBreak sends so many bytes of a piece that promised more, and cuts the line.
func sendAndBreak(t *testing.T, s *channelstest.Site, id, resume string, rest []byte, offset, n int) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "PATCH /chat/files/%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n", id, resume, offset, len(rest)+1); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(rest[:min(n, len(rest))]); err != nil {
		t.Fatal(err)
	}
}

// A gateway that starts anew, and another that shares the folder, go on where it was.
func TestPictureSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, map[string]string{"CHAT_UPLOADS": dir})
	resume := seeker(t, s)
	data := noise(1_500_000)
	id, url := promise(t, s, resume, len(data))
	wantAbout(t, url, "PATCH", resume, data[:1_000_000], 200, nil, "Upload-Offset", "0")
	again := second(t, s, dir)
	wantAbout(t, again+"/chat/files/"+id, "GET", resume, nil, 200, frame{"offset": 1_000_000, "size": 1_500_000})
	wantAbout(t, again+"/chat/files/"+id, "PATCH", resume, data[1_000_000:], 200, frame{"done": true}, "Upload-Offset", "1000000")
	wantAbout(t, url, "GET", resume, nil, 200, frame{"done": true})
	wantPost(t, s, resume, frame{"type": "message", "id": "1", "files": []string{id}}, 200, frame{"type": "ack"})
	if m := s.Intake.Taken()[0]; !bytes.Equal(s.Files.Content(m.Files[0].ID), data) {
		t.Error("it is not what was sent")
	}
}

// second opens another door of the same house on the same folder and returns where it is.
func second(t *testing.T, s *channelstest.Site, dir string) string {
	t.Helper()
	c, err := chat.Kind.New(channels.Env{Intake: s.Intake, Mailbox: s.Mailbox, Files: s.Files, Desk: s.Desk, Now: now, PublicURL: s.URL, Log: quietLog(),
		Setting: func(name string) string { return map[string]string{"CHAT_RATE": "off", "CHAT_UPLOADS": dir}[name] }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	c.Routes(mux)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- server.Serve(l) }()
	go func() { ended <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		server.Close()
		<-ended
		<-ended
	})
	return "http://" + l.Addr().String()
}

// The same picture and the same message, a hundred times at once: one of each is kept.
func TestPictureReplayed(t *testing.T) {
	s := open(t, map[string]string{"CHAT_RATE": "off"})
	resume := seeker(t, s)
	data := noise(400_000)
	id, url := promise(t, s, resume, len(data))
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			_, r := about(t, url, "PATCH", resume, data, "Upload-Offset", "0")
			if r.StatusCode != 200 && r.StatusCode != 409 {
				t.Errorf("status %d", r.StatusCode)
			}
		})
	}
	all.Wait()
	channelstest.Eventually(t, "it is whole", func() bool {
		f, _ := about(t, url, "GET", resume, nil)
		if f["done"] != true {
			about(t, url, "PATCH", resume, data[int(f["offset"].(float64)):], "Upload-Offset", fmt.Sprint(f["offset"]))
		}
		return f["done"] == true
	})
	for range 100 {
		all.Go(func() {
			f, status := post(t, s, resume, frame{"type": "message", "id": "1", "files": []string{id}})
			if status != 200 || f["type"] != "ack" {
				t.Errorf("%d %v", status, f)
			}
		})
	}
	all.Wait()
	taken := s.Intake.Taken()
	if len(taken) != 1 || len(s.Intake.Repeated()) != 99 || !bytes.Equal(s.Files.Content(taken[0].Files[0].ID), data) {
		t.Errorf("%d taken, %d repeated", len(taken), len(s.Intake.Repeated()))
	}
	if s.Files.Content("file-1") == nil || s.Files.Content("file-2") != nil {
		t.Error("it was kept more than once")
	}
}

// A thousand forged and damaged requests are worth nothing.
func TestForgedPictures(t *testing.T) {
	s := open(t, map[string]string{"CHAT_RATE": "off"})
	mine, other := seeker(t, s), seeker(t, s)
	data := noise(3000)
	id, url := promise(t, s, mine, len(data))
	accepted := 0
	for i := range 1000 {
		token, to, method, offset, body := mine, id, "PATCH", "0", data[:2999]
		switch r := rand.New(rand.NewPCG(1, uint64(i))); i % 8 {
		case 0: // a token that was never given
			token = "Resume " + strings.Repeat(string(rune('a'+i%26)), 1+i%90)
		case 1: // somebody else's
			token = other
		case 2: // an id with one letter changed
			b := []byte(id)
			at := r.IntN(len(b))
			b[at] = "abcdefgh234567-"[r.IntN(15)]
			if to = string(b); to == id {
				to = id + "a"
			}
		case 3: // out of the folder
			to = []string{"..", "..%2f..%2fhalf", "%00", ".", id + "%2f..", "half-1", strings.Repeat("a", 26) + "-1", strings.ToUpper(id)}[r.IntN(8)]
		case 4: // another place
			offset = strconv.Itoa(1 + r.IntN(5000))
		case 5: // not a picture
			body = bytes.Repeat([]byte{byte(r.IntN(256)), 'x', 'y'}, 900)
			_, at := promise(t, s, other, len(body))
			token, to = other, strings.TrimPrefix(at, s.URL+"/chat/files/")
		case 6: // no number
			offset = []string{"", "0x0", "+", "０", "1e3", "0,0"}[r.IntN(6)]
		case 7: // a message that names nothing
			f, _ := post(t, s, []string{mine, other}[r.IntN(2)], frame{"type": "message", "id": fmt.Sprint(i), "text": "x", "files": []string{[]string{id, id + "a", "", "../done/x"}[r.IntN(4)]}})
			if f["type"] == "ack" {
				accepted++
			}
			continue
		}
		if f, _ := about(t, s.URL+"/chat/files/"+to, method, token, body, "Upload-Offset", offset); f["type"] == "file" {
			accepted++
			t.Errorf("case %d was accepted: %v", i%8, f)
		}
	}
	if accepted != 0 || len(s.Intake.Taken()) != 0 || s.Files.Content("file-1") != nil {
		t.Errorf("%d accepted, %d taken", accepted, len(s.Intake.Taken()))
	}
	wantAbout(t, url, "PATCH", mine, data, 200, frame{"done": true}, "Upload-Offset", "0") // the true one is unharmed
}
