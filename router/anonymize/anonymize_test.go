package anonymize_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"madoguchi/router/anonymize"
	"madoguchi/triage/assess"
)

// newAnonymizer returns the one that all tests share: it is ready once.
func newAnonymizer(t testing.TB) *anonymize.Anonymizer {
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var shared = sync.OnceValues(func() (*anonymize.Anonymizer, error) {
	return anonymize.New(anonymize.Gazetteer{
		Schools:  []anonymize.School{{Name: "日の出台中学校", Short: []string{"日の出中", "ひので中"}}},
		Stations: []string{"北の森"},
		Places:   []string{"ひまわりプラザ"},
		Keep:     []string{"0166-00-5503"},
	})
})

func TestRedact(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"日の出中の山田くん":                "[学校1]の[人物A]くん",
		"ひまわりプラザで会った":              "[場所1]で会った",
		"北の森駅のホーム":                 "[場所1]のホーム",
		"山田さんと鈴木さんと山田さん":           "[人物A]さんと[人物B]さんと[人物A]さん",
		"窓口は0166-00-5503です":        "窓口は0166-00-5503です",
		"0120-0-78310か189か110か119": "0120-0-78310か189か110か119",
		"[人物A]さんに聞きました":            "[人物A]さんに聞きました",
		"[写真1] [スタンプ]":             "[写真1] [スタンプ]",
		"旭橋から飛び降りる":                "[場所1]橋から飛び降りる",
		"県立みどり台高です":                "[学校1]です",
		"市立みなと病院から退院した":            "[場所1]から退院した",
		"妹のことねが泣いてる":               "妹の[人物A]が泣いてる",
		"妹のまえで泣いた":                 "妹のまえで泣いた",
		"5年1組のげんた":                 "[組1]の[人物A]",
		"5年1組のみんなが笑う":              "[組1]のみんなが笑う",
		"名簿17番の子":                  "名簿[番号1]の子",
		"":                         "",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}

// TestDangerStays: the words by which a danger is seen survive, whatever stands around them.
func TestDangerStays(t *testing.T) {
	a := newAnonymizer(t)
	words := []string{"屋上", "線路", "橋", "踏切", "ベランダ", "ロープ", "包丁", "カッター", "薬", "遺書", "今夜", "首", "飛び降り", "死にたい", "消えたい", "手首", "川", "崖"}
	for _, frame := range []string{"いま%sにいる", "山田くんと%sの前", "%s", "%sを用意した。田中です", "若草中学校の%sから", "3年2組の佐藤が%sって言う", "昨日%sで泣いた"} {
		for _, w := range words {
			text := strings.Replace(frame, "%s", w, 1)
			if got := a.Redact(text, nil, anonymize.Strict).Text; !strings.Contains(got, w) {
				t.Errorf("%s → %s: %s is gone", text, got, w)
			}
		}
	}
}

func TestGlossary(t *testing.T) {
	a := newAnonymizer(t)
	var g anonymize.Glossary
	for _, step := range []struct{ text, want string }{
		{"谷川翔子です", "[人物A]です"},
		{"谷川さんは元気です", "[人物A]さんは元気です"},
		{"翔子ちゃんと鈴木くん", "[人物A]ちゃんと[人物B]くん"},
		{"電話は090-0123-4567", "電話は[電話1]"},
		{"０９００１２３４５６７です", "[電話1]です"},
	} {
		if got := a.Redact(step.text, &g, anonymize.Strict).Text; got != step.want {
			t.Errorf("%s → %s, want %s", step.text, got, step.want)
		}
	}
	data, err := json.Marshal(g)
	if err != nil {
		t.Fatal(err)
	}
	var back anonymize.Glossary
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if w, ok := back.Words("[人物A]"); !ok || w != "谷川翔子" {
		t.Errorf("[人物A] is %q, %v", w, ok)
	}
	if got := a.Redact("高橋さん", &back, anonymize.Strict).Text; got != "[人物C]さん" {
		t.Errorf("a new person is %s", got)
	}
	if _, ok := back.Words("[人物Z]"); ok {
		t.Error("[人物Z] was never given out")
	}
	back.Keep = append(back.Keep, "高橋")
	if got := a.Redact("高橋さん", &back, anonymize.Strict).Text; got != "高橋さん" {
		t.Errorf("what a person un-redacted is %s", got)
	}
}

func TestLettersAfterZ(t *testing.T) {
	a := newAnonymizer(t)
	g := anonymize.Glossary{Last: map[anonymize.Type]int{anonymize.TypePerson: 26}}
	if got := a.Redact("山田さん", &g, anonymize.Strict).Text; got != "[人物AA]さん" {
		t.Errorf("the 27th person is %s", got)
	}
}

// TestManyAtOnce: one Anonymizer serves many goroutines, each with a glossary of its own.
func TestManyAtOnce(t *testing.T) {
	a := newAnonymizer(t)
	all := messages(t)
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for n := worker; n < len(all); n += 4 {
				text := string(all[n].text)
				if one, two := a.Redact(text, &anonymize.Glossary{}, anonymize.Strict).Text, a.Redact(text, nil, anonymize.Strict).Text; one != two {
					t.Errorf("%s is %s and %s", text, one, two)
				}
			}
		})
	}
	wg.Wait()
}

