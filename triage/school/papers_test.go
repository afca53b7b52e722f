package school

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/sheet"
	"madoguchi/triage/staff"
	"madoguchi/triage/table"
)

const filed = "07rabcdefghijklmnop"

func (d *desk) Paper(_ context.Context, _ staff.Person, id string) (triage.Paper, error) {
	if id != filed {
		return triage.Paper{}, triage.ErrUnknown
	}
	return triage.Paper{ReportView: triage.ReportView{ID: filed, Form: "incident", SentAt: now, Version: 1},
		Fields: map[string]string{"matter": "からかい", "harmed": "1年 山田花子", "what": "廊下で笑われた"}}, nil
}

func (d *desk) Print(ctx context.Context, who staff.Person, id string) ([]byte, error) {
	if _, err := d.Paper(ctx, who, id); err != nil {
		return nil, err
	}
	return []byte("%PDF-1.7"), nil
}

func (d *desk) Amend(ctx context.Context, who staff.Person, id string, fields map[string]string) (string, error) {
	if _, err := d.Paper(ctx, who, id); err != nil {
		return "", err
	}
	return d.Report(ctx, who, "", "", fields)
}

func (d *desk) Import(_ context.Context, _ staff.Person, _ string, rows []sheet.Row) (all []triage.Imported, err error) {
	for _, r := range rows {
		in := triage.Imported{Row: r.Number, Wrong: r.Wrong}
		if r.Wrong == "" {
			in.ID = filed
			d.reports = append(d.reports, r.Fields)
		}
		all = append(all, in)
	}
	return all, d.refuse
}

func (d *desk) Drafts(context.Context, staff.Person) ([]triage.Draft, error) { return d.drafts, nil }

func (d *desk) SaveDraft(_ context.Context, _ staff.Person, x triage.Draft) (string, error) {
	if x.ID == "" {
		x.ID = "draft1"
	}
	d.drafts = append(slices.DeleteFunc(d.drafts, func(y triage.Draft) bool { return y.ID == x.ID }), x)
	return x.ID, nil
}

func (d *desk) DropDraft(_ context.Context, _ staff.Person, id string) error {
	d.drafts = slices.DeleteFunc(d.drafts, func(x triage.Draft) bool { return x.ID == id })
	return nil
}

// A report is written in two sittings, with a row more, and sent: then the draft is gone.
func TestDraftsAndRows(t *testing.T) {
	d := sample()
	ask := counter(t, d)
	form := url.Values{"form": {"resolution"}, "state": {"続いている"}, "day": {"12月1日"}, "measures": {"面談"}, "day.3": {"12月5日"}, "rows": {"3"}, "do": {"row"}}
	code, body, _ := ask("POST", "/school/reports", form)
	if code != http.StatusOK || !strings.Contains(body, `name="measures.4"`) || !strings.Contains(body, `value="12月5日"`) || len(d.reports)+len(d.drafts) != 0 {
		t.Errorf("a row more: %d", code)
	}
	form.Set("do", "save")
	if code, _, to := ask("POST", "/school/reports", form); code != http.StatusSeeOther || to != "/school/reports" || len(d.drafts) != 1 || len(d.reports) != 0 {
		t.Fatalf("saved: %d to %s, %d drafts", code, to, len(d.drafts))
	}
	if _, body, _ := ask("GET", "/school/reports", nil); !strings.Contains(body, "/school/reports/new?draft=draft1") || !strings.Contains(body, "まだ送っていません") {
		t.Error("the draft is not listed")
	}
	if _, body, _ = ask("GET", "/school/reports/new?draft=draft1", nil); !strings.Contains(body, "続いている") || !strings.Contains(body, `value="12月5日"`) || !strings.Contains(body, `name="draft" value="draft1"`) {
		t.Error("the draft does not come back")
	}
	form.Set("do", "send")
	form.Set("draft", "draft1")
	if code, _, _ := ask("POST", "/school/reports", form); code != http.StatusSeeOther || len(d.drafts) != 0 || len(d.reports) != 1 || d.reports[0]["day.3"] != "12月5日" {
		t.Errorf("sent: %d, %d drafts, %d reports", code, len(d.drafts), len(d.reports))
	}
}

