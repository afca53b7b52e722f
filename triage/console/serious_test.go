package console

import (
	"net/url"
	"strings"
	"testing"
)

// A declaration is written down by whoever hears it, and the road is on its page and in the list.
func TestThePagesOfSeriousCases(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("mori")
	at := "/cases/" + string(mine)
	if p := b.get(at + "/serious"); p.status != 200 || !strings.Contains(p.body, "断ることはできません") {
		t.Fatalf("the road: %d", p.status)
	}
	if p := b.post(at+"/declarations", url.Values{"who": {"child"}, "on": {"2026-11-24"}}); p.status != 303 {
		t.Fatalf("a declaration: %d %s", p.status, p.body)
	}
	for path, want := range map[string]string{at + "/serious": "申立てがありました（本人から）", "/serious": number(mine), at: "申立て"} {
		if p := b.get(path); p.status != 200 || !strings.Contains(p.body, want) {
			t.Errorf("%s (%d) does not say %q", path, p.status, want)
		}
	}
}
