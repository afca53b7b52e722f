package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// places finds schools, classes, addresses and named places.
func (s *scan) places() {
	s.tokenize()
	s.gazetteer()
	for i, r := range s.rs {
		s.houseFirst(i)
		s.initials(i)
		s.kanaSchool(i)
		s.shop(i)
		s.saidClass(i)
		s.saidAddress(i)
		s.saidHouse(i)
		s.latinAddress(i)
		s.latinHouse(i)
		s.labelledSchool(i)
		switch {
		case r == '-':
			s.latinSchool(i)
		case r == '組':
			s.group(i)
		case r == '学' && s.rune(i+1) == '級':
			s.careGroup(i)
		case s.is(i, "がっきゅう") || s.is(i, "クラス"):
			s.kanaGroup(i)
		case r == 'く' && s.rune(i+1) == 'み' && (numeral(s.rune(i-1)) || letter(s.rune(i-1))):
			s.kanaClass(i)
		case r == 'く' && s.rune(i+1) == 'み':
			s.spokenClass(i)
		case r == 'ぐ' && s.rune(i+1) == 'み':
			s.kanaGroup(i)
		case numeral(r) && !numeral(s.rune(i-1)):
			if s.exercise(i) {
				continue
			}
			s.address(i)
			s.classNumber(i)
			s.yearClass(i)
			s.homeRoom(i)
			s.room(i)
			s.block(i)
			s.alone(i)
			s.villageLot(i)
			s.ofTown(i)
		case r == '年' && s.one(i, stages...) > 0:
			s.nurseryYear(i)
		case r == '商' || r == '工' || r == '農':
			s.tradeSchool(i)
		case compassPoint(r):
			s.compass(i)
		case publicHousing.at(s.rs, i) > 0:
			s.publicHouse(i)
		case r == '小' || r == '中' || r == '高':
			s.stageClass(i)
		case r == '上' || r == '下' || r == '入':
			s.kyoto(i)
		}
		for _, suffix := range s.a.words.suffixes[r] {
			if s.is(i, suffix.text) {
				s.named(i, suffix)
			}
		}
	}
	s.seats()
	s.loose()
	s.players()
}

// seats finds the number of a pupil that is said with the class: 3年3組、菅井彩、三十番です, 2の3の17番.
func (s *scan) seats() {
	for _, c := range slices.Clone(s.out) {
		if c.t != TypeClass {
			continue
		}
		for i := c.end; i < min(len(s.rs), c.end+16) && !strings.ContainsRune("。\n!?", s.rs[i]); i++ {
			if !strings.ContainsRune("、 のは(", s.rune(i-1)) {
				continue
			}
			end := i
			for numeral(s.rune(end)) {
				end++
			}
			if end == i && s.class(i) == japanese.Hiragana {
				_, end = s.said(i)
			}
			if u := s.one(end, "番", "ばん"); u > 0 && end > i && !s.is(i, "一番") && !s.is(i, "いちばん") && s.one(end+u, "目", "め", "人", "線", "組") == 0 {
				s.add(i, end+u, TypeIDNumber, 0.8)
			}
		}
	}
}

// suffix is a word that ends the name of a school or a place.
type suffix struct {
	text string
	t    Type
	out  bool // the word itself stays in the text: what is high or deep must be seen
}

// named judges a name that ends with the suffix at i.
func (s *scan) named(i int, x suffix) {
	end := i + len([]rune(x.text))
	if s.class(i) == japanese.Hiragana {
		s.kanaPlace(i, x)
		return
	}
	if x.t == TypeSchool && len([]rune(x.text)) == 1 {
		s.shortSchool(i, end)
		return
	}
	if s.class(end) == japanese.Kanji && s.one(end, "前", "裏", "横", "内", "側", "近", "行", "方", "生", "名", "在", "一", "二", "三", "児", "卒", "校", "時", "時代", "入", "側", "付") == 0 && len([]rune(x.text)) == 1 {
		return
	}
	start := s.nameBack(i)
	if start == i && len([]rune(x.text)) > 1 {
		start = s.kanaRun(i)
	}
	if start == i {
		return
	}
	if s.class(start) == japanese.Hiragana && s.class(start-1) == japanese.Hiragana {
		if k := s.kanaRun(i); k < start && s.class(k-1) != japanese.Hiragana {
			start = k // えぞ|りす団地
		}
	}
	name := s.text(start, i)
	if s.a.words.generic(name) || x.out && s.class(start) == japanese.Katakana && s.commonWord(start, i) || len([]rune(name)) == 1 && x.t == TypePlace && s.class(start) == japanese.Kanji && !s.nameToken(start) {
		return
	}
	if x.out {
		if s.a.names.is(name+x.text, family|given) || s.a.words.city(name+x.text) {
			return // 片山, 高橋, 旭川
		}
		end = i
	}
	score := 0.8
	if s.class(start) == japanese.Hiragana {
		score = 0.6
	}
	s.add(start, end, x.t, score)
}

