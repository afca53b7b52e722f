package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/channels/chat"
	"madoguchi/router"
	"madoguchi/router/anonymize"
	"madoguchi/router/envelope"
	"madoguchi/router/files"
	"madoguchi/router/mailbox"
	"madoguchi/router/vault"
	"madoguchi/triage"
	"madoguchi/triage/api"
	asks "madoguchi/triage/ask"
	"madoguchi/triage/assess"
	"madoguchi/triage/audit"
	"madoguchi/triage/city"
	"madoguchi/triage/console"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/keyring"
	"madoguchi/triage/pass"
	store "madoguchi/triage/redis"
	"madoguchi/triage/roster"
	"madoguchi/triage/school"
	"madoguchi/triage/shelf"
	"madoguchi/triage/staff"
	"madoguchi/triage/tally"
	"madoguchi/triage/web"
)

// house is every room, put together. It is built whole and never changed; run gives it life.
type house struct {
	log        *slog.Logger
	panics     *channels.Panics
	unreadable *prometheus.CounterVec
	city       *city.City
	clock      *deskClock
	demo       bool

	redis, vaultRedis, checkRedis, keysRedis, checkKeys redis.UniversalClient
	safe                                                atomic.Int32 // how Redis was found last: see watchRedis
	deadLetters                                         atomic.Int64 // how many wait for a person
	silent                                              atomic.Bool  // whether the role that reads messages gives no answer
	watchEvery                                          time.Duration
	keys                                                *keyWatch
	turned                                              chan struct{} // the keys are others now
	runs                                                func(role string) bool

	intake     *router.Intake
	inbox      *files.Inbox
	archive    *files.Archive
	mailbox    *mailbox.Reader
	names      *router.Names
	within     *router.Router   // behind what the desk asks, and before what is taken in
	asker      *asks.Asker      // of the roles that run elsewhere; nil where none does
	answerers  []*asks.Answerer // to those that run elsewhere
	anonymizer *anonymize.Anonymizer
	consumer   *router.Consumer
	courier    *router.Courier
	store      *store.Store
	vault      *vault.Vault
	desk       *desk.Desk
	audit      *audit.Log
	accounts   *staff.Accounts
	passes     *pass.Register
	console    *console.Console
	doors      []channels.Channel

	listeners           listeners
	publicURL, staffURL string
	public, staff, ops  http.Handler
}

// plan is what a house is built from.
type plan struct {
	set        settings
	keys       *keySets
	city       *city.City
	assessor   *assess.Assessor
	clock      *deskClock
	log        *slog.Logger
	demo       bool
	redis      redis.UniversalClient
	vaultRedis redis.UniversalClient
	checkRedis redis.UniversalClient
	keysRedis  redis.UniversalClient
	checkKeys  redis.UniversalClient // keysRedis, for who may ask it about itself
	watchEvery time.Duration
}

// build puts the rooms together. What it opened it closes again if it fails.
func build(p plan) (*house, error) {
	h := &house{log: p.log, panics: channels.NewPanics(p.log), unreadable: newUnreadable(), city: p.city, clock: p.clock, demo: p.demo, redis: p.redis, vaultRedis: p.vaultRedis, checkRedis: p.checkRedis, keysRedis: p.keysRedis, checkKeys: p.checkKeys,
		names: p.keys.names, watchEvery: p.watchEvery, runs: p.set.runs}
	h.keys, h.turned = &keyWatch{dir: p.set["KEYS"], live: p.keys}, make(chan struct{}, 1)
	if err := h.listen(p.set); err != nil {
		return nil, err
	}
	h.asker = asking(h.redis, p.keys.asks)
	for _, room := range []func(plan) error{h.wall, h.pages} {
		if err := room(p); err != nil {
			return nil, errors.Join(err, h.close())
		}
	}
	h.ops = h.opsHandler()
	return h, nil
}

// close gives back what a house that never lived has opened.
func (h *house) close() error { return errors.Join(h.listeners.close(), h.closeRooms()) }

func (h *house) closeRooms() error {
	var err error
	if h.intake != nil {
		err = h.intake.Close()
	}
	return errors.Join(err, h.closeFiles())
}

func (h *house) closeFiles() error {
	var err error
	if h.inbox != nil {
		err = h.inbox.Close()
	}
	if h.archive != nil {
		err = errors.Join(err, h.archive.Close())
	}
	return err
}

