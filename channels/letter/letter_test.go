package letter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/image/tiff"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/triage/paper"
)

// quick makes the door as patient as a test, coarse one that reads large letters only.
var (
	quick  = impatient(dpi)
	coarse = impatient(75)
)

func impatient(dots int) channels.Kind {
	return channels.Kind{Names: Kind.Names, Settings: Kind.Settings, New: func(env channels.Env) (channels.Channel, error) {
		d, err := newDoor(env)
		if err == nil {
			d.settle, d.grace, d.poll, d.dots = 60*time.Millisecond, 250*time.Millisecond, 10*time.Millisecond, dots
		}
		return d, err
	}}
}

// written is a child's letter on a sheet.
type written struct {
	number, text, reach string
	ticks               []int
	small               []int
}

// sheets draws letters, each on a sheet with an empty back.
func sheets(t testing.TB, letters ...written) []byte {
	t.Helper()
	doc, err := paper.New()
	if err != nil {
		t.Fatal(err)
	}
	thin := paper.Stroke{Width: .3}
	for _, l := range letters {
		doc.Page()
		if l.number != "" {
			doc.Code(CodeAt.X, CodeAt.Y, CodeAt.W, QR(l.number))
			doc.Words(15, 20, 140, "これは印刷された言葉で、読まない", paper.Style{Size: 12})
		}
		doc.Box(WriteAt.X-1.5, WriteAt.Y-1.5, WriteAt.W+3, WriteAt.H+3, thin)
		doc.Words(WriteAt.X+2, WriteAt.Y+2, WriteAt.W-4, l.text, paper.Style{Size: 15, Lead: 2})
		for i := range Wishes() {
			doc.Box(TickAt.X, TickAt.Y+float64(i)*TickStep, TickAt.W, TickAt.H, thin)
		}
		for _, i := range l.ticks {
			y := TickAt.Y + float64(i)*TickStep
			doc.Line(TickAt.X+.8, y+2, TickAt.X+2.2, y+4.2, paper.Stroke{Width: .7})
			doc.Line(TickAt.X+2.2, y+4.2, TickAt.X+5.5, y-.3, paper.Stroke{Width: .7})
		}
		for _, i := range l.small {
			y := TickAt.Y + float64(i)*TickStep
			doc.Line(TickAt.X+.8, y+2.6, TickAt.X+1.9, y+3.8, paper.Stroke{Width: .5})
			doc.Line(TickAt.X+1.9, y+3.8, TickAt.X+4, y+.8, paper.Stroke{Width: .5})
		}
		doc.Words(ReachAt.X+2, ReachAt.Y+2, ReachAt.W-4, l.reach, paper.Style{Size: 13})
		if l.number != "" {
			doc.Page()
		}
	}
	var b bytes.Buffer
	if _, err := doc.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// page draws the first page of a document at so many dots per inch.
func page(t testing.TB, pdf []byte, dots int) *image.Gray {
	t.Helper()
	cmd := exec.Command("pdftoppm", "-gray", "-r", itoa(dots), "-l", "1", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	m, err := parsePGM(out)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func encoded(t testing.TB, m image.Image, sort string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch sort {
	case "png":
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "tiff":
		err = tiff.Encode(&b, m, &tiff.Options{Compression: tiff.Deflate})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// opened opens the door on an empty folder.
func opened(t *testing.T) (*channelstest.Site, string, string) {
	t.Helper()
	dir, list := t.TempDir(), t.TempDir()
	return channelstest.Open(t, quick, map[string]string{"LETTER_DIR": dir, "LETTER_SHEETS": list}, nil), dir, list
}

func drop(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func in(t testing.TB, dir, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, folder))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// within waits for what a real reading machine needs some time for.
func within(t *testing.T, d time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(d); !condition(); {
		if time.Now().After(deadline) {
			t.Fatal("did not come true: ", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// readable reports whether a number is printed: its code is read.
func readable(number string) bool {
	code, err := paper.Modules(QR(number))
	return err == nil && Reads(code, number)
}

func numbers(t *testing.T, list, school, round string, n int) []string {
	t.Helper()
	all, err := (&Sheets{Dir: list}).Make(school, round, n, readable)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func contains(t *testing.T, text string, words ...string) {
	t.Helper()
	plain := strings.Join(strings.Fields(text), "")
	for _, w := range words {
		if !strings.Contains(plain, w) {
			t.Errorf("%q is missing in %q", w, text)
		}
	}
}

// What takes time with scans, most of it waiting for the disk and for other programs, goes on side by side.
func TestScans(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"a sheet is read": aSheet, "every sort of scan": everySort, "many sheets in one scan": manySheets, "the number is found": numberFound,
		"damaged files are seen": damaged, "the same scan is one letter": sameScan, "a scan is removed once the house has it": removed, "killed a hundred times": killedOften,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

func aSheet(t *testing.T) {
	s, dir, list := opened(t)
	number := numbers(t, list, "school-1", "2026-07", 1)[0]
	pdf := sheets(t, written{number: number, text: "きのう学校でくつをかくされました。\nとてもつらいです。", ticks: []int{1, 3}, reach: "電話は夕方にしてください"})
	drop(t, dir, "scan 山田太郎.pdf", pdf)
	within(t, 60*time.Second, "the letter is taken", func() bool { return len(in(t, dir, acceptedFolder)) == 1 })
	m := s.Intake.Taken()[0]
	contains(t, m.Text, "2026年7月の手紙", "学校でくつ", "つらい", "〔返事：チャットで。入り方を手紙で、学校をとおさないで〕", "〔送り先〕", "夕方", "[ファイル1]")
	if strings.Contains(m.Text, "印刷") || !m.Unchecked || len(m.Files) != 1 || !bytes.Equal(s.Files.Content(m.Files[0].ID), pdf) {
		t.Errorf("unchecked %v, %d files: %q", m.Unchecked, len(m.Files), m.Text)
	}
	if _, who, _ := channels.OpenAddress(m.From); who != "sheet "+number {
		t.Error("it is from somebody else")
	}
	if strings.Contains(s.Log.String()+strings.Join(in(t, dir, acceptedFolder), ""), "山田") {
		t.Error("the name of the file was kept")
	}
}

// A scan that the house has is removed from accepted/, which others can read, and from nowhere else.
func removed(t *testing.T) {
	dir, list := t.TempDir(), t.TempDir()
	s := channelstest.Open(t, quick, map[string]string{"LETTER_DIR": dir, "LETTER_SHEETS": list, "LETTER_KEEP": "1s"}, nil)
	drop(t, dir, "broken.png", []byte("\x89PNG\r\n\x1a\n and nothing"))
	whole := page(t, sheets(t, written{text: "聞いてほしいことがあります。"}), dpi)
	drop(t, dir, "a.png", encoded(t, cut(whole, place{oy: 500, xx: 1, yy: 1}, Rect{W: 1000, H: 300}, 1), "png"))
	within(t, 120*time.Second, "both are taken", func() bool { return len(s.Intake.Taken()) == 2 })
	within(t, 60*time.Second, "the one that was read is removed, the other one stays", func() bool {
		return len(in(t, dir, acceptedFolder)) == 0 && len(in(t, dir, failedFolder)) == 1 && !slices.ContainsFunc(in(t, dir, "."), func(n string) bool { return strings.HasSuffix(n, ".png") })
	})
	for _, wrong := range []string{"soon", "-1h"} {
		env := map[string]string{"LETTER_DIR": dir, "LETTER_KEEP": wrong}
		if _, err := quick.New(channels.Env{Setting: func(name string) string { return env[name] }}); err == nil || strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func everySort(t *testing.T) {
	whole := page(t, sheets(t, written{text: "だれにも言えないことがあります。\n聞いてほしいです。"}), dpi)
	m := cut(whole, place{oy: 500, xx: 1, yy: 1}, Rect{W: 1000, H: 300}, 1) // two lines of it
	for _, sort := range []string{"png", "jpeg", "tiff"} {
		t.Run(sort, func(t *testing.T) {
			s, dir, _ := opened(t)
			drop(t, dir, "a."+sort, encoded(t, m, sort))
			within(t, 60*time.Second, "it is taken", func() bool { return len(in(t, dir, acceptedFolder)) == 1 })
			got := s.Intake.Taken()[0]
			contains(t, got.Text, "言えない", "聞いて", "[写真1]")
			if len(got.Files) != 1 {
				t.Errorf("%d files", len(got.Files))
			}
		})
	}
}

func manySheets(t *testing.T) {
	s, dir, list := opened(t)
	n := numbers(t, list, "school-1", "2027-01", 2)
	drop(t, dir, "pack.pdf", sheets(t, written{number: n[0], text: "一人目の手紙です。"}, written{number: n[1], text: "二人目の手紙です。"}))
	within(t, 60*time.Second, "the letters are taken", func() bool { return len(in(t, dir, acceptedFolder)) == 1 })
	taken := s.Intake.Taken()
	if len(taken) != 2 || taken[0].From.Same(taken[1].From) {
		t.Fatalf("%d letters", len(taken))
	}
	for i, m := range taken {
		if len(m.Files) != 2 { // the sheet and its back, and no page of the other child
			t.Errorf("letter %d has %d pages", i, len(m.Files))
		}
	}
	contains(t, taken[1].Text, "二人目", "[写真2]")
}

// numberFound finds it on a page upside down, askew, in another size and without its code.
func numberFound(t *testing.T) {
	s, _, list := opened(t)
	d := s.Channel.(*door)
	number := numbers(t, list, "school-1", "2026-10", 1)[0]
	whole := page(t, sheets(t, written{number: number, text: "てがみ", ticks: []int{0}}), 100)
	for name, m := range map[string]*image.Gray{"as it is": whole, "upside down": turned(whole, 3.14159), "askew": turned(whole, .02), "on its side": turned(whole, 1.5708)} {
		got, at := sheetOn(m)
		if got != number {
			t.Errorf("%s: %q", name, got)
			continue
		}
		if w := ticked(m, at, d.scale()); len(w) != 1 || w[0] != Wishes()[0].Word {
			t.Errorf("%s: ticked %v", name, w)
		}
	}
	small := page(t, sheets(t, written{number: number, small: []int{0, 3}}), dpi)
	_, at := sheetOn(small)
	if w := ticked(small, at, d.scale()); len(w) != 2 || w[0] != Wishes()[0].Word || w[1] != Wishes()[3].Word {
		t.Errorf("small ticks: %v", w)
	}
	const printed = "271828459049" // always the same: a digit that the reader takes for another makes a number none, as it should
	known, err := json.Marshal(pack{1, "school-1", "2026-10", []string{printed}})
	if err != nil || write(filepath.Join(list, "printed.json"), known) != nil {
		t.Fatal("the list cannot be written")
	}
	p, err := d.read(t.Context(), page(t, sheets(t, written{text: "番号は " + Spaced(printed) + " です。"}), dpi))
	if err != nil || p.number != printed {
		t.Errorf("read %q in print, %v", p.number, err)
	}
}

func turned(m *image.Gray, angle float64) *image.Gray {
	p := place{}
	sin, cos := sincos(angle)
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	p.xx, p.xy, p.yx, p.yy = cos, sin, -sin, cos
	p.ox, p.oy = w/2-(w/2*cos-h/2*sin), h/2-(w/2*sin+h/2*cos)
	if angle > 1 && angle < 2 { // a page of the other format
		p.ox, p.oy = w/2-(h/2*cos-w/2*sin), h/2-(h/2*sin+w/2*cos)
		w, h = h, w
	}
	return cut(m, p, Rect{0, 0, w, h}, 1)
}

func TestHalfWrittenScansWait(t *testing.T) {
	s, dir, _ := opened(t)
	data := encoded(t, image.NewGray(image.Rect(0, 0, 200, 300)), "png")
	f, err := os.Create(filepath.Join(dir, "slow.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range data { // slower than the door is patient, all in all, and never at rest
		if _, err := f.Write(data[i : i+1]); err != nil {
			t.Fatal(err)
		}
		if i%16 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
		if s.Intake.Attempts() > 0 {
			t.Fatal("a scan was read before it was whole")
		}
	}
	within(t, 20*time.Second, "it is taken when it is whole", func() bool { return len(in(t, dir, acceptedFolder)) == 1 })
}

func TestOnlyRegularFilesOfTheFolder(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.png")
	drop(t, filepath.Dir(outside), "secret.png", encoded(t, image.NewGray(image.Rect(0, 0, 20, 20)), "png"))
	dir := t.TempDir()
	for name, err := range map[string]error{
		"link": os.Symlink("/etc/passwd", filepath.Join(dir, "link.png")), "outside": os.Symlink(outside, filepath.Join(dir, "outside.png")),
		"up":   os.Symlink("../"+filepath.Base(filepath.Dir(outside))+"/secret.png", filepath.Join(dir, "up.png")),
		"pipe": syscall.Mkfifo(filepath.Join(dir, "pipe.png"), 0o600), "folder": os.Mkdir(filepath.Join(dir, "folder.png"), 0o700),
	} {
		if err != nil {
			t.Fatal(name, err)
		}
	}
	s := channelstest.Open(t, quick, map[string]string{"LETTER_DIR": dir, "LETTER_SHEETS": t.TempDir()}, nil)
	drop(t, dir, "good.png", encoded(t, image.NewGray(image.Rect(0, 0, 30, 30)), "png"))
	within(t, 20*time.Second, "the good one is taken", func() bool { return len(in(t, dir, acceptedFolder)) == 1 })
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("%d were taken", n)
	}
	if n := len(in(t, dir, ".")); n != 6 { // five that are no scans, and accepted/
		t.Errorf("%d are left", n)
	}
	// A link that takes a file's place after it was looked at is not followed either.
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, name := range []string{"link.png", "outside.png", "up.png", "pipe.png", "folder.png", "../" + filepath.Base(dir) + "/link.png"} {
		if data, err := open(root, name); err == nil {
			t.Errorf("%s was opened: %d bytes", name, len(data))
		}
	}
}

func damaged(t *testing.T) {
	s, dir, _ := opened(t)
	m := image.NewGray(image.Rect(0, 0, 40, 60))
	whole := map[string][]byte{"pdf": sheets(t, written{text: "や"}), "png": encoded(t, m, "png"), "jpeg": encoded(t, m, "jpeg"), "tiff": encoded(t, m, "tiff")}
	sorts := []string{"png", "jpeg", "tiff", "png", "jpeg", "tiff", "png", "jpeg", "tiff", "pdf"}
	const files = 1000
	for i := range files {
		sort := sorts[i%len(sorts)]
		data := bytes.Clone(whole[sort])
		switch cut := 9 + i*7%(len(data)/3); {
		case i < 10:
			data = fmt.Appendf(nil, "no scan %d", i)
		case sort == "pdf":
			data = fmt.Appendf(data[:9:9], "%d 0 obj << /Type /Catalog /Pages %d 0 R >>", i, i)
		default:
			data = append(data[:cut:cut], fmt.Sprint("damaged", i)...)
		}
		drop(t, dir, fmt.Sprintf("%04d.%s", i, sort), data)
	}
	within(t, 120*time.Second, "all of them are in failed/", func() bool { return len(in(t, dir, failedFolder)) == files })
	taken := s.Intake.Taken()
	for _, m := range taken {
		if !strings.HasPrefix(m.Text, unreadable) || len(m.Files) != 1 || !m.Unchecked {
			t.Fatalf("%q with %d files", m.Text, len(m.Files))
		}
	}
	if len(taken) != files || !strings.Contains(s.Log.String(), "cannot be read") {
		t.Errorf("%d of %d are cases", len(taken), files)
	}
}

func sameScan(t *testing.T) {
	s, dir, _ := opened(t)
	data := encoded(t, image.NewGray(image.Rect(0, 0, 40, 60)), "png")
	for i := range 100 {
		drop(t, dir, fmt.Sprintf("again%d.png", i), data)
	}
	within(t, 60*time.Second, "all have left the folder", func() bool { return len(in(t, dir, ".")) == 1 })
	if n := len(s.Intake.Taken()); n != 1 {
		t.Errorf("one letter was taken as %d", n)
	}
}

func TestTenThousandFiles(t *testing.T) {
	dir := t.TempDir()
	for i := range 10_000 {
		drop(t, dir, fmt.Sprintf("%05d.png", i), nil)
	}
	d := &door{settle: 0, dir: dir}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	seen := map[string]sight{}
	began := time.Now()
	for range 2 {
		var files []fs.FileInfo
		if files, err = d.complete(root, seen); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 10_000 || len(files) != 0 && len(files) != 10_000 {
			t.Fatalf("%d seen, %d ready", len(seen), len(files))
		}
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("two looks took %v", took)
	}
}

func TestWithoutToolsTheDoorIsOff(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	s := channelstest.Open(t, quick, map[string]string{"LETTER_DIR": dir, "LETTER_SHEETS": t.TempDir()}, nil)
	if lacks := s.Channel.(channels.Limited).Lacks(); !strings.Contains(lacks, "tesseract") || !strings.Contains(lacks, "pdftoppm") {
		t.Errorf("it says %q", lacks)
	}
	drop(t, dir, "a.png", encoded(t, image.NewGray(image.Rect(0, 0, 4, 4)), "png"))
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if len(in(t, dir, ".")) != 1 || s.Intake.Attempts() != 0 {
		t.Error("the scan is not where it was")
	}
}

func TestSending(t *testing.T) {
	s, _, _ := opened(t)
	sent, err := s.Channel.Send(t.Context(), channels.NewAddress(name, "sheet 1", nil), channelstest.Reply("paper"))
	if err != nil || sent.Status != Paper {
		t.Errorf("%v, %v: nothing may be called sent before a person says so", sent, err)
	}
	if _, err := s.Channel.Send(t.Context(), channels.NewAddress("chat", "x", nil), channelstest.Reply("other")); err == nil {
		t.Error("an address of another door was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Channel.Send(ctx, channels.NewAddress(name, "sheet 1", nil), channelstest.Reply("late")); err == nil {
		t.Error("a send whose context had ended succeeded")
	}
}

// Whatever order the pages of a pack come in, each child's pages stay together and alone.
func TestPagesOfAPack(t *testing.T) {
	a, b := newNumber(), newNumber()
	for _, test := range []struct {
		pages []string
		want  string
	}{
		{[]string{a, "", b, ""}, "2 2"}, {[]string{a, "", "", b}, "3 1"}, {[]string{"", a, "", b}, "1 2 1"},
		{[]string{a, a, b, b}, "2 2"}, {[]string{a, b, a}, "1 1 1"}, {[]string{"", ""}, "2"},
	} {
		var letters []sent
		for _, number := range test.pages {
			letters = add(letters, side{number: number}, nil)
		}
		var got []int
		for _, l := range letters {
			got = append(got, len(l.papers))
		}
		if fmt.Sprint(got) != "["+test.want+"]" {
			t.Errorf("%v: %v, not %v", test.pages, got, test.want)
		}
	}
}
