package console

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// The pages of whoever leads hold no words of a case; and what a meeting decides, a link and a role stand in the case.
func TestTheLeadsPages(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.signedIn("mori")
	begun := b.post("/meetings", url.Values{"people": {"sato"}})
	at := begun.header.Get("Location")
	if begun.status != 303 || !strings.HasPrefix(at, "/meetings/") {
		t.Fatalf("a meeting: %d %s", begun.status, at)
	}
	if r := b.post(at+"/decisions", url.Values{"case": {string(letter)}, "decision": {"article23.talk_on"}, "reason": {"みんなで見守る"}}); r.status != 303 {
		t.Fatalf("a decision: %d %s", r.status, r.body)
	}
	b.post("/cases/"+string(mine)+"/links", url.Values{"other": {string(parent)}, "as": {"parent"}, "sure": {"likely"}, "reason": {"同じ部活"}})
	b.post("/cases/"+string(mine)+"/parts", url.Values{"who": {"[人物A]"}, "role": {"accused"}})
	b.post("/cases/"+string(mine)+"/whispers", url.Values{"text": {"ゆっくりで"}})
	for path, wants := range map[string][]string{
		"/board": {"待っている相談", "過ぎた期限"}, "/exposure": {"評価や査定には、決して使いません"}, "/absences?login=sato": {number(mine)},
		"/meetings": {"2026年11月24日〔火〕"}, at: {"本人との相談を続ける", "困難ケース", number(danger)},
		"/cases/" + string(mine):          {"この子の保護者の相談", "の立場：加害", "sato さんだけへ"},
		"/cases/" + string(letter):        {"対策会議（2026-11-24）", "本人との相談を続ける"},
		"/cases/" + string(mine) + "/kin": {"この子の保護者の相談", "たぶん"},
	} {
		page := b.get(path)
		for _, want := range wants {
			if page.status != 200 || !strings.Contains(page.body, want) {
				t.Errorf("%s (%d) does not say %q", path, page.status, want)
			}
		}
		if strings.HasPrefix(path, "/cases/") {
			continue
		}
		for _, words := range []string{"飛びおり", "悪口を書かれ", "無視されて", "[人物A]"} {
			if strings.Contains(page.body, words) {
				t.Errorf("%s shows words of a case: %s", path, words)
			}
		}
	}
}

// Who has a case sees that a lead has it open too.
func TestALookInIsSeen(t *testing.T) {
	h := newHouse(t)
	h.seed()
	b := h.open(t)
	b.enter("mori")
	b.goTo("/cases/" + string(mine))
	b.until(`document.documentElement.dataset.live === 'yes'`)
	sato := h.signedIn("sato")
	waitFor(t, func() bool {
		return strings.Contains(sato.get("/cases/"+string(mine)).body, "コーディネーターが見ています")
	})
	b.goTo("/queue")
	waitFor(t, func() bool { return !strings.Contains(sato.get("/cases/"+string(mine)).body, "が見ています") })
}

func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if so() {
			return
		}
	}
	t.Fatal("it does not come to be so")
}
