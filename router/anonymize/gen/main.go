// Command gen writes the names of people that the IPA dictionary knows, with their readings, as names.tsv: kind (f family,
// g given), surface, reading in hiragana, in the order of the surface. The dictionary's notice is in
// triage/japanese/NOTICE-ipadic.txt.
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
	for _, line := range lines() {
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
