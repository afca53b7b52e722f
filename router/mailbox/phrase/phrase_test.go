package phrase

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// The list: 1,024 different words of two to four plain kana, in order, any two of them two slips apart after folding.
func TestList(t *testing.T) {
	words := vocab().words
	if len(words) != 1024 || !slices.IsSorted(words) {
		t.Fatalf("%d words, sorted: %v", len(words), slices.IsSorted(words))
	}
	folded := make([][]rune, len(words))
	for i, w := range words {
		folded[i] = shorten(letters(w))
		if n := utf8.RuneCountInString(w); n < 2 || n > 4 {
			t.Errorf("%s has %d kana", w, n)
		}
		for _, r := range w {
			if (r < 'ぁ' || r > 'ん') && r != 'ー' {
				t.Errorf("%s is not plain hiragana", w)
			}
		}
	}
	for i, a := range folded {
		for j := range i {
			if slips(a, folded[j]) < 2 {
				t.Errorf("%s and %s are less than two slips apart", words[i], words[j])
			}
		}
	}
}

// Words that hurt, words of the body, of weapons, of school, and names that many people bear are not in the list.
func TestListLeavesOut(t *testing.T) {
	for _, w := range strings.Fields(`
		あたま かお くち みみ あし おなか おしり むね ちんちん はだか ぱんつ したぎ
		ころす しぬ なぐる ける ほうちょう ないふ かったー かみそり はさみ ろーぷ なわ どく くすり がけ おくじょう ふみきり てっぽう けんか
		がっこう せんせい きょうしつ しゅくだい えんぴつ らんどせる てすと いじめ
		おかあさん おとうさん まま ぱぱ おばけ ぶた さる ごりら ばか うそ むし ごみ でぶ ばいきん おさけ びーる たばこ
		さくら ひなた あおい ひかり つばさ すみれ もも ゆり あかね かえで こはる ほたる いちか ゆき はるか みさき なぎさ いずみ しおり かおり りん
		りく そら かいと はると まこと わたる ひかる いぶき たいよう だいち みのる しずか ゆたか ゆずる つくし さとし たかし けんた しょうた
		さとう すずき たかはし たなか いとう わたなべ やまもと なかむら こばやし かとう もり いけだ はしもと いしばし いしやま みなもと`) {
		if slices.Contains(vocab().words, w) {
			t.Errorf("%s is in the list", w)
		}
	}
}

// slips is the Damerau-Levenshtein distance (optimal string alignment).
func slips(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// writings are ways in which the same phrase may be typed.
var writings = map[string]func(string) string{
	"as shown":       func(s string) string { return s },
	"katakana":       katakana,
	"ideographic":    func(s string) string { return strings.ReplaceAll(s, " ", "　") },
	"lines":          func(s string) string { return "\r\n" + strings.ReplaceAll(s, " ", "\r\n") + "\n" },
	"commas":         func(s string) string { return "「" + strings.ReplaceAll(s, " ", "、") + "。」" },
	"dots":           func(s string) string { return strings.ReplaceAll(s, " ", "・") },
	"unvoiced":       func(s string) string { return string(mapLetters(s)) },
	"length dropped": func(s string) string { return strings.ReplaceAll(s, "ー", "") },
	"spaced out":     func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
	"decomposed": func(s string) string {
		return strings.NewReplacer("が", "か\u3099", "ぱ", "は\u309a", "で", "て゛").Replace(s)
	},
}

func mapLetters(s string) []rune {
	out := []rune(s)
	for i, r := range out {
		out[i] = plain(r)
	}
	return out
}

func katakana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' {
			return r + 'ァ' - 'ぁ'
		}
		return r
	}, s)
}

// Whatever is written can be read again, in every writing, as words and as digits. Without any spaces a phrase may, rarely,
// be divided in two ways that both pass the check; then it is refused, and never read as another secret.
func TestRoundTrip(t *testing.T) {
	var joined, refused int
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.Uint64().Draw(t, "secret")
		words, digits := Encode(secret)
		if n := len(strings.Fields(words)); n != Words {
			t.Fatalf("%d words", n)
		}
		if len(digits) != 27 {
			t.Fatalf("digits are shown as %d characters", len(digits))
		}
		for name, write := range writings {
			got, err := Decode(write(words))
			if name == "spaced out" && err != nil {
				continue
			}
			if err != nil || got != secret {
				t.Fatalf("%s: %v, %v", name, got == secret, err)
			}
		}
		for _, s := range []string{digits, strings.ReplaceAll(digits, " ", ""), strings.ReplaceAll(digits, " ", "ー"), fullWidth(digits), strings.ReplaceAll(digits, " ", "-\n")} {
			if got, err := Decode(s); err != nil || got != secret {
				t.Fatalf("digits: %v, %v", got == secret, err)
			}
		}
		joined++
		switch got, err := Decode(strings.ReplaceAll(words, " ", "")); {
		case err != nil:
			refused++
		case got != secret:
			t.Fatal("read as another secret")
		}
	})
	if refused > joined/20 {
		t.Errorf("%d of %d phrases cannot be read without spaces", refused, joined)
	}
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r + '０' - '0'
		}
		return '　'
	}, s)
}

