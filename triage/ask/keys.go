package ask

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"encoding/json"
	"errors"
)

// ErrKeys says that a set of keys cannot be read.
var ErrKeys = errors.New("ask: the set of keys is malformed")

// Keys are those of one party: it signs its asks and opens what it is asked. Of every other party it has the halves that are
// no secret. They are safe for concurrent use.
type Keys struct {
	name   string
	sign   ed25519.PrivateKey
	open   hpke.PrivateKey
	others map[string]other
}

// other is what everybody may know of a party.
type other struct {
	verify ed25519.PublicKey
	seal   hpke.PublicKey
}

// suite is how everything is sealed here.
func suite() (hpke.KEM, hpke.KDF, hpke.AEAD) {
	return hpke.DHKEM(ecdh.X25519()), hpke.HKDFSHA256(), hpke.AES256GCM()
}

// encBytes is how long the encapsulated key before everything sealed is.
const encBytes = 32

// NewKeys makes the keys of the parties of those names, who will know each other.
func NewKeys(names ...string) (map[string]*Keys, error) {
	all, others := map[string]*Keys{}, map[string]other{}
	kem, _, _ := suite()
	for _, name := range names {
		verify, sign, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, err
		}
		open, err := kem.GenerateKey()
		if err != nil {
			return nil, err
		}
		all[name] = &Keys{name, sign, open, others}
		others[name] = other{verify, open.PublicKey()}
	}
	return all, nil
}

type keysFile struct {
	Version int                  `json:"version"`
	Name    string               `json:"name"`
	Sign    []byte               `json:"sign"`
	Open    []byte               `json:"open"`
	Others  map[string]otherFile `json:"others"`
}

type otherFile struct {
	Verify []byte `json:"verify"`
	Seal   []byte `json:"seal"`
}

// Marshal returns the keys as JSON, for a file that only its owner can read.
func (k *Keys) Marshal() ([]byte, error) {
	open, err := k.open.Bytes()
	if err != nil {
		return nil, ErrKeys
	}
	f := keysFile{1, k.name, k.sign.Seed(), open, map[string]otherFile{}}
	for name, o := range k.others {
		f.Others[name] = otherFile{o.verify, o.seal.Bytes()}
	}
	return json.MarshalIndent(f, "", "  ")
}

// ParseKeys reads what Marshal wrote, or fails with ErrKeys.
func ParseKeys(data []byte) (*Keys, error) {
	var f keysFile
	if json.Unmarshal(data, &f) != nil || f.Version != 1 || f.Name == "" || len(f.Sign) != ed25519.SeedSize {
		return nil, ErrKeys
	}
	kem, _, _ := suite()
	open, err := kem.NewPrivateKey(f.Open)
	if err != nil {
		return nil, ErrKeys
	}
	k := &Keys{f.Name, ed25519.NewKeyFromSeed(f.Sign), open, map[string]other{}}
	for name, o := range f.Others {
		seal, err := kem.NewPublicKey(o.Seal)
		if err != nil || len(o.Verify) != ed25519.PublicKeySize {
			return nil, ErrKeys
		}
		k.others[name] = other{o.Verify, seal}
	}
	return k, nil
}
