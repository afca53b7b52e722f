package desk_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	client "github.com/redis/go-redis/v9"

	"madoguchi/triage"
)

// judged is a case that waits, of that severity.
func (r *room) judged(s triage.Severity) triage.CaseID {
	r.t.Helper()
	id := triage.CaseID("07" + strings.ToLower(rand.Text()[:24]))
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id}, triage.Event{ID: "m", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker,
		Channel: "chat", Text: "きいてください", Judgement: &triage.Judgement{Severity: s}})
	r.must(err)
	return id
}

// withdrawn is a case whose seeker asked that it be erased.
func withdrawn(r *room, s triage.Severity) triage.CaseID {
	r.t.Helper()
	id := r.judged(s)
	c, _ := r.load(id)
	_, err := r.store.Append(r.t.Context(), c, triage.Event{ID: "e", At: r.clock.Now(), Kind: triage.KindState, From: triage.Seeker, Change: &triage.Change{Erase: true}})
	r.must(err)
	return id
}

// What a seeker withdrew is destroyed after the time to think again, when a lead says so, and not before.
func TestWithdrawnAndDestroyed(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := withdrawn(r, triage.Routine)
	r.want("a counselor", r.Destroy(ctx, people["sato"], id, "本人の希望"), "unknown")
	r.want("too early", r.Destroy(ctx, people["kato"], id, "本人の希望"), "wrong_state")
	_, err := r.Disposals(ctx, people["sato"])
	r.want("a counselor's list", err, "forbidden")
	r.clock.now = r.clock.now.AddDate(0, 0, 14)
	r.want("without a word", r.Destroy(ctx, people["kato"], id, " "), "bad_request")
	all, err := r.Disposals(ctx, people["kato"])
	if err != nil || len(all) != 1 || all[0].Ground != triage.DestroyWithdrawn || len(all[0].Bars) != 0 {
		t.Fatalf("%+v, %v", all, err)
	}
	r.wall.away = triage.ErrUnavailable
	if err := r.Destroy(ctx, people["kato"], id, "本人の希望"); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatalf("the wall is away: %v", err)
	}
	r.wall.away = nil
	r.must(r.Sweep(ctx)) // what was interrupted goes on by itself
	if _, _, err := r.store.Load(ctx, id); !errors.Is(err, triage.ErrUnknown) || !slices.Equal(r.wall.erased, []triage.CaseID{id}) {
		t.Errorf("%v, erased %v", err, r.wall.erased)
	}
	last := r.log.entries[len(r.log.entries)-1]
	if last.Act != "destroy" || last.Reason != triage.DestroyWithdrawn || last.Ref != "events=2 files=0" || last.Case != id || last.Who != "kato" {
		t.Errorf("%+v", last)
	}
	r.want("again", r.Destroy(ctx, people["kato"], id, "本人の希望"), "unknown")
}

