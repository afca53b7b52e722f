package letter

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"slices"
	"strings"

	"madoguchi/channels"
)

const (
	unreadable = "[読めない手紙]"
	wordless   = "（機械には、文字が読めませんでした。写真を見てください。）"
)

var errStore = errors.New("letter: the house cannot store now")

// sent is one letter of a scan: all pages from a sheet's code to the next one's.
type sent struct {
	papers   []side
	pictures [][]byte
}

func (s sent) number() string {
	for _, p := range s.papers {
		if p.number != "" {
			return p.number
		}
	}
	return ""
}

// take takes in all letters of a scan and returns once they are stored.
func (d *door) take(ctx context.Context, data []byte) error {
	var letters []sent
	s := scan{data, sortOf(data)}
	err := d.pages(ctx, s, func(page *image.Gray) error {
		p, err := d.read(ctx, page)
		if err != nil {
			return err
		}
		var picture bytes.Buffer
		if s.still() { // it is looked at as it came
			letters = add(letters, p, nil)
			return nil
		}
		if err := jpeg.Encode(&picture, page, &jpeg.Options{Quality: 85}); err != nil {
			return errUnreadable
		}
		letters = add(letters, p, picture.Bytes())
		return nil
	})
	if err != nil {
		return err
	}
	hash := called(data)
	var messages []channels.Message
	for i, l := range letters {
		who := "scan " + hash + "#" + itoa(i)
		if number := l.number(); number != "" {
			who = "sheet " + number
		}
		m := d.message(who, hash+"#"+itoa(i))
		if err := d.pictures(ctx, &m, l, data, len(letters) == 1); err != nil {
			return err
		}
		m.Text = d.text(l) + m.Text
		messages = append(messages, m)
	}
	return d.store(ctx, messages...)
}

// add puts a page to the letter that it belongs to: a new one where it shows another sheet's number.
func add(letters []sent, p side, picture []byte) []sent {
	if n := len(letters); n == 0 || p.number != "" && p.number != letters[n-1].number() {
		letters = append(letters, sent{})
	}
	l := &letters[len(letters)-1]
	l.papers, l.pictures = append(l.papers, p), append(l.pictures, picture)
	return letters
}

// message begins a message. Its id holds what the scan holds, so that the same scan is one letter.
func (d *door) message(who, id string) channels.Message {
	return channels.Message{ID: id, Kind: name, From: channels.NewAddress(name, who, nil), At: d.env.Now(), Unchecked: true}
}

// pictures keeps what people will look at, and marks it in the text: the scan itself where it is one letter, and otherwise
// this letter's pages only, since the others are of other children.
func (d *door) pictures(ctx context.Context, m *channels.Message, l sent, data []byte, alone bool) error {
	switch s := (scan{data, sortOf(data)}); {
	case s.still():
		return d.keep(ctx, m, data, channels.Picture)
	case alone && len(data) <= channels.MaxFile && s.sort == "pdf":
		return d.keep(ctx, m, data, channels.Document)
	}
	for _, picture := range l.pictures {
		if err := d.keep(ctx, m, picture, channels.Picture); err != nil {
			return err
		}
	}
	return nil
}

func (d *door) keep(ctx context.Context, m *channels.Message, data []byte, sort string) error {
	f, err := d.env.Files.Keep(ctx, bytes.NewReader(data), sort)
	if errors.Is(err, channels.ErrTooLarge) {
		return errUnreadable
	}
	if err != nil {
		return errStore
	}
	m.Files = append(m.Files, f)
	mark := "写真"
	if sort == channels.Document {
		mark = "ファイル"
	}
	n := len(slices.DeleteFunc(slices.Clone(m.Files), func(x channels.File) bool { return x.Sort != sort }))
	m.Text += "\n[" + mark + itoa(n) + "]"
	return nil
}

// text is what the desk reads: from where the sheet came, what was ticked, what was written.
func (d *door) text(l sent) string {
	var lines []string
	if sheet, ok := d.sheets.Find(l.number()); ok {
		lines = append(lines, "〔"+RoundWord(sheet.Round)+"の手紙　"+d.env.Desk.School(sheet.School)+"〕")
	}
	words := false
	for _, p := range l.papers {
		if p.text != "" {
			lines = append(lines, p.text)
			words = true
		}
	}
	if !words {
		lines = append(lines, wordless)
	}
	for _, p := range l.papers {
		if len(p.wishes) > 0 {
			lines = append(lines, "〔返事："+strings.Join(p.wishes, "、")+"〕")
		}
		if p.reach != "" {
			lines = append(lines, "〔送り先〕"+p.reach)
		}
	}
	return strings.Join(lines, "\n")
}

// store returns once all are in Redis: paper can wait, so what is only held stays where it is.
func (d *door) store(ctx context.Context, messages ...channels.Message) error {
	if len(messages) == 0 {
		return errUnreadable
	}
	state, err := d.env.Intake.Take(ctx, messages...)
	if err != nil || state != channels.Stored {
		return errStore
	}
	return nil
}
