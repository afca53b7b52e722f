package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	letters "madoguchi/channels/letter"
	"madoguchi/triage/city"
	"madoguchi/triage/paper"
)

var lettersPrintCommand = command{name: "letters print", args: "--school ID --round 2026-07 --count N --out FILE.pdf",
	does: "makes a pack of letter sheets for a school, to be printed on both sides (long edge)",
	own: []flagDef{{"school", "", "the school's id in the city file"}, {"round", "", "year and month: 07, 10 or 01"},
		{"count", "", fmt.Sprintf("how many sheets, at most %d", letters.MaxPack)}, {"out", "", "where to write the PDF"}},
	run: lettersPrint}

func lettersPrint(_ context.Context, p *program, _ []string) error {
	c, err := loadCity(p.set["CITY"], nil)
	if err != nil {
		return err
	}
	school, ok := c.SchoolByID(p.flags["school"])
	if !ok {
		return errors.New("--school: expected the id of a school in the city file")
	}
	if !letters.ValidRound(p.flags["round"]) {
		return errors.New("--round: expected a year and 07, 10 or 01, such as 2026-07")
	}
	n, err := strconv.Atoi(p.flags["count"])
	if err != nil || n < 1 || n > letters.MaxPack {
		return fmt.Errorf("--count: expected a number from 1 to %d", letters.MaxPack)
	}
	if p.flags["out"] == "" {
		return errors.New("--out: expected the name of a file")
	}
	doc, err := paper.New()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(p.flags["out"], os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return errors.New("--out: the file cannot be made, or is there already")
	}
	sheets := letters.Sheets{Dir: p.set["LETTER_SHEETS"]}
	numbers, err := sheets.Make(school.ID, p.flags["round"], n, codeReads)
	if err != nil {
		return errors.Join(err, out.Close(), os.Remove(out.Name()))
	}
	s := sheet{doc, c, time.Now()}
	for _, number := range numbers {
		s.inner(number)
		s.outer()
	}
	_, err = doc.WriteTo(out)
	if err = errors.Join(err, out.Close()); err != nil {
		return errors.Join(errors.New("--out: the file cannot be written"), os.Remove(out.Name()))
	}
	fmt.Fprintf(p.stdout, "%d sheets for %s, round %s: print on both sides and keep the pack in the order in which it comes out\n", n, school.ID, p.flags["round"])
	return nil
}

// codeReads reports whether the door will read the code that is printed for a number.
func codeReads(number string) bool {
	code, err := paper.Modules(letters.QR(number))
	return err == nil && letters.Reads(code, number)
}

// sheet draws the two sides of letter sheets.
type sheet struct {
	*paper.Doc
	city *city.City
	now  time.Time
}

// text is a text of the catalogue, without the marks of what is emphasized on a screen.
func (s sheet) text(key string) string {
	return strings.ReplaceAll(s.city.Text(key, "letter", s.now, nil), "**", "")
}

const margin = 15.

var (
	thin  = paper.Stroke{Width: .3}
	pale  = paper.Stroke{Width: .2, Grey: 205}
	trace = paper.Stroke{Width: .25, Grey: 120, Dash: true}
)

