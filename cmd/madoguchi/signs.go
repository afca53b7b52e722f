package main

import (
	"time"

	"madoguchi/channels"
)

// Signs implements channels.Desk.
func (d cityDesk) Signs(t time.Time) channels.Signs {
	k := d.city.Contact
	s := channels.Signs{Contact: channels.Contact{Name: k.Name, Address: k.Address, Phone: k.Phone, Fax: k.Fax, Mail: k.Mail, Form: k.Form}}
	for _, h := range d.city.Doors(t) {
		s.Doors = append(s.Doors, channels.DoorHours(h))
	}
	for _, topic := range d.city.Topics(t) {
		to := channels.Topic{Key: topic.Key, Title: topic.Title}
		for _, n := range topic.Places {
			to.Places = append(to.Places, channels.Place{Name: n.Child(), Say: n.Say, Phone: n.Phone(), Page: n.Page, Means: n.SayMeans(), When: n.When})
		}
		s.Topics = append(s.Topics, to)
	}
	return s
}