// TestUnreadable: what the detectors cannot judge does not pass.
func TestUnreadable(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"Привет です":                          "[不明1] です",
		"山田さん\x00\x01\x02\x03":               "[人物A]さん[不明1]",
		"(´・ω・`)":                            "(´・ω・`)",
		strings.Repeat("あ", 10_000) + "山田太郎": strings.Repeat("あ", 10_000) + "[不明1]",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%.40q → %.40q, want %.40q", text, got, want)
		}
	}
}

func TestReadableTakesLess(t *testing.T) {
	a := newAnonymizer(t)
	var strict, readable int
	for _, m := range messages(t) {
		strict += len(a.Redact(string(m.text), nil, anonymize.Strict).Spans)
		readable += len(a.Redact(string(m.text), nil, anonymize.Readable).Spans)
	}
	if readable > strict || readable == 0 {
		t.Errorf("readable %d spans, strict %d", readable, strict)
	}
}

// standing is what a placeholder looks like.
var standing = regexp.MustCompile(`^\[(人物[A-Z]+|(学校|組|住所|電話|メール|アカウント|URL|生年月日|番号|場所|不明)[0-9]+)\]$`)

// check holds what is true of every result: the spans are in order and within the text, what stands for them is a
// placeholder that the glossary knows by the very words, and the output is the input with the spans replaced, so that it has
// nothing else in it.
func check(t *testing.T, text string, r anonymize.Result, g *anonymize.Glossary) {
	in := []rune(text)
	var out strings.Builder
	at := 0
	for _, s := range r.Spans {
		if s.Start < at || s.End <= s.Start || s.End > len(in) || !standing.MatchString(s.Placeholder) {
			t.Fatalf("span %+v of %d runes", s, len(in))
		}
		if words, ok := g.Words(s.Placeholder); !ok || words == "" {
			t.Fatalf("%s stands for nothing", s.Placeholder)
		}
		out.WriteString(string(in[at:s.Start]) + s.Placeholder)
		at = s.End
	}
	out.WriteString(string(in[at:]))
	if out.String() != r.Text {
		t.Fatalf("the output is not the input with its spans replaced: %q", r.Text)
	}
}

