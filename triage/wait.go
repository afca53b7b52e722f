package triage

import (
	"context"
	"time"
)

// Band is how long a seeker may have to wait, as their page says it: a band of time, and never a number in the queue, which
// rises when somebody in danger comes and tells them so. The page has the words of each.
type Band string

// The bands, shortest first. All codes are of one length, so that none can be read off an encrypted line.
const (
	BandNone  Band = "quiet" // nothing is said
	BandSoon  Band = "05min" // 5分くらい
	BandShort Band = "20min" // 10分から20分くらい
	BandHalf  Band = "30min" // 30分くらい
	BandToday Band = "today" // 今日のうちに
	BandLater Band = "later" // perhaps not today
	BandSorry Band = "sorry" // longer than was said: the desk says so, once
)

// Care is what the page says to somebody who wrote of danger, for as long as it is true.
type Care string

// What it may say. The codes are of the length of the bands.
const (
	CareNone  Care = "quiet"
	CareOpen  Care = "alarm" // the desk is open, and somebody is there who hears it now
	CareNight Care = "night" // nobody is there; where others are
	CarePaged Care = "paged" // the same, and whoever is on call was reached
)

// Wait is what the page of somebody who waits may say.
type Wait struct {
	Turn int64 // rises with each change: the page of an earlier one never overtakes it
	Band Band
	Care Care
	By   time.Time // with BandSorry: by when an answer is promised; zero where nobody can promise that
}

// WaitLamp shows it. It is kept by package router and wired in cmd.
type WaitLamp interface {
	Wait(ctx context.Context, id CaseID, w Wait) error
}
