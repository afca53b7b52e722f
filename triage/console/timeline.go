package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/web"
)

// line is an entry of the timeline as case.html shows it.
type line struct {
	Key      string // keeps its place on the page when the page refreshes
	At       time.Time
	Class    string // seeker, desk, note, event
	Who      string
	Door     string
	Text     string // anonymized words
	Quote    bool   // Text is somebody's words and not ours
	Fate     string // what became of a message of the desk
	Bad      bool   // it did not arrive
	Files    []attached
	Asked    []string // what who came or phoned was asked, and who wrote it down
	Declared bool     // it says formally that it is a serious case
	Late     bool     // it reached us late
	Taken    int64    // number of a message that was taken back and that a person must look at; 0 else
	Guess    bool     // a machine read it from paper, and nobody has compared it

	Letter int64         // number of the letter's message, where it is one
	Was    string        // what a machine read, where a person has corrected it
	For    string        // to whom a note was whispered
	Other  triage.CaseID // another case of the same letter, in a note about that
}

// timeline makes lines of events. What became of a message is shown with the message; that one did not arrive is shown a
// second time, where it happened.
func (c *Console) timeline(events []triage.Event, login string) []line {
	fates := map[int64]triage.Delivery{}
	for _, e := range events {
		if e.Kind == triage.KindDelivery && e.Delivery != nil && e.Delivery.Said > 0 {
			fates[e.Delivery.Said] = *e.Delivery
		}
	}
	seen := told{fates: fates, handoffs: map[string]triage.Handoff{}}
	var lines []line
	came := 0
	unchecked := triage.Fold("", events).Unchecked
	for _, e := range events {
		l := line{Late: e.Late, Guess: slices.Contains(unchecked, e.ID), Files: attachments(came, e.Files), Key: fmt.Sprintf("e%d", e.Seq), At: e.At, Class: "event", Text: e.Text}
		came += len(e.Files)
		asPaper(&l, &e, events)
		if !c.tell(&l, e, seen) {
			continue
		}
		if l.Who == "" {
			l.Who = e.By
		}
		if e.By == login && l.Who == e.By {
			l.Who = "あなた"
		}
		lines = append(lines, l)
	}
	return lines
}

// told is what other events say about the one at hand.
type told struct {
	fates    map[int64]triage.Delivery
	handoffs map[string]triage.Handoff // as they were sent
}

// tell fills in what is particular to the event's kind, and reports whether the event is shown at all.
func (c *Console) tell(l *line, e triage.Event, seen told) bool {
	switch {
	case e.Corrects != "":
		l.Text = "手紙を写真と見くらべて、読みを確かめました。"
	case e.Kind == triage.KindMessage:
		c.message(l, e, seen.fates)
	case e.Session != nil:
		l.Class, l.Quote, l.Text = "note", true, e.Session.Say()
	case e.Risk != nil:
		l.Class, l.Quote, l.Text = "note", true, strings.TrimSpace("リスクの見立て\n"+e.Risk.Say()+"\n"+e.Text)
	case e.Safety != nil:
		l.Class, l.Quote, l.Text = "note", true, "安全プラン\n"+e.Text
	case e.Bar != nil:
		l.Text = e.Bar.Who() + " さんを、この事案から外しました（" + word(barReasons, e.Bar.Why) + "）。"
		if e.Bar.Off {
			l.Text = e.Bar.Who() + " さんを、外すのをやめました。"
		}
	case e.Wanted != nil:
		l.Text = "担当についての、本人の希望を記録しました。"
	case e.Kind == triage.KindNote:
		l.Class, l.Quote, l.For = "note", true, e.For
	case e.Kind == triage.KindDelivery && e.Delivery != nil:
		return delivery(l, *e.Delivery)
	case e.Call != nil:
		return callLine(l, e)
	case e.Kind == triage.KindAssignment && e.Assignment != nil:
		l.Text = assignment(*e.Assignment)
	case e.Kind == triage.KindAssessment && e.Judgement != nil:
		if e.Wordless() != "" {
			l.Who = "窓口"
			return true // it says what is so
		}
		if e.From != triage.Counselor {
			return false
		}
		l.Text = "緊急度を「" + word(severities, e.Judgement.Severity) + "」にしました。" + because(e.Text)
	case e.Kind == triage.KindReveal && e.Reveal != nil:
		l.Text = revealed(*e.Reveal)
	case e.Consent != nil:
		c.consentLine(l, e, seen.fates)
	case e.Handoff != nil:
		c.handoffLine(l, *e.Handoff, seen.handoffs)
	case e.Report != nil:
		c.report(l, *e.Report)
	case e.Minute != nil, e.Link != nil, e.Part != nil:
		l.Text = c.minuted(e)
	case e.Step != nil, e.Version != nil, e.Plan != nil, e.WatchOver != nil:
		l.Text = c.roadLine(e)
	case e.Observed != nil:
		l.Text = "確認：" + word(observations, e.Observed.Kind) + "（" + e.Observed.On + "）" + e.Observed.Note
	case e.Change != nil:
		l.Text = cmp.Or(change(*e.Change), l.Text)
	case e.Duty != nil:
		return c.dutyLine(l, e)
	}
	return l.Text != ""
}

