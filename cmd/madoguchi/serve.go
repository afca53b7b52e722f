package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage/assess"
)

var readyFlag = flagDef{"ready-file", "", "a file that is written once every listener accepts, as JSON"}

var serveCommand = command{name: "serve", does: "the product for real: needs Redis, keys and a city file", own: []flagDef{readyFlag}, run: serve, long: true}

func serve(ctx context.Context, p *program, _ []string) error {
	base, err := p.plan(p.set.running()...)
	if err != nil {
		return err
	}
	defer base.close()
	return p.live(ctx, *base)
}

// live builds a house for real and lets it live until ctx ends.
func (p *program) live(ctx context.Context, base plan) error {
	h, err := build(base)
	if err != nil {
		return err
	}
	var unsafe errUnsafe
	if err := h.lookAtRedis(ctx); errors.As(err, &unsafe) {
		return errors.Join(err, h.close())
	} else if err != nil {
		h.log.Warn("redis cannot be reached; messages are held until it can", "state", "away")
	}
	if n := len(h.city.Samples()); n > 0 {
		h.log.Warn("the city file has fictional schools", "count", n)
	}
	return h.run(ctx, func() error {
		fmt.Fprintf(p.stdout, "madoguchi %s for %s: %s\n", version, h.city.Name, strings.Join(p.set.running(), ", "))
		for _, l := range []struct {
			name, url string
			l         net.Listener
		}{{"public", h.publicURL, h.listeners.public}, {"staff", h.staffURL, h.listeners.staff}, {"ops", at(h.listeners.ops), h.listeners.ops}} {
			if l.l != nil {
				fmt.Fprintf(p.stdout, "  %-6s %s\n", l.name, l.url)
			}
		}
		return writeReady(p.flags["ready-file"], h, []account{})
	})
}

// plan reads everything that those roles are built from, and says what is missing.
func (p *program) plan(run ...string) (*plan, error) {
	level, err := logLevel(p.set["LOG_LEVEL"])
	if err != nil {
		return nil, err
	}
	assessor, err := assess.New()
	if err != nil {
		return nil, err
	}
	c, err := servedCity(p.set["CITY"], assessor)
	if err != nil {
		return nil, err
	}
	if p.set["REDIS_URL"] == "" {
		return nil, fmt.Errorf("%sREDIS_URL is missing: the desk needs a Redis", envPrefix)
	}
	keys, err := loadKeys(p.set["KEYS"], run...)
	if err != nil {
		return nil, err
	}
	pl := &plan{set: p.set, keys: keys, city: c, assessor: assessor, clock: &deskClock{}, log: newLog(p.stderr, level), watchEvery: watchEvery}
	redis.SetLogger(silence{pl.log})
	if err := pl.dial(run...); err != nil {
		pl.close()
		return nil, err
	}
	return pl, nil
}

// redisURLs are the settings that name a Redis.
var redisURLs = []string{"REDIS_URL", "VAULT_REDIS_URL", "REDIS_CHECK_URL", "KEYS_REDIS_URL"}

// dial opens the clients that the settings name and the roles use; equal URLs share one.
func (pl *plan) dial(run ...string) error {
	opened, sharers := map[string]redis.UniversalClient{}, []string{"router", "vault", "console"}
	for _, c := range []struct {
		to      *redis.UniversalClient
		setting string
		url     string
		uses    []string
	}{
		{&pl.redis, "REDIS_URL", pl.set["REDIS_URL"], nil},
		{&pl.vaultRedis, "VAULT_REDIS_URL", pl.set["VAULT_REDIS_URL"], []string{"router", "vault"}},
		{&pl.checkRedis, "REDIS_CHECK_URL", pl.set["REDIS_CHECK_URL"], nil},
		{&pl.keysRedis, "KEYS_REDIS_URL", pl.set["KEYS_REDIS_URL"], sharers},
		{&pl.checkKeys, "KEYS_REDIS_URL", pl.set.checks("KEYS_REDIS_URL"), sharers},
	} {
		if len(run) > 0 && len(c.uses) > 0 && !slices.ContainsFunc(c.uses, func(r string) bool { return slices.Contains(run, r) }) {
			continue
		}
		if opened[c.url] == nil {
			client, err := dialRedis(c.url)
			if err != nil {
				return fmt.Errorf("%s%s: %w", envPrefix, c.setting, err)
			}
			opened[c.url] = client
		}
		*c.to = opened[c.url]
	}
	return nil
}

func (pl *plan) close() {
	for _, c := range []redis.UniversalClient{pl.redis, pl.vaultRedis, pl.checkRedis, pl.keysRedis, pl.checkKeys} {
		if c != nil {
			if err := c.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
				pl.log.Debug("a connection did not close well")
			}
		}
	}
}

// account is a demo person, as the ready file tells.
type account struct {
	Login    string `json:"login"`
	Role     string `json:"role"`
	School   string `json:"school"`
	Token    string `json:"token"`
	Password string `json:"password"`
}

// writeReady writes the ready file as a whole or not at all.
func writeReady(path string, h *house, accounts []account) error {
	if path == "" {
		return nil
	}
	data, err := json.MarshalIndent(map[string]any{"public": at(h.listeners.public), "staff": at(h.listeners.staff), "ops": at(h.listeners.ops), "accounts": accounts}, "", "  ")
	if err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.WriteFile(beside, append(data, '\n'), 0o600); err != nil {
		return errors.New("--ready-file cannot be written")
	}
	if err := os.Rename(beside, path); err != nil {
		return errors.New("--ready-file cannot be written")
	}
	return nil
}

// silence keeps go-redis from writing lines of its own, which hold addresses.
type silence struct{ log *slog.Logger }

func (s silence) Printf(_ context.Context, format string, _ ...any) {
	s.log.Debug("redis client", "code", strings.Map(func(r rune) rune {
		if r == '\n' {
			return ' '
		}
		return r
	}, format))
}
