package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"madoguchi/router/redistest"
	"madoguchi/triage/owner"
)

// Accounts and tokens are made before serve has ever run, and refusals change nothing.
func TestAccountsByCommand(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
	with := func(args ...string) []string { return append(args, common...) }
	must(t, with("keys", "init")...)
	for _, tt := range []struct{ args, want string }{
		{"token create --role=clerk", "--login"},
		{"token create --login=a --role=boss", "--role"},
		{"token create --login=a", "--role"},
		{"token create --login=a --role=school", "--school"},
		{"token create --login=a --role=clerk --school=hinode-jhs", "--school"},
		{"token create --login=a --role=school --school=nowhere", "--school"},
		{"account create --login=a --role=school --school=nowhere", "--school"},
		{"account create --login=a", "--role"},
		{"account create --login=a --role=school --school=hinode-jhs --org=NPO", "--org"},
		{"account disable", "--login"},
		{"account disable --login=nobody", "not known"},
	} {
		out, _, err := oneshot(t, "", with(strings.Fields(tt.args)...)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || out != "" {
			t.Errorf("%s: %q, %v", tt.args, out, err)
		}
	}
	out, errs, err := oneshot(t, "", with("token", "create", "--login=s1", "--role=school", "--school=hinode-jhs")...)
	if err != nil || errs != "" || !regexp.MustCompile(`^[\x21-\x7e]{20,}\n$`).MatchString(out) {
		t.Errorf("token create printed %q and %q, %v", out, errs, err)
	}
	if out, _, err := oneshot(t, "", with("token", "create", "--login=s1", "--role=clerk")...); err == nil || out != "" {
		t.Errorf("a login with another role: %q, %v", out, err)
	}
	link := must(t, with("account", "create", "--login=sato", "--role=psychologist", "--staff-url=https://desk.example.jp")...)
	if out := must(t, with("account", "create", "--login=itaku", "--role=psychologist", "--org=NPO")...); !strings.Contains(out, "/enrol?link=") {
		t.Errorf("with an organisation: %q", out)
	}
	if !regexp.MustCompile(`^https://desk\.example\.jp/enrol\?link=\S{20,}$`).MatchString(link) {
		t.Errorf("the link is %q", link)
	}
	if out := must(t, with("audit", "verify")...); !strings.HasPrefix(out, "whole: ") {
		t.Errorf("audit verify: %q", out)
	}
}

// What a command writes belongs to whoever the data folder belongs to, so that the desk goes on afterwards: also where root
// makes a token in the folder of serve's user.
func TestACommandKeepsTheOwnerOfTheDataFolder(t *testing.T) {
	t.Parallel()
	r, dir := redistest.Start(t), t.TempDir()
	common := []string{"--data-dir=" + dir, "--redis-url=" + r.URL}
	want := owner.IDs{UID: os.Geteuid(), GID: os.Getegid()}
	if want.UID == 0 {
		want = owner.IDs{UID: 54321, GID: 54322}
		if err := os.Chown(dir, want.UID, want.GID); err != nil {
			t.Fatal(err)
		}
	}
	must(t, append([]string{"keys", "init"}, common...)...)
	must(t, append([]string{"token", "create", "--login=a", "--role=clerk"}, common...)...)
	files := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if got, ok := owner.Of(info); !ok || got != want {
			t.Errorf("%s belongs to %v, want %v", path, got, want)
		}
		files[d.Name()] = true
		return nil
	})
	if err != nil || !files["audit.head"] || !files["audit.lock"] || !files["console"] {
		t.Errorf("%v, %v", files, err)
	}
}

