package desk

import (
	"context"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/staff"
)

// Why is a reason for which words behind a placeholder are opened.
type Why struct {
	Key string // what the audit holds
	Say string // what the page says, and the case
}

// Whys lists the reasons that can be chosen.
var Whys = []Why{
	{"safety", "命や体の安全のため"},
	{toReply, "返事をするのに要るため"},
	{"understand", "話を正しく理解するため"},
	{"contact", "関係機関に連絡するため"},
}

const (
	toReply = "reply"
	// written stands for a reason in words of one's own: the case holds them, anonymized, and the audit does not.
	written = "written"
)

// SayWhy says in Japanese what the audit's code of a reason means, or nothing.
func SayWhy(key string) string {
	if key == written {
		return "事案に書いた理由"
	}
	if i := slices.IndexFunc(Whys, func(w Why) bool { return w.Key == key }); i >= 0 {
		return Whys[i].Say
	}
	return ""
}

// why is a reason as the case and the audit keep it: one of Whys, given by its key or its words, or words of the person's own.
func (d *Desk) why(ctx context.Context, p staff.Person, c triage.Case, reason string) (said, key string, err error) {
	for _, w := range Whys {
		if reason == w.Key || reason == w.Say {
			return w.Say, w.Key, nil
		}
	}
	said, err = d.scrubbedBy(ctx, p, c, reason)
	return said, written, err
}
