package phone

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"madoguchi/channels"
)

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

func (d *door) client(ctx context.Context) *http.Client {
	return &http.Client{Timeout: providerTimeout, Transport: &transport{ctx, d.base},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// api is Twilio's API under one context.
func (d *door) api(ctx context.Context) *openapi.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(d.account, d.token), HTTPClient: d.client(ctx)}
	c.SetAccountSid(d.account)
	return openapi.NewApiServiceWithClient(c)
}

// gone lists Twilio's error codes that say that a number can never be reached: invalid, no mobile, blocked, opted out.
var gone = map[int]string{21211: "invalid_number", 21214: "invalid_number", 21610: "opted_out", 21612: "unreachable", 21614: "no_mobile"}

// outcome turns an error of the SDK, which may hold the number or the words, into one that does not.
func outcome(err error) error {
	if err == nil {
		return nil
	}
	var e *client.TwilioRestError
	if !errors.As(err, &e) {
		return errors.New("phone: the provider could not be reached")
	}
	if code, ok := gone[e.Code]; ok {
		return &channels.Undeliverable{Code: code}
	}
	switch e.Status {
	case http.StatusTooManyRequests:
		return errors.New("phone: the provider asks to wait")
	case http.StatusUnauthorized, http.StatusForbidden:
		return errors.New("phone: the provider does not accept TWILIO_AUTH_TOKEN")
	case http.StatusNotFound:
		return errNotThere
	}
	return errors.New("phone: the provider failed")
}

// errNotThere says that the provider has no such thing.
var errNotThere = errors.New("phone: the provider has no such thing")

// sid is what Twilio calls its things by. Only ids of this form go into an address.
var sidForm = regexp.MustCompile(`^(SM|MM|ME|RE|CA)[0-9a-f]{32}$`)

// fetch has the content of a medium or a recording kept. path is below the account's; the address is made of ids that
// were checked, never taken from a webhook, and no redirect is followed, so nothing but the API is ever asked.
func (d *door) fetch(ctx context.Context, path, sort string) (channels.File, error) {
	if d.env.Files == nil {
		return channels.File{}, channels.ErrUnavailable
	}
	target := *d.base
	target.Path = "/2010-04-01/Accounts/" + d.account + path
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return channels.File{}, errors.New("phone: no address")
	}
	r.SetBasicAuth(d.account, d.token)
	resp, err := d.client(ctx).Do(r)
	if err != nil {
		return channels.File{}, errors.New("phone: the provider could not be reached")
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return d.env.Files.Keep(ctx, resp.Body, sort)
	case http.StatusNotFound:
		return channels.File{}, errNotThere
	}
	return channels.File{}, errors.New("phone: the provider did not give the content")
}

// stored is something at the provider: a text message with its media, a recording, or a call.
type stored struct {
	sid   string
	media []string
}

// erase has the provider delete it and asks whether it is gone.
func (d *door) erase(ctx context.Context, s stored) error {
	api := d.api(ctx)
	gone := func(remove, look error) error {
		if err := outcome(remove); err != nil && !errors.Is(err, errNotThere) {
			return err
		}
		if !errors.Is(outcome(look), errNotThere) {
			return errors.New("phone: it is still at the provider")
		}
		return nil
	}
	switch s.sid[:2] {
	case "RE":
		remove := api.DeleteRecording(s.sid, &openapi.DeleteRecordingParams{})
		_, look := api.FetchRecording(s.sid, &openapi.FetchRecordingParams{})
		return gone(remove, look)
	case "CA":
		remove := api.DeleteCall(s.sid, &openapi.DeleteCallParams{})
		_, look := api.FetchCall(s.sid, &openapi.FetchCallParams{})
		return gone(remove, look)
	}
	for _, m := range s.media {
		remove := api.DeleteMedia(s.sid, m, &openapi.DeleteMediaParams{})
		_, look := api.FetchMedia(s.sid, m, &openapi.FetchMediaParams{})
		if err := gone(remove, look); err != nil {
			return err
		}
	}
	remove := api.DeleteMessage(s.sid, &openapi.DeleteMessageParams{})
	_, look := api.FetchMessage(s.sid, &openapi.FetchMessageParams{})
	return gone(remove, look)
}

// forget has it erased soon. Where there is no room, the lists will show that it is still there.
func (d *door) forget(s stored) {
	if !sidForm.MatchString(s.sid) {
		return
	}
	select {
	case d.taken <- s:
	default:
	}
}
