package figures_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"madoguchi/triage/figures"
)

var jst = time.FixedZone("JST", 9*60*60)

// A list with its total: of no small number more can be told than that it is from 0 up to k or more.
func TestRow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		k, n, total := 2+r.IntN(12), map[string]int{}, 0
		for i := range 1 + r.IntN(8) {
			n[fmt.Sprint(i)] = 1 + r.IntN(1+r.IntN(40))
			total += n[fmt.Sprint(i)]
		}
		if total < k {
			continue
		}
		rest, hidden, small := total, 0, false
		for key, c := range figures.Row(n, k) {
			switch {
			case c.Withheld:
				hidden++
				small = small || n[key] < k
			case c.N != n[key] || c.N < k:
				t.Fatalf("%v, %d: %s is %+v", n, k, key, c)
			default:
				rest -= c.N
			}
		}
		if hidden == 1 || hidden > 0 && rest < k || hidden > 0 && !small {
			t.Fatalf("%v, %d: %d withheld, together %d", n, k, hidden, rest)
		}
	}
}

// spans solves a published table by trying every table that it may be, and returns the least and the most of each cell.
func spans(g figures.Grid, most int) (least, greatest map[[2]int]int) {
	rows, cols := len(g.Rows), len(g.Cols)
	least, greatest = map[[2]int]int{}, map[[2]int]int{}
	x := make([]int, rows*cols)
	fits := func() bool {
		sum := 0
		for i := range rows {
			s := 0
			for j := range cols {
				s += x[i*cols+j]
			}
			if !g.Rows[i].Withheld && s != g.Rows[i].N {
				return false
			}
			sum += s
		}
		for j := range cols {
			s := 0
			for i := range rows {
				s += x[i*cols+j]
			}
			if !g.Cols[j].Withheld && s != g.Cols[j].N {
				return false
			}
		}
		return sum == g.Total.N
	}
	note := func(i, j, v int) {
		p := [2]int{i, j}
		if l, ok := least[p]; !ok || v < l {
			least[p] = v
		}
		if m, ok := greatest[p]; !ok || v > m {
			greatest[p] = v
		}
	}
	var try func(p, left int)
	try = func(p, left int) {
		if p == len(x) {
			if left == 0 && fits() {
				for i := range rows {
					s := 0
					for j := range cols {
						note(i, j, x[i*cols+j])
						s += x[i*cols+j]
					}
					note(i, cols, s)
				}
				for j := range cols {
					s := 0
					for i := range rows {
						s += x[i*cols+j]
					}
					note(rows, j, s)
				}
			}
			return
		}
		if c := g.Cells[p/cols][p%cols]; !c.Withheld {
			if x[p] = c.N; c.N <= left {
				try(p+1, left-c.N)
			}
			return
		}
		for v := 0; v <= left; v++ {
			x[p] = v
			try(p+1, left-v)
		}
	}
	try(0, g.Total.N)
	return least, greatest
}

// marginal is a random table whose sums are withheld as lists of their own, as a report shows them.
func marginal(r *rand.Rand, rows, cols, k, most int) (n [][]int, hideRows, hideCols []bool, total int) {
	n = make([][]int, rows)
	byRow, byCol := map[string]int{}, map[string]int{}
	for i := range n {
		n[i] = make([]int, cols)
		for j := range n[i] {
			n[i][j] = r.IntN(1 + r.IntN(most))
			total += n[i][j]
			byRow[fmt.Sprint(i)] += n[i][j]
			byCol[fmt.Sprint(j)] += n[i][j]
		}
	}
	shownRows, shownCols := figures.Row(byRow, k), figures.Row(byCol, k)
	for i := range rows {
		hideRows = append(hideRows, shownRows[fmt.Sprint(i)].Withheld)
	}
	for j := range cols {
		hideCols = append(hideCols, shownCols[fmt.Sprint(j)].Withheld)
	}
	return n, hideRows, hideCols, total
}

