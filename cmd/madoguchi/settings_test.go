package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// merged parses a command line with an environment and a file of settings.
func merged(t *testing.T, environ []string, file string, args ...string) (settings, error) {
	t.Helper()
	if file != "" {
		path := filepath.Join(t.TempDir(), "settings.yaml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		environ = append(environ, "MADOGUCHI_CONFIG="+path)
	}
	p := &program{environ: environ, stdout: io.Discard, stderr: io.Discard}
	_, err := p.parse(serveCommand, args)
	return p.set, err
}

// Every setting is a flag, a variable and a key of the file; flags win over the environment, the environment over the file.
func TestSettingsWinOverEachOther(t *testing.T) {
	for _, s := range allSettings() {
		value := func(n string) string {
			switch {
			case strings.HasSuffix(s.Name, "_ADDR"):
				return "127.0.0.1:" + n
			case s.Name == "PUBLIC_URL" || s.Name == "STAFF_URL":
				return "https://" + n + ".example.jp"
			case s.Name == "PUBLIC_PROXIES":
				return "10.0.0." + n
			case s.Name == "ROLES":
				return roles[n[0]-'1']
			case s.Name == "LOG_LEVEL":
				return []string{"debug", "warn", "error"}[n[0]-'1']
			}
			forms := []string{"value" + n, n + "h", "https://" + n + ".example.jp", "+8150123456" + n, "a value that is long enough " + n, "/run/" + n,
				"AC" + strings.Repeat(n, 32), "U" + strings.Repeat(n, 32), []string{"door", "full", "door"}[n[0]-'1'], []string{"plus", "plain", "plus"}[n[0]-'1']}
			i := slices.IndexFunc(forms, func(v string) bool { return s.Fits == nil || s.Fits(v) })
			if i < 0 {
				t.Fatalf("%s: give it a value of its form", s.Name)
			}
			return forms[i]
		}
		flag, env, file := "--"+flagName(s.Name)+"="+value("1"), envPrefix+s.Name+"="+value("2"), fmt.Sprintf("%s: %q\n", fileKey(s.Name), value("3"))
		for _, tt := range []struct {
			args, environ []string
			file, want    string
		}{
			{[]string{flag}, []string{env}, file, value("1")},
			{nil, []string{env}, file, value("2")},
			{nil, nil, file, value("3")},
			{nil, []string{envPrefix + s.Name + "="}, file, value("3")}, // as compose files give what is not there
		} {
			set, err := merged(t, tt.environ, tt.file, tt.args...)
			if err != nil || set[s.Name] != tt.want {
				t.Errorf("%s from %v %v %q: %q, %v", s.Name, tt.args, tt.environ, tt.file, set[s.Name], err)
			}
		}
	}
	set, err := merged(t, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"PUBLIC_ADDR": "127.0.0.1:8080", "STAFF_ADDR": "127.0.0.1:8081", "OPS_ADDR": "127.0.0.1:8082",
		"DATA_DIR": "./data", "KEYS": "data/keys", "ROLES": "gateway,router,vault,console", "CITY": "asahikawa", "CHAT_RATE": "60/1m",
		"LINE_REPLIES": "door", "SMS_REPLIES": "door", "REDIS_URL": "", "LOG_LEVEL": "info"} {
		if set[name] != want {
			t.Errorf("%s is %q by default, want %q", name, set[name], want)
		}
	}
	set, err = merged(t, nil, "", "--redis-url=redis://one:1", "--vault-redis-url=redis://two:2")
	if err != nil || set["VAULT_REDIS_URL"] != "redis://two:2" || set["REDIS_CHECK_URL"] != "redis://one:1" {
		t.Errorf("the other two Redis URLs: %q %q, %v", set["VAULT_REDIS_URL"], set["REDIS_CHECK_URL"], err)
	}
}

// What is unknown or malformed stops the start with its name and never with its value.
func TestMistakesInSettingsAreNamed(t *testing.T) {
	const canary = "himitsu"
	for _, tt := range []struct {
		environ []string
		file    string
		args    []string
		want    string
	}{
		{environ: []string{"MADOGUCHI_REDIS_URI=" + canary}, want: "MADOGUCHI_REDIS_URI"},
		{environ: []string{"MADOGUCHI_redis_url=" + canary}, want: "MADOGUCHI_redis_url"},
		{file: "redis_uri: " + canary, want: "redis_uri"},
		{file: "REDIS_URL: " + canary, want: "REDIS_URL"},
		{file: "redis_url:\n  himitsu: 1", want: "config"},
		{file: "- " + canary, want: "config"},
		{file: "a: [" + canary, want: "config"},
		{file: canary, want: "config"},
		{args: []string{"--config=/nowhere/" + canary}, want: "config"},
		{args: []string{"--public-addr=" + canary}, want: "MADOGUCHI_PUBLIC_ADDR"},
		{args: []string{"--public-proxies=" + canary}, want: "MADOGUCHI_PUBLIC_PROXIES"},
		{args: []string{"--public-proxies=10.0.0.1,," + canary + "/8"}, want: "MADOGUCHI_PUBLIC_PROXIES"},
		{args: []string{"--staff-addr=" + canary}, want: "MADOGUCHI_STAFF_ADDR"},
		{args: []string{"--ops-addr=" + canary}, want: "MADOGUCHI_OPS_ADDR"},
		{args: []string{"--public-url=" + canary}, want: "MADOGUCHI_PUBLIC_URL"},
		{args: []string{"--public-url=https://" + canary + ".jp:x"}, want: "MADOGUCHI_PUBLIC_URL"},
		{args: []string{"--staff-url=ftp://" + canary}, want: "MADOGUCHI_STAFF_URL"},
		{args: []string{"--roles=gateway," + canary}, want: "MADOGUCHI_ROLES"},
		{args: []string{"--log-level=" + canary}, want: "MADOGUCHI_LOG_LEVEL"},
		{environ: []string{"MADOGUCHI_LOG_LEVEL=" + canary}, want: "MADOGUCHI_LOG_LEVEL"},
	} {
		_, err := merged(t, tt.environ, tt.file, tt.args...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%v %q %v: %v", tt.environ, tt.file, tt.args, err)
		}
	}
	_, errs, code := endedProcess(t, nil, "serve", "--colour="+canary)
	if code != 1 || !strings.Contains(errs, "-colour") || strings.Contains(errs, canary) {
		t.Errorf("an unknown flag: exit %d, %q", code, errs)
	}
}

// serve refuses whatever is missing, malformed, half given or open to the world, and says the setting's name.
func TestServeRefusesSettings(t *testing.T) {
	const canary = "himitsu"
	data := t.TempDir()
	must(t, "keys", "init", "--data-dir="+data)
	line := []string{"--line-secret=" + canary, "--line-token=" + canary}
	twilio := []string{"--twilio-account-sid=AC" + strings.Repeat("0a", 16), "--twilio-auth-token=" + canary, "--twilio-from=+81501234567"}
	mail := []string{"--imap-url=imaps://u:" + canary + "@h.example/INBOX", "--smtp-url=smtps://u:" + canary + "@h.example", "--email-from=a@example.jp"}
	https := []string{"--public-url=https://public.example.jp", "--staff-url=https://staff.example.jp"}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--redis-url=" + canary}, "MADOGUCHI_REDIS_URL"},
		{[]string{"--redis-url=http://" + canary}, "MADOGUCHI_REDIS_URL"},
		{[]string{"--redis-url=redis-sentinel://" + canary}, "MADOGUCHI_REDIS_URL"},
		{[]string{"--redis-url=redis-cluster://a:" + canary + "@"}, "MADOGUCHI_REDIS_URL"},
		{[]string{"--vault-redis-url=" + canary}, "MADOGUCHI_VAULT_REDIS_URL"},
		{[]string{"--redis-check-url=" + canary}, "MADOGUCHI_REDIS_CHECK_URL"},
		{[]string{"--city=" + canary}, "MADOGUCHI_CITY"},
		{[]string{"--roles=gateway,poet"}, "MADOGUCHI_ROLES"},
		{[]string{"--chat-rate=" + canary}, "MADOGUCHI_CHAT_RATE"},
		{[]string{"--chat-rate=0/1m"}, "MADOGUCHI_CHAT_RATE"},
		{line[:1], "MADOGUCHI_LINE_TOKEN is missing"},
		{line[1:], "MADOGUCHI_LINE_SECRET is missing"},
		{append(line, "--line-replies="+canary), "MADOGUCHI_LINE_REPLIES"},
		{[]string{"--line-replies=" + canary}, "MADOGUCHI_LINE_REPLIES: expected door or full"}, // of a door that is off
		{[]string{"--sms-replies=" + canary}, "MADOGUCHI_SMS_REPLIES"},
		{[]string{"--line-destination=" + canary}, "MADOGUCHI_LINE_DESTINATION"},
		{[]string{"--twilio-desk=" + canary}, "MADOGUCHI_TWILIO_DESK"},
		{[]string{"--twilio-api-base=" + canary}, "MADOGUCHI_TWILIO_API_BASE"},
		{[]string{"--email-keep=" + canary}, "MADOGUCHI_EMAIL_KEEP"},
		{[]string{"--email-return=" + canary}, "MADOGUCHI_EMAIL_RETURN"},
		{[]string{"--email-tag-key=" + canary}, "MADOGUCHI_EMAIL_TAG_KEY"},
		{[]string{"--letter-keep=" + canary}, "MADOGUCHI_LETTER_KEEP"},
		{[]string{"--clamd=" + canary}, "MADOGUCHI_CLAMD"},
		{[]string{"--public-url=http://desk.example.jp"}, "MADOGUCHI_PUBLIC_URL: off loopback"},
		{[]string{"--staff-url=http://192.0.2.1"}, "MADOGUCHI_STAFF_URL: off loopback"},
		{append(line, "--line-api-base=:"+canary), "MADOGUCHI_LINE_API_BASE"},
		{twilio[:2], "MADOGUCHI_TWILIO_FROM is missing"},
		{append(twilio, "--sms-replies="+canary), "MADOGUCHI_SMS_REPLIES"},
		{append(twilio, "--twilio-from="+canary), "MADOGUCHI_TWILIO_FROM"},
		{mail[1:], "MADOGUCHI_IMAP_URL is missing"},
		{append(mail, "--imap-url=http://"+canary), "MADOGUCHI_IMAP_URL"},
		{append(mail, "--smtp-url="+canary), "MADOGUCHI_SMTP_URL"},
		{append(mail, "--email-from="+canary), "MADOGUCHI_EMAIL_FROM"},
		{[]string{"--public-addr=0.0.0.0:0"}, "MADOGUCHI_PUBLIC_URL"},
		{append(https[1:], "--public-addr=0.0.0.0:0"), "MADOGUCHI_PUBLIC_URL"},
		{append(https[:1:1], "--public-addr=0.0.0.0:0", "--staff-addr=:0"), "MADOGUCHI_STAFF_URL"},
		{append(https[:1:1], "--staff-addr=0.0.0.0:0", "--staff-url=http://staff.example.jp"), "MADOGUCHI_STAFF_URL"},
		{[]string{"--public-addr=192.0.2.1:1"}, "MADOGUCHI_PUBLIC_ADDR"},
	} {
		args := append([]string{"serve", "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0",
			"--data-dir=" + data, "--redis-url=redis://127.0.0.1:1/0"}, tt.args...)
		out, errs, err := oneshot(t, "", args...)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error()+out+errs, canary) {
			t.Errorf("%v: %v\n%s", tt.args, err, errs)
		}
	}
}

