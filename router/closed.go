package router

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"madoguchi/channels"
	"madoguchi/router/envelope"
	"madoguchi/router/vault"
	"madoguchi/triage"
)

// The router knows whether it is the same person, and never who. The gateway closes every address but those of chats, which a
// machine made, before a message goes in: what is inside opens with the vault's key alone, and the mark that it goes by is a
// digest that only the gateway can make. The router names cases after marks by a key of its own, so that nobody can ask for a
// number who has not taken both of them over.

// errNoAddressKey says that this process is none that opens addresses.
var errNoAddressKey = errors.New("router: addresses open elsewhere")

// closed is the message as it goes in.
func (k *TakeKey) closed(to *envelope.Recipient, m channels.Message) (channels.Message, error) {
	var err error
	if m.From, err = k.close(to, m.From); err != nil || m.CallBack == nil {
		return m, err
	}
	wish := *m.CallBack
	wish.At, err = k.close(to, wish.At)
	m.CallBack = &wish
	return m, err
}

func (k *TakeKey) close(to *envelope.Recipient, a channels.Address) (channels.Address, error) {
	kind, who, _ := channels.OpenAddress(a)
	if kind == chat || who == "" {
		return a, nil
	}
	return to.CloseAddress(hex.EncodeToString(mac(k.secret, "mark", kind, who)[:16]), a)
}

// jotted closes an address that staff wrote down. Nobody is known again by it, so its mark is random.
func (r Rooms) jotted(kind, who string) (channels.Address, error) {
	if who == "" {
		return channels.Address{}, nil
	}
	return r.AddressTo.CloseAddress(rand.Text(), channels.NewAddress(kind, who, nil))
}

// opened is the address behind a closed one, or errNoAddressKey where this process has not the key.
func (r Rooms) opened(a channels.Address) (channels.Address, error) {
	if kind, _, _ := channels.OpenAddress(a); kind == chat || kind == "" {
		return a, nil
	}
	if r.AddressKey == nil {
		return channels.Address{}, errNoAddressKey
	}
	return r.AddressKey.OpenAddress(a)
}

// seedLabel is what the seed of a mailbox that the courier made is bound to, together with whose it is.
func seedLabel(page channels.Address) string {
	_, who, _ := channels.OpenAddress(page)
	return "seed " + who
}

// seed opens the seed of a case's mailbox.
func (r Rooms) seed(m *vault.Mailbox) ([]byte, error) {
	if r.AddressKey == nil {
		return nil, errNoAddressKey
	}
	return r.AddressKey.Open(seedLabel(m.Address), m.Seed)
}

// Reclose closes the addresses of a case by the newest key, where one that was replaced did. Again is harmless; without the key
// nothing is done.
func (r Rooms) Reclose(ctx context.Context, id triage.CaseID) error {
	if r.AddressKey == nil {
		return nil
	}
	for {
		rec, err := r.Vault.Open(ctx, string(id))
		if errors.Is(err, vault.ErrUnknown) {
			return nil
		}
		if err != nil {
			return told(err)
		}
		if stale, err := r.reclose(rec); err != nil || !stale {
			return err
		}
		if err := r.Vault.Put(ctx, rec); !errors.Is(err, vault.ErrConflict) {
			return told(err)
		}
	}
}

// Unclosed reports whether an address of the case opens only with a key that was replaced.
func (r Rooms) Unclosed(ctx context.Context, id triage.CaseID) (bool, error) {
	rec, err := r.Vault.Open(ctx, string(id))
	if errors.Is(err, vault.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		return false, told(err)
	}
	return r.reclose(rec)
}

// reclose closes what is stale in the record, and reports whether something was.
func (r Rooms) reclose(rec *vault.Record) (stale bool, err error) {
	to := r.AddressKey.Recipient()
	for n, a := range rec.Contacts {
		kind, mark, sealed := channels.OpenAddress(a)
		if kind == chat || !r.AddressKey.Stale(sealed) {
			continue
		}
		plain, err := r.AddressKey.OpenAddress(a)
		if err != nil {
			return stale, triage.ErrDamaged
		}
		again, err := to.CloseAddress(mark, plain)
		if err != nil {
			return stale, err
		}
		_, _, sealed = channels.OpenAddress(again)
		rec.Contacts[n], stale = channels.NewAddress(kind, mark, sealed), true
	}
	if m := rec.Mailbox; m != nil && r.AddressKey.Stale(m.Seed) {
		seed, err := r.seed(m)
		if err != nil {
			return stale, triage.ErrDamaged
		}
		if m.Seed, err = to.Close(seedLabel(m.Address), seed); err != nil {
			return stale, err
		}
		stale = true
	}
	return stale, nil
}
