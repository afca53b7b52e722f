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
