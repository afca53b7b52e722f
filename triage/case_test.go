package triage_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"madoguchi/triage"
)

// anyEvent draws an event of any kind, sensible or not.
func anyEvent(t *rapid.T) triage.Event {
	id := rapid.SampledFrom([]string{"07a", "07b", "07c"})
	who := rapid.SampledFrom([]string{"", "aoki", "mori"})
	school := rapid.SampledFrom([]string{"", "sakura", "momiji"})
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if n := rapid.IntRange(-1, 100).Draw(t, "minute"); n >= 0 {
			return minute(n)
		}
		return time.Time{}
	})
	flags := rapid.SliceOfN(rapid.SampledFrom(triage.Flags), 0, 3)
	e := triage.Event{
		ID: rapid.StringN(1, 4, -1).Draw(t, "id"), At: minute(rapid.IntRange(0, 100).Draw(t, "at")),
		Kind: rapid.SampledFrom([]triage.Kind{triage.KindMessage, triage.KindNote, triage.KindAssessment, triage.KindAssignment, triage.KindReveal,
			triage.KindHandoff, triage.KindHandoff, triage.KindReport, triage.KindDuty, triage.KindState, triage.KindDelivery}).Draw(t, "kind"),
		From: rapid.SampledFrom([]triage.From{triage.Seeker, triage.Counselor, triage.Desk, triage.AtSchool, triage.System}).Draw(t, "from"),
		By:   who.Draw(t, "by"), Channel: rapid.SampledFrom([]string{"", "chat", "line", "sms", "email", "letter", "visit"}).Draw(t, "channel"),
		Text: rapid.StringN(0, 200, -1).Draw(t, "text"), Said: rapid.Int64Range(0, 4).Draw(t, "said"), DueAt: when.Draw(t, "due"),
	}
	if rapid.Bool().Draw(t, "judged") {
		e.Judgement = &triage.Judgement{Severity: rapid.SampledFrom(append(triage.Severities[:4:4], "")).Draw(t, "severity"), Flags: flags.Draw(t, "flags"),
			Reasons: []triage.Reason{{Rule: id.Draw(t, "rule"), Excerpt: id.Draw(t, "excerpt")}}}
	}
	if rapid.IntRange(0, 9).Draw(t, "with nothing") == 0 {
		return e
	}
	switch e.Kind {
	case triage.KindNote:
		e.Observed = &triage.Observed{Kind: rapid.SampledFrom([]string{"stopped", "recurred", "apology"}).Draw(t, "observed")}
	case triage.KindAssignment:
		e.Assignment = &triage.Assignment{Do: rapid.SampledFrom([]string{triage.DoClaim, triage.DoRelease, triage.DoTransfer, triage.DoLapse, triage.DoSecond, ""}).Draw(t, "do"),
			To: who.Draw(t, "to"), Until: when.Draw(t, "until")}
	case triage.KindHandoff:
		if rapid.Bool().Draw(t, "consent") {
			e.Consent = &triage.Consent{ID: id.Draw(t, "consent id"), School: school.Draw(t, "school"), Given: rapid.SampledFrom([]string{"", "spoken"}).Draw(t, "given"),
				Level:  rapid.SampledFrom([]triage.ConsentLevel{triage.LevelNamed, triage.LevelAnonymous}).Draw(t, "level"),
				Answer: rapid.SampledFrom(append(triage.Answers[:4:4], triage.AnswerAsked, "")).Draw(t, "answer")}
			break
		}
		step := rapid.SampledFrom([]triage.HandoffState{"", triage.HandoffSent, triage.HandoffReceived, triage.HandoffWrongSchool, triage.HandoffDone}).Draw(t, "step")
		e.Handoff = &triage.Handoff{ID: id.Draw(t, "handoff"), Recipient: rapid.SampledFrom([]string{"school", "police"}).Draw(t, "recipient"),
			School: school.Draw(t, "school"), State: step, Answers: []triage.HandoffAnswer{{Step: step}}}
	case triage.KindReport:
		e.Report = &triage.Report{ID: id.Draw(t, "report"), School: school.Draw(t, "school")}
	case triage.KindDuty:
		e.Duty = &triage.Duty{What: id.Draw(t, "what"), DueAt: when.Draw(t, "duty due"), DoneAt: when.Draw(t, "done")}
	case triage.KindState:
		e.Change = &triage.Change{To: rapid.SampledFrom(append(triage.States[:6:6], "")).Draw(t, "to"), Erase: rapid.IntRange(0, 9).Draw(t, "erase") == 0}
	case triage.KindDelivery:
		e.Delivery = &triage.Delivery{Said: rapid.Int64Range(0, 4).Draw(t, "delivered"),
			Status: rapid.SampledFrom([]string{triage.DeliverySent, triage.DeliveryOptedOut, triage.DeliveryOptedIn}).Draw(t, "status")}
	}
	return e
}

