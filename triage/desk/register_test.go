package desk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/triage/desk"
)

// readable is the text of a PDF.
func readable(t *testing.T, pdf []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "sheet.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The register has every school's reports; names are in none of it, but on the sheet that somebody prints for a reason.
func TestTheRegister(t *testing.T) {
	r, ctx := open(t), t.Context()
	school := r.Portal()
	first, err := school.Report(ctx, people["hinode"], "", "incident", map[string]string{"matter": "ゆうかさんへの暴力"})
	r.must(err)
	second, err := school.Amend(ctx, people["hinode"], first, map[string]string{"matter": "ゆうかさんへの暴力と悪口"})
	r.must(err)
	_, err = school.Report(ctx, people["kawabe"], "", "interview", map[string]string{"what": "見ていた"})
	r.must(err)

	all, err := r.Filings(ctx, people["mori"], desk.Filings{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	i := slices.IndexFunc(all, func(f desk.Filed) bool { return f.ID == second })
	if i < 0 || all[i].Matter != "[人物A]さんへの暴力と悪口" || all[i].SchoolName != "日の出台中学校" || all[i].Version != 2 || all[i].Case == "" {
		t.Errorf("%+v", all)
	}
	for what, q := range map[string]desk.Filings{"one form": {Form: "interview"}, "one school": {School: "kawabe-jhs"}} {
		if some, err := r.Filings(ctx, people["ono"], q); err != nil || len(some) != 1 || some[0].School != "kawabe-jhs" || some[0].Case != "" {
			t.Errorf("%s: %+v, %v", what, some, err)
		}
	}
	if none, err := r.Filings(ctx, people["mori"], desk.Filings{From: opened.Add(time.Hour)}); err != nil || len(none) != 0 {
		t.Errorf("of a later time: %+v, %v", none, err)
	}
	tables, err := r.FilingTables(ctx, people["mori"], desk.Filings{})
	r.must(err)
	rows := 0
	for _, x := range tables {
		for _, row := range x.Rows {
			rows++
			if len(row) != len(x.Head) || strings.Contains(strings.Join(row, ""), "ゆうか") {
				t.Errorf("%s has a row of %d cells under %d heads, or with a name", x.Name, len(row), len(x.Head))
			}
		}
	}
	if rows != 2 {
		t.Errorf("the tables have %d rows", rows)
	}

	plain, err := r.PrintFiling(ctx, people["mori"], second, false, "")
	r.must(err)
	if text := readable(t, plain); strings.Contains(text, "ゆうか") || !strings.Contains(text, "[人物A]さんへの暴力") {
		t.Errorf("the sheet without names reads %q", text)
	}
	_, err = r.PrintFiling(ctx, people["mori"], second, true, " ")
	r.want("names without a reason", err, "bad_request")
	named, err := r.PrintFiling(ctx, people["mori"], second, true, "ゆうかさんの会議")
	r.must(err)
	if text := readable(t, named); !strings.Contains(text, "ゆうかさんへの暴力") {
		t.Errorf("the sheet with names reads %q", text)
	}
	last := r.log.entries[len(r.log.entries)-1]
	if last.Act != "filing_print_named" || last.Reason != "" || last.Ref != second {
		t.Errorf("the audit has %+v", last)
	}
	_, events, err := r.store.Load(ctx, last.Case)
	r.must(err)
	if e := events[len(events)-1]; e.Reveal == nil || e.Reveal.Reason != "[人物A]さんの会議" {
		t.Errorf("the case ends with %+v", e)
	}
	_, err = r.PrintFiling(ctx, people["mori"], "07nothing", false, "")
	r.want("a report that never was", err, "unknown")
}
