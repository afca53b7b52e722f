package desk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/desk"
	"madoguchi/triage/grant"
	"madoguchi/triage/seek"
	"madoguchi/triage/staff"
)

// archive is a wall that knows who is named in which case.
type archive struct {
	mu    sync.Mutex
	named map[string][]triage.CaseID
	burnt bool
	asked int // cases that were looked through
}

func (a *archive) Conceal(_ context.Context, s triage.Sought) ([]byte, string, error) {
	data, err := json.Marshal(s)
	return turned(data), strings.ReplaceAll(s.Reason, s.Names[0], "[本人]"), err
}

// turned stands for sealing: nothing of it can be read.
func turned(data []byte) []byte {
	out := slices.Clone(data)
	for i := range out {
		out[i] ^= 0x55
	}
	return out
}

func (a *archive) Unveil(_ context.Context, sealed []byte) (s triage.Sought, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.burnt {
		return s, triage.ErrNoWords
	}
	return s, json.Unmarshal(turned(sealed), &s)
}

func (a *archive) Search(ctx context.Context, sealed []byte, cases []triage.CaseID) (found []triage.Found, err error) {
	s, err := a.Unveil(ctx, sealed)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked += len(cases)
	for _, id := range cases {
		if len(s.Names) > 0 && slices.Contains(a.named[s.Names[0]], id) {
			found = append(found, triage.Found{Case: id, Match: []triage.Match{triage.MatchFull}})
		}
	}
	return found, err
}

func (a *archive) Burn(context.Context, []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.burnt = true
	return nil
}

const soughtName = "高橋 結衣"

// looked is a room with an archive, and a search that kato asked for.
func looked(t *testing.T) (*room, *archive, string) {
	t.Helper()
	r := open(t)
	a := &archive{named: map[string][]triage.CaseID{}}
	r.Searcher = a
	g, err := r.AskSearch(t.Context(), people["kato"], desk.Search{Ground: "serious", Sought: triage.Sought{Names: []string{soughtName, " "}, Reason: soughtName + "さんの調査のため"}})
	r.must(err)
	return r, a, g.ID
}

func TestOnlyALeadAsksForASearchAndSaysWhy(t *testing.T) {
	r := open(t)
	r.Searcher = &archive{}
	ask := func(login, ground, reason string, names ...string) error {
		_, err := r.AskSearch(t.Context(), strong(login), desk.Search{Ground: ground, Sought: triage.Sought{Names: names, Reason: reason}})
		return err
	}
	for _, login := range []string{"sato", "abe", "ueda", "ito", "ono", "root", "hinode"} {
		r.want(login, ask(login, "serious", "調査", soughtName), "forbidden")
	}
	r.want("no ground", ask("kato", "", "調査", soughtName), "bad_request")
	r.want("a ground of one's own", ask("kato", "curious", "調査", soughtName), "bad_request")
	r.want("no reason", ask("kato", "serious", " ", soughtName), "bad_request")
	r.want("nobody", ask("kato", "serious", "調査", " "), "bad_request")
	r.want("seven writings", ask("kato", "serious", "調査", "a1", "a2", "a3", "a4", "a5", "a6", "a7"), "bad_request")
	r.want("a lead", ask("kato", "serious", "調査", soughtName), "ok")
}

// Nobody can search alone: not who asked, not without a second factor, not by a role that does not lead, and not at night.
func TestASearchNeedsTwo(t *testing.T) {
	r, a, id := looked(t)
	ctx := t.Context()
	for _, c := range []struct {
		what string
		who  staff.Person
		want string
	}{
		{"who asked", strong("kato"), "two_persons_needed"},
		{"a lead by a password alone", people["mori"], "two_persons_needed"},
		{"a psychologist", strong("sato"), "forbidden"},
		{"a lawyer", strong("ueda"), "forbidden"},
		{"the administrator", strong("root"), "forbidden"},
	} {
		_, err := r.ApproveSearch(ctx, c.who, id)
		r.want(c.what, err, c.want)
		_, err = r.Approve(ctx, c.who, id, desk.Spoken{})
		if err == nil {
			t.Errorf("%s, by the other way: ok", c.what)
		}
	}
	r.office.there = []string{"kato"}
	g, err := r.AskSearch(ctx, strong("kato"), desk.Search{Ground: "serious", Sought: triage.Sought{Names: []string{soughtName}, Reason: "x"}})
	r.must(err)
	if g.State(r.Register.Now()) != grant.Asked {
		t.Errorf("with nobody else there a search is %s", g.State(r.Register.Now()))
	}
	if _, err := r.Seeker().Step(ctx); err != nil || a.asked != 0 {
		t.Errorf("before anybody allowed it, %d cases were looked through (%v)", a.asked, err)
	}
}

