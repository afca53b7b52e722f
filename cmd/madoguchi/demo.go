package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/staff"
)

var demoCommand = command{name: "demo", does: "the whole product on loopback; nothing to install, nothing to configure",
	own: []flagDef{readyFlag, {"at", "", "the desk's time at the start, such as 2026-12-01T09:00:00+09:00"}}, run: demo, long: true}

// demoPeople are the demonstration's accounts. All have one password, which is strong sign-in here.
var demoPeople = []account{
	{Login: "psy", Role: "psychologist"}, {Login: "sw", Role: "social_worker"}, {Login: "coordinator", Role: "coordinator"},
	{Login: "supervisor", Role: "supervisor"}, {Login: "lawyer", Role: "lawyer"}, {Login: "board", Role: "board"},
	{Login: "clerk", Role: "clerk"}, {Login: "admin", Role: "admin"},
	{Login: "school1", Role: "school", School: "hinode-jhs"}, {Login: "school2", Role: "school", School: "shirakaba-es"},
}

const demoPassword = "demo-madoguchi"

func demo(ctx context.Context, p *program, _ []string) error {
	start := time.Now()
	if at := p.flags["at"]; at != "" {
		var err error
		if start, err = time.Parse(time.RFC3339, at); err != nil {
			return errors.New("--at: expected a time such as 2026-12-01T09:00:00+09:00")
		}
	}
	level, err := logLevel(p.set["LOG_LEVEL"])
	if err != nil {
		return err
	}
	assessor, err := assess.New()
	if err != nil {
		return err
	}
	c, err := loadCity(p.set["CITY"], nil)
	if err != nil {
		return err
	}
	if _, err := schoolsOf(c); err != nil {
		return err
	}
	keys, err := freshKeys()
	if err != nil {
		return err
	}
	data, err := demoFolder(p.set["DATA_DIR"])
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	embedded, err := miniredis.Run()
	if err != nil {
		return errors.New("the embedded store does not start")
	}
	defer embedded.Close()
	pl := plan{set: p.set, keys: keys, city: c, assessor: assessor, clock: &deskClock{}, log: newLog(p.stderr, level), demo: true}
	pl.set["DATA_DIR"] = data
	pl.set["FILES_DIR"], pl.set["LETTER_SHEETS"] = filepath.Join(data, "files"), filepath.Join(data, "letters")
	pl.set["CHAT_UPLOADS"] = filepath.Join(data, "chat")
	redis.SetLogger(silence{pl.log})
	for _, name := range redisURLs {
		pl.set[name] = "redis://" + embedded.Addr()
	}
	if err := pl.dial(); err != nil {
		return err
	}
	defer pl.close()
	h, err := build(pl)
	if err != nil {
		return err
	}
	stopTTLs := expire(ctx, embedded)
	defer stopTTLs()
	return h.run(ctx, func() error { return h.openDemo(ctx, p, start) })
}

// demoFolder makes a fresh folder, below that of the setting if it was given. It is removed at the end.
func demoFolder(dir string) (string, error) {
	if dir == defaultDataDir {
		dir = ""
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", errors.New(envPrefix + "DATA_DIR: no folder can be made there")
	}
	data, err := os.MkdirTemp(dir, "madoguchi-demo-")
	if err != nil {
		return "", errors.New(envPrefix + "DATA_DIR: no temporary folder can be made")
	}
	return data, nil
}

// openDemo makes the people, plays the cases and tells how to go on.
func (h *house) openDemo(ctx context.Context, p *program, start time.Time) error {
	g, within := errgroup.WithContext(ctx)
	accounts, people, err := h.demoAccounts(within, g)
	if err != nil {
		return err
	}
	if err := h.namesFound(within); err != nil { // a busy machine may take a while
		return err
	}
	if err := errors.Join(h.play(within, start, people), g.Wait()); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, demoGreeting, h.publicURL, h.staffURL, demoPassword)
	for _, a := range accounts {
		fmt.Fprintln(p.stdout, strings.TrimRight(fmt.Sprintf("    %-12s %s %s", a.Login, a.Role, a.School), " "))
	}
	fmt.Fprint(p.stdout, demoTry)
	return writeReady(p.flags["ready-file"], h, accounts)
}

const demoGreeting = `
窓口 (madoguchi): a demonstration. All people and cases are fictional, and nothing is kept.

  for children   %s
  for the desk   %s

  sign in with the password  %s  as one of
`

const demoTry = `
  Try this:
    1. Open the children's page and write something. Keep the seven words it shows.
    2. Sign in as psy in another window: your words are in the queue, without names. Press c to take the case, and answer.
    3. Close the children's page, open it again, and read the answer with the seven words.
    4. Ask the child whether a school may be told, say yes as the child, hand the case off, and sign in as school1.

  Ctrl-C ends it.
`

// demoAccounts makes the people. Their passwords are hashed meanwhile, which is slow on purpose.
func (h *house) demoAccounts(ctx context.Context, g *errgroup.Group) ([]account, map[string]staff.Person, error) {
	accounts, people := make([]account, 0, len(demoPeople)), map[string]staff.Person{}
	there, err := schoolsOf(h.city)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range demoPeople {
		a.School = there.Replace(a.School)
		role := triage.Role(a.Role)
		token, err := h.accounts.NewToken(ctx, a.Login, role, a.School)
		if err != nil {
			return nil, nil, err
		}
		link, err := h.accounts.Create(ctx, a.Login, role, a.School)
		if err != nil {
			return nil, nil, err
		}
		g.Go(func() error {
			_, err := h.accounts.Enrol(ctx, link, demoPassword)
			return err
		})
		a.Token, a.Password = token, demoPassword
		accounts, people[a.Login] = append(accounts, a), staff.Person{Login: a.Login, Role: role, School: a.School, Strong: true}
	}
	return accounts, people, nil
}

// expire lets the embedded store's time pass, which stands still by itself.
func expire(ctx context.Context, m *miniredis.Miniredis) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				m.FastForward(time.Second)
			}
		}
	}()
	return func() { cancel(); <-done }
}
