package triage

import (
	"slices"
	"strconv"
	"strings"
)

// Form is a form on which a school reports.
type Form struct {
	ID     string
	Name   string // as the city calls it
	Fields []Field
	Rows   []string // the keys of the fields that make a row, where the form has a table of rows
}

// Field is one box of a form.
type Field struct {
	Key      string
	Label    string
	Required bool
	Long     bool     // several lines
	Choices  []string // the only values, where there are any
	Many     bool     // several of the choices, joined by 、
	Names    bool     // people are asked for: what is written there is a name, whatever it looks like
}

// Takes reports whether v is a value of the field.
func (f Field) Takes(v string) bool {
	if len(f.Choices) == 0 {
		return true
	}
	values := []string{v}
	if f.Many {
		values = strings.Split(v, "、")
	}
	return !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(f.Choices, v) })
}

// MaxRows is how many rows a form's table has at most.
const MaxRows = 20

// Key is the key of a field in row n, from 1: the first row's is the field's own, the others' are when.2, when.3, ….
func (f Form) Key(field string, n int) string {
	if n == 1 {
		return field
	}
	return field + "." + strconv.Itoa(n)
}

// Box returns the field that a key of a report belongs to, if there is one.
func (f Form) Box(key string) (Field, bool) {
	name, row, more := strings.Cut(key, ".")
	if n, err := strconv.Atoi(row); more && (err != nil || n < 2 || n > MaxRows || strconv.Itoa(n) != row || !slices.Contains(f.Rows, name)) {
		return Field{}, false
	}
	i := slices.IndexFunc(f.Fields, func(x Field) bool { return x.Key == name })
	if i < 0 {
		return Field{}, false
	}
	return f.Fields[i], true
}

// Filled is a field that something was written in.
type Filled struct {
	Field
	Row   int // from 1, of a field of the table; else 0
	Value string
}

// Filled lists what was written in the form's order: the table's rows one after another, where its first field stands.
func (f Form) Filled(values map[string]string) []Filled {
	var all []Filled
	for _, x := range f.Fields {
		switch {
		case !slices.Contains(f.Rows, x.Key):
			if v := values[x.Key]; v != "" {
				all = append(all, Filled{x, 0, v})
			}
		case x.Key == f.Rows[0]:
			all = append(all, f.rows(values)...)
		}
	}
	return all
}

func (f Form) rows(values map[string]string) (all []Filled) {
	for n := 1; n <= MaxRows; n++ {
		for _, key := range f.Rows {
			x, _ := f.Box(key)
			if v := values[f.Key(key, n)]; v != "" {
				all = append(all, Filled{x, n, v})
			}
		}
	}
	return all
}

// Lines are what was written, a line each: the label, the number of the row where there is more than one, and the value; the
// remarks come last.
func (f Form) Lines(values map[string]string) []string {
	filled := f.Filled(values)
	last := 0
	for _, x := range filled {
		last = max(last, x.Row)
	}
	var lines []string
	for _, x := range filled {
		label := x.Label
		if x.Row > 0 && last > 1 {
			label += "（" + strconv.Itoa(x.Row) + "）"
		}
		lines = append(lines, label+"："+x.Value)
	}
	if v := values[Remarks]; v != "" {
		lines = append(lines, "備考："+v)
	}
	return lines
}

// Longest values of a report's fields, in characters.
const (
	MaxField     = 200
	MaxLongField = 4000
)

// Remarks is the key of what fits no field.
const Remarks = "note"

