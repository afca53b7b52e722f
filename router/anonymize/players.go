package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// Names that players and strangers on the net have given themselves, which no list has and no label tells.

// adornments are what such names are adorned with: てつたま♪13, たこわさ★ゼロ, †闇猫†.
const adornments = "★☆♪♬†‡✿❀♡♥❤✩✧◆◇●○◎♂♀※×"

// strangers are whom one knows of a game or the net only by the names of their accounts: behind the の of them stands one.
var strangers = []string{"フレンド", "ふれんど", "フレ", "フレさん", "野良", "ギルメン", "クラメン", "フォロワー", "フォロワーさん", "リスナー", "相互", "視聴者", "対戦相手", "ネッ友", "ネット友達", "ボイチャの人"}

// calledPlayer are words that stand behind the name of who is known by nothing else.
var calledPlayer = []string{"って人", "ってひと", "ってやつ", "って奴", "ってヤツ", "って子", "って名前", "ってなまえ", "ってアカ", "って垢", "ってユーザ", "ってプレイヤー", "ってフレ", "って男", "って大人", "ってのが", "ってのに", "ってのから",
	"っていう人", "っていうひと", "っていうやつ", "っていう奴", "っていう子", "っていうアカ", "っていう名前", "っていうユーザ", "という人", "というひと", "という名前", "というアカ", "という者", "というユーザ", "というプレイヤー", "と名乗る", "となのる", "とかいう人", "とかいうやつ", "とかいう奴"}

// near reports whether a word of where accounts are stands within n runes before start or behind end.
func (s *scan) near(start, end, n int) bool {
	before, behind := s.text(max(0, start-n), start), s.text(end, min(len(s.rs), end+n))
	in := func(w string) bool { return strings.Contains(before, w) || strings.Contains(behind, w) }
	return slices.ContainsFunc(networks, in) || slices.ContainsFunc(strangers, in)
}

// players finds names of accounts that have no label, by how they are written and by what stands near: ゆきんこ@北, ドラゴン将軍2010,
// yuzu.sherbet, フレンドのたこわさ, ボイチャでくろごま将軍って人.
func (s *scan) players() {
	for i, r := range s.rs {
		switch {
		case (r == 'っ' || r == 'と') && s.one(i, calledPlayer...) > 0:
			s.calledPlayer(i)
		case strings.ContainsRune(adornments, r) && (native(s.class(i-1)) || word(s.rune(i-1))) && (native(s.class(i+1)) || word(s.rune(i+1))) && s.one(i+1, accountEnds...) == 0:
			s.player(s.playerFrom(i), s.playerTo(i+1))
		case r == '@' && native(s.class(i-1)) && native(s.class(i+1)):
			s.player(s.playerFrom(i), s.playerTo(i+1))
		case digit(r) && native(s.class(i-1)):
			if end := s.digits(i); end-i >= 2 && end-i <= 4 && s.one(end, "に", "が", "って", "から", "という", "と", "は") > 0 && s.one(end, "から1", "から2", "には", "にな") == 0 {
				if start := s.playerFrom(i); i-start >= 4 && s.class(start) == japanese.Katakana {
					s.player(start, end)
				}
			}
		case r == '.' && letter(s.rune(i-1)) && letter(s.rune(i+1)):
			start, end := s.latinBack(i), i+1
			for word(s.rune(end)) || s.rune(end) == '.' && word(s.rune(end+1)) {
				end++
			}
			if start > 0 && strings.ContainsRune("/@.:", s.rs[start-1]) || s.rune(end) == '/' || i-start < 3 || end-i < 4 {
				continue
			}
			s.player(start, end)
		case r == 'の':
			s.strangerAfter(i)
		}
	}
}

// adorned reports whether what stands at i adorns a name.
func (s *scan) adorned(i int) bool {
	return s.class(i) == japanese.Emoji && !(s.rs[i] >= '←' && s.rs[i] <= '⇿') || strings.ContainsRune(adornments, s.rs[i])
}

// inPlayer reports whether what stands at i may be in the name of an account.
func (s *scan) inPlayer(i int) bool {
	return i >= 0 && i < len(s.rs) && (native(s.class(i)) || word(s.rs[i]) || s.rs[i] == '・' || s.adorned(i))
}

