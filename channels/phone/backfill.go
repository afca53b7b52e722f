package phone

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

// The provider's own lists are what the door goes by after a webhook was missed, a picture could not be fetched, or a
// process died between taking a message and having it deleted: what is still listed has something left to be done. All
// of it is done again, which is harmless, and then deleted there. What the desk sent, and the calls themselves, are listed
// with the numbers of people and go as well, when nothing more is to be heard of them.
const (
	// lookBack is longer than a house is likely to be away: over the turn of the year.
	lookBack = 7 * 24 * time.Hour
	// young things are left to their webhook, which is on its way. Older ones are late.
	young = 30 * time.Second
	// over is when no webhook comes any more of what has ended, and unheard when none comes of what was sent: networks that
	// tell nothing exist.
	over, unheard = 10 * time.Minute, 24 * time.Hour
)

// backfill goes through the lists. What fails is left for the next time and keeps nothing else from being taken.
func (d *door) backfill(ctx context.Context) error {
	return errors.Join(d.missedTexts(ctx), d.missedRecordings(ctx), d.sentTexts(ctx), d.placedCalls(ctx))
}

func (d *door) missedTexts(ctx context.Context) error {
	p := &openapi.ListMessageParams{}
	p.SetTo(d.from).SetDateSentAfter(time.Now().Add(-lookBack)).SetPageSize(pageSize)
	list, err := d.api(ctx).ListMessage(p)
	failed := outcome(err)
	for _, m := range list {
		sid, from := value(m.Sid), value(m.From)
		age, ok := age(m.DateSent, young)
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

// pageSize is how many things a page of a list has.
const pageSize = 200

// sentTexts has what the desk sent deleted. Its words and the number are not kept there where the account allows that; this
// is for every other one.
func (d *door) sentTexts(ctx context.Context) error {
	p := &openapi.ListMessageParams{}
	p.SetFrom(d.from).SetDateSentAfter(time.Now().Add(-lookBack)).SetPageSize(pageSize)
	list, err := d.api(ctx).ListMessage(p)
	failed := outcome(err)
	for _, m := range list {
		least := unheard
		if endOfText[value(m.Status)] != "" {
			least = over
		}
		if _, ok := age(m.DateSent, least); ok && value(m.From) == d.from && strings.HasPrefix(value(m.Direction), "outbound") && sidForm.MatchString(value(m.Sid)) {
			failed = cmp.Or(d.erase(ctx, stored{sid: value(m.Sid)}), failed)
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

// missedRecordings takes what was spoken after the tone, in each call that came in, and has calls deleted that have nothing
// to be taken any more.
func (d *door) missedRecordings(ctx context.Context) error {
	p := &openapi.ListCallParams{}
	p.SetTo(d.from).SetStartTimeAfter(time.Now().Add(-lookBack)).SetPageSize(pageSize)
	list, err := d.api(ctx).ListCall(p)
	failed := outcome(err)
	for _, c := range list {
		sid := value(c.Sid)
		if value(c.Direction) != "inbound" || value(c.To) != d.from || !sidForm.MatchString(sid) || !ended(c, young) {
			continue
		}
		left, err := d.recordingsOf(ctx, sid, caller(value(c.From), sid))
		if err == nil && left == 0 && ended(c, over) {
			err = d.erase(ctx, stored{sid: sid})
		}
		if err != nil {
			failed = errors.New("phone: a call could not be taken from the list")
		}
	}
	return failed
}

// recordingsOf takes the recordings of a call, has them deleted and returns how many are left.
func (d *door) recordingsOf(ctx context.Context, call string, from channels.Address) (int, error) {
	list, err := d.api(ctx).ListCallRecording(call, &openapi.ListCallRecordingParams{})
	left, failed := len(list), outcome(err)
	for _, r := range list {
		sid := value(r.Sid)
		age, ok := age(r.DateCreated, young)
		if value(r.Source) != "RecordVerb" || value(r.Status) != "completed" || !sidForm.MatchString(sid) || !ok {
			continue
		}
		err := d.takeRecording(ctx, spoken{sid: sid, from: from, at: d.env.Now().Add(-age), late: true})
		if err == nil {
			err = d.erase(ctx, stored{sid: sid})
		}
		if err == nil {
			left--
		}
		failed = cmp.Or(err, failed)
	}
	return left, failed
}

// placedCalls has the calls deleted that the desk made, and those that were put through.
func (d *door) placedCalls(ctx context.Context) error {
	p := &openapi.ListCallParams{}
	p.SetFrom(d.from).SetStartTimeAfter(time.Now().Add(-lookBack)).SetPageSize(pageSize)
	list, err := d.api(ctx).ListCall(p)
	failed := outcome(err)
	for _, c := range list {
		if value(c.From) == d.from && strings.HasPrefix(value(c.Direction), "outbound") && sidForm.MatchString(value(c.Sid)) && ended(c, over) {
			failed = cmp.Or(d.erase(ctx, stored{sid: value(c.Sid)}), failed)
		}
	}
	return failed
}

// ended reports whether a call is over, and has been for so long.
func ended(c openapi.ApiV2010Call, least time.Duration) bool {
	if !slices.Contains([]string{"completed", "busy", "failed", "no-answer", "canceled"}, value(c.Status)) {
		return false
	}
	at := c.EndTime
	if value(at) == "" {
		at = c.DateCreated
	}
	_, ok := age(at, least)
	return ok
}

// age tells how long ago something was; ok is false where it is not old enough or has no date.
func age(date *string, least time.Duration) (since time.Duration, ok bool) {
	t, err := time.Parse(time.RFC1123Z, value(date))
	if err != nil {
		return 0, false
	}
	since = time.Since(t)
	return since, since >= least
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
