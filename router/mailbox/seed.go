package mailbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"encoding/hex"

	"madoguchi/channels"
)

// chat is the kind of a conversation's address.
const chat = "chat"

// seed is all that the holder of a conversation needs: its id and its key pair follow from it, and not the other way.
type seed [32]byte

func newSeed() (s seed) {
	_, _ = rand.Read(s[:]) // it never fails
	return s
}

// id names the conversation: 128 bits as 32 hexadecimal digits.
func (s seed) id() string { return hex.EncodeToString(derive(s[:], nil, "id")[:16]) }

func (s seed) private() hpke.PrivateKey {
	k, err := kem().DeriveKeyPair(derive(s[:], nil, "key pair"))
	if err != nil {
		panic(err) // X25519 takes any 32 bytes
	}
	return k
}

// address is where entries of the conversation go: how is a version and the public key.
func (s seed) address() channels.Address {
	return channels.NewAddress(chat, s.id(), append([]byte{1}, s.private().PublicKey().Bytes()...))
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// sealUnder seals with AES-256-GCM and a random nonce. A key seals one record, or tickets, of which there are far less
// than the 2³² that random nonces are good for.
func sealUnder(key, plain, about []byte) []byte { return gcm(key).Seal(nil, nil, plain, about) }

func openUnder(key, sealed, about []byte) ([]byte, bool) {
	plain, err := gcm(key).Open(nil, nil, sealed, about)
	return plain, err == nil
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err == nil {
		var a cipher.AEAD
		if a, err = cipher.NewGCMWithRandomNonce(block); err == nil {
			return a
		}
	}
	panic(err) // every key here has 32 bytes
}

// opening is what the wall must keep of a new conversation.
type opening struct {
	seed   seed
	secret uint64 // of the return code
}

// about binds a sealed record to what it is.
func about(what string) []byte { return []byte("madoguchi mailbox 1 " + what) }

func (p *peppers) sealOpening(o opening) channels.Opening {
	plain := append(o.seed[:], bytesOf(o.secret)...)
	return channels.Opening{Sealed: sealUnder(derive(p.Name.Key, nil, "opening"), plain, about("opening"))}
}

func (p *peppers) openOpening(o channels.Opening) (opening, bool) {
	plain, ok := openUnder(derive(p.Name.Key, nil, "opening"), o.Sealed, about("opening"))
	if !ok || len(plain) != 40 {
		return opening{}, false
	}
	return opening{seed(plain[:32]), number(plain[32:])}, true
}
