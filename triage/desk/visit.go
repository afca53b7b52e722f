package desk

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"time"
	"unicode/utf8"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Visit is a person who came or phoned. What was not asked is empty.
type Visit struct {
	ID       string           // chosen by the caller: the same id is one visit; empty is a new one
	Case     triage.CaseID    // the case it belongs to; empty opens a new one
	Channel  string           // visit or voice
	Text     string           // as heard
	At       time.Time        // when they came or phoned; zero is now
	Contact  string           // how to reach the person
	CallMe   string           // the name to be called by
	Teller   triage.Teller    // what they were asked
	CallBack *triage.CallBack // they wish to be called, at the number in Contact
}

// Entered is what became of a Visit. Whoever entered it may know how grave it is, whatever else they may see: it is for them
// to run to a colleague.
type Entered struct {
	Case     triage.CaseID
	Severity triage.Severity // of the case now; empty where that could not be read
}

// visitWithin is how long after it a conversation may be written down with its own time.
const visitWithin = 7 * 24 * time.Hour

// Enter takes in what a person who came or phoned said.
func (d *Desk) Enter(ctx context.Context, p staff.Person, v Visit) (Entered, error) {
	if err := v.check(d.Clock.Now()); err != nil {
		return Entered{}, err
	}
	if v.Case != "" {
		c, _, err := d.Store.Load(ctx, v.Case)
		if err != nil {
			return Entered{}, err
		}
		if err := mayAdd(p, c); err != nil {
			return Entered{}, err
		}
	}
	if v.At.IsZero() {
		v.At = d.Clock.Now()
	}
	id := cmp.Or(v.ID, rand.Text())
	if err := d.record(ctx, p, "visit", v.Case, "", v.Channel); err != nil {
		return Entered{}, err
	}
	e := triage.Entry{ID: "visit:" + p.Login + ":" + id, Case: v.Case, Channel: v.Channel, Text: v.Text, Contact: v.Contact, At: v.At,
		By: p.Login, CallMe: v.CallMe, CallBack: v.CallBack}
	if v.Teller != (triage.Teller{}) {
		e.Teller = &v.Teller
	}
	c, err := d.Front.Enter(ctx, e)
	if err != nil {
		return Entered{}, err
	}
	now, _, err := d.Store.Load(ctx, c)
	if err != nil {
		return Entered{Case: c}, nil // it is kept; only its weight is not known
	}
	return Entered{c, now.Severity}, nil
}

// check reports what of a visit cannot be taken in.
func (v Visit) check(now time.Time) error {
	switch {
	case v.Channel != "visit" && v.Channel != "voice":
		return bad("来所（visit）か電話（voice）を選んでください。")
	case utf8.RuneCountInString(v.ID) > maxMessageID:
		return bad("番号（id）は64文字までです。")
	case v.At.After(now.Add(time.Minute)):
		return bad("話した時刻が、まだ来ていません。")
	case !v.At.IsZero() && now.Sub(v.At) > visitWithin:
		return bad("話した時刻は、7日前までにしてください。それより前のことは、聞いたことの中に日付を書いてください。")
	case !v.Teller.Valid():
		return bad("話した人、安全、学校のどれかが、選べるものではありません。")
	case v.CallBack != nil && !slices.Contains([]string{"", "self", "family", "anyone"}, v.CallBack.Who):
		return bad("電話に出てよい人は、self、family、anyone のどれかです。")
	}
	if err := words(v.Text, maxText); err != nil {
		return err
	}
	beside := []string{v.Contact, v.CallMe}
	if v.CallBack != nil {
		beside = append(beside, v.CallBack.Window)
	}
	for _, text := range beside {
		if err := optional(text, maxReason); err != nil {
			return err
		}
	}
	return nil
}
