package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"madoguchi/triage"
)

// Whoever reads the audit is no programmer: every act that any room writes down has a word on the page. The acts are read
// from the source, so that a new one cannot be forgotten.
func TestEveryActOfTheAuditHasAWord(t *testing.T) {
	found := map[string]bool{}
	for _, room := range []string{"../desk", ".", "../../cmd/madoguchi"} {
		for _, name := range actsIn(t, room) {
			found[name] = true
		}
	}
	for _, known := range []string{"queue", "look", "claim", "destroy", "letter_print", "filing_print_named", "grant_alone", "grant_approve_spoken", "link_agree", "account_create", "search_end"} {
		if !found[known] {
			t.Errorf("the act %s was not found in the source: this test no longer reads how acts are written", known)
		}
	}
	for name := range found {
		if acts[name] == "" {
			t.Errorf("the act %s has no word", name)
		}
	}
}

// actsIn lists the acts that a room's source names: what is handed to record, Record, entryOf, changed and relate, the fields what
// and Act, and what a variable or a constant called what or Act… is given.
func actsIn(t *testing.T, room string) []string {
	t.Helper()
	var names []string
	add := func(e ast.Expr) {
		ast.Inspect(e, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.BinaryExpr:
				return false // put together from a step; each step is an act of its own
			case *ast.BasicLit:
				if s, err := strconv.Unquote(x.Value); err == nil && x.Kind == token.STRING && s != "" {
					names = append(names, s)
				}
			}
			return true
		})
	}
	places := map[string]int{"record": 2, "Record": 2, "changed": 3, "relate": 5, "decide": 3, "entryOf": 1}
	each := func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := x.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if at, ok := places[name]; ok && at < len(x.Args) {
				if lit, ok := x.Args[at].(*ast.BasicLit); ok {
					add(lit)
				} else if index, ok := x.Args[at].(*ast.IndexExpr); ok {
					for _, pair := range index.X.(*ast.CompositeLit).Elts {
						add(pair.(*ast.KeyValueExpr).Value)
					}
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := x.Key.(*ast.Ident); ok && (key.Name == "what" || key.Name == "Act") {
				add(x.Value)
			}
		case *ast.AssignStmt:
			for i, left := range x.Lhs {
				if v, ok := left.(*ast.Ident); ok && v.Name == "what" && i < len(x.Rhs) {
					if lit, ok := x.Rhs[i].(*ast.BasicLit); ok {
						add(lit)
					}
				}
			}
		case *ast.ValueSpec:
			for i, v := range x.Names {
				if strings.HasPrefix(v.Name, "Act") && i < len(x.Values) {
					add(x.Values[i])
				}
			}
		}
		return true
	}
	files, err := filepath.Glob(filepath.Join(room, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v, %d files", room, err, len(files))
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, each)
	}
	return names
}

// A page never says that a rule found words where nobody could read them.
func TestHowAReasonWasFound(t *testing.T) {
	for rule, want := range map[string]string{"unopened": "機械が開けないため", "not_judged": "機械が見立てられなかったため",
		triage.Learned + "suicide": "似た言い方から（機械の見立て）", "suicide.wish": "決まった言い方から"} {
		if got := found([]string{rule, rule}); got != want {
			t.Errorf("%s: %s", rule, got)
		}
	}
	h := newHouse(t)
	h.seed()
	h.happened(mine, wrote(ago(0), "chat", "死ねと言われた", judged(triage.Urgent, triage.Reason{Flag: triage.Verbal, Rule: "verbal.die", Excerpt: "死ねと言われた"},
		triage.Reason{Flag: triage.Suicide, Rule: "suicide.word", Excerpt: "死ねと言われた"}, triage.Reason{Flag: triage.Verbal, Rule: triage.Learned + "verbal", Excerpt: "死ねと言われた"}), 0))
	_, list, _ := strings.Cut(h.signedIn("sato").get("/cases/"+string(mine)).body, `<ul class="reasons">`)
	list, _, _ = strings.Cut(list, "</ul>")
	want := `<li><strong>` + flags["suicide"] + `・` + flags["verbal"] + `</strong>「<bdi>死ねと言われた</bdi>」 <span class="soft small" title="verbal.die suicide.word model_verbal">決まった言い方から、似た言い方から（機械の見立て）</span></li>`
	if strings.Count(list, "死ねと言われた") != 1 || !strings.Contains(list, want) {
		t.Errorf("the reasons are %s, want %s", list, want)
	}
}
