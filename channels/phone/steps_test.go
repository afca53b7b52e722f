package phone_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
)

// Every webhook that brings something: whoever dies while taking it has not acknowledged it, is brought it again, and a
// hundred of the same at once are one.
func TestEveryHookIsTakenOnce(t *testing.T) {
	for name, find := range map[string]func(l *line) (target string, v url.Values){
		"a status": func(l *line) (string, url.Values) {
			if _, err := l.Channel.Send(t.Context(), channels.NewAddress("sms", number(1), nil), channelstest.Reply("x")); err != nil {
				t.Fatal(err)
			}
			return l.provider.callbacks[0], url.Values{"MessageSid": {sid("SM", 9)}, "MessageStatus": {"undelivered"}, "ErrorCode": {"30005"}}
		},
		"a wish to be called": func(l *line) (string, url.Values) {
			who := l.next(l.next(l.greeted(), "2"), "1")
			return who.end.attr("action"), url.Values{"Digits": {"1"}}
		},
		"a recording, heard": func(l *line) (string, url.Values) {
			l.provider.speaks(sid("RE", 1), l.call, number(1), 0)
			return l.next(l.greeted(), "3").end.attr("action"), url.Values{"RecordingSid": {sid("RE", 1)}, "RecordingDuration": {"3"}}
		},
		"a recording, ready": func(l *line) (string, url.Values) {
			l.provider.speaks(sid("RE", 1), l.call, number(1), 0)
			return l.next(l.greeted(), "3").end.attr("recordingStatusCallback"), url.Values{"RecordingSid": {sid("RE", 1)}, "RecordingStatus": {"completed"}}
		},
		"the desk's phone": func(l *line) (string, url.Values) {
			return l.placed().Get("StatusCallback"), url.Values{"CallStatus": {"no-answer"}}
		},
		"the seeker's phone": func(l *line) (string, url.Values) {
			return l.bridged().attr("statusCallback"), url.Values{"CallStatus": {"busy"}}
		},
		"a machine": func(l *line) (string, url.Values) {
			return l.bridged().attr("amdStatusCallback"), url.Values{"AnsweredBy": {"machine_start"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := dialled(t, nil)
			target, v := find(l)
			for k, x := range map[string]string{"CallSid": l.call, "AccountSid": account, "From": number(1), "To": desk} {
				v.Set(k, x)
			}
			r := channelstest.Request{URL: target, Body: []byte(v.Encode()), Header: http.Header{
				"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {sign(token, target, v)}}}
			l.provider.set(func() { l.provider.sticky = true }) // a recording that is asked for again is there
			for _, durable := range []int{0, 1} {
				l.Intake.Crash(durable)
				if got := r.Send(t); got/100 == 2 || len(l.Intake.Taken()) != durable {
					t.Errorf("with %d durable: status %d, %d were taken", durable, got, len(l.Intake.Taken()))
				}
			}
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					if got := r.Send(t); got/100 != 2 {
						t.Errorf("status %d", got)
					}
				})
			}
			all.Wait()
			if n := len(l.Intake.Taken()); n != 1 {
				t.Errorf("%d were taken", n)
			}
		})
	}
}

func (p *provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// placed is the call that the desk has had placed.
func (l *line) placed() url.Values {
	l.t.Helper()
	if err := l.Channel.(channels.Caller).Call(l.t.Context(), channels.NewAddress("voice", number(3), nil), channels.Call{ID: "07call"}); err != nil {
		l.t.Fatal(err)
	}
	return l.provider.calls[0]
}

// bridged is the seeker's phone in it, after the desk has pressed 1.
func (l *line) bridged() element {
	l.t.Helper()
	return l.next(l.press(l.placed().Get("Url")), "1").end.Children[0]
}
