package letter_test

import (
	"bytes"
	"image"
	"os"
	"testing"
	"time"

	"madoguchi/channels"
	"madoguchi/channels/channelstest"
	"madoguchi/channels/letter"
	"madoguchi/triage/paper"
)

// TestMain is the door in a process of its own where a test asks for that, so that it can be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LETTER_TEST_DOOR"); dir != "" {
		letter.Victim(dir)
		return
	}
	os.Exit(m.Run())
}

// scanner is a machine that scans sheets on which nothing is written: what a reading machine makes of words is for other
// tests, and the suite is about when a scan counts as taken.
type scanner struct {
	dir      string
	pictures map[int]*image.Gray // of the sheet that each person has, shared by all tests
}

func (p *scanner) Deliver(t *testing.T, s *channelstest.Site, m channelstest.Inbound) bool {
	t.Helper()
	if p.pictures[m.From] == nil {
		p.pictures[m.From] = empty(t)
	}
	picture := p.pictures[m.From]
	copy(picture.Pix, append([]byte(m.ID), make([]byte, 64)...)) // no two scans of one sheet are the same
	data := letter.Encoded(t, picture, "png")
	tried := s.Intake.Attempts()
	letter.Drop(t, p.dir, m.ID+".png", data)
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if left := letter.In(t, p.dir, "."); len(left) == 1 && left[0] == letter.Accepted {
			return true
		}
		if s.Intake.Attempts() > tried+2 {
			return false
		}
	}
	return false
}

// empty is a sheet on which nothing is written, as small as its code can still be read: of a hundred numbers that are printed about
// one cannot at that size.
func empty(t *testing.T) *image.Gray {
	t.Helper()
	for range 10 {
		doc, err := paper.New()
		if err != nil {
			t.Fatal(err)
		}
		doc.Page()
		doc.Code(letter.CodeAt.X, letter.CodeAt.Y, letter.CodeAt.W, letter.QR(letter.Number(t)))
		var pdf bytes.Buffer
		if _, err := doc.WriteTo(&pdf); err != nil {
			t.Fatal(err)
		}
		page := letter.Page(t, pdf.Bytes(), 75)
		if _, err := letter.CodeOn(page); err == nil {
			return page
		}
	}
	t.Fatal("no code of that size can be read")
	return nil
}

// Forge does nothing: whoever has paper may write.
func (p *scanner) Forge(*testing.T, *channelstest.Site, channelstest.Inbound) bool { return false }

func (p *scanner) Delivered() []channelstest.Outbound { return nil }

func (p *scanner) Address() (alive, dead channels.Address) {
	return channels.Address{}, channels.Address{}
}

func TestDoor(t *testing.T) {
	pictures := map[int]*image.Gray{}
	channelstest.Run(t, channelstest.Fixture{Kind: letter.Coarse, Name: "letter", Waits: true, NoSend: true,
		Normal: func(string) string { return letter.Wordless + "\n[写真1]" },
		Open: func(t *testing.T) (map[string]string, channelstest.Provider) {
			dir := t.TempDir()
			return map[string]string{"LETTER_DIR": dir, "LETTER_SHEETS": t.TempDir()}, &scanner{dir, pictures}
		}})
}
