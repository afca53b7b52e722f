package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// app registers an authenticator app on the page, and returns its secret.
func (b *browser) app() string {
	b.t.Helper()
	if a := b.post("/security/app", nil); a.status != http.StatusSeeOther {
		b.t.Fatalf("begin: %d", a.status)
	}
	secret := regexp.MustCompile(`<span class="once">([A-Z2-7]+)</span>`).FindStringSubmatch(b.get("/security").body)
	if secret == nil {
		b.t.Fatal("the page shows no secret")
	}
	if a := b.get("/security/app.png"); a.status != http.StatusOK || a.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.body, "\x89PNG") {
		b.t.Errorf("the picture: %d %s", a.status, a.header.Get("Content-Type"))
	}
	if a := b.post("/security/app/confirm", url.Values{"code": {"000000"}}); a.status != http.StatusBadRequest {
		b.t.Errorf("a wrong first code: %d", a.status)
	}
	if a := b.post("/security/app/confirm", url.Values{"code": {oneTime(b.t, secret[1], 0)}}); a.status != http.StatusSeeOther {
		b.t.Fatalf("the first code: %d %s", a.status, a.body)
	}
	return secret[1]
}

func oneTime(t testing.TB, secret string, later time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(later))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// said is what a script is told.
func said(t testing.TB, a answer) result {
	t.Helper()
	var r result
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return r
}

// grantID is the newest grant on the page of somebody.
func (b *browser) grantID() string {
	b.t.Helper()
	id := regexp.MustCompile(`id="g([A-Z2-7]+)"`).FindStringSubmatch(b.get("/reveals").body)
	if id == nil {
		b.t.Fatal("no grant on the page")
	}
	return id[1]
}

func TestTwoPeopleOpenAnAddressOnThePages(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kato", triage.Coordinator, "")
	h.front.words["[連絡先1]"] = "09000000000"
	lead, counselor := h.enrolled("kato", triage.Coordinator), h.signedIn("sato")
	secret := lead.app()

	if r := said(t, counselor.script("/cases/"+string(mine)+"/reveals", url.Values{"placeholder": {"[連絡先1]"}, "reason": {desk.Whys[0].Key}})); len(r.Values) > 0 {
		t.Fatalf("one person alone got %v", r)
	}
	id := counselor.grantID()
	if page := lead.get("/reveals").body; !strings.Contains(page, "/reveals/"+id+"/approve") || strings.Contains(page, "09000000000") {
		t.Error("the lead cannot decide, or sees the words")
	}
	if r := said(t, counselor.script("/reveals/"+id+"/open", nil)); len(r.Values) > 0 {
		t.Error("before the approval it opens")
	}
	if a := counselor.script("/reveals/"+id+"/approve", nil); a.status != http.StatusForbidden {
		t.Errorf("who asked approves: %d", a.status)
	}
	if a := lead.script("/reveals/"+id+"/approve", nil); a.status != http.StatusOK {
		t.Fatalf("the lead approves: %d %s", a.status, a.body)
	}
	if r := said(t, counselor.script("/reveals/"+id+"/open", nil)); r.Values["[連絡先1]"] != "09000000000" {
		t.Errorf("who asked gets %v", r)
	}
	for who, b := range map[string]*browser{"the lead": lead, "a colleague": h.signedIn("ito")} {
		if a := b.script("/reveals/"+id+"/open", nil); strings.Contains(a.body, "09000000000") {
			t.Errorf("%s gets the words", who)
		}
	}

	again := h.browser()
	a := again.post("/sign-in", url.Values{"login": {"kato"}, "password": {password}})
	ticket := regexp.MustCompile(`name="ticket" value="([^"]+)"`).FindStringSubmatch(a.body)
	if a.status != http.StatusOK || ticket == nil {
		t.Fatalf("the password alone: %d", a.status)
	}
	if a := again.get("/queue"); a.status != http.StatusSeeOther {
		t.Errorf("between password and code the queue is open: %d", a.status)
	}
	if a := again.post("/sign-in/code", url.Values{"ticket": {ticket[1]}, "code": {"123"}}); a.status != http.StatusUnauthorized {
		t.Errorf("a wrong code: %d", a.status)
	}
	if a := again.post("/sign-in/code", url.Values{"ticket": {ticket[1]}, "code": {oneTime(t, secret, 30*time.Second)}}); a.status != http.StatusSeeOther {
		t.Errorf("the code: %d", a.status)
	}
	if a := again.post("/security/app/remove", nil); a.status != http.StatusSeeOther {
		t.Errorf("removing the app: %d", a.status)
	}
	h.signedIn("kato") // by the password alone, now
}

