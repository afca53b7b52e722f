package anonymize

import (
	"slices"
	"strings"
	"unicode/utf8"

	"madoguchi/triage/japanese"
)

// nicks are words for what somebody is called, and calls says that somebody is called so.
var (
	nicks = phrasesIn([]string{"あだ名", "あだな", "アダ名", "渾名", "ニックネーム", "呼び名", "よび名", "よびな", "通称"})
	calls = []string{"呼ば", "よば", "呼ん", "よん", "呼び", "からか", "あだ名", "ニックネーム"}
)

// maxCalled is how many runes what somebody is called by may have.
const maxCalled = 8

// nicknamed finds what somebody is called, which no list has: あだ名ががりぞう, 「ぴよ吉」と呼ばれ, チョコべえとからかわれる.
func (s *scan) nicknamed() {
	for i, r := range s.rs {
		if n := nicks.at(s.rs, i); n > 0 {
			if k := s.skip(i+n, "はが:：= 「『", 1); k > i+n {
				s.nickAfter(k)
			}
		}
		switch {
		case r == '」' || r == '』':
			s.quotedNick(i)
		case r == 'と' && (s.one(i+1, calls...) > 0 || s.is(i, "とか") && s.one(i+2, calls...) > 0), r == 'っ' && s.is(i, "って") && s.one(i+2, calls...) > 0:
			s.nickBefore(i)
		}
		if r == 'と' || r == 'っ' {
			s.nickSaid(i)
		}
		s.petName(i)
	}
	s.signedNick()
}

// insults are called after somebody and are nobody's name.
var insults = []string{"ブス", "デブ", "バカ", "アホ", "ゴミ", "クズ", "カス", "チビ", "ハゲ", "ガイジ", "ばい菌", "バイキン", "ばいきん", "ぶす", "でぶ", "ばか", "あほ", "ごみ", "くず", "ちび", "はげ", "うそつき", "嘘つき", "泥棒", "どろぼう", "キモ", "きもい", "キモい", "キモイ", "うざい", "ウザい", "ウザイ", "くさい", "臭い", "こわい", "じゃま", "しね", "死ね",
	"先生", "せんせい", "お父さん", "お母さん", "パパ", "ママ", "父", "母", "兄", "姉", "なん", "こう", "そう", "どう", "ああ", "変な", "へんな", "ひどい", "嫌な", "いやな", "こんな", "そんな", "あんな", "どんな", "みんな", "いろいろ"}

// nickSaid judges the word before って or と at i, where the sentence says that somebody is called so, whatever else the word says:
// メガネ大臣って呼ばれて, 「くさかんむり」ってあだ名, おにぎりって言われてる男子.
func (s *scan) nickSaid(i int) {
	k := i + s.one(i, "っていう", "とかいう", "という", "って", "とか", "と")
	named := s.one(k, "あだ名", "あだな", "アダ名", "ニックネーム", "呼び名", "名前で呼", "名前でよ") > 0
	if !named && s.one(k, "呼ば", "よば", "呼ぶ", "よぶ", "呼んで", "よんで") == 0 && !(s.one(k, "言われてる", "言われてた", "いわれてる") > 0 && s.one(k+5, "男子", "女子", "子", "やつ", "人", "先輩") > 0) {
		return
	}
	end := i
	if s.rune(end-1) == '、' {
		end--
	}
	start := end
	if r := s.rune(end - 1); r == '」' || r == '』' {
		end--
		for start = end; start > 0 && end-start <= maxCalled+2 && !strings.ContainsRune("「『", s.rs[start-1]); start-- {
		}
		if !named || s.rune(start-1) != '「' && s.rune(start-1) != '『' {
			return
		}
	} else {
		start = s.calledFrom(end)
	}
	insult := func(w string) bool { return strings.HasSuffix(s.text(start, end), w) }
	if end-start >= 2 && end-start <= maxCalled+2 && s.callable(start, end, named) && !slices.ContainsFunc(insults, insult) {
		s.put(start, end, TypePerson, 0.5)
	}
}