// A table with its sums, solved by trying every table that it may be: the solver, which knows nothing of how it was made,
// finds for no small number a span that is narrower than k; unless the sums alone, with no cell shown, already tell as much.
func TestCrossTellsNoSmallNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	tables, withheld, saved := 0, 0, 0
	for tables < 400 {
		k, most := 2+r.IntN(2), 5+r.IntN(4)
		n, hideRows, hideCols, total := marginal(r, 2+r.IntN(2), 2+r.IntN(2), k, most)
		if total < k || total > 24 {
			continue
		}
		tables++
		g := figures.Cross(n, k, hideRows, hideCols)
		least, greatest := spans(g, total)
		dark := figures.Grid{Rows: g.Rows, Cols: g.Cols, Total: g.Total}
		for i := range n {
			dark.Cells = append(dark.Cells, slices.Repeat([]figures.Cell{{Withheld: true}}, len(n[i])))
		}
		all := !slices.ContainsFunc(g.Cells, func(row []figures.Cell) bool {
			return slices.ContainsFunc(row, func(c figures.Cell) bool { return !c.Withheld })
		})
		for i, row := range n {
			for j, x := range row {
				c := g.Cells[i][j]
				switch {
				case !c.Withheld && (c.N != x || x < k):
					t.Fatalf("%v, %d: %d,%d shows %+v", n, k, i, j, c)
				case !c.Withheld:
					saved++
				case x < k:
					withheld++
					if span := greatest[[2]int{i, j}] - least[[2]int{i, j}]; span < k && !all {
						t.Fatalf("%v, %d: %d,%d is from %d to %d\n%+v", n, k, i, j, least[[2]int{i, j}], greatest[[2]int{i, j}], g)
					}
				}
			}
		}
		for i, c := range g.Rows {
			if p := [2]int{i, len(g.Cols)}; c.Withheld && greatest[p]-least[p] < min(k, 2) && !all {
				t.Fatalf("%v, %d: sum of row %d is %d\n%+v", n, k, i, least[p], g)
			}
		}
		for j, c := range g.Cols {
			if p := [2]int{len(g.Rows), j}; c.Withheld && greatest[p]-least[p] < min(k, 2) && !all {
				t.Fatalf("%v, %d: sum of column %d is %d\n%+v", n, k, j, least[p], g)
			}
		}
	}
	if withheld < 500 || saved < 40 {
		t.Errorf("%d small numbers, %d shown: the tables try nothing", withheld, saved)
	}
}

// Larger tables than can be tried out: a table of every month and door comes to an end, and shows what is no small number.
func TestCrossOfAYear(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		n, hideRows, hideCols, total := marginal(r, 12, 7, 10, 120)
		if total < 10 {
			continue
		}
		for i, row := range figures.Cross(n, 10, hideRows, hideCols).Cells {
			for j, c := range row {
				if !c.Withheld && (n[i][j] < 10 || c.N != n[i][j]) {
					t.Fatalf("%d,%d: %+v of %d", i, j, c, n[i][j])
				}
			}
		}
	}
}

// prime is the field in which the equations of TestPeriodsTellNoSmallNumber are solved; all counts are far below it.
const prime = 1_000_003

// known is what follows, by adding and subtracting, from equations that were told.
type known struct {
	rows  [][]int
	pivot []int
}

func (k *known) reduce(v []int) []int {
	v = slices.Clone(v)
	for i, row := range k.rows {
		if f := v[k.pivot[i]]; f != 0 {
			for j := range v {
				v[j] = ((v[j]-f*row[j])%prime + prime) % prime
			}
		}
	}
	return v
}

func (k *known) learn(v []int) {
	v = k.reduce(v)
	p := slices.IndexFunc(v, func(x int) bool { return x != 0 })
	if p < 0 {
		return
	}
	inverse := 1
	for e, b := prime-2, v[p]; e > 0; e, b = e/2, b*b%prime {
		if e%2 == 1 {
			inverse = inverse * b % prime
		}
	}
	for j := range v {
		v[j] = v[j] * inverse % prime
	}
	k.rows, k.pivot = append(k.rows, v), append(k.pivot, p)
}

func (k *known) follows(v []int) bool {
	return !slices.ContainsFunc(k.reduce(v), func(x int) bool { return x != 0 })
}

