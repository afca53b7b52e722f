package desk_test

import (
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// A draft is its school's own, and is forgotten when nobody goes on with it.
func TestDrafts(t *testing.T) {
	r, ctx := open(t), t.Context()
	school, hinode, kawabe := r.Portal(), people["hinode"], people["kawabe"]
	id, err := school.SaveDraft(ctx, hinode, triage.Draft{Form: "incident", Fields: map[string]string{"harmed": "1年 ゆうか"}})
	r.must(err)
	again, err := school.SaveDraft(ctx, hinode, triage.Draft{ID: id, Form: "incident", Fields: map[string]string{"harmed": "1年 ゆうか", "matter": "悪口"}})
	if err != nil || again != id {
		t.Errorf("saved again as %q, %v", again, err)
	}
	mine, err := school.Drafts(ctx, hinode)
	if err != nil || len(mine) != 1 || mine[0].ID != id || mine[0].Fields["harmed"] != "1年 ゆうか" || mine[0].Fields["matter"] != "悪口" {
		t.Errorf("%d drafts, %v", len(mine), err)
	}
	if theirs, err := school.Drafts(ctx, kawabe); err != nil || len(theirs) != 0 {
		t.Errorf("another school has %d, %v", len(theirs), err)
	}
	_, err = school.SaveDraft(ctx, kawabe, triage.Draft{ID: id, Form: "incident", Fields: map[string]string{"matter": "x"}})
	r.want("another school writes over it", err, "unknown")
	r.must(school.DropDraft(ctx, kawabe, id))
	if mine, _ := school.Drafts(ctx, hinode); len(mine) != 1 {
		t.Error("another school destroyed it")
	}
	_, err = school.SaveDraft(ctx, people["sato"], triage.Draft{Form: "incident", Fields: map[string]string{"matter": "x"}})
	r.want("a counselor", err, "forbidden")
	_, err = school.SaveDraft(ctx, hinode, triage.Draft{Form: "incident"})
	r.want("nothing", err, "bad_request")
	if cases, _, err := r.store.List(ctx, triage.Query{}); err != nil || len(cases) != 0 {
		t.Errorf("a draft is a case: %d, %v", len(cases), err)
	}
	r.must(r.ForgetDrafts(ctx))
	r.clock.now = r.clock.now.Add(desk.DraftsKept + time.Hour)
	r.must(r.ForgetDrafts(ctx))
	if mine, _ := school.Drafts(ctx, hinode); len(mine) != 0 {
		t.Error("it is never forgotten")
	}
}
