package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

// endedProcess runs the program as a process of its own, to its end.
func endedProcess(t *testing.T, env []string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), beMadoguchi+"=1"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func TestVersionAndHelp(t *testing.T) {
	if out := must(t, "version"); !regexp.MustCompile(`^madoguchi \d+\.\d+\.\d+ \S+ go1\.\d+`).MatchString(out) {
		t.Errorf("version: %q", out)
	}
	help := must(t, "help")
	for _, c := range commands() {
		if !strings.Contains(help, "madoguchi "+c.name) {
			t.Errorf("help does not name %s", c.name)
		}
		if out := must(t, append(strings.Fields(c.name), "--help")...); !strings.Contains(out, "MADOGUCHI_REDIS_URL") {
			t.Errorf("%s --help does not list the settings", c.name)
		}
	}
	if _, errs, code := endedProcess(t, nil, "sevre"); code != 1 || !strings.Contains(errs, "help") {
		t.Errorf("an unknown command: exit %d, %q", code, errs)
	}
}

func TestJudgementsOfText(t *testing.T) {
	const said = "佐々木くんに毎日たたかれて、もう死にたい。\n電話は090-1234-5678です"
	out, _, err := oneshot(t, said, "redact")
	if err != nil || strings.Contains(out, "佐々木") || strings.Contains(out, "1234") || !strings.Contains(out, "もう死にたい。\n") {
		t.Errorf("redact: %q, %v", out, err)
	}
	if out, _, err = oneshot(t, said, "redact", "--mode", "readable"); err != nil || strings.Contains(out, "佐々木") {
		t.Errorf("redact --mode readable: %q, %v", out, err)
	}
	if out, _, err = oneshot(t, said, "redact", "--mode", "loose"); err == nil || out != "" || !strings.Contains(err.Error(), "--mode") {
		t.Errorf("redact --mode loose: %q, %v", out, err)
	}
	out, _, err = oneshot(t, said, "assess")
	if err != nil || !strings.HasPrefix(out, "severity: urgent\n") || !strings.Contains(out, "suicide") || !strings.Contains(out, "死にたい") {
		t.Errorf("assess: %q, %v", out, err)
	}
}

// Offsets count characters of the input, whatever their width in bytes, and cut out exactly what they speak of.
func TestOffsetsAreCharacters(t *testing.T) {
	const text = "😀𠮷あ 佐々木くんと、090-1234-5678の人が「死ね」と言う"
	line, err := json.Marshal(map[string]string{"id": "x", "text": text, "tag": "an unknown field is passed over"})
	if err != nil {
		t.Fatal(err)
	}
	var redacted struct {
		ID, Text string
		Spans    []struct {
			Start, End        int
			Type, Placeholder string
		}
	}
	var judged struct {
		ID, Severity string
		Flags        []string
		Reasons      []struct {
			Flag, Rule string
			Start, End int
		}
	}
	for command, into := range map[string]any{"redact": &redacted, "assess": &judged} {
		out, _, err := oneshot(t, string(line)+"\n\n", command, "--jsonl")
		if err != nil || strings.Count(out, "\n") != 1 || json.Unmarshal([]byte(out), into) != nil {
			t.Fatalf("%s: %q, %v", command, out, err)
		}
	}
	runes, again, from := []rune(text), "", 0
	found := map[string]string{}
	for _, s := range redacted.Spans {
		found[s.Type] = string(runes[s.Start:s.End])
		again += string(runes[from:s.Start]) + s.Placeholder
		from = s.End
	}
	if again += string(runes[from:]); again != redacted.Text || redacted.ID != "x" {
		t.Errorf("the spans make %q of the text, which is %q", again, redacted.Text)
	}
	if found["PERSON"] != "佐々木" || found["PHONE"] != "090-1234-5678" {
		t.Errorf("found %q", found)
	}
	if judged.ID != "x" || judged.Severity == "" || len(judged.Reasons) == 0 {
		t.Fatalf("judged %+v", judged)
	}
	for _, r := range judged.Reasons {
		if !strings.Contains(text, string(runes[r.Start:r.End])) || r.Start >= r.End || r.Rule == "" {
			t.Errorf("reason %+v", r)
		}
	}
	out, _, err := oneshot(t, `{"id":"","text":""}`, "assess", "--jsonl")
	if err != nil || !strings.Contains(out, `"flags":[]`) || !strings.Contains(out, `"reasons":[]`) {
		t.Errorf("of nothing: %q, %v", out, err)
	}
}

