package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	asks "madoguchi/triage/ask"
)

// apart is a house of four processes, each with its own keys, its own folder and its own Redis user.
type apart struct {
	t       *testing.T
	url     func(user string) string
	shares  func(user string) string // the Redis of the cases' keys, where that is another one
	dir     string
	of      map[string]*process
	console []string // the settings of commands of the console's
	twilio  *twilioStand
	doors   []string // the settings of who takes in and who sends out
}

func fourProcesses(t *testing.T) *apart {
	t.Helper()
	a := &apart{t: t, url: withUsers(t), dir: t.TempDir(), of: map[string]*process{}}
	var base string
	a.twilio, base = newTwilio(t)
	a.doors = []string{"--twilio-account-sid=" + twilioAccount, "--twilio-auth-token=" + twilioToken, "--twilio-from=" + twilioFrom, "--twilio-api-base=" + base}
	must(t, "keys", "init", "--keys="+filepath.Join(a.dir, "made"), "--redis-url="+a.url("role-console"))
	for _, role := range roles {
		if err := errors.Join(os.MkdirAll(a.keys(role), 0o700), os.Rename(filepath.Join(a.dir, "made", role), filepath.Join(a.keys(role), role))); err != nil {
			t.Fatal(err)
		}
	}
	a.console = a.settings("console")
	return a
}

func (a *apart) keys(role string) string { return filepath.Join(a.dir, role, "keys") }

func (a *apart) settings(role string) []string {
	all := []string{"--data-dir=" + filepath.Join(a.dir, role, "data"), "--keys=" + a.keys(role), "--redis-url=" + a.url("role-"+role), "--redis-check-url=" + a.url("check")}
	if a.shares != nil && role != "gateway" {
		all = append(all, "--keys-redis-url="+a.shares("role-"+role))
	}
	return all
}

// serve starts a role.
func (a *apart) serve(role string) *process {
	more := []string{"--roles=" + role, "--files-dir=" + filepath.Join(a.dir, "files")}
	if g := a.of["gateway"]; g != nil {
		more = append(more, "--public-url="+g.Public)
	}
	if role == "gateway" || role == "vault" {
		more = append(more, a.doors...)
	}
	a.of[role] = start(a.t, "serve", append(more, a.settings(role)...)...)
	return a.of[role]
}

// open starts all of them, and returns the desk's process with a counselor's token.
func (a *apart) open() (gateway, desk *process, token string) {
	token = must(a.t, append([]string{"token", "create", "--login=kato", "--role=coordinator"}, a.console...)...)
	for _, role := range roles {
		a.serve(role)
	}
	return a.of["gateway"], a.of["console"], token
}

// found waits for the case that holds the words.
func (a *apart) found(token, words string) (id string) {
	eventually(a.t, soon, func() error {
		if id = caseWith(a.t, a.of["console"], token, words); id == "" {
			return errors.New("the case is not in the queue")
		}
		return nil
	})
	return id
}

