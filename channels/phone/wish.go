package phone

import (
	"net/url"
	"strings"

	"madoguchi/channels"
)

// A call-back is asked for in three steps, each by one key: when it is safe, and who may answer; and before that the
// number, keyed in and read back, where the phone does not show its own. What was keyed in travels in the steps'
// addresses; nothing is kept until the whole wish is taken.

// windows are the times of day to choose from, in the desk's own time, by key. The code says what it means.
var windows = map[string]string{"1": "any", "2": "0900-1200", "3": "1200-1700", "4": "1700-2000"}

// answerers are who may answer the phone, by key.
var answerers = map[string]string{"1": "self", "2": "family", "3": "anyone"}

// tries is how often a question is asked; then the wish goes on without an answer, or the number ends it.
const tries = 2

func (d *door) wish(c *call) []any {
	if c.number() == "" {
		return []any{d.ask("number", nil, 0, d.said("voice.callback.number")...)}
	}
	return []any{d.ask("window", nil, 1, d.said("voice.callback.window")...)}
}

// askedNumber reads a number back that was keyed in.
func (d *door) askedNumber(c *call) []any {
	number := e164(c.digits())
	if number == "" {
		return d.numberAgain(c)
	}
	return []any{d.ask("check", url.Values{"t": {d.tags.seal(useNumber, tag{c.sid, voice, number})}, "n": {c.query.Get("n")}}, 1,
		append([]any{say{Language: language, Voice: speaker, Text: spelled(c.digits())}}, d.said("voice.callback.check")...)...)}
}

func (d *door) numberAgain(c *call) []any {
	if c.n() >= tries {
		return append(d.said("voice.callback.none"), d.offer(1, false))
	}
	return append(d.said("voice.again"), d.ask("number", again(c.n()), 0, d.said("voice.callback.number")...))
}

func (d *door) checkedNumber(c *call) []any {
	t, ok := d.tags.open(useNumber, c.query.Get("t"))
	if !ok || t.id != c.sid || c.digits() != "1" {
		return d.numberAgain(c)
	}
	return []any{d.ask("window", url.Values{"t": {c.query.Get("t")}}, 1, d.said("voice.callback.window")...)}
}

func (d *door) askedWindow(c *call) []any {
	q := url.Values{}
	if t := c.query.Get("t"); t != "" {
		q.Set("t", t)
	}
	window := windows[c.digits()]
	if window == "" && c.n() < tries-1 {
		q.Set("n", "1")
		return append(d.said("voice.again"), d.ask("window", q, 1, d.said("voice.callback.window")...))
	}
	q.Set("w", window)
	return []any{d.ask("who", q, 1, d.said("voice.callback.who")...)}
}

// askedWho takes the wish. That it arrived is spoken when it has.
func (d *door) askedWho(c *call) []any {
	q := url.Values{"w": {c.query.Get("w")}}
	if t := c.query.Get("t"); t != "" {
		q.Set("t", t)
	}
	who := answerers[c.digits()]
	if who == "" && c.n() < tries-1 {
		q.Set("n", "1")
		return append(d.said("voice.again"), d.ask("who", q, 1, d.said("voice.callback.who")...))
	}
	number := c.number()
	if number == "" {
		t, ok := d.tags.open(useNumber, c.query.Get("t"))
		if !ok || t.id != c.sid {
			return d.numberAgain(c)
		}
		number = t.who
	}
	wish := channels.CallBack{At: channels.NewAddress(channels.CallBackKind, number, nil), Window: c.query.Get("w"), Who: who}
	m := channels.Message{ID: c.sid + ":callback", Kind: voice, From: c.from, Text: "[電話がほしい]", At: d.env.Now(), CallBack: &wish}
	if _, err := d.env.Intake.Take(c, m); err != nil {
		return d.failed(c)
	}
	return append(d.said("voice.callback.done", "voice.bye"), hangup{})
}

// e164 makes a number in international form of one as it is dialled in Japan, or "" where it is none: 0 and nine digits,
// or ten for mobile, IP and M2M numbers; no number that is free, shared or premium.
func e164(digits string) string {
	digits = strings.TrimSuffix(digits, "#")
	if strings.Trim(digits, "0123456789") != "" || !strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "00") {
		return ""
	}
	for _, costly := range []string{"0120", "0800", "0570", "0990", "0180", "0170"} {
		if strings.HasPrefix(digits, costly) {
			return ""
		}
	}
	if mobile := len(digits) == 11 && digits[2] == '0'; !mobile && len(digits) != 10 {
		return ""
	}
	return "+81" + digits[1:]
}

// spelled reads digits one by one.
func spelled(digits string) string { return strings.Join(strings.Split(digits, ""), "、") }