// calledPlayer judges whether what ends before i is the name of an account, where what stands at i says that it is a name: TikTokで|
// もちもち餅🍡|って名前, ボイチャで一緒にやってる|くろまめ侍|って人.
func (s *scan) calledPlayer(i int) {
	from := i
	for s.inPlayer(from-1) && i-from < 2*maxHandle {
		from--
	}
	if !s.near(from, i, 14) && !s.near(from, from, 24) {
		return
	}
	start := from
	for k := from + 1; k < i-1; k++ {
		if !strings.ContainsRune("でのにはがと", s.rs[k-1]) {
			continue
		}
		place := func(w string) bool { return s.back(k-1, w) < k-1 }
		if t := s.token(k - 1); slices.ContainsFunc(networks, place) || slices.ContainsFunc(strangers, place) ||
			t.Part == japanese.Particle && t.End == k && (s.token(k-2).Known || !native(s.class(k-2))) && s.token(k-2).Part != japanese.Particle && k-from >= 3 {
			start = k
		}
	}
	for k := i - 2; k > start; k-- { // 一緒にやってる|くろまめ侍
		if t := s.token(k - 1); t.End == k && (t.Part == japanese.Verb || t.Part == japanese.Auxiliary) && t.Known && strings.ContainsRune("るたいだうくすむ", s.rs[k-1]) {
			start = k
			break
		}
	}
	if s.calls(start, i) {
		s.addAccount(start, i)
	}
}

// calls reports whether what stands from start to end may be a name that somebody has chosen, and not what they do or are: it ends as
// a noun does, and is no word of everyday life by itself.
func (s *scan) calls(start, end int) bool {
	last := end
	for last > start && s.adorned(last-1) {
		last--
	}
	if last-start < 2 || end-start > maxHandle {
		return false
	}
	switch s.token(last - 1).Part {
	case japanese.Verb, japanese.Adjective, japanese.Auxiliary, japanese.Particle, japanese.Pronoun, japanese.Adverb:
		return false
	}
	return !s.commonWord(start, end)
}

// strangerAfter judges the name of an account behind the の at i, where a stranger of the net stands before it: フレンドの|たこわさ|が.
// Words that all are in the dictionary are one only where several are put together: くらげ侍, and not 一覧.
func (s *scan) strangerAfter(i int) {
	if !slices.ContainsFunc(strangers, func(w string) bool { return s.back(i, w) < i }) {
		return
	}
	end, unknown, words := i+1, false, 0
	if t := s.token(i + 1); t == nil || t.Part == japanese.Pronoun || t.Part == japanese.NounAdverb {
		return
	}
	for s.inPlayer(end) && end-i <= maxHandle {
		t := s.token(end)
		if end > i+2 && s.called(end) || end > i+1 && t.Start == end && (t.Part == japanese.Particle || t.Part == japanese.Auxiliary || t.Part == japanese.Verb) && t.Known || end > i+2 && s.one(end, accountEnds...) > 0 {
			break
		}
		if t.Start == end {
			unknown, words = unknown || !t.Known || s.adorned(end), words+1
		}
		end++
	}
	if (unknown && end-i > 3 && !s.thing(i+1, end) || words > 1 && end-i > 4) && s.calls(i+1, end) {
		s.addAccount(i+1, end)
	}
}

// playerFrom returns where the name begins that ends before i: behind a particle or what is no letter.
func (s *scan) playerFrom(i int) int {
	start := i
	for start > 0 && i-start < maxHandle && (native(s.class(start-1)) || s.rs[start-1] == 'ー') {
		if t := s.token(start - 1); t.Part == japanese.Particle && t.End == start && i-start >= 2 {
			break
		}
		start--
	}
	return start
}

// playerTo returns the end of what stands behind the @ or the adornment of a name.
func (s *scan) playerTo(i int) int {
	end := i
	for end < i+6 && native(s.class(end)) && (end == i || s.one(end, accountEnds...) == 0) {
		end++
	}
	return end
}

// player adds the name of an account where a word of accounts stands near it, or the name is called one.
func (s *scan) player(start, end int) {
	if s.near(start, end, 14) || s.one(end, calledPlayer...) > 0 {
		s.addAccount(start, end)
	}
}

// thing reports whether what stands from start to end is a short word of katakana: アイコン, スキン.
func (s *scan) thing(start, end int) bool {
	return end-start <= 5 && !slices.ContainsFunc(s.classes[start:end], func(c japanese.Class) bool { return c != japanese.Katakana })
}
