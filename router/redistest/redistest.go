// Package redistest starts a real redis-server for a test, on a free port of 127.0.0.1, and can kill and restart it on the
// same data. It keeps everything that it acknowledges (append-only file, fsync always, no eviction), as production must,
// so that what a test loses by a kill is the fault of the code under test.
//
// The program is redis-server of the PATH. A test fails, and never skips, where it is missing.
package redistest

import (
	"context"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// patience is how long a server may take to answer on a very busy machine.
const patience = 30 * time.Second

// Server is one redis-server.
type Server struct {
	Addr string // host:port
	URL  string // redis://host:port/0

	t    testing.TB
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
}

// Start runs a server until the test ends. extraArgs are added to its command line, where the last one of a kind holds:
// "--appendfsync", "everysec" makes an unsafe one.
func Start(t testing.TB, extraArgs ...string) *Server {
	t.Helper()
	return start(t, "", append([]string{"--daemonize", "no", "--appendonly", "yes", "--appendfsync", "always", "--save", "",
		"--maxmemory-policy", "noeviction", "--enable-debug-command", "local", "--loglevel", "warning"}, extraArgs...))
}

// StartFile runs a server with a configuration file, of which only the port, the address and the folder are the test's.
func StartFile(t testing.TB, conf string) *Server {
	t.Helper()
	return start(t, conf, nil)
}

func start(t testing.TB, conf string, args []string) *Server {
	t.Helper()
	dir := t.TempDir()
	for range 5 { // another process may take the port between its choice and its use
		port := freePort(t)
		s := &Server{Addr: net.JoinHostPort("127.0.0.1", port), t: t}
		s.URL = "redis://" + s.Addr + "/0"
		s.args = append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir}, args...)
		if conf != "" {
			s.args = append([]string{conf}, s.args...)
		}
		if s.run() {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatal("redistest: no redis-server would start")
	return nil
}

// Client returns a new client of the server, closed when the test ends. It repeats nothing by itself, as in production.
func (s *Server) Client() *redis.Client {
	client := redis.NewClient(options(s.Addr))
	s.t.Cleanup(func() { _ = client.Close() })
	return client
}

// Kill ends the server as kill -9 does and returns when it is gone. Killing a dead server does nothing.
func (s *Server) Kill() {
	select {
	case <-s.done:
	default:
		_ = s.cmd.Process.Kill()
		<-s.done
	}
}

// Stop ends the server in order and returns when it is gone. Stopping a dead server does nothing.
func (s *Server) Stop() {
	select {
	case <-s.done:
		return
	default:
	}
	_ = s.cmd.Process.Signal(interrupt)
	select {
	case <-s.done:
	case <-time.After(patience):
		s.Kill()
	}
}

// Restart starts the server again on the same port and the same data; one that still runs is killed first.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if s.run() {
			return
		}
	}
	s.t.Fatal("redistest: redis-server does not start again")
}

// run starts the process and reports whether it answers.
func (s *Server) run() bool {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	s.cmd.SysProcAttr = dieWithParent()
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("redistest: redis-server (install the package redis-server): %v", err)
	}
	s.done = make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) { // ends with the process
		_ = cmd.Wait() // it always ends by a signal
		close(done)
	}(s.cmd, s.done)
	client := redis.NewClient(options(s.Addr))
	defer func() { _ = client.Close() }()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		select {
		case <-s.done:
			return false
		case <-time.After(5 * time.Millisecond):
		}
		conn, err := net.Dial("tcp", s.Addr) // the client would write each refusal to the log
		if err != nil {
			continue
		}
		_ = conn.Close()
		if err := client.Ping(context.Background()).Err(); err == nil || strings.HasPrefix(err.Error(), "NOAUTH") {
			return true
		}
	}
	s.Kill()
	return false
}

func options(addr string) *redis.Options {
	return &redis.Options{
		Addr: addr, MaxRetries: -1, ContextTimeoutEnabled: true, ReadTimeout: 10 * time.Second, PoolSize: 32,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// freePort returns a TCP port of 127.0.0.1 that nobody listens on.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
