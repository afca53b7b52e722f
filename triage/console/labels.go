package console

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
)

// The words of the screens for the codes of the vocabulary.
var (
	roles = map[string]string{"psychologist": "心理士", "social_worker": "社会福祉士", "coordinator": "コーディネーター", "supervisor": "統括",
		"lawyer": "弁護士", "board": "教育委員会", "clerk": "事務", "admin": "管理者", "school": "学校"}
	severities = map[string]string{"emergency": "緊急・いますぐ", "urgent": "至急・今日のうち", "soon": "早めに", "routine": "通常"}
	flags      = map[string]string{"suicide": "希死念慮", "self_harm": "自傷", "violence": "暴力", "sexual": "性に関わること", "extortion": "金品の要求",
		"abuse_home": "家庭での虐待の疑い", "absence": "欠席", "sns_spread": "SNSでの拡散", "exclusion": "仲間はずれ・無視", "verbal": "悪口・からかい",
		"property": "物かくし・こわす", "multi_school": "複数の学校", "third_party": "本人以外からの知らせ", "other": "その他"}
	states = map[string]string{"waiting": "待っている", "open": "対応中", "handed_off": "学校へ引き継ぎ中", "watching": "見守り", "resolved": "解消",
		"closed": "終了", "all": "すべて"}
	doors = map[string]string{"chat": "チャット", "line": "LINE", "sms": "SMS", "voice": "電話", "phone": "電話", "email": "メール", "letter": "手紙", "visit": "来所",
		"school": "学校の報告"}
	abouts       = map[string]string{"self": "自分のこと", "friend": "友だちのこと", "did": "自分がしたこと", "unsaid": "まだ言えない"}
	answers      = map[string]string{"asked": "返事待ち", "yes": "いいです", "no": "いやです", "later": "まだわからない", "change": "ここを直して"}
	ages         = map[string]string{"": "学年はわからない", "es_low": "小学1〜4年", "es_high": "小学5・6年", "teen": "中学生から"}
	helps        = map[string]string{"team": "緊急支援チーム", "sc_ssw": "スクールカウンセラー・スクールソーシャルワーカー", "lawyer": "弁護士"}
	ways         = map[string]string{"phone": "電話で", "visit": "会って", "paper": "書面で"}
	recipients   = map[string]string{"school": "学校", "police": "警察", "ambulance": "救急", "child_guidance": "児童相談所", "child_center": "市の子どもの担当課", "board": "教育委員会", "guardian": "保護者"}
	observations = map[string]string{"stopped": "行為が止んでいる", "recurred": "また起きた", "apology": "謝罪があった", "child_no_pain": "本人に苦痛がない",
		"parent_no_pain": "保護者から見て苦痛がない", "parent_not_asked": "保護者には確かめない", "absent_total": "年間の欠席日数", "absent_run": "続いている欠席",
		"separate_room": "別室登校など", "hard": "困難ケース（ほかの理由）", "eased": "困難ケースではなくなった", "abused": "虐待の疑い", "crime": "犯罪に当たる疑い", "serious": "重大事態の疑い",
		"declared": "重大事態の申立て", "staff_harm": "学校の職員による害、学校への疑い（学校に知らせない）", "school_clear": "学校への疑いがなくなった", "guardian_care": "保護者注意（保護者に伝えない）", "guardian_clear": "保護者注意を外す", "near": "そばに人がいる", "alone": "本人だけになった"}
	acts = map[string]string{"queue": "一覧を見た", "listen": "一覧の動きを見つづけた", "look": "事案を見た", "claim": "担当した", "release": "手放した", "transfer": "引き継いだ", "second": "二人目を頼んだ",
		"say": "返事した", "look_in": "会話をそばで見た", "whisper": "担当の人にだけ伝えた", "exposure": "重い相談の数を見た", "absence": "休みを記録した", "absence_look": "休みの人の事案を見た",
		"meeting_begin": "会議を始めた", "meeting_look": "会議の議題を見た", "meeting_decide": "会議で決めたことを残した", "meeting_end": "会議を終えた", "kin": "つながる事案を見た", "link": "つながりを書いた", "link_agree": "つながりを確かめた", "link_off": "つながりを取り消した", "part": "人の立場を記録した",
		"call": "電話をかけた", "note": "メモした", "serious": "重大事態の歩みを見た", "serious_list": "重大事態の一覧を見た", "serious_step": "重大事態の歩みを書いた", "serious_text": "重大事態の文書を書いた", "declared": "申立てを記録した", "plan": "対処プランに書いた", "watch": "見守りの期間を長くした", "severity": "緊急度を変えた", "duty": "することを済ませた", "duties": "期限の一覧を見た", "state": "状態を変えた", "observation": "確認を記録した",
		"consent_ask": "伝えてよいか本人にきいた", "family_agree": "保護者に話してよいと確かめた", "family_told": "保護者に話した", "consent_record": "本人の意向を記録した", "handoff_preview": "引き継ぎの下書きを見た", "handoff": "引き継いだ",
		"countersign": "二人目として確認した", "reveal": "記号の元の言葉を見た", "file": "写真やファイルを見た", "taken_look": "取り消されたことばを見た", "taken_drop": "取り消されたことばを消した", "visit": "来所・電話を記録した", "statistics": "件数を見た", "yearly_make": "年度の報告を作った", "yearly_look": "年度の報告を見た",
		"handoff_cover": "届いた連絡の注意を見た", "handoff_recall": "引き継ぎを取り消した", "notify": "通告・連絡を記録した", "handoff_link": "引き継ぎを開くリンクを作った", "link_open": "リンクで引き継ぎを開いた",
		"handoff_list": "届いた連絡の一覧を見た", "handoff_look": "届いた連絡を見た", "handoff_received": "受け取った", "handoff_handling": "対応中と答えた",
		"handoff_needs_help": "人手が要ると答えた", "handoff_wrong_school": "別の学校の件と答えた", "handoff_done": "対応が終わったと答えた",
		"drafts": "書きかけの報告を見た", "draft_save": "報告を書きかけのまましまった", "draft_drop": "書きかけの報告を消した", "meetings": "対策会議の一覧を見た", "searches": "名前で探した記録の一覧を見た",
		"report": "報告した", "report_list": "出した報告を見た", "report_look": "出した報告を名前ごと見た", "filings": "学校の報告の一覧を見た", "filings_export": "学校の報告を書き出した",
		"filing_print": "学校の報告を名前なしで印刷した", "filing_print_named": "学校の報告を名前ごと印刷した", "account_create": "アカウントを作った", "account_disable": "アカウントを止めた",
		"trace": "通信の記録を開いた", "search_ask": "名前で探すことを頼んだ", "search_read": "探す人の名前を見た", "search_end": "探し終わった", "search_look": "見つかった事案の一覧を見た",
		"grant_ask": "二人で開くことを頼んだ", "grant_alone": "一人で開いた", "grant_approve": "開くことを認めた", "grant_approve_spoken": "電話でコードを聞き、開くことを認めてもらった", "grant_spoken_wrong": "電話で聞いたというコードが違った", "grant_refuse": "開くことを認めなかった", "grants": "二人で開くものの一覧を見た",
		"grant_look": "一人で開いたものを確かめた", "disposals": "廃棄の一覧を見た", "destroy": "廃棄した", "keep": "残すかどうかを定めた", "term_keep": "期間が終わった記録を残すと決めた", "term_destroy": "期間が終わった記録を廃棄した", "letters": "手紙の一覧を見た", "letter_look": "手紙の文字を見た", "letter_compare": "手紙の文字を確かめた", "letter_split": "手紙を別の件に分けた",
		"letter_preview": "印刷する返事を見た", "letter_print": "返事を印刷した", "posted": "返事を出したと記録した", "factor_add": "サインインの確認を登録した", "factor_remove": "サインインの確認を外した",
		"handover": "引き継ぎの一覧を見た", "session": "次の人へ残した", "drill_start": "夜の訓練を始めた", "drill_receive": "夜の訓練を受領した", "drill_end": "夜の訓練を終わりにした", "risk": "リスクの見立てを残した", "safety": "安全プランを書いた", "want": "本人の希望を記録した", "bar": "かかわりのある人を外した・戻した", "kept_out": "外された事案を開こうとした",
		"discards": "紙の廃棄の一覧を見た", "discard": "紙の廃棄を記録した", "discard_seen": "紙の廃棄に立ち会ったと記録した",
		"requests": "照会・開示請求の一覧を見た", "request_look": "照会・開示請求を見た", "request_add": "照会・開示請求を受け付けた", "request_propose": "照会・開示請求の答えを決めた", "request_agree": "照会・開示請求の答えを認めた", "request_back": "照会・開示請求の答えを認めなかった", "request_pack": "事案の記録を渡すものにした", "request_letter": "回答の文を開いた", "request_answered": "照会・開示請求に答えたと残した",
		"profile": "勤務と希望を変えた", "account_posts": "アカウントのかかわりを変えた", "account_org": "アカウントの所属先を変えた", "broken": "読めない記録"}
	sorts    = map[string]string{"picture": "写真", "document": "ファイル", "voice": "音声", "video": "動画", "other": "ファイル"}
	openings = map[string]string{"": " の元の言葉を見ました。", "grant_ask": " を二人で開くことを頼みました。", "grant_alone": " を、ほかにだれもいないので一人で開くことにしました。",
		"grant_approve": " を開くことを認めました。", "grant_approve_spoken": " を開くことを、電話でコードを読んで認めました。", "grant_refuse": " を開くことを認めませんでした。", "grant_use": " の元の言葉を見ました。"}
	grounds    = map[string]string{"withdrawn": "書いた人が取り下げた", "expired": "保存の期間が終わった", "identity": "名前と連絡先の期間が終わった"}
	deliveries = map[string]string{"paper": "郵便で出すのを待っています", "sent": "送りました", "delivered": "届きました", "read": "読まれました", "failed": "不達", "opted_out": "受信停止の申し出", "opted_in": "受信再開の申し出"}
	whys       = map[string]string{"blocked": "受信を止められています", "unknown": "宛先がありません", "expired": "期限が過ぎました",
		"no_such_address": "宛先がありません", "invalid_address": "アドレスの形が正しくありません", "mailbox_full": "受信箱がいっぱいです",
		"refused": "相手のメールサーバーが受け取りません", "bounced": "相手のメールサーバーから戻りました"}
)

