package phone_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// While the desk is open, one key, or none at all, leads to a person, and the desk's phone shows our number.
func TestAPersonIsReached(t *testing.T) {
	l := dialled(t, nil)
	menu := l.greeted().is(t, "Gather", "menu")
	for name, h := range map[string]heard{"1": l.next(menu, "1").is(t, "Dial", "connect"),
		"nothing":          l.next(l.next(menu, "").is(t, "Gather", "menu"), "").is(t, "Dial", "connect"),
		"wrong keys":       l.next(l.next(menu, "9").is(t, "Gather", "wrong", "menu"), "#").is(t, "Dial", "wrong", "connect"),
		"nothing, again 1": l.next(l.next(menu, ""), "1").is(t, "Dial", "connect")} {
		if got := dials(h.end); got != deskPhone {
			t.Errorf("%s: dials %s", name, got)
		}
	}
	call := l.next(menu, "1")
	l.next(call, "", "DialCallStatus", "completed").is(t, "Hangup")
	for _, status := range []string{"no-answer", "busy", "failed"} {
		h := l.next(call, "", "DialCallStatus", status).is(t, "Gather", "away", "numbers", "closed.menu")
		l.next(h, "1").is(t, "Dial", "connect")
	}
	if l.Intake.Attempts() != 0 {
		t.Error("a talk is not a message")
	}
}

// While it is closed, the first words are where somebody is.
func TestClosed(t *testing.T) {
	for name, l := range map[string]*line{"closed": dialled(t, nil), "no phone at the desk": dialled(t, map[string]string{"TWILIO_DESK": ""})} {
		l.Desk.SetOpen(name != "closed")
		menu := l.greeted().is(t, "Gather", "closed", "closed.menu")
		l.next(menu, "1").is(t, "Gather", "closed", "closed.menu")
		h := l.next(menu, "").is(t, "Gather", "closed.menu")
		h = l.next(h, "").is(t, "Gather", "closed.menu")
		l.next(h, "").is(t, "Hangup", "numbers", "bye")
	}
}

func TestCallBackIsWished(t *testing.T) {
	l := dialled(t, nil)
	window := l.next(l.greeted(), "2").is(t, "Gather", "callback.window")
	l.next(l.next(window, "9").is(t, "Gather", "again", "callback.window"), "").is(t, "Gather", "callback.who")
	who := l.next(window, "4").is(t, "Gather", "callback.who")
	again := l.next(who, "").is(t, "Gather", "again", "callback.who")
	l.Intake.Fail(channels.ErrUnavailable)
	h := l.next(again, "1").is(t, "Dial", "failed", "connect")
	if got := dials(h.end); got != deskPhone {
		t.Errorf("after a failure it dials %s", got)
	}
	l.Desk.SetOpen(false)
	l.next(again, "1").is(t, "Gather", "failed", "numbers", "closed.menu")
	if len(l.Intake.Taken()) != 0 {
		t.Fatal("it was taken")
	}
	l.Intake.Fail(nil)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { l.next(again, "1").is(t, "Hangup", "callback.done", "bye") })
	}
	all.Wait()
	taken := l.Intake.Taken()
	if len(taken) != 1 {
		t.Fatalf("%d were taken", len(taken))
	}
	m := taken[0]
	if w := m.CallBack; m.Kind != "voice" || m.Text != "[電話がほしい]" || numberOf(w) != number(1) || w.Window != "1700-2000" || w.Who != "self" ||
		!m.From.Same(channels.NewAddress("voice", number(1), nil)) {
		t.Errorf("%+v", *m.CallBack)
	}
	if all := fmt.Sprintf("%+v", m); strings.Contains(all, "ASAHIKAWA") || strings.Contains(all, "SATO") {
		t.Error("it brings where the phone is")
	}
}

// numberOf is where somebody wishes to be called.
func numberOf(w *channels.CallBack) string {
	_, who, _ := channels.OpenAddress(w.At)
	return who
}