// kanaRun returns where the hiragana before i begin, where they begin a clause and hold no particle: みどりがおか小学校.
func (s *scan) kanaRun(i int) int {
	if b := s.ofKana(i); b < i {
		return b
	}
	b := i
	for b > 0 && s.class(b-1) == japanese.Hiragana && i-b < 9 {
		if strings.ContainsRune("のはをにもへ", s.rs[b-1]) && i-b < 7 && (i-b < 2 || b < 2) {
			return i
		}
		b--
	}
	for k := i - 2; k > b && i-k <= 8; k-- {
		if i-k >= 3 && s.boundary(k) && s.token(k).Part != japanese.Particle && s.token(k).Part != japanese.Auxiliary && s.token(k).Part != japanese.Verb {
			b = k // たしか|みなと
		}
	}
	first := s.token(b)
	if i-b < 3 || i-b > 8 || b > 0 && s.class(b-1) == japanese.Kanji || first == nil || first.Part == japanese.Verb || first.Part == japanese.Pronoun ||
		first.Part == japanese.Adjective || first.Part == japanese.Adverb || first.Part == japanese.Particle || s.a.words.generic(s.text(b, i)) {
		return i
	}
	return b
}

// ofKana returns where a name of kana begins that is of two words with の between and ends before i: うみのほし|保育園; or i. Whose
// school it is, うちのこの, is no part of its name, nor what somebody does there, いもうとのかよう.
func (s *scan) ofKana(i int) int {
	start, of := i, i
	for start > 0 && i-start <= maxKanaPlace && s.class(start-1) == japanese.Hiragana && !(of < i && s.particleAt(start-1)) {
		if start--; s.rs[start] == 'の' && start < i-1 && of == i {
			of = start
		}
	}
	if of == i || of-start < 2 || !s.clauseStart(start) && !s.particleAt(start-1) || strings.ContainsRune("のたるくうすつぬむぶぐ", s.rs[i-1]) {
		return i
	}
	first, last := s.token(start), s.token(of+1)
	if first.Start != start || first.Part == japanese.Pronoun || first.Part == japanese.Adverb || first.Part == japanese.NounAdverb || last.Part == japanese.Particle {
		return i
	}
	if s.whose(start, of) {
		return i
	}
	return start
}

// whose reports whether the word from start to end says whose a school is, which or when, and is no name: うち, となり, あした.
func (s *scan) whose(start, end int) bool {
	w, word := s.a.words, s.text(start, end)
	return w.generic(word) || w.times[word] || w.owners[word] || slices.Contains(w.roles, word) || w.kin.at(s.rs, start) > 0
}

// shortSchool judges 若草中, 緑風高: a proper name in front, and not 授業中.
func (s *scan) shortSchool(i, end int) {
	if s.one(end, "の", "に", "で", "、", "。", " ", "です", "へ", "から", "と", "出身", "在", "一年", "二年", "三年", "四年", "五年", "六年", "や", "じゃ", "だ", "って", "ん", "も", "が", "は", "を", "ば", "さ", "受", "落", "卒", "入", "行", "通", "時代", "生") == 0 && !digit(s.rune(end)) && end != len(s.rs) {
		return
	}
	start := s.nameBack(i)
	if i-start == 1 && strings.ContainsRune("東西南北", s.rs[start]) && s.class(start-1) != japanese.Kanji && s.one(end, "の", "です", "に", "で", "出身") > 0 {
		s.add(start, end, TypeSchool, 0.6) // 西高
		return
	}
	if i-start == 1 && strings.ContainsRune("一二三四五六七八九", s.rs[start]) && s.class(start-1) != japanese.Kanji && s.one(end, "の", "です", "に", "で", "へ", "から", "と", "出身", "、", "。") > 0 {
		s.add(start, end, TypeSchool, 0.6) // 六中
		return
	}
	if i-start == 1 && s.oneCharSchool(start, end) {
		s.add(start, end+s.one(end, "生"), TypeSchool, 0.6)
	}
	if i-start < 2 {
		return
	}
	name := s.text(start, i)
	if name == "附属" || name == "付属" {
		s.add(start, end, TypeSchool, 0.6)
		return
	}
	proper := s.a.names.is(name, family) || s.proper(start, i) || s.rune(end) == 'の' && i-start == 2 && s.clauseStart(start) && s.token(start).Part != japanese.NounAction && s.token(start).Part != japanese.NounAdverb
	if !proper && !s.schoolAfter(start, i, end) || s.a.words.generic(name) {
		return
	}
	s.add(start, end, TypeSchool, 0.6)
}

