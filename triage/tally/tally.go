// Package tally keeps numbers of visits that leave nothing else behind: who came when nobody was there and went, who left before an
// answer. A desk that counts only its cases does not see them, and believes that it turns nobody away.
//
// What is kept is a number for each month, door and kind, and nothing beside it: no id, no time, no order. So no number can be
// taken apart, and none needs to be sealed or ever destroyed. Small ones are told to nobody: who shows them withholds those.
package tally

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// most is how many months are read at once: ten years.
const most = 120

var errUnknown = errors.New("tally: nothing that is counted")

// Tally counts, and tells what was counted. It is safe for concurrent use, from several processes. Where only one of the two is
// allowed, the other fails.
type Tally struct {
	client redis.UniversalClient
	now    func() time.Time
}

var _ triage.Counts = (*Tally)(nil)

// New returns the tally behind the client, which stays the caller's. now is the desk's clock.
func New(client redis.UniversalClient, now func() time.Time) *Tally { return &Tally{client, now} }

func key(month string) string { return "{tally}:" + month }

// doors are those at which somebody can leave without a word.
var doors = []string{"chat", "voice"}

// Count adds n to this month's number of that kind (triage.CountedKinds) at that door.
func (t *Tally) Count(ctx context.Context, door, what string, n int) error {
	if !slices.Contains(doors, door) || !slices.Contains(triage.CountedKinds, what) {
		return errUnknown
	}
	if t.client.HIncrBy(ctx, key(t.now().In(triage.JST).Format("2006-01")), door+"|"+what, int64(n)).Err() != nil {
		return unavailable(ctx)
	}
	return nil
}

// Counted implements triage.Counts. What was taken back more often than it was counted is none.
func (t *Tally) Counted(ctx context.Context, from, to time.Time) ([]triage.Counted, error) {
	from, to = from.In(triage.JST), to.In(triage.JST)
	var all []triage.Counted
	month := time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, triage.JST)
	for i := 0; i < most && month.Before(to); i, month = i+1, month.AddDate(0, 1, 0) {
		name := month.Format("2006-01")
		got, err := t.client.HGetAll(ctx, key(name)).Result()
		if err != nil {
			return nil, unavailable(ctx)
		}
		for _, door := range doors {
			for _, what := range triage.CountedKinds {
				if n, err := strconv.Atoi(got[door+"|"+what]); err == nil && n > 0 {
					all = append(all, triage.Counted{Month: name, Door: door, What: what, N: n})
				}
			}
		}
	}
	return all, nil
}

// unavailable is the error of a call that Redis did not answer; its own text is dropped.
func unavailable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return triage.ErrUnavailable
}
