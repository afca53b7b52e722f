package anonymize

import (
	"slices"
	"strings"
	"unicode"

	"madoguchi/triage/japanese"
)

// Children with roots abroad write English, Portuguese or Filipino. To whoever reads Japanese every word of that is unknown,
// and all of it looks like names. In such a stretch only those rules count that are here.

// abroad is what is known of the stretches of a view that are in another language: where they are, and who is named there.
type abroad struct {
	stretches []run
	names     []spot
}

// foreignWord is a word of such a stretch. Of Kento's it is Kento.
type foreignWord struct {
	run
	text    string // in small letters
	capital bool   // its first letter alone
	loud    bool   // all of its letters are capitals
	first   bool   // it begins a sentence
	common  bool   // no name is written so, or few are
}

// abroad finds the stretches that are in another language. known are the names that the case has already, as keys.
func (s *scan) abroad(known map[string]bool) abroad {
	var out abroad
	for i := 0; i < len(s.rs); i++ {
		if s.classes[i] != japanese.Latin {
			continue
		}
		end := i
		for j := i; j < len(s.rs) && !native(s.classes[j]); j++ {
			if word(s.rs[j]) || s.classes[j] == japanese.Latin {
				end = j + 1
			}
		}
		words := s.foreignWords(i, end)
		if t := s.tongueOf(words); t != unknown {
			out.stretches = append(out.stretches, run{i, end})
			out.names = append(out.names, s.namedAbroad(words, t, known)...)
		}
		i = end
	}
	return out
}

func native(c japanese.Class) bool {
	return c == japanese.Kanji || c == japanese.Hiragana || c == japanese.Katakana
}

// foreignWords returns the words from start to end that are of letters alone, and no part of an account's or a host's name.
func (s *scan) foreignWords(start, end int) []foreignWord {
	var words []foreignWord
	for i := start; i < end; i++ {
		if s.classes[i] != japanese.Latin {
			continue
		}
		j := i
		for j < end && s.classes[j] == japanese.Latin {
			j++
		}
		w := foreignWord{run: run{i, j}, first: s.opens(i)}
		for apostrophe(s.rune(j)) && s.class(j+1) == japanese.Latin { // 's, n't
			for j++; j < end && s.classes[j] == japanese.Latin; j++ {
			}
		}
		text := s.text(w.start, w.end)
		w.text = strings.ToLower(text)
		w.loud = w.end > w.start+1 && text == strings.ToUpper(text)
		w.capital = !w.loud && unicode.IsUpper(s.rs[w.start])
		w.common = s.a.words.saysAbroad(w.text)
		net := func(r rune) bool { return digit(r) || r == '_' || r == '@' || r == '/' }
		if dotted := s.rune(j) == '.' && s.class(j+1) == japanese.Latin; !net(s.rune(i-1)) && !net(s.rune(j)) && !dotted {
			words = append(words, w)
		}
		i = j
	}
	return words
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '`' }

// opens reports whether a sentence begins at i.
func (s *scan) opens(i int) bool {
	for i--; i >= 0; i-- {
		switch {
		case s.classes[i] == japanese.Space && s.rs[i] != '\n', s.rs[i] == '"', s.rs[i] == '(', s.rs[i] == '\'', s.rs[i] == '“', s.rs[i] == '-':
		default:
			return !(s.rs[i] == '.' && s.afterTitle(i)) && s.classes[i] != japanese.Latin && s.classes[i] != japanese.Digit && s.rs[i] != ',' && !apostrophe(s.rs[i]) && s.rs[i] != '&'
		}
	}
	return true
}

// afterTitle reports whether the point at i is the one of Mr.
func (s *scan) afterTitle(i int) bool {
	start := i
	for start > 0 && s.classes[start-1] == japanese.Latin {
		start--
	}
	return titles[strings.ToLower(s.text(start, i))]
}

// titles stand in front of a name, however small it is written.
var titles = set{"mr": true, "mrs": true, "ms": true, "dr": true, "sr": true, "sra": true}

// stem returns the end of a word of romaji without the particle that is written with it: takahashi|ni.
func (s *scan) stem(w foreignWord) int {
	kana, ok := kanaOf(w.text)
	if !ok || s.listedKana(kana) {
		return w.end
	}
	for _, p := range []string{"ni", "ga", "to", "wa", "wo", "no", "mo", "kara"} {
		stem, ok := strings.CutSuffix(w.text, p)
		if kana, _ := kanaOf(stem); ok && len([]rune(kana)) >= 3 && s.a.names.is(kana, familyKana|givenKana) && !s.a.words.kanaStop[kana] {
			return w.end - len(p)
		}
	}
	return w.end
}

// joints are particles and the like of Japanese in Latin letters: other languages have them too.
var joints = setOf("ni wa ga wo o no to de kara made mo na ne yo ka sa e i a u ya si ko san kun chan sama sensei senpai sempai desu dayo tte")

// tongue is the language of a stretch.
type tongue uint8

const (
	unknown tongue = iota // a name perhaps
	romaji                // Japanese
	english
	other
)