func asJSON(t *rapid.T, v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// The fold of all events is what comes of them one by one. No step changes the case that it starts from or the event that
// it takes, not even through a slice that both share: every case on the way stays what it was. And a case read back from
// its JSON goes on as the case itself.
func TestWithIsPure(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyEvent), 20, 40).Draw(t, "events")
		told := asJSON(t, events)
		cases, shown := []triage.Case{{ID: "07abc"}}, []string{asJSON(t, triage.Case{ID: "07abc"})}
		for i, e := range events {
			var again triage.Case
			if err := json.Unmarshal([]byte(shown[i]), &again); err != nil {
				t.Fatal(err)
			}
			cases = append(cases, cases[i].With(e))
			if got, want := asJSON(t, again.With(e)), asJSON(t, cases[i+1]); got != want {
				t.Fatalf("a case read back goes on as\n%s\nand the case itself as\n%s", got, want)
			}
			shown = append(shown, asJSON(t, cases[i+1]))
		}
		for _, c := range cases {
			for _, e := range events {
				_ = c.With(e) // every other future of the same case
			}
		}
		if got, want := asJSON(t, triage.Fold("07abc", events)), asJSON(t, cases[len(events)]); got != want {
			t.Fatalf("the fold is\n%s\nand one by one it is\n%s", got, want)
		}
		for i, c := range cases {
			if got := asJSON(t, c); got != shown[i] {
				t.Fatalf("case %d was changed from\n%s\nto\n%s", i, shown[i], got)
			}
		}
		if asJSON(t, events) != told {
			t.Fatal("an event was changed")
		}
	})
}

// Whatever happens, these hold of every case.
func TestInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyEvent), 1, 40).Draw(t, "events")
		before := triage.Case{}
		for _, e := range events {
			c := before.With(e)
			switch {
			case !c.State.Valid():
				t.Fatalf("state %q", c.State)
			case c.State == triage.Waiting && (c.Assignee != "" || !c.LeaseUntil.IsZero()):
				t.Fatalf("a waiting case has an assignee or a lease: %+v", c)
			case c.State == triage.Open && c.Assignee == "":
				t.Fatalf("an open case of nobody: %+v", c)
			case !c.LeaseUntil.IsZero() && c.WaitingSince.IsZero():
				t.Fatalf("a lease where nobody waits: %+v", c)
			case c.Sent > c.Said:
				t.Fatalf("%d of %d sent", c.Sent, c.Said)
			case !c.Severity.Valid():
				t.Fatalf("severity %q", c.Severity)
			case c.Version != before.Version+1:
				t.Fatalf("version %d after %d", c.Version, before.Version)
			case before.Erased() && !c.ErasedAt.Equal(before.ErasedAt):
				t.Fatal("the time of the erasure moved")
			case utf8.RuneCountInString(c.Preview) > triage.PreviewRunes:
				t.Fatalf("a preview of %d runes", utf8.RuneCountInString(c.Preview))
			}
			heard := e.Kind == triage.KindMessage && e.From == triage.Seeker
			if heard && (c.WaitingSince.IsZero() || c.State != triage.Waiting && c.State != triage.Open) {
				t.Fatalf("a message that nobody sees to: %+v", c)
			}
			if e.From != triage.Counselor && before.Version > 0 && c.Severity.Rank() > before.Severity.Rank() {
				t.Fatalf("the rules lowered %s to %s", before.Severity, c.Severity)
			}
			for _, k := range before.Consents {
				if k.Answer == triage.AnswerNo && !slices.ContainsFunc(c.Consents, func(x triage.Consent) bool { return x.ID == k.ID && x.Answer == triage.AnswerNo }) {
					t.Fatal("a no was not final")
				}
			}
			before = c
		}
	})
}

func TestPreviewAndDoors(t *testing.T) {
	t.Parallel()
	by := func(channel, staff, text string) triage.Event {
		e := writes(text)
		e.Channel, e.By = channel, staff
		return e
	}
	hidden := writes("取り消した言葉")

	c := fold(by("line", "", "最初"), hidden, triage.Event{Kind: triage.KindState, Hides: "1"})
	if c.Preview != "" {
		t.Errorf("what was taken back is the preview: %q", c.Preview)
	}
	c = fold(by("line", "", "最初"), hidden, triage.Event{Kind: triage.KindState, Hides: "1"}, by("chat", "", strings.Repeat("長", 200)), by("line", "", ""))
	if c.Preview != strings.Repeat("長", 120) {
		t.Errorf("preview %q", c.Preview)
	}
	if c.Door != "line" || !slices.Equal(c.Channels, []string{"line", "chat"}) {
		t.Errorf("door %s of %v", c.Door, c.Channels)
	}
	c = fold(by("line", "", "最初"), by("visit", "clerk", "来所"))
	if c.Door != "line" || !slices.Equal(c.Channels, []string{"line", "visit"}) {
		t.Errorf("a visit written down by staff: answers go out by %s, of %v", c.Door, c.Channels)
	}
	if c = fold(by("visit", "clerk", "来所")); c.Door != "visit" {
		t.Errorf("a case that began with a visit has the door %q", c.Door)
	}
}

