package router

import (
	"slices"
	"testing"

	"madoguchi/triage"
)

// What staff asked beside the words is in the case in codes, without a name; the number to call is in the vault alone.
func TestWhatStaffAsked(t *testing.T) {
	h := newHouse(t)
	id := h.enter(t, triage.Entry{ID: "v1", Channel: "voice", Text: "話を聞いてほしい", Contact: "０９０－１２３４－５６７８（母）", By: "kawai", CallMe: "山田花子",
		Teller: &triage.Teller{Who: "guardian", Safe: "unknown", Unnamed: true, Telling: "no"}, CallBack: &triage.CallBack{Window: "1700-2000", Who: "self"}})
	k, _ := h.load(t, id)
	if k.Teller == nil || *k.Teller != (triage.Teller{Who: "guardian", Safe: "unknown", Unnamed: true, Telling: "no"}) || k.CallMe != "[人物A]" || k.About != "" {
		t.Errorf("asked %+v, called %q, about %q", k.Teller, k.CallMe, k.About)
	}
	if k.CallBack == nil || k.CallBack.Window != "1700-2000" || k.CallBack.Who != "self" {
		t.Errorf("to be called: %+v", k.CallBack)
	}
	if !slices.Contains(k.Flags, triage.ThirdParty) {
		t.Errorf("who speaks for another is no third party: %v", k.Flags)
	}
	rec, err := h.Vault.Open(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	if to, err := h.phoneOf(rec); err != nil || to.IsZero() {
		t.Errorf("the number cannot be called: %v", err)
	}
	if len(k.Consents) != 0 {
		t.Error("a word on the spot is taken for a consent")
	}
}

// Who is not safe at this moment is on top, whatever the words say, and stays so when entered again.
func TestNotSafeNowIsAnEmergency(t *testing.T) {
	h := newHouse(t)
	in := triage.Entry{ID: "v1", Channel: "voice", Text: "話を聞いてほしい", By: "kawai", Teller: &triage.Teller{Who: "self", Safe: "no"}}
	id := h.enter(t, in)
	if again := h.enter(t, in); again != id {
		t.Error("the same entry opens two cases")
	}
	k, events := h.load(t, id)
	if len(events) != 1 || k.Severity != triage.Emergency || k.About != "self" || !events[0].DueAt.Equal(h.Terms.AnswerBy[triage.Emergency](events[0].At)) {
		t.Errorf("%d events, %s, about %q, due %v", len(events), k.Severity, k.About, events[0].DueAt)
	}
	if i := slices.IndexFunc(k.Reasons, func(r triage.Reason) bool { return r.Rule == "told.not_safe" }); i < 0 || k.Reasons[i].Excerpt != "" {
		t.Errorf("reasons %+v", k.Reasons)
	}
}

func TestDialable(t *testing.T) {
	for written, want := range map[string]string{
		"090-1234-5678": "+819012345678", "０９０ー１２３４ー５６７８": "+819012345678", "0166-00-0000（母）": "+81166000000", "母 090 1234 5678": "+819012345678",
		"(0166)00-0000": "+81166000000", "+81 90 1234 5678": "+819012345678", "": "", "なし": "", "1-2-3": "", "まどぐち 3丁目": "", "mado@mihon.example": "", "12345678901234567890": "",
	} {
		if got := dialable(written); got != want {
			t.Errorf("%q: %q, want %q", written, got, want)
		}
	}
}