// wall builds the gateway with its doors, the router, the courier and the desk behind them: as many of them as this process
// runs.
func (h *house) wall(p plan) error {
	if h.runs("gateway") {
		if err := h.gateway(p); err != nil {
			return err
		}
	}
	rooms := h.rooms(p)
	if h.runs("router") {
		if err := h.routing(p, &rooms); err != nil {
			return err
		}
	}
	open, err := h.openDoors(p.set)
	if err != nil {
		return err
	}
	h.within = router.NewRouter(rooms)
	if h.runs("router") {
		h.consumer = router.NewConsumer(h.redis, envelope.NewOpener(p.keys.identity), h.within.Process, h.within.Report, h.log, h.panics)
	}
	if h.runs("vault") {
		h.courier = router.NewCourier(rooms, router.Way{Doors: open, School: cityDesk{h.city, h.clock.Now}.reader, PublicURL: h.publicURL, Log: h.log})
	}
	win, err := h.window(p, rooms)
	if err != nil {
		return err
	}
	h.answers(p, win)
	if h.runs("console") {
		return h.office(p, win)
	}
	return nil
}

// gateway builds what takes in.
func (h *house) gateway(p plan) (err error) {
	h.intake, err = router.OpenIntake(router.IntakeConfig{Dir: filepath.Join(p.set["DATA_DIR"], "journal"), Redis: h.redis,
		Recipient: p.keys.recipient, Addresses: p.keys.addressee, Key: p.keys.take, Safe: func() bool { return redisState(h.safe.Load()) != redisUnsafe }, Log: h.log})
	if err != nil {
		return fmt.Errorf("the journal in MADOGUCHI_DATA_DIR cannot be opened: %w", err)
	}
	if h.inbox, err = files.OpenInbox(p.set["FILES_DIR"], p.keys.recipient); err != nil {
		return fmt.Errorf("MADOGUCHI_FILES_DIR cannot be opened: %w", err)
	}
	h.mailbox = mailbox.NewReader(h.redis, p.keys.reader, time.Now)
	return nil
}

// rooms are what the wall stands on, as far as this process has the keys. The courier alone sees of the cases what the router
// tells it.
func (h *house) rooms(p plan) router.Rooms {
	rooms := router.Rooms{Names: p.keys.names, Assessor: p.assessor, Terms: h.city.CaseTerms(), Clock: h.clock, Panics: h.panics}
	if p.keys.body != nil {
		h.store = store.New(h.redis, p.keys.body, keyring.New(h.keysRedis, "body"))
		rooms.Store = h.store
	} else if h.asker != nil {
		rooms.Store = asks.NewOutbox(h.asker, "router", store.New(h.redis, nil, nil).Watch)
	}
	if p.keys.vault != nil {
		h.vault = vault.New(h.vaultRedis, p.keys.vault, keyring.New(h.keysRedis, "identity"))
		rooms.Vault = h.vault
	}
	rooms.AddressTo, rooms.AddressKey = p.keys.addressee, p.keys.addresses
	if p.keys.writer != nil {
		rooms.Mailbox = mailbox.NewWriter(h.redis, p.keys.writer, time.Now)
	}
	return rooms
}

// routing adds what makes cases of messages.
func (h *house) routing(p plan, rooms *router.Rooms) (err error) {
	a, err := anonymize.New(gazetteer(p.city))
	if err != nil {
		return err
	}
	h.anonymizer = a.Heeding(p.assessor.Assess)
	rooms.Anonymizer, rooms.Schools = h.anonymizer, schoolsCalled(h.city)
	if h.archive, err = files.OpenArchive(p.set["FILES_DIR"], envelope.NewOpener(p.keys.identity)); err != nil {
		return fmt.Errorf("MADOGUCHI_FILES_DIR cannot be opened, or what the gateway puts there cannot be removed: %w", err)
	}
	rooms.Archive = h.archive
	return nil
}

// office builds the desk.
func (h *house) office(p plan, w window) (err error) {
	if h.audit, err = openAudit(h.redis, p); err != nil {
		return err
	}
	h.accounts = staff.New(staff.Config{Client: h.redis, Keys: p.keys.desk, Desk: h.clock.Now, URL: h.staffURL, PasswordIsStrong: h.demo})
	h.passes = pass.New(h.redis, p.keys.desk, time.Now)
	h.desk = desk.New(desk.Config{Cabinet: w.cabinet, Press: w.press, Filed: w.filed, Searcher: triage.Both(w.searcher, w.reached), Tracer: w.tracer, ChatURL: h.publicURL, Store: h.store, Front: w.front, Lamp: w.lamp, WaitLamp: w.waits, Audit: h.audit, Clock: h.clock,
		City: h.city, People: h.accounts, Register: grant.New(h.redis, p.keys.desk, grant.Machine()), Drafts: shelf.New[triage.Draft](h.redis, p.keys.desk, "drafts"), Passes: h.passes, Accounts: h.accounts, Roster: shelf.New[roster.Profile](h.redis, p.keys.desk, "roster"), Pager: w.pager})
	return nil
}

// auditFolder is where the audit's head and journal lie, in the data folder.
const auditFolder = "audit"

func openAudit(c redis.UniversalClient, p plan) (*audit.Log, error) {
	dir := filepath.Join(p.set["DATA_DIR"], auditFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the audit in MADOGUCHI_DATA_DIR cannot be opened: %w", err)
	}
	return audit.Open(c, p.keys.desk, dir)
}

