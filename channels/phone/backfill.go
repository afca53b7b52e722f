package phone

import (
	"context"
	"errors"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// The provider's own lists are what the door goes by after a webhook was missed, a picture could not be fetched, or a
// process died between taking a message and having it deleted: what is still listed has something left to be done. All
// of it is done again, which is harmless, and then deleted there.
const (
	lookBack = 48 * time.Hour
	// young things are left to their webhook, which is on its way. Older ones are late.
	young = 30 * time.Second
)

// backfill goes through both lists. What fails is left for the next time and keeps nothing else from being taken.
func (d *door) backfill(ctx context.Context) error {
	return errors.Join(d.missedTexts(ctx), d.missedRecordings(ctx))
}

func (d *door) missedTexts(ctx context.Context) error {
	p := &openapi.ListMessageParams{}
	p.SetTo(d.from).SetDateSentAfter(time.Now().Add(-lookBack)).SetPageSize(200)
	list, err := d.api(ctx).ListMessage(p)
	failed := outcome(err)
	for _, m := range list {
		sid, from := value(m.Sid), value(m.From)
		age, ok := age(m.DateSent)
		if value(m.Direction) != "inbound" || value(m.To) != d.from || !sidForm.MatchString(sid) || from == "" || !ok {
			continue
		}
		t := text{sid: sid, from: from, body: value(m.Body), at: d.env.Now().Add(-age), late: true}
		var err error
		if n := value(m.NumMedia); n != "" && n != "0" {
			t.media, err = d.listMedia(ctx, sid)
		}
		if err == nil {
			err = d.takeText(ctx, t)
		}
		if err != nil {
			failed = errors.New("phone: a text message could not be taken from the list")
		}
	}
	return failed
}

func (d *door) listMedia(ctx context.Context, message string) ([]medium, error) {
	list, err := d.api(ctx).ListMedia(message, &openapi.ListMediaParams{})
	var all []medium
	for _, m := range list {
		if sid := value(m.Sid); strings.HasPrefix(sid, "ME") && sidForm.MatchString(sid) {
			all = append(all, medium{sid, value(m.ContentType)})
		}
	}
	return all, outcome(err)
}

// missedRecordings takes what was spoken after the tone. Who spoke is in the call that the recording belongs to.
func (d *door) missedRecordings(ctx context.Context) error {
	p := &openapi.ListRecordingParams{}
	p.SetDateCreatedAfter(time.Now().Add(-lookBack)).SetPageSize(200)
	list, err := d.api(ctx).ListRecording(p)
	failed := outcome(err)
	for _, r := range list {
		sid, call := value(r.Sid), value(r.CallSid)
		age, ok := age(r.DateCreated)
		if value(r.Source) != "RecordVerb" || value(r.Status) != "completed" || !sidForm.MatchString(sid) || !sidForm.MatchString(call) || !ok {
			continue
		}
		c, err := d.api(ctx).FetchCall(call, &openapi.FetchCallParams{})
		if err == nil && value(c.To) != d.from {
			continue // of another desk in the same account
		}
		if err == nil {
			err = d.takeRecording(ctx, spoken{sid: sid, from: caller(value(c.From), call), at: d.env.Now().Add(-age), late: true})
		}
		if err != nil {
			failed = errors.New("phone: a recording could not be taken from the list")
		}
	}
	return failed
}

// age tells how long ago something was; ok is false where it is not old enough or has no date.
func age(date *string) (since time.Duration, ok bool) {
	t, err := time.Parse(time.RFC1123Z, value(date))
	if err != nil {
		return 0, false
	}
	since = time.Since(t)
	return since, since >= young
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// caller is the address of who calls. Who hides the number is somebody new with every call, and cannot be reached at it.
func caller(from, call string) channels.Address {
	if !numberForm.MatchString(from) || withheld[from] {
		return channels.NewAddress(voice, "withheld:"+call, nil)
	}
	return channels.NewAddress(voice, from, nil)
}

// withheld are the numbers that Twilio puts in the place of one that is not shown: BLOCKED, RESTRICTED, UNKNOWN, ANONYMOUS
// and UNAVAILABLE on the keys of a phone.
var withheld = map[string]bool{"+2562533": true, "+7378742833": true, "+8656696": true, "+266696687": true, "+86282452253": true}
