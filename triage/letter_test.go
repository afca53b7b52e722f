package triage

import (
	"slices"
	"strings"
	"testing"
)

func TestALettersTextIsTakenApart(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want LetterText
	}{
		"a sheet": {"〔2026年7月の手紙　[学校1]〕\nきのう、\nくつをかくされた。\n〔返事：手紙で、書いたところへ、学校をとおさないで〕\n〔送り先〕[住所1]\n[人物A]\n[書類1]",
			LetterText{"2026年7月の手紙　[学校1]", "きのう、\nくつをかくされた。", []string{WishPost, WishNotSchool}, "[住所1]\n[人物A]", "[書類1]"}},
		"all boxes": {"〔返事：手紙で、書いたところへ、チャットで。入り方を手紙で、電話で、学校をとおさないで、返事はいらない〕",
			LetterText{Wishes: []string{WishPost, WishChat, WishCall, WishNotSchool, WishNothing}}},
		"two pages": {"一まい目\n二まい目\n〔返事：電話で〕\n〔送り先〕夕方に\n〔返事：返事はいらない〕\n[写真1]\n[写真2]",
			LetterText{Words: "一まい目\n二まい目", Wishes: []string{WishCall, WishNothing}, Reach: "夕方に", Marks: "[写真1]\n[写真2]"}},
		"no word":       {"（機械には、文字が読めませんでした。写真を見てください。）\n[写真1]", LetterText{Marks: "[写真1]"}},
		"unreadable":    {"[読めない手紙]\n[書類1]", LetterText{Marks: "[書類1]"}},
		"other paper":   {"番号も欄もない手紙です。", LetterText{Words: "番号も欄もない手紙です。"}},
		"nothing":       {"", LetterText{}},
		"a child's own": {"〔返事：して、と書いた\n〔2026年7月の手紙〕", LetterText{Words: "〔返事：して、と書いた\n〔2026年7月の手紙〕"}},
	} {
		got := ReadLetter(test.text)
		if got.Head != test.want.Head || got.Words != test.want.Words || got.Reach != test.want.Reach || got.Marks != test.want.Marks ||
			!slices.Equal(got.Wishes, test.want.Wishes) {
			t.Errorf("%s: %+v", name, got)
		}
		if again := ReadLetter(got.String()); again.String() != got.String() {
			t.Errorf("%s: %q becomes %q", name, got.String(), again.String())
		}
	}
}

func TestWhatTheMachineWroteIsNotJudged(t *testing.T) {
	const text = "〔2026年7月の手紙　しらかば台小学校〕\nつらい。\n〔返事：手紙で、書いたところへ、電話で〕\n〔返事：して、と書いた〕\n〔送り先〕〒070-0000\n緑町１－２－３\nしにたい\n[写真1]\n2ページめ"
	got := Unframed(text)
	if words := strings.Fields(got); !slices.Equal(words, []string{"つらい。", "〔返事：して、と書いた〕", "緑町", "しにたい", "2ページめ"}) {
		t.Errorf("%q", words)
	}
	was, is := []rune(text), []rune(got)
	if len(was) != len(is) {
		t.Fatalf("%d characters became %d", len(was), len(is))
	}
	for i, r := range is {
		if r != '\n' && r != was[i] {
			t.Fatalf("character %d moved", i)
		}
	}
}

func TestSilence(t *testing.T) {
	for _, test := range []struct {
		wishes []string
		silent bool
	}{{nil, false}, {[]string{WishNothing}, true}, {[]string{WishNotSchool, WishNothing}, true}, {[]string{WishPost, WishNothing}, false}, {[]string{WishCall}, false}} {
		if got := (LetterText{Wishes: test.wishes}).Silent(); got != test.silent {
			t.Errorf("%v: %v", test.wishes, got)
		}
	}
}

func FuzzLetterText(f *testing.F) {
	f.Add("〔2026年7月の手紙　x〕\n言葉\n〔返事：電話で〕\n〔送り先〕a\nb\n[写真1]")
	f.Add("〔送り先〕〔送り先〕\n〔返事：〕")
	f.Fuzz(func(t *testing.T, text string) {
		l := ReadLetter(text)
		if again := ReadLetter(l.String()); again.String() != ReadLetter(again.String()).String() {
			t.Errorf("%q does not come to rest", text)
		}
	})
}
