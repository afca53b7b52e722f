package city

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Contact is where the desk is found: what stands on every public page (asahikawa-model:97-103). A city without one has
// not stated it.
type Contact struct {
	Name      string `yaml:"name"` // the body that runs the desk
	Address   string `yaml:"address"`
	Phone     string `yaml:"phone"`
	Fax       string `yaml:"fax"`
	Mail      string `yaml:"mail"`
	Form      string `yaml:"form"` // the https address of a page with a form
	Source    string `yaml:"source"`
	CheckedOn Date   `yaml:"checked_on"`
}

// Topics are what people come with, in the order in which the pages show them. Their titles are the texts topic.….
var topics = []string{"danger", "bullying", "school", "home", "feelings", "net", "harm", "guardian"}

// means are how one speaks with another desk, in the words of the pages.
var means = map[string]string{"phone": "電話", "chat": "文字で話す", "line": "LINE", "interview": "会って話す", "visit": "行って話す", "letter": "手紙", "mail": "メール"}

// Topic is a title and the places that are there for it: the city's own first, then those of the whole country.
type Topic struct {
	Key, Title string
	Places     []Number
}

// Topics sign-post to other desks. A topic for which no place is known is left out.
func (c *City) Topics(now time.Time) []Topic {
	var all []Topic
	for _, key := range topics {
		t := Topic{Key: key, Title: c.Text("topic."+key, "chat", now, nil)}
		for _, n := range c.Numbers {
			if slices.Contains(n.Topics, key) {
				t.Places = append(t.Places, n)
			}
		}
		if t.Title != "" && len(t.Places) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// SayMeans tells how one speaks with the place.
func (n Number) SayMeans() []string {
	var all []string
	for _, m := range n.Means {
		all = append(all, means[m])
	}
	return all
}

// DoorHours tells when a door is answered.
type DoorHours struct{ Door, Hours, Closed, Next string }

// Doors tells the hours of every channel that the city has stated, the telephone first.
func (c *City) Doors(now time.Time) []DoorHours {
	names := make([]string, 0, len(c.Channels))
	for name := range c.Channels {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(slices.Index(doors, a), slices.Index(doors, b)), cmp.Compare(a, b))
	})
	var all []DoorHours
	for _, name := range names {
		d := DoorHours{Door: c.Text("door."+name, name, now, nil), Hours: c.SayHours(name), Closed: c.SayClosed(name), Next: c.SayNext(name, now)}
		if d.Door != "" && d.Hours != "" {
			all = append(all, d)
		}
	}
	return all
}

// doors are the channels that may have hours of their own, in the order in which people are told.
var doors = []string{"phone", "chat", "line", "sms", "email", "letter", "visit"}

// judgeContact finds what is wrong with the contact block.
func (c *City) judgeContact(j *judge) {
	k := c.Contact
	if k == (Contact{}) {
		return
	}
	j.need(k.Name != "", ".contact", "name: the body that runs the desk")
	j.need(k.Source != "" && k.CheckedOn != "", ".contact", "source and checked_on")
	for key, number := range map[string]string{"phone": k.Phone, "fax": k.Fax} {
		j.need(number == "" || dialled(number), ".contact."+key, "a telephone number such as 0166-00-0000")
	}
	j.need(k.Mail == "" || strings.Count(k.Mail, "@") == 1 && !strings.ContainsAny(k.Mail, " <>?&\"'"), ".contact.mail", "a mail address")
	j.need(k.Form == "" || strings.HasPrefix(k.Form, "https://"), ".contact.form", "an https address")
}

// Child is the place's name as a child can read it.
func (n Number) Child() string { return cmp.Or(n.Reading, n.Name) }

var reading = regexp.MustCompile(`（[ぁ-んー]+）`)

// judgeSigns finds what is wrong with one sign-post.
func (n Number) judgeSigns(j *judge, path string) {
	j.need(n.Reading == "" || reading.ReplaceAllString(n.Reading, "") == n.Name, path+".reading", "the name itself, with furigana such as 名前（なまえ）")
	for i, t := range n.Topics {
		j.need(slices.Contains(topics, t), fmt.Sprintf("%s.topics.%d", path, i), "one of "+strings.Join(topics, ", "))
	}
	for i, m := range n.Means {
		_, ok := means[m]
		j.need(ok, fmt.Sprintf("%s.means.%d", path, i), "one of phone, chat, line, interview, visit, letter, mail")
	}
	j.need(n.Page == "" || strings.HasPrefix(n.Page, "https://"), path+".page", "an https address")
	j.need(n.Reach != "" || len(n.Topics) > 0 && !n.Night, path, "reach, or at least the topics that the place is for")
}

// judgeNight: nobody is sent to the telephone alone. Of 24 children who were urged to change from writing to the telephone
// one did (Kanagawa, 2018).
func (c *City) judgeNight(j *judge) {
	night := func(n Number) bool { return n.Night }
	j.need(!slices.ContainsFunc(c.Numbers, night) || slices.ContainsFunc(c.Numbers, func(n Number) bool { return n.Night && slices.Contains(n.Means, "chat") }),
		".numbers", "one place with night and means: [chat]: at night one may write as well")
}

// dialled reports whether a text is a telephone number as it is dialled.
func dialled(s string) bool {
	digits := strings.TrimPrefix(s, "#")
	return digits != "" && strings.Trim(digits, "0123456789-") == "" && strings.ContainsAny(digits[:1], "0123456789")
}

// Phone returns the number to dial, or "" where the place is reached in another way.
func (n Number) Phone() string {
	if dialled(n.Reach) {
		return n.Reach
	}
	return ""
}
