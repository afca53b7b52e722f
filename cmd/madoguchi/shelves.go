package main

import (
	"madoguchi/triage/band"
	"madoguchi/triage/desk"
	"madoguchi/triage/discard"
	"madoguchi/triage/drill"
	"madoguchi/triage/figures"
	"madoguchi/triage/lookin"
	"madoguchi/triage/meeting"
	"madoguchi/triage/request"
	"madoguchi/triage/shelf"
	"madoguchi/triage/tally"
)

// shelves gives the desk the places of what belongs to no case: the minutes of meetings, the reports of years,
// who asked for records, and who looks in where.
func (h *house) shelves(p plan) {
	h.desk.Minutes = shelf.New[meeting.Record](h.redis, p.keys.desk, "meetings")
	h.desk.Counts = tally.New(h.redis, h.clock.Now)
	h.desk.Drills = shelf.New[drill.Record](h.redis, p.keys.desk, "drills")
	h.desk.Waits = shelf.New[band.Told](h.redis, p.keys.desk, "waits")
	h.desk.Yearly = shelf.New[figures.Report](h.redis, p.keys.desk, "yearly")
	h.desk.Papers = shelf.New[discard.Record](h.redis, p.keys.desk, "papers")
	h.desk.Terms = shelf.New[desk.Term](h.redis, p.keys.desk, "terms")
	h.desk.Asked = shelf.New[request.Request](h.redis, p.keys.desk, "requests")
	h.desk.LookIns = shelf.New[lookin.Looks](h.redis, p.keys.desk, "looks")
}
