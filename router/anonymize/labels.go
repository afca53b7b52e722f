package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// Labels, and the numbers and accounts behind them.

// seatLabels stand before a number that may have one digit only, thingLabels before one that has at least four characters, and
// numberLabels before any other. What has an ID of its own, タブレットのID, is no account.
var (
	seatLabels = []string{"出席番号", "しゅっせき番号", "しゅっせきばんごう", "出席ばんごう", "背番号", "せばんごう", "出席簿", "名簿", "shusseki bangou", "shusseki bango",
		"くつばこ", "くつ箱", "靴箱", "下駄箱", "げた箱", "げたばこ", "ロッカー", "ゼッケン", "給食番号"}
	thingLabels = []string{"ナンバープレート", "ナンバー", "なんばー", "カード", "かーど", "会員証", "学生証", "生徒証", "利用証", "手帳", "会員", "児童票", "生徒票", "児童コード", "生徒コード", "学生コード", "会員コード", "個人コード",
		"タブレット", "たぶれっと", "端末", "クロームブック", "Chromebook", "chromebook", "パソコン", "機体", "ログイン", "ろぐいん", "ステッカー", "鑑札", "防犯登録", "生徒手帳", "学生手帳", "療育手帳", "母子手帳", "図書カード", "利用者カード", "貸出カード", "図書館カード"}
	numberLabels = []string{"学籍番号", "学籍", "受験番号", "会員番号", "学生番号", "生徒番号", "児童番号", "整理番号", "診察券", "マイナンバー", "個人番号",
		"保険証", "口座番号", "口座", "免許証", "パスポート", "在留カード", "暗証番号", "パスワード", "登録番号", "受付番号", "証番号", "カード番号", "シリアル", "記号番号", "番号",
		"がくせきばんごう", "せいりばんごう", "かいいんばんごう", "じゅけんばんごう", "gakuseki bangou", "No.", "№", "車番", "利用者番号", "整理券", "受診券", "しんさつけん", "しんさつ券", "診察カード", "定期の番号",
		"タブレットのID", "タブレットID", "端末のID", "端末ID", "パソコンのID", "パソコンID", "ログインID", "ログインのID", "学生ID", "生徒ID", "児童ID", "カードのID", "カードID", "学習ID", "クロームブックのID", "ChromebookのID"}
	idLabels = slices.Concat(seatLabels, thingLabels, numberLabels)
)

var handleLabels = []string{"LINE", "line", "Line", "ライン", "インスタ", "Instagram", "instagram", "TikTok", "tiktok", "ティックトック",
	"Twitter", "twitter", "ツイッター", "X", "Discord", "discord", "ディスコード", "ディスコ", "カカオ", "アカウント", "アカ", "垢", "ID", "id", "Id",
	"ユーザー名", "ユーザ名", "ハンドル", "スナチャ", "BeReal", "YouTube", "Steam", "フォートナイト", "荒野", "Switch", "フレコ", "フレンドコード", "@",
	"Threads", "threads", "スレッズ", "PSN", "プレステ", "フォトナ", "ロブロックス", "Roblox", "ロブロ", "マイクラ", "トレーナーコード", "招待コード", "フレンドID", "ユーザーID", "ゲームID", "プレイヤーID", "アカウントID"}

var idPhrases, seatPhrases, thingPhrases, handlePhrases = phrasesIn(idLabels), phrasesIn(seatLabels), phrasesIn(thingLabels), phrasesIn(handleLabels)

// labelled finds what a label in front of it says to be a number or an account.
func (s *scan) labelled() {
	for i := 0; i < len(s.rs); i++ {
		if n := idPhrases.at(s.rs, i); n > 0 && !s.before(i, 2, "郵便", "ゆうびん") {
			if start, end := s.numberAfter(i, n); end > start {
				s.out = slices.DeleteFunc(s.out, func(o spot) bool { return o.t == TypeHandle && o.start >= i && o.end <= end })
				s.add(start, end, TypeIDNumber, 1)
				i = end - 1
				continue
			}
		}
		if n := handlePhrases.at(s.rs, i); n > 0 && !(letter(s.rune(i-1)) && letter(s.rs[i])) && !(s.rs[i] == 'ラ' && s.class(i-1) == japanese.Katakana) && !(s.rs[i] == '@' && word(s.rune(i-1))) && (!letter(s.rune(i+n)) || !letter(s.rs[i]) || s.is(i, "ID") && native(s.class(i-1))) {
			s.accountAfter(i + n)
		}
	}
}

