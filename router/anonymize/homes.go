package anonymize

import (
	"slices"
	"strings"

	"madoguchi/triage/japanese"
)

// What stands beside the name of a place, and makes an address of it: numbers of lots, blocks and rooms, a postcode, a city
// between the two, a building on the next line.

// homes finds them, when all places are found.
func (s *scan) homes() {
	for _, o := range s.out[:len(s.out):len(s.out)] {
		switch o.t {
		case TypePlace:
			s.placeNumbers(o)
		case TypeSchool:
			if end := s.triple(o.end); end > o.end { // 下小田中5-3-17
				s.add(o.start, s.house(s.wing(end)), TypeAddress, 0.7)
			}
		}
	}
	for _, o := range s.out[:len(s.out):len(s.out)] {
		if o.t == TypeAddress {
			s.postal(o)
			s.nextLine(o)
		}
	}
}

// publicPlaces end the names of places in which nobody lives.
var publicPlaces = []string{"駅", "公園", "店", "モール", "センター", "場", "橋", "川", "山", "校舎", "校", "病院", "医院", "神社", "館", "塾", "グラウンド", "プール", "広場", "コース", "大会", "カップ", "リーグ", "ドーム"}

// placeNumbers judges the numbers behind a place: 上荒田15-9, 富塚町 2104-33, 長窪乙632, 川端団地C棟11, パークタワー海神1203.
func (s *scan) placeNumbers(o spot) {
	o.start = s.behindLabel(o.start, o.end)
	name := s.text(o.start, o.end)
	home := houseName(name)
	if s.exercise(s.skip(o.end, " ", 1)) || !home && s.class(o.end-1) == japanese.Katakana || slices.ContainsFunc(lots, func(w string) bool { return strings.HasSuffix(name, w) }) {
		return
	}
	if !home && slices.ContainsFunc(publicPlaces, func(w string) bool { return strings.HasSuffix(name, w) }) {
		return
	}
	k := s.skip(o.end, " ", 1)
	if strings.ContainsRune("甲乙丙", s.rs[o.end-1]) {
		k = o.end - 1
	}
	if end := s.lot(k); end > k && s.rs[o.end-1] != 'の' {
		s.add(o.start, s.house(s.wing(end)), TypeAddress, 0.7)
		return
	}
	if end := s.roomBehind(o.end, home); end > o.end {
		s.add(o.start, end, TypeAddress, 0.7)
	}
}

// lot returns the end of a lot's numbers at i, 15-9, 5の3の17, and perhaps 乙 in front of one; or i.
func (s *scan) lot(i int) int {
	k := i + s.one(i, "甲", "乙", "丙")
	end := s.digits(k)
	if end == k || end > k+5 || s.rs[k] == '0' {
		return i
	}
	parts := 1
	for parts < 4 && (s.rune(end) == '-' || s.rune(end) == 'の' || s.rune(end) == 'ノ') && digit(s.rune(end+1)) {
		end = s.digits(end + 1)
		parts++
	}
	if parts == 1 && (k == i || end < k+2) || s.rune(end) == '-' && digit(s.rune(end+1)) || s.one(end, scores...) > 0 {
		return i
	}
	return end
}

// scores are words behind two numbers that are no lot's.
var scores = []string{"で負", "で勝", "でまけ", "でかっ", "だった", "の負", "の勝", "の試合", "で引き", "の引き", "月", "日", "時", "分", "年", "歳", "才", "点", "対", "円", "人", "回", "位", "組", "%", "番線", "個", "kg", "cm", "km", "m", "階", "つ", "本", "枚", "名", "倍"}

// behindLabel returns where a place begins from start to end, behind the word that says that somebody lives there: 住所|青葉台.
func (s *scan) behindLabel(start, end int) int {
	for k := start; k < end; k++ {
		if n := s.one(k, "住所", "自宅", "所在地", "差出人", "連絡先"); n > 0 {
			start = k + n
		}
	}
	return start
}

// wing returns the end of a letter behind a lot's numbers at i, perhaps with a room, 17-B, 3-B202; or i.
func (s *scan) wing(i int) int {
	if end := s.digits(i + 2); s.rune(i) == '-' && upper(s.rune(i+1)) && !word(s.rune(end)) {
		return end
	}
	return i
}

