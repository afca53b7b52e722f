package staff_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
	"madoguchi/triage/staff"
)

type room struct {
	*staff.Accounts
	server *miniredis.Miniredis
	now    time.Time
}

func open(t *testing.T) *room {
	t.Helper()
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	r := &room{server: server, now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
	r.Accounts = staff.New(staff.Config{Client: client, Keys: seal.New(), Now: func() time.Time { return r.now }})
	return r
}

const good = "さくら もち 柏 草 だんご"

func (r *room) enrolled(t *testing.T, login string) {
	t.Helper()
	link, err := r.Create(t.Context(), login, triage.Psychologist, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Enrol(t.Context(), link, good); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: %v, want %v", what, err, target)
	}
}

func TestEnrolmentLinkIsUsedOnceWithinADay(t *testing.T) {
	r, ctx := open(t), t.Context()
	link, err := r.Create(ctx, "Sato", triage.Psychologist, "")
	want(t, "create", err, nil)
	_, err = r.SignIn(ctx, "sato", "")
	want(t, "signing in before a password is set", err, staff.ErrUnknown)
	p, err := r.Link(ctx, link)
	if err != nil || p.Login != "sato" {
		t.Fatalf("link: %+v %v", p, err)
	}
	_, err = r.Enrol(ctx, link, "short")
	want(t, "a short password", err, staff.ErrWeak)
	_, err = r.Enrol(ctx, link, good)
	want(t, "enrol", err, nil)
	_, err = r.Enrol(ctx, link, good+"2")
	want(t, "the same link again", err, staff.ErrUnknown)
	p, err = r.SignIn(ctx, " SATO ", good)
	if err != nil || p.Role != triage.Psychologist || p.Strong {
		t.Errorf("sign in: %+v %v", p, err)
	}
	late, err := r.Create(ctx, "sato", triage.Psychologist, "")
	want(t, "a new link", err, nil)
	r.now = r.now.Add(24 * time.Hour)
	_, err = r.Link(ctx, late)
	want(t, "a link after a day", err, staff.ErrUnknown)
	_, err = r.Enrol(ctx, late, good)
	want(t, "enrolling after a day", err, staff.ErrUnknown)
	_, err = r.Enrol(ctx, "nonsense", good)
	want(t, "nonsense", err, staff.ErrUnknown)
}

func TestOneLinkIsSpentByOne(t *testing.T) {
	r, ctx := open(t), t.Context()
	link, err := r.Create(ctx, "a", triage.Clerk, "")
	want(t, "create", err, nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 4 {
		wg.Go(func() {
			if _, err := r.Enrol(ctx, link, good); err == nil {
				mu.Lock()
				won++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d people enrolled by one link", won)
	}
}

func TestTokens(t *testing.T) {
	r, ctx := open(t), t.Context()
	one, err := r.NewToken(ctx, "hinode", triage.School, "hinode-jhs")
	want(t, "token of a new login", err, nil)
	two, err := r.NewToken(ctx, "hinode", triage.School, "hinode-jhs")
	want(t, "a second token", err, nil)
	for _, token := range []string{one, two} {
		p, err := r.ByToken(ctx, token)
		if err != nil || p.School != "hinode-jhs" || !p.Strong {
			t.Errorf("by token: %+v %v", p, err)
		}
	}
	for what, token := range map[string]string{"empty": "", "cut": one[:60], "changed": flip(one), "junk": strings.Repeat("A", 64)} {
		_, err := r.ByToken(ctx, token)
		want(t, what, err, staff.ErrUnknown)
	}
	_, err = r.NewToken(ctx, "hinode", triage.Admin, "")
	want(t, "another role", err, staff.ErrTaken)
	_, err = r.NewToken(ctx, "x", triage.School, "")
	want(t, "a school's person without a school", err, staff.ErrInvalid)
	_, err = r.NewToken(ctx, "x", triage.Clerk, "hinode-jhs")
	want(t, "a clerk with a school", err, staff.ErrInvalid)
	_, err = r.NewToken(ctx, "x y", triage.Clerk, "")
	want(t, "a malformed login", err, staff.ErrInvalid)
	_, err = r.NewToken(ctx, "x", "boss", "")
	want(t, "an unknown role", err, staff.ErrInvalid)
}

func flip(token string) string {
	last := byte('A')
	if token[40] == last {
		last = 'B'
	}
	return token[:40] + string(last) + token[41:]
}

func TestDisabledEndsEverythingAtOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.enrolled(t, "sato")
	token, err := r.NewToken(ctx, "sato", triage.Psychologist, "")
	want(t, "token", err, nil)
	link, err := r.Create(ctx, "sato", triage.Psychologist, "")
	want(t, "link", err, nil)
	want(t, "disable", r.Disable(ctx, "sato"), nil)
	_, err = r.ByToken(ctx, token)
	want(t, "token", err, staff.ErrUnknown)
	_, err = r.Person(ctx, "sato")
	want(t, "session", err, staff.ErrUnknown)
	_, err = r.Link(ctx, link)
	want(t, "link", err, staff.ErrUnknown)
	_, err = r.SignIn(ctx, "sato", good)
	want(t, "password", err, staff.ErrUnknown)
	_, err = r.NewToken(ctx, "sato", triage.Psychologist, "")
	want(t, "a new token", err, staff.ErrTaken)
	want(t, "disabling nobody", r.Disable(ctx, "nobody"), staff.ErrUnknown)

	_, err = r.Create(ctx, "sato", triage.Psychologist, "")
	want(t, "enabling again", err, nil)
	_, err = r.ByToken(ctx, token)
	want(t, "the old token afterwards", err, staff.ErrUnknown)
}

func TestStampChangesWithWhatASessionRestsOn(t *testing.T) {
	r, ctx := open(t), t.Context()
	link, err := r.Create(ctx, "hinode", triage.School, "hinode-jhs")
	want(t, "create", err, nil)
	stamps := map[string]bool{}
	note := func(p staff.Person, err error) {
		t.Helper()
		if err != nil || stamps[p.Stamp] {
			t.Errorf("stamp %q seen before, or %v", p.Stamp, err)
		}
		stamps[p.Stamp] = true
	}
	note(r.Person(ctx, "hinode"))
	note(r.Enrol(ctx, link, good))
}

// Failures slow down one login, known or not, alike, and never for longer than half a minute.
func TestFailuresSlowDownAndNeverShutOut(t *testing.T) {
	for _, login := range []string{"sato", "nobody"} {
		r, ctx := open(t), t.Context()
		r.enrolled(t, "sato")
		for i := range 6 {
			_, err := r.SignIn(ctx, login, "wrong")
			want(t, "failure", err, staff.ErrUnknown)
			if t.Failed() {
				t.Fatalf("%s, attempt %d", login, i)
			}
		}
		_, err := r.SignIn(ctx, login, good)
		want(t, "the seventh at once", err, staff.ErrSlow)
		for range 3 {
			r.now = r.now.Add(30 * time.Second)
			_, err = r.SignIn(ctx, login, "wrong")
			want(t, "after half a minute", err, staff.ErrUnknown)
		}
		_, err = r.SignIn(ctx, "tanaka", "wrong")
		want(t, "another login meanwhile", err, staff.ErrUnknown)
		r.now = r.now.Add(30 * time.Second)
		_, err = r.SignIn(ctx, "sato", good)
		want(t, "the right password after half a minute", err, nil)
		_, err = r.SignIn(ctx, "sato", good)
		want(t, "and at once again", err, nil)
	}
}

func TestListShowsEverybodyByLogin(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.enrolled(t, "sato")
	_, err := r.NewToken(ctx, "abe", triage.School, "hinode-jhs")
	want(t, "token", err, nil)
	got, err := r.List(ctx)
	wanted := []staff.Account{
		{Login: "abe", Role: triage.School, School: "hinode-jhs", Tokens: 1},
		{Login: "sato", Role: triage.Psychologist, Enrolled: true},
	}
	if err != nil || !slices.Equal(got, wanted) {
		t.Errorf("%+v %v", got, err)
	}
}

func TestNothingReadableIsAtRest(t *testing.T) {
	r, ctx := open(t), t.Context()
	r.enrolled(t, "sato")
	token, err := r.NewToken(ctx, "sato", triage.Psychologist, "")
	want(t, "token", err, nil)
	dump := r.server.Dump()
	for _, secret := range []string{"sato", "psychologist", good, token} {
		if strings.Contains(dump, secret) {
			t.Errorf("the dump holds %q", secret)
		}
	}
	for _, key := range r.server.Keys() {
		if !strings.HasPrefix(key, "{staff}:") {
			t.Errorf("key %q", key)
		}
	}
}

func TestWithoutRedisNothingIsSaidToBeKnown(t *testing.T) {
	r, ctx := open(t), t.Context()
	token, err := r.NewToken(ctx, "sato", triage.Clerk, "")
	want(t, "token", err, nil)
	r.server.Close()
	_, err = r.ByToken(ctx, token)
	want(t, "by token", err, staff.ErrBackend)
	_, err = r.SignIn(ctx, "sato", good)
	want(t, "sign in", err, staff.ErrBackend)
	want(t, "disable", r.Disable(ctx, "sato"), staff.ErrBackend)
}
