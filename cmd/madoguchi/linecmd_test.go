package main

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/line"
)

// The menu is a picture that LINE takes, with words where a font is installed, and the same each time.
func TestTheMenuIsDrawn(t *testing.T) {
	t.Parallel()
	c, err := loadCity("asahikawa", nil)
	if err != nil {
		t.Fatal(err)
	}
	menu := line.MenuOf(cityDesk{c, time.Now}, "https://desk.example")
	if len(menu.Buttons) != 3 || menu.Buttons[0].URI != "https://desk.example/" || menu.Bar == "" || len([]rune(menu.Bar)) > 14 {
		t.Fatalf("%+v", menu)
	}
	plain, err := drawMenu(menu, menuFace([3]string{t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	pictures := [][]byte{plain}
	if _, err := os.Stat(fontFolders[0]); err == nil {
		face := menuFace(fontFolders)
		if face == nil {
			t.Fatal("the installed font is not found")
		}
		words, err := drawMenu(menu, face)
		again, _ := drawMenu(menu, menuFace(fontFolders))
		if err != nil || bytes.Equal(words, plain) || !bytes.Equal(words, again) {
			t.Errorf("with words: %v", err)
		}
		pictures = append(pictures, words)
	}
	for _, p := range pictures {
		if size, err := png.DecodeConfig(bytes.NewReader(p)); err != nil || size.Width != line.MenuWidth || size.Height != line.MenuHeight || len(p) > 1<<20 {
			t.Errorf("%d × %d, %d bytes: %v", size.Width, size.Height, len(p), err)
		}
	}
}

func TestLabelsAreFolded(t *testing.T) {
	fits := func(most int) func(string) bool { return func(s string) bool { return len([]rune(s)) <= most } }
	for _, tt := range []struct {
		label string
		most  int
		want  string
	}{
		{"画面を開く", 9, "画面を開く"},
		{"重大事態の申立て・記録の開示", 9, "重大事態の申立て・|記録の開示"},
		{"重大事態の申立て・記録の開示", 5, "重大事態の|申立て・|記録の開示"},
		{"長", 0, "長"},
	} {
		if got := strings.Join(fold(tt.label, fits(tt.most)), "|"); got != tt.want {
			t.Errorf("%s in %d: %s", tt.label, tt.most, got)
		}
	}
}

func TestLineSetupNeedsAnAccount(t *testing.T) {
	for _, args := range [][]string{{}, {"--line-secret=x"}, {"--line-secret=x", "--line-token=y", "--public-url=http://desk.example"}} {
		if _, _, err := oneshot(t, "", append([]string{"line", "setup"}, args...)...); err == nil || strings.Contains(err.Error(), "x,") {
			t.Errorf("%q: %v", args, err)
		}
	}
}

func TestDoctorSaysWhenLINECannotCall(t *testing.T) {
	for url, want := range map[string]bool{"http://desk.example": true, "https://desk.example": false} {
		p := &program{stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}}
		if _, err := p.parse(doctorCommand, []string{"--line-secret=x", "--line-token=y", "--public-url=" + url, "--data-dir=" + t.TempDir()}); err != nil {
			t.Fatal(err)
		}
		remark, err := doctorDoors(t.Context(), p)
		if err != nil || strings.Contains(remark, "LINE calls and opens only") != want || !strings.Contains(remark, "line") {
			t.Errorf("%s: %q %v", url, remark, err)
		}
	}
}
