package main

import (
	"errors"
	"os"

	"madoguchi/triage/owner"
)

// keepOwner gives a new file the owner of the one that it takes the place of, so that a role that runs as another user can read
// its keys.
func keepOwner(old, fresh string) error {
	info, err := os.Stat(old)
	if err != nil {
		return errKeysAway
	}
	was, ok := owner.Of(info)
	if !ok || was == (owner.IDs{UID: os.Geteuid(), GID: os.Getegid()}) {
		return nil
	}
	if os.Chown(fresh, was.UID, was.GID) != nil {
		return errors.New("keys: a file belongs to another user and cannot be given to it; run this as the user who may")
	}
	return nil
}

// leaveToOwner gives what a command left as root in folders of serve's user to that user, so that serve can go on.
func (p *program) leaveToOwner() error {
	for _, x := range []struct {
		setting string
		named   []string
	}{{"DATA_DIR", []string{auditFolder}}, {"KEYS", nil}, {"LETTER_SHEETS", nil}} {
		if dir := p.set[x.setting]; dir != "" && owner.Mend(dir, x.named...) != nil {
			return errors.New("what was written in " + envPrefix + x.setting + " cannot be given to the folder's owner; look who owns the files there")
		}
	}
	return nil
}
