package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/channels"
	"madoguchi/deploy/cities"
	"madoguchi/router/anonymize"
	"madoguchi/triage"
	"madoguchi/triage/assess"
	"madoguchi/triage/city"
	"madoguchi/triage/japanese"
	"madoguchi/triage/roster"
)

var cityCheckCommand = command{name: "city check", args: "FILE…", does: "checks city files; every mistake with its line", run: cityCheck}

func cityCheck(_ context.Context, p *program, args []string) error {
	if len(args) == 0 {
		return errors.New("city check: expected at least one file")
	}
	a, err := assess.New()
	if err != nil {
		return err
	}
	failed := false
	for _, name := range args {
		data, err := os.ReadFile(name)
		if own, carried, ok := cities.City(name); err != nil && ok {
			name, data, err = own, carried, nil
		}
		if err != nil {
			fmt.Fprintf(p.stdout, "%s:1: the file cannot be read\n", name)
			failed = true
			continue
		}
		c, err := checkedCity(name, data, a)
		if err != nil {
			fmt.Fprintln(p.stdout, err)
			failed = true
			continue
		}
		if ms := c.Unstated(); len(ms) > 0 {
			fmt.Fprintln(p.stdout, ms)
			failed = true
			continue
		}
		fmt.Fprintf(p.stdout, "%s: %s, %d schools, %d examples judged: ok\n", name, c.Name, len(c.Schools), len(c.Examples))
		tellPolicy(p, c)
		remark(p, city.File{Name: name, Data: data})
	}
	if name, data := cities.National(); !failed {
		remark(p, city.File{Name: name, Data: data})
	}
	if failed {
		return errSaid
	}
	return nil
}

// statuses say of what weight a file's rules are.
var statuses = map[string]string{"in_force": "in force", "draft": "a draft: the policy in force has to be obtained",
	"sample": "a sample: the city has not confirmed it"}

// tellPolicy prints of what weight a city's rules are, what its policy leaves open, and what is done every year.
func tellPolicy(p *program, c *city.City) {
	fmt.Fprintf(p.stdout, "  rules: %s; %d subjects stated, each with its source\n", statuses[c.Status], len(c.Policy))
	if off := c.Unsaid(); len(off) > 0 {
		fmt.Fprintf(p.stdout, "  not stated, and so off or the nation's: %s\n", strings.Join(off, ", "))
	}
	for _, t := range c.Year(time.Now(), time.Now().AddDate(1, 0, 0)) {
		fmt.Fprintf(p.stdout, "  every year, by the end of %s: %s (%s)\n", t.By.AddDate(0, 0, -1).Format("2006-01"), t.What, t.Source)
	}
}

var cityRouteCommand = command{name: "city route", does: "shows who gets a case with these words, and why", run: cityRoute,
	own: []flagDef{{"file", "", "a city file"}, {"id", "", "a city that the program carries"}, {"text", "", "the words"},
		{"door", "chat", "by which they come"}, {"about", "", "self, friend, did or unsaid"}}}

// cityRoute prints the way of a text through the city's tree: the judgement, each branch tried, and where it ends.
func cityRoute(_ context.Context, p *program, args []string) error {
	file, id, text := p.flags["file"], p.flags["id"], p.flags["text"]
	if len(args) > 0 || text == "" || file != "" && id != "" {
		return errors.New(`city route: expected --text "…", and --file FILE or --id CITY`)
	}
	a, err := assess.New()
	if err != nil {
		return err
	}
	c, err := loadCity(cmp.Or(file, id, "asahikawa"), a)
	if err != nil {
		return err
	}
	j := a.Assess(text)
	k := triage.Case{Severity: j.Severity, Flags: j.Flags, Channels: []string{cmp.Or(p.flags["door"], "chat")}, About: p.flags["about"]}
	fmt.Fprintf(p.stdout, "%s: %s\n", c.Name, j.Severity)
	for _, r := range j.Reasons {
		fmt.Fprintf(p.stdout, "  %s (%s)\n", r.Flag, r.Rule)
	}
	w := roster.Find(c.Tree(), k)
	for _, s := range w.Steps {
		mark := map[bool]string{true: "→", false: "×"}[s.Taken]
		fmt.Fprintf(p.stdout, "%s%s %s  %s  [%s]\n", strings.Repeat("  ", s.Depth), mark, s.Key, s.Say, strings.Join(s.Why, ", "))
	}
	fmt.Fprintf(p.stdout, "to: %s\n", inOrder(w.Roles))
	if len(w.Consult) > 0 {
		fmt.Fprintf(p.stdout, "consult: %s\n", inOrder(w.Consult))
	}
	return nil
}

func inOrder[T ~string](all []T) string {
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(s))
	}
	return b.String()
}

