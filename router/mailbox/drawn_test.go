package mailbox

import (
	"flag"
	"math"
	"slices"
	"strings"
	"testing"

	"madoguchi/router/mailbox/phrase"
)

// drawn is how many return codes are drawn. Ten millions take some twenty seconds:
//
//	go test ./router/mailbox -run TestCodesAreDrawnEvenly -args -drawn 10000000
var drawn = flag.Int("drawn", 200_000, "return codes that are drawn")

// No return code comes twice, and at every place every word is as frequent as every other: chi-square, as likely by chance as
// once in a million runs at most.
func TestCodesAreDrawnEvenly(t *testing.T) {
	t.Parallel()
	n := *drawn
	all := make([]uint64, n)
	counts := make([]map[string]int, phrase.Words)
	for i := range counts {
		counts[i] = map[string]int{}
	}
	for i := range all {
		all[i] = anySecret()
		words, _ := phrase.Encode(all[i])
		for place, w := range strings.Fields(words) {
			counts[place][w]++
		}
	}
	slices.Sort(all)
	if left := len(slices.Compact(all)); left != n {
		t.Errorf("%d of %d codes came again", n-left, n)
	}
	const words = 1024
	worst := 1.0
	for place, c := range counts {
		want := float64(n) / words
		chi := float64(words-len(c)) * want // those that never came
		for _, k := range c {
			chi += (float64(k) - want) * (float64(k) - want) / want
		}
		p := chance(chi, words-1)
		worst = min(worst, p)
		if p < 1e-6 {
			t.Errorf("word %d: chi-square %.0f, p %.2g", place+1, chi, p)
		}
	}
	t.Logf("%d codes: the least even place is so by chance with p %.3f", n, worst)
}

// chance is how likely a chi-square of so many degrees of freedom is at least x by chance: Wilson and Hilferty's
// approximation, good where they are many.
func chance(x, degrees float64) float64 {
	v := 2 / (9 * degrees)
	return math.Erfc((math.Cbrt(x/degrees)-(1-v))/math.Sqrt(2*v)) / 2
}
