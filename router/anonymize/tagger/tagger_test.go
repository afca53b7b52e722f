package tagger

import (
	"math"
	"testing"
)

// TestMarshal: what Marshal writes, Parse reads, up to the steps that weights are kept in.
func TestMarshal(t *testing.T) {
	var links Links
	links[PersonFirst][PersonMore] = 2
	links[Outside][PersonMore] = -5
	tagger, err := Parse(Marshal([]uint32{7, 1 << 20, 7 + 1<<10}, []Scores{{6, -1}, {0, 6, 0.5}, {}}, links))
	if err != nil {
		t.Fatal(err)
	}
	got := tagger.Label([]uint32{7, 99, 1 << 20, 99}, 2)
	if len(got) != 2 || got[0][Outside] < 0.9 || got[1][PersonFirst] < 0.9 {
		t.Errorf("labels %v", got)
	}
	for _, cut := range [][]byte{nil, {1, 2, 3}, weights[:len(weights)-1]} {
		if _, err := Parse(cut); err == nil {
			t.Errorf("%d bytes are weights", len(cut))
		}
	}
}

// TestBuiltIn: the weights that ship can be read, and are small.
func TestBuiltIn(t *testing.T) {
	if _, err := New(); err != nil {
		t.Fatal(err)
	}
	if len(weights) > 5_000_000 {
		t.Errorf("%d bytes", len(weights))
	}
}

// TestLikely compares the chain with the sum over all its paths.
func TestLikely(t *testing.T) {
	var links Links
	for a := range links {
		for b := range links[a] {
			links[a][b] = float32((a*5+b*3)%7) / 4
		}
	}
	chain := make([]Scores, 3)
	for i := range chain {
		for l := range chain[i] {
			chain[i][l] = float32((i*11+l*l)%5) / 3
		}
	}
	want := make([]Scores, 3)
	var wantPairs Links
	var total float64
	type path struct {
		labels [3]int
		weight float64
	}
	var paths []path
	for n := range Labels * Labels * Labels {
		p := path{labels: [3]int{n % Labels, n / Labels % Labels, n / Labels / Labels}}
		sum := float64(links[p.labels[0]][p.labels[1]] + links[p.labels[1]][p.labels[2]])
		for i, l := range p.labels {
			sum += float64(chain[i][l])
		}
		p.weight = math.Exp(sum)
		total += p.weight
		paths = append(paths, p)
	}
	for _, p := range paths {
		for i, l := range p.labels {
			want[i][l] += float32(p.weight / total)
		}
		wantPairs[p.labels[0]][p.labels[1]] += float32(p.weight / total)
		wantPairs[p.labels[1]][p.labels[2]] += float32(p.weight / total)
	}
	var pairs Links
	Likely(chain, &links, &pairs)
	for i := range want {
		for l := range want[i] {
			if math.Abs(float64(want[i][l]-chain[i][l])) > 1e-4 {
				t.Errorf("character %d, label %d: %f, want %f", i, l, chain[i][l], want[i][l])
			}
		}
	}
	for a := range pairs {
		for b := range pairs[a] {
			if math.Abs(float64(pairs[a][b]-wantPairs[a][b])) > 1e-3 {
				t.Errorf("pair %d %d: %f, want %f", a, b, pairs[a][b], wantPairs[a][b])
			}
		}
	}
}
