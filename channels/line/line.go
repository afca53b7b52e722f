// Package line is the LINE door, by LINE's own SDK.
//
// LINE is a door and not a store: by default a reply goes out as "there is an answer" with a button that opens a one-time
// link, so that no word of a consultation stays on LINE (the national guideline of 2021-04-30 on local governments' use of
// LINE). A button is no preview: nothing on the way opens the link. A city may choose full replies. The profile API is
// never called: the desk does not know the name or the picture. Groups and rooms are refused, because others read there.
//
// Pictures, voice, videos and files are fetched from LINE's content API and nowhere else: no redirect is followed, and what
// a sender hosts elsewhere is never asked for. Fetching may take longer than LINE waits for the webhook's answer. So the
// message is taken with a mark ([写真]), the wish to fetch goes into a synced folder, sealed under the channel secret, and
// only then LINE is told 200. Run fetches, and the file follows as a message of its own ([写真1]) whose id is made from the
// message's: a restart at any point fetches again and is known by the intake. After a day, or when LINE no longer has it,
// a message says so. What is unsent before it was fetched is not fetched any more, and what comes after it was unsent, since
// LINE promises no order, is hidden as it comes. Greetings and refusals wait in the same folder and are said when the webhook
// has been answered: by the reply token, and to a person by push when that has failed for too long. A place becomes a picture of its
// coordinates, sealed like every picture, because a child in danger may say by it where to come; the text has none of them.
//
// A reply goes out by the reply token of the latest message while that is fresh, and by push otherwise. A push has the
// reply's id as retry key: LINE delivers it once however often it is sent. A token has no such key but works once: when an
// answer of LINE's is lost, the same token is tried again, and refused, which tells that it had worked. That memory ends
// with the process: who dies between LINE's acceptance and the courier's note, within the minute of the message, may tell
// the person twice that there is an answer, and never not at all.
//
// LINE accepts what is pushed to somebody who has blocked the desk, and tells of it only by its event: unfollow becomes an
// opting out and follow an opting in, so that a reply fails at once and the desk sees why.
//
// Three habits of the SDK are kept at arm's length: its request parser puts the whole body into its errors, fails a batch
// for one malformed event, and accepts forged requests when the secret is empty. So the signature is judged here over the
// raw bytes, each event is decoded by itself, and an empty secret does not start.
package line

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"madoguchi/channels"
)

var settings = []channels.Setting{
	{Name: "LINE_SECRET", Required: true, Secret: true, Doc: "channel secret; during a rotation the new and the old one with a comma between"},
	{Name: "LINE_SECRET_OLD", Secret: true, Doc: "the channel secret before, as long as a rotation lasts"},
	{Name: "LINE_TOKEN", Required: true, Secret: true, Doc: "channel access token"},
	{Name: "LINE_DESTINATION", Fits: accountForm.MatchString, Expects: "U and 32 hexadecimal digits", Doc: "the account's own id, U…, as line setup tells it: webhooks for another account are refused; default: not looked at"},
	{Name: "LINE_API_BASE", Default: "https://api.line.me", Fits: channels.IsURL, Expects: "an URL such as https://api.line.me", Doc: "LINE Messaging API"},
	{Name: "LINE_DATA_API_BASE", Default: "https://api-data.line.me", Fits: channels.IsURL, Expects: "an URL such as https://api-data.line.me", Doc: "LINE's content API"},
	{Name: "LINE_REPLIES", Default: "door", Fits: channels.OneOf("door", "full"), Expects: "door or full", Doc: "door: a notice with a link; full: the words themselves"},
	{Name: "LINE_SPOOL", Doc: "what is still to be fetched or said, sealed; default: DATA_DIR/line"},
}

// Kind is the LINE door.
var Kind = channels.Kind{
	Names:    []string{"line"},
	Settings: settings,
	New:      func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "line"

type door struct {
	env     channels.Env
	secrets []string
	account string // LINE_DESTINATION, or ""
	full    bool
	api     *messaging_api.MessagingApiAPI
	blob    *messaging_api.MessagingApiBlobAPI
	spool   *spool

	mu     sync.Mutex
	tokens map[string]tried // reply tokens that were used, while they are fresh
}

var accountForm = regexp.MustCompile(`^U[0-9a-f]{32}$`)

const (
	providerTimeout = 10 * time.Second // of each call of LINE's API
	contentTimeout  = 2 * time.Minute  // of fetching one file
)

func newDoor(env channels.Env) (*door, error) {
	if err := channels.Fit(settings, env.Setting); err != nil {
		return nil, err
	}
	d := &door{env: env, account: env.Setting("LINE_DESTINATION"), full: env.Setting("LINE_REPLIES") == "full", tokens: map[string]tried{}}
	for s := range strings.SplitSeq(env.Setting("LINE_SECRET")+","+env.Setting("LINE_SECRET_OLD"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			d.secrets = append(d.secrets, s)
		}
	}
	if strings.Trim(env.Setting("LINE_SECRET"), " ,") == "" || len(d.secrets) > 2 {
		return nil, errors.New("LINE_SECRET: expected one secret, and one more while it is being changed")
	}
	if env.Setting("LINE_SPOOL") == "" {
		return nil, errors.New("LINE_SPOOL: expected a folder")
	}
	d.spool = newSpool(env.Setting("LINE_SPOOL"), d.secrets)
	var err error
	d.api, d.blob, err = clients(env.Setting)
	return d, err
}

// clients opens LINE's two APIs. They follow no redirect, so that a token and a request go to the configured hosts only.
func clients(setting func(string) string) (*messaging_api.MessagingApiAPI, *messaging_api.MessagingApiBlobAPI, error) {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	token := setting("LINE_TOKEN")
	api, err := messaging_api.NewMessagingApiAPI(token, messaging_api.WithEndpoint(setting("LINE_API_BASE")),
		messaging_api.WithHTTPClient(&http.Client{Timeout: providerTimeout, CheckRedirect: stay}))
	if err != nil {
		return nil, nil, errors.New("LINE_TOKEN: not usable")
	}
	blob, err := messaging_api.NewMessagingApiBlobAPI(token, messaging_api.WithBlobEndpoint(setting("LINE_DATA_API_BASE")),
		messaging_api.WithBlobHTTPClient(&http.Client{Timeout: contentTimeout, CheckRedirect: stay}))
	if err != nil {
		return nil, nil, errors.New("LINE_TOKEN: not usable")
	}
	return api, blob, nil
}

// Routes serves LINE's webhook.
func (d *door) Routes(mux *http.ServeMux) { mux.HandleFunc("POST /hooks/line", d.hook) }

// Lacks tells where LINE cannot call this house, and its button cannot open it.
func (d *door) Lacks() string {
	if strings.HasPrefix(d.env.PublicURL, "https://") {
		return ""
	}
	return "LINE calls and opens only addresses with https://, and PUBLIC_URL has none"
}
