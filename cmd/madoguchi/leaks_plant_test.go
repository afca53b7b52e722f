package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/router/redistest"
	"madoguchi/triage/table"
)

// planted are people who came by every door, each with what is theirs alone.
type planted struct {
	*outside
	who   *canaries         // who they are: in no answer at all, but where a name was asked for
	words *canaries         // what they said: only for who may read their case
	cases map[string]string // by door, of those that are looked at afterwards
	drop  string            // the scanner's folder
	lead  string            // the token of a coordinator

	replica *redistest.Server
}

// person hides who somebody is.
func (x *planted) person(door string, of ...string) { x.who.hide("of who came by "+door, of...) }

// said hides what somebody said.
func (x *planted) said(door string, of ...string) { x.words.hide("what was said by "+door, of...) }

// taken finds the case with those words and takes it.
func (x *planted) taken(door, words string) string {
	k := x.find(words)
	x.claim(k.ID)
	x.cases[door] = k.ID
	return k.ID
}

// chats writes on the page, with a browser that says much about itself, shows a picture and chooses a PIN.
func (x *planted) chats() *socket {
	const agent, from = "KanariaBrowser/42.7", "198.51.100.231"
	d := websocket.Dialer{Subprotocols: []string{"madoguchi.chat.v1"}}
	conn, _, err := d.DialContext(x.t.Context(), "ws"+strings.TrimPrefix(x.Public, "http")+"/chat/ws",
		http.Header{"User-Agent": {agent}, "X-Forwarded-For": {from}, "Forwarded": {"for=" + from}, "X-Real-Ip": {from}})
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { conn.Close() })
	s := &socket{conn}
	if err := s.WriteJSON(frame{Type: "hello"}); err != nil {
		x.t.Fatal(err)
	}
	w, err := s.next("welcome", soon)
	if err != nil {
		x.t.Fatal(err)
	}
	const pin = "59264813"
	x.person("chat", agent, from, conn.LocalAddr().String(), w.Code, strings.ReplaceAll(w.Digits, " ", ""), w.Resume, pin,
		"大河原みずき", "みずき", "080-5512-9173", "08055129173", "豊岡三条4丁目77番", "kanaria.mizuki@example.ne.jp")
	first := map[string]any{"type": "message", "id": "kanaria-frame-1", "call_me": "みずぽよ", "about": "self",
		"text": "こうえんで大河原みずきさんにくさをたべさせられた。080-5512-9173、kanaria.mizuki@example.ne.jp、旭川市豊岡三条4丁目77番です"}
	x.tell(s, first)
	x.taken("chat", "くさをたべさせ")
	photo := photo(x.t, 300)
	f, err := x.upload(w.Resume, "", photo, len(photo))
	if err != nil || !f.Done {
		x.t.Fatalf("%+v %v", f, err)
	}
	x.tell(s, map[string]any{"type": "message", "id": "kanaria-frame-2", "text": "しゃしんをみて", "files": []string{f.ID}})
	x.said("chat", "みずぽよ", "kanaria-frame", "くさをたべさせ", "しゃしんをみて", "CANARY-35.6586", "じぶんのことばだけ")
	if err := s.WriteJSON(map[string]any{"type": "pin", "id": "p1", "pin": pin,
		"words": []map[string]string{{"id": "kanaria-frame-1", "text": "じぶんのことばだけ", "at": "2026-12-01T09:00:00+09:00"}}}); err != nil {
		x.t.Fatal(err)
	}
	if _, err := s.next("pin", soon); err != nil {
		x.t.Fatal(err)
	}
	return s
}

// tell writes a message and waits until it is durable.
func (x *planted) tell(s *socket, message map[string]any) {
	if err := s.WriteJSON(message); err != nil {
		x.t.Fatal(err)
	}
	if _, err := s.next("ack", soon); err != nil {
		x.t.Fatal(err)
	}
}

func (x *planted) lines() {
	const user = "U7d3f0000000000000000000000kanaria"
	picture := photo(x.t, 200)
	x.line.mu.Lock()
	x.line.content = map[string][]byte{"8801": picture}
	x.line.mu.Unlock()
	x.fromLineEvent(user, "kanaria-event-1", false, map[string]any{"type": "message", "replyToken": "reply-" + user + "-kanaria",
		"message":     map[string]any{"type": "text", "id": "88001", "text": "むすめの本城かえでがろうかでつばをかけられました", "quoteToken": "kanaria-quote"},
		"displayName": "ほんじょうママ", "pictureUrl": "https://profile.example/kanaria-picture"})
	x.taken("LINE", "つばをかけられ")
	x.fromLineEvent(user, "kanaria-event-2", false, map[string]any{"type": "message", "message": map[string]any{"type": "image", "id": "8801",
		"quoteToken": "q", "contentProvider": map[string]any{"type": "line"}}})
	x.person("LINE", user, "本城かえで", "かえで", "ほんじょうママ", "kanaria-picture", "kanaria-quote", "kanaria-event")
	x.said("LINE", "つばをかけ")
}

