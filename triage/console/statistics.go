package console

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
	tables "madoguchi/triage/table"
	"madoguchi/triage/web"
)

// statisticsData is what statistics.html shows.
type statisticsData struct {
	From, To string // days; To is within
	Whole    bool
	Total    desk.Count
	NotAsked desk.Count
	Small    int
	School   int // the same, of a school
	Months   countTable
	Chart    chart
	Tables   []countTable
	Cross    *crossTable
}

type countTable struct {
	Title string
	Note  string
	Rows  []countRow
}

type countRow struct {
	Label string
	desk.Count
	Bar int // its length, of 100
}

// crossTable is a table of two dimensions in words.
type crossTable struct {
	Head []string // the columns; the last one is of the sums
	Rows []crossRow
}

type crossRow struct {
	Label string
	Cells []desk.Count
}

// chart is a drawing of columns; its table stands beside it.
type chart struct {
	Width, Height int
	Bars          []column
}

type column struct {
	X, Y, W, H, Mid int
	Label, Value    string
	Withheld        bool
}

var (
	manners = map[string]string{"verbal": "冷やかし、からかい、悪口、脅し文句", "exclusion": "仲間はずれ、集団による無視",
		"blows": "ぶつかられる、叩かれる、蹴られる（軽い・ひどいを分けない）", "extortion": "金品をたかられる",
		"property": "金品を隠される、盗まれる、壊される、捨てられる", "net": "メールやSNSなど、ネット上の誹謗中傷"}
	stages   = map[string]string{"elementary": "小学校", "junior": "中学校", "other": "そのほか"}
	grades   = map[string]string{"es_low": "小学1〜4年", "es_high": "小学5・6年", "teen": "中学生から", "unknown": "確かめていない"}
	waits    = map[string]string{"10m": "10分まで", "1h": "1時間まで", "24h": "1日まで", "72h": "3日まで", "longer": "3日より長い"}
	becoming = map[string]string{"answered": "返事をした", "waiting": "まだ返事を待っている", "withdrawn": "返事の前に取り下げた", "ended": "返事をせずに終えた"}
)

func (c *Console) statisticsRoutes() {
	c.site.Page("GET", "/statistics", c.statistics)
	c.site.Page("GET", "/statistics.xlsx", c.statisticsBook)
	c.site.Page("GET", "/statistics.csv", c.statisticsCSV)
	c.site.Page("GET", "/statistics/reports", c.yearly)
	c.site.Page("POST", "/statistics/reports", c.makeYearly)
	c.site.Page("GET", "/statistics/reports/{year}", c.year)
	c.site.Page("GET", "/statistics/reports/{year}/print", c.yearPaper)
	c.site.Page("GET", "/statistics/reports/{year}/book.xlsx", c.yearBook)
	c.site.Page("GET", "/statistics/reports/{year}/list.csv", c.yearCSV)
}

// counted reads the period from the address, the fiscal year until now where it says nothing, and counts.
func (c *Console) counted(r *http.Request, p staff.Person) (statisticsData, error) {
	now := c.Clock.Now().In(triage.JST)
	from := day(r.URL.Query().Get("from"), fiscalYear(now))
	last := day(r.URL.Query().Get("to"), time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, triage.JST))
	s, err := c.Desk.Statistics(r.Context(), p, from, last.AddDate(0, 0, 1))
	if err != nil {
		return statisticsData{}, err
	}
	d := statisticsData{From: s.From.Format(time.DateOnly), To: s.To.AddDate(0, 0, -1).Format(time.DateOnly), Whole: s.Whole, Total: s.Total,
		NotAsked: desk.NotAsked(s.Of), Small: s.SmallCell, School: desk.SmallSchool, Months: table("月", s.Months, nil, nil)}
	d.Chart = columns(d.Months)
	if !s.Whole {
		return d, nil
	}
	d.Tables = c.kinds(s.Of, c.schoolNames())
	d.Cross = crossed(s.Cross)
	return d, nil
}

// away are the words for what became of visits that are no case.
var away = map[string]string{"closed": "時間外に来て、書かずに帰った", "unwritten": "開いている時間に来て、書かずに帰った", "gave_up": "書いて、返事の前に閉じた", "stayed": "書いて、そのまま返事を見た",
	"late": "伝えた目安より長く待った", "unanswered": "電話に、だれも出られなかった"}

// kinds are the tables of what cases were, in words.
func (c *Console) kinds(counts map[string]map[string]desk.Count, schools map[string]string) []countTable {
	of := func(title, dimension string, names map[string]string, order []string, note string) countTable {
		t := table(title, counts[dimension], names, order)
		t.Note = note
		return t
	}
	return append([]countTable{
		of("入口", desk.ByDoor, doors, nil, "はじめに来た入口"), of("だれのことか", desk.ByAbout, abouts, nil, "書いた人が選んだもの"),
		of("緊急度", desk.BySeverity, severities, order(triage.Severities), ""), of("返事", desk.ByAnswer, becoming, []string{"answered", "waiting", "withdrawn", "ended"}, ""),
		of("いまの状態", desk.ByOutcome, states, nil, ""), of("内容", desk.ByFlag, flags, order(triage.Flags), "重なりあり"),
		of("いじめの態様", desk.ByManner, manners, []string{"verbal", "exclusion", "blows", "extortion", "property", "net"}, "重なりあり。相談の言葉から機械が見つけたもの。「嫌なことや危険なことをさせられる」は、機械では分かりません"),
		of("学年", desk.ByGrade, grades, []string{"es_low", "es_high", "teen", "unknown"}, "本人に確かめたか、学校の報告に書かれたもの。ほかは分かりません"),
		of("はじめの返事まで", desk.ByWait, waits, []string{"10m", "1h", "24h", "72h", "longer"}, "はじめの言葉から、人がはじめて返事をするまで。夜と休みの日も数えます"),
		of("窓口まで来て、相談にならなかった人など", desk.ByAway, away, triage.CountedKinds, "人数ではなく、来た回数。先月までの、チャットと電話"),
		of("学校", desk.BySchool, schools, nil, "伝えた学校と、報告した学校。重なりあり"), of("学校の種類", desk.ByStage, stages, nil, "重なりあり"),
	}, orgs(of, counts)...)
}

