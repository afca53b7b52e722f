package router

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"madoguchi/channels"
	"madoguchi/triage"
)

// heard takes in what staff asked beside the words: codes as they are, a name anonymized, a wish to be called with its
// number in the vault.
func (r *Router) heard(ctx context.Context, t *taking, e triage.Entry) error {
	if e.Teller != nil {
		teller := *e.Teller
		weighed := teller.Weigh(*t.event.Judgement)
		t.event.Teller, t.event.About, t.event.Judgement = &teller, teller.About(), &weighed
	}
	if e.CallMe != "" {
		out, open, err := r.censor.passages(ctx, t.glossary, passage{text: e.CallMe, called: toldCalling})
		if err != nil {
			return err
		}
		if open {
			t.event.CallMe = out[0].cut(callMeRunes)
		}
	}
	if e.CallBack == nil {
		return nil
	}
	at, err := r.jotted(channels.CallBackKind, dialable(e.Contact))
	if err != nil {
		return err
	}
	return r.wish(ctx, t, channels.Message{CallBack: &channels.CallBack{At: at, Window: e.CallBack.Window, Who: e.CallBack.Who}})
}

var inContact = regexp.MustCompile(`\+?[0-9][0-9() -]{7,18}[0-9]`)

// dialable returns the first telephone number of what staff wrote down, as it is dialled from anywhere: +819012345678. It is
// empty where there is none.
func dialable(contact string) string {
	number := inContact.FindString(width.Narrow.String(strings.NewReplacer("ー", "-", "−", "-", "‐", "-", "–", "-").Replace(contact)))
	plus := strings.HasPrefix(number, "+")
	number = strings.NewReplacer("-", "", " ", "", "(", "", ")", "", "+", "").Replace(number)
	switch {
	case plus:
		return "+" + number
	case strings.HasPrefix(number, "0") && (len(number) == 10 || len(number) == 11):
		return "+81" + number[1:]
	}
	return ""
}