// Four processes are one house: a child's words come to the desk without names, a picture is looked at, a name is opened, an
// answer goes back. No user needs more than it may, and with all that one role has, what is the others' stays closed.
func TestFourProcessesAreOneHouse(t *testing.T) {
	t.Parallel()
	a := fourProcesses(t)
	gateway, desk, token := a.open()
	c, welcome, err := gateway.dial(frame{})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := c.say("1", "佐藤はなこさんにけられた"); err != nil || state != "stored" {
		t.Fatalf("%s, %v", state, err)
	}
	id := a.found(token, "けられた")
	if caseWith(t, desk, token, "はなこ") != "" {
		t.Error("a name is in the queue")
	}
	data := photo(t, 200)
	f, err := gateway.upload(welcome.Resume, "", data, len(data))
	if err != nil || !f.Done {
		t.Fatalf("%+v %v", f, err)
	}
	if err := c.WriteJSON(map[string]any{"type": "message", "id": "p1", "text": "これです", "files": []string{f.ID}}); err != nil {
		t.Fatal(err)
	}
	if ack, err := c.next("ack", soon); err != nil || ack.State != "stored" {
		t.Fatalf("%+v %v", ack, err)
	}
	desk.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	desk.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "1", "text": "読みました。"}, nil)
	if m, err := c.next("message", soon); err != nil || m.Text != "読みました。" {
		t.Fatalf("%+v, %v", m, err)
	}
	desk.do(token, "POST", "/cases/"+id+"/notes", map[string]string{"text": "メモ"}, nil)
	var revealed struct{ Value string }
	desk.do(token, "POST", "/cases/"+id+"/reveals", map[string]string{"placeholder": "[人物A]", "reason": "返事をするため"}, &revealed)
	if !strings.Contains(revealed.Value, "はなこ") {
		t.Errorf("revealed %q", revealed.Value)
	}
	eventually(t, soon, func() error {
		if status, page := desk.file(token, id, 1); status != http.StatusOK || len(page) == 0 {
			return fmt.Errorf("the picture: %d", status)
		}
		return nil
	})
	a.tells(c, token, id)
	texted := a.texts(token)
	desk.do(token, "POST", "/cases/"+id+"/state", map[string]string{"state": "watching", "reason": "見守る"}, nil)
	must(t, append([]string{"audit", "verify"}, a.console...)...)
	for _, role := range []string{"router", "vault"} {
		if _, _, metrics := ask(t, "GET", a.of[role].Ops+"/metrics", ""); !strings.Contains(metrics, `madoguchi_asks_total{from="console"`) {
			t.Errorf("%s does not count what it is asked", role)
		}
	}
	a.askedByAThief(id)
	a.of["router"].stop(soon)
	if state, err := c.say("2", unread); err != nil || state != "stored" {
		t.Fatalf("%s, %v", state, err)
	}
	a.text("SM2", unread)
	for _, role := range []string{"gateway", "vault", "console"} {
		a.of[role].stop(soon)
	}
	refusals, err := as(t, a.url("witness")).Do(t.Context(), "ACL", "LOG").Slice()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refusals {
		t.Errorf("Redis refused: %v", r)
	}
	a.surrenders(id)
	a.opens(id, texted, "けられた", "はなこ", unread, "読みました。", "メモ", number)
}

// text brings a text message from number.
func (a *apart) text(sid, words string) { texts(a.t, a.of["gateway"], sid, words) }

// texts brings a text message from number to a gateway.
func texts(t *testing.T, p *process, sid, words string) {
	t.Helper()
	o := &outside{process: p, t: t}
	o.fromTwilio(o.Public+"/hooks/twilio/sms", url.Values{"MessageSid": {sid}, "AccountSid": {twilioAccount}, "From": {number}, "To": {twilioFrom},
		"Body": {words}, "NumMedia": {"0"}}, 200)
}

// texts brings text messages, which are one case, answers there, and returns the case. Two open the number together, and a search
// finds it.
func (a *apart) texts(token string) string {
	t, desk := a.t, a.of["console"]
	a.text("SM1", "携帯から送ります")
	id := a.found(token, "携帯から")
	desk.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	desk.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "1", "text": "読みました。"}, nil)
	eventually(t, soon, func() error {
		if n := len(a.twilio.deliveredTo(number)); n != 1 {
			return fmt.Errorf("%d text messages went out", n)
		}
		return nil
	})
	words, err := asks.NewFront(a.asker(), "vault").Reveal(t.Context(), triage.CaseID(id), "[連絡先1]")
	if err != nil || words != number {
		t.Errorf("behind the contact is %q, %v", words, err)
	}
	inRouter, inVault := asks.NewFront(a.asker(), "router"), asks.NewFront(a.asker(), "vault")
	sealed, _, err := inRouter.Conceal(t.Context(), triage.Sought{Names: []string{"森 一"}, Numbers: []string{number}, Reason: "照会"})
	if err != nil {
		t.Fatal(err)
	}
	cases := []triage.CaseID{triage.CaseID(id)}
	if found, err := triage.Both(inRouter, inVault).Search(t.Context(), sealed, cases); err != nil || len(found) != 1 || !slices.Equal(found[0].Match, []triage.Match{triage.MatchContact}) {
		t.Errorf("a search finds %v, %v", found, err)
	}
	if found, err := inRouter.Search(t.Context(), sealed, cases); err != nil || len(found) != 0 {
		t.Errorf("the router finds %v, %v", found, err)
	}
	return id
}

