package chat

// pictureWords are words about pictures and about taking back. A city may change each.
var pictureWords = map[string]string{
	"button.unsend": "取り消す", "button.unsendYes": "取り消す", "button.unsendNo": "このままにする",
	"button.unsendSent": "いま送ったものを取り消す",
	"state.unsending":   "取り消しています…", "state.unsent": "取り消しました", "state.unsentHeld": "取り消しを、あずかりました",
	"state.unsendFailed": "まだ取り消せていません。",
	"unsend.ask": "これを取り消しますか。相談員（そうだんいん）の画面から、見えなくなります。\n\n" +
		"もう読まれていることもあります。命（いのち）や体があぶないかもしれないと思ったときは、相談員が先に読んで、たしかめてから消します。",

	"button.picture": "写真をおくる", "button.picture.send": "この写真をおくる", "button.choose": "写真をえらぶ", "button.stop": "やめる",
	"picture.first": "写真（しゃしん）をおくる前に、読んでください。\n\n" +
		"・見るのは、この窓口（まどぐち）の相談員と、いっしょに考える人だけです。\n" +
		"・顔（かお）や名ふだ、うしろにうつったものから、だれか、どこかが、わかることがあります。見せたくないところは、かくしてからおくってください。\n" +
		"・相談員が見る写真からは、とった場所（ばしょ）や時間の記録（きろく）を消します。\n" +
		"・はだかの写真は、おくらないでください。だれのものでも、です。何があったかを、文で教えてください。\n" +
		"・おくったあとで、取り消せます。もう見られていることもあります。",
	"say.picture": "写真", "say.picture.looks": "写真を見ています…",
	"say.picture.check":   "顔や名前がうつっていないか、もう一度見てください。このままでよければ、おくってください。",
	"say.picture.sort":    "これは、写真ではないようです。ここでおくれるのは、写真や、画面をうつしたものです。",
	"say.picture.large":   "この写真は大きすぎて、おくれません。20MBまでです。一部分を切り取ると、小さくなります。",
	"say.picture.many":    "一度におくれるのは、4まいまでです。はじめの4まいを、えらびました。",
	"say.picture.waits":   "つながるのを待っています。写真は、ここにあります。",
	"say.picture.room":    "いまは写真を受け取れません。文は、おくれます。少したったら、もう一度ためします。",
	"say.picture.stopped": "写真をおくるのを、やめました。",
}
