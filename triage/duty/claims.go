package duty

import (
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
)

// ClaimsSerious is the fact that somebody's words may be a declaration of a serious case (重大事態の申立て), though they used no
// button for it. A declaration needs no form and no particular word (usuki-policy:337), so that a text in which one may hide is
// put before a person; it is never taken for one by itself, and never overlooked either.
const ClaimsSerious Fact = "claims_serious"

var claim = regexp.MustCompile(`(重大事態|重大な(被害|事態)|(法|推進法)(の)?(第)?(28|二八|二十八)条).{0,24}(申し?立|訴え|申し?出|認め|認定|扱|調査|報告|対応|当たる|当てはま|あたる|該当|(だ|である|です)と(思|考|いう|言)|じゃない|ではない|ではありません)|(申し?立て?|申立書|訴え).{0,24}(重大事態|重大な被害)|(第三者委員会|第三者による調査|調査委員会).{0,24}(求め|ほし|欲し|設け|設置|開い|つくって|作って|お願い)`)

// claims reports whether a text may declare a serious case. Line ends part nothing: letters are written in short lines.
func claims(text string) bool {
	return claim.MatchString(strings.NewReplacer("\n", "", "\r", "", " ", "", "　", "", "２８", "28").Replace(text))
}

// claimed takes in what a seeker's words may declare.
func (f Facts) claimed(c triage.Case, e triage.Event) {
	if e.Kind != triage.KindMessage || e.From != triage.Seeker || e.Report != nil || e.Observed != nil {
		return
	}
	if !slices.Contains(c.Hidden, e.ID) && claims(e.Text) {
		f.hear(ClaimsSerious, e.At, "")
	}
}