// roomBehind returns the end of the block and room at i behind a building's name: C棟12, 3棟, 12街区3-401, 1203, B-3; or i.
func (s *scan) roomBehind(i int, home bool) int {
	end, units := i, false
	for range 3 {
		k := s.skip(end, " の・", 1)
		if end > i {
			k = s.skip(end, " の-", 1)
		}
		first := k
		if upper(s.rune(k)) && (digit(s.rune(k+1)) || strings.ContainsRune("-棟", s.rune(k+1))) {
			k = s.skip(k+1, "-", 1)
		}
		n := s.digits(k)
		u := s.one(n, "号室", "号棟", "号館", "街区", "番館", "号", "棟", "館", "階", "F")
		if n == k && (u == 0 || n == first) || u == 0 && n > k+4 {
			break
		}
		units = units || u > 0 && s.one(n, "階", "F") == 0 || n > k && k > first
		end = n + u
	}
	if end == i || s.one(end, scores...) > 0 || letter(s.rune(end)) || s.rune(i) == 'の' && s.rune(end-1) == '棟' {
		return i
	}
	last := s.digitsBack(end)
	if floor := end-last > 2 && last == i && s.rs[end-2] == '0' && s.rs[end-1] != '0' && s.class(i-1) == japanese.Kanji; !units && (!home && !floor || end-last < 3 || end-last > 4) {
		return i // 緑302
	}
	return end
}

// digitsBack returns where the digits begin that end before i.
func (s *scan) digitsBack(i int) int {
	for digit(s.rune(i - 1)) {
		i--
	}
	return i
}

// postal joins a postcode and the address behind it, with the prefecture and the city that stand between.
func (s *scan) postal(o spot) {
	if s.postcode(o.start) != o.end || o.end-o.start > 8 {
		return
	}
	k := s.skip(o.end, " \n、", 2)
	end := k
	for end < k+14 && (native(s.class(end)) || s.rune(end) == ' ' || s.rune(end) == '\n') && !s.starts(end) {
		end++
	}
	if s.starts(end) {
		s.add(o.end, end, TypeAddress, 0.9)
	}
}

// ofTown judges the numbers of a lot at i behind the town that they are of: 春光町の5-3.
func (s *scan) ofTown(i int) {
	end := s.lot(i)
	if end == i || s.rune(i-1) != 'の' || s.class(i-2) != japanese.Kanji || !strings.ContainsRune("町台丘村区条", s.rs[i-2]) && !s.before(i, 10, homes...) {
		return
	}
	start := i - 1
	for start > 0 && s.quarter(start-1) {
		start--
	}
	if i-start >= 4 && !s.a.words.generic(s.text(start, i-1)) {
		s.add(start, s.house(s.wing(end)), TypeAddress, 0.7)
	}
}

// compassPoint reports whether r is a point of the compass.
func compassPoint(r rune) bool { return r == '東' || r == '西' || r == '南' || r == '北' }

// compass judges a crossing of a planned town at i: 東3南14, 西5条南23丁目.
func (s *scan) compass(i int) {
	if s.class(i-1) == japanese.Kanji && !strings.ContainsRune("町村", s.rs[i-1]) {
		return
	}
	end := i
	for range 2 {
		k := end + s.one(end, "東", "西", "南", "北")
		n := s.digits(k)
		if k == end || n == k || n > k+2 {
			return
		}
		end = n + s.one(n, "丁目", "条", "線", "号")
	}
	s.add(i, s.house(end), TypeAddress, 0.7)
}

// starts reports whether another address begins at i.
func (s *scan) starts(i int) bool {
	return slices.ContainsFunc(s.out, func(o spot) bool { return o.t == TypeAddress && o.start == i })
}

// nextLine takes the building with its room that stands in the line below an address: 八坂町5-21⏎サンコート八坂402.
func (s *scan) nextLine(o spot) {
	k := s.skip(o.end, " \n", 2)
	if k == o.end || !digit(s.rune(o.end-1)) && s.one(o.end-1, "号", "地", "目") == 0 {
		return
	}
	end := k
	for end < k+16 && (native(s.class(end)) || s.class(end) == japanese.Latin || s.rune(end) == ' ' && native(s.class(end+1)) || s.rune(end) == '・') {
		end++
	}
	room := s.roomBehind(s.spaceBack(end), true)
	if upper(s.rune(end - 1)) {
		room = s.roomBehind(end-1, true)
	}
	name := s.text(k, end)
	if !houseName(name) && s.rune(k-1) != '\n' || strings.Contains(name, "電話") || strings.Contains(name, "携帯") || strings.Contains(strings.ToLower(name), "tel") {
		return
	}
	if end-k >= 3 && room > end && (room == len(s.rs) || strings.ContainsRune(" \n、。)", s.rs[room])) {
		s.add(o.start, room, TypeAddress, 0.8)
	}
}

