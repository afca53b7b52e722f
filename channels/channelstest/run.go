package channelstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
)

// Run runs the suite.
func Run(t *testing.T, f Fixture) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Fixture)
	}{
		{"a text arrives as it was written", arrives},
		{"a redelivery has the same identity", redelivered},
		{"nothing is acknowledged before it is durable", durable},
		{"what could not be taken is refused and can be brought again", refused},
		{"what is held is acknowledged", held},
		{"a forged delivery is nothing", forged},
		{"an address is never printed", unprintable},
		{"the log holds nothing of people", silent},
		{"it ends when it is told to", ends},
		{"no start without a required setting", incomplete},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
	if f.Signed {
		t.Run("a thousand forged or damaged requests are nothing", func(t *testing.T) { thousand(t, f) })
		t.Run("a hundred replays at once are one message", func(t *testing.T) { replayed(t, f) })
		t.Run("a death at any step of receiving loses nothing and doubles nothing", func(t *testing.T) { killed(t, f) })
	}
	if f.NoSend {
		return
	}
	for _, test := range []struct {
		name string
		run  func(*testing.T, Fixture)
	}{
		{"a reply reaches the person", reaches},
		{"a dead address is final", final},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, f) })
	}
}

func (f Fixture) open(t *testing.T) (*Site, Provider) {
	t.Helper()
	settings, provider := f.Open(t)
	return Open(t, f.Kind, settings, nil), provider
}

func (f Fixture) normal(text string) string {
	if f.Normal == nil {
		return text
	}
	return f.Normal(text)
}

// hard are texts that a careless step on the way changes.
var hard = []string{
	"きのう、くつをかくされました。",
	"一行目\n\n三行目\nおわり",
	"👩‍👩‍👧 と 🏳️‍🌈 と 👍🏽",
	"髙橋さんと𠮷田さん、邉さん。ﾊﾝｶｸ。ｶﾞ ガ ガ",
	"<b>太い</b> & \"引用\" 'x' \\ %s {名前} =1+1",
	"0 9 0 - 1 2 3 4",
	"مرحبا \u202eabc\u202c \u200bzero\u200dwidth",
	strings.Repeat("ながい文。", 150),
}

func arrives(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	for i, text := range hard {
		if !provider.Deliver(t, s, Inbound{ID: fmt.Sprint("hard", i), From: 1, Text: text}) {
			t.Fatalf("text %d was not acknowledged", i)
		}
	}
	taken := s.Intake.Taken()
	if len(taken) != len(hard) {
		t.Fatalf("%d of %d were taken", len(taken), len(hard))
	}
	for i, m := range taken {
		if m.Text != f.normal(hard[i]) {
			t.Errorf("text %d arrived as %q", i, m.Text)
		}
		if m.Kind != f.Name || m.From.IsZero() || m.ID == "" {
			t.Errorf("text %d: kind %q, id %q", i, m.Kind, m.ID)
		}
		if kind, who, _ := channels.OpenAddress(m.From); kind != f.Name || who == "" {
			t.Errorf("text %d: the address is of kind %q", i, kind)
		}
		if age := time.Since(m.At); age < -time.Minute || age > time.Hour {
			t.Errorf("text %d arrived %v ago", i, age)
		}
		if !m.From.Same(taken[0].From) {
			t.Errorf("text %d is from somebody else", i)
		}
	}
	if !provider.Deliver(t, s, Inbound{ID: "other", From: 2, Text: "べつの人です"}) {
		t.Fatal("another person was not acknowledged")
	}
	if taken = s.Intake.Taken(); taken[len(taken)-1].From.Same(taken[0].From) {
		t.Error("two people are one")
	}
}

func redelivered(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	m := Inbound{ID: "again", From: 1, Text: "もう一度"}
	for range 2 {
		if !provider.Deliver(t, s, m) {
			t.Fatal("not acknowledged")
		}
	}
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("one message was taken as %d", n)
	}
	if n := len(s.Intake.Repeated()); n > 1 {
		t.Errorf("it was known again %d times", n)
	}
	if !provider.Deliver(t, s, Inbound{ID: "new", From: 1, Text: "もう一度"}) || len(s.Intake.Taken()) != 2 {
		t.Error("the same words again are another message")
	}
}

