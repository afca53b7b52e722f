package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/deploy/cities"
	"madoguchi/triage/assess"
)

var doctorCommand = command{name: "doctor", does: "checks configuration, keys, city and Redis; a line each; exit 1 if one fails", run: doctor}

// stale is the age at which a fact of the city file has to be looked up again.
const stale = 180 * 24 * time.Hour

// examination is one thing that doctor looks at. A remark fails nothing.
type examination struct {
	of   string
	look func(ctx context.Context, p *program) (remark string, err error)
	by   []string // the roles that it matters to; nil: all
}

func examinations() []examination {
	return []examination{
		{"configuration", doctorConfiguration, nil},
		{"keys", func(_ context.Context, p *program) (string, error) {
			_, err := loadKeys(p.set["KEYS"], p.set.running()...)
			return "", err
		}, nil},
		{"city", doctorCity, nil},
		{"redis", doctorRedis, nil},
		{"keys of cases", doctorKeyring, []string{"router", "vault", "console"}},
		{"doors", doctorDoors, []string{"gateway", "vault"}},
		{"files", doctorFiles, []string{"router"}},
	}
}

func doctor(ctx context.Context, p *program, _ []string) error {
	failed := false
	for _, e := range examinations() {
		if e.by != nil && !slices.ContainsFunc(e.by, p.set.runs) {
			continue
		}
		remark, err := e.look(ctx, p)
		verdict := "ok"
		switch {
		case err != nil:
			verdict, failed = "FAILS: "+err.Error(), true
		case remark != "":
			verdict = "ok, but " + strings.ReplaceAll(remark, "\n", fmt.Sprintf("\n%-14s ok, but ", e.of))
		}
		fmt.Fprintf(p.stdout, "%-14s %s\n", e.of, verdict)
	}
	if failed {
		return errSaid
	}
	return nil
}

func doctorConfiguration(_ context.Context, p *program) (string, error) {
	if p.set["REDIS_URL"] == "" {
		return "", errors.New(envPrefix + "REDIS_URL is missing")
	}
	for _, name := range redisURLs {
		c, err := dialRedis(p.set[name])
		if err != nil {
			return "", fmt.Errorf("%s%s: %w", envPrefix, name, err)
		}
		if err := c.Close(); err != nil {
			return "", errors.New("a connection does not close")
		}
	}
	return "", nil
}

func doctorCity(_ context.Context, p *program) (string, error) {
	a, err := assess.New()
	if err != nil {
		return "", err
	}
	c, err := servedCity(p.set["CITY"], a)
	if err != nil {
		return "", err
	}
	var remarks []string
	if names := c.Samples(); len(names) > 0 {
		remarks = append(remarks, fmt.Sprintf("%d schools are fictional", len(names)))
	}
	if keys := c.Stale(time.Now(), stale); len(keys) > 0 {
		remarks = append(remarks, "not checked for 180 days: "+strings.Join(keys, ", "))
	}
	if keys := c.Stale(time.Now(), old); len(keys) > 0 {
		remarks = append(remarks, "people are told what was not checked for more than a year: "+strings.Join(keys, ", "))
	}
	for _, r := range c.Unconfirmed() {
		remarks = append(remarks, fmt.Sprintf("the term of %s (%s) is an assumption: the city has to confirm %s", r.Key, r.Keep, r.Ask))
	}
	if len(c.OnCall) > 0 && p.set["TWILIO_ACCOUNT_SID"] == "" {
		remarks = append(remarks, "somebody is on call, and nothing can call them: "+envPrefix+"TWILIO_ACCOUNT_SID is not given")
	}
	if _, _, carried := cities.City(p.set["CITY"]); carried {
		remarks = append(remarks, "it is the file that the program carries; copy it and make it your own")
	}
	remarks = append(remarks, "ask whether school filters inspect "+p.set["PUBLIC_URL"]+" (deploy/README.md, 4)")
	return strings.Join(remarks, "\n"), nil
}

