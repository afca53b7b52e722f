package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"

	"madoguchi/triage/japanese"
)

// name is a name with its reading in hiragana.
type name struct{ words, reading string }

// maker makes examples of written lines. The same lines make the same examples.
type maker struct {
	rng           *rand.Rand
	family, given []name
	words         []name   // names that are words as well
	before        []string // what may stand in front of a sentence
	usual         []string // everyday words, in hiragana
	today         []string // given names of today's children, in hiragana
	kana          *reader
}

// newMaker reads the lists that examples are made of: words.txt and before.txt in dir, and names.tsv, everyday.txt and words.yaml
// above it.
func newMaker(dir string) (*maker, error) {
	var lists [5]string
	for i, name := range []string{"../names.tsv", "words.txt", "before.txt", "../everyday.txt", "../words.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		lists[i] = string(data)
	}
	var today struct {
		Kana string `yaml:"modern_kana"`
	}
	if err := yaml.Unmarshal([]byte(lists[4]), &today); err != nil {
		return nil, err
	}
	m := &maker{rng: rand.New(rand.NewPCG(7, 11)), kana: newReader(), before: strings.Fields(lists[2]), usual: strings.Fields(lists[3]), today: strings.Fields(today.Kana)}
	_, words, _ := strings.Cut(lists[1], "\n")
	m.words = pairs(words)
	for line := range strings.Lines(lists[0]) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		n := name{f[1], f[2]}
		if !plainName(n) {
			continue
		}
		if f[0] == "f" {
			m.family = append(m.family, n)
		} else {
			m.given = append(m.given, n)
		}
	}
	return m, nil
}

// plainName reports whether a name of the list is written in kanji and long enough to be read as one.
func plainName(n name) bool {
	for _, r := range n.words {
		if japanese.ClassOf(r) != japanese.Kanji {
			return false
		}
	}
	return len([]rune(n.words)) >= 2 && len([]rune(n.reading)) >= 2
}

// common are family names that many have; a list of all names would drown them.
var common = pairs("佐藤 さとう 鈴木 すずき 高橋 たかはし 田中 たなか 伊藤 いとう 渡辺 わたなべ 山本 やまもと 中村 なかむら 小林 こばやし 加藤 かとう 吉田 よしだ " +
	"山田 やまだ 佐々木 ささき 山口 やまぐち 松本 まつもと 井上 いのうえ 木村 きむら 林 はやし 斎藤 さいとう 清水 しみず 山崎 やまざき 森 もり 池田 いけだ 橋本 はしもと " +
	"阿部 あべ 石川 いしかわ 山下 やました 中島 なかじま 石井 いしい 小川 おがわ 前田 まえだ 岡田 おかだ 長谷川 はせがわ 藤田 ふじた 後藤 ごとう 近藤 こんどう 村上 むらかみ " +
	"遠藤 えんどう 青木 あおき 坂本 さかもと 福田 ふくだ 太田 おおた 西村 にしむら 藤井 ふじい 金子 かねこ 岡本 おかもと 藤原 ふじわら 三浦 みうら 中野 なかの 原田 はらだ " +
	"松田 まつだ 竹内 たけうち 小野 おの 田村 たむら 中山 なかやま 和田 わだ 石田 いしだ 森田 もりた 上田 うえだ 原 はら 内田 うちだ 柴田 しばた 酒井 さかい 宮崎 みやざき " +
	"横山 よこやま 高木 たかぎ 安藤 あんどう 宮本 みやもと 大野 おおの 小島 こじま 谷口 たにぐち 工藤 くどう 今井 いまい 高田 たかだ 増田 ますだ 丸山 まるやま 杉山 すぎやま " +
	"村田 むらた 大塚 おおつか 新井 あらい 小山 こやま 平野 ひらの 藤本 ふじもと 河野 こうの 上野 うえの 野口 のぐち 武田 たけだ 松井 まつい 千葉 ちば 菅原 すがわら 岩崎 いわさき " +
	"東 ひがし 南 みなみ 北村 きたむら 辻 つじ 堀 ほり 関 せき 星 ほし 岡 おか 谷 たに 浜田 はまだ 久保 くぼ 堤 つつみ 榎本 えのもと 黒田 くろだ 川口 かわぐち")

