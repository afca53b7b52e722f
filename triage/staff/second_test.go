package staff_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
	"madoguchi/triage/seal"
	"madoguchi/triage/staff"
)

// enrolled is an account with an authenticator app, and that app's secret.
func enrolled(t *testing.T, r *room, login string) string {
	t.Helper()
	ctx := t.Context()
	link, err := r.Create(ctx, login, triage.Coordinator, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Enrol(ctx, link, "ながいながいひみつのことば"); err != nil {
		t.Fatal(err)
	}
	if err := r.BeginApp(ctx, login); err != nil {
		t.Fatal(err)
	}
	secret, qr, err := r.NewApp(ctx, login)
	if err != nil || len(qr) < 100 {
		t.Fatalf("%d bytes of QR code, %v", len(qr), err)
	}
	if _, err := r.SignIn(ctx, login, "ながいながいひみつのことば"); err != nil {
		t.Fatalf("an app without a first code is asked for: %v", err)
	}
	if p, err := r.ConfirmApp(ctx, login, code(t, secret, r.now)); err != nil || !p.Strong {
		t.Fatalf("%+v, %v", p, err)
	}
	return secret
}

func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACodeIsAskedForAndUsedOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	secret := enrolled(t, r, "kato")
	p, err := r.SignIn(ctx, "kato", "ながいながいひみつのことば")
	if !errors.Is(err, staff.ErrSecond) || p.Strong {
		t.Fatalf("with the password alone: %+v, %v", p, err)
	}
	ticket, err := r.Ticket(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Second(ctx, ticket, code(t, secret, r.now)); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("the code that was used already: %v", err)
	}
	r.now = r.now.Add(time.Minute)
	now := code(t, secret, r.now)
	for what, try := range map[string][2]string{"a wrong code": {ticket, "000000"}, "no code": {ticket, ""}, "no ticket": {"", now},
		"a torn ticket": {ticket[:len(ticket)-2], now}, "an old code": {ticket, code(t, secret, r.now.Add(-5*time.Minute))}} {
		if _, err := r.Second(ctx, try[0], try[1]); !errors.Is(err, staff.ErrUnknown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	r.now = r.now.Add(time.Minute)
	now = code(t, secret, r.now)
	full := ""
	for _, d := range now {
		full += string('０' + d - '0')
	}
	if p, err = r.Second(ctx, ticket, full[:9]+" "+full[9:]); err != nil || !p.Strong || p.Login != "kato" {
		t.Fatalf("%+v, %v", p, err)
	}
	if err := r.Spoken(ctx, "sato", "kato", now); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("the same code again: %v", err)
	}
	r.now = r.now.Add(10 * time.Minute)
	if _, err := r.Second(ctx, ticket, code(t, secret, r.now)); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("a ticket of ten minutes ago: %v", err)
	}
}