// asker asks as the desk does.
func (a *apart) asker() *asks.Asker {
	own, err := loadKeys(a.keys("console"), "console")
	if err != nil {
		a.t.Fatal(err)
	}
	return asks.NewAsker(as(a.t, a.url("role-console")), own.asks["console"])
}

// tells asks the child, and hands on to her school what she allowed: the school reads the name, which the wall fills in for it
// alone; another school reads nothing.
func (a *apart) tells(c *socket, token, id string) {
	const summary = "[人物A]さんが、いやなことをしています。"
	desk, schools := a.of["console"], map[string]string{}
	for _, s := range []string{"hinode-jhs", "shirakaba-es"} {
		schools[s] = must(a.t, append([]string{"token", "create", "--login=" + s, "--role=school", "--school=" + s}, a.console...)...)
	}
	desk.do(token, "POST", "/cases/"+id+"/consents", map[string]string{"school": "hinode-jhs", "level": "named", "summary": summary}, nil)
	q, err := c.next("consent", soon)
	if err != nil {
		a.t.Fatal(err)
	}
	if err := c.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		a.t.Fatal(err)
	}
	var h struct{ ID string }
	eventually(a.t, soon, func() error {
		_, err := desk.call(token, "POST", "/cases/"+id+"/handoffs", map[string]any{"school": "hinode-jhs", "consent": "named", "summary": summary, "disclose": []string{"[人物A]"}}, &h)
		return err
	})
	if status, body := desk.fetch("GET", schools["hinode-jhs"], "/handoffs/"+h.ID); status != http.StatusOK || !strings.Contains(string(body), "はなこ") {
		a.t.Errorf("the school that was told reads %d %s", status, body)
	}
	if status, body := desk.fetch("GET", schools["shirakaba-es"], "/handoffs/"+h.ID); status != http.StatusNotFound || strings.Contains(string(body), "はなこ") {
		a.t.Errorf("another school reads %d %s", status, body)
	}
	desk.do(schools["hinode-jhs"], "POST", "/handoffs/"+h.ID+"/acknowledge", map[string]any{}, nil)
}

// surrenders looks at what somebody has who has taken over one role wholly: its keys, its folder and its Redis user.
func (a *apart) surrenders(id string) {
	t, ctx := a.t, a.t.Context()
	keys, err := as(t, a.url("witness")).Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	belongs := func(key string) string { return strings.TrimLeft(key[:min(len(key), 2)], "{") }
	may := map[string][]string{ // the first letters of what it can read at all; {g…}: nothing that was written
		"gateway": {"m"}, "router": {"g", "m", "p", "v", "k"}, "vault": {"v", "m"}, "console": {"p", "a", "s", "g", "t"},
	}
	for _, role := range roles {
		c := as(t, a.url("role-"+role))
		for _, key := range keys {
			if strings.HasPrefix(key, "{ask}") || key == "madoguchi:lanes" {
				continue
			}
			for _, command := range [][]any{{"GET", key}, {"TYPE", key}, {"HGETALL", key}, {"LRANGE", key, 0, -1}, {"XRANGE", key, "-", "+"}, {"DUMP", key}, {"SORT", key},
				{"EVAL", "return redis.call('XRANGE', KEYS[1], '-', '+')", 1, key}, {"EVAL", "return redis.call('LRANGE', KEYS[1], 0, -1)", 1, key}} {
				err := c.Do(ctx, command...).Err()
				lane := strings.HasPrefix(key, "{g") && !strings.HasPrefix(key, "{grants}")
				its := slices.Contains(may[role], belongs(key)) && !(role == "console" && lane) && (role == "console" || !strings.HasPrefix(key, "{grants}"))
				shares := role == "router" || !strings.HasPrefix(key, "{k")
				if !its && shares && err == nil && !(role == "gateway" && lane && slices.Contains([]any{"GET", "TYPE"}, command[0])) {
					t.Errorf("%s reads %s by %v", role, key[:min(len(key), 8)], command[0])
				}
			}
		}
	}
	for role, missing := range map[string][]string{
		"gateway": {"router", "vault", "console"}, "router": {"gateway", "vault", "console"},
		"vault": {"gateway", "router", "console"}, "console": {"gateway", "router", "vault"},
	} {
		for _, other := range missing {
			if _, err := loadKeys(a.keys(role), other); err == nil {
				t.Errorf("%s has the keys of %s", role, other)
			}
		}
	}
	own := map[string]*keySets{}
	for _, role := range roles {
		if own[role], err = loadKeys(a.keys(role), role); err != nil {
			t.Fatal(err)
		}
	}
	if k := own["gateway"]; k.identity != nil || k.body != nil || k.vault != nil || k.names != nil || k.desk != nil || k.addresses != nil || len(k.asks) > 0 {
		t.Error("the gateway can open something")
	}
	if k := own["console"]; k.vault != nil || k.names != nil || k.writer != nil || k.reader != nil || k.identity != nil || k.addresses != nil {
		t.Error("the desk has a key of the wall")
	}
	if k := own["vault"]; k.body != nil || k.identity != nil || k.desk != nil || k.reader != nil {
		t.Error("the vault can open a case, a message on its way, or the staff's records")
	}
	if k := own["router"]; k.desk != nil || k.reader != nil || k.addresses != nil || k.take != nil {
		t.Error("the router can open the staff's records, return codes or addresses, or make marks of them")
	}
}

