package city

import (
	"time"

	"madoguchi/triage"
)

// Holiday returns the name of the national holiday on that day in Japan, or "". It follows the act of 1948 as amended up
// to 2018: fixed days, the Monday rule (2000, 2003), the equinoxes, the substitute holiday (2007) and the citizens'
// holiday between two holidays. Days that a special act moved (2019–2021) are not covered: the desk did not exist then.
func Holiday(t time.Time) string {
	t = t.In(triage.JST)
	if name := named(t); name != "" {
		return name
	}
	for d := t.AddDate(0, 0, -1); named(d) != ""; d = d.AddDate(0, 0, -1) {
		if d.Weekday() == time.Sunday {
			return "振替休日"
		}
	}
	if named(t.AddDate(0, 0, -1)) != "" && named(t.AddDate(0, 0, 1)) != "" {
		return "国民の休日"
	}
	return ""
}

var fixed = map[string]string{
	"01-01": "元日", "02-11": "建国記念の日", "02-23": "天皇誕生日", "04-29": "昭和の日", "05-03": "憲法記念日",
	"05-04": "みどりの日", "05-05": "こどもの日", "08-11": "山の日", "11-03": "文化の日", "11-23": "勤労感謝の日",
}

func named(t time.Time) string {
	if name, ok := fixed[t.Format("01-02")]; ok {
		return name
	}
	switch monday := t.Weekday() == time.Monday; {
	case t.Month() == time.March && t.Day() == equinox(t.Year(), 20.8431):
		return "春分の日"
	case t.Month() == time.September && t.Day() == equinox(t.Year(), 23.2488):
		return "秋分の日"
	case monday && t.Month() == time.January && week(t) == 2:
		return "成人の日"
	case monday && t.Month() == time.July && week(t) == 3:
		return "海の日"
	case monday && t.Month() == time.September && week(t) == 3:
		return "敬老の日"
	case monday && t.Month() == time.October && week(t) == 2:
		return "スポーツの日"
	}
	return ""
}

func week(t time.Time) int { return (t.Day()-1)/7 + 1 }

// equinox is the usual approximation for 1980–2099 (海上保安庁水路部「新こよみ便利帳」); the day itself is fixed each
// February by the cabinet and has never differed from it.
func equinox(year int, base float64) int {
	y := float64(year - 1980)
	return int(base+0.242194*y) - (year-1980)/4
}
