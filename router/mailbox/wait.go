package mailbox

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/channels"
)

//go:embed wait.lua
var waitSource string

// waitLasts is how long something may be said of one wait: longer than a night and a day of rest.
const waitLasts = 3 * 24 * time.Hour

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
	return failure(ctx, w.scripts.wait.Run(ctx, w.client, []string{n.key("wait")}, turn, said.Band, said.Care, waitLasts.Milliseconds(), notices, n.notice()).Err())
}

// Wait implements channels.Conversation. Where it is not known nothing is said.
func (c *conversation) Wait(ctx context.Context) channels.Wait {
	kept, err := c.reader.client.Get(ctx, c.name.key("wait")).Result()
	if err != nil {
		return channels.Wait{Band: unsaid, Care: unsaid}
	}
	parts := strings.Fields(kept)
	if len(parts) != 3 {
		return channels.Wait{Band: unsaid, Care: unsaid}
	}
	if _, err := strconv.ParseInt(parts[0], 10, 64); err != nil {
		return channels.Wait{Band: unsaid, Care: unsaid}
	}
	return channels.Wait{Band: known(parts[1], bands), Care: known(parts[2], cares)}
}

// waitOf reads a notice.
func waitOf(said string) *channels.Wait {
	b, c, _ := strings.Cut(said, "/")
	return &channels.Wait{Band: known(b, bands), Care: known(c, cares)}
}

func known(code string, codes []string) string {
	if slices.Contains(codes, code) {
		return code
	}
	return unsaid
}
