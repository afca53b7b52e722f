package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/router/clean"
)

// beMadoguchi makes the test binary the program itself, so that a test can start and kill it.
const beMadoguchi = "BE_MADOGUCHI"

func TestMain(m *testing.M) {
	if os.Getenv(beMadoguchi) != "" || len(os.Args) == 3 && os.Args[1] == clean.Command { // whose environment is empty
		main()
		return
	}
	os.Exit(m.Run())
}

// ready is what --ready-file holds.
type ready struct {
	Public   string `json:"public"`
	Staff    string `json:"staff"`
	Ops      string `json:"ops"`
	Accounts []struct {
		Login    string `json:"login"`
		Role     string `json:"role"`
		School   string `json:"school"`
		Token    string `json:"token"`
		Password string `json:"password"`
	} `json:"accounts"`
}

// process is a running madoguchi.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	dir  string
	args []string
	ready
	mu  sync.Mutex
	out bytes.Buffer // what it printed and logged
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

func (p *process) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start runs a command on free ports and waits until it is ready. It is stopped when the test ends.
func start(t testing.TB, command string, args ...string) *process {
	t.Helper()
	dir := t.TempDir()
	p := &process{t: t, dir: dir, args: append([]string{command, "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0",
		"--ready-file=" + filepath.Join(dir, "ready")}, args...)}
	p.again()
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.kill()
		}
	})
	return p
}

// again starts the process once more, with the same arguments and on the same ports if it had any.
func (p *process) again() {
	p.t.Helper()
	if err := os.RemoveAll(filepath.Join(p.dir, "ready")); err != nil {
		p.t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0], p.args...)
	p.cmd.Env = append(os.Environ(), beMadoguchi+"=1", "TMPDIR="+p.temporary())
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	eventually(p.t, 90*time.Second, func() error { // with the race detector, beside a browser, on two cores
		data, err := os.ReadFile(filepath.Join(p.dir, "ready"))
		if err != nil {
			return fmt.Errorf("not ready: %s", p.printed())
		}
		var now ready
		if err := json.Unmarshal(data, &now); err != nil {
			return err
		}
		if !reflect.DeepEqual(now, p.ready) { // who writes all the while reads it
			p.ready = now
		}
		return nil
	})
	for i, name := range []string{"--public-addr=", "--staff-addr=", "--ops-addr="} {
		p.args[1+i] = name + strings.TrimPrefix([]string{p.Public, p.Staff, p.Ops}[i], "http://")
	}
}

// temporary is the folder for what the process, and whatever it starts, writes for a moment.
func (p *process) temporary() string {
	p.t.Helper()
	dir := filepath.Join(p.dir, "tmp")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		p.t.Fatal(err)
	}
	return dir
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd.Wait() //nolint:errcheck // it was killed
}

// stop asks the process to end and returns its exit code.
func (p *process) stop(within time.Duration) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { p.cmd.Wait(); close(done) }() //nolint:errcheck // the exit code says it
	select {
	case <-done:
	case <-time.After(within):
		p.cmd.Process.Kill() //nolint:errcheck // it may have ended now
		<-done
		p.t.Fatalf("it did not end within %v", within)
	}
	return p.cmd.ProcessState.ExitCode()
}

// token returns the API token of the first demo account with that role.
func (p *process) token(role string) string {
	p.t.Helper()
	for _, a := range p.Accounts {
		if a.Role == role {
			return a.Token
		}
	}
	p.t.Fatalf("no account of role %s", role)
	return ""
}

// oneshot runs a command to its end.
func oneshot(t testing.TB, stdin string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, nil, strings.NewReader(stdin), &out, &errs)
	return out.String(), errs.String(), err
}

// must runs a command that succeeds and returns what it printed, without the line's end.
func must(t testing.TB, args ...string) string {
	t.Helper()
	out, errs, err := oneshot(t, "", args...)
	if err != nil {
		t.Fatalf("madoguchi %s: %v\n%s%s", args[0], err, out, errs)
	}
	return strings.TrimSpace(out)
}

// eventually asks until there is no error, and fails with the last one.
func eventually(t testing.TB, within time.Duration, ok func() error) {
	t.Helper()
	deadline := time.Now().Add(within)
	for {
		err := ok()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// call makes a request of the staff API and decodes its answer.
func (p *process) call(token, method, path string, body, into any) (int, error) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		r = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.Staff+"/api/v1"+path, r)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	if into != nil && resp.StatusCode < 300 {
		return resp.StatusCode, json.Unmarshal(data, into)
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, data)
	}
	return resp.StatusCode, nil
}

// do is call where anything but success fails the test.
func (p *process) do(token, method, path string, body, into any) {
	p.t.Helper()
	if _, err := p.call(token, method, path, body, into); err != nil {
		p.t.Fatal(err)
	}
}

// frame is a frame of the chat, in either direction.
type frame struct {
	Type    string `json:"type"`
	ID      string `json:"id,omitempty"`
	Text    string `json:"text,omitempty"`
	Code    string `json:"code,omitempty"`
	Digits  string `json:"digits,omitempty"`
	Resume  string `json:"resume,omitempty"`
	Link    string `json:"link,omitempty"`
	State   string `json:"state,omitempty"`
	Answer  string `json:"answer,omitempty"`
	School  string `json:"school,omitempty"`
	Level   string `json:"level,omitempty"`
	From    string `json:"from,omitempty"`
	Message string `json:"message,omitempty"`
	Notice  string `json:"notice,omitempty"`
	Seq     int64  `json:"seq,omitempty"`
	Open    bool   `json:"open,omitempty"`
}

// socket is a seeker's chat.
type socket struct{ *websocket.Conn }

// dial opens a chat and says hello.
func (p *process) dial(hello frame) (*socket, frame, error) {
	d := websocket.Dialer{Subprotocols: []string{"madoguchi.chat.v1"}, HandshakeTimeout: 5 * time.Second}
	c, _, err := d.DialContext(p.t.Context(), "ws"+strings.TrimPrefix(p.Public, "http")+"/chat/ws", nil)
	if err != nil {
		return nil, frame{}, err
	}
	s := &socket{c}
	hello.Type = "hello"
	if err := s.WriteJSON(hello); err != nil {
		c.Close()
		return nil, frame{}, err
	}
	welcome, err := s.next("welcome", 5*time.Second)
	if err != nil {
		c.Close()
		return nil, frame{}, err
	}
	return s, welcome, nil
}

// next reads until a frame of that type comes; an error frame is an error.
func (s *socket) next(kind string, within time.Duration) (frame, error) {
	if err := s.SetReadDeadline(time.Now().Add(within)); err != nil {
		return frame{}, err
	}
	for {
		var f frame
		if err := s.ReadJSON(&f); err != nil {
			return frame{}, fmt.Errorf("waiting for %s: %w", kind, err)
		}
		if f.Type == kind {
			return f, nil
		}
		if f.Type == "error" {
			return f, fmt.Errorf("waiting for %s: error %s", kind, f.Code)
		}
	}
}

// say sends a message and waits for its acknowledgement.
func (s *socket) say(id, text string) (state string, err error) {
	if err := s.WriteJSON(frame{Type: "message", ID: id, Text: text}); err != nil {
		return "", err
	}
	for {
		ack, err := s.next("ack", 10*time.Second)
		if err != nil {
			return "", err
		}
		if ack.ID == id {
			return ack.State, nil
		}
	}
}
