package school

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/redistest"
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

var now = time.Date(2026, 11, 24, 18, 0, 0, 0, triage.JST)

type clock struct{}

func (clock) Now() time.Time { return now }

// desk has one hand-off and answers as it is told to.
type desk struct {
	h       triage.HandoffView
	refuse  error // of every act
	reports []map[string]string
	drafts  []triage.Draft
}

func (d *desk) List(context.Context, staff.Person) ([]triage.HandoffView, error) {
	h := d.h
	h.Summary, h.Cover = "", ""
	return []triage.HandoffView{h}, nil
}

func (d *desk) Open(_ context.Context, _ staff.Person, id string) (triage.HandoffView, error) {
	if id != d.h.ID {
		return triage.HandoffView{}, triage.ErrUnknown
	}
	return d.h, nil
}

func (d *desk) Cover(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	h, err := d.Open(ctx, who, id)
	h.Summary = ""
	return h, err
}

func (d *desk) Acknowledge(ctx context.Context, who staff.Person, id string) (triage.HandoffView, error) {
	return d.Answer(ctx, who, id, triage.HandoffAnswer{Step: triage.HandoffReceived})
}

func (d *desk) Answer(_ context.Context, who staff.Person, id string, a triage.HandoffAnswer) (triage.HandoffView, error) {
	if d.refuse != nil || id != d.h.ID {
		return triage.HandoffView{}, errors.Join(d.refuse, map[bool]error{true: triage.ErrUnknown}[id != d.h.ID])
	}
	d.h.State, d.h.ReadAt = a.Step, now
	a.At, a.By = now, who.Login
	d.h.Answers = append(d.h.Answers, a)
	return d.h, nil
}

func (d *desk) Report(_ context.Context, _ staff.Person, _, _ string, fields map[string]string) (string, error) {
	if d.refuse != nil {
		return "", d.refuse
	}
	d.reports = append(d.reports, fields)
	return "07rabcdefghijklmnop", nil
}

func (d *desk) Reports(context.Context, staff.Person) ([]triage.ReportView, error) {
	return []triage.ReportView{{ID: "07rabcdefghijklmnop", Form: "incident", SentAt: now}}, nil
}

// passes know one link.
type passes struct{}

func (passes) Open(_ context.Context, token, code string) (staff.Person, error) {
	if token != "tok" || code != "1234" {
		return staff.Person{}, staff.ErrUnknown
	}
	return staff.Person{Login: "hinode", Role: triage.School, School: "hinode-jhs", Only: "03habcdefghijklmnopqrs"}, nil
}

type people struct{}

func (people) Seen(context.Context, staff.Person) {}

func (people) Person(context.Context, string) (staff.Person, error) {
	return staff.Person{Login: "hinode", Role: triage.School, School: "hinode-jhs"}, nil
}

// counter is the pages over d, with the cookie of somebody who signed in.
func counter(t *testing.T, d *desk) func(method, path string, form url.Values) (int, string, string) {
	t.Helper()
	send := pages(t, d)
	return func(method, path string, form url.Values) (int, string, string) {
		return send(method, path, form.Encode(), "application/x-www-form-urlencoded")
	}
}

