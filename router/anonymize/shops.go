package anonymize

import "madoguchi/triage/japanese"

// shops are words in front of a shop's name.
var shops = phrasesIn([]string{"スーパー", "居酒屋", "駄菓子屋", "だがしやの", "だがしや", "だがしの", "喫茶", "お好み焼き", "おこのみやき", "たこ焼き", "ゲームセンター", "ゲームランド", "ゲーセン", "カラオケ", "ラーメン", "焼肉", "食堂", "パン屋", "ドラッグ", "ホームセンター", "スナック", "イオン", "美容室", "文具", "八百屋", "肉屋"})

// shop judges a shop by the word in front of its name, as far as a word of place: スーパーたなげの前, ゲームランド銀河で.
func (s *scan) shop(i int) {
	n := shops.at(s.rs, i)
	if n == 0 || s.class(i-1) == japanese.Katakana && s.class(i) == japanese.Katakana {
		return
	}
	start := s.skip(i+n, " 「『", 1)
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
