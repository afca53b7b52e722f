package console

import (
	"time"

	"madoguchi/triage"
)

// The cases of the story; no word of them is anybody's.
const (
	danger  = triage.CaseID("01daaaaaaaaaaaaaaaaaaaaaab")
	parent  = triage.CaseID("02eaaaaaaaaaaaaaaaaaaaaaac")
	mine    = triage.CaseID("03faaaaaaaaaaaaaaaaaaaaaad")
	quiet   = triage.CaseID("04gaaaaaaaaaaaaaaaaaaaaaae")
	watched = triage.CaseID("05haaaaaaaaaaaaaaaaaaaaaaf")
	letter  = triage.CaseID("06iaaaaaaaaaaaaaaaaaaaaaag")
)

func ago(d time.Duration) time.Time { return evening.Add(-d) }

func wrote(at time.Time, door, text string, j triage.Judgement, within time.Duration) triage.Event {
	return triage.Event{At: at, Kind: triage.KindMessage, From: triage.Seeker, Channel: door, Text: text, Judgement: &j, DueAt: at.Add(within)}
}

func judged(s triage.Severity, reasons ...triage.Reason) triage.Judgement {
	j := triage.Judgement{Severity: s, Reasons: reasons}
	for _, r := range reasons {
		j.Flags = append(j.Flags, r.Flag)
	}
	return j
}

// seed makes the story: people, and cases in most states.
func (h *house) seed() {
	h.hire("sato", triage.Psychologist, "")
	h.hire("ito", triage.SocialWorker, "")
	h.hire("mori", triage.Coordinator, "")
	h.hire("kanri", triage.Admin, "")
	h.hire("hinode", triage.School, "hinode-jhs")
	h.front.words = map[string]string{"[人物A]": "みか", "[人物B]": "ゆうと", "[学校1]": "日の出中", "[電話1]": "090-0000-0000"}

	e := wrote(ago(4*time.Minute), "chat", "もう全部いやになりました。今夜、家の近くの[場所1]から飛びおりようと思います。\nだれにも言わないでください。",
		judged(triage.Emergency, triage.Reason{Flag: triage.Suicide, Rule: "suicide.plan_place", Excerpt: "今夜、家の近くの[場所1]から飛びおりよう"},
			triage.Reason{Flag: triage.Suicide, Rule: "suicide.secrecy", Excerpt: "だれにも言わないで"}), 5*time.Minute)
	e.About = "self"
	h.happened(danger, e)

	h.happened(parent, wrote(ago(26*time.Hour), "line", "中学2年の娘が、[人物A]さんたちに部活のグループLINEで悪口を書かれ、写真も広まっています。先週から学校へ行けていません。",
		judged(triage.Urgent, triage.Reason{Flag: triage.SNSSpread, Rule: "sns.spread_image", Excerpt: "写真も広まっています"},
			triage.Reason{Flag: triage.Absence, Rule: "absence.not_going", Excerpt: "先週から学校へ行けていません"},
			triage.Reason{Flag: triage.ThirdParty, Rule: "third.parent", Excerpt: "中学2年の娘が"}), 24*time.Hour))

	h.happened(quiet, wrote(ago(95*time.Minute), "email", "学校で進路のことを話せる人がいません。だれかに聞いてほしいです。", judged(triage.Routine), 72*time.Hour))
	h.happened(letter, wrote(ago(3*time.Hour), "letter", "クラスの\u202e子に、わざとぶつかられます。たぶん、ふざけているだけだと思うけど……\x00<script>alert(1)</script>",
		judged(triage.Soon, triage.Reason{Flag: triage.Violence, Rule: "violence.bump", Excerpt: "わざとぶつかられます"}), 48*time.Hour))
	h.happened(watched,
		wrote(ago(90*24*time.Hour), "visit", "（来所）同級生に筆箱をかくされることが続いた。", judged(triage.Soon, triage.Reason{Flag: triage.Property, Rule: "property.hide", Excerpt: "筆箱をかくされる"}), 48*time.Hour),
		triage.Event{At: ago(89 * 24 * time.Hour), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}},
		triage.Event{At: ago(80 * 24 * time.Hour), Kind: triage.KindState, From: triage.Counselor, By: "sato", Observed: &triage.Observed{Kind: "stopped", On: "2026-09-05", Note: "電話で確認"}},
		triage.Event{At: ago(80 * 24 * time.Hour), Kind: triage.KindState, From: triage.Counselor, By: "sato", Change: &triage.Change{To: triage.Watching, Reason: "行為が止んだ"}})
	h.seedMine()
}