// numberAfter returns where the number begins and ends that stands behind the label of n runes at i; nothing where none does.
func (s *scan) numberAfter(i, n int) (start, end int) {
	seat := seatPhrases.at(s.rs, i) == n
	j := s.skip(i+n, "はがのを:：=・ ", 2)
	j += s.one(j, "番号", "ナンバー", "NO", "No", "no")
	j = s.skip(j, "はがのを:：=・ 号第.#がですわ「(", 6)
	end = j
	between := func(r rune) bool {
		return (r == ' ' && !seat || r == '・') && digit(s.rune(end+1)) && digit(s.rune(end-1))
	}
	for end < len(s.rs) && (digit(s.rs[end]) || letter(s.rs[end]) || s.rs[end] == '-' || between(s.rs[end])) {
		end++
	}
	least := 3
	switch {
	case seat:
		least = 1
		for end == j && numeral(s.rune(end)) || end > j && numeral(s.rune(end)) {
			end++
		}
		if end == j {
			_, end = s.counted(j)
		}
	case thingPhrases.at(s.rs, i) == n:
		least = 4
	case s.is(i+n-2, "番号"):
		for r := s.rune(end); numeral(r); r = s.rune(end) {
			end++ // 学籍番号一九〇五五二
		}
	}
	unit := s.one(end, "番", "ばん")
	if s.rune(j-1) == '第' {
		unit = s.one(end, "号")
	}
	text := s.text(j, end)
	if k := s.back(j, "No."); k < j {
		start = k
	} else {
		start = j
	}
	if len(text) < least || !strings.ContainsAny(text, "0123456789") && (unit == 0 && end-j < 5 || end == j) || s.phone(j) != 0 && !s.is(i+n-2, "番号") ||
		least == 4 && s.one(end, "円", "枚", "人", "回", "年", "個", "日", "月", "時", "番目", "台", "ページ") > 0 {
		return 0, 0
	}
	return start, end + unit
}

// accountAfter judges what stands behind the label of an account, which ends at i.
func (s *scan) accountAfter(i int) {
	j := i
	for range 4 {
		j = s.skip(j, "はがのをで:：=・ 検索ってなら「『@\"(（これねだよ→、\n", 6)
		n := s.one(j, "ID", "Id", "アカウント", "垢", "名前")
		if n == 0 && s.is(j, "id") && !word(s.rune(j+2)) {
			n = 2
		}
		j += n
	}
	j = min(j, i+12)
	end := j
	for end < len(s.rs) && (word(s.rs[end]) || end-j >= 3 && strings.ContainsRune(", ", s.rs[end]) && digit(s.rune(end-1)) && digit(s.rune(end-3)) && digit(s.rune(end+3))) {
		end++
	}
	if s.rune(end) == '#' && digit(s.rune(end+1)) {
		for end++; digit(s.rune(end)); end++ {
		}
	}
	if k := j - 1; end == j && (s.rune(k) == '「' || s.rune(k) == '『') && strings.ContainsRune("は:：名前", s.rune(k-1)) {
		s.quotedAccount(k)
	}
	for end > j && strings.ContainsRune(".-+", s.rs[end-1]) {
		end--
	}
	if name := s.text(j, end); end-j >= 4 && !commonLatin(name) {
		s.add(j, end, TypeHandle, 0.9)
	}
}

// skip passes over at most n runes that are in set.
func (s *scan) skip(i int, set string, n int) int {
	for ; n > 0 && i < len(s.rs) && strings.ContainsRune(set, s.rs[i]); n-- {
		i++
	}
	return i
}
