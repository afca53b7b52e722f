package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// byLetter is the door of paper.
const byLetter = "letter"

// maxParts is how many matters one letter may be split into beside the first.
const maxParts = 9

// Reading is a letter beside its picture: what a machine read of it, or what a person corrected last.
type Reading struct {
	Case    triage.Case
	Seq     int64 // of the letter's message
	At      time.Time
	Text    triage.LetterText
	Base    int64    // seq of the event that Text is of; what Compare expects
	Checked bool     // a person has compared it
	By      string   // who did
	Files   []int    // numbers of its pictures in the case
	Sorts   []string // of each: picture or document
}

// Reading shows a letter's text, to be compared with its picture. The text is anonymized; the picture is not, and File says who
// sees it.
func (d *Desk) Reading(ctx context.Context, p staff.Person, id triage.CaseID, seq int64) (Reading, error) {
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return Reading{}, err
	}
	if err := mayAct(p, c); err != nil {
		return Reading{}, err
	}
	e, err := letterAt(c, events, seq)
	if err != nil {
		return Reading{}, err
	}
	if err := d.record(ctx, p, "letter_look", id, strconv.FormatInt(seq, 10), ""); err != nil {
		return Reading{}, err
	}
	now := triage.Latest(events, e)
	r := Reading{Case: c, Seq: e.Seq, At: e.At, Text: triage.ReadLetter(now.Text), Base: now.Seq, Checked: !slices.Contains(c.Unchecked, e.ID)}
	if now.Seq != e.Seq {
		r.By = now.By
	}
	for i, f := range c.Files {
		if slices.ContainsFunc(e.Files, func(x triage.File) bool { return x.ID == f.ID }) {
			r.Files, r.Sorts = append(r.Files, i+1), append(r.Sorts, f.Sort)
		}
	}
	return r, nil
}

// letterAt returns the letter whose message has that number, as it came.
func letterAt(c triage.Case, events []triage.Event, seq int64) (triage.Event, error) {
	i := slices.IndexFunc(events, func(e triage.Event) bool {
		return e.Seq == seq && e.Kind == triage.KindMessage && e.From == triage.Seeker && e.Channel == byLetter && e.Corrects == ""
	})
	if i < 0 || slices.Contains(c.Hidden, events[i].ID) {
		return triage.Event{}, triage.ErrUnknown
	}
	return events[i], nil
}

// Comparison is what a person read on the paper. Its texts may hold names: they are anonymized like everybody's.
type Comparison struct {
	Base   int64    // Reading.Base: the text that was compared
	Words  string   // of the first matter
	Wishes []string // codes of triage.Wishes
	Reach  string   // where an answer may go
	Parts  []string // words of further matters, each of which becomes a case of its own
}

func (c Comparison) check() error {
	if err := words(c.Words, maxText); err != nil {
		return err
	}
	if err := optional(c.Reach, maxReason); err != nil {
		return err
	}
	if len(c.Parts) > maxParts {
		return bad("一つの手紙から分けられるのは、" + strconv.Itoa(maxParts+1) + "件までです。")
	}
	for _, part := range c.Parts {
		if err := words(part, maxText); err != nil {
			return bad("分けた件の文を書いてください。")
		}
	}
	for _, w := range c.Wishes {
		if !slices.ContainsFunc(triage.Wishes, func(x triage.Wish) bool { return x.Code == w }) {
			return bad("そのような返事のしかたはありません。")
		}
	}
	return nil
}

