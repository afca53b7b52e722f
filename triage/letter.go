package triage

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Wish is a way in which who wrote a letter wants the answer, as a box of the sheet says it. The door of letters writes
// its Word into the letter's text.
type Wish struct {
	Code string // for programs
	Word string // in the text, and on screens
}

// The codes of the wishes.
const (
	WishPost      = "letter"     // by post, to where the letter says
	WishChat      = "chat"       // on the chat's page; the way in by post
	WishCall      = "phone"      // by phone
	WishNotSchool = "not_school" // not by way of the school
	WishNothing   = "none"       // no answer at all
)

// Wishes lists the boxes of a sheet in their order.
var Wishes = []Wish{
	{WishPost, "手紙で、書いたところへ"},
	{WishChat, "チャットで。入り方を手紙で"},
	{WishCall, "電話で"},
	{WishNotSchool, "学校をとおさないで"},
	{WishNothing, "返事はいらない"},
}

// LetterText is the text of a letter taken apart: what its sheet tells, what was written, what was ticked, and where an
// answer may go. All of it is as the case keeps it, so names are placeholders.
type LetterText struct {
	Head   string   // 2026年7月の手紙　[学校1], or ""
	Words  string   // what was written
	Wishes []string // codes, in the order of Wishes
	Reach  string   // where an answer may go
	Marks  string   // [写真1] and the like
}

var (
	headLine = regexp.MustCompile(`^〔(20[0-9]{2}年[0-9]{1,2}月の手紙[^〕]*)〕$`)
	markLine = regexp.MustCompile(`^\[(写真|ファイル|書類)\d+\]$`)
)

const (
	wishOpen  = "〔返事："
	wishClose = "〕"
	reachOpen = "〔送り先〕"
)

// unreadLines are what the door of letters writes where a machine read no word.
var unreadLines = []string{"（機械には、文字が読めませんでした。写真を見てください。）", "[読めない手紙]"}

// ReadLetter takes a letter's text apart.
func ReadLetter(text string) LetterText {
	var l LetterText
	var words, reach, marks []string
	into := &words
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		wish, isWish := strings.CutPrefix(line, wishOpen)
		to, isReach := strings.CutPrefix(line, reachOpen)
		head := headLine.FindStringSubmatch(line)
		switch {
		case i == 0 && head != nil:
			l.Head = head[1]
		case isWish && strings.HasSuffix(wish, wishClose):
			for _, w := range Wishes {
				if strings.Contains(wish, w.Word) && !slices.Contains(l.Wishes, w.Code) {
					l.Wishes = append(l.Wishes, w.Code)
				}
			}
			into = &words
		case isReach:
			reach = append(reach, to)
			into = &reach
		case markLine.MatchString(line):
			marks = append(marks, line)
			into = &words
		case slices.Contains(unreadLines, line):
		default:
			*into = append(*into, line)
		}
	}
	l.Wishes = inOrder(l.Wishes)
	l.Words, l.Reach, l.Marks = joined(words), joined(reach), joined(marks)
	return l
}

// Unframed returns a letter's text for judging it: what the desk's own machine wrote around the child's words (the head, the
// ticked boxes, the marks of pictures) is no sign of anything, nor are the numbers of a postcode, a house or a telephone
// where an answer may go. Line breaks stand in their place, as many as there were characters, so that places in what is
// returned are places in the text.
func Unframed(text string) string {
	lines := strings.Split(text, "\n")
	reach := false
	for i, line := range lines {
		wish, isWish := strings.CutPrefix(line, wishOpen)
		to, isReach := strings.CutPrefix(line, reachOpen)
		switch {
		case i == 0 && headLine.MatchString(line), markLine.MatchString(line), isWish && ticks(wish):
			lines[i], reach = breaks(line), false
		case isReach:
			lines[i], reach = breaks(reachOpen)+numberless(to), true
		case reach:
			lines[i] = numberless(line)
		}
	}
	return strings.Join(lines, "\n")
}

// ticks reports whether the rest of a line has nothing but the words of boxes.
func ticks(rest string) bool {
	rest, closed := strings.CutSuffix(rest, wishClose)
	return closed && !slices.ContainsFunc(strings.Split(rest, "、"), func(word string) bool {
		return !slices.ContainsFunc(Wishes, func(w Wish) bool { return strings.Contains(w.Word, word) })
	})
}

// numberless has line breaks for what addresses and telephone numbers are written with besides words.
func numberless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || strings.ContainsRune("〒-‐–−－", r) {
			return '\n'
		}
		return r
	}, s)
}

func breaks(s string) string { return strings.Repeat("\n", utf8.RuneCountInString(s)) }

func joined(lines []string) string { return strings.TrimSpace(strings.Join(lines, "\n")) }

// inOrder returns the codes that there are, each once, in the order of Wishes.
func inOrder(codes []string) []string {
	var all []string
	for _, w := range Wishes {
		if slices.Contains(codes, w.Code) {
			all = append(all, w.Code)
		}
	}
	return all
}

// String puts the text together again.
func (l LetterText) String() string {
	var lines []string
	if l.Head != "" {
		lines = append(lines, "〔"+l.Head+"〕")
	}
	if l.Words != "" {
		lines = append(lines, l.Words)
	}
	if len(l.Wishes) > 0 {
		var words []string
		for _, w := range Wishes {
			if slices.Contains(l.Wishes, w.Code) {
				words = append(words, w.Word)
			}
		}
		lines = append(lines, wishOpen+strings.Join(words, "、")+wishClose)
	}
	if l.Reach != "" {
		lines = append(lines, reachOpen+l.Reach)
	}
	if l.Marks != "" {
		lines = append(lines, l.Marks)
	}
	return strings.Join(lines, "\n")
}

// Wants reports whether that wish is among the ticked ones.
func (l LetterText) Wants(code string) bool { return slices.Contains(l.Wishes, code) }

// Silent reports whether no answer is wanted: that box is ticked, and no way in which an answer could come.
func (l LetterText) Silent() bool {
	return l.Wants(WishNothing) && !l.Wants(WishPost) && !l.Wants(WishChat) && !l.Wants(WishCall)
}

// LetterOf returns the latest letter among the events, its text as it was corrected last; false where no letter came.
func LetterOf(events []Event) (LetterText, bool) {
	for _, e := range slices.Backward(events) {
		if e.From == Seeker && e.Kind == KindMessage && e.Channel == "letter" && e.Corrects == "" {
			return ReadLetter(Latest(events, e).Text), true
		}
	}
	return LetterText{}, false
}

// Latest returns the event whose text takes the place of e's: the last correction, or e itself.
func Latest(events []Event, e Event) Event {
	for _, x := range slices.Backward(events) {
		if x.Corrects == e.ID && x.Corrects != "" {
			return x
		}
	}
	return e
}
