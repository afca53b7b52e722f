package line

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"madoguchi/channels"
)

// Menu is the menu below the chat, and the quick replies of the greeting: the page comes first.
type Menu struct {
	Bar     string // what stands in the bar that opens it, at most 14 characters
	Buttons []Button
}

// Button opens an address, or writes its label as a message where it has none.
type Button struct{ Label, URI string }

// MenuOf is the menu of a desk. Buttons whose text the city does not have are left out.
func MenuOf(desk channels.Desk, publicURL string) Menu {
	m := Menu{Bar: desk.Text("line.menu", nil)}
	for _, b := range []struct{ key, uri string }{{"line.page", publicURL + "/"}, {"line.call", ""}, {"line.formal", ""}} {
		if label := desk.Text(b.key, nil); label != "" {
			m.Buttons = append(m.Buttons, Button{label, b.uri})
		}
	}
	return m
}

func (b Button) action() messaging_api.ActionInterface {
	if b.URI != "" {
		return &messaging_api.UriAction{Label: b.Label, Uri: b.URI}
	}
	return &messaging_api.MessageAction{Label: b.Label, Text: b.Label}
}

// Width and height of the menu's picture in pixels; the buttons stand side by side (LINE: 800 to 2500 wide, at most 1 MB).
const (
	MenuWidth  = 2500
	MenuHeight = 843
	maxPicture = 1 << 20
)

// Setup is what an account at LINE is to have.
type Setup struct {
	Setting   func(name string) string // of the Kind's settings
	PublicURL string
	Menu      Menu
	Picture   []byte // PNG, MenuWidth × MenuHeight
}

// Report is what Run found and did.
type Report struct {
	Account     string // the account's own id, for LINE_DESTINATION; "" where LINE does not tell
	MenuMade    bool   // false: it was there already
	EndpointSet bool   // false: it was right already
	Active      bool   // LINE calls the webhook; people switch that on in LINE's console
	Answered    bool   // LINE has called it just now, and it answered
}

// menuPrefix begins the names of the menus that Setup makes. It touches no others.
const menuPrefix = "madoguchi "

// Run makes the account so. Run again it changes nothing.
func (s Setup) Run(ctx context.Context) (Report, error) {
	var report Report
	if !strings.HasPrefix(s.PublicURL, "https://") {
		return report, errors.New("PUBLIC_URL: LINE needs an address that begins with https://")
	}
	if len(s.Menu.Buttons) == 0 || s.Menu.Bar == "" || len(s.Picture) > maxPicture {
		return report, errors.New("line: the menu needs buttons, a bar and a picture of at most 1 MB")
	}
	api, blob, err := clients(s.Setting)
	if err != nil {
		return report, err
	}
	api, blob = api.WithContext(ctx), blob.WithContext(ctx)
	if report.MenuMade, err = s.menu(api, blob); err != nil {
		return report, err
	}
	if report.EndpointSet, report.Active, err = s.endpoint(api); err != nil {
		return report, err
	}
	if _, bot, err := api.GetBotInfoWithHttpInfo(); err == nil && accountForm.MatchString(bot.UserId) {
		report.Account = bot.UserId
	}
	response, answer, err := api.TestWebhookEndpointWithHttpInfo(&messaging_api.TestWebhookEndpointRequest{Endpoint: s.hook()})
	if err != nil {
		return report, refused("test of the webhook", response)
	}
	report.Answered = answer.Success
	return report, nil
}

func (s Setup) hook() string { return s.PublicURL + "/hooks/line" }

// menu makes the menu everybody's. One is known by its name, a digest of all that it is; what stands in the way of a
// menu that was made only by half is made anew, and older ones go when the new one is there.
func (s Setup) menu(api *messaging_api.MessagingApiAPI, blob *messaging_api.MessagingApiBlobAPI) (made bool, err error) {
	whole, err := json.Marshal(s.Menu)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(append(whole, s.Picture...))
	request := &messaging_api.RichMenuRequest{Name: menuPrefix + hex.EncodeToString(sum[:8]), Selected: true, ChatBarText: s.Menu.Bar,
		Size: &messaging_api.RichMenuSize{Width: MenuWidth, Height: MenuHeight}}
	n := int64(len(s.Menu.Buttons))
	for i, b := range s.Menu.Buttons {
		left, right := int64(i)*MenuWidth/n, int64(i+1)*MenuWidth/n
		request.Areas = append(request.Areas, messaging_api.RichMenuArea{Action: b.action(),
			Bounds: &messaging_api.RichMenuBounds{X: left, Width: right - left, Height: MenuHeight}})
	}
	response, list, err := api.GetRichMenuListWithHttpInfo()
	if err != nil {
		return false, refused("list of menus", response)
	}
	response, standard, err := api.GetDefaultRichMenuIdWithHttpInfo()
	if err != nil && (response == nil || response.StatusCode != http.StatusNotFound) {
		return false, refused("menu", response)
	}
	var old []string
	for _, m := range list.Richmenus {
		if m.Name == request.Name && err == nil && m.RichMenuId == standard.RichMenuId {
			return false, nil
		}
		if strings.HasPrefix(m.Name, menuPrefix) {
			old = append(old, m.RichMenuId)
		}
	}
	response, created, err := api.CreateRichMenuWithHttpInfo(request)
	if err != nil {
		return false, refused("new menu", response)
	}
	if response, _, err = blob.SetRichMenuImageWithHttpInfo(created.RichMenuId, "image/png", bytes.NewReader(s.Picture)); err != nil {
		return false, refused("menu's picture", response)
	}
	if response, _, err = api.SetDefaultRichMenuWithHttpInfo(created.RichMenuId); err != nil {
		return false, refused("menu for everybody", response)
	}
	for _, id := range old {
		if response, _, err = api.DeleteRichMenuWithHttpInfo(id); err != nil {
			return false, refused("removal of an older menu", response)
		}
	}
	return true, nil
}

func (s Setup) endpoint(api *messaging_api.MessagingApiAPI) (set, active bool, err error) {
	response, is, err := api.GetWebhookEndpointWithHttpInfo()
	if err != nil && (response == nil || response.StatusCode != http.StatusNotFound) {
		return false, false, refused("webhook's address", response)
	}
	if err == nil && is.Endpoint == s.hook() {
		return false, is.Active, nil
	}
	if response, _, err = api.SetWebhookEndpointWithHttpInfo(&messaging_api.SetWebhookEndpointRequest{Endpoint: s.hook()}); err != nil {
		return false, false, refused("webhook's address", response)
	}
	if response, is, err = api.GetWebhookEndpointWithHttpInfo(); err != nil {
		return true, false, refused("webhook's address", response)
	}
	return true, is.Active, nil
}

// refused says what LINE did not do, without what it said.
func refused(what string, r *http.Response) error {
	switch {
	case r == nil:
		return errors.New("line: " + what + ": LINE could not be reached")
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		return errors.New("line: " + what + ": LINE does not accept LINE_TOKEN")
	}
	return errors.New("line: " + what + ": LINE answered " + r.Status)
}