// Who hides the number keys one in, hears it again, and is somebody new with every call.
func TestWithheldNumbers(t *testing.T) {
	l := dialled(t, nil)
	for i, from := range []string{"anonymous", "+266696687", "Restricted", "", "+7378742833", "sip:x@y"} {
		l.from, l.call = from, sid("CA", 10+i)
		ask := l.next(l.greeted(), "2").is(t, "Gather", "callback.number")
		check := l.next(ask, "09012345678").is(t, "Gather", "0、9、0、1、2、3、4、5、6、7、8", "callback.check")
		if strings.Contains(check.end.attr("action"), "9012345678") {
			t.Error("the number stands in an address")
		}
		l.next(check, "2").is(t, "Gather", "again", "callback.number")
		who := l.next(l.next(check, "1").is(t, "Gather", "callback.window"), "1").is(t, "Gather", "callback.who")
		l.next(who, "3").is(t, "Hangup", "callback.done", "bye")
		l.next(l.greeted(), "4").is(t, "Gather", "sms.none", "closed.menu")
		taken := l.Intake.Taken()
		m := taken[len(taken)-1]
		if len(taken) != i+1 || numberOf(m.CallBack) != "+819012345678" || m.CallBack.Window != "any" || m.CallBack.Who != "anyone" || i > 0 && m.From.Same(taken[0].From) {
			t.Errorf("%q: %d taken, %+v", from, len(taken), m.CallBack)
		}
		mine := who.end.attr("action")
		l.call = sid("CA", 50) // a number of another call is none
		l.press(mine, "Digits", "1").is(t, "Gather", "again", "callback.number")
	}
	l.from = "anonymous"
	ask := l.next(l.greeted(), "2")
	for _, wrong := range []string{"110", "119", "0120078310", "0570000000", "00812345678", "9012345678", "080123456", "090123456789", "", "09012*5678"} {
		l.next(ask, wrong).is(t, "Gather", "again", "callback.number")
	}
	l.next(ask, "0166123456").is(t, "Gather", "0、1、6、6、1、2、3、4、5、6", "callback.check")
	h := ask
	for range 2 {
		h = l.next(h, "1")
	}
	l.next(h, "1").is(t, "Gather", "callback.none", "closed.menu")
}

func TestRecording(t *testing.T) {
	l := dialled(t, nil)
	tone := l.next(l.greeted(), "3").is(t, "Record", "record")
	l.next(tone, "", "RecordingSid", sid("RE", 1), "RecordingDuration", "0").is(t, "Gather", "record.none", "closed.menu")
	l.next(tone, "", "RecordingSid", "../../x", "RecordingDuration", "9").is(t, "Gather", "record.none", "closed.menu")
	l.provider.speaks(sid("RE", 1), l.call, number(1), 0)
	l.Files.Fail(channels.ErrUnavailable)
	l.next(tone, "", "RecordingSid", sid("RE", 1), "RecordingDuration", "12", "RecordingUrl", "http://169.254.169.254/x").is(t, "Dial", "failed", "connect")
	l.Files.Fail(nil)
	l.next(tone, "", "RecordingSid", sid("RE", 1), "RecordingDuration", "12").is(t, "Hangup", "record.done", "bye")
	m := l.Intake.Taken()[0]
	if m.Text != "[音声1]" || m.ID != sid("RE", 1) || m.Files[0].Sort != channels.Voice || string(l.Files.Content(m.Files[0].ID)) != "voice "+sid("RE", 1) {
		t.Errorf("%+v", m.Files)
	}
	channelstest.Eventually(t, "it is deleted at the provider", func() bool { return l.provider.left() == 0 })

	// The provider tells that a recording is ready: then it is taken although the caller has gone, once.
	l.provider.speaks(sid("RE", 2), l.call, number(1), 0)
	ready := tone.end.attr("recordingStatusCallback")
	for range 3 {
		l.press(ready, "RecordingSid", sid("RE", 2), "RecordingStatus", "completed", "From", number(5))
	}
	l.press(ready, "RecordingSid", sid("RE", 3), "RecordingStatus", "failed")
	taken := l.Intake.Taken()
	if len(taken) != 2 || !taken[1].From.Same(channels.NewAddress("voice", number(1), nil)) {
		t.Errorf("%d were taken", len(taken))
	}
}

func TestAddressBySMS(t *testing.T) {
	l := dialled(t, nil)
	l.next(l.greeted(), "4").is(t, "Hangup", "sms.done", "bye")
	want := strings.ReplaceAll(l.texts["sms.start"], "{リンク}", l.URL+"/")
	if got := l.provider.Delivered(); len(got) != 1 || got[0].To != number(1) || got[0].Text != want {
		t.Errorf("%q, want %q", got, want)
	}
	l.from = gone
	l.next(l.greeted(), "4").is(t, "Gather", "sms.none", "closed.menu")
	l.from = number(1)
	menu := l.greeted()
	l.provider.mu.Lock()
	l.provider.fail = 503
	l.provider.mu.Unlock()
	l.next(menu, "4").is(t, "Dial", "failed", "connect")
}

