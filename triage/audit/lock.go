package audit

import (
	"syscall"

	"madoguchi/triage/owner"
)

// lock waits for the data folder's lock and returns what releases it. It ends with the process in any case.
func lock(dir string) (unlock func(), err error) {
	f, err := owner.Open(dir, "audit.lock")
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close() // nothing was locked
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
