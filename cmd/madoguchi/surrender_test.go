package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/vault"
	"madoguchi/triage"
	asks "madoguchi/triage/ask"
	"madoguchi/triage/audit"
	"madoguchi/triage/keyring"
	store "madoguchi/triage/redis"
	"madoguchi/triage/staff"
)

// What a story leaves that somebody may be after.
const (
	theCase     = "the case without names"
	theNames    = "the names in it"
	theAddress  = "the address behind it"
	theOriginal = "the words as they came"
	theWaiting  = "a message that nobody has read yet"
	theStaff    = "the staff's accounts"
	theAudit    = "the record of acts"
	bodyShare   = "the share of the case's key"
	nameShare   = "the share of the key of its names"
)

// surrendered is what a role gives up whole to whoever takes it over, and nothing else. The router judges the words as they
// came and fills the vault, without ever seeing where anybody is reached. The desk has the cases without who they are of; the
// vault who they are of without the cases; the gateway has nothing that it ever took in.
var surrendered = map[string][]string{
	"gateway": nil,
	"router":  {theCase, theNames, theOriginal, theWaiting, bodyShare, nameShare},
	"vault":   {theNames, theAddress, nameShare},
	"console": {theCase, theStaff, theAudit, bodyShare},
}

// opens takes over each role, with its keys, its folder and its Redis user, and reads whatever that opens.
func (a *apart) opens(id, texted string, spoken ...string) {
	for _, role := range roles {
		own, err := loadKeys(a.keys(role), role)
		if err != nil {
			a.t.Fatal(err)
		}
		found := a.reached(thief{as(a.t, a.url("role-"+role)), own}, triage.CaseID(id), triage.CaseID(texted))
		if got, want := slices.Sorted(maps.Keys(found)), slices.Sorted(slices.Values(surrendered[role])); !slices.Equal(got, want) {
			a.t.Errorf("%s gives up %q, want %q", role, got, want)
		}
		a.folder(role, spoken)
	}
}

// thief is who has taken over a role.
type thief struct {
	redis *redis.Client
	keys  *keySets
}

