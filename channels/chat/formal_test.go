package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"madoguchi/channels"
)

// Who says formally that it is a serious case needs no words for it, is told that it was said, and over the socket, the
// fallback and the form it is the same.
func TestADeclaration(t *testing.T) {
	s := open(t, nil)
	c, _, _ := begun(t, s)
	c.send(frame{"type": "message", "id": "d1", "text": " ", "declares": "child"})
	c.want(frame{"type": "ack", "id": "d1", "state": "stored", "declares": "child"})
	c.send(frame{"type": "message", "id": "d2", "text": "息子のことです。", "declares": "parent"})
	c.want(frame{"type": "ack", "id": "d2", "state": "stored", "declares": "parent"})
	c.send(frame{"type": "message", "id": "d3", "text": "ふつうの文", "declares": "anybody"})
	c.want(frame{"type": "ack", "id": "d3", "state": "stored"})
	c.send(frame{"type": "message", "id": "d4", "text": "", "declares": "anybody"})
	c.want(frame{"type": "error", "id": "d4", "code": "empty"})
	var got []string
	for _, m := range s.Intake.Taken()[1:] {
		got = append(got, m.Declares+":"+m.Text)
	}
	if want := "child:とても重いことが起きていると、正式に伝えます。|parent:息子のことです。|:ふつうの文"; strings.Join(got, "|") != want {
		t.Errorf("taken: %v", got)
	}

	body, status := submit(t, s, map[string]string{"declares": "parent", "text": ""})
	taken := s.Intake.Taken()
	if last := taken[len(taken)-1]; status != http.StatusOK || last.Declares != "parent" || last.Text == "" || !strings.Contains(body, "市長") {
		t.Errorf("by the form: %d, %+v", status, last.Declares)
	}
}

// The door to it stands among the sign-posts, behind a click: the start and the chat do not speak of it.
func TestTheDoorOfADeclaration(t *testing.T) {
	for _, wide := range []bool{false, true} {
		b := browse(t, !wide)
		b.seesNot("正式に伝えたい")
		b.press("書きはじめる")
		b.seesNot("正式に伝えたい")
		b.press("おわる")
		b.press("もどる")
		b.press("電話や手紙で話す")
		b.js("document.querySelector('.formal summary').click()")
		b.press("くわしく読む")
		b.sees("ことわられることはありません")
		b.shot(fmt.Sprint("30-formal-", wide))
		b.press("もどる")
		b.press("くわしく読む")
		b.press("正式に伝える")
		b.sees("教育委員会に伝わり、市長に報告されます")
		b.shot(fmt.Sprint("31-declared-", wide))
		if m := b.s.Intake.Taken(); len(m) != 1 || m[0].Declares != "child" {
			t.Fatalf("taken: %+v", len(m))
		}
		who := b.s.Intake.Taken()[0].From
		b.s.Mailbox.Put(who, channels.Entry{Question: &channels.Question{ID: "q", School: "お母さん。ほかの人には話しません", Level: "named", Text: "休み時間に、持ち物がなくなることがあります。", Family: true}})
		b.sees("おうちの人に話してもいいですか")
		b.js("document.querySelector('.question').scrollIntoView()")
		b.shot(fmt.Sprint("32-family-", wide))
		b.press("いいです")
		b.sees("わたしたちが話す前なら、いつでもやめられます")
		b.press("やっぱりやめる")
		b.sees("まだ話していなければ、話しません")
	}
}
