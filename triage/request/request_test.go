package request

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"madoguchi/triage"
)

var day = time.Date(2026, 12, 1, 9, 0, 0, 0, triage.JST)

func guardians(d *Decision) Request {
	return Request{ID: "personal-2026-1", Year: 2026, N: 1, Ground: "guardian", About: "子どもの相談", On: "2026-12-01", AnswerBy: "2026-12-31", By: "ono", At: day, Decision: d}
}

// What a parent reads, and what who brings the letter sees, is the same to the byte whether there is a case or not; and so
// is the day.
func TestAParentsAnswerTellsNothing(t *testing.T) {
	without := guardians(&Decision{Outcome: Neutral, Reason: "探したが、ない", By: "kato", At: day.Add(time.Hour), Agreed: "mori", AgreeAt: day.Add(2 * time.Hour)})
	with := guardians(&Decision{Outcome: Neutral, Case: "07aaaa", Reason: "親から逃げている", Wish: "知らせないで", By: "mori", At: day.AddDate(0, 0, 9), Agreed: "kato", AgreeAt: day.AddDate(0, 0, 9)})
	with.Before = []Back{{Decision: Decision{Outcome: Give}}}
	if Letter(with) != Letter(without) || !strings.Contains(Letter(with), "81条") || strings.Contains(Letter(with), "%!") {
		t.Errorf("the letters differ:\n%s\n%s", Letter(with), Letter(without))
	}
	for n := range 40 {
		today := day.AddDate(0, 0, n).Format(time.DateOnly)
		if a, b := with.Bare(today), without.Bare(today); !reflect.DeepEqual(a, b) || with.Ready(today) != without.Ready(today) {
			t.Errorf("on %s: %+v and %+v", today, a, b)
		}
		if with.Ready(today) != (n >= NeutralAfter) {
			t.Errorf("on day %d ready: %t", n, with.Ready(today))
		}
	}
	undecided := guardians(nil)
	for n := range NeutralAfter {
		today := day.AddDate(0, 0, n).Format(time.DateOnly)
		if !reflect.DeepEqual(undecided.Bare(today), with.Bare(today)) {
			t.Errorf("on %s it can be seen how fast it was decided", today)
		}
	}
	if NeutralAfter >= Legal {
		t.Error("it would be answered too late")
	}
	if fmt.Sprint(Outcomes(Guardian)) != "[give neutral]" {
		t.Error("a parent may be told that there is nothing, or why it is refused")
	}
}

func TestCautions(t *testing.T) {
	for _, tt := range []struct {
		c    triage.Case
		want int
	}{
		{triage.Case{}, 0}, {triage.Case{Flags: []triage.Flag{triage.AbuseHome}}, 1},
		{triage.Case{Flags: []triage.Flag{triage.AbuseHome}, Observed: []triage.Observed{{Kind: "abused"}, {Kind: "parent_not_asked"}, {Kind: "stopped"}}}, 3},
		{triage.Case{Observed: []triage.Observed{{Kind: triage.ObservedGuardianCare}}}, 1},
		{triage.Case{Observed: []triage.Observed{{Kind: triage.ObservedGuardianCare}, {Kind: triage.ObservedGuardianEase}}}, 0},
	} {
		if got := Cautions(tt.c); len(got) != tt.want {
			t.Errorf("%+v: %v", tt.c, got)
		}
	}
}

func TestStatesAndOrder(t *testing.T) {
	r := guardians(nil)
	states := []State{r.State()}
	r.Decision = &Decision{Outcome: Give, Case: "07aaaa"}
	states = append(states, r.State())
	holds := r.Holds("07aaaa")
	r.Decision.Agreed = "mori"
	states = append(states, r.State())
	r.AnsweredOn = "2026-12-25"
	states = append(states, r.State())
	if fmt.Sprint(states) != "[open proposed decided answered]" || !holds || r.Holds("07aaaa") {
		t.Errorf("%v %t", states, holds)
	}
	all := []Request{{ID: "c", AnsweredOn: "2026-12-02"}, {ID: "b", AnswerBy: "2026-12-09"}, {ID: "d", AnsweredOn: "2026-12-03"}, {ID: "a", AnswerBy: "2026-12-01"}}
	Sort(all)
	if got := all[0].ID + all[1].ID + all[2].ID + all[3].ID; got != "abdc" {
		t.Error(got)
	}
	if !all[0].Overdue("2026-12-02") || all[0].Overdue("2026-12-01") || all[2].Overdue("2027-01-01") {
		t.Error("overdue")
	}
	of := map[string]Request{"x": {Ground: "guardian", Year: 2026, N: 4}, "y": {Ground: "self", Year: 2025, N: 9}, "z": {Ground: "public", Year: 2026, N: 7}}
	if Next(of, Personal, 2026) != 5 || Next(of, Inquiries, 2026) != 1 {
		t.Error("numbers")
	}
	for _, g := range Grounds {
		if g.Law == "" || g.Who == "" || len(Outcomes(g.Kind)) == 0 {
			t.Errorf("%+v", g)
		}
	}
}

