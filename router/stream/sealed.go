package stream

import (
	"context"
	"errors"
	"strings"
)

// sealedPage is how many entries are read at once.
const sealedPage = 200

// Sealed hands everything sealed that the lane holds, entries and dead letters, to f.
func (l *Lane) Sealed(ctx context.Context, f func(record []byte)) error {
	from := "-"
	for {
		page, err := l.client.XRangeN(ctx, l.key("in"), from, "+", sealedPage).Result()
		if err != nil {
			return away(err)
		}
		for _, m := range page {
			f(entry(m.ID, m.Values).Sealed)
		}
		if len(page) < sealedPage {
			break
		}
		from = "(" + page[len(page)-1].ID
	}
	dead, err := l.client.HGetAll(ctx, l.key("dlq")).Result()
	if err != nil {
		return away(err)
	}
	for _, letter := range dead {
		_, sealed, _ := strings.Cut(letter, " ")
		f([]byte(sealed))
	}
	return nil
}

// away drops what a server said, which may repeat a command's values.
func away(error) error { return errors.New("stream: the server cannot be read") }
