package serious

import (
	"regexp"
	"slices"
	"strings"

	"madoguchi/triage"
)

// Why a version may not be kept.
const (
	NotItsReader = "reader" // the step has no version for that reader
	SameText     = "same"   // another reader gets the very same words, and nobody said why
	Named        = "named"  // the public would read a placeholder: whoever knows the case knows who is meant
)

var placeholder = regexp.MustCompile(`\[[^\[\]\s]{1,20}\]`)

// Refused tells why the version may not be kept as it is, or "". The same text for two readers is kept only with a reason,
// so that what was written for a family is not published by accident; and whatever the anonymizer hides may not stand in a
// text for the public at all.
func (x Step) Refused(c triage.Case, v triage.Version) string {
	switch {
	case !slices.Contains(x.Readers, v.Reader):
		return NotItsReader
	case slices.Contains(public, v.Reader) && placeholder.MatchString(v.Text):
		return Named
	case v.Same == "" && slices.ContainsFunc(c.Versions, func(o triage.Version) bool { return o.Reader != v.Reader && squeezed(o.Text) == squeezed(v.Text) }):
		return SameText
	}
	return ""
}

// squeezed is a text without what tells nothing: spaces, line ends and the marks between sentences.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" 　\t\r\n、。，．,.・", r) {
			return -1
		}
		return r
	}, text)
}
