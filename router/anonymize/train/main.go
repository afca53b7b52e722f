// Command train learns the weights of router/anonymize/tagger from the written sentences beside it, the labelled messages of
// testdata/dev*.jsonl with other names in them, and the lists of names, and writes weights.bin. Run it from the top of the repository:
//
//	go run ./router/anonymize/train
//
// It gives the same bytes every time. A file of written is one writer; a line is a sentence with places for names in
// braces, or without: {p} any way to name a person, {h} one with an honorific behind it, {F} family name, {G} given name,
// {A} both, {N} nickname, {K} a name in kana, {E} one of another land, {R} in Latin letters, {S} a school, {P} a place, {w}
// an everyday word that is nobody's; of <a|b|c> one part is taken. Names are put in at random, from the list, from
// today's, and made up, so that the words around them are learned and not the names.
// plain-*.txt have no names at all: what is in them is nobody's.
//
// -skip WRITERS leaves writers and sets of messages out, so that what is learned may be measured by them, -out says where the
// weights go, and -show prints examples instead of learning.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"madoguchi/router/anonymize"
)

const (
	dir = "router/anonymize/train"
	out = "router/anonymize/tagger/weights.bin"
)

func main() {
	skip := flag.String("skip", "", "writers to leave out, with commas between")
	to := flag.String("out", out, "where the weights go")
	show := flag.Int("show", 0, "print so many examples instead of learning")
	flag.Parse()
	if err := run(dir, *to, *skip, *show); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(from, to, skip string, show int) error {
	lines, err := written(filepath.Join(from, "written"), skip)
	if err != nil {
		return err
	}
	messages, err := labelled(filepath.Join(from, "../testdata"), skip)
	if err != nil {
		return err
	}
	m, err := newMaker(from)
	if err != nil {
		return err
	}
	a, err := anonymize.New(anonymize.Gazetteer{})
	if err != nil {
		return err
	}
	examples := m.all(lines, messages)
	for i := range min(show, len(examples)) {
		fmt.Println(examples[i*len(examples)/show])
	}
	if show > 0 {
		return nil
	}
	weights := learn(a, examples)
	fmt.Printf("%d examples, %d bytes\n", len(examples), len(weights))
	return os.WriteFile(to, weights, 0o644)
}

// written returns the lines of all writers, in the order of their files.
func written(dir, skip string) ([]string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no sentences in %s", dir)
	}
	slices.Sort(names)
	var all []string
	for _, name := range names {
		if slices.Contains(strings.Split(skip, ","), strings.TrimSuffix(filepath.Base(name), ".txt")) {
			continue
		}
		lines, err := sentences(name)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}

// sentences returns the lines of a file, without the empty ones and the remarks.
func sentences(name string) ([]string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var all []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all, nil
}