// revealed says what was opened, or asked for.
func revealed(r triage.Reveal) string {
	does := word(openings, r.Step)
	if _, file := desk.FileOf(r.Placeholder); file && r.Step == "grant_use" {
		does = " を見ました。"
	}
	return called(r.Placeholder) + does + because(r.Reason)
}

func (c *Console) message(l *line, e triage.Event, fates map[int64]triage.Delivery) {
	l.Quote = true
	switch e.From {
	case triage.Seeker:
		l.Class, l.Who, l.Door = "seeker", "相談者", e.Channel
		l.Declared = e.Observed != nil && e.Observed.Kind == triage.Declared
		l.Asked = heard(e)
		if e.Report != nil {
			c.report(l, *e.Report)
		}
	case triage.AtSchool:
		l.Class, l.Who, l.Door = "seeker", "学校", e.Channel
	default:
		l.Class = "desk"
		if e.By == "" {
			l.Who = "窓口"
		}
		l.Fate, l.Bad = fate(e.Said, fates)
	}
	if e.Hidden {
		l.Text, l.Files, l.Quote = "（取り消されたメッセージ）", nil, false
		if e.Kept {
			l.Text, l.Taken = "（取り消されたことば。人が確かめるまで残しています）", e.Seq
		}
	}
}

func fate(said int64, fates map[int64]triage.Delivery) (string, bool) {
	d, ok := fates[said]
	if said == 0 {
		return "", false
	}
	if !ok {
		return "送っています", false
	}
	if d.Status == triage.DeliveryFailed {
		return "不達：届いていません", true
	}
	if d.Status == triage.DeliverySent && d.Detail != "" {
		return word(left, d.Detail), false
	}
	return word(deliveries, d.Status), false
}

// delivery shows what a person must know of: that a message did not arrive, or that none may be sent.
func delivery(l *line, d triage.Delivery) bool {
	switch d.Status {
	case triage.DeliveryFailed:
		l.Bad, l.Text = true, fmt.Sprintf("不達：返事%dは届いていません。", d.Said)
		if d.Detail != "" {
			l.Text += "〔" + word(whys, d.Detail) + "〕"
		}
	case triage.DeliveryOptedOut:
		l.Bad, l.Text = true, "受信停止の申し出がありました。返事は送れません。"
	case triage.DeliveryOptedIn:
		l.Text = "受信停止の申し出が取り消されました。"
	default:
		return false
	}
	l.Who = "窓口"
	return true
}

func assignment(a triage.Assignment) string {
	switch a.Do {
	case triage.DoClaim:
		return "担当しました。"
	case triage.DoRelease:
		return "担当を手放しました。"
	case triage.DoTransfer:
		return a.To + " さんに引き継ぎました。"
	case triage.DoLapse:
		return "時間内に返事がなかったので、待っている一覧に戻りました。"
	case triage.DoSecond:
		return a.To + " さんが二人目になりました。"
	case triage.DoConsult:
		return a.To + " さんに相談することにしました。"
	}
	return ""
}

