package console

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// The words of the screens for calls.
var (
	windows  = map[string]string{"": "聞いていません", "any": "いつでも", "0900-1200": "朝9時から昼12時", "1200-1700": "昼12時から夕方5時", "1700-2000": "夕方5時から夜8時"}
	who      = map[string]string{"": "聞いていません", "self": "本人だけ", "family": "家の人も", "anyone": "だれでも"}
	outcomes = map[string]string{"": "かけるところです", "ringing": "呼び出しています", "answered": "話しました", "no_answer": "出ませんでした", "busy": "話し中でした",
		"failed": "かけられませんでした"}
	callWhys = map[string]string{"machine": "留守番電話", "desk_hung_up": "こちらが先に切りました", "desk_no_key": "窓口の電話で1が押されませんでした",
		"desk_busy": "窓口の電話が話し中", "desk_no_answer": "窓口の電話にだれも出ませんでした", "desk_failed": "窓口の電話につながりません",
		"no_desk": "窓口の電話番号が設定されていません", "no_door": "電話の設定がありません", "no_number": "番号が分かりません", "opted_out": "連絡を止めています",
		"not_connected": "番号につながりません", "unreachable": "回線の会社につながりません"}
)

// phone is what the page of a case shows of calls. It is nil where nobody has a phone.
type phone struct {
	Wish      bool
	Of        string // whose it is, where it is not the seeker's
	Window    string
	Who       string
	Calls     []rang
	Rang, Max int
	May       bool   // a call is possible now
	Reason    bool   // with a reason
	Say       string // why it is not, or only so
	Script    []cue
}

// rang is a call in words.
type rang struct {
	At      time.Time
	Outcome string
	Bad     bool
}

// cue is a paragraph of what to say on the phone.
type cue struct{ Head, Text string }

func (c *Console) phone(k triage.Case, now time.Time) *phone {
	may, with := c.Desk.MayRing(k, false), c.Desk.MayRing(k, true)
	p := &phone{Rang: desk.RangToday(k, now), Max: desk.MaxCalls, May: with == nil, Reason: may != nil && with == nil}
	var refused *triage.Refusal
	if errors.As(may, &refused) {
		p.Say = refused.Say
	}
	if k.CallBack != nil {
		p.Wish, p.Window, p.Who, p.Of = true, word(windows, k.CallBack.Window), word(who, k.CallBack.Who), tellerWho[k.CallBack.Of]
	}
	for _, call := range k.Calls {
		p.Calls = append(p.Calls, rang{call.At, callWords(call), call.Outcome == triage.CallFailed})
	}
	if !p.Wish && !p.May && len(p.Calls) == 0 {
		return nil
	}
	for part := range strings.SplitSeq(c.City.Text("call.script", "voice", now, nil), "\n\n") {
		head, text, bold := strings.Cut(strings.TrimPrefix(part, "**"), "** ")
		if !bold {
			head, text = "", part
		}
		p.Script = append(p.Script, cue{head, text})
	}
	return p
}

func callWords(c triage.Call) string {
	words := word(outcomes, c.Outcome)
	if c.Detail != "" {
		words += "〔" + word(callWhys, c.Detail) + "〕"
	}
	return words
}

// callLine shows that the desk calls, and what became of that; that it rings is shown beside the conversation.
func callLine(l *line, e triage.Event) bool {
	switch {
	case e.From == triage.Counselor:
		l.Text = "電話をかけます。" + because(e.Text)
	case e.Call.Outcome == triage.CallRinging:
		return false
	default:
		l.Who, l.Bad = "窓口", e.Call.Outcome == triage.CallFailed
		l.Text = "電話：" + callWords(*e.Call)
	}
	return true
}

// call rings the desk's phone, and then the seeker's.
func (c *Console) call(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	_, err := c.Desk.Call(r.Context(), p, id, r.PostForm.Get("reason"))
	return result{Say: "窓口の電話が鳴ります。出て、1を押すと、相手を呼び出します。"}, err
}
