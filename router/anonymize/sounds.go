package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// sound is what of the text at a character sounds, or in kanji looks, most like one name: of today's children, given, family;
// long ones, and those that are no word, before others, and those in front of a particle before all.
type sound struct {
	run
	kind  uint32 // 1 family, 2 given, 3 of today; 4 more where it is no word, 8 more in kanji
	again uint32 // 1 where it stands elsewhere too, 2 more where somebody is called so there
	rank  int
}

// sound notes the name of l runes at i, of the kinds k.
func (s *scan) sound(i, l int, k kind) {
	kanji := s.class(i) == japanese.Kanji
	if kanji && k&(family|given) == 0 || !kanji && k&(familyKana|givenKana) == 0 {
		return
	}
	x := sound{run: run{i, i + l}, kind: 1}
	word := k&common != 0
	switch {
	case k&today != 0:
		x.kind = 3
	case kanji && k&given != 0, k&givenKana != 0:
		x.kind = 2
	}
	if kanji {
		text := s.text(i, i+l)
		if s.a.words.modern[text] {
			x.kind = 3
		}
		word = s.a.words.everyday[text]
	}
	if !word {
		x.kind += 4
	}
	x.rank = 1 + 2*l + int(x.kind&3)*2 + int(x.kind>>2&1)
	if kanji {
		x.kind += 8
	}
	if next := s.rune(i + l); next == 0 || strings.ContainsRune("がはにもとのをっちくさね", next) {
		x.rank += 3
	}
	if c := s.class(i - 1); c != japanese.Hiragana && c != japanese.Katakana || s.particleAt(i-1) {
		x.rank++
	}
	for j := i; j < i+l; j++ {
		if x.rank > s.sounds[j].rank {
			s.sounds[j] = x
		}
	}
}

// repeated says of each name whether it stands in the text twice, and whether somebody is called so anywhere: then it is hardly a
// word.
func (s *scan) repeated() {
	seen := map[string]uint32{}
	for i := range s.sounds {
		x := &s.sounds[i]
		if x.rank == 0 || x.start != i {
			continue
		}
		text := s.spoken(x.start, x.end)
		n, old := seen[text]
		if old {
			n |= 1
		}
		if _, called := s.a.words.honorific(s.rs, x.end); called {
			n |= 2
		}
		seen[text] = n
	}
	for i := range s.sounds {
		if x := &s.sounds[i]; x.rank > 0 {
			if first := s.sounds[x.start]; first.run == x.run && x.start < i {
				x.again = first.again
			} else {
				x.again = seen[s.spoken(x.start, x.end)]
			}
		}
	}
}
