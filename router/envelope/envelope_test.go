package envelope

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"madoguchi/channels"
)

func identity(t testing.TB) *Identity {
	t.Helper()
	i, err := NewIdentity(Intake)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func seal(t testing.TB, s *Sealer, seq int64, plain []byte) []byte {
	t.Helper()
	b, err := s.Seal(seq, plain)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOpensWhatWasSealed(t *testing.T) {
	t.Parallel()
	old, current := identity(t), identity(t)
	opener := NewOpener(old, current)
	for _, to := range []*Identity{old, current} {
		s := NewSealer(to.Recipient(), "gab.0")
		for seq := int64(1); seq <= 2*EpochSize+5; seq++ {
			want := fmt.Appendf(nil, "words %d", seq)
			record := seal(t, s, seq, want)
			if bytes.Contains(record, want) {
				t.Fatal("plain text in the record")
			}
			got, err := opener.Open("gab.0", seq, record)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%d: %q, %v", seq, got, err)
			}
		}
	}
	if n := len(opener.epochs); n != 6 {
		t.Errorf("%d epochs, want 3 a key", n)
	}
	if _, err := NewOpener(old).Open("gab.0", 1, seal(t, NewSealer(current.Recipient(), "gab.0"), 1, nil)); !errors.Is(err, ErrKey) {
		t.Errorf("another key's: %v", err)
	}
}

// A record that is changed anywhere, moved to another number or another lane does not open.
func TestMovedAndChangedRecordsDoNotOpen(t *testing.T) {
	t.Parallel()
	id := identity(t)
	opener := NewOpener(id)
	record := seal(t, NewSealer(id.Recipient(), "gab.0"), 7, []byte("words"))
	for _, c := range []struct {
		lane string
		seq  int64
	}{{"gab.1", 7}, {"gab.0", 8}, {"gab.", 7}, {"", 7}} {
		if _, err := opener.Open(c.lane, c.seq, record); err == nil {
			t.Errorf("opened in lane %q as %d", c.lane, c.seq)
		}
	}
	for i := range record {
		for bit := range 8 {
			b := bytes.Clone(record)
			b[i] ^= 1 << bit
			if _, err := opener.Open("gab.0", 7, b); err == nil {
				t.Fatalf("byte %d bit %d", i, bit)
			}
		}
		if _, err := opener.Open("gab.0", 7, record[:i]); err == nil {
			t.Fatalf("opened %d bytes", i)
		}
	}
	if got, err := opener.Open("gab.0", 7, record); err != nil || string(got) != "words" {
		t.Fatalf("unchanged: %q, %v", got, err)
	}
}

func TestEpochEndsByAge(t *testing.T) {
	t.Parallel()
	s := NewSealer(identity(t).Recipient(), "gab.0")
	now := time.Now()
	s.now = func() time.Time { return now }
	enc := func() string { return string(seal(t, s, 1, nil)[1+idSize : 1+idSize+encSize]) }
	first := enc()
	now = now.Add(EpochAge - 1)
	if enc() != first {
		t.Error("the epoch ended early")
	}
	now = now.Add(1)
	if enc() == first {
		t.Error("the epoch goes on")
	}
}

func TestOpenerForgetsOldEpochs(t *testing.T) {
	t.Parallel()
	id := identity(t)
	opener := NewOpener(id)
	first := seal(t, NewSealer(id.Recipient(), "l"), 1, []byte("first"))
	for range cached + 50 {
		if _, err := opener.Open("l", 1, seal(t, NewSealer(id.Recipient(), "l"), 1, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if len(opener.epochs) != cached || len(opener.order) != cached {
		t.Errorf("%d epochs are kept", len(opener.epochs))
	}
	if got, err := opener.Open("l", 1, first); err != nil || string(got) != "first" {
		t.Errorf("a forgotten epoch: %q, %v", got, err)
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	id := identity(t)
	private, err := id.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	public, err := id.Recipient().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseIdentity(Intake, private)
	if err != nil || again.ID() != id.ID() {
		t.Fatalf("%v, %v", again, err)
	}
	to, err := ParseRecipient(Intake, public)
	if err != nil || to.ID() != id.ID() {
		t.Fatalf("%v, %v", to, err)
	}
	if got, err := NewOpener(again).Open("l", 1, seal(t, NewSealer(to, "l"), 1, []byte("w"))); err != nil || string(got) != "w" {
		t.Fatalf("%q, %v", got, err)
	}
	for name, b := range map[string][]byte{
		"empty": nil, "cut": public[:20], "version": bytes.Replace(public, []byte(`"version":1`), []byte(`"version":2`), 1),
		"id": bytes.Replace(public, []byte(id.ID().String()), []byte("0000000000000000"), 1), "private": private,
	} {
		if _, err := ParseRecipient(Intake, b); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseIdentity(Intake, public); !errors.Is(err, ErrKey) {
		t.Errorf("a public half as a private one: %v", err)
	}
}

// full fills every field of a message, so that a field which is added to the contract and forgotten here fails the test.
func full(t *testing.T, rng *rand.Rand) channels.Message {
	t.Helper()
	var m channels.Message
	word := func() string {
		b := make([]byte, 1+rng.IntN(60))
		for i := range b {
			b[i] = byte(rng.Uint32()) // not UTF-8
		}
		return string(b)
	}
	var fill func(v reflect.Value)
	fill = func(v reflect.Value) {
		switch p := v.Addr().Interface().(type) {
		case *channels.Address:
			*p = channels.NewAddress(word(), word(), []byte(word()))
			return
		case *time.Time:
			*p = time.Unix(rng.Int64N(4e9), rng.Int64N(1e9)).In(time.FixedZone("", 9*3600))
			return
		}
		switch v.Kind() {
		case reflect.String:
			v.SetString(word())
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				v.SetBytes([]byte(word()))
				return
			}
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(v.Index(0))
			fill(v.Index(1))
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				fill(v.Field(i))
			}
		default:
			t.Fatalf("a field of kind %v", v.Kind())
		}
	}
	fill(reflect.ValueOf(&m).Elem())
	m.CallBack.At = channels.NewAddress(channels.CallBackKind, word(), []byte(word()))
	return m
}

// reachSame compares two addresses by what is inside.
func reachSame(a, b channels.Address) bool {
	ak, aw, ah := channels.OpenAddress(a)
	bk, bw, bh := channels.OpenAddress(b)
	return ak == bk && aw == bw && bytes.Equal(ah, bh) && (ah == nil) == (bh == nil) && a.IsZero() == b.IsZero()
}

// equal compares two messages by what is inside the addresses.
func equal(t *testing.T, a, b channels.Message) bool {
	t.Helper()
	if !reachSame(a.From, b.From) || !a.At.Equal(b.At) || (a.CallBack == nil) != (b.CallBack == nil) {
		return false
	}
	if a.CallBack != nil {
		x, y := *a.CallBack, *b.CallBack
		if !reachSame(x.At, y.At) {
			return false
		}
		x.At, y.At = channels.Address{}, channels.Address{}
		a.CallBack, b.CallBack = &x, &y
	}
	_, az := a.At.Zone()
	_, bz := b.At.Zone()
	a.From, b.From = channels.Address{}, channels.Address{}
	a.At, b.At = time.Time{}, time.Time{}
	return az == bz && reflect.DeepEqual(a, b)
}

func TestMessagesComeBackWhole(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	messages := []channels.Message{{}, {Text: strings.Repeat("死", 100_000)}, {From: channels.NewAddress("chat", "x", nil)},
		{First: &channels.Opening{Sealed: []byte{}}, Answer: &channels.Answer{}, Status: &channels.Status{}}}
	for range 300 {
		m := full(t, rng)
		v := reflect.ValueOf(&m).Elem()
		for i := range v.NumField() {
			if rng.IntN(4) == 0 {
				v.Field(i).SetZero()
			}
		}
		messages = append(messages, m)
	}
	for _, want := range messages {
		b, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(b); n < classSize || n&(n-1) != 0 {
			t.Fatalf("%d bytes are no size class", n)
		}
		got, err := Decode(b)
		if err != nil || !equal(t, want, got) {
			t.Fatalf("came back otherwise: %v", err)
		}
	}
}

// 1 to 400 characters lead to at most three sizes.
func TestSizesSayLittle(t *testing.T) {
	t.Parallel()
	sizes := map[int]bool{}
	for n := 1; n <= 400; n++ {
		b, err := Encode(channels.Message{ID: "0123456789abcdef", Kind: "chat", Text: strings.Repeat("あ", n),
			From: channels.NewAddress("chat", strings.Repeat("a", 32), make([]byte, 32)), At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		sizes[len(b)] = true
	}
	if len(sizes) > 3 {
		t.Errorf("%d sizes", len(sizes))
	}
}

func FuzzDecode(f *testing.F) {
	b, err := Encode(channels.Message{ID: "1", Kind: "chat", Text: "たすけて", Answer: &channels.Answer{ID: "q", Answer: "yes"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{0, 0, 0, 3, 1, 99, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Decode(b)
		if err != nil {
			if !errors.Is(err, ErrForm) {
				t.Fatal(err)
			}
			return
		}
		again, err := Encode(m)
		if err != nil {
			return // a zone that only a forger writes
		}
		if n, err := Decode(again); err != nil || !equal(t, m, n) {
			t.Fatalf("not stable: %v", err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s := NewSealer(identity(b).Recipient(), "gab.0")
	plain := make([]byte, 1024)
	for seq := range int64(b.N) {
		seal(b, s, seq, plain)
	}
}