// Compare takes what a person read on the paper in the place of a machine's guess, and returns the cases that further
// matters became. The same comparison again is the same; one of a text that somebody else has corrected meanwhile is
// refused, and nothing of theirs is lost.
//
// The further matters come first, so that a failure on the way loses none: until the letter itself is corrected, it counts
// as not compared, and the same matter split off again is the same case.
func (d *Desk) Compare(ctx context.Context, p staff.Person, id triage.CaseID, seq int64, x Comparison) ([]triage.CaseID, error) {
	if err := x.check(); err != nil {
		return nil, err
	}
	c, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := mayAct(p, c); err != nil {
		return nil, err
	}
	e, err := letterAt(c, events, seq)
	if err != nil {
		return nil, err
	}
	if c.Erased() {
		return nil, refuse(triage.CodeState, "この相談は、書いた人が取り下げています。")
	}
	now := triage.Latest(events, e)
	text := triage.ReadLetter(now.Text)
	text.Words, text.Wishes, text.Reach = strings.TrimSpace(x.Words), x.Wishes, strings.TrimSpace(x.Reach)
	saved, err := d.saved(ctx, p, id, now, x.Base, text.String())
	if err != nil {
		return nil, err
	}
	if err := d.record(ctx, p, "letter_compare", id, strconv.FormatInt(seq, 10), ""); err != nil {
		return nil, err
	}
	var cases []triage.CaseID
	for _, part := range x.Parts {
		one := text
		one.Words, one.Marks = strings.TrimSpace(part), ""
		other, err := d.split(ctx, p, id, e, one.String())
		if err != nil {
			return cases, err
		}
		cases = append(cases, other)
	}
	if saved {
		return cases, nil
	}
	return cases, d.correct(ctx, p, id, e, x.Base, text.String())
}

// saved reports whether the text was saved already, by this person from that base; it is refused where somebody was
// faster, or where the page shows what is no more.
func (d *Desk) saved(ctx context.Context, p staff.Person, id triage.CaseID, now triage.Event, base int64, text string) (bool, error) {
	if base == now.Seq {
		return false, nil
	}
	if now.By == p.Login && now.Corrects != "" {
		same, err := d.scrubbed(ctx, id, text)
		if err != nil || same == now.Text {
			return true, err
		}
	}
	return false, overtaken()
}

func overtaken() error {
	return refuse(triage.CodeChanged, "この手紙の文は、ほかの画面で先に直されました。いまの文を見て、もう一度直してください。書いたものは、この画面に残っています。")
}

// correct enters the text in the place of the letter's. Of two people who correct the same text at the same moment one is
// first, and the other is told.
func (d *Desk) correct(ctx context.Context, p staff.Person, id triage.CaseID, e triage.Event, base int64, text string) error {
	_, err := d.Front.Enter(ctx, triage.Entry{ID: "read:" + strconv.FormatInt(e.Seq, 10) + ":" + strconv.FormatInt(base, 10), Case: id,
		Channel: byLetter, Text: text, At: d.Clock.Now(), By: p.Login, Corrects: e.ID})
	if err != nil {
		return err
	}
	_, events, err := d.Store.Load(ctx, id)
	if err != nil {
		return err
	}
	if triage.Latest(events, e).By != p.Login {
		return overtaken()
	}
	return nil
}

// split makes a further matter of the letter a case of its own, which is answered where the first one is, and says so in
// both. The child waits since the letter came.
func (d *Desk) split(ctx context.Context, p staff.Person, id triage.CaseID, e triage.Event, text string) (triage.CaseID, error) {
	sum := sha256.Sum256([]byte(text))
	seq := strconv.FormatInt(e.Seq, 10)
	if err := d.record(ctx, p, "letter_split", id, seq, ""); err != nil {
		return "", err
	}
	other, err := d.Front.Enter(ctx, triage.Entry{ID: "part:" + string(id) + ":" + seq + ":" + hex.EncodeToString(sum[:16]), Channel: byLetter,
		Text: text, At: e.At, By: p.Login, Like: id})
	if err != nil {
		return "", err
	}
	if err := d.remark(ctx, p, id, other, "この手紙の別の件を、分けました。"); err != nil {
		return other, err
	}
	return other, d.remark(ctx, p, other, id, "手紙の別の件から分けたものです。写真は、もとの事案にあります。")
}

