package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"
	"golang.org/x/text/encoding/japanese"

	"madoguchi/router/redistest"
)

// Of a whole story, with mistakes, attempts to get in and a Redis that dies and refuses on the way, nothing can be read afterwards: not
// in what the program printed at its most talkative, not in Redis (every key, every value, its file), not in the data
// folder, not in the metrics.
func TestNothingCanBeReadAfterwards(t *testing.T) {
	t.Parallel()
	p, r, coordinator := real(t, "--log-level=debug")
	c := &canaries{t: t}
	const (
		agent, from = "canary-agent/7.1", "203.0.113.77"
		password    = "kanaria-no-aikotoba"
	)
	c.hide("who asks", agent, from)
	c.hide("a token", coordinator)
	link := must(t, append([]string{"account", "create", "--login=kanaria.sato", "--role=psychologist"}, p.common()...)...)
	token := must(t, append([]string{"token", "create", "--login=kanaria.sato", "--role=psychologist"}, p.common()...)...)
	school := must(t, append([]string{"token", "create", "--login=kanaria.school", "--role=school", "--school=hinode-jhs"}, p.common()...)...)
	c.hide("a token", token, school, strings.SplitN(link, "=", 2)[1])
	session := p.enrol(link, password)
	c.hide("of signing in", password, session.Value, "kanaria.school")

	header := http.Header{"User-Agent": {agent}, "X-Forwarded-For": {from}, "Accept-Language": {"canary-lang"}}
	c.hide("who asks", "canary-lang")
	d := websocket.Dialer{Subprotocols: []string{"madoguchi.chat.v1"}}
	conn, _, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(p.Public, "http")+"/chat/ws?canaryquery=1", header)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := &socket{conn}
	c.hide("who asks", conn.LocalAddr().String(), "canaryquery")
	for _, bad := range []string{"{canaryframe", `{"type":"canarytype"}`, `{"type":"hello","code":"カナリアのことば"}`, `{"type":"hello","link":"canarylink"}`,
		`{"type":"hello","resume":"canaryresume"}`, `{"type":"message","id":"","text":"かなりあいちばん"}`} {
		if err := s.WriteMessage(websocket.TextMessage, []byte(bad)); err != nil {
			t.Fatal(err)
		}
		if f, err := s.next("error", soon); err == nil && f.Code == "" {
			t.Errorf("%s is answered by nothing", bad)
		}
	}
	c.hide("a bad frame", "canaryframe", "canarytype", "カナリアのことば", "canarylink", "canaryresume", "かなりあいちばん")
	if err := s.WriteJSON(frame{Type: "hello"}); err != nil {
		t.Fatal(err)
	}
	welcome, err := s.next("welcome", soon)
	if err != nil {
		t.Fatal(err)
	}
	c.hide("the code", strings.Fields(welcome.Code)...)
	c.hide("the code", welcome.Code, strings.ReplaceAll(welcome.Code, " ", ""), welcome.Digits, strings.ReplaceAll(welcome.Digits, " ", ""), welcome.Resume)
	if err := s.WriteMessage(websocket.TextMessage, []byte(`{"type":"message","id":"canaryid1","text":"鹿苑寺くんにけられた。電話は090-8765-4321","call_me":"かなりあ","about":"self"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.next("ack", soon); err != nil {
		t.Fatal(err)
	}
	c.hide("what the child wrote", "canaryid1", "鹿苑寺", "けられた", "8765-4321", "87654321", "かなりあ")
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, token, "けられた"); id == "" {
			return errors.New("the case is not in the queue")
		}
		return nil
	})
	at := "/cases/" + id
	p.do(token, "POST", at+"/claim", nil, nil)
	p.do(token, "POST", at+"/notes", map[string]string{"text": "鹿苑寺の担任は毘沙門先生だと思う"}, nil)
	p.do(token, "POST", at+"/messages", map[string]string{"id": "canaryreply", "text": "[人物A]さんのこと、痛かったですね。"}, nil)
	s.reads(t, "鹿苑寺さんのこと、痛かったですね。")
	var value struct{ Value string }
	p.do(token, "POST", at+"/reveals", map[string]string{"placeholder": "[人物A]", "reason": "safety"}, &value)
	summary := "休み時間に蹴られることが続いています。"
	p.do(token, "POST", at+"/consents", map[string]string{"school": "hinode-jhs", "level": "anonymous", "summary": summary}, nil)
	q, err := s.next("consent", soon)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WriteJSON(frame{Type: "consent", ID: q.ID, Answer: "yes"}); err != nil {
		t.Fatal(err)
	}
	var h struct{ ID string }
	eventually(t, soon, func() error {
		_, err := p.call(token, "POST", at+"/handoffs", map[string]any{"school": "hinode-jhs", "consent": "anonymous", "summary": summary}, &h)
		return err
	})
	p.do(school, "POST", "/handoffs/"+h.ID+"/acknowledge", map[string]any{}, nil)
	c.hide("what the desk wrote", "毘沙門", "痛かった", "canaryreply", "休み時間に蹴ら", "hinode-jhs")

	// Attempts to get in, and bodies that cannot be read.
	for _, url := range []string{p.Public + "/canarypath?a=canaryquery", p.Staff + "/canarypath", p.Staff + "/api/v1/cases/canarycase"} {
		ask(t, "GET", url, "", "Authorization", "Bearer canarytoken", "User-Agent", agent, "X-Forwarded-For", from, "Cookie", "madoguchi=canarycookie", "Referer", "https://canaryreferer.example")
	}
	ask(t, "POST", p.Public+"/chat/messages", `{"type":"hello"}`, "Authorization", "Code 111112222233333444441")
	ask(t, "POST", p.Public+"/chat/messages", `canarybody`, "User-Agent", agent)
	ask(t, "POST", p.Staff+"/api/v1"+at+"/notes", `{"text":["canarybody"]}`, "Authorization", "Bearer "+token, "Content-Type", "application/json")
	ask(t, "POST", p.Staff+"/sign-in", "login=canarylogin&password=canarypassword", "Content-Type", "application/x-www-form-urlencoded", "Origin", p.Staff, "Sec-Fetch-Site", "same-origin")
	c.hide("an attempt", "canarypath", "canarytoken", "canarycookie", "canaryreferer", "111112222233333", "canarybody", "canarylogin", "canarypassword", "canarycase")

	r.Kill()
	p.is("held", "away")
	s.says(t, "canaryid2", "まっくらなときの言葉", "held")
	c.hide("what the child wrote", "canaryid2", "まっくらな")
	p.call(token, "POST", at+"/messages", map[string]string{"id": "canaryreply2", "text": "届かない返事"}, nil) //nolint:errcheck // it may well be refused
	r.Restart()
	p.is("stored", "ok")
	p.rests(3)
	c.hide("what the desk wrote", "canaryreply2", "届かない返事")

	may := func(keys ...any) { // and a Redis that refuses what it is asked
		t.Helper()
		if err := r.Client().Do(t.Context(), append([]any{"ACL", "SETUSER", "default", "resetkeys"}, keys...)...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	may("~{p*}:*", "~{staff}:*")
	s.says(t, "canaryid3", "ことわられたときの言葉", "held")
	p.call(token, "POST", at+"/messages", map[string]string{"id": "canaryreply3", "text": "ことわられた返事"}, nil) //nolint:errcheck // it may well be refused
	may("~*")
	p.is("stored", "ok")
	p.rests(4)
	c.hide("what was refused", "canaryid3", "canaryreply3", "ことわられた")
	if n, err := r.Client().Do(t.Context(), "ACL", "LOG").Slice(); err != nil || len(n) == 0 {
		t.Errorf("Redis refused nothing: %v", err)
	}
	c.in(p.everything(r))
	if code := p.stop(10 * time.Second); code != 0 {
		t.Errorf("exit %d", code)
	}
	c.in(map[string][]byte{"what was printed": []byte(p.printed())})
}

// everything is all that is left of the story anywhere.
func (p *process) everything(r *redistest.Server) map[string][]byte {
	p.t.Helper()
	kept := map[string][]byte{"what was printed": []byte(p.printed())}
	client, ctx := r.Client(), p.t.Context()
	keys := client.Scan(ctx, 0, "*", 1000).Iterator()
	for keys.Next(ctx) {
		dump, err := client.Dump(ctx, keys.Val()).Result()
		if err != nil {
			continue // it has run out just now
		}
		kept["redis: "+keys.Val()] = []byte(keys.Val() + "\n" + dump)
	}
	refusals, err := client.Do(ctx, "ACL", "LOG", "-1").Result()
	if err := errors.Join(keys.Err(), err); err != nil {
		p.t.Fatal(err)
	}
	kept["what Redis refused"] = fmt.Append(nil, refusals)
	roots := []string{folder(p.t, client), p.dir}
	for _, a := range p.common() {
		if data, ok := strings.CutPrefix(a, "--data-dir="); ok {
			roots = append(roots, data)
		}
	}
	for _, root := range roots {
		maps.Copy(kept, below(p.t, root))
	}
	if len(kept) < 40 {
		p.t.Errorf("only %d things are left of it", len(kept))
	}
	_, _, metrics := ask(p.t.(*testing.T), "GET", p.Ops+"/metrics", "")
	kept["the metrics"] = []byte(metrics)
	return kept
}

// folder is where a Redis keeps what it is given.
func folder(t testing.TB, client *redis.Client) string {
	t.Helper()
	dir, err := client.ConfigGet(t.Context(), "dir").Result()
	if err != nil {
		t.Fatal(err)
	}
	return dir["dir"]
}

// below are all files in a folder.
func below(t testing.TB, root string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// canaries are words that must be found nowhere, in any of the forms in which words are written.
type canaries struct {
	t     *testing.T
	forms []form
}

type form struct {
	what, how string
	bytes     []byte
	lines     bool // it may be written over several lines
}

func (c *canaries) hide(what string, words ...string) {
	for _, w := range words {
		put := func(how, b string, lines bool) {
			c.forms = append(c.forms, form{fmt.Sprintf("%s, %q", what, w), how, []byte(b), lines})
		}
		add := func(how, b string) { put(how, b, false) }
		add("raw", w)
		backwards := []rune(w)
		slices.Reverse(backwards)
		add("reversed", string(backwards))
		add("hex", hex.EncodeToString([]byte(w)))
		add("HEX", strings.ToUpper(hex.EncodeToString([]byte(w))))
		for shift := range 3 { // what does not depend on the neighbours
			padded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + w))
			padded = padded[(shift*8+5)/6 : (shift+len(w))*8/6]
			put("base64", padded, true)
			put("base64url", strings.NewReplacer("+", "-", "/", "_").Replace(padded), true)
		}
		if escaped := url.QueryEscape(w); escaped != w {
			add("percent", escaped)
		}
		escaped, little, big := "", []byte{}, []byte{}
		for _, u := range utf16.Encode([]rune(w)) {
			escaped += fmt.Sprintf(`\u%04x`, u)
			little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
		}
		add("JSON", escaped)
		if quoted := strings.Trim(strconv.QuoteToASCII(w), `"`); quoted != w && quoted != escaped {
			add("JSON", quoted)
		}
		add("UTF-16LE", string(little))
		add("UTF-16BE", string(big))
		if sjis, err := japanese.ShiftJIS.NewEncoder().String(w); err == nil && sjis != w {
			add("Shift JIS", sjis)
		}
	}
}

