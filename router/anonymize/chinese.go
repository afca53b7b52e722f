package anonymize

import (
	"strings"

	"madoguchi/triage/japanese"
)

// chineseOnly are characters of Chinese that Japanese does not write, simplified and traditional.
const chineseOnly = "们這这说說没沒么麼为时对讓让给谁请还过话语师杀见觉样应该爱厌讨伤脸头顶电车书钱铃难岁级边远运门问间听读东发开关实现长马课错怀怕吗嗎呢吧啊呀嘛哪妈媽爸爷姐妳您你她们們咱很别带经无从两药疼帮幫骂會對學"

// chinese finds the sentences that are in Chinese, and the names in them.
func (s *scan) chinese() abroad {
	var out abroad
	for i := 0; i < len(s.rs); {
		end := i
		for end < len(s.rs) && !strings.ContainsRune("。！？!?\n", s.rs[end]) {
			end++
		}
		if s.isChinese(i, end) {
			out.stretches = append(out.stretches, run{i, end})
			out.names = append(out.names, s.namedInChinese(i, end)...)
		}
		i = end + 1
	}
	return out
}

// isChinese reports whether the sentence from start to end has characters that are Chinese alone, and no kana.
func (s *scan) isChinese(start, end int) bool {
	kanji, only := 0, 0
	for i := start; i < end; i++ {
		switch s.classes[i] {
		case japanese.Hiragana, japanese.Katakana:
			return false
		case japanese.Kanji:
			kanji++
			if strings.ContainsRune(chineseOnly, s.rs[i]) || s.rs[i] == '我' && !strings.ContainsRune("慢流々儘", s.rune(i+1)) {
				only++
			}
		}
	}
	return only > 0 && kanji >= 3
}

// What stands in front of a name in a Chinese sentence, besides a mark, and what behind it.
const (
	beforeChinese = "被把和跟叫让讓给給是对對向找里的"
	afterChinese  = "打骂罵踢推说說叫让讓把在和跟总總每毎又也都欺抢搶拿给給用是对對不就会會想要笑偷摸拍喜讨討的老"
)

// titlesInChinese are how somebody is called behind the name.
var titlesInChinese = []string{"老师", "老師", "同学", "同學", "先生", "小姐", "阿姨", "叔叔", "教练", "医生", "校长"}

// longestInChinese is the length of the longest name, in runes.
const longestInChinese = 5

// namedInChinese returns who is named from start to end: who is called 叫, is called 老师 or 同学, or does something.
func (s *scan) namedInChinese(start, end int) []spot {
	var names []spot
	for i := start; i < end; i++ {
		if s.classes[i] != japanese.Kanji {
			continue
		}
		opens := i == start || s.classes[i-1] != japanese.Kanji || strings.ContainsRune(beforeChinese, s.rs[i-1])
		if n := s.one(i-2, "我叫", "他叫", "她叫", "名叫", "字叫", "字是"); n > 0 {
			j := i
			for j < end && j < i+longestInChinese && s.classes[j] == japanese.Kanji {
				j++
			}
			if j-i >= 2 && (j == end || s.classes[j] != japanese.Kanji) {
				names = append(names, spot{i, j, TypePerson, 0.8})
				i = j - 1
			}
			continue
		}
		if !opens {
			continue
		}
		for l := min(longestInChinese, end-i); l >= 1; l-- {
			j := i + l
			called := s.one(j, titlesInChinese...) > 0
			if called && s.familyInChinese(i, j) || l >= 2 && s.familyInChinese(i, j) && (j == end || s.classes[j] != japanese.Kanji || strings.ContainsRune(afterChinese, s.rs[j])) {
				names = append(names, spot{i, j, TypePerson, 0.8})
				i = j - 1
				break
			}
		}
	}
	return names
}

// surnames are family names of China that begin few words.
const surnames = "王李张張刘劉陈陳杨楊赵趙吴吳孙孫朱胡郭林罗羅郑鄭梁宋唐韩韓曹邓鄧萧蕭冯馮蔡彭潘袁董余叶葉蒋蔣杜苏蘇魏吕呂丁沈姚卢盧姜崔谭譚陆陸汪范廖贾賈傅邹鄒孟熊秦邱侯阎薛"

// asJapanese are simplified characters of Japanese names.
var asJapanese = strings.NewReplacer("铃", "鈴", "泽", "沢", "边", "辺", "桥", "橋", "岛", "島", "滨", "浜", "冈", "岡", "绪", "緒", "长", "長", "门", "門", "马", "馬", "东", "東", "关", "関", "广", "広", "龙", "竜",
	"见", "見", "饭", "飯", "户", "戸", "叶", "葉", "风", "風", "远", "遠", "斋", "斎", "贺", "賀", "须", "須", "鹤", "鶴", "后", "後", "樱", "桜", "爱", "愛", "优", "優", "凉", "涼", "纯", "純", "实", "実", "阳", "陽",
	"结", "結", "织", "織", "纱", "紗", "绫", "綾", "顺", "順", "丽", "麗", "贵", "貴", "渊", "渕", "泷", "滝", "齐", "斉", "濑", "瀬", "绳", "縄", "仓", "倉", "园", "園", "冲", "沖")

// familyInChinese reports whether what stands from start to end is a name of China by its family name, 王小明, or one of Japan by
// the lists.
func (s *scan) familyInChinese(start, end int) bool {
	if n := end - start; n <= 3 && strings.ContainsRune(surnames, s.rs[start]) && !strings.ContainsAny(s.text(start+1, end), chineseOnly+afterChinese+"人天") {
		return true
	}
	text := asJapanese.Replace(s.text(start, end))
	if s.a.words.stop[text] || s.a.words.city(text) || s.a.words.everyday[text] || text == "馬上" || strings.ContainsAny(text, chineseOnly) {
		return false
	}
	fam, _, full := s.a.names.split(text)
	return end-start >= 2 && (full && !s.a.words.stop[fam] || s.a.names.is(text, family))
}
