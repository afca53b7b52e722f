package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"madoguchi/router/redistest"
)

// Every command of the compose file is one of the program's, with settings that it knows, and the Dockerfile takes only
// what is there.
func TestComposeFilesSpeakToThisProgram(t *testing.T) {
	for _, file := range []string{"docker-compose.yml", "deploy/compose.apart.yml"} {
		t.Run(file, func(t *testing.T) { composeSpeaks(t, "../../"+file) })
	}
}

func composeSpeaks(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Services map[string]struct {
			Image       string
			Command     []string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	// ${NAME:-value} is value, ${NAME:?why} must be given.
	given := regexp.MustCompile(`\$\{(\w+):([-?])([^}]*)\}`)
	ours := 0
	for name, s := range c.Services {
		if s.Image != "madoguchi" {
			continue
		}
		ours++
		var environ []string
		for key, value := range s.Environment {
			value = given.ReplaceAllStringFunc(value, func(v string) string {
				m := given.FindStringSubmatch(v)
				if m[1] != key {
					t.Errorf("%s: %s is given as %s", name, key, m[1])
				}
				if m[2] == "-" {
					return m[3]
				}
				return "https://desk.example.jp"
			})
			environ = append(environ, key+"="+value)
		}
		i := slices.IndexFunc(commands(), func(c command) bool {
			return strings.HasPrefix(strings.Join(s.Command, " ")+" ", c.name+" ")
		})
		if i < 0 {
			t.Errorf("%s: the program has no command %q", name, s.Command)
			continue
		}
		command := commands()[i]
		p := &program{environ: environ, stdout: os.Stderr, stderr: os.Stderr}
		if rest, err := p.parse(command, s.Command[len(strings.Fields(command.name)):]); err != nil || len(rest) > 0 {
			t.Errorf("%s: %v, and %q is left", name, err, rest)
		}
		if _, err := loadCity(p.set["CITY"], nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if ours == 0 {
		t.Error("no service runs the program")
	}
	docker, err := os.ReadFile("../../deploy/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	copied := regexp.MustCompile(`(?m)^COPY ((?:[^-\s]\S* )+)\S+$`).FindAllStringSubmatch(string(docker), -1)
	if len(copied) == 0 {
		t.Error("the Dockerfile copies nothing")
	}
	for _, m := range copied {
		for _, from := range strings.Fields(m[1]) {
			if _, err := os.Stat(filepath.Join("../..", from)); err != nil {
				t.Errorf("the Dockerfile copies %s, which is not there", from)
			}
		}
	}
}

// serve takes a Redis with the very configuration of the compose file, and no other that would lose what it is given.
func TestServeDemandsWhatTheConfigurationGives(t *testing.T) {
	t.Parallel()
	conf, err := filepath.Abs("../../deploy/redis/redis.conf")
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	r := redistest.StartFile(t, conf)
	common := []string{"--data-dir=" + data, "--redis-url=" + r.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	p := start(t, "serve", common...)
	p.is("stored", "ok")
	if code := p.stop(soon); code != 0 {
		t.Errorf("exit %d", code)
	}
	client := r.Client()
	for _, tt := range []struct{ key, unsafe, safe string }{
		{"appendonly", "no", "yes"}, {"appendfsync", "everysec", "always"}, {"appendfsync", "no", "always"},
		{"no-appendfsync-on-rewrite", "yes", "no"}, {"maxmemory-policy", "allkeys-lru", "noeviction"}, {"maxmemory-policy", "volatile-ttl", "noeviction"},
	} {
		if err := client.ConfigSet(t.Context(), tt.key, tt.unsafe).Err(); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"serve", "doctor"} {
			out, errs, code := endedProcess(t, nil, append([]string{command, "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0"}, common...)...)
			if code != 1 || !strings.Contains(out+errs, tt.key+" "+tt.safe) {
				t.Errorf("%s with %s %s: exit %d, %s%s", command, tt.key, tt.unsafe, code, out, errs)
			}
		}
		if err := client.ConfigSet(t.Context(), tt.key, tt.safe).Err(); err != nil {
			t.Fatal(err)
		}
	}
	// Who may not ask for the configuration cannot say that it is safe.
	if err := client.Do(t.Context(), "ACL", "SETUSER", "desk", "on", ">himitsu", "~*", "&*", "+@all", "-config").Err(); err != nil {
		t.Fatal(err)
	}
	limited := strings.Replace(r.URL, "redis://", "redis://desk:himitsu@", 1)
	_, errs, code := endedProcess(t, nil, "serve", "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0", "--data-dir="+data, "--redis-url="+limited)
	if code != 1 || !strings.Contains(errs, "MADOGUCHI_REDIS_CHECK_URL") || strings.Contains(errs, "himitsu") {
		t.Errorf("without the right to ask: exit %d, %s", code, errs)
	}
	p = start(t, "serve", "--data-dir="+data, "--redis-url="+limited, "--redis-check-url="+r.URL)
	p.is("stored", "ok")
}
