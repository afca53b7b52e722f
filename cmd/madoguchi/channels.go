package main

import (
	"madoguchi/channels"
	"madoguchi/channels/chat"
	"madoguchi/channels/email"
	letters "madoguchi/channels/letter"
	"madoguchi/channels/line"
	"madoguchi/channels/phone"
)

// kinds lists every door. A new one is one line here.
func kinds() []channels.Kind {
	return []channels.Kind{
		chat.Kind,
		line.Kind,
		phone.Kind,
		email.Kind,
		letters.Kind,
	}
}