// seedMine is a case that sato has: a talk of several days, with a hand-off.
func (h *house) seedMine() {
	day := 24 * time.Hour
	say := func(at time.Time, n int64, text string) triage.Event {
		return triage.Event{At: at, Kind: triage.KindMessage, From: triage.Counselor, By: "sato", Text: text, Said: n, Words: []byte("sealed")}
	}
	fate := func(at time.Time, n int64, status string) triage.Event {
		return triage.Event{At: at, Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Said: n, Status: status}}
	}
	handoff := triage.Handoff{ID: "03hoabcdefghijklmnopqrstuv", Recipient: "school", School: "hinode-jhs", Level: triage.LevelAnonymous, ConsentID: "03coabcdefghijklmnopqrstuv",
		Summary: "1年生のあるクラスで、特定の生徒への無視と、持ち物をかくすことが、10月ごろから続いています。休み時間と部活動の前後に起きやすいようです。",
		May:     triage.May{TalkToChild: triage.PermitNotYet, CallHome: triage.PermitAskUs, QuestionOthers: triage.PermitNotYet, GuideClass: triage.PermitYes}, By: "sato", AnswerBy: ago(-30 * time.Hour)}
	first := wrote(ago(3*day), "chat", "友だちの[人物A]と[人物B]に、ずっと無視されています。[学校1]の部活もいっしょなので、行くのがつらいです。",
		judged(triage.Soon, triage.Reason{Flag: triage.Exclusion, Rule: "exclusion.ignore", Excerpt: "[人物A]と[人物B]に、ずっと無視されています"}), 48*time.Hour)
	first.About, first.CallMe = "self", "そら"
	h.happened(mine, first,
		triage.Event{At: ago(3*day - 12*time.Minute), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}},
		say(ago(3*day-20*time.Minute), 1, "そらさん、書いてくれてありがとう。[人物A]さんたちに無視されるのは、とてもつらいですね。いつごろからですか。"),
		fate(ago(3*day-20*time.Minute), 1, triage.DeliveryRead),
		wrote(ago(2*day), "chat", "10月くらいからです。きのうは、ふでばこもかくされました。", judged(triage.Soon, triage.Reason{Flag: triage.Property, Rule: "property.hide", Excerpt: "ふでばこもかくされました"}), 48*time.Hour),
		triage.Event{At: ago(2*day - time.Hour), Kind: triage.KindNote, From: triage.Counselor, By: "sato", Text: "部活の顧問には知られたくないとのこと。学校へは、名前なしなら伝えてよさそう。次回、意向をきく。"},
		say(ago(2*day-2*time.Hour), 2, "ふでばこのこと、話してくれてよかったです。学校の大人の力を借りることを、いっしょに考えてもいいですか。"),
		fate(ago(2*day-2*time.Hour), 2, triage.DeliveryDelivered),
		triage.Event{At: ago(2*day - 3*time.Hour), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato", Said: 3, Words: []byte("sealed"),
			Consent: &triage.Consent{ID: "03coabcdefghijklmnopqrstuv", School: "hinode-jhs", Level: triage.LevelAnonymous, Text: handoff.Summary, Answer: triage.AnswerAsked}},
		fate(ago(2*day-3*time.Hour), 3, triage.DeliveryRead),
		triage.Event{At: ago(30 * time.Hour), Kind: triage.KindHandoff, From: triage.Seeker, Consent: &triage.Consent{ID: "03coabcdefghijklmnopqrstuv", Answer: triage.AnswerYes}},
		triage.Event{At: ago(29 * time.Hour), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato", Handoff: &handoff},
		triage.Event{At: ago(29 * time.Hour), Kind: triage.KindDuty, From: triage.System, Duty: &triage.Duty{Kind: "school_answer", What: "school_answer:" + handoff.ID, DueAt: ago(-30 * time.Hour)}},
		triage.Event{At: ago(24 * time.Hour), Kind: triage.KindHandoff, From: triage.AtSchool, By: "hinode", Handoff: &triage.Handoff{ID: handoff.ID, State: triage.HandoffReceived,
			Answers: []triage.HandoffAnswer{{At: ago(24 * time.Hour), By: "hinode", Step: triage.HandoffReceived}}}},
		say(ago(23*time.Hour), 4, "学校が受け取ってくれました。休み時間の見守りから始めてもらいます。"),
		fate(ago(22*time.Hour), 4, triage.DeliveryFailed),
		wrote(ago(25*time.Minute), "chat", "今日は、先生がろうかにいてくれました。少しほっとしました。でも[人物B]がまたにらんできます。", judged(triage.Soon), 48*time.Hour))
	open := handoff
	open.ID, open.State, open.SentAt = "03hozzzzzzzzzzzzzzzzzzzzzz", triage.HandoffSent, ago(2*time.Hour)
	open.Summary = "[人物A]さんを含む数名について、放課後の様子を見てください。"
	open.Disclose = []string{"[人物A]"}
	h.happened(mine, triage.Event{ID: "open", At: ago(2 * time.Hour), Kind: triage.KindHandoff, From: triage.Counselor, By: "sato", Handoff: &open})
	h.happened(mine, triage.Event{ID: "again", At: ago(time.Minute), Kind: triage.KindAssignment, From: triage.Counselor, By: "sato", Assignment: &triage.Assignment{Do: triage.DoClaim, To: "sato"}})
}
