package line_test

import (
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"madoguchi/channels/channelstest"
	"madoguchi/channels/line"
)

// catalogue are the texts of LINE as the house carries them, for a city that has filled all of them.
func catalogue(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("../../deploy/cities/texts.ja.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for key, text := range all {
		if strings.HasPrefix(key, "line.") {
			text = strings.NewReplacer("{市名}", "みほん市", "{返事の時間}", "平日8:45〜17:15", "\n?", "\n", "\n>", "\n").Replace(text)
			texts[key] = strings.TrimSpace(text)
		}
	}
	return texts
}

// What can stand on a locked screen, or in the list of chats, or on a button that somebody sees over a shoulder, is the
// catalogue's, letter for letter, and tells nobody what this is about.
func TestWhatOthersMaySee(t *testing.T) {
	settings, p := open(t, nil)
	s := channelstest.Open(t, line.Kind, settings, nil)
	texts := catalogue(t)
	for key, text := range texts {
		s.Desk.SetText(key, text)
		seen := text
		if key == "line.greeting" { // a preview shows how it begins
			seen, _, _ = strings.Cut(text, "\n")
		}
		for _, word := range []string{"いじめ", "相談", "自殺", "学校", "虐待", "被害"} {
			if strings.Contains(seen, word) {
				t.Errorf("%s says %s", key, word)
			}
		}
		for _, word := range []string{"{", "絶対", "がんばって", "！", "いじめ", "自殺", "学校に相談"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %s", key, word)
			}
		}
	}
	alive, _ := p.Address()
	r := channelstest.Reply("x")
	r.Urgent = true
	if _, err := s.Channel.Send(t.Context(), alive, r); err != nil {
		t.Fatal(err)
	}
	bring(t, s, follow("f", 2, false))
	channelstest.Eventually(t, "who comes is greeted", func() bool { return len(p.Delivered()) == 2 })
	for i, want := range []string{texts["line.door"] + " " + r.Link + "\n" + texts["line.door.safety"], texts["line.greeting"]} {
		if got := p.Delivered()[i].Text; got != want {
			t.Errorf("LINE was told %q, want %q", got, want)
		}
	}
	if !strings.Contains(texts["line.greeting"], "子どもと保護者の方の窓口") {
		t.Error("the greeting does not say what this is")
	}
	for _, number := range []string{"119", "110", "189", "0120-0-78310"} {
		if !strings.Contains(texts["line.greeting"], number) {
			t.Errorf("the greeting does not name %s", number)
		}
	}
	if m := line.MenuOf(s.Desk, "https://desk.example"); len(m.Buttons) != 3 || m.Bar != texts["line.menu"] {
		t.Errorf("the menu: %+v", m)
	}
}