// calledFrom returns where the word begins that ends at end, and by which somebody is called: at the beginning of a clause or
// behind a particle.
func (s *scan) calledFrom(end int) int {
	start := end
	for start > 0 && end-start <= maxCalled+2 && (native(s.class(start-1)) || letter(s.rs[start-1]) || strings.ContainsRune("ー・.", s.rs[start-1])) {
		t := s.token(start - 1)
		if end-start >= 2 && t.End == start && t.Part == japanese.Particle && strings.ContainsRune("をはがにで", s.rs[start-1]) && s.class(start-1) == japanese.Hiragana {
			break
		}
		start--
	}
	return start
}

// callable reports whether somebody may be called by what stands from start to end: not by a sentence, nor by what is deadly. named
// says that the sentence has a word for a nickname, which may be any word.
func (s *scan) callable(start, end int, named bool) bool {
	text, w := s.text(start, end), s.a.words
	if s.covered(start) && s.covered(end-1) || w.danger[text] || w.perils.at(s.rs, start) > 0 || w.kin.at(s.rs, start) > 0 || end > 3 && (s.called(end-2) || s.called(end-3)) {
		return false
	}
	if named {
		return true
	}
	kana := false
	for i := start; i < end; i++ {
		kana = kana || s.class(i) == japanese.Hiragana || s.class(i) == japanese.Katakana
		t := s.token(i)
		if t.Start != i {
			continue
		}
		switch n := min(t.End, end) - i; {
		case t.Part == japanese.Verb && t.Known && n >= 2, t.Part == japanese.Adjective, t.Part == japanese.Pronoun, t.Part == japanese.Adverb && n >= 3, t.Part == japanese.Auxiliary && t.End == end && n >= 2:
			return false
		case t.Part == japanese.Particle && (s.rs[i] == 'を' || s.rs[i] == 'の' && end-i <= 2):
			return false
		}
	}
	return kana
}

// pets end what friends call each other in katakana: キタジー, アッキー, ミカリン.
var pets = []string{"キー", "ジー", "チー", "シー", "ピー", "ミー", "リン", "ッチ", "ッピ", "ポン", "タン", "ヤン", "ボー", "ーナ", "ッシー", "ッペ", "ニャン", "ノン", "ダイ", "ッツ", "スケ", "チン"}

// petName judges a word in katakana at i that no dictionary knows, and that ends as names among friends do.
func (s *scan) petName(i int) {
	if s.class(i) != japanese.Katakana || s.class(i-1) == japanese.Katakana || s.rune(i-1) == 'ー' || s.covered(i) {
		return
	}
	end := i
	for s.class(end) == japanese.Katakana || s.rune(end) == 'ー' {
		end++
	}
	if end-i < 3 || end-i > 5 || s.rs[i] == 'ー' || !s.slot(end) {
		return
	}
	name, t := s.text(i, end), s.token(i)
	if t.Known && t.End-t.Start >= 3 || s.usual[i].start <= i && s.usual[i].end >= end || s.a.words.stop[name] || s.a.words.everyday[name] || s.a.words.kanaStop[s.spoken(i, end)] || s.a.words.nickStop[s.spoken(i, end)] {
		return
	}
	if slices.ContainsFunc(pets, func(p string) bool { return strings.HasSuffix(name, p) }) {
		s.put(i, end, TypePerson, 0.45)
	}
}

// signedNick judges a short word in kana by which a message is signed: つかれた。ぴのより.
func (s *scan) signedNick() {
	end := len(s.rs)
	for end > 0 && strings.ContainsRune("。 \n!", s.rs[end-1]) {
		end--
	}
	i := s.back(end, "より")
	start := i
	for start > 0 && (s.class(start-1) == japanese.Hiragana || s.class(start-1) == japanese.Katakana || s.rs[start-1] == 'ー') {
		start--
	}
	if i == end || i-start < 2 || i-start > 6 || start == 0 || !strings.ContainsRune("。 \n、!?", s.rs[start-1]) || s.covered(start) || !s.callable(start, i, false) || s.commonKana(start, i) {
		return
	}
	s.put(start, i, TypePerson, 0.45)
}

