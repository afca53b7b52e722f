package telling

import (
	"regexp"
	"time"
)

// Contact is somebody who is called when nobody presses 受領: at a school its deputies in order, at the end who runs it.
type Contact struct {
	Who   string // 教頭, 校長, 教育委員会 学校教育課
	Reach string // a telephone number, or empty
	Out   string // how they are reached outside of the school's hours, or empty
}

// Rung is one step of the ladder: who is called from when on.
type Rung struct {
	Contact
	From time.Time
	Last bool // whoever runs the school
}

// Ladder is who is called, and from when on, about a hand-off that had to be received by due: each deputy after every, and
// in the end who runs the school.
func Ladder(deputies []Contact, runs Contact, due time.Time, every time.Duration) []Rung {
	var all []Rung
	at := due
	for _, c := range deputies {
		all = append(all, Rung{Contact: c, From: at})
		at = at.Add(every)
	}
	return append(all, Rung{Contact: runs, From: at, Last: true})
}

// Now returns the rung that has been reached, if one has.
func Now(all []Rung, now time.Time) (Rung, bool) {
	var r Rung
	ok := false
	for _, x := range all {
		if !now.Before(x.From) {
			r, ok = x, true
		}
	}
	return r, ok
}

// Roles are what may stand for a placeholder that is not filled in, so that the recipient knows who is who and nobody's name.
var Roles = []string{"相談した子", "いやなことをされた子", "いやなことをした子", "見ていた子", "大人"}

var letter = regexp.MustCompile(`[0-9A-Z]{1,4}`)

// Cast puts the roles in the place of placeholders: of several with the same role each keeps its letter.
func Cast(text string, roles map[string]string) string {
	count := map[string]int{}
	for _, r := range roles {
		count[r]++
	}
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		r, ok := roles[p]
		switch {
		case !ok || r == "":
			return p
		case count[r] == 1:
			return "〔" + r + "〕"
		}
		return "〔" + r + letter.FindString(p) + "〕"
	})
}
