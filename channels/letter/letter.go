// Package letter is the door of paper: scans of letters in a folder, where a scanner drops them.
//
// The paper is the place where the truth lives until a letter is stored, so a scan leaves the folder only then: into
// accepted/ once the house has its words and its picture, into failed/ once a person has been told that there is a letter
// that no machine can read. A crash at any point leaves either a scan to read again or a letter that is known already,
// because a letter is called after what the scan holds. A scan is readable by whoever can open the folder, so it is removed
// from accepted/ after a day; the house has it, sealed, and erases it with its case. What is in failed/ stays for a person.
//
// What a machine reads from handwriting is a guess. It goes to the desk as unchecked, beside the picture, and a person
// compares the two. Who wrote is the sheet's number, a random one that tells school and round to those who hold the list
// of sheets, and no seat; a letter on other paper is known by its scan alone.
//
// Programs that decode what strangers made (poppler, tesseract) run as processes of their own with little memory and time
// and, where the machine allows it, without a network. Where they are missing the door is off and says so; scans stay where
// they are.
package letter

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"madoguchi/channels"
)

var settings = []channels.Setting{
	{Name: "LETTER_DIR", Required: true, Doc: "the scanner's drop folder"},
	{Name: "LETTER_SHEETS", Doc: "the list of printed sheets: which numbers went to which school; default: DATA_DIR/letters"},
	{Name: "LETTER_KEEP", Default: "24h", Fits: channels.Lasting(time.Nanosecond), Expects: "a time such as 24h, or off", Doc: "how long a scan that the house has stays in accepted/, where everybody who opens the folder can read it; off: for ever"},
}

// Kind is the door of letters.
var Kind = channels.Kind{
	Names:    []string{name},
	Settings: settings,
	New:      func(env channels.Env) (channels.Channel, error) { return newDoor(env) },
}

const name = "letter"

// Paper is the Status of a Sent that waits for a person: it has to be printed, put into an envelope and posted.
const Paper = "paper"

type door struct {
	env    channels.Env
	dir    string
	sheets *Sheets
	lacks  string // what this machine has not, or ""
	run    runner

	moved map[string]string // where the scans went that this process took in, by their names; Run's own

	settle, grace time.Duration // how long a scan must not have grown to be read, and to be given up
	poll          time.Duration
	dots          int // per inch, at which pages are read

	stay  time.Duration // how long a scan stays in accepted/; 0 for ever
	prune time.Time     // when that is looked at next; Run's own
}

var _ interface {
	channels.Channel
	channels.Limited
} = (*door)(nil)

func newDoor(env channels.Env) (*door, error) {
	if err := channels.Fit(settings, env.Setting); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(env.Setting("LETTER_DIR"))
	if err != nil || env.Setting("LETTER_DIR") == "" {
		return nil, errors.New("LETTER_DIR: expected a folder")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, errors.New("LETTER_DIR: there is no such folder")
	}
	d := &door{env: env, dir: dir, sheets: &Sheets{Dir: env.Setting("LETTER_SHEETS")}, settle: 2 * time.Second, grace: 20 * time.Second, poll: time.Second, dots: dpi}
	d.stay = channels.Lasts(cmp.Or(env.Setting("LETTER_KEEP"), "24h"))
	d.run = newRunner()
	d.lacks = d.run.lacks()
	return d, nil
}

// Lacks implements channels.Limited.
func (d *door) Lacks() string {
	if d.lacks == "" {
		return ""
	}
	return "letters are not read: " + d.lacks + " missing"
}

// Routes serves nothing: letters come by post.
func (d *door) Routes(*http.ServeMux) {}

// Run reads what lies in the folder until ctx ends.
func (d *door) Run(ctx context.Context) error {
	if d.lacks != "" {
		d.env.Log.Error(d.Lacks()+"; scans stay in their folder", "channel", name)
		<-ctx.Done()
		return nil
	}
	seen := map[string]sight{}
	failing := false
	for ctx.Err() == nil {
		err := d.round(ctx, seen)
		if failed := err != nil && ctx.Err() == nil; failed && !failing {
			d.env.Log.Warn("letters cannot be taken in; trying again", "channel", name)
			failing = true
		} else if !failed {
			failing = false
		}
		select {
		case <-ctx.Done():
		case <-time.After(d.poll):
		}
	}
	return nil
}

// Send hands the reply to people: it is in the mailbox by now, and somebody prints it and takes it to the post. Nothing is
// called sent before they say so.
func (d *door) Send(ctx context.Context, to channels.Address, _ channels.Reply) (channels.Sent, error) {
	if err := ctx.Err(); err != nil {
		return channels.Sent{}, err
	}
	if kind, who, _ := channels.OpenAddress(to); kind != name || strings.TrimSpace(who) == "" {
		return channels.Sent{}, &channels.Undeliverable{Code: "unknown"}
	}
	return channels.Sent{Status: Paper}, nil
}
