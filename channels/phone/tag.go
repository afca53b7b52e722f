package phone

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"madoguchi/channels"
)

// tags seal what a later webhook must know into its address: whom a message went to and for which reply, which call is
// being made, which number somebody has keyed in. Nobody can make one or read one, so a webhook finds its case without
// trusting what it says itself. The key comes from the auth token, which every process of the house has; the first
// seals, and all open, so that what is under way survives a change of the token.
type tags []cipher.AEAD

func newTagKey(token string) cipher.AEAD {
	key, err := hkdf.Key(sha256.New, []byte(token), nil, "madoguchi phone tag", 32)
	if err != nil {
		panic(err) // only for a length that no hash can give
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a wrong length of the key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // never for AES
	}
	return aead
}

// tag is what a tag holds. use separates the hooks: a tag of one is none of another.
type tag struct {
	id   string // of the reply or the call
	kind string // of the address
	who  string
}

func (t tag) address() channels.Address { return channels.NewAddress(t.kind, t.who, nil) }

// The uses of tags.
const (
	useReply  = "reply"  // a text message that went out
	useCall   = "call"   // the desk calls
	useNumber = "number" // a number that was keyed in
	useRecord = "record" // who speaks into a recording
)

func (k tags) seal(use string, t tag) string {
	plain := strings.Join([]string{t.id, t.kind, t.who}, "\x00")
	return base64.RawURLEncoding.EncodeToString(k[0].Seal(nil, nil, []byte(plain), []byte(use)))
}

func (k tags) open(use, sealed string) (tag, bool) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return tag{}, false
	}
	for _, aead := range k {
		if plain, err := aead.Open(nil, nil, data, []byte(use)); err == nil {
			if parts := strings.Split(string(plain), "\x00"); len(parts) == 3 {
				return tag{parts[0], parts[1], parts[2]}, true
			}
		}
	}
	return tag{}, false
}
