package console

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"madoguchi/triage"
)

func TestARequestForRecordsOnThePages(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kato", triage.Coordinator, "")
	h.hire("yakusho", triage.Clerk, "")
	clerk, kato, mori := h.signedIn("yakusho"), h.signedIn("kato"), h.signedIn("mori")
	if a := h.signedIn("sato").get("/requests"); a.status != http.StatusForbidden {
		t.Errorf("a psychologist sees the register: %d", a.status)
	}
	at := said(t, clerk.script("/requests", url.Values{"ground": {"police_inquiry"}, "office": {"少年課"}, "about": {"相談の記録"}, "on": {"2026-11-24"}, "answer_by": {"2026-12-10"}})).To
	if page := kato.get(at).body; !strings.Contains(page, "刑事訴訟法197条2項") || !strings.Contains(page, "少年課") || !strings.Contains(page, "照会 2026年度 第1号") {
		t.Fatalf("%s", page)
	}
	give := url.Values{"outcome": {"give"}, "case": {string(mine)}, "part": {"messages"}, "named": {"[人物A]"}, "reason": {"命に関わる"}}
	if a := clerk.script(at+"/proposal", give); a.status != http.StatusForbidden {
		t.Errorf("a clerk decides: %d", a.status)
	}
	if a := kato.script(at+"/proposal", give); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if r := said(t, mori.script(at+"/agree", nil)); r.Code != triage.CodeTwoPersons {
		t.Errorf("by a password alone: %+v", r)
	}
	mori = h.enrolled("mori", triage.Coordinator)
	mori.app()
	if page := mori.get(at).body; !strings.Contains(page, at+"/agree") || !strings.Contains(page, "相談のことば") {
		t.Errorf("who is asked sees %s", page)
	}
	if a := mori.script(at+"/agree", nil); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	page := clerk.get(at).body
	sane(t, at, page)
	if strings.Contains(page, string(mine)) || strings.Contains(page, "命に関わる") || strings.Contains(page, at+"/pack") || !strings.Contains(page, "渡す") {
		t.Errorf("the clerk sees %s", page)
	}
	a := kato.post(at+"/pack", nil)
	z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
	if err != nil || len(z.File) != 2 || a.header.Get("Content-Type") != "application/zip" || strings.Contains(a.header.Get("Content-Disposition"), string(mine)) {
		t.Fatalf("%v %v", a.header, err)
	}
	if !bytes.Contains([]byte(a.body), []byte("manifest.json")) || !strings.Contains(kato.get(at).body, "照合番号") {
		t.Error("the register does not say what was made")
	}
	if a := clerk.post(at+"/answer", url.Values{"how": {"handed"}}); a.status != http.StatusSeeOther {
		t.Errorf("%d", a.status)
	}
	list := clerk.get("/requests").body
	sane(t, "/requests", list)
	if !strings.Contains(list, "答えました") {
		t.Errorf("%s", list)
	}
	own := said(t, clerk.script("/requests", url.Values{"ground": {"guardian"}, "about": {"子どもの相談"}, "on": {"2026-11-24"}})).To
	if a := kato.script(own+"/proposal", url.Values{"outcome": {"neutral"}, "reason": {"探したが、ない"}}); a.status != http.StatusOK {
		t.Fatalf("%s", a.body)
	}
	if a := mori.script(own+"/agree", nil); a.status != http.StatusOK {
		t.Fatalf("%s", a.body)
	}
	if a := clerk.post(own+"/letter", nil); a.status != http.StatusConflict || !strings.Contains(a.body, "同じ日数") {
		t.Errorf("the letter before its day: %d", a.status)
	}
	if page := clerk.get(own).body; strings.Contains(page, "あるかないか") || !strings.Contains(page, "審査中") {
		t.Errorf("before its day the clerk sees %s", page)
	}
}
