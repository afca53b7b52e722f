package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels"
)

// maxSpoken is how many seconds may be spoken after the tone.
const maxSpoken = 180

// spoken is a recording at the provider. Nothing transcribes it there.
type spoken struct {
	sid  string
	from channels.Address
	at   time.Time
	late bool
}

// listen asks to speak after the tone.
func (d *door) listen(c *call) []any {
	kind, who, _ := channels.OpenAddress(c.from)
	return append(d.said("voice.record"), record{Action: d.hook("recorded", nil), Method: http.MethodPost, MaxLength: maxSpoken, Timeout: 5,
		Finish: "#", Beep: true, Status: d.hook("recording", url.Values{"t": {d.tags.seal(useRecord, tag{c.sid, kind, who})}}),
		StatusMethod: http.MethodPost, StatusEvent: "completed"})
}

// recorded is heard after speaking. The provider may need a moment until it gives the recording; when it is not there in
// time, that is said, and it is taken when the provider tells that it is ready, or from its list.
func (d *door) recorded(c *call) []any {
	sid := c.form.Get("RecordingSid")
	if n, _ := strconv.Atoi(c.form.Get("RecordingDuration")); n == 0 || !strings.HasPrefix(sid, "RE") || !sidForm.MatchString(sid) {
		return append(d.said("voice.record.none"), d.offer(1, false))
	}
	ctx, cancel := context.WithTimeout(c, withinHook)
	defer cancel()
	s := spoken{sid: sid, from: c.from, at: d.env.Now()}
	err := d.takeRecording(ctx, s)
	for pause := 250 * time.Millisecond; errors.Is(err, errNotThere); pause *= 2 {
		select {
		case <-ctx.Done():
			return append(d.said("voice.record.late", "voice.numbers"), d.offer(1, false))
		case <-time.After(pause):
			err = d.takeRecording(ctx, s)
		}
	}
	if err != nil {
		return d.failed(c)
	}
	d.forget(stored{sid: sid})
	return append(d.said("voice.record.done", "voice.bye"), hangup{})
}

// recordingReady takes a recording when the provider has it. Who spoke is in the tag.
func (d *door) recordingReady(w http.ResponseWriter, r *http.Request, c *call) {
	t, ok := d.tags.open(useRecord, c.query.Get("t"))
	sid := c.form.Get("RecordingSid")
	if !ok || t.id != c.sid || c.form.Get("RecordingStatus") != "completed" || !strings.HasPrefix(sid, "RE") || !sidForm.MatchString(sid) {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), withinHook)
	defer cancel()
	err := d.takeRecording(ctx, spoken{sid: sid, from: t.address(), at: d.env.Now()})
	if err != nil && !errors.Is(err, errNotThere) { // not there: it was taken already, and deleted
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	d.forget(stored{sid: sid})
	w.WriteHeader(http.StatusNoContent)
}

// takeRecording takes a recording as a message, which is durable before the provider is to delete it.
func (d *door) takeRecording(ctx context.Context, s spoken) error {
	f, err := d.fetch(ctx, "/Recordings/"+s.sid+".mp3", channels.Voice)
	if err != nil {
		return err
	}
	_, err = d.env.Intake.Take(ctx, channels.Message{ID: s.sid, Kind: voice, From: s.from, Text: "[音声1]", At: s.at, Late: s.late,
		Files: []channels.File{f}})
	return err
}
