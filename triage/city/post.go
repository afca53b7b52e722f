package city

import "strings"

// Sender is what stands on the outside of an envelope: the postcode and the street of the desk's address, and the desk's
// neutral name. What follows the street, the name of a house such as a 相談センター, would tell what is inside.
func (c *City) Sender() (postcode, street, name string) {
	words := strings.Fields(c.Desk.Address)
	if len(words) > 0 && strings.HasPrefix(words[0], "〒") {
		postcode, words = words[0], words[1:]
	}
	if len(words) > 0 {
		street = words[0]
	}
	return postcode, street, c.Desk.Neutral
}