// Who knows no more than a password adds no factor, and takes none away: neither a first one nor beside one that is there.
func TestAPasswordGrowsIntoNothingMore(t *testing.T) {
	h := newHouse(t)
	h.hire("kato", triage.Coordinator, "")
	change := func(what string, b *browser, want int) {
		t.Helper()
		for _, path := range []string{"/security/app", "/security/app/confirm", "/security/app/remove", "/security/passkeys/remove", "/security/passkeys/options"} {
			if a := b.post(path, url.Values{"code": {"000000"}}); a.status != want {
				t.Errorf("%s: %s: %d", what, path, a.status)
			}
		}
		if page := b.get("/security").body; strings.Contains(page, "<form method=\"post\" action=\"/security") || !strings.Contains(page, "管理者に新しい登録用のリンク") {
			t.Errorf("%s: the page offers it: %s", what, page)
		}
	}
	before := h.signedIn("kato")
	change("no factor yet", before, http.StatusForbidden)

	lead := h.enrolled("kato", triage.Coordinator)
	lead.app()
	if a := lead.post("/security/app/remove", nil); a.status != http.StatusSeeOther {
		t.Errorf("who proved it takes it away: %d", a.status)
	}
	lead.app()
	if a := before.get("/security"); a.status != http.StatusSeeOther {
		t.Errorf("a session of before goes on: %d", a.status)
	}
	if a := h.browser().post("/sign-in", url.Values{"login": {"kato"}, "password": {password}}); !strings.Contains(a.body, "ticket") {
		t.Errorf("the password alone: %d", a.status)
	}
}

// Whoever reads the audit sees which wish was granted, in which case, who typed a code that somebody read over the telephone,
// and whose it was.
func TestTheAuditNamesAGrant(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kato", triage.Coordinator, "")
	h.hire("kanri", triage.Admin, "")
	h.front.words["[連絡先1]"] = "09000000000"
	lead, counselor := h.enrolled("kato", triage.Coordinator), h.signedIn("sato")
	secret := lead.app()
	said(t, counselor.script("/cases/"+string(mine)+"/reveals", url.Values{"placeholder": {"[連絡先1]"}, "reason": {desk.Whys[0].Key}}))
	id := counselor.grantID()
	if a := counselor.script("/reveals/"+id+"/approve", url.Values{"approver": {"kato"}, "code": {oneTime(t, secret, 30*time.Second)}}); a.status != http.StatusOK {
		t.Fatalf("by the telephone: %d %s", a.status, a.body)
	}
	if page := counselor.get("/reveals").body; !strings.Contains(page, "番号 "+tail(id)) || !strings.Contains(page, "電話でコードを聞きました") {
		t.Error("the page of grants does not tell the number, or how it was granted")
	}
	page := h.signedIn("kanri").get("/audit").body
	for act, row := range map[string]string{"grant_ask": tail(id) + "　[連絡先1]　理由：命や体の安全のため", "grant_approve_spoken": tail(id) + "　[連絡先1]　理由：命や体の安全のため　コードを読んだ人：kato"} {
		if want := `sato<span class="soft">（心理士）</span></td><td>` + acts[act] + "</td><td>" + number(mine) + `</td><td class="small">` + row + "</td>"; !strings.Contains(page, want) {
			t.Errorf("no line %s in %.2000s", want, page)
		}
	}
	if page := counselor.get("/cases/" + string(mine)).body; !strings.Contains(page, "</span> を開くことを、電話でコードを読んで認めました。") {
		t.Error("the case does not tell how it was granted")
	}
}

// A lead makes a passkey, signs in with it, and approves what a password alone may not.
func TestAPasskeyInABrowser(t *testing.T) {
	h := newHouse(t)
	h.seed()
	h.hire("kato", triage.Coordinator, "")
	h.front.words["[連絡先1]"] = "09000000000"
	h.signedIn("kato") // somebody leads, so that sato's wish waits
	said(t, h.signedIn("sato").script("/cases/"+string(mine)+"/reveals", url.Values{"placeholder": {"[連絡先1]"}, "reason": {desk.Whys[0].Key}}))

	b := h.open(t)
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
	b.enter("kato")
	b.goTo("/reveals")
	b.do(chromedp.Click(`form[action$="/approve"] button`))
	b.until(`document.getElementById('said').innerText.includes('パスキーでサインイン')`)
	b.goTo("/security")
	b.until(`document.body.innerText.includes('管理者に新しい登録用のリンク') && !document.querySelector('[data-passkey]')`)
	link, err := h.accounts.Create(t.Context(), "kato", triage.Coordinator, "")
	if err != nil {
		t.Fatal(err)
	}
	b.goTo("/enrol?link=" + url.QueryEscape(link))
	b.do(chromedp.SendKeys(`#password`, password), chromedp.SendKeys(`#again`, password), chromedp.Click(`main form button`))
	b.until(`location.pathname === '/queue'`)
	b.goTo("/security")
	b.do(chromedp.WaitVisible(`[data-passkey="make"] button`), chromedp.Click(`[data-passkey="make"] button`))
	b.until(`document.body.innerText.includes('に登録')`)
	b.do(chromedp.Click(`.who button`))
	b.until(`location.pathname === '/sign-in'`)
	b.do(chromedp.WaitVisible(`#passkey button`), chromedp.Click(`#passkey button`))
	b.until(`location.pathname === '/queue'`)
	b.goTo("/reveals")
	b.do(chromedp.Click(`form[action$="/approve"] button`))
	b.until(`document.getElementById('said').innerText.includes('認めました')`)
	if len(b.troubles) > 0 {
		t.Errorf("the page had troubles: %q", b.troubles)
	}
	counselor := h.signedIn("sato")
	if r := said(t, counselor.script("/reveals/"+counselor.grantID()+"/open", nil)); r.Values["[連絡先1]"] != "09000000000" {
		t.Errorf("who asked gets %v", r)
	}
}
