// Package redistest starts the Redis that a test needs, on a free port of 127.0.0.1, and stops it when the test ends.
//
// Three sorts of Redis decide whether code is right, and each shows what the others hide. The embedded server (Embedded)
// is what a demonstration runs on: it has no persistence and forgives keys of foreign slots. A real server (Start) fsyncs
// every write, as production does, and can be killed and started again on the same data. A real cluster (StartCluster) of
// three masters refuses every script whose keys do not share a hash tag.
//
// The server's program is redis-server of the PATH; a test fails, and never skips, where it is missing.
package redistest

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// patience is how long a server may take to answer or a cluster to form; this is for a very busy machine.
const patience = 30 * time.Second

// Server is one running redis-server.
type Server struct {
	Addr string // host:port

	t    testing.TB
	args []string
	cmd  *exec.Cmd
	done chan struct{} // closed when cmd has ended
}

// Start runs a redis-server that keeps everything it acknowledges: append-only file, fsync always, no eviction.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t)
}

// Forgetful runs a redis-server that writes nothing to disk: for long stories, which the embedded server, checked by the race
// detector as it is, would take several times as long to go through.
func Forgetful(t testing.TB) *Server {
	t.Helper()
	return start(t, "--appendonly", "no")
}

// start runs a server with more arguments than Start's. Another process may take the port between its choice and its
// use, so it tries a few.
func start(t testing.TB, more ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	for range 5 {
		port := freePort(t)
		s := &Server{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), t: t}
		s.args = append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--dir", dir, "--daemonize", "no",
			"--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction",
			"--loglevel", "warning"}, more...)
		if s.run() {
			t.Cleanup(s.Kill)
			return s
		}
	}
	t.Fatal("redistest: no redis-server would start")
	return nil
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
		if client.Ping(context.Background()).Err() == nil {
			return true
		}
	}
	s.Kill()
	return false
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

// Restart starts a killed server again on the same port and the same data.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	if !s.run() {
		s.t.Fatalf("redistest: redis-server does not start again")
	}
}

// Embedded returns a client of an in-process server and the server, both closed when the test ends.
func Embedded(t testing.TB) (*redis.Client, *miniredis.Miniredis) {
	t.Helper()
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options(server.Addr()))
	t.Cleanup(func() { _ = client.Close(); server.Close() })
	return client, server
}

func options(addr string) *redis.Options {
	return &redis.Options{
		Addr: addr, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, ReadTimeout: 10 * time.Second,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// freePort returns a TCP port of 127.0.0.1 that nobody listens on.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// Cluster is a Redis Cluster of three masters without replicas.
type Cluster struct {
	Nodes []*Server
	t     testing.TB
}

// StartCluster runs three masters that share the 16,384 slots, and returns when all three agree that the cluster is ok.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	buses := make([]int, 3)
	for i := range buses {
		buses[i] = freePort(t)
		c.Nodes = append(c.Nodes, start(t, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(buses[i]),
			"--cluster-node-timeout", "5000"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for i, n := range c.Nodes {
		client := n.Client()
		from, to := i*16384/3, (i+1)*16384/3-1
		for _, cmd := range [][]any{
			{"CLUSTER", "SET-CONFIG-EPOCH", i + 1},
			{"CLUSTER", "ADDSLOTSRANGE", from, to},
		} {
			if err := client.Do(ctx, cmd...).Err(); err != nil {
				t.Fatalf("redistest: %v: %v", cmd[1], err)
			}
		}
		for j, other := range c.Nodes[:i] {
			host, port, _ := net.SplitHostPort(other.Addr)
			if err := client.Do(ctx, "CLUSTER", "MEET", host, port, buses[j]).Err(); err != nil {
				t.Fatalf("redistest: MEET: %v", err)
			}
		}
	}
	for _, n := range c.Nodes {
		if err := agrees(ctx, n.Client()); err != nil {
			t.Fatalf("redistest: the cluster did not form: %v", err)
		}
	}
	return c
}

// agrees waits until the node sees the whole cluster.
func agrees(ctx context.Context, node *redis.Client) error {
	for {
		info, err := node.ClusterInfo(ctx).Result()
		if err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_known_nodes:3") {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: last seen %v", ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Client returns a new client of the cluster, closed when the test ends.
func (c *Cluster) Client() *redis.ClusterClient {
	var addrs []string
	for _, n := range c.Nodes {
		addrs = append(addrs, n.Addr)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: addrs, MaxRetries: -1, DialerRetries: 1, ContextTimeoutEnabled: true, ReadTimeout: 10 * time.Second,
		ClusterStateReloadInterval: 2 * time.Second,
		MaintNotificationsConfig:   &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}
