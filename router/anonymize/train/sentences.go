package main

import (
	"fmt"
	"strings"

	"madoguchi/router/anonymize/tagger"
	"madoguchi/triage/japanese"
)

// example is a sentence with the label of each character.
type example struct {
	text   []rune
	labels []uint8
}

// String shows an example with its names in brackets.
func (e example) String() string {
	var b strings.Builder
	for i, r := range e.text {
		if e.labels[i]%2 == 1 {
			b.WriteByte('[')
		}
		b.WriteRune(r)
		if e.labels[i] > 0 && (i+1 == len(e.text) || e.labels[i+1] != e.labels[i]+e.labels[i]%2) {
			b.WriteByte(']')
		}
	}
	return b.String()
}

// add appends words that belong to a name whose first label is given, or to none.
func (e *example) add(words string, first uint8) {
	for _, r := range words {
		e.text = append(e.text, r)
		e.labels = append(e.labels, first)
		if first%2 == 1 {
			first++
		}
	}
}

// How often a line is used.
const (
	named    = 16 // with names in it, and with names and the words around them in kana
	spoken   = 9
	plain    = 3   // as it is, and as often in kana
	combined = 160 // of a line with parts to choose from, and half as often in kana
	sent     = 12  // a labelled message, and half as often in kana
)

// all makes the examples of all lines.
func (m *maker) all(lines, messages []string) []example {
	var all []example
	for _, line := range messages {
		n := plain
		if strings.Contains(line, "{") {
			n = sent
		}
		for i := range n {
			all = append(all, m.fill(line, false))
			if i%2 == 0 {
				all = append(all, m.fill(line, true))
			}
		}
	}
	for _, line := range lines {
		if strings.Contains(line, "<") {
			for range combined {
				all = append(all, m.fill(m.choose(line), false), m.fill(m.choose(line), m.chance(0.5)))
			}
			continue
		}
		if !strings.Contains(line, "{") {
			for range plain {
				all = append(all, m.fill(line, false), m.fill(line, true))
			}
			continue
		}
		for range named {
			all = append(all, m.fill(line, false))
		}
		for range spoken {
			all = append(all, m.fill(line, true))
		}
	}
	for i := range all {
		all[i] = m.worn(m.longer(all[i], all))
	}
	return all
}

// choose takes one of the parts of a line, wherever there are some: <が|は|も>.
func (m *maker) choose(line string) string {
	var b strings.Builder
	for {
		words, rest, found := strings.Cut(line, "<")
		b.WriteString(words)
		if !found {
			return b.String()
		}
		parts, after, _ := strings.Cut(rest, ">")
		b.WriteString(m.one(strings.Split(parts, "|")))
		line = after
	}
}

// longer puts now and then something in front of a sentence, or another sentence.
func (m *maker) longer(e example, all []example) example {
	var out example
	switch x := m.rng.Float64(); {
	case x < 0.25:
		out.add(m.one(m.before), tagger.Outside)
	case x < 0.35:
		other := all[m.rng.IntN(len(all))]
		out.text, out.labels = append(out.text, other.text...), append(out.labels, other.labels...)
		out.add(m.one([]string{"。", "。", "、", " ", "。でも", "。それで"}), tagger.Outside)
	default:
		return e
	}
	if len(out.text)+len(e.text) > 80 {
		return e
	}
	return example{append(out.text, e.text...), append(out.labels, e.labels...)}
}

// fill puts names into a line. In kana, the words around them are written by their sound, and most names too.
func (m *maker) fill(line string, kana bool) example {
	var e example
	loud, latin, people := m.chance(0.15), m.chance(0.02), map[string]name{}
	for line != "" {
		words, rest, found := strings.Cut(line, "{")
		if latin {
			words = m.kana.latin(words)
		} else if kana {
			words = m.kana.sound(words)
			if m.chance(0.3) {
				words = said.Replace(words)
			}
		}
		if loud && !latin {
			words = m.loud(words)
		}
		e.add(words, tagger.Outside)
		if !found {
			break
		}
		code, after, _ := strings.Cut(rest, "}")
		n, first, called := m.name(code)
		if again, ok := strings.CutPrefix(code, "#"); ok {
			n, first = people[again], tagger.PersonFirst
		} else if first == tagger.PersonFirst {
			if latin {
				n, called = m.latin(), ""
			}
			people[fmt.Sprint(len(people))] = n
		}
		words = n.words
		if kana && m.chance(0.7) {
			words = n.reading
		}
		e.add(words, first)
		e.add(called, tagger.Outside)
		line = after
	}
	return e
}

