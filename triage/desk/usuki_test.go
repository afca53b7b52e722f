package desk_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/duty"
	"madoguchi/triage/sheet"
	"madoguchi/triage/table"
)

// The boxes of the three sheets as a school fills them in (usuki-policy 資料1–3), by their keys.
var (
	sheet1 = map[string]string{"reporter": "教頭", "reported_at": "5月11日 15時", "matter": "上ばきがかくされた", "happened_at": "5月11日 朝", "place": "げた箱",
		"harmed": "2年 ゆうか", "harming": "分かっていない", "source": "本人", "what": "三日つづけて上ばきがない", "state_harmed": "登校している", "state_harming": "分かっていない",
		"safety": "登下校の見守り", "team": "いじめ防止対策委員会を開いた", "agencies": "まだない", "press": "ない"}
	sheet2 = map[string]string{"harmed": "2年1組 ゆうか", "teacher": "担任", "state": "上ばきがかくされた", "day": "5月11日（月）", "staff": "担任と養護教諭",
		"measures": "本人から聞いた", "day.2": "5月12日（火）", "staff.2": "学年主任", "measures.2": "学年で話した", "outcome": "継続指導中", "reported_on": "5月11日", "principal": "校長"}
	sheet3 = map[string]string{"person": "2年の生徒", "part": "目撃者", "recorder": "学年主任", "held_at": "5月13日 16時", "place": "相談室",
		"when": "5月11日 朝", "where": "げた箱", "who": "分からない", "what": "くつを持って行く人を見た", "when.2": "5月12日", "where.2": "ろうか", "who.2": "三人", "what.2": "笑っていた"}
	sheet4 = map[string]string{"person": "2年1組 ゆうか", "ground": "年間の欠席日数が15日以上、いじめや暴力の加害または被害の立場", "remark": "5月から", "teacher": "担任",
		"principal": "校長", "handed_in": "3月26日", "keeper": "港町東中学校の校長室"}
)

// filled asserts that a report has every box of its form, by name, as it was written; and that the sheet prints.
func (y *year) filled(report, form string, want map[string]string, labels ...string) {
	y.t.Helper()
	paper, err := y.Portal().Paper(y.t.Context(), y.school, report)
	y.must(err)
	f, _ := triage.FormByID(form)
	var got []string
	for _, x := range f.Fields {
		got = append(got, x.Label)
		if paper.Fields[x.Key] == "" || paper.Fields[x.Key] != want[x.Key] {
			y.t.Errorf("%s: %s says %q, was written %q", form, x.Label, paper.Fields[x.Key], want[x.Key])
		}
	}
	if paper.Form != form || paper.Fields[triage.Remarks] != "" || !slices.Equal(got, labels) {
		y.t.Errorf("%s has %q, and left over %q", paper.Form, got, paper.Fields[triage.Remarks])
	}
	pdf, err := y.Portal().Print(y.t.Context(), y.school, report)
	y.must(err)
	if !bytes.HasPrefix(pdf, []byte("%PDF")) {
		y.t.Errorf("%s does not print", form)
	}
}

// imports is that the school sends 様式3 as a book, once and again.
func (y *year) imports(form string, fields map[string]string) string {
	y.t.Helper()
	f, _ := triage.FormByID(form)
	blank := sheet.Template(f)
	row := make([]string, len(blank.Head))
	for i, x := range f.Fields {
		row[i] = fields[x.Key]
	}
	blank.Rows = append(blank.Rows, row)
	var book bytes.Buffer
	y.must(table.WriteBook(&book, blank))
	rows, err := sheet.Read(&book, f)
	y.must(err)
	first, err := y.Portal().Import(y.t.Context(), y.school, form, rows)
	y.must(err)
	again, err := y.Portal().Import(y.t.Context(), y.school, form, rows)
	y.must(err)
	if len(first) != 1 || first[0].Wrong != "" || first[0].ID == "" || len(again) != 1 || !again[0].Again {
		y.t.Fatalf("the book is %+v, and then %+v", first, again)
	}
	y.must(y.Sweep(y.t.Context()))
	return first[0].ID
}

// caseOf is the case of a report.
func (y *year) caseOf(report string) (id triage.CaseID) {
	y.must(y.each(func(c triage.Case) {
		if _, ok := c.Filing(report); ok {
			id = c.ID
		}
	}))
	return id
}