// nickAfter judges what stands behind the word for it at i.
func (s *scan) nickAfter(i int) {
	i = s.skip(i, " 「『", 1)
	quoted := s.rune(i-1) == '「' || s.rune(i-1) == '『'
	end := i
	for end < len(s.rs) && end-i < maxCalled && (native(s.class(end)) || s.rs[end] == 'ー') && (quoted || end < i+2 || s.one(end, "から", "って", "です", "だ", "で", "に", "と", "を", "の", "は", "が", "も", "なん", "つけ") == 0) {
		end++
	}
	if quoted && s.rune(end) != '」' && s.rune(end) != '』' || s.class(i) == japanese.Kanji && !quoted {
		return
	}
	s.addNick(i, end)
}

// quotedNick judges what is quoted as far as i, where the sentence says that somebody is called so.
func (s *scan) quotedNick(i int) {
	start := i
	for start > 0 && i-start <= maxCalled && (native(s.class(start-1)) || s.rs[start-1] == 'ー') {
		start--
	}
	if r := s.rune(start - 1); r != '「' && r != '『' {
		return
	}
	k := i + 1
	for s.rune(k) == '「' || s.rune(k) == '、' || s.rune(k) == 'や' { // of several
		for k++; k < len(s.rs) && s.rs[k] != '」'; k++ {
		}
		k++
	}
	k += s.one(k, "などと", "とか", "って", "と", "の", "等の", "などの", "という", "っていう")
	if s.one(k, calls...) > 0 || nicks.at(s.rs, min(k, len(s.rs)-1)) > 0 {
		s.addNick(start, i)
	}
}

// nickBefore judges the kana that end before the と at i.
func (s *scan) nickBefore(i int) {
	start := i
	for start > 0 && i-start < maxCalled && (s.class(start-1) == japanese.Hiragana || s.class(start-1) == japanese.Katakana || s.rs[start-1] == 'ー') {
		if i-start >= 2 && s.particleAt(start-1) && s.token(start-1).Part == japanese.Particle && s.token(start-1).End == start {
			break
		}
		start--
	}
	if i-start <= 6 && i-start >= 3 && s.class(start-1) != japanese.Kanji {
		s.addNick(start, i)
	}
}

// nickEnd reports whether what somebody is called ends as only that does: チョコべえ, がりぞう, ぴよ吉.
func (s *scan) nickEnd(kana string) bool {
	for _, e := range []string{"べえ", "ぞう", "ごろう", "きち", "たろう", "すけ", "ぼう", "っち", "ちょ", "っぴ"} {
		if stem, ok := strings.CutSuffix(kana, e); ok && utf8.RuneCountInString(stem) >= 2 && !hasKanji(stem) && !s.a.names.is(kana, common) {
			return true
		}
	}
	return false
}

// addNick adds what somebody is called from start to end, unless it is a word, or words, that say what they are: へんなやつ, ゴミ.
func (s *scan) addNick(start, end int) {
	w := s.a.words
	text, kana := s.text(start, end), s.spoken(start, end)
	if end-start < 2 || end > len(s.rs) || w.stop[text] || w.kanaStop[kana] || w.generic(text) || w.danger[text] || w.stopSuffix(text) || s.covered(start) && s.covered(end-1) {
		return
	}
	if s.nickEnd(kana) {
		s.add(start, end, TypePerson, 0.5)
		return
	}
	if s.called(end) || s.a.names.is(kana, common) && !s.listedName(kana) {
		return
	}
	unknown := false
	for i := start; i < end; {
		t := s.token(i)
		if t.Start != i || t.End > end {
			return
		}
		switch n := t.End - t.Start; {
		case t.Part == japanese.Adjective, t.Part == japanese.Pronoun, t.Part == japanese.Auxiliary && n >= 2, t.Part == japanese.Verb && n >= 3, t.Part == japanese.Adverb, t.Part == japanese.Interjection:
			return
		case t.Known && n == end-start && !t.Part.Name():
			return
		case n >= 2 && t.Known && s.class(i) == japanese.Kanji && !t.Part.Name():
			return // 加湿|器
		case t.Part == japanese.Particle && i > start && (s.rs[i] == 'を' || s.class(t.End) == japanese.Kanji):
			return // ばい菌の人
		}
		unknown = unknown || !t.Known || t.Part.Name() || t.End-t.Start == 1
		i = t.End
	}
	if unknown {
		s.add(start, end, TypePerson, 0.5)
	}
}
