package router

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"madoguchi/channels"
	"madoguchi/triage"
)

// A child telephones, writes a letter, and her mother writes by LINE: the search finds all of them, by what the wall keeps
// and nobody else, and tells no more than which cases they are.
func TestSearchFindsWhoIsNamedAnywhere(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	chatting := channels.NewAddress(chat, "conversation", []byte("public"))
	mother := channels.NewAddress("line", "U123", nil)
	h.process(t, channels.Message{ID: "1", Kind: chat, From: chatting, Text: "ヤマダ ハナコです。いじめ"},
		channels.Message{ID: "2", Kind: "line", From: mother, Text: "娘の山田花子のことで。電話は０９０ー１２３４ー５６７８です"},
		channels.Message{ID: "3", Kind: "line", From: channels.NewAddress("line", "U9", nil), Text: "ゆいのこと"},
		channels.Message{ID: "4", Kind: "line", From: channels.NewAddress("line", "U8", nil), Text: "だれの名前もない"})
	phoned, err := h.front.Enter(ctx, triage.Entry{ID: "call", Channel: "visit", Text: "名前は言わない", Contact: "090-1234-5678", By: "sato"})
	if err != nil {
		t.Fatal(err)
	}
	all := []triage.CaseID{h.caseOf(chatting), h.caseOf(mother), h.caseOf(channels.NewAddress("line", "U9", nil)),
		h.caseOf(channels.NewAddress("line", "U8", nil)), phoned, "07" + triage.CaseID(strings.Repeat("a", 24))}

	s := triage.Both(NewSearcher(h.router), NewReached(h.router))
	sealed, reason, err := s.Conceal(ctx, triage.Sought{Names: []string{"山田 花子", "やまだ はなこ"}, Numbers: []string{"+81 90 1234 5678"},
		Reason: "山田花子さん（山田 花子）の調査"})
	if err != nil || strings.Contains(reason, "山田") || strings.Contains(reason, "花子") || !strings.HasSuffix(reason, "調査") {
		t.Fatalf("the reason is %q, %v", reason, err)
	}
	found, err := s.Search(ctx, sealed, all)
	want := []triage.Found{
		{Case: all[0], Match: []triage.Match{triage.MatchFull, triage.MatchPart}},
		{Case: all[1], Match: []triage.Match{triage.MatchNumber, triage.MatchFull, triage.MatchPart}},
		{Case: all[4], Match: []triage.Match{triage.MatchContact}},
	}
	if err != nil || fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("found %v, %v, want %v", found, err, want)
	}
	dump := h.dump(t) + string(sealed) + h.logged()
	for _, words := range []string{"山田", "花子", "やまだ", "1234 5678", "12345678"} {
		if strings.Contains(dump, words) {
			t.Errorf("%s can be read at rest", words)
		}
	}
	if who, err := s.Unveil(ctx, sealed); err != nil || who.Names[0] != "山田 花子" {
		t.Errorf("before it is burnt: %v, %v", who, err)
	}
	for range 2 {
		if err := s.Burn(ctx, sealed); err != nil {
			t.Fatal(err)
		}
	}
	if who, err := s.Unveil(ctx, sealed); !errors.Is(err, triage.ErrNoWords) || len(who.Names) > 0 {
		t.Errorf("after it was burnt: %v, %v", who, err)
	}
	if _, err := s.Search(ctx, sealed, all); !errors.Is(err, triage.ErrNoWords) {
		t.Errorf("it still searches: %v", err)
	}
}

// What cannot be read is not passed over: that nothing was found in it says nothing.
func TestSearchTellsOfWhatCannotBeRead(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	whole, torn := channels.NewAddress("line", "U1", nil), channels.NewAddress("line", "U2", nil)
	h.process(t, channels.Message{ID: "1", Kind: "line", From: whole, Text: "だれの名前もない"}, channels.Message{ID: "2", Kind: "line", From: torn, Text: "山田花子のこと"})
	record := "{v" + string(h.caseOf(torn)[:2]) + "}:case:" + string(h.caseOf(torn))
	if n, err := h.secrets.HSet(ctx, record, "r", "torn").Result(); err != nil || n != 0 {
		t.Fatalf("the record is not where it was: %d, %v", n, err)
	}
	s := triage.Both(NewSearcher(h.router), NewReached(h.router))
	sealed, reason, err := s.Conceal(ctx, triage.Sought{Names: []string{"林 花"}, Reason: "林さんの件"})
	if err != nil || strings.Contains(reason, "林") {
		t.Fatalf("the reason is %q, %v", reason, err)
	}
	found, err := s.Search(ctx, sealed, []triage.CaseID{h.caseOf(whole), h.caseOf(torn)})
	if want := []triage.Found{{Case: h.caseOf(torn), Match: []triage.Match{triage.MatchUnread}}}; err != nil || fmt.Sprint(found) != fmt.Sprint(want) {
		t.Errorf("found %v, %v, want %v", found, err, want)
	}
}

func TestSearchRefusesNobodyAndTooMany(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	s := triage.Both(NewSearcher(h.router), NewReached(h.router))
	if _, _, err := s.Conceal(ctx, triage.Sought{Names: []string{" "}, Numbers: []string{"110"}, Reason: "x"}); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("nobody: %v", err)
	}
	sealed, _, err := s.Conceal(ctx, triage.Sought{Names: []string{"ゆい"}, Reason: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Search(ctx, sealed, make([]triage.CaseID, triage.SearchBatch+1)); !errors.Is(err, triage.ErrRefused) {
		t.Errorf("too many: %v", err)
	}
	for _, b := range [][]byte{nil, {0}, {0, 200, 1}, sealed[:len(sealed)-1]} {
		if _, err := s.Unveil(ctx, b); !errors.Is(err, triage.ErrNoWords) {
			t.Errorf("%d bytes: %v", len(b), err)
		}
	}
}
