package envelope

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"madoguchi/channels"
)

func addresses(t testing.TB) *Identity {
	t.Helper()
	i, err := NewIdentity(Addresses)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func closed(t testing.TB, to *Recipient, mark string, a channels.Address) (channels.Address, []byte) {
	t.Helper()
	c, err := to.CloseAddress(mark, a)
	if err != nil {
		t.Fatal(err)
	}
	_, _, sealed := channels.OpenAddress(c)
	return c, sealed
}

// A closed address is of its kind and goes by its mark; who it is of, and how they are answered, opens with the key alone.
func TestAddressesAreClosed(t *testing.T) {
	t.Parallel()
	key := addresses(t)
	sizes := map[int]bool{}
	for _, want := range []channels.Address{channels.NewAddress("sms", "+81900000001", nil), channels.NewAddress("email", strings.Repeat("a", 60)+"@example.jp", []byte("thread")),
		channels.NewAddress("line", "U0123456789abcdef0123456789abcdef", bytes.Repeat([]byte{1}, 60)), channels.NewAddress("letter", "用紙 3", []byte{})} {
		kind, who, _ := channels.OpenAddress(want)
		c, sealed := closed(t, key.Recipient(), "mark", want)
		if k, mark, _ := channels.OpenAddress(c); k != kind || mark != "mark" || bytes.Contains(sealed, []byte(who)) {
			t.Errorf("%s is closed as %s of %s", kind, k, mark)
		}
		got, err := key.OpenAddress(c)
		if err != nil || !got.Same(want) {
			t.Errorf("%s came back otherwise: %v", kind, err)
		}
		_, _, how := channels.OpenAddress(got)
		if _, _, was := channels.OpenAddress(want); !bytes.Equal(how, was) {
			t.Errorf("%s is answered otherwise", kind)
		}
		sizes[len(sealed)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("the lengths tell them apart: %v", sizes)
	}
}

// One that is changed anywhere, put under another mark or sealed to another key does not open.
func TestClosedAddressesAreNotMoved(t *testing.T) {
	t.Parallel()
	key, other := addresses(t), addresses(t)
	_, sealed := closed(t, key.Recipient(), "mark", channels.NewAddress("sms", "+81900000001", nil))
	under := func(mark string, sealed []byte) error {
		_, err := key.OpenAddress(channels.NewAddress("sms", mark, sealed))
		return err
	}
	if err := under("mark", sealed); err != nil {
		t.Fatal(err)
	}
	for n := range sealed {
		changed := bytes.Clone(sealed)
		changed[n] ^= 1
		if err := under("mark", changed); err == nil {
			t.Errorf("byte %d changed", n)
		}
		if err := under("mark", sealed[:n]); err == nil {
			t.Errorf("cut at %d", n)
		}
	}
	if err := under("another", sealed); !errors.Is(err, ErrOpen) {
		t.Errorf("under another mark: %v", err)
	}
	if _, err := other.OpenAddress(channels.NewAddress("sms", "mark", sealed)); !errors.Is(err, ErrKey) {
		t.Errorf("with another key: %v", err)
	}
	if err := under("mark", nil); !errors.Is(err, ErrOpen) {
		t.Errorf("none: %v", err)
	}
}

func TestFormerKeysOpen(t *testing.T) {
	t.Parallel()
	old := addresses(t)
	c, sealed := closed(t, old.Recipient(), "mark", channels.NewAddress("sms", "+81900000001", nil))
	both, err := old.Added()
	if err != nil {
		t.Fatal(err)
	}
	_, fresh := closed(t, both.Recipient(), "mark", channels.NewAddress("sms", "+81900000001", nil))
	if _, err := both.OpenAddress(c); err != nil || !both.Stale(sealed) || both.Stale(fresh) {
		t.Errorf("%v, stale %t and %t", err, both.Stale(sealed), both.Stale(fresh))
	}
	if _, err := both.Retired().OpenAddress(c); !errors.Is(err, ErrKey) {
		t.Errorf("after it was retired: %v", err)
	}
}

// A key of one use is none of the other: neither its file, nor what was sealed to it.
func TestKeysHaveOneUse(t *testing.T) {
	t.Parallel()
	key := addresses(t)
	private, err := key.Marshal()
	public, failed := key.Recipient().Marshal()
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	if _, err := ParseIdentity(Intake, private); !errors.Is(err, ErrKey) {
		t.Errorf("%v", err)
	}
	if _, err := ParseRecipient(Intake, public); !errors.Is(err, ErrKey) {
		t.Errorf("%v", err)
	}
	again, err := ParseIdentity(Addresses, private)
	to, failed := ParseRecipient(Addresses, public)
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	c, _ := closed(t, to, "mark", channels.NewAddress("sms", "+81900000001", nil))
	if got, err := again.OpenAddress(c); err != nil || !strings.Contains(fmt.Sprint(channels.OpenAddress(got)), "+81900000001") {
		t.Errorf("%v", err)
	}
}

func BenchmarkCloseAddress(b *testing.B) {
	to := addresses(b).Recipient()
	a := channels.NewAddress("line", "U0123456789abcdef0123456789abcdef", bytes.Repeat([]byte{1}, 60))
	for b.Loop() {
		if _, err := to.CloseAddress("0123456789abcdef0123456789abcdef", a); err != nil {
			b.Fatal(err)
		}
	}
}
