// Package roster says who should get a case, and why.
//
// It only ever orders and explains. Whoever answers may take any case, and a lead may give it to anybody: a rule that
// refused would leave a child waiting for the person whom a table likes best. What speaks against somebody (too many cases,
// a hard one just now, a profession that is not asked for) is said beside the name instead. All here is pure: the people, the
// case and the time are the caller's.
package roster

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"madoguchi/triage"
)

// Profile is what a person of the staff says of themselves for the sharing out of work. What is empty counts for nothing.
type Profile struct {
	CallMe    string    `json:"call_me,omitempty"` // the name by which a child may call them (呼び名); empty: they tell none
	Woman     bool      `json:"woman,omitempty"`
	Man       bool      `json:"man,omitempty"`
	Languages []string  `json:"languages,omitempty"` // besides Japanese, BCP 47
	Shifts    []Shift   `json:"shifts,omitempty"`    // none: whenever they are there
	Most      int       `json:"most,omitempty"`      // cases at a time; 0: the city's
	RestUntil time.Time `json:"rest_until,omitzero"` // after hard work; nothing new until then
	AwayUntil time.Time `json:"away_until,omitzero"` // on leave, ill
}

// Shift is one span of work that begins on each of its days, in minutes of the day in Japan. One that ends before it begins goes
// on over midnight, until then on the next day.
type Shift struct {
	Days     []time.Weekday `json:"days"`
	From, To int
}

// dayLong is a day in minutes.
const dayLong = 24 * 60

// Sound reports whether the shift has days, and times that differ.
func (s Shift) Sound() bool {
	return len(s.Days) > 0 && s.From >= 0 && s.From < dayLong && s.To >= 0 && s.To <= dayLong && s.From != s.To &&
		!slices.ContainsFunc(s.Days, func(d time.Weekday) bool { return d < time.Sunday || d > time.Saturday })
}

func (s Shift) holds(t time.Time) bool {
	t = t.In(triage.JST)
	now := t.Hour()*60 + t.Minute()
	today := slices.Contains(s.Days, t.Weekday())
	if s.From < s.To {
		return today && s.From <= now && now < s.To
	}
	return today && s.From <= now || slices.Contains(s.Days, t.AddDate(0, 0, -1).Weekday()) && now < s.To
}

// SayDays tells the days of the shift in the words of the page, from Monday.
func (s Shift) SayDays() string {
	days := ""
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); slices.Contains(s.Days, d) {
			days += []string{"日", "月", "火", "水", "木", "金", "土"}[d]
		}
	}
	return days
}

// SayHours tells from when until when it is.
func (s Shift) SayHours() string {
	to := Clock(s.To)
	switch {
	case s.To%dayLong == 0:
		to = "24:00"
	case s.To < s.From:
		to = "翌" + to
	}
	return Clock(s.From) + "–" + to
}

// Clock is a minute of the day as a clock shows it.
func Clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

// Away reports whether the person is away at t, whatever they did just now.
func (p Profile) Away(t time.Time) bool { return t.Before(p.AwayUntil) }

// SayAway tells until which day they are away.
func (p Profile) SayAway() string {
	return p.AwayUntil.Add(-time.Second).In(triage.JST).Format("1月2日") + "まで休みです"
}

// OnShift reports whether the person works at t. Who has stated no shift does whenever they are not away.
func (p Profile) OnShift(t time.Time) bool {
	if p.Away(t) {
		return false
	}
	return len(p.Shifts) == 0 || slices.ContainsFunc(p.Shifts, func(s Shift) bool { return s.holds(t) })
}

// Resting reports whether the person has a forced breather at t.
func (p Profile) Resting(t time.Time) bool { return t.Before(p.RestUntil) }

// Person is somebody who may be given a case.
type Person struct {
	Login string
	Role  triage.Role
	Profile
	Here  bool // has done something just now
	Cases int  // that they have
	Grave int  // of these, urgent or graver
}

// Ask is what a case asks of the person who gets it.
type Ask struct {
	Roles    []triage.Role // professions, the first one first; several: each is needed
	Wanted   triage.Wanted
	Former   string // who had it before
	FormerAt time.Time
	Grave    bool // it is urgent or graver
}

