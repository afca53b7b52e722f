package redistest

import "syscall"

// dieWithParent makes the server end with the test process, also where that is killed or times out.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
