package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"madoguchi/channels"
)

// call is a webhook of a call: what the caller has pressed, and where in the menu.
type call struct {
	context.Context
	form, query url.Values
	sid         string
	from        channels.Address
}

// n counts how often this step was asked in vain.
func (c *call) n() int {
	n, _ := strconv.Atoi(c.query.Get("n"))
	return n
}

func (c *call) digits() string { return c.form.Get("Digits") }

// number is the caller's own, or "" where it is not shown.
func (c *call) number() string {
	if _, who, _ := channels.OpenAddress(c.from); numberForm.MatchString(who) {
		return who
	}
	return ""
}

// again is a query that counts one more.
func again(n int) url.Values { return url.Values{"n": {strconv.Itoa(n + 1)}} }

// ringFor is how many seconds a phone rings: six times, and shorter than most answering machines wait.
const ringFor = 20

// voice answers each webhook of a call with what is to be heard next. The steps that the provider calls without anybody
// listening are answered with nothing.
func (d *door) voice(w http.ResponseWriter, r *http.Request) {
	form, ok := d.form(w, r)
	if !ok {
		return
	}
	c := &call{Context: r.Context(), form: form, query: r.URL.Query(), sid: form.Get("CallSid")}
	if !sidForm.MatchString(c.sid) {
		http.Error(w, http.StatusText(http.StatusBadRequest), http.StatusBadRequest)
		return
	}
	c.from = caller(form.Get("From"), c.sid)
	step := r.PathValue("step")
	heard := map[string]func(*call) []any{"": d.greet, "menu": d.menu, "desk": d.deskLeft, "number": d.askedNumber, "check": d.checkedNumber,
		"window": d.askedWindow, "who": d.askedWho, "recorded": d.recorded, "ring": d.deskPicksUp, "accept": d.deskAccepts, "bridged": d.bridged}
	unheard := map[string]func(http.ResponseWriter, *http.Request, *call){"recording": d.recordingReady, "desk-status": d.deskStatus,
		"leg": d.legStatus, "machine": d.machineStatus}
	if f := heard[step]; f != nil {
		d.answer(w, f(c))
	} else if f := unheard[step]; f != nil {
		f(w, r, c)
	} else {
		http.NotFound(w, r)
	}
}

// open reports whether somebody answers the desk's phone now.
func (d *door) open() bool { return d.desk != "" && d.env.Desk.Hours(voice, d.env.Now()).Open }

// greet is the first that is heard. While the desk is closed that is where somebody is.
func (d *door) greet(c *call) []any {
	if d.open() {
		return []any{d.ask("menu", nil, 1, d.said("voice.menu")...)}
	}
	d.count(c, "closed", 1)
	return append(d.said("voice.closed"), d.offer(0, true))
}

// offer is the menu without the person. counted marks the call as one that is counted as closed until something is chosen.
func (d *door) offer(n int, counted bool) any {
	q := url.Values{}
	if n > 0 {
		q.Set("n", strconv.Itoa(n))
	}
	if counted {
		q.Set("c", "1")
	}
	return d.ask("menu", q, 1, d.said("voice.closed.menu")...)
}

// count adds to a number of the month; see channels.Tally.
func (d *door) count(c *call, what string, n int) {
	if d.env.Tally == nil {
		return
	}
	ctx, cancel := context.WithTimeout(c, 2*time.Second)
	defer cancel()
	if d.env.Tally.Count(ctx, voice, what, n) != nil {
		d.env.Log.Debug("a call could not be counted", "channel", voice)
	}
}

// menu does what was pressed. Nothing pressed is asked once more; then, while the desk is open, it puts through, as it has
// said. A wrong key is the same as none, but told.
func (d *door) menu(c *call) []any {
	counted := c.query.Get("c") == "1"
	if counted && slices.Contains([]string{"2", "3", "4"}, c.digits()) {
		d.count(c, "closed", -1) // they have found a way
	}
	switch c.digits() {
	case "1":
		return d.connect(c)
	case "2":
		return d.wish(c)
	case "3":
		return d.listen(c)
	case "4":
		return d.sendAddress(c)
	}
	var verbs []any
	if c.digits() != "" {
		verbs = d.said("voice.wrong")
	}
	switch open := d.open(); {
	case c.n() >= 1 && open:
		return append(verbs, d.connect(c)...)
	case c.n() >= 2:
		return append(append(verbs, d.said("voice.numbers", "voice.bye")...), hangup{})
	case open:
		return append(verbs, d.ask("menu", again(c.n()), 1, d.said("voice.menu")...))
	}
	return append(verbs, d.offer(c.n()+1, counted))
}

// connect rings the desk's phone, which sees our number and never the caller's.
func (d *door) connect(c *call) []any {
	if !d.open() {
		return append(d.said("voice.closed"), d.offer(c.n()+1, c.query.Get("c") == "1"))
	}
	return append(d.said("voice.connect"), dial{Action: d.hook("desk", nil), Method: http.MethodPost, CallerID: d.from, Timeout: ringFor,
		Record: "do-not-record", Number: number{Value: d.desk}})
}

// deskLeft is what is heard when the desk's phone has rung, or when the talk is over.
func (d *door) deskLeft(c *call) []any {
	if s := c.form.Get("DialCallStatus"); s == "completed" || s == "answered" {
		return []any{hangup{}}
	}
	d.count(c, "unanswered", 1)
	return append(d.said("voice.away", "voice.numbers"), d.offer(1, false))
}

// failed says that something did not arrive, and puts through to a person, or says where one is.
func (d *door) failed(c *call) []any {
	verbs := d.said("voice.failed")
	if d.open() {
		return append(verbs, d.connect(c)...)
	}
	return append(append(verbs, d.said("voice.numbers")...), d.offer(2, false))
}

// sendAddress sends the chat's address to the phone that calls.
func (d *door) sendAddress(c *call) []any {
	words := d.env.Desk.Text("sms.start", map[string]string{"リンク": d.env.PublicURL + "/"})
	if c.number() == "" || words == "" || !d.sparing.allow(c.number(), d.env.Now()) {
		return append(d.said("voice.sms.none"), d.offer(1, false))
	}
	err := d.text(c, c.number(), words, "")
	if gone := (*channels.Undeliverable)(nil); errors.As(err, &gone) {
		return append(d.said("voice.sms.none"), d.offer(1, false))
	} else if err != nil {
		return d.failed(c)
	}
	return append(d.said("voice.sms.done", "voice.bye"), hangup{})
}