// serve refuses keys that are missing, unreadable or open to others, and names the file.
func TestServeRefusesKeys(t *testing.T) {
	for _, tt := range []struct {
		what, want string
		harm       func(dir string) error
	}{
		{"no keys at all", "keys init", os.RemoveAll},
		{"a role without its folder", "router/intake.json is missing", func(dir string) error { return os.RemoveAll(filepath.Join(dir, "router")) }},
		{"a set that is older than a key", "vault/address.json is missing; add it with: madoguchi keys init --if-missing", func(dir string) error { return os.Remove(filepath.Join(dir, "vault/address.json")) }},
		{"a missing file", "console/desk.json is missing", func(dir string) error { return os.Remove(filepath.Join(dir, "console/desk.json")) }},
		{"a file for the group", "vault/identity.json", func(dir string) error { return os.Chmod(filepath.Join(dir, "vault/identity.json"), 0o640) }},
		{"a file for everybody", "gateway/take.json", func(dir string) error { return os.Chmod(filepath.Join(dir, "gateway/take.json"), 0o604) }},
		{"a folder for the group", "chmod 700", func(dir string) error { return os.Chmod(filepath.Join(dir, "vault"), 0o750) }},
		{"another file", "router/names.json", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "router/names.json"), []byte(`{"himitsu":1}`), 0o600)
		}},
		{"a key of another use", "gateway/intake.json", func(dir string) error {
			return os.Rename(filepath.Join(dir, "gateway/take.json"), filepath.Join(dir, "gateway/intake.json"))
		}},
	} {
		dir := filepath.Join(t.TempDir(), "keys")
		must(t, "keys", "init", "--keys="+dir)
		if err := tt.harm(dir); err != nil {
			t.Fatal(err)
		}
		_, _, err := oneshot(t, "", "serve", "--public-addr=127.0.0.1:0", "--staff-addr=127.0.0.1:0", "--ops-addr=127.0.0.1:0", "--keys="+dir,
			"--data-dir="+t.TempDir(), "--redis-url=redis://127.0.0.1:1/0")
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "himitsu") {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
}