func TestPlaceholdersAreThoseOfTheCase(t *testing.T) {
	in := ""
	for i, c := range []string{"a", "b", "a", "", ""} {
		in += fmt.Sprintf(`{"id":"%d","case":%q,"text":%q}`, i, c, []string{"佐々木くんと田中さん", "田中さん", "田中さん", "田中さん", "鈴木さん"}[i]) + "\n"
	}
	out, _, err := oneshot(t, in, "redact", "--jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for line := range strings.Lines(out) {
		var l struct{ Text string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, l.Text)
	}
	want := []string{"[人物A]くんと[人物B]さん", "[人物A]さん", "[人物B]さん", "[人物A]さん", "[人物A]さん"}
	if strings.Join(texts, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", texts, want)
	}
}

// A line that cannot be read is named and never repeated; what came before it is answered.
func TestBadLinesAreNamed(t *testing.T) {
	for _, command := range []string{"redact", "assess"} {
		for _, bad := range []string{"himitsu", `["himitsu"]`, `"himitsu"`, "null", `{"id":"himitsu"}`, `{"text":"himitsu"}`, `{"id":1,"text":"himitsu"}`,
			`{"id":"1","text":["himitsu"]}`, `{"id":"1","text":"himitsu"} himitsu`, `{"id":"1","text":"himitsu`} {
			out, errs, err := oneshot(t, `{"id":"good","text":"こんにちは"}`+"\n\n"+bad+"\n", command, "--jsonl")
			if err == nil || !strings.Contains(err.Error(), "line 3") || strings.Contains(err.Error()+errs, "himitsu") {
				t.Errorf("%s of %s: %v", command, bad, err)
			}
			if !strings.Contains(out, `"good"`) || strings.Contains(out, "himitsu") {
				t.Errorf("%s of %s printed %q", command, bad, out)
			}
		}
	}
	long := `{"id":"1","text":"` + strings.Repeat("a", longestLine) + `"}`
	if _, _, err := oneshot(t, long, "redact", "--jsonl"); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("a line without end: %v", err)
	}
}

func TestCityCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var good []string
	for _, id := range cities.IDs() {
		name, data, _ := cities.City(id)
		good = append(good, put(filepath.Base(name), string(data)))
	}
	out := must(t, append([]string{"city", "check"}, good...)...)
	if strings.Count(out, ": ok") != len(good) || strings.Contains(out, " 0 examples") {
		t.Errorf("the carried cities:\n%s", out)
	}
	_, data, _ := cities.City("asahikawa")
	whole := string(data)
	for name, busted := range map[string]string{
		"status.yaml":  strings.Replace(whole, "status: in_force", "status: perhaps", 1),
		"unknown.yaml": whole + "colour: red\n",
		"hours.yaml":   strings.Replace(whole, `to: "17:15"`, `to: "25:15"`, 1),
		"school.yaml":  strings.Replace(whole, "id: shirakaba-es", "id: hinode-jhs", 1),
		"example.yaml": whole + "examples:\n  - {text: 遠足が楽しかったです, severity: emergency}\n",
		"form.yaml":    "id: [asahikawa\n",
		"empty.yaml":   "",
	} {
		path := put(name, busted)
		out, errs, code := endedProcess(t, nil, "city", "check", good[0], path)
		said := regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(path)+`:[1-9]\d*: \S`).FindAllString(out, -1)
		if code != 1 || len(said) == 0 || errs != "" || strings.Count(out, ": ok\n") != 1 {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, errs)
		}
	}
	if out, _, code := endedProcess(t, nil, "city", "check", filepath.Join(dir, "none.yaml")); code != 1 || !strings.Contains(out, "none.yaml:1: ") {
		t.Errorf("a file that is not there: exit %d, %q", code, out)
	}
	if _, errs, code := endedProcess(t, nil, "city", "check"); code != 1 || !strings.Contains(errs, "file") {
		t.Errorf("no file: exit %d, %q", code, errs)
	}
}

func TestKeysInit(t *testing.T) {
	data := t.TempDir()
	dir := filepath.Join(data, "sets")
	must(t, "keys", "init", "--keys="+dir)
	before := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has mode %o", path, info.Mode().Perm())
		}
		if !d.IsDir() {
			content, err := os.ReadFile(path)
			before[path] = string(content)
			return err
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, role := range roles {
		if entries, err := os.ReadDir(filepath.Join(dir, role)); err != nil || len(entries) == 0 {
			t.Errorf("%s has no keys: %v", role, err)
		}
	}
	if _, errs, code := endedProcess(t, nil, "keys", "init", "--keys="+dir); code != 1 || !strings.Contains(errs, "nothing was changed") {
		t.Errorf("over keys: exit %d, %q", code, errs)
	}
	must(t, "keys", "init", "--keys="+dir, "--if-missing")
	for path, content := range before {
		if now, err := os.ReadFile(path); err != nil || string(now) != content {
			t.Errorf("%s was changed", path)
		}
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 1 {
		t.Errorf("left beside the keys: %v, %v", left, err)
	}
}
