package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"madoguchi/channels"
)

// Where mails go once they are stored.
const (
	acceptedFolder  = "Accepted"  // emptied after a while
	automaticFolder = "Automatic" // what machines wrote; never emptied
	keptFolder      = "Kept"      // mails of which something was not taken over; never emptied
)

// maxMail is how much of a mail is fetched: more than servers let through, and than the largest file takes.
const maxMail = 32 << 20

// What could not be taken over, as the reader is told.
const (
	tooLarge = "大きすぎて読めない部分"
	tooLong  = "長すぎる文の続き"
	tooMany  = "多すぎるファイル"
	damaged  = "読めない形式の部分"
)

// empty takes every mail of the inbox in, oldest first, and moves each where it belongs once it is stored. A mail that the
// server does not give out keeps no other waiting; it is asked for again at the next look, and a person is told of it.
func (d *door) empty(ctx context.Context, c *connection) error {
	c.alarm.Reset(d.patience)
	look := &imap.SearchCriteria{}
	if !c.removes() { // then what has been copied stays, with this mark
		look.NotFlag = []imap.Flag{imap.FlagDeleted}
	}
	found, err := c.UIDSearch(look, nil).Wait()
	if err != nil {
		return errors.New("email: the inbox cannot be searched")
	}
	for _, uid := range found.AllUIDs() {
		c.alarm.Reset(d.patience)
		raw, whole, err := fetch(c, uid)
		if errors.Is(err, errKept) {
			d.env.Log.Warn("the server does not give out a mail", "channel", name)
			if err := d.tellOf(ctx, c, uid); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		if raw == nil {
			continue // gone meanwhile
		}
		c.alarm.Reset(d.patience)
		folder, err := d.takeIn(ctx, raw, whole)
		if err != nil {
			return err
		}
		if err := move(c, uid, c.folders[folder]); err != nil {
			return err
		}
	}
	return nil
}

// takeIn takes a mail in and returns the folder where it belongs then. A mail that does not say whom it is from is taken
// as well: nobody can be answered, but somebody may need help.
func (d *door) takeIn(ctx context.Context, raw []byte, whole bool) (folder string, err error) {
	l := d.parse(raw, whole)
	aside, bounce := d.automatic(l)
	if bounce {
		if m, ok := d.bounced(l); ok {
			return automaticFolder, d.take(ctx, m)
		}
	}
	if aside {
		d.env.Log.Info("a machine's mail was set aside", "channel", name)
		return automaticFolder, nil
	}
	messages, err := d.messages(ctx, l)
	if err != nil {
		return "", err
	}
	for _, m := range messages { // one after the other: each is in the journal before the next is sealed
		if err := d.take(ctx, m); err != nil {
			return "", err
		}
	}
	if l.unsure || strings.Contains(messages[len(messages)-1].Text, keptNote) {
		return keptFolder, nil
	}
	return acceptedFolder, nil
}

const (
	keptNote  = "元のメールは、受信箱の「" + keptFolder + "」フォルダーに残してあります〕"
	emptyMail = "[空のメール]"
)

// keeping is what came of the files of the mail that was tried last, so that they are not kept again and again while the house
// can only hold.
type keeping struct {
	id    string
	since time.Time
	files []channels.File // in order; without an ID where one was too large
}

// keepsFor is shorter than the time that a file waits for its message.
const keepsFor = 12 * time.Hour

func (d *door) keepFiles(ctx context.Context, l letter) ([]channels.File, error) {
	if k := &d.keeping; k.id != l.id || time.Since(k.since) > keepsFor {
		*k = keeping{id: l.id, since: time.Now()}
	}
	for _, a := range l.files[len(d.keeping.files):] {
		f, err := d.env.Files.Keep(ctx, a.reader(), a.sort)
		if err != nil && !errors.Is(err, channels.ErrTooLarge) {
			return nil, errors.New("email: the house cannot keep a file now")
		}
		d.keeping.files = append(d.keeping.files, f)
	}
	return d.keeping.files, nil
}

// messages keeps the files of a mail and returns what the mail is for the house: mostly one message.
func (d *door) messages(ctx context.Context, l letter) ([]channels.Message, error) {
	var marks []string
	var files []channels.File
	kept, err := d.keepFiles(ctx, l)
	if err != nil {
		return nil, err
	}
	for _, f := range kept {
		if f.ID == "" {
			l.lacks = append(l.lacks, tooLarge)
			continue
		}
		files = append(files, f)
		marks = append(marks, numbered(markOf[f.Sort], len(files)))
	}
	texts, end := l.texts, len(l.texts)-1
	if len(texts) == 0 {
		texts, end = []string{""}, 0
	}
	if len(marks) > 0 {
		texts[end] = joined(texts[end], strings.Join(marks, " "))
	}
	if len(l.lacks) > 0 {
		slices.Sort(l.lacks)
		note := "〔読めない部分があります（" + strings.Join(slices.Compact(l.lacks), "、") + "）。" + keptNote
		texts[end] = strings.TrimSpace(texts[end] + "\n" + note)
	}
	if texts[0] == "" {
		texts[0] = emptyMail
	}
	who := l.from
	if who == "" || who == d.from { // nobody can be answered; and the desk's own address is nobody's of the staff
		who = "unknown " + l.id
	}
	var all []channels.Message
	for i, text := range texts {
		m := channels.Message{ID: l.id, Kind: name, From: channels.NewAddress(name, who, nil), Text: text, At: d.env.Now()}
		if i > 0 {
			m.ID = fmt.Sprint(l.id, ".", i+1)
		}
		if i == end {
			m.Files = files
		}
		all = append(all, m)
	}
	return all, nil
}

// markOf is what stands in a text for each sort of file.
var markOf = map[string]string{channels.Picture: "写真", channels.Voice: "音声", channels.Video: "動画", channels.Document: "ファイル", channels.Other: "ファイル"}

// joined puts marks below the words, or above them where the words have something like them: they are counted from above.
func joined(words, marks string) string {
	if strings.Contains(words, "[写真") || strings.Contains(words, "[ファイル") || strings.Contains(words, "[音声") || strings.Contains(words, "[動画") {
		return marks + "\n" + words
	}
	return strings.TrimSpace(words + "\n" + marks)
}

func (d *door) take(ctx context.Context, m channels.Message) error {
	state, err := d.env.Intake.Take(ctx, m)
	if err != nil || state != channels.Stored { // a mail can wait
		return errors.New("email: the house cannot store now")
	}
	return nil
}

// patientWith is how often a mail is asked for before a person is told that it is not given out.
const patientWith = 3

// tellOf makes a case of a mail that stays in the inbox because the server does not give it out.
func (d *door) tellOf(ctx context.Context, c *connection, uid imap.UID) error {
	id := fmt.Sprint("kept ", c.valid, " ", uid)
	d.refusals[id]++
	if d.refusals[id] != patientWith {
		return nil
	}
	err := d.take(ctx, channels.Message{ID: id, Kind: name, From: channels.NewAddress(name, "unknown "+id, nil), At: d.env.Now(),
		Text: "[読めないメール]\n〔メールが1通とどいていますが、メールサーバーから取り出せません。受信箱を開いて、たしかめてください〕"})
	if err != nil {
		d.refusals[id]--
	}
	return err
}

// errKept says that the server answers, but does not give out this mail.
var errKept = errors.New("email: a mail is not given out")

func fetch(c *connection, uid imap.UID) (raw []byte, whole bool, err error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Offset: 0, Size: maxMail}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, RFC822Size: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if refused(err) {
		return nil, false, errKept
	}
	if err != nil {
		return nil, false, errors.New("email: a mail cannot be fetched")
	}
	for _, m := range got {
		if m.UID == uid && len(m.BodySection) > 0 {
			return m.BodySection[0].Bytes, m.RFC822Size <= maxMail, nil
		}
	}
	return nil, false, nil
}

