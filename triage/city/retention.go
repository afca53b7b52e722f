package city

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/duty"
)

// Retention is how long records of one class are kept, and who says so. The national layer says which classes there are,
// what a case of each is, and how long the shortest term may be; how long each is kept here, only the city can say: no
// number of the program's own stands in for a rule that nobody has made.
type Retention struct {
	Key       string   `yaml:"key"`
	Name      string   `yaml:"name"`
	Of        string   `yaml:"of"`        // case, identity, audit, requests for records, or paper that lies outside of the desk
	Any       []string `yaml:"any"`       // facts by which a case is of this class; where there are none, every case is
	Keep      Keep     `yaml:"keep"`      // 5y, or as_case
	From      string   `yaml:"from"`      // the fiscal year at whose end it begins to count: over, made or graduation
	Holder    string   `yaml:"holder"`    // of a paper: school, board or desk
	End       string   `yaml:"end"`       // what becomes of it then, and who decides
	Source    string   `yaml:"source"`    // document:line, or the rule's name
	Confirmed bool     `yaml:"confirmed"` // by the city; false where a value is an assumption
	Ask       string   `yaml:"ask"`       // what the city has yet to say, where it is not confirmed
}

// What records of a class are.
const (
	OfCase     = "case"
	OfIdentity = "identity"
	OfAudit    = "audit"
	OfRequests = "requests"
	OfPaper    = "paper"
)

// What a term counts from: the end of the fiscal year in which
const (
	FromOver       = "over"       // the case ended, or the request was answered,
	FromMade       = "made"       // the record was made,
	FromGraduation = "graduation" // or the child left junior high school.
)

// Keep is how long something is kept: 5y, so many whole fiscal years; or as_case, as long as its case.
type Keep string

// AsCase is what is kept as long as its case, and destroyed with it.
const AsCase Keep = "as_case"

func (k Keep) wellFormed() bool { return k == AsCase || k.Years() > 0 }
func (Keep) expected() string   { return "whole fiscal years such as 5y, or as_case" }

// Years are the fiscal years, or 0.
func (k Keep) Years() int {
	digits, ok := strings.CutSuffix(string(k), "y")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || n > 100 {
		return 0
	}
	return n
}

// Unstated are the classes of records whose term, or its source, nobody has stated: the desk must not open without them.
func (c *City) Unstated() Mistakes { return c.unstated }

// Identity is when the names and addresses of a case that ended then are destroyed, where the city keeps them for a shorter time
// than the case; false where they go with it.
func (c *City) Identity(ended time.Time) (Retention, time.Time, bool) {
	i := slices.IndexFunc(c.Retention, func(r Retention) bool { return r.Of == OfIdentity && r.Keep.Years() > 0 && r.Source != "" })
	if i < 0 {
		return Retention{}, time.Time{}, false
	}
	r := c.Retention[i]
	return r, duty.Term{Years: r.Keep.Years()}.After(ended, c), true
}

// Unconfirmed lists the classes whose terms are assumptions that the city has yet to confirm, and what of them.
func (c *City) Unconfirmed() []Retention {
	var all []Retention
	for _, r := range c.Retention {
		if !r.Confirmed && r.Keep != "" {
			all = append(all, r)
		}
	}
	return all
}

// Class returns the class of records of that key.
func (c *City) Class(key string) (Retention, bool) {
	i := slices.IndexFunc(c.Retention, func(r Retention) bool { return r.Key == key })
	if i < 0 {
		return Retention{}, false
	}
	return c.Retention[i], true
}

// Say tells the term as people read it: 事案が終わった年度の終わりから5年.
func (r Retention) Say() string {
	if r.Keep == AsCase {
		return "事案と同じ"
	}
	if r.Keep == "" {
		return "定めがない（廃棄しない）"
	}
	from := map[string]string{FromOver: "事案が終わった年度", FromMade: "作った年度", FromGraduation: "中学校を卒業した年度"}[r.From]
	if r.Of == OfRequests {
		from = "答えた年度"
	}
	return fmt.Sprintf("%sの終わりから%d年", from, r.Keep.Years())
}

// FiscalYear is the year in which the fiscal year of t began, on the first of April.
func FiscalYear(t time.Time) int {
	t = t.In(triage.JST)
	if t.Month() < time.April {
		return t.Year() - 1
	}
	return t.Year()
}

// classes are those of cases, as the engine of duties knows them; none where no class has a term.
func (c *City) classes() []duty.Class {
	var all []duty.Class
	stated := false
	for _, r := range c.Retention {
		if r.Of != OfCase {
			continue
		}
		k := duty.Class{Key: r.Key, Any: facts(r.Any)}
		if r.Source != "" && r.Keep.Years() > 0 {
			k.Term, stated = duty.Term{Years: r.Keep.Years()}, true
		}
		all = append(all, k)
	}
	if !stated {
		return nil
	}
	return all
}