// Terms are the city's numbers.
type Terms struct {
	Most       int           // cases at a time; 0: no number
	Continuity time.Duration // for how long a returning seeker goes to whom they know; 0: always
}

// Pick is a person, with what speaks for and against them.
type Pick struct {
	Person
	For, Against []string // in the words of the page
	score        []int
}

// Suggest orders the people for a case, the best first. Nobody is left out: whether somebody may have it at all is asked
// before.
func Suggest(a Ask, people []Person, terms Terms, now time.Time) []Pick {
	var picks []Pick
	for _, p := range people {
		picks = append(picks, weigh(a, p, terms, now))
	}
	slices.SortStableFunc(picks, func(x, y Pick) int {
		return cmp.Or(slices.Compare(x.score, y.score), cmp.Compare(x.Login, y.Login))
	})
	return picks
}

// weigh says what speaks for and against somebody. The grounds stand in the order of their weight: who is away, what the seeker
// does not want, who is there, rest, what the seeker wishes, whom they know, the profession, and the load.
func weigh(a Ask, p Person, terms Terms, now time.Time) Pick {
	away := p.Away(now)
	p.Here = p.Here && !away
	k := Pick{Person: p}
	k.ground(!away, "", p.SayAway())
	k.ground(!slices.Contains(a.Wanted.Not, p.Login) && !(a.Wanted.Change && a.Former == p.Login), "", "相談した人が、別の人を望んでいます")
	k.ground(p.Here, "いま、ここにいます", "いま、ここにいません")
	k.ground(away || p.OnShift(now), "", "勤務の時間ではありません")
	k.ground(!p.Resting(now), "", fmt.Sprintf("休む時間です（%sまで）", p.RestUntil.In(triage.JST).Format("15:04")))
	if l := a.Wanted.Language; l != "" {
		k.ground(speaks(p.Languages, l), "望まれている言葉（"+l+"）で話せます", "望まれている言葉（"+l+"）で話せるか、分かりません")
	}
	if a.Wanted.Woman {
		k.ground(p.Woman, "女の人を望んでいます", "女の人を望んでいます")
	}
	if a.Wanted.Man {
		k.ground(p.Man, "男の人を望んでいます", "男の人を望んでいます")
	}
	if a.Former != "" && (terms.Continuity <= 0 || now.Sub(a.FormerAt) <= terms.Continuity) {
		k.ground(p.Login == a.Former, "前に話した人です", "")
	}
	i := slices.Index(a.Roles, p.Role)
	k.ground(i >= 0, "この相談に合う職種です", "この相談には、ほかの職種が合います")
	k.score = append(k.score, max(i, 0))
	most := cmp.Or(p.Most, terms.Most)
	k.ground(most == 0 || p.Cases < most, "", fmt.Sprintf("受け持ちが多くなっています（%d件、めやす%d件）", p.Cases, most))
	if p.Cases > 0 {
		k.For = append(k.For, fmt.Sprintf("受け持ち%d件", p.Cases))
	} else {
		k.For = append(k.For, "受け持ちはありません")
	}
	if a.Grave {
		k.score = append(k.score, p.Grave)
	}
	k.score = append(k.score, p.Cases)
	return k
}

// ground counts for the person where it holds, and against them where not.
func (k *Pick) ground(holds bool, why, whyNot string) {
	at, say, n := &k.For, why, 0
	if !holds {
		at, say, n = &k.Against, whyNot, 1
	}
	if say != "" {
		*at = append(*at, say)
	}
	k.score = append(k.score, n)
}

// Seconds are those of the picks who may stand beside the assignee: there, and not the assignee.
func Seconds(picks []Pick, assignee string) []Pick {
	return slices.DeleteFunc(slices.Clone(picks), func(k Pick) bool { return k.Login == assignee || !k.Here })
}

// May reports whether a person may take a case now. A breather after hard work holds for everybody, but not where a child
// is in danger and nobody else is there.
func May(p Profile, severity triage.Severity, others int, now time.Time) bool {
	return !p.Resting(now) || severity == triage.Emergency && others == 0
}
