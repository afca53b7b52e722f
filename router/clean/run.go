package clean

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// Command is the argument by which the program becomes a child.
const Command = "clean"

const (
	within = 10 * time.Second
	atOnce = 2
)

// Cleaner starts children. It is safe for concurrent use.
type Cleaner struct {
	Scanner *Scanner // asked before, where there is one
	program string
	busy    chan struct{}
}

// NewCleaner returns a cleaner whose children are the program at that path, or the running one where it is empty.
func NewCleaner(program string) (*Cleaner, error) {
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return &Cleaner{program: program, busy: make(chan struct{}, atOnce)}, nil
}

// Page returns a page of the file, counted from 1, and how many it has; or ErrUnreadable for every reason that lies in the
// file, ctx's error, or what the scanner says.
func (c *Cleaner) Page(ctx context.Context, data []byte, page int) (pages int, p Page, err error) {
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	case <-ctx.Done():
		return 0, Page{}, ctx.Err()
	}
	if c.Scanner != nil {
		if err := c.Scanner.Scan(ctx, data); err != nil {
			return 0, Page{}, err
		}
	}
	limited, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	out, began, err := c.start(limited, data, page, syscall.CLONE_NEWUSER|syscall.CLONE_NEWNET)
	if !began { // a kernel that gives no namespaces to everybody
		out, _, err = c.start(limited, data, page, 0)
	}
	if ctx.Err() != nil {
		return 0, Page{}, ctx.Err()
	}
	if err != nil {
		return 0, Page{}, ErrUnreadable
	}
	return readPage(out)
}

// start runs a child in a group of its own, which is killed as a whole at the end, and, where flags say so, without a network.
// It reports whether the child began at all.
func (c *Cleaner) start(ctx context.Context, data []byte, page int, flags uintptr) (written []byte, began bool, err error) {
	cmd := exec.CommandContext(ctx, c.program, Command, strconv.Itoa(page))
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(data)
	out := &bounded{}
	cmd.Stdout = out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Cloneflags: flags}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // a tool that outlived a child that died; mostly there is none
	}
	return out.Bytes(), cmd.Process != nil, err
}

// bounded takes no more than a page may have.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > header+maxPage {
		return 0, ErrUnreadable
	}
	return b.Buffer.Write(p)
}
