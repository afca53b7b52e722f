package chat

import "net/http"

// practiceWords are the words of the practice page. A city may change each.
var practiceWords = map[string]string{
	"practice.title":  "れんしゅう",
	"practice.banner": "これは、れんしゅうです。書いたことは、だれにもとどきません。どこにも残（のこ）りません。",
	"practice.intro":  "本当の窓口（まどぐち）と同じように書いて、送ってみましょう。答えるのは機械（きかい）です。人は読んでいません。",
	"practice.draft":  "何か書いて、送ってみてください。",
	"practice.first":  "とどきました、と出ます。本当の窓口では、このあと相談員が読みます。これは、れんしゅうの返事です。",
	"practice.code":   "本当の窓口では、ここで合言葉（あいことば）が出ます。紙に書きうつすと、あとで返事を読めます。",
	"practice.exit":   "右上の「すぐとじる」をおすと、すぐに別（べつ）のページになります。ためしてもいいです。",
	"practice.again":  "れんしゅうの返事です。好きなだけ書いてみてください。とじると、全部（ぜんぶ）消えます。",
	"practice.real":   "本当に話したいことがあるときは、ここから書いてください",
	"practice.off":    "れんしゅうには、JavaScriptが要（い）ります。本当の窓口は、なくても使えます。",
}

// practice serves a page on which a whole class can try the chat in one lesson. What is written stays in the browser: the
// page sends nothing, so it fills no queue, meets no limit and is kept nowhere.
func (p *page) practice(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusOK, p.lesson, nil)
}
