package chat

// formalWords are the words of the door by which somebody says formally that it is a serious case. It stands among the
// sign-posts, behind one more click, so that it frightens nobody who only wants to talk; whoever uses it cannot be declined
// and needs no words. A city may change each.
var formalWords = map[string]string{
	"button.formal": "とても重いことだと、正式（せいしき）に伝えたい", "head.formal": "正式（せいしき）に伝える", "button.formal.send": "正式に伝える",
	"formal.first": "話をきいてほしいときは、ここではなく、ふつうに書いてください。話をしてからでも、伝えられます。",
	"formal.go":    "くわしく読む",
	"formal.who":   "伝えるのは？", "formal.child": "わたしのことです", "formal.parent": "子どもの家族（保護者）です",
	"formal.words": "伝えたいこと（書かなくてもいいです）",
	"declaration": "いじめなどで、命（いのち）、心や体、お金に大きな害（がい）を受けたと思うとき。学校に行けなくなったと思うとき。そのことを、市に正式に伝えることができます。\n\n" +
		"おすと、教育委員会（きょういくいいんかい）に必（かなら）ず伝わり、市長（しちょう）に報告（ほうこく）されます。ことわられることはありません。わけが、うまく書けなくてもかまいません。名前は、書かなくていいです。\n\n" +
		"そのあとのことは、相談員が、ここで話します。いまにも命があぶないときは、先に119か110に電話してください。",
	"say.formal":     "正式に伝えました。教育委員会に伝わり、市長に報告されます。このあとのことを、相談員がここで話します。",
	"say.formal.own": declared,
}
