package mailbox

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels"
)

//go:embed wait.lua
var waitSource string

// waitLasts is how long something may be said of one wait, at least: longer than the longest rest of a desk.
const waitLasts = 14 * 24 * time.Hour

// unsaid is the code of what is not said.
const unsaid = "quiet"

// bands and cares are the codes that a page knows. All are of one length.
var (
	bands = []string{unsaid, "05min", "20min", "30min", "today", "later", "sorry"}
	cares = []string{unsaid, "alarm", "night", "paged"}
)

var errWait = errors.New("mailbox: not something that is said of a wait")

// Wait shows what the page of somebody who waits may say. A turn (≥ 0) that is not later than the one shown changes nothing, so
// that of two who tell neither overtakes the other.
func (w *Writer) Wait(ctx context.Context, conversation channels.Address, turn int64, said channels.Wait) error {
	id, _, err := look(conversation)
	if err != nil {
		return err
	}
	if !slices.Contains(bands, said.Band) || !slices.Contains(cares, said.Care) || turn < 0 {
		return errWait
	}
	n := w.name(id)
	return failure(ctx, w.scripts.wait.Run(ctx, w.client, []string{n.key("wait")}, turn, w.peppers().sealWait(n, said),
		w.until(w.now().Add(waitLasts)).Milliseconds(), notices, n.notice()).Err())
}

// Wait implements channels.Conversation. Where it is not known nothing is said.
func (c *conversation) Wait(ctx context.Context) channels.Wait {
	kept, err := c.reader.client.Get(ctx, c.name.key("wait")).Result()
	if err != nil {
		return channels.Wait{Band: unsaid, Care: unsaid}
	}
	_, said, _ := strings.Cut(kept, " ")
	return c.said(said)
}

// said opens what is kept, or told by a notice, of the wait.
func (c *conversation) said(sealed string) channels.Wait {
	return c.reader.peppers().openWait(c.name, sealed)
}

// sealWait seals what is said of a wait, all of one length: it tells by itself at what time of day somebody wrote, and of danger.
func (p *peppers) sealWait(n name, said channels.Wait) string {
	by := int64(0)
	if !said.By.IsZero() {
		by = said.By.Unix()
	}
	return text.EncodeToString(sealUnder(p.waitKey(), fmt.Appendf(nil, "%s/%s/%010d", said.Band, said.Care, by), about("wait "+n.mac)))
}

// openWait opens what sealWait sealed. Of anything else nothing is said.
func (p *peppers) openWait(n name, said string) channels.Wait {
	sealed, _ := text.DecodeString(said)
	plain, _ := openUnder(p.waitKey(), sealed, about("wait "+n.mac))
	band, rest, _ := strings.Cut(string(plain), "/")
	care, by, _ := strings.Cut(rest, "/") // a version before said no time
	w := channels.Wait{Band: known(band, bands), Care: known(care, cares)}
	if at, err := strconv.ParseInt(by, 10, 64); err == nil && at > 0 {
		w.By = time.Unix(at, 0).UTC()
	}
	return w
}

func (p *peppers) waitKey() []byte { return derive(p.Name.Key, nil, "wait") }

func known(code string, codes []string) string {
	if slices.Contains(codes, code) {
		return code
	}
	return unsaid
}