// remark notes in a case which other case the same letter led to, once.
func (d *Desk) remark(ctx context.Context, p staff.Person, id, other triage.CaseID, text string) error {
	for range tries {
		c, _, err := d.Store.Load(ctx, id)
		if err != nil {
			return err
		}
		n := d.event(p, triage.KindNote)
		n.ID, n.Text = alongside+string(other), text
		if _, err = d.Store.Append(ctx, c, n); !errors.Is(err, triage.ErrConflict) {
			return err
		}
	}
	return refuse(triage.CodeChanged, "ほかの人の操作と重なりました。もう一度お試しください。")
}

// alongside begins the id of a note that names another case of the same letter.
const alongside = "alongside:"

// Alongside returns the other case that a note is about, or "".
func Alongside(e triage.Event) triage.CaseID {
	if other, ok := strings.CutPrefix(e.ID, alongside); ok && e.Kind == triage.KindNote {
		return triage.CaseID(other)
	}
	return ""
}

// unwanted refuses an answer by post to who ticked that none is wanted, but where life or limb may be in danger.
func unwanted(c triage.Case, events []triage.Event) error {
	if c.Door != byLetter || c.Severity.Rank() <= triage.Urgent.Rank() {
		return nil
	}
	if l, ok := triage.LetterOf(events); ok && l.Silent() {
		return refuse(triage.CodeState, "「返事はいらない」にしるしがあります。返事は送りません。しるしを読みまちがえているときは、手紙の読みを直してください。")
	}
	return nil
}

// Post is a letter that somebody still has to do something about.
type Post struct {
	Case       triage.Case
	Letter     triage.LetterText
	Unchecked  []int64 // seqs of letters that nobody has compared
	Unanswered bool
	Unposted   []int64   // numbers of answers that wait for the post
	Since      time.Time // the oldest of it
}

// Letters lists the letters that nobody has compared, answered or posted, the one whose time is first to come first, of the
// cases that the person may see.
func (d *Desk) Letters(ctx context.Context, p staff.Person) ([]Post, error) {
	if !leads(p) && !counsels(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "letters", "", "", ""); err != nil {
		return nil, err
	}
	all := []Post{}
	err := d.each(ctx, triage.Query{}, func(c triage.Case) error {
		if !slices.Contains(c.Channels, byLetter) || mayLook(p, c) != nil || len(c.Unchecked)+len(c.Unposted) == 0 && (c.WaitingSince.IsZero() || c.Door != byLetter) {
			return nil
		}
		now, events, err := d.Store.Load(ctx, c.ID)
		if errors.Is(err, triage.ErrUnknown) {
			return nil
		}
		if err != nil {
			return err
		}
		if post := waits(now, events); !post.Since.IsZero() && !now.Erased() {
			all = append(all, post)
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Post) int { return a.pressing().Compare(b.pressing()) })
	return all, err
}

// pressing is the time by which letters are ordered: when the answer is due, and otherwise since when it waits.
func (x Post) pressing() time.Time {
	if x.Case.DueAt.IsZero() {
		return x.Since
	}
	return x.Case.DueAt
}

// waits tells what is still to be done about a case's letters.
func waits(c triage.Case, events []triage.Event) Post {
	x := Post{Case: c, Unposted: slices.Clone(c.Unposted)}
	x.Letter, _ = triage.LetterOf(events)
	older := func(t time.Time) {
		if x.Since.IsZero() || t.Before(x.Since) {
			x.Since = t
		}
	}
	for _, e := range events {
		if slices.Contains(c.Unchecked, e.ID) && e.Channel == byLetter && !slices.Contains(c.Hidden, e.ID) {
			x.Unchecked = append(x.Unchecked, e.Seq)
			older(e.At)
		}
		if e.Said > 0 && slices.Contains(c.Unposted, e.Said) {
			older(e.At)
		}
	}
	if x.Unanswered = !c.WaitingSince.IsZero() && c.Door == byLetter && !x.Letter.Silent(); x.Unanswered {
		older(c.WaitingSince)
	}
	return x
}
