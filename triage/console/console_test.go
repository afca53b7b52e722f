package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// Every template is executed with nothing in it, as on the first day.
func TestEveryTemplateWithoutData(t *testing.T) {
	h := newHouse(t)
	empty := map[string]any{
		"signin": signInData{}, "enrol": enrolData{}, "sorry": "", "queue": queueData{}, "case": h.console.newCase(desk.View{}, staff.Person{}),
		"preview": previewData{}, "link": linkData{}, "visits": visitData{}, "statistics": statisticsData{}, "yearly": yearlyData{}, "year": yearData{}, "filings": filingsData{}, "accounts": accountsData{}, "audit": auditData{},
		"code": codeData{}, "security": securityData{}, "grants": []grantData(nil), "letters": []waitingLetter(nil), "reading": readingData{}, "duties": dutiesData{}, "disposals": disposalsData{}, "handover": handoverData{}, "absences": absencesData{}, "exposure": exposureData{}, "meeting": meetingData{}, "meetings": meetingsData{}, "board": boardData{}, "drills": drillsData{},
		"roads": seriousListData{}, "serious": roadData{}, "search": searchData{}, "searches": searchesData{}, "kin": kinData{}, "mates": matesData{}, "certificate": Certificate{}, "requests": requestsData{}, "request": requestData{}, "discards": discardsData{},
	}
	for _, name := range h.console.pages.Names() {
		data, ok := empty[name]
		if !ok {
			t.Errorf("%s.html has no test", name)
			continue
		}
		var b bytes.Buffer
		if err := h.console.pages.Execute(&b, name, web.Frame{Title: name, Data: data}); err != nil {
			t.Errorf("%s.html: %v", name, err)
		}
		sane(t, name, b.String())
	}
}

// Every page is served with a full desk, to whoever may see it.
func TestEveryPageWithData(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("yakusho", triage.Clerk, "")
	for login, paths := range map[string][]string{
		"sato":    {"/queue", "/queue?show=mine", "/queue?show=all", "/cases/" + string(mine), "/cases/" + string(danger), "/cases/" + string(letter), "/visits", "/handover", "/mates"},
		"mori":    {"/queue?show=all", "/cases/" + string(mine), "/cases/" + string(watched), "/statistics", "/statistics/reports", "/filings", "/board", "/exposure", "/absences", "/meetings", "/searches", "/requests", "/discards", "/cases/" + string(mine) + "/kin", "/duties", "/duties?show=all"},
		"yakusho": {"/visits", "/statistics?from=2026-04-01&to=2026-11-30"},
		"kanri":   {"/accounts", "/audit"},
		"hinode":  {"/school", "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz", "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz/content", "/school/reports", "/school/reports/new"},
	} {
		b := h.signedIn(login)
		for _, path := range paths {
			a := b.get(path)
			if a.status != http.StatusOK {
				t.Errorf("%s %s: %d", login, path, a.status)
			}
			sane(t, path, a.body)
			if !strings.Contains(a.body, "これは練習用のデモです") {
				t.Errorf("%s: no banner", path)
			}
		}
	}
	b := h.signedIn("sato")
	for path, form := range map[string]url.Values{
		"/consents/preview": {"school": {"hinode-jhs"}, "level": {"named"}, "summary": {"休み時間のこと"}},
		"/handoffs/preview": {"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"named"}, "summary": {"[人物A]のこと"}, "disclose": {"[人物A]"}},
	} {
		a := b.post("/cases/"+string(mine)+path, form)
		sane(t, path, a.body)
		if !strings.Contains(a.body, "取扱注意") || !strings.Contains(a.body, "相談した子を探さない") {
			t.Errorf("%s: the cover note is not shown", path)
		}
	}
}

// sane looks for the marks of a template that went wrong, and for what the policy of the page would refuse.
func sane(t *testing.T, name, body string) {
	t.Helper()
	for _, bad := range []string{"ZgotmplZ", "<no value>", "%!", "style=", "<style", "javascript:", "onclick=", "<script>"} {
		if strings.Contains(body, bad) {
			t.Errorf("%s holds %q", name, bad)
		}
	}
}

func TestWordsOfASeekerAreText(t *testing.T) {
	h := newHouse(t)
	h.seed()
	body := h.signedIn("sato").get("/cases/" + string(letter)).body
	for _, want := range []string{"U&#43;202E", "U&#43;0000", "&lt;script&gt;alert(1)&lt;/script&gt;", "<bdi>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %s", want)
		}
	}
	if strings.ContainsRune(body, '\u202e') {
		t.Error("a character that turns the line around reached the page")
	}
}

