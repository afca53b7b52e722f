package seal

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// New makes a key set with one random master.
func New() *Keys { return (&keySet{digest: random(keyBytes)}).added().turned().keys() }

// Added returns a set with one more random master, which opens and does not seal yet: so that every process knows it before
// the first of them seals with it.
func (k *Keys) Added() *Keys { return k.set.Load().added().keys() }

// Turned returns a set of which the newest master seals; the others still open.
func (k *Keys) Turned() *Keys { return k.set.Load().turned().keys() }

// Retired returns a set of the sealing master alone. What another had wrapped or sealed cannot be opened any more.
func (k *Keys) Retired() *Keys {
	s := k.set.Load()
	return (&keySet{[]*master{s.newest()}, 0, s.digest}).keys()
}

// Adopt takes over what is in newer, for whoever holds k.
func (k *Keys) Adopt(newer *Keys) { k.set.Store(newer.set.Load()) }

// Versions are the ids of the masters, the sealing one first. They tell nothing of the keys.
func (k *Keys) Versions() []string {
	s := k.set.Load()
	out := []string{name(s.newest().id)}
	for i, m := range s.masters {
		if i != s.sealing {
			out = append(out, name(m.id))
		}
	}
	return out
}

func name(id uint32) string { return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, id)) }

func (s *keySet) keys() *Keys {
	k := &Keys{}
	k.set.Store(s)
	return k
}

func (s *keySet) added() *keySet {
	m, err := newMaster(random(keyBytes))
	if err != nil {
		panic("seal: " + err.Error()) // a key of the right length is never refused
	}
	return &keySet{append(slices.Clone(s.masters), m), s.sealing, s.digest}
}

func (s *keySet) turned() *keySet { return &keySet{s.masters, len(s.masters) - 1, s.digest} }

// newest is the master that seals.
func (s *keySet) newest() *master { return s.masters[s.sealing] }

// master returns the master of that id.
func (s *keySet) master(id uint32) (*master, error) {
	for _, m := range slices.Backward(s.masters) {
		if m.id == id {
			return m, nil
		}
	}
	return nil, ErrKey
}

// file is a key set as Marshal writes it.
type file struct {
	Version int      `json:"version"`
	Masters []secret `json:"masters"`           // oldest first
	Sealing uint32   `json:"sealing,omitempty"` // the id of the one that seals; 0: the last
	Digest  []byte   `json:"digest"`
}

type secret struct {
	ID     uint32 `json:"id"`
	Secret []byte `json:"secret"` // 32 bytes
}

// Marshal returns the set as JSON, for a file that only its owner can read. Parse reads it.
func (k *Keys) Marshal() ([]byte, error) {
	s := k.set.Load()
	f := file{Version: version, Digest: s.digest, Sealing: s.newest().id}
	for _, m := range s.masters {
		f.Masters = append(f.Masters, secret{m.id, m.secret})
	}
	return json.MarshalIndent(f, "", "  ")
}

// Parse reads what Marshal wrote, or fails with ErrKey and no detail of the content.
func Parse(data []byte) (*Keys, error) {
	var f file
	if json.Unmarshal(data, &f) != nil {
		return nil, fmt.Errorf("%w: the key set is not JSON", ErrKey)
	}
	if f.Version != version {
		return nil, fmt.Errorf("%w: the key set's version is not %d", ErrKey, version)
	}
	if len(f.Masters) == 0 || len(f.Digest) != keyBytes {
		return nil, fmt.Errorf("%w: the key set is incomplete", ErrKey)
	}
	s := &keySet{digest: f.Digest, sealing: -1}
	for i, x := range f.Masters {
		m, err := newMaster(x.Secret)
		if err != nil || m.id != x.ID {
			return nil, fmt.Errorf("%w: a master key is not what its id says", ErrKey)
		}
		if f.Sealing == m.id || f.Sealing == 0 {
			s.sealing = i
		}
		s.masters = append(s.masters, m)
	}
	if s.sealing < 0 {
		return nil, fmt.Errorf("%w: the master that seals is not there", ErrKey)
	}
	return s.keys(), nil
}
