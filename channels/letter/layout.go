package letter

// Rect is a place on a sheet in millimetres from its upper left corner.
type Rect struct{ X, Y, W, H float64 }

// The inner side of a sheet of A4, as it is printed and as it is read: only what a child wrote is given to the reading
// machine, never the words that were printed. Everything is found by the code's three corners.
var (
	CodeAt  = Rect{165, 14, 28, 28}  // the code without its white edge
	WriteAt = Rect{15, 65, 180, 112} // the lines to write on
	TickAt  = Rect{18, 190, 5, 5}    // the first box to tick; the others stand below it
	ReachAt = Rect{15, 234, 180, 24} // where an answer may go
)

// TickStep is from one box to the next.
const TickStep = 7

// modules is the width of the code: version 1, which holds 16 characters at level Q.
const modules = 21

// Wish is a way in which a child may want the answer, in the order of the boxes.
type Wish struct {
	Label string // on the sheet, with furigana
	Word  string // at the desk
}

// Wishes are the boxes of a sheet.
func Wishes() []Wish {
	return []Wish{
		{"手紙（てがみ）で、下（した）に書いたところへ", "手紙で、書いたところへ"},
		{"インターネットのチャットで（入（はい）り方（かた）を手紙で送ります）", "チャットで。入り方を手紙で"},
		{"電話（でんわ）で（番号（ばんごう）と、かけてよい時間（じかん）を下に書いてください）", "電話で"},
		{"学校（がっこう）をとおさないでほしい", "学校をとおさないで"},
		{"返事（へんじ）はいりません。読んでくれるだけでいいです", "返事はいらない"},
	}
}
