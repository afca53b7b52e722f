package triage

import "time"

// Weekly is what a school reports once a week on a hard case (asahikawa-model:74). It is short, and begins with what was
// written the week before, so that it takes minutes: who has to write much each week writes nothing that is new.
var Weekly = Form{ID: "weekly", Name: "困難ケースの週の報告", Fields: []Field{
	{Key: "state", Label: "本人の様子", Required: true, Choices: []string{"よくなっている", "かわらない", "悪くなっている", "まだ分からない"}},
	{Key: "attendance", Label: "出席", Choices: []string{"毎日来ている", "休みや遅れがある", "別室に来ている", "休んでいる"}},
	{Key: "news", Label: "新しく分かったこと", Long: true},
	{Key: "done", Label: "この一週間にしたこと", Long: true},
	{Key: "next", Label: "次の一週間にすること", Long: true},
	{Key: "need", Label: "足りない人手や助け", Long: true},
}}

// WeekView is the weekly report that a school owes: until when, and what it wrote the last time.
type WeekView struct {
	DueAt  time.Time         `json:"due_at"`
	LastAt time.Time         `json:"last_at,omitzero"` // zero where this is the first
	Last   map[string]string `json:"last"`             // by the keys of Weekly
}
