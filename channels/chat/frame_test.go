package chat

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"madoguchi/channels"
)

func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","code":"あさがお","resume":"","link":"","after":3,"lang":"ja"}`, `{"type":"message","id":"1","text":"a"}`,
		`{"type":"message","id":"1","text":"\ud83d"}`, `{"type":"consent","id":"1","answer":"yes"}`, `{"type":"bye","erase":true}`,
		`{"type":"message","id":"` + strings.Repeat("𠮷", 64) + `","text":"\u0000"}`, `{"type":"hello","after":1e3}`, `{"TYPE":"bye"}`,
		`{"type":"unsend","id":"1"}`, `{"type":"unsend"}`, `{"type":"message","id":"1","files":["a","b"]}`, `{"type":"message","id":"1","files":["a","a"]}`,
		`{"type":"message","id":"1","text":" ","files":["","1","2","3","4"]}`, `{"type":"message","id":"1","files":[1]}`, `{"type":"ack","id":"1","unsent":true}`,
		`[]`, `null`, `"hello"`, `{"type":null}`, `{"type":"message","id":"1","text":"a"} x`, `{"type":"hello","after":-9223372036854775809}`,
		strings.Repeat("[", 10000), `{"type":"message","id":"1","text":"` + strings.Repeat("長", 4001) + `"}`, "\xff", ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, bad := parseFrame(b)
		if (frame == nil) == (bad == nil) {
			t.Fatal("a frame is good or refused")
		}
		if bad != nil {
			if bad.Type != "error" || says[bad.Code] == "" || statuses[bad.Code] == 0 || utf8.RuneCountInString(bad.ID) > maxID {
				t.Errorf("refused by %+v", bad)
			}
			return
		}
		if n := utf8.RuneCountInString(frame.Text); frame.Type == "message" && (n > maxText || strings.TrimSpace(frame.Text) == "" && len(frame.Files) == 0 || frame.ID == "") {
			t.Errorf("a text of %d characters with id %q was good", n, frame.ID)
		}
		if len(frame.Files) > maxFiles && frame.Type == "message" || frame.Type == "unsend" && frame.ID == "" {
			t.Errorf("%d pictures, id %q", len(frame.Files), frame.ID)
		}
		again, bad := parseFrame(frame.bytes())
		if bad != nil || !json.Valid(frame.bytes()) || again.Text != frame.Text || again.ID != frame.ID {
			t.Error("a good frame does not survive being written")
		}
	})
}

func FuzzMarkup(f *testing.F) {
	for _, seed := range []string{"漢字（かな）", "**太い**", "・一\n・二\n\n1. あ\n2. い\nう", "<script>alert(1)</script>", "**<b>**", "\ue001\"", "&lt;", "＊*", "・", "\n\n\n", "（かな）漢字（）"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, html := range []string{string(block(text)), string(numbers(text)), string(inline(text)), string(paragraphs(text))} {
			for rest := html; ; {
				i := strings.IndexByte(rest, '<')
				if i < 0 {
					break
				}
				tag, after, ok := strings.Cut(rest[i+1:], ">")
				name := strings.TrimPrefix(tag, "/")
				if name, _, _ = strings.Cut(name, " "); !ok || !strings.Contains(" p br ul ol li strong ruby rp rt span a ", " "+name+" ") {
					t.Fatalf("markup %q came out of a text", tag)
				}
				rest = after
			}
		}
	})
}

func TestMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"別（べつ）のページ":              "<p><ruby>別<rp>（</rp><rt>べつ</rt><rp>）</rp></ruby>のページ</p>",
		"このとおり（に読まれます）":          "<p>このとおり（に読まれます）</p>",
		"一\n二\n\n三":              "<p>一<br>二</p><p>三</p>",
		"前\n・一\n・二\nあと":          "<p>前</p><ul><li>一</li><li>二</li></ul><p>あと</p>",
		"1. 命（いのち）\n2. **強い** 文": "<ol><li><ruby>命<rp>（</rp><rt>いのち</rt><rp>）</rp></ruby></li><li><strong>強い</strong> 文</li></ol>",
		"<i>&\"": "<p>&lt;i&gt;&amp;&#34;</p>",
	} {
		if got := string(block(in)); got != want {
			t.Errorf("%q becomes\n%s, want\n%s", in, got, want)
		}
	}
	got := string(numbers("・警察　**110**\n・**0120-0-78310** **文字**"))
	if !strings.Contains(got, `<a class="dial" href="tel:110">110</a>`) || !strings.Contains(got, `href="tel:0120078310">0120-0-78310</a>`) ||
		!strings.Contains(got, "<strong>文字</strong>") {
		t.Error(got)
	}
}

func TestRates(t *testing.T) {
	r, err := parseRates("2/1m")
	if err != nil {
		t.Fatal(err)
	}
	a, b := channels.NewAddress("chat", "a", nil), channels.NewAddress("chat", "b", nil)
	start := time.Now()
	for _, step := range []struct {
		who   channels.Address
		after time.Duration
		wait  time.Duration
	}{
		{a, 0, 0}, {a, 20 * time.Second, 0}, {a, 21 * time.Second, 39 * time.Second}, {b, 22 * time.Second, 0},
		{a, 60 * time.Second, 0}, {a, 61 * time.Second, 0}, {a, 62 * time.Second, 58 * time.Second},
	} {
		if wait := r.allow(step.who, start.Add(step.after)); wait != step.wait {
			t.Errorf("after %v: wait %v, want %v", step.after, wait, step.wait)
		}
	}
	r.spent[[32]byte{}] = spent{until: start.Add(-time.Second), n: 1}
	before := len(r.spent)
	r.forget()
	if len(r.spent) != before-1 {
		t.Error("what is over is kept")
	}
}

// A hundred messages of one to four hundred characters are of three lengths on the line, and what answers them of one.
func TestLengthsOnTheLineSayLittle(t *testing.T) {
	sizes, acks := map[int]bool{}, map[int]bool{}
	for n := 4; n <= 400; n += 4 {
		f := frame{Type: "message", ID: strconv.Itoa(n), Text: strings.Repeat("あ", n)}
		sizes[len(f.bytes())] = true
		seq := int64(n)
		ack := frame{Type: "ack", ID: f.ID, Seq: &seq, State: "stored"}
		acks[len(ack.bytes())] = true
		var again frame
		if err := json.Unmarshal(f.bytes(), &again); err != nil || again.Text != f.Text {
			t.Fatalf("%d characters come back as %d, %v", n, len([]rune(again.Text)), err)
		}
	}
	if len(sizes) > 3 || len(acks) != 1 {
		t.Errorf("messages are of %d lengths, acks of %d", len(sizes), len(acks))
	}
	long := frame{Type: "message", Text: strings.Repeat("あ", 11_000)}
	if len(long.bytes()) > maxFrame {
		t.Errorf("a long frame is filled up to %d bytes", len(long.bytes()))
	}
}
