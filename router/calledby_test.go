package router

import (
	"strings"
	"testing"

	"madoguchi/triage"
)

// What a child wants to be called by reaches who answers, and a real name does not: neither a full one in whatever letters, nor
// one that the case's words have told.
func TestANameToBeCalledBy(t *testing.T) {
	h, _ := realHouse(t)
	for i, tt := range []struct {
		text, name string
		want       string // "": a placeholder, with nothing of the name beside it
	}{
		{"話を聞いて", "そら", "そら"}, {"話を聞いて", "みずぽよ", "みずぽよ"}, {"話を聞いて", "ポチ", "ポチ"}, {"話を聞いて", "くろねこ", "くろねこ"},
		{"話を聞いて", "山田花子", ""}, {"話を聞いて", "やまだはなこ", ""}, {"話を聞いて", "さとうゆうか", ""}, {"話を聞いて", "すずきれん", ""}, {"話を聞いて", "タナカサクラ", ""},
		{"話を聞いて", "さとう ゆうか", ""}, {"話を聞いて", "Yamada Hanako", ""}, {"話を聞いて", "結衣", ""}, {"話を聞いて", "はなこ", ""}, {"話を聞いて", "ゆい", ""},
		{"大河原みずきです。話を聞いて", "みずき", ""}, {"ぼくの名前は高橋ゆいです", "ゆい", ""},
	} {
		m := said("c"+strings.Repeat("x", i), "1", tt.text)
		m.CallMe = tt.name
		h.process(t, m)
		k, _ := h.load(t, h.caseOf(m.From))
		if tt.want != "" && k.CallMe != tt.want {
			t.Errorf("%s is called %q", tt.name, k.CallMe)
		}
		if rest := marks.ReplaceAllString(k.CallMe, ""); tt.want == "" && (k.CallMe == "" || strings.TrimSpace(rest) != "") {
			t.Errorf("%s is called %q", tt.name, k.CallMe)
		}
		for _, p := range marks.FindAllString(k.CallMe, -1) {
			if words, err := h.front.Reveal(t.Context(), k.ID, p); err != nil || words == "" {
				t.Errorf("%s: nothing is behind %s: %v", tt.name, p, err)
			}
		}
	}
	for i, name := range []string{"さとうゆうか", "みのさん", "ゆい"} {
		id := h.enter(t, triage.Entry{ID: "v" + strings.Repeat("x", i), Channel: "voice", Text: "話を聞いてほしい", CallMe: name, By: "kawai"})
		if k, _ := h.load(t, id); !strings.HasPrefix(k.CallMe, "[人物") {
			t.Errorf("staff heard %s, and it is shown as %q", name, k.CallMe)
		}
	}
}
