package desk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"madoguchi/triage"
	"madoguchi/triage/city"
	"madoguchi/triage/request"
	"madoguchi/triage/staff"
)

// Today is the desk's date, such as 2026-12-01.
func (d *Desk) Today() string { return d.today() }

// Requests keeps the register of those who ask for records; see package shelf.
type Requests interface {
	Find(ctx context.Context, id string) (request.Request, error)
	Change(ctx context.Context, id string, f func(*request.Request) error) (request.Request, error)
	All(ctx context.Context) (map[string]request.Request, error)
	Remove(ctx context.Context, id string) error
}

// receives reports whether the person takes in requests and brings answers, at the counter.
func receives(p staff.Person) bool { return leads(p) || p.Role == triage.Clerk }

// Requests lists the register. Who is no lead sees neither cases nor why; see request.Bare.
func (d *Desk) Requests(ctx context.Context, p staff.Person) ([]request.Request, error) {
	if !receives(p) {
		return nil, forbidden()
	}
	if err := d.record(ctx, p, "requests", "", "", ""); err != nil {
		return nil, err
	}
	found, err := d.Asked.All(ctx)
	if err != nil {
		return nil, err
	}
	all := []request.Request{}
	for _, r := range found {
		all = append(all, d.requestFor(ctx, p, r))
	}
	request.Sort(all)
	return all, nil
}

// requestFor is the entry as that person may see it: a case that is kept from a lead is not told to them either.
func (d *Desk) requestFor(ctx context.Context, p staff.Person, r request.Request) request.Request {
	if !leads(p) || r.Decision != nil && r.Decision.Case != "" && d.Hidden(ctx, p, r.Decision.Case) {
		return r.Bare(d.today())
	}
	return r
}

// Request returns an entry of the register.
func (d *Desk) Request(ctx context.Context, p staff.Person, id string) (request.Request, error) {
	if !receives(p) {
		return request.Request{}, forbidden()
	}
	r, err := d.Asked.Find(ctx, id)
	if err != nil {
		return request.Request{}, err
	}
	if err := d.record(ctx, p, "request_look", "", id, ""); err != nil {
		return request.Request{}, err
	}
	return d.requestFor(ctx, p, r), nil
}

// Receive enters a request. Who asks is an office, or nobody: a person's name stands on their own letter, which is filed on
// paper. Without a day for the answer it is the law's.
func (d *Desk) Receive(ctx context.Context, p staff.Person, r request.Request) (request.Request, error) {
	if !receives(p) {
		return request.Request{}, forbidden()
	}
	g, ok := request.GroundOf(r.Ground)
	if !ok {
		return request.Request{}, bad("何にもとづく請求や照会かを選んでください。")
	}
	on, err := time.ParseInLocation(time.DateOnly, r.On, triage.JST)
	if err != nil || on.After(d.Clock.Now()) {
		return request.Request{}, bad("受け付けた日を書いてください。")
	}
	if r.AnswerBy == "" && g.Book != request.Inquiries {
		r.AnswerBy = on.AddDate(0, 0, request.Legal).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, r.AnswerBy); err != nil || r.AnswerBy < r.On {
		return request.Request{}, bad("いつまでに答えるかを書いてください。")
	}
	if g.Book != request.Inquiries {
		r.Office = "" // it would be a person's name
	} else if err := words(r.Office, 100); err != nil {
		return request.Request{}, bad("どこからの照会かを、役所や部署の名前で書いてください。")
	}
	if err := errors.Join(words(r.About, maxReason), optional(r.Document, 100)); err != nil {
		return request.Request{}, bad("何についての請求や照会かを書いてください。")
	}
	if r.About, err = d.scrubbed(ctx, "", r.About); err != nil {
		return request.Request{}, err
	}
	for _, text := range []*string{&r.Office, &r.Document} {
		if *text, err = d.ofOffice(ctx, *text); err != nil {
			return request.Request{}, err
		}
	}
	if err := d.record(ctx, p, "request_add", "", r.Ground, ""); err != nil {
		return request.Request{}, err
	}
	year := city.FiscalYear(on)
	return d.enterRequest(ctx, request.Request{Year: year, Ground: r.Ground, Office: r.Office, Document: r.Document, About: r.About,
		On: r.On, AnswerBy: r.AnswerBy, By: p.Login, At: d.Clock.Now()})
}

