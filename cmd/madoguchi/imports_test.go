package main

import (
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// The import policy: who may know whom. A line names a room, or a room and all below it (/…), and which other rooms of the
// product it may import; a room that no line names may import none. The first line that matches holds.
//
// The wall is the third and fourth block: no room of triage can name a type of channels or router, so no page that staff
// see can hold an address; and no door can name a case.
const policy = `
channels                    :
channels/channelstest       : channels
channels/…                  : channels

triage                      :
triage/japanese             :
triage/sieve                :
triage/seal                 :
triage/keyring              :
triage/assess               : triage triage/japanese triage/assess/model
triage/assess/model         : triage/sieve
triage/assess/gold          : triage
triage/assess/measure       : triage triage/assess triage/assess/gold
triage/assess/train         : triage triage/assess triage/assess/gold triage/assess/model triage/japanese
triage/duty                 : triage
triage/roster               : triage
triage/serious              : triage triage/duty
triage/city                 : triage triage/assess triage/duty triage/roster triage/serious
triage/redistest            :
triage/paper                :
triage/table                :
triage/figures              :
triage/sheet                : triage triage/paper triage/table
triage/telling              : triage
triage/redis                : triage triage/seal triage/keyring
triage/storetest            : triage
triage/owner                :
triage/audit                : triage triage/seal triage/owner
triage/staff                : triage triage/audit triage/seal
triage/shelf                : triage triage/seal
triage/grant                : triage triage/seal
triage/seek                 : triage triage/grant
triage/pass                 : triage triage/shelf triage/seal triage/staff
triage/board                : triage
triage/band                 : triage
triage/tally                : triage
triage/meeting              : triage triage/board
triage/lookin               : triage
triage/drill                :
triage/kin                  : triage triage/japanese
triage/request              : triage
triage/discard              : triage
triage/desk                 : triage triage/band triage/request triage/discard triage/serious triage/figures triage/board triage/meeting triage/drill triage/lookin triage/kin triage/roster triage/pass triage/telling triage/paper triage/sheet triage/table triage/shelf triage/duty triage/city triage/audit triage/staff triage/grant triage/seek triage/shelf
triage/ask                  : triage
triage/web                  : triage triage/staff
triage/console              : triage triage/request triage/discard triage/figures triage/paper triage/sheet triage/serious triage/roster triage/board triage/meeting triage/drill triage/lookin triage/kin triage/table triage/telling triage/duty triage/desk triage/staff triage/web triage/city triage/grant triage/seek
triage/api                  : triage triage/request triage/discard triage/figures triage/serious triage/roster triage/board triage/meeting triage/drill triage/lookin triage/kin triage/duty triage/desk triage/staff triage/web triage/grant triage/seek
triage/school               : triage triage/sheet triage/table triage/staff triage/web

router/redistest            :
router/journal              :
router/envelope             : channels
router/files                : channels router/envelope
router/clean                : channels
router/stream               :
router/mailbox              : channels router/mailbox/…
router/mailbox/…            :
router/anonymize/gen        : triage/japanese
router/anonymize/measure    : router/anonymize triage/japanese
router/anonymize/train      : router/anonymize router/anonymize/tagger triage/japanese
router/anonymize/tagger     : triage/sieve
router/anonymize            : triage triage/japanese router/anonymize/tagger
router/vault                : channels triage/keyring
router/sought               : triage triage/japanese
router                      : channels triage triage/assess router/journal router/envelope router/stream router/mailbox router/anonymize router/vault router/files router/clean router/sought

deploy/cities               :
deploy                      :
cmd/madoguchi               : *
`

const module = "madoguchi/"

func TestImportsFollowThePolicy(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room := strings.TrimPrefix(words[0], module)
		may, ok := allowed(room)
		if !ok {
			t.Errorf("%s: no line of the policy names this room", room)
			continue
		}
		for _, imp := range words[1:] {
			other, ours := strings.CutPrefix(imp, module)
			if ours && !slices.ContainsFunc(may, func(p string) bool { return matches(p, other) }) {
				t.Errorf("%s imports %s", room, other)
			}
		}
	}
}

// The policy itself is held to the wall, so that nobody opens a door in it by an edit.
func TestPolicyKeepsTheWall(t *testing.T) {
	for line := range strings.Lines(policy) {
		room, may, ok := strings.Cut(line, ":")
		if room = strings.TrimSpace(room); !ok || room == "cmd/madoguchi" {
			continue
		}
		for _, other := range strings.Fields(may) {
			from, to := strings.Split(room, "/")[0], strings.Split(other, "/")[0]
			if from == "triage" && to != "triage" || from == "channels" && to != "channels" {
				t.Errorf("%s may import %s", room, other)
			}
		}
	}
}

func allowed(room string) ([]string, bool) {
	for line := range strings.Lines(policy) {
		name, may, ok := strings.Cut(line, ":")
		if ok && matches(strings.TrimSpace(name), room) {
			return strings.Fields(may), true
		}
	}
	return nil, false
}

func matches(pattern, room string) bool {
	if pattern == "*" {
		return true
	}
	if below, ok := strings.CutSuffix(pattern, "/…"); ok {
		return strings.HasPrefix(room, below+"/")
	}
	ok, err := path.Match(pattern, room)
	return err == nil && ok
}
