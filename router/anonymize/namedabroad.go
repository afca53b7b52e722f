package anonymize

// namedAbroad returns the names among the words of a stretch: those with a capital inside a sentence, those of the lists, and
// whoever is called Mr or san. A word with a capital that begins a sentence is none where it is common.
func (s *scan) namedAbroad(words []foreignWord, t tongue, known map[string]bool) []spot {
	is := make([]bool, len(words))
	seen := map[string]bool{}
	for n, w := range words {
		alone := s.isNameAbroad(w, t)
		if t == romaji {
			alone = s.isNameInRomaji(words, n)
			if end := s.stem(w); end < w.end && !w.common {
				words[n].end, alone = end, true
			}
		}
		if is[n] = alone || s.isCalled(words, n) || s.beginsName(words, n); is[n] {
			seen[w.text] = true
		}
	}
	for n, w := range words {
		within := n > 0 && n+1 < len(words) && w.capital && is[n-1] && is[n+1] && s.besideWord(words[n-1], w) && s.besideWord(w, words[n+1])
		is[n] = is[n] || within || !w.common && (seen[w.text] || s.isKnown(w.text, known))
	}
	var names []spot
	for n := 0; n < len(words); n++ {
		if !is[n] {
			continue
		}
		last := n
		for last+1 < len(words) && is[last+1] && s.besideWord(words[last], words[last+1]) {
			last++
		}
		names = append(names, s.schoolAbroad(words, n, last))
		n = last
	}
	return names
}

// beginsName reports whether word n begins a sentence and a name of two words: Mia Santos.
func (s *scan) beginsName(words []foreignWord, n int) bool {
	return n+1 < len(words) && words[n].capital && words[n].first && !words[n].common && words[n+1].capital && !words[n+1].common && s.besideWord(words[n], words[n+1])
}

// isNameInRomaji reports whether a word of Japanese in Latin letters is a name: a listed one with a particle behind it or
// another name beside it, or one with a capital.
func (s *scan) isNameInRomaji(words []foreignWord, n int) bool {
	w := words[n]
	kana := s.kanaName(w)
	if kana == "" || joints[w.text] || s.a.words.latinStop[w.text] || commonLatin(w.text) {
		return false
	}
	beside := func(k int) (foreignWord, bool) {
		if k < 0 || k >= len(words) || !s.besideWord(words[min(n, k)], words[max(n, k)]) {
			return foreignWord{}, false
		}
		return words[k], true
	}
	next, more := beside(n + 1)
	before, behind := beside(n - 1)
	joined := more && joints[next.text]
	fullName := more && s.a.names.is(kana, familyKana) && s.listedKana(s.kanaName(next)) || behind && s.a.names.is(s.kanaName(before), familyKana) && s.listedKana(kana)
	if w.capital {
		return joined || !w.first || s.listedKana(kana)
	}
	return s.listedKana(kana) && joined || fullName
}

// kanaName returns a word in kana where that may be a name.
func (s *scan) kanaName(w foreignWord) string {
	kana, _ := kanaOf(w.text)
	if s.a.words.kanaStop[kana] || s.a.words.danger[kana] || joints[w.text] {
		return ""
	}
	return kana
}

// besideWord reports whether two words stand side by side with nothing but a space or a dash between.
func (s *scan) besideWord(w, next foreignWord) bool {
	for i := w.end; i < next.start; i++ {
		if s.rs[i] != ' ' && s.rs[i] != '-' {
			return false
		}
	}
	return true
}

// isKnown reports whether somebody of the case is called so.
func (s *scan) isKnown(text string, known map[string]bool) bool {
	kana, ok := kanaOf(text)
	return len(text) >= 3 && (known[text] || ok && known[kana])
}

// isNameAbroad reports whether a word is a name by itself.
func (s *scan) isNameAbroad(w foreignWord, t tongue) bool {
	n := w.end - w.start
	kana, readable := kanaOf(w.text)
	listed := readable && n >= 3 && s.listedKana(kana)
	latin := s.a.words.latinNames[w.text]
	switch {
	case w.capital && w.common:
		return latin && !w.first
	case w.common || n < 2:
		return false
	case w.capital:
		return listed || latin || !w.first || t == english
	case w.loud:
		return listed && n >= 4 || latin || n > 4 && t != english && !w.first
	}
	return t == english && (listed && n >= 4 || latin && n >= 3)
}

// called are how somebody is called behind the name, and callers what stands in front of one.
var (
	called  = setOf("san kun chan sama sensei senpai sempai")
	callers = setOf("si kay sina kina")
)

// isCalled reports whether somebody is called by word n: Mr Tanaka, tanaka sensei, my name is maria, si Yuka.
func (s *scan) isCalled(words []foreignWord, n int) bool {
	w := words[n]
	if w.common || w.end-w.start < 2 || called[w.text] {
		return false
	}
	if n+1 < len(words) && called[words[n+1].text] && s.besideWord(w, words[n+1]) {
		return true
	}
	before := func(k int) string {
		if n-k < 0 {
			return ""
		}
		return words[n-k].text
	}
	switch one, two := before(1), before(2); {
	case titles[one], callers[one], one == "chamo", two == "me" && one == "llamo", two == "namae" && one == "wa":
		return true
	default:
		return two == "name" && one == "is" || two == "nome" && one == "é" || two == "nombre" && one == "es"
	}
}

// Words in the names of schools, and behind the names of places.
var (
	schoolsAbroad = setOf("school elementary junior middle high kindergarten academy university international escola")
	placesAbroad  = setOf("station park hospital clinic mall street church temple bridge river building apartment apartments")
)

// schoolAbroad returns the spot of the name from word n to word last, which is a school's or a place's if the words behind say so.
func (s *scan) schoolAbroad(words []foreignWord, n, last int) spot {
	end := last
	for end+1 < len(words) && s.besideWord(words[end], words[end+1]) && schoolsAbroad[words[end+1].text] {
		end++
	}
	if end > last {
		return spot{words[n].start, words[end].end, TypeSchool, 0.7}
	}
	t := TypePerson
	if last+1 < len(words) && s.besideWord(words[last], words[last+1]) && placesAbroad[words[last+1].text] {
		t = TypePlace
	}
	return spot{words[n].start, words[last].end, t, 0.7}
}
