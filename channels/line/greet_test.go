package line_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

func follow(id string, from int, unblocked bool) map[string]any {
	e := event(channelstest.Inbound{ID: id, From: from}, false)
	delete(e, "message")
	e["type"], e["follow"] = "follow", map[string]any{"isUnblocked": unblocked}
	return e
}

func said(p *provider) (all []string) {
	for _, o := range p.Delivered() {
		all = append(all, o.Text)
	}
	slices.Sort(all)
	return all
}

func TestFollowingGroupsAndTheRest(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	bring(t, s, follow("f1", 2, false))
	bring(t, s, follow("f1", 2, false)) // again: greets nobody twice
	left := event(channelstest.Inbound{ID: "left", From: 2}, false)
	left["type"] = "unfollow"
	bring(t, s, left, follow("f2", 2, true))
	group := event(channelstest.Inbound{ID: "g1", From: 3, Text: "グループの言葉"}, false)
	group["source"] = map[string]any{"type": "group", "groupId": "C1", "userId": user(3)}
	room := event(channelstest.Inbound{ID: "g2", From: 3}, false)
	room["type"], room["source"] = "join", map[string]any{"type": "room", "roomId": "R1"}
	beacon := event(channelstest.Inbound{ID: "b", From: 3}, false)
	beacon["type"] = "beacon"
	bring(t, s, group, room, beacon)
	var opts []string
	for _, m := range s.Intake.Taken() {
		opts = append(opts, m.Opt+m.Text)
	}
	if !slices.Equal(opts, []string{"out", "in"}) {
		t.Errorf("taken: %q", opts)
	}
	greeting, refusal := s.Desk.Text("line.greeting", nil), s.Desk.Text("line.group", nil)
	want := []string{greeting, greeting, refusal, refusal}
	slices.Sort(want)
	channelstest.Eventually(t, "all is said", func() bool { return len(p.Delivered()) >= 4 })
	if err := s.Stop(); err != nil || !slices.Equal(said(p), want) || p.count("push") != 0 {
		t.Errorf("%v, said: %q", err, said(p))
	}
	first := string(p.raw[slices.IndexFunc(p.raw, func(b []byte) bool { return strings.Contains(string(b), greeting) })])
	if !strings.Contains(first, `"uri":"`+s.URL+`/"`) || strings.Index(first, "画面を開く") > strings.Index(first, "電話してほしい") {
		t.Errorf("the page is not first: %s", first)
	}
}

// Whatever LINE answers, who comes is greeted once; a group is refused once or not at all.
func TestGreetingsOutliveFailures(t *testing.T) {
	group := event(channelstest.Inbound{ID: "g", From: 2, Text: "x"}, false)
	group["source"] = map[string]any{"type": "group", "groupId": "C1", "userId": user(2)}
	for name, tt := range map[string]struct {
		before func(p *provider)
		push   int
		group  int
	}{
		"the answer is lost":      {func(p *provider) { p.lose = 1 }, 0, 1},
		"LINE is busy":            {func(p *provider) { p.fail = 503 }, 0, 1},
		"LINE asks to wait":       {func(p *provider) { p.fail = 429 }, 0, 1},
		"the token is of no use":  {func(p *provider) { p.tokens["reply-"+user(1)+"-f"], p.tokens["reply-"+user(2)+"-g"] = true, true }, 1, 0},
		"and the push's is lost":  {func(p *provider) { p.tokens["reply-"+user(1)+"-f"], p.lose = true, 2 }, 2, 1},
		"somebody who is no more": {func(p *provider) { p.tokens["reply-"+user(1)+"-f"], p.gone = true, user(1) }, 1, 1},
	} {
		settings, p := open(t, nil)
		p.set(func() { tt.before(p) })
		s := channelstest.Open(t, line.Kind, settings, nil)
		if bring(t, s, follow("f", 1, false), group) != 200 {
			t.Fatal("not acknowledged")
		}
		channelstest.Eventually(t, name+": it was tried", func() bool { return p.count("reply") >= 2 })
		if p.fail != 0 { // and the house starts again
			if err := s.Stop(); err != nil {
				t.Fatal(err)
			}
			p.set(func() { p.fail = 0 })
			s = channelstest.Open(t, line.Kind, settings, nil)
		}
		bring(t, s, follow("f", 1, false))
		channelstest.Eventually(t, name+": nothing is left to be said", func() bool {
			return !slices.ContainsFunc(spooled(t, settings), func(n string) bool { return strings.HasSuffix(n, ".want") })
		})
		greeted, refused := 0, 0
		for _, o := range p.Delivered() {
			if o.Text == s.Desk.Text("line.greeting", nil) {
				greeted++
			} else {
				refused++
			}
		}
		if want := map[bool]int{true: 0, false: 1}[p.gone == user(1)]; greeted != want || refused != tt.group || p.count("push") < min(tt.push, 1) {
			t.Errorf("%s: greeted %d times, refused %d times, %d pushes", name, greeted, refused, p.count("push"))
		}
	}
}

