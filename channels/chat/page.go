package chat

import (
	"bytes"
	"cmp"
	"embed"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"madoguchi/channels"
)

//go:embed page
var files embed.FS

// assets are what the page is made of besides itself: the path under which each is served, and its file.
func assets() map[string]string {
	return map[string]string{
		"/chat.js": "page/chat.js", "/chat/line.js": "page/line.js", "/chat/talk.js": "page/talk.js", "/chat/words.js": "page/words.js", "/chat/wait.js": "page/wait.js",
		"/chat/gallery.js": "page/gallery.js", "/chat/own.js": "page/own.js", "/chat/wire.js": "page/wire.js", "/chat/picture.js": "page/picture.js", "/chat/visit.js": "page/visit.js",
		"/chat/exit.js": "page/exit.js", "/chat.css": "page/chat.css", "/favicon.ico": "page/favicon.ico",
		"/chat/places.css": "page/places.css", "/chat/places.js": "page/places.js", "/chat/practice.js": "page/practice.js",
	}
}

// words without which the page cannot work. A city may change each.
var words = map[string]string{
	"button.start": "書きはじめる", "button.haveCode": "合言葉（あいことば）を持っている", "button.more": "もっとくわしく",
	"button.numbers": "いま話せるところ", "button.send": "送る", "button.again": "もう一度おくる", "button.copied": "書きうつした",
	"button.later": "あとで", "button.code": "合言葉", "button.digits": "数字（すうじ）で見る", "button.words": "ひらがなで見る",
	"button.yes": "いいです", "button.change": "ここを直（なお）して", "button.unsure": "まだわからない", "button.no": "いやです",
	"button.withdraw": "やっぱりやめる", "button.erase": "消したい", "button.eraseYes": "消す", "button.eraseNo": "やめる",
	"button.back": "もどる", "button.leave": "おわる", "button.new": "新しく書く", "button.open": "ひらく", "button.continue": "つづける",
	"button.enter": "話の続きをひらく", "button.menu": "そのほか", "button.hide": "かくす",

	"head.who": "だれが読む？", "head.when": "いつ返事がくる？", "head.secret": "ひみつは守る？", "head.device": "使う前に",
	"head.numbers": "いま話せるところ", "head.code": "合言葉（あいことば）", "head.erase": "この話を消す", "head.question": "質問（しつもん）が1つあります",
	"head.danger": "とどいています",

	"about.self": "自分のこと", "about.friend": "友だちや、ほかの子のこと", "about.did": "自分がしてしまったこと", "about.unsaid": "まだ言えない",

	"state.sending": "おくっています…", "state.stored": "とどきました", "state.held": "あずかりました", "state.failed": "まだとどいていません",
	"status.waiting": "相談員の返事を待っています。", "status.answered": "返事があります。", "status.lost": "つながるのを待っています。書いたものは、ここにあります。",
	"say.yes": "「いいです」と伝えました。学校が読む前なら、いつでもやめられます。", "say.no": "「いやです」と伝えました。話は、このまま続けられます。",
	"say.later":            "「まだわからない」と伝えました。決まったら、おしてください。決まらなくてもだいじょうぶです。",
	"say.change":           "「ここを直して」と伝えました。どこを直したいか、下に書いてください。",
	"say.withdrawn":        "「やめる」と伝えました。学校がまだ読んでいなければ、伝わりません。もう読んでいたときは、そのあとのことを、いっしょに考えます。",
	"say.yes.family":       "「いいです」と伝えました。わたしたちが話す前なら、いつでもやめられます。",
	"say.withdrawn.family": "「やめる」と伝えました。まだ話していなければ、話しません。もう話していたときは、そのあとのことを、いっしょに考えます。",
	"say.notice":           "あなたへのお知らせがあります。",
	"say.entered":          "合言葉で、もどってきました。あなたが前に書いたことは、ほかの人に見られないように、ここには出しません。",
	"say.linked":           "お知らせから、ひらきました。前に書いたことは、ここには出しません。",
	"say.link":             "この入口は、もう使えません。一度ひらいた入口や、古い入口は、使えなくなります。合言葉があれば、続きをひらけます。",
	"say.busy":             "いま、こみあっています。少し待ってから、もう一度おしてください。",
	"say.lost":             "前の話につながりませんでした。合言葉があれば、続きをひらけます。新しく書いてもだいじょうぶです。",
	"say.away":             "30分たつと、ここに書いたものは消えます。送った文はなくなりません。",
	"say.wiped":            "時間がたったので、画面を消しました。送った文はなくなりません。合言葉で、続きを読めます。",
	"say.left":             "おわりました。送った文はなくなりません。続きは、合言葉で読めます。",
	"say.closed":           "この話は、もうひらけません。また話したくなったら、いつでも新しく書いてください。",
	"say.copied":           "合言葉は、右上の「合言葉」から、また見られます。",
	"say.you":              "あなた", "say.counselor": "相談員", "say.desk": "窓口（まどぐち）から",
	"say.draft": "ここに書いてください。", "say.code": "合言葉（ひらがなの言葉7つか、数字21けた）",
	"say.split": "長いので、いくつかに分けて送りました。", "exit.label": "すぐとじる", "exit.spoken": "このページをすぐとじます",
	"who.about": "だれのこと？", "who.name": "何てよんだらいい？", "who.name.help": "本名でなくていいです。すきな名前をつけてください。",
	"who.skip":      "えらばなくても、下に書いて送れます。途中（とちゅう）でも、まちがえても、だいじょうぶです。",
	"held":          "あずかりました。書いたことはなくなりません。読むのが少しおくれます。",
	"unavailable":   "ごめんなさい。まだとどいていません。とじると消えてしまいます。もう一度おくってください。",
	"erase.confirm": "この話を消しますか。画面から見えなくなり、合言葉も使えなくなります。", "erase.done": "消すお願いを受け取りました。この画面からは、もう見えません。",
	"code.unknown": "その合言葉では開けませんでした。", "wait.reading": "相談員が読んでいます。", "wait.writing": "返事を書いています。",
	"code.page":         "続きを話すときの「合言葉」です。\n\n**{合言葉}**\n\n紙に書きうつしてください。",
	"consent.anonymous": "学校に伝えてもいいですか。\n\n**伝える人** {伝える人}\n\n**伝えること**「{伝えること}」\n\n名前は伝えません。",
	"consent.guardian":  "おうちの人に話してもいいですか。\n\n**話す相手** {伝える人}\n\n**話すこと（このとおりに話します）**「{伝えること}」",
	"consent.named":     "学校に伝えてもいいですか。名前も伝えます。\n\n**伝える人** {伝える人}\n\n**伝えること**「{伝えること}」",
}

