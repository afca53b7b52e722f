package channels

import (
	"errors"
	"net/url"
	"slices"
	"time"
)

// Setting is one setting of a door. cmd makes a flag, a variable and a file key of it and rejects unknown ones. A door of
// which no required setting is given is off; one of which only some are given stops the start. So does a value that is not of
// its form, whether the door is off or not.
type Setting struct {
	Name     string // LINE_SECRET
	Doc      string
	Default  string
	Required bool
	Secret   bool
	Fits     func(string) bool // nil: every value is of the form
	Expects  string            // the form, for the error: door or full
}

// Fit returns an error that names the first of the settings that is given and not of its form; it never has the value.
func Fit(all []Setting, value func(name string) string) error {
	for _, s := range all {
		if v := value(s.Name); v != "" && s.Fits != nil && !s.Fits(v) {
			return errors.New(s.Name + ": expected " + s.Expects)
		}
	}
	return nil
}

// OneOf fits what is one of the words.
func OneOf(words ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(words, v) }
}

// Lasting fits a time of at least least, or off.
func Lasting(least time.Duration) func(string) bool {
	return func(v string) bool {
		d, err := time.ParseDuration(v)
		return v == "off" || err == nil && d >= least
	}
}

// Lasts is how long what fits Lasting lasts; off is 0.
func Lasts(v string) time.Duration {
	if d, err := time.ParseDuration(v); err == nil {
		return d
	}
	return 0
}

// IsURL fits an address with http or https and a host.
func IsURL(v string) bool {
	u, err := url.Parse(v)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
