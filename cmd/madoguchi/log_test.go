package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/channels"
)

// What a room says in the log is not silently dropped: the name of each attribute is on the list.
func TestAttributesThatRoomsLogAreWritten(t *testing.T) {
	found := 0
	for _, root := range []string{"../../channels", "../../router", "../../triage", "."} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "channelstest") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, name := range attributes(n) {
					if found++; !slices.Contains(logged, name) {
						t.Errorf("%s: %q would be dropped", path, name)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 50 {
		t.Errorf("only %d attributes are found", found)
	}
}

// attributes are the names that a call of a logger is given.
func attributes(n ast.Node) (names []string) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) < 3 {
		return nil
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, f.Sel.Name) {
		return nil
	}
	for i := 1; i < len(call.Args); i += 2 {
		if lit, ok := call.Args[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if name, err := strconv.Unquote(lit.Value); err == nil {
				names = append(names, name)
			}
		}
	}
	return names
}

func TestPanicsAreLoggedWithTheirPlaceAndCounted(t *testing.T) {
	var out strings.Builder
	p := channels.NewPanics(newLog(&out, slog.LevelInfo))
	func() {
		defer func() {
			if recover() != nil {
				p.Caught("anonymize")
			}
		}()
		panic("山田花子")
	}()
	if line := out.String(); !strings.Contains(line, `"room":"anonymize"`) || !strings.Contains(line, `"where":"cmd/madoguchi.`) || strings.Contains(line, "山田") {
		t.Errorf("the log says %s", line)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(panicked{p})
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "madoguchi_panics_total" {
		t.Fatalf("%v, %v", families, err)
	}
	if m := families[0].GetMetric()[0]; m.GetLabel()[0].GetValue() != "anonymize" || m.GetCounter().GetValue() != 1 {
		t.Errorf("the metric is %v", m)
	}
}