// sayKept tells how many years a talk is kept, as 5, or 1から5; or nothing, where that is not stated of every class.
func (c *City) sayKept() string {
	least, most := 0, 0
	for _, r := range c.Retention {
		if r.Of != OfCase {
			continue
		}
		n := r.Keep.Years()
		if n == 0 {
			return ""
		}
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	switch {
	case most == 0:
		return ""
	case least == most:
		return fmt.Sprint(most)
	}
	return fmt.Sprintf("%dから%d", least, most)
}

// overRetention lays the city's classes over the nation's: what a class is comes from there, how long it is kept does not.
func (c *City) overRetention(base *City) {
	own := c.Retention
	c.Retention = nil
	for _, b := range base.Retention {
		r := Retention{Key: b.Key, Name: b.Name, Of: b.Of, Any: b.Any, From: b.From}
		if i := slices.IndexFunc(own, func(x Retention) bool { return x.Key == b.Key }); i >= 0 {
			mine := own[i]
			mine.Of, mine.Any = b.Of, b.Any
			if len(b.Any) > 0 { // what the nation's class is, this one is at least; a class of every case stays so
				mine.Any = slices.Compact(slices.Concat(b.Any, own[i].Any))
			}
			if mine.Name == "" {
				mine.Name = b.Name
			}
			if mine.From == "" {
				mine.From = b.From
			}
			r = mine
		}
		c.Retention = append(c.Retention, r)
	}
	for _, r := range own {
		if !slices.ContainsFunc(base.Retention, func(b Retention) bool { return b.Key == r.Key }) {
			c.Retention = append(c.Retention, r)
		}
	}
}

// judgeRetention finds what is wrong with the classes that stand in one file.
func (c *City) judgeRetention(j *judge, rs duty.Rules, own []Retention, base *City) {
	seen := map[string]bool{}
	for i, r := range own {
		path := fmt.Sprintf(".retention.%d", i)
		j.need(idForm.MatchString(r.Key) && !seen[r.Key], path, "a key of its own in lower-case letters")
		seen[r.Key] = true
		whole, _ := c.Class(r.Key)
		if base == nil {
			whole = r
		}
		j.need(whole.Name != "", path, "name: what records these are")
		j.need(slices.Contains([]string{OfCase, OfIdentity, OfAudit, OfRequests, OfPaper}, whole.Of), path, "of: one of case, identity, audit, requests, paper")
		j.need(len(r.Any) == 0 || whole.Of == OfCase, path+".any", "no facts: they tell what a case is")
		j.means(rs, path+".any", r.Any)
		c.judgeTerm(j, path, whole)
		if base == nil {
			continue
		}
		j.need(r.Keep == "" || r.Confirmed || r.Ask != "", path, "confirmed: true, or ask: what the city has yet to confirm")
		b, national := base.Class(r.Key)
		j.need(!national || r.Of == "" || r.Of == b.Of, path+".of", "of: "+b.Of+", as the national layer has it")
		j.need(b.Keep == "" || r.Keep == "" || r.Keep.Years() >= b.Keep.Years(), path+".keep",
			fmt.Sprintf("a term no shorter than the national layer's %s (%s)", b.Keep, b.Source))
		j.need(national || whole.Of != OfCase || len(r.Any) > 0, path, "any: the facts by which a case is of this class")
	}
}

// judgeTerm holds a term to what its kind of record can count from.
func (c *City) judgeTerm(j *judge, path string, r Retention) {
	j.need(r.From == "" || slices.Contains([]string{FromOver, FromMade, FromGraduation}, r.From), path+".from", "one of over, made, graduation")
	switch r.Of {
	case OfCase:
		j.need(r.Keep != AsCase && (r.From == "" || r.From == FromOver), path, "years from over: a case is kept from when it ended")
	case OfIdentity:
		longest := 0
		for _, k := range c.Retention {
			if k.Of == OfCase {
				longest = max(longest, k.Keep.Years())
			}
		}
		j.need(r.Keep == "" || r.Keep == AsCase || r.Keep.Years() <= longest, path+".keep",
			"as_case: names and addresses end with the case, or before it")
		j.need(r.From == "" || r.From == FromOver, path+".from", "over: names and addresses are kept from when the case ended")
	case OfRequests:
		j.need(r.Keep != AsCase && (r.From == "" || r.From == FromOver), path, "years from over: a request is kept from when it was answered")
	case OfAudit:
		j.need(r.Keep != AsCase && r.From != FromGraduation, path, "years from made")
	case OfPaper:
		j.need(r.Keep != AsCase && (r.From == FromMade || r.From == FromGraduation), path, "years from made or graduation: a paper knows no case")
		j.need(slices.Contains([]string{"school", "board", "desk"}, r.Holder), path, "holder: one of school, board, desk")
	}
}

// missing finds the classes of which the file says no term, or no source for it.
func (c *City) missing(t *tree, own []Retention) Mistakes {
	j := &judge{t: t}
	for _, r := range c.Retention {
		path := ".retention"
		if i := slices.IndexFunc(own, func(x Retention) bool { return x.Key == r.Key }); i >= 0 {
			path = fmt.Sprintf(".retention.%d", i)
		}
		what := fmt.Sprintf("the class %s (%s): ", r.Key, r.Name)
		j.need(r.Keep != "", path, what+"keep, the term that the city's own rules on documents give, such as 5y; and its source")
		j.need(r.Keep == "" || r.Source != "", path, what+"source: who says so")
	}
	slices.SortStableFunc(j.ms, func(a, b Mistake) int { return a.Line - b.Line })
	return j.ms
}
