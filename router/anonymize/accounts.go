package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// accountLabels are words behind which the name of an account stands, whatever it is written with.
var accountLabels = []string{"表示名", "ユーザー名", "ユーザネーム", "ユーザーネーム", "アカウント名", "ハンドルネーム", "プレイヤー名", "プレーヤー名", "アカ名", "垢名", "キャラ名", "ゲーム名", "ゲームネーム", "フレンド名", "チャンネル名", "チーム名",
	"の名前", "のなまえ", "の名まえ"}

var accountPhrases = phrasesIn(accountLabels)

// networks are where accounts are: in front of の名前 they say that it is an account's.
var networks = []string{"ゲーム", "げーむ", "LINE", "ライン", "らいん", "インスタ", "いんすた", "ユーチューブ", "ゆうちゅうぶ", "ゆーちゅーぶ", "YouTube", "TikTok", "ティックトック", "てぃっくとっく", "アプリ", "あぷり",
	"ディスコード", "ディスコ", "Discord", "アカウント", "アカ", "垢", "フォートナイト", "ふぉーとないと", "フォトナ", "マイクラ", "まいくら", "ロブロックス", "スイッチ", "すいっち", "Switch", "オプチャ", "配信", "チャンネル", "ツイッター", "スプラ", "荒野", "ボイチャ", "スマブラ", "チャット", "APEX", "エペ", "ヴァロ", "ポケカ", "モンスト", "プロセカ", "ストーリー", "DM", "ストリーム"}

// accountEnds are words that stand behind an account's name in kana.
var accountEnds = []string{"なんだけど", "です", "だけど", "だよ", "っていう", "って", "という", "で", "が", "に", "を", "から", "は", "も", "と", "の人", "のひと"}

// accounts finds what a label says to be the name of an account, and names of kana with an underscore in them: ここあ_99.
func (s *scan) accounts() {
	for i := range s.rs {
		if n := accountPhrases.at(s.rs, i); n > 0 && (s.rs[i] != 'の' || slices.ContainsFunc(networks, func(w string) bool { return s.back(i, w) < i })) {
			s.account(s.skip(i+n, "はが:：= 、", 2))
		}
		if s.rs[i] == '_' && (native(s.class(i-1)) || native(s.class(i+1))) {
			start, end := i, i+1
			for start > 0 && i-start < maxHandle && (native(s.class(start-1)) || word(s.rs[start-1])) {
				start--
			}
			for word(s.rune(end)) || s.class(end) == japanese.Katakana {
				end++
			}
			s.add(start, end, TypeHandle, 0.7)
		}
	}
}

// account adds the account's name that begins at i, where one does: in quotes, up to a space, or up to what follows a name.
func (s *scan) account(i int) {
	if s.rune(i) == '「' || s.rune(i) == '『' {
		for end := i + 1; end < len(s.rs) && end-i <= maxHandle+1; end++ {
			if s.rs[end] == '」' || s.rs[end] == '』' {
				s.addAccount(i+1, end)
				return
			}
		}
		return
	}
	if s.one(i, "を", "も", "と", "に", "で", "の") > 0 {
		return
	}
	end := i
	for c := s.class(end); end < len(s.rs) && end-i < maxHandle && (native(c) || c == japanese.Latin || c == japanese.Digit || c == japanese.Emoji || strings.ContainsRune("._-", s.rs[end])); c = s.class(end) {
		if end > i+1 && s.one(end, accountEnds...) > 0 {
			break
		}
		end++
	}
	s.addAccount(i, end)
	if s.rune(end) == 'と' { // aya✿といつき.
		k := end + 1
		for ; native(s.class(k)) || word(s.rune(k)); k++ {
			if s.rs[k] == '.' || s.rs[k] == '_' {
				s.addAccount(end+1, k+1)
				return
			}
			if s.particleAt(k) {
				return
			}
		}
	}
}

// quotedAccount adds what stands in quotes at i, where it is written as only accounts are named: IDは「すずめ0812」.
func (s *scan) quotedAccount(i int) {
	for end := i + 1; end < len(s.rs) && end-i <= maxHandle; end++ {
		if s.rs[end] == '」' || s.rs[end] == '』' {
			if strings.ContainsFunc(s.text(i+1, end), word) {
				s.addAccount(i+1, end)
			}
			return
		}
	}
}