// Numbers can be forged: whoever calls again and again makes the desk write to nobody often, and not to everybody.
func TestAddressesAreSentSparingly(t *testing.T) {
	l := dialled(t, nil)
	menu := l.greeted()
	for range 3 {
		l.next(menu, "4").is(t, "Hangup", "sms.done", "bye")
	}
	for range 3 {
		l.next(menu, "4").is(t, "Gather", "sms.none", "closed.menu")
	}
	for i := range 80 {
		l.from = fmt.Sprintf("+8180000000%02d", i)
		l.next(menu, "4")
	}
	if n := len(l.provider.Delivered()); n != 60 {
		t.Errorf("%d were sent", n)
	}
	l.next(menu, "1").is(t, "Dial", "connect") // a person is reached all the same
	window := l.next(menu, "2").is(t, "Gather", "callback.window")
	l.next(l.next(window, "1"), "1").is(t, "Hangup", "callback.done", "bye")
}

// The desk presses a button, its phone rings, a person presses 1, and only then the other phone rings. Neither number is in
// any address, and a machine is hung up on.
func TestTheDeskCallsBack(t *testing.T) {
	l := dialled(t, nil)
	caller := l.Channel.(channels.Caller)
	to := channels.NewAddress("callback", number(3), nil)
	if err := caller.Call(t.Context(), to, channels.Call{ID: "07call"}); err != nil {
		t.Fatal(err)
	}
	placed := l.provider.calls[0]
	if placed.Get("To") != deskPhone {
		t.Errorf("it rings %s", placed.Get("To"))
	}
	l.from, l.call = desk, sid("CA", 255)
	asked := l.press(placed.Get("Url")).is(t, "Gather", "desk")
	status := func(target, key, status string) *channels.Status {
		before := len(l.Intake.Taken())
		l.press(target, key, status)
		if taken := l.Intake.Taken(); len(taken) > before {
			if !taken[before].From.Same(to) || taken[before].Status.ReplyID != "07call" {
				t.Error("a status of another call")
			}
			return taken[before].Status
		}
		return nil
	}
	nobody := l.next(asked, "").is(t, "Gather", "desk")
	l.next(nobody, "").is(t, "Hangup")
	dial := l.next(asked, "1").is(t, "Dial", "desk.connect")
	leg := dial.end.Children[0]
	if dials(dial.end) != number(3) || leg.attr("machineDetection") != "Enable" {
		t.Errorf("it dials %s", dials(dial.end))
	}
	for _, target := range []string{placed.Get("Url"), placed.Get("StatusCallback"), asked.end.attr("action"), leg.attr("statusCallback"), leg.attr("amdStatusCallback")} {
		if text, _ := url.QueryUnescape(target); strings.Contains(text, number(3)[3:]) || strings.Contains(text, "07call") {
			t.Errorf("%s tells whose it is", target)
		}
	}
	l.next(dial, "", "DialCallStatus", "completed").is(t, "Hangup", "desk.over")
	l.next(dial, "", "DialCallStatus", "no-answer").is(t, "Hangup", "desk.nobody")
	if s := l.Intake.Taken(); len(s) != 1 || s[0].Status.Detail != "desk_no_key" {
		t.Errorf("%d statuses", len(s))
	}
	for _, tt := range []struct{ target, key, says, status, detail string }{
		{leg.attr("statusCallback"), "CallStatus", "ringing", "", ""},
		{leg.attr("statusCallback"), "CallStatus", "no-answer", "no_answer", ""},
		{leg.attr("statusCallback"), "CallStatus", "busy", "busy", ""},
		{leg.attr("statusCallback"), "CallStatus", "completed", "answered", ""},
		{placed.Get("StatusCallback"), "CallStatus", "completed", "", ""},
		{leg.attr("amdStatusCallback"), "AnsweredBy", "human", "", ""},
		{leg.attr("amdStatusCallback"), "AnsweredBy", "unknown", "", ""},
	} {
		s := status(tt.target, tt.key, tt.says)
		if s == nil && tt.status != "" || s != nil && (s.Status != tt.status || s.Detail != tt.detail) {
			t.Errorf("%s: %+v", tt.says, s)
		}
	}
	if len(l.provider.hungUp) != 0 {
		t.Error("a person was hung up on")
	}
}

