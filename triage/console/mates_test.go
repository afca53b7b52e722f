package console

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"madoguchi/triage"
	"madoguchi/triage/roster"
	"madoguchi/triage/staff"
)

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

// All shifts of a person stand on the page, also those over midnight; who saves it unchanged changes nothing, and each can be
// changed, added and taken away by itself.
func TestThePageKeepsEveryShift(t *testing.T) {
	h := newHouse(t)
	h.seed()
	sato := staff.Person{Login: "sato", Role: triage.Psychologist}
	shifts := []roster.Shift{{Days: weekdays, From: 22 * 60, To: 8 * 60}, {Days: []time.Weekday{time.Saturday}, From: 9 * 60, To: 12 * 60},
		{Days: []time.Weekday{time.Saturday}, From: 17 * 60, To: 24 * 60}, {Days: []time.Weekday{time.Sunday}, From: 0, To: 24 * 60}}
	if err := h.desk.SetProfile(t.Context(), sato, "", roster.Profile{CallMe: "さとう", Languages: []string{"en"}, Shifts: shifts}); err != nil {
		t.Fatal(err)
	}
	held := func(want []roster.Shift) {
		t.Helper()
		if got := h.desk.Profile(context.Background(), "sato"); !reflect.DeepEqual(got.Shifts, want) || got.CallMe != "さとう" {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	b := h.open(t)
	b.enter("sato")
	save := func() {
		t.Helper()
		b.js(`document.getElementById('said')?.replaceChildren(); document.querySelector('[action="/mates"] button').click()`)
		b.until(`document.readyState === 'complete' && (document.getElementById('said')?.textContent || '').includes('保存しました')`)
		b.goTo("/mates")
	}
	for _, width := range []int64{390, 1280} {
		b.do(chromedp.EmulateViewport(width, 1400))
		b.goTo("/mates")
		b.until(`document.body.textContent.includes('月火水木金 22:00–翌08:00') && document.documentElement.scrollWidth <= window.innerWidth`)
		b.shot(map[int64]string{390: "narrow", 1280: "wide"}[width])
		save()
		held(shifts)
	}
	b.choose("[name=to0]", "07:30")
	b.js(`document.querySelector('[name=drop1]').click(); document.querySelector('[name=day4][value="3"]').click()`)
	b.choose("[name=from4]", "13:00")
	b.choose("[name=to4]", "15:00")
	save()
	shifts[0].To = 7*60 + 30
	held([]roster.Shift{shifts[0], shifts[2], shifts[3], {Days: []time.Weekday{time.Wednesday}, From: 13 * 60, To: 15 * 60}})
	b.quiet()
	if a := h.signedIn("mori").get("/mates"); !strings.Contains(a.body, `土 <span class="whole">17:00–24:00`) {
		t.Error("a lead does not see the shifts of others")
	}
}