// Once names and addresses were kept long enough, the name to be called by goes with them.
func TestNobodyIsCalledByAnyNameOnceItsTimeIsOver(t *testing.T) {
	c := triage.Case{ID: "07a"}.With(triage.Event{ID: "m", At: minute(0), Kind: triage.KindMessage, From: triage.Seeker, Channel: "chat", Text: "話を聞いて", CallMe: "ゆい"})
	if c.CallMe != "ゆい" {
		t.Errorf("called %q", c.CallMe)
	}
	if c = c.With(triage.Event{ID: "u", At: minute(1), Kind: triage.KindState, From: triage.Counselor, Change: &triage.Change{Unname: triage.UnnameBegun}}); c.CallMe != "" {
		t.Errorf("still called %q", c.CallMe)
	}
}

func TestFlagsReasonsAndNeed(t *testing.T) {
	t.Parallel()
	with := func(s triage.Severity, rule string, flags ...triage.Flag) triage.Event {
		e := judged(s, flags...)
		e.Judgement.Reasons = []triage.Reason{{Flag: flags[0], Rule: rule, Excerpt: "x"}}
		return e
	}
	c := fold(with(triage.Soon, "r1", triage.Verbal), with(triage.Urgent, "r2", triage.Absence, triage.Verbal), with(triage.Soon, "r1", triage.Verbal))
	if want := []triage.Flag{triage.Absence, triage.Verbal}; !slices.Equal(c.Flags, want) {
		t.Errorf("flags %v, want %v", c.Flags, want)
	}
	if len(c.Reasons) != 2 {
		t.Errorf("%d reasons, want each once: %+v", len(c.Reasons), c.Reasons)
	}
	if c.Role != triage.SocialWorker {
		t.Errorf("role %s", c.Role)
	}
	for _, row := range []struct {
		flags []triage.Flag
		want  triage.Role
	}{
		{nil, triage.Psychologist}, {[]triage.Flag{triage.AbuseHome}, triage.SocialWorker}, {[]triage.Flag{triage.Extortion}, triage.SocialWorker},
		{[]triage.Flag{triage.AbuseHome, triage.Suicide}, triage.Psychologist}, {[]triage.Flag{triage.Verbal}, triage.Psychologist},
	} {
		if got := triage.Need(row.flags); got != row.want {
			t.Errorf("Need(%v) = %s, want %s", row.flags, got, row.want)
		}
	}
}

func TestOrderOfSeverities(t *testing.T) {
	t.Parallel()
	for i, a := range triage.Severities {
		for j, b := range triage.Severities {
			if got, want := triage.Graver(a, b), triage.Severities[min(i, j)]; got != want {
				t.Errorf("Graver(%s, %s) = %s, want %s", a, b, got, want)
			}
		}
		if triage.Graver(a, "") != a || triage.Graver("", a) != a {
			t.Errorf("an unknown severity is graver than %s", a)
		}
	}
}

func TestOptOut(t *testing.T) {
	t.Parallel()
	opt := func(status string) triage.Event {
		return triage.Event{Kind: triage.KindDelivery, From: triage.System, Delivery: &triage.Delivery{Status: status}}
	}
	if !fold(writes("STOP"), opt(triage.DeliveryOptedOut)).OptedOut {
		t.Error("STOP was not heard")
	}
	if fold(writes("STOP"), opt(triage.DeliveryOptedOut), opt(triage.DeliveryOptedIn)).OptedOut {
		t.Error("START was not heard")
	}
}

// Two futures of one case share nothing, however long its lists have grown.
func TestFuturesShareNothing(t *testing.T) {
	t.Parallel()
	for name, makes := range map[string]func(id string) triage.Event{
		"reports": func(id string) triage.Event {
			return triage.Event{Kind: triage.KindReport, Report: &triage.Report{ID: id, School: id}}
		},
		"channels": func(id string) triage.Event { e := writes(id); e.Channel = id; return e },
		"reasons": func(id string) triage.Event {
			e := judged(triage.Soon)
			e.Judgement.Reasons = []triage.Reason{{Rule: id}}
			return e
		},
		"consents":  func(id string) triage.Event { return asks(id, "sakura", triage.LevelNamed) },
		"hand-offs": func(id string) triage.Event { return handsOff(id, "school", "sakura") },
		"a school's answers": func(id string) triage.Event {
			e := steps("07h", triage.HandoffReceived)
			e.Handoff.Answers[0].Text = id
			return e
		},
		"duties": func(id string) triage.Event { return triage.Event{Kind: triage.KindDuty, Duty: &triage.Duty{What: id}} },
		"observations": func(id string) triage.Event {
			return triage.Event{Kind: triage.KindNote, Observed: &triage.Observed{Note: id}}
		},
	} {
		c := fold(writes("1"), handsOff("07h", "school", "sakura"))
		for i := range 20 {
			n := strconv.Itoa(i)
			one := c.With(makes(n + "a"))
			before, _ := json.Marshal(one)
			_ = c.With(makes(n + "b"))
			if after, _ := json.Marshal(one); string(after) != string(before) {
				t.Fatalf("%s: one future of a case changed the other's from\n%s\nto\n%s", name, before, after)
			}
			c = c.With(makes(n))
		}
	}
}
