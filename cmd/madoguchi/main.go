// Command madoguchi is the consultation desk of a city: the pages and doors by which children, parents and others write,
// the wall behind which their names stay, and the desk at which people answer.
//
// This is the only place where everything meets. Each subcommand has a file of its own; wire.go puts the rooms together
// for demo and serve alike.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"madoguchi/router/clean"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := noCore()
	if err == nil {
		err = run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	}
	if err != nil && !errors.Is(err, errSaid) {
		fmt.Fprintln(os.Stderr, "madoguchi: "+err.Error())
	}
	if err != nil {
		os.Exit(1)
	}
}

// noCore sees to it that no dump is written of this process, or of what it starts, where it dies: its memory has words and keys.
func noCore() error {
	if syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) != nil {
		return errors.New("core dumps cannot be forbidden")
	}
	return nil
}

// errSaid ends a command with exit code 1 when what is wrong has been printed already.
var errSaid = errors.New("said already")

// command is a subcommand: demo, or city check.
type command struct {
	name string
	args string // after the flags, for the usage
	does string
	run  func(ctx context.Context, p *program, args []string) error
	own  []flagDef // flags of this command alone
	long bool      // it runs until it is told to end
}

// program is what a command runs with.
type program struct {
	environ        []string
	stdin          io.Reader
	stdout, stderr io.Writer
	set            settings
	flags          map[string]string // of the command's own flags, by name
}

func commands() []command {
	return []command{demoCommand, serveCommand, redactCommand, assessCommand, cityCheckCommand, cityRouteCommand, accountCreateCommand,
		accountDisableCommand, tokenCreateCommand, doctorCommand, auditVerifyCommand, deadCommand, lettersPrintCommand, lineSetupCommand, keysInitCommand, keysRotateCommand, keysStatusCommand, versionCommand}
}

func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) error {
	cmds := commands()
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(stdout, cmds)
		return nil
	}
	if len(args) == 2 && args[0] == clean.Command {
		return cleanChild(ctx, args[1:], program{stdin: stdin, stdout: stdout})
	}
	for n := min(2, len(args)); n > 0; n-- {
		name := strings.Join(args[:n], " ")
		i := slices.IndexFunc(cmds, func(c command) bool { return c.name == name })
		if i < 0 {
			continue
		}
		p := &program{environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
		rest, err := p.parse(cmds[i], args[n:])
		if errors.Is(err, errHelp) {
			return nil
		}
		if err != nil {
			return err
		}
		err = cmds[i].run(ctx, p, rest)
		if cmds[i].long {
			return err
		}
		if left := p.leaveToOwner(); err == nil {
			err = left
		}
		return err
	}
	var meant []string
	for _, c := range commands() {
		if strings.HasPrefix(c.name, args[0]+" ") {
			meant = append(meant, "madoguchi "+c.name)
		}
	}
	if len(meant) > 0 {
		return fmt.Errorf("%q is no whole command; there is: %s", args[0], strings.Join(meant, ", "))
	}
	return fmt.Errorf("unknown command %q; see madoguchi help", args[0])
}

func usage(w io.Writer, cmds []command) {
	fmt.Fprint(w, "madoguchi (窓口): an anonymous consultation desk\n\n")
	for _, c := range cmds {
		fmt.Fprintf(w, "  madoguchi %-42s %s\n", strings.TrimSpace(c.name+" "+c.args), c.does)
	}
	fmt.Fprint(w, "\nmadoguchi COMMAND --help lists the settings. Start with: madoguchi demo\n")
}