func doctorRedis(ctx context.Context, p *program) (string, error) {
	if p.set["REDIS_CHECK_URL"] == "" {
		return "", errors.New("not configured")
	}
	c, err := dialRedis(p.set["REDIS_CHECK_URL"])
	if err != nil {
		return "", fmt.Errorf("%sREDIS_CHECK_URL: %w", envPrefix, err)
	}
	return "", errors.Join(safeRedis(ctx, c), c.Close())
}

// doctorKeyring looks at where the shares of the cases' keys live. That their Redis is another one is what the servers say of
// themselves: the same one may be reached by another name, as another user or in another database.
func doctorKeyring(ctx context.Context, p *program) (string, error) {
	if p.set["REDIS_URL"] == "" {
		return "", errors.New("not configured")
	}
	const still = "can still be opened in older backups of it (" + envPrefix + "KEYS_REDIS_URL; deploy/README.md, 7)"
	if p.set["KEYS_REDIS_URL"] == p.set["REDIS_URL"] {
		return "they are in the Redis of the cases: what is erased " + still, nil
	}
	var servers [3][]string
	for i, name := range []string{"KEYS_REDIS_URL", "REDIS_URL", "VAULT_REDIS_URL"} {
		askers, err := p.askers(name)
		if err != nil {
			return "", err
		}
		defer closeAll(askers)
		if i == 0 {
			if err := safeRedis(ctx, askers...); err != nil {
				return "", err
			}
		}
		servers[i] = runIDs(ctx, askers...)
	}
	keys, cases, people := servers[0], servers[1], servers[2]
	switch {
	case meet(keys, cases):
		return "they are in the Redis of the cases: what is erased " + still, nil
	case meet(keys, people):
		return "they are in the Redis of who people are: names and addresses that are erased " + still, nil
	case keys == nil || cases == nil || people == nil:
		return "no user that is given may ask each Redis which one it is (INFO, as the user of " + envPrefix + "REDIS_CHECK_URL may): " +
			"if they are in the Redis of the cases, what is erased " + still, nil
	}
	return "", nil
}

// askers are the clients by which the Redis of that setting may be asked about itself, the likeliest first.
func (p *program) askers(name string) (all []redis.UniversalClient, err error) {
	for _, url := range []string{p.set.checks(name), p.set[name]} {
		c, err := dialRedis(url)
		if err != nil {
			closeAll(all)
			return nil, fmt.Errorf("%s%s: %w", envPrefix, name, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func closeAll(clients []redis.UniversalClient) {
	for _, c := range clients {
		_ = c.Close() // nothing was written
	}
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// doctorDoors opens every door whose settings are given, without letting anybody in.
func doctorDoors(_ context.Context, p *program) (string, error) {
	c, err := loadCity("asahikawa", nil) // the real one has a line of its own
	if err != nil {
		return "", err
	}
	var on, off, lacks []string
	for _, k := range kinds() {
		is, err := switchedOn(k, p.set)
		if err != nil {
			return "", err
		}
		if is {
			door, err := k.New(channels.Env{Desk: cityDesk{c, time.Now}, Setting: func(name string) string { return p.set[name] },
				Now: time.Now, Log: slog.New(slog.DiscardHandler), PublicURL: p.set["PUBLIC_URL"]})
			if err != nil {
				return "", fmt.Errorf("%s%w", envPrefix, err)
			}
			if l, ok := door.(channels.Limited); ok && l.Lacks() != "" {
				lacks = append(lacks, l.Lacks())
			}
			on = append(on, k.Names...)
		} else {
			off = append(off, k.Names...)
		}
	}
	if len(off) > 0 {
		lacks = append(lacks, "off: "+strings.Join(off, ", ")+" (on: "+strings.Join(on, ", ")+")")
	}
	return strings.Join(lacks, "\n"), nil
}
