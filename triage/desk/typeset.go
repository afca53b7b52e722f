package desk

import (
	"bytes"
	"errors"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/paper"
)

// The places of the envelope sheet, in millimetres: folded in three, its first third lies behind the window of a 長形3号
// envelope (90 by 45, 20 from the left and 12 from the top), and shows nothing but the two addresses.
const (
	edge    = 22.
	toX     = 24.
	toY     = 15.
	toWidth = 84.
	fromY   = 47.
	third   = paper.Height / 3
	column  = paper.Width - 2*edge
	foot    = paper.Height - 20
)

var (
	fold  = paper.Stroke{Width: .2, Grey: 170, Dash: true}
	rule  = paper.Stroke{Width: .3, Grey: 150}
	large = paper.Style{Size: 13, Lead: 1.9}
	plain = paper.Style{Size: 10.5, Lead: 1.8}

	strong = paper.Style{Size: 10.5, Lead: 1.8, Bold: true}
)

// typeset makes the PDF of an answer.
func (d *Desk) typeset(s sheet) ([]byte, error) {
	doc, err := paper.New()
	if err != nil {
		return nil, Printed(err)
	}
	l := &leaf{Doc: doc, desk: d}
	l.envelope(s)
	l.open()
	l.letter(s)
	var pdf bytes.Buffer
	if _, err := doc.WriteTo(&pdf); err != nil {
		return nil, err
	}
	return pdf.Bytes(), nil
}

// Printed is what came of printing: where the typeface is missing, a refusal that says so.
func Printed(err error) error {
	if errors.Is(err, paper.ErrNoFont) {
		return refuse(triage.CodeState, "この機械には、印刷の文字（BIZ UDPゴシック）がありません。管理者に知らせてください。")
	}
	return err
}

// leaf is the page at hand and how far down it is written.
type leaf struct {
	*paper.Doc
	desk *Desk
	y    float64
}

func (l *leaf) open() {
	l.Page()
	l.y = 20
}

// text is a text of the catalogue, without the marks of what is emphasized on a screen.
func (l *leaf) text(key string, with map[string]string) string {
	return strings.ReplaceAll(l.desk.City.Text(key, "letter", l.desk.Clock.Now(), with), "**", "")
}

// envelope is the sheet that lies behind the window, or is copied from. Nothing on it tells what is inside.
func (l *leaf) envelope(s sheet) {
	l.Page()
	for _, y := range []float64{third, 2 * third} {
		l.Line(4, y, 12, y, fold)
		l.Line(paper.Width-12, y, paper.Width-4, y, fold)
	}
	switch {
	case !s.final:
		l.Words(toX, toY, toWidth, "（あて先は、印刷するときに入ります）", paper.Style{Size: 10, Grey: 110})
	case strings.TrimSpace(s.to) == "":
		for i := range 3 {
			l.Line(toX, toY+9+float64(i)*9, toX+toWidth, toY+9+float64(i)*9, rule)
		}
	default:
		l.address(honoured(s.to))
	}
	postcode, street, name := l.desk.City.Sender()
	from := strings.Join(strings.Fields("差出人 "+postcode+" "+street+" "+name), "　")
	l.Words(toX, fromY, toWidth, from, paper.Style{Size: 7.5, Lead: 1.5})
}

// address sets an address as large as there is room for in the window.
func (l *leaf) address(to string) {
	s := paper.Style{Size: 12.5, Lead: 1.6}
	for ; s.Size > 7; s.Size-- {
		if float64(len(l.Lines(toWidth, to, s)))*s.Size*s.Lead*25.4/72 <= fromY-toY {
			break
		}
	}
	l.Words(toX, toY, toWidth, to, s)
}

// honoured adds 様 to the name below an address.
func honoured(to string) string {
	lines := strings.Split(strings.TrimSpace(to), "\n")
	last := strings.TrimRight(lines[len(lines)-1], " 　")
	for _, end := range []string{"様", "さま", "さん", "宛", "あて", "行", "御中", "方"} {
		if strings.HasSuffix(last, end) {
			return strings.Join(lines, "\n")
		}
	}
	if len(lines) > 1 {
		lines[len(lines)-1] = last + "　様"
	}
	return strings.Join(lines, "\n")
}

