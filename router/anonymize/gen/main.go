// Command gen writes the names of people that the IPA dictionary knows, with their readings, as names.tsv: kind (f family,
// g given), surface, reading in hiragana, in the order of the surface. With the argument words it writes how the words of
// every day sound, as everyday.txt: nouns, adverbs and what joins sentences, each once, in hiragana. The dictionary's notice
// is in triage/japanese/NOTICE-ipadic.txt.
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ikawaha/kagome-dict/ipa"

	"madoguchi/triage/japanese"
)

func main() {
	out := bufio.NewWriter(os.Stdout)
	list := lines
	if len(os.Args) > 1 && os.Args[1] == "words" {
		list = sounds
	}
	for _, line := range list() {
		fmt.Fprintln(out, line)
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// lines returns the list, sorted, each line once.
func lines() []string {
	d := ipa.Dict()
	var lines []string
	for id, pos := range d.POSTable.POSs {
		if len(pos) < 4 || d.POSTable.NameList[pos[2]] != "人名" {
			continue
		}
		kind := map[string]string{"姓": "f", "名": "g"}[d.POSTable.NameList[pos[3]]]
		c := d.Contents[id]
		base, reading := int(d.ContentsMeta["_base"])-4, int(d.ContentsMeta["_reading"])-4
		if kind == "" || len(c) <= max(base, reading) || c[base] == "*" || c[reading] == "*" {
			continue
		}
		lines = append(lines, strings.Join([]string{kind, c[base], japanese.HiraganaOf(c[reading])}, "\t"))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// longest is the length of the longest word of everyday.txt, in runes.
const longest = 7

// sounds returns the list of words, sorted, each once. A word that sounds like a name is there only if the texts that the
// dictionary was made from had it: what they had not costs as much as everything else of its kind.
func sounds() []string {
	d := ipa.Dict()
	named := map[string]bool{}
	for _, line := range lines() {
		named[line[strings.LastIndexByte(line, '\t')+1:]] = true
	}
	unseen := map[string][]int16{"一般": {5621, 5622, 3656, 3657, 7265}, "サ変接続": {4465, 4466, 4467, 7400}, "形容動詞語幹": {4844, 4845, 8349}}
	reading := int(d.ContentsMeta["_reading"]) - 4
	var all []string
	for id, pos := range d.POSTable.POSs {
		class, kind := d.POSTable.NameList[pos[0]], d.POSTable.NameList[pos[1]]
		c := d.Contents[id]
		if !everyday(class, kind) || len(c) <= reading {
			continue
		}
		word := japanese.HiraganaOf(c[reading])
		if n := len([]rune(word)); n < 2 || n > longest || strings.Trim(word, hiragana) != "" ||
			named[word] && slices.Contains(unseen[kind], d.Morphs[id].Weight) {
			continue
		}
		all = append(all, word)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// hiragana is what a word of the list is written with.
var hiragana = func() string {
	rs := []rune{'ー'}
	for r := 'ぁ'; r <= 'ゖ'; r++ {
		rs = append(rs, r)
	}
	return string(rs)
}()

// everyday reports whether words of a class and kind are what people name nobody with.
func everyday(class, kind string) bool {
	switch class {
	case "副詞", "連体詞", "接続詞", "感動詞":
		return true
	case "名詞":
		return slices.Contains([]string{"一般", "サ変接続", "形容動詞語幹", "ナイ形容詞語幹", "副詞可能", "代名詞"}, kind)
	}
	return false
}
