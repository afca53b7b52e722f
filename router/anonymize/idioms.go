package anonymize

// maxIdiom is the length of the longest idiom that is looked for, in runes.
const maxIdiom = 8

// idiom reports whether what stands from start to end is part of what people say, and nobody's name there: 一日|千秋, 凛|として. What
// such words show to be a thing is one also where it is liked or not: 桃の缶詰, 桃|が嫌い.
func (s *scan) idiom(start, end int) bool {
	w := s.a.words
	if s.called(end) {
		return false
	}
	for k := max(0, end-maxIdiom); k <= start; k++ {
		if k+w.idioms.at(s.rs, k) >= end {
			return true
		}
	}
	if s.one(end, "が嫌い", "が好き", "が苦手", "がきらい", "がすき") > 0 {
		for k := range s.rs {
			if s.rs[k] == s.rs[start] && s.is(k, s.text(start, end)) && w.idioms.at(s.rs, k) > end-start {
				return true
			}
		}
	}
	return false
}
