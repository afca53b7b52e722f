package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Posting says how an answer is printed.
type Posting struct {
	Final   bool   // to be posted: with the address, and the way into the chat; otherwise only to look at
	NewCode bool   // a new return code although a posted letter holds one, which then opens nothing any more
	Anyway  string // why a letter goes out although the child ticked another way
}

// Letter returns an answer that goes by post as a PDF: an envelope sheet, whose outside tells nothing, and the letter as the
// child reads it, in the way that the child ticked. Who ticked only the chat gets the way in and no words on paper.
//
// The words, and the address that the child wrote, are filled in, so that this is for who speaks with the child. Each look
// and each print is written to the audit before, and each placeholder of the address like every other that is opened.
func (d *Desk) Letter(ctx context.Context, p staff.Person, id triage.CaseID, said int64, how Posting) ([]byte, error) {
	if err := optional(how.Anyway, maxReason); err != nil {
		return nil, err
	}
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := mayAct(p, c); err != nil {
		return nil, err
	}
	if err := posts(c, events, said); err != nil {
		return nil, err
	}
	if err := mayReveal(p, c); err != nil {
		return nil, err
	}
	letter, _ := triage.LetterOf(events)
	s, err := sends(letter, how)
	if err != nil {
		return nil, err
	}
	if err := d.record(ctx, p, map[bool]string{true: "letter_print", false: "letter_preview"}[how.Final], id, strconv.FormatInt(said, 10), ""); err != nil {
		return nil, err
	}
	fresh := s.code && how.Final && (how.NewCode || !holdsCode(c, events, said))
	l, err := d.Press.Letter(ctx, id, said, fresh)
	if err != nil {
		return nil, err
	}
	s.Letter, s.said = l, said
	s.named = map[bool]string{true: "", false: c.CallMe}[strings.ContainsAny(c.CallMe, "[]")]
	s.question = question(events, said)
	if how.Final {
		if s.to, err = d.addressed(ctx, p, id, letter.Reach); err != nil {
			return nil, err
		}
	}
	pdf, err := d.typeset(s)
	if err != nil || !how.Final {
		return pdf, err
	}
	return pdf, d.printed(ctx, p, id, said, fresh, how.Anyway)
}

// posts reports in the error why that message of the desk is none that goes by post.
func posts(c triage.Case, events []triage.Event, said int64) error {
	if !slices.ContainsFunc(events, func(e triage.Event) bool { return said > 0 && e.Said == said }) {
		return triage.ErrUnknown
	}
	if c.Erased() {
		return refuse(triage.CodeState, "この相談は、書いた人が取り下げています。")
	}
	if !slices.ContainsFunc(events, func(e triage.Event) bool {
		return e.Delivery != nil && e.Delivery.Said == said && e.Delivery.Status == triage.DeliveryPaper
	}) {
		return refuse(triage.CodeState, "この返事は、郵便で出すものではありません。")
	}
	return nil
}

// sheet is what is printed of one answer.
type sheet struct {
	triage.Letter
	said     int64
	words    bool            // the answer itself
	code     bool            // the way into the chat
	final    bool            // not only to look at
	named    string          // how the child wants to be called, or ""
	to       string          // the address that the child wrote
	question *triage.Consent // what the letter asks, if it asks
}

// sends decides what goes into the envelope by what the child ticked.
func sends(l triage.LetterText, how Posting) (sheet, error) {
	s := sheet{final: how.Final, words: l.Wants(triage.WishPost), code: l.Wants(triage.WishChat)}
	if s.words || s.code {
		return s, nil
	}
	s.words = true
	switch {
	case !how.Final || strings.TrimSpace(how.Anyway) != "":
	case l.Wants(triage.WishCall):
		return s, refuse(triage.CodeState, "「電話で」にしるしがあります。手紙を出すときは、その理由を書いてください。")
	case l.Silent():
		return s, refuse(triage.CodeState, "「返事はいらない」にしるしがあります。手紙を出すときは、その理由を書いてください。")
	}
	return s, nil
}

const printedCode, printedPlain = "print-code:", "print:"

// holdsCode reports whether a letter that is on its way, or will be, holds a return code: a new one would end it before the
// letter is opened. A print of the same answer that was never posted is waste paper.
func holdsCode(c triage.Case, events []triage.Event, said int64) bool {
	return slices.ContainsFunc(events, func(e triage.Event) bool {
		number, ok := strings.CutPrefix(e.ID, printedCode)
		if !ok {
			return false
		}
		number, _, _ = strings.Cut(number, ":")
		n, err := strconv.ParseInt(number, 10, 64)
		return err == nil && (n != said || !slices.Contains(c.Unposted, n))
	})
}

// question returns what the message asks, or nil.
func question(events []triage.Event, said int64) *triage.Consent {
	for _, e := range events {
		if e.Said == said {
			return e.Consent
		}
	}
	return nil
}

// addressed fills in the address that the child wrote, each placeholder written down as it is opened.
func (d *Desk) addressed(ctx context.Context, p staff.Person, id triage.CaseID, reach string) (string, error) {
	var opened []string
	for _, placeholder := range placeholders([]triage.Event{{Text: reach}}) {
		value, err := d.open(ctx, p, opening(id, placeholder, toReply))
		var refused *triage.Refusal
		if errors.As(err, &refused) {
			continue // brackets that somebody wrote
		}
		if err != nil {
			return "", err
		}
		reach = strings.ReplaceAll(reach, placeholder, value)
		opened = append(opened, placeholder)
	}
	if len(opened) == 0 {
		return reach, nil
	}
	return reach, d.opened(ctx, p, id, "返事を郵便で送るため", opened)
}

// printed writes down that the answer was printed; whether it was posted somebody says afterwards.
func (d *Desk) printed(ctx context.Context, p staff.Person, id triage.CaseID, said int64, coded bool, anyway string) error {
	reason, err := d.scrubbed(ctx, id, anyway)
	if err != nil {
		return err
	}
	_, err = d.perform(ctx, p, id, act{may: mayAct,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindDelivery)
			n := strconv.FormatInt(said, 10)
			e.ID = map[bool]string{true: printedCode, false: printedPlain}[coded] + n + ":" + rand.Text()
			e.Text = "返事" + n + "を印刷しました。"
			if reason != "" {
				e.Text += "理由：" + reason
			}
			return []triage.Event{e}, nil
		}})
	return err
}

// Ways in which an answer left the house.
const (
	PostedMail = "post"  // it is in the post
	PostedCall = "phone" // it was told by phone, as the child ticked
)

// Posted records that an answer left the house. Saying it again is the same.
func (d *Desk) Posted(ctx context.Context, p staff.Person, id triage.CaseID, said int64, by string) (triage.Case, error) {
	by = cmp.Or(by, PostedMail)
	if by != PostedMail && by != PostedCall {
		return triage.Case{}, bad("郵便（post）か電話（phone）を選んでください。")
	}
	return d.perform(ctx, p, id, act{what: "posted", ref: strconv.FormatInt(said, 10), reason: by, may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if err := posts(c, events, said); err != nil {
				return nil, err
			}
			if !slices.Contains(c.Unposted, said) {
				return nil, nil
			}
			e := d.event(p, triage.KindDelivery)
			e.ID = "posted:" + strconv.FormatInt(said, 10)
			e.Delivery = &triage.Delivery{Said: said, Status: triage.DeliverySent, Detail: by}
			return []triage.Event{e}, nil
		}})
}
