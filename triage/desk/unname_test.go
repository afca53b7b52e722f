package desk_test

import (
	"slices"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/desk"
)

// Where a city keeps names and addresses for a shorter time than the case, they go alone, by the decision of a lead; where it
// says as_case, they go with it.
func TestNamesGoBeforeTheirCase(t *testing.T) {
	for keep, early := range map[city.Keep]bool{"1y": true, city.AsCase: false} {
		r, ctx := keeping(t), t.Context()
		config := r.Config
		c := *config.City
		c.Retention = slices.Clone(c.Retention)
		c.Retention[1].Keep = "5y"
		c.Retention = append(c.Retention, city.Retention{Key: "identity", Name: "名前と連絡先", Of: "identity", Keep: keep, From: "over", Source: "規則3", Ask: "年数"})
		config.City = &c
		r.Desk = desk.New(config)
		id := r.judged(triage.Routine)
		r.shut(id)
		r.clock.now = city.Date("2028-03-31").Value()
		r.want("before its term", r.Destroy(ctx, people["kato"], id, "期間が終わった"), "wrong_state")
		r.clock.now = city.Date("2028-04-01").Value()
		if !early {
			r.want("with the case", r.Destroy(ctx, people["kato"], id, "期間が終わった"), "wrong_state")
			continue
		}
		all, err := r.Disposals(ctx, people["kato"])
		if err != nil || len(all) != 1 || all[0].Ground != triage.DestroyIdentity || all[0].Class.Source != "規則3" || len(all[0].Bars) > 0 {
			t.Fatalf("%+v, %v", all, err)
		}
		r.wall.away = triage.ErrUnavailable
		if err := r.Destroy(ctx, people["kato"], id, "期間が終わった"); err == nil {
			t.Error("done without the wall")
		}
		r.wall.away = nil
		if all, err = r.Disposals(ctx, people["kato"]); err != nil || len(all) != 1 || all[0].Ground != triage.DestroyIdentity {
			t.Errorf("cut off, it is not on the list any more: %+v, %v", all, err)
		}
		r.want("again", r.Destroy(ctx, people["kato"], id, "期間が終わった"), "ok")
		k, events := r.load(id)
		if k.Unnamed != triage.UnnameDone || k.Doomed != "" || events[0].Text == "" || !slices.Equal(r.wall.erased, []triage.CaseID{id}) {
			t.Errorf("%+v, erased %v", k, r.wall.erased)
		}
		last := r.log.entries[len(r.log.entries)-1]
		if i := slices.Index(r.log.acts("kato"), desk.ActDestroy); i < 0 || last.Reason != triage.DestroyIdentity && last.Act == desk.ActDestroy {
			t.Errorf("no certificate: %+v", last)
		}
		r.want("once more", r.Destroy(ctx, people["kato"], id, "期間が終わった"), "wrong_state")
		_, err = r.Keep(ctx, people["kato"], id, true, "訴訟")
		r.want("a hold of what stays", err, "ok")
		_, err = r.Transfer(ctx, people["kato"], id, "abe")
		r.want("it goes on no more", err, "wrong_state")
	}
}
