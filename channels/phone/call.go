package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// Call rings the desk's phone. Whoever answers there must press 1, so that a machine or a passer-by of the desk is put
// through to nobody; only then the seeker's phone rings, and shows our number. Nothing is said to whoever answers there
// but what the counselor says, and a machine is hung up on before anything could be left on it.
//
// Twilio offers no idempotency key for calls: one whose outcome stayed unknown may ring the desk twice. The seeker's phone
// rings once for each 1 that is pressed.
func (d *door) Call(ctx context.Context, to channels.Address, c channels.Call) error {
	kind, who, _ := channels.OpenAddress(to)
	switch {
	case d.desk == "":
		return &channels.Undeliverable{Code: "no_desk"}
	case !numberForm.MatchString(who):
		return &channels.Undeliverable{Code: "no_number"}
	}
	q := url.Values{"t": {d.tags.seal(useCall, tag{c.ID, kind, who})}}
	p := &openapi.CreateCallParams{}
	p.SetTo(d.desk).SetFrom(d.from).SetUrl(d.hook("ring", q)).SetMethod(http.MethodPost).SetTimeout(ringFor)
	p.SetStatusCallback(d.hook("desk-status", q)).SetStatusCallbackMethod(http.MethodPost).SetStatusCallbackEvent([]string{"completed"})
	_, err := d.api(ctx).CreateCall(p)
	err = outcome(err)
	if gone := (*channels.Undeliverable)(nil); errors.As(err, &gone) {
		return &channels.Undeliverable{Code: "desk_failed"}
	}
	return err
}

// deskPicksUp asks whether a person is there.
func (d *door) deskPicksUp(c *call) []any {
	if _, ok := d.tags.open(useCall, c.query.Get("t")); !ok {
		return []any{hangup{}}
	}
	return []any{d.ask("accept", url.Values{"t": {c.query.Get("t")}}, 1, d.said("voice.desk")...)}
}

// deskAccepts rings the seeker's phone. Nothing pressed is asked once more.
func (d *door) deskAccepts(c *call) []any {
	t, ok := d.tags.open(useCall, c.query.Get("t"))
	if !ok {
		return []any{hangup{}}
	}
	q := url.Values{"t": {c.query.Get("t")}}
	if c.digits() != "1" {
		if c.n() == 0 {
			q.Set("n", "1")
			return []any{d.ask("accept", q, 1, d.said("voice.desk")...)}
		}
		if err := d.takeStatus(c, t, "failed", "desk_no_key"); err != nil {
			d.env.Log.Warn("what became of a call could not be taken", "channel", voice)
		}
		return []any{hangup{}}
	}
	return append(d.said("voice.desk.connect"), dial{Action: d.hook("bridged", nil), Method: http.MethodPost, CallerID: d.from,
		Timeout: ringFor, Record: "do-not-record",
		Number: number{Value: t.who, Status: d.hook("leg", q), StatusEvent: "completed", StatusMethod: http.MethodPost,
			Machine: "Enable", MachineStatus: d.hook("machine", q), MachineMethod: http.MethodPost}})
}

// bridged is what the desk hears when the seeker's phone has rung, or when the talk is over.
func (d *door) bridged(c *call) []any {
	if s := c.form.Get("DialCallStatus"); s == "completed" || s == "answered" {
		return append(d.said("voice.desk.over"), hangup{})
	}
	return append(d.said("voice.desk.nobody"), hangup{})
}

// deskStatus takes in that the desk's phone was not answered. When it was, the seeker's phone tells the rest.
func (d *door) deskStatus(w http.ResponseWriter, r *http.Request, c *call) {
	t, ok := d.tags.open(useCall, c.query.Get("t"))
	detail := map[string]string{"busy": "desk_busy", "no-answer": "desk_no_answer", "failed": "desk_failed", "canceled": "desk_no_answer"}[c.form.Get("CallStatus")]
	if !ok || detail == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d.report(w, r, t, "failed", detail)
}

// legStatus takes in what became of the seeker's phone.
func (d *door) legStatus(w http.ResponseWriter, r *http.Request, c *call) {
	t, ok := d.tags.open(useCall, c.query.Get("t"))
	end := map[string][2]string{"completed": {"answered"}, "busy": {"busy"}, "no-answer": {"no_answer"}, "failed": {"failed", "not_connected"},
		"canceled": {"no_answer", "desk_hung_up"}}[c.form.Get("CallStatus")]
	if !ok || end[0] == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	d.report(w, r, t, end[0], end[1])
}

// machineStatus hangs up on a machine. That it was one is taken in first, so that the end of the call, which follows, is
// not taken for a talk; but a machine is hung up on whatever becomes of that.
func (d *door) machineStatus(w http.ResponseWriter, r *http.Request, c *call) {
	t, ok := d.tags.open(useCall, c.query.Get("t"))
	by := c.form.Get("AnsweredBy")
	if !ok || !strings.HasPrefix(by, "machine") && by != "fax" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	err := d.takeStatus(ctx, t, "no_answer", "machine")
	cancel()
	p := &openapi.UpdateCallParams{}
	p.SetStatus("completed")
	if _, hang := d.api(r.Context()).UpdateCall(c.sid, p); hang != nil {
		err = errors.Join(err, outcome(hang))
	}
	if err != nil {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