// removes reports whether a single mail can be removed without removing others that somebody has marked.
func (c *connection) removes() bool {
	return c.Caps().Has(imap.CapMove) || c.Caps().Has(imap.CapUIDPlus)
}

// move moves a mail. Where the server knows no MOVE it is copied first and removed only then: the client's own way of doing
// that sends both at once, and would remove a mail whose copy failed. Where it cannot remove one mail alone, the mail stays
// in the inbox, marked as deleted, for whoever tidies up there.
func move(c *connection, uid imap.UID, folder string) error {
	set, failed := imap.UIDSetNum(uid), errors.New("email: a mail cannot be moved")
	if c.Caps().Has(imap.CapMove) {
		if _, err := c.Move(set, folder).Wait(); err != nil {
			return failed
		}
		return nil
	}
	if _, err := c.Copy(set, folder).Wait(); err != nil {
		return failed
	}
	if remove(c, set) != nil {
		return failed
	}
	return nil
}

func remove(c *connection, set imap.UIDSet) error {
	if err := c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return err
	}
	if !c.Caps().Has(imap.CapUIDPlus) {
		return nil
	}
	return c.UIDExpunge(set).Close()
}

// sweepEvery is how often accepted mails are looked at that may be old enough.
const sweepEvery = time.Hour

// ages are the marks that accepted mails get. Time is cut into halves of the time to keep, and each has the mark of its turn: a
// mail without a mark gets the present one, and is removed when that is neither the present nor one of the two before. So a
// mail is kept for the time at least, and for one and a half at most, whatever its date says and however often the house
// starts anew; and nothing has to be remembered elsewhere.
const ages = 6

func ageMark(turn int64) imap.Flag { return imap.Flag(fmt.Sprint("MadoguchiAge", turn%ages)) }

// sweep removes accepted mails that are old enough.
func (d *door) sweep(c *connection) error {
	c.alarm.Reset(d.patience)
	failed := errors.New("email: accepted mails cannot be looked at")
	if _, err := c.Select(c.folders[acceptedFolder], nil).Wait(); err != nil {
		return failed
	}
	turn := d.env.Now().UnixNano() / int64(d.keep/2)
	fresh := imap.SearchCriteria{}
	for age := range int64(ages) {
		fresh.NotFlag = append(fresh.NotFlag, ageMark(age))
		if age < 3 {
			continue
		}
		old, err := c.UIDSearch(&imap.SearchCriteria{Flag: []imap.Flag{ageMark(turn - age + ages)}}, nil).Wait()
		if err != nil {
			return failed
		}
		if uids := old.AllUIDs(); len(uids) > 0 && c.Caps().Has(imap.CapUIDPlus) {
			if remove(c, imap.UIDSetNum(uids...)) != nil {
				return failed
			}
		}
	}
	c.alarm.Reset(d.patience)
	found, err := c.UIDSearch(&fresh, nil).Wait()
	if err != nil {
		return failed
	}
	if uids := found.AllUIDs(); len(uids) > 0 {
		if err := c.Store(imap.UIDSetNum(uids...), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{ageMark(turn)}}, nil).Close(); refused(err) {
			d.env.Log.Warn("the mailbox keeps no marks; accepted mails have to be removed by hand", "channel", name)
		} else if err != nil {
			return failed
		}
	}
	return nil
}
