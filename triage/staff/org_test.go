package staff_test

import (
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Who employs somebody stands in the list of accounts, and gives no right.
func TestWhoEmploysSomebody(t *testing.T) {
	a := open(t).Accounts
	ctx := t.Context()
	for login, role := range map[string]triage.Role{"sato": triage.Psychologist, "hinode": triage.School} {
		school := ""
		if role == triage.School {
			school = "hinode-jhs"
		}
		if _, err := a.Create(ctx, login, role, school); err != nil {
			t.Fatal(err)
		}
	}
	before, _ := a.Person(ctx, "sato")
	want(t, "set", a.SetOrg(ctx, "sato", " NPO法人ほしみ "), nil)
	want(t, "nobody's", a.SetOrg(ctx, "nobody", "x"), staff.ErrUnknown)
	want(t, "a school's", a.SetOrg(ctx, "hinode", "x"), staff.ErrInvalid)
	want(t, "too long", a.SetOrg(ctx, "sato", strings.Repeat("あ", 61)), staff.ErrInvalid)
	want(t, "two lines", a.SetOrg(ctx, "sato", "a\nb"), staff.ErrInvalid)
	all, err := a.List(ctx)
	if err != nil || len(all) != 2 || all[1].Org != "NPO法人ほしみ" {
		t.Errorf("%+v %v", all, err)
	}
	if after, _ := a.Person(ctx, "sato"); after != before {
		t.Errorf("%+v became %+v", before, after)
	}
	want(t, "the city's again", a.SetOrg(ctx, "sato", ""), nil)
	if all, _ = a.List(ctx); all[1].Org != "" {
		t.Errorf("%+v", all[1])
	}
}
