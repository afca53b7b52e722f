package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"

	"madoguchi/triage/assess"
	"madoguchi/triage/assess/model"
	"madoguchi/triage/japanese"
)

// byHand are readings that no dictionary has: how children write round a word.
const byHand = "タヒ し|たひ し|氏に しに|市に しに|4に しに|○に しに|〇に しに|4ぬ しぬ|4の しの|氏ぬ しぬ|4ん しん|○ん しん|〇ん しん|" +
	"逝き いき|逝け いけ|逝く いく"

// readings returns the words of the texts that have kanji, with their most frequent reading by the IPA dictionary.
func readings(texts [][]model.Clause) string {
	t, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		panic(err) // the dictionary is built in
	}
	said := map[[2]string]int{} // a word with its reading, as they come
	for _, clauses := range texts {
		for _, c := range clauses {
			for _, k := range t.Tokenize(string(c.Runes)) {
				if reading, ok := k.Reading(); ok && kanji(k.Surface) {
					said[[2]string{k.Surface, reading}]++
				}
			}
		}
	}
	count := map[string]map[string]int{}
	for pair, n := range said {
		word, sound := spell(pair[0]), spell(pair[1])
		if word == "" || sound == "" || len([]rune(word)) > 6 {
			continue
		}
		if count[word] == nil {
			count[word] = map[string]int{}
		}
		count[word][sound] += n
	}
	best := map[string]string{}
	for word, all := range count {
		sounds := slices.Sorted(maps.Keys(all))
		best[word] = slices.MaxFunc(sounds, func(a, b string) int { return all[a] - all[b] })
	}
	for pair := range strings.SplitSeq(byHand, "|") {
		word, sound, _ := strings.Cut(pair, " ")
		best[word] = sound
	}
	var b strings.Builder
	for _, word := range slices.Sorted(maps.Keys(best)) {
		fmt.Fprintf(&b, "%s\t%s\n", word, best[word])
	}
	return b.String()
}

// kanji reports whether a word has a kanji.
func kanji(word string) bool {
	return strings.ContainsFunc(word, func(r rune) bool { return japanese.ClassOf(r) == japanese.Kanji })
}

// spell folds a word as the assessor folds texts.
func spell(s string) string {
	var b strings.Builder
	for _, c := range assess.Clauses(s) {
		b.WriteString(string(c.Runes))
	}
	return b.String()
}

// spellSenses folds the words of the senses, a line each: sense, words. A word of kanji stands with its reading too, where
// that is long enough to mean nothing else.
func spellSenses(list string) string {
	t, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		panic(err) // the dictionary is built in
	}
	var b strings.Builder
	for line := range strings.Lines(list) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		all := map[string]bool{}
		for _, w := range words[1:] {
			all[spell(w)] = true
			if !kanji(w) {
				continue
			}
			var sound strings.Builder
			for _, k := range t.Tokenize(w) {
				reading, ok := k.Reading()
				if !ok {
					reading = k.Surface
				}
				sound.WriteString(reading)
			}
			if s := spell(sound.String()); !kanji(s) && len([]rune(s)) > 3 {
				all[s] = true
			}
		}
		delete(all, "")
		fmt.Fprintf(&b, "%s\t%s\n", words[0], strings.Join(slices.Sorted(maps.Keys(all)), " "))
	}
	return b.String()
}