func TestActsOfACase(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	base := "/cases/" + string(danger)
	for _, step := range []struct {
		path string
		form url.Values
		want int
	}{
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。"}}, http.StatusForbidden},
		{"/claim", nil, http.StatusOK},
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。[人物A]さんのことも聞かせてください。"}}, http.StatusOK},
		{"/messages", url.Values{"id": {"m1"}, "text": {"読みました。[人物A]さんのことも聞かせてください。"}}, http.StatusOK},
		{"/messages", url.Values{"id": {"m2"}, "text": {"  "}}, http.StatusBadRequest},
		{"/notes", url.Values{"text": {"電話で上司に相談した"}}, http.StatusOK},
		{"/severity", url.Values{"severity": {"urgent"}, "reason": {"落ち着いた"}}, http.StatusOK},
		{"/severity", url.Values{"severity": {"grave"}, "reason": {"x"}}, http.StatusBadRequest},
		{"/observations", url.Values{"kind": {"stopped"}, "on": {"2026-11-20"}, "note": {"面談"}}, http.StatusOK},
		{"/state", url.Values{"state": {"resolved"}, "reason": {"x"}, "decided_by": {"school"}, "circumstances": {"x"}}, http.StatusConflict},
		{"/state", url.Values{"state": {"watching"}, "reason": {"見守る"}}, http.StatusOK},
		{"/consents", url.Values{"school": {"hinode-jhs"}, "level": {"anonymous"}, "summary": {"休み時間のこと"}, "early": {"1"}}, http.StatusOK},
		{"/handoffs", url.Values{"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"anonymous"}, "summary": {"休み時間のこと"}}, http.StatusConflict},
		{"/handoffs", url.Values{"school": {"hinode-jhs"}, "recipient": {"school"}, "level": {"emergency"}, "reason": {"命の危険"}, "summary": {"休み時間のこと"}}, http.StatusOK},
		{"/second", url.Values{"to": {"ito"}}, http.StatusOK},
		{"/doing", url.Values{"doing": {"singing"}}, http.StatusBadRequest},
		{"/doing", url.Values{"doing": {"reading"}}, http.StatusNoContent},
		{"/transfer", url.Values{"to": {"ito"}}, http.StatusOK},
	} {
		if a := b.script(base+step.path, step.form); a.status != step.want {
			t.Errorf("%s %v: %d %s", step.path, step.form, a.status, a.body)
		}
	}
	c, events, err := h.store.Load(t.Context(), danger)
	if err != nil {
		t.Fatal(err)
	}
	replies := 0
	for _, e := range events {
		if e.Kind == triage.KindMessage && e.From == triage.Counselor {
			replies++
		}
	}
	if replies != 1 {
		t.Errorf("%d replies: the same form sent twice is one", replies)
	}
	if c.Severity != triage.Urgent || c.Assignee != "ito" || len(c.Handoffs) != 1 || len(c.Consents) != 1 || !h.lamp.has(triage.DoingReading) {
		t.Errorf("the case is %s of %q with %d hand-offs, %d consents", c.Severity, c.Assignee, len(c.Handoffs), len(c.Consents))
	}
	lead := h.signedIn("mori")
	if page := lead.get(base).body; !strings.Contains(page, "/countersign") {
		t.Error("a lead is not asked to countersign the emergency")
	}
	if a := lead.script(base+"/handoffs/"+c.Handoffs[0].ID+"/countersign", nil); a.status != http.StatusOK {
		t.Errorf("countersign: %d %s", a.status, a.body)
	}
}

// A browser without scripts gets the same acts by redirects, and is told once what happened.
func TestActsWithoutAScript(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	a := b.post("/cases/"+string(danger)+"/claim", nil)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/cases/"+string(danger) {
		t.Fatalf("claim: %d to %q", a.status, a.header.Get("Location"))
	}
	if !strings.Contains(b.get("/cases/"+string(danger)).body, "担当しました。</p>") {
		t.Error("the page does not say what was done")
	}
	if strings.Contains(b.get("/cases/"+string(danger)).body, "担当しました。</p>\n<p id=\"lost\"") {
		t.Error("the page says it twice")
	}
	a = b.post("/visits", url.Values{"id": {"v1"}, "channel": {"voice"}, "text": {"みかさんのお母さんから電話。"}, "contact": {"090-0000-0000"}})
	if a.status != http.StatusSeeOther {
		t.Errorf("visit: %d", a.status)
	}
	if body := b.get("/queue").body; !strings.Contains(body, "[人物A]") || strings.Contains(body, "みかさん") {
		t.Error("the visit is not in the queue, or with a name in it")
	}
	if a = b.post("/visits", url.Values{"id": {"v2"}, "channel": {"voice"}, "text": {" "}}); a.status != http.StatusBadRequest {
		t.Errorf("an empty visit: %d", a.status)
	}
}

func TestRevealedWordsReachTheAssigneeOnly(t *testing.T) {
	h := newHouse(t)
	h.seed()
	form := url.Values{"placeholder": {"[人物A]"}, "reason": {desk.Whys[0].Key}}
	a := h.signedIn("sato").script("/cases/"+string(mine)+"/reveals", form)
	var got result
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || got.Values["[人物A]"] != "みか" {
		t.Errorf("the assignee got %d %s", a.status, a.body)
	}
	for login, want := range map[string]int{"ito": http.StatusForbidden, "mori": http.StatusOK} { // mori's wish waits for a second lead
		if a := h.signedIn(login).script("/cases/"+string(mine)+"/reveals", form); a.status != want || strings.Contains(a.body, "みか") {
			t.Errorf("%s got %d %s", login, a.status, a.body)
		}
	}
	a = h.signedIn("sato").script("/cases/"+string(mine)+"/names", url.Values{"reason": {desk.Whys[0].Key}})
	if !strings.Contains(a.body, "ゆうと") || strings.Contains(a.body, "090-0000") {
		t.Errorf("all names: %d %s", a.status, a.body)
	}
}

// The school's side on the same desk: what it answers stands in the case, and its pages name no case.
func TestWhatASchoolAnswersReachesTheCase(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("hinode")
	base := "/school/handoffs/03hozzzzzzzzzzzzzzzzzzzzzz"
	for path, form := range map[string]url.Values{base + "/acknowledge": nil, base + "/answers": {"step": {"handling"}, "text": {"みかさんの様子を見ています"}},
		"/school/reports": {"form": {"incident"}, "matter": {"ひやかし"}, "what": {"みかさんへのひやかし"}}} {
		if a := b.post(path, form); a.status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for _, path := range []string{"/school", base, base + "/content", "/school/reports"} {
		if body := b.get(path).body; strings.Contains(body, string(mine)) || strings.Contains(body, "/cases/") {
			t.Errorf("%s names a case", path)
		}
	}
	if a := b.get("/cases/" + string(mine)); a.status != http.StatusForbidden {
		t.Errorf("a school opens a case: %d", a.status)
	}
	body := h.signedIn("sato").get("/cases/" + string(mine)).body
	if !strings.Contains(body, "すでに対応中") || strings.Contains(body, "みかさんの様子") {
		t.Error("the answer is not in the case, or with a name in it")
	}
	h.hire("kawabe", triage.School, "kawabe-jhs")
	if a := h.signedIn("kawabe").get(base); a.status != http.StatusNotFound {
		t.Errorf("another school opens it: %d", a.status)
	}
}

// A page that refreshes itself is one look in the audit, and is no activity.
func TestAPageLeftOpenIsOneLook(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	live := map[string]string{"X-Live": "1"}
	for range 3 {
		b.ask("GET", "/cases/"+string(mine), nil, live)
		b.ask("GET", "/queue", nil, live)
	}
	if n := h.looked(t, "look"); n != 1 {
		t.Errorf("%d looks", n)
	}
	if n := h.looked(t, "queue"); n != 1 {
		t.Errorf("%d looks at the queue", n)
	}
	b.get("/cases/" + string(mine))
	if n := h.looked(t, "look"); n != 2 {
		t.Errorf("%d looks after the page was opened again by hand", n)
	}
}

func (h *house) looked(t *testing.T, act string) int {
	t.Helper()
	entries, err := h.log.Entries(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Act == act {
			n++
		}
	}
	return n
}

func TestALiveStreamEndsWithTheAccount(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", h.url+"/cases/"+string(mine)+"/events", nil)
	req.Header.Set("Accept", "text/event-stream")
	resp, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	until := func(event string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+event {
				return
			}
		}
		t.Fatalf("the stream ended before %q", event)
	}
	until("hello")
	h.happened(quiet, triage.Event{ID: "x1", At: evening, Kind: triage.KindNote, From: triage.Counselor, By: "ito", Text: "x"})
	h.happened(mine, triage.Event{ID: "x2", At: evening, Kind: triage.KindNote, From: triage.Counselor, By: "ito", Text: "x"})
	until("case")
	if err := h.accounts.Disable(t.Context(), "sato"); err != nil {
		t.Fatal(err)
	}
	since := time.Now()
	until("end")
	if d := time.Since(since); d > 5*time.Second {
		t.Errorf("it ended after %v", d)
	}
}

// A server that stops is not held up by pages that are open.
func TestStreamsEndWithTheConsole(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	req, _ := http.NewRequestWithContext(t.Context(), "GET", h.url+"/queue/events", nil)
	resp, err := b.c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	h.stop()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
	}
	if lines.Err() != nil {
		t.Errorf("the stream broke off: %v", lines.Err())
	}
}

// The lines that a counselor may begin with are whole: what the child is asked of plan, place and means, and a goodbye that says who
// waits for her; when that is stands in it once it is promised.
func TestLinesToBeginWith(t *testing.T) {
	h := newHouse(t)
	said := map[string]string{}
	for _, k := range h.console.canned("さとう") {
		said[k.Label] = k.Text
	}
	for label, want := range map[string]string{
		"いつ・どうやって": "いつ、どうやって、と考えることはありますか。",
		"安全":       "いま、一人ですか。話せそうな大人は、だれか近くにいますか。",
		"いる場所":     "いまいるところは「家」「外」「学校」のどれに近いですか。言える分だけでいいです。",
		"あぶない物":    "あぶない物が近くにあったら、少しはなれたところに置けますか。",
		"終わり":      "今日はここまでにします。次は" + desk.NextTime + "に、わたし〔さとう〕がここで待っています。それより前につらくなったら、待たずに書いてください。",
	} {
		if said[label] != want {
			t.Errorf("%s: %q", label, said[label])
		}
	}
	for _, k := range h.console.canned("") {
		if strings.Contains(k.Text, "〔") {
			t.Errorf("who tells no name is called %q", k.Text)
		}
	}
}
