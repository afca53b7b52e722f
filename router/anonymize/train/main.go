// Command train learns the weights of router/anonymize/tagger from the written sentences beside it and from the list of
// names, and writes weights.bin. Run it from the top of the repository:
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
// -skip WRITER leaves a writer out, and -show prints examples instead of learning.
package main

import (
	"bufio"
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
	skip := flag.String("skip", "", "a writer to leave out")
	show := flag.Int("show", 0, "print so many examples instead of learning")
	flag.Parse()
	if err := run(dir, out, *skip, *show); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(from, to, skip string, show int) error {
	lines, err := written(filepath.Join(from, "written"), skip)
	if err != nil {
		return err
	}
	var lists [4]string
	for i, name := range []string{"../names.tsv", "words.txt", "before.txt", "../everyday.txt"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		lists[i] = string(data)
	}
	a, err := anonymize.New(anonymize.Gazetteer{})
	if err != nil {
		return err
	}
	examples := newMaker(lists[0], lists[1], lists[2], lists[3]).all(lines)
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
		if skip != "" && strings.TrimSuffix(filepath.Base(name), ".txt") == skip {
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if line := lines.Text(); line != "" && line[0] != '#' {
				all = append(all, line)
			}
		}
		f.Close()
		if err := lines.Err(); err != nil {
			return nil, err
		}
	}
	return all, nil
}