// codes finds numbers of cards and pupils that begin with letters or zeros: S2024031, B-0457, IDSC-0388, 00482-7.
func (s *scan) codes() {
	for i := range s.rs {
		if word(s.rune(i-1)) || s.rune(i-1) == '@' || s.rune(i-1) == '/' {
			continue
		}
		k := i
		for k < i+5 && k < len(s.rs) && upper(s.rs[k]) {
			k++
		}
		switch s.text(i, k) {
		case "TEL", "FAX", "NO":
			continue // labels
		}
		letters := k > i
		if letters && s.rune(k) == '-' {
			k++
		}
		end, n := k, 0
		for digit(s.rune(end)) || s.rune(end) == '-' && digit(s.rune(end+1)) && end > k {
			if s.rs[end] != '-' {
				n++
			}
			end++
		}
		zeros := !letters && s.is(i, "00") && strings.ContainsRune(s.text(k, end), '-')
		if (letters && n >= 4 || zeros && n >= 5 && n <= 9) && !word(s.rune(end)) && s.rune(end) != '/' && s.rune(end) != '年' && s.rune(end) != '円' {
			s.add(i, end, TypeIDNumber, 0.6)
		}
	}
}

// spelledHandle adds the account's name at i behind an @ that is spelled out and ends at k: アット|rin_0412. It returns the end of it,
// or 0, where somebody's box of mail is in front of the @.
func (s *scan) spelledHandle(i, k int) int {
	for _, at := range ats {
		if k = s.back(k, at); k < i {
			break
		}
	}
	end := i
	for word(s.rune(end)) {
		end++
	}
	if k > 0 && word(s.rune(s.spaceBack(k)-1)) || end-i < 4 || commonLatin(s.text(i, end)) {
		return 0
	}
	s.add(i, end, TypeHandle, 0.6)
	return end
}

// addAccount adds what stands from start to end, if a name can be so.
func (s *scan) addAccount(start, end int) {
	name := s.text(start, end)
	if end-start < 2 || s.a.words.stop[name] || s.a.words.kanaStop[japanese.HiraganaOf(name)] || s.a.words.generic(name) || commonLatin(name) || strings.HasPrefix(name, "知") || strings.HasPrefix(name, "変") {
		return
	}
	s.add(start, end, TypeHandle, 0.7)
}

// kanaTLDs are how the ends of hosts are read.
var kanaTLDs = []string{"こむ", "じぇーぴー", "じぇいぴー", "ねっと", "おーあーるじー", "ぴーしー"}

// kanaMail finds addresses of mail that are written as they are read: ゆなまる あっと いぐざんぷる どっと こむ.
func (s *scan) kanaMail() {
	for i := range s.rs {
		if !s.says(i, "あっと") || i == 0 {
			continue
		}
		dot, end := 0, 0
		for j := i + 3; j < min(len(s.rs), i+maxNet/4) && (native(s.class(j)) || s.rs[j] == ' ' || s.rs[j] == 'ー' || s.rs[j] == '・' || word(s.rs[j])); j++ {
			if s.says(j, "どっと") {
				dot = j
				k := s.skip(j+3, " ・", 1)
				for _, t := range kanaTLDs {
					if s.says(k, t) {
						end = k + len([]rune(t))
					}
				}
			}
		}
		if dot == 0 || end < dot {
			continue
		}
		start := i
		for range 2 { // the user, perhaps of two words
			k := s.spaceBack(start)
			if dotted := s.rune(k-1) == '・'; dotted {
				k--
			} else if k > 0 && s.particleAt(k-1) && k < start {
				break
			}
			for k > 0 && i-k < maxHandle+8 && (native(s.class(k-1)) || word(s.rs[k-1]) || s.rs[k-1] == 'ー') && !(s.rs[k-1] == 'は' && k < i-2) {
				k--
			}
			start = k
		}
		s.add(start, end, TypeEmail, 0.8)
	}
}
