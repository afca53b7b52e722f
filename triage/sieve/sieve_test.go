package sieve_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"madoguchi/triage/sieve"
)

func TestSieve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 100, 50_000} {
		keys := make([]uint32, n)
		for i := range keys {
			keys[i] = rng.Uint32()
		}
		s := sieve.Of(keys)
		some := make([]uint32, n)
		if kept := s.Keep(some, keys); kept != n || !slices.Equal(some, keys) {
			t.Errorf("of %d keys %d are kept", n, kept)
		}
		passed := 0
		for range 10_000 {
			k := rng.Uint32()
			has := s.Has(k)
			if has {
				passed++
			}
			if kept := s.Keep(make([]uint32, 1), []uint32{k}) == 1; kept != has {
				t.Errorf("%d is kept %v, but has is %v", k, kept, has)
			}
		}
		if passed > 2500 {
			t.Errorf("beside %d keys %d of 10,000 others pass", n, passed)
		}
	}
}
