package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"madoguchi/channels"
)

// flagDef is a flag of one command alone.
type flagDef struct{ name, def, doc string }

// settings are the values of every setting, by name (PUBLIC_ADDR). A setting is a flag (--public-addr), a variable
// (MADOGUCHI_PUBLIC_ADDR) and a key of the file named by --config (public_addr); flags win over the environment, the
// environment over the file.
type settings map[string]string

func coreSettings() []channels.Setting {
	return []channels.Setting{
		{Name: "PUBLIC_ADDR", Fits: isAddress, Expects: "an address such as 127.0.0.1:8080", Default: "127.0.0.1:8080", Doc: "seekers' pages, chat, provider webhooks; :0 picks a free port"},
		{Name: "PUBLIC_PROXIES", Doc: "addresses and ranges (10.0.0.5,10.1.0.0/16) of the proxies before the public listener, which begin each connection with a PROXY protocol header; no other's is believed, and nobody's where it is not given"},
		{Name: "STAFF_ADDR", Fits: isAddress, Expects: "an address such as 127.0.0.1:8080", Default: "127.0.0.1:8081", Doc: "console, school portal, JSON API"},
		{Name: "OPS_ADDR", Fits: isAddress, Expects: "an address such as 127.0.0.1:8080", Default: "127.0.0.1:8082", Doc: "/healthz, /readyz, /metrics"},
		{Name: "PUBLIC_URL", Fits: channels.IsURL, Expects: "an URL such as https://madoguchi.example.jp", Doc: "outside URL of the public listener; https off loopback"},
		{Name: "STAFF_URL", Fits: channels.IsURL, Expects: "an URL such as https://madoguchi.example.jp", Doc: "outside URL of the staff listener; https off loopback"},
		{Name: "REDIS_URL", Secret: true, Doc: "redis://, rediss://, redis-sentinel://host,host/master, redis-cluster://host,host"},
		{Name: "VAULT_REDIS_URL", Secret: true, Doc: "where identities live; default: REDIS_URL"},
		{Name: "REDIS_CHECK_URL", Secret: true, Doc: "who may ask the servers for their configuration; default: REDIS_URL"},
		{Name: "KEYS_REDIS_URL", Secret: true, Doc: "where a share of each case's key lives, so that what is erased is erased in every backup; default: REDIS_URL"},
		{Name: "DATA_DIR", Default: defaultDataDir, Doc: "keys, the gateway's journal, letter scans in work"},
		{Name: "FILES_DIR", Doc: "sealed pictures, scans and recordings; files in the data folder where it is not given"},
		{Name: "CLAMD", Fits: isClamd, Expects: "host:port, or the path of a socket", Doc: "host:port of a clamd, or the path of its socket, that is asked before a file is opened; nobody is asked where it is not given"},
		{Name: "ROLES", Fits: areRoles, Expects: "some of " + strings.Join(roles, ",") + ", with commas between them", Default: "gateway,router,vault,console", Doc: "which parts this process runs"},
		{Name: "KEYS", Doc: "key sets in gateway/ router/ vault/ console/; default: DATA_DIR/keys"},
		{Name: "CITY", Default: "asahikawa", Doc: "a city that the program carries, or the path of a city file"},
		{Name: "LOG_LEVEL", Default: "info", Fits: isLevel, Expects: "debug, info, warn or error", Doc: "debug, info, warn or error"},
	}
}

func isAddress(v string) bool {
	_, _, err := net.SplitHostPort(v)
	return err == nil
}

func areRoles(v string) bool {
	return !slices.ContainsFunc(strings.Split(v, ","), func(r string) bool { return !slices.Contains(roles, strings.TrimSpace(r)) })
}

func isLevel(v string) bool {
	_, err := logLevel(v)
	return err == nil
}

// isClamd fits where a clamd can be: a socket's path, or a host and a port.
func isClamd(v string) bool {
	_, port, err := net.SplitHostPort(v)
	return filepath.IsAbs(v) || err == nil && port != ""
}

// allSettings are the house's own and those of every door.
func allSettings() []channels.Setting {
	all := coreSettings()
	for _, k := range kinds() {
		all = append(all, k.Settings...)
	}
	return all
}

func flagName(setting string) string { return strings.ToLower(strings.ReplaceAll(setting, "_", "-")) }
func fileKey(setting string) string  { return strings.ToLower(setting) }

const (
	envPrefix      = "MADOGUCHI_"
	defaultDataDir = "./data"
)

var errHelp = errors.New("help was asked for")

