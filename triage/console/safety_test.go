package console

import (
	"net/url"
	"strings"
	"testing"
)

// What was agreed is one button away from the reply, without the parts that have no words.
func TestTheFormOfASafetyPlan(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("sato")
	at := "/cases/" + string(mine)
	if p := b.get(at); strings.Contains(p.body, "返事の欄に入れる</button>") {
		t.Error("there is a plan before there is one")
	}
	if p := b.script(at+"/safety", url.Values{"people": {"保健室の先生"}, "helps": {"ねこと\nいる"}}); p.status != 200 {
		t.Fatalf("%d %s", p.status, p.body)
	}
	p := b.get(at)
	want := `data-into="text" data-fill="いっしょに考えたことを、書いておきます。` + "\n・少し楽になること：ねこと\nいる\n・話せる人：保健室の先生\nつらくなったら"
	if !strings.Contains(p.body, want) || strings.Contains(p.body, "安心できる場所：") {
		t.Errorf("no way into the reply")
	}
}
