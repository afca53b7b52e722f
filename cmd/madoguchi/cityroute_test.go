package main

import (
	"strings"
	"testing"
)

// The command shows which branch takes a text, and why the ones before it did not.
func TestCityRouteShowsTheWay(t *testing.T) {
	for text, wants := range map[string][]string{
		"お金をとられています。もう死にたいです": {"→ danger", "  → home", "to: psychologist, social_worker", "consult: lawyer"},
		"うわばきをかくされました":        {"× danger", "× home", "→ talk", "to: psychologist"},
	} {
		out := must(t, "city", "route", "--id", "asahikawa", "--text", text)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", text, want, out)
			}
		}
	}
	for _, args := range [][]string{{}, {"--text", ""}, {"--text", "a", "--file", "x", "--id", "y"}, {"--text", "a", "b"}} {
		if _, _, code := endedProcess(t, nil, append([]string{"city", "route"}, args...)...); code == 0 {
			t.Errorf("%v was taken", args)
		}
	}
}

// A school is known by each name that people have for it, however they write it.
func TestSchoolsAreKnownByWhatTheyAreCalled(t *testing.T) {
	c, err := loadCity("asahikawa", nil)
	if err != nil {
		t.Fatal(err)
	}
	called := schoolsCalled(c)
	for name, want := range map[string]string{
		"日の出台中学校": "hinode-jhs", "日の出台中": "hinode-jhs", "日の出中": "hinode-jhs", "日の出中学校": "hinode-jhs", "ひので中": "hinode-jhs", "日の出台": "hinode-jhs",
		"日の出\u200b中": "hinode-jhs", "旭川市立日の出台中学校": "hinode-jhs", "しらかば小": "shirakaba-es", "川辺西中学校": "kawabe-jhs",
		"みどり中": "", "中学校": "", "小学校": "", "中": "", "": "",
	} {
		if got := strings.Join(called(name), " "); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}