// pages is the same, for a body of any kind.
func pages(t *testing.T, d *desk) func(method, path, body, kind string) (int, string, string) {
	t.Helper()
	client, _ := redistest.Embedded(t)
	sessions := web.NewSessions(client, false)
	site, err := web.NewSite(web.Config{Sessions: sessions, People: people{}, URL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	Mount(site, Config{Desk: d, Papers: d, Passes: passes{}, Name: func(string) string { return "日の出台中学校" }, Clock: clock{}})
	w := httptest.NewRecorder()
	sessions.Keep(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := sessions.Begin(r.Context(), staff.Person{Login: "hinode"}); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	cookie := w.Result().Cookies()[0]
	return func(method, path, body, kind string) (int, string, string) {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		page, _ := io.ReadAll(w.Body)
		return w.Code, string(page), w.Header().Get("Location")
	}
}

func sample() *desk {
	return &desk{h: triage.HandoffView{ID: "03habcdefghijklmnopqrs", School: "hinode-jhs", SchoolName: "日の出台中学校", Recipient: "school", Level: triage.LevelAnonymous,
		Cover: "**取扱注意　管理職の方へ**\n\n**しないでください**\n\n1. 相談した子を探さない。", Summary: "休み時間の様子を\u202e見てください。", May: triage.May{}.OrAsk(),
		SentAt: now.Add(-30 * time.Hour), AcknowledgeBy: now.Add(-6 * time.Hour), AnswerBy: now.Add(time.Hour), State: triage.HandoffSent}}
}

// What the pages can ask for names no case, so that none can be shown by mistake.
func TestTheDeskNamesNoCase(t *testing.T) {
	forbidden := []reflect.Type{reflect.TypeFor[triage.CaseID](), reflect.TypeFor[triage.Case](), reflect.TypeFor[triage.Event](), reflect.TypeFor[triage.Handoff]()}
	var holds func(reflect.Type, int) bool
	holds = func(typ reflect.Type, deep int) bool {
		if slices.Contains(forbidden, typ) {
			return true
		}
		if deep > 6 {
			return false
		}
		switch typ.Kind() {
		case reflect.Slice, reflect.Pointer, reflect.Map, reflect.Array:
			return holds(typ.Elem(), deep+1)
		case reflect.Struct:
			for i := range typ.NumField() {
				if holds(typ.Field(i).Type, deep+1) {
					return true
				}
			}
		}
		return false
	}
	for _, m := range slices.Concat(methods(reflect.TypeFor[Desk]()), methods(reflect.TypeFor[Papers]())) {
		for j := range m.Type.NumIn() {
			if holds(m.Type.In(j), 0) {
				t.Errorf("%s takes a case", m.Name)
			}
		}
		for j := range m.Type.NumOut() {
			if holds(m.Type.Out(j), 0) {
				t.Errorf("%s returns a case", m.Name)
			}
		}
	}
}

func TestCoverComesBeforeTheContent(t *testing.T) {
	d := sample()
	ask := counter(t, d)
	for _, path := range []string{"/school", "/school/handoffs/" + d.h.ID} {
		code, body, _ := ask("GET", path, nil)
		if code != http.StatusOK || strings.Contains(body, "休み時間の様子") {
			t.Errorf("%s: %d, or the content is on it", path, code)
		}
	}
	_, body, _ := ask("GET", "/school", nil)
	if !strings.Contains(body, "過ぎています") || !strings.Contains(body, "jklmnopqrs") {
		t.Error("the list does not say that the receipt is late, or which hand-off it is")
	}
	_, body, _ = ask("GET", "/school/handoffs/"+d.h.ID+"/content", nil)
	if !strings.Contains(body, "休み時間の様子") || !strings.Contains(body, "U&#43;202E") || !strings.Contains(body, "窓口に相談") {
		t.Error("the content is not shown as it should be")
	}
}

func TestAnswers(t *testing.T) {
	d := sample()
	ask := counter(t, d)
	base := "/school/handoffs/" + d.h.ID
	if code, _, to := ask("POST", base+"/acknowledge", nil); code != http.StatusSeeOther || to != base+"/content" {
		t.Errorf("acknowledge: %d to %s", code, to)
	}
	if code, _, _ := ask("POST", base+"/answers", url.Values{"step": {"handling"}, "text": {"見守りを始めました"}}); code != http.StatusSeeOther || d.h.State != triage.HandoffHandling {
		t.Errorf("answer: %d, %s", code, d.h.State)
	}
	d.refuse = &triage.Refusal{Code: triage.CodeState, Say: "もう終わっています。"}
	code, body, _ := ask("POST", base+"/answers", url.Values{"step": {"done"}, "text": {"書いたものは残る"}})
	if code != http.StatusConflict || !strings.Contains(body, "もう終わっています。") || !strings.Contains(body, "書いたものは残る") {
		t.Errorf("a refused answer: %d", code)
	}
	if code, _, _ := ask("POST", "/school/handoffs/other/acknowledge", nil); code == http.StatusSeeOther {
		t.Error("an unknown hand-off is acknowledged")
	}
	d.refuse, d.h.State, d.h.Cover, d.h.Summary = nil, triage.HandoffWrongSchool, "", ""
	for _, path := range []string{base, base + "/content"} {
		if _, body, _ := ask("GET", path, nil); !strings.Contains(body, "もう読めません") || strings.Contains(body, "/answers") {
			t.Errorf("%s: another school's matter can still be answered", path)
		}
	}
}

func methods(typ reflect.Type) (all []reflect.Method) {
	for i := range typ.NumMethod() {
		all = append(all, typ.Method(i))
	}
	return all
}

func TestReports(t *testing.T) {
	d := sample()
	ask := counter(t, d)
	for _, form := range triage.Forms {
		_, body, _ := ask("GET", "/school/reports/new?form="+form.ID+"&handoff="+d.h.ID, nil)
		for _, f := range form.Fields {
			if !strings.Contains(body, `name="`+f.Key+`"`) || !strings.Contains(body, f.Label) {
				t.Errorf("%s has no field %s", form.ID, f.Key)
			}
		}
	}
	code, _, to := ask("POST", "/school/reports", url.Values{"form": {"incident"}, "matter": {"からかい"}, "other": {"x"}})
	if code != http.StatusSeeOther || to != "/school/reports" || len(d.reports) != 1 || d.reports[0]["matter"] != "からかい" || d.reports[0]["other"] != "" {
		t.Errorf("%d to %s: %v", code, to, d.reports)
	}
	if _, body, _ := ask("GET", "/school/reports", nil); !strings.Contains(body, "報告を送りました。") || !strings.Contains(body, "様式1") {
		t.Error("the report is not listed")
	}
	d.refuse = &triage.Refusal{Code: triage.CodeBadRequest, Say: "長すぎます。"}
	if code, body, _ := ask("POST", "/school/reports", url.Values{"form": {"incident"}, "matter": {"のこる言葉"}}); code != http.StatusBadRequest || !strings.Contains(body, "のこる言葉") {
		t.Errorf("what was written is lost: %d", code)
	}
	if code, _, _ := ask("POST", "/school/reports", url.Values{"form": {"novel"}}); code != http.StatusBadRequest {
		t.Errorf("an unknown form: %d", code)
	}
}

func TestEveryTemplateWithoutData(t *testing.T) {
	client, _ := redistest.Embedded(t)
	site, err := web.NewSite(web.Config{Sessions: web.NewSessions(client, false), People: people{}, URL: "http://127.0.0.1:1", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p := newPortal(site, Config{Desk: &desk{}, Papers: &desk{}, Passes: passes{}, Name: func(string) string { return "" }, Clock: clock{}})
	empty := map[string]any{"list": []item(nil), "cover": contentData{}, "content": contentData{}, "reports": reportsData{}, "paper": paperData{}, "import": importData{}, "report": reportData{}, "refused": "", "open": "", "week": weekData{}}
	for _, name := range p.pages.Names() {
		data, ok := empty[name]
		if !ok {
			t.Errorf("%s.html has no test", name)
			continue
		}
		var b bytes.Buffer
		if err := p.pages.Execute(&b, name, web.Frame{Data: data}); err != nil {
			t.Errorf("%s.html: %v", name, err)
		}
	}
}