// Only what was decided is in a pack, it can be checked against its list, and made again it is the same.
func TestAPackHoldsWhatWasDecided(t *testing.T) {
	c := triage.Case{ID: "07aaaa", Hidden: []string{"m2"}}
	events := []triage.Event{
		{ID: "m1", Seq: 1, At: day, Kind: triage.KindMessage, From: triage.Seeker, Text: "[人物A]にけられた"},
		{ID: "m2", Seq: 2, At: day, Kind: triage.KindMessage, From: triage.Seeker, Text: "取り消したこと"},
		{ID: "n1", Seq: 3, At: day, Kind: triage.KindNote, From: triage.Counselor, Text: "メモのこと"},
		{ID: "n3", Seq: 3, At: day, Kind: triage.KindNote, From: triage.Counselor, Session: &triage.Session{View: "孤立している", Next: "木曜に話す"}},
		{ID: "n2", Seq: 4, At: day, Kind: triage.KindNote, From: triage.Counselor, For: "sato", Text: "耳うち"},
		{ID: "l", Seq: 5, At: day, Kind: triage.KindState, Text: "つながり", Link: &triage.Link{Case: "08bbbb"}},
		{ID: "v", Seq: 6, At: day, Kind: triage.KindReveal, Reveal: &triage.Reveal{Placeholder: "[人物A]"}},
		{ID: "h", Seq: 7, At: day, Kind: triage.KindHandoff, From: triage.Counselor, Handoff: &triage.Handoff{Summary: "伝えたこと", Answers: []triage.HandoffAnswer{{Text: "見ます"}}}},
		{ID: "r", Seq: 8, At: day, Kind: triage.KindReport, From: triage.AtSchool, Report: &triage.Report{Form: "interview", Fields: map[string]string{"what": "見た"}}},
		{ID: "m3", Seq: 9, At: day, Kind: triage.KindMessage, From: triage.Seeker, Text: "決めたあとのこと"},
	}
	d := Decision{Outcome: Give, Case: c.ID, Upto: 8, Parts: []string{Messages, Told, Reports}, AgreeAt: day}
	text := Render(c, events, d)
	for _, in := range []string{"[人物A]にけられた", "伝えたこと", "答え：見ます", "見た"} {
		if !strings.Contains(text, in) {
			t.Errorf("%s is missing in\n%s", in, text)
		}
	}
	for _, out := range []string{"取り消した", "メモ", "耳うち", "つながり", "08bbbb", "決めたあと"} {
		if strings.Contains(text, out) {
			t.Errorf("%s is in\n%s", out, text)
		}
	}
	d.Parts = Parts
	if all := Render(c, events, d); !strings.Contains(all, "メモのこと") || !strings.Contains(all, "見立て：孤立している\n次：木曜に話す") || strings.Contains(all, "耳うち") || strings.Contains(all, "08bbbb") {
		t.Errorf("%s", all)
	}
	r := Request{ID: "inquiry-2026-1", Ground: "police_inquiry", Office: "警察署", Decision: &d}
	pieces := []Piece{{"記録.txt", []byte(text)}, {"写真/1-1.png", []byte("png")}}
	data, hash, err := Archive(r, pieces)
	again, same, err2 := Archive(r, pieces)
	if err != nil || err2 != nil || !bytes.Equal(data, again) || hash != same {
		t.Fatalf("%v %v", err, err2)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 3 {
		t.Fatal(err)
	}
	var m manifest
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(in)
		if f.Name == ManifestName {
			if err := json.Unmarshal(body, &m); err != nil || sum(body) != hash || m.Case != c.ID || m.Request != r.ID {
				t.Errorf("%s: %v", body, err)
			}
			continue
		}
		found := false
		for _, k := range m.Files {
			found = found || k.Name == f.Name && k.SHA256 == sum(body) && k.Bytes == len(body)
		}
		if !found {
			t.Errorf("%s is not in the list, or is another", f.Name)
		}
	}
	pieces[0].Data = append(pieces[0].Data, '.')
	if _, other, _ := Archive(r, pieces); other == hash {
		t.Error("another text has the same fingerprint")
	}
}
