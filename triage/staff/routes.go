package staff

import "madoguchi/triage"

// together joins groups of roles.
func together(groups ...[]triage.Role) []triage.Role {
	var all []triage.Role
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// The groups that the tables name.
var (
	counsel = []triage.Role{triage.Psychologist, triage.SocialWorker}
	lead    = []triage.Role{triage.Coordinator, triage.Supervisor}
	above   = []triage.Role{triage.Supervisor}
	lawyer  = []triage.Role{triage.Lawyer}
	board   = []triage.Role{triage.Board}
	clerk   = []triage.Role{triage.Clerk}
	admin   = []triage.Role{triage.Admin}
	school  = []triage.Role{triage.School}

	desk     = together(counsel, lead)
	seated   = together(desk, lawyer, board)
	counter  = together(lead, clerk)
	everyone = triage.Roles
)

// Routes is the policy of the JSON API. A role that is named may use the route; on which cases is decided with the case.
var Routes = []Route{
	{"GET", "/api/v1/openapi.json", nil, true, "what the API is like is no secret, and tools read it before they have a token"},
	{"GET", "/api/v1/me", everyone, false, "everybody may know who they are here"},
	{"GET", "/api/v1/queue", desk, false, "who answers must see who waits; nobody else does"},
	{"GET", "/api/v1/events", desk, false, "the same, without asking again and again"},
	{"GET", "/api/v1/cases/{id}", together(desk, lawyer), false, "waiting and own cases; leads all; a lawyer where consulted"},

	{"GET", "/api/v1/cases/{id}/files/{n}", desk, false, "who speaks with the child sees what she sent, each look written down"},

	{"GET", "/api/v1/cases/{id}/readings/{seq}", desk, false, "who speaks with the child compares what a machine read with the paper"},
	{"POST", "/api/v1/cases/{id}/readings/{seq}", desk, false, "the same, and corrects it; every further matter becomes a case"},
	{"GET", "/api/v1/cases/{id}/letters/{said}", desk, false, "who speaks with the child sees the answer as it will be printed"},
	{"POST", "/api/v1/cases/{id}/letters/{said}", desk, false, "the same, to be posted: with the address, and the way into the chat"},
	{"POST", "/api/v1/cases/{id}/letters/{said}/posted", desk, false, "who took it to the post says so"},
	{"GET", "/api/v1/letters", desk, false, "what came on paper is forgotten most easily: who answers sees what is still to be done"},

	{"POST", "/api/v1/cases/{id}/claim", desk, false, "whoever answers takes the case first, so that nobody answers twice"},
	{"POST", "/api/v1/cases/{id}/release", desk, false, "whoever has it may give it back"},
	{"POST", "/api/v1/cases/{id}/transfer", desk, false, "whoever has it may hand it on; a lead anybody's"},
	{"POST", "/api/v1/cases/{id}/second", desk, false, "whoever has it may ask a second person, or a lawyer, to join"},
	{"POST", "/api/v1/cases/{id}/messages", desk, false, "the child hears the voice that has the case, or a lead's"},
	{"POST", "/api/v1/cases/{id}/calls", desk, false, "the child is called by the voice that she knows, at a time that is safe"},
	{"POST", "/api/v1/cases/{id}/doing", desk, false, "the child sees that somebody reads or writes, only while it is true"},
	{"POST", "/api/v1/cases/{id}/notes", together(desk, lawyer), false, "notes on own cases; a lawyer's advice where consulted"},
	{"POST", "/api/v1/cases/{id}/severity", desk, false, "a person who knows the case overrules the rules"},
	{"POST", "/api/v1/cases/{id}/state", desk, false, "a person who knows the case says where it stands"},
	{"POST", "/api/v1/cases/{id}/observations", desk, false, "what an interview showed is written by who knows the case"},
	{"POST", "/api/v1/cases/{id}/reveals", desk, false, "names are opened for who speaks with the child, each written down"},
	{"POST", "/api/v1/cases/{id}/consents", desk, false, "the child is asked by the voice that she knows"},
	{"POST", "/api/v1/cases/{id}/consents/{consent}/agree", above, false, "a supervisor looks at it before a child's family is told"},
	{"POST", "/api/v1/cases/{id}/handoffs", desk, false, "what the child allowed is told by who heard it; emergencies by who is there"},
	{"POST", "/api/v1/cases/{id}/handoffs/{handoff}/countersign", lead, false, "a second person of rank looks at every emergency afterwards"},
	{"POST", "/api/v1/cases/{id}/handoffs/{handoff}/told", desk, false, "who spoke with the family writes down how, and what it said"},
	{"POST", "/api/v1/cases/{id}/handoffs/{handoff}/recall", desk, false, "who sent it to the wrong place takes it back at once"},
	{"POST", "/api/v1/cases/{id}/handoffs/{handoff}/links", desk, false, "who tells somebody without an account gives them a link"},
	{"POST", "/api/v1/cases/{id}/notices", desk, false, "whoever told an agency writes down when, whom and what it answered"},

	{"GET", "/api/v1/cases/{id}/duties", together(desk, lawyer), false, "who may look at a case sees what is owed in it"},
	{"POST", "/api/v1/cases/{id}/duties/{duty}/done", desk, false, "what was done and decided is written by who did it; a lead's duty by a lead"},
	{"GET", "/api/v1/cases/{id}/suggestions", desk, false, "who gives or takes a case sees for whom it is, and why"},
	{"POST", "/api/v1/cases/{id}/wanted", desk, false, "who speaks with the child writes down whom she wishes for"},
	{"POST", "/api/v1/cases/{id}/bars", desk, false, "a lead keeps out who is named; everybody may keep themselves out"},
	{"POST", "/api/v1/cases/{id}/sessions", desk, false, "what the next person has to know is left by who spoke with the child"},
	{"POST", "/api/v1/cases/{id}/risks", desk, false, "what was found of a danger is written by who speaks with the child"},
	{"POST", "/api/v1/cases/{id}/safety", desk, false, "what was agreed with her is written by who agreed it"},
	{"POST", "/api/v1/cases/{id}/interim", desk, false, "the child hears that somebody has read, from the voice that has the case"},
	{"GET", "/api/v1/mates", desk, false, "who answers sees who else is there"},
	{"POST", "/api/v1/mates", desk, false, "everybody says for themselves when they work; a lead for anybody"},
	{"GET", "/api/v1/handover", desk, false, "whoever ends a shift sees what they leave"},
	{"GET", "/api/v1/requests", counter, false, "who takes in requests for records sees what is due; the case and the reason are the leads'"},
	{"POST", "/api/v1/requests", counter, false, "whoever is at the counter takes it in"},
	{"GET", "/api/v1/requests/{id}", counter, false, "the same"},
	{"POST", "/api/v1/requests/{id}/proposal", lead, false, "what is given of a case is decided by who answers for all cases"},
	{"POST", "/api/v1/requests/{id}/agree", lead, false, "and by a second of them"},
	{"POST", "/api/v1/requests/{id}/back", lead, false, "the same"},
	{"POST", "/api/v1/requests/{id}/pack", lead, false, "what was decided is made by one of them"},
	{"POST", "/api/v1/requests/{id}/letter", counter, false, "the letter tells nothing of whether there is a case"},
	{"POST", "/api/v1/requests/{id}/answer", counter, false, "who brought the answer writes it down"},
	{"GET", "/api/v1/discards", together(desk, clerk), false, "who handles paper sees what waits for their word; the leads what is still there"},
	{"POST", "/api/v1/discards", lead, false, "that paper is gone is written by who answers for all cases"},
	{"POST", "/api/v1/discards/witness", together(desk, clerk), false, "and seen by a second person, who says so for themselves"},
	{"GET", "/api/v1/disposals", lead, false, "what is destroyed is decided by somebody who answers for all cases"},
	{"GET", "/api/v1/registers", lead, false, "the same, of what belongs to no case"},
	{"POST", "/api/v1/registers/{class}/decision", lead, false, "the same"},
	{"POST", "/api/v1/cases/{id}/destroy", lead, false, "the same"},
	{"POST", "/api/v1/cases/{id}/keep", lead, false, "the same"},
	{"GET", "/api/v1/duties", desk, false, "what is owed in one's own cases; a lead sees what is overdue anywhere"},

	{"GET", "/api/v1/serious", together(lead, board), false, "who answers to the city sees which cases are serious and how far each is; the board of education the steps alone"},
	{"GET", "/api/v1/cases/{id}/serious", desk, false, "who has a case sees what has to come next"},
	{"POST", "/api/v1/cases/{id}/declarations", desk, false, "whoever hears a child or a parent say it writes it down; nobody may decline"},
	{"POST", "/api/v1/cases/{id}/serious/steps", desk, false, "what was done is written by who knows the case"},
	{"POST", "/api/v1/cases/{id}/serious/versions", desk, false, "the same, for each reader in other words"},
	{"POST", "/api/v1/cases/{id}/plan", desk, false, "who has a case keeps its plan with the school"},
	{"POST", "/api/v1/cases/{id}/watch", desk, false, "who has a case writes down that a body set a longer watch"},
	{"GET", "/api/v1/board", desk, false, "numbers without words, for who answers and who leads"},
	{"GET", "/api/v1/drills", desk, false, "who answers sees what came of the exercises of the night path"},
	{"POST", "/api/v1/drills", above, false, "a supervisor may call somebody out of bed for an exercise"},
	{"POST", "/api/v1/drills/{id}/receive", desk, false, "whoever was called says so"},
	{"POST", "/api/v1/drills/{id}/end", above, false, "who may begin it may end it"},
	{"GET", "/api/v1/exposure", desk, false, "how much of the gravest work one had oneself; the supervisor, who looks after all, sees everybody's"},
	{"GET", "/api/v1/absences/{login}", lead, false, "who is away leaves children who must not wait"},
	{"POST", "/api/v1/absences/{login}", lead, false, "the same"},
	{"GET", "/api/v1/meetings", seated, false, "the whole staff sits in it; each sees those in which they took part"},
	{"POST", "/api/v1/meetings", lead, false, "who leads calls it"},
	{"GET", "/api/v1/meetings/{id}", seated, false, "the same paper for all who sit there, without words, less what is kept from each"},
	{"POST", "/api/v1/meetings/{id}/decisions", lead, false, "who leads it writes down what was decided"},
	{"POST", "/api/v1/meetings/{id}/end", lead, false, "the same"},
	{"POST", "/api/v1/cases/{id}/look-in", lead, false, "who leads may look in, and is seen doing so"},
	{"POST", "/api/v1/cases/{id}/whispers", lead, false, "who looks in may help without taking over"},
	{"GET", "/api/v1/cases/{id}/kin", desk, false, "who knows a case sees what may belong to it, of what they may look at"},
	{"POST", "/api/v1/cases/{id}/links", desk, false, "the same, and writes it down"},
	{"POST", "/api/v1/cases/{id}/links/agree", desk, false, "a second person looks before it counts"},
	{"POST", "/api/v1/cases/{id}/links/off", desk, false, "what was wrong is taken back by who sees it"},
	{"POST", "/api/v1/cases/{id}/parts", desk, false, "who did what is written by who heard it"},
	{"POST", "/api/v1/cases/{id}/traces", desk, false, "who speaks with somebody in danger may have the police look for her, when a lead allows it"},
	{"POST", "/api/v1/traces/{id}", desk, false, "shown to who asked, and only while the grant lasts"},

	{"GET", "/api/v1/reveals", desk, false, "what one asked for; a lead what everybody asked for"},
	{"GET", "/api/v1/reveals/{id}", desk, false, "the words are shown to who asked, and only while the grant lasts"},
	{"POST", "/api/v1/reveals/{id}/approve", desk, false, "a lead who did not ask; or who asked, with the code that a lead reads over the telephone"},
	{"POST", "/api/v1/reveals/{id}/refuse", lead, false, "who may say yes may say no"},
	{"POST", "/api/v1/reveals/{id}/looked", lead, false, "what was opened with nobody else there is looked at afterwards"},
	{"GET", "/api/v1/searches", lead, false, "who is looked for by name is decided by two who lead; that there was a search, every lead may know"},
	{"POST", "/api/v1/searches", lead, false, "the same"},
	{"GET", "/api/v1/searches/{id}", lead, false, "who asked and who allowed it see what was found; nobody else"},
	{"POST", "/api/v1/searches/{id}/approve", lead, false, "a lead who did not ask"},
	{"POST", "/api/v1/searches/{id}/refuse", lead, false, "who may say yes may say no; who asked may take it back"},
	{"POST", "/api/v1/visits", together(desk, clerk), false, "whoever sits at the counter or the telephone writes down what was said"},
	{"GET", "/api/v1/handoffs", school, false, "a school reads what was sent to it"},
	{"GET", "/api/v1/handoffs/{id}", school, false, "the same"},
	{"POST", "/api/v1/handoffs/{id}/acknowledge", school, false, "a school says that a person there has it"},
	{"POST", "/api/v1/handoffs/{id}/answers", school, false, "a school says where it stands"},
	{"POST", "/api/v1/handoffs/{id}/reports", school, false, "a school reports on what was sent to it"},
	{"GET", "/api/v1/handoffs/{id}/week", school, false, "a school reports each week on a hard case, where the city asks for it"},
	{"POST", "/api/v1/handoffs/{id}/week", school, false, "the same"},
	{"GET", "/api/v1/reports", school, false, "a school sees again that its reports were sent"},
	{"POST", "/api/v1/reports", school, false, "a school reports every case, suspicions as well"},

	{"GET", "/api/v1/filings", together(lead, board, clerk), false, "every report of every school stands in one register, for who answers to the city"},
	{"GET", "/api/v1/statistics", together(lead, board, clerk), false, "numbers without names, small ones withheld, for who plans and answers to the city"},
	{"GET", "/api/v1/statistics/reports", together(lead, board, clerk), false, "what was told of a year once is told to all who answer for it"},
	{"GET", "/api/v1/statistics/reports/{year}", together(lead, board, clerk), false, "the same"},
	{"POST", "/api/v1/statistics/reports", lead, false, "it is made once, by somebody who answers for all cases"},
	{"POST", "/api/v1/demo/clock", admin, false, "only in the demonstration: whoever shows it moves its time"},
}
