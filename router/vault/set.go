package vault

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

type keySet struct {
	masters []master // oldest first
	sealing int      // which of them seals
	names   []byte   // names records by digests; never replaced, because names are compared over the years
}

// NewKeys makes a set with one random key.
func NewKeys() *Keys { return (&keySet{names: random(keyBytes)}).added().turned().keys() }

// Added returns a set with one more random key, which opens and does not seal yet: so that every process knows it before the
// first of them seals with it.
func (k *Keys) Added() *Keys { return k.set.Load().added().keys() }

// Turned returns a set of which the newest key seals; the others still open.
func (k *Keys) Turned() *Keys { return k.set.Load().turned().keys() }

// Retired returns a set of the sealing key alone. What another had wrapped or sealed cannot be opened any more.
func (k *Keys) Retired() *Keys {
	s := k.set.Load()
	return (&keySet{[]master{s.newest()}, 0, s.names}).keys()
}

// Adopt takes over what is in newer, for whoever holds k.
func (k *Keys) Adopt(newer *Keys) { k.set.Store(newer.set.Load()) }

// Versions are the ids of the keys, the sealing one first. They tell nothing of the keys.
func (k *Keys) Versions() []string {
	s := k.set.Load()
	out := []string{idOf(s.newest())}
	for i, m := range s.masters {
		if i != s.sealing {
			out = append(out, idOf(m))
		}
	}
	return out
}

func idOf(m master) string { return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, m.id)) }

func (s *keySet) keys() *Keys {
	k := &Keys{}
	k.set.Store(s)
	return k
}

func (s *keySet) added() *keySet {
	m, err := newMaster(random(keyBytes))
	if err != nil {
		panic(err) // a key of the right length is never refused
	}
	return &keySet{append(slices.Clone(s.masters), m), s.sealing, s.names}
}

func (s *keySet) turned() *keySet { return &keySet{s.masters, len(s.masters) - 1, s.names} }

// newest is the key that seals.
func (s *keySet) newest() master { return s.masters[s.sealing] }

// master returns the key that the sealed record was sealed with.
func (s *keySet) master(sealed []byte) (master, error) {
	for _, m := range s.masters {
		if hasPrefix(sealed, m.id) {
			return m, nil
		}
	}
	return master{}, ErrDamaged
}

// file is a key set as Marshal writes it.
type file struct {
	Version int      `json:"version"`
	Keys    []secret `json:"keys"`              // oldest first
	Sealing uint32   `json:"sealing,omitempty"` // the id of the one that seals; 0: the last
	Names   []byte   `json:"names"`
}

type secret struct {
	ID     uint32 `json:"id"`
	Secret []byte `json:"secret"` // 32 bytes
}

// Marshal returns the set as JSON, for a file that only its owner can read.
func (k *Keys) Marshal() ([]byte, error) {
	s := k.set.Load()
	f := file{Version: version, Names: s.names, Sealing: s.newest().id}
	for _, m := range s.masters {
		f.Keys = append(f.Keys, secret{m.id, m.secret})
	}
	return json.MarshalIndent(f, "", "  ")
}

// ParseKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseKeys(data []byte) (*Keys, error) {
	var f file
	if json.Unmarshal(data, &f) != nil || f.Version != version || len(f.Keys) == 0 || len(f.Names) != keyBytes {
		return nil, ErrKeys
	}
	s := &keySet{names: f.Names, sealing: -1}
	for i, x := range f.Keys {
		m, err := newMaster(x.Secret)
		if err != nil {
			return nil, err
		}
		if m.id != x.ID {
			return nil, fmt.Errorf("%w: a key is not what its id says", ErrKeys)
		}
		if f.Sealing == m.id || f.Sealing == 0 {
			s.sealing = i
		}
		s.masters = append(s.masters, m)
	}
	if s.sealing < 0 {
		return nil, fmt.Errorf("%w: the key that seals is not there", ErrKeys)
	}
	return s.keys(), nil
}
