package deploy_test

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/router/redistest"
)

var writeTable = flag.Bool("write", false, "write what the users may into redis/may.txt, to be read before it is committed")

// places are where something is kept, one key of each sort, by the name that the table gives it; and those that nobody has.
var places = [][2]string{
	{"{g}:in", "{g0123abcd.1}:in"}, {"{g}:hwm", "{g0123abcd.1}:hwm"}, {"{g}:dd", "{g0123abcd.1}:dd:x"}, {"{g}:dead", "{g0123abcd.1}:dead"}, {"madoguchi:lanes", "madoguchi:lanes"},
	{"{m}", "{m01}:box:x"}, {"{p}", "{p01}:case:x"}, {"{v}", "{v01}:case:x"}, {"{k}:body", "{k01}:body"}, {"{k}:identity", "{k01}:identity"}, {"{k00}:traces", "{k00}:traces"},
	{"{audit}:chain", "{audit}:chain"}, {"{audit}:merged", "{audit}:merged"}, {"{staff}", "{staff}:all"}, {"{grants}", "{grants}:all"}, {"session", "session:x"}, {"{tally}", "{tally}:x"},
	{"{ask}:to:router", "{ask}:to:router"}, {"{ask}:to:vault", "{ask}:to:vault"}, {"{ask}:here:router", "{ask}:here:router"}, {"{ask}:here:vault", "{ask}:here:vault"},
	{"{ask}:seen", "{ask}:seen:x"}, {"{ask}:answer", "{ask}:answer:x"}, {"(a lane of another form)", "{gab}:in"}, {"(anything else)", "other"},
}

// notices are the channels, and one that nobody has.
var notices = [][2]string{{"&madoguchi:mail", "madoguchi:mail"}, {"&madoguchi:cases", "madoguchi:cases"}, {"&(any other)", "other"}}

const nowhere = "(no key)"

// verb is a command of the server, with an example of its use.
type verb struct {
	name string
	use  func(key string) []any
	on   [][2]string // keys or channels; none: it touches neither
}

// words are the first of n arguments, of which what is not said yet is 1.
func words(name string, n int) []any {
	var args []any
	for _, w := range strings.Split(name, "|") {
		args = append(args, w)
	}
	for len(args) < n {
		args = append(args, "1")
	}
	return args
}

// verbs are all commands of the server, those under another each by itself, as it describes them.
func verbs(t *testing.T, list []any) (all []verb) {
	t.Helper()
	for _, entry := range list {
		c := entry.([]any)
		if under := c[9].([]any); len(under) > 0 {
			all = append(all, verbs(t, under)...)
			continue
		}
		name, n := c[0].(string), int(max(c[1].(int64), -c[1].(int64)))
		v := verb{name: name, use: func(string) []any { return words(name, n) }}
		switch specs := c[8].([]any); {
		case slices.Contains(c[2].([]any), any("pubsub")) && n > 1 && !strings.Contains(name, "|") || name == "spublish" || name == "publish":
			v.on, v.use = notices, func(channel string) []any { return placed(words(name, n), 1, channel) }
		case len(specs) > 0:
			v.on, v.use = places, func(key string) []any { return keyed(name, n, specs, key) }
		}
		all = append(all, v)
	}
	return all
}

func placed(args []any, at int, word string) []any {
	for len(args) <= at {
		args = append(args, "1")
	}
	args[at] = word
	return args
}

// keyed is an example of the command with the key wherever it takes one.
func keyed(name string, n int, specs []any, key string) []any {
	args, put := words(name, n), false
	for _, spec := range specs {
		begin, find := dict(dict(spec)["begin_search"]), dict(dict(spec)["find_keys"])
		if begin["type"] != "index" {
			continue
		}
		at := int(dict(begin["spec"])["index"].(int64))
		if how := dict(find["spec"]); find["type"] == "keynum" {
			args = placed(args, at+int(how["keynumidx"].(int64)), "1")
			at += int(how["firstkey"].(int64))
		}
		args, put = placed(args, at, key), true
	}
	if !put { // after a word: STREAMS
		begin := dict(dict(dict(specs[0])["begin_search"])["spec"])
		args = append(args[:n-3], begin["keyword"], key, "1")
	}
	return args
}