// old is the age at which a fact that people are told is warned of. It is not refused: an old number is better than none.
const old = 365 * 24 * time.Hour

func remark(p *program, f city.File) {
	for _, m := range city.Remarks(f, time.Now(), old) {
		fmt.Fprintf(p.stdout, "%s:%d: warning: %s\n", m.File, m.Line, m.What)
	}
}

// loadCity returns a city that the program carries, or that of a file, with its examples judged where an assessor is given.
func loadCity(which string, a city.Assessor) (*city.City, error) {
	name, data, ok := cities.City(which)
	if !ok {
		read, err := os.ReadFile(which)
		if err != nil {
			return nil, fmt.Errorf("%sCITY: expected one of %v or a city file that can be read", envPrefix, cities.IDs())
		}
		name, data = which, read
	}
	return checkedCity(name, data, a)
}

// servedCity is loadCity for a desk that opens in earnest: every class of records has a term there, with its source.
func servedCity(which string, a city.Assessor) (*city.City, error) {
	c, err := loadCity(which, a)
	if err != nil {
		return nil, err
	}
	if ms := c.Unstated(); len(ms) > 0 {
		return nil, ms
	}
	return c, nil
}

func checkedCity(name string, data []byte, a city.Assessor) (*city.City, error) {
	file := func(name string, data []byte) city.File { return city.File{Name: name, Data: data} }
	return city.Load(city.File{Name: name, Data: data}, file(cities.National()), file(cities.Texts()), a)
}

// gazetteer is what the anonymizer needs to know of a city.
func gazetteer(c *city.City) anonymize.Gazetteer {
	g := anonymize.Gazetteer{Stations: c.Places.Stations, Places: c.Places.Names}
	for _, s := range c.Schools {
		short := append(slices.Clone(s.Short), strings.TrimSuffix(s.Name, "学校")) // as everybody says it: 日の出台中
		for _, name := range s.Short {                                           // and half so: 日の出中学校
			if r, _ := utf8.DecodeLastRuneInString(name); strings.ContainsRune("小中高", r) {
				short = append(short, name+"学校")
			}
		}
		g.Schools = append(g.Schools, anonymize.School{Name: s.Name, Short: short})
	}
	return g
}

// schoolsCalled finds the schools that somebody may mean by a name: as the city writes it, as children say it, or the beginning
// of either.
func schoolsCalled(c *city.City) func(name string) []string {
	fold := func(s string) string { return japanese.Fold(s).Dense().String() }
	var called [][]string // in the order of the city's schools
	for _, s := range gazetteer(c).Schools {
		var all []string
		for _, name := range append([]string{s.Name}, s.Short...) {
			all = append(all, fold(name))
		}
		called = append(called, all)
	}
	return func(name string) (ids []string) {
		name = fold(name)
		for i, all := range called {
			if slices.ContainsFunc(all, func(school string) bool {
				return strings.Contains(name, school) || utf8.RuneCountInString(name) >= 3 && strings.HasPrefix(school, name)
			}) {
				ids = append(ids, c.Schools[i].ID)
			}
		}
		return ids
	}
}

// cityDesk shows a city to the doors.
type cityDesk struct {
	city *city.City
	now  func() time.Time
}

// textChannel is the channel whose hours and readers a text speaks of: its first word tells.
func textChannel(key string) string {
	for prefix, channel := range map[string]string{"line.": "line", "mail.": "email", "sms.": "sms", "voice.": "voice", "letter.": "letter"} {
		if len(key) > len(prefix) && key[:len(prefix)] == prefix {
			return channel
		}
	}
	return "chat"
}

func (d cityDesk) City() string { return d.city.Name }

func (d cityDesk) Hours(channel string, t time.Time) channels.Hours {
	h := channels.Hours{Open: d.city.OpenAt(channel, t), Notice: d.city.Notice(channel, t)}
	if next, ok := d.city.NextOpen(channel, t); ok && !h.Open {
		h.Next = next
	}
	return h
}

func (d cityDesk) Moment(t time.Time) string { return city.SayPoint(t) }

func (d cityDesk) Text(key string, vars map[string]string) string {
	if key == "exit.url" {
		return d.city.Desk.Exit
	}
	return d.city.Text(key, textChannel(key), d.now(), vars)
}

func (d cityDesk) School(id string) string {
	s, _ := d.city.SchoolByID(id)
	return s.Name
}

// reader is who opens what is sent to a school, as the child is asked about it.
func (d cityDesk) reader(id string) string {
	s, ok := d.city.SchoolByID(id)
	if !ok || s.Reader != "" {
		return furigana.ReplaceAllString(d.city.Reader(id), "")
	}
	return s.Name
}

// furigana is the reading after a word, which only whole texts of the catalogue can show above it.
var furigana = regexp.MustCompile(`（[ぁ-んー]+）`)
