package desk_test

import (
	"context"
	"errors"
	"testing"

	"madoguchi/triage"
)

// shelf is a cabinet of paper.
type shelf struct{}

func (shelf) File(_ context.Context, _ triage.CaseID, n, page int) (triage.Cleaned, error) {
	if n == 2 {
		return triage.Cleaned{}, triage.ErrUnreadable
	}
	return triage.Cleaned{Type: "image/png", Data: []byte{byte(n), byte(page)}, Pages: 1}, nil
}

// pictured is a case of sato's with three files: the second cannot be opened, the third came with a message that was taken back.
func pictured(r *room) triage.CaseID {
	r.t.Helper()
	r.Cabinet = shelf{}
	id := triage.CaseID("07pppppppppppppppppppppppp")
	_, err := r.store.Append(r.t.Context(), triage.Case{ID: id},
		triage.Event{ID: "m1", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "[写真1][写真2]",
			Files: []triage.File{{ID: "a", Sort: "picture"}, {ID: "b", Sort: "picture"}}},
		triage.Event{ID: "m2", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Text: "[写真3]",
			Files: []triage.File{{ID: "c", Sort: "picture"}}},
		triage.Event{ID: "u", At: r.clock.Now(), Kind: triage.KindMessage, From: triage.Seeker, Channel: "line", Hides: "m2"})
	if err == nil {
		_, err = r.Claim(r.t.Context(), people["sato"], id)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// Every person on every file: bytes for who has the case and for the leads, nothing for anybody else, and what is not there
// looks alike for all.
func TestWhoSeesWhatCame(t *testing.T) {
	r := open(t)
	id := pictured(r)
	for login, p := range people {
		sees := login == "sato" || login == "kato" || login == "mori"
		for n := range 6 {
			got, err := r.File(t.Context(), p, id, n, 1)
			switch {
			case !sees:
				if err == nil || len(got.Data) != 0 {
					t.Errorf("%s sees file %d: %v", login, n, err)
				}
			case n == 1:
				if err != nil || len(got.Data) == 0 {
					t.Errorf("%s does not see file 1: %v", login, err)
				}
			case n == 2:
				if !errors.Is(err, triage.ErrUnreadable) {
					t.Errorf("%s, file 2: %v", login, err)
				}
			case !errors.Is(err, triage.ErrUnknown):
				t.Errorf("%s, file %d: %v", login, n, err)
			}
		}
	}
	if _, err := r.File(t.Context(), people["sato"], "07qqqqqqqqqqqqqqqqqqqqqqqq", 1, 1); !errors.Is(err, triage.ErrUnknown) {
		t.Errorf("no such case: %v", err)
	}
	looks := 0
	for _, act := range r.log.acts("sato") {
		if act == "file" {
			looks++
		}
	}
	if looks != 2 {
		t.Errorf("%d looks are written down, want 2", looks)
	}
	r.log.full = errors.New("full")
	if got, err := r.File(t.Context(), people["sato"], id, 1, 1); err == nil || len(got.Data) != 0 {
		t.Errorf("shown although nobody can write down who looked: %v", err)
	}
}
