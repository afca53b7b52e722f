package chat

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/channels"
)

// Codes of error frames about a PIN. They are codes of their own, so that no client takes them for a reason to stop writing.
const (
	badPIN     = "bad_pin"
	unknownPIN = "unknown_pin" // wrong, or there is none, or none can be chosen here
	slowPIN    = "slow_pin"
)

// pinSays are the words that go with them.
var pinSays = map[string]string{
	badPIN:     "番号は、4けたから8けたの数字です。",
	unknownPIN: "その番号では開けませんでした。",
	slowPIN:    "少し待ってから、もう一度ためしてください。",
}

// pinWords are what the page says of the PIN. A city may change each.
var pinWords = map[string]string{
	"button.pin": "ひみつの番号", "button.pinSet": "この番号にする", "button.pinShow": "書いたことを見る",
	"head.pin": "ひみつの番号（ばんごう）",
	"pin.about": "ここで書いたことは、合言葉だけでは出てきません。ほかの人に見られないようにするためです。\n\n" +
		"あとで自分の書いたことも読みたいときは、番号をつけてください。4けたから8けたの数字です。合言葉と番号の両方（りょうほう）で、読めるようになります。\n\n" +
		"・つけなくても、だいじょうぶです。返事は合言葉だけで読めます。\n" +
		"・たんじょう日や電話番号など、まわりの人が知っている数字は、やめておきましょう。\n" +
		"・番号をわすれても、話は続けられます。前に書いたことを、ここで読めなくなるだけです。",
	"say.pin": "番号（4けたから8けた）", "say.pinBefore": "いまの番号",
	"say.pinSet":     "番号をつけました。次に合言葉でもどってきたときに使います。合言葉とは別のところに、おぼえておいてください。",
	"say.pinBad":     "4けたから8けたの数字を入れてください。",
	"say.pinUnknown": "その番号では開けませんでした。まちがえても、書くことと、返事を読むことは、いつでもできます。",
	"say.pinHere":    "いまは番号をつけられませんでした。番号は、話を書きはじめたページで、つけられます。",
	"say.pinSlow":    "何回かまちがえたので、少し待ってください。待つ時間は、だんだん長くなります。書くことと、返事を読むことは、いつでもできます。",
	"say.pinAway":    "いまは開けませんでした。少したってから、もう一度おしてください。",
	"own.hidden":     "あなたが書いたこと（{数}つ）は、かくしてあります。",
	"own.locked":     "ひみつの番号を入れると、読めます。",
	"own.none":       "番号をつける前に書いたことは、ここでは読めません。消えてはいません。相談員には、とどいています。",
	"own.part":       "番号をつけてから書いたことです。その前のことは、ここでは読めません。消えてはいません。",
}

// pinSpoken are those of them that the script shows.
var pinSpoken = []string{"button.pinShow", "button.pinSet", "button.hide", "say.pin", "say.pinBefore", "say.pinSet", "say.pinBad", "say.pinUnknown", "say.pinHere", "say.pinSlow",
	"say.pinAway", "own.hidden", "own.locked", "own.none", "own.part"}

// ownWord is a word of the seeker as it stands in a frame.
type ownWord struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"`
}

const (
	maxWords  = 200      // that a page may give with a PIN
	ownFrames = 48 << 10 // bytes of words in one frame
)

// parsePIN checks a frame that is about a PIN.
func (f *frame) parsePIN(id string) (bad *frame) {
	if id == "" {
		return refuse("", badFrame)
	}
	ok := true
	if f.PIN, ok = digitsOf(f.PIN); !ok {
		return pinRefusal(id, badPIN)
	}
	f.Old, _ = digitsOf(f.Old)
	if len(f.Words) > maxWords {
		return refuse(id, badFrame)
	}
	for _, w := range f.Words {
		if n := utf8.RuneCountInString(w.ID); n < 1 || n > maxID || utf8.RuneCountInString(w.Text) > maxText {
			return refuse(id, badFrame)
		}
	}
	return nil
}

// digitsOf returns a PIN in ASCII, whichever digits a telephone has typed.
func digitsOf(typed string) (string, bool) {
	pin := strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ' || r == '　':
			return -1
		}
		return r
	}, typed)
	return pin, len(pin) >= 4 && len(pin) <= 8 && strings.Trim(pin, "0123456789") == ""
}

