package sheet

import "strings"

// narrow is the column of the labels.
const narrow = 48.

// labelled is a row of a label and what belongs to it.
func (p *page) labelled(label string, least float64, parts ...part) {
	p.row(cell{width: narrow, label: label}, cell{width: width - narrow, parts: parts, least: least})
}

// incident is 様式1 (usuki-policy:374-384).
func (p *page) incident() {
	p.y = p.Words(left, p.y, width, "いじめ報告書", head)
	p.write("学校名（　"+p.School+"　）　　報告者名（　"+p.Fields["reporter"]+"　）", plain)
	p.y += 3
	p.labelled("①報告日時", 9, part{"", "reported_at"})
	p.labelled("②いじめ事案", 9, part{"", "matter"})
	p.labelled("③発生日時", 9, part{"", "happened_at"})
	p.labelled("④発生場所", 9, part{"", "place"})
	p.labelled("⑤関係児童・生徒", 30, part{"被害者の児童・生徒等の学年・氏名", "harmed"}, part{"加害者の児童・生徒等の学年・氏名", "harming"})
	p.labelled("⑥経緯・概要", 70, part{"・情報源", "source"}, part{"・何が起きているか", "what"},
		part{"・被害者の状況", "state_harmed"}, part{"・加害者の状況", "state_harming"})
	p.labelled("⑦学校その他の教育機関における初動対応の内容", 50, part{"・児童生徒の安全確保", "safety"}, part{"・所属内体制", "team"},
		part{"・関係機関（警察等）との連携", "agencies"}, part{"・報道関係等", "press"})
}

// resolution is 様式2 (usuki-policy:386-400).
func (p *page) resolution() {
	p.y = p.Words(left, p.y, width, "いじめ等解消に向けた取組報告書", head)
	p.write("1. いじめ等の概要", plain)
	p.y += 1
	const name, by = 70., 34.
	p.row(cell{width: narrow, label: "学 校 名"}, cell{width: width - narrow, label: p.School, least: 9})
	p.row(cell{width: narrow, label: "被害側の児童生徒名"}, cell{width: name, parts: []part{{"", "harmed"}}, least: 9},
		cell{width: width - narrow - name, label: "担任名", parts: []part{{"", "teacher"}}})
	p.labelled("いじめ等の状況", 24, part{"", "state"})
	p.y += 4
	p.write("2. 解消に向けた取り組み状況", plain)
	p.y += 1
	p.table([]column{{narrow - 10, "日時\n【月・日・曜】", "day"}, {by, "学校の対応者", "staff"},
		{width - (narrow - 10) - by, "取 組 内 容\n【加害、被害側への指導・支援や家庭訪問等の状況】", "measures"}}, 5)
	p.y += 4
	p.write("3. 報告日における解消状況　※「解消」「継続指導中」はいずれかに○", plain)
	p.room(45)
	p.y = p.Words(left+8, p.y+2, width, p.chosen("outcome"), plain)
	p.write("以上報告いたします。", plain)
	p.y = p.Words(left+85, p.y+2, width-85, "報告日："+or(p.Fields["reported_on"], "令和　　年　　月　　日"), plain)
	p.y = p.Words(left+85, p.y+4, width-85, "校長名："+p.Fields["principal"], plain)
	p.Box(left+width-18, p.y-11, 18, 18, seal)
	p.Words(left+width-13.5, p.y-6, 12, "公印", small)
	p.y += 10
}

// interview is 様式3 (usuki-policy:410-427).
func (p *page) interview() {
	p.y = p.Words(left, p.y, width, "聞き取り（事実確認）シート", head)
	p.y += 2
	const name = 55.
	p.row(cell{width: narrow - 12, label: "対象者氏名"}, cell{width: name, parts: []part{{"", "person"}}, least: 9},
		cell{width: width - (narrow - 12) - name, label: p.chosen("part")})
	p.row(cell{width: narrow - 12, label: "記録者氏名"}, cell{width: name, parts: []part{{"", "recorder"}}, least: 9},
		cell{width: width - (narrow - 12) - name, label: "聞き取り日時　" + p.Fields["held_at"]})
	p.row(cell{width: narrow - 12, label: "場所"}, cell{width: width - (narrow - 12), parts: []part{{"", "place"}}, least: 9})
	const part = 28.
	p.table([]column{{part, "いつ", "when"}, {part + 4, "どこで", "where"}, {part + 4, "だれが", "who"}, {width - 3*part - 8, "どんなことを", "what"}}, 6)
	p.y += 3
	p.write("<事実確認において留意すること>\n"+
		"・時間帯：聞き取りを行うのは、原則として学習権を侵害しない時間帯に（休み時間・放課後など）\n"+
		"・場　所：目立たない場所で\n"+
		"・聞き方：加害者・被害者・目撃者ともに事実をしっかりと聞く\n"+
		"　※児童虐待を疑う場合は、出来る限り身体の観察も行う\n"+
		"・記　録：必ず記録する", small)
}

// continuity is a slip of our own that goes with a ほっとりぼん, whose sheet no policy prints: for whom, why, handed in when,
// kept where (usuki-policy:446-466).
func (p *page) continuity() {
	p.y = p.Words(left, p.y, width, "教育支援シート「ほっとりぼん」　提出票", head)
	p.write("シートの写し1部（紙）といっしょに、封をして提出します。原本は学校長が保管し、中学校卒業後3年間は学校で保管、4年目に処分します。", small)
	p.fields()
}

// plain is a form of which no sheet is printed anywhere: what it asks, and what was written.
func (p *page) plain() {
	p.y = p.Words(left, p.y, width, p.Form.Name, head)
	p.fields()
}

// fields are the school and every field, a row each.
func (p *page) fields() {
	p.y += 2
	p.row(cell{width: narrow, label: "学校名"}, cell{width: width - narrow, label: p.School, least: 9})
	for _, f := range p.Form.Fields {
		p.labelled(f.Label, 10, part{"", f.Key})
	}
}

// column is one of a table of rows.
type column struct {
	width float64
	label string
	key   string
}

// table draws the rows that were written, and empty ones until there are as many as on the sheet.
func (p *page) table(columns []column, least int) {
	rows := 0
	for _, x := range p.Form.Filled(p.Fields) {
		rows = max(rows, x.Row)
	}
	heads := make([]cell, len(columns))
	for i, c := range columns {
		heads[i] = cell{width: c.width, label: c.label}
	}
	p.row(heads...)
	for n := 1; n <= max(rows, least); n++ {
		cells := make([]cell, len(columns))
		for i, c := range columns {
			cells[i] = cell{width: c.width, parts: []part{{"", p.Form.Key(c.key, n)}}, least: 14}
		}
		p.row(cells...)
	}
}

// chosen is the line of choices with ○ before what was chosen, as a pen would mark it.
func (p *page) chosen(key string) string {
	f, _ := p.Form.Box(key)
	var words []string
	for _, c := range f.Choices {
		mark := "（　）"
		if p.Fields[key] == c {
			mark = "（○）"
		}
		words = append(words, mark+c)
	}
	return strings.Join(words, "　")
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