// Forms are the reports that a school can file: 様式1, 様式2 and 様式3 of usuki-policy (資料1–3), and who has a ほっとりぼん.
// The sheet of ほっとりぼん itself is not in the policy, and it goes on paper, in a closed envelope (usuki-policy:463); so what
// is asked for is what the rules are about: for whom, on what ground, by whom, handed in when, kept by whom.
var Forms = []Form{
	{ID: "incident", Name: "いじめ等報告書（様式1）", Fields: []Field{
		{Key: "reporter", Label: "報告者名", Names: true},
		{Key: "reported_at", Label: "報告日時"},
		{Key: "matter", Label: "いじめ事案", Required: true},
		{Key: "happened_at", Label: "発生日時"},
		{Key: "place", Label: "発生場所"},
		{Key: "harmed", Label: "被害者の学年・氏名", Names: true, Long: true},
		{Key: "harming", Label: "加害者の学年・氏名", Names: true, Long: true},
		{Key: "source", Label: "情報源"},
		{Key: "what", Label: "何が起きているか", Long: true},
		{Key: "state_harmed", Label: "被害者の状況", Long: true},
		{Key: "state_harming", Label: "加害者の状況", Long: true},
		{Key: "safety", Label: "児童生徒の安全確保", Long: true},
		{Key: "team", Label: "所属内体制", Long: true},
		{Key: "agencies", Label: "関係機関（警察等）との連携", Long: true},
		{Key: "press", Label: "報道関係等", Long: true},
	}},
	{ID: "resolution", Name: "いじめ等解消に向けた取組報告書（様式2）", Rows: []string{"day", "staff", "measures"}, Fields: []Field{
		{Key: "harmed", Label: "被害側の児童生徒名（年組氏名）", Names: true, Long: true},
		{Key: "teacher", Label: "担任名", Names: true},
		{Key: "state", Label: "いじめ等の状況", Required: true, Long: true},
		{Key: "day", Label: "日時（月・日・曜）"},
		{Key: "staff", Label: "学校の対応者", Names: true},
		{Key: "measures", Label: "取組内容（加害、被害側への指導・支援や家庭訪問等の状況）", Long: true},
		{Key: "outcome", Label: "報告日における解消状況", Choices: []string{"解消", "継続指導中"}},
		{Key: "reported_on", Label: "報告日"},
		{Key: "principal", Label: "校長名", Names: true},
	}},
	{ID: "interview", Name: "聞き取り（事実確認）シート（様式3）", Rows: []string{"when", "where", "who", "what"}, Fields: []Field{
		{Key: "person", Label: "対象者氏名", Names: true},
		{Key: "part", Label: "対象者の立場", Choices: []string{"加害者", "被害者", "目撃者"}},
		{Key: "recorder", Label: "記録者氏名", Names: true},
		{Key: "held_at", Label: "聞き取り日時"},
		{Key: "place", Label: "場所"},
		{Key: "when", Label: "いつ"},
		{Key: "where", Label: "どこで"},
		{Key: "who", Label: "だれが"},
		{Key: "what", Label: "どんなことを", Required: true, Long: true},
	}},
	{ID: "continuity", Name: "ほっとりぼん", Fields: []Field{
		{Key: "person", Label: "児童生徒名（年組氏名）", Names: true, Long: true},
		{Key: "ground", Label: "記入する理由", Required: true, Many: true, Choices: []string{ // usuki-policy:448-456
			"年間の欠席日数が15日以上", "別室登校や教育支援センター等へ通級", "遅刻・早退が30回以上、または今後不登校が予想される",
			"いじめや暴力の加害または被害の立場", "家庭事情で配慮すべきこと", "問題行動等", "その他学校長が必要と認めたこと"}},
		{Key: "remark", Label: "理由の補足", Long: true},
		{Key: "teacher", Label: "学級担任（記入した人）", Names: true},
		{Key: "principal", Label: "学校長（最終確認をした人）", Names: true},
		{Key: "handed_in", Label: "写しを封をして提出した日（3月29日まで）"},
		{Key: "keeper", Label: "原本を保管する学校と場所"},
	}},
}

// AllForms are the forms that a report may have: those that a school chooses from, and the weekly one that it is asked for.
func AllForms() []Form { return append(slices.Clone(Forms), Weekly) }

// FormByID returns the form of that id.
func FormByID(id string) (Form, bool) {
	for _, f := range Forms {
		if f.ID == id {
			return f, true
		}
	}
	if id == Weekly.ID {
		return Weekly, true
	}
	return Form{}, false
}
