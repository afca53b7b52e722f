package city

import (
	"slices"
	"time"
)

// EndsIn returns the fiscal year whose records reached the end of their term when the fiscal year of now began, so that they
// are destroyed in this one; false for what does not count so.
func (r Retention) EndsIn(now time.Time) (year int, ok bool) {
	if r.From != FromMade && r.From != FromGraduation && r.Of != OfRequests || r.Keep.Years() == 0 {
		return 0, false
	}
	return FiscalYear(now) - 1 - r.Keep.Years(), true
}

// Due is what belongs to no case and has been kept as long as its class says.
type Due struct {
	Retention
	Year int // of the graduates, in which it was made, or answered: of a register the last one whose term has ended
}

// Papers lists what the holders of papers have to destroy in the fiscal year of now.
func (c *City) Papers(now time.Time) []Due { return c.due(now, OfPaper) }

// Registers lists the registers of the desk, with the last fiscal year of which a person has to decide in that of now.
func (c *City) Registers(now time.Time) []Due { return c.due(now, OfAudit, OfRequests) }

func (c *City) due(now time.Time, of ...string) []Due {
	var all []Due
	for _, r := range c.Retention {
		if y, ok := r.EndsIn(now); ok && slices.Contains(of, r.Of) && r.Source != "" {
			all = append(all, Due{r, y})
		}
	}
	return all
}