// openDoors opens every door whose settings are given, for who takes in and for who sends out, and serves them on the public
// listener.
func (h *house) openDoors(set settings) (map[string]channels.Channel, error) {
	mux := http.NewServeMux()
	open := map[string]channels.Channel{}
	if !h.runs("gateway") && !h.runs("vault") {
		return open, nil
	}
	for _, k := range kinds() {
		on, err := switchedOn(k, set)
		if err != nil {
			return nil, err
		}
		if !on {
			continue
		}
		env := channels.Env{Desk: cityDesk{h.city, h.clock.Now}, Setting: func(name string) string { return set[name] }, Now: h.clock.Now, Log: h.log, Panics: h.panics, Unread: func(channel string) { h.unreadable.WithLabelValues(channel).Inc() }, PublicURL: h.publicURL}
		if h.runs("gateway") {
			env.Intake, env.Mailbox, env.Files, env.Tally = h.intake, h.mailbox, h.inbox, tally.New(h.redis, h.clock.Now)
		} else if slices.Contains(k.Names, "chat") { // nothing goes out by it
			continue
		}
		c, err := k.New(env)
		if err != nil {
			return nil, fmt.Errorf("%s%w", envPrefix, err)
		}
		c.Routes(mux)
		h.doors = append(h.doors, c)
		for _, name := range k.Names {
			if name != "chat" {
				open[name] = c
			}
		}
	}
	h.public = chat.Harden(web.Recover("public", h.panics.Caught, mux), h.publicURL)
	return open, nil
}

// switchedOn reports whether a door's settings are given. Half of them is an error.
func switchedOn(k channels.Kind, set settings) (bool, error) {
	var given, missing []string
	for _, s := range k.Settings {
		if s.Required && set[s.Name] != "" {
			given = append(given, s.Name)
		} else if s.Required {
			missing = append(missing, s.Name)
		}
	}
	if len(given) > 0 && len(missing) > 0 {
		return false, fmt.Errorf("%s%s is set, but %s%s is missing", envPrefix, given[0], envPrefix, strings.Join(missing, ", "+envPrefix))
	}
	return len(missing) == 0, nil
}

// pages builds what the staff listener serves.
func (h *house) pages(p plan) error {
	if !h.runs("console") {
		return nil
	}
	https := strings.HasPrefix(h.staffURL, "https://")
	site, err := web.NewSite(web.Config{Sessions: web.NewSessions(h.redis, https), People: pass.Guests{People: h.accounts, Register: h.passes}, URL: h.staffURL, Banners: h.banners, Log: h.log, Caught: h.panics.Caught})
	if err != nil {
		return err
	}
	h.shelves(p)
	h.console = console.Mount(site, console.Config{Desk: h.desk, Accounts: h.accounts, Apps: h.accounts, Passkeys: h.accounts, Ledger: ledger{h.audit, h.clock}, City: h.city,
		Clock: h.clock, URL: h.staffURL, Log: h.log})
	school.Mount(site, school.Config{Desk: h.desk.Portal(), Papers: h.desk.Portal(), Passes: h.passes, Weeks: h.desk.Portal(), Name: h.schoolName, Clock: h.clock})
	var timer desk.Timer
	var arrive func(context.Context) error
	if h.demo {
		timer, arrive = h.clock, h.arrived
	}
	handler := api.New(api.Config{Desk: h.desk, Accounts: h.accounts, Timer: timer, Arrive: arrive, Log: h.log, URL: h.staffURL, Version: version})
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", web.Headers(https, web.Recover("api", h.panics.Caught, handler)))
	mux.Handle("/", site)
	h.staff = mux
	return nil
}

func (h *house) schoolName(id string) string {
	s, ok := h.city.SchoolByID(id)
	if !ok {
		return ""
	}
	return s.Name
}

// banners are what every page of the staff says just now.
func (h *house) banners() []string {
	var b []string
	if h.demo {
		b = append(b, "これは練習用のデモです。登場する人も学校も架空で、ここに書いたことは保存されません。")
	}
	if h.audit.Degraded() {
		b = append(b, "記録（監査）を一時的にこの機械の中に書いています。仕事は続けられます。システムの担当者に知らせてください。")
	}
	if redisState(h.safe.Load()) == redisUnsafe {
		b = append(b, "保存の設定が安全でないため、新しく届いたものを別の場所にあずかっています。システムの担当者に知らせてください。")
	}
	if h.silent.Load() {
		b = append(b, "受け取った相談を読む部分が、いま止まっています。届いたものはなくなっていませんが、画面に出るのが遅れています。システムの担当者に、すぐに知らせてください。")
	}
	if n := h.deadLetters.Load(); n > 0 {
		b = append(b, fmt.Sprintf("機械が読めなかったものが%d通あります。なくなってはいません。システムの担当者に、すぐに知らせてください。", n))
	}
	return b
}