// reached is what the thief reads of the case and beside it.
func (a *apart) reached(x thief, id, texted triage.CaseID) map[string]bool {
	t, ctx, found := a.t, a.t.Context(), map[string]bool{}
	note := func(what string, is bool) {
		if is {
			found[what] = true
		}
	}
	if x.keys.body != nil {
		_, events, err := store.New(x.redis, x.keys.body, keyring.New(x.redis, "body")).Load(ctx, id)
		note(theCase, err == nil && len(events) > 0 && strings.Contains(events[0].Text, "けられた"))
	}
	if x.keys.vault != nil {
		v := vault.New(x.redis, x.keys.vault, keyring.New(x.redis, "identity"))
		if r, err := v.Open(ctx, string(id)); err == nil {
			note(theNames, bytes.Contains(r.Glossary, []byte("はなこ")))
		}
		note(theAddress, a.numbered(x, v, texted))
		_, originals, _, err := v.Whole(ctx, string(id))
		note(theOriginal, err == nil && slices.ContainsFunc(originals, func(o []byte) bool { return bytes.Contains(o, []byte("はなこ")) }))
	}
	note(theOriginal, a.originals(x.redis, id) && x.keys.vault != nil)
	note(theWaiting, a.waiting(x))
	if x.keys.desk != nil {
		people, err := staff.New(staff.Config{Client: x.redis, Keys: x.keys.desk, URL: "https://desk.example.jp"}).List(ctx)
		note(theStaff, err == nil && len(people) > 0)
		log, err := audit.Open(x.redis, x.keys.desk, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		entries, err := log.Entries(ctx, 0, 10)
		note(theAudit, err == nil && len(entries) > 0)
	}
	for use, what := range map[string]string{"body": bodyShare, "identity": nameShare} {
		shares := as(t, a.url("witness")).HGetAll(ctx, "{k"+string(id[:2])+"}:"+use).Val()
		if len(shares) == 0 {
			t.Fatalf("there are no shares of %s", use)
		}
		for name := range shares {
			share, err := keyring.New(x.redis, use).Share(ctx, name)
			note(what, err == nil && string(share) == shares[name])
		}
	}
	return found
}

// numbered tells whether the thief reads where somebody is reached who texted: in the case's record, or in anything of it.
func (a *apart) numbered(x thief, v *vault.Vault, id triage.CaseID) bool {
	r, err := v.Open(a.t.Context(), string(id))
	if err != nil {
		return false
	}
	closed := r.Contact("sms")
	if closed.IsZero() {
		a.t.Error("the vault does not know where an answer goes")
	}
	plain := closed
	if x.keys.addresses != nil {
		if plain, err = x.keys.addresses.OpenAddress(closed); err != nil {
			a.t.Error(err)
		}
	}
	_, who, how := channels.OpenAddress(plain)
	return strings.Contains(who+string(how)+string(r.Glossary), number)
}

// originals tells whether the fields of a record can be listed: what came as which event is kept under a name that nobody
// knows who does not know the event.
func (a *apart) originals(c *redis.Client, id triage.CaseID) bool {
	key := "{v" + string(id[:2]) + "}:case:" + string(id)
	for _, command := range [][]any{{"HGETALL", key}, {"HKEYS", key}, {"HVALS", key}, {"HSCAN", key, 0}, {"HRANDFIELD", key, 1}, {"DUMP", key}, {"SORT", key},
		{"EVAL", "return redis.call('HGETALL', KEYS[1])", 1, key}, {"EVAL", "return redis.call('HKEYS', KEYS[1])", 1, key}} {
		if c.Do(a.t.Context(), command...).Err() == nil {
			return true
		}
	}
	return false
}

// waiting tells whether the thief opens what was accepted and not read yet, in a lane or (which only the gateway has) a journal.
func (a *apart) waiting(x thief) (found bool) {
	ctx, lanes := a.t.Context(), as(a.t, a.url("witness")).SMembers(a.t.Context(), "madoguchi:lanes").Val()
	if len(lanes) == 0 {
		a.t.Fatal("there are no lanes")
	}
	for _, lane := range lanes {
		records, err := x.redis.XRange(ctx, "{"+lane+"}:in", "-", "+").Result()
		if err != nil || x.keys.identity == nil {
			continue
		}
		for _, r := range records {
			seq, _, _ := strings.Cut(r.ID, "-")
			at, err := strconv.ParseInt(seq, 10, 64)
			if err != nil {
				a.t.Fatal(err)
			}
			plain, err := envelope.NewOpener(x.keys.identity).Open(lane, at, []byte(r.Values["b"].(string)))
			if bytes.Contains(plain, []byte(number)) {
				a.t.Error("a message on its way shows where it came from")
			}
			found = found || err == nil && bytes.Contains(plain, []byte(unread))
		}
	}
	return found
}

// unread is said while nobody reads.
const unread = "まだだれも読んでいません"

// folder looks that nothing of what was said or shown is in a role's own folder as it was said.
func (a *apart) folder(role string, spoken []string) {
	looked := 0
	err := filepath.WalkDir(filepath.Join(a.dir, role), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		looked++
		for _, words := range spoken {
			if bytes.Contains(data, []byte(words)) {
				a.t.Errorf("%s has words in %s", role, d.Name())
			}
		}
		return err
	})
	if err != nil || looked == 0 {
		a.t.Errorf("%s: %d files, %v", role, looked, err)
	}
}

// askedByAThief takes over the desk while the others run. It can open names by asking for them, without anybody's leave: leave is the
// desk's own. But it is one at a time and at a pace, each is counted where the desk cannot reach, and nothing else is given:
// neither the words as they came nor a second key.
func (a *apart) askedByAThief(id string) {
	t, ctx := a.t, a.t.Context()
	own, err := loadKeys(a.keys("console"), "console")
	if err != nil {
		t.Fatal(err)
	}
	counted := func() int {
		_, _, metrics := ask(t, "GET", a.of["vault"].Ops+"/metrics", "")
		n := 0
		for line := range strings.Lines(metrics) {
			if strings.Contains(line, `from="console"`) && strings.Contains(line, `verb="reveal"`) {
				value := strings.Fields(line)
				m, err := strconv.ParseFloat(value[len(value)-1], 64)
				if err != nil {
					t.Fatal(err)
				}
				n += int(m)
			}
		}
		return n
	}
	asker := asks.NewAsker(as(t, a.url("role-console")), own.asks["console"])
	before := counted()
	for range 3 {
		if words, err := asks.NewFront(asker, "vault").Reveal(ctx, triage.CaseID(id), "[人物A]"); err != nil || !strings.Contains(words, "はなこ") {
			t.Errorf("%q, %v", words, err)
		}
	}
	eventually(t, soon, func() error {
		if n := counted() - before; n != 3 {
			return fmt.Errorf("%d of 3 are counted", n)
		}
		return nil
	})
	// Of the courier's own asks none is answered to the desk.
	if _, _, err := asks.NewOutbox(asker, "router", nil).Load(ctx, triage.CaseID(id)); err == nil {
		t.Error("the desk is answered what is the courier's")
	}
	for _, role := range []string{"gateway", "router", "vault"} {
		if own, err = loadKeys(a.keys(role), role); err != nil {
			t.Fatal(err)
		}
		for party, k := range own.asks {
			if party != role || k == nil {
				t.Errorf("%s has the key by which %s asks", role, party)
			}
		}
	}
}
