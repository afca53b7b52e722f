package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// TestPlayers: names of accounts that their owners have made up and no label tells, what only stands where such a name may, and
// schools and shops that are said shortly or in kana.
func TestPlayers(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"ゲームでくろごま将軍って人に住所きかれた":    "ゲームで[アカウント1]って人に住所きかれた",
		"ディスコで知り合ったしろくまラテって人":     "ディスコで知り合った[アカウント1]って人",
		"スプラのフレンドのたこわさ★ゼロが来るって":   "スプラのフレンドの[アカウント1]が来るって",
		"マイクラのギルメンのそらねこ大王が殺すって":   "マイクラのギルメンの[アカウント1]が殺すって",
		"Xのフォロワーの†堕天使ルシ†から通話きた":   "Xのフォロワーの[アカウント1]から通話きた",
		"ゲームで死にたいって人がいて心配":        "ゲームで死にたいって人がいて心配",
		"荒野で会おうって人がいる":            "荒野で会おうって人がいる",
		"ゲームで友達って人に金とられた":         "ゲームで友達って人に金とられた",
		"フレンドの申請が来てこわい":           "フレンドの申請が来てこわい",
		"フォロワーのみんな、またね":           "フォロワーのみんな、またね",
		"消えたい♡って子とDMしてる":          "消えたい♡って子とDMしてる",
		"部活のLINEでめちゃくちゃ言われてる🥹今日":  "部活のLINEでめちゃくちゃ言われてる🥹今日",
		"うみのほし保育園の保育士です":          "[学校1]の保育士です",
		"バイト先のスーパーまるはちで怒鳴られた":     "バイト先の[場所1]で怒鳴られた",
		"バ先はカフェこもれびです":            "バ先は[場所1]です",
		"学童保育くるみの家の指導員":           "[場所1]の指導員",
		"カラオケいったらぬがされた。カフェいきたい":   "カラオケいったらぬがされた。カフェいきたい",
		"聖マルタ女子に通ってます":            "[学校1]に通ってます",
		"光ヶ浜中学校　3 ー 2　学籍番号　30218": "[学校1]　[組1]　学籍番号　[番号1]",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
}
