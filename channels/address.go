package channels

import "crypto/sha256"

// Address is where a person can be reached: a LINE user id, a telephone number, a mail address, a conversation. It is
// boxed so that no verb of fmt, no JSON and no slog handler can print it, not even inside another value: what they see is
// the address of a closure. It has no String method on purpose, because fmt does not call one on an unexported field.
type Address struct{ open func() box }

type box struct {
	kind, who string
	how       []byte
}

// NewAddress boxes an address. who is the stable identity within the kind (the user id, the number in E.164, the lower-case
// mail address, the conversation); how is whatever else Send needs to answer (a reply token, a thread tag), or nil.
func NewAddress(kind, who string, how []byte) Address {
	b := box{kind, who, how}
	return Address{func() box { return b }}
}

// OpenAddress is the only way to look inside. The import policy lets router and the doors themselves call it, nobody else.
func OpenAddress(a Address) (kind, who string, how []byte) {
	if a.open == nil {
		return "", "", nil
	}
	b := a.open()
	return b.kind, b.who, b.how
}

// IsZero reports whether there is no address.
func (a Address) IsZero() bool { return a.open == nil }

// Same reports whether both reach the same person by the same kind.
func (a Address) Same(b Address) bool { return a.digest() == b.digest() && !a.IsZero() }

func (a Address) digest() [32]byte {
	kind, who, _ := OpenAddress(a)
	return sha256.Sum256([]byte(kind + "\x00" + who))
}
