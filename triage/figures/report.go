package figures

import "time"

// Report is what is told of a fiscal year that is over: made once, and never again.
type Report struct {
	Year   int                        // the fiscal year, from April of it; the report's number as well
	At     time.Time                  // when it was made
	Some   bool                       // there was a case
	Total  Cell                       //
	Months map[string]Cell            // 2026-12
	Of     map[string]map[string]Cell // by dimension
	Cross  Table
}

// Table tells months by the kinds of one dimension.
type Table struct {
	Of            string // the dimension
	Grid          Grid
	Months, Kinds []string
}

// Over reports whether the fiscal year is over at now, so that a report of it can be made.
func Over(year int, now time.Time) bool { return monthOf(now) >= april(year+1) }

// Report makes the report of a fiscal year, with a table by a dimension of which every case has exactly one kind. Where the
// book was given one already, it returns that.
func (b *Book) Report(fiscal int, dim string, now time.Time) Report {
	y, ok := b.years[fiscal]
	if !ok {
		y = b.count(nil)
	}
	if y.kept != nil {
		return *y.kept
	}
	r := Report{Year: fiscal, At: now, Some: y.some, Total: y.total, Months: y.months, Of: y.of, Cross: Table{Of: dim}}
	r.Cross.Grid, r.Cross.Months, r.Cross.Kinds = b.Cross(april(fiscal).begin(), dim)
	return r
}

// Begin is the first moment of the report's year, and End the first one after it.
func (r Report) Begin() time.Time { return april(r.Year).begin() }
func (r Report) End() time.Time   { return april(r.Year + 1).begin() }

func (r Report) year() *year {
	return &year{some: r.Some, total: r.Total, months: r.Months, of: r.Of, kept: &r}
}
