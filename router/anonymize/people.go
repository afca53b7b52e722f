package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// people finds names of people, by every way that there is.
func (s *scan) people(g *Glossary) {
	s.tokenize()
	s.look()
	s.markActs()
	if !s.unlearned {
		s.guesses = s.a.tagger.Label(s.clues(), cluesEach)
	}
	s.honorifics()
	s.introductions()
	s.fullNames()
	s.kanjiNames()
	s.kanaNames()
	s.clauses()
	s.clauses() // what the first pass found may join another
	s.romaji()
	s.pictures()
	s.cries()
	s.lists()
	s.callers()
	if !s.unlearned {
		s.learned()
		s.listsBack()
		s.ownSchools()
	}
	s.latinJoined()
	s.doubled()
	s.wholeKatakana()
	s.bracketed()
	s.writtenAs()
	s.bothOf()
	s.germs()
	s.broken()
	s.nicknamed()
	s.read()
	s.signed()
	s.kin()
	s.founded()
	s.withPlace()
	s.again(g)
}

// markActs marks the sentences that tell what somebody did to somebody: there a noun is more likely a person.
func (s *scan) markActs() {
	s.acts = make([]bool, len(s.rs))
	for i := 0; i < len(s.rs); {
		j := i
		for j < len(s.rs) && !strings.ContainsRune("。！？!?\n", s.rs[j]) {
			j++
		}
		act := false
		for k := i; k < j && !act; k++ {
			act = s.a.words.acts.at(s.rs, k) > 0
		}
		for k := i; k < j; k++ {
			s.acts[k] = act
		}
		i = j + 1
	}
}

func (s *scan) act(i int) bool { return i >= 0 && i < len(s.acts) && s.acts[i] }

// honorifics: whoever is called さん, くん, 先生 has a name in front.
func (s *scan) honorifics() {
	for i := 1; i < len(s.rs); i++ {
		h, ok := s.a.words.honorific(s.rs, i)
		if t := s.token(i - 1); !ok || string(h.text) == "ら" && s.within(i, i+h.n) || s.is(i, "くん") && t.Part == japanese.Verb && t.Start < i-1 && t.End > i {
			continue // うら|に, 吐く|ん
		}
		start := s.calledBack(i, h)
		if k := s.trimLeft(start, i); k <= i-2 {
			start = k // きょう|さらちゃん
		}
		if start < i && !s.nobodyCalled(start, i, h) {
			score := 0.9
			if h.weak {
				score = 0.6
			}
			end := i
			if s.a.words.alsoEnds[string(h.text)] && s.class(i) == japanese.Hiragana && (s.class(i-1) == japanese.Hiragana || s.rs[i-1] == 'ー') {
				end += h.n // さっちん is a name of its own
			}
			if s.teaches(start, i, h.n) {
				s.put(start, i, TypePerson, score) // whatever the learned part says
			}
			s.add(start, end, TypePerson, score)
		}
	}
}

// calledBack returns where the name before the honorific at i begins, or i.
func (s *scan) calledBack(i int, h honorific) int {
	j := i
	if s.rs[j-1] == ' ' && j > 1 && s.class(j-2) == japanese.Kanji && !h.weak {
		j-- // 三浦 先生
	}
	if s.rs[j-1] == 'ー' && s.class(j-2) == japanese.Hiragana {
		return s.calledKana(i, j, h) // ゆっきー
	}
	switch s.class(j - 1) {
	case japanese.Kanji:
		return s.calledKanji(i, j, h)
	case japanese.Katakana:
		start := j
		for start > 0 && (s.class(start-1) == japanese.Katakana || s.rs[start-1] == '・' || s.rs[start-1] == '=') {
			start--
		}
		if h.weak && !s.a.names.is(japanese.HiraganaOf(s.text(start, j)), familyKana|givenKana) || s.a.words.stop[japanese.HiraganaOf(s.text(start, j))] {
			return i
		}
		return s.familyBefore(start)
	case japanese.Hiragana:
		return s.calledKana(i, j, h)
	case japanese.Latin:
		start := j
		for start > 0 && s.class(start-1) == japanese.Latin {
			start--
		}
		if j-start >= 2 && !commonLatin(s.text(start, j)) && !h.weak {
			return start
		}
	}
	return i
}

