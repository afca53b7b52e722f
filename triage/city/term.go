package city

import (
	"strconv"
	"strings"
	"time"

	"madoguchi/triage/duty"
)

// Term is when a duty is due, as a policy says it: at_once (直ちに), same_day (即日), promptly (速やかに), watch (the
// city's 見守り), keep (the term of its records), 3bd (business days), 30m, 24h, 7d, 3mo, or a day of the year, 03-29.
type Term string

var termWords = []Term{"at_once", "same_day", "promptly", "watch", "keep"}

func (t Term) wellFormed() bool { _, ok := t.parse(); return ok }
func (Term) expected() string {
	return "at_once, same_day, promptly, watch, keep, or a term such as 3bd, 30m, 24h, 7d, 3mo or 03-29"
}

// parse reads a term; its words stand for numbers of the file, which are not here.
func (t Term) parse() (duty.Term, bool) {
	for _, w := range termWords {
		if t == w {
			return duty.Term{Today: t == "same_day"}, true
		}
	}
	for _, unit := range []string{"bd", "mo"} {
		if digits, ok := strings.CutSuffix(string(t), unit); ok {
			n, err := strconv.Atoi(digits)
			if unit == "bd" {
				return duty.Term{Business: n}, err == nil && n > 0
			}
			return duty.Term{Months: n}, err == nil && n > 0
		}
	}
	if len(t) == len("03-29") && t[2] == '-' {
		_, err := time.Parse("01-02", string(t))
		return duty.Term{Date: string(t)}, err == nil
	}
	v, err := Duration(t).parse()
	return duty.Term{Span: v}, err == nil && v > 0
}
