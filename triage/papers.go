package triage

import "strings"

// The papers that a case may have.
const (
	PaperLetters = "letters" // that came
	PaperAnswers = "answers" // that are printed for the post, and their copies
	PaperSheets  = "sheets"  // of a school's report, printed with its names
)

// SheetMark is what the placeholder of a Reveal begins with that says that a report was printed with its names.
const SheetMark = "報告 "

// Paper says which paper there is since the event, or "". What somebody printed from a screen nobody knows.
func (e Event) Paper() string {
	switch {
	case e.Kind == KindMessage && e.From == Seeker && e.Channel == "letter":
		return PaperLetters
	case e.Delivery != nil && e.Delivery.Status == DeliveryPaper:
		return PaperAnswers
	case e.Reveal != nil && strings.HasPrefix(e.Reveal.Placeholder, SheetMark):
		return PaperSheets
	}
	return ""
}