// Words that were written anew are words: they come beside the first ones, once, and are taken back with them.
func TestWordsWrittenAnew(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	first := event(channelstest.Inbound{ID: "1", From: 1, Text: "もう学校に行きたい"}, false)
	edited := func(at int, text string) map[string]any {
		e := event(channelstest.Inbound{ID: "1", From: 1, Text: text}, false)
		e["type"], e["webhookEventId"], e["timestamp"] = "messageEdited", fmt.Sprint("e", at), first["timestamp"].(int64)-1000+int64(at)
		return e
	}
	odd := edited(3, "")
	odd["message"] = map[string]any{"type": "hologram", "id": "1"}
	for range 2 {
		if got := bring(t, s, first, edited(1, "もう学校に行きたくない"), edited(2, "もういい"), odd); got != 200 {
			t.Fatal(got)
		}
	}
	got := texts(s)
	if !slices.Equal(got, []string{"〔書き直し〕もう学校に行きたくない", "〔書き直し〕もういい", "〔書き直し〕[読めない形式のメッセージ]", "もう学校に行きたい"}) {
		t.Errorf("taken: %q", got)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	taken := s.Intake.Taken()
	s = channelstest.Open(t, line.Kind, settings, nil)
	bring(t, s, unsend("1"), edited(4, "おそくついた書きなおし"))
	hidden := map[string]bool{}
	for _, m := range s.Intake.Taken() {
		hidden[m.Unsend] = true
	}
	for _, m := range append(taken, s.Intake.Taken()...) {
		if m.Text != "" && !hidden[m.ID] {
			t.Errorf("%q was not taken back", m.Text)
		}
	}
}

// LINE promises no order: what was unsent before it came is taken, and hidden with it.
func TestUnsentBeforeItCame(t *testing.T) {
	settings, p := open(t, nil)
	p.content["2"] = []byte("jpeg")
	s := channelstest.Open(t, line.Kind, settings, nil)
	bring(t, s, unsend("1"), unsend("2"))
	for range 2 {
		bring(t, s, event(channelstest.Inbound{ID: "1", From: 1, Text: "やっぱりやめる"}, true), sent("2", "image", byLINE))
	}
	if got := texts(s); !slices.Equal(got, []string{"1", "2", "やっぱりやめる", "1", "[写真]", "2"}) {
		t.Errorf("taken: %q", got)
	}
	other := event(channelstest.Inbound{ID: "1", From: 2, Text: "べつの人です"}, false)
	bring(t, s, other)
	if got := texts(s)[6:]; !slices.Equal(got, []string{"べつの人です"}) {
		t.Errorf("taken of another: %q", got)
	}
	if err := s.Stop(); err != nil || len(p.asked) != 0 {
		t.Errorf("%v, and LINE was asked for %q", err, p.asked)
	}
}

// Of some stickers people write the words.
func TestWordsOfASticker(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	bring(t, s, sent("1", "sticker", map[string]any{"packageId": "1", "stickerId": "2", "stickerResourceType": "MESSAGE", "keywords": []string{"笑"}, "text": "もうむり"}))
	if got := texts(s); !slices.Equal(got, []string{"[スタンプ] もうむり"}) {
		t.Errorf("taken: %q", got)
	}
}

func TestAnotherAccountsWebhooks(t *testing.T) {
	ours := user(77)
	settings, _ := open(t, map[string]string{"LINE_DESTINATION": ours})
	s := channelstest.Open(t, line.Kind, settings, nil)
	for destination, want := range map[string]int{ours: 200, user(78): 403, "": 403} {
		b, err := json.Marshal(map[string]any{"destination": destination, "events": []any{event(channelstest.Inbound{ID: "to" + destination, From: 1, Text: "はい"}, false)}})
		if err != nil {
			t.Fatal(err)
		}
		if got := post(t, s, b, sign(secret, b)); got != want {
			t.Errorf("for %q: %d", destination, got)
		}
	}
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d were taken", n)
	}
}

// A hundred of the longest messages in one request: whoever dies after fifty is brought them again, and each is one.
func TestAHundredEventsAndADeath(t *testing.T) {
	settings, _ := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	var events []any
	for i := range 100 {
		events = append(events, event(channelstest.Inbound{ID: fmt.Sprint("m", i), From: 1 + i%7, Text: fmt.Sprint(i, strings.Repeat("長", 5000-len(fmt.Sprint(i))))}, false))
	}
	b := body(t, events...)
	r := channelstest.Request{URL: s.URL + "/hooks/line", Body: b, Signature: "X-Line-Signature", Header: map[string][]string{"X-Line-Signature": {sign(secret, b)}}}
	s.Intake.Crash(50)
	if got := r.Send(t); got == 200 || len(s.Intake.Taken()) != 50 {
		t.Fatalf("status %d, %d were taken", got, len(s.Intake.Taken()))
	}
	if got := r.Send(t); got != 200 {
		t.Fatalf("status %d", got)
	}
	taken := s.Intake.Taken()
	if len(taken) != 100 {
		t.Fatalf("%d were taken", len(taken))
	}
	for i, m := range taken {
		if !strings.HasPrefix(m.Text, fmt.Sprint(i)) || len([]rune(m.Text)) != 5000 {
			t.Errorf("message %d is another", i)
		}
	}
	if kind, _, _ := channels.OpenAddress(taken[0].From); kind != "line" {
		t.Error(kind)
	}
}
