package desk_test

import (
	"testing"

	"madoguchi/triage/desk"
)

// That the parents were asked in every case, or not in a few, is not told apart; ten are a number.
func TestNoneNotAskedLooksLikeFew(t *testing.T) {
	withheld := desk.Count{Withheld: true}
	for what, tt := range map[string]struct {
		kinds map[string]desk.Count
		want  desk.Count
	}{
		"none": {nil, withheld}, "few": {map[string]desk.Count{"not_asked": withheld}, withheld},
		"ten": {map[string]desk.Count{"not_asked": {N: 10}}, desk.Count{N: 10}},
	} {
		if got := desk.NotAsked(map[string]map[string]desk.Count{desk.ByParents: tt.kinds}); got != tt.want {
			t.Errorf("%s: %+v, want %+v", what, got, tt.want)
		}
	}
}