func (c *Console) consentLine(l *line, e triage.Event, fates map[int64]triage.Delivery) {
	k := e.Consent
	if e.From == triage.Seeker {
		l.Class, l.Who, l.Text = "seeker", "相談者", "学校に伝えることへの返事：「"+word(answers, k.Answer)+"」"
		return
	}
	school := c.school(k.School)
	if k.Agreed != "" {
		l.Text = school + "に話してよいことを、統括が確かめました。" + because(e.Text)
		return
	}
	if k.Given != "" {
		how := map[string]string{"spoken": "話して", "written": "書いて"}[k.Given]
		l.Text = fmt.Sprintf("本人の意向を記録しました（%s聞きました）。%sへ、%s。%s", how, school, web.LevelWord(k.Level), k.Note)
		return
	}
	l.Class, l.Quote = "desk", true
	l.Text = fmt.Sprintf("%sに伝えてよいか、たずねました（%s）。\n「%s」", school, web.LevelWord(k.Level), k.Text)
	l.Fate, l.Bad = fate(e.Said, fates)
}

// handoffLine shows a hand-off where it was sent, and each answer of its recipient, whose event names the hand-off only.
func (c *Console) handoffLine(l *line, h triage.Handoff, sent map[string]triage.Handoff) {
	first, answered := sent[h.ID]
	if !answered {
		first, sent[h.ID] = h, h
	}
	to := word(recipients, first.Recipient)
	if first.School != "" {
		to = c.school(first.School)
	} else if first.Recipient == triage.ToGuardian {
		to = desk.Whom(first.Whom)
	}
	l.Class, l.Quote = "school", true
	if first.Spoken() && c.spokenLine(l, h, to, answered) {
		return
	}
	if !answered {
		l.Text = fmt.Sprintf("%sへ引き継ぎました（%s）。%s\n「%s」", to, web.LevelWord(h.Level), because(h.Reason), h.Summary)
		if h.Reworded {
			l.Text += "\n本人に見せた文を言いかえています。"
		}
		return
	}
	l.Who, l.Text = to, web.StepWord(h.State)
	for _, a := range h.Answers {
		if a.Text != "" {
			l.Text += "\n" + a.Text
		}
	}
}

// spokenLine is the same of what the family is told, and reports whether there was something to say of it.
func (c *Console) spokenLine(l *line, h triage.Handoff, to string, answered bool) bool {
	switch {
	case !answered:
		l.Text = to + "に、次のとおりに話すことにしました。\n「" + h.Summary + "」"
	case h.Notice != nil:
		l.Text = word(ways, h.Notice.How) + to + "に話しました。" + h.Notice.Spoke
		if h.Notice.Answer != "" {
			l.Text += "\n返事：" + h.Notice.Answer
		}
	default:
		return false
	}
	return true
}

// report shows a school's report, its fields in the form's order.
func (c *Console) report(l *line, r triage.Report) {
	l.Class, l.Who, l.Quote = "school", c.school(r.School), true
	form, _ := triage.FormByID(r.Form)
	l.Text = strings.Join(append([]string{form.Name}, form.Lines(r.Fields)...), "\n")
}

// change says what became of the case; "" where the event's own words say it.
func change(ch triage.Change) string {
	switch {
	case ch.Erase:
		return "相談者から、話を消すお願いがありました。"
	case ch.For != "" && ch.Keep == triage.KeepOn:
		return "手続きが続くあいだ、この記録を残します。"
	case ch.For != "":
		return "記録を残す手続きが、一つ終わりました。"
	case ch.To == "":
		return ""
	}
	text := "状態を「" + word(states, ch.To) + "」にしました。" + because(ch.Reason)
	if ch.DecidedBy != "" {
		text += "決めた組織：" + map[string]string{"school": "学校", "board": "教育委員会"}[ch.DecidedBy] + "。他の事情：" + ch.Circumstances
	}
	return text
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return "理由：" + reason
}
