// Package figures counts cases for those who plan and answer to the city, so that no number points at a child: neither by
// itself, nor with the others beside it, nor with those of another period or another way to ask.
//
// That holds because of what is asked of, not of who remembers what was asked before. For each fiscal year there is one set
// of numbers: its total, its months, and how many cases were of each kind in the whole year. In each of these lists the small
// numbers are withheld, with so many others that they cannot be computed from the total (Row, Cross). Every answer is a sum of
// whole numbers of that set, and withheld where one of them is: so all answers together tell no more than the set does,
// however their periods overlap. The price is that a kind is counted by the fiscal year and not by the month.
//
// What it cannot hide is time going by: who asks every day of a year that goes on learns what a day added to a number that is
// shown. A year that is over therefore gets one report (Book.Report), which is made once and kept; a book that is given it
// (New) tells of that year what stands there and nothing else, whatever becomes of its cases: nobody can take a number of today
// from one of the report and have the child whose case was destroyed or decided on in between. For the same reason there is no
// second report of a year, and none of a month: how much of a month can be told hangs on the months that come after it.
// Two years are told beside each other by the sums of each, which is no more than both reports say.
//
// Everybody gets the same numbers: where the cases that somebody is kept out of were left out of theirs, two people could
// subtract and would have those cases. And who is shown every other case could count those, and subtract: so whoever makes the book
// leaves such cases out for everybody, and says so beside the numbers.
//
// Numbers are not rounded. Beside exact parts a rounded sum hides nothing, and what it should hide is withheld already. A
// kind without a case is in no list, since of all the children of a city that tells nothing of one; but where a kind means a
// small group, as a school does, every one is listed (Dimension.Kinds) and none looks like few: both are withheld. In a table
// of two dimensions zero is always withheld.
package figures

import (
	"slices"
	"time"
)

// jst is where months begin and end.
var jst = time.FixedZone("JST", 9*60*60)

// Item is a case, as it is counted.
type Item struct {
	At time.Time           // it began
	Of map[string][]string // its kinds, by dimension
}

// Dimension is a way to tell cases apart.
type Dimension struct {
	Key   string
	Least int      // the least number that is shown
	Kinds []string // are listed even if no case is of them, so that none and few look alike
}

// Book is the cases of a desk, ready to be asked about.
type Book struct {
	dims  []Dimension
	least int
	first month
	now   month
	years map[int]*year // by fiscal year
}

// year is what can be told of a fiscal year.
type year struct {
	some   bool // there is a case
	total  Cell
	months map[string]Cell
	of     map[string]map[string]Cell
	items  []Item
	kept   *Report // told instead
}

// month is the number of months since the year 0.
type month int

func monthOf(t time.Time) month { t = t.In(jst); return month(t.Year()*12 + int(t.Month()) - 1) }

func (m month) begin() time.Time { return time.Date(int(m)/12, time.Month(m%12)+1, 1, 0, 0, 0, 0, jst) }
func (m month) String() string   { return m.begin().Format("2006-01") }
func (m month) fiscal() int      { return int(m-3) / 12 }

func april(fiscal int) month { return month(fiscal*12 + 3) }

// New returns the book of these cases. Fewer than least are not shown of all cases and of a month; of a dimension, fewer than
// its own Least. Of the years of which there is a report, the book tells what stands in it.
func New(items []Item, dims []Dimension, least int, now time.Time, kept ...Report) *Book {
	b := &Book{dims: dims, least: least, now: monthOf(now), years: map[int]*year{}}
	b.first = b.now
	by := map[int][]Item{}
	for _, x := range items {
		m := monthOf(x.At)
		b.first = min(b.first, m)
		b.now = max(b.now, m)
		by[m.fiscal()] = append(by[m.fiscal()], x)
	}
	for y := b.first.fiscal(); y <= b.now.fiscal(); y++ {
		b.years[y] = b.count(by[y])
	}
	for _, r := range kept {
		b.first, b.now = min(b.first, april(r.Year)), max(b.now, april(r.Year+1)-1)
		b.years[r.Year] = r.year()
	}
	for y := b.first.fiscal(); y <= b.now.fiscal(); y++ {
		if b.years[y] == nil {
			b.years[y] = b.count(nil)
		}
	}
	return b
}

