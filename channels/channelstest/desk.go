package channelstest

import (
	"maps"
	"regexp"
	"sync"
	"time"

	"madoguchi/channels"
)

// Desk is a desk whose hours and texts a test sets. It begins open, with the texts that doors show.
type Desk struct {
	mu    sync.Mutex
	open  bool
	texts map[string]string
}

// NewDesk returns an open desk.
func NewDesk() *Desk { return &Desk{open: true, texts: maps.Clone(texts)} }

// City implements channels.Desk.
func (d *Desk) City() string { return "みほん市" }

// Hours implements channels.Desk.
func (d *Desk) Hours(_ string, t time.Time) channels.Hours {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open {
		return channels.Hours{Open: true, Notice: "いまは、相談員が返事をする時間です。月曜から金曜の、夕方5時から夜10時までです。"}
	}
	return channels.Hours{Notice: "いまは相談員がいない時間です。書いたことはなくなりません。次に人が読むのは、11月24日〔火〕の夕方5時ごろです。",
		Next: t.Add(time.Hour)}
}

// Moment implements channels.Desk.
func (d *Desk) Moment(t time.Time) string { return t.Format("1月2日の15時") }

// Text implements channels.Desk.
func (d *Desk) Text(key string, vars map[string]string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	whole := true
	text := placeholder.ReplaceAllStringFunc(d.texts[key], func(p string) string {
		value, ok := vars[p[1:len(p)-1]]
		if !ok && p == "{次にひらく時間}" {
			value = d.texts["wait.next"]
		}
		whole = whole && value != ""
		return value
	})
	if !whole {
		return ""
	}
	return text
}

var placeholder = regexp.MustCompile(`\{[^{}]+\}`)

// School implements channels.Desk.
func (d *Desk) School(id string) string {
	return map[string]string{"school-1": "みほん第一中学校"}[id]
}

// SetOpen opens or closes the desk.
func (d *Desk) SetOpen(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
}

// SetText changes a text; an empty one takes it out of the catalogue.
func (d *Desk) SetText(key, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts[key] = text
}

// Signs implements channels.Desk: a city that has stated what most cities have, and one desk without a number.
func (d *Desk) Signs(t time.Time) channels.Signs {
	next := "いまは、受付（うけつけ）の時間です。"
	if !d.Hours("voice", t).Open {
		next = "いまは、人がいない時間です。次は、11月24日〔火〕の朝9時からです。"
	}
	return channels.Signs{
		Contact: channels.Contact{Name: "みほん市こども課", Address: "〒000-0000 みほん市本町1丁目", Phone: "000-000-0000", Fax: "000-000-0001", Mail: "mado@mihon.example"},
		Doors: []channels.DoorHours{{Door: "電話", Hours: "月曜から金曜の、朝9時から昼の12時までと、午後1時から夕方5時まで",
			Closed: "土曜・日曜・祝日（しゅくじつ）は、休みです。", Next: next}},
		Topics: []channels.Topic{
			{Key: "danger", Title: "いまにも命（いのち）があぶないとき", Places: []channels.Place{{Name: "救急・消防", Say: "けがをしている、薬（くすり）をたくさん飲んだ", Phone: "119", Means: []string{"電話"}}}},
			{Key: "feelings", Title: "こころ・からだのこと", Places: []channels.Place{
				{Name: "みほん子どもの電話", Say: "18さいまでの子どもの電話", Phone: "0120-000-001", Means: []string{"電話"}, When: "毎日　夕方4時から夜9時"},
				{Name: "みほんチャット", Say: "文字で話せるところ", Page: "https://chat.mihon.example/start", Means: []string{"文字で話す"}, When: "いつでも"}}},
			{Key: "school", Title: "学校のこと", Places: []channels.Place{{Name: "みほん教育センター", Say: "学校に行きにくいとき", Means: []string{"電話", "会って話す"}}}},
		},
	}
}