// name returns what stands for a place in braces, its first label, and how whoever it is is called.
func (m *maker) name(code string) (n name, first uint8, called string) {
	if words, ok := strings.CutPrefix(code, "=N"); ok {
		return name{words, m.kana.sound(words)}, tagger.PersonFirst, ""
	} else if words, ok := strings.CutPrefix(code, "=P"); ok {
		if m.chance(0.4) {
			return m.place(), tagger.PlaceFirst, ""
		}
		return name{words, m.kana.sound(words)}, tagger.PlaceFirst, ""
	}
	switch code {
	case "h":
		n, called = m.person(), m.one(honorifics)
		if m.chance(0.15) {
			called = ""
		}
		return n, tagger.PersonFirst, called
	case "F":
		return m.surname(), tagger.PersonFirst, ""
	case "G":
		return m.first(), tagger.PersonFirst, ""
	case "A":
		return m.full(), tagger.PersonFirst, ""
	case "N":
		return m.nickname(), tagger.PersonFirst, ""
	case "E":
		return m.foreigner(), tagger.PersonFirst, ""
	case "R":
		return m.latin(), tagger.PersonFirst, ""
	case "S":
		t, s := m.town(), m.one(schools)
		return name{t.words + s, t.reading + s}, tagger.SchoolFirst, ""
	case "P":
		return m.place(), tagger.PlaceFirst, ""
	case "K":
		return m.sounded(), tagger.PersonFirst, ""
	case "H":
		n = m.sounded()
		n.words = japanese.HiraganaOf(n.words)
		return n, tagger.PersonFirst, ""
	case "J":
		switch x := m.rng.Float64(); {
		case x < 0.4:
			return m.surname(), tagger.PersonFirst, ""
		case x < 0.55:
			return m.of(m.words), tagger.PersonFirst, ""
		}
		return m.first(), tagger.PersonFirst, ""
	case "T":
		if m.chance(0.4) {
			return m.foreigner(), tagger.PersonFirst, ""
		}
		k := katakana(m.sounded().reading)
		return name{k, k}, tagger.PersonFirst, ""
	case "w":
		k := m.one(m.usual)
		switch x := m.rng.Float64(); {
		case x < 0.2:
			k = katakana(k)
		case x < 0.3:
			k = katakana(long(k))
		case x < 0.35: // as スマホ is made of スマートフォン
			k = katakana(start(k) + start(m.one(m.usual)))
		}
		return name{k, k}, tagger.Outside, ""
	}
	return m.person(), tagger.PersonFirst, ""
}

var honorifics = strings.Fields("さん さん さん くん くん くん ちゃん ちゃん 君 先輩 せんぱい 様 さま たち ら")

// worn is an example as it reaches the desk: now and then with a character typed wrong, with spaces between the words as
// small children write, or with marks at its end.
func (m *maker) worn(e example) example {
	x := m.rng.Float64()
	switch {
	case x < 0.05 && len(e.text) > 6: // a character is lost
		i := m.rng.IntN(len(e.text))
		if e.labels[i]%2 == 1 {
			return e
		}
		e.text = append(e.text[:i:i], e.text[i+1:]...)
		e.labels = append(e.labels[:i:i], e.labels[i+1:]...)
	case x < 0.08 && len(e.text) > 6: // one is twice there
		i := m.rng.IntN(len(e.text))
		l := e.labels[i] + e.labels[i]%2
		e.text = append(e.text[:i+1:i+1], e.text[i:]...)
		e.labels = append(append(e.labels[:i+1:i+1], l), e.labels[i+1:]...)
	case x < 0.13:
		for i, r := range e.text {
			switch {
			case r == 'を' && e.labels[i] == 0:
				e.text[i] = 'お'
			case r == 'は' && e.labels[i] == 0 && i > 0 && e.labels[i-1] > 0:
				e.text[i] = 'わ'
			}
		}
	case x < 0.22:
		return m.spaced(e)
	case x < 0.30:
		e.add(m.one([]string{"。", "。", "！", "...", "😭", "笑", "w", "ww", "泣", "、", "!!", "？"}), tagger.Outside)
	}
	return e
}

// spaced puts spaces behind particles.
func (m *maker) spaced(e example) example {
	var out example
	for i, r := range e.text {
		out.text, out.labels = append(out.text, r), append(out.labels, e.labels[i])
		if i+1 < len(e.text) && strings.ContainsRune("がはをにでともの", r) && e.labels[i] == 0 && e.labels[i+1]%2 == e.labels[i+1] && m.chance(0.6) {
			out.text, out.labels = append(out.text, ' '), append(out.labels, 0)
		}
	}
	return out
}
