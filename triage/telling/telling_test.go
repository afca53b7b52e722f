package telling

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

func kinds(ws []Warning) string {
	var all []string
	for _, w := range ws {
		if !slices.Contains(all, w.Kind) {
			all = append(all, w.Kind)
		}
	}
	return strings.Join(all, " ")
}

func TestWhatMustBeMinded(t *testing.T) {
	wrote := []string{"[人物A]くんに、きのうの昼休み階段のところで背中をおされて、こわかったです"}
	big, six, unknown, small := Pupils{All: 420, Grades: 3}, Pupils{All: 36, Grades: 6}, Pupils{}, Pupils{Small: true}
	for _, row := range []struct {
		what    string
		text    Text
		c       triage.Case
		p       Pupils
		want    string
		telling string // stands in the first warning
	}{
		{"re-worded, in a big school", Text{Summary: "休み時間に、押されることがあるそうです。", Written: wrote}, triage.Case{}, big, "", ""},
		{"the child's own words", Text{Summary: "階段のところで背中をおされてこわいそうです。", Written: wrote}, triage.Case{}, big, "quote", "階段のところで背中をおされて"},
		{"her words around a name", Text{Summary: "[人物A]くんに、きのうの昼休み、と聞きました。", Written: wrote}, triage.Case{}, big, "quote time", "くんにきのうの昼休み"},
		{"one grade of six", Text{Summary: "5年生の間のことです。"}, triage.Case{}, six, "few", "およそ6人"},
		{"one grade of a big school", Text{Summary: "2年生の間のことです。"}, triage.Case{}, big, "", ""},
		{"boys of a club of one grade", Text{Summary: "2年生の男子で、卓球部のことです。"}, triage.Case{}, Pupils{All: 90, Grades: 3}, "few", "およそ7人"},
		{"somebody who moved here", Text{Summary: "転校してきた子のことです。"}, triage.Case{}, big, "few", "およそ1人"},
		{"numbers that nobody stated, told in general", Text{Summary: "休み時間のことです。"}, triage.Case{}, unknown, "", ""},
		{"numbers that nobody stated, told closely", Text{Summary: "1年生の女子のことです。"}, triage.Case{}, unknown, "few", "数えられません"},
		{"a small school", Text{Summary: "休み時間のことです。"}, triage.Case{}, small, "few", "少ない学校"},
		{"a small school, with the name", Text{Summary: "5年生の間のことです。", Named: true}, triage.Case{}, six, "", ""},
		{"a class", Text{Summary: "2年3組のことです。"}, triage.Case{}, big, "name", "組の名前"},
		{"a date", Text{Summary: "12月1日の昼のことです。"}, triage.Case{}, big, "time", "日付"},
		{"a length of time", Text{Summary: "3日間ほど続いています。"}, triage.Case{}, big, "", ""},
		{"an informer", Text{Summary: "休み時間のことです。"}, triage.Case{About: "friend"}, big, "informer", "知らせた子"},
	} {
		ws := Look(row.text, row.c, row.p)
		if got := kinds(ws); got != row.want {
			t.Errorf("%s: %q (%v), want %q", row.what, got, ws, row.want)
		} else if row.telling != "" && !strings.Contains(ws[0].Say, row.telling) {
			t.Errorf("%s: %q", row.what, ws[0].Say)
		}
	}
}

func TestNotAWordMore(t *testing.T) {
	allowed := []triage.Consent{{Text: "休み時間に、持ち物がなくなります。\n見守りをお願いします。"}, {Text: "名前は[人物A]です。"}}
	for summary, beyond := range map[string]int{
		"休み時間に、持ち物がなくなります。":            0,
		"見守りを お願いします。休み時間に持ち物がなくなります":  0, // spaces and marks tell nothing
		"名前は[人物A]です。見守りをお願いします。":       0,
		"休み時間に、持ち物がなくなります。犯人は[人物A]です。": 1,
		"休み時間に、持ち物がなくなりません。":           1,
		"名前は[人物B]です。":                  1,
		"":                             0,
	} {
		if got := Beyond(summary, allowed); len(got) != beyond {
			t.Errorf("%q: %q", summary, got)
		}
	}
	if got := Beyond("なんでも。", []triage.Consent{{}}); got != nil {
		t.Errorf("heard without a text: %q", got)
	}
}