// tongueOf returns the language of words.
func (s *scan) tongueOf(words []foreignWord) tongue {
	inEnglish, abroad, strange, japanese := 0, 0, 0, 0
	for _, w := range words {
		kana, readable := kanaOf(w.text)
		switch {
		case joints[w.text], w.end == w.start+1:
		case w.common && s.a.words.abroad[w.text]:
			abroad++
		case w.common:
			inEnglish++
		case w.capital, readable && s.listedKana(kana), s.a.words.latinNames[w.text]:
		case readable:
			japanese++
		default:
			strange++
		}
	}
	switch foreign := inEnglish + abroad + strange; {
	case len(words) == 1 && (inEnglish == 0 || s.called(words[0].end)):
		return unknown // Rinちゃん
	case foreign > japanese && inEnglish > abroad && 2*inEnglish >= strange:
		return english
	case foreign > japanese && (abroad > 0 || foreign >= 3):
		return other
	case japanese > 0 && len(words) >= 2:
		return romaji
	}
	return unknown
}

// listedKana reports whether a name of a list sounds so, also with the long vowel that Latin letters leave out: taro.
func (s *scan) listedKana(kana string) bool {
	return len([]rune(kana)) >= 2 && (s.a.names.is(kana, familyKana|givenKana) || s.a.names.is(kana+"う", givenKana))
}

// saysAbroad reports whether a word in small Latin letters is one of English or another language, also with an ending.
func (w *words) saysAbroad(word string) bool {
	if w.english[word] || w.abroad[word] {
		return true
	}
	for _, ending := range []string{"s", "es", "ed", "d", "ing", "er", "ers", "ly", "ies", "ied", "ness", "ful"} {
		stem, ok := strings.CutSuffix(word, ending)
		if !ok || len(stem) < 3 {
			continue
		}
		n := len(stem)
		if w.english[stem] || w.english[stem+"e"] || strings.HasPrefix(ending, "i") && w.english[stem+"y"] || stem[n-1] == stem[n-2] && w.english[stem[:n-1]] {
			return true
		}
	}
	return false
}

// abroadOf returns what is foreign in the view, in runes of the input.
func (a *Anonymizer) abroadOf(view japanese.View, g *Glossary) abroad {
	s := newScan(a, view)
	out := s.chinese()
	if slices.Contains(s.classes, japanese.Latin) {
		latin := s.abroad(knownNames(g))
		out.stretches, out.names = append(out.stretches, latin.stretches...), append(out.names, latin.names...)
	}
	for n, x := range out.stretches {
		out.stretches[n].start, out.stretches[n].end = view.Span(x.start, x.end)
	}
	out.names = slices.DeleteFunc(out.names, func(x spot) bool { return a.kept(g, view.Runes[x.start:x.end]) })
	for n, x := range out.names {
		out.names[n].start, out.names[n].end = view.Span(x.start, x.end)
	}
	slices.SortFunc(out.stretches, func(x, y run) int { return x.start - y.start })
	return out
}

// knownNames are the keys of the people of a case.
func knownNames(g *Glossary) map[string]bool {
	known := map[string]bool{}
	for _, e := range g.Entries {
		if e.Type == TypePerson && !e.Doubtful {
			for _, k := range e.Keys {
				known[k] = true
			}
		}
	}
	return known
}

// instead returns the spots without those that are guessed in a foreign stretch, and with the names there.
func (b abroad) instead(a *Anonymizer, found []spot, in []rune) []spot {
	if len(b.stretches) == 0 {
		return found
	}
	var out []spot
	for _, f := range found {
		switch f.t {
		case TypePerson, TypeSchool, TypePlace:
			if f.score < 1 {
				out = append(out, b.outside(f)...)
				continue
			}
		case TypeEmail, TypeURL, TypeHandle:
			if b.sentence(a, f, in) {
				continue
			}
			f = b.oneWord(a, f, in)
		}
		out = append(out, f)
	}
	return append(out, b.names...)
}

// outside returns what of a spot is in no foreign stretch.
func (b abroad) outside(f spot) []spot {
	var out []spot
	for _, x := range b.stretches {
		if x.end <= f.start || f.end <= x.start {
			continue
		}
		if f.start < x.start {
			before := f
			before.end = x.start
			out = append(out, before)
		}
		if f.start = x.end; f.start >= f.end {
			return out
		}
	}
	return append(out, f)
}

// oneWord returns an address without the words of a sentence in front of it: write me at mika@example.com.
func (b abroad) oneWord(a *Anonymizer, f spot, in []rune) spot {
	for f.t == TypeEmail && b.within(f) {
		n := slices.Index(in[f.start:f.end], ' ')
		if n < 2 || !a.words.saysAbroad(strings.ToLower(string(in[f.start:f.start+n]))) {
			break
		}
		f.start += n + 1
	}
	return f
}

// within reports whether a spot lies in a foreign stretch.
func (b abroad) within(f spot) bool {
	return slices.ContainsFunc(b.stretches, func(x run) bool { return x.start <= f.start && f.end <= x.end })
}

// sentence reports whether what looks like an address or an account is a piece of a foreign sentence: LINE they, night. Don't.
func (b abroad) sentence(a *Anonymizer, f spot, in []rune) bool {
	if !b.within(f) {
		return false
	}
	text := strings.ToLower(string(in[f.start:f.end]))
	if a.words.saysAbroad(text) {
		return true
	}
	fields := strings.FieldsFunc(text, func(r rune) bool { return japanese.ClassOf(r) != japanese.Latin })
	host := slices.ContainsFunc(fields, func(w string) bool { return w == "com" || w == "jp" || w == "net" || w == "org" })
	return strings.Contains(text, " ") && !host && !strings.Contains(text, "@")
}
