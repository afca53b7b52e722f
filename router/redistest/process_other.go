//go:build !linux

package redistest

import "syscall"

const interrupt = syscall.SIGTERM

// dieWithParent asks for nothing: only Linux ends a child with its parent.
func dieWithParent() *syscall.SysProcAttr { return nil }
