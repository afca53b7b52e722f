package anonymize

import (
	"madoguchi/triage/japanese"
)

// cluesEach is how many clues a character has.
const cluesEach = 44

// Clues returns what the learned part knows of each character of a text, and how many clues a character has. The text is
// folded; runes are the view's.
func (a *Anonymizer) Clues(text string) (view []rune, clues []uint32, each int) {
	v := japanese.Fold(text)
	s := newScan(a, v)
	s.tokenize()
	s.look()
	s.markActs()
	return v.Runes, s.clues(), cluesEach
}

// clue mixes what a clue says into a key. Which clue it is makes the first word.
func clue(which int, says ...uint32) uint32 {
	h := uint32(which)*0x9e3779b1 + 0x7f4a7c15
	for _, x := range says {
		h = (h ^ x) * 0x85ebca6b
		h ^= h >> 15
	}
	return h
}

// Marks of a list of names at a character.
const (
	begins = 1 << iota
	within
	ends
)

// run is a stretch of characters of one class.
type run struct{ start, end int }

// clues returns the clues of the view, one character after the other.
func (s *scan) clues() []uint32 {
	n := len(s.rs)
	class := make([]uint32, n)
	runs := make([]run, n)
	for i, r := range s.rs {
		c := s.classes[i]
		if r == 'ー' && i > 0 && class[i-1] == uint32(japanese.Hiragana) {
			c = japanese.Hiragana
		}
		class[i] = uint32(c)
		if i > 0 && class[i-1] == class[i] {
			runs[i] = run{runs[i-1].start, i + 1}
		} else {
			runs[i] = run{i, i + 1}
		}
	}
	for i := n - 2; i >= 0; i-- {
		if runs[i+1].start == runs[i].start {
			runs[i].end = runs[i+1].end
		}
	}
	out := make([]uint32, 0, n*cluesEach)
	b := beside{s: s, class: class, runs: runs, words: s.sayings(), called: make([]uint32, n+1)}
	for i := range s.rs {
		h, _ := s.a.words.honorific(s.rs, i)
		b.called[i] = uint32(h.n)
	}
	kanji := 0
	for _, c := range s.classes {
		if c == japanese.Kanji {
			kanji++
		}
	}
	switch {
	case kanji*8 > n:
		b.style = 2
	case kanji > 0:
		b.style = 1
	}
	for i := range s.rs {
		out = b.at(out, i)
	}
	return out
}

// beside is a view with what is known of its characters.
type beside struct {
	s      *scan
	class  []uint32
	runs   []run
	words  []saying
	called []uint32 // the length of the honorific that stands there
	style  uint32   // how much of the text is kanji: none, a little, more
}

// char is the character at i, digits alike, 1 beyond the text.
func (b *beside) char(i int) uint32 {
	if i < 0 || i >= len(b.s.rs) {
		return 1
	}
	if r := b.s.rs[i]; r < '0' || r > '9' {
		return uint32(r)
	}
	return '0'
}

func (b *beside) kind(i int) uint32 {
	if i < 0 || i >= len(b.class) {
		return 15
	}
	return b.class[i]
}

func (b *beside) mark(i int) uint32 {
	if i < 0 || i >= len(b.s.marks) {
		return 0
	}
	return b.s.marks[i]
}

// fits says whether the dictionary's words begin and end where the name does, and of what part of speech the first is, and what
// follows.
func (b *beside) fits(x *sound) uint32 {
	if x.rank == 0 {
		return 0
	}
	first, last := b.s.token(x.start), b.s.token(x.end-1)
	says := uint32(1) | uint32(first.Part)<<8
	if first.Start == x.start {
		says |= 2
	}
	if last.End == x.end {
		says |= 4
		if next := b.s.token(x.end); next != nil {
			says |= uint32(next.Part) << 16
		}
	}
	if first == last {
		says |= 8
	}
	return says
}

// inside says how a name lies to the everyday word at a character: it is one, or a piece of one, or has nothing to do with it.
func (b *beside) inside(x *sound, e run) uint32 {
	switch {
	case x.rank == 0 || e.end == e.start:
		return 0
	case e == x.run:
		return 1
	case e.start <= x.start && e.end >= x.end:
		return 2 + uint32(min(e.end-e.start-(x.end-x.start), 3))
	case e.start >= x.start && e.end <= x.end:
		return 6
	}
	return 7
}

// heard is what kind of name, and how long a one, the text sounds like at i; 0 where none begins there.
func (b *beside) heard(i int) uint32 {
	if i >= len(b.s.sounds) || b.s.sounds[i].start != i {
		return 0
	}
	x := &b.s.sounds[i]
	return x.kind<<8 | uint32(x.end-x.start)
}

// usualNext says what stands around an everyday word: the class in front of it, and what follows.
func (b *beside) usualNext(e run) uint32 {
	if e.end == e.start {
		return 0
	}
	return b.kind(e.start-1)<<28 | b.char(e.end)<<8 | uint32(b.kind(e.end+1))
}