func FuzzRedact(f *testing.F) {
	judge, err := assess.New()
	if err != nil {
		f.Fatal(err)
	}
	a := newAnonymizer(f).Heeding(judge.Assess)
	for _, s := range []string{"山田くんが090-0123-4567に", "\xff\xfe\x00", "か゛くくん", "[人物A]と[不明", "平成", "@", "〒", "１の２", "と申します", "ﾔﾏﾀﾞくん\u200b", "りすか、また増えちゃった", "や ま だ く ん に け ら れ た 0 9 0 1 2 3 4 5 6 7 8", "２年１組 水主町なぎさ（姉）"} {
		f.Add(s)
	}
	for _, m := range messages(f) {
		f.Add(string(m.text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, mode := range []anonymize.Mode{anonymize.Strict, anonymize.Readable, anonymize.Box} {
			var g anonymize.Glossary
			check(t, text, a.Redact(text, &g, mode), &g)
			check(t, text, a.Redact(text, &g, mode), &g) // what is known by now
		}
	})
}

// TestHostile: no text costs more than three times a character what a message of 120 characters does, heeding danger. Other work
// on the machine only ever makes a text dearer, so one that is too dear is tried again, beside an ordinary one.
func TestHostile(t *testing.T) {
	a, texts := heeding(t), ordinary(t)
	cost := func(text string) float64 {
		start := time.Now()
		a.Redact(text, nil, anonymize.Strict)
		return float64(time.Since(start)) / float64(utf8.RuneCountInString(text))
	}
	usual := func() float64 { // of the middle one, each at its quickest
		var all []float64
		for _, text := range texts {
			all = append(all, min(cost(text), cost(text), cost(text)))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	a.Redact("あ", nil, anonymize.Strict)
	per := usual()
	runes := 8000
	for i, unit := range []string{"ア", "カタカナ", "山田", "あ", "の", "あいうえお", "アイウエオ", "山", "a", "0", "0-", "@", "。", "さん", "くん", "山田くんと", "[", "ア山", "と", "ー", "組", "1の", "平成",
		"yuki ", "he hit me ", "我想死", "ひなの", "みくみく", "、ゆい", "東が", "ｱｵｲ", "ぜろ", "に", "や.ま.", "あ あ ", "a .", "(at)", "旭1 さ", "ひまわり学級", "々", "って人", "フレンドの", "スーパーま", "★あ", "女子の"} {
		text := strings.Repeat(unit, runes/utf8.RuneCountInString(unit))
		if i > 7 {
			runes = 2500 // what grows with the square shows by then
		}
		ratio := cost(text) / per
		for tries := 0; ratio > 3 && tries < 8; tries++ {
			ratio = min(ratio, cost(text)/usual())
		}
		t.Logf("%s: %.2f", unit, ratio)
		if ratio > 3 {
			t.Errorf("%d runes of %s cost %.1f times an ordinary message", runes, unit, ratio)
		}
	}
}

func BenchmarkRedact(b *testing.B) {
	a := newAnonymizer(b)
	all := messages(b)
	a.Redact("あ", nil, anonymize.Strict)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		a.Redact(string(all[n%len(all)].text), nil, anonymize.Strict)
		n++
	}
}

// BenchmarkMessage redacts messages of about 120 characters as the product does, heeding danger. It reports how many a core does
// in a second, by the time that the processor spent, since other work on the machine stretches the clock's.
func BenchmarkMessage(b *testing.B) {
	a := heeding(b)
	texts := ordinary(b)
	a.Redact("あ", nil, anonymize.Strict)
	start, n := spent(b), 0
	for b.Loop() {
		a.Redact(texts[n%len(texts)], nil, anonymize.Strict)
		n++
	}
	b.ReportMetric(float64(n)/(spent(b)-start).Seconds(), "messages/s")
}

// heeding returns the anonymizer with an ear for danger, as the product uses it.
func heeding(t testing.TB) *anonymize.Anonymizer {
	judge, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	return newAnonymizer(t).Heeding(judge.Assess)
}

// ordinary returns messages of about 120 characters.
func ordinary(t testing.TB) []string {
	var texts []string
	var text strings.Builder
	for _, m := range messages(t) {
		text.WriteString(string(m.text) + "。")
		if utf8.RuneCountInString(text.String()) >= 120 {
			texts = append(texts, text.String())
			text.Reset()
		}
	}
	return texts
}

// spent is the processor's time of this process.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
