package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is the release; the commit comes from the build.
const version = "0.1.0"

var versionCommand = command{name: "version", does: "version, commit, Go version",
	run: func(_ context.Context, p *program, _ []string) error {
		fmt.Fprintf(p.stdout, "madoguchi %s %s %s\n", version, commit(), runtime.Version())
		return nil
	}}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+"
		}
	}
	return rev + dirty
}
