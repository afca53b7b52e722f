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

// A print says on each page who has it, and the file says nothing: not who made it, with what, or when.
func TestAPrintTellsNothingOfItself(t *testing.T) {
	form, _ := triage.FormByID("incident")
	fields := everything(form)
	fields[triage.Remarks] = strings.Repeat("ながい経緯です。", 800)
	var pdf bytes.Buffer
	if err := sheet.Print(&pdf, sheet.Report{School: "日の出中学校", Form: form, Fields: fields, Number: "abcdefghij", To: "ueno"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "print.pdf")
	if err := os.WriteFile(file, pdf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := exec.Command("pdfinfo", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	pages := ""
	for l := range strings.Lines(string(info)) {
		name, value, _ := strings.Cut(strings.TrimSpace(l), ":")
		value = strings.TrimSpace(value)
		switch name {
		case "Title", "Subject", "Keywords", "Author", "Creator", "Producer", "CreationDate", "ModDate":
			if value != "" {
				t.Errorf("the file says %s: %s", name, value)
			}
		case "Metadata Stream", "Custom Metadata":
			if value != "no" {
				t.Errorf("the file has %s", name)
			}
		case "Pages":
			pages = value
		}
	}
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	text := string(out)
	if n := strings.Count(text, "ueno"); pages == "1" || n != strings.Count(text, "\f") {
		t.Errorf("of %s pages, %d say who has them", pages, n)
	}
	if bytes.Contains(pdf.Bytes(), []byte("/Info")) || bytes.Contains(pdf.Bytes(), []byte("gopdf")) {
		t.Error("the file names its maker")
	}
}
