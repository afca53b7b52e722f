package triage_test

import (
	"slices"
	"testing"

	"madoguchi/triage"
)

// Every box of the three sheets has its field, by the sheet's own words (usuki-policy:374-417).
func TestFormsHaveEveryBox(t *testing.T) {
	boxes := map[string][]string{
		"incident": {"報告者名", "報告日時", "いじめ事案", "発生日時", "発生場所", "被害者の学年・氏名", "加害者の学年・氏名", "情報源", "何が起きているか",
			"被害者の状況", "加害者の状況", "児童生徒の安全確保", "所属内体制", "関係機関（警察等）との連携", "報道関係等"},
		"resolution": {"被害側の児童生徒名（年組氏名）", "担任名", "いじめ等の状況", "日時（月・日・曜）", "学校の対応者",
			"取組内容（加害、被害側への指導・支援や家庭訪問等の状況）", "報告日における解消状況", "報告日", "校長名"},
		"interview": {"対象者氏名", "対象者の立場", "記録者氏名", "聞き取り日時", "場所", "いつ", "どこで", "だれが", "どんなことを"},
	}
	for id, want := range boxes {
		form, ok := triage.FormByID(id)
		if !ok {
			t.Fatalf("no form %s", id)
		}
		var got []string
		for _, f := range form.Fields {
			got = append(got, f.Label)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has\n%q, the sheet\n%q", id, got, want)
		}
	}
}

func TestRows(t *testing.T) {
	form, _ := triage.FormByID("interview")
	got := form.Lines(map[string]string{"person": "甲", "when": "朝", "what": "けった", "what.2": "かくした", "when.2": "昼", "note": "別紙あり"})
	want := []string{"対象者氏名：甲", "いつ（1）：朝", "どんなことを（1）：けった", "いつ（2）：昼", "どんなことを（2）：かくした", "備考：別紙あり"}
	if !slices.Equal(got, want) {
		t.Errorf("the lines are\n%q, want\n%q", got, want)
	}
	for key, want := range map[string]bool{"when": true, "when.2": true, "when.20": true, "when.21": false, "when.1": false, "when.02": false,
		"when.x": false, "place.2": false, "nothing": false} {
		if _, ok := form.Box(key); ok != want {
			t.Errorf("%s is a box: %t, want %t", key, ok, want)
		}
	}
	if f, _ := form.Box("part"); !f.Takes("目撃者") || f.Takes("先生") {
		t.Error("a choice is not kept to")
	}
	ribbon, _ := triage.FormByID("continuity")
	if f, _ := ribbon.Box("ground"); !f.Takes(f.Choices[0]+"、"+f.Choices[3]) || f.Takes(f.Choices[0]+"、ほか") {
		t.Error("several choices are not kept to")
	}
}
