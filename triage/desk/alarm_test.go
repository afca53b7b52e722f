package desk_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/deploy/cities"
	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

// pager writes down who was called, and can be out of order.
type pager struct {
	clock *clock
	out   bool
	pages []paged
	texts []string
}

type paged struct {
	after time.Duration
	to    string
}

func (p *pager) Page(_ context.Context, page triage.Page) error {
	p.pages = append(p.pages, paged{p.clock.Now().Sub(opened), page.By + " " + page.Reach[len(page.Reach)-1:]})
	p.texts = append(p.texts, page.Text)
	if p.out || page.Text == "" || strings.Contains(page.Text, "死") {
		return errors.New("out of order")
	}
	return nil
}

// watched is Asahikawa with two people on call, or with none.
func watched(t *testing.T, covered bool) *city.City {
	t.Helper()
	file := func(name string, data []byte) city.File { return city.File{Name: name, Data: data} }
	name, data, _ := cities.City("asahikawa")
	if covered {
		data = []byte(strings.Replace(string(data), "night_cover: none", `night_cover: oncall
oncall:
  - {name: 当番1, reach: "+819000000001", by: [voice, sms]}
  - {name: 当番2, reach: "+819000000002", by: [sms]}`, 1))
	}
	c, err := city.Load(file(name, data), file(cities.National()), file(cities.Texts()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// night opens that city's desk, where nobody is.
func night(t *testing.T, c *city.City) (*room, *pager) {
	t.Helper()
	r := open(t)
	p := &pager{clock: r.clock}
	conf := r.Config
	conf.City, conf.Pager = c, p
	r.Desk = desk.New(conf)
	r.office.there = nil
	return r, p
}

// danger lets a seeker write that they are in danger.
func (r *room) danger(id triage.CaseID) triage.CaseID {
	r.t.Helper()
	if id == "" {
		id = triage.CaseID("09" + strings.Repeat("d", 24))
	}
	return r.wrote(id, triage.Emergency, triage.Suicide)
}

// rang lists what the timeline says of the alarm.
func (r *room) rang(id triage.CaseID) []string { return r.said(id, "ring:") }

// said lists the texts of the events whose ids begin so.
func (r *room) said(id triage.CaseID, begin string) (lines []string) {
	_, events := r.load(id)
	for _, e := range events {
		if strings.HasPrefix(e.ID, begin) {
			lines = append(lines, e.Text)
		}
	}
	return lines
}

// At night: at once, after 2, 5 and 10 minutes and on, the next person, then the next path, whether or not the pages go out;
// until somebody says 受領. What the timeline says of a page is what became of it.
func TestAnAlarmRingsUntilSomebodyTakesIt(t *testing.T) {
	for _, out := range []bool{false, true} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		p.out = out
		r.clock.Set(opened.Add(14 * time.Hour)) // eleven at night
		id := r.danger("")
		r.must(r.Advance(ctx, r.clock, opened.Add(14*time.Hour+25*time.Minute)))
		at := func(minutes int, to string) paged {
			return paged{14*time.Hour + time.Duration(minutes)*time.Minute, to}
		}
		want := []paged{at(0, "voice 1"), at(2, "sms 2"), at(5, "sms 1"), at(10, "sms 2"), at(20, "voice 1")}
		if !slices.Equal(p.pages, want) {
			t.Errorf("called %v, want %v", p.pages, want)
		}
		for _, line := range r.rang(id) {
			if strings.Contains(line, "知らせました") == out || !strings.Contains(line, "当番") {
				t.Errorf("out of order %v: the timeline says %q", out, line)
			}
		}
		c, err := r.Fulfil(ctx, people["mori"], id, desk.Done{What: desk.Alarm, Reason: "受領しました"})
		r.must(err)
		if c.State != triage.Waiting || c.Severity != triage.Emergency {
			t.Errorf("to say 受領 made it %s, %s", c.State, c.Severity)
		}
		received := r.clock.Now()
		r.must(r.Advance(ctx, r.clock, received.Add(20*time.Minute)))
		if len(p.pages) != len(want) {
			t.Errorf("it rings on: %v", p.pages[len(want):])
		}
		r.danger(id)
		r.must(r.Sweep(ctx))
		if len(p.pages) != len(want)+1 {
			t.Errorf("new danger called %d times", len(p.pages)-len(want))
		}
	}
}

// It never gives up, and never makes a flood of itself, whether or not anything that it sends goes out.
func TestAnAlarmNeverGivesUp(t *testing.T) {
	for _, out := range []bool{false, true} {
		neverGivesUp(t, out)
	}
}

func neverGivesUp(t *testing.T, out bool) {
	r, p := night(t, watched(t, true))
	p.out = out
	r.clock.Set(opened.Add(14 * time.Hour))
	id := r.danger("")
	r.must(r.Advance(t.Context(), r.clock, opened.AddDate(0, 0, 31)))
	last := p.pages[len(p.pages)-1].after
	if n := len(p.pages); n < 55 || n > 70 || opened.AddDate(0, 0, 31).Sub(opened.Add(last)) > 24*time.Hour {
		t.Errorf("%d pages in a month, the last after %s", n, last)
	}
	r.clock.pass(31 * 24 * time.Hour) // nothing ran for a month: one ring, not thirty
	before := len(p.pages)
	r.must(r.Sweep(t.Context()))
	if len(p.pages) != before+1 {
		t.Errorf("%d pages at once", len(p.pages)-before)
	}
	if c, _ := r.load(id); c.Severity != triage.Emergency {
		t.Error("the alarm lowered the case")
	}
}

// Taking the case is 受領, and so is an answer.
func TestTakingTheCaseEndsTheAlarm(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.clock.Set(opened.Add(14 * time.Hour))
	id := r.danger("")
	r.must(r.Sweep(ctx))
	r.office.there = []string{"sato", "kato"} // who is woken comes, and with a second
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	r.clock.pass(3 * time.Minute)
	r.must(r.Sweep(ctx))
	if d := r.duty(id, desk.Alarm); d.DoneAt.IsZero() || d.By != "sato" || len(p.pages) != 1 {
		t.Errorf("%+v after %d pages", d, len(p.pages))
	}
	r.danger(id) // to the one who has it; nobody else is woken at once
	r.must(r.Sweep(ctx))
	if len(p.pages) != 1 {
		t.Errorf("a message to the assignee called %v", p.pages[1:])
	}
	r.clock.pass(time.Minute)
	_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
	r.must(err)
	r.must(r.Advance(ctx, r.clock, r.clock.Now().Add(14*time.Minute))) // then the child's silence rings
	if len(p.pages) != 1 {
		t.Errorf("after the answer it called %v", p.pages[1:])
	}
}

// An emergency that somebody had, and nobody has any more, rings as a new one: given back, or taken from who may not know of it,
// by name or by a school that its words name. It has a time again by which somebody must read it, and stands on the board.
func TestAnEmergencyThatIsLeftRingsAgain(t *testing.T) {
	leave := map[string]func(r *room, id triage.CaseID){
		"given back": func(r *room, id triage.CaseID) {
			_, err := r.Release(t.Context(), people["sato"], id)
			r.must(err)
		},
		"kept from who has it": func(r *room, id triage.CaseID) {
			r.must(r.Bar(t.Context(), people["mori"], id, triage.Bar{Login: "sato", Why: triage.BarNamed}))
		},
		"the school of who has it is named": func(r *room, id triage.CaseID) {
			r.office.posts = map[string]string{"sato": "hinode-jhs"}
			before, _ := r.load(id)
			_, err := r.store.Append(t.Context(), before, triage.Event{ID: "n", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "[学校1]",
				Schools: []string{"hinode-jhs"}, Judgement: &triage.Judgement{Severity: triage.Routine}})
			r.must(err)
		},
	}
	for name, left := range leave {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.office.there = []string{"sato", "mori"}
		r.clock.Set(at("2026-11-20 20:00:00"))
		id := r.danger("")
		r.clock.pass(time.Second)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		r.clock.pass(time.Minute)
		_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます")
		r.must(err)
		r.must(r.Advance(ctx, r.clock, at("2026-11-20 20:10:00")))
		p.pages = nil
		left(r, id)
		r.must(r.Sweep(ctx))
		c, _ := r.load(id)
		alarm := r.duty(id, desk.Alarm)
		if c.State != triage.Waiting || c.Assignee != "" || !alarm.DoneAt.IsZero() || !alarm.Since.Equal(at("2026-11-20 20:10:00")) ||
			name != "the school of who has it is named" && !c.DueAt.Equal(at("2026-11-20 20:15:00")) {
			t.Errorf("%s: %s of %q, due %s, its alarm %+v", name, c.State, c.Assignee, c.DueAt, alarm)
		}
		r.must(r.Advance(ctx, r.clock, at("2026-11-20 20:21:00")))
		if w, err := r.Wall(ctx, people["mori"]); err != nil || w.Alarms != 1 || len(p.pages) < 3 {
			t.Errorf("%s: %d alarms on the board, called %v; %v", name, w.Alarms, p.pages, err)
		}
		_, err = r.Claim(ctx, people["abe"], id)
		r.must(err)
		r.must(r.Sweep(ctx))
		if d := r.duty(id, desk.Alarm); d.By != "abe" {
			t.Errorf("%s: taken again, and the alarm is %+v", name, d)
		}
	}
}

// What is urgent and left to the queue has a time again, too, and is told of at night.
func TestWhatIsUrgentAndLeftIsToldOf(t *testing.T) {
	r, p := night(t, watched(t, true))
	ctx := t.Context()
	r.clock.Set(at("2026-11-20 20:00:00"))
	id := r.wrote("", triage.Urgent, triage.Suicide)
	_, err := r.Claim(ctx, people["sato"], id)
	r.must(err)
	_, err = r.Say(ctx, people["sato"], id, "1", "読みました")
	r.must(err)
	r.must(r.Advance(ctx, r.clock, at("2026-11-20 21:30:00")))
	c, err := r.Release(ctx, people["sato"], id)
	r.must(err)
	r.must(r.Advance(ctx, r.clock, at("2026-11-21 06:00:00")))
	if want := []paged{{at("2026-11-20 22:00:00").Sub(opened), "sms 1"}}; !c.DueAt.Equal(at("2026-11-20 23:30:00")) || !slices.Equal(p.pages, want) {
		t.Errorf("due %s, told %v", c.DueAt, p.pages)
	}
}

// Where nobody is on call, nobody is called, and nothing says so.
func TestNoNightCoverNoPage(t *testing.T) {
	r, p := night(t, watched(t, false))
	r.clock.Set(opened.Add(14 * time.Hour))
	id := r.danger("")
	r.must(r.Advance(t.Context(), r.clock, opened.Add(15*time.Hour)))
	lines := r.rang(id)
	if len(p.pages) != 0 || len(lines) != 9 {
		t.Errorf("%d pages, %d lines", len(p.pages), len(lines))
	}
	for _, line := range lines {
		if strings.Contains(line, "知らせ") {
			t.Errorf("the timeline says %q", line)
		}
	}
}

// The edges of the telephone's hours and of the chat's, of the week, of holidays and of the turn of the year, in Japan's time
// whatever the machine's: what the notice says of who reads and when somebody will; and who is called of an emergency and when,
// by which path: whatever the hours say, at once where nobody is there, and after two minutes where somebody is.
func TestTheEdgesOfTheHours(t *testing.T) {
	const open = ""
	tue := func(date string) string { return date + "〔火〕の朝8時45分ごろ" }
	with, without := watched(t, true), watched(t, false)
	edges := map[string]string{ // when somebody is there next
		"2026-11-20 08:44:59": "11月20日〔金〕の朝8時45分ごろ", "2026-11-20 08:45:00": open, "2026-11-20 17:14:59": open, "2026-11-20 17:15:00": tue("11月24日"), // Friday
		"2026-11-20 23:59:59": tue("11月24日"), "2026-11-21 00:00:00": tue("11月24日"), "2026-11-21 08:45:00": tue("11月24日"), "2026-11-21 12:00:00": tue("11月24日"), // Saturday
		"2026-11-22 08:45:00": tue("11月24日"), "2026-11-22 17:14:59": tue("11月24日"), "2026-11-22 23:59:59": tue("11月24日"), // Sunday
		"2026-11-23 00:00:00": tue("11月24日"), "2026-11-23 08:45:00": tue("11月24日"), "2026-11-23 17:14:59": tue("11月24日"), // 勤労感謝の日
		"2026-11-24 08:44:59": tue("11月24日"), "2026-11-24 08:45:00": open, "2026-11-24 17:14:59": open, "2026-11-24 17:15:00": "11月25日〔水〕の朝8時45分ごろ",
		"2026-12-28 17:14:59": open, "2026-12-29 08:44:59": tue("12月29日"), "2026-12-29 08:45:00": open, "2026-12-29 17:14:59": open, "2026-12-29 17:15:00": tue("1月5日"),
		"2026-12-30 08:45:00": tue("1月5日"), "2026-12-30 17:14:59": tue("1月5日"), "2026-12-31 08:45:00": tue("1月5日"), "2026-12-31 23:59:59": tue("1月5日"),
		"2027-01-01 00:00:00": tue("1月5日"), "2027-01-01 08:45:00": tue("1月5日"), "2027-01-02 08:45:00": tue("1月5日"), "2027-01-03 08:45:00": tue("1月5日"),
		"2027-01-04 08:44:59": tue("1月5日"), "2027-01-04 08:45:00": tue("1月5日"), "2027-01-04 17:14:59": tue("1月5日"), "2027-01-05 08:44:59": tue("1月5日"),
		"2027-01-05 08:45:00": open,                                      // 12/30–1/4
		"2027-01-11 08:45:00": tue("1月12日"), "2027-01-12 08:45:00": open, // 成人の日
		"2027-03-22 08:45:00": tue("3月23日"), "2027-03-23 08:45:00": open, // 振替休日
	}
	five := func(date string) string { return date + "の夕方5時ごろ" }
	chat := map[string]string{
		"2026-11-20 16:59:59": five("11月20日〔金〕"), "2026-11-20 17:00:00": open, "2026-11-20 17:15:00": open, "2026-11-20 21:59:59": open, "2026-11-20 22:00:00": five("11月24日〔火〕"),
		"2026-11-23 17:00:00": five("11月24日〔火〕"), "2026-11-24 16:59:59": five("11月24日〔火〕"), "2026-11-24 17:00:00": open, // 勤労感謝の日
		"2026-12-29 21:59:59": open, "2026-12-29 22:00:00": five("1月5日〔火〕"), "2027-01-04 17:00:00": five("1月5日〔火〕"), "2027-01-05 17:00:00": open,
	}
	if len(edges)+len(chat) < 52 {
		t.Errorf("%d edges", len(edges)+len(chat))
	}
	for door, edges := range map[string]map[string]string{"voice": edges, "chat": chat} {
		for text, next := range edges {
			now := at(text)
			for _, there := range [][]string{nil, {"kato"}, {"ono", "ueda"}} {
				r, p := night(t, with)
				r.office.there = there
				r.clock.Set(now.In(time.UTC))
				r.danger("")
				r.must(r.Sweep(t.Context()))
				r.must(r.Advance(t.Context(), r.clock, now.Add(12*time.Minute)))
				var ladder []paged
				for i, to := range []string{"voice 1", "sms 2", "sms 1", "sms 2"} {
					minutes := []int{0, 2, 5, 10}
					if slices.Contains(there, "kato") { // she hears it first from the pages
						minutes = minutes[1:]
					}
					if i < len(minutes) {
						ladder = append(ladder, paged{now.Sub(opened) + time.Duration(minutes[i])*time.Minute, to})
					}
				}
				if !slices.Equal(p.pages, ladder) {
					t.Errorf("%s, there %v: called %v, want %v", text, there, p.pages, ladder)
				}
			}
			for _, zone := range []*time.Location{time.UTC, triage.JST, time.FixedZone("far", -11*60*60)} {
				says := without.Notice(door, now.In(zone))
				if nobody := strings.Contains(says, "だれも読んでいません"); nobody != (next != open) || next != open && !strings.Contains(says, next) {
					t.Errorf("%s, %s in %s: the notice is %q", door, text, zone, says)
				}
			}
		}
	}
}

// Who has the case and sleeps hears nothing from the pages: the first on call is called at once; and who is kept out of it is not
// there for it.
func TestWhoIsThereHearsItFirst(t *testing.T) {
	for _, tt := range []struct {
		name   string
		there  []string
		barred string
		first  paged
	}{
		{"nobody is", nil, "", paged{14 * time.Hour, "voice 1"}},
		{"who has it is", []string{"sato"}, "", paged{14*time.Hour + 2*time.Minute, "voice 1"}},
		{"a colleague is", []string{"abe"}, "", paged{14*time.Hour + 2*time.Minute, "voice 1"}},
		{"a colleague who is kept out is", []string{"abe"}, "abe", paged{14 * time.Hour, "voice 1"}},
	} {
		r, p := night(t, watched(t, true))
		ctx := t.Context()
		r.office.there = []string{"sato", "mori"}
		id := r.danger("")
		r.clock.pass(time.Second)
		_, err := r.Claim(ctx, people["sato"], id)
		r.must(err)
		_, err = r.Join(ctx, people["sato"], id, "mori")
		r.must(err)
		_, err = r.Say(ctx, people["sato"], id, "1", "ここにいます。また夜に話しましょう")
		r.must(err)
		r.promises(id)
		if tt.barred != "" {
			r.must(r.Bar(ctx, people["mori"], id, triage.Bar{Login: tt.barred, Why: triage.BarRelative}))
		}
		r.must(r.Advance(ctx, r.clock, opened.Add(14*time.Hour)))
		r.office.there, p.pages = tt.there, nil
		r.danger(id)
		r.must(r.Advance(ctx, r.clock, opened.Add(14*time.Hour+3*time.Minute)))
		if len(p.pages) == 0 || p.pages[0] != tt.first {
			t.Errorf("%s: called %v, want %v first", tt.name, p.pages, tt.first)
		}
	}
}

// No text of the catalogue says to anybody outside that somebody was called: none of them can know. The one exception is shown
// by the page only after the desk wrote down that the call went out.
func TestNoTextClaimsAPage(t *testing.T) {
	for _, covered := range []bool{true, false} {
		r, _ := night(t, watched(t, covered))
		for key, text := range r.City.Texts {
			if key == "danger.paged" {
				continue
			}
			for _, claim := range []string{"当番", "担当に知らせました", "人に知らせました", "よび出しました", "呼び出しました"} {
				if strings.Contains(text, claim) {
					t.Errorf("%s claims %s", key, claim)
				}
			}
		}
	}
}