func TestAuditVerifyNamesTheFirstBrokenLink(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	common := []string{"--data-dir=" + t.TempDir(), "--redis-url=" + r.URL}
	must(t, append([]string{"keys", "init"}, common...)...)
	for i := range 4 {
		must(t, append([]string{"token", "create", "--role=clerk", fmt.Sprint("--login=clerk", i)}, common...)...)
	}
	if out := must(t, append([]string{"audit", "verify"}, common...)...); !regexp.MustCompile(`^whole: 4 entries\nhead: 4:[0-9a-f]{4}(-[0-9a-f]{4}){4}$`).MatchString(out) {
		t.Errorf("audit verify: %q", out)
	} else {
		_, head, _ := strings.Cut(out, "head: ")
		if again := must(t, append([]string{"audit", "verify", "--contains", head}, common...)...); again != out+"\ncontains: "+head {
			t.Errorf("with the head: %q", again)
		}
		for wrong, want := range map[string]string{"3" + head[1:]: "broken: audit: entry 3: is another", "5" + head[1:]: "broken: audit: entry 5: is not there", "4:ab": "--contains"} {
			said, _, err := oneshot(t, "", append([]string{"audit", "verify", "--contains", wrong}, common...)...)
			if err == nil || !strings.HasPrefix(said, want) && !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s: %q, %v", wrong, said, err)
			}
		}
	}
	client, ctx := r.Client(), t.Context()
	keys, err := client.Keys(ctx, "*audit*").Result()
	if err != nil || len(keys) == 0 {
		t.Fatalf("no key has audit in its name: %v", err)
	}
	const chain = "{audit}:chain"
	second, err := client.LIndex(ctx, chain, 1).Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		what, want string
		tamper     func() error
	}{
		{"a changed byte", "broken: audit: entry 2: ", func() error { return client.LSet(ctx, chain, 1, second[:len(second)-1]+"\x00").Err() }},
		{"mended", "whole: 4 entries", func() error { return client.LSet(ctx, chain, 1, second).Err() }},
		{"a cut tail", "broken: audit: entry 4: ", func() error { return client.RPop(ctx, chain).Err() }},
		{"a chain that is gone", "broken: audit: entry 1: ", func() error { return client.Del(ctx, chain).Err() }},
	} {
		if err := tt.tamper(); err != nil {
			t.Fatal(err)
		}
		out, errs, code := endedProcess(t, nil, append([]string{"audit", "verify"}, common...)...)
		if !strings.HasPrefix(out, tt.want) || errs != "" || (code == 0) != strings.HasPrefix(out, "whole") {
			t.Errorf("%s: exit %d, %q%q", tt.what, code, out, errs)
		}
	}
	r.Kill()
	if _, errs, code := endedProcess(t, nil, append([]string{"audit", "verify"}, common...)...); code != 1 || errs == "" {
		t.Errorf("without Redis: exit %d, %q", code, errs)
	}
}

