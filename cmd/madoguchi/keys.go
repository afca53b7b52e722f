package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"madoguchi/router"
	"madoguchi/router/envelope"
	"madoguchi/router/mailbox"
	"madoguchi/router/vault"
	asks "madoguchi/triage/ask"
	"madoguchi/triage/seal"
)

// keySets are all keys of the house. Each role finds in its folder what it needs and no more: the gateway can seal and
// cannot open, the console reads what is anonymized and cannot reach who wrote it.
type keySets struct {
	// gateway/
	recipient *envelope.Recipient // intake.json: seals what the doors bring
	take      *router.TakeKey     // take.json: names messages and senders, chooses lanes
	reader    *mailbox.ReaderKeys // mailbox.json: resume tickets, return codes
	// router/
	identity *envelope.Identity // intake.json: opens what the gateway sealed
	// gateway/ and router/
	addressee *envelope.Recipient // address.json: closes addresses
	// vault/
	addresses *envelope.Identity // address.json: opens them
	// router/ and vault/
	names  *router.Names       // names.json: pseudonyms and case ids
	vault  *vault.Keys         // identity.json: originals, names, closed addresses
	writer *mailbox.WriterKeys // mailbox.json: where answers are put
	// router/ and console/
	body *seal.Keys // body.json: the anonymized case
	// console/
	desk *seal.Keys // desk.json: accounts and audit
	// router/, vault/ and console/, each its own, by the folder; read where they run apart
	asks map[string]*asks.Keys // ask.json: asks of each other
}

// askers are the roles that ask, or are asked.
func askers() []string { return []string{"router", "vault", "console"} }

// keyFile is one file of a key set.
type keyFile struct {
	path  string // below the folder of keys
	parse func([]byte) error
}

// files lists where each key lies and how it is read.
func (k *keySets) files() []keyFile {
	read := func(path string, parse func([]byte) error) keyFile { return keyFile{path, parse} }
	names, identity := into(&k.names, router.ParseNames), into(&k.vault, vault.ParseKeys)
	writer, body := into(&k.writer, mailbox.ParseWriterKeys), into(&k.body, seal.Parse)
	addressee := into(&k.addressee, of(envelope.Addresses, envelope.ParseRecipient))
	return []keyFile{
		read("gateway/intake.json", into(&k.recipient, of(envelope.Intake, envelope.ParseRecipient))),
		read("gateway/address.json", addressee),
		read("gateway/take.json", into(&k.take, router.ParseTakeKey)),
		read("gateway/mailbox.json", into(&k.reader, mailbox.ParseReaderKeys)),
		read("router/intake.json", into(&k.identity, of(envelope.Intake, envelope.ParseIdentity))),
		read("router/address.json", addressee), read("router/names.json", names), read("router/identity.json", identity), read("router/mailbox.json", writer), read("router/body.json", body),
		read("vault/address.json", into(&k.addresses, of(envelope.Addresses, envelope.ParseIdentity))),
		read("vault/names.json", names), read("vault/identity.json", identity), read("vault/mailbox.json", writer),
		read("console/body.json", body),
		read("console/desk.json", into(&k.desk, seal.Parse)),
	}
}

// askFiles lists the keys by which roles ask each other.
func (k *keySets) askFiles() []keyFile {
	var all []keyFile
	for _, role := range askers() {
		all = append(all, keyFile{role + "/" + askFile, func(data []byte) error {
			keys, err := asks.ParseKeys(data)
			k.asks[role] = keys
			return err
		}})
	}
	return all
}

const askFile = "ask.json"

func into[T any](to *T, parse func([]byte) (T, error)) func([]byte) error {
	return func(data []byte) (err error) {
		*to, err = parse(data)
		return err
	}
}

// of is how a key of that use is read.
func of[T any](use envelope.Use, parse func(envelope.Use, []byte) (T, error)) func([]byte) (T, error) {
	return func(data []byte) (T, error) { return parse(use, data) }
}

// newKeys makes a set of keys and its files.
func newKeys() (map[string][]byte, error) {
	identity, err := envelope.NewIdentity(envelope.Intake)
	if err != nil {
		return nil, err
	}
	reader, writer := mailbox.NewKeys()
	files := map[string][]byte{}
	var errs []error
	put := func(data []byte, err error, paths ...string) {
		errs = append(errs, err)
		for _, p := range paths {
			files[p] = data
		}
	}
	marshal := func(m interface{ Marshal() ([]byte, error) }, paths ...string) {
		data, err := m.Marshal()
		put(data, err, paths...)
	}
	marshal(identity.Recipient(), "gateway/intake.json")
	marshal(identity, "router/intake.json")
	marshal(router.NewTakeKey(), "gateway/take.json")
	put(reader.Marshal(), nil, "gateway/mailbox.json")
	put(writer.Marshal(), nil, "router/mailbox.json", "vault/mailbox.json")
	marshal(router.NewNames(), "router/names.json", "vault/names.json")
	marshal(vault.NewKeys(), "router/identity.json", "vault/identity.json")
	marshal(seal.New(), "router/body.json", "console/body.json")
	marshal(seal.New(), "console/desk.json")
	for _, newer := range younger {
		made, err := newer.make()
		maps.Copy(files, made)
		errs = append(errs, err)
	}
	return files, errors.Join(errs...)
}

