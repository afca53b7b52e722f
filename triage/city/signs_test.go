package city_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
)

func at(t *testing.T, moment string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04", moment, triage.JST)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// altered is Asahikawa's file with one place changed.
func altered(t *testing.T, from, to string) (*city.City, error) {
	t.Helper()
	_, good, _ := cities.City("asahikawa")
	data := strings.Replace(string(good), from, to, 1)
	if data == string(good) {
		t.Fatal("the fixture changes nothing: ", from)
	}
	return load(t, city.File{Name: "altered.yaml", Data: []byte(data)})
}

const weekdays = "{days: [mon, tue, wed, thu, fri], "

// A desk with a lunch, a longer Wednesday and a Saturday; it closes from 12/30 to 1/4 and on holidays, and once on a day of its own.
func TestHoursOfADeskWithALunch(t *testing.T) {
	c, err := altered(t, `      - `+weekdays+`from: "08:45", to: "17:15"}   # asahikawa-model:103
`, `      - `+weekdays+`from: "08:45", to: "12:00"}
      - `+weekdays+`from: "13:00", to: "17:15"}
      - {days: [wed], from: "18:00", to: "24:00"}
      - {days: [sat], from: "10:00", to: "12:30"}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at   string
		open bool
		next string
	}{
		{"2026-11-25 11:59", true, "2026-11-25 11:59"},
		{"2026-11-25 12:00", false, "2026-11-25 13:00"}, // lunch
		{"2026-11-25 13:00", true, "2026-11-25 13:00"},
		{"2026-11-25 17:15", false, "2026-11-25 18:00"}, // Wednesday's evening
		{"2026-11-25 23:59", true, "2026-11-25 23:59"},
		{"2026-11-26 00:00", false, "2026-11-26 08:45"},
		{"2026-11-27 17:15", false, "2026-11-28 10:00"}, // Friday → Saturday
		{"2026-11-28 12:30", false, "2026-11-30 08:45"}, // Saturday → Monday
		{"2026-12-29 17:15", false, "2027-01-05 08:45"}, // 12/30–1/4
		{"2026-12-30 09:00", false, "2027-01-05 08:45"},
		{"2027-01-04 12:00", false, "2027-01-05 08:45"}, // a Monday, and no holiday
		{"2027-12-29 17:15", false, "2027-12-29 18:00"}, // a Wednesday, whose evening is still to come
		{"2027-12-30 00:00", false, "2028-01-05 08:45"},
		{"2028-01-04 23:59", false, "2028-01-05 08:45"},
		{"2026-04-28 17:15", false, "2026-04-30 08:45"}, // 昭和の日
		{"2026-05-02 12:30", false, "2026-05-07 08:45"}, // 3–5 May, and 6 May in the place of a Sunday
		{"2026-09-19 12:30", false, "2026-09-24 08:45"}, // 敬老の日, 国民の休日, 秋分の日
		{"2027-03-20 12:30", false, "2027-03-23 08:45"}, // 春分の日 on a Sunday, and the Monday after
		{"2028-02-29 12:00", false, "2028-02-29 13:00"}, // a leap day
	} {
		m := at(t, tt.at)
		if got := c.OpenAt("phone", m); got != tt.open {
			t.Errorf("%s: open %v", tt.at, got)
		}
		if next, ok := c.NextOpen("phone", m); !ok || next.Format("2006-01-02 15:04") != tt.next {
			t.Errorf("%s: next %v, want %s", tt.at, next, tt.next)
		}
		if in := m.In(time.UTC); c.OpenAt("phone", in) != tt.open {
			t.Errorf("%s: another zone, another answer", tt.at)
		}
	}
	if got := c.SayHours("phone"); got != "月曜から金曜の、朝8時45分から昼の12時までと、午後1時から夕方5時15分までと、水曜の、夕方6時から夜12時までと、土曜の、朝10時から昼の12時30分まで" {
		t.Errorf("hours %q", got)
	}
	if got := c.SayClosed("phone"); got != "日曜・祝日（しゅくじつ）と、12月30日から1月4日は、休みです。" {
		t.Errorf("closed %q", got)
	}
}

// A channel may rest on other days than the desk.
func TestAChannelWithDaysOfItsOwn(t *testing.T) {
	c, err := altered(t, `    source: NHK札幌 2023-08-22。市の確認が要る
`, `    closed: {holidays: false, days: [12-31/01-01, 08-15], dates: [2026-11-26]}
    source: x
`)
	if err != nil {
		t.Fatal(err)
	}
	for moment, want := range map[string]bool{"2026-11-23 18:00": true, "2026-12-30 18:00": true, "2026-12-31 18:00": false, "2027-01-01 18:00": false, "2026-11-26 18:00": false} {
		if got := c.OpenAt("chat", at(t, moment)); got != want {
			t.Errorf("chat at %s: %v", moment, got)
		}
	}
	if c.OpenAt("phone", at(t, "2026-11-23 10:00")) {
		t.Error("the telephone has the chat's days")
	}
	if got := c.SayClosed("chat"); got != "土曜・日曜と、12月31日から1月1日と、8月15日は、休みです。" {
		t.Errorf("closed %q", got)
	}
	if got := c.SayNext("chat", at(t, "2026-11-26 18:00")); got != "いまは、人がいない時間です。次は、11月27日〔金〕の夕方5時からです。" {
		t.Errorf("next %q", got)
	}
	if got := c.SayNext("chat", at(t, "2026-11-25 18:00")); got != "いまは、受付（うけつけ）の時間です。" {
		t.Errorf("next %q", got)
	}
}

// Every carried city sign-posts by topic; what stands there is what its file states.
func TestSignPosts(t *testing.T) {
	now := at(t, "2026-11-25 10:00")
	for _, id := range cities.IDs() {
		name, data, _ := cities.City(id)
		c, err := load(t, file(name, data))
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, topic := range c.Topics(now) {
			keys = append(keys, topic.Key)
			for _, p := range topic.Places {
				if p.Name == "" || p.Say == "" || p.Source == "" || strings.ContainsAny(p.Say+p.When, "!！") {
					t.Errorf("%s: %s: %+v", id, topic.Key, p)
				}
			}
		}
		if !slices.Equal(keys, []string{"danger", "bullying", "school", "home", "feelings", "net", "harm", "guardian"}) {
			t.Errorf("%s: topics %v", id, keys)
		}
		if len(c.Doors(now)) != len(c.Channels) {
			t.Errorf("%s: hours of %d doors, %d stated", id, len(c.Doors(now)), len(c.Channels))
		}
		if night := c.Text("numbers.night", "chat", now, nil); !strings.Contains(night, "文字で話せる") {
			t.Errorf("%s: nowhere to write at night", id)
		}
	}
	c := asahikawa(t)
	if c.Contact.Phone != "0166-76-5523" || c.Contact.Fax != "0166-26-5508" || !strings.HasPrefix(c.Contact.Address, "〒070-0040") {
		t.Errorf("the contact is %+v", c.Contact)
	}
	home := c.Topics(now)[3]
	if home.Title != "家のこと" || home.Places[0].Phone() != "0166-26-5503" || !slices.Equal(home.Places[0].SayMeans(), []string{"電話"}) {
		t.Errorf("first of home: %+v", home.Places[0])
	}
	name, data, _ := cities.City("ashiya")
	if c, err := load(t, file(name, data)); err != nil || c.Contact != (city.Contact{}) || c.Numbers[0].Phone() != "" {
		t.Error("Ashiya has stated neither a contact nor numbers")
	}
}

func TestMistakesInContactAndSignPosts(t *testing.T) {
	for name, tt := range map[string]struct{ from, to, line, want string }{
		"unknown key":     {"  fax: 0166-26-5508\n  mail", "  faks: 0166-26-5508\n  mail", "contact: ", `unknown key "faks"`},
		"no name":         {"  name: 旭川市いじめ防止対策推進部 いじめ防止対策推進課\n", "", "contact: ", "name: the body"},
		"no date":         {"お問い合わせ先）; こうほう旭川 令和5年8月号\n  checked_on: 2026-11-01", "お問い合わせ先）", "contact: ", "source and checked_on"},
		"no number":       {"  phone: 0166-76-5523", "  phone: まどぐち", "contact.phone: ", "a telephone number"},
		"a mail":          {"ijimeboushi@city", "ijimeboushi.city", "contact.mail: ", "a mail address"},
		"a form":          {"  source: 旭川モデル（お問", "  form: http://x.example\n  source: 旭川モデル（お問", "contact.form: ", "an https address"},
		"topic":           {"topics: [home, guardian]", "topics: [hause, guardian]", "numbers.1.topics.0: ", "one of danger, bullying"},
		"means":           {"    means: [phone]", "    means: [telegraph]", "numbers.0.means.0: ", "one of phone, chat"},
		"key twice":       {"key: child_guidance", "key: child_center", "numbers.2: ", "a key of its own"},
		"nothing at all":  {"    reach: 0166-26-5503\n    say: 家の人にひどいことをされている、家のことで困（こま）っているとき\n    topics: [home, guardian]\n", "    say: x\n", "numbers.1: ", "reach, or at least the topics"},
		"overlap":         {`to: "17:15"}   # asahikawa-model:103`, `to: "17:15"}` + "\n      - {days: [fri], from: \"17:00\", to: \"18:00\"}", "channels.phone.hours.1: ", "no other span"},
		"unknown channel": {"  chat:\n    hours", "  chatt:\n    hours", "channels.chatt: ", "one of phone, chat"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := altered(t, tt.from, tt.to)
			if err == nil || !strings.Contains(err.Error(), tt.line) || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "altered.yaml:") {
				t.Errorf("got %v, want %s%s", err, tt.line, tt.want)
			}
		})
	}
}

