package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/files"
	"madoguchi/router/journal"
	"madoguchi/router/mailbox"
	"madoguchi/router/stream"
	"madoguchi/router/vault"
	"madoguchi/triage/keyring"
	store "madoguchi/triage/redis"
)

// keysFinish removes the versions that were replaced. It looks at everything that only they open, and refuses while there is any.
//
// The keys of the desk stay: the record of acts is a chain over what they sealed, and could not be sealed anew without breaking.
// A pepper of return codes stays until the last code under it has run out.
func keysFinish(ctx context.Context, p *program) error {
	dir := p.set["KEYS"]
	if _, err := os.Stat(filepath.Join(dir, stepsFolder)); err == nil {
		return errors.New("keys: a rotation was cut off; end it first with: madoguchi keys rotate")
	}
	k, err := allKeys(dir)
	if err != nil {
		return err
	}
	turned, err := os.Stat(filepath.Join(dir, "gateway/intake.json"))
	if err != nil {
		return errKeysAway
	}
	if rests := time.Until(turned.ModTime().Add(mailbox.TicketsRest)); rests > 0 {
		return fmt.Errorf("keys: the versions before may still be in use, by pages that are open; try again in %s; nothing was removed", rests.Round(time.Minute))
	}
	left, all, done, err := p.left(ctx, k)
	if err != nil {
		return fmt.Errorf("%w; nothing was removed", err)
	}
	defer done()
	if err := left.refuse(); err != nil {
		return err
	}
	failed, err := all.rewrap(ctx, 0)
	if err != nil {
		return errors.New("keys: Redis cannot be reached; nothing was removed")
	}
	stale, err := all.stale(ctx)
	if err != nil || failed+stale > 0 {
		return fmt.Errorf("keys: the keys of %d cases cannot be wrapped anew; nothing was removed", max(failed, stale))
	}
	now := setFiles{}
	now.mailboxes(mailbox.Retired(k.reader, k.writer, time.Now()))
	if err := errors.Join(now.put(k.identity.Retired(), "router/intake.json"), now.put(k.addresses.Retired(), "vault/address.json"), now.put(k.names.Retired(), "router/names.json", "vault/names.json"),
		now.put(k.vault.Retired(), "router/identity.json", "vault/identity.json"), now.put(k.body.Retired(), k.with("body.json")...)); err != nil {
		return err
	}
	if err := errors.Join(prepare(dir, now, setFiles{}), step(dir, "1"), finishSteps(dir)); err != nil {
		return err
	}
	if k, err = allKeys(dir); err != nil {
		return err
	}
	k.tell(p.stdout)
	fmt.Fprintln(p.stdout, "What was replaced is removed. A backup of Redis from before the rotation opens only with the keys that were backed up then.")
	return nil
}

func keysStatus(ctx context.Context, p *program, _ []string) error {
	k, err := allKeys(p.set["KEYS"])
	if err != nil {
		return err
	}
	k.tell(p.stdout)
	left, all, done, err := p.left(ctx, k)
	if err != nil {
		return err
	}
	defer done()
	stale, err := all.stale(ctx)
	if err != nil {
		return errors.New("keys: Redis cannot be reached")
	}
	fmt.Fprintf(p.stdout, "left under versions that were replaced: %d in lanes, %d in journals, %d files, %d cases\n", left.lanes, left.journals, left.files, stale)
	return nil
}

// leftover is how much is sealed to intake keys that were replaced.
type leftover struct{ lanes, journals, files int }

func (l leftover) refuse() error {
	if l.lanes+l.journals+l.files == 0 {
		return nil
	}
	return fmt.Errorf("keys: only the intake keys of before open %d messages in lanes (waiting, or dead letters: madoguchi dead), %d in journals (kept for %d hours) and %d files; nothing was removed",
		l.lanes, l.journals, int(journal.Keep.Hours()), l.files)
}

// left looks at what is sealed to intake keys that were replaced, and at where the keys of cases are. done closes what it opened.
func (p *program) left(ctx context.Context, k *keySets) (left leftover, all cabinets, done func(), err error) {
	if p.set["REDIS_URL"] == "" {
		return left, all, nil, fmt.Errorf("%sREDIS_URL is missing: what is left can only be seen there", envPrefix)
	}
	var opened []redis.UniversalClient
	done = func() {
		for _, c := range opened {
			_ = c.Close() // it was only read from
		}
	}
	dial := func(url string) (c redis.UniversalClient) {
		if err == nil {
			if c, err = dialRedis(p.set[url]); err == nil {
				opened = append(opened, c)
			} else {
				err = fmt.Errorf("%s%s: %w", envPrefix, url, err)
			}
		}
		return c
	}
	desk, identity, shares := dial("REDIS_URL"), dial("VAULT_REDIS_URL"), dial("KEYS_REDIS_URL")
	if err == nil {
		left, err = p.leftSealed(ctx, k, desk)
	}
	if err != nil {
		done()
		return left, all, nil, err
	}
	all = newCabinets(store.New(desk, k.body, keyring.New(shares, "body")), vault.New(identity, k.vault, keyring.New(shares, "identity")), k.names, k.addresses, &deskClock{})
	return left, all, done, nil
}

func (p *program) leftSealed(ctx context.Context, k *keySets, c redis.UniversalClient) (left leftover, err error) {
	seen := sealedTo{former: k.former()}
	took := func() int {
		n := seen.count
		seen.count = 0
		return n
	}
	lanes, err := stream.Lanes(ctx, c)
	if err != nil {
		return left, errors.New("keys: Redis cannot be reached")
	}
	for _, name := range lanes {
		if err := stream.NewLane(c, name).Sealed(ctx, seen.see); err != nil {
			return left, errors.New("keys: Redis cannot be reached")
		}
	}
	left.lanes = took()
	dir := filepath.Join(p.set["DATA_DIR"], "journal")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && len(lanes) > 0 {
		return left, errors.New("keys: the gateway's journal is not in MADOGUCHI_DATA_DIR; run this where it is")
	} else if err == nil {
		if err := journal.Sealed(dir, seen.see); err != nil {
			return left, errors.New("keys: the journal cannot be read")
		}
	}
	left.journals = took()
	if err := files.Sealed(p.set["FILES_DIR"], seen.see); err != nil {
		return left, errors.New("keys: MADOGUCHI_FILES_DIR cannot be read")
	}
	left.files = took()
	return left, nil
}
