package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// romaji finds names in Latin letters: yamada, Yuki, HARUTO, K.Yamada. A name of the list counts where a Japanese name
// could stand; with a capital and behind it a particle, so does any that reads as Japanese.
func (s *scan) romaji() {
	for i := 0; i < len(s.rs); i++ {
		if !letter(s.rs[i]) || word(s.rune(i-1)) || s.rune(i-1) == '@' || s.rune(i-1) == '/' {
			continue
		}
		if end := s.numbered(i); end > i {
			s.add(i, end, TypePerson, 0.6)
			i = end - 1
			continue
		}
		end := i
		for end < len(s.rs) && letter(s.rs[end]) {
			end++
		}
		start := i
		if end == i+1 && s.rune(end) == '.' && letter(s.rune(end+1)) { // K.Yamada
			i = end + 1
			for end = i; end < len(s.rs) && letter(s.rs[end]); {
				end++
			}
		}
		text := s.text(i, end)
		kana, ok := kanaOf(strings.ToLower(text))
		capital := s.rs[i] < 'a'
		listed := ok && s.a.names.is(kana, familyKana|givenKana) && (capital || s.called(end) || !s.a.names.is(kana, common) || s.a.names.is(kana, today))
		n := len([]rune(kana))
		switch {
		case !ok || commonLatin(text) || s.covered(i) || word(s.rune(end)) || s.a.words.latinStop[strings.ToLower(text)]:
		case listed && n >= 2 && (s.slot(end) || s.called(end) || s.class(end) == japanese.Kanji),
			capital && n >= 3 && end-i >= 5 && s.slot(end) && s.act(i):
			s.add(start, end, TypePerson, 0.6)
		}
		if full := s.latinName(i, end); !ok && full > end && !s.covered(i) {
			s.add(start, full, TypePerson, 0.6)
			end = full
		} else if !ok && capital && end-i >= 4 && !s.covered(i) && s.lower(i+1, end) && s.slot(end) && s.act(i) && !commonLatin(text) && !s.a.words.latinStop[strings.ToLower(text)] {
			s.add(start, end, TypePerson, 0.4) // Nguyen
		}
		i = max(i, end-1)
	}
}

// lower reports whether the letters from i to end are small.
func (s *scan) lower(i, end int) bool {
	for ; i < end; i++ {
		if s.rs[i] < 'a' {
			return false
		}
	}
	return true
}

// latinJoined joins two names in Latin letters that begin with capitals and have a space between: Kenji Mori is one.
func (s *scan) latinJoined() {
	for i := 1; i+1 < len(s.rs); i++ {
		if s.rs[i] == ' ' && s.ends != nil && s.ends[i] && letter(s.rs[i-1]) && upper(s.rs[i+1]) && s.covered(i+1) {
			s.add(i, i+1, TypePerson, 0.6)
		}
		if s.rs[i] == '-' && s.ends != nil && s.ends[i] && letter(s.rs[i-1]) && letter(s.rs[i+1]) { // Seo|-yeon
			end := i + 1
			for letter(s.rune(end)) {
				end++
			}
			s.add(i, end, TypePerson, 0.6)
		}
	}
}

// latinName returns the end of a full name of another land that begins with the word from i to end: Ana Pereira; or end.
func (s *scan) latinName(i, end int) int {
	capital := func(i, end int) bool {
		return end-i >= 2 && s.rs[i] < 'a' && s.lower(i+1, end) && !commonLatin(s.text(i, end)) && !s.a.words.latinStop[strings.ToLower(s.text(i, end))]
	}
	if !capital(i, end) {
		return end
	}
	full := end
	for n := 0; n < 3 && (s.rune(full) == ' ' || s.rune(full) == '・'); n++ {
		k := full + 1
		for k < len(s.rs) && letter(s.rs[k]) {
			k++
		}
		if !capital(full+1, k) {
			break
		}
		full = k
	}
	return full
}

