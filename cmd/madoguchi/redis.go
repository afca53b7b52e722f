package main

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// dialRedis opens a client without connecting. Commands are never repeated by the client itself: a lost answer does not
// mean that nothing happened, and every script of ours is safe to run again where that is wanted.
func dialRedis(rawURL string) (redis.UniversalClient, error) {
	bad := errors.New("expected redis://, rediss://, redis-sentinel://host,host/master or redis-cluster://host,host")
	scheme, rest, ok := strings.Cut(rawURL, "://")
	if !ok {
		return nil, bad
	}
	off := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch scheme {
	case "redis", "rediss", "unix":
		o, err := redis.ParseURL(rawURL)
		if err != nil {
			return nil, bad
		}
		o.MaxRetries, o.ContextTimeoutEnabled, o.MaintNotificationsConfig, o.DisableIdentity = -1, true, off, true
		o.PoolSize, o.DialerRetries = redisConns, 1
		return redis.NewClient(o), nil
	case "redis-sentinel":
		user, hosts, path, err := manyHosts(rest)
		if err != nil || path == "" {
			return nil, bad
		}
		return redis.NewFailoverClient(&redis.FailoverOptions{MasterName: path, SentinelAddrs: hosts,
			Username: user.Username(), Password: password(user), MaxRetries: -1, ContextTimeoutEnabled: true,
			DialerRetries: 1, PoolSize: redisConns, DisableIdentity: true}), nil
	case "redis-cluster":
		user, hosts, _, err := manyHosts(rest)
		if err != nil {
			return nil, bad
		}
		return redis.NewClusterClient(&redis.ClusterOptions{Addrs: hosts, Username: user.Username(), Password: password(user),
			MaxRetries: -1, ContextTimeoutEnabled: true, ClusterStateReloadInterval: 2 * time.Second, DialerRetries: 1, PoolSize: redisConns,
			MaintNotificationsConfig: off, DisableIdentity: true}), nil
	}
	return nil, bad
}

// redisConns is how many connections a client may open: one is held by each lane that is being read.
const redisConns = 32

// manyHosts reads user:password@host:port,host:port/path, which is no URL because of its commas.
func manyHosts(rest string) (*url.Userinfo, []string, string, error) {
	user := url.User("")
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		u, err := url.Parse("redis://" + rest[:i] + "@host")
		if err != nil {
			return nil, nil, "", errors.New("malformed user")
		}
		user, rest = u.User, rest[i+1:]
	}
	hosts, path, _ := strings.Cut(rest, "/")
	var all []string
	for _, h := range strings.Split(hosts, ",") {
		if h == "" {
			return nil, nil, "", errors.New("empty host")
		}
		all = append(all, h)
	}
	return user, all, path, nil
}

// asUserOf is the URL with the user of another one.
func asUserOf(rawURL, other string) string {
	scheme, rest, _ := strings.Cut(rawURL, "://")
	_, from, _ := strings.Cut(other, "://")
	return scheme + "://" + from[:strings.LastIndex(from, "@")+1] + rest[strings.LastIndex(rest, "@")+1:]
}

func password(u *url.Userinfo) string { p, _ := u.Password(); return p }

// errUnsafe says that a Redis was reached and would lose what it is given.
type errUnsafe struct{ why string }

func (e errUnsafe) Error() string { return "redis is not safe: " + e.why }

// errUnasked says that the user may not ask.
var errUnasked = errUnsafe{"its configuration may not be asked for (" + envPrefix + "REDIS_CHECK_URL)"}

// safeRedis asks every node for the settings on which durability rests, as the first of the clients that may. It returns
// errUnsafe, or another error where Redis could not be asked.
func safeRedis(ctx context.Context, clients ...redis.UniversalClient) (err error) {
	for _, c := range clients {
		if err = safe(ctx, c); !errors.Is(err, errUnasked) {
			return err
		}
	}
	return err
}

func safe(ctx context.Context, c redis.UniversalClient) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	if cluster, ok := c.(*redis.ClusterClient); ok {
		return cluster.ForEachShard(ctx, func(ctx context.Context, node *redis.Client) error { return safeNode(ctx, node) })
	}
	return safeNode(ctx, c)
}

func safeNode(ctx context.Context, c redis.Cmdable) error {
	for _, want := range []struct{ key, value, why string }{
		{"appendonly", "yes", "it keeps no append-only file (appendonly yes)"},
		{"appendfsync", "always", "it does not sync each write (appendfsync always)"},
		{"no-appendfsync-on-rewrite", "no", "it stops syncing during rewrites (no-appendfsync-on-rewrite no)"},
		{"maxmemory-policy", "noeviction", "it may throw records away (maxmemory-policy noeviction)"},
	} {
		got, err := c.ConfigGet(ctx, want.key).Result()
		if err != nil {
			var answer redis.Error
			if errors.As(err, &answer) && !strings.HasPrefix(answer.Error(), "LOADING") && !strings.HasPrefix(answer.Error(), "CLUSTERDOWN") {
				return errUnasked
			}
			return errors.New("redis cannot be reached")
		}
		if got[want.key] != want.value {
			return errUnsafe{want.why}
		}
	}
	return nil
}

var runID = regexp.MustCompile(`(?m)^run_id:([0-9a-f]+)`)

// runIDs are what the servers behind the first of the clients that may ask call themselves, which each draws as it starts; nil
// where nobody may ask.
func runIDs(ctx context.Context, clients ...redis.UniversalClient) []string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	for _, c := range clients {
		var mu sync.Mutex
		var ids []string
		ask := func(ctx context.Context, node *redis.Client) error {
			info, err := node.Info(ctx, "server").Result()
			if m := runID.FindStringSubmatch(info); m != nil {
				mu.Lock()
				defer mu.Unlock()
				ids = append(ids, m[1])
			}
			return err
		}
		var err error
		switch c := c.(type) {
		case *redis.ClusterClient:
			err = c.ForEachMaster(ctx, ask)
		case *redis.Client:
			err = ask(ctx, c)
		}
		if err == nil && ids != nil {
			return ids
		}
	}
	return nil
}
