package triage

import "slices"

// Held reports whether nothing of the case may be destroyed, whoever wishes it: a lead said so, or somebody's request for its
// records goes on.
func (c Case) Held() bool { return c.Kept || len(c.Holds) > 0 }

// Traces lists, in Japanese, why words of the case are not destroyed because who wrote them wishes it: they may be the trace of
// a danger, or of something that others were told, and the wish may have been pressed out of a child.
func (c Case) Traces() []string {
	var why []string
	if c.Severity.Rank() <= Urgent.Rank() {
		why = append(why, "緊急か至急の相談です。")
	}
	if slices.Contains(c.Flags, AbuseHome) || c.Observes(ObservedAbused) {
		why = append(why, "家庭での虐待の疑いがあります。")
	}
	if len(c.Handoffs) > 0 {
		why = append(why, "学校や関係機関に伝えています。")
	}
	if c.Suspected() {
		why = append(why, "重大事態の疑いがあります。")
	}
	return why
}

// Suspected reports whether somebody wrote down or declared that the case may be a serious one (重大事態), or a step of its road
// was taken: what is lost of it then is lost to the inquiry.
func (c Case) Suspected() bool {
	return c.Observes("serious") || c.Observes(Declared) || len(c.Steps) > 0
}

// hold takes in that the case must be kept, or need not be any more.
func (c *Case) hold(ch Change) {
	on := ch.Keep == KeepOn
	if ch.For == "" {
		c.Kept = on
		return
	}
	c.Holds = slices.DeleteFunc(slices.Clone(c.Holds), func(x string) bool { return x == ch.For })
	if on {
		c.Holds = append(c.Holds, ch.For)
	}
}