func pairs(list string) []name {
	words := strings.Fields(list)
	var all []name
	for i := 0; i+1 < len(words); i += 2 {
		all = append(all, name{words[i], words[i+1]})
	}
	return all
}

// What today's given names are made of. One of two parts makes a name that no list has.
var (
	firsts = pairs("結 ゆ 心 ここ 陽 ひ 悠 ゆう 美 み 莉 り 愛 あい 彩 あや 咲 さき 優 ゆう 颯 そう 蓮 れん 大 だい 翔 しょう 琉 りゅう 瑛 えい 紗 さ 千 ち 凛 りん 柚 ゆず " +
		"桃 もも 奏 かな 春 はる 晴 はる 海 かい 空 そら 星 せい 朝 あさ 涼 りょう 拓 たく 健 けん 直 なお 和 かず 友 とも 真 ま 理 り 由 ゆ 麻 ま 沙 さ 奈 な 菜 な 香 か 若 わか " +
		"琴 こと 詩 し 花 はな 楓 ふう 碧 あお 蒼 あお 伊 い 匠 しょう 瑠 る 璃 り 怜 れい 雅 まさ 龍 りゅう 虎 こ 昊 こう 煌 こう 佳 よし 里 さと 絵 え 珠 たま")
	lasts = pairs("菜 な 奈 な 子 こ 美 み 香 か 花 か 音 ね 衣 い 愛 あ 乃 の 希 き 莉 り 羽 は 斗 と 人 と 太 た 大 だい 真 ま 也 や 介 すけ 輔 すけ 樹 き 生 き 翔 と 馬 ま " +
		"月 つき 春 はる 華 か 央 お 織 おり 里 り 那 な 咲 さ 帆 ほ 穂 ほ 哉 や 希 き 志 し 吾 ご 磨 ま 心 み 空 ら 太郎 たろう 之介 のすけ 太朗 たろう 一 いち 平 へい 弥 や")
	syllables = strings.Fields("あ い う え お か き け こ さ し せ そ た ち な に の は ひ ふ ほ ま み も や ゆ よ ら り る れ わ ここ ゆう りょう しょう こう そう ゆい はる " +
		"あい かな さき ひな みゆ めい もも りん れい るい けん だい しん じゅん たく とも なお まさ やす よし かず てつ つば ゆめ にこ ねね")
	endings  = strings.Fields("な み か り ほ ね の あ い お と た き や ま こ すけ たろう へい じ ご と しろう いち や ひろ のり ひこ おり さ は る れ し ん ろう せい")
	foreigns = strings.Fields("マリア アンナ エマ マイケル ジョン ケビン ルーカス ガブリエル ペドロ カルロス ホセ アナ ジュリア ソフィア イザベラ オリビア リサ サラ アリス エミリー " +
		"ダニエル デイビッド トム ジャック ライアン グエン チャン ファム リン ミン フォン ワン チェン キム パク ムハンマド アフマド ファティマ アイシャ ラジ スニタ アニタ ミゲル ディエゴ " +
		"ニーナ イワン ノア リアム ロドリゴ ブルーノ チアゴ レナータ ジャスミン ジョイ クリスチャン マーベル アンドレイ オレナ カテリーナ ソヒ ジウ ミンジュン ハオラン ズーハン サンディプ プラカシュ ビカス " +
		"ティエン トゥイ ズン アウン ミョー キョー スー・チー デヴィ プトラ リザル ナディア ユスフ アミナ イブラヒム")
	nicks = strings.Fields("っち ぴ りん たん ぽん ぴょん やん ー のん にゃん まる ぷー ぺー じ ちゃむ みん ゆん っしー っぺ ぴっぴ きち ぽよ すけ つん むー っぴー てぃー ぱん どん 丸 坊 っきー っこ たろー ちー っくん っくん っちょ ちょ っつん べえ ぞう ぼう 吉")
)

func (m *maker) one(list []string) string  { return list[m.rng.IntN(len(list))] }
func (m *maker) of(list []name) name       { return list[m.rng.IntN(len(list))] }
func (m *maker) chance(share float64) bool { return m.rng.Float64() < share }
func (m *maker) surname() name {
	if m.chance(0.35) {
		return m.of(common)
	}
	return m.of(m.family)
}