// ofOffice is what an office calls itself or its letter. Places and schools in it (旭川東警察署) are no child's, so that they
// stay; where anything else is found, all of it is anonymized.
func (d *Desk) ofOffice(ctx context.Context, text string) (string, error) {
	out, err := d.scrubbed(ctx, "", text)
	if err != nil || bracketed.MatchString(places.ReplaceAllString(out, "")) {
		return out, err
	}
	return strings.TrimSpace(text), nil
}

var places = regexp.MustCompile(`\[(学校|場所)[0-9]+\]`)

// enterRequest gives the entry the next number of its book and year.
func (d *Desk) enterRequest(ctx context.Context, r request.Request) (request.Request, error) {
	taken := errors.New("the number is taken")
	for range tries {
		all, err := d.Asked.All(ctx)
		if err != nil {
			return r, err
		}
		r.N = request.Next(all, r.Book(), r.Year)
		r.ID = fmt.Sprintf("%s-%d-%d", r.Book(), r.Year, r.N)
		kept, err := d.Asked.Change(ctx, r.ID, func(x *request.Request) error {
			if x.ID != "" {
				return taken
			}
			*x = r
			return nil
		})
		if !errors.Is(err, taken) {
			return kept, err
		}
	}
	return r, refuse(triage.CodeChanged, "ほかの人の操作と重なりました。もう一度お試しください。")
}

// ProposeAnswer says what a request should lead to. Another lead has to agree.
func (d *Desk) ProposeAnswer(ctx context.Context, p staff.Person, id string, x request.Decision) (request.Request, error) {
	r, err := d.requestOf(ctx, p, id)
	if err != nil {
		return r, err
	}
	if r.State() == request.Decided || r.State() == request.Answered {
		return r, refuse(triage.CodeState, "この請求は、もう決まっています。")
	}
	x, err = d.proposal(ctx, p, r, x)
	if err != nil {
		return r, err
	}
	about := triage.CaseID("")
	if x.Outcome == request.Give {
		about = x.Case // that there is a case is in the audit only where it is told to others anyway
	}
	if err := d.record(ctx, p, "request_propose", about, id, x.Outcome); err != nil {
		return r, err
	}
	if err := d.hold(ctx, x.Case, id); err != nil {
		return r, err
	}
	var was *request.Decision
	r, err = d.Asked.Change(ctx, id, func(r *request.Request) error {
		if s := r.State(); s == request.Decided || s == request.Answered {
			return refuse(triage.CodeState, "この請求は、もう決まっています。")
		}
		was, r.Decision = r.Decision, &x
		return nil
	})
	if err != nil || was == nil || was.Case == x.Case {
		return r, err
	}
	return r, d.unhold(ctx, was, id)
}

// proposal is a decision as it is kept, or why it cannot be made.
func (d *Desk) proposal(ctx context.Context, p staff.Person, r request.Request, x request.Decision) (request.Decision, error) {
	keep := request.Decision{Outcome: x.Outcome, Case: x.Case, By: p.Login, At: d.Clock.Now()}
	if !slices.Contains(request.Outcomes(r.Kind()), x.Outcome) {
		return keep, bad("この請求では、その答え方はできません。")
	}
	if err := words(x.Reason, maxReason); err != nil {
		return keep, bad("なぜそう答えるかを、この件に即して書いてください。")
	}
	if err := optional(x.Wish, maxReason); err != nil {
		return keep, err
	}
	if x.Case != "" {
		c, _, err := d.Store.Load(ctx, x.Case)
		if err == nil {
			err = d.keptOut(ctx, p, c, mayKeep(p, c))
		}
		if errors.Is(err, triage.ErrUnknown) {
			return keep, bad("その番号の事案は見つかりません。")
		}
		if err != nil {
			return keep, err
		}
		if err := d.givable(r, c, &keep, x); err != nil {
			return keep, err
		}
	} else if x.Outcome == request.Give {
		return keep, bad("渡すのは一つの事案です。番号を書いてください。")
	}
	if r.Kind() == request.Guardian && x.Case != "" && strings.TrimSpace(x.Wish) == "" {
		return keep, bad("子ども本人がどうしてほしいかを、分かるかぎり書いてください。")
	}
	var err error
	if keep.Reason, err = d.scrubbed(ctx, x.Case, x.Reason); err == nil {
		keep.Wish, err = d.scrubbed(ctx, x.Case, x.Wish)
	}
	return keep, err
}

