package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

const (
	// MaxCalls is how many times a day a phone may ring for nothing: after two calls that nobody answered the desk stops, and
	// tells the seeker by the way that they chose. A phone that rings and rings tells the house that somebody wants something.
	MaxCalls = 2
	// ringsFor is how long a call may be under way before the desk may try again although nobody told what became of it.
	ringsFor = 10 * time.Minute
)

// Call has the desk's phone rung, and then the seeker's, and returns the call's id. It is possible when the seeker wishes
// it and at a time that is safe; at any other time only in an emergency, with a reason that the case keeps.
func (d *Desk) Call(ctx context.Context, p staff.Person, id triage.CaseID, reason string) (call string, err error) {
	if err := optional(reason, maxReason); err != nil {
		return "", err
	}
	_, err = d.perform(ctx, p, id, act{what: "call", may: mayAct,
		do: func(c triage.Case, events []triage.Event) ([]triage.Event, error) {
			if err := d.MayRing(c, strings.TrimSpace(reason) != ""); err != nil {
				return nil, err
			}
			text, err := d.scrubbed(ctx, id, reason)
			if err != nil {
				return nil, err
			}
			call = reference()
			e := d.event(p, triage.KindDelivery)
			e.Text, e.Call = text, &triage.Call{ID: call, At: e.At}
			return []triage.Event{e}, nil
		}})
	if err != nil {
		return "", err
	}
	return call, nil
}

// MayRing says why a phone may not ring now: for no reason, or for one that the person gives.
func (d *Desk) MayRing(c triage.Case, reason bool) error {
	now := d.Clock.Now()
	urgent := c.Severity == triage.Emergency
	switch {
	case c.OptedOut && c.CallBack == nil: // who has stopped text messages, and then asks for a call, is called
		return refuse(triage.CodeOptedOut, "相談した人が、連絡を止めています。電話はかけられません。")
	case c.CallBack == nil && !slices.ContainsFunc(c.Channels, rings):
		return refuse(triage.CodeState, "電話番号がありません。電話がほしいという希望もありません。")
	case slices.ContainsFunc(c.Calls, func(k triage.Call) bool { return !k.Ended() && now.Sub(k.At) < ringsFor }):
		return refuse(triage.CodeState, "いま、電話をかけているところです。")
	case RangToday(c, now) >= MaxCalls:
		return refuse(triage.CodeState, "今日はもう"+strconv.Itoa(MaxCalls)+"回、つながりませんでした。何度も鳴らすと、家の人に気づかれます。ほかの方法で知らせてください。")
	case c.CallBack == nil && !(urgent && reason):
		return refuse(triage.CodeState, "電話がほしいという希望がありません。緊急で、理由があるときだけかけられます。")
	case c.CallBack != nil && !InWindow(c.CallBack.Window, now) && !(urgent && reason):
		return refuse(triage.CodeState, "かけてよい時間ではありません。緊急で、理由があるときだけかけられます。")
	}
	return nil
}

// rings reports whether who came by that door has a phone that we know of.
func rings(channel string) bool { return channel == "voice" || channel == "sms" }

// RangToday counts the calls of the desk's day that nobody answered, and those of which nobody ever told what became: a
// phone may have rung. One that never reached the phone does not count.
func RangToday(c triage.Case, now time.Time) int {
	today, n := now.In(triage.JST).Format(time.DateOnly), 0
	for _, k := range c.Calls {
		if k.At.In(triage.JST).Format(time.DateOnly) == today && slices.Contains([]string{triage.CallNoAnswer, triage.CallBusy, triage.CallRinging}, k.Outcome) {
			n++
		}
	}
	return n
}

// InWindow reports whether a time is in the window that a seeker has chosen: any, or from and until on the clock
// (1700-2000). What somebody wrote in words is for the counselor to judge; what nobody said is safe at no time.
func InWindow(window string, now time.Time) bool {
	from, until, ok := strings.Cut(window, "-")
	if clock := now.In(triage.JST).Format("1504"); ok && clockTime(from) && clockTime(until) {
		return from <= clock && clock < until
	}
	return window != ""
}

func clockTime(s string) bool {
	_, err := time.Parse("1504", s)
	return err == nil && len(s) == 4
}