// publicHousing are words in front of the name, or the block, of a house that an employer or a town lets.
var publicHousing = phrasesIn([]string{"教員住宅", "職員住宅", "社員寮", "社宅", "官舎", "県住", "市住", "府住", "町住", "市営", "県営", "府営", "都営", "町営", "村営", "道営", "公営", "公団", "UR", "区営"})

// publicHouse judges public housing by its kind, its name and its block at i: 市営やなぎ住宅5号, 市営住宅ききょう3棟.
func (s *scan) publicHouse(i int) {
	n := publicHousing.at(s.rs, i)
	if n == 0 {
		return
	}
	k := i + n
	k += s.one(k, "住宅", "団地", "アパート")
	for end := k; end <= k+8 && end < len(s.rs); end++ {
		if room := s.roomBehind(end, true); room > end {
			s.add(i, room, TypeAddress, 0.8)
			return
		}
		if c := s.class(end); !native(c) && s.rs[end] != 'ー' || strings.ContainsRune("にでをはが", s.rs[end]) {
			return
		}
	}
}

// latinHouses are words in the names of buildings in Latin letters.
var latinHouses = []string{"villa", "casa", "maison", "residence", "heights", "corpo", "court", "garden", "palace", "terrace", "house", "hills", "tower", "grand", "mansion", "heim", "flat", "apartment"}

// latinHouse judges a building in Latin letters that begins at i, with its room: Villa Fontana 305.
func (s *scan) latinHouse(i int) {
	if !upper(s.rs[i]) || word(s.rune(i-1)) {
		return
	}
	j, known := i, false
	for range 3 {
		k := j
		for letter(s.rune(k)) {
			k++
		}
		if k == j {
			break
		}
		known = known || slices.Contains(latinHouses, strings.ToLower(s.text(j, k)))
		j = s.skip(k, " ", 1)
	}
	end := s.digits(j)
	if known && end-j >= 3 && end-j <= 4 {
		s.add(i, end+s.one(end, "号室", "号"), TypeAddress, 0.8)
	}
}

// alone judges three numbers at i that are a home's, as the words in front of them say: おうちは2-15-3, 住所は3-18-6.
func (s *scan) alone(i int) {
	end := s.triple(i)
	if end == i || digit(s.rune(i-1)) || s.rune(i-1) == '-' || s.one(end, scores...) > 0 || s.digits(i) > i+2 {
		return
	}
	if s.before(i, 14, homes...) || s.before(i, 14, "おうち", "家教え", "家どこ", "家の場所", "住んで", "すんで", "番地") {
		s.add(i, s.house(s.wing(end)), TypeAddress, 0.7)
	}
}

// lots are words in front of numbers that are no lot's.
var lots = []string{"番号", "電話", "携帯", "内線", "学籍", "会員", "受験", "記号", "口座", "背番", "診察", "結果", "試合", "平成", "令和", "昭和", "西暦", "整理", "受付", "証", "約", "第", "券", "計", "ページ", "ドリル"}

// villageLot judges a village's name in kanji with a lot of its numbers at i: 柴引482-1, 長窪乙632.
func (s *scan) villageLot(i int) {
	at := i
	if strings.ContainsRune("甲乙丙", s.rune(i-1)) && i > 0 {
		at--
	}
	end := s.lot(at)
	start := at
	for start > 0 && at-start < 10 && s.quarter(start-1) && s.class(start-1) == japanese.Kanji {
		start--
	}
	start = s.behindLabel(start, at)
	long := s.digits(i)-i >= 3 || at < i || strings.ContainsAny(s.text(start, at), "町村") || strings.Contains(s.text(start, at), "大字")
	if end == at || at-start < 2 || !long || s.before(i, 8, lots...) || s.digits(i)-i > 4 || s.a.words.generic(s.text(start, at)) {
		return
	}
	s.add(start, s.house(s.wing(end)), TypeAddress, 0.7)
}
