package desk_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/sheet"
)

// A school reads its own report again, prints it, and files a new version; no other school does, and no old version twice.
func TestReportsAreAmended(t *testing.T) {
	r, ctx := open(t), t.Context()
	school, hinode := r.Portal(), people["hinode"]
	first := map[string]string{"matter": "ゆうかさんへの暴力", "harmed": "1年 ゆうか"}
	id, err := school.Report(ctx, hinode, "", "incident", maps.Clone(first))
	r.must(err)
	got, err := school.Paper(ctx, hinode, id)
	if err != nil || got.Version != 1 || !maps.Equal(got.Fields, first) {
		t.Errorf("the paper: version %d, %d fields, %v", got.Version, len(got.Fields), err)
	}
	pdf, err := school.Print(ctx, hinode, id)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("the sheet: %d bytes, %v", len(pdf), err)
	}
	again, err := school.Amend(ctx, hinode, id, map[string]string{"matter": "ゆうかさんへの暴力と悪口"})
	r.must(err)
	views, err := school.Reports(ctx, hinode)
	if err != nil || len(views) != 1 || views[0].ID != again || views[0].Version != 2 {
		t.Errorf("%+v, %v", views, err)
	}
	_, err = school.Amend(ctx, hinode, id, first)
	r.want("an old version again", err, "wrong_state")
	for _, who := range []string{"kawabe", "sato"} {
		want := map[string]string{"kawabe": "unknown", "sato": "forbidden"}[who]
		_, err = school.Paper(ctx, people[who], again)
		r.want("the paper for "+who, err, want)
		_, err = school.Print(ctx, people[who], again)
		r.want("the sheet for "+who, err, want)
		_, err = school.Amend(ctx, people[who], again, first)
		r.want("a version of "+who, err, want)
	}
	cases, _, err := r.store.List(ctx, triage.Query{School: "hinode-jhs"})
	if err != nil || len(cases) != 1 || len(cases[0].Reports) != 2 {
		t.Errorf("%d cases, %v", len(cases), err)
	}
	if strings.HasPrefix(again, string(cases[0].ID[:2])) {
		t.Errorf("report %s of case %s", again, cases[0].ID)
	}
	if !slices.Contains(r.log.acts("hinode"), "report_look") {
		t.Error("a look at the names is not in the audit")
	}
}

// A workbook may be sent as often as one likes.
func TestRowsAreFiledOnce(t *testing.T) {
	r, ctx := open(t), t.Context()
	rows := []sheet.Row{{Number: 2, Fields: map[string]string{"matter": "上履きかくし"}}, {Number: 3, Fields: map[string]string{"place": "教室"}, Wrong: "「いじめ事案」が空です。"},
		{Number: 4, Fields: map[string]string{"matter": "悪口"}}, {Number: 5, Fields: map[string]string{"matter": "悪口"}}}
	count := func(in []triage.Imported) (filed, again, wrong int) {
		for _, x := range in {
			switch {
			case x.Wrong != "":
				wrong++
			case x.Again:
				again++
			case x.ID != "":
				filed++
			}
		}
		return
	}
	in, err := r.Portal().Import(ctx, people["hinode"], "incident", rows)
	r.must(err)
	if filed, again, wrong := count(in); filed != 2 || again != 1 || wrong != 1 {
		t.Errorf("the first time %+v", in)
	}
	rows[1] = sheet.Row{Number: 3, Fields: map[string]string{"matter": "けり", "place": "教室"}}
	in, err = r.Portal().Import(ctx, people["hinode"], "incident", rows)
	r.must(err)
	if filed, again, wrong := count(in); filed != 1 || again != 3 || wrong != 0 {
		t.Errorf("mended and sent again %+v", in)
	}
	_, err = r.Portal().Import(ctx, people["sato"], "incident", rows)
	r.want("a counselor", err, "forbidden")
}
