package main

import (
	"strings"

	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"

	"madoguchi/triage/japanese"
)

// reader knows how words sound.
type reader struct{ t *tokenizer.Tokenizer }

func newReader() *reader {
	t, err := tokenizer.New(ipa.Dict(), tokenizer.OmitBosEos())
	if err != nil {
		panic(err) // the dictionary is built in
	}
	return &reader{t}
}

// sound returns text with its kanji in hiragana.
func (r *reader) sound(text string) string {
	var b strings.Builder
	for _, k := range r.t.Tokenize(text) {
		reading, ok := k.Reading()
		if !ok || reading == "*" || !strings.ContainsFunc(k.Surface, func(r rune) bool { return japanese.ClassOf(r) == japanese.Kanji }) {
			b.WriteString(k.Surface)
			continue
		}
		b.WriteString(japanese.HiraganaOf(reading))
	}
	return b.String()
}

// said are words as small children spell them.
var said = strings.NewReplacer("という", "とゆう", "っていう", "ってゆう", "いわれ", "ゆわれ", "いった", "ゆった", "いって", "ゆって", "いうな", "ゆうな")

// loud writes some everyday words in katakana, as those do who stress them: ムリ, フツー, ケータイ.
func (m *maker) loud(text string) string {
	var b strings.Builder
	for _, k := range m.kana.t.Tokenize(text) {
		pos, reading, ok := k.POS(), "", false
		if len(pos) > 1 && everyday(pos[0], pos[1]) && len([]rune(k.Surface)) >= 2 {
			reading, ok = k.Reading()
		}
		if !ok || reading == "*" || !m.chance(0.4) {
			b.WriteString(k.Surface)
			continue
		}
		if reading = katakana(reading); m.chance(0.6) {
			reading = katakana(long(japanese.HiraganaOf(reading)))
		}
		b.WriteString(reading)
	}
	return b.String()
}

// everyday reports whether words of a class and kind may be written in katakana for their sound.
func everyday(class, kind string) bool {
	switch class {
	case "副詞", "感動詞", "形容詞":
		return true
	case "名詞":
		return kind == "一般" || kind == "サ変接続" || kind == "形容動詞語幹" || kind == "ナイ形容詞語幹" || kind == "副詞可能"
	}
	return false
}

// long writes the long vowels of hiragana with a dash: ふつー, けーたい.
func long(hiragana string) string {
	rs := []rune(hiragana)
	for i := 1; i < len(rs); i++ {
		switch rs[i] {
		case 'う':
			if strings.ContainsRune("おこそとのほもよろごぞどぼぽょうくすつぬふむゆるぐずぶぷゅ", rs[i-1]) {
				rs[i] = 'ー'
			}
		case 'い':
			if strings.ContainsRune("えけせてねへめれげぜでべぺ", rs[i-1]) && i+1 == len(rs) || strings.ContainsRune("けせてめれ", rs[i-1]) {
				rs[i] = 'ー'
			}
		}
	}
	return string(rs)
}

// start is how a word begins: its first two sounds.
func start(word string) string {
	rs := []rune(word)
	n := min(2, len(rs))
	if n < len(rs) && strings.ContainsRune("ゃゅょー", rs[n]) {
		n++
	}
	return string(rs[:n])
}

// latin returns text in Latin letters, its words with spaces between them, endings joined to them, and its marks as they are.
func (r *reader) latin(text string) string {
	var b strings.Builder
	for _, k := range r.t.Tokenize(text) {
		words, pos := k.Surface, k.POS()
		if reading, ok := k.Reading(); ok && reading != "*" {
			words = reading
		}
		word := latinOf(japanese.HiraganaOf(words))
		ending := len(pos) > 1 && (pos[0] == "助動詞" || pos[1] == "接尾" || pos[1] == "非自立" && pos[0] == "動詞" || pos[1] == "接続助詞")
		if word != "" && !ending {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String() + " "
}

func katakana(hiragana string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 0x60
		}
		return r
	}, hiragana)
}

// latinOf writes hiragana in Latin letters, roughly as children do.
func latinOf(hiragana string) string {
	const rows = "あ a い i う u え e お o か ka き ki く ku け ke こ ko さ sa し shi す su せ se そ so た ta ち chi つ tsu て te と to な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho " +
		"ま ma み mi む mu め me も mo や ya ゆ yu よ yo ら ra り ri る ru れ re ろ ro わ wa を o ん n が ga ぎ gi ぐ gu げ ge ご go ざ za じ ji ず zu ぜ ze ぞ zo だ da ぢ ji づ zu で de ど do " +
		"ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po きゃ kya きゅ kyu きょ kyo しゃ sha しゅ shu しょ sho ちゃ cha ちゅ chu ちょ cho にゃ nya にゅ nyu にょ nyo りゃ rya りゅ ryu りょ ryo じゃ ja じゅ ju じょ jo"
	w := strings.Fields(rows)
	for i := len(w) - 2; i >= 0; i -= 2 {
		hiragana = strings.ReplaceAll(hiragana, w[i], w[i+1])
	}
	for i := strings.Index(hiragana, "っ"); i >= 0; i = strings.Index(hiragana, "っ") { // kitte
		next := hiragana[i+len("っ"):]
		hiragana = hiragana[:i] + next[:min(1, len(next))] + next
	}
	return strings.Map(func(r rune) rune {
		if r > 'z' {
			return -1
		}
		return r
	}, hiragana)
}
