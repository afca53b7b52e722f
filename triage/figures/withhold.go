package figures

import (
	"cmp"
	"maps"
	"slices"
)

// Cell is a number of cases; or withheld, where it is so small that it could point at a child, or would tell such a one.
type Cell struct {
	N        int
	Withheld bool
}

func shown(n int) Cell { return Cell{N: n} }

var withheld = Cell{Withheld: true}

// Row withholds what is smaller than k of counts that add up to a total which is shown, and as many of the next larger ones
// that the withheld are several and k together: whoever takes the others from the total learns of the withheld only their
// sum, which is no small number. Where the counts overlap (a case of two kinds) that is more than is needed.
func Row(n map[string]int, k int) map[string]Cell {
	keys := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		return cmp.Or(cmp.Compare(n[a], n[b]), cmp.Compare(a, b))
	})
	out, hidden, sum := map[string]Cell{}, 0, 0
	for _, key := range keys {
		small := n[key] < k
		if small || hidden > 0 && (hidden < 2 || sum < k) {
			out[key] = withheld
			hidden++
			sum += n[key]
			continue
		}
		out[key] = shown(n[key])
	}
	return out
}

// Grid is a table of two dimensions with its margins.
type Grid struct {
	Cells      [][]Cell // by row, then by column
	Rows, Cols []Cell   // the sums of the rows and of the columns
	Total      Cell
}

// Cross withholds in a table whose total is shown and of whose sums some are withheld already. What is smaller than k is
// withheld, zero too, since it says of a small group what its children did not do. Then others are, until of no small number
// more can be told than that it lies somewhere in a span of at least k: the span is computed exactly, for all who know
// everything that is shown and that no count is negative (a flow through the table, as its rows and columns add up). Where
// nothing helps every cell is withheld.
func Cross(n [][]int, k int, rows, cols []bool) Grid {
	t := newWeb(n, rows, cols)
	for i, row := range n {
		for j, x := range row {
			t.hidden[i][j] = x < k
		}
	}
	for i := range t.x {
		for j := range t.x[i] {
			for t.hidden[i][j] && t.x[i][j] < k && t.span(i, j) < k {
				if !t.help(i, j) {
					return t.grid()
				}
			}
		}
	}
	return t.grid()
}

// web is a table with its margins as one more row and column. In each of its rows and columns the cells add up to zero, if
// those of the margins count as negative.
type web struct {
	x      [][]int
	hidden [][]bool
}

func newWeb(n [][]int, rows, cols []bool) *web {
	t := &web{}
	sums := make([]int, len(cols)+1)
	for i, row := range n {
		sum := 0
		for j, v := range row {
			sum += v
			sums[j] += v
		}
		sums[len(cols)] += sum
		t.x = append(t.x, append(slices.Clone(row), sum))
		t.hidden = append(t.hidden, append(make([]bool, len(cols)), rows[i]))
	}
	t.x = append(t.x, sums)
	t.hidden = append(t.hidden, append(slices.Clone(cols), false))
	return t
}

func (t *web) last() (row, col int) { return len(t.x) - 1, len(t.x[0]) - 1 }

// much is more than any count.
const much = 1 << 40

// room is how far the cell could rise and fall for who does not see it, counted as its row and column count it.
func (t *web) room(i, j int) (rise, fall int) {
	r, c := t.last()
	switch {
	case !t.hidden[i][j]:
		return 0, 0
	case (i == r) == (j == c):
		return much, t.x[i][j]
	}
	return t.x[i][j], much
}

// span is the width of what a withheld cell may be.
func (t *web) span(i, j int) int {
	rise, fall := t.room(i, j)
	return min(rise, t.flow(i, j, true)) + min(fall, t.flow(i, j, false))
}

// flow is by how much all others together can make up for the cell's rise, or for its fall: what flows from its row to its
// column over the other withheld cells, where a row gives by a cell that falls and a column takes on by one that rises.
func (t *web) flow(i, j int, rises bool) int {
	r, c := t.last()
	down, up := make([][]int, r+1), make([][]int, r+1) // capacity from row to column, and back
	for a := range down {
		down[a], up[a] = make([]int, c+1), make([]int, c+1)
		for b := range down[a] {
			if a == i && b == j {
				continue
			}
			up[a][b], down[a][b] = t.room(a, b)
			if !rises {
				up[a][b], down[a][b] = down[a][b], up[a][b]
			}
		}
	}
	total := 0
	for total < much {
		seenRow, seenCol := make([]bool, r+1), make([]bool, c+1)
		var push func(row, n int) int
		push = func(row, n int) int {
			seenRow[row] = true
			for b := range seenCol {
				if seenCol[b] || down[row][b] == 0 {
					continue
				}
				seenCol[b] = true
				m := min(n, down[row][b])
				if b == j {
					down[row][b] -= m
					up[row][b] += m
					return m
				}
				for a := range seenRow {
					if seenRow[a] || up[a][b] == 0 {
						continue
					}
					if got := push(a, min(m, up[a][b])); got > 0 {
						down[row][b] -= got
						up[row][b] += got
						up[a][b] -= got
						down[a][b] += got
						return got
					}
				}
			}
			return 0
		}
		got := push(i, much)
		if got == 0 {
			return total
		}
		total += got
	}
	return total
}

// help withholds the cheapest three corners that stand with the cell in a rectangle, at least one of which is shown; or all
// that is left, where there is no such rectangle. It reports whether there was anything to withhold.
func (t *web) help(i, j int) bool {
	r, c := t.last()
	best, at := much, [3][2]int{}
	for a := range r {
		for b := range c {
			if a == i || b == j {
				continue
			}
			corners, cost, some := [3][2]int{{i, b}, {a, j}, {a, b}}, 0, false
			for _, p := range corners {
				if p[0] < r && p[1] < c && !t.hidden[p[0]][p[1]] {
					cost, some = cost+t.x[p[0]][p[1]], true
				}
			}
			if some && cost < best {
				best, at = cost, corners
			}
		}
	}
	any := best < much
	for _, p := range at {
		if any && p[0] < r && p[1] < c {
			t.hidden[p[0]][p[1]] = true
		}
	}
	if any {
		return true
	}
	for a := range r {
		for b := range c {
			any = any || !t.hidden[a][b]
			t.hidden[a][b] = true
		}
	}
	return any
}

func (t *web) grid() Grid {
	cell := func(i, j int) Cell {
		if t.hidden[i][j] {
			return withheld
		}
		return shown(t.x[i][j])
	}
	r, c := t.last()
	g := Grid{Total: cell(r, c)}
	for i := range r {
		row := make([]Cell, c)
		for j := range c {
			row[j] = cell(i, j)
		}
		g.Cells, g.Rows = append(g.Cells, row), append(g.Rows, cell(i, c))
	}
	for j := range c {
		g.Cols = append(g.Cols, cell(r, j))
	}
	return g
}
