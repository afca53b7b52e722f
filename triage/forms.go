package triage

// Form is a form on which a school reports.
type Form struct {
	ID     string
	Name   string // as the city calls it
	Fields []Field
}

// Field is one box of a form.
type Field struct {
	Key      string
	Label    string
	Required bool
	Long     bool     // several lines
	Choices  []string // the only values, where there are any
}

// Longest values of a report's fields, in characters.
const (
	MaxField     = 200
	MaxLongField = 4000
)

// Forms are the reports that a school can file: 様式1, 様式2 and 様式3 of usuki-policy (資料1–3), and what a school may tell
// of continuity. The sheet of ほっとりぼん itself is not in the policy; its keepers are the schools (usuki-policy:446-466),
// so only who it is about and the grounds are asked for.
var Forms = []Form{
	{"incident", "いじめ等報告書（様式1）", []Field{
		{Key: "reporter", Label: "報告者名"},
		{Key: "reported_at", Label: "報告日時"},
		{Key: "matter", Label: "いじめ事案", Required: true},
		{Key: "happened_at", Label: "発生日時"},
		{Key: "place", Label: "発生場所"},
		{Key: "harmed", Label: "被害者の学年・氏名", Long: true},
		{Key: "harming", Label: "加害者の学年・氏名", Long: true},
		{Key: "source", Label: "情報源"},
		{Key: "what", Label: "何が起きているか", Long: true},
		{Key: "state_harmed", Label: "被害者の状況", Long: true},
		{Key: "state_harming", Label: "加害者の状況", Long: true},
		{Key: "safety", Label: "児童生徒の安全確保", Long: true},
		{Key: "team", Label: "所属内体制", Long: true},
		{Key: "agencies", Label: "関係機関（警察等）との連携", Long: true},
		{Key: "press", Label: "報道関係等", Long: true},
	}},
	{"resolution", "いじめ等解消に向けた取組報告書（様式2）", []Field{
		{Key: "harmed", Label: "被害側の児童生徒名（年組氏名）", Long: true},
		{Key: "teacher", Label: "担任名"},
		{Key: "state", Label: "いじめ等の状況", Required: true, Long: true},
		{Key: "measures", Label: "取組状況（日時、学校の対応者、取組内容）", Long: true},
		{Key: "outcome", Label: "報告日における解消状況", Choices: []string{"解消", "継続指導中"}},
		{Key: "reported_on", Label: "報告日"},
		{Key: "principal", Label: "校長名"},
	}},
	{"interview", "聞き取り（事実確認）シート（様式3）", []Field{
		{Key: "person", Label: "対象者氏名"},
		{Key: "part", Label: "対象者の立場", Choices: []string{"加害者", "被害者", "目撃者"}},
		{Key: "recorder", Label: "記録者氏名"},
		{Key: "held_at", Label: "聞き取り日時"},
		{Key: "place", Label: "場所"},
		{Key: "when", Label: "いつ", Long: true},
		{Key: "where", Label: "どこで", Long: true},
		{Key: "who", Label: "だれが", Long: true},
		{Key: "what", Label: "どんなことを", Required: true, Long: true},
	}},
	{"continuity", "ほっとりぼん", []Field{
		{Key: "person", Label: "児童生徒名（年組氏名）", Long: true},
		{Key: "ground", Label: "作成の理由（欠席日数、別室、その他）", Required: true, Long: true},
		{Key: "course", Label: "これまでの様子", Long: true},
		{Key: "support", Label: "これからの支援", Long: true},
		{Key: "teacher", Label: "学級担任"},
		{Key: "principal", Label: "学校長"},
	}},
}

// FormByID returns the form of that id.
func FormByID(id string) (Form, bool) {
	for _, f := range Forms {
		if f.ID == id {
			return f, true
		}
	}
	return Form{}, false
}
