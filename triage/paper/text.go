package paper

import (
	"strings"
	"unicode"
)

// Style is how words look. Size is in points; a line takes Lead times that.
type Style struct {
	Size float64
	Lead float64 // 0 stands for 1.7, which leaves room for furigana
	Bold bool
	Grey uint8
}

const point = 25.4 / 72 // in millimetres

// unit is what a line is not broken within: a character, a word of Latin letters, or kanji under one furigana.
type unit struct{ text, ruby string }

// units takes a line apart. Kana in brackets directly after kanji stand above them: 漢字（かんじ）.
func units(line string) []unit {
	var all []unit
	rs := []rune(line)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && kanji(rs[j]) {
			j++
		}
		if j > i && j < len(rs) && rs[j] == '（' {
			if end := closing(rs, j+1); end > 0 {
				all = append(all, unit{string(rs[i:j]), string(rs[j+1 : end])})
				i = end + 1
				continue
			}
		}
		j = i
		for j < len(rs) && rs[j] > ' ' && rs[j] < unicode.MaxASCII && j-i < 24 {
			j++
		}
		j = max(j, i+1)
		all = append(all, unit{text: string(rs[i:j])})
		i = j
	}
	return all
}

func kanji(r rune) bool { return unicode.Is(unicode.Han, r) || r == '々' }

// closing returns where the bracket ends that opens before i, if nothing but kana stands in it.
func closing(rs []rune, i int) int {
	for j := i; j < len(rs) && j-i < 24; j++ {
		switch {
		case rs[j] == '）' && j > i:
			return j
		case !unicode.Is(unicode.Hiragana, rs[j]) && !unicode.Is(unicode.Katakana, rs[j]) && rs[j] != 'ー':
			return 0
		}
	}
	return 0
}

const (
	notFirst = "、。，．・：；？！）」』】〕〉》”’ー…‥ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々"
	notLast  = "（「『【〔〈《“‘"
)

// Words sets text into a column of that width, from the top y, and returns where it ends. A line break in the text is one.
func (d *Doc) Words(x, y, width float64, text string, s Style) (bottom float64) {
	return d.words(x, y, width, Height*100, text, s)
}

func (d *Doc) words(x, y, width, floor float64, text string, s Style) float64 {
	lead := d.lead(s)
	for _, line := range d.Lines(width, text, s) {
		if y+lead > floor {
			break
		}
		y += lead
		d.set(x, y-lead*.22, line, s)
	}
	return y
}

// lead is the height of a line in millimetres.
func (d *Doc) lead(s Style) float64 {
	if s.Lead == 0 {
		s.Lead = 1.7
	}
	return s.Size * point * s.Lead
}

// Lines breaks text into lines no wider than width, each as it was written, furigana and all.
func (d *Doc) Lines(width float64, text string, s Style) []string {
	d.font(s, s.Size)
	var lines []string
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		all := units(paragraph)
		for first := true; len(all) > 0 || first; first = false {
			n := d.fits(width, all)
			var b strings.Builder
			for _, u := range all[:n] {
				b.WriteString(u.text)
				if u.ruby != "" {
					b.WriteString("（" + u.ruby + "）")
				}
			}
			lines = append(lines, b.String())
			all = all[n:]
		}
	}
	return lines
}

// fits says how many units go onto a line.
func (d *Doc) fits(width float64, all []unit) int {
	n, used := 0, 0.
	for n < len(all) {
		used += d.measure(all[n].text)
		if used > width && n > 0 {
			break
		}
		n++
	}
	if n == len(all) {
		return n
	}
	for back := n; back > 1 && n-back < 4; back-- {
		if !strings.ContainsAny(first(all[back].text), notFirst) && !strings.ContainsAny(all[back-1].text, notLast) {
			return back
		}
	}
	return n
}

func first(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func (d *Doc) font(s Style, size float64) {
	family := "regular"
	if s.Bold {
		family = "bold"
	}
	d.fail(d.pdf.SetFont(family, "", size))
	d.pdf.SetTextColor(s.Grey, s.Grey, s.Grey)
}

func (d *Doc) measure(text string) float64 {
	w, err := d.pdf.MeasureTextWidth(text)
	d.fail(err)
	return w
}

// set prints a line upon its base line.
func (d *Doc) set(x, base float64, line string, s Style) {
	var plain strings.Builder
	flush := func() {
		if plain.Len() > 0 {
			x += d.put(x, base, plain.String(), s, s.Size)
			plain.Reset()
		}
	}
	for _, u := range units(line) {
		if u.ruby == "" {
			plain.WriteString(u.text)
			continue
		}
		flush()
		w := d.put(x, base, u.text, s, s.Size)
		small := s.Size * .48
		d.font(s, small)
		over := d.measure(u.ruby)
		if over > w*1.5 { // long readings are set smaller rather than into their neighbours
			small *= w * 1.5 / over
			over = w * 1.5
		}
		d.put(x+(w-over)/2, base-s.Size*point*.92, u.ruby, s, small)
		x += w
	}
	flush()
}

func (d *Doc) put(x, base float64, text string, s Style, size float64) (width float64) {
	d.font(s, size)
	width = d.measure(text)
	d.pdf.SetXY(x, base)
	d.fail(d.pdf.Text(text))
	return width
}
