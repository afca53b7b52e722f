package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	asks "madoguchi/triage/ask"
)

// keyFiles are the files of a set, by their path in it.
func keyFiles(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil || len(files) < 13 {
		t.Fatalf("%d files of keys, %v", len(files), err)
	}
	return files
}

// secrets are the values in a file of keys: all long strings that are in it, at any depth.
func secrets(t *testing.T, file []byte) (values []string) {
	t.Helper()
	var tree any
	if err := json.Unmarshal(file, &tree); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(x any) {
		switch x := x.(type) {
		case string:
			if len(x) >= 22 {
				values = append(values, x)
			}
		case []any:
			for _, y := range x {
				walk(y)
			}
		case map[string]any:
			for _, y := range x {
				walk(y)
			}
		}
	}
	walk(tree)
	return values
}

// A file of keys that is cut off, changed, empty, or of another use is refused by the file's name, and what is in it is not
// said.
func TestDamagedKeyFilesAreRefusedByName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	must(t, "keys", "init", "--keys="+dir)
	good := keyFiles(t, dir)
	refused := func(name, how string, data []byte, of ...[]byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := loadKeys(dir, name[:strings.Index(name, "/")])
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s, %s: %v", name, how, err)
		}
		for _, file := range of {
			for _, value := range secrets(t, file) {
				if err != nil && strings.Contains(err.Error(), value) {
					t.Errorf("%s, %s: a key is said", name, how)
				}
			}
		}
		if err := os.WriteFile(path, good[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, file := range good {
		if _, err := loadKeys(dir, name[:strings.Index(name, "/")]); err != nil {
			t.Fatal(err)
		}
		for how, data := range map[string][]byte{"empty": {}, "half of it": file[:len(file)/2], "without its end": file[:len(file)-3], "nothing in it": []byte("{}"), "no JSON": []byte("himitsu")} {
			if strings.HasSuffix(name, askFile) { // read only where roles run apart
				if _, err := loadAsk(name, data); err == nil {
					t.Errorf("%s, %s is read", name, how)
				}
				continue
			}
			refused(name, how, data, file)
		}
		for other, theirs := range good {
			if filepath.Base(other) == filepath.Base(name) || strings.HasSuffix(name, askFile) || name == "console/desk.json" && strings.HasSuffix(other, "body.json") || strings.HasSuffix(name, "body.json") && other == "console/desk.json" {
				continue // a set of the same kind: that it is another's is found by what it does not open
			}
			refused(name, "which is "+other, theirs, file, theirs)
		}
	}
}

// loadAsk reads a file of asks as if it held the data.
func loadAsk(name string, data []byte) (*keySets, error) {
	k := &keySets{asks: map[string]*asks.Keys{}}
	for _, f := range k.askFiles() {
		if f.path == name {
			return k, f.parse(data)
		}
	}
	return nil, errors.New("no such file")
}

// No key is in the arguments, the environment or the output of the program, at its most talkative and when it is killed so
// that it says where every one of its goroutines stands. What it cannot open for want of the right key it says to be damaged.
func TestKeysAreSaidNowhere(t *testing.T) {
	t.Parallel()
	p, r, token := real(t, "--log-level=debug")
	s, w := p.chat(frame{})
	s.says(t, "1", "だれにも見せたくない", "stored")
	eventually(t, soon, func() error {
		if caseWith(t, p, token, "見せたくない") == "" {
			return errors.New("the case is not in the queue")
		}
		return nil
	})
	var values []string
	for _, file := range keyFiles(t, filepath.Join(p.dataDir(), "keys")) {
		values = append(values, secrets(t, file)...)
	}
	if len(values) < 13 {
		t.Fatalf("only %d keys", len(values))
	}
	seen := map[string]string{}
	for _, file := range []string{"cmdline", "environ"} {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, file))
		if err != nil {
			t.Fatal(err)
		}
		seen[file] = string(data)
	}
	_, _, seen["the metrics"] = ask(t, "GET", p.Ops+"/metrics", "")
	for where, data := range p.everything(r) {
		if strings.HasPrefix(where, "redis: ") || !strings.Contains(where, string(filepath.Separator)+"keys"+string(filepath.Separator)) {
			seen[where] = string(data)
		}
	}
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // a Go program then prints all its goroutines
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err == nil || !strings.Contains(p.printed(), "goroutine ") {
		t.Fatalf("it did not say where it stood: %v", err)
	}
	seen["what was printed"] = p.printed()
	for where, text := range seen {
		for _, value := range values {
			if strings.Contains(text, value) {
				t.Errorf("a key is in %s", where)
			}
		}
	}
	for _, words := range []string{"見せたくない", w.Resume, w.Code} {
		if strings.Contains(p.printed(), words) {
			t.Error("what it was doing is printed with words")
		}
	}

	// With the keys of another house nothing is shown, and nothing is silently left out.
	other := filepath.Join(t.TempDir(), "other")
	must(t, "keys", "init", "--keys="+other)
	out, errs, err := oneshot(t, "", append([]string{"doctor"}, append(p.common(), "--keys="+other)...)...)
	if strings.Contains(out+errs, "見せたくない") {
		t.Errorf("another house's keys open it: %v", err)
	}
	for _, value := range values {
		if strings.Contains(out+errs, value) {
			t.Error("a key is said by doctor")
		}
	}
}