func TestPapers(t *testing.T) {
	d := sample()
	ask := counter(t, d)
	_, body, _ := ask("GET", "/school/reports/"+filed, nil)
	if !strings.Contains(body, "山田花子") || !strings.Contains(body, "form=resolution&amp;after="+filed) {
		t.Error("the report does not come back as it was written")
	}
	if _, body, _ = ask("GET", "/school/reports/new?form=resolution&after="+filed, nil); !strings.Contains(body, "山田花子") || !strings.Contains(body, "廊下で笑われた") ||
		!strings.Contains(body, `name="handoff" value="`+filed+`"`) {
		t.Error("the next form does not know what the report said, or not that it goes on with it")
	}
	if _, body, _ = ask("GET", "/school/reports/new?amends="+filed, nil); !strings.Contains(body, "からかい") || !strings.Contains(body, `name="amends" value="`+filed+`"`) {
		t.Error("the report cannot be amended")
	}
	code, _, _ := ask("POST", "/school/reports", url.Values{"form": {"incident"}, "amends": {filed}, "matter": {"からかいと悪口"}, "do": {"send"}})
	if code != http.StatusSeeOther || len(d.reports) != 1 || d.reports[0]["matter"] != "からかいと悪口" {
		t.Errorf("amended: %d, %v", code, d.reports)
	}
	if code, body, _ := ask("GET", "/school/reports/"+filed+"/sheet", nil); code != http.StatusOK || !strings.HasPrefix(body, "%PDF") {
		t.Errorf("the sheet: %d", code)
	}
	for _, path := range []string{"/school/reports/07nothing", "/school/reports/07nothing/sheet", "/school/reports/new?amends=07nothing", "/school/reports/new?draft=x"} {
		if code, _, _ := ask("GET", path, nil); code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, body, _ := ask("GET", "/school/reports/table.xlsx?form=incident", nil); code != http.StatusOK || !strings.HasPrefix(body, "PK") {
		t.Errorf("the empty table: %d", code)
	}
	code, _, _ = ask("POST", "/school/reports", url.Values{"form": {"continuity"}, "ground": {"問題行動等", "その他学校長が必要と認めたこと"}, "do": {"send"}})
	if code != http.StatusSeeOther || d.reports[1]["ground"] != "問題行動等、その他学校長が必要と認めたこと" {
		t.Errorf("two grounds: %d, %v", code, d.reports[1])
	}
}

// workbook is a form with a file, as a browser sends it.
func workbook(t *testing.T, data []byte) (body, kind string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	part, err := w.CreateFormFile("book", "報告.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField("form", "incident"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String(), w.FormDataContentType()
}

func TestImport(t *testing.T) {
	d := sample()
	post := pages(t, d)
	send := func(body, kind string) (int, string) {
		code, page, _ := post("POST", "/school/reports/import", body, kind)
		return code, page
	}
	var book bytes.Buffer
	if err := table.WriteBook(&book, table.Table{Name: "報告", Head: []string{"いじめ事案", "発生場所"}, Rows: [][]string{{"からかい", "廊下"}, {"", "教室"}}}); err != nil {
		t.Fatal(err)
	}
	code, body := send(workbook(t, book.Bytes()))
	if code != http.StatusOK || !strings.Contains(body, "1件を送りました") || !strings.Contains(body, "「いじめ事案」が空です") || len(d.reports) != 1 || d.reports[0]["place"] != "廊下" {
		t.Errorf("%d: %v", code, d.reports)
	}
	if code, body := send(workbook(t, []byte("no workbook"))); code != http.StatusBadRequest || !strings.Contains(body, "読めません") {
		t.Errorf("no workbook: %d", code)
	}
	if code, _ := send(workbook(t, bytes.Repeat([]byte("x"), 6<<20))); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", code)
	}
}
