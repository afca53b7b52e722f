package letter

import "testing"

// For the suite, which looks for goroutines of this package and so must not be in it.
var (
	Coarse  = coarse
	Page    = page
	Encoded = encoded
	Drop    = drop
	In      = in
	Victim  = victim
	CodeOn  = codeOn
)

// Number returns a number as it is printed.
func Number(t *testing.T) string { return numbers(t, t.TempDir(), "school-1", "2026-07", 1)[0] }

const (
	Accepted = acceptedFolder
	Wordless = wordless
)
