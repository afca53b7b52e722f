package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"madoguchi/router/anonymize"
	"madoguchi/triage/japanese"
)

// message is a labelled message.
type message struct {
	ID     string   `json:"id"`
	Writer string   `json:"writer"`
	Text   string   `json:"text"`
	Tags   []string `json:"tags"` // what all names of the message are: nickname
	Spans  []struct {
		Start    int    `json:"start"`
		End      int    `json:"end"`
		Type     string `json:"type"`
		Optional bool   `json:"optional"`
		Tag      string `json:"tag"` // nickname
	} `json:"spans"`
}

// read returns the messages of a file: labelled ones, or of a .txt lines in which nothing is to be found.
func read(file string) ([]message, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []message
	plain := strings.HasSuffix(file, ".txt")
	for lines := bufio.NewScanner(f); ; {
		if !lines.Scan() {
			return all, lines.Err()
		}
		if len(lines.Bytes()) == 0 {
			continue
		}
		var m message
		if plain {
			if m.Text = lines.Text(); m.Text[0] != '#' {
				m.ID = fmt.Sprint(len(all) + 1)
				all = append(all, m)
			}
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return nil, fmt.Errorf("%s: message %d: %w", file, len(all)+1, err)
		}
		all = append(all, m)
	}
}

// count is what was wanted, found, redacted, and rightly redacted.
type count struct{ want, found, made, right int }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

func (c count) recall() float64    { return share(c.found, c.want) }
func (c count) precision() float64 { return share(c.right, c.made) }
func (c count) f() float64 {
	return 2 * c.recall() * c.precision() / max(1e-9, c.recall()+c.precision())
}

// scores counts by type, by writer and, for people alone, by writer.
type scores struct {
	by             map[string]*count
	ordinary, over int // characters
	plain, spoiled int // messages without a label, and those of them in which something is redacted
}

func newScores() *scores { return &scores{by: map[string]*count{}} }

func (s *scores) of(key string) *count {
	if s.by[key] == nil {
		s.by[key] = &count{}
	}
	return s.by[key]
}

func keys(typ, writer string) []string {
	k := []string{"all", typ}
	if writer != "" {
		k = append(k, "writer "+writer)
		if typ == "PERSON" {
			k = append(k, "PERSON of "+writer)
		}
	}
	return k
}

// kinds are the keys of a name that is written in kana alone, or tagged as a nickname.
func kinds(name []rune, tags []string) []string {
	var k []string
	other := func(r rune) bool {
		c := japanese.ClassOf(r)
		return c != japanese.Hiragana && c != japanese.Katakana && c != japanese.Space && c != japanese.Punct && r != 'ー'
	}
	if !slices.ContainsFunc(name, other) {
		k = append(k, "PERSON#kana")
	}
	if slices.Contains(tags, "nickname") {
		k = append(k, "PERSON#nickname")
	}
	return k
}

// honorifics may be redacted with the name or not.
var honorifics = []string{"ちゃん", "くん", "さん", "君", "様", "先生", "先輩", "たん"}

// ending returns how many runes of a name are only how somebody is called: くん of ひろくん may stay.
func ending(name []rune) int {
	for _, h := range honorifics {
		if n := len([]rune(h)); n < len(name) && strings.HasSuffix(string(name), h) {
			return n
		}
	}
	return 0
}

// perils may stay behind the name of a place: whoever reads of a bridge must go on reading of one.
var perils = []string{"大橋", "歩道橋", "橋", "踏切", "川", "海岸", "海", "崖", "ダム", "線路", "屋上", "ばし", "おおはし", "ふみきり"}

// peril returns how many runes of a place's name are only what is deep or high there: 橋 of 旭橋 stays.
func peril(name []rune) int {
	for _, p := range perils {
		if n := len([]rune(p)); n < len(name) && strings.HasSuffix(string(name), p) {
			return n
		}
	}
	return 0
}

// add counts a message and reports whether something in it went wrong.
func (s *scores) add(m message, spans []anonymize.Span) bool {
	if len(m.Spans) == 0 {
		s.plain++
		if len(spans) > 0 {
			s.spoiled++
		}
	}
	text := []rune(m.Text)
	covered := make([]bool, len(text))
	for _, x := range spans {
		for i := x.Start; i < x.End; i++ {
			covered[i] = true
		}
	}
	allowed, wrong := s.found(m, text, covered)
	for _, x := range spans {
		right := false
		for _, y := range m.Spans {
			same := y.Type == string(x.Type) || y.Optional
			right = right || same && x.Start < y.End && y.Start < x.End
		}
		for _, k := range keys(string(x.Type), m.Writer) {
			s.of(k).made++
			if right {
				s.of(k).right++
			}
		}
	}
	for i := range text {
		if !allowed[i] {
			s.ordinary++
			if covered[i] {
				s.over++
				wrong = true
			}
		}
	}
	return wrong
}

// found counts the labels of a message, and tells which characters may be redacted and whether a label was missed.
func (s *scores) found(m message, text []rune, covered []bool) (allowed []bool, missed bool) {
	allowed = make([]bool, len(text))
	for _, x := range m.Spans {
		whole, end := true, x.End
		if x.Type == "PERSON" {
			end -= ending(text[x.Start:x.End])
		} else if x.Type == "PLACE" {
			end -= peril(text[x.Start:x.End])
		}
		for i := x.Start; i < x.End; i++ {
			allowed[i] = true
			if i >= end {
				continue
			}
			c := japanese.ClassOf(text[i])
			whole = whole && (covered[i] || c == japanese.Space || c == japanese.Punct)
		}
		for _, h := range honorifics {
			if x.Type == "PERSON" && strings.HasPrefix(string(text[x.End:]), h) {
				for i := range len([]rune(h)) {
					allowed[x.End+i] = true
				}
			}
		}
		if x.Optional {
			continue
		}
		names := keys(x.Type, m.Writer)
		if x.Type == "PERSON" {
			names = append(names, kinds(text[x.Start:x.End], append([]string{x.Tag}, m.Tags...))...)
		}
		for _, k := range names {
			s.of(k).want++
			if whole {
				s.of(k).found++
			}
		}
		missed = missed || !whole
	}
	return allowed, missed
}

func (s *scores) print(w io.Writer) {
	for _, k := range slices.Sorted(maps.Keys(s.by)) {
		c := s.by[k]
		if strings.Contains(k, "#") { // what is made has no such kind
			fmt.Fprintf(w, "%-16s n=%-4d recall %.3f\n", k, c.want, c.recall())
			continue
		}
		fmt.Fprintf(w, "%-16s n=%-4d recall %.3f precision %.3f F %.3f\n", k, c.want, c.recall(), c.precision(), c.f())
	}
	fmt.Fprintf(w, "%-16s %.4f\n", "taken too much", share(s.over, s.ordinary))
	if s.plain > 0 {
		fmt.Fprintf(w, "%-16s %.4f (%d of %d messages)\n", "spoiled", share(s.spoiled, s.plain), s.spoiled, s.plain)
	}
}