// unpacked adds what is compressed inside of what was kept.
func unpacked(kept map[string][]byte) map[string][]byte {
	all := maps.Clone(kept)
	for where, data := range kept {
		for at := 0; ; {
			next := bytes.Index(data[at:], []byte{0x1f, 0x8b, 8})
			if next < 0 {
				break
			}
			at += next
			if r, err := gzip.NewReader(bytes.NewReader(data[at:])); err == nil {
				if plain, _ := io.ReadAll(io.LimitReader(r, 64<<20)); len(plain) > 0 { // what is cut off is looked at as far as it goes
					all[fmt.Sprintf("%s, unpacked at %d", where, at)] = plain
				}
			}
			at++
		}
	}
	return all
}

func (c *canaries) in(kept map[string][]byte) {
	c.t.Helper()
	for _, hit := range c.found(kept) {
		c.t.Error(hit)
	}
}

// found says what of it is where.
func (c *canaries) found(kept map[string][]byte) (hits []string) {
	for where, data := range unpacked(kept) {
		joined := lineEnds.ReplaceAll(data, nil)
		for _, f := range c.forms {
			in := data
			if f.lines {
				in = joined
			}
			if bytes.Contains(in, f.bytes) {
				hits = append(hits, fmt.Sprintf("%s is in %s (%s)", f.what, where, f.how))
			}
		}
	}
	return hits
}

