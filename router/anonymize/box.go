package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// longestInBox is how many characters a name in a form's box has at most: 勅使河原小百合 has seven. What is longer is a sentence,
// and is read as one.
const longestInBox = 10

// boxed finds who stands in a box of a form in which names are asked for: 2年1組 水主町なぎさ（姉）、古賀原 ももか. There a name
// needs no context and no dictionary: every run of letters is one, but for the words that stand beside names in such boxes.
func (s *scan) boxed() []spot {
	var names []spot
	family := false // the last of them may go on after the space that follows
	for i := 0; i < len(s.rs); {
		j := i
		for j < len(s.rs) && lettered(s.classes[j]) {
			j++
		}
		if j == i {
			family = family && s.classes[i] == japanese.Space
			i++
			continue
		}
		start, end := s.inBox(i, j)
		part := start < end && end-start <= longestInBox
		switch {
		case part && family && start == i && s.part(start, end):
			names[len(names)-1].end = end
			family = false
		case part:
			names = append(names, spot{start, end, TypePerson, 1})
			family = end == j && s.part(start, end)
		default:
			family = false
		}
		i = j
	}
	return names
}

func lettered(c japanese.Class) bool {
	return c == japanese.Kanji || c == japanese.Hiragana || c == japanese.Katakana || c == japanese.Latin
}

// part reports whether what stands there may be a family or a given name alone.
func (s *scan) part(start, end int) bool {
	_, _, whole := s.a.names.split(s.text(start, end))
	return !whole && (end-start <= 5 || s.classes[start] == japanese.Latin)
}

// inBox drops what stands before and after a name: 2年1組, 担任, さん. Nothing may be left.
func (s *scan) inBox(start, end int) (int, int) {
	for k := end - 1; k >= start; k-- {
		if k > 0 && strings.ContainsRune("年組番班", s.rs[k]) && (numeral(s.rs[k-1]) || s.classes[k-1] == japanese.Latin) {
			start = k + 1
			break
		}
	}
	if s.rune(start) == '生' {
		start++
	}
	if s.rune(start) == 'の' && start+1 < end && s.classes[start+1] == japanese.Kanji {
		start++
	}
	for changed := true; changed && start < end; {
		changed = false
		for _, w := range s.a.words.besideNames {
			n := len(w)
			if end-start >= n && slices.Equal(s.rs[start:start+n], w) {
				start, changed = start+n, true
			}
			if end-start >= n && slices.Equal(s.rs[end-n:end], w) {
				end, changed = end-n, true
			}
		}
	}
	if start >= end || s.a.words.notInBox[s.text(start, end)] || s.a.words.danger[s.text(start, end)] {
		return start, start
	}
	return start, end
}

// boxKeys returns the writings under which a name of a box is known. Where no dictionary tells the family's name from the given
// one, the space does, or the change from kanji to kana.
func (a *Anonymizer) boxKeys(words string) (keys []string, full string) {
	keys, full = a.keysOf(TypePerson, words)
	if full != "" {
		return keys, full
	}
	rs := []rune(strings.TrimSpace(words))
	for i := 1; i+1 < len(rs); i++ {
		turn := japanese.ClassOf(rs[i]) == japanese.Space ||
			japanese.ClassOf(rs[i-1]) == japanese.Kanji && (japanese.ClassOf(rs[i]) == japanese.Hiragana || japanese.ClassOf(rs[i]) == japanese.Katakana)
		if !turn {
			continue
		}
		for _, part := range []string{string(rs[:i]), string(rs[i:])} {
			if more, _ := a.keysOf(TypePerson, part); len([]rune(more[0])) > 1 {
				keys = append(keys, more...)
			}
		}
		return keys, keys[0]
	}
	return keys, ""
}

// box puts the names of a box in the place of what the rules for sentences took for a place, a school or somebody else there.
func (a *Anonymizer) box(found []spot, view japanese.View, g *Glossary) []spot {
	s := newScan(a, view)
	var names []spot
	for _, n := range s.boxed() {
		if !a.kept(g, s.rs[n.start:n.end]) {
			n.start, n.end = view.Span(n.start, n.end)
			names = append(names, n)
		}
	}
	found = slices.DeleteFunc(found, func(f spot) bool {
		weaker := f.t == TypePlace || f.t == TypeSchool || f.t == TypeAddress || f.t == TypePerson
		return weaker && slices.ContainsFunc(names, func(n spot) bool { return f.start < n.end && n.start < f.end })
	})
	return append(found, names...)
}