func durable(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	release := s.Intake.Block()
	defer release()
	told := make(chan bool, 1)
	go func() { told <- provider.Deliver(t, s, Inbound{ID: "slow", From: 1, Text: "まだ"}) }()
	Eventually(t, "the door tries to store it", func() bool { return s.Intake.Attempts() > 0 })
	select {
	case ok := <-told:
		if ok {
			t.Error("it was acknowledged while it was being stored")
		}
		release()
		return
	case <-time.After(100 * time.Millisecond): // the provider is still waiting, as it should
	}
	release()
	if !<-told {
		t.Error("it was stored and not acknowledged")
	}
}

func refused(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	m := Inbound{ID: "refused", From: 1, Text: "どこにも入らない"}
	s.Intake.Fail(channels.ErrUnavailable)
	if provider.Deliver(t, s, m) {
		t.Error("what neither home could take was acknowledged")
	}
	if len(s.Intake.Taken()) != 0 {
		t.Fatal("the intake took what it refused")
	}
	s.Intake.Fail(nil)
	if !provider.Deliver(t, s, m) {
		t.Error("the second try was not acknowledged")
	}
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d were taken", n)
	}
}

func held(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	s.Intake.Answer(channels.Held)
	if got := provider.Deliver(t, s, Inbound{ID: "held", From: 1, Text: "あずかって"}); got == f.Waits {
		t.Errorf("acknowledged: %v", got)
	}
	if len(s.Intake.Taken()) != 1 {
		t.Error("it was not taken")
	}
}

func forged(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	if provider.Forge(t, s, Inbound{ID: "forged", From: 1, Text: "にせもの"}) {
		t.Error("it was taken for a good one")
	}
	if s.Intake.Attempts() != 0 {
		t.Error("it reached the intake")
	}
}

func unprintable(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	if !provider.Deliver(t, s, Inbound{ID: "printed", From: 7, Text: "よ"}) {
		t.Fatal("not acknowledged")
	}
	m := s.Intake.Taken()[0]
	_, who, how := channels.OpenAddress(m.From)
	hidden := []string{who}
	if len(how) > 3 {
		hidden = append(hidden, string(how))
	}
	m.ID = "" // a provider's id may hold the sender's
	for _, printed := range prints(m.From, m) {
		for _, secret := range hidden {
			if strings.Contains(printed, secret) {
				t.Error("an address was printed")
			}
		}
	}
}

func silent(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	m := Inbound{ID: "quietid4711", From: 3, Text: "この文はどこにも書かれない"}
	forgery := Inbound{ID: "quietid4712", From: 3, Text: "にせの文もどこにも書かれない"}
	provider.Forge(t, s, forgery)
	s.Intake.Fail(fmt.Errorf("wrapped: %w", channels.ErrUnavailable))
	provider.Deliver(t, s, m)
	s.Intake.Fail(nil)
	if !provider.Deliver(t, s, m) {
		t.Fatal("not acknowledged")
	}
	_, who, _ := channels.OpenAddress(s.Intake.Taken()[0].From)
	secrets := []string{m.Text, m.ID, forgery.Text, forgery.ID, who}
	if !f.NoSend {
		r := Reply("quiet")
		for _, to := range addresses(provider) {
			if _, err := s.Channel.Send(t.Context(), to, r); err != nil && containsAny(err.Error(), r.Text, r.Link) {
				t.Error("an error holds the reply")
			}
			_, who, _ := channels.OpenAddress(to)
			secrets = append(secrets, who)
		}
		secrets = append(secrets, r.Text, r.Link)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if strings.Contains(s.Log.String(), secret) {
			t.Errorf("the log holds something of a person:\n%s", s.Log)
		}
	}
}