func (s *scan) calledKanji(i, j int, h honorific) int {
	start := j
	for start > 0 && s.class(start-1) == japanese.Kanji && j-start < 8 {
		start--
	}
	start = s.trimLeft(start, j)
	run := s.text(start, j)
	n := s.a.names
	if last := s.token(j - 1); last != nil && last.Part == japanese.Verb && last.Start >= start && last.End > j {
		return i // 勝たん
	}
	if s.a.words.danger[run] && i == j && s.calledSo(start, j) {
		return start // 海くん
	}
	if start == j || s.a.words.stop[run] || s.a.words.stopSuffix(run) && (!n.is(run, family) || s.commonWord(start, j)) {
		return i
	}
	for k := start; k < j; k++ {
		part := s.text(k, j)
		if _, _, ok := n.split(part); ok || n.is(part, family|given) && !s.a.words.stop[part] {
			if k > start && j-k == 1 && j-start <= 3 && (n.shaped(s.rs[start:j]) || n.firsts[s.rs[start]] >= 8 && s.unknownParts(start, j)) {
				break // one character of an unknown name
			}
			return k
		}
	}
	t := s.token(start)
	if t != nil && t.Start == start && t.End >= j && t.Known && !t.Part.Name() && t.Part != japanese.Region && t.Part != japanese.Organization && t.Part != japanese.ProperNoun {
		return i // a common word: 運転手さん
	}
	if last := s.token(j - 1); last != nil && last.Known && (last.Part == japanese.NounSuffix || last.Part == japanese.NounAction) && !n.shaped(s.rs[start:j]) {
		return i // 花屋さん
	}
	if h.weak {
		return i
	}
	if j-start > 4 {
		start = j - 4
	}
	return start
}

// familyBefore extends a given name that begins at i by the family name in front of it.
func (s *scan) familyBefore(i int) int {
	for n := 4; n >= 1; n-- {
		k := i - n
		if k < 0 || !s.a.names.is(s.text(k, i), family) || s.class(i-1) != japanese.Kanji {
			continue
		}
		if s.class(k-1) != japanese.Kanji && !s.a.words.everyday[s.text(k, i)] {
			return k
		}
	}
	return i
}

func (s *scan) calledKana(i, j int, h honorific) int {
	b := j
	for b > 0 && (s.class(b-1) == japanese.Hiragana || s.rs[b-1] == 'ー') && j-b < 16 {
		b--
	}
	if b < j && s.rs[b] == 'ー' && s.class(b-1) == japanese.Katakana {
		b++ // カウンセラー|の先生
	}
	if s.rs[j-1] == 'お' && s.one(i, "兄", "姉") > 0 || s.is(j-1, "ぼくん") {
		return i // お兄さん, ぼくんち
	}
	for k := b; k < j; k++ {
		if s.rs[k] == 'を' {
			b = k + 1 // ゆびを|はさんだ
		}
	}
	run := s.text(b, j)
	n := s.a.names
	if b == j || s.nobodyCalled(b, i, h) || s.within(i, i+h.n) && !s.listedName(run) || s.a.words.stopSuffix(run) || h.weak && string(h.text) != "ママ" && string(h.text) != "パパ" {
		return i
	}
	if s.joined(j, h) && !s.teaches(b, j, h.n) {
		return i
	}
	for k := max(b, j-8); k <= j-2; k++ {
		part := s.text(k, j)
		if w := s.usual[k]; w.start >= b && w.start < k && w.end-w.start >= 4 && w.end >= j-1 {
			continue // がっ|こうの先生
		}
		if _, _, ok := n.split(part); ok && (k == b || s.boundary(k)) || n.is(part, familyKana|givenKana) {
			for m := k; m >= max(b, k-2) && !s.boundary(k); m-- {
				if s.boundary(m) && j-m <= 5 {
					return m // a longer name that the list does not know
				}
			}
			if k == b {
				return s.familyBefore(k)
			}
			return k
		}
	}
	if b > 0 && s.class(b-1) == japanese.Kanji && j-b <= 3 { // 美ゆきちゃん
		for k := b - 1; k >= max(0, b-2); k-- {
			if n.is(s.text(k, j), given|family) {
				return k
			}
		}
	}
	// an unknown name: from the last particle, or the whole run
	start := b
	for k := b + 1; k <= j-2; k++ {
		if s.boundary(k) {
			start = k
		}
	}
	if j-start > 6 || j-start < 1 || b > 0 && start == b && s.class(b-1) == japanese.Kanji && j-start < 2 {
		return i
	}
	if s.a.words.stop[s.text(start, j)] || j-start == 1 && s.particleAt(start) {
		return i
	}
	if start == b && s.particleAt(b) && b > 0 && j-b >= 3 { // 隣のみぃちゃん
		start++
	}
	return start
}

// joined reports whether a particle joins the kana that end at j to the title behind them: ともだちが|せんぱいに, がっこうの|せんせい.
// くん and ちゃん stand behind a name whatever it ends with.
func (s *scan) joined(j int, h honorific) bool {
	t := s.token(j - 1)
	title := h.n >= 3 || s.class(j) == japanese.Kanji
	return title && t.End == j && t.Part == japanese.Particle && s.particleAt(j-1)
}

// boundary reports whether a word begins at k, a particle or a mark being in front of it.
func (s *scan) boundary(k int) bool {
	if k == 0 {
		return true
	}
	switch s.class(k - 1) {
	case japanese.Space, japanese.Punct, japanese.Emoji, japanese.Digit:
		return true
	case japanese.Hiragana:
		t := s.token(k - 1)
		return t != nil && t.End == k && (t.Part == japanese.Particle || t.Part == japanese.Auxiliary || t.Part == japanese.Adverb)
	}
	return false
}

