package city

import (
	"fmt"

	"madoguchi/triage"
)

// Deputy is somebody who is called about a hand-off that nobody receives.
type Deputy struct {
	Who   string `yaml:"who"`   // 教頭, 教育委員会 学校教育課
	Reach string `yaml:"reach"` // a telephone number
	Out   string `yaml:"out"`   // how they are reached outside of their hours; empty where nobody is
}

// families are those of a family in a child's words.
var families = map[string]string{"": "おうちの人", "mother": "お母（かあ）さん。ほかの人には話しません", "father": "お父（とう）さん。ほかの人には話しません",
	"other": "いっしょに住（す）んでいる大人。ほかの人には話しません"}

// runsNames are those who run a school, where the file names no office of theirs.
var runsNames = map[string]string{"city": "教育委員会", "prefecture": "都道府県の教育委員会", "nation": "学校を置く国立大学など", "private": "学校法人（私立の学校を所管する都道府県の課）"}

// Runs is who runs that school and is called in the end: for a school of the city its board of education.
func (c *City) Runs(s School) Deputy {
	office := s.Office
	if office.Who == "" && (s.Runs == "city" || s.Runs == "") {
		office = c.Office
	}
	if office.Who == "" {
		office.Who = runsNames[s.Runs]
	}
	if office.Who == "" {
		office.Who = runsNames["city"]
	}
	return office
}

// Reader is who opens what is sent to that school, or to triage.ToBoard, or who of the family is spoken with, in a child's words.
func (c *City) Reader(school string) string {
	if school == triage.ToBoard {
		return "教育委員会（きょういくいいんかい）の人。学校には伝えません"
	}
	if whom, ok := triage.Family(school); ok {
		return families[whom]
	}
	s, ok := c.SchoolByID(school)
	switch {
	case !ok:
		return ""
	case s.Reader != "":
		return s.Reader
	}
	return s.Name + "の管理職の先生"
}

// Ours reports whether the city's board may instruct the school. Where it may not, a case is handed over to those who run
// it, and the school answers if it wishes to.
func (s School) Ours() bool { return s.Runs == "" || s.Runs == "city" }

func (c *City) judgeDeputies(j *judge) {
	for i, s := range c.Schools {
		path := fmt.Sprintf(".schools.%d", i)
		j.need(s.ID != triage.ToBoard && s.ID != triage.ToGuardian, path, "another id: board is the board of education, guardian the family")
		j.need(s.Pupils >= 0 && s.Grades >= 0, path, "pupils and grades: numbers, or nothing where they are not known")
		for k, d := range s.Deputies {
			j.need(d.Who != "" && d.Reach != "", fmt.Sprintf("%s.deputies.%d", path, k), "who and reach: the office and its telephone")
		}
	}
}
