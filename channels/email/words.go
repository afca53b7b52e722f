package email

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// history knows the desk's own words where a mail quotes them, and nothing else: what somebody else wrote stays, under whatever
// mark, because it may be the very words that matter.
type history struct {
	fixed []pattern // the lines that stand in every mail of the desk
	sent  []sent    // the mails that this one answers
	heads []string  // what the lines above a quotation name the desk by
}

// pattern is a line that begins and ends in a way that is known.
type pattern struct {
	begin, end string
	varies     bool // between them
}

// patterns returns the lines of a text in which hole stands for what varies.
func patterns(text, hole string) (all []pattern) {
	for line := range strings.Lines(text) {
		begin, end, varies := strings.Cut(bare(line), hole)
		if i := strings.LastIndex(end, hole); i >= 0 {
			end = end[i+len(hole):]
		}
		switch {
		case begin == "" && end == "":
		default:
			all = append(all, pattern{begin, end, varies})
		}
	}
	return all
}

// maxJoined is into how many lines a program may break one.
const maxJoined = 6

// ours reports how many of the lines, from the first on, are together one line of the desk's. Empty lines are nobody's.
func (h history) ours(lines []string) int {
	joined := ""
	for i, line := range lines[:min(len(lines), maxJoined)] {
		b := bare(line)
		if b == "" || len(joined) > 4000 {
			break
		}
		if joined += b; h.knows(joined) {
			return i + 1
		}
	}
	return 0
}

func (h history) knows(bare string) bool {
	for _, p := range h.fixed {
		if bare == p.begin && !p.varies || p.varies && len(bare) >= len(p.begin)+len(p.end) && strings.HasPrefix(bare, p.begin) && strings.HasSuffix(bare, p.end) {
			return true
		}
	}
	return slices.ContainsFunc(h.sent, func(s sent) bool { return s.said(bare) })
}

// The lines that programs put above a quotation.
var (
	headLine = regexp.MustCompile(`(?i)^(差出人|送信者|送信元|送信日時|送信日|日時|日付|宛先|受信者|件名|返信先|cc|bcc|from|sent|to|date|subject|reply-to)\s*[:：]`)
	ruleLine = regexp.MustCompile(`^([-‐―_＿=＝*]{5,}|[-‐―_＿=＝*\s]*(original message|元のメッセージ|元のメール|転送されたメッセージ|forwarded message|返信元のメッセージ|引用元)[-‐―_＿=＝*\s]*)$`)
	saidLine = regexp.MustCompile(`(\d{1,4}[年/.-]\d{1,2}[月/.-]\d{1,2}|\d{1,2}:\d{2}).*([:：]|wrote|書きました|のメール|より)\s*[:：]?$|^On .*(wrote|write):$|さん(は|が)書きました[:：。]?$`)
)

const (
	maxHead   = 10     // lines above a quotation
	maxQuoted = 20_000 // lines that are looked through
	strong    = 8      // characters of a line that nobody else writes by chance
)

// own leaves out what the mail quotes of the desk's. Where no line is the desk's, all stays. Where a program has left out which
// mail it answers, the marked lines below one that names the desk are taken for the desk's, unless nothing else is said; unsure
// tells that, and the mail is kept for it.
func (h history) own(text string) (said string, unsure bool) {
	if strings.Count(text, "\n") > maxQuoted {
		return text, false
	}
	lines := strings.Split(text, "\n")
	drop := make([]bool, len(lines))
	first, last := -1, -1 // lines that are surely the desk's
	for i := 0; i < len(lines); i++ {
		n := h.ours(lines[i:])
		for j := range n {
			drop[i+j] = true
		}
		if n > 0 && utf8.RuneCountInString(bare(strings.Join(lines[i:i+n], ""))) >= strong {
			if first < 0 {
				first = i
			}
			last = i + n - 1
		}
		i += max(n-1, 0)
	}
	for i, line := range lines { // a greeting, or thanks, are the desk's only within the desk's mail
		if first < 0 || (i < first-3 || i > last) && !isQuoted(line) {
			drop[i] = false
		}
	}
	if len(h.sent) == 0 {
		unsure = h.dropBlock(lines, drop)
	}
	if !slices.Contains(drop, true) {
		return text, false
	}
	h.dropHead(lines, drop)
	var kept []string
	for i, line := range lines {
		if !drop[i] && !(isQuoted(line) && bare(line) == "") {
			kept = append(kept, line)
		}
	}
	said = strings.TrimSpace(strings.Join(kept, "\n"))
	if said == "" && unsure {
		return text, false
	}
	return said, unsure
}

// dropBlock drops the marked lines below a line that names the desk, and tells whether any was not known to be the desk's.
func (h history) dropBlock(lines []string, drop []bool) (unsure bool) {
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if !h.named(line) || !strings.HasSuffix(line, ":") && !strings.HasSuffix(line, "：") && !saidLine.MatchString(line) {
			continue
		}
		for i+1 < len(lines) && (isQuoted(lines[i+1]) || strings.TrimSpace(lines[i+1]) == "") {
			i++
			unsure = unsure || isQuoted(lines[i]) && !drop[i] && bare(lines[i]) != ""
			drop[i] = drop[i] || isQuoted(lines[i])
		}
	}
	return unsure
}