// inner is the side to write on. Whatever the machine must not take for a child's words stays out of the places of
// the layout, or is pale.
func (s sheet) inner(number string) {
	s.Page()
	code := letters.CodeAt
	s.Code(code.X, code.Y, code.W, letters.QR(number))
	s.Words(code.X-4, code.Y+code.H+1, 40, letters.Spaced(number), paper.Style{Size: 9, Lead: 1.3})
	s.Words(margin, 11, 140, "話（はな）してみる手紙（てがみ）", paper.Style{Size: 19, Bold: true})
	y := s.Words(margin, 24, 140, s.text("letter.sheet"), paper.Style{Size: 10.5, Lead: 1.75})
	s.Words(margin, y+1, 140, s.text("letter.secret"), paper.Style{Size: 8, Lead: 1.7})

	w := letters.WriteAt
	s.Box(w.X-1.5, w.Y-1.5, w.W+3, w.H+3, thin)
	for y := w.Y + 10; y < w.Y+w.H; y += 10 {
		s.Line(w.X+1, y, w.X+w.W-1, y, pale)
	}
	t := letters.TickAt
	s.Words(margin, t.Y-9, 180, "返事（へんじ）は、どうしてほしいですか（いくつでも、□に✓をつけてください）", paper.Style{Size: 10.5, Bold: true})
	for i, wish := range letters.Wishes() {
		y := t.Y + float64(i)*letters.TickStep
		s.Box(t.X, y, t.W, t.H, thin)
		s.Words(t.X+9, y-1.6, 165, wish.Label, paper.Style{Size: 10.5})
	}
	r := letters.ReachAt
	s.Words(margin, r.Y-8, 180, "送（おく）り先（さき）や電話番号（でんわばんごう）。返事がほしい人だけ書いてください", paper.Style{Size: 9})
	s.Box(r.X-1.5, r.Y-1.5, r.W+3, r.H+3, thin)
	s.Words(margin, r.Y+r.H+2.5, 180, s.text("letter.night"), paper.Style{Size: 8, Lead: 1.55})
}

// outer is the side that the post sees: folded in three, its middle is the front. It names nothing that tells what is inside.
func (s sheet) outer() {
	s.Page()
	const third = paper.Height / 3
	for _, y := range []float64{third, 2 * third} {
		s.Line(0, y, paper.Width, y, trace)
	}
	y := s.Words(margin, 12, 180, s.text("letter.fold"), paper.Style{Size: 11, Lead: 1.9})
	s.Words(margin, y+4, 180, "1　下（した）の点線（てんせん）を、山折（やまお）りにする\n2　「のり」と書いてあるところに、のりをつける\n3　上（うえ）の点線を、山折りにしてかさね、おさえる", paper.Style{Size: 11, Lead: 1.9})

	y = third + 8
	s.stamp(margin, y)
	postcode, address := postal(s.city.Desk.Address)
	s.Words(75, y+8, 120, postcode, paper.Style{Size: 16, Lead: 1.4})
	end := s.Words(75, y+18, 120, address, paper.Style{Size: 14, Lead: 1.6})
	s.Words(75, end+4, 120, s.city.Desk.Neutral+"　行", paper.Style{Size: 18, Bold: true})

	s.Box(margin, 2*third+3, paper.Width-2*margin, 8, trace)
	s.Words(margin+84, 2*third+3.4, 30, "の　り", paper.Style{Size: 11, Grey: 90})
	for _, x := range []float64{4, paper.Width - 12} {
		s.Box(x, 2*third+3, 8, third-12, trace)
		s.Words(x+2, 2*third+38, 6, "の\n\nり", paper.Style{Size: 11, Grey: 90})
	}
}

// stamp is the box where a stamp would be. That no stamp is needed stands there only where the city has the post's approval.
func (s sheet) stamp(x, y float64) {
	postage := s.city.Desk.Postage
	if postage == "" {
		s.Box(x, y, 20, 24, pale)
		s.Words(x+2.5, y+6, 16, "切手（きって）", paper.Style{Size: 9, Grey: 120})
		return
	}
	s.Box(x, y, 34, 38, thin)
	s.Words(x+3, y+1, 30, "料金受取人払郵便", paper.Style{Size: 9.5, Bold: true, Lead: 1.5})
	s.Line(x, y+8, x+34, y+8, thin)
	s.Words(x+3, y+9, 29, postage, paper.Style{Size: 8.5, Lead: 1.5})
	s.Words(x, y+39, 60, "切手（きって）をはらずに、出せます", paper.Style{Size: 9})
}

// postal parts the postcode from an address.
func postal(address string) (postcode, rest string) {
	if first, rest, ok := strings.Cut(address, " "); ok && strings.HasPrefix(first, "〒") {
		return first, rest
	}
	return "", address
}