// private reports whether the frame is about the seeker's own words.
func (f *frame) private() bool { return f.Type == "pin" || f.Type == "own" }

// ownFrame does what such a frame asks for. What it shows may be more than one frame holds.
func (d *door) ownFrame(ctx context.Context, conv channels.Conversation, f *frame) []*frame {
	own, ok := conv.(channels.Own)
	if !ok {
		return []*frame{pinRefusal(f.ID, unknownPIN)}
	}
	if f.Type == "pin" {
		var words []channels.Word
		for _, w := range f.Words {
			at, err := time.Parse(time.RFC3339, w.At)
			if err != nil {
				at = d.env.Now()
			}
			words = append(words, channels.Word{ID: w.ID, Text: w.Text, At: at})
		}
		if err := own.SetPIN(ctx, f.Old, f.PIN, words...); err != nil {
			return []*frame{pinFailure(f.ID, err)}
		}
		return []*frame{{Type: "pin", ID: f.ID, State: "set"}}
	}
	words, err := own.Words(ctx, f.PIN)
	if err != nil {
		return []*frame{pinFailure(f.ID, err)}
	}
	return shown(f.ID, words)
}

// shown are words as frames; all but the last say that there is more.
func shown(id string, words []channels.Word) []*frame {
	frames, size := []*frame{{Type: "own", ID: id}}, 0
	for _, w := range words {
		last := frames[len(frames)-1]
		if size += len(w.Text) + 200; size > ownFrames && len(last.Words) > 0 {
			last.More = true
			last, size = &frame{Type: "own", ID: id}, len(w.Text)+200
			frames = append(frames, last)
		}
		last.Words = append(last.Words, ownWord{w.ID, w.Text, w.At.Format(time.RFC3339)})
	}
	return frames
}

func pinFailure(id string, err error) *frame {
	if slow := (*channels.Slow)(nil); errors.As(err, &slow) {
		f := pinRefusal(id, slowPIN)
		f.RetryAfter = int((slow.Wait + time.Second - 1) / time.Second)
		return f
	}
	switch {
	case errors.Is(err, channels.ErrUnknown):
		return pinRefusal(id, unknownPIN)
	case errors.Is(err, channels.ErrBusy):
		f := pinRefusal(id, slowPIN)
		f.RetryAfter = busyAgain
		return f
	}
	return refuse(id, unavailable)
}

func pinRefusal(id, code string) *frame {
	return &frame{Type: "error", ID: id, Code: code, Message: pinSays[code]}
}

// remembering is how long that may take. The message is durable by then, and the next ones wait behind it.
const remembering = time.Second

// remember keeps for the seeker what was taken in: the words where she chose a PIN, and without one that there are some. It
// is an extra: that it fails is no reason to say that a message was not taken.
func (d *door) remember(ctx context.Context, conv channels.Conversation, taken []*frame) {
	own, ok := conv.(channels.Own)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), remembering)
	defer cancel()
	var words []channels.Word
	var back []string
	for _, f := range taken {
		switch f.Type {
		case "message":
			words = append(words, channels.Word{ID: f.ID, Text: marked(f.Text, len(f.kept)), At: d.env.Now()})
		case "unsend":
			back = append(back, f.ID)
			words = slices.DeleteFunc(words, func(w channels.Word) bool { return w.ID == f.ID })
		}
	}
	var err error
	if len(words) > 0 {
		err = own.Wrote(ctx, words...)
	}
	for _, id := range back {
		err = errors.Join(err, own.Unwrote(ctx, id))
	}
	if err != nil {
		d.env.Log.Warn("what a seeker wrote is not kept for her own eyes", "channel", name)
	}
}

// tellOwn says, to who comes back with the code, how much of the seeker's own is hidden, and whether a PIN opens it.
func (f *frame) tellOwn(ctx context.Context, conv channels.Conversation) {
	own, ok := conv.(channels.Own)
	if !ok {
		return
	}
	if n, locked, err := own.Hidden(ctx); err == nil {
		f.Hidden, f.Locked = &n, &locked
	}
}