func (x *planted) telephones() {
	const texter = "+818044556677"
	x.fromTwilio(x.Public+"/hooks/twilio/sms", url.Values{"MessageSid": {"SM0000000000000000000000000kanaria"}, "AccountSid": {twilioAccount}, "From": {texter},
		"To": {twilioFrom}, "Body": {"けいたいから。久保寺さんがすいとうにすなをいれた"}, "NumMedia": {"0"}, "FromCity": {"KANARIAMURA"}, "FromZip": {"0788899"}}, 200)
	x.person("text message", texter, "8044556677", "久保寺", "KANARIAMURA", "0788899", "0000000000kanaria")
	x.said("text message", "すいとうにすな")
	x.taken("text message", "すいとうにすな")

	const recording = "RE000000000000000000000000000000fe"
	x.twilio.mu.Lock()
	x.twilio.spoken[recording] = []byte("ID3 kanaria-voice-kanaria-voice")
	x.twilio.mu.Unlock()
	menu := x.hears(x.Public+"/hooks/twilio/voice", "CallerName", "KANARIA CALLER", "FromCity", "KANARIAMURA")
	tone := x.hears(attribute(menu, "action"), "Digits", "3")
	x.hears(attribute(tone, "action"), "RecordingSid", recording, "RecordingDuration", "12", "TranscriptionText", "kanaria-transcript",
		"RecordingUrl", "https://recordings.example/kanaria-url")
	x.person("telephone", caller, strings.TrimPrefix(caller, "+81"), "KANARIA CALLER", recording, callSid)
	x.said("telephone", "kanaria-voice", "kanaria-transcript", "kanaria-url")
	x.taken("telephone", "[音声1]")
}

func (x *planted) mails() {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	word := func(s string) string { return "=?utf-8?B?" + b64(s) + "?=" }
	pdf := "%PDF-1.4\n1 0 obj<</Type/Catalog/Author(kanaria-author)>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
	parts := []string{"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		b64("むすこがげたばこでくつにがびょうをいれられました。\n\n-- \n諸角圭吾\n旭川市神居九条88番\n電話 0166-99-8877\n"),
		"Content-Type: image/jpeg; name=\"kanaria-name.jpg\"\r\nContent-Disposition: attachment; filename=\"kanaria-name.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(string(photo(x.t, 120))),
		"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"kanaria-name.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(pdf)}
	x.mail.arrive(x.t, "From: "+word("諸角圭吾")+" <kanaria.morozumi@example.jp>\r\nTo: desk@madoguchi.example\r\nMIME-Version: 1.0\r\nReceived: from kanaria-host.example [192.0.2.199]\r\n"+
		"X-Mailer: KanariaMail 9\r\nMessage-ID: <kanaria-mail@example.jp>\r\nSubject: "+word("かなりあのけん")+"\r\nContent-Type: multipart/mixed; boundary=\"=_k\"\r\n\r\n--=_k\r\n"+
		strings.Join(parts, "\r\n--=_k\r\n")+"\r\n--=_k--\r\n")
	x.person("mail", "諸角", "圭吾", "kanaria.morozumi", "神居九条88", "0166-99-8877", "kanaria-host", "192.0.2.199", "KanariaMail", "kanaria-mail@", "kanaria-name")
	x.said("mail", "がびょう", "かなりあのけん", "kanaria-author")
	x.taken("mail", "がびょう")
}

func (x *planted) letterComes() {
	scan := filled(x.t, "", "きのう学校でくつをかくされました。", "旭川市末広東1条2丁目3番4号\n古賀原桃香")
	if err := os.WriteFile(filepath.Join(x.drop, "古賀原桃香.pdf"), scan, 0o600); err != nil {
		x.t.Fatal(err)
	}
	eventually(x.t, 2*soon, func() error {
		if len(x.letters(x.lead)) == 0 {
			return errors.New("the letter is on no list")
		}
		return nil
	})
	x.person("letter", "古賀原", "桃香", "末広東1条2丁目3番4号")
	x.said("letter", "くつをかくされ")
	x.cases["letter"] = x.letters(x.lead)[0].Case
}

