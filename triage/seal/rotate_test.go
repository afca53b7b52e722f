package seal

import (
	"bytes"
	"testing"
)

// A set learns of a new master before it seals with it, and is read back so; a case that is wrapped anew opens with what was
// sealed before, under its own name and share alone, and a master that was removed opens nothing.
func TestMastersAreReplaced(t *testing.T) {
	t.Parallel()
	share, other := random(keyBytes), random(keyBytes)
	k := New()
	c, wrapped := k.NewCase("01a", share)
	record, err := c.Seal(1, Meaning{Kind: "message"}, []byte("words"))
	if err != nil {
		t.Fatal(err)
	}
	before := k.Versions()[0]
	added := again(t, k.Added())
	if _, stale, err := added.Rewrap("01a", wrapped, share); stale || err != nil || added.Versions()[0] != before || len(added.Versions()) != 2 {
		t.Errorf("a master seals before it is its turn: %v", err)
	}
	holder := New()
	holder.Adopt(again(t, added.Turned()))
	anew, stale, err := holder.Rewrap("01a", wrapped, share)
	if err != nil || !stale {
		t.Fatalf("the key is not wrapped anew: %v", err)
	}
	if twice, stale, err := holder.Rewrap("01a", anew, share); err != nil || stale || !bytes.Equal(twice, anew) {
		t.Errorf("it is wrapped anew a second time: %v", err)
	}
	retired := again(t, holder.Retired())
	if _, err := retired.OpenCase("01a", wrapped, share); err == nil {
		t.Error("a master that was removed opens")
	}
	opened, err := retired.OpenCase("01a", anew, share)
	if err != nil {
		t.Fatal(err)
	}
	if _, plain, err := opened.Open(1, record); err != nil || string(plain) != "words" {
		t.Errorf("%q, %v", plain, err)
	}
	for _, wrong := range []func() error{
		func() error { _, err := retired.OpenCase("01b", anew, share); return err },
		func() error { _, err := retired.OpenCase("01a", anew, other); return err },
		func() error { _, _, err := holder.Rewrap("01b", wrapped, share); return err },
		func() error { _, _, err := holder.Rewrap("01a", wrapped, other); return err },
		func() error { _, _, err := New().Rewrap("01a", wrapped, share); return err },
	} {
		if wrong() == nil {
			t.Error("a key opens in another's place")
		}
	}
}

func again(t *testing.T, k *Keys) *Keys {
	t.Helper()
	data, err := k.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return read
}