// tradeSchool judges the short name of a school of trade, craft or farming, whose place the dictionary knows: 鳥羽商, 旭川工.
func (s *scan) tradeSchool(i int) {
	end := i + 1
	if s.one(end, "の", "に", "で", "へ", "、", "。", "生", "です", "を受", "から", "出身", "卒") == 0 && end != len(s.rs) {
		return
	}
	start := i
	for start > 0 && i-start < 4 && s.class(start-1) == japanese.Kanji {
		start--
	}
	if t := s.token(start); i-start >= 2 && s.class(start-1) != japanese.Kanji && (s.proper(start, i) && t.End == i || s.a.words.city(s.text(start, i))) {
		s.add(start, end, TypeSchool, 0.6)
	}
}

// oneCharSchool reports whether the two characters from start to end are a school's short name, which is a word as well, by what
// follows: 日中の2年, and not 日中は仕事.
func (s *scan) oneCharSchool(start, end int) bool {
	if s.class(start) != japanese.Kanji || numeral(s.rs[start]) || s.class(start-1) == japanese.Kanji {
		return false
	}
	if s.one(end, "に通", "出身", "生です", "生だ", "生の") > 0 {
		return s.rs[start] == '日' || !s.commonWord(start, end)
	}
	if s.rs[end-1] == '小' && s.one(end, "で", "の", "に", "へ") > 0 && s.a.names.is(string(s.rs[start]), family) && !s.commonWord(start, end) && s.token(start).End == start+1 {
		return true // 湊小で
	}
	k := end + s.one(end, "の", "、", " ")
	return k < len(s.rs) && numeral(s.rs[k]) && s.is(k+1, "年") && s.one(k+2, "間", "前", "後", "も", "ぶり", "以", "くらい", "ほど", "近く") == 0
}

// schoolAfter reports whether what stands behind a short name says that it is a school's, though nothing knows the name:
// 丘の葉小の4年, 鶴ノ木中の先生, and not 練習中の子.
func (s *scan) schoolAfter(start, i, end int) bool {
	t := s.token(i - 1)
	if t == nil || t.Part == japanese.NounAction || t.Part == japanese.NounAdverb || t.Part == japanese.Verb {
		return false
	}
	k := end + s.one(end, "の", "、", " ", "に通う", "に")
	n := k
	for numeral(s.rune(n)) {
		n++
	}
	if n > k && (s.is(n, "年") && !s.is(n, "年間") && !s.is(n, "年前") && !s.is(n, "年後") || s.rune(n) == '-' && digit(s.rune(n+1)) || s.is(n, "組")) {
		return n-k <= 1
	}
	return s.is(end, "に通") || s.is(end, "出身") || s.is(end, "の") && s.rs[i] == '小' && s.one(end+1, "児童", "子", "先生", "校門", "正門", "運動会", "校長", "男子", "女子") > 0
}

// proper reports whether the dictionary takes the words from start to end for a proper name.
func (s *scan) proper(start, end int) bool {
	t := s.token(start)
	if t == nil || t.Start != start {
		return false
	}
	p := t.Part
	return (p.Name() || p == japanese.Region || p == japanese.ProperNoun || p == japanese.Organization) && t.End <= end+1
}

func (s *scan) nameToken(i int) bool {
	t := s.token(i)
	return t != nil && (t.Part.Name() || t.Part == japanese.Region || t.Part == japanese.ProperNoun)
}

func (s *scan) tokenize() {
	if s.tokens != nil {
		return
	}
	s.tokens = s.a.tokens.Tokens(s.rs)
	s.at = make([]int32, len(s.rs))
	for n, t := range s.tokens {
		for i := t.Start; i < t.End; i++ {
			s.at[i] = int32(n)
		}
	}
}

func (s *scan) token(i int) *japanese.Token {
	if i < 0 || i >= len(s.at) || len(s.tokens) == 0 {
		return nil
	}
	return &s.tokens[s.at[i]]
}

// gazetteer finds what the city knows by name.
func (s *scan) gazetteer() {
	for _, k := range s.a.known {
		for i := 0; i+len(k.runes) <= len(s.rs); i++ {
			if s.rs[i] == k.runes[0] && s.is(i, string(k.runes)) {
				if japanese.ClassOf(k.runes[0]) == japanese.Kanji && s.class(i-1) == japanese.Kanji && len(k.runes) < 3 {
					continue
				}
				s.add(i, i+len(k.runes), k.t, 1)
			}
		}
	}
}