// dict reads a list of names and values, as an old protocol gives it.
func dict(x any) map[string]any {
	if m, ok := x.(map[any]any); ok {
		out := map[string]any{}
		for k, v := range m {
			out[k.(string)] = v
		}
		return out
	}
	out, list := map[string]any{}, x.([]any)
	for i := 0; i+1 < len(list); i += 2 {
		out[list[i].(string)] = list[i+1]
	}
	return out
}

// shipped is a server with the users of users.acl, and who may try in their names.
func shipped(t *testing.T) (s *redistest.Server, witness *redis.Client, users []string) {
	t.Helper()
	text, err := os.ReadFile("redis/users.acl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "user" {
			users = append(users, f[1])
		}
	}
	file := filepath.Join(t.TempDir(), "users.acl")
	if err := os.WriteFile(file, append(text, "\nuser witness on >witness ~* &* +@all\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	s = redistest.Start(t, "--aclfile", file, "--enable-module-command", "yes") // so that it is the user who may not
	witness = redis.NewClient(&redis.Options{Addr: s.Addr, Username: "witness", Password: "witness", Protocol: 2, MaxRetries: -1, ReadTimeout: time.Minute})
	t.Cleanup(func() { witness.Close() })
	return s, witness, users
}

// may asks the server what the user may do: by place the commands.
func may(t *testing.T, witness *redis.Client, all []verb, user string) map[string][]string {
	t.Helper()
	type try struct {
		verb, place string
		said        *redis.Cmd
	}
	var tries []try
	pipe := witness.Pipeline()
	for _, v := range all {
		on := v.on
		if on == nil {
			on = [][2]string{{nowhere, ""}}
		}
		for _, place := range on {
			tries = append(tries, try{v.name, place[0], pipe.Do(t.Context(), append([]any{"ACL", "DRYRUN", user}, v.use(place[1])...)...)})
		}
	}
	_, _ = pipe.Exec(t.Context()) // each is looked at
	found := map[string][]string{}
	for _, try := range tries {
		said, err := try.said.Text()
		switch {
		case err != nil:
			t.Fatalf("%s: %v", try.verb, err)
		case said == "OK":
			found[try.place] = append(found[try.place], try.verb)
		case !strings.Contains(said, "has no permissions"):
			t.Fatalf("%s: %s", try.verb, said)
		}
	}
	return found
}

// table writes what the users may, a line for each set of places with the same commands.
func table(t *testing.T, witness *redis.Client, all []verb, users []string) string {
	t.Helper()
	var b strings.Builder
	for _, user := range users {
		found := may(t, witness, all, user)
		alike, order := map[string][]string{}, []string{}
		for _, place := range slices.Concat([][2]string{{nowhere, ""}}, places, notices) {
			commands := found[place[0]]
			slices.Sort(commands)
			line := strings.Join(commands, " ")
			if line != "" && alike[line] == nil {
				order = append(order, line)
			}
			alike[line] = append(alike[line], place[0])
		}
		fmt.Fprintf(&b, "%s\n", user)
		for _, line := range order {
			fmt.Fprintf(&b, "\t%s\n\t\t%s\n", strings.Join(alike[line], "  "), line)
		}
		fmt.Fprintf(&b, "\tnothing\n\t\t%s\n", strings.Join(alike[""], "  "))
	}
	return b.String()
}

// Every user × every command of the server × every place: what is allowed is what the table says, and nothing else.
func TestUsersMayWhatTheTableSays(t *testing.T) {
	_, witness, users := shipped(t)
	list, err := witness.Do(t.Context(), "COMMAND").Slice()
	if err != nil {
		t.Fatal(err)
	}
	all := verbs(t, list)
	if len(list) < 240 || len(users) < 10 {
		t.Fatalf("%d commands, %d users", len(list), len(users))
	}
	const file = "redis/may.txt"
	got := table(t, witness, all, users)
	if *writeTable {
		if err := os.WriteFile(file, []byte(heading+got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	is, should := strings.Split(heading+got, "\n"), strings.Split(string(want), "\n")
	for i := range max(len(is), len(should)) {
		if a, b := at(is, i), at(should, i); a != b {
			t.Fatalf("line %d of %s:\n%s\nbut the users may\n%s", i+1, file, b, a)
		}
	}
	judged(t, witness, all)
}

const heading = `What each user of users.acl may: the places, and under them the commands that work there.

`

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}

// judged holds what the users may against what must not be, whatever the table says.
func judged(t *testing.T, witness *redis.Client, all []verb) {
	t.Helper()
	theirs := map[string][]string{ // the only places where the user may do anything
		"default": nil, "check": nil, "backup": nil, "vault": {"{v}"}, "keyring": {"{k}:body", "{k}:identity", "{k00}:traces"},
		"madoguchi":    {"{g}:in", "{g}:hwm", "{g}:dd", "{g}:dead", "(a lane of another form)", "madoguchi:lanes", "{m}", "{p}", "{audit}:chain", "{audit}:merged", "{staff}", "{grants}", "session", "{tally}"},
		"role-gateway": {"{g}:in", "{g}:hwm", "{g}:dd", "{g}:dead", "madoguchi:lanes", "{m}", "{tally}"},
		"role-router":  {"{g}:in", "{g}:hwm", "{g}:dd", "{g}:dead", "madoguchi:lanes", "{m}", "{p}", "{v}", "{k}:body", "{k}:identity", "{k00}:traces", "{ask}:to:router", "{ask}:here:router", "{ask}:seen", "{ask}:answer"},
		"role-vault":   {"{v}", "{m}", "{k}:identity", "{ask}:to:vault", "{ask}:to:router", "{ask}:here:router", "{ask}:here:vault", "{ask}:seen", "{ask}:answer"},
		"role-console": {"{p}", "{k}:body", "{k00}:traces", "{audit}:chain", "{audit}:merged", "{staff}", "{grants}", "session", "{tally}", "{ask}:to:router", "{ask}:to:vault", "{ask}:here:router", "{ask}:here:vault", "{ask}:answer"},
	}
	bare := []string{"acl|whoami", "auth", "bgrewriteaof", "bgsave", "client|setname", "config|get", "discard", "exec", "hello", "info", "lastsave", "multi", "ping", "psync", "quit", "replconf", "reset", "time", "unsubscribe"}
	reads := []string{"dump", "get", "getdel", "getex", "getrange", "hget", "hgetall", "hmget", "hvals", "lindex", "lpop", "lrange", "sort", "xrange", "xread", "xreadgroup", "xrevrange", "zrange"}
	for user := range theirs {
		may := may(t, witness, all, user)
		for place, commands := range may {
			if place == nowhere {
				for _, c := range commands {
					if !slices.Contains(bare, c) {
						t.Errorf("%s may %s", user, c)
					}
				}
			} else if place[0] != '&' && !slices.Contains(theirs[user], place) {
				t.Errorf("%s may %v on %s", user, commands, place)
			}
		}
		if len(may["(anything else)"])+len(may["&(any other)"]) > 0 {
			t.Errorf("%s may something on keys that nobody has", user)
		}
	}
	for user, sealed := range map[string][]string{"role-gateway": {"{g}:in", "{tally}", "madoguchi:lanes"}, "role-console": {"{ask}:to:router", "{ask}:to:vault"}, "role-vault": {"{ask}:to:router"}} {
		for _, place := range sealed {
			for _, c := range may(t, witness, all, user)[place] {
				if slices.Contains(reads, c) && !(user == "role-gateway" && place == "{g}:in" && slices.Contains([]string{"get", "hmget"}, c)) { // of a stream both are refused, being of another type
					t.Errorf("%s reads %s by %s", user, place, c)
				}
			}
		}
	}
}

// Who does not say who they are is told so by every command, and by nothing else.
func TestNobodyInParticularMayNothing(t *testing.T) {
	s, witness, _ := shipped(t)
	list, err := witness.Do(t.Context(), "COMMAND").Slice()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines := bufio.NewReader(conn)
	for _, v := range verbs(t, list) {
		want := "NOAUTH"
		switch v.name {
		case "quit": // ends the connection
			continue
		case "reset":
			want = "+RESET"
		case "auth":
			want = "-WRONGPASS"
		}
		args := v.use("{p01}:x")
		if v.name == "hello" {
			args = []any{"HELLO", "3"}
		}
		var b strings.Builder
		fmt.Fprintf(&b, "*%d\r\n", len(args))
		for _, a := range args {
			fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(fmt.Sprint(a)), a)
		}
		if _, err := conn.Write([]byte(b.String())); err != nil {
			t.Fatal(err)
		}
		if said, err := lines.ReadString('\n'); err != nil || !strings.Contains(said, want) {
			t.Errorf("%s: %q, %v", v.name, said, err)
		}
	}
}