// elsewhere is where the quick exit leads if the city names no page.
const elsewhere = "https://www.jma.go.jp/"

// spoken are the texts that the page's script shows when their time has come: lines, and texts of several lines.
var spoken = struct{ lines, blocks []string }{
	lines: []string{"button.again", "button.copied", "button.later", "button.digits", "button.words", "button.yes", "button.change",
		"button.unsure", "button.no", "button.withdraw", "button.open", "button.numbers", "head.question", "state.sending", "state.stored",
		"state.held", "state.failed", "status.waiting", "status.answered", "status.lost", "say.yes", "say.no", "say.later", "say.change", "say.yes.family", "say.withdrawn.family", "say.formal", "say.formal.own",
		"say.withdrawn", "say.entered", "say.linked", "say.link", "say.busy", "say.lost", "say.wiped", "say.left", "say.closed",
		"say.copied", "say.you", "say.counselor", "say.desk", "say.split", "wait.reading", "wait.writing", "head.danger", "danger.paged",
		"wait.late.by", "wait.band.05min", "wait.band.20min", "wait.band.30min", "wait.band.today",
		"button.unsend", "button.unsendYes", "button.unsendNo", "state.unsending", "state.unsent", "state.unsentHeld", "state.unsendFailed",
		"button.picture", "button.picture.send", "button.choose", "button.stop", "say.picture", "say.picture.looks", "say.picture.check",
		"say.picture.sort", "say.picture.large", "say.picture.many", "say.picture.waits", "say.picture.room", "say.picture.stopped"},
	blocks: []string{"code.page", "code.unknown", "held", "unavailable", "wait.open", "wait.late", "turned.away", "danger.open", "consent.anonymous", "consent.named", "consent.guardian", "erase.done",
		"unsend.ask", "picture.first"},
}

// spokenText is one of them, set.
type spokenText struct {
	Key  string
	HTML template.HTML
}

func (p *page) spoken() []spokenText {
	var out []spokenText
	for _, key := range slices.Concat(spoken.lines, pinSpoken) {
		out = append(out, spokenText{key, p.line(key)})
	}
	for _, key := range spoken.blocks {
		out = append(out, spokenText{key, block(p.later(key))})
	}
	out = append(out, spokenText{"danger.closed", numbers(p.later("danger.closed"))})
	return out
}

// page renders what people see.
type page struct {
	desk   channels.Desk
	now    func() time.Time
	set    *template.Template
	plain  *template.Template
	sheet  *template.Template
	lesson *template.Template
}