// syllables are the readings of Latin letters, Hepburn and what children type.
var syllables = map[string]string{
	"a": "あ", "i": "い", "u": "う", "e": "え", "o": "お", "ka": "か", "ki": "き", "ku": "く", "ke": "け", "ko": "こ",
	"sa": "さ", "si": "し", "shi": "し", "su": "す", "se": "せ", "so": "そ", "ta": "た", "ti": "ち", "chi": "ち", "tu": "つ", "tsu": "つ", "te": "て", "to": "と",
	"na": "な", "ni": "に", "nu": "ぬ", "ne": "ね", "no": "の", "ha": "は", "hi": "ひ", "hu": "ふ", "fu": "ふ", "he": "へ", "ho": "ほ",
	"ma": "ま", "mi": "み", "mu": "む", "me": "め", "mo": "も", "ya": "や", "yu": "ゆ", "yo": "よ", "ra": "ら", "ri": "り", "ru": "る", "re": "れ", "ro": "ろ",
	"wa": "わ", "wo": "を", "ga": "が", "gi": "ぎ", "gu": "ぐ", "ge": "げ", "go": "ご", "za": "ざ", "zi": "じ", "ji": "じ", "zu": "ず", "ze": "ぜ", "zo": "ぞ",
	"da": "だ", "de": "で", "do": "ど", "ba": "ば", "bi": "び", "bu": "ぶ", "be": "べ", "bo": "ぼ", "pa": "ぱ", "pi": "ぴ", "pu": "ぷ", "pe": "ぺ", "po": "ぽ",
	"kya": "きゃ", "kyu": "きゅ", "kyo": "きょ", "sha": "しゃ", "shu": "しゅ", "sho": "しょ", "sya": "しゃ", "syu": "しゅ", "syo": "しょ",
	"cha": "ちゃ", "chu": "ちゅ", "cho": "ちょ", "nya": "にゃ", "nyu": "にゅ", "nyo": "にょ", "hya": "ひゃ", "hyu": "ひゅ", "hyo": "ひょ",
	"mya": "みゃ", "myu": "みゅ", "myo": "みょ", "rya": "りゃ", "ryu": "りゅ", "ryo": "りょ", "gya": "ぎゃ", "gyu": "ぎゅ", "gyo": "ぎょ",
	"ja": "じゃ", "ju": "じゅ", "jo": "じょ", "jya": "じゃ", "jyu": "じゅ", "jyo": "じょ", "bya": "びゃ", "byo": "びょ", "pyo": "ぴょ",
}

// kanaOf reads Latin letters as hiragana. Every letter must be read. A long vowel that romaji leaves out is not guessed,
// save at the end of Ryo, Sho and Yuto, which the list has short or long.
func kanaOf(latin string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(latin); {
		n := 0
		for l := min(3, len(latin)-i); l >= 1; l-- {
			if k, ok := syllables[latin[i:i+l]]; ok {
				b.WriteString(k)
				n = l
				break
			}
		}
		switch {
		case n > 0:
		case latin[i] == 'n' || latin[i] == 'm' && i+1 < len(latin) && strings.ContainsRune("bmp", rune(latin[i+1])):
			b.WriteString("ん")
			n = 1
		case i+1 < len(latin) && (latin[i] == latin[i+1] || latin[i:i+2] == "tc"):
			b.WriteString("っ")
			n = 1
		case latin[i] == 'h' && i > 0 && latin[i-1] == 'o': // Ohno, Saitoh
			b.WriteString("う")
			n = 1
		default:
			return "", false
		}
		i += n
	}
	return b.String(), b.Len() > 0
}

func commonLatin(name string) bool {
	switch strings.ToLower(name) {
	case "line", "instagram", "tiktok", "twitter", "discord", "youtube", "stories", "story", "iphone", "group", "note", "live", "music", "pixiv", "switch", "steam", "voom", "openchat":
		return true
	}
	return false
}
