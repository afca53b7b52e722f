// Package line is the LINE door, by LINE's own SDK.
//
// LINE is a door and not a store: by default a reply goes out as "there is an answer" with a one-time link, so that no
// word of a consultation stays on LINE (the national guideline of 2021-04-30 on local governments' use of LINE). A city may
// choose full replies. The profile API is never called: the desk does not know the name or the picture.
//
// Three habits of the SDK are kept at arm's length: its request parser puts the whole body into its errors, fails a batch
// for one malformed event, and accepts forged requests when the secret is empty. So the signature is judged here over the
// raw bytes, each event is decoded by itself, and an empty secret does not start.
package line

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"madoguchi/channels"
)

// Kind is the LINE door.
var Kind = channels.Kind{
	Names: []string{"line"},
	Settings: []channels.Setting{
		{Name: "LINE_SECRET", Required: true, Secret: true, Doc: "channel secret; during a rotation the new and the old one with a comma between"},
		{Name: "LINE_TOKEN", Required: true, Secret: true, Doc: "channel access token"},
		{Name: "LINE_API_BASE", Default: "https://api.line.me", Doc: "LINE Messaging API"},
		{Name: "LINE_DATA_API_BASE", Default: "https://api-data.line.me", Doc: "LINE's content API"},
		{Name: "LINE_REPLIES", Default: "door", Doc: "door: a notice with a link; full: the words themselves"},
	},
	New: func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "line"

type door struct {
	env     channels.Env
	secrets []string
	full    bool
	api     *messaging_api.MessagingApiAPI
}

// providerTimeout bounds each call of LINE's API.
const providerTimeout = 10 * time.Second

func newDoor(env channels.Env) (*door, error) {
	d := &door{env: env}
	for s := range strings.SplitSeq(env.Setting("LINE_SECRET"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			d.secrets = append(d.secrets, s)
		}
	}
	if len(d.secrets) == 0 || len(d.secrets) > 2 {
		return nil, errors.New("LINE_SECRET: expected one secret, or two with a comma between")
	}
	switch env.Setting("LINE_REPLIES") {
	case "door":
	case "full":
		d.full = true
	default:
		return nil, errors.New("LINE_REPLIES: expected door or full")
	}
	for _, base := range []string{"LINE_API_BASE", "LINE_DATA_API_BASE"} {
		if u, err := url.Parse(env.Setting(base)); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return nil, errors.New(base + ": expected an URL such as https://api.line.me")
		}
	}
	api, err := messaging_api.NewMessagingApiAPI(env.Setting("LINE_TOKEN"),
		messaging_api.WithHTTPClient(&http.Client{Timeout: providerTimeout}),
		messaging_api.WithEndpoint(env.Setting("LINE_API_BASE")))
	if err != nil {
		return nil, errors.New("LINE_TOKEN: not usable")
	}
	d.api = api
	return d, nil
}

// Routes serves LINE's webhook.
func (d *door) Routes(mux *http.ServeMux) { mux.HandleFunc("POST /hooks/line", d.hook) }

// Run has nothing to fetch: LINE calls.
func (d *door) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
