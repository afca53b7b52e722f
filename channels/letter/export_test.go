package letter

// For the suite, which looks for goroutines of this package and so must not be in it.
var (
	Coarse    = coarse
	NewNumber = newNumber
	Page      = page
	Encoded   = encoded
	Drop      = drop
	In        = in
	Victim    = victim
	CodeOn    = codeOn
)

const (
	Accepted = acceptedFolder
	Wordless = wordless
)