// The way of a search: asked, allowed, carried out in batches over a restart, shown to two, opened as any case, and gone.
func TestASearch(t *testing.T) {
	r, a, id := looked(t)
	ctx := t.Context()
	var all []triage.CaseID
	for range seek.Grounds { // some cases, and more than a batch of them below
		all = append(all, r.writes("", "[人物A]にけられた"))
	}
	for range triage.SearchBatch {
		all = append(all, r.writes("", "x"))
	}
	a.named[soughtName] = []triage.CaseID{all[0], all[len(all)-1]}

	r.follows(id, "kato search_ask")
	v, err := r.SearchOf(ctx, people["mori"], id)
	if err != nil || v.Sought == nil || v.Sought.Names[0] != soughtName || v.Grant.Words != nil {
		t.Fatalf("who is asked to allow it sees %+v, %v", v, err)
	}
	_, err = r.ApproveSearch(ctx, strong("mori"), id)
	r.must(err)
	r.follows(id, "kato search_ask", "mori search_read", "mori grant_approve")
	if more, err := r.Seeker().Step(ctx); !more || err != nil || a.asked != triage.SearchBatch {
		t.Fatalf("the first batch: %d cases, more %v, %v", a.asked, more, err)
	}
	if _, err := r.Seeker().Step(ctx); err != nil { // another process
		t.Fatal(err)
	}
	if a.asked != len(all) || !a.burnt {
		t.Fatalf("%d of %d cases were looked through; burnt: %v", a.asked, len(all), a.burnt)
	}
	for _, login := range []string{"kato", "mori"} {
		v, err := r.SearchOf(ctx, people[login], id)
		if err != nil || len(v.Found) != 2 || v.Sought != nil || !v.Grant.Search.Ended || v.Grant.Search.Looked != len(all) {
			t.Errorf("%s sees %+v, %v", login, v, err)
		}
	}
	if _, err := r.SearchOf(ctx, people["sato"], id); code(err) != "forbidden" {
		t.Errorf("a psychologist: %v", err)
	}
	if o, err := r.UseGrant(ctx, people["kato"], id); err != nil || o.Value != "" {
		t.Errorf("it opens %q, %v", o.Value, err)
	}
	r.machine.pass(grant.SearchLasts)
	if v, err := r.SearchOf(ctx, people["kato"], id); err != nil || len(v.Found) != 0 {
		t.Errorf("after its end: %+v, %v", v, err)
	}
	if _, err := r.Seeker().Step(ctx); err != nil {
		t.Fatal(err)
	}
	g, err := r.Register.Find(ctx, id)
	if err != nil || g.Words != nil || g.Search.Found != nil || g.Search.Hits != 2 {
		t.Errorf("what stays is %+v, %v", g, err)
	}
	r.silent(id)
	if got := fmt.Sprint(r.log.acts("kato")); got != "[search_ask search_end search_look]" {
		t.Errorf("the audit says of kato %s", got)
	}
	if got := fmt.Sprint(r.log.acts("mori")); got != "[search_read grant_approve search_look]" {
		t.Errorf("the audit says of mori %s", got)
	}
}

// silent fails where the audit or the register tells who was looked for.
func (r *room) silent(id string) {
	r.t.Helper()
	g, err := r.Register.Find(r.t.Context(), id)
	r.must(err)
	if told := fmt.Sprintf("%+v %+v", r.log.entries, g); strings.Contains(told, "高橋") || strings.Contains(told, "結衣") {
		r.t.Errorf("told: %s", told)
	}
}

// A search that nobody allows in time, or that somebody refuses, is destroyed like one that has ended.
func TestASearchThatWasNotAllowed(t *testing.T) {
	for what, over := range map[string]func(*room, string){
		"refused": func(r *room, id string) {
			_, err := r.RefuseSearch(r.t.Context(), people["mori"], id)
			r.must(err)
		},
		"taken back": func(r *room, id string) {
			_, err := r.RefuseSearch(r.t.Context(), people["kato"], id)
			r.must(err)
		},
		"not in time": func(r *room, _ string) { r.machine.pass(grant.Waits + time.Second) },
	} {
		r, a, id := looked(t)
		over(r, id)
		if _, err := r.Seeker().Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		g, err := r.Register.Find(t.Context(), id)
		if err != nil || g.Words != nil || !a.burnt || a.asked != 0 {
			t.Errorf("%s: %+v, burnt %v, looked through %d, %v", what, g, a.burnt, a.asked, err)
		}
		if v, err := r.SearchOf(t.Context(), people["mori"], id); err != nil || v.Sought != nil {
			t.Errorf("%s: %+v, %v", what, v, err)
		}
		if _, err := r.ApproveSearch(t.Context(), strong("mori"), id); code(err) != "wrong_state" {
			t.Errorf("%s: allowed afterwards: %v", what, err)
		}
	}
}
