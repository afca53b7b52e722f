package vault

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"madoguchi/channels"
)

// Record is what the vault keeps of one case. It belongs to one goroutine at a time. No verb of fmt, no JSON and no slog
// handler prints what is in it.
type Record struct {
	// Contacts hold the latest address of each kind, in the order of their last use: the last is the seeker's door. All but
	// those of chats are closed, for whoever has another key than the vault's.
	Contacts []channels.Address
	// Glossary is what the placeholders of the case stand for, in the anonymizer's own encoding.
	Glossary []byte
	// Mailbox is the mailbox made for a seeker who came by another door, with the seed that opens it; nil until the first
	// answer, and for conversations of the chat, whose seed only the seeker holds.
	Mailbox *Mailbox
	// Aliases are the pseudonyms that lead to the case beside the one that it is named by.
	Aliases []string
	// Attempt is the courier's memory of a message that it has not brought yet.
	Attempt *Attempt

	id      string
	version string
	lock    []byte // name of the share, wrapped key
	key     *caseKey
}

// Mailbox is a mailbox and what opens it, closed as the contacts are.
type Mailbox struct {
	Address channels.Address
	Seed    []byte
}

// Attempt is where the courier stands with the desk's message number Said. Times are the machine's.
type Attempt struct {
	Said  int64     `json:"said"`
	Tries int       `json:"tries"`
	Since time.Time `json:"since"` // the first try
	Until time.Time `json:"until"` // nobody tries again before
}

// Meet notes that the seeker was heard at the address: it is the door from now on.
func (r *Record) Meet(a channels.Address) {
	kind, _, _ := channels.OpenAddress(a)
	r.Contacts = slices.DeleteFunc(slices.Clone(r.Contacts), func(b channels.Address) bool {
		other, _, _ := channels.OpenAddress(b)
		return other == kind
	})
	r.Contacts = append(r.Contacts, a)
}

// Contact returns the address of that kind; it is zero where there is none.
func (r *Record) Contact(kind string) channels.Address {
	for _, a := range r.Contacts {
		if k, _, _ := channels.OpenAddress(a); k == kind {
			return a
		}
	}
	return channels.Address{}
}

// SealWords closes words that only this case's record can open again; where they are kept is the caller's matter.
func (r *Record) SealWords(words string) []byte { return r.key.seal("words", pad([]byte(words))) }

// OpenWords opens what SealWords closed for this case, or fails with ErrDamaged.
func (r *Record) OpenWords(sealed []byte) (string, error) {
	padded, err := r.key.open("words", sealed)
	if err != nil {
		return "", err
	}
	words, err := unpad(padded)
	return string(words), err
}

// SealFile closes what came with a message, or what was made of it. name says which of the case's files it is and what of it;
// it opens under no other.
func (r *Record) SealFile(name string, data []byte) []byte {
	return r.key.seal("file/"+name, pad(data))
}

// OpenFile opens what SealFile closed for this case under that name, or fails with ErrDamaged.
func (r *Record) OpenFile(name string, sealed []byte) ([]byte, error) {
	padded, err := r.key.open("file/"+name, sealed)
	if err != nil {
		return nil, err
	}
	return unpad(padded)
}

// Format writes what a record is, and nothing of it.
func (*Record) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("a record of the vault")) }

// LogValue is Format for slog.
func (*Record) LogValue() slog.Value { return slog.StringValue("a record of the vault") }

// MarshalJSON refuses.
func (*Record) MarshalJSON() ([]byte, error) { return nil, ErrDamaged }

// written is a record as it is sealed.
type written struct {
	Contacts []address       `json:"contacts,omitempty"`
	Glossary json.RawMessage `json:"glossary,omitempty"`
	Mailbox  *mailbox        `json:"mailbox,omitempty"`
	Aliases  []string        `json:"aliases,omitempty"`
	Attempt  *Attempt        `json:"attempt,omitempty"`
}

type address struct {
	Kind string `json:"kind"`
	Who  string `json:"who"`
	How  []byte `json:"how,omitempty"`
}

type mailbox struct {
	Address address `json:"address"`
	Seed    []byte  `json:"seed"`
}

func unboxed(a channels.Address) address {
	kind, who, how := channels.OpenAddress(a)
	return address{kind, who, how}
}

func (a address) boxed() channels.Address { return channels.NewAddress(a.Kind, a.Who, a.How) }

// seal returns the record's next version, and the record sealed as that.
func (r *Record) seal() (next string, sealed []byte, err error) {
	n, err := strconv.ParseInt(r.version, 10, 64)
	if err != nil {
		return "", nil, ErrDamaged
	}
	w := written{Glossary: r.Glossary, Aliases: r.Aliases, Attempt: r.Attempt}
	for _, a := range r.Contacts {
		w.Contacts = append(w.Contacts, unboxed(a))
	}
	if r.Mailbox != nil {
		w.Mailbox = &mailbox{unboxed(r.Mailbox.Address), r.Mailbox.Seed}
	}
	plain, err := json.Marshal(w)
	if err != nil { // the glossary is no JSON; the error would repeat it
		return "", nil, ErrDamaged
	}
	next = strconv.FormatInt(n+1, 10)
	return next, r.key.seal("record/"+next, pad(plain)), nil
}

func (r *Record) unseal(sealed []byte) error {
	padded, err := r.key.open("record/"+r.version, sealed)
	if err != nil {
		return err
	}
	plain, err := unpad(padded)
	if err != nil {
		return err
	}
	var w written
	if json.Unmarshal(plain, &w) != nil {
		return ErrDamaged
	}
	r.Glossary, r.Aliases, r.Attempt = w.Glossary, w.Aliases, w.Attempt
	for _, a := range w.Contacts {
		r.Contacts = append(r.Contacts, a.boxed())
	}
	if w.Mailbox != nil {
		r.Mailbox = &Mailbox{w.Mailbox.Address.boxed(), w.Mailbox.Seed}
	}
	return nil
}
