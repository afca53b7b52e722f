package city

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// open lists the placeholders that are filled by whoever shows the text, by key; every other one comes from the file.
var open = map[string][]string{
	"code.page":         {"合言葉"},
	"consent.anonymous": {"伝える人", "伝えること"},
	"consent.named":     {"伝える人", "伝えること", "伝える名前"},
	"consent.guardian":  {"伝える人", "伝えること"},
	"mail.body":         {"呼び名", "返事", "リンク"},
	"mail.notice":       {"リンク"},
	"letter.reply":      {"呼び名"},
	"letter.reply.code": {"呼び名"},
	"sms.door":          {"リンク"},
	"sms.start":         {"リンク"},
	"line.door":         {"リンク"},
	"handoff.cover":     {"意向", "受け取り期限", "回答期限", "連絡番号"},
	"told.without":      {"だれ", "何"},
	"after.handoff":     {"学校の返事"},
	"after.family":      {"だれ", "返事"},
	"abuse.tell":        {"だれ"},
	"handoff.mail":      {"リンク"},
	"wait.late.by":      {"返事を書く時"},
	"safety.plan":       {"しるし", "楽になること", "話せる人", "安心できる場所", "番号"},
	"talk.close":        {"次に話す時", "わたし"},
}

func (c *City) knows(key, name string) bool {
	if slices.Contains(open[key], name) {
		return true
	}
	_, ok := c.vars("chat", time.Time{})[name]
	return ok
}

// vars are the placeholders that the file and the clock fill. One that cannot be filled truly is empty.
func (c *City) vars(channel string, now time.Time) map[string]string {
	readers := c.Desk.Readers
	if ch, ok := c.Channels[channel]; ok && ch.Readers != "" {
		readers = ch.Readers
	}
	v := map[string]string{
		"市名": c.Name, "窓口名": c.Desk.Name, "係名": c.Desk.Neutral, "読む人": readers, "電話": c.Desk.Phone,
		"返事の時間": c.SayHours(channel), "電話の時間": c.SayHours("phone"), "保存年数": c.sayKept(),
		"消すまで": fmt.Sprint(c.Terms.EraseAfterDays), "合言葉の日数": fmt.Sprint(c.Terms.CodeDays), "夜の番号": c.night(),
		"いまの時間": "", "次の時間": "", "読まない間": "", "次にひらく時間": "",
	}
	if then := c.ClosesAt(channel, now); !now.IsZero() { // of the opening after this one
		if then.IsZero() {
			then = now
		}
		if next, ok := c.NextOpen(channel, then); ok {
			v["次にひらく時間"] = SayMoment(next)
		}
	}
	if next, ok := c.NextOpen(channel, now); ok && !now.IsZero() {
		if c.OpenAt(channel, now) { // who has come is not known here
			v["いまの時間"] = "いまは、返事をする時間です。"
			return v
		}
		v["次の時間"] = SayMoment(next)
		if c.NightCover == "none" {
			v["読まない間"] = "それまでは、だれも読んでいません。"
		}
	}
	return v
}

// Text returns a text of the catalogue for that channel at that moment, or "" where there is none or one of its
// placeholders cannot be filled truly: then nothing is shown. A line that begins with ? is left out instead.
func (c *City) Text(key, channel string, now time.Time, with map[string]string) string {
	text, ok := c.Texts[key]
	if !ok {
		return ""
	}
	vars := c.vars(channel, now)
	for name, value := range with {
		vars[name] = value
	}
	var lines []string
	for line := range strings.Lines(text) {
		line, optional := strings.CutPrefix(line, "?")
		filled, whole := fill(line, vars)
		if whole {
			lines = append(lines, filled)
		} else if !optional {
			return ""
		}
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}

func fill(line string, vars map[string]string) (string, bool) {
	whole := true
	filled := placeholder.ReplaceAllStringFunc(line, func(m string) string {
		v := vars[m[len("{"):len(m)-len("}")]]
		if v == "" {
			whole = false
		}
		return v
	})
	return filled, whole
}

// Notice tells, truly, when somebody reads what is written now.
func (c *City) Notice(channel string, now time.Time) string {
	if c.OpenAt(channel, now) {
		return c.Text("notice.open", channel, now, nil)
	}
	if text := c.Text("notice.closed", channel, now, nil); text != "" {
		return text
	}
	return c.Text("notice.unknown", channel, now, nil)
}
