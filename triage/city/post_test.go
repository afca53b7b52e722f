package city

import "testing"

func TestWhatStandsOnEnvelopes(t *testing.T) {
	for address, want := range map[string][2]string{
		"〒070-0040 旭川市10条通11丁目 旭川市子ども総合相談センター": {"〒070-0040", "旭川市10条通11丁目"},
		"旭川市10条通11丁目": {"", "旭川市10条通11丁目"},
		"〒070-0040":   {"〒070-0040", ""},
		"":            {"", ""},
	} {
		c := City{Desk: Desk{Address: address, Neutral: "まどぐち係"}}
		if postcode, street, name := c.Sender(); postcode != want[0] || street != want[1] || name != "まどぐち係" {
			t.Errorf("%q: %q %q %q", address, postcode, street, name)
		}
	}
}