// first returns a given name: of the list, made of today's parts, or in kana alone.
func (m *maker) first() name {
	switch x := m.rng.Float64(); {
	case x < 0.45:
		return m.of(m.given)
	case x < 0.85:
		f, l := m.of(firsts), m.of(lasts)
		return name{f.words + l.words, f.reading + l.reading}
	}
	k := m.inKana()
	return name{k, k}
}

func (m *maker) inKana() string {
	switch x := m.rng.Float64(); {
	case x < 0.35:
		return m.one(m.today)
	case x < 0.65:
		return m.of(m.given).reading
	}
	return m.one(syllables) + m.one(endings)
}

// nickname shortens a name and hangs something on.
func (m *maker) nickname() name {
	rs := []rune(m.first().reading)
	if m.chance(0.4) {
		rs = []rune(m.surname().reading)
	}
	k := string(rs[:min(len(rs), 2+m.rng.IntN(2)*m.rng.IntN(2))])
	switch x := m.rng.Float64(); {
	case x < 0.08: // りんりん
		k += k
	case x < 0.11: // a thing that they are called after: くまごろう
		thing := []rune(m.one(m.usual))
		k = string(thing[:min(len(thing), 3)]) + m.one(nicks)
	default:
		k += m.one(nicks)
	}
	if m.chance(0.2) {
		k += "ちゃん"
	}
	if m.chance(0.25) {
		k = katakana(k)
	}
	return name{k, k}
}

// person returns a way to name somebody, as children and adults do it.
func (m *maker) person() name {
	switch x := m.rng.Float64(); {
	case x < 0.18:
		return m.surname()
	case x < 0.26:
		return m.of(m.words)
	case x < 0.46:
		return m.first()
	case x < 0.62:
		k := m.inKana()
		return name{k, k}
	case x < 0.72:
		k := m.surname().reading
		return name{k, k}
	case x < 0.78:
		k := katakana(m.inKana())
		return name{k, k}
	case x < 0.81:
		k := katakana(m.surname().reading)
		return name{k, k}
	case x < 0.88:
		return m.nickname()
	case x < 0.94:
		return m.full()
	case x < 0.97:
		return m.foreigner()
	}
	return m.latin()
}

// sounded returns a name in kana, as those write it who know no kanji.
func (m *maker) sounded() name {
	k := ""
	switch x := m.rng.Float64(); {
	case x < 0.45:
		k = m.inKana()
	case x < 0.60:
		k = m.first().reading
	case x < 0.75:
		k = m.surname().reading
	case x < 0.88:
		k = m.of(m.words).reading
	default:
		k = m.nickname().reading
	}
	if m.chance(0.1) {
		k = katakana(k)
	}
	return name{k, k}
}

func (m *maker) full() name {
	f, g := m.surname(), m.first()
	gap := m.one([]string{"", "", " ", " "})
	if m.chance(0.2) {
		return name{f.reading + gap + g.reading, f.reading + gap + g.reading}
	}
	return name{f.words + gap + g.words, f.reading + gap + g.reading}
}

func (m *maker) foreigner() name {
	k := m.one(foreigns)
	if m.chance(0.25) {
		k += m.one([]string{"・", "・", " "}) + m.one(foreigns)
	}
	return name{k, k}
}

func (m *maker) latin() name {
	k := latinOf(m.inKana())
	if m.chance(0.3) {
		k = latinOf(m.surname().reading)
	}
	if k != "" && m.chance(0.5) {
		k = strings.ToUpper(k[:1]) + k[1:]
	}
	return name{k, k}
}