// letter is the letter itself.
func (l *leaf) letter(s sheet) {
	name := "こんにちは"
	if s.named != "" {
		name = s.named + "さん"
	}
	day := l.desk.Clock.Now().In(triage.JST).Format("2006年1月2日")
	l.Words(paper.Width-edge-28, l.y, 40, day, paper.Style{Size: 9.5, Lead: 1.6})
	l.y += 10
	opening := "letter.reply"
	if !s.words {
		opening = "letter.reply.code"
	}
	l.write(l.text(opening, map[string]string{"呼び名": name}), large)
	switch {
	case !s.words:
	case s.question != nil:
		l.ask(s)
	default:
		l.between(s.Text)
	}
	if s.code {
		l.way(s)
	}
	l.write(l.text("letter.again", nil), plain)
	l.write(l.text("letter.night", nil), plain)
	_, _, sender := l.desk.City.Sender()
	l.write(l.desk.City.Name+"　"+sender, plain)
}

// between sets the answer between two lines.
func (l *leaf) between(words string) {
	l.ruled()
	l.write(words, large)
	l.ruled()
}

// ask sets the question whether a school may be told, with boxes for the answer. Silence is no.
func (l *leaf) ask(s sheet) {
	reader := s.School
	if school, ok := l.desk.City.SchoolByID(s.School); ok {
		if reader = school.Reader; reader == "" {
			reader = school.Name
		}
	}
	with := map[string]string{"伝える人": reader, "伝えること": s.Text, "伝える名前": "手紙（てがみ）に書いてくれた名前"}
	key := "consent.anonymous"
	if _, family := triage.Family(s.School); family {
		key, with["伝える人"] = "consent.guardian", l.desk.City.Reader(s.School)
	} else if s.question.Level == triage.LevelNamed {
		key = "consent.named"
	}
	text := l.desk.City.Text(key, "letter", l.desk.Clock.Now(), with)
	if text == "" {
		text = s.Text
	}
	l.ruled()
	for part := range strings.SplitSeq(text, "\n\n") {
		if rest, ok := strings.CutPrefix(part, "**"); ok {
			head, rest, _ := strings.Cut(rest, "**")
			l.write(head, strong)
			l.y -= 3
			part = strings.TrimSpace(rest)
		}
		l.write(part, plain)
	}
	for _, answer := range []string{"いいです", "ここを直（なお）して", "まだわからない", "いやです"} {
		l.room(9)
		l.Box(edge+2, l.y+2, 4.5, 4.5, paper.Stroke{Width: .35})
		l.Words(edge+10, l.y+.6, column-10, answer, plain)
		l.y += 8
	}
	l.y += 2
	l.write(l.text("letter.consent", nil), plain)
	l.ruled()
}

// way sets the way into the chat: the page's address and the return code.
func (l *leaf) way(s sheet) {
	l.write(l.text("letter.code", nil), plain)
	words := parted(s.Code)
	switch {
	case !s.final:
		words = "（合言葉は、印刷するときに入ります）"
	case s.Code == "":
		words = l.text("letter.code.before", nil)
	}
	const side = 24
	l.room(side + 12)
	top := l.y
	l.Code(paper.Width-edge-side-2, top+2, side, l.desk.ChatURL)
	wide := column - side - 12
	y := l.Words(edge+2, top, wide, "ページのあて先（さき）", paper.Style{Size: 9, Lead: 1.8, Grey: 90})
	y = l.Words(edge+2, y, wide, l.desk.ChatURL, paper.Style{Size: 12, Lead: 1.6, Bold: true})
	y = l.Words(edge+2, y+2, wide, "合言葉（あいことば）", paper.Style{Size: 9, Lead: 1.8, Grey: 90})
	style := paper.Style{Size: 14, Lead: 1.7, Bold: s.Code != ""}
	if s.Code == "" {
		style = plain
	}
	y = l.Words(edge+2, y, wide, words, style)
	if s.Digits != "" {
		y = l.Words(edge+2, y, wide, "数字（すうじ）でも開（ひら）けます："+s.Digits, paper.Style{Size: 9, Lead: 1.8})
	}
	l.y = max(y, top+side+4) + 4
}

// parted sets a return code on two lines, so that no word of it is parted at a line's end.
func parted(code string) string {
	words := strings.Fields(code)
	if len(words) < 5 {
		return code
	}
	half := (len(words) + 1) / 2
	return strings.Join(words[:half], "　") + "\n" + strings.Join(words[half:], "　")
}

// write sets text and goes on to further pages as it needs.
func (l *leaf) write(text string, s paper.Style) {
	if strings.TrimSpace(text) == "" {
		return
	}
	for _, line := range l.Lines(column, text, s) {
		l.room(s.Size * s.Lead * 25.4 / 72)
		l.y = l.Words(edge, l.y, column, line, s)
	}
	l.y += 3
}

// ruled draws a line across.
func (l *leaf) ruled() {
	l.room(8)
	l.Line(edge, l.y+2, paper.Width-edge, l.y+2, rule)
	l.y += 5
}

// room begins another page where less than that is left.
func (l *leaf) room(height float64) {
	if l.y+height > foot {
		l.open()
	}
}
