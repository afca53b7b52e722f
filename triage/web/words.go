package web

import (
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"time"
	"unicode"

	"madoguchi/triage"
)

// Piece is a stretch of somebody's words, as a page shows it: plain text, a placeholder, or a character that would not
// be seen (or would turn the line around) and is shown by its number.
type Piece struct {
	Text        string
	Placeholder string // [人物A]
	Mark        string // U+202E
}

// placeholders look like [人物A], [学校1], [電話1], [不明1].
var placeholders = regexp.MustCompile(`\[\p{L}{1,8}?[0-9A-Z]{1,4}\]`)

// came are the marks of what came with a message: they stand for no words.
var came = regexp.MustCompile(`^\[(写真|ファイル|書類|音声|動画|添付)\d+\]$`)

// Pieces cuts words for a page.
func Pieces(words string) []Piece {
	var all []Piece
	rest := words
	for _, at := range placeholders.FindAllStringIndex(words, -1) {
		if came.MatchString(words[at[0]:at[1]]) {
			continue
		}
		start := at[0] - (len(words) - len(rest))
		all = append(visible(all, rest[:start]), Piece{Placeholder: words[at[0]:at[1]]})
		rest = words[at[1]:]
	}
	return visible(all, rest)
}

// visible appends text with its hidden characters as marks.
func visible(all []Piece, text string) []Piece {
	start, prev := 0, rune(0)
	for i, r := range text {
		if hidden(r, prev) {
			if start < i {
				all = append(all, Piece{Text: text[start:i]})
			}
			all = append(all, Piece{Mark: fmt.Sprintf("U+%04X", r)})
			start = i + len(string(r))
		}
		prev = r
	}
	if start < len(text) {
		all = append(all, Piece{Text: text[start:]})
	}
	return all
}

// hidden reports whether r is a control or format character; the joiners and tags inside of an emoji are part of it.
func hidden(r, prev rune) bool {
	if r == '\n' || r == '\t' || r == '\ufe0f' {
		return false
	}
	if r == '\u200d' && (unicode.Is(unicode.So, prev) || unicode.Is(unicode.Sk, prev) || prev == '\ufe0f') {
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == '\u2028' || r == '\u2029'
}

// Block is a paragraph or a list of a text of the catalogue.
type Block struct {
	List  string // "ol", "ul" or empty for a paragraph
	Lines [][]Span
}

// Span is a stretch of a line.
type Span struct {
	Text string
	Bold bool
}

var numbered = regexp.MustCompile(`^[0-9]+\. `)

// Prose reads a text in the catalogue's form: paragraphs parted by empty lines, lists that begin with ・ or 1. , and **…**.
func Prose(text string) []Block {
	var blocks []Block
	fresh := true
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSpace(line)
		if line == "" {
			fresh = true
			continue
		}
		kind := ""
		if item, ok := strings.CutPrefix(line, "・"); ok {
			kind, line = "ul", item
		} else if n := numbered.FindString(line); n != "" {
			kind, line = "ol", line[len(n):]
		}
		if fresh || len(blocks) == 0 || blocks[len(blocks)-1].List != kind {
			blocks = append(blocks, Block{List: kind})
		}
		last := &blocks[len(blocks)-1]
		last.Lines = append(last.Lines, spans(line))
		fresh = false
	}
	return blocks
}

func spans(line string) []Span {
	var all []Span
	for i, part := range strings.Split(line, "**") {
		if part != "" {
			all = append(all, Span{part, i%2 == 1})
		}
	}
	return all
}

// funcs are what the templates of every room may call.
func funcs() template.FuncMap {
	return template.FuncMap{
		"pieces": Pieces,
		"prose":  Prose,
		"moment": Moment,
		"day": func(t time.Time) string {
			return t.In(triage.JST).Format("1月2日") + "〔" + weekdays[t.In(triage.JST).Weekday()] + "〕"
		},
		"date": Date,
		"iso":  func(t time.Time) string { return t.Format(time.RFC3339) },

		"level":        LevelWord,
		"handoffState": StepWord,
		"permission":   permissionWord,
	}
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

// Date writes a date such as 2026-12-01 as people do: 2026年12月1日〔火〕. What is no date stays as it is.
func Date(s string) string {
	t, err := time.ParseInLocation(time.DateOnly, s, triage.JST)
	if err != nil {
		return s
	}
	return t.Format("2006年1月2日") + "〔" + weekdays[t.Weekday()] + "〕"
}

// Moment writes a time as people at a desk say it: 11月24日〔火〕17:05.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(triage.JST)
	return fmt.Sprintf("%d月%d日〔%s〕%d:%02d", t.Month(), t.Day(), weekdays[t.Weekday()], t.Hour(), t.Minute())
}

// LevelWord says how much may be told (本人の意向).
func LevelWord(l triage.ConsentLevel) string {
	return map[triage.ConsentLevel]string{triage.LevelAnonymous: "名前なしで伝えてよい", triage.LevelNamed: "名前を伝えてよい",
		triage.LevelEmergency: "緊急のため意向を確かめずに連絡"}[l]
}

// StepWord says where the recipient of a hand-off stands, as its button does.
func StepWord(s triage.HandoffState) string {
	return map[triage.HandoffState]string{triage.HandoffSent: "まだ受け取っていません", triage.HandoffReceived: "受け取りました",
		triage.HandoffHandling: "すでに対応中", triage.HandoffNeedsHelp: "人手や専門職が要る", triage.HandoffWrongSchool: "別の学校の件",
		triage.HandoffDone: "対応が終わりました", triage.HandoffRecalled: "取り消しました"}[s]
}

func permissionWord(p triage.Permission) string {
	return map[triage.Permission]string{triage.PermitYes: "可", triage.PermitNotYet: "まだ", triage.PermitAskUs: "窓口に相談"}[p]
}