// Usuki from April to the first days of the next: a school reports by 様式1, and goes on with 様式2 and 様式3; of suspected abuse
// the agencies hear before the family; the case becomes serious, and its road leads by the board to the mayor and through the
// inquiry, step by step; and ほっとりぼん is handed in by 29 March and spoken about in April.
func TestTheSchoolYearOfUsuki(t *testing.T) {
	y := schoolYear(t, "usuki", "minato-jhs")
	ctx := t.Context()
	var id triage.CaseID
	var first string
	y.on("2026-05-11 15:00", func() {
		y.wall.weighs = []triage.Flag{triage.Property}
		first = y.files("", "incident", sheet1)
		y.wall.weighs = nil
		id = y.caseOf(first)
		y.owes(id, "resolution_report", duty.School, "2026-05-11 15:30")
		for _, what := range []string{"incident_report", "emergency_meeting", "article23"} {
			if d := y.duty(id, what); d.Decision != duty.Met {
				t.Errorf("%s: %+v", what, d)
			}
		}
		y.filled(first, "incident", sheet1, "報告者名", "報告日時", "いじめ事案", "発生日時", "発生場所", "被害者の学年・氏名", "加害者の学年・氏名", "情報源",
			"何が起きているか", "被害者の状況", "加害者の状況", "児童生徒の安全確保", "所属内体制", "関係機関（警察等）との連携", "報道関係等")
	})
	y.on("2026-05-11 15:25", func() {
		second := y.files(first, "resolution", sheet2)
		if d := y.duty(id, "resolution_report"); y.caseOf(second) != id || d.Decision != duty.Met || d.Reason != "reported.resolution" {
			t.Errorf("様式2 is in %s, its duty %+v", y.caseOf(second), d)
		}
		y.filled(second, "resolution", sheet2, "被害側の児童生徒名（年組氏名）", "担任名", "いじめ等の状況", "日時（月・日・曜）", "学校の対応者",
			"取組内容（加害、被害側への指導・支援や家庭訪問等の状況）", "報告日における解消状況", "報告日", "校長名")
	})
	y.on("2026-05-13 17:00", func() {
		third := y.files(first, "interview", sheet3)
		y.filled(third, "interview", sheet3, "対象者氏名", "対象者の立場", "記録者氏名", "聞き取り日時", "場所", "いつ", "どこで", "だれが", "どんなことを")
		paper, err := y.Portal().Paper(ctx, y.school, third)
		y.must(err)
		if paper.Fields["what.2"] != sheet3["what.2"] {
			t.Errorf("the second row is %q", paper.Fields["what.2"])
		}
		book := y.imports("interview", sheet3)
		y.filled(book, "interview", sheet3, "対象者氏名", "対象者の立場", "記録者氏名", "聞き取り日時", "場所", "いつ", "どこで", "だれが", "どんなことを")
		_, err = y.SetState(ctx, people["mori"], id, desk.StateChange{To: triage.Watching, Reason: "学校と見守る"})
		y.must(err)
		y.must(y.Sweep(ctx))
		y.owes(id, "carry_on", duty.School, "2027-04-01 00:00")
	})
	y.abuse()
	y.serious(&id)
	y.hottoribon(&id, &first)
	y.run("2027-04-07 17:00")

	c, _ := y.load(id)
	forms := []string{}
	for _, f := range c.Filed() {
		forms = append(forms, f.Form)
	}
	if !slices.Equal(forms, []string{"incident", "resolution", "interview", "continuity"}) {
		t.Errorf("the case has %v", forms)
	}
	all, err := y.Filings(ctx, people["mori"], desk.Filings{School: "minato-jhs"})
	y.must(err)
	tables, err := y.FilingTables(ctx, people["mori"], desk.Filings{Form: "incident"})
	y.must(err)
	if len(all) != 5 || len(tables) != 1 || len(tables[0].Rows) != 1 || slices.ContainsFunc(tables[0].Rows[0], func(s string) bool { return strings.Contains(s, "ゆうか") }) {
		t.Errorf("the register has %d reports, and %+v", len(all), tables)
	}
	y.never(id, "weekly_meeting", "weekly_report", "emergency_team", "same_day", "plan", "school_report")
	y.ends(nil, nil)
}

// abuse is a child who tells of home in June: the agencies are told at once, and nobody tells the family before.
func (y *year) abuse() {
	ctx, sato := y.t.Context(), people["sato"]
	y.on("2026-06-15 16:00", func() {
		id := y.child("", "chat", "おうちのことで", triage.Urgent, triage.AbuseHome)
		y.owes(id, "abuse_notice", duty.Assignee, "2026-06-15 16:30")
		family := desk.Draft{Recipient: "guardian", Level: triage.LevelEmergency, Summary: "家での様子", Reason: "急ぎ"}
		_, err := y.HandOff(ctx, sato, id, family)
		y.want("the family first", err, triage.CodeState)
		_, err = y.Notify(ctx, sato, id, desk.Notified{Recipient: "guardian", How: "phone", Text: "家での様子"})
		y.want("the family first, by telephone", err, triage.CodeState)
		y.to(y.clock.Now().Add(20 * time.Minute))
		h, err := y.Notify(ctx, sato, id, desk.Notified{Recipient: "child_guidance", How: "phone", Spoke: "当番の方", Text: "虐待の疑いがあります", Answer: "今日、訪ねます"})
		y.must(err)
		y.must(y.Sweep(ctx))
		if d := y.duty(id, "abuse_notice"); d.Decision != duty.Met || d.Reason != "told.child_guidance" || !d.DoneAt.Before(d.DueAt) {
			y.t.Errorf("the notice: %+v", d)
		}
		y.owes(id, "tell_child:"+h, duty.Assignee, "2026-06-16 16:20")
	})
	y.on("2026-06-17 10:00", func() {
		id := y.cases[0]
		_, err := y.HandOff(ctx, sato, id, desk.Draft{Recipient: "guardian", Level: triage.LevelEmergency, Summary: "児童相談所と相談して話す", Reason: "児童相談所と協議した"})
		y.must(err)
		c, _ := y.load(id)
		_, err = y.Countersign(ctx, people["mori"], id, c.Handoffs[len(c.Handoffs)-1].ID)
		y.must(err)
	})
	y.on("2026-06-30 15:00", func() { y.closes(y.cases[0]) })
}