// At night nobody is sent to the telephone alone.
func TestAtNightOneMayWrite(t *testing.T) {
	name, data := cities.National()
	deaf := strings.Replace(string(data), "means: [chat]", "means: [phone]", 1)
	_, own, _ := cities.City("asahikawa")
	_, err := city.Load(file("a.yaml", own), file(name, []byte(deaf)), file(cities.Texts()), nil)
	if err == nil || !strings.Contains(err.Error(), "at night one may write as well") {
		t.Errorf("got %v", err)
	}
}

// What is old is warned of, with its line, and never refused.
func TestRemarks(t *testing.T) {
	const year = 365 * 24 * time.Hour
	name, data, _ := cities.City("asahikawa")
	f := file(name, data)
	for _, m := range city.Remarks(f, at(t, "2026-11-25 10:00"), year) {
		if !strings.Contains(m.What, "the city has to confirm") {
			t.Errorf("fresh: %v", m)
		}
	}
	ms := city.Remarks(f, at(t, "2027-11-25 10:00"), year)
	for _, what := range []string{"contact: ", "channels.phone: ", "channels.chat: ", "numbers.0: "} {
		if !strings.Contains(ms.Error(), what+"checked on 2026-11-01, more than 365 days ago") {
			t.Errorf("a year later nothing is said of %s\n%v", what, ms)
		}
	}
	lines := strings.Split(string(data), "\n")
	for _, m := range ms {
		if m.Line < 1 || m.Line > len(lines) {
			t.Errorf("line %d", m.Line)
		}
	}
	if ms := city.Remarks(f, at(t, "2026-10-01 10:00"), year); !strings.Contains(ms.Error(), "is yet to come") {
		t.Errorf("a day to come: %v", ms)
	}
	if keys := asahikawa(t).Stale(at(t, "2027-11-25 10:00"), year); !slices.Contains(keys, "contact") || !slices.Contains(keys, "numbers.rights110") || !slices.Contains(keys, "channels.chat") {
		t.Errorf("stale: %v", keys)
	}
	ashiya, data, _ := cities.City("ashiya")
	if ms := city.Remarks(file(ashiya, data), at(t, "2026-11-25 10:00"), year); !strings.Contains(ms.Error(), "youth_center: no number and no page") {
		t.Errorf("a place without a number: %v", ms)
	}
}