func TestGuessingCodesIsSlowedAndEndsNobody(t *testing.T) {
	r, ctx := open(t), t.Context()
	secret := enrolled(t, r, "kato")
	slowed := false
	for i := range 20 {
		of := []string{"kato", "mori"}[i%2] // whosever code it is said to be
		err := r.Spoken(ctx, "sato", of, "000000")
		slowed = slowed || errors.Is(err, staff.ErrSlow)
		if err == nil {
			t.Fatal("a guess was right")
		}
	}
	if !slowed {
		t.Error("twenty guesses one after another were all looked at")
	}
	p, err := r.SignIn(ctx, "kato", "ながいながいひみつのことば")
	if !errors.Is(err, staff.ErrSecond) {
		t.Fatal(err)
	}
	ticket, err := r.Ticket(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Second(ctx, ticket, "000000"); !errors.Is(err, staff.ErrUnknown) {
		t.Errorf("while somebody guesses her codes, her own sign-in: %v", err)
	}
	if err := r.Spoken(ctx, "abe", "kato", code(t, secret, r.now.Add(30*time.Second))); err != nil {
		t.Errorf("meanwhile, a code that somebody else heard: %v", err)
	}
	r.now = r.now.Add(time.Minute)
	if err := r.Spoken(ctx, "sato", "kato", code(t, secret, r.now)); err != nil {
		t.Errorf("a minute later, the right one: %v", err)
	}
}

func TestANewLinkForgetsTheLostTelephone(t *testing.T) {
	r, ctx := open(t), t.Context()
	enrolled(t, r, "kato")
	link, err := r.Create(ctx, "kato", triage.Coordinator, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Enrol(ctx, link, "もっとながいひみつのことば"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SignIn(ctx, "kato", "もっとながいひみつのことば"); err != nil {
		t.Errorf("after the new link: %v", err)
	}
	if f, err := r.Factors(ctx, "kato"); err != nil || f.App || f.Waiting || len(f.Passkeys) > 0 {
		t.Errorf("%+v, %v", f, err)
	}
}

// Who is there goes by the desk's clock: where it is moved on, nobody who acted before is there any more, and secrets keep the
// machine's.
func TestPresenceByTheDesksClock(t *testing.T) {
	r, ctx := open(t), t.Context()
	desk := r.now
	client := redis.NewClient(&redis.Options{Addr: r.server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	r.Accounts = staff.New(staff.Config{Client: client, Keys: seal.New(), Now: func() time.Time { return r.now }, Desk: func() time.Time { return desk }})
	link, err := r.Create(ctx, "kato", triage.Coordinator, "")
	if err != nil {
		t.Fatal(err)
	}
	r.Seen(ctx, staff.Person{Login: "kato"})
	for _, want := range []int{1, 0} {
		if p, err := r.Present(ctx); err != nil || len(p) != want {
			t.Errorf("at %v there are %v (%v)", desk, p, err)
		}
		desk = desk.AddDate(1, 0, 0)
	}
	if _, err := r.Enrol(ctx, link, good); err != nil {
		t.Errorf("a link is over by the desk's clock: %v", err)
	}
}

func TestPresence(t *testing.T) {
	r, ctx := open(t), t.Context()
	for _, login := range []string{"kato", "sato"} {
		if _, err := r.Create(ctx, login, triage.Coordinator, ""); err != nil {
			t.Fatal(err)
		}
	}
	there := func() int {
		t.Helper()
		p, err := r.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(p)
	}
	kato, sato := staff.Person{Login: "kato"}, staff.Person{Login: "sato"}
	r.Seen(ctx, kato)
	r.Seen(ctx, kato)
	r.Seen(ctx, sato)
	if n := there(); n != 2 {
		t.Errorf("%d are there, want 2", n)
	}
	strong := func() (all []string) {
		t.Helper()
		people, err := r.Present(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			if p.Strong {
				all = append(all, p.Login)
			}
		}
		return all
	}
	if all := strong(); len(all) != 0 {
		t.Errorf("by a password alone %v are there strongly", all)
	}
	r.Seen(ctx, staff.Person{Login: "sato", Strong: true})
	if all := strong(); !slices.Equal(all, []string{"sato"}) || there() != 2 {
		t.Errorf("strongly there are %v, want sato", all)
	}
	r.Away(ctx, sato)
	if all := strong(); len(all) != 0 {
		t.Errorf("after she left %v are there strongly", all)
	}
	if n := there(); n != 1 {
		t.Errorf("%d are there after one left, want 1", n)
	}
	r.now = r.now.Add(staff.PresentFor + time.Minute)
	if n := there(); n != 0 {
		t.Errorf("%d are there after a while, want 0", n)
	}
	r.Seen(ctx, kato)
	if err := r.Disable(ctx, "kato"); err != nil {
		t.Fatal(err)
	}
	if n := there(); n != 0 {
		t.Errorf("%d are there although the account is closed", n)
	}
}
