package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"madoguchi/router/clean"
)

// cleanChild is what the program does as the child of another one that shows a file: the file comes on stdin, the page of
// that number goes to stdout. It is no command for people, reads no settings, and says of a file that it cannot open only
// that.
func cleanChild(ctx context.Context, args []string, p program) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return clean.ErrUnreadable
	}
	return clean.Child(ctx, p.stdin, p.stdout, n)
}

// doctorFiles looks for what pages of documents are drawn with, without which they stay sealed and pictures can be seen; and
// for the clamd that is to be asked, without which nothing can be seen.
func doctorFiles(ctx context.Context, p *program) (string, error) {
	if at := p.set["CLAMD"]; at != "" && clean.NewScanner(at).Scan(ctx, []byte("clean")) != nil {
		return "", errors.New(envPrefix + "CLAMD does not answer, and no file can be looked at")
	}
	var remarks []string
	for name, use := range clean.Missing() {
		remarks = append(remarks, map[string]string{"PDF": name + " not found: PDF files cannot be looked at (Debian: poppler-utils)",
			"voice": name + " not found: what people say onto the machine cannot be listened to (Debian: ffmpeg)"}[use])
	}
	slices.Sort(remarks)
	return strings.Join(remarks, "\n"), nil
}