// saying is what the dictionary says of a word: a key of its characters, and of its part of speech.
type saying struct{ text, part uint32 }

func (s *scan) sayings() []saying {
	all := make([]saying, len(s.tokens))
	for n, t := range s.tokens {
		w := &all[n]
		for _, r := range s.rs[t.Start:min(t.End, t.Start+8)] {
			w.text = (w.text ^ uint32(r)) * 0x01000193
		}
		w.part = uint32(t.Part)<<1 | 32<<1
		if t.Known {
			w.part |= 1
		}
	}
	return all
}

// word returns what is said of a word, or that there is none.
func (b *beside) word(n int) saying {
	if n < 0 || n >= len(b.words) {
		return saying{1, 1}
	}
	return b.words[n]
}

// at appends the clues of character i. There are cluesEach of them.
func (b *beside) at(out []uint32, i int) []uint32 {
	var c [9]uint32
	for k := range c {
		c[k] = b.char(i + k - 4)
	}
	const m = 4 // the character itself
	n := int(b.s.at[i])
	t := &b.s.tokens[n]
	word, before, after, after2 := b.word(n), b.word(n-1), b.word(n+1), b.word(n+2)
	place := uint32(min(i-t.Start, 3))<<4 | uint32(min(t.End-1-i, 3))
	r := b.runs[i]
	spot := uint32(min(i-r.start, 5))<<4 | uint32(min(r.end-1-i, 5))
	left, left2 := b.char(r.start-1), b.char(r.start-2)
	right, right2, right3 := b.char(r.end), b.char(r.end+1), b.char(r.end+2)
	shape := b.kind(i-2)<<16 | b.kind(i-1)<<12 | b.kind(i)<<8 | b.kind(i+1)<<4 | b.kind(i+2)
	mark, act := b.mark(i), uint32(0)
	if b.s.act(i) {
		act = 1
	}
	e := b.s.usual[i]
	usual, inUsual := uint32(e.end-e.start), uint32(0)
	if usual > 0 {
		inUsual = uint32(i-e.start)<<3 | uint32(e.end-1-i)
	}
	x := &b.s.sounds[i] // nothing where rank is 0
	in, heard, n1 := uint32(i-x.start)<<3|uint32(min(x.end-1-i, 7)), x.kind<<8|uint32(x.end-x.start), x.end
	if x.rank == 0 {
		in, n1 = 1<<8, i+1
	}
	whole := uint32(0) // of a run of one class, an everyday word
	switch {
	case e.start == r.start && e.end == r.end:
		whole = 1
	case e.start == r.start || e.end == r.end:
		whole = 2
	}
	called := uint32(0)
	if n := b.called[r.end]; n > 0 {
		called = 1 + n
	} else if n := b.called[i+1]; n > 0 {
		called = 16 + n
	}
	return append(out,
		clue(1, c[m]), clue(2, c[m-1]), clue(3, c[m-2]), clue(4, c[m+2]), clue(5, c[m+3]),
		clue(6, c[m-1], c[m]), clue(7, c[m], c[m+1]), clue(8, c[m+1], c[m+2]),
		clue(9, c[m-2], c[m-1], c[m]), clue(10, c[m-1], c[m], c[m+1]), clue(11, c[m], c[m+1], c[m+2]), clue(12, c[m+1], c[m+2], c[m+3]),
		clue(13, c[m+1], c[m+2], c[m+3], c[m+4]),
		clue(14, shape), clue(15, spot, b.kind(i)),
		clue(16, word.part, place), clue(17, before.part, word.part, after.part), clue(18, word.text), clue(19, before.text, place), clue(20, after.text, place),
		clue(21, after.text, after2.text, word.part),
		clue(22, left, left2, spot), clue(23, right, right2, spot), clue(24, right, right2, right3), clue(25, spot, b.kind(r.start-1), right),
		clue(26, mark, b.kind(i)), clue(27, mark, c[m+1]), clue(28, b.mark(i-1), mark, b.mark(i+1)),
		clue(29, mark, act, after.part), clue(30, called, b.kind(i), spot),
		clue(31, usual, inUsual, mark), clue(32, usual, b.usualNext(e), act),
		clue(33, in, heard), clue(34, in, heard, b.char(n1)), clue(35, in, x.kind, b.char(x.start-1), b.char(n1)), clue(36, in, heard, b.char(n1), b.char(n1+1)),
		clue(37, b.style, in, heard, word.part), clue(38, in, heard, b.char(n1), b.heard(n1+1)), clue(39, whole, b.kind(i), heard),
		clue(40, b.word(n-2).part, before.part, word.part, place), clue(41, b.style, mark, b.kind(i)),
		clue(42, in, heard, x.again, b.char(n1)), clue(43, heard, in, b.fits(x), b.char(n1)), clue(44, heard, in, b.inside(x, e), b.style))
}
