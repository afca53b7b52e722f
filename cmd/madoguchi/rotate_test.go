package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"madoguchi/router/envelope"
	"madoguchi/router/mailbox"
	"madoguchi/router/redistest"
	"madoguchi/router/vault"
	"madoguchi/triage"
	"madoguchi/triage/keyring"
	store "madoguchi/triage/redis"
)

// While children write, all keys are replaced three times. Nothing is lost, nobody gets a second case, a
// return code from before opens, and so does a new one; who texted is answered, and known again. What was replaced can be removed
// once nothing needs it, not before; from then on the old keys open nothing, and everything is there.
func TestKeysAreReplacedUnderLoad(t *testing.T) {
	t.Parallel()
	twilio, base := newTwilio(t)
	p, r, token := real(t, "--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken, "--twilio-from="+twilioFrom, "--twilio-api-base="+base)
	dir := p.flag("--data-dir")
	texts(t, p, "SM1", "7:1")
	s, welcome, err := p.dial(frame{Type: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.say("first", "8:1"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	before, err := allKeys(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	acked := writeWhile(t, p, 4, func() {
		for range 3 {
			must(t, append([]string{"keys", "rotate", "--settle=6s"}, p.common()...)...)
		}
	})
	acked["7"], acked["8"] = []string{"7:1"}, []string{"8:1", "8:2"}
	p.comesBack(welcome.Code, "8:2")
	fresh, after, err := p.dial(frame{Type: "hello"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.say("first", "9:1"); err != nil {
		t.Fatal(err)
	}
	fresh.Close()
	acked["9"] = []string{"9:1", "9:2"}
	p.comesBack(after.Code, "9:2")
	p.haveAll(token, acked)

	finish := append([]string{"keys", "rotate", "--finish"}, p.common()...)
	if _, _, err := oneshot(t, "", finish...); err == nil || !strings.Contains(err.Error(), "try again") {
		t.Errorf("what may be in use is removed: %v", err)
	}
	turned := filepath.Join(dir, "keys", "gateway", "intake.json")
	long := time.Now().Add(-2 * mailbox.TicketsRest)
	if err := os.Chtimes(turned, long, long); err != nil {
		t.Fatal(err)
	}
	if _, _, err := oneshot(t, "", finish...); err == nil || !strings.Contains(err.Error(), "in journals") {
		t.Errorf("a key is removed that the journal needs: %v", err)
	}
	if code := p.stop(20 * time.Second); code != 0 {
		t.Fatalf("exit %d", code)
	}
	forgetJournal(t, filepath.Join(dir, "journal"))
	must(t, finish...)
	now, err := allKeys(filepath.Join(dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	for what, versions := range map[string][]string{"intake": now.identity.Versions(), "names": now.names.Versions(), "address": now.addresses.Versions(), "identity": now.vault.Versions(), "body": now.body.Versions()} {
		if len(versions) != 1 {
			t.Errorf("%s: %d versions are left", what, len(versions))
		}
	}
	wrappedBy(t, r, append(now.body.Versions(), now.vault.Versions()...))
	nowAlone(t, r, now, before)
	p.again()
	p.haveAll(token, acked)
	p.comesBack(welcome.Code, "8:3")
	texts(t, p, "SM2", "7:2")
	p.haveAll(token, map[string][]string{"7": {"7:1", "7:2"}, "8": {"8:1", "8:2", "8:3"}})
	id := caseWith(t, p, token, "7:2")
	p.do(token, "POST", "/cases/"+id+"/claim", nil, nil)
	p.do(token, "POST", "/cases/"+id+"/messages", map[string]string{"id": "1", "text": "読みました。"}, nil)
	eventually(t, soon, func() error {
		if n := len(twilio.deliveredTo(number)); n != 1 {
			return fmt.Errorf("%d text messages went out", n)
		}
		return nil
	})
}

// writeWhile lets children write until do has returned, and returns what was acknowledged, by writer.
func writeWhile(t *testing.T, p *process, writers int, do func()) map[string][]string {
	stop, acked := make(chan struct{}), map[string][]string{}
	var guard sync.Mutex
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			said := write(p, i, stop)
			guard.Lock()
			defer guard.Unlock()
			acked[fmt.Sprint(i)] = said
		})
	}
	do()
	close(stop)
	all.Wait()
	return acked
}

// haveAll waits until every writer has one case, and that holds everything that the writer said.
func (p *process) haveAll(token string, acked map[string][]string) {
	p.t.Helper()
	eventually(p.t, 60*time.Second, func() error {
		found, err := stories(p, token)
		if err != nil {
			return err
		}
		for writer, said := range acked {
			got := slices.Clone(found[writer])
			slices.SortFunc(got, byNumber)
			if !contains(got, said) {
				return fmt.Errorf("of writer %s %d of %d are there", writer, len(got), len(said))
			}
		}
		return nil
	})
	var queue struct{ Cases []struct{ ID string } }
	p.do(token, "GET", "/queue?state=all&limit=200", nil, &queue)
	found, err := stories(p, token)
	if err != nil || len(queue.Cases) != len(found) {
		p.t.Errorf("%d writers have %d cases: %v", len(found), len(queue.Cases), err)
	}
}

// comesBack opens a conversation by its code and says something more.
func (p *process) comesBack(code, text string) {
	p.t.Helper()
	var s *socket
	eventually(p.t, 3*soon, func() (err error) { // a code opens once the router has its first message
		s, _, err = p.dial(frame{Type: "hello", Code: code})
		return err
	})
	defer s.Close()
	if _, err := s.say(text, text); err != nil {
		p.t.Fatal(err)
	}
}

// flag is a setting that the process was started with.
func (p *process) flag(name string) string {
	for _, a := range p.common() {
		if value, ok := strings.CutPrefix(a, name+"="); ok {
			return value
		}
	}
	p.t.Fatalf("%s is not given", name)
	return ""
}

// forgetJournal removes the segments, as the gateway does a day after Redis has had them.
func forgetJournal(t *testing.T, dir string) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(path, ".open") || strings.HasSuffix(path, ".passed")) {
			return os.Remove(path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// wrappedBy looks that every case's key is wrapped by one of those versions.
func wrappedBy(t *testing.T, r *redistest.Server, versions []string) {
	t.Helper()
	client, ctx := r.Client(), t.Context()
	keys := client.Scan(ctx, 0, "*:case:*", 1000).Iterator()
	cases := 0
	for keys.Next(ctx) {
		lock, err := client.HGet(ctx, keys.Val(), "k").Result()
		if err != nil {
			t.Fatal(err)
		}
		cases++
		if id := hex.EncodeToString([]byte(lock[keyring.NameBytes+1:][:4])); !slices.Contains(versions, id) {
			t.Errorf("a case's key is wrapped by %s still", id)
		}
	}
	if keys.Err() != nil || cases < 8 {
		t.Errorf("%d cases are looked at: %v", cases, keys.Err())
	}
}

// nowAlone looks that the keys of now open every case, and those of before none, nor what is on its way from now on; and that
// what was sealed to those on its way opens no more.
func nowAlone(t *testing.T, r *redistest.Server, now, before *keySets) {
	t.Helper()
	client, ctx, texted := r.Client(), t.Context(), 0
	opens := func(k *keySets, id string) (n int) {
		if _, events, err := store.New(client, k.body, keyring.New(client, "body")).Load(ctx, triage.CaseID(id)); err == nil && len(events) > 0 {
			n++
		}
		if rec, err := vault.New(client, k.vault, keyring.New(client, "identity")).Open(ctx, id); err == nil && rec != nil {
			n++
			if closed := rec.Contact("sms"); !closed.IsZero() {
				texted++
				_, err := before.addresses.OpenAddress(closed)
				if _, failed := now.addresses.OpenAddress(closed); err == nil || failed != nil {
					t.Errorf("an address with the keys of before: %v, of now: %v", err, failed)
				}
			}
		}
		return n
	}
	keys, cases := client.Scan(ctx, 0, "{p*:case:*", 1000).Iterator(), 0
	for keys.Next(ctx) {
		_, id, _ := strings.Cut(keys.Val(), ":case:")
		cases++
		if is, was := opens(now, id), opens(before, id); is != 2 || was != 0 {
			t.Errorf("a case opens %d of 2 with the keys of now, and %d with those of before", is, was)
		}
	}
	if keys.Err() != nil || cases < 4 || texted != 1 {
		t.Errorf("%d cases are looked at, %d of who texted: %v", cases, texted, keys.Err())
	}
	for what, pair := range map[string][2]*keySets{"of before, now": {before, now}, "of now, with the keys of before": {now, before}} {
		record, err := envelope.NewSealer(pair[0].recipient, "lane").Seal(1, []byte("words"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := envelope.NewOpener(pair[1].identity).Open("lane", 1, record); err == nil {
			t.Errorf("a message %s, opens", what)
		}
	}
}

// A rotation that is killed between any two of its writes leaves sets that open what was sealed before, and the same command
// ends it.
func TestARotationIsCutOffAnywhere(t *testing.T) {
	t.Parallel()
	for cut := 0; ; cut++ {
		dir := filepath.Join(t.TempDir(), "keys")
		must(t, "keys", "init", "--keys="+dir)
		before, err := allKeys(dir)
		if err != nil {
			t.Fatal(err)
		}
		known, turned, err := before.rotated(time.Now())
		if err := errors.Join(err, prepare(dir, known, turned)); err != nil {
			t.Fatal(err)
		}
		left := cut
		for i, files := range []setFiles{known, turned} {
			for path, data := range files {
				if left--; left >= 0 {
					if err := os.WriteFile(filepath.Join(dir, path), data, 0o600); err != nil {
						t.Fatal(i, err)
					}
				}
			}
		}
		opensWhatWasSealed(t, before, dir)
		must(t, "keys", "rotate", "--settle=0s", "--keys="+dir)
		opensWhatWasSealed(t, before, dir)
		after, err := allKeys(dir)
		if err != nil || after.identity.ID() == before.identity.ID() || after.recipient.ID() != after.identity.ID() || len(after.body.Versions()) != 2 {
			t.Fatalf("cut after %d writes: the rotation is not ended: %v", cut, err)
		}
		if names, err := filepath.Glob(filepath.Join(dir, ".rot*")); err != nil || len(names) > 0 {
			t.Errorf("something is left of it: %v", err)
		}
		if left >= 0 {
			break
		}
	}
}

// opensWhatWasSealed seals with one set and opens with the files of another, and the other way round: both at once are in use
// while processes learn of a change.
func opensWhatWasSealed(t *testing.T, before *keySets, dir string) {
	t.Helper()
	now, err := allKeys(dir)
	if err != nil {
		t.Fatal(err)
	}
	share := make([]byte, 32)
	_, wrapped := before.body.NewCase("00case", share)
	if _, err := now.body.OpenCase("00case", wrapped, share); err != nil {
		t.Error("a case of before does not open")
	}
	for _, to := range []*envelope.Recipient{before.recipient, now.recipient} {
		record, err := envelope.NewSealer(to, "lane").Seal(1, []byte("words"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := envelope.NewOpener(now.identity).Open("lane", 1, record); err != nil {
			t.Error("a message does not open")
		}
	}
	if !slices.Contains(now.names.Versions(), before.names.Versions()[0]) || !slices.Contains(now.reader.Versions(), before.reader.Versions()[0]) {
		t.Error("a pepper of before is not there")
	}
}

// What a gateway seals to a new key holds no address that is closed to an old one: it takes the key that seals over later than
// the one that closes addresses, by more than a message waits between the two.
func TestAGatewaySealsLaterThanItCloses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	must(t, "keys", "init", "--keys="+dir)
	live, err := loadKeys(dir, "gateway")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		watch := &keyWatch{dir: dir, live: live}
		look := func() {
			t.Helper()
			if _, err := watch.look(); err != nil {
				t.Fatal(err)
			}
		}
		look()
		closes, seals := live.addressee.ID(), live.recipient.ID()
		must(t, "keys", "rotate", "--settle=0s", "--keys="+dir)
		now, err := loadKeys(dir, "gateway")
		if err != nil {
			t.Fatal(err)
		}
		look()
		if live.addressee.ID() == closes || live.addressee.ID() != now.addressee.ID() || live.recipient.ID() != seals {
			t.Error("the keys of a gateway are not taken over one after the other")
		}
		time.Sleep(sealsLate - time.Millisecond)
		if look(); live.recipient.ID() != seals {
			t.Error("the key that seals is taken over too soon")
		}
		time.Sleep(time.Millisecond)
		if look(); live.recipient.ID() != now.recipient.ID() {
			t.Error("the key that seals is not taken over")
		}
	})
}
