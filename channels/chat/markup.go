package chat

import (
	"html/template"
	"regexp"
	"strings"
)

var (
	furigana = regexp.MustCompile(`([\p{Han}々〆ヶ]+)（([\p{Hiragana}ー]+)）`)
	strong   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	dialled  = regexp.MustCompile(`<strong>(#?[0-9][0-9-]{1,15})</strong>`)
	item     = regexp.MustCompile(`^(?:・|([0-9]+)\. ?)`)
)

// slots are places in a text that the page fills: a rune for private use stands for each in what Desk.Text is given.
var slots = map[string]string{"school": "\ue001", "words": "\ue002", "code": "\ue003", "count": "\ue004", "next": "\ue005", "by": "\ue006"}

func slot(name string) string { return `<span class="slot" data-slot="` + name + `"></span>` }

// inline sets a line: everything is escaped first, so that a text can only add what is listed here.
func inline(text string) template.HTML {
	html := template.HTMLEscapeString(text)
	html = strong.ReplaceAllString(html, "<strong>$1</strong>")
	html = furigana.ReplaceAllString(html, "<ruby>$1<rp>（</rp><rt>$2</rt><rp>）</rp></ruby>")
	for name, mark := range slots {
		html = strings.ReplaceAll(html, mark, slot(name))
	}
	return template.HTML(html) //nolint:gosec // escaped above
}

// block sets a text of several lines: paragraphs and lists.
func block(text string) template.HTML {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n") {
		list, open := "", false
		for i, line := range strings.Split(strings.TrimSpace(part), "\n") {
			mark := item.FindStringSubmatch(line)
			want := ""
			switch {
			case mark == nil:
			case mark[1] != "":
				want = "ol"
			default:
				want = "ul"
			}
			if want != list && list != "" {
				b.WriteString("</" + list + ">")
			}
			switch {
			case want != "":
				if open {
					b.WriteString("</p>")
					open = false
				}
				if want != list {
					b.WriteString("<" + want + ">")
				}
				b.WriteString("<li>" + string(inline(strings.TrimSpace(line[len(mark[0]):]))) + "</li>")
			case open:
				b.WriteString("<br>" + string(inline(line)))
			case line != "" || i == 0:
				b.WriteString("<p>" + string(inline(line)))
				open = true
			}
			list = want
		}
		if list != "" {
			b.WriteString("</" + list + ">")
		}
		if open {
			b.WriteString("</p>")
		}
	}
	return template.HTML(b.String()) //nolint:gosec // made of escaped lines
}

// numbers sets a text like block, and makes its emphasized telephone numbers ready to be dialled.
func numbers(text string) template.HTML {
	return template.HTML(dialled.ReplaceAllStringFunc(string(block(text)), func(s string) string { //nolint:gosec // as block
		number := dialled.FindStringSubmatch(s)[1]
		return `<a class="dial" href="tel:` + strings.ReplaceAll(strings.ReplaceAll(number, "-", ""), "#", "%23") + `">` + number + `</a>`
	}))
}