func TestNothingIsLeftOnAMachine(t *testing.T) {
	for i, by := range []string{"machine_start", "machine_end_beep", "fax"} {
		l := dialled(t, nil)
		if err := l.Channel.(channels.Caller).Call(t.Context(), channels.NewAddress("voice", number(3), nil), channels.Call{ID: "07call"}); err != nil {
			t.Fatal(err)
		}
		dial := l.next(l.press(l.provider.calls[0].Get("Url")), "1")
		if i == 2 { // a machine is hung up on although nobody can be told
			l.Intake.Fail(channels.ErrUnavailable)
		}
		l.call = sid("CA", 256)
		target := dial.end.Children[0].attr("amdStatusCallback")
		v := url.Values{"CallSid": {l.call}, "AccountSid": {account}, "AnsweredBy": {by}}
		if got := post(t, target, v.Encode(), sign(token, target, v)); got != map[bool]int{true: 503, false: 204}[i == 2] {
			t.Errorf("%s: %d", by, got)
		}
		if len(l.provider.hungUp) != 1 || l.provider.hungUp[0] != sid("CA", 256) {
			t.Errorf("%s: hung up on %q", by, l.provider.hungUp)
		}
		if s := l.Intake.Taken(); i < 2 && (len(s) != 1 || s[0].Status.Status != "no_answer" || s[0].Status.Detail != "machine") {
			t.Errorf("%s: %d statuses", by, len(s))
		}
	}
}

func TestCallsThatCannotBePlaced(t *testing.T) {
	for name, tt := range map[string]struct {
		to       string
		settings map[string]string
		code     string
	}{
		"no phone at the desk": {number(1), map[string]string{"TWILIO_DESK": ""}, "no_desk"},
		"no number":            {"withheld:CA1", nil, "no_number"},
		"a desk that is gone":  {number(1), map[string]string{"TWILIO_DESK": gone}, "desk_failed"},
	} {
		l := dialled(t, tt.settings)
		if name == "a desk that is gone" {
			l.provider.mu.Lock()
			l.provider.refuseCalls = true
			l.provider.mu.Unlock()
		}
		err := l.Channel.(channels.Caller).Call(t.Context(), channels.NewAddress("voice", tt.to, nil), channels.Call{ID: "07call"})
		final, ok := err.(*channels.Undeliverable)
		if !ok || final.Code != tt.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a phone shows is the catalogue's, letter for letter, also for who only ever called.
func TestTheNoticeIsTheCatalogues(t *testing.T) {
	l := dialled(t, nil)
	for i, kind := range []string{"sms", "voice"} {
		r := channelstest.Reply(kind)
		if _, err := l.Channel.Send(t.Context(), channels.NewAddress(kind, number(1), nil), r); err != nil {
			t.Fatal(err)
		}
		if got, want := l.provider.Delivered()[i].Text, strings.ReplaceAll(l.texts["sms.door"], "{リンク}", r.Link); got != want || !strings.Contains(got, r.Link) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

// Words of the desk's business are in nothing that is sent to a phone or spoken to whoever answers one.
func TestNeutralWords(t *testing.T) {
	for key, text := range catalogue(t) {
		for _, word := range []string{"いじめ", "自殺", "学校", "被害", "いのち"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %s", key, word)
			}
		}
		if strings.HasPrefix(key, "sms.") && strings.Contains(text, "相談") {
			t.Errorf("%s says 相談", key)
		}
	}
}

// Who hears that nobody is there, and chooses nothing, is counted; so is who was put through and heard nobody.
func TestCallsForWhichNobodyWasThereAreCounted(t *testing.T) {
	l := dialled(t, nil)
	l.Desk.SetOpen(false)
	is := func(closed, unanswered int) {
		t.Helper()
		got := l.Tally.Counted()
		if got["voice|closed"] != closed || got["voice|unanswered"] != unanswered {
			t.Fatalf("counted %v, want %d and %d", got, closed, unanswered)
		}
	}
	l.greeted()
	is(1, 0)
	menu := l.greeted()
	is(2, 0)
	menu = l.next(menu, "")
	menu = l.next(menu, "9") // no such choice
	is(2, 0)
	l.next(menu, "3")
	is(1, 0)
	l.Desk.SetOpen(true)
	call := l.next(l.greeted(), "1")
	l.next(call, "", "DialCallStatus", "no-answer")
	is(1, 1)
	l.next(call, "", "DialCallStatus", "completed")
	is(1, 1)
}
