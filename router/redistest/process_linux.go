package redistest

import "syscall"

const interrupt = syscall.SIGTERM

// dieWithParent makes the server end with the test process, also where that is killed or times out. The signal comes when
// the thread that started the server ends, and Go keeps its threads unless a locked goroutine ends.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