// visits has somebody come to the counter, and staff write of it, answer, open a name and look for somebody.
func (x *planted) visits() {
	var v struct{ ID string }
	x.do(x.token, "POST", "/visits", map[string]any{"id": "kanaria-visit", "channel": "visit", "contact": "090-3141-5926 蓑輪とも子 旭川市忠和五条66", "call_me": "みのさん",
		"text": "蓑輪とも子さんが来所。むすめが給食にごみをまぜられたと話した。", "teller": map[string]any{"who": "guardian", "safe": "yes"}}, &v)
	x.person("visit", "蓑輪", "とも子", "090-3141-5926", "9031415926", "忠和五条66", "みのさん")
	x.said("visit", "ごみをまぜ", "kanaria-visit")
	id := x.taken("visit", "ごみをまぜ")
	x.do(x.token, "POST", "/cases/"+id+"/notes", map[string]string{"text": "担任の柘植野先生に、きょうしつのようすをきく"}, nil)
	x.person("note", "柘植野")
	x.said("note", "きょうしつのようす")
	var g struct{ ID string }
	x.do(x.lead, "POST", "/searches", map[string]any{"names": []string{"百瀬川 ゆりあ"}, "numbers": []string{"070-2718-2818"}, "ground": "same_child",
		"reason": "百瀬川ゆりあさんについて、しょうかいがあった"}, &g)
	x.person("search", "百瀬川", "ゆりあ", "070-2718-2818", "7027182818")
}

// reports has a school report on the page and over the API, leave a draft, and send a table.
func (x *planted) reports(token string, session *http.Cookie) {
	x.do(token, "POST", "/reports", map[string]any{"form": "incident", "fields": map[string]string{"matter": "つきとばし", "harmed": "2年3組 水主町なぎさ",
		"harming": "2年3組 安孫子りく", "reporter": "刀禰舘先生", "place": "りかしつのまえ", "what": "水主町なぎさが安孫子りくにつきとばされ、ゆかにたおれた", "source": "本人のうったえ"}}, nil)
	x.person("report", "水主町", "なぎさ", "安孫子", "りく", "刀禰舘")
	x.said("report", "つきとばされ", "りかしつのまえ")
	form := url.Values{"form": {"incident"}, "matter": {"らくがき"}, "harmed": {"1年 早乙女ひなの"}, "what": {"つくえにらくがきをされた"}, "do": {"save"}}
	x.sends(session, "/school/reports", form.Encode(), "application/x-www-form-urlencoded")
	x.person("draft", "早乙女", "ひなの")
	x.said("draft", "らくがき")
	var book, body bytes.Buffer
	err := table.WriteBook(&book, table.Table{Name: "報告", Head: []string{"いじめ事案", "発生場所", "被害者の児童・生徒等の学年・氏名"}, Rows: [][]string{{"ぼうしをとる", "たいいくかんのうら", "3年 古賀原ももか"}}})
	w := multipart.NewWriter(&body)
	part, fileErr := w.CreateFormFile("book", "kanaria-book.xlsx")
	if err = errors.Join(err, fileErr); err == nil {
		_, err = part.Write(book.Bytes())
	}
	if err = errors.Join(err, w.WriteField("form", "incident"), w.Close()); err != nil {
		x.t.Fatal(err)
	}
	if page := x.sends(session, "/school/reports/import", body.String(), w.FormDataContentType()); !strings.Contains(page, "1件を送りました") {
		x.t.Errorf("the table is answered by %.300q", page)
	}
	x.person("table", "古賀原", "あかね", "kanaria-book")
	x.said("table", "ぼうしをとる", "たいいくかんのうら")
}

// sends sends a form of the staff's pages and returns the page.
func (x *planted) sends(session *http.Cookie, path, body, kind string) string {
	status, _, page := ask(x.t, "POST", x.Staff+path, body, "Content-Type", kind, "Cookie", session.Name+"="+session.Value, "Origin", x.Staff, "Sec-Fetch-Site", "same-origin")
	if status >= 400 {
		x.t.Fatalf("%s: %d %.300s", path, status, page)
	}
	return page
}

// tells asks a child and hands on what she allowed, with a name.
func (x *planted) tells(s *socket, id, school string) (handoff string) {
	const summary = "[人物A]さんが、こうえんでいやなことをしています。"
	x.do(x.token, "POST", "/cases/"+id+"/messages", map[string]string{"id": fmt.Sprint("kanaria-reply", time.Now().UnixNano()), "text": "[人物A]さんのこと、はなしてくれてありがとう。"}, nil)
	x.do(x.token, "POST", "/cases/"+id+"/consents", map[string]string{"school": school, "level": "named", "summary": summary}, nil)
	q, err := s.next("consent", soon)
	if err != nil {
		x.t.Fatal(err)
	}
	if err := s.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		x.t.Fatal(err)
	}
	var h struct{ ID string }
	eventually(x.t, soon, func() error {
		_, err := x.call(x.token, "POST", "/cases/"+id+"/handoffs", map[string]any{"school": school, "consent": "named", "summary": summary, "disclose": []string{"[人物A]"}}, &h)
		return err
	})
	x.said("the desk", "はなしてくれて", "kanaria-reply")
	return h.ID
}