func TestASmallChildIsAskedAgainAfterANight(t *testing.T) {
	jst := time.FixedZone("JST", 9*60*60)
	at := func(day, hour int) time.Time { return time.Date(2026, 12, day, hour, 0, 0, 0, jst) }
	yes := func(id string, age triage.AgeBand, when time.Time) triage.Consent {
		return triage.Consent{ID: id, School: "s", Age: age, Answer: triage.AnswerYes, At: when}
	}
	first, noon, morning := yes("1", triage.AgeLow, at(1, 9)), yes("2", triage.AgeLow, at(1, 15)), yes("2", triage.AgeLow, at(2, 8))
	other, no := yes("1", triage.AgeLow, at(1, 9)), yes("1", triage.AgeLow, at(1, 9))
	other.School, no.Answer = "t", triage.AnswerNo
	for what, row := range map[string]struct {
		k    triage.Consent
		all  []triage.Consent
		want bool
	}{
		"once":                  {first, []triage.Consent{first}, false},
		"twice in a day":        {noon, []triage.Consent{first, noon}, false},
		"before and after it":   {morning, []triage.Consent{first, morning}, true},
		"about another school":  {morning, []triage.Consent{other, morning}, false},
		"no, and then yes":      {morning, []triage.Consent{no, morning}, false},
		"an older child, once":  {yes("1", triage.AgeHigh, at(1, 9)), nil, true},
		"a child of no age yet": {yes("1", "", at(1, 9)), nil, true},
	} {
		if got := Slept(row.k, row.all, jst); got != row.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

func TestWhoIsCalledNext(t *testing.T) {
	due := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	all := Ladder([]Contact{{Who: "教頭"}, {Who: "校長"}}, Contact{Who: "教育委員会"}, due, 30*time.Minute)
	for after, want := range map[time.Duration]string{-time.Second: "", 0: "教頭", 29 * time.Minute: "教頭", 30 * time.Minute: "校長", time.Hour: "教育委員会", 48 * time.Hour: "教育委員会"} {
		if r, ok := Now(all, due.Add(after)); r.Who != want || ok != (want != "") {
			t.Errorf("after %s: %q", after, r.Who)
		}
	}
	if r, _ := Now(Ladder(nil, Contact{Who: "教育委員会"}, due, time.Hour), due); !r.Last {
		t.Error("a school without deputies is nobody's")
	}
}

func TestRolesStandForNames(t *testing.T) {
	roles := map[string]string{"[人物A]": "いやなことをした子", "[人物B]": "いやなことをした子", "[人物C]": "見ていた子"}
	if got := Cast("[人物A]と[人物B]がして、[人物C]が見た。[人物D]は知らない。", roles); got != "〔いやなことをした子A〕と〔いやなことをした子B〕がして、〔見ていた子〕が見た。[人物D]は知らない。" {
		t.Error(got)
	}
}

func TestFirstExchange(t *testing.T) {
	seeker := triage.Event{Kind: triage.KindMessage, From: triage.Seeker}
	answer := triage.Event{Kind: triage.KindMessage, From: triage.Counselor}
	machine := triage.Event{Kind: triage.KindMessage, From: triage.Desk}
	for _, row := range []struct {
		events []triage.Event
		want   bool
	}{
		{nil, true}, {[]triage.Event{seeker, seeker}, true}, {[]triage.Event{seeker, machine, seeker}, true},
		{[]triage.Event{seeker, answer}, true}, {[]triage.Event{seeker, answer, seeker}, false},
	} {
		if got := First(row.events); got != row.want {
			t.Errorf("%d events: %v", len(row.events), got)
		}
	}
}
