// Package sieve tells of most keys that a large table has no row for them, without looking into the table: it is small enough to
// stay near at hand, where every row of the table has to be waited for.
package sieve

// Sieve holds a bit for every key, which other keys may share. Keys are hashes: all of their bits are alike.
type Sieve []uint64

// Of returns the sieve of keys, with four to eight bits for each.
func Of(keys []uint32) Sieve {
	n := 1
	for n*16 < len(keys) {
		n *= 2
	}
	s := make(Sieve, n)
	for _, k := range keys {
		s[int(k)&(n-1)] |= 1 << (k >> 26)
	}
	return s
}

// Has reports whether key may be one of the keys: it is true of all of them, and of few others.
func (s Sieve) Has(key uint32) bool { return s[int(key)&(len(s)-1)]>>(key>>26)&1 != 0 }

// Keep moves those of keys that Has is true of to the front of some, which is as long or the same, and returns how
// many they are.
func (s Sieve) Keep(some, keys []uint32) int {
	n := 0
	for _, k := range keys {
		some[n] = k
		n += int(s[int(k)&(len(s)-1)] >> (k >> 26) & 1) // without a branch, which nothing could foresee
	}
	return n
}