// named reports whether a line names the desk.
func (h history) named(line string) bool {
	return slices.ContainsFunc(h.heads, func(name string) bool { return name != "" && strings.Contains(line, name) })
}

// dropHead drops what stands right above the first line to drop and says whose the quoted mail is.
func (h history) dropHead(lines []string, drop []bool) {
	i := slices.Index(drop, true) - 1
	for n := 0; i >= 0 && n < maxHead; i-- {
		line := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(lines[i]), ">＞ "))
		if line == "" {
			continue
		}
		if !headLine.MatchString(line) && !ruleLine.MatchString(strings.ToLower(line)) && !saidLine.MatchString(line) && !h.named(line) {
			return
		}
		drop[i] = true
		n++
	}
}

func isQuoted(line string) bool {
	line = strings.TrimSpace(line)
	return strings.HasPrefix(line, ">") || strings.HasPrefix(line, "＞")
}

var sentFrom = regexp.MustCompile(`(?i)^(sent from my [a-z0-9 ]{1,30}|(iPhone|iPad|Android|スマートフォン|携帯|ドコモメール|Yahoo!メールアプリ|[A-Za-z0-9 ]{1,20})から送信(されました)?[。.]?)$`)

var (
	contact  = regexp.MustCompile(`(?i)[@＠]|https?://|〒|tel|\d{2,4}[-－(]\d{2,4}`)
	sentence = regexp.MustCompile(`[。？！?!]|\p{Hiragana}{4}`)
)

const maxSigned = 8 // lines of a signature

// unsigned leaves out a signature: the line that a telephone puts under a mail, and what stands behind a line of two dashes if
// it is short but no single line, says where somebody can be reached, and has no sentence.
func unsigned(text string) string {
	lines := strings.Split(text, "\n")
	end := len(lines)
	for end > 0 && strings.TrimSpace(lines[end-1]) == "" {
		end--
	}
	if end > 0 && sentFrom.MatchString(strings.TrimSpace(lines[end-1])) {
		end--
	}
	reach := false
	for i := end - 1; i > 0 && i >= end-maxSigned && !isQuoted(lines[i]); i-- {
		line := strings.TrimSpace(lines[i])
		if line == "--" && reach && end-i > 2 {
			end = i
		}
		if line == "--" || sentence.MatchString(line) || utf8.RuneCountInString(line) > 60 {
			break
		}
		reach = reach || contact.MatchString(line)
	}
	if said := strings.TrimSpace(strings.Join(lines[:end], "\n")); said != "" {
		return said
	}
	return text
}

// flowed puts together the lines that a program has broken and says that it did (RFC 3676).
func flowed(text string, space bool) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		end := strings.TrimRight(line, "\n")
		if joins := strings.HasSuffix(end, " ") && end != "-- " && !isQuoted(end) && end != line; !joins {
			b.WriteString(line)
		} else if space {
			b.WriteString(end)
		} else {
			b.WriteString(end[:len(end)-1])
		}
	}
	return b.String()
}

// fromHTML returns the words of a page, a line for each block, and a mark before what it quotes. Nothing is fetched.
func fromHTML(page string) string {
	p := paper{}
	z := html.NewTokenizer(strings.NewReader(page))
	z.SetMaxBuf(maxWords)
	unseen := "" // the element inside of which nothing is shown
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(p.b.String())
		case html.TextToken:
			if unseen == "" {
				p.inline(string(z.Text()))
			}
		case html.SelfClosingTagToken:
			if tag, _ := z.TagName(); string(tag) == "br" {
				p.line()
			}
		case html.StartTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case "blockquote":
				p.block()
				p.quotes++
			case "p", "div", "li", "tr", "h1", "h2", "h3", "hr":
				p.block()
			case "br":
				p.line()
			case "style", "script", "title":
				unseen = string(tag)
			}
		case html.EndTagToken:
			switch tag, _ := z.TagName(); string(tag) {
			case unseen:
				unseen = ""
			case "blockquote":
				p.block()
				p.quotes = max(p.quotes-1, 0)
			case "p", "div", "li", "tr", "h1", "h2", "h3":
				p.block()
			}
		}
	}
}

// paper is what a page's words are written on.
type paper struct {
	b      strings.Builder
	quotes int
	begun  bool // the line has words
}

func (p *paper) line() {
	p.b.WriteByte('\n')
	p.begun = false
}

// block ends the line if there is one.
func (p *paper) block() {
	if p.begun {
		p.line()
	}
}

// inline adds text as a browser shows it, where any space is one.
func (p *paper) inline(text string) {
	space := func(r rune) bool { return r <= unicode.MaxASCII && unicode.IsSpace(r) }
	words := strings.FieldsFunc(text, space)
	if len(words) == 0 {
		if p.begun && text != "" {
			p.b.WriteByte(' ')
		}
		return
	}
	if !p.begun {
		p.b.WriteString(strings.Repeat("> ", min(p.quotes, 5)))
	} else if space(rune(text[0])) && !strings.HasSuffix(p.b.String(), " ") {
		p.b.WriteByte(' ')
	}
	p.begun = true
	p.b.WriteString(strings.Join(words, " "))
	if space(rune(text[len(text)-1])) {
		p.b.WriteByte(' ')
	}
}
