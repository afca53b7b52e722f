package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// shops are words in front of a shop's name.
var shops = phrasesIn([]string{"道の駅", "生鮮市場", "ららぽーと", "アリオ", "イオンモール", "ゆめタウン", "フレスポ", "アピタ", "コストコ", "回転寿司", "定食屋", "そば処", "すし処", "寿司処", "とんかつ", "児童養護施設", "養護施設", "スーパー", "居酒屋", "コンビニ", "マンガ喫茶", "漫画喫茶", "ネットカフェ", "ネカフェ", "カフェ", "パン工房", "ケーキ屋", "弁当屋", "洋菓子", "和菓子", "菓子処", "銭湯", "駄菓子の", "おもちゃの", "玩具の", "文具の", "文房具の", "クリーニングの", "ゲームパーク", "駄菓子屋", "だがしやの", "だがしや", "だがしの", "喫茶", "お好み焼き", "おこのみやき", "たこ焼き", "ゲームセンター", "ゲームランド", "ゲーセン", "カラオケ", "ラーメン", "らーめん", "らあめん", "麺屋", "めん処", "うどん屋", "タピオカ屋", "クレープ屋", "焼き鳥屋", "焼肉", "食堂", "パン屋", "ドラッグ", "ホームセンター", "スナック", "イオン", "美容室", "文具", "八百屋", "肉屋", "本屋", "花屋", "薬局", "クリニック", "児童館", "学童保育", "学童クラブ", "こども食堂", "子ども食堂", "放課後デイ", "作業所", "フリースクール", "デイサービス", "ピアノ教室", "英会話", "スイミング", "ダンススクール"})

// shop judges a shop by the word in front of its name, as far as a word of place: スーパーたなげの前, ゲームランド銀河で.
func (s *scan) shop(i int) {
	n := shops.at(s.rs, i)
	if n == 0 || s.class(i-1) == japanese.Katakana && s.class(i) == japanese.Katakana {
		return
	}
	start := s.skip(i+n, " 「『・", 1)
	if end := s.kanaShop(start, s.rs[i+n-1] == 'の'); end > start {
		s.add(i, end, TypePlace, 0.6)
		return
	}
	c := s.class(start)
	for k := start; k < len(s.rs) && k < start+9; k++ {
		if x := s.class(k); x != japanese.Hiragana && x != japanese.Katakana && x != japanese.Kanji && x != japanese.Latin && s.rs[k] != 'ー' || c == japanese.Kanji && x == japanese.Hiragana {
			break
		}
		end := k + 1
		if end-start < 2 {
			continue
		}
		beside := s.one(end, "の前", "のまえ", "の横", "のよこ", "の裏", "のうら", "の駐車場", "の近く", "のちかく", "の向かい", "の隣", "のとなり", "の角", "の入口", "の入り口", "のトイレ", "のフードコート", "の帰り", "のレジ", " の前", " のまえ", "亭", "屋の") > 0
		ends := c != japanese.Hiragana && s.class(k) != japanese.Hiragana && s.class(end) != s.class(k) && (s.one(end, "で", "に", "から", "へ", "、", "って", "店") > 0 || end == len(s.rs))
		name := s.text(start, end)
		if (beside || ends) && !s.a.words.generic(name) && !s.a.words.stop[name] {
			end += s.one(end, "亭", "店")
			s.add(i, end, TypePlace, 0.6)
			return
		}
	}
}

// kanaShop returns the end of a shop's name in kana that begins at i, where a word of place follows: 喫茶まどかの二階, コンビニひだまりまで;
// or i. Behind の what is for sale may stand as well, and only a word that the dictionary lacks, or knows as a name, is one: 駄菓子のみよしで.
func (s *scan) kanaShop(i int, sold bool) int {
	for end := i + 2; end <= min(i+5, len(s.rs)-1); end++ { // 駄菓子の|みよし
		name := s.spoken(i, end)
		if s.class(i) == s.class(end-1) && !s.a.words.kanaStop[name] && (s.a.words.modernKana[name] || s.a.names.is(name, familyKana|givenKana)) && (s.class(end) != s.class(i) || s.class(i) == japanese.Hiragana) && s.one(end, "で", "まで", "の", "に", "から") > 0 {
			return end
		}
	}
	if end := s.shownShop(i); !sold && end > i {
		return end
	}
	end, first := i, s.token(i)
	if first == nil || first.Start != i || s.class(i) != japanese.Hiragana && (!sold || s.class(i) != japanese.Katakana) {
		return i
	}
	for end < len(s.rs) && end-i < maxKanaPlace && (s.class(end) == s.class(i) || s.rs[end] == 'ー') {
		t := s.token(end)
		if t.Start == end && t.Part == japanese.Particle && end-i >= 2 {
			if k := end + 2; s.rs[end] == 'の' && strings.ContainsRune("子家森丘里木花星風空海", s.rune(end+1)) && s.class(k) != japanese.Kanji {
				end = k // くるみの家
			}
			break
		}
		if t.Part == japanese.Particle && end == i {
			return i
		}
		end++
	}
	if t := s.token(end - 1); end > i && (t.Part == japanese.Verb && t.Known && t.End == end || t.Part == japanese.Adjective || t.Part == japanese.Auxiliary && s.one(end, "で", "に", "の") == 0) {
		return i // カラオケ|いった
	}
	name := s.spoken(i, end)
	w := s.a.words
	if end-i < 2 || w.generic(name) || w.stop[name] || w.nickStop[name] || w.times[name] || sold && (w.kanaStop[name] || s.commonWord(i, end)) {
		return i
	}
	if first.Known && (first.Part == japanese.Adverb && s.rs[end-1] != 'り' || first.Part == japanese.Pronoun || first.Part == japanese.NounAction || first.Part == japanese.NounAdverb || first.Part == japanese.Interjection) {
		return i
	}
	if k := end + s.one(end, "館", "亭", "屋", "堂", "店", "軒"); k > end {
		return k
	}
	if s.one(end, "で", "に", "から", "まで", "の", "へ", "前", "、") == 0 || strings.ContainsRune("ぁぃぅぇぉゃゅょっんー", s.rs[i]) {
		return i
	}
	return end
}

// shownShop returns the end of a shop's name in hiragana that begins at i, where the dictionary finds no words in it that begin and
// end with it: スーパー|まるはち|で, カフェ|こもれび|です; or i.
func (s *scan) shownShop(i int) int {
	if s.class(i) != japanese.Hiragana || s.class(i-1) == japanese.Hiragana {
		return i
	}
	for end := i + 3; end <= i+6 && s.class(end) == japanese.Hiragana && s.class(end-1) == japanese.Hiragana; end++ {
		if s.one(end, "です", "で", "に", "から", "まで", "の") == 0 {
			continue
		}
		first, last := s.token(i), s.token(end-1)
		if first.Part == japanese.Particle || first.Part == japanese.Auxiliary || first.Part == japanese.Adverb || first.Part == japanese.Pronoun || first.End >= end && first.Known && last.End == end {
			return i
		}
		if last.End > end || !last.Known || last.End == end && last.End-last.Start == 1 && last.Part != japanese.Particle && last.Part != japanese.Auxiliary {
			return end
		}
		return i
	}
	return i
}