// word returns the word for a code, or the code itself where there is none.
func word(table map[string]string, key any) string {
	k := fmt.Sprint(key)
	if w, ok := table[k]; ok {
		return w
	}
	return k
}

// found tells how a phrase was found, in each of the ways that foundBy knows once. The rules' own names stand behind it.
func found(rules []string) string {
	var all []string
	for _, r := range rules {
		if how := foundBy(r); !slices.Contains(all, how) {
			all = append(all, how)
		}
	}
	return strings.Join(all, "、")
}

// foundBy tells how a reason was found: by a rule that a person wrote, or by what the machine learned from others' words, which
// is worth less; or that nothing could be found, because nobody could read it.
func foundBy(rule string) string {
	switch rule {
	case "unopened":
		return "機械が開けないため"
	case triage.SilenceRule:
		return "返事がとぎれているため"
	case triage.UnansweredRule:
		return "まだ返事をしていないため"
	case "not_judged":
		return "機械が見立てられなかったため"
	}
	if strings.HasPrefix(rule, triage.Learned) {
		return "似た言い方から（機械の見立て）"
	}
	return "決まった言い方から"
}

// span writes a length of time as people say it, never longer than two words.
func span(d time.Duration) string {
	m := int(d.Minutes())
	switch {
	case m < 1:
		return "1分未満"
	case m < 60:
		return fmt.Sprintf("%d分", m)
	case m < 24*60 && m%60 == 0:
		return fmt.Sprintf("%d時間", m/60)
	case m < 24*60:
		return fmt.Sprintf("%d時間%d分", m/60, m%60)
	}
	return fmt.Sprintf("%d日と%d時間", m/(24*60), m/60%24)
}

// period writes a length of the calendar.
func period(p triage.Period) string {
	switch {
	case p.Months > 0 && p.Days > 0:
		return fmt.Sprintf("%dか月と%d日", p.Months, p.Days)
	case p.Months > 0:
		return fmt.Sprintf("%dか月", p.Months)
	case p.Days > 0:
		return fmt.Sprintf("%d日", p.Days)
	}
	return ""
}
