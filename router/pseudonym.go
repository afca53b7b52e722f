package router

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"madoguchi/channels"
	"madoguchi/triage"
)

// ErrNames says that a set of naming keys cannot be read.
var ErrNames = errors.New("router: the set of naming keys is malformed")

// Names gives people, cases, events and replies the names by which the rest of the house knows them: keyed digests, so that
// nobody without the keys can ask whether a number or a user id has written, nor join two names. The same sender always
// gets the same case, whichever process asks and however often a message is replayed; therefore the keys of cases and events
// are made once and never replaced. The pepper of senders, which whoever guesses numbers would need, can be: a sender is looked
// for under every pepper that is there, and keeps the case that was found. It is safe for concurrent use, also while Adopt
// replaces what is in it.
type Names struct{ set atomic.Pointer[nameKeys] }

type nameKeys struct {
	peppers [][]byte // of senders: the present one, then those beside it
	coming  bool     // whether the second is one that will be the present one
	cases   []byte
	digest  []byte // events and replies
}

const (
	namesVersion = 1
	nameBytes    = 32
	partitions   = 64
)

// letters are those of a case id: 5 bits each.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewNames makes a random set.
func NewNames() *Names {
	return (&nameKeys{peppers: [][]byte{newName()}, cases: newName(), digest: newName()}).names()
}

func newName() []byte {
	b := make([]byte, nameBytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}

func (k *nameKeys) names() *Names {
	n := &Names{}
	n.set.Store(k)
	return n
}

// Added returns a set with one more pepper, under which senders are looked for and not named yet: so that every process knows
// it before the first of them names somebody by it.
func (n *Names) Added() *Names {
	k := *n.set.Load()
	if !k.coming {
		k.peppers, k.coming = slices.Insert(slices.Clone(k.peppers), 1, newName()), true
	}
	return k.names()
}

// Turned returns a set that names senders by the pepper that Added added, and finds those named by the ones before.
func (n *Names) Turned() *Names {
	k := *n.set.Load()
	if k.coming {
		k.peppers, k.coming = slices.Clone(k.peppers), false
		k.peppers[0], k.peppers[1] = k.peppers[1], k.peppers[0]
	}
	return k.names()
}

// Retired returns a set with the present pepper alone. It is for when every sender has an alias under it: see Rename.
func (n *Names) Retired() *Names {
	k := *n.set.Load()
	k.peppers, k.coming = k.peppers[:1], false
	return k.names()
}

// Adopt takes over what is in newer, for whoever holds n.
func (n *Names) Adopt(newer *Names) { n.set.Store(newer.set.Load()) }

// Versions are the ids of the peppers of senders, the present one first. They tell nothing of them.
func (n *Names) Versions() []string {
	var ids []string
	for _, p := range n.set.Load().peppers {
		ids = append(ids, hex.EncodeToString(mac(p, "id")[:4]))
	}
	return ids
}

// namesFile is a set as Marshal writes it.
type namesFile struct {
	Version int      `json:"version"`
	ID      string   `json:"id"`
	Pepper  []byte   `json:"pepper"`
	Coming  []byte   `json:"coming,omitempty"`
	Former  [][]byte `json:"former,omitempty"` // newest first
	Cases   []byte   `json:"cases"`
	Digest  []byte   `json:"digest"`
}

// Marshal returns the set as JSON, for a file that only its owner can read.
func (n *Names) Marshal() ([]byte, error) {
	k := n.set.Load()
	f := namesFile{Version: namesVersion, ID: k.id(), Pepper: k.peppers[0], Former: k.peppers[1:], Cases: k.cases, Digest: k.digest}
	if k.coming {
		f.Coming, f.Former = k.peppers[1], k.peppers[2:]
	}
	return json.MarshalIndent(f, "", "  ")
}

// ParseNames reads what Marshal wrote, or fails with ErrNames.
func ParseNames(data []byte) (*Names, error) {
	var f namesFile
	if json.Unmarshal(data, &f) != nil || f.Version != namesVersion {
		return nil, ErrNames
	}
	k := &nameKeys{peppers: [][]byte{f.Pepper}, coming: f.Coming != nil, cases: f.Cases, digest: f.Digest}
	if k.coming {
		k.peppers = append(k.peppers, f.Coming)
	}
	k.peppers = append(k.peppers, f.Former...)
	for _, key := range append(slices.Clone(k.peppers), f.Cases, f.Digest) {
		if len(key) != nameBytes {
			return nil, fmt.Errorf("%w: a key has not %d bytes", ErrNames, nameBytes)
		}
	}
	if k.id() != f.ID {
		return nil, fmt.Errorf("%w: the keys are not what their id says", ErrNames)
	}
	return k.names(), nil
}

// id names the set without telling anything of it.
func (k *nameKeys) id() string {
	return hex.EncodeToString(mac(k.digest, "id", string(k.peppers[0]), string(k.cases))[:4])
}

// pseudonym names a sender.
func (n *Names) pseudonym(a channels.Address) string { return n.pseudonyms(a)[0] }

// pseudonyms are all names that a sender may have been given, the present one first.
func (n *Names) pseudonyms(a channels.Address) []string {
	kind, who, _ := channels.OpenAddress(a)
	var all []string
	for _, pepper := range n.set.Load().peppers {
		m := hmac.New(sha256.New, pepper)
		m.Write([]byte(kind + "\x00" + who))
		all = append(all, hex.EncodeToString(m.Sum(nil)[:16]))
	}
	return all
}

// CaseOf names the case of a sender who has written by one door only; the vault knows of others.
func (n *Names) CaseOf(a channels.Address) triage.CaseID { return n.caseOf(n.pseudonym(a)) }

// caseOf names the case of a sender: two digits of its partition, then 120 bits in base32.
func (n *Names) caseOf(pseudonym string) triage.CaseID {
	partition, id := mac(n.set.Load().cases, "partition", pseudonym)[0]%partitions, mac(n.set.Load().cases, "case", pseudonym)[:15]
	return triage.CaseID(fmt.Sprintf("%02d", partition) + strings.ToLower(letters.EncodeToString(id)))
}

// apart are the cases in which a message of the sender may lie that could not be brought into its own, the one of today first.
func (n *Names) apart(a channels.Address) (all []triage.CaseID) {
	for _, p := range n.pseudonyms(a) {
		all = append(all, n.caseOf("unread "+p))
	}
	return all
}

// after names the case of whoever writes again once the case of that id is withdrawn.
func (n *Names) after(id triage.CaseID) triage.CaseID { return n.caseOf("after " + string(id)) }

// event names an event after what it came from, with a prefix that tells what sort it is: m a message, c an answer to a
// question, e a withdrawal, o STOP or START, s a provider's status, n what staff entered.
func (n *Names) event(prefix string, parts ...string) string {
	return prefix + ":" + hex.EncodeToString(mac(n.set.Load().digest, append([]string{"event", prefix}, parts...)...)[:16])
}

// reply names a reply for the doors, in the form of a UUID, the same for every attempt.
func (n *Names) reply(id triage.CaseID, event string) string {
	b := mac(n.set.Load().digest, "reply", string(id), event)[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // version 8, its own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// mac is HMAC-SHA-256 of the parts, each preceded by its length.
func mac(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	for _, p := range parts {
		m.Write(binary.AppendUvarint(nil, uint64(len(p))))
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}
