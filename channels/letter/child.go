package letter

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// errChild says that a program could not do its work: it failed, took too long or wanted too much.
var errChild = errors.New("letter: a program failed")

// limits are what a child may use.
type limits struct {
	cpu    time.Duration
	memory int // bytes
	output int // bytes that are read of it
	wall   time.Duration
}

// runner starts the programs that decode what came from outside. They read their standard input and write their standard
// output: no file is made on the way.
type runner struct{ apart bool }

// newRunner finds out whether this machine lets a process be without a network.
func newRunner() runner {
	r := runner{apart: true}
	if _, err := r.do(context.Background(), limits{time.Second, 1 << 30, 1, 5 * time.Second}, nil, "true"); err != nil {
		r.apart = false
	}
	return r
}

// lacks names the programs and languages that are missing, or "".
func (r runner) lacks() string {
	var missing []string
	for _, program := range []string{"sh", "pdftoppm", "tesseract"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	if len(missing) == 0 {
		l := limits{5 * time.Second, 1 << 30, 1 << 16, 10 * time.Second}
		list, err := r.do(context.Background(), l, nil, "tesseract", "--list-langs")
		for _, language := range []string{"jpn", "jpn_vert"} {
			if err != nil || !strings.Contains("\n"+string(list)+"\n", "\n"+language+"\n") {
				missing = append(missing, "tesseract's "+language)
			}
		}
	}
	return strings.Join(missing, ", ")
}

// do runs a program within its limits and returns what it wrote. The shell sets the limits, because a limit that is set
// from outside comes after the program has begun.
func (r runner) do(ctx context.Context, l limits, in io.Reader, program string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.wall)
	defer cancel()
	const script = `ulimit -t "$1"; ulimit -v "$2"; ulimit -f 0; ulimit -c 0; shift 2; exec "$@"`
	seconds, kilobytes := strconv.Itoa(int(l.cpu.Seconds())), strconv.Itoa(l.memory>>10)
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", script, "sh", seconds, kilobytes, program}, args...)...)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "OMP_THREAD_LIMIT=1", "HOME=/nonexistent"}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if r.apart {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET
	}
	cmd.WaitDelay = time.Second
	out := &bounded{most: l.output}
	cmd.Stdin, cmd.Stdout = in, out
	if err := cmd.Run(); err != nil || out.over {
		return nil, errChild // what it says may hold words
	}
	return out.Bytes(), nil
}

// bounded keeps at most so many bytes and fails at more.
type bounded struct {
	bytes.Buffer
	most int
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		b.over = true
		return 0, errChild
	}
	return b.Buffer.Write(p)
}