func TestHalfWidthKatakana(t *testing.T) {
	for _, c := range [][2]string{{"ｶﾞｿﾘﾝ", "がそりん"}, {"ﾍﾟﾝｷﾞﾝ", "ぺんぎん"}, {"ﾗｰﾒﾝ", "らーめん"}, {"ﾘｭｯｸ", "りゅっく"}, {"ボウシ", "ぼーし"}, {"ケエキ", "けーき"}} {
		if a, b := string(shorten(letters(c[0]))), string(shorten(letters(c[1]))); a != b {
			t.Errorf("%s is read as %s, %s as %s", c[0], a, c[1], b)
		}
	}
}

// A change of one word into any other is found in at least 98 of 100 cases at every place, and so is an exchange.
func TestCheckFindsWrongWords(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	v := vocab()
	for place := range Words {
		var passed, tried int
		for range 20 {
			shown, _ := Encode(r.Uint64())
			words := strings.Fields(shown)
			right := words[place]
			for _, wrong := range v.words {
				if wrong == right {
					continue
				}
				words[place] = wrong
				tried++
				if _, err := Decode(strings.Join(words, " ")); err == nil {
					passed++
				}
			}
		}
		if passed*100 > 2*tried {
			t.Errorf("place %d: %d of %d wrong words pass", place, passed, tried)
		}
	}
	var passed, tried int
	for range 5000 {
		shown, _ := Encode(r.Uint64())
		words := strings.Fields(shown)
		i, j := r.IntN(Words), r.IntN(Words)
		if words[i] == words[j] {
			continue
		}
		words[i], words[j] = words[j], words[i]
		tried++
		if _, err := Decode(strings.Join(words, " ")); err == nil {
			passed++
		}
	}
	if passed*100 > 2*tried {
		t.Errorf("%d of %d exchanges pass", passed, tried)
	}
}

// Every wrong digit and every exchange of neighbours is found.
func TestVerhoeff(t *testing.T) {
	if got := verhoeff("236"); got != 3 { // the known example
		t.Errorf("the check digit of 236 is %d", got)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		_, shown := Encode(r.Uint64())
		right := []byte(strings.ReplaceAll(shown, " ", ""))
		for i := range right {
			for d := byte('0'); d <= '9'; d++ {
				wrong := slices.Clone(right)
				wrong[i] = d
				if _, err := Decode(string(wrong)); err == nil && d != right[i] {
					t.Fatalf("a wrong digit at %d passes", i)
				}
			}
			if i > 0 && right[i] != right[i-1] {
				wrong := slices.Clone(right)
				wrong[i], wrong[i-1] = wrong[i-1], wrong[i]
				if _, err := Decode(string(wrong)); err == nil {
					t.Fatalf("an exchange at %d passes", i)
				}
			}
		}
	}
}

// The words of random secrets are evenly spread (χ² with 1,023 degrees of freedom, p > 0.001).
func TestSpread(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 200_000
	var count [Words][1024]float64
	for range n {
		secret := r.Uint64()
		for i := range Words - 1 {
			count[i][secret>>(54-10*i)&1023]++
		}
		count[Words-1][(secret&15)<<6|uint64(check(secret))]++
	}
	for i := range count {
		var chi float64
		for _, c := range count[i] {
			chi += (c - n/1024.0) * (c - n/1024.0) / (n / 1024.0)
		}
		if chi > 1168 {
			t.Errorf("place %d: χ² = %.0f", i, chi)
		}
	}
}

// A text made up to be divided in very many ways takes no longer than the effort allowed, and is refused.
func TestMadeUpText(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("おおおおおでん", 7), strings.Repeat("あおおおおお", 7), strings.Repeat("あお", 28), strings.Repeat("お", 56), strings.Repeat("おでん", 1<<16),
	} {
		if _, err := Decode(text); err == nil {
			t.Errorf("%.20s… is read", text)
		}
	}
	v := vocab()
	for _, text := range []string{strings.Repeat("おおおおおでん", 7), strings.Repeat("あおおおおおお", 8)} {
		s := segmentation{vocabulary: v, text: letters(text), dead: make(map[[2]int]bool)}
		s.from(0, 0)
		if s.tried > effort+Words {
			t.Errorf("%d words were tried", s.tried)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, secret := range []uint64{0, 1, 1 << 63, ^uint64(0), 0x0123456789abcdef} {
		words, digits := Encode(secret)
		for _, s := range []string{words, digits, katakana(words), strings.ReplaceAll(words, " ", ""), fullWidth(digits)} {
			f.Add(s)
		}
	}
	for _, s := range []string{"", " ", "ー", "あお", strings.Repeat("あお", 7), strings.Repeat("あおー", 60), strings.Repeat("9", 21), strings.Repeat("9", 22), "\xff\xfe", "ｶﾞ\u3099", strings.Repeat("ー", 500)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := Decode(text)
		if err != nil {
			return
		}
		words, digits := Encode(secret)
		if got, err := Decode(words); err != nil || got != secret {
			t.Fatalf("%q reads as a secret that does not read back", text)
		}
		if got, err := Decode(digits); err != nil || got != secret {
			t.Fatalf("%q reads as a secret whose digits do not read back", text)
		}
	})
}
