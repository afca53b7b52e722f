package roster

import (
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
)

// The words in which people wish for somebody. They are few on purpose: what is not heard here a person hears, and says.
var (
	woman  = regexp.MustCompile(`(女|おんな|女性)(の|な)?(人|ひと|子|先生|せんせい|相談員|カウンセラー|かた|方)?(が|のほうが|の方が|に|だと|と)(いい|良い|よい|よかった|話したい|はなしたい|してほしい|して欲しい|かえて|替えて|変えて|相談したい|お願い|うれしい)`)
	man    = regexp.MustCompile(`(男|おとこ|男性)(の|な)?(人|ひと|先生|せんせい|相談員|カウンセラー|かた|方)?(が|のほうが|の方が|に|だと|と)(いい|良い|よい|よかった|話したい|はなしたい|してほしい|して欲しい|かえて|替えて|変えて|相談したい|お願い|うれしい)`)
	change = regexp.MustCompile(`((担当|相談員|カウンセラー|話す人)(の人)?(を|は)(かえて|変えて|替えて|かわって|代わって|チェンジ))|((ほかの|他の|べつの|別の|ちがう|違う)(人|ひと|相談員|担当|カウンセラー)(が|に|と|のほうが)(いい|良い|よい|かえて|変えて|替えて|かわって|代わって|かわりたい|話したい|はなしたい|相談したい|お願い))`)
	denied = regexp.MustCompile(`(じゃなくて|じゃなくても|でなくても|どっちでも|どちらでも)`)
)

// Text in a language that the desk may have to speak. Marks ([人物A]) are the desk's own.
var (
	mark    = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)
	kana    = regexp.MustCompile(`[\p{Hiragana}\p{Katakana}]`)
	letter  = regexp.MustCompile(`\pL`)
	english = regexp.MustCompile(`(?i)\b(i|i'm|im|me|my|you|he|she|they|we|the|a|and|is|are|was|to|at|in|of|not|no|don't|dont|can|can't|want|help|please|school|hi|hello|because|with)\b`)
)

// Language is the language of the seeker's words, where it is another than Japanese: the one that their page says, or English,
// which can be told by its words. Whoever writes kana is understood here, whatever the page says.
func Language(said string, texts ...string) string {
	text := mark.ReplaceAllString(strings.Join(texts, "\n"), " ")
	switch {
	case kana.MatchString(text), !letter.MatchString(text):
		return ""
	case said != "":
		return said
	case len(english.FindAllString(text, 3)) == 3:
		return "en"
	}
	return ""
}

// speaks reports whether one of the languages is that one, in whichever country.
func speaks(languages []string, wanted string) bool {
	primary := func(tag string) string {
		p, _, _ := strings.Cut(tag, "-")
		return strings.ToLower(p)
	}
	return slices.ContainsFunc(languages, func(l string) bool { return primary(l) == primary(wanted) })
}

// Heard is what the seeker's own words wish for. A person's entry stands above it.
func Heard(texts ...string) triage.Wanted {
	var w triage.Wanted
	for _, text := range texts {
		for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。！？!?\n", r) }) {
			if denied.MatchString(line) {
				continue
			}
			switch {
			case woman.MatchString(line):
				w.Woman, w.Man = true, false
			case man.MatchString(line):
				w.Woman, w.Man = false, true
			}
			w.Change = w.Change || change.MatchString(line)
		}
	}
	return w
}