// givable fills in what of the case is given.
func (d *Desk) givable(r request.Request, c triage.Case, keep *request.Decision, x request.Decision) error {
	if x.Outcome != request.Give {
		return nil
	}
	if r.Kind() == request.Guardian {
		if why := request.Cautions(c); len(why) > 0 {
			return refuse(triage.CodeState, "保護者には渡せません。"+why[0]+"あるかないかを言わない答え方を選んでください。")
		}
	}
	keep.Upto = c.Version
	for _, part := range request.Parts {
		if slices.Contains(x.Parts, part) {
			keep.Parts = append(keep.Parts, part)
		}
	}
	if len(keep.Parts) == 0 {
		return bad("事案のどの部分を渡すかを選んでください。")
	}
	for _, name := range x.Named {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if !placeholderForm.MatchString(name) {
			return bad("名前を入れるところは、[人物A] のような印で書いてください。")
		}
		if !slices.Contains(keep.Named, name) {
			keep.Named = append(keep.Named, name)
		}
	}
	return nil
}

// AgreeAnswer is the second person's yes: of a lead who did not propose it, and who has signed in strongly.
func (d *Desk) AgreeAnswer(ctx context.Context, p staff.Person, id string) (request.Request, error) {
	r, err := d.secondOf(ctx, p, id)
	if err != nil {
		return r, err
	}
	if !p.Strong {
		return r, refuse(triage.CodeTwoPersons, "認めるには、ワンタイムコードかパスキーでサインインしてください。")
	}
	if err := d.record(ctx, p, "request_agree", "", id, r.Decision.Outcome); err != nil {
		return r, err
	}
	proposed := r.Decision.At
	return d.Asked.Change(ctx, id, func(r *request.Request) error {
		if r.State() != request.Proposed || !r.Decision.At.Equal(proposed) {
			return refuse(triage.CodeChanged, "ほかの人が先に変えました。いまの様子を見て、もう一度決めてください。")
		}
		r.Decision.Agreed, r.Decision.AgreeAt = p.Login, d.Clock.Now()
		return nil
	})
}

// SendBack is the second person's no, with the reason; then somebody proposes anew.
func (d *Desk) SendBack(ctx context.Context, p staff.Person, id, why string) (request.Request, error) {
	r, err := d.secondOf(ctx, p, id)
	if err != nil {
		return r, err
	}
	if err := words(why, maxReason); err != nil {
		return r, bad("なぜ認めないかを書いてください。")
	}
	if why, err = d.scrubbed(ctx, "", why); err != nil {
		return r, err
	}
	if err := d.record(ctx, p, "request_back", "", id, r.Decision.Outcome); err != nil {
		return r, err
	}
	was := r.Decision
	r, err = d.Asked.Change(ctx, id, func(r *request.Request) error {
		if r.State() != request.Proposed || !r.Decision.At.Equal(was.At) {
			return refuse(triage.CodeChanged, "ほかの人が先に変えました。いまの様子を見て、もう一度決めてください。")
		}
		r.Before, r.Decision = append(r.Before, request.Back{Decision: *r.Decision, SentBack: p.Login, Why: why}), nil
		return nil
	})
	if err != nil {
		return r, err
	}
	return r, d.unhold(ctx, was, id)
}

// secondOf returns a request that waits for its second person, if that person may be it.
func (d *Desk) secondOf(ctx context.Context, p staff.Person, id string) (request.Request, error) {
	r, err := d.requestOf(ctx, p, id)
	switch {
	case err != nil:
		return r, err
	case r.State() != request.Proposed:
		return r, refuse(triage.CodeState, "この請求は、確認を待っていません。")
	case r.Decision.By == p.Login:
		return r, refuse(triage.CodeTwoPersons, "自分で決めたことは、自分では認められません。もう一人の確認が要ります。")
	}
	return r, nil
}

// requestOf returns a request for a lead from whom its case is not kept.
func (d *Desk) requestOf(ctx context.Context, p staff.Person, id string) (request.Request, error) {
	if !leads(p) {
		return request.Request{}, forbidden()
	}
	r, err := d.Asked.Find(ctx, id)
	if err == nil && r.Decision != nil && r.Decision.Case != "" && d.Hidden(ctx, p, r.Decision.Case) {
		return request.Request{}, forbidden()
	}
	return r, err
}
