package sheet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/sheet"
)

// everything fills every field, and a second row of the table, with its own label in 「」.
func everything(f triage.Form) map[string]string {
	values := map[string]string{triage.Remarks: "「備考」"}
	for _, x := range f.Fields {
		values[x.Key] = "「" + x.Label + "」"
		if len(x.Choices) > 0 {
			values[x.Key] = x.Choices[0]
		}
	}
	for _, key := range f.Rows {
		x, _ := f.Box(key)
		values[f.Key(key, 2)] = "「" + x.Label + "2」"
	}
	return values
}

// printed returns the words of the sheet without blanks, as a reader of PDF finds them.
func printed(t *testing.T, r sheet.Report) string {
	t.Helper()
	var pdf bytes.Buffer
	if err := sheet.Print(&pdf, r); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(file, pdf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), "")
}

// A sheet has the words of the city's own in their order, and everything that was written.
func TestSheets(t *testing.T) {
	order := map[string][]string{
		"incident": {"いじめ報告書", "学校名（", "報告者名（", "①報告日時", "②いじめ事案", "③発生日時", "④発生場所", "⑤関係児童・生徒", "⑥経緯・概要", "・情報源",
			"・何が起きているか", "・被害者の状況", "・加害者の状況", "⑦学校その他の教育", "・児童生徒の安全確保", "・所属内体制", "・関係機関（警察等）との連携", "・報道関係等"},
		"resolution": {"いじめ等解消に向けた取組報告書", "1.いじめ等の概要", "学校名", "被害側の児童生徒名", "担任名", "いじめ等の状況", "2.解消に向けた取り組み状況",
			"学校の対応者", "3.報告日における解消状況", "（○）解消", "（）継続指導中", "以上報告いたします。", "報告日：", "校長名：", "公印"},
		"interview":  {"聞き取り（事実確認）シート", "対象者氏名", "（○）加害者（）被害者（）目撃者", "記録者氏名", "聞き取り日時", "場所", "いつ", "どこで", "だれが", "どんなことを", "必ず記録する"},
		"weekly":     {triage.Weekly.Name, "学校名", triage.Weekly.Fields[0].Label},
		"continuity": {"ほっとりぼん", "学校名", "児童生徒名（年組氏名）", "記入する理由", "原本を保管する学校と場所"},
	}
	for _, f := range triage.AllForms() {
		values := everything(f)
		text := printed(t, sheet.Report{School: "日の出中学校", Form: f, Fields: values, Number: "abcdefghij"})
		at := 0
		for _, word := range order[f.ID] {
			i := strings.Index(text[at:], word)
			if i < 0 {
				t.Errorf("%s: %q is not where it stands on the sheet:\n%s", f.ID, word, text)
				continue
			}
			at += i
		}
		for key, v := range values {
			if v = strings.Join(strings.Fields(v), ""); len([]rune(v)) < 12 && !strings.Contains(text, v) {
				t.Errorf("%s: %s is not on the sheet", f.ID, key)
			}
		}
		empty := printed(t, sheet.Report{School: "日の出中学校", Form: f})
		if len(f.Rows) > 0 && strings.Contains(empty, "（○）") || !strings.Contains(empty, "日の出中学校") && f.ID != "interview" {
			t.Errorf("%s: an empty sheet reads\n%s", f.ID, empty)
		}
	}
}

// What is long goes on on the next page, to its last word.
func TestLongWordsGoOn(t *testing.T) {
	form, _ := triage.FormByID("incident")
	long := strings.Repeat("廊下で笑われたと話している。", 250) + "おわり"
	text := printed(t, sheet.Report{School: "日の出中学校", Form: form, Fields: map[string]string{"what": long, "press": "なし"}})
	if n := strings.Count(text, "廊下で笑われたと話している。"); n < 200 || !strings.Contains(text, "おわり") || !strings.Contains(text, "・報道関係等なし") {
		t.Errorf("of 250 sentences %d are whole on the sheet; the last words are there: %t", n, strings.Contains(text, "おわり"))
	}
}