func (s *scan) particleAt(i int) bool {
	return i >= 0 && i < len(s.rs) && strings.ContainsRune("がはにをとものへやで", s.rs[i])
}

// slot reports whether what stands at i lets a person's name end there: a particle, a mark, or the end.
func (s *scan) slot(i int) bool {
	if i >= len(s.rs) {
		return true
	}
	switch s.class(i) {
	case japanese.Space, japanese.Punct, japanese.Emoji:
		return true
	}
	if letter(s.rs[i]) && s.rs[i] < 'a' && !word(s.rune(i+1)) {
		return true // 佐藤K
	}
	if s.rune(i+1) == 'っ' && strings.ContainsRune("がはにをのと", s.rs[i]) {
		return false // しょうがっこう
	}
	return s.one(i, "が", "は", "に", "を", "と", "も", "の", "から", "って", "へ", "や", "とか", "まで", "より", "です", "だ", "さえ", "ら", "たち", "達", "だけ", "じゃ", "なん", "ばっか", "み", "本人", "しか", "という", "いわく") > 0
}

// introductions: 名前は…です, …と申します, and the fields of a form.
func (s *scan) introductions() {
	for i := range s.rs {
		n := s.a.words.intro.at(s.rs, i)
		if n == 0 {
			continue
		}
		j := s.skip(i+n, " :：「は", 3)
		end := s.introduced(j)
		if end > j {
			s.add(j, end, TypePerson, 0.8)
		}
	}
	for i := range s.rs { // …と申します
		if s.one(i, "と申し", "といいます", "と言います", "っていいます", "っていう名前", "という者", "という名前", "ともうします") == 0 {
			continue
		}
		start := i
		for start > 0 && i-start < 12 && (s.class(start-1) == japanese.Kanji || s.class(start-1) == japanese.Katakana || s.rs[start-1] == ' ' && s.class(start-2) == japanese.Kanji && i-start < 5) {
			start--
		}
		start = s.trimLeft(start, i)
		if start == i {
			start = s.kanaWord(i)
		}
		if start < i && !s.a.words.stop[s.text(start, i)] {
			s.add(start, i, TypePerson, 0.8)
		}
	}
}

// fields are what a form asks for behind a name: 氏名仲宗根薫TEL.
var fields = []string{"TEL", "Tel", "tel", "FAX", "電話", "携帯", "住所", "年齢", "学年", "生年月日", "性別", "保護者", "担任", "メール", "Email", "E-mail", "学校", "続柄"}

// introduced returns the end of a name that begins at j, where a name is expected, or j.
func (s *scan) introduced(j int) int {
	best, likely := j, j
	n := s.a.names
	for end := j + 2; end <= min(len(s.rs), j+14); end++ {
		part := s.rs[j:end]
		if strings.ContainsRune("。、\n「」:", part[len(part)-1]) {
			break
		}
		if part[len(part)-1] == ' ' || !s.slot(end) && s.one(end, fields...) == 0 || s.a.words.kanaStop[string(part)] {
			continue
		}
		text := string(part)
		fam, giv, spaced := strings.Cut(text, " ")
		famKnown, givKnown := n.is(fam, family|familyKana), n.is(giv, given|givenKana)
		switch _, _, ok := n.split(text); {
		case ok, !spaced && n.is(text, family|given|givenKana|familyKana) && !s.a.words.everyday[text], famKnown && givKnown:
			best = end
		case likely == j && spaced && (famKnown || givKnown) && !strings.Contains(giv, " ") && len([]rune(giv)) <= 5:
			likely = end
		}
	}
	if best == j {
		best = likely
	}
	if best > j {
		return best
	}
	end := j
	for end < len(s.rs) && s.class(end) == japanese.Kanji {
		end++
	}
	t := s.token(j)
	if end-j >= 2 && end-j <= 6 && (s.slot(end) || s.one(end, fields...) > 0) && t != nil && !(t.Known && t.End >= end) && !s.a.words.stopSuffix(s.text(j, end)) && n.lasts[s.rs[end-1]] > 0 {
		return end
	}
	return j
}

// initials judges two letters that stand for somebody's name: 児童T・K, A.Sさん.
func (s *scan) initials(i int) {
	if !upper(s.rs[i]) || word(s.rune(i-1)) || s.rune(i-1) == '・' || s.rune(i+1) != '・' && s.rune(i+1) != '.' || !upper(s.rune(i+2)) {
		return
	}
	end := i + 3
	if s.rune(end) == '.' {
		end++
	}
	_, called := s.a.words.honorific(s.rs, end)
	if word(s.rune(end)) || s.rune(end) == '・' || !called && s.rune(i+1) != '・' && !s.before(i, 3, "児童", "生徒", "男子", "女子", "担任", "教諭", "本人", "母", "父", "名前") {
		return
	}
	s.add(i, end, TypePerson, 0.7)
}

func upper(r rune) bool { return r >= 'A' && r <= 'Z' }
