package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// DraftsKept is how long a report that was not finished is kept: over the longest school holidays.
const DraftsKept = 60 * 24 * time.Hour

// maxDrafts is how many a school has at once.
const maxDrafts = 60

// Drafts lists the reports of the person's school that are not finished, the newest first.
func (p *Portal) Drafts(ctx context.Context, who staff.Person) ([]triage.Draft, error) {
	if err := atSchool(who); err != nil {
		return nil, err
	}
	if err := p.desk.record(ctx, who, "drafts", "", who.School, ""); err != nil {
		return nil, err
	}
	return p.drafts(ctx, who)
}

func (p *Portal) drafts(ctx context.Context, who staff.Person) ([]triage.Draft, error) {
	all, err := p.desk.Drafts.All(ctx)
	if err != nil {
		return nil, err
	}
	drafts := []triage.Draft{}
	for id, x := range all {
		if x.School == who.School {
			x.ID = id
			drafts = append(drafts, x)
		}
	}
	slices.SortFunc(drafts, func(a, b triage.Draft) int { return b.At.Compare(a.At) })
	return drafts, nil
}

// SaveDraft keeps a report that is not finished: a new one where it has no id. It stays within the school, sealed, and is no
// report until it is sent; names in it are as they were typed, so that whoever goes on finds their own words.
func (p *Portal) SaveDraft(ctx context.Context, who staff.Person, x triage.Draft) (string, error) {
	if err := atSchool(who); err != nil {
		return "", err
	}
	form, ok := triage.FormByID(x.Form)
	if !ok {
		return "", bad("その様式はありません。")
	}
	fields, err := sorted(form, x.Fields)
	if err != nil {
		return "", err
	}
	fresh := x.ID == ""
	if fresh {
		mine, err := p.drafts(ctx, who)
		if err != nil {
			return "", err
		}
		if len(mine) >= maxDrafts {
			return "", refuse(triage.CodeState, "下書きがいっぱいです。使わないものを消してください。")
		}
		x.ID = strings.ToLower(rand.Text())
	}
	if err := p.desk.record(ctx, who, "draft_save", "", x.Form, ""); err != nil {
		return "", err
	}
	_, err = p.desk.Drafts.Change(ctx, x.ID, func(was *triage.Draft) error {
		if !fresh && was.School != who.School {
			return triage.ErrUnknown
		}
		*was = triage.Draft{School: who.School, Form: x.Form, Handoff: x.Handoff, Amends: x.Amends, Fields: fields, By: who.Login, At: p.desk.Clock.Now()}
		return nil
	})
	return x.ID, err
}

// DropDraft destroys a draft of the person's school; again is the same as once.
func (p *Portal) DropDraft(ctx context.Context, who staff.Person, id string) error {
	if err := atSchool(who); err != nil {
		return err
	}
	x, err := p.desk.Drafts.Find(ctx, id)
	if errors.Is(err, triage.ErrUnknown) || err == nil && x.School != who.School {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.desk.record(ctx, who, "draft_drop", "", x.Form, ""); err != nil {
		return err
	}
	return p.desk.Drafts.Remove(ctx, id)
}

// ForgetDrafts destroys the drafts that nobody has touched for DraftsKept.
func (d *Desk) ForgetDrafts(ctx context.Context) error {
	all, err := d.Drafts.All(ctx)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	for id, x := range all {
		if now.Sub(x.At) > DraftsKept {
			if err := d.Drafts.Remove(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}
