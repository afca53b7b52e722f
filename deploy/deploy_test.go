package deploy_test

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/redis/go-redis/v9"
)

type compose struct {
	Services map[string]struct {
		Image   string   `yaml:"image"`
		Command []string `yaml:"command"`
		Ports   []string `yaml:"ports"`
		Volumes []string `yaml:"volumes"`
		User    string   `yaml:"user"`
		Build   struct {
			Dockerfile string `yaml:"dockerfile"`
		} `yaml:"build"`
	} `yaml:"services"`
}

func read(t *testing.T, file string) compose {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComposeNamesOnlyWhatIsThere(t *testing.T) {
	c := read(t, "../docker-compose.yml")
	for _, name := range []string{"redis", "keys", "madoguchi"} {
		if _, ok := c.Services[name]; !ok {
			t.Errorf("no service %s", name)
		}
	}
	for name, s := range c.Services {
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s publishes %s beyond loopback", name, p)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, err := os.Stat(filepath.Join("..", from)); strings.HasPrefix(from, "./") && err != nil {
				t.Errorf("%s mounts %s, which is not there", name, from)
			}
		}
		if f := s.Build.Dockerfile; f != "" {
			if _, err := os.Stat(filepath.Join("..", f)); err != nil {
				t.Errorf("%s is built from %s, which is not there", name, f)
			}
		}
	}
}

// Each role is a user of its own, who owns the folders that it is given as the file tells to make them. Two share only what
// arrives: the gateway writes it, and the router, as that folder's group, takes it away.
func TestRolesApartAreUsersApart(t *testing.T) {
	const file = "compose.apart.yml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	type folder struct{ mode, owner string }
	made := map[string]folder{}
	for _, m := range regexp.MustCompile(`(?m)^# +install -d -m (\d+) -o (\d+) -g (\d+) ([^#\n]+)`).FindAllStringSubmatch(string(text), -1) {
		for _, path := range strings.Fields(m[4]) {
			made["./"+path] = folder{m[1], m[2] + ":" + m[3]}
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^# +chown -R (\d+:\d+) (\S+)$`).FindAllStringSubmatch(string(text), -1) {
		made["./"+m[2]] = folder{"700", m[1]} // as keys init made it
	}
	services, users := read(t, file).Services, map[string]string{}
	for _, role := range []string{"gateway", "router", "vault", "console"} {
		s := services[role]
		if !regexp.MustCompile(`^([1-9]\d{4}):([1-9]\d{4})$`).MatchString(s.User) || users[s.User] != "" {
			t.Errorf("%s runs as %q, as does %q", role, s.User, users[s.User])
		}
		users[s.User] = role
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if from == "./apart/files" && (role == "gateway" || role == "router") {
				continue
			}
			if made[from] != (folder{"700", s.User}) {
				t.Errorf("%s is given %s, made as %v", role, from, made[from])
			}
			delete(made, from)
		}
	}
	writes, _, _ := strings.Cut(services["gateway"].User, ":")
	_, takes, _ := strings.Cut(services["router"].User, ":")
	if want := map[string]folder{"./apart/files/in": {"2770", writes + ":" + takes}, "./apart/files/kept": {"700", services["router"].User}}; !maps.Equal(made, want) {
		t.Errorf("folders of nobody, or of several: %v, want %v", made, want)
	}
}

// The very redis.conf and command of the compose file, with only the folder, the address and the port of the test, start a
// server that keeps what it is given.
func TestRedisConfigurationIsSafe(t *testing.T) {
	command := read(t, "../docker-compose.yml").Services["redis"].Command
	conf, err := filepath.Abs("redis/redis.conf")
	if err != nil {
		t.Fatal(err)
	}
	if len(command) != 2 || command[0] != "redis-server" || filepath.Base(command[1]) != "redis.conf" {
		t.Fatalf("the command is %q", command)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(command[0], conf, "--dir", t.TempDir(), "--bind", "127.0.0.1", "--port", fmt.Sprint(port))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		server.Process.Signal(os.Interrupt) //nolint:errcheck // it may have ended
		server.Wait()                       //nolint:errcheck // it was interrupted
	}()
	client := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for client.Ping(ctx).Err() != nil && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	for key, want := range map[string]string{"appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no", "maxmemory-policy": "noeviction"} {
		got, err := client.ConfigGet(ctx, key).Result()
		if err != nil || got[key] != want {
			t.Errorf("%s is %q, want %q (%v)", key, got[key], want, err)
		}
	}
}
