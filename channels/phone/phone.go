// Package phone is the door of text messages, by Twilio's SDK.
//
// Numbers of Twilio in Japan send text messages and do not receive them, so what matters here goes out: "there is an
// answer", with a one-time link and never a word of the case. A message that does come in, on a number that can, is taken
// like any other.
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

// Kind is the door of text messages.
var Kind = channels.Kind{
	Names: []string{"sms"},
	Settings: []channels.Setting{
		{Name: "TWILIO_ACCOUNT_SID", Required: true, Doc: "AC…"},
		{Name: "TWILIO_AUTH_TOKEN", Required: true, Secret: true, Doc: "auth token: calls of the API and signatures of webhooks"},
		{Name: "TWILIO_FROM", Required: true, Doc: "the desk's number, +81…"},
		{Name: "TWILIO_API_BASE", Default: "https://api.twilio.com", Doc: "Twilio's API"},
		{Name: "SMS_REPLIES", Default: "door", Doc: "door: a notice with a link; full: the words themselves"},
	},
	New: func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const sms = "sms"

type door struct {
	env       channels.Env
	account   string
	from      string
	full      bool
	validator client.RequestValidator
	caller    func(context.Context) client.BaseClient
}

var (
	accountForm = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	numberForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

// providerTimeout bounds each call of Twilio's API.
const providerTimeout = 10 * time.Second

func newDoor(env channels.Env) (*door, error) {
	d := &door{env: env, account: env.Setting("TWILIO_ACCOUNT_SID"), from: env.Setting("TWILIO_FROM")}
	token := env.Setting("TWILIO_AUTH_TOKEN")
	if !accountForm.MatchString(d.account) {
		return nil, errors.New("TWILIO_ACCOUNT_SID: expected AC and 32 hexadecimal digits")
	}
	if !numberForm.MatchString(d.from) {
		return nil, errors.New("TWILIO_FROM: expected a number in international form")
	}
	if token == "" {
		return nil, errors.New("TWILIO_AUTH_TOKEN: expected a token")
	}
	base, err := url.Parse(env.Setting("TWILIO_API_BASE"))
	if err != nil || base.Host == "" {
		return nil, errors.New("TWILIO_API_BASE: expected an URL")
	}
	switch env.Setting("SMS_REPLIES") {
	case "door":
	case "full":
		d.full = true
	default:
		return nil, errors.New("SMS_REPLIES: expected door or full")
	}
	d.validator = client.NewRequestValidator(token)
	d.caller = func(ctx context.Context) client.BaseClient {
		c := &client.Client{Credentials: client.NewCredentials(d.account, token),
			HTTPClient: &http.Client{Timeout: providerTimeout, Transport: &transport{ctx, base}}}
		c.SetAccountSid(d.account)
		return c
	}
	return d, nil
}

// transport sends the SDK's calls to the configured base, under the context of one call.
type transport struct {
	ctx  context.Context //nolint:containedctx // lives for one call: the SDK takes none
	base *url.URL
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(t.ctx)
	r.URL.Scheme, r.URL.Host, r.Host = t.base.Scheme, t.base.Host, t.base.Host
	return http.DefaultTransport.RoundTrip(r)
}

// Routes serves Twilio's webhooks.
func (d *door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /hooks/twilio/sms", d.incoming)
	mux.HandleFunc("POST /hooks/twilio/status", d.status)
}

// Run has nothing to fetch: Twilio calls.
func (d *door) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
