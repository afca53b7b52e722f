package triage

import (
	"fmt"
	"strings"
)

// Contact is one way to reach the seeker outside of the desk's own page. What it is, an address, lies behind the wall.
type Contact struct {
	Placeholder string // [連絡先1]: by which two people open it; no text holds it
	Channel     string // the door that it belongs to, or by which staff wrote it down
}

// Contacts are the ways to reach the seeker, by the doors used, in the order of their first use. The chat has none: a
// conversation there leads to nobody.
func (c Case) Contacts() []Contact {
	var all []Contact
	for _, channel := range c.Channels {
		if channel != "chat" && channel != "school" {
			all = append(all, Contact{fmt.Sprintf(contact+"%d]", len(all)+1), channel})
		}
	}
	return all
}

// contact begins the placeholders of contacts.
const contact = "[連絡先"

// IsContact reports whether the placeholder is a contact's: an address that a door or the staff know, and no words of a text.
func IsContact(placeholder string) bool { return strings.HasPrefix(placeholder, contact) }