// Each thing that doctor looks at has its line, and one that fails makes it fail.
func TestDoctor(t *testing.T) {
	t.Parallel()
	safe, unsafe := redistest.Start(t), redistest.Start(t, "--maxmemory-policy", "allkeys-lru")
	data := t.TempDir()
	must(t, "keys", "init", "--data-dir="+data)
	for _, tt := range []struct {
		fails string // the line that does
		why   string
		args  []string
	}{
		{"", "", nil},
		{"", "", []string{"--city=usuki"}},
		{"redis", "noeviction", []string{"--redis-url=" + unsafe.URL}},
		{"redis", "reached", []string{"--redis-url=redis://127.0.0.1:1/0"}},
		{"configuration", "MADOGUCHI_REDIS_CHECK_URL", []string{"--redis-check-url=canary"}},
		{"configuration", "MADOGUCHI_REDIS_URL", []string{"--redis-url="}},
		{"configuration", "MADOGUCHI_VAULT_REDIS_URL", []string{"--vault-redis-url=canary"}},
		{"keys", "keys init", []string{"--keys=" + filepath.Join(data, "none")}},
		{"city", "MADOGUCHI_CITY", []string{"--city=canary"}},
		{"doors", "MADOGUCHI_LINE_TOKEN", []string{"--line-secret=canary"}},
		{"doors", "MADOGUCHI_CHAT_RATE", []string{"--chat-rate=canary"}},
		{"doors", "MADOGUCHI_IMAP_URL", []string{"--imap-url=canary", "--smtp-url=smtps://a:b@host", "--email-from=a@example.jp"}},
	} {
		args := append([]string{"doctor", "--data-dir=" + data, "--redis-url=" + safe.URL}, tt.args...)
		out, errs, err := oneshot(t, "", args...)
		if (err != nil) != (tt.fails != "") || strings.Contains(out+errs, "canary") {
			t.Errorf("doctor %v: %v\n%s%s", tt.args, err, out, errs)
		}
		for _, e := range examinations() {
			i := strings.Index("\n"+out, "\n"+e.of+" ")
			if i < 0 {
				t.Errorf("doctor %v: no line of %s", tt.args, e.of)
				continue
			}
			line, _, _ := strings.Cut(out[i:], "\n")
			if len(line) > 250 && !strings.Contains(line, "FAILS") {
				t.Errorf("doctor %v: more than one thing in a line: %s", tt.args, line)
			}
			if e.of == tt.fails && (!strings.Contains(line, "FAILS") || !strings.Contains(line, tt.why)) || tt.fails == "" && strings.Contains(line, "FAILS") {
				t.Errorf("doctor %v: %s", tt.args, line)
			}
		}
	}
}

// Where the shares of the keys are is what the servers say, not how they are written down.
func TestDoctorTellsWhereTheKeysOfCasesAre(t *testing.T) {
	t.Parallel()
	one, other, plain := withUsers(t), withUsers(t), redistest.Start(t)
	data := t.TempDir()
	must(t, "keys", "init", "--data-dir="+data)
	set := func(names ...string) (args []string) {
		for i, name := range []string{"redis", "vault-redis", "keys-redis", "redis-check"}[:len(names)] {
			args = append(args, "--"+name+"-url="+names[i])
		}
		return args
	}
	const cases, people, unknown = "in the Redis of the cases: ", "in the Redis of who people are: ", "may ask each Redis which one it is"
	for _, tt := range []struct {
		what, says string
		args       []string
	}{
		{"one Redis", cases, set(plain.URL)},
		{"another database", cases, set(plain.URL, plain.URL, plain.URL[:len(plain.URL)-1]+"1")},
		{"another name of it", cases, set(plain.URL, plain.URL, strings.Replace(plain.URL, "127.0.0.1", "localhost", 1))},
		{"other users", cases, set(one("madoguchi"), one("vault"), one("keyring"), one("check"))},
		{"the vault's", people, set(other("madoguchi"), one("vault"), one("keyring"), one("check"))},
		{"two", "", set(one("madoguchi"), one("vault"), other("keyring"), one("check"))},
		{"two without users", "", set(plain.URL, plain.URL, redistest.Start(t).URL)},
		{"roles apart", "", append(set(one("role-router"), one("role-router"), other("role-router"), one("check")), "--roles=router")},
		{"nobody may ask", unknown, set(one("madoguchi"), one("vault"), other("keyring"), strings.Replace(plain.URL, "//", "//default:x@", 1))},
	} {
		out, errs, _ := oneshot(t, "", append([]string{"doctor", "--data-dir=" + data}, tt.args...)...)
		_, line, found := strings.Cut(out, "keys of cases ")
		line, _, _ = strings.Cut(line, "\n")
		want := "ok, but "
		if tt.says == "" {
			want = "ok"
		}
		if !found || !strings.HasPrefix(strings.TrimSpace(line), want) || tt.says == "" && strings.TrimSpace(line) != "ok" || !strings.Contains(line, tt.says) ||
			strings.Contains(out+errs, "secret") {
			t.Errorf("%s: %s", tt.what, line)
		}
	}
}
