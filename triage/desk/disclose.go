package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"madoguchi/triage"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
)

// GivePack makes what two people decided to give: one case, and nothing of any other. That is written to the audit and to the
// case before, and to the register with its fingerprint before anybody has it. Made again it is the same.
func (d *Desk) GivePack(ctx context.Context, p staff.Person, id string) (data []byte, hash string, err error) {
	r, err := d.requestOf(ctx, p, id)
	if err != nil {
		return nil, "", err
	}
	x := r.Decision
	if r.State() != request.Decided && r.State() != request.Answered || x.Outcome != request.Give {
		return nil, "", refuse(triage.CodeState, "渡すと、二人で決めたものではありません。")
	}
	if !r.Ready(d.today()) && r.State() != request.Answered {
		return nil, "", refuse(triage.CodeState, request.Day(r.NotBefore())+"までは渡しません。だれにでも、同じ日数で答えます。")
	}
	c, events, err := d.Store.Load(ctx, x.Case)
	if err != nil {
		return nil, "", err
	}
	if r.Kind() == request.Guardian && len(request.Cautions(c)) > 0 {
		return nil, "", refuse(triage.CodeState, "保護者には渡せません。"+request.Cautions(c)[0]+"もう一度、二人で決めてください。")
	}
	if err := d.gave(ctx, p, r); err != nil {
		return nil, "", err
	}
	pieces, err := d.pieces(ctx, c, events, *x)
	if err != nil {
		return nil, "", err
	}
	data, hash, err = request.Archive(r, pieces)
	if err != nil {
		return nil, "", err
	}
	_, err = d.Asked.Change(ctx, id, func(r *request.Request) error {
		r.Packs = append(r.Packs, request.Pack{At: d.Clock.Now(), By: p.Login, Hash: hash, Files: len(pieces), Bytes: int64(len(data))})
		return nil
	})
	return data, hash, err
}

// gave writes to the audit and to the case that it is given.
func (d *Desk) gave(ctx context.Context, p staff.Person, r request.Request) error {
	g, _ := request.GroundOf(r.Ground)
	_, err := d.perform(ctx, p, r.Decision.Case, act{what: "request_pack", ref: r.ID, may: mayKeep, erased: true,
		do: func(triage.Case, []triage.Event) ([]triage.Event, error) {
			e := d.event(p, triage.KindReveal)
			e.Reveal = &triage.Reveal{Placeholder: "記録（開示 " + r.ID + "）", Reason: g.Law}
			return []triage.Event{e}, nil
		}})
	return err
}

// pieces are the files of a pack.
func (d *Desk) pieces(ctx context.Context, c triage.Case, events []triage.Event, x request.Decision) ([]request.Piece, error) {
	text := request.Render(c, events, x)
	var doors []string
	for _, k := range c.Contacts() {
		if slices.Contains(x.Named, k.Placeholder) {
			who, err := d.Front.Reveal(ctx, c.ID, k.Placeholder)
			if err != nil {
				return nil, err
			}
			doors = append(doors, k.Placeholder+" "+who)
		}
	}
	text, err := d.Front.Disclose(ctx, c.ID, text, x.Named)
	if err != nil {
		return nil, err
	}
	if len(doors) > 0 {
		text = strings.Join(doors, "\n") + "\n\n" + text
	}
	pieces := []request.Piece{{Name: "記録.txt", Data: []byte(text)}}
	if !slices.Contains(x.Parts, request.Files) || d.Cabinet == nil {
		return pieces, nil
	}
	for n, f := range c.Files {
		if gone(c, events, f.ID) || !slices.ContainsFunc(events[:min(int(x.Upto), len(events))], func(e triage.Event) bool { return slices.Contains(e.Files, f) }) {
			continue
		}
		for page := 1; ; page++ {
			cleaned, err := d.Cabinet.File(ctx, c.ID, n+1, page)
			if err != nil {
				return nil, err
			}
			_, ending, _ := strings.Cut(cleaned.Type, "/")
			pieces = append(pieces, request.Piece{Name: fmt.Sprintf("ファイル/%d-%d.%s", n+1, page, ending), Data: cleaned.Data})
			if page >= cleaned.Pages {
				break
			}
		}
	}
	return pieces, nil
}

// AnswerLetter returns the letter that says neither yes nor no, from the day on which it may be brought.
func (d *Desk) AnswerLetter(ctx context.Context, p staff.Person, id string) (string, error) {
	r, err := d.answerable(ctx, p, id)
	if err != nil {
		return "", err
	}
	if r.Decision.Outcome != request.Neutral {
		return "", refuse(triage.CodeState, "この答えには、決まった文がありません。")
	}
	if err := d.record(ctx, p, "request_letter", "", id, ""); err != nil {
		return "", err
	}
	return request.Letter(r), nil
}

// Answer writes down that the answer was brought, and how. With it the request is over.
func (d *Desk) Answer(ctx context.Context, p staff.Person, id, how string) (request.Request, error) {
	r, err := d.answerable(ctx, p, id)
	if err != nil {
		return r, err
	}
	if !slices.Contains(request.Ways, how) {
		return r, bad("どのように渡したかを選んでください。")
	}
	if r.Decision.Outcome == request.Give && len(r.Packs) == 0 {
		return r, refuse(triage.CodeState, "渡すものを、まだ作っていません。")
	}
	if err := d.record(ctx, p, "request_answered", "", id, how); err != nil {
		return r, err
	}
	r, err = d.Asked.Change(ctx, id, func(r *request.Request) error {
		if r.AnsweredOn == "" {
			r.AnsweredOn, r.AnsweredBy, r.How = d.today(), p.Login, how
		}
		return nil
	})
	if err == nil {
		err = d.unhold(ctx, r.Decision, id)
	}
	return d.requestFor(ctx, p, r), err
}

// answerable returns a request whose answer may be brought today.
func (d *Desk) answerable(ctx context.Context, p staff.Person, id string) (request.Request, error) {
	if !receives(p) {
		return request.Request{}, forbidden()
	}
	r, err := d.Asked.Find(ctx, id)
	switch {
	case err != nil:
		return r, err
	case r.State() == request.Answered, r.Ready(d.today()):
		return r, nil
	case r.NotBefore() != "" && d.today() < r.NotBefore():
		return request.Request{}, refuse(triage.CodeState, request.Day(r.NotBefore())+"まで待ちます。だれにでも、同じ日数で答えます。")
	}
	return request.Request{}, refuse(triage.CodeState, "まだ決まっていません。")
}