// School and place names, of parts that towns are named by.
var (
	towns = pairs("青葉 あおば 緑 みどり 若草 わかくさ 桜 さくら 東 ひがし 西 にし 南 みなみ 北 きた 中央 ちゅうおう 富士見 ふじみ 泉 いずみ 朝日 あさひ 旭 あさひ 栄 さかえ 神居 かむい 永山 ながやま " +
		"春日 かすが 大手 おおて 城南 じょうなん 城北 じょうほく 明星 みょうじょう 光 ひかり 希望 きぼう 花 はな 松 まつ 竹 たけ 梅 うめ 高 たか 平和 へいわ 白山 はくさん 愛宕 あたご")
	townEnds = pairs("台 だい 丘 おか ヶ丘 がおか が丘 がおか 町 ちょう 野 の 川 かわ 山 やま 原 はら 浦 うら 里 さと 森 もり 島 しま 浜 はま 崎 さき 園 えん 美 み 谷 や 田 だ")
	kanaTown = strings.Fields("ひまわり たんぽぽ さくら みどり あおぞら つくし どんぐり かもめ ひばり すみれ なのはな ことり こぐま にじいろ きらり つばさ いちょう もみじ けやき あすなろ わかば ふたば ほほえみ のびのび すこやか はなまる さくらんぼ たけのこ")
	brands   = strings.Fields("サン グリーン フレンド スター ハッピー マルミ アルファ トライ ドリーム ライフ パル リバー オーシャン メイト ロイヤル タカノ ミナト フジミ サニー ベル エース アクア ルミエ コスモ")
	sorts    = strings.Fields("駅 駅 公園 公園 公園 団地 塾 学習塾 クリニック 病院 医院 歯科 薬局 マンション アパート ハイツ 神社 図書館 児童館 公民館 教会 スーパー 商店街 書店 ゼミ モール プラザ デパート スイミング 道場 交番 寮 ホテル 広場 市民センター ゲームセンター カラオケ 食堂 カフェ 学童 児童センター こども園 マート 体育館 小児科 整形外科 心療内科 メンタルクリニック 英会話 ダンススクール 保育園 商店 アリーナ スタジオ 河川敷 接骨院 バス停 ボウル パーク 宮 八幡宮 稲荷 寺 動物園 温泉 整体院 集会所 教習所 薬品 寿司 弁当 焼肉 ラーメン クラブ アカデミー 進学教室 英語塾 会館 センター 銀行 郵便局 ホーム 園 スクール 進学ゼミ 美容室 牧場 キャンプ場 スケート場 団地集会所 市民プール バッティングセンター 書道教室 ピアノ教室 こどもクラブ")
	chains   = strings.Fields("イオン イオンモール ファミマ セブン ローソン マクドナルド ガスト サイゼ くら寿司 スシロー ツルハ コスモス ユニクロ ゲオ ドンキ ニトリ ヤマダ コメダ スタバ 明光 公文 英進 東進 栄光 進学館 マルショク サンドラッグ コナミ ルネサンス ラウンドワン ブックオフ")
	schools  = strings.Fields("小学校 小学校 中学校 中学校 高校 高等学校 小 小 中 中 高 学園 学院 女子高校 支援学校 工業高校 商業高校 中等教育学校 附属中学校 西小学校 東小 北中学校 南中 第二小 第三中 一中 二小")
)

// place returns what a place may be called: with what it is behind its name or in front of it, or as a branch of a chain.
func (m *maker) place() name {
	t := m.town()
	switch x := m.rng.Float64(); {
	case x < 0.70:
		s := m.one(sorts)
		return name{t.words + s, t.reading + s}
	case x < 0.85:
		c, e := m.one(chains), m.one([]string{"店", "校", "駅前店", "駅前校", "教室", "支店", "前店"})
		return name{c + t.words + e, c + t.reading + e}
	case x < 0.93:
		s, e := m.one(sorts), m.one([]string{"東", "北", "西", "南", "第二", "本店"})
		return name{t.words + s + e, t.reading + s + e}
	}
	s := m.one([]string{"カフェ・", "カフェ", "グランド", "メゾン", "パレス", "スナック", "ラーメン", "コーポ", "ハイツ", "レストラン", "ホテル", "ヘアサロン", "ジム"})
	return name{s + m.one(brands) + m.one([]string{"", "", t.words}), s + m.one(brands)}
}

// town returns what a school or a place may be named by.
func (m *maker) town() name {
	switch x := m.rng.Float64(); {
	case x < 0.35:
		f, l := m.of(towns), m.of(townEnds)
		return name{f.words + l.words, f.reading + l.reading}
	case x < 0.55:
		return m.of(m.family)
	case x < 0.65:
		return m.of(towns)
	case x < 0.85:
		k := m.one(kanaTown)
		return name{k, k}
	}
	k := m.one(brands)
	return name{k, k}
}
