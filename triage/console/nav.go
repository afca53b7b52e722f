package console

import (
	"madoguchi/triage/staff"
	"madoguchi/triage/web"
)

// places are all pages that one comes to without a case, in the order of a day's work. Those that are wanted daily stand in
// the bar; the others (More) are one press away, so that the bar stays one line on the smallest screen in use.
var places = [...]web.Link{
	{Href: "/queue", Label: "事案"},
	{Href: "/letters", Label: "手紙"},
	{Href: "/duties", Label: "期限"},
	{Href: "/handover", Label: "引き継ぎ", More: true},
	{Href: "/mates", Label: "当番", More: true},
	{Href: "/visits", Label: "来所・電話の記録"},
	{Href: "/school", Label: "連絡"},
	{Href: "/school/reports", Label: "報告"},
	{Href: "/filings", Label: "学校の報告", More: true},
	{Href: "/serious", Label: "重大事態", More: true},
	{Href: "/board", Label: "いまの様子", More: true},
	{Href: "/drills", Label: "夜の訓練", More: true},
	{Href: "/meetings", Label: "対策会議", More: true},
	{Href: "/absences", Label: "休みの人の事案", More: true},
	{Href: "/exposure", Label: "重い相談の数", More: true},
	{Href: "/statistics", Label: "件数", More: true},
	{Href: "/reveals", Label: "二人で開く", More: true},
	{Href: "/searches", Label: "名前で探す", More: true},
	{Href: "/requests", Label: "照会・開示請求", More: true},
	{Href: "/audit", Label: "見た人の記録", More: true},
	{Href: "/disposals", Label: "廃棄", More: true},
	{Href: "/discards", Label: "紙の廃棄", More: true},
	{Href: "/accounts", Label: "アカウント", More: true},
	{Href: "/security", Label: "サインインの安全", More: true},
}

// bar is how many links fit beside one another.
const bar = 6

// nav lists the pages of a role, its first page first: what the policy allows of all there are.
func nav(p staff.Person) []web.Link {
	var links []web.Link
	for _, l := range places {
		if staff.Allowed(p.Role, staff.Row("GET", l.Href)) {
			links = append(links, l)
		}
	}
	if len(links) <= bar {
		for i := range links {
			links[i].More = false
		}
	}
	return links
}