// serious is the way of the case from October on: the board is asked, decides on the opinion of the SC and the SSW, and the
// mayor hears of it.
func (y *year) serious(id *triage.CaseID) {
	y.on("2026-10-05 10:00", func() {
		y.observes(*id, duty.AbsentRun, 8)
		y.owes(*id, "serious_ask", duty.Board, "2026-10-08 17:00")
		y.never(*id, "article30", "article28")
	})
	y.on("2026-10-07 14:00", func() {
		road, err := y.Road(y.t.Context(), people["mori"], *id)
		y.must(err)
		if !road.Proposed || road.Serious || y.City.Road().DecidedBy != duty.Board || y.City.Road().Opinion != "SCやSSWなど" {
			y.t.Errorf("before the board decides: %+v of %+v", road.Standing, y.City.Road())
		}
		y.step(*id, "decide", "serious", "SCとSSWの意見をふまえて、教育委員会が判断した")
		y.owes(*id, "article30", duty.School, "2026-10-07 14:30")
		y.owes(*id, "step:agencies", duty.School, "2026-10-07 14:30")
		y.owes(*id, "article28", duty.Coordinator, "2026-10-13 17:00")
		y.to(y.clock.Now().Add(15 * time.Minute))
		y.step(*id, "agencies", "", "警察署に相談した")
		y.step(*id, "mayor", "", "教育委員会を通じて市長に報告した")
		y.writes(*id, "mayor", "mayor", "重大事態の発生について、報告します。")
	})
	for _, s := range []struct{ at, key, choice, note string }{
		{"2026-10-09 10:00", "inquiry", "inquiry_board", "教育委員会が調査する"},
		{"2026-10-14 10:00", "family_first", "", "保護者の要望をきいた"},
		{"2026-12-18 10:00", "facts", "", "いつ、だれから、どのように、を確かめた"},
		{"2026-12-21 10:00", "explain", "", "本人と保護者に説明した"},
		{"2027-01-12 10:00", "opinion", "", "保護者の文書を受け取った"},
		{"2027-01-20 10:00", "result", "", "市長に報告した"},
		{"2027-02-10 10:00", "again", "stay", "市長が、再調査はしないと決めた"},
	} {
		y.on(s.at, func() {
			y.step(*id, s.key, s.choice, s.note)
			switch s.key {
			case "explain":
				y.writes(*id, "explain", "family", "調査で分かったことを、お話しします。")
			case "result":
				y.writes(*id, "result", "mayor", "調査の結果を、報告します。")
				_, err := y.Write(y.t.Context(), people["mori"], *id, triage.Version{Step: "result", Reader: "citizens", Text: "結果"})
				y.want("what nobody publishes here", err, triage.CodeBadRequest)
			case "again":
				y.taken(*id, "2026-10-07 decide board serious", "2026-10-07 agencies school", "2026-10-07 mayor school 発生報告", "2026-10-09 inquiry board inquiry_board",
					"2026-10-14 family_first inquiry", "2026-12-18 facts inquiry 調査結果報告書", "2026-12-21 explain inquiry", "2027-01-12 opinion family",
					"2027-01-20 result board 調査結果報告書", "2027-02-10 again mayor stay")
				if road, err := y.Road(y.t.Context(), people["mori"], *id); err != nil || road.Next() != nil {
					y.t.Errorf("the road goes on: %+v %v", road.Next(), err)
				}
			}
		})
	}
}

// hottoribon is the sheet of a child who was absent for fifteen days: from school to school by 29 March, and the talk in April.
func (y *year) hottoribon(id *triage.CaseID, first *string) {
	y.on("2026-10-30 10:00", func() {
		y.observes(*id, duty.AbsentTotal, 14)
		y.never(*id, "hottoribon")
	})
	y.on("2026-11-02 10:00", func() {
		y.observes(*id, duty.AbsentTotal, 15)
		y.owes(*id, "hottoribon", duty.School, "2027-03-30 00:00")
	})
	y.on("2027-03-26 10:00", func() {
		sheet := y.files(*first, "continuity", sheet4)
		y.filled(sheet, "continuity", sheet4, "児童生徒名（年組氏名）", "記入する理由", "理由の補足", "学級担任（記入した人）", "学校長（最終確認をした人）",
			"写しを封をして提出した日（3月29日まで）", "原本を保管する学校と場所")
		y.owes(*id, "hottoribon", duty.School, "2027-03-30 00:00") // until somebody has the closed envelope
		y.does(*id, "hottoribon", "")
		y.does(*id, "carry_on", "")
		y.owes(*id, "hottoribon_april", duty.School, "2027-04-08 00:00")
	})
	y.on("2027-04-05 14:00", func() { y.does(*id, "hottoribon_april", "") })
}
