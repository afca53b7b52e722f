package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/triage/seal"
)

// place is where a record stands.
type place struct {
	name string
	seq  int64
	m    seal.Meaning
}

func places(t *rapid.T, label string) place {
	return place{
		name: rapid.SampledFrom([]string{"00a", "00b", "01a", "0", ""}).Draw(t, label+" case"),
		seq:  rapid.Int64Range(0, 3).Draw(t, label+" seq"),
		m: seal.Meaning{
			Direction: rapid.SampledFrom([]string{"seeker", "counselor", ""}).Draw(t, label+" direction"),
			Channel:   rapid.SampledFrom([]string{"chat", "line", ""}).Draw(t, label+" channel"),
			Kind:      rapid.SampledFrom([]string{"message", "note"}).Draw(t, label+" kind"),
		},
	}
}

// share is what another server keeps of a case's key.
var share = bytes.Repeat([]byte{7}, 32)

// Without its share, or with another, a wrapped key is nothing.
func TestAKeyNeedsItsShare(t *testing.T) {
	t.Parallel()
	keys := seal.New()
	_, wrapped := keys.NewCase("00a", share)
	for name, other := range map[string][]byte{"no share": nil, "another share": bytes.Repeat([]byte{8}, 32), "a part of it": share[:31]} {
		if _, err := keys.OpenCase("00a", wrapped, other); !errors.Is(err, seal.ErrOpen) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := keys.OpenCase("00a", wrapped, share); err != nil {
		t.Error(err)
	}
}

// A record opens in its own place, as what it is, and nowhere else; with any bit changed or any part cut off it does not
// open at all.
func TestARecordOpensOnlyWhole(t *testing.T) {
	t.Parallel()
	keys := seal.New()
	rapid.Check(t, func(t *rapid.T) {
		at := places(t, "place")
		plain := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "plain")
		c, wrapped := keys.NewCase(at.name, share)
		record := sealed(t, c, at.seq, at.m, plain)
		reopened, err := keys.OpenCase(at.name, wrapped, share)
		if err != nil {
			t.Fatal(err)
		}
		m, got, err := reopened.Open(at.seq, record)
		if err != nil || m != at.m || !bytes.Equal(got, plain) {
			t.Fatalf("opened as %+v, %v", m, err)
		}
		flipped := bytes.Clone(record)
		flipped[rapid.IntRange(0, len(record)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		refused(t, "a flipped bit", at.seq, reopened, flipped)
		refused(t, "a cut record", at.seq, reopened, record[:rapid.IntRange(0, len(record)-1).Draw(t, "cut")])
		refused(t, "a longer record", at.seq, reopened, append(bytes.Clone(record), 0))
		refused(t, "another seq", at.seq+1, reopened, record)
	})
}

// No record opens in the place of another, whether of the same case or of another; nor does a wrapped key serve another
// case; nor can the head of one record be put before the body of another.
func TestRecordsCannotChangePlaces(t *testing.T) {
	t.Parallel()
	keys := seal.New()
	rapid.Check(t, func(t *rapid.T) {
		a, b := places(t, "a"), places(t, "b")
		ca, wa := keys.NewCase(a.name, share)
		cb, _ := keys.NewCase(b.name, share)
		ra := sealed(t, ca, a.seq, a.m, []byte("a"))
		refused(t, "a record of another case's key", b.seq, cb, ra)
		if a.name != b.name {
			if _, err := keys.OpenCase(b.name, wa, share); !errors.Is(err, seal.ErrOpen) {
				t.Fatalf("the key of %q serves %q: %v", a.name, b.name, err)
			}
		}
		// The same case key, another place.
		rc := sealed(t, ca, b.seq, b.m, []byte("c"))
		if a.seq != b.seq {
			refused(t, "another position", b.seq, ca, ra)
		}
		const head = 5 + 12 + 64 + 16
		refused(t, "another's head before a body", a.seq, ca, append(bytes.Clone(ra[:head]), rc[head:]...))
		refused(t, "another's body after a head", b.seq, ca, append(bytes.Clone(rc[:head]), ra[head:]...))
	})
}

func sealed(t rapid.TB, c *seal.Case, seq int64, m seal.Meaning, plain []byte) []byte {
	t.Helper()
	record, err := c.Seal(seq, m, plain)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

func refused(t *rapid.T, what string, seq int64, c *seal.Case, record []byte) {
	if _, plain, err := c.Open(seq, record); err == nil || plain != nil {
		t.Fatalf("%s opens", what)
	}
}

// Small secrets open under their own label only, and never once a bit has changed.
func TestSmallSecrets(t *testing.T) {
	t.Parallel()
	keys := seal.New()
	rapid.Check(t, func(t *rapid.T) {
		label := rapid.SampledFrom([]string{"account/aoki", "account/mori", ""}).Draw(t, "label")
		other := rapid.SampledFrom([]string{"account/aok", "session/aoki"}).Draw(t, "other")
		plain := rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, "plain")
		record := keys.Seal(label, plain)
		if got, err := keys.Open(label, record); err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("opened: %v", err)
		}
		if _, err := keys.Open(other, record); !errors.Is(err, seal.ErrOpen) {
			t.Fatalf("under another label: %v", err)
		}
		record[rapid.IntRange(0, len(record)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := keys.Open(label, record); err == nil {
			t.Fatal("a flipped bit opens")
		}
	})
}

// Lengths tell a size class and nothing finer; what a record is tells nothing at all.
func TestLengthsAreClasses(t *testing.T) {
	t.Parallel()
	c, _ := seal.New().NewCase("00a", share)
	of := func(n int, m seal.Meaning) int { return len(sealed(t, c, 1, m, make([]byte, n))) }
	message := seal.Meaning{Direction: "seeker", Channel: "chat", Kind: "message"}
	for _, row := range []struct{ from, to int }{{0, 508}, {509, 1020}, {1021, 2044}, {2045, 4092}} {
		if of(row.from, message) != of(row.to, message) {
			t.Errorf("%d and %d bytes differ in length", row.from, row.to)
		}
		if of(row.to, message) == of(row.to+1, message) {
			t.Errorf("%d and %d bytes have one length", row.to, row.to+1)
		}
	}
	if of(10, message) != of(10, seal.Meaning{Kind: "assessment"}) {
		t.Error("what a record is shows in its length")
	}
	if _, err := c.Seal(1, seal.Meaning{Channel: strings.Repeat("x", 64)}, nil); err == nil {
		t.Error("a meaning that has no room is sealed")
	}
	record := sealed(t, c, 1, message, []byte("屋上"))
	for _, word := range []string{"seeker", "chat", "message", "屋上", "00a"} {
		if bytes.Contains(record, []byte(word)) {
			t.Errorf("a record shows %q", word)
		}
	}
}

// A set survives its file; a rotated set seals with the new master and still opens what the old one sealed, which the old
// set cannot do the other way round.
func TestKeySets(t *testing.T) {
	t.Parallel()
	old := seal.New()
	_, wrapped := old.NewCase("00a", share)
	record := old.Seal("l", []byte("x"))
	rotated := parsed(t, old.Added().Turned())
	if _, err := rotated.OpenCase("00a", wrapped, share); err != nil {
		t.Errorf("a key of before the rotation: %v", err)
	}
	if _, err := rotated.Open("l", record); err != nil {
		t.Errorf("a secret of before the rotation: %v", err)
	}
	_, wrapped = rotated.NewCase("00a", share)
	if _, err := old.OpenCase("00a", wrapped, share); !errors.Is(err, seal.ErrKey) {
		t.Errorf("the old set opens what the new one wrapped: %v", err)
	}
	if _, err := seal.New().Open("l", record); !errors.Is(err, seal.ErrKey) {
		t.Errorf("a foreign set: %v", err)
	}
	if !bytes.Equal(old.Digest("who", "aoki"), rotated.Digest("who", "aoki")) {
		t.Error("digests change with a rotation")
	}
	if bytes.Equal(old.Digest("who", "aoki"), seal.New().Digest("who", "aoki")) {
		t.Error("digests do not depend on the key")
	}
	for _, other := range [][]string{{"who", "aok", "i"}, {"who", "aoki", ""}, {"whoa", "oki"}, {"ref", "aoki"}} {
		if bytes.Equal(old.Digest("who", "aoki"), old.Digest(other[0], other[1:]...)) {
			t.Errorf("%q has the digest of another", other)
		}
	}
}

func parsed(t *testing.T, k *seal.Keys) *seal.Keys {
	t.Helper()
	data, err := k.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	out, err := seal.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A spoilt file is refused with a reason that repeats nothing of it.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	data, err := seal.New().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	secret := good[strings.Index(good, `"secret": "`)+11:][:20]
	for name, bad := range map[string]string{
		"nothing": "", "not JSON": "{", "another version": strings.Replace(good, `"version": 1`, `"version": 2`, 1),
		"no masters":     `{"version":1,"masters":[],"digest":""}`,
		"a short digest": strings.Replace(good, `"digest": "`, `"digest": "AAAA`, 1),
		"another master": strings.Replace(good, secret, strings.Repeat("A", 20), 1),
		"a short master": fmt.Sprintf(`{"version":1,"masters":[{"id":1,"secret":"AAAA"}],"digest":"%s="}`, strings.Repeat("A", 43)),
	} {
		_, err := seal.Parse([]byte(bad))
		if !errors.Is(err, seal.ErrKey) {
			t.Errorf("%s: %v, want ErrKey", name, err)
		} else if strings.Contains(err.Error(), secret[:6]) {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
}

// Ten thousand times a record of two cases is changed by a bit, or put in the place of another: at another position, in another
// case, with another's meaning. None opens.
func TestNoneOfTenThousandOpens(t *testing.T) {
	t.Parallel()
	keys := seal.New()
	r := rand.New(rand.NewPCG(1, 2))
	const names, events = 2, 16
	var cases [names]*seal.Case
	var records [names][events][]byte
	for n := range names {
		cases[n], _ = keys.NewCase("07case"+string(rune('a'+n)), share)
		for seq := range events {
			m := seal.Meaning{Direction: []string{"seeker", "counselor"}[seq%2], Channel: "chat", Kind: "message"}
			records[n][seq] = sealed(t, cases[n], int64(seq), m, []byte("ことば"))
		}
	}
	for i := range 10_000 {
		n, seq := r.IntN(names), r.IntN(events)
		record, at := bytes.Clone(records[n][seq]), seq
		switch i % 3 {
		case 0:
			record[r.IntN(len(record))] ^= 1 << r.IntN(8)
		case 1:
			at = (seq + 1 + r.IntN(events-1)) % events
		case 2:
			n = 1 - n
		}
		if _, plain, err := cases[n].Open(int64(at), record); err == nil || plain != nil {
			t.Fatalf("trial %d opens", i)
		}
	}
}