func (c *Console) statistics(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.counted(r, p)
	if err != nil {
		c.sorry(w, r, p, err)
		return
	}
	c.pages.Show(w, r, p, http.StatusOK, "statistics", web.Frame{Title: "件数", Room: "statistics", Data: d})
}

func (c *Console) statisticsBook(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.counted(r, p)
	c.book(w, r, p, "statistics.xlsx", err, d.sheets()...)
}

func (c *Console) statisticsCSV(w http.ResponseWriter, r *http.Request, p staff.Person) {
	d, err := c.counted(r, p)
	c.csv(w, r, p, "statistics.csv", err, d.list())
}

// list is every count in one table.
func (d statisticsData) list() tables.Table {
	t := tables.Table{Name: "件数", Head: []string{"表", "区分", "件数"}, Rows: [][]string{{"期間", d.From + " から " + d.To, written(d.Total)},
		{"保護者に確かめずに解消した事案", "", written(d.NotAsked)}}}
	for _, x := range append([]countTable{d.Months}, d.Tables...) {
		for _, row := range x.Rows {
			t.Rows = append(t.Rows, []string{x.Title, row.Label, written(row.Count)})
		}
	}
	return t
}

// sheets are the list, and the table of months and doors.
func (d statisticsData) sheets() []tables.Table {
	all := []tables.Table{d.list()}
	if d.Cross != nil {
		t := tables.Table{Name: "月と入口", Head: append([]string{""}, d.Cross.Head...)}
		for _, row := range d.Cross.Rows {
			line := []string{row.Label}
			for _, c := range row.Cells {
				line = append(line, written(c))
			}
			t.Rows = append(t.Rows, line)
		}
		all = append(all, t)
	}
	return all
}

func written(c desk.Count) string {
	if c.Withheld {
		return "伏せ"
	}
	return strconv.Itoa(c.N)
}

func crossed(x *desk.Cross) *crossTable {
	if x == nil {
		return nil
	}
	t := &crossTable{}
	for _, door := range x.Doors {
		t.Head = append(t.Head, word(doors, door))
	}
	t.Head = append(t.Head, "計")
	for i, m := range x.Months {
		t.Rows = append(t.Rows, crossRow{m, append(slices.Clone(x.Cells[i]), x.Rows[i])})
	}
	t.Rows = append(t.Rows, crossRow{"計", append(slices.Clone(x.Cols), x.Total)})
	return t
}

// columns draws a table of months. What is withheld has no height that could be measured.
func columns(t countTable) chart {
	const width, height, high = 44, 130, 80
	most := 1
	for _, r := range t.Rows {
		most = max(most, r.N)
	}
	c := chart{Width: max(1, len(t.Rows)) * width, Height: height}
	for i, r := range t.Rows {
		h := r.N * high / most
		if r.Withheld {
			h = 8
		}
		b := column{X: i*width + 8, Y: 100 - h, W: width - 16, H: h, Mid: i*width + width/2, Withheld: r.Withheld, Value: written(r.Count), Label: r.Label}
		if m, err := time.Parse("2006-01", r.Label); err == nil {
			b.Label = fmt.Sprintf("%d月", m.Month())
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// fiscalYear begins on the first of April.
func fiscalYear(t time.Time) time.Time {
	y := t.Year()
	if t.Month() < time.April {
		y--
	}
	return time.Date(y, time.April, 1, 0, 0, 0, 0, triage.JST)
}

func day(s string, otherwise time.Time) time.Time {
	if t, err := time.ParseInLocation(time.DateOnly, s, triage.JST); err == nil {
		return t
	}
	return otherwise
}

func order[T ~string](codes []T) []string {
	var all []string
	for _, c := range codes {
		all = append(all, string(c))
	}
	return all
}

// table lists counts in the given order of their codes, or in that of the codes themselves.
func table(title string, counts map[string]desk.Count, names map[string]string, order []string) countTable {
	keys := slices.Collect(maps.Keys(counts))
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a), slices.Index(order, b)), strings.Compare(a, b))
	})
	t, most := countTable{Title: title}, 1
	for _, c := range counts {
		most = max(most, c.N)
	}
	for _, k := range keys {
		t.Rows = append(t.Rows, countRow{word(names, k), counts[k], counts[k].N * 100 / most})
	}
	return t
}

func (c *Console) schoolNames() map[string]string {
	names := map[string]string{}
	for _, s := range c.City.Schools {
		names[s.ID] = s.Name
	}
	return names
}