func (b *Book) count(items []Item) *year {
	y := &year{some: len(items) > 0, total: shown(len(items)), items: items, months: map[string]Cell{}, of: map[string]map[string]Cell{}}
	months, of := map[string]int{}, map[string]map[string]int{}
	for _, d := range b.dims {
		of[d.Key] = map[string]int{}
		for _, kind := range d.Kinds {
			of[d.Key][kind] = 0
		}
	}
	for _, x := range items {
		months[monthOf(x.At).String()]++
		for _, d := range b.dims {
			kinds := slices.Clone(x.Of[d.Key])
			slices.Sort(kinds)
			for _, kind := range slices.Compact(kinds) {
				of[d.Key][kind]++
			}
		}
	}
	y.months = Row(months, b.least)
	for _, d := range b.dims {
		y.of[d.Key] = Row(of[d.Key], d.Least)
	}
	if len(items) < b.least { // then the year is as small as any part of it
		y.total = withheld
		hide(y.months)
		for _, cells := range y.of {
			hide(cells)
		}
	}
	return y
}

func hide(cells map[string]Cell) {
	for key := range cells {
		cells[key] = withheld
	}
}

// Answer is what can be told of a period.
type Answer struct {
	From, To time.Time // whole months: what was asked, and the rest of the months at its ends
	Whole    bool      // it is whole fiscal years, or one that goes on, so that kinds are told
	Total    Cell
	Months   map[string]Cell            // 2026-12
	Of       map[string]map[string]Cell // by dimension
}

// Ask tells of [from, to). A month that has no case is in no list.
func (b *Book) Ask(from, to time.Time) Answer {
	first, last := monthOf(from), monthOf(to.Add(-1)) // both within
	a := Answer{From: first.begin(), To: (last + 1).begin(), Whole: true, Months: map[string]Cell{}, Of: map[string]map[string]Cell{}}
	for _, d := range b.dims {
		a.Of[d.Key] = map[string]Cell{}
	}
	first, last = max(first, b.first), min(last, b.now)
	for y := first.fiscal(); first <= last && y <= last.fiscal(); y++ {
		begin, end := max(april(y), b.first), min(april(y+1)-1, b.now)
		whole := first <= begin && last >= end
		a.Whole = a.Whole && whole
		all := b.years[y]
		for m := max(begin, first); m <= min(end, last); m++ {
			if c, ok := all.months[m.String()]; ok {
				a.Months[m.String()] = c
				if !whole {
					a.Total = sum(a.Total, c)
				}
			}
		}
		if !whole {
			continue
		}
		if all.some {
			a.Total = sum(a.Total, all.total)
		}
		for dim, cells := range all.of {
			for kind, c := range cells {
				a.Of[dim][kind] = sum(a.Of[dim][kind], c)
			}
		}
	}
	if !a.Whole {
		a.Of = map[string]map[string]Cell{}
	}
	return a
}

func sum(a, b Cell) Cell {
	if a.Withheld || b.Withheld {
		return withheld
	}
	return shown(a.N + b.N)
}

// Cross tells the months of the fiscal year in which t lies by the kinds of a dimension of which every case has exactly one.
func (b *Book) Cross(t time.Time, dim string) (g Grid, months, kinds []string) {
	y, ok := b.years[monthOf(t).fiscal()]
	if ok && y.kept != nil && y.kept.Cross.Of == dim {
		return y.kept.Cross.Grid, y.kept.Cross.Months, y.kept.Cross.Kinds
	}
	if !ok || y.total.Withheld || y.kept != nil {
		return Grid{Total: withheld}, nil, nil
	}
	for key := range y.months {
		months = append(months, key)
	}
	for key := range y.of[dim] {
		kinds = append(kinds, key)
	}
	slices.Sort(months)
	slices.Sort(kinds)
	n := make([][]int, len(months))
	rows, cols := make([]bool, len(months)), make([]bool, len(kinds))
	for i, m := range months {
		n[i], rows[i] = make([]int, len(kinds)), y.months[m].Withheld
		for j, k := range kinds {
			cols[j] = y.of[dim][k].Withheld
			for _, x := range y.items {
				if monthOf(x.At).String() == m && slices.Contains(x.Of[dim], k) {
					n[i][j]++
				}
			}
		}
	}
	return Cross(n, b.least, rows, cols), months, kinds
}
