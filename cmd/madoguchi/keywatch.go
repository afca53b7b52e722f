package main

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/router/envelope"
)

// keysEvery is how often a running process looks whether its key files have changed. It reads them whole: they are small, and
// neither times nor signals cross every kind of mount.
const keysEvery = 2 * time.Second

// sealsLate is how much later than the key that closes addresses a gateway takes over the one that seals: longer than a message
// waits between the two. So what is sealed to a new key never holds an address that is closed to an old one, and keys rotate
// --finish, which looks for the former, finds all that needs the latter.
const sealsLate = 4 * keysEvery

// keyWatch takes over what key files hold while the process goes on.
type keyWatch struct {
	dir   string
	live  *keySets
	seen  map[string][]byte
	seals *envelope.Recipient // is taken over at the time due; nil: none waits
	due   time.Time
}

// keyLife is a house's part in the life of its keys.
func (h *house) keyLife() []func(context.Context) error {
	all := []func(context.Context) error{h.watchKeys}
	if k := h.keys.live; k.identity != nil && k.vault != nil && k.body != nil {
		all = append(all, h.rewrapCases)
	}
	return all
}

// read returns the files of those key sets that this process has. It reports whether they differ from those it read last.
func (w *keyWatch) read() (changed bool, err error) {
	now := map[string][]byte{}
	for _, f := range (&keySets{}).files() {
		if !w.live.has(f.path) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(w.dir, f.path))
		if err != nil {
			return false, errKeysAway
		}
		now[f.path] = data
	}
	changed = !maps.EqualFunc(now, w.seen, bytes.Equal)
	w.seen = now
	return changed, nil
}

// look reads the files, and takes over what they hold where it is another set than before. A set that cannot be read is left
// alone: the process goes on with the keys that it has.
func (w *keyWatch) look() (changed bool, err error) {
	if w.seals != nil && !time.Now().Before(w.due) {
		w.live.recipient.Adopt(w.seals)
		w.seals = nil
	}
	first := w.seen == nil
	if changed, err = w.read(); err != nil || !changed {
		return false, err
	}
	fresh := &keySets{}
	for _, f := range fresh.files() {
		if data, ok := w.seen[f.path]; ok {
			if err := f.parse(data); err != nil {
				w.seen = nil // to be looked at again
				return false, errKeysAway
			}
		}
	}
	w.live.adopt(fresh) // the first time too: they may have changed since they were loaded
	if fresh.recipient != nil {
		w.seals, w.due = fresh.recipient, time.Now().Add(sealsLate)
	}
	return !first, nil
}

// has reports whether the set of that file was loaded. Roles that share a set share what is in it.
func (k *keySets) has(path string) bool {
	_, name, _ := strings.Cut(path, "/")
	switch {
	case path == "gateway/intake.json":
		return k.recipient != nil
	case path == "gateway/mailbox.json":
		return k.reader != nil
	case path == "router/intake.json", path == "router/address.json":
		return k.identity != nil
	case path == "gateway/address.json":
		return k.recipient != nil
	case path == "vault/address.json":
		return k.addresses != nil
	case name == "names.json":
		return k.names != nil && k.reads(path)
	case name == "identity.json":
		return k.vault != nil && k.reads(path)
	case name == "mailbox.json":
		return k.writer != nil && k.reads(path)
	case name == "body.json":
		return k.body != nil && k.reads(path)
	case name == "desk.json":
		return k.desk != nil
	}
	return false // never replaced
}

// reads reports whether the folder of a set that several roles share is one that this process reads.
func (k *keySets) reads(path string) bool {
	switch role, _, _ := strings.Cut(path, "/"); role {
	case "router":
		return k.identity != nil
	case "vault":
		return k.identity == nil
	default:
		return k.desk != nil && k.identity == nil
	}
}

// adopt takes over what fresh holds, for every room that holds a set of k, but for the key that seals.
func (k *keySets) adopt(fresh *keySets) {
	if k.reader != nil && fresh.reader != nil {
		k.reader.Adopt(fresh.reader)
	}
	if k.identity != nil && fresh.identity != nil {
		k.identity.Adopt(fresh.identity)
	}
	if k.addressee != nil && fresh.addressee != nil {
		k.addressee.Adopt(fresh.addressee)
	}
	if k.addresses != nil && fresh.addresses != nil {
		k.addresses.Adopt(fresh.addresses)
	}
	if k.names != nil && fresh.names != nil {
		k.names.Adopt(fresh.names)
	}
	if k.vault != nil && fresh.vault != nil {
		k.vault.Adopt(fresh.vault)
	}
	if k.writer != nil && fresh.writer != nil {
		k.writer.Adopt(fresh.writer)
	}
	if k.body != nil && fresh.body != nil {
		k.body.Adopt(fresh.body)
	}
	if k.desk != nil && fresh.desk != nil {
		k.desk.Adopt(fresh.desk)
	}
}

// watchKeys takes over key files as they change, until ctx ends.
func (h *house) watchKeys(ctx context.Context) error {
	tick := time.NewTicker(keysEvery)
	defer tick.Stop()
	for away := false; ; {
		changed, err := h.keys.look()
		if err != nil && !away {
			h.log.Error("the key files cannot be read; what was read before stays in use")
		}
		if away = err != nil; changed {
			h.log.Info("the keys were replaced")
			select {
			case h.turned <- struct{}{}:
			default: // it is told already
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