// parse reads the command's flags, the environment and the configuration file. Whatever is unknown or malformed is an
// error that names it; values are never echoed.
func (p *program) parse(c command, args []string) ([]string, error) {
	all := allSettings()
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(p.stderr)
	fs.Usage = func() {
		fmt.Fprintf(p.stdout, "madoguchi %s %s\n%s\n\n", c.name, c.args, c.does)
		fs.SetOutput(p.stdout)
		fs.PrintDefaults()
	}
	config := fs.String("config", "", "a file of settings (YAML); also MADOGUCHI_CONFIG")
	for _, s := range all {
		fs.String(flagName(s.Name), "", s.Doc+" ("+envPrefix+s.Name+defaultNote(s)+")")
	}
	own := map[string]*string{}
	bools := map[string]*bool{}
	for _, f := range c.own {
		if f.def == "false" {
			bools[f.name] = fs.Bool(f.name, false, f.doc)
			continue
		}
		own[f.name] = fs.String(f.name, f.def, f.doc)
	}
	var rest []string
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, errHelp
		} else if err != nil {
			return nil, errSaid
		}
		if fs.NArg() == 0 {
			break
		}
		rest = append(rest, fs.Arg(0)) // flags may follow the arguments
		args = fs.Args()[1:]
	}
	given := map[string]string{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = f.Value.String() })
	p.flags = map[string]string{}
	for name, v := range own {
		p.flags[name] = *v
	}
	for name, v := range bools {
		p.flags[name] = fmt.Sprint(*v)
	}
	return rest, p.merge(all, given, *config)
}

func defaultNote(s channels.Setting) string {
	if s.Default == "" {
		return ""
	}
	return ", default " + s.Default
}

// merge lays flags over environment over file over defaults, and checks what it can. An empty value is none.
func (p *program) merge(all []channels.Setting, given map[string]string, config string) error {
	env := map[string]string{}
	for _, kv := range p.environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(name, envPrefix) {
			env[strings.TrimPrefix(name, envPrefix)] = value
		}
	}
	if config == "" {
		config = env["CONFIG"]
	}
	delete(env, "CONFIG")
	file := map[string]string{}
	if config != "" {
		data, err := os.ReadFile(config)
		if err != nil {
			return fmt.Errorf("config: the file cannot be read")
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			return fmt.Errorf("config: expected a file of settings, each a name and a value")
		}
	}
	known := func(name string) bool {
		return slices.ContainsFunc(all, func(s channels.Setting) bool { return s.Name == name })
	}
	for name := range env {
		if !known(name) {
			return fmt.Errorf("unknown setting %s%s", envPrefix, name)
		}
	}
	for key := range file {
		if !known(strings.ToUpper(key)) || key != strings.ToLower(key) {
			return fmt.Errorf("unknown setting %q in the configuration file", key)
		}
	}
	p.set = settings{}
	for _, s := range all {
		p.set[s.Name] = strings.TrimSpace(cmp.Or(given[flagName(s.Name)], env[s.Name], file[fileKey(s.Name)], s.Default))
	}
	p.set.fillIn()
	return p.set.check()
}

// fillIn gives settings that follow others their value.
func (s settings) fillIn() {
	for name, from := range map[string]string{"VAULT_REDIS_URL": "REDIS_URL", "REDIS_CHECK_URL": "REDIS_URL", "KEYS_REDIS_URL": "REDIS_URL"} {
		if s[name] == "" {
			s[name] = s[from]
		}
	}
	if s["KEYS"] == "" {
		s["KEYS"] = filepath.Join(s["DATA_DIR"], "keys")
	}
	if s["FILES_DIR"] == "" {
		s["FILES_DIR"] = filepath.Join(s["DATA_DIR"], "files")
	}
	if s["LINE_SPOOL"] == "" {
		s["LINE_SPOOL"] = filepath.Join(s["DATA_DIR"], "line")
	}
	if s["CHAT_UPLOADS"] == "" {
		s["CHAT_UPLOADS"] = filepath.Join(s["DATA_DIR"], "chat")
	}
	if s["LETTER_SHEETS"] == "" {
		s["LETTER_SHEETS"] = filepath.Join(s["DATA_DIR"], "letters")
	}
}

// checks is the URL of who may ask the Redis of that setting about itself: the user of REDIS_CHECK_URL, where that is one of its own.
func (s settings) checks(name string) string {
	if s["REDIS_CHECK_URL"] == s["REDIS_URL"] {
		return s[name]
	}
	return asUserOf(s[name], s["REDIS_CHECK_URL"])
}

// roles are the parts of the product that a process can run.
var roles = []string{"gateway", "router", "vault", "console"}

func (s settings) check() error {
	if _, err := s.proxies(); err != nil {
		return fmt.Errorf("%sPUBLIC_PROXIES: expected addresses and ranges such as 10.0.0.5,10.1.0.0/16", envPrefix)
	}
	for _, name := range []string{"PUBLIC_URL", "STAFF_URL"} {
		s[name] = strings.TrimRight(s[name], "/")
	}
	if err := channels.Fit(allSettings(), func(name string) string { return s[name] }); err != nil {
		return fmt.Errorf("%s%w", envPrefix, err)
	}
	return nil
}

// runs reports whether this process has the role.
func (s settings) runs(role string) bool {
	return slices.ContainsFunc(strings.Split(s["ROLES"], ","), func(r string) bool { return strings.TrimSpace(r) == role })
}

// running are the roles of this process.
func (s settings) running() []string {
	return slices.DeleteFunc(slices.Clone(roles), func(r string) bool { return !s.runs(r) })
}