var lineEnds = regexp.MustCompile(`\r?\n[ \t]*`)

// The search finds a word in every form in which it might be written, and none where there is none.
func TestCanariesAreFound(t *testing.T) {
	c := &canaries{t: t}
	const word = "鹿苑寺 kanaria"
	c.hide("a word", word)
	base64Lines := func(width, before int, end string) string {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("-", before) + word + strings.Repeat("-", 80)))
		var lines []string
		for part := range slices.Chunk([]byte(text), width) {
			lines = append(lines, string(part))
		}
		return strings.Join(lines, end)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("xx" + word)); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	sjis, err := japanese.ShiftJIS.NewEncoder().String(word)
	if err != nil {
		t.Fatal(err)
	}
	for how, text := range map[string]string{
		"raw": word, "reversed": "airanak 寺苑鹿", "hex": fmt.Sprintf("%x", word), "HEX": fmt.Sprintf("%X", word), "percent": url.QueryEscape(word),
		"Shift JIS": sjis, "gzip": packed.String(), "JSON": `\u9e7f\u82d1\u5bfa kanaria`,
		"JSON wholly": `\u9e7f\u82d1\u5bfa\u0020\u006b\u0061\u006e\u0061\u0072\u0069\u0061`,
		"base64":      base64Lines(1000, 0, ""), "base64 after one": base64Lines(1000, 1, ""), "base64 after two": base64Lines(1000, 2, ""),
		"base64 in lines of 64": base64Lines(64, 40, "\n"), "base64 in lines of 76": base64Lines(76, 47, "\r\n"), "base64 in folded lines": base64Lines(20, 8, "\r\n "),
	} {
		if len(c.found(map[string][]byte{"here": []byte("before" + text + "after")})) == 0 {
			t.Errorf("a word is not found as %s", how)
		}
	}
	if hits := c.found(map[string][]byte{"here": []byte("鹿苑\n kanar\nia")}); len(hits) > 0 {
		t.Error(hits)
	}
}
