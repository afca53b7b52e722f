package roster

import (
	"regexp"
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
