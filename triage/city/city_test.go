package city_test

import (
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
)

func file(name string, data []byte) city.File { return city.File{Name: name, Data: data} }

func load(t *testing.T, f city.File) (*city.City, error) {
	t.Helper()
	return city.Load(f, file(cities.National()), file(cities.Texts()), nil)
}

func asahikawa(t *testing.T) *city.City {
	t.Helper()
	name, data, _ := cities.City("asahikawa")
	c, err := load(t, file(name, data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCarriedCitiesAreWellFormed(t *testing.T) {
	for _, id := range cities.IDs() {
		name, data, ok := cities.City(id)
		if !ok {
			t.Fatalf("%s is not carried", id)
		}
		c, err := load(t, file(name, data))
		if err != nil {
			t.Errorf("%s:\n%v", id, err)
			continue
		}
		if c.ID != id || len(c.Schools) == 0 {
			t.Errorf("%s: got id %q and %d schools", id, c.ID, len(c.Schools))
		}
		for key := range c.Texts {
			if strings.HasPrefix(key, "start.") || strings.HasPrefix(key, "erase.") || key == "numbers.night" {
				if c.Text(key, "chat", time.Date(2026, 11, 25, 10, 0, 0, 0, triage.JST), nil) == "" {
					t.Errorf("%s: %s cannot be shown", id, key)
				}
			}
		}
	}
}

func TestOpeningHours(t *testing.T) {
	c := asahikawa(t)
	for _, tt := range []struct {
		channel, at string
		open        bool
		next        string
	}{
		{"phone", "2026-11-25 08:44", false, "2026-11-25 08:45"},
		{"phone", "2026-11-25 08:45", true, "2026-11-25 08:45"},
		{"phone", "2026-11-25 17:14", true, "2026-11-25 17:14"},
		{"phone", "2026-11-25 17:15", false, "2026-11-26 08:45"},
		{"chat", "2026-11-25 16:59", false, "2026-11-25 17:00"},
		{"chat", "2026-11-25 21:59", true, "2026-11-25 21:59"},
		{"chat", "2026-11-27 22:00", false, "2026-11-30 17:00"},  // Friday night → Monday
		{"chat", "2026-11-23 18:00", false, "2026-11-24 17:00"},  // 勤労感謝の日
		{"phone", "2026-12-29 18:00", false, "2027-01-05 08:45"}, // 12/30–1/4
		{"line", "2026-11-25 09:00", true, "2026-11-25 09:00"},   // hours of the telephone
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, triage.JST)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.OpenAt(tt.channel, at); got != tt.open {
			t.Errorf("%s at %s: open = %v", tt.channel, tt.at, got)
		}
		next, ok := c.NextOpen(tt.channel, at)
		if got := next.Format("2006-01-02 15:04"); !ok || got != tt.next {
			t.Errorf("%s at %s: next = %s, want %s", tt.channel, tt.at, got, tt.next)
		}
	}
}

func TestNoticeIsHonest(t *testing.T) {
	c := asahikawa(t)
	night := time.Date(2026, 11, 20, 23, 0, 0, 0, triage.JST) // a Friday; Monday is a holiday
	got := c.Notice("chat", night)
	for _, want := range []string{"11月24日〔火〕の夕方5時ごろ", "だれも読んでいません"} {
		if !strings.Contains(got, want) {
			t.Errorf("notice %q lacks %q", got, want)
		}
	}
	if got := c.SayHours("chat"); got != "月曜から金曜の、夕方5時から夜10時まで" {
		t.Errorf("hours = %q", got)
	}
	if got := c.SayHours("phone"); got != "月曜から金曜の、朝8時45分から夕方5時15分まで" {
		t.Errorf("hours = %q", got)
	}
}

// The file knows the hours and not who has come: within them the texts tell of the hours, and none says that somebody is there or
// reads now.
func TestNoTextSaysWhoIsThere(t *testing.T) {
	c := asahikawa(t)
	open := time.Date(2026, 11, 20, 21, 50, 0, 0, triage.JST)
	if got := c.Text("start.when", "chat", open, nil); !strings.Contains(got, "\nいまは、返事をする時間です。") || strings.Contains(got, "次に人が読む") {
		t.Errorf("within the hours: %q", got)
	}
	if got := c.Text("start.when", "chat", open.Add(time.Hour), nil); !strings.Contains(got, "\n次に人が読むのは11月24日〔火〕の夕方5時ごろです。\nそれまでは、だれも読んでいません。") || strings.Contains(got, "いまは") {
		t.Errorf("outside them: %q", got)
	}
	said := []string{c.Notice("chat", open), c.SayNext("chat", open)}
	for key := range c.Texts {
		said = append(said, c.Text(key, "chat", open, nil))
	}
	for _, text := range said {
		for _, claim := range []string{"読むのはいま", "読むのは、いま", "できるのは、いま", "人がいる時間", "相談員がいる時間", "員がここにいます"} {
			if strings.Contains(text, claim) {
				t.Errorf("%q claims %q", text, claim)
			}
		}
	}
}

// The dates are those of the Cabinet Office's list for 2026 and 2027 and of later years with rare holidays.
func TestHolidays(t *testing.T) {
	want := map[string]string{
		"2026-01-01": "元日", "2026-01-12": "成人の日", "2026-02-11": "建国記念の日", "2026-02-23": "天皇誕生日",
		"2026-03-20": "春分の日", "2026-04-29": "昭和の日", "2026-05-03": "憲法記念日", "2026-05-04": "みどりの日",
		"2026-05-05": "こどもの日", "2026-05-06": "振替休日", "2026-07-20": "海の日", "2026-08-11": "山の日",
		"2026-09-21": "敬老の日", "2026-09-22": "国民の休日", "2026-09-23": "秋分の日", "2026-10-12": "スポーツの日",
		"2026-11-03": "文化の日", "2026-11-23": "勤労感謝の日",
	}
	got := map[string]string{}
	for d := time.Date(2026, 1, 1, 12, 0, 0, 0, triage.JST); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		if name := city.Holiday(d); name != "" {
			got[d.Format(time.DateOnly)] = name
		}
	}
	for day, name := range want {
		if got[day] != name {
			t.Errorf("%s: got %q, want %q", day, got[day], name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d holidays in 2026, want %d: %v", len(got), len(want), got)
	}
	for day, name := range map[string]string{"2027-03-21": "春分の日", "2027-03-22": "振替休日", "2032-09-21": "国民の休日", "2027-11-04": ""} {
		at, err := time.ParseInLocation(time.DateOnly, day, triage.JST)
		if err != nil {
			t.Fatal(err)
		}
		if got := city.Holiday(at); got != name {
			t.Errorf("%s: got %q, want %q", day, got, name)
		}
	}
}

func TestEveryMistakeIsNamedWithItsLine(t *testing.T) {
	_, good, _ := cities.City("asahikawa")
	for _, tt := range []struct{ name, from, to, want string }{
		{"unknown key", "night_cover: none", "night_cover: none\nnight_cove: none", `unknown key "night_cove"`},
		{"wrong word", "night_cover: none", "night_cover: maybe", "night_cover: expected one of none, oncall, contractor"},
		{"missing", "night_cover: none", "", "night_cover: expected one of"},
		{"time", `from: "08:45"`, `from: "8h45"`, `expected a time of day such as "08:45"`},
		{"backwards", `from: "08:45"`, `from: "18:45"`, "expected from before to"},
		{"weekday", "[mon, tue", "[moon, tue", "expected one of mon, tue"},
		{"days", "12-30/01-04", "12-30..01-04", "expected days of a year"},
		{"list", "days: [12-30/01-04]", "days: 12-30/01-04", "expected a list"},
		{"bool", "holidays: true", "holidays: perhaps", "expected true or false"},
		{"school twice", "id: kawabe-jhs", "id: hinode-jhs", "expected an id of its own"},
		{"runs", "runs: city, small", "runs: village, small", "expected runs: one of city, prefecture, nation, private"},
		{"text", "night_cover: none", "night_cover: none\ntexts: {held: \"{誰か}に知らせました\"}", "{誰か}"},
		{"no YAML", "id: asahikawa", "id: [asahikawa", "expected YAML"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := strings.Replace(string(good), tt.from, tt.to, 1)
			if data == string(good) {
				t.Fatal("the fixture changes nothing")
			}
			_, err := load(t, city.File{Name: "busted.yaml", Data: []byte(data)})
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "busted.yaml:") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestMistakesOfFormAreAllReported(t *testing.T) {
	_, err := load(t, city.File{Name: "x.yaml", Data: []byte("id: x\nnam: y\nclosed:\n  holidays: soon\n")})
	want := "x.yaml:2: unknown key \"nam\""
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "x.yaml:4: closed.holidays: expected true or false") {
		t.Errorf("got %v", err)
	}
}

func TestTextThatCannotBeFilledIsNotShown(t *testing.T) {
	c := asahikawa(t)
	if got := c.Text("told.without", "chat", time.Time{}, map[string]string{"だれ": "警察"}); got != "" {
		t.Errorf("got %q", got)
	}
	if got := c.Text("told.without", "chat", time.Time{}, map[string]string{"だれ": "警察", "何": "いること"}); !strings.Contains(got, "警察にいること") {
		t.Errorf("got %q", got)
	}
}
