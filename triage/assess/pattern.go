package assess

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A pattern is pieces with gaps between them: "今から ~10 {DIE_ACT}". A piece is text with alternatives in brackets,
// (a|b|), and concepts in braces; it stands for all the texts that this spells. Pieces follow one another in one sentence
// with at most the gap's runes between them: ~N before a piece, 8 where it is not said. A pattern that begins with ^
// begins the message; a spelling that ends with $ ends a sentence.
type pattern struct {
	pieces []piece
	start  bool
	marks  []uint32 // what the model calls a place where it stands
}

type piece struct {
	id  int32
	gap int // runes allowed between the end of the piece before and this one
}

const defaultGap = 8

// maxSpellings keeps a slip of the pen in the rules from filling the memory.
const maxSpellings = 20_000

// trie holds every spelling of every piece.
type trie struct {
	steps  map[uint64]int32 // from a node by a rune → the node behind it: one table, since most nodes have a single step
	ends   []int32          // node → the pieces that end there, in ids; 0 of none
	ids    [][]int32
	pieces map[string]int32
}

func newTrie() *trie {
	return &trie{steps: map[uint64]int32{}, ends: make([]int32, 1), ids: make([][]int32, 1), pieces: map[string]int32{}}
}

// step is the key of a step from a node by a rune.
func step(node int32, r rune) uint64 { return uint64(node)<<32 | uint64(r) }

func (t *trie) add(spelling string, id int32) {
	at := int32(0)
	for _, r := range spelling {
		n, ok := t.steps[step(at, r)]
		if !ok {
			n = int32(len(t.ends))
			t.ends = append(t.ends, 0)
			t.steps[step(at, r)] = n
		}
		at = n
	}
	if at == 0 {
		return
	}
	if t.ends[at] == 0 {
		t.ends[at], t.ids = int32(len(t.ids)), append(t.ids, nil)
	}
	if ids := &t.ids[t.ends[at]]; !slices.Contains(*ids, id) {
		*ids = append(*ids, id)
	}
}

// hit is a place where a piece stands.
type hit struct{ start, end int }

// hits are the places of every piece in a text.
type hits struct {
	at  []int32 // piece → its places in all, 0 of those that stand nowhere
	all [][]hit
}

// of returns where a piece stands, in order of the start.
func (h *hits) of(piece int32) []hit { return h.all[h.at[piece]] }

func (h *hits) add(piece int32, x hit) {
	if h.at[piece] == 0 {
		h.at[piece] = int32(len(h.all))
		h.all = append(h.all, nil)
	}
	h.all[h.at[piece]] = append(h.all[h.at[piece]], x)
}

// find returns the hits of every piece.
func (t *trie) find(x text) *hits {
	rs := x.view.Runes
	found := &hits{make([]int32, len(t.pieces)), make([][]hit, 1, 64)}
	add := func(n int32, i, j int) {
		for _, id := range t.ids[t.ends[n]] {
			found.add(id, hit{i, j})
		}
	}
	for i := range rs {
		at := int32(0)
		for j := i; j < len(rs); j++ {
			n, ok := t.steps[step(at, rs[j])]
			if !ok {
				break
			}
			at = n
			add(at, i, j+1)
			if j+1 == len(rs) || x.phrase[j+1] != x.phrase[j] {
				if n, ok := t.steps[step(at, '$')]; ok {
					add(n, i, j+1)
				}
			}
		}
	}
	return found
}

// compile reads a pattern and enters its pieces into the trie.
func (t *trie) compile(src string, concepts map[string][]string) (pattern, error) {
	p := pattern{}
	src, p.start = strings.CutPrefix(strings.TrimSpace(src), "^")
	gap := defaultGap
	for _, f := range strings.Fields(src) {
		if n, ok := strings.CutPrefix(f, "~"); ok {
			g, err := strconv.Atoi(n)
			if err != nil {
				return p, fmt.Errorf("gap %q is not a number", f)
			}
			gap = g
			continue
		}
		id, ok := t.pieces[f]
		if !ok {
			spellings, err := spell(f, concepts, 0)
			if err != nil {
				return p, err
			}
			id = int32(len(t.pieces))
			t.pieces[f] = id
			for _, s := range spellings {
				t.add(spelling(s), id)
			}
		}
		p.pieces = append(p.pieces, piece{id, gap})
		gap = defaultGap
	}
	if len(p.pieces) == 0 {
		return p, fmt.Errorf("pattern %q has no pieces", src)
	}
	return p, nil
}

// spell returns everything that a piece spells.
func spell(src string, concepts map[string][]string, depth int) ([]string, error) {
	if depth > 8 {
		return nil, fmt.Errorf("%q: concepts within concepts without end", src)
	}
	done := []string{""}
	for src != "" {
		var part []string
		var err error
		switch src[0] {
		case '{':
			end := strings.IndexByte(src, '}')
			if end < 0 {
				return nil, fmt.Errorf("%q: } is missing", src)
			}
			terms, ok := concepts[src[1:end]]
			if !ok {
				return nil, fmt.Errorf("no concept %s", src[1:end])
			}
			for _, term := range terms {
				s, err := spell(term, concepts, depth+1)
				if err != nil {
					return nil, err
				}
				part = append(part, s...)
			}
			src = src[end+1:]
		case '(':
			end := closing(src)
			if end < 0 {
				return nil, fmt.Errorf("%q: ) is missing", src)
			}
			for _, alt := range alternatives(src[1:end]) {
				s, err := spell(alt, concepts, depth+1)
				if err != nil {
					return nil, err
				}
				part = append(part, s...)
			}
			src = src[end+1:]
		default:
			end := strings.IndexAny(src, "{(")
			if end < 0 {
				end = len(src)
			}
			part, src = []string{src[:end]}, src[end:]
		}
		if done, err = join(done, part); err != nil {
			return nil, err
		}
	}
	return done, nil
}

func join(a, b []string) ([]string, error) {
	if len(a)*len(b) > maxSpellings {
		return nil, fmt.Errorf("more than %d spellings", maxSpellings)
	}
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return out, nil
}

// closing returns the index of the bracket that closes the one at 0.
func closing(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// alternatives splits at the bars that stand in no inner bracket.
func alternatives(s string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '|':
			if depth == 0 {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	return append(out, s[from:])
}
