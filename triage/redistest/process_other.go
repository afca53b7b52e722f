//go:build !linux

package redistest

import "syscall"

// dieWithParent asks for nothing: only Linux ends a child with its parent.
func dieWithParent() *syscall.SysProcAttr { return nil }
