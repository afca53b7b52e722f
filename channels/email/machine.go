package email

import (
	"regexp"
	"slices"
	"strings"

	"madoguchi/channels"
)

// Only what is surely a machine's is set aside: answers of an absent person's mailbox, and news about mails that did not
// arrive. A mail of a list, or one that a form has sent, may hold a person's words. Nothing here is ever answered by a machine,
// so nothing needs to be set aside for the sake of that.

var (
	daemon     = regexp.MustCompile(`^(mailer[-_.]?daemon|mail[-_.]?daemon|microsoftexchange[0-9a-f]{32})@`)
	postmaster = regexp.MustCompile(`^(postmaster|mail-?admin|mail[-_.]?delivery[a-z_.-]*)@`)
	failing    = regexp.MustCompile(`(?i)undeliver|delivery (status|failure|has failed)|returned mail|failure notice|mail delivery|could not be delivered|not delivered|配信不能|配信できません|配信エラー|送信エラー|不達|届けできません|届きませんでした|宛先不明`)
	absent     = regexp.MustCompile(`(?i)^\s*(自動応答|自動返信|不在(通知|応答|返信|メッセージ)|auto(matic)?[ -]?(reply|response)?:|automatic reply|out of (the )?office|vacation (reply|notice|message))`)
)

// automatic reports whether a machine wrote the mail, and whether it is news about one that did not arrive.
func (d *door) automatic(l letter) (aside, bounce bool) {
	h := l.header
	report := strings.ToLower(l.whole.params["report-type"])
	subject := headerWords(h.get("subject"))
	nobody := strings.TrimSpace(h.get("return-path")) == "<>"
	submitted := strings.ToLower(strings.TrimSpace(h.get("auto-submitted")))
	byMachine := submitted != "" && !strings.HasPrefix(submitted, "no")
	switch {
	case l.whole.kind == "multipart/report" && (report == "" || report == "delivery-status"), l.whole.kind == "message/delivery-status":
		return true, true
	case l.whole.kind == "multipart/report":
		return true, false // a receipt
	case daemon.MatchString(l.from), h.get("x-failed-recipients") != "" && (nobody || byMachine),
		postmaster.MatchString(l.from) && (nobody || failing.MatchString(subject)):
		return true, true
	case strings.HasPrefix(submitted, "auto-replied"), strings.EqualFold(strings.TrimSpace(h.get("precedence")), "auto_reply"),
		h.get("x-autoreply") != "", h.get("x-autorespond") != "", h.get("x-autoreply-from") != "",
		(byMachine || nobody || h.get("x-auto-response-suppress") != "") && absent.MatchString(subject):
		return true, false
	case nobody && tagForm.MatchString(d.recipients(h)):
		return true, true
	}
	return l.from == d.from && len(d.tags.answered(h.get("message-id"), strings.ToLower(address.FindString(h.get("to"))))) > 0, false // the desk's own, come back
}

// recipients are the addresses that a mail came to.
func (d *door) recipients(h header) string {
	var all []string
	for _, name := range []string{"to", "delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to"} {
		all = append(all, h[name]...)
	}
	return strings.Join(all, "\n")
}

// What is looked for in a bounce, and how much of it.
const (
	maxBounce = 512 << 10 // bytes of each part
	maxTags   = 40
	maxPeople = 60
)

var (
	tagForm = regexp.MustCompile(`(?:^|[^A-Za-z2-7])([A-Za-z2-7]{52})(?:[^A-Za-z2-7]|$)`)
	action  = regexp.MustCompile(`(?im)^action:[ \t]*([a-z]+)`)
	status  = regexp.MustCompile(`(?im)^(?:status|diagnostic-code):.*?\b([245])\.(\d{1,3})\.(\d{1,3})\b`)
	inWords = regexp.MustCompile(`\b([45])\.(\d)\.(\d{1,2})\b`)
	delayed = regexp.MustCompile(`(?i)delivery (is|has been) delayed|will (be retried|retry|keep trying)|still trying|warning: (message|could not)|遅延|再送を試み|送信を続け`)
)

// reasons are what a bounce is about, by its words where it has no code.
var reasons = []struct {
	detail string
	codes  string // subject and detail of the enhanced code
	words  *regexp.Regexp
}{
	{"mailbox_full", ` 2.2 `, regexp.MustCompile(`(?i)(over|exceed\w*) ?quota|(mail)?box (is )?full|容量|いっぱい`)},
	{"no_such_address", ` 1.0 1.1 1.2 1.3 1.4 1.6 1.10 2.1 4.4 `, regexp.MustCompile(`(?i)(user|host|recipient|address|mailbox|account)[^\n]{0,20} (unknown|not found|unavailable|invalid)|(unknown|no such|invalid) (user|host|recipient|address|mailbox|domain)|does( not|n't) (exist|have)|宛先不明|見つかりません|存在しな|無効なアドレス`)},
	{"refused", ` 7.0 7.1 7.2 `, regexp.MustCompile(`(?i)spam|blocked|refused|rejected|denied|policy|拒否`)},
}

// bounced returns what a bounce says of a reply of the desk, or nothing where it is not of one. Only the tag says that, together
// with the person it went to; all else could be anybody's.
func (d *door) bounced(l letter) (m channels.Message, ok bool) {
	texts := []string{d.recipients(l.header)}
	l.whole.each(func(p *part) {
		texts = append(texts, decode(p.content(maxBounce), p.params["charset"]))
	})
	l.whole.inside(func(p *part) {
		for _, name := range []string{"to", "message-id", "return-path", "x-failed-recipients"} {
			texts = append(texts, p.header[name]...)
		}
	})
	all := strings.Join(texts, "\n")
	reply, who := d.tags.find(all)
	if reply == "" {
		return m, false
	}
	did := action.FindStringSubmatch(all)
	if did != nil && !strings.EqualFold(did[1], "failed") || did == nil && delayed.MatchString(all) {
		return m, false // it may still arrive, or it has
	}
	return channels.Message{ID: "bounce " + reply, Kind: name, From: channels.NewAddress(name, who, nil), At: d.env.Now(),
		Status: &channels.Status{ReplyID: reply, Status: "failed", Detail: reason(all)}}, true
}

// find looks for a tag and the person that it is for.
func (t tags) find(text string) (replyID, who string) {
	var people []string
	for _, a := range address.FindAllString(strings.ReplaceAll(text, `"`, ""), 10*maxPeople) {
		if a = strings.ToLower(strings.TrimRight(a, ".-")); !slices.Contains(people, a) && len(people) < maxPeople {
			people = append(people, a)
		}
	}
	var tried []string
	for _, m := range tagForm.FindAllStringSubmatch(text, 10*maxTags) {
		if slices.Contains(tried, m[1]) || len(tried) == maxTags {
			continue
		}
		tried = append(tried, m[1])
		for _, who := range people {
			if id, ok := t.open(m[1], who); ok {
				return id, who
			}
		}
	}
	return "", ""
}

func reason(text string) string {
	code := status.FindStringSubmatch(text)
	if code == nil {
		code = inWords.FindStringSubmatch(text)
	}
	for _, r := range reasons {
		if code != nil && strings.Contains(r.codes, " "+code[2]+"."+code[3]+" ") {
			return r.detail
		}
	}
	for _, r := range reasons {
		if r.words.MatchString(text) {
			return r.detail
		}
	}
	return "bounced"
}
