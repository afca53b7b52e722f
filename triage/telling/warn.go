package telling

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
)

var placeholder = regexp.MustCompile(`\[\p{L}{1,8}?[0-9A-Z]{1,4}\]`)

// Warning is something that a person has to look at before a text goes out. It blocks nothing.
type Warning struct {
	Kind string `json:"kind"` // quote, few, time, informer, name
	Say  string `json:"say"`
}

// Pupils are the numbers of a school, as far as the city has stated them; 0 is not stated.
type Pupils struct {
	All    int
	Grades int
	Small  bool // so few that a story may single somebody out
}

// Enough is how many children should be possible as the one who is meant.
const Enough = 10

// Text is what is told, as it is looked at.
type Text struct {
	Summary  string
	Disclose []string // placeholders that are filled in
	Named    bool     // the child allowed that she is named
	Written  []string // what the seeker wrote, anonymized
}

// Look returns what must be minded in a text to a school of so many pupils.
func Look(t Text, c triage.Case, p Pupils) []Warning {
	var all []Warning
	for _, q := range Quotes(t.Summary, t.Written) {
		all = append(all, Warning{"quote", "「" + q + "」は、本人が書いた文のままです。書き方から、だれか分かることがあります。言いかえてください。"})
	}
	if w, ok := few(t, p); ok {
		all = append(all, w)
	}
	if when.MatchString(t.Summary) {
		all = append(all, Warning{"time", "日付や時刻が入っています。その時に話せた子が、数人にしぼられることがあります。要らなければ消してください。"})
	}
	if c.About == "friend" {
		all = append(all, Warning{"informer", "友だちのことを知らせてくれた相談です。知らせた子が分かる書き方（だれから聞いたか、どこで見たか）は入れないでください。"})
	}
	if !t.Named && school.MatchString(t.Summary) {
		all = append(all, Warning{"name", "学級や組の名前が入っています。名前なしで伝えるときは、学年までにしてください。"})
	}
	return all
}

// Teller lists the placeholders by which the one is called who told of somebody else: they are filled in for nobody.
func Teller(c triage.Case) []string {
	if c.About != "friend" {
		return nil
	}
	return placeholder.FindAllString(c.CallMe, -1)
}

// Betrays lists those of the placeholders to fill in that would name who told of somebody else.
func Betrays(c triage.Case, disclose []string) []string {
	teller := Teller(c)
	return slices.DeleteFunc(slices.Clone(disclose), func(p string) bool { return !slices.Contains(teller, p) })
}

var (
	when   = regexp.MustCompile(`[0-9０-９一二三四五六七八九十]+[日時](?:[^間]|$)|昨日|きのう|今日|きょう|おととい|今朝|けさ`)
	school = regexp.MustCompile(`[0-9０-９一二三四五六七八九]+[ー－-][0-9０-９一二三四五六七八九A-Z]+|[0-9０-９一二三四五六七八九]+年?[0-9０-９一二三四五六七八九A-Z]+組`)
	grade  = regexp.MustCompile(`[0-9０-９一二三四五六七八九]年|学年`)
	class  = regexp.MustCompile(`組|クラス|学級`)
	sex    = regexp.MustCompile(`男子|女子|男の子|女の子`)
	club   = regexp.MustCompile(`[\p{Han}\p{Katakana}ー]{1,8}部(?:[^屋分長]|$)|委員|クラブ`)
	alone  = regexp.MustCompile(`転校|転入|[一1１]人だけ|ただ[一1１]人|車いす|外国|双子|ふたご`)
)

// few estimates how many children may be meant and warns where they are fewer than Enough. It is an estimate and says so: a
// class has at most 35 (公立義務教育諸学校の学級編制及び教職員定数の標準に関する法律3条), half of it are boys, a club has some
// twenty.
func few(t Text, p Pupils) (Warning, bool) {
	if t.Named {
		return Warning{}, false
	}
	left, words := p.All, []string{}
	narrow := func(re *regexp.Regexp, word string, by func(int) int) {
		if re.MatchString(t.Summary) {
			left, words = by(left), append(words, word)
		}
	}
	narrow(grade, "学年", func(n int) int { return n / max(p.Grades, 1) })
	narrow(class, "学級", func(n int) int {
		if n > 35 {
			return 35
		}
		return n
	})
	narrow(sex, "男女", func(n int) int { return n / 2 })
	narrow(club, "部や委員会", func(n int) int { return min(n/2, 20) })
	narrow(alone, "一人に決まる言葉", func(int) int { return 1 })
	const ask = "名前を言わなくても、だれか分かるかもしれません。本人にもそう伝え、どう伝えるか（言葉をぼかす、学年全体のこととして頼む、教育委員会に伝える）を、統括の人と決めてください。"
	switch {
	case p.All == 0 && p.Small:
		return Warning{"few", "児童生徒の少ない学校です。" + ask}, true
	case p.All == 0 && alone.MatchString(t.Summary):
		return Warning{"few", "一人に決まる言葉が入っています。" + ask}, true
	case p.All == 0 && len(words) > 1:
		return Warning{"few", "人数の登録がない学校なので、数えられません。" + strings.Join(words, "、") + "から、数人にしぼられることがあります。" + ask}, true
	case p.All > 0 && left < Enough:
		return Warning{"few", fmt.Sprintf("あてはまる子は、およそ%d人です（見積もり：全校%d人から、%s）。%s", max(left, 1), p.All, strings.Join(append(words, "書かれたこと"), "、"), ask)}, true
	}
	return Warning{}, false
}