func addresses(p Provider) []channels.Address {
	alive, dead := p.Address()
	return slices.DeleteFunc([]channels.Address{alive, dead}, channels.Address.IsZero)
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

func ends(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	if !provider.Deliver(t, s, Inbound{ID: "last", From: 1, Text: "さいご"}) {
		t.Fatal("not acknowledged")
	}
	pkg := reflect.Indirect(reflect.ValueOf(s.Channel)).Type().PkgPath() + "."
	started := time.Now()
	if err := s.Stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	if took := time.Since(started); took > 5*time.Second {
		t.Errorf("Run ended after %v", took)
	}
	Eventually(t, "no goroutine of the door is left", func() bool {
		buf := make([]byte, 1<<20)
		return !strings.Contains(string(buf[:runtime.Stack(buf, true)]), pkg)
	})
}

func incomplete(t *testing.T, f Fixture) {
	settings, _ := f.Open(t)
	for _, setting := range f.Kind.Settings {
		if !setting.Required {
			continue
		}
		values := func(name string) string {
			if name == setting.Name {
				return ""
			}
			return settings[name]
		}
		_, err := f.Kind.New(channels.Env{Setting: values, Desk: NewDesk(), Now: time.Now, PublicURL: "https://desk.example"})
		if err == nil {
			t.Errorf("it opens without %s", setting.Name)
			continue
		}
		for _, other := range f.Kind.Settings {
			if v := settings[other.Name]; other.Secret && v != "" && strings.Contains(err.Error(), v) {
				t.Errorf("the error holds the value of %s", other.Name)
			}
		}
	}
	if len(f.Kind.Names) == 0 || !slices.Contains(f.Kind.Names, f.Name) {
		t.Errorf("the kind is called %q and brings messages as %q", f.Kind.Names, f.Name)
	}
}

// Reply is a reply to send in a test.
func Reply(id string) channels.Reply {
	return channels.Reply{ID: "6f1c2f0a-0000-5000-8000-" + fmt.Sprintf("%012x", []byte(id))[:12], Seq: 1,
		Text: "読みました。話してくれてよかった。", Link: "https://desk.example/#k=tokenof" + id}
}

func reaches(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	alive, _ := provider.Address()
	question := Reply("question")
	question.Text = ""
	question.Question = &channels.Question{ID: "q1", School: "みほん第一中学校", Level: "anonymous", Text: "学校が読む文です。"}
	notice := Reply("notice")
	notice.Text = ""
	for i, r := range []channels.Reply{Reply("one"), question, notice} {
		before := len(provider.Delivered())
		for range 2 {
			sent, err := s.Channel.Send(t.Context(), alive, r)
			if err != nil {
				t.Fatalf("reply %d: %v", i, err)
			}
			if sent.Status != "sent" && sent.Status != "delivered" {
				t.Errorf("reply %d: status %q", i, sent.Status)
			}
		}
		got := provider.Delivered()[before:]
		if len(got) == 0 || f.Once && len(got) != 1 {
			t.Fatalf("reply %d reached the person %d times", i, len(got))
		}
		for _, out := range got {
			check(t, f, r, out)
		}
	}
}

func check(t *testing.T, f Fixture, r channels.Reply, out Outbound) {
	t.Helper()
	if (f.Notice || r.Text == "") && !strings.Contains(out.Text, r.Link) {
		t.Error("the link is missing")
	}
	if f.Notice && r.Text != "" && strings.Contains(out.Text, r.Text) {
		t.Error("a notice holds the words")
	}
	if !f.Notice && !strings.Contains(out.Text, r.Text) {
		t.Error("the words are missing")
	}
	if q := r.Question; q != nil && containsAny(out.Text, q.Text, q.School) {
		t.Error("a question went out with its words")
	}
}

func final(t *testing.T, f Fixture) {
	s, provider := f.open(t)
	_, dead := provider.Address()
	if dead.IsZero() {
		return // this provider never says
	}
	before := len(provider.Delivered())
	_, err := s.Channel.Send(t.Context(), dead, Reply("dead"))
	var undeliverable *channels.Undeliverable
	if !errors.As(err, &undeliverable) || undeliverable.Code == "" {
		t.Errorf("the error is %T", err)
	}
	if len(provider.Delivered()) != before {
		t.Error("it was delivered")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	alive, _ := provider.Address()
	if _, err := s.Channel.Send(ctx, alive, Reply("cancelled")); err == nil {
		t.Error("a send whose context had ended succeeded")
	} else if errors.As(err, &undeliverable) {
		t.Error("a send whose context had ended was called undeliverable")
	}
}
