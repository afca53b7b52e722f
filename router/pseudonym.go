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
	"strings"

	"madoguchi/channels"
	"madoguchi/triage"
)

// ErrNames says that a set of naming keys cannot be read.
var ErrNames = errors.New("router: the set of naming keys is malformed")

// Names gives people, cases, events and replies the names by which the rest of the house knows them: keyed digests, so that
// nobody without the keys can ask whether a number or a user id has written, nor join two names. The same sender always
// gets the same case, whichever process asks and however often a message is replayed; therefore these keys are made once
// and never replaced. It is safe for concurrent use.
type Names struct {
	pepper []byte // senders
	cases  []byte // cases
	digest []byte // events and replies
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
	key := func() []byte {
		b := make([]byte, nameBytes)
		_, _ = rand.Read(b) // never fails: it ends the program instead
		return b
	}
	return &Names{key(), key(), key()}
}

// namesFile is a set as Marshal writes it.
type namesFile struct {
	Version int    `json:"version"`
	ID      string `json:"id"`
	Pepper  []byte `json:"pepper"`
	Cases   []byte `json:"cases"`
	Digest  []byte `json:"digest"`
}

// Marshal returns the set as JSON, for a file that only its owner can read.
func (n *Names) Marshal() ([]byte, error) {
	return json.MarshalIndent(namesFile{namesVersion, n.id(), n.pepper, n.cases, n.digest}, "", "  ")
}

// ParseNames reads what Marshal wrote, or fails with ErrNames.
func ParseNames(data []byte) (*Names, error) {
	var f namesFile
	if json.Unmarshal(data, &f) != nil || f.Version != namesVersion {
		return nil, ErrNames
	}
	for _, key := range [][]byte{f.Pepper, f.Cases, f.Digest} {
		if len(key) != nameBytes {
			return nil, fmt.Errorf("%w: a key has not %d bytes", ErrNames, nameBytes)
		}
	}
	n := &Names{f.Pepper, f.Cases, f.Digest}
	if n.id() != f.ID {
		return nil, fmt.Errorf("%w: the keys are not what their id says", ErrNames)
	}
	return n, nil
}

// id names the set without telling anything of it.
func (n *Names) id() string {
	return hex.EncodeToString(mac(n.digest, "id", string(n.pepper), string(n.cases))[:4])
}

// pseudonym names a sender.
func (n *Names) pseudonym(a channels.Address) string {
	kind, who, _ := channels.OpenAddress(a)
	return n.pseudonymOf(kind, who)
}

func (n *Names) pseudonymOf(kind, who string) string {
	m := hmac.New(sha256.New, n.pepper)
	m.Write([]byte(kind + "\x00" + who))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// CaseOf names the case of a sender who has written by one door only; the vault knows of others.
func (n *Names) CaseOf(a channels.Address) triage.CaseID { return n.caseOf(n.pseudonym(a)) }

// caseOf names the case of a sender: two digits of its partition, then 120 bits in base32.
func (n *Names) caseOf(pseudonym string) triage.CaseID {
	partition, id := mac(n.cases, "partition", pseudonym)[0]%partitions, mac(n.cases, "case", pseudonym)[:15]
	return triage.CaseID(fmt.Sprintf("%02d", partition) + strings.ToLower(letters.EncodeToString(id)))
}

// after names the case of whoever writes again once the case of that id is withdrawn.
func (n *Names) after(id triage.CaseID) triage.CaseID { return n.caseOf("after " + string(id)) }

// event names an event after what it came from, with a prefix that tells what sort it is: m a message, c an answer to a
// question, e a withdrawal, o STOP or START, s a provider's status, n what staff entered.
func (n *Names) event(prefix string, parts ...string) string {
	return prefix + ":" + hex.EncodeToString(mac(n.digest, append([]string{"event", prefix}, parts...)...)[:16])
}

// reply names a reply for the doors, in the form of a UUID, the same for every attempt.
func (n *Names) reply(id triage.CaseID, event string) string {
	b := mac(n.digest, "reply", string(id), event)[:16]
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