// Two hundred overlapping periods and every kind, asked one after another, with every equation kept: no small number of any
// kind, of any span of months, follows from them, and none of all kinds together.
func TestPeriodsTellNoSmallNumber(t *testing.T) {
	const months, kinds, least = 30, 4, 10
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(7, seed))
		begin := time.Date(2026, 10, 1, 0, 0, 0, 0, jst)
		var items []figures.Item
		truth := make([]int, months*kinds)
		for m := range months {
			for k := range kinds {
				for range r.IntN(1+r.IntN(16))*(k+1)/2 + r.IntN(2) {
					items = append(items, figures.Item{At: begin.AddDate(0, m, r.IntN(28)), Of: map[string][]string{"kind": {fmt.Sprint(k)}}})
					truth[m*kinds+k]++
				}
			}
		}
		book := figures.New(items, []figures.Dimension{{Key: "kind", Least: least}}, least, begin.AddDate(0, months-1, 10))
		sum := func(from, to, kind int) (v []int, n int) {
			v = make([]int, months*kinds)
			for m := from; m < to; m++ {
				for k := range kinds {
					if kind < 0 || k == kind {
						v[m*kinds+k] = 1
						n += truth[m*kinds+k]
					}
				}
			}
			return v, n
		}
		var told known
		tell := func(from, to, kind int, c figures.Cell) {
			v, n := sum(from, to, kind)
			if c.Withheld {
				return
			}
			if c.N != n {
				t.Fatalf("%d to %d of %d: told %d, is %d", from, to, kind, c.N, n)
			}
			told.learn(v)
		}
		ask := func(from, to int) {
			a := book.Ask(begin.AddDate(0, from, 3), begin.AddDate(0, to, -3)) // the whole months around
			tell(from, to, -1, a.Total)
			for m := from; m < to; m++ {
				if c, ok := a.Months[begin.AddDate(0, m, 0).Format("2006-01")]; ok {
					tell(m, m+1, -1, c)
				}
			}
			for k, c := range a.Of["kind"] {
				tell(from, to, int(k[0]-'0'), c)
			}
		}
		for range 200 {
			from := r.IntN(months)
			ask(from, from+1+r.IntN(months-from))
		}
		for _, year := range [][2]int{{0, 6}, {6, 18}, {18, 30}, {0, 18}, {6, 30}, {0, 30}} {
			ask(year[0], year[1])
		}
		if len(told.rows) < 5 {
			t.Errorf("seed %d: %d equations: nothing is told", seed, len(told.rows))
		}
		for from := range months {
			for to := from + 1; to <= months; to++ {
				for kind := -1; kind < kinds; kind++ {
					if v, n := sum(from, to, kind); n > 0 && n < least && told.follows(v) {
						t.Fatalf("seed %d: %d cases of kind %d in months %d to %d follow", seed, n, kind, from, to)
					}
				}
			}
		}
	}
}

// What is asked are whole months, and kinds of whole fiscal years; of the one that goes on as far as it has gone.
func TestPeriods(t *testing.T) {
	var items []figures.Item
	for m := range 8 { // from December to July
		for range 12 {
			items = append(items, figures.Item{At: time.Date(2026, 12+time.Month(m), 5, 12, 0, 0, 0, jst), Of: map[string][]string{"door": {"chat"}}})
		}
	}
	b := figures.New(items, []figures.Dimension{{Key: "door", Least: 10}}, 10, time.Date(2027, 7, 20, 0, 0, 0, 0, jst))
	at := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, jst)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, tt := range []struct {
		from, to     string
		total, doors int
		whole        bool
	}{
		{"2026-04-01", "2027-04-01", 48, 48, true}, {"2026-12-20", "2027-03-05", 48, 48, true}, {"2027-04-01", "2027-07-21", 48, 48, true},
		{"2020-04-01", "2030-04-01", 96, 96, true}, {"2027-01-01", "2027-02-01", 12, 0, false}, {"2027-01-15", "2027-05-02", 60, 0, false},
		{"2020-01-01", "2021-01-01", 0, 0, true}, {"2027-08-01", "2028-01-01", 0, 0, true},
	} {
		a := b.Ask(at(tt.from), at(tt.to))
		if a.Whole != tt.whole || a.Total.Withheld || a.Total.N != tt.total || a.Of["door"]["chat"].N != tt.doors || a.From.Day() != 1 || a.To.Day() != 1 {
			t.Errorf("%+v: %+v", tt, a)
		}
	}
	few := figures.New(items[:9], []figures.Dimension{{Key: "door", Least: 10}}, 10, at("2026-12-20"))
	if a := few.Ask(at("2026-12-01"), at("2027-01-01")); !a.Total.Withheld || !a.Months["2026-12"].Withheld || !a.Of["door"]["chat"].Withheld {
		t.Errorf("%+v", a)
	}
	g, months, kinds := b.Cross(at("2027-05-01"), "door")
	if len(months) != 4 || len(kinds) != 1 || g.Total.N != 48 || g.Cells[0][0].N != 12 {
		t.Errorf("%v %v %+v", months, kinds, g)
	}
}
