package console

import (
	"net/http"
	"net/netip"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/staff"
)

// askTrace asks a second person whether the live connection of somebody in danger may be looked at.
func (c *Console) askTrace(r *http.Request, p staff.Person, id triage.CaseID) (result, error) {
	g, err := c.Desk.AskTrace(r.Context(), p, id, r.PostForm.Get("reason"))
	res := result{Say: "もう一人の確認をお願いしました。認められたら、「二人で開く」で開いてください。", To: "/reveals"}
	if g.Alone {
		res.Say = "ほかにだれもいないので、すぐに開けます。「二人で開く」で開いてください。"
	}
	return res, err
}

// ofProxy reports whether the address is no seeker's: nobody whom the operator trusts told it, and none of the internet's is like it.
func ofProxy(p triage.Peer) bool {
	a, err := netip.ParseAddr(p.Address)
	return !p.Proxied && (err != nil || !a.Unmap().IsGlobalUnicast() || a.Unmap().IsPrivate())
}

// traced shows to a script what is known of a connection.
func traced(t desk.Traced) result {
	if len(t.Peers) == 0 {
		return result{Say: "いま聞いています。数秒待って、もう一度「開く」を押してください。相手がページを閉じていると、わかりません。"}
	}
	var lines []string
	for _, p := range t.Peers {
		if ofProxy(p) {
			return result{Say: "わかったのは、窓口の前にある中継のコンピューターのアドレスだけです。本人のアドレスではないので、警察などには伝えないでください。本人のアドレスを調べられるようにするには、システムの担当者に「PUBLIC_PROXIES」の設定を頼んでください。位置は、110番や携帯電話会社への照会など、ほかの方法で警察に調べてもらえます。"}
		}
		lines = append(lines, p.Address+"　ポート "+p.Port+"　"+p.At.UTC().Format(time.DateTime+".000")+"（協定世界時）")
	}
	return result{Say: "開きました。警察に伝えるときは、アドレス・ポート・時刻の三つをそのまま伝えてください。", Values: map[string]string{t.Grant.What: strings.Join(lines, "　／　")}}
}