// younger are the keys that a set may be older than: init adds them.
var younger = []struct {
	file string
	make func() (setFiles, error)
}{{askFile, newAskKeys}, {addressFile, newAddressKeys}}

const addressFile = "address.json"

// newAddressKeys makes the keys by which addresses are closed and opened.
func newAddressKeys() (setFiles, error) {
	key, err := envelope.NewIdentity(envelope.Addresses)
	if err != nil {
		return nil, err
	}
	files := setFiles{}
	return files, files.addresses(key, key.Recipient())
}

// newAskKeys makes the keys by which roles ask each other.
func newAskKeys() (setFiles, error) {
	made, err := asks.NewKeys(askers()...)
	if err != nil {
		return nil, err
	}
	files := setFiles{}
	for role, k := range made {
		if files[role+"/"+askFile], err = k.Marshal(); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// freshKeys are keys that no file holds: the demonstration's.
func freshKeys() (*keySets, error) {
	made, err := newKeys()
	if err != nil {
		return nil, err
	}
	k := &keySets{}
	for _, f := range k.files() {
		if err := f.parse(made[f.path]); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// errNoKeys says that there are none yet.
var errNoKeys = errors.New("there are no keys; make them with: madoguchi keys init")

// remedy says how a set gets a file that it may be older than.
func remedy(path string) string {
	for _, newer := range younger {
		if filepath.Base(path) == newer.file {
			return "; add it with: madoguchi keys init --if-missing"
		}
	}
	return ""
}

// loadKeys reads the keys of the roles, and touches no other folder. It refuses files that others than their owner could read.
// Where a role is missing, the keys by which roles ask each other are read as well.
func loadKeys(dir string, run ...string) (*keySets, error) {
	k := &keySets{asks: map[string]*asks.Keys{}}
	files := k.files()
	if len(run) < len(roles) {
		files = append(files, k.askFiles()...)
	}
	for _, f := range files {
		if role, _, _ := strings.Cut(f.path, "/"); !slices.Contains(run, role) {
			continue
		}
		path := filepath.Join(dir, f.path)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
				return nil, errNoKeys
			}
			return nil, fmt.Errorf("keys: %s is missing%s", f.path, remedy(f.path))
		}
		if err != nil {
			return nil, fmt.Errorf("keys: %s cannot be read", f.path)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return nil, fmt.Errorf("keys: %s can be read by others than its owner; chmod 600", f.path)
		}
		if folder, err := os.Stat(filepath.Dir(path)); err != nil || folder.Mode().Perm()&0o077 != 0 {
			return nil, fmt.Errorf("keys: the folder of %s can be opened by others than its owner; chmod 700", f.path)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("keys: %s cannot be read", f.path)
		}
		if err := f.parse(data); err != nil {
			return nil, fmt.Errorf("keys: %s is not a key set of this program", f.path)
		}
	}
	return k, nil
}

var keysInitCommand = command{name: "keys init", does: "makes the key sets; leaves existing ones alone",
	own: []flagDef{{"if-missing", "false", "succeed when there are keys already"}}, run: keysInit}

func keysInit(_ context.Context, p *program, _ []string) error {
	dir := p.set["KEYS"]
	if _, err := os.Stat(dir); err == nil {
		if p.flags["if-missing"] != "true" {
			return fmt.Errorf("keys: there are keys already; nothing was changed")
		}
		if err := addKeys(dir); err != nil {
			return err
		}
		_, err := loadKeys(dir, roles...)
		return err
	}
	files, err := newKeys()
	if err != nil {
		return err
	}
	// Made beside and renamed, so that a set is there as a whole or not at all.
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return errors.New("keys: the folder above cannot be made")
	}
	made, err := os.MkdirTemp(filepath.Dir(dir), ".keys-")
	if err != nil {
		return errors.New("keys: the folder above cannot be written")
	}
	defer os.RemoveAll(made) // gone already once it is in its place
	for path, data := range files {
		full := filepath.Join(made, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			return errors.New("keys: a folder cannot be made")
		}
		if err := writeSynced(full, data); err != nil {
			return errors.New("keys: a file cannot be written")
		}
	}
	if err := os.Rename(made, dir); err != nil {
		return errors.New("keys: the folder cannot be put in its place")
	}
	fmt.Fprintf(p.stdout, "keys for gateway, router, vault and console are in %s\nBack them up apart from Redis: without them nothing can be read any more.\n", dir)
	return nil
}

// addKeys makes the keys that a set is older than: those of which it has no file.
func addKeys(dir string) error {
next:
	for _, newer := range younger {
		for _, role := range roles {
			if _, err := os.Stat(filepath.Join(dir, role, newer.file)); !errors.Is(err, fs.ErrNotExist) {
				continue next
			}
		}
		files, err := newer.make()
		if err != nil {
			return err
		}
		for path, data := range files {
			if err := writeSynced(filepath.Join(dir, path), data); err != nil {
				return errors.New("keys: a file cannot be written")
			}
		}
	}
	return nil
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
