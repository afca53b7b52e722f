package japanese

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// View is a text in another writing. Rune i of it was written as the runes from[i] to to[i] of the input.
type View struct {
	Runes []rune
	from  []int32
	to    []int32
}

// String returns the view's text.
func (v View) String() string { return string(v.Runes) }

// Len returns the number of runes.
func (v View) Len() int { return len(v.Runes) }

// Span maps the runes start to end (exclusive) of the view to rune offsets of the input. An empty range maps to an empty
// one.
func (v View) Span(start, end int) (int, int) {
	if start >= end || start < 0 || end > len(v.Runes) {
		return 0, 0
	}
	return int(v.from[start]), int(v.to[end-1])
}

// At returns where in the input rune i of the view begins.
func (v View) At(i int) int { return int(v.from[i]) }

func (v *View) add(r rune, from, to int) {
	v.Runes = append(v.Runes, r)
	v.from = append(v.from, int32(from))
	v.to = append(v.to, int32(to))
}

func (v View) keep(f func(i int, r rune) bool) View {
	n := View{make([]rune, 0, len(v.Runes)), make([]int32, 0, len(v.Runes)), make([]int32, 0, len(v.Runes))}
	for i, r := range v.Runes {
		if f(i, r) {
			n.add(r, int(v.from[i]), int(v.to[i]))
		}
	}
	return n
}

// Map returns the view with every rune replaced by f of it; f gets the view's runes and the index. A negative result
// leaves the rune out.
func (v View) Map(f func(rs []rune, i int) rune) View {
	n := View{make([]rune, 0, len(v.Runes)), make([]int32, 0, len(v.Runes)), make([]int32, 0, len(v.Runes))}
	for i := range v.Runes {
		if r := f(v.Runes, i); r >= 0 {
			n.add(r, int(v.from[i]), int(v.to[i]))
		}
	}
	return n
}

// Dense returns the view without spaces.
func (v View) Dense() View {
	return v.keep(func(_ int, r rune) bool { return ClassOf(r) != Space })
}

// Spaced reports whether the text is spaced out as scanned letters are: more than 12 % of its runes are spaces.
func (v View) Spaced() bool {
	n := 0
	for _, r := range v.Runes {
		if ClassOf(r) == Space && r != '\n' {
			n++
		}
	}
	return n*100 > 12*len(v.Runes)
}

// ToHiragana returns r as hiragana where it is katakana.
func ToHiragana(r rune) rune {
	if r >= 'ァ' && r <= 'ヶ' || r == 'ヽ' || r == 'ヾ' {
		return r - 0x60
	}
	return r
}

// HiraganaOf returns s with katakana as hiragana.
func HiraganaOf(s string) string { return strings.Map(ToHiragana, s) }

// Fold returns text in canonical writing: compatibility characters as the plain ones, half-width kana composed with their
// marks, invisible characters left out, dashes as '-', variant kanji as the common ones, and digits as ASCII where a
// number is written with kanji digits or with letters that look like zero.
func Fold(text string) View { return FoldRunes([]rune(text)) }

// FoldRunes is Fold of a text that is already runes.
func FoldRunes(in []rune) View {
	v := View{make([]rune, 0, len(in)), make([]int32, 0, len(in)), make([]int32, 0, len(in))}
	for i, r := range in {
		if Invisible(r) {
			continue
		}
		if m := mark(r); m != 0 && len(v.Runes) > 0 {
			last := len(v.Runes) - 1
			if c, ok := compose(v.Runes[last], m); ok && int(v.to[last]) >= i-1 {
				v.Runes[last], v.to[last] = c, int32(i+1)
				continue
			}
		}
		foldRune(&v, r, i)
	}
	v.numbers()
	return v
}

func foldRune(v *View, r rune, i int) {
	switch {
	case r < 0x80, r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30ff:
		v.add(r, i, i+1)
		return
	case r >= 0x4e00 && r <= 0x9fff:
		if c := plain(r); c != 0 {
			r = c
		}
		if r == '佼' && len(v.Runes) > 0 && strings.ContainsRune("高学", v.Runes[len(v.Runes)-1]) {
			r = '校' // what scanners read
		}
		v.add(r, i, i+1)
		return
	case dash(r):
		v.add('-', i, i+1)
		return
	case r == '〜' || r == '～' || r == '∼':
		v.add('〜', i, i+1)
		return
	case r == '　':
		v.add(' ', i, i+1)
		return
	case unicode.Is(unicode.Mn, r) && r != 0x3099 && r != 0x309a:
		return // marks stacked upon letters
	}
	if c := plain(r); c != 0 {
		v.add(c, i, i+1)
		return
	}
	for _, c := range norm.NFKC.String(string(r)) {
		if p := plain(c); p != 0 {
			c = p
		}
		v.add(c, i, i+1)
	}
}

// dash reports whether r looks like a hyphen. The long vowel mark is not one by itself; see numbers.
func dash(r rune) bool {
	return r >= 0x2010 && r <= 0x2015 || r == 0x2212 || r == 0xff0d || r == 0xfe63 || r == 0x2500 || r == 0x2501 || r == 0x30a0
}

// mark returns the combining form of a voicing mark, or 0.
func mark(r rune) rune {
	switch r {
	case '゛', 'ﾞ', 0x3099:
		return 0x3099
	case '゜', 'ﾟ', 0x309a:
		return 0x309a
	}
	return 0
}

// compose returns the voiced form of a kana.
func compose(r, mark rune) (rune, bool) {
	h := r
	if r >= 'ァ' && r <= 'ヶ' {
		h = r - 0x60
	}
	if mark == 0x309a {
		if h >= 'は' && h <= 'ほ' && (h-'は')%3 == 0 {
			return r + 2, true
		}
		return 0, false
	}
	switch {
	case h == 'う':
		return r - h + 'ゔ', true
	case h >= 'か' && h <= 'ち' && (h-'か')%2 == 0, h >= 'つ' && h <= 'と' && (h-'つ')%2 == 0, h >= 'は' && h <= 'ほ' && (h-'は')%3 == 0:
		return r + 1, true
	}
	return 0, false
}

// variants are kanji that are written for one another in names, common ones first.
const variants = "高髙 崎﨑嵜 辺邉邊邉 斎齋 斉齊 浜濱濵 沢澤 広廣 桜櫻 国國 真眞 徳德 恵惠 吉𠮷 柳栁 渋澁澀 瀬瀨 静靜 昇曻 桑桒 橋槗 関關 " +
	"竜龍 滝瀧 条條 栄榮 万萬 与與 円圓 塩鹽 学學 会會 県縣 黒黑 蔵藏 亀龜 鉄鐵 礼禮 弥彌 伝傳 豊豐 峰峯 略畧 島嶋嶌 館舘 富冨 " +
	"寿壽 実實 栗𣗄 塚塚 羽羽 福福 神神 祐祐 都都 緑綠 歩步 来來 晴晴 清淸 青靑 毎每 海海 凪凪 巌巖 駒驹 薮藪 蔣蒋"

// plain returns the common form of a variant kanji, or 0.
func plain(r rune) rune { return plains[r] }

var plains = func() map[rune]rune {
	m := map[rune]rune{}
	for _, group := range strings.Fields(variants) {
		rs := []rune(group)
		for _, r := range rs[1:] {
			if r != rs[0] {
				m[r] = rs[0]
			}
		}
	}
	return m
}()