func newPage(desk channels.Desk, now func() time.Time) (*page, error) {
	p := &page{desk: desk, now: now}
	functions := template.FuncMap{"line": p.line, "text": p.text, "numbers": p.numbers, "has": p.has, "exit": p.exit, "spoken": p.spoken,
		"say": p.say, "plain": p.plainly, "code": p.code, "question": p.question, "paragraphs": paragraphs,
		"signs": p.signs, "dial": dial, "host": host, "inline": inline,
		"practiced": func() []string { return []string{"practice.first", "practice.code", "practice.exit", "practice.again"} }}
	var err error
	if p.set, err = template.New("page.html").Funcs(functions).ParseFS(files, "page/page.html", "page/signs.html", "page/formal.html"); err != nil {
		return nil, err
	}
	if p.plain, err = template.New("plain.html").Funcs(functions).ParseFS(files, "page/plain.html", "page/signs.html", "page/formal.html"); err != nil {
		return nil, err
	}
	if p.sheet, err = template.New("places.html").Funcs(functions).ParseFS(files, "page/places.html", "page/signs.html"); err != nil {
		return nil, err
	}
	p.lesson, err = template.New("practice.html").Funcs(functions).ParseFS(files, "page/practice.html")
	return p, err
}

// say returns a text of the city, or the word that the page has itself.
func (p *page) say(key string) string { return p.filled(key, nil) }

// later is say for a text that a page shows when its time has come: when the desk opens next is filled in then.
func (p *page) later(key string) string {
	if p.desk.Text("wait.next", nil) == "" { // it never does
		return p.say(key)
	}
	return p.filled(key, map[string]string{"次にひらく時間": slots["next"]})
}

func (p *page) filled(key string, with map[string]string) string {
	vars := map[string]string{"伝える人": slots["school"], "伝えること": slots["words"], "合言葉": slots["code"], "数": slots["count"], "返事を書く時": slots["by"]}
	maps.Copy(vars, with)
	if text := p.desk.Text(key, vars); text != "" {
		return text
	}
	text := cmp.Or(words[key], signWords[key], formalWords[key], pictureWords[key], pinWords[key], practiceWords[key])
	for name, value := range vars {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func (p *page) line(key string) template.HTML    { return inline(p.say(key)) }
func (p *page) text(key string) template.HTML    { return block(p.say(key)) }
func (p *page) numbers(key string) template.HTML { return numbers(p.say(key)) }

// plainly returns a text without its furigana, for where no markup can be.
func (p *page) plainly(key string) string { return furigana.ReplaceAllString(p.say(key), "$1") }

// code sets the code's page with the words, and the digits beneath.
func (p *page) code(words, digits string) template.HTML {
	html := strings.ReplaceAll(string(p.text("code.page")), slot("code"), template.HTMLEscapeString(words))
	return template.HTML(html + "<p>" + template.HTMLEscapeString(digits) + "</p>") //nolint:gosec // escaped
}

// question sets a question of the desk; without script it is answered in words.
func (p *page) question(f *frame) template.HTML {
	key := "consent." + cmp.Or(known(f.Level, "named"), "anonymous")
	if f.Family {
		key = "consent.guardian"
	}
	html := string(p.text(key))
	html = strings.ReplaceAll(html, slot("school"), template.HTMLEscapeString(f.School))
	return template.HTML(strings.ReplaceAll(html, slot("words"), template.HTMLEscapeString(f.Text))) //nolint:gosec // escaped
}

// paragraphs sets what a person wrote: no markup but furigana.
func paragraphs(text string) template.HTML {
	html := furigana.ReplaceAllString(template.HTMLEscapeString(text), "<ruby>$1<rp>（</rp><rt>$2</rt><rp>）</rp></ruby>")
	return template.HTML("<p>" + strings.ReplaceAll(html, "\n", "<br>") + "</p>") //nolint:gosec // escaped
}

func (p *page) has(key string) bool { return p.say(key) != "" }

// exit is the neutral page that the quick exit leads to.
func (p *page) exit() string {
	if u, err := url.Parse(p.desk.Text("exit.url", nil)); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return u.String()
	}
	return elsewhere
}

// start serves the one document: start, chat and everything between are screens of it.
func (p *page) start(w http.ResponseWriter, _ *http.Request) { p.render(w, http.StatusOK, p.set, nil) }

func (p *page) render(w http.ResponseWriter, status int, t *template.Template, data any) {
	var b bytes.Buffer
	if t.Execute(&b, data) != nil {
		problem(w, http.StatusInternalServerError, "internal")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // nobody is left to be told
}

func (p *page) asset(w http.ResponseWriter, r *http.Request) {
	file := assets()[r.URL.Path]
	body, err := files.ReadFile(file)
	if err != nil {
		problem(w, http.StatusNotFound, "not_found")
		return
	}
	kind := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".ico": "image/x-icon"}[path.Ext(file)]
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // nobody is left to be told
}
