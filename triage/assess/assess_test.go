package assess_test

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/assess"
)

func assessor(t testing.TB) *assess.Assessor {
	a, err := assess.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReasonsPointAtTheInput(t *testing.T) {
	a := assessor(t)
	text := "きのう😭学校で、ﾀﾋにたいって思った"
	j := a.Assess(text)
	if j.Severity != triage.Urgent || len(j.Reasons) == 0 {
		t.Fatalf("judged %+v", j)
	}
	rs := []rune(text)
	if got := string(rs[j.Reasons[0].Start:j.Reasons[0].End]); got != "ﾀﾋにたい" {
		t.Errorf("the reason is %q", got)
	}
}

// TestManyTextsAtOnce: one Assessor serves many goroutines.
func TestManyTextsAtOnce(t *testing.T) {
	a := assessor(t)
	texts := []string{"きのう😭学校で、ﾀﾋにたいって思った", "くつをかくされた", "ありがとうございました", "もう三週間、学校に行けていません"}
	var all sync.WaitGroup
	for _, text := range texts {
		want := a.Assess(text)
		for range 4 {
			all.Go(func() {
				for range 25 {
					if got := a.Assess(text); !reflect.DeepEqual(got, want) {
						t.Errorf("%s is judged %+v and %+v", text, want, got)
					}
				}
			})
		}
	}
	all.Wait()
}

// TestModifiersOnlyInTheirClause: play in one clause does not excuse the wish in the next.
func TestModifiersOnlyInTheirClause(t *testing.T) {
	a := assessor(t)
	for _, text := range []string{"死ぬほど笑われて、もう死にたい", "ゲームで負けた。もう消えたい", "犬が死んで、私も死にたい", "死にたいなんて言ってない。でも死にたい",
		"テストが終わった、もう死にたい", "課題多すぎて死んだ。でも本当に死にたい"} {
		if j := a.Assess(text); j.Severity.Rank() > triage.Urgent.Rank() {
			t.Errorf("%s: %s", text, j.Severity)
		}
	}
}

// TestMoreWordsNeverLower: adding a harmless sentence never makes a text less pressing.
func TestMoreWordsNeverLower(t *testing.T) {
	a := assessor(t)
	for _, text := range []string{"死にたい", "屋上にいる", "父になぐられる", "無視されてる", "くつをかくされた"} {
		alone := a.Assess(text).Severity
		for _, more := range []string{"。今日は天気がいいです", "。ありがとうございました", "\nゲームが好きです", "。テストがありました"} {
			if got := a.Assess(text + more).Severity; got.Rank() > alone.Rank() {
				t.Errorf("%s%s: %s, alone %s", text, more, got, alone)
			}
			if got := a.Assess(strings.TrimLeft(more, "。\n") + "。" + text).Severity; got.Rank() > alone.Rank() {
				t.Errorf("%s behind %s: %s, alone %s", text, more, got, alone)
			}
		}
	}
}

func TestLittleEvidenceIsSoon(t *testing.T) {
	a := assessor(t)
	for text, want := range map[string]triage.Severity{"": triage.Soon, "あの": triage.Soon, "ﾃｽﾄ送信": triage.Routine, "ありがとうございました": triage.Routine} {
		if got := a.Assess(text).Severity; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func FuzzAssess(f *testing.F) {
	a := assessor(f)
	for _, s := range []string{"死にたい", "ﾀﾋにたい\u200b。", "\xff\xfe死", strings.Repeat("に", 300), "「死ね」って[人物A]に言われた"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		j := a.Assess(text)
		n := utf8.RuneCountInString(text)
		if !j.Severity.Valid() {
			t.Fatalf("severity %q", j.Severity)
		}
		for _, r := range j.Reasons {
			if r.Start < 0 || r.Start >= r.End || r.End > n {
				t.Fatalf("reason %+v of %d runes", r, n)
			}
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	a := assessor(b)
	text := strings.Repeat("きょう学校でくつをかくされました。だれも話してくれないし、もう消えたいです。", 4)
	b.ReportAllocs()
	for b.Loop() {
		a.Assess(text)
	}
}

// BenchmarkHostile prints what a text made to be dear costs a character.
func BenchmarkHostile(b *testing.B) {
	a := assessor(b)
	for _, unit := range []string{"死", "死にたい", "ア", "「"} {
		text := strings.Repeat(unit, 8000/utf8.RuneCountInString(unit))
		b.Run(unit, func(b *testing.B) {
			for b.Loop() {
				a.Assess(text)
			}
		})
	}
}

// TestAGoodbyeIsNotCalledSuicide: what is denied, what was and is well now, and the goodbye of who moves house have not the name of
// what they sound like; what is meant keeps it, whatever else is said.
func TestAGoodbyeIsNotCalledSuicide(t *testing.T) {
	a := assessor(t)
	for text, want := range map[string]bool{
		"べつに消えたいわけちゃうから心配せんといて":  false,
		"リスカなんてしてません。猫に引っかかれました": false,
		"昔リスカしてたけど、もう五年やってません":   false,
		"小四のころ、ここに死にたいって何回も書いてました。いまは高校で吹奏楽やってて、うるさいくらい毎日たのしいです": false,
		"死にたいわけじゃないけど、消えたい":     true,
		"昔も死にたかったけど、今日は本当に死にたい": true,
		"明日引っ越します。もう死にたい":       true,
		"塾は今月で最後です。リスカがやめられない":  true,
	} {
		j := a.Assess(text)
		if got := slices.ContainsFunc(j.Flags, func(f triage.Flag) bool { return f == triage.Suicide || f == triage.SelfHarm }); got != want {
			t.Errorf("%s: %v", text, j.Flags)
		}
		if want && j.Severity.Rank() > triage.Urgent.Rank() {
			t.Errorf("%s: %s", text, j.Severity)
		}
	}
}