// A role that dies takes nothing with it: without the router words are stored and wait; without the vault answers wait and
// nobody's name is opened; and the desk says so. As in compose.apart.yml the shares of the keys have a Redis of their own.
func TestARoleDies(t *testing.T) {
	t.Parallel()
	a := fourProcesses(t)
	a.shares = withUsers(t)
	gateway, desk, token := a.open()
	c, _, err := gateway.dial(frame{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.say("1", "佐藤はなこさんにけられた"); err != nil {
		t.Fatal(err)
	}
	id := a.found(token, "けられた")
	desk.do(token, "POST", "/cases/"+id+"/claim", nil, nil)

	a.of["vault"].kill()
	desk.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "1", "text": "読みました。"}, nil)
	eventually(t, soon, func() error { // at first the wait for an answer, and once nobody is there at once
		begun := time.Now()
		status, err := desk.call(token, "POST", "/cases/"+id+"/reveals", map[string]string{"placeholder": "[人物A]", "reason": "返事をするため"}, nil)
		if status != http.StatusServiceUnavailable || time.Since(begun) > 5*time.Second {
			return fmt.Errorf("a reveal without the vault: %d after %v, %v", status, time.Since(begun), err)
		}
		return nil
	})
	a.serve("vault")
	if m, err := c.next("message", soon); err != nil || m.Text != "読みました。" {
		t.Fatalf("%+v, %v", m, err)
	}

	a.of["router"].kill()
	other, _, err := gateway.dial(frame{})
	if err != nil {
		t.Fatal(err)
	}
	if state, err := other.say("2", "うそを言いふらされた"); err != nil || state != "stored" {
		t.Fatalf("%s, %v", state, err)
	}
	eventually(t, soon, func() error {
		status, err := desk.call(token, "POST", "/cases/"+id+"/notes", map[string]string{"text": "メモ"}, nil)
		if status != http.StatusServiceUnavailable {
			return fmt.Errorf("a note without the router: %d, %v", status, err)
		}
		return nil
	})
	a.serve("router")
	a.found(token, "言いふらされた")
	desk.do(token, "POST", "/cases/"+id+"/notes", map[string]string{"text": "メモ"}, nil)
	for _, url := range []string{a.url("witness"), a.shares("witness")} {
		if refusals, err := as(t, url).Do(t.Context(), "ACL", "LOG").Slice(); err != nil || len(refusals) > 0 {
			t.Errorf("Redis refused: %v, %v", refusals, err)
		}
	}
}