// What may be the trace of a danger, what others were told, and what somebody wants kept, is not destroyed.
func TestWhatMustStayStays(t *testing.T) {
	for name, tt := range map[string]struct {
		severity triage.Severity
		happened triage.Event
		bar      string
	}{
		"an emergency": {triage.Emergency, triage.Event{}, "緊急"},
		"urgent":       {triage.Urgent, triage.Event{}, "緊急"},
		"an abuse":     {triage.Routine, triage.Event{Kind: triage.KindMessage, From: triage.Seeker, Judgement: &triage.Judgement{Severity: triage.Soon, Flags: []triage.Flag{triage.AbuseHome}}}, "虐待"},
		"handed off":   {triage.Routine, triage.Event{Kind: triage.KindHandoff, From: triage.Counselor, Handoff: &triage.Handoff{ID: "07h", School: "hinode-jhs", State: triage.HandoffSent}}, "伝えて"},
		"serious":      {triage.Routine, triage.Event{Kind: triage.KindNote, From: triage.Counselor, Observed: &triage.Observed{Kind: "declared", On: "2026-12-01"}}, "重大事態"},
		"kept":         {triage.Routine, triage.Event{Kind: triage.KindState, From: triage.Counselor, Change: &triage.Change{Keep: triage.KeepOn}}, "残す"},
	} {
		r, ctx := open(t), t.Context()
		id := withdrawn(r, tt.severity)
		if c, _ := r.load(id); tt.happened.Kind != "" {
			tt.happened.ID, tt.happened.At = "x", r.clock.Now()
			_, err := r.store.Append(ctx, c, tt.happened)
			r.must(err)
		}
		r.clock.now = r.clock.now.AddDate(1, 0, 0)
		r.want(name, r.Destroy(ctx, people["kato"], id, "本人の希望"), "wrong_state")
		if all, err := r.Disposals(ctx, people["mori"]); err != nil || len(all) != 1 || !strings.Contains(strings.Join(all[0].Bars, ""), tt.bar) {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
		if len(r.wall.erased) > 0 {
			t.Errorf("%s: erased", name)
		}
	}
}

// A lead can say that a case stays, and take that back; an ordinary case is none to decide on.
func TestKeep(t *testing.T) {
	r, ctx := open(t), t.Context()
	ordinary, id := r.claimed(), withdrawn(r, triage.Routine)
	r.clock.now = r.clock.now.Add(365 * 24 * time.Hour)
	r.want("an ordinary case", r.Destroy(ctx, people["kato"], ordinary, "片付け"), "wrong_state")
	_, err := r.Keep(ctx, people["sato"], ordinary, true, "調査")
	r.want("a counselor keeps", err, "forbidden")
	_, err = r.Keep(ctx, people["kato"], id, true, "")
	r.want("without a word", err, "bad_request")
	c, err := r.Keep(ctx, people["kato"], id, true, "ゆうかさんの調査")
	if err != nil || !c.Kept {
		t.Fatalf("%v, %v", c.Kept, err)
	}
	r.want("kept", r.Destroy(ctx, people["kato"], id, "本人の希望"), "wrong_state")
	_, err = r.Keep(ctx, people["kato"], id, false, "調査が終わった")
	r.must(err)
	r.want("free again", r.Destroy(ctx, people["kato"], id, "本人の希望"), "ok")
}

// Whoever writes before it is done has a case, and not a word of theirs is lost.
func TestNewWordsEndTheDestruction(t *testing.T) {
	r, ctx := open(t), t.Context()
	id := withdrawn(r, triage.Routine)
	r.clock.now = r.clock.now.AddDate(0, 0, 14)
	r.wall.away = triage.ErrUnavailable
	if err := r.Destroy(ctx, people["kato"], id, "本人の希望"); !errors.Is(err, triage.ErrUnavailable) {
		t.Fatal(err)
	}
	c, _ := r.load(id)
	_, err := r.store.Append(ctx, c, triage.Event{ID: "again", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "やっぱり聞いて"})
	r.must(err)
	r.wall.away = nil
	r.must(r.Sweep(ctx))
	if c, events := r.load(id); c.Doomed != "" || events[len(events)-1].Text != "やっぱり聞いて" {
		t.Errorf("doomed %q", c.Doomed)
	}
}

// What a copy from before brings back of a case that was destroyed is not there, as a case that never was is not: for no screen, list or act.
func TestADestroyedCaseThatIsPutBackIsNotThere(t *testing.T) {
	ctx := t.Context()
	c := client.NewClient(&client.Options{Addr: miniredis.RunT(t).Addr(), MaxRetries: -1})
	t.Cleanup(func() { c.Close() })
	r := openOn(t, c)
	id := withdrawn(r, triage.Routine)
	r.clock.now = r.clock.now.AddDate(0, 0, 14)
	tag := "{p" + string(id[:2]) + "}:"
	k, v := tag+"case:"+string(id), tag+"events:"+string(id)
	head, events, places := c.HGetAll(ctx, k).Val(), c.LRange(ctx, v, 0, -1).Val(), map[string][]client.Z{}
	for _, key := range c.Keys(ctx, tag+"*").Val() {
		if c.Type(ctx, key).Val() == "zset" {
			places[key] = c.ZRangeWithScores(ctx, key, 0, -1).Val()
		}
	}
	r.must(r.Destroy(ctx, people["kato"], id, "本人の希望"))
	c.HSet(ctx, k, head)
	for _, e := range events {
		c.RPush(ctx, v, e)
	}
	for key, in := range places {
		c.ZAdd(ctx, key, in...)
	}
	for _, who := range []string{"sato", "kato"} {
		for what, err := range map[string]error{
			"looks": errOf(r.Case(ctx, people[who], id)), "opens a name": errOf(r.Reveal(ctx, people[who], id, "[人物A]", "safety")),
			"opens the text": errOf(r.RevealText(ctx, people[who], id, "safety")), "notes": errOf(r.Note(ctx, people[who], id, "メモ")),
			"claims": errOf(r.Claim(ctx, people[who], id)), "destroys": r.Destroy(ctx, people["kato"], id, "本人の希望"),
		} {
			if !errors.Is(err, triage.ErrUnknown) {
				t.Errorf("%s %s: %v", who, what, err)
			}
		}
	}
	if all, err := r.Disposals(ctx, people["kato"]); err != nil || len(all) != 0 {
		t.Errorf("what may be destroyed: %+v, %v", all, err)
	}
	for _, q := range []triage.Query{{}, {Erased: true}, {State: triage.Waiting}, {State: triage.Open}} {
		if all, _, err := r.store.List(ctx, q); err != nil || len(all) != 0 {
			t.Errorf("%+v lists %+v, %v", q, all, err)
		}
	}
	r.must(r.Sweep(ctx))
}
