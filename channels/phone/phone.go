// Package phone is the door of text messages and calls, by Twilio's SDK.
//
// Numbers of Twilio in Japan send text messages and do not receive them, so what matters here goes out: "there is an
// answer", with a one-time link and never a word of the case. A text message that does come in, on a number that can, is
// taken like any other; one whose webhook was missed is found in the provider's own list (backfill.go).
//
// Who calls hears a menu (voice.go) that never stands between somebody in danger and a person: while the desk is open,
// pressing 1 or nothing at all leads to a person, and while it is closed the first words are where somebody is. A
// receipt is spoken only after it is true. The other way, the desk calls back (call.go): its own phone rings first, and
// the two are put together without either seeing the other's number.
//
// The door keeps nothing. What a later webhook must know travels sealed in its address (tag.go), and what the provider
// still stores is what its lists say, so a restart at any point forgets nothing. What was taken is deleted there: text
// messages, their media and recordings at once, and whom the desk called or wrote to when no more is to be heard of it.
//
// The SDK's root package is not imported (it compiles every product of Twilio), and its HTTP client knows no context: a
// small transport lends it one, and sends the calls to the configured base.
package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/twilio/twilio-go/client"

	"madoguchi/channels"
)

var settings = []channels.Setting{
	{Name: "TWILIO_ACCOUNT_SID", Required: true, Fits: accountForm.MatchString, Expects: "AC and 32 hexadecimal digits", Doc: "AC…"},
	{Name: "TWILIO_AUTH_TOKEN", Required: true, Secret: true, Doc: "auth token: calls of the API and signatures of webhooks"},
	{Name: "TWILIO_AUTH_TOKEN_OLD", Secret: true, Doc: "the token before, while it is being replaced: signatures only"},
	{Name: "TWILIO_FROM", Required: true, Fits: numberForm.MatchString, Expects: "a number in international form", Doc: "the desk's number at Twilio, +81…; there its webhooks are PUBLIC_URL/hooks/twilio/voice and /hooks/twilio/sms, by POST"},
	{Name: "TWILIO_DESK", Fits: numberForm.MatchString, Expects: "another number in international form", Doc: "the desk's own phone, +81…: who presses 1 is put through to it, and call-backs ring it first"},
	{Name: "TWILIO_API_BASE", Default: "https://api.twilio.com", Fits: channels.IsURL, Expects: "an URL such as https://api.twilio.com", Doc: "Twilio's API"},
	{Name: "SMS_REPLIES", Default: "door", Fits: channels.OneOf("door", "full"), Expects: "door or full", Doc: "door: a notice with a link; full: the words themselves"},
}

// Kind is the door of text messages and calls.
var Kind = channels.Kind{
	Names:    []string{sms, voice},
	Settings: settings,
	New:      func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const (
	sms   = "sms"
	voice = "voice"
)

type door struct {
	env        channels.Env
	account    string
	from, desk string // in E.164; desk is "" where the desk has no phone
	full       bool
	base       *url.URL
	token      string
	validators []client.RequestValidator // of the tokens that may sign
	tags       tags
	taken      chan stored // what was taken and is still at the provider
	sparing    *sparing
	every      time.Duration // between two looks at the provider's lists
}

var _ channels.Caller = (*door)(nil)

var (
	accountForm = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	numberForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

const (
	providerTimeout = 10 * time.Second // of each call of Twilio's API
	backfillEvery   = 5 * time.Minute
)

func newDoor(env channels.Env) (*door, error) {
	if err := channels.Fit(settings, env.Setting); err != nil {
		return nil, err
	}
	d := &door{env: env, full: env.Setting("SMS_REPLIES") == "full", account: env.Setting("TWILIO_ACCOUNT_SID"), from: env.Setting("TWILIO_FROM"), desk: env.Setting("TWILIO_DESK"),
		token: env.Setting("TWILIO_AUTH_TOKEN"), taken: make(chan stored, 256), sparing: newSparing(), every: backfillEvery}
	old := env.Setting("TWILIO_AUTH_TOKEN_OLD")
	var err error
	switch {
	case d.account == "":
		return nil, errors.New("TWILIO_ACCOUNT_SID: expected AC and 32 hexadecimal digits")
	case d.from == "":
		return nil, errors.New("TWILIO_FROM: expected a number in international form")
	case d.desk == d.from:
		return nil, errors.New("TWILIO_DESK: expected another number in international form")
	case d.token == "":
		return nil, errors.New("TWILIO_AUTH_TOKEN: expected a token")
	}
	if d.base, err = url.Parse(env.Setting("TWILIO_API_BASE")); err != nil || d.base.Host == "" {
		return nil, errors.New("TWILIO_API_BASE: expected an URL")
	}
	for _, token := range []string{d.token, old} {
		if token != "" {
			d.validators = append(d.validators, client.NewRequestValidator(token))
			d.tags = append(d.tags, newTagKey(token))
		}
	}
	return d, nil
}

// Lacks tells where nobody can be put through.
func (d *door) Lacks() string {
	if d.desk == "" {
		return "without TWILIO_DESK nobody who phones is put through, and nobody is called back"
	}
	return ""
}

// Routes serves Twilio's webhooks.
func (d *door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /hooks/twilio/sms", d.incoming)
	mux.HandleFunc("POST /hooks/twilio/status", d.status)
	mux.HandleFunc("POST /hooks/twilio/voice", d.voice)
	mux.HandleFunc("POST /hooks/twilio/voice/{step}", d.voice)
}

// Run takes in what webhooks have missed, and has the provider delete what was taken, until ctx ends.
func (d *door) Run(ctx context.Context) error {
	look := time.NewTimer(0)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case s := <-d.taken:
			if err := d.erase(ctx, s); err != nil && ctx.Err() == nil {
				d.env.Log.Warn("what was taken is still at the provider; it will be asked again", "channel", sms)
			}
		case <-look.C:
			if err := d.backfill(ctx); err != nil && ctx.Err() == nil {
				d.env.Log.Warn("the provider's lists could not be read to their end; they will be read again", "channel", sms)
			}
			look.Reset(d.every)
		}
	}
}
