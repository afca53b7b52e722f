package line_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

// account is an account at LINE: its menus and its webhook.
type account struct {
	t        *testing.T
	menus    map[string]string // name by id
	pictured map[string]bool
	standard string
	endpoint string
	made     int
	changes  []string
	fails    string // the route that fails next
}

var menuPath = regexp.MustCompile(`^/v2/bot/(?:user/all/)?richmenu/(richmenu-\d+)(/content)?$`)

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route := r.Method + " " + r.URL.Path
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Authorization") != "Bearer "+token {
		a.t.Errorf("%s is not as described", route)
	}
	if r.Method != "GET" && !strings.HasSuffix(route, "/test") {
		a.changes = append(a.changes, route)
	}
	w.Header().Set("Content-Type", "application/json")
	if a.fails != "" && strings.Contains(route, a.fails) {
		a.fails = ""
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"message":"secret words of the provider"}`)
		return
	}
	id := ""
	if m := menuPath.FindStringSubmatch(r.URL.Path); m != nil {
		id = m[1]
	}
	switch {
	case route == "GET /v2/bot/richmenu/list":
		list := []map[string]any{}
		for id, name := range a.menus {
			list = append(list, map[string]any{"richMenuId": id, "name": name, "size": map[string]int{"width": 2500, "height": 843}, "chatBarText": "x",
				"selected": true, "areas": []any{}})
		}
		json.NewEncoder(w).Encode(map[string]any{"richmenus": list})
	case route == "GET /v2/bot/user/all/richmenu" && a.standard != "":
		fmt.Fprintf(w, `{"richMenuId":%q}`, a.standard)
	case route == "GET /v2/bot/info":
		fmt.Fprintf(w, `{"userId":%q,"basicId":"@x","displayName":"x","chatMode":"bot","markAsReadMode":"auto"}`, user(77))
	case route == "POST /v2/bot/richmenu":
		a.create(w, body)
	case route == "POST /v2/bot/richmenu/"+id+"/content" && a.menus[id] != "" && r.Header.Get("Content-Type") == "image/png" && len(body) > 0:
		a.pictured[id] = true
		fmt.Fprint(w, `{}`)
	case route == "POST /v2/bot/user/all/richmenu/"+id && a.pictured[id]:
		a.standard = id
		fmt.Fprint(w, `{}`)
	case route == "DELETE /v2/bot/richmenu/"+id && a.menus[id] != "" && a.standard != id:
		delete(a.menus, id)
		fmt.Fprint(w, `{}`)
	case route == "GET /v2/bot/channel/webhook/endpoint" && a.endpoint != "":
		fmt.Fprintf(w, `{"endpoint":%q,"active":true}`, a.endpoint)
	case route == "PUT /v2/bot/channel/webhook/endpoint":
		var ask struct{ Endpoint string }
		if json.Unmarshal(body, &ask) != nil || !strings.HasPrefix(ask.Endpoint, "https://") || len(ask.Endpoint) > 500 {
			a.t.Errorf("the endpoint %q", ask.Endpoint)
		}
		a.endpoint = ask.Endpoint
		fmt.Fprint(w, `{}`)
	case route == "POST /v2/bot/channel/webhook/test":
		fmt.Fprint(w, `{"success":true,"timestamp":"2026-11-24T00:00:00Z","statusCode":200,"reason":"OK","detail":"200"}`)
	default:
		if r.Method != "GET" {
			a.t.Errorf("LINE would refuse %s", route)
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"Not found"}`)
	}
}

func (a *account) create(w http.ResponseWriter, body []byte) {
	var m struct {
		Size              struct{ Width, Height int }
		Selected          *bool
		Name, ChatBarText string
		Areas             []struct {
			Bounds struct{ X, Y, Width, Height int }
			Action action
		}
	}
	if err := json.Unmarshal(body, &m); err != nil || m.Size.Width > 2500 || m.Size.Width < 800 || m.Size.Height < 250 || m.Size.Width*100 < m.Size.Height*145 ||
		m.Selected == nil || m.Name == "" || len(m.Name) > 300 || m.ChatBarText == "" || len([]rune(m.ChatBarText)) > 14 || len(m.Areas) != 3 {
		a.t.Errorf("the menu %s", body)
	}
	x := 0
	for _, area := range m.Areas {
		if area.Bounds.X != x || area.Bounds.Height != m.Size.Height || len([]rune(area.Action.Label)) > 20 || (area.Action.URI == "") == (area.Action.Text == "") {
			a.t.Errorf("the area %+v", area)
		}
		x += area.Bounds.Width
	}
	if x != m.Size.Width {
		a.t.Errorf("the areas are %d wide", x)
	}
	a.made++
	id := fmt.Sprint("richmenu-", a.made)
	a.menus[id] = m.Name
	fmt.Fprintf(w, `{"richMenuId":%q}`, id)
}

func TestSetupIsTheSameAgain(t *testing.T) {
	a := &account{t: t, menus: map[string]string{"richmenu-900": "the city's own"}, pictured: map[string]bool{}}
	server := httptest.NewServer(a)
	defer server.Close()
	settings := map[string]string{"LINE_TOKEN": token, "LINE_API_BASE": server.URL, "LINE_DATA_API_BASE": server.URL}
	setup := line.Setup{Setting: func(n string) string { return settings[n] }, PublicURL: "https://desk.example", Picture: []byte("png"),
		Menu: line.MenuOf(channelstest.NewDesk(), "https://desk.example")}
	for _, broken := range []string{"list", "POST /v2/bot/richmenu", "/content", "all/richmenu/", "PUT", "test"} { // and again after each
		a.fails = broken
		if _, err := setup.Run(t.Context()); err == nil || strings.Contains(err.Error(), "secret words") {
			t.Errorf("%s fails: %v", broken, err)
		}
	}
	report, err := setup.Run(t.Context())
	if err != nil || !report.Active || !report.Answered || report.Account != user(77) || report.MenuMade || report.EndpointSet {
		t.Errorf("%+v %v", report, err)
	}
	a.changes = nil
	if report, err = setup.Run(t.Context()); err != nil || report.MenuMade || report.EndpointSet || len(a.changes) != 0 {
		t.Errorf("again: %+v %v, %q", report, err, a.changes)
	}
	setup.Picture = []byte("another")
	if report, err = setup.Run(t.Context()); err != nil || !report.MenuMade || len(a.menus) != 2 || a.menus["richmenu-900"] == "" || a.menus[a.standard] == "" {
		t.Errorf("another picture: %+v %v, %v", report, err, a.menus)
	}
	if slices.ContainsFunc(a.changes, func(c string) bool { return strings.Contains(c, "900") }) {
		t.Errorf("a menu of others was touched: %q", a.changes)
	}
	setup.PublicURL = "http://desk.example"
	if _, err := setup.Run(t.Context()); err == nil {
		t.Error("an address that LINE cannot call")
	}
}
