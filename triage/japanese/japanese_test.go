package japanese_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"madoguchi/triage/japanese"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"ﾏﾅｶﾁｬﾝ":                 "マナカチャン",
		"ｶﾞｷﾞﾊﾟ":                 "ガギパ",
		"か゛くくん":                  "がくくん",
		"Ｏ１６６－００－４４５５":           "0166-00-4455",
		"O166-00-4455":           "0166-00-4455",
		"〇九〇−〇一二三−四五六七":          "090-0123-4567",
		"死\u200bに\u202eた\ufe0fい": "死にたい",
		"髙橋と渡邉と濵﨑":               "高橋と渡辺と浜崎",
		"tomo＿k＠ｅｘａｍｐｌｅ．ｊｐ":      "tomo_k@example.jp",
		"一人で帰った":                 "一人で帰った",
		"①㌔":                     "1キロ",
		"緑風高佼":                   "緑風高校",
		"ロープ":                    "ロープ",
		"０９０ー０１２３ー４５６７":          "090-0123-4567",
		"": "",
	} {
		if got := japanese.Fold(in).String(); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func TestSpanLeadsBack(t *testing.T) {
	in := "あ\u200bﾏﾞｶﾞいう"
	v := japanese.Fold(in)
	i := strings.Index(v.String(), "ガ")
	at := utf8.RuneCountInString(v.String()[:i])
	start, end := v.Span(at, at+1)
	if got := string([]rune(in)[start:end]); got != "ｶﾞ" {
		t.Errorf("ガ was %q", got)
	}
	dense := japanese.Fold("三 浦　春 子").Dense()
	if start, end := dense.Span(0, 4); start != 0 || end != 7 {
		t.Errorf("the dense name spans %d to %d", start, end)
	}
}

func TestSpaced(t *testing.T) {
	if !japanese.Fold("三 浦　春 子").Spaced() || japanese.Fold("三浦 春子といいます").Spaced() {
		t.Error("what is spaced out is told by more than one space in eight")
	}
}

func TestClassOf(t *testing.T) {
	for r, want := range map[rune]japanese.Class{'あ': japanese.Hiragana, 'ー': japanese.Katakana, 'ｱ': japanese.Katakana, '々': japanese.Kanji, 'x': japanese.Latin,
		'９': japanese.Digit, '　': japanese.Space, '。': japanese.Punct, '😭': japanese.Emoji, 'П': japanese.Other, 0: japanese.Other, '한': japanese.Other} {
		if got := japanese.ClassOf(r); got != want {
			t.Errorf("%q is of class %d, want %d", r, got, want)
		}
	}
}

// TestTokensOfManyAtOnce: the tokens are the text, whole and in order, from many goroutines at once.
func TestTokensOfManyAtOnce(t *testing.T) {
	tok := japanese.NewTokenizer()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := tok.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if !tok.Ready() {
		t.Error("loaded, and not ready")
	}
	var all sync.WaitGroup
	for _, text := range []string{"谷川翔子さんに会った。", "", strings.Repeat("ア", 8000), strings.Repeat("山", 300), strings.Repeat("あいう。", 100), "a\ufffd😭か゛"} {
		all.Go(func() {
			rs := []rune(text)
			at := 0
			for _, k := range tok.Tokens(rs) {
				if k.Start != at || k.End <= k.Start {
					t.Errorf("%.20q: token %+v begins not at %d", text, k, at)
					return
				}
				at = k.End
			}
			if at != len(rs) {
				t.Errorf("%.20q: the tokens end at %d of %d", text, at, len(rs))
			}
		})
	}
	all.Wait()
	for _, k := range tok.Tokens([]rune("谷川翔子さん"))[:2] {
		if !k.Part.Name() {
			t.Errorf("%+v is no name", k)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"ﾏﾅｶ", "か゛", "\xff", "①", "〇九〇-", "O1O2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := japanese.Fold(text)
		n := utf8.RuneCountInString(text)
		for _, v := range []japanese.View{v, v.Dense()} {
			last := 0
			for i := range v.Runes {
				start, end := v.Span(i, i+1)
				if start < 0 || end <= start || end > n || start < last {
					t.Fatalf("rune %d spans %d to %d of %d", i, start, end, n)
				}
				last = start
			}
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	tok := japanese.NewTokenizer()
	for name, text := range map[string]string{
		"ordinary": strings.Repeat("きのう学校で山田くんに教科書を取られて、先生に言ったけど聞いてもらえなかった。", 200),
		"katakana": strings.Repeat("ア", 8000),
		"kanji":    strings.Repeat("山", 8000),
		"hiragana": strings.Repeat("の", 8000),
	} {
		rs := []rune(text)
		tok.Tokens(rs)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				tok.Tokens(rs)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rs)), "ns/rune")
		})
	}
}
