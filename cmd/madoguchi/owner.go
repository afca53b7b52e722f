//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// keepOwner gives a new file the owner of the one that it takes the place of, so that a role that runs as another user can read
// its keys.
func keepOwner(old, fresh string) error {
	info, err := os.Stat(old)
	if err != nil {
		return errKeysAway
	}
	was, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(was.Uid) == os.Geteuid() && int(was.Gid) == os.Getegid() {
		return nil
	}
	if os.Chown(fresh, int(was.Uid), int(was.Gid)) != nil {
		return errors.New("keys: a file belongs to another user and cannot be given to it; run this as the user who may")
	}
	return nil
}
