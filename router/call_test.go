package router

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// phone is a door that can call.
type phone struct {
	door
	rang []string // the numbers
	ids  []string
	say  func(n int) error
}

func (p *phone) Call(_ context.Context, to channels.Address, c channels.Call) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, who, _ := channels.OpenAddress(to)
	p.rang, p.ids = append(p.rang, who), append(p.ids, c.ID)
	if p.say != nil {
		return p.say(len(p.rang))
	}
	return nil
}

func wishes(id, kind, who string, w channels.CallBack) channels.Message {
	return channels.Message{ID: id, Kind: kind, From: channels.NewAddress(kind, who, nil), Text: "[電話がほしい]", At: morning, CallBack: &w}
}

func (h *house) wants(t *testing.T, id triage.CaseID, call string) {
	t.Helper()
	k, _ := h.load(t, id)
	if _, err := h.Store.Append(t.Context(), k, triage.Event{ID: "wants " + call, At: morning, Kind: triage.KindDelivery, From: triage.Counselor, By: "sato",
		Call: &triage.Call{ID: call, At: morning}}); err != nil {
		t.Fatal(err)
	}
}

// ring is where somebody wishes to be called.
func ring(number string) channels.Address {
	return channels.NewAddress(channels.CallBackKind, number, nil)
}

func TestWishToBeCalled(t *testing.T) {
	h := newHouse(t)
	for i, tt := range []struct {
		kind, who string
		wish      channels.CallBack
		want      triage.CallBack
		number    string
	}{
		{"voice", "+81900000001", channels.CallBack{At: ring("+81900000001"), Window: "1200-1700", Who: "self"}, triage.CallBack{Window: "1200-1700", Who: "self"}, "+81900000001"},
		{"voice", "withheld:CA1", channels.CallBack{At: ring("+81900000002"), Window: "any"}, triage.CallBack{Window: "any"}, "+81900000002"},
		{"chat", "conversation", channels.CallBack{At: ring("+81900000003"), Window: "山田花子がいないとき", Who: "whoever"}, triage.CallBack{Window: "[人物A]がいないとき"}, "+81900000003"},
		{"sms", "+81900000004", channels.CallBack{}, triage.CallBack{}, "+81900000004"},
		{"chat", "another", channels.CallBack{At: ring("110")}, triage.CallBack{}, ""},
	} {
		m := wishes(fmt.Sprint("w", i), tt.kind, tt.who, tt.wish)
		h.process(t, m)
		id := h.caseOf(m.From)
		k, events := h.load(t, id)
		if k.CallBack == nil || *k.CallBack != tt.want || !strings.Contains(events[0].Text, "電話がほしい") {
			t.Errorf("%d: %+v %q", i, k.CallBack, events[0].Text)
		}
		if all := fmt.Sprintf("%+v", events); tt.number != "" && strings.Contains(all, tt.number) {
			t.Errorf("%d: the case holds the number", i)
		}
		rec, err := h.Vault.Open(t.Context(), string(id))
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.phoneOf(rec)
		if _, who, _ := channels.OpenAddress(a); err != nil || who != tt.number {
			t.Errorf("%d: the vault knows %q, %v", i, who, err)
		}
	}
}

func TestCallIsPlacedOnceAndItsEndIsKept(t *testing.T) {
	h, p := newHouse(t), &phone{}
	m := wishes("w", "voice", "+81900000001", channels.CallBack{Window: "any"})
	h.process(t, m)
	id := h.caseOf(m.From)
	call := string(id[:2]) + "call0"
	h.wants(t, id, call)
	doors := map[string]channels.Channel{"voice": p}
	start(t, h.courier(doors), h.courier(doors))
	outcome := func(want string) func() bool {
		return func() bool { k, _ := h.load(t, id); return k.Calls[0].Outcome == want }
	}
	until(t, "it rings", outcome(triage.CallRinging))
	if len(p.rang) != 1 || p.rang[0] != "+81900000001" || p.ids[0] != call {
		t.Fatalf("%q rang, as %q", p.rang, p.ids)
	}
	status := func(id, status, detail string) {
		t.Helper()
		// From whom a status says to be does not matter: here the same phone belongs to another case as well.
		m := channels.Message{ID: call + status, Kind: "voice", From: channels.NewAddress("callback", "+81900000009", nil), At: morning,
			Status: &channels.Status{ReplyID: id, Status: status, Detail: detail}}
		for range 2 {
			h.process(t, m)
		}
	}
	status(call, "read", "")
	status("00unknown", triage.CallAnswered, "")
	status(call, triage.CallNoAnswer, "machine")
	status(call, triage.CallAnswered, "")
	k, events := h.load(t, id)
	if c := k.Calls[0]; c.Outcome != triage.CallNoAnswer || c.Detail != "machine" || k.CallBack == nil || len(k.Calls) != 1 {
		t.Errorf("%+v", k.Calls)
	}
	if n := len(events); n != 4 { // the wish, the call, ringing, nobody
		t.Errorf("%d events", n)
	}
	second := string(id[:2]) + "call1"
	h.wants(t, id, second)
	until(t, "it rings again", func() bool { k, _ := h.load(t, id); return k.Calls[1].Outcome == triage.CallRinging })
	status(second, triage.CallAnswered, "")
	if k, _ := h.load(t, id); k.CallBack != nil || !k.WaitingSince.IsZero() || !k.Calls[1].Ended() {
		t.Errorf("after a talk: %+v, waiting since %v", k.CallBack, k.WaitingSince)
	}
}

func TestCallThatCannotBePlaced(t *testing.T) {
	for name, tt := range map[string]struct {
		from  channels.Address
		doors func(*phone) map[string]channels.Channel
		say   func(int) error
		want  string
		rang  int
	}{
		"no door": {channels.NewAddress("voice", "+81900000001", nil), func(*phone) map[string]channels.Channel { return nil }, nil, "no_door", 0},
		"a door that cannot call": {channels.NewAddress("voice", "+81900000001", nil),
			func(p *phone) map[string]channels.Channel { return map[string]channels.Channel{"voice": &p.door} }, nil, "no_door", 0},
		"no number": {channels.NewAddress("line", "U1", nil), nil, nil, "no_number", 0},
		"refused": {channels.NewAddress("sms", "+81900000001", nil), nil,
			func(int) error { return &channels.Undeliverable{Code: "desk_failed"} }, "desk_failed", 1},
		"not at first": {channels.NewAddress("sms", "+81900000001", nil), nil, func(n int) error {
			if n == 1 {
				return errors.New("away")
			}
			return &channels.Undeliverable{Code: "desk_failed"}
		}, "desk_failed", 2},
	} {
		t.Run(name, func(t *testing.T) {
			h, p := newHouse(t), &phone{say: tt.say}
			kind, _, _ := channels.OpenAddress(tt.from)
			h.process(t, channels.Message{ID: "1", Kind: kind, From: tt.from, Text: "電話してください", At: morning})
			id := h.caseOf(tt.from)
			h.wants(t, id, string(id[:2])+"call")
			doors := map[string]channels.Channel{"voice": p}
			if tt.doors != nil {
				doors = tt.doors(p)
			}
			start(t, h.courier(doors))
			until(t, "it failed", func() bool { k, _ := h.load(t, id); return k.Calls[0].Ended() })
			if k, _ := h.load(t, id); k.Calls[0].Outcome != triage.CallFailed || k.Calls[0].Detail != tt.want || len(p.rang) != tt.rang {
				t.Errorf("%+v, rang %d times", k.Calls, len(p.rang))
			}
		})
	}
}
