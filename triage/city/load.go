package city

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"madoguchi/triage"
)

// Assessor judges the examples of a file.
type Assessor interface {
	Assess(text string) triage.Judgement
}

// Mistake is one thing that is wrong with a file.
type Mistake struct {
	File string
	Line int
	What string
}

func (m Mistake) String() string { return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.What) }

// Mistakes are all of a file's mistakes, in the order of its lines.
type Mistakes []Mistake

func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return strings.Join(lines, "\n")
}

// File is a named file's content.
type File struct {
	Name string
	Data []byte
}

// Load checks a city file over the national layer and the catalogue of texts, and returns the city, or Mistakes.
func Load(file, national, texts File, a Assessor) (*City, error) {
	c := &City{}
	layers := []File{national, file}
	var trees []*tree
	for _, f := range layers {
		t, err := parse(f, reflect.TypeFor[City]())
		if err != nil {
			return nil, err
		}
		trees = append(trees, t)
	}
	catalogue := map[string]string{}
	if err := yaml.Unmarshal(texts.Data, &catalogue); err != nil {
		return nil, Mistakes{{texts.Name, 1, "expected texts by key"}}
	}
	base := &City{}
	for i, into := range []*City{base, c} {
		if err := yaml.Unmarshal(layers[i].Data, into); err != nil {
			return nil, Mistakes{{layers[i].Name, 1, "cannot be read as a city file"}}
		}
	}
	own := layer{c.Facts, c.Duties, c.Retention, c.Serious}
	named := citations(reflect.ValueOf(c).Elem(), "")
	c.over(base, catalogue)
	ms := slices.Concat(c.judgeRules(trees[0], layer{base.Facts, base.Duties, base.Retention, base.Serious}, nil), c.judgeRules(trees[1], own, base), c.judge(trees[1], a),
		c.judgeCitations(trees[1], named))
	if len(ms) > 0 {
		return nil, ms
	}
	c.unstated = c.missing(trees[1], own.kept)
	return c, nil
}

// over lays c over the national layer: a city's own numbers come first, its terms and texts win.
func (c *City) over(base *City, catalogue map[string]string) {
	for _, n := range base.Numbers {
		if !slices.ContainsFunc(c.Numbers, func(m Number) bool { return m.Key == n.Key }) {
			c.Numbers = append(c.Numbers, n)
		}
	}
	c.Sources = append(c.Sources, base.Sources...)
	c.Examples = append(c.Examples, base.Examples...)
	own, nation := reflect.ValueOf(&c.Terms).Elem(), reflect.ValueOf(base.Terms)
	for i := range own.NumField() {
		if own.Field(i).IsZero() {
			own.Field(i).Set(nation.Field(i))
		}
	}
	c.overRules(base)
	c.overRetention(base)
	c.overRoad(base)
	if len(c.Routes) == 0 {
		c.Routes = base.Routes
	}
	if c.Desk.Exit == "" {
		c.Desk.Exit = base.Desk.Exit
	}
	own2 := c.Texts
	c.Texts = maps.Clone(catalogue)
	maps.Copy(c.Texts, base.Texts)
	maps.Copy(c.Texts, own2)
}

// tree is a parsed file that knows the line of every place in it.
type tree struct {
	name  string
	lines map[string]int // path → line
}

// line returns the line of the path, or of the nearest place above it that the file has.
func (t *tree) line(path string) int {
	for {
		if n, ok := t.lines[path]; ok {
			return n
		}
		i := strings.LastIndex(path, ".")
		if i < 0 {
			return 1
		}
		path = path[:i]
	}
}

// parse reads a file and checks its form against the type, to the last key.
func parse(f File, want reflect.Type) (*tree, error) {
	parsed, err := parser.ParseBytes(f.Data, 0)
	if err != nil || len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil {
		return nil, Mistakes{{f.Name, lineOf(err), "expected YAML: " + plain(err)}}
	}
	t := &tree{name: f.Name, lines: map[string]int{}}
	var ms Mistakes
	walk(parsed.Docs[0].Body, want, "", t, &ms)
	if len(ms) > 0 {
		slices.SortStableFunc(ms, func(a, b Mistake) int { return a.Line - b.Line })
		return nil, ms
	}
	return t, nil
}

func lineOf(err error) int {
	var line int
	if err != nil {
		if _, scan := fmt.Sscanf(err.Error(), "[%d:", &line); scan == nil {
			return line
		}
	}
	return 1
}

func plain(err error) string {
	if err == nil {
		return "the file is empty"
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return first
}

// walk compares a node with the type that it is to become.
func walk(n ast.Node, want reflect.Type, path string, t *tree, ms *Mistakes) {
	if want.Kind() == reflect.Pointer {
		want = want.Elem()
	}
	line := n.GetToken().Position.Line
	if _, ok := t.lines[path]; !ok {
		t.lines[path] = line
	}
	wrong := func(expected string) { *ms = append(*ms, Mistake{t.name, line, where(path) + "expected " + expected}) }
	switch want.Kind() {
	case reflect.Struct, reflect.Map:
		pairs, ok := entries(n)
		if !ok {
			wrong("a mapping of keys")
			return
		}
		for _, p := range pairs {
			key := p.Key.GetToken().Value
			at := path + "." + key
			t.lines[at] = p.Key.GetToken().Position.Line
			inner, known := inside(want, key)
			if !known {
				*ms = append(*ms, Mistake{t.name, t.lines[at], fmt.Sprintf("%sunknown key %q; expected one of %s", where(path), key, keys(want))})
				continue
			}
			walk(p.Value, inner, at, t, ms)
		}
	case reflect.Slice:
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			wrong("a list")
			return
		}
		for i, v := range seq.Values {
			walk(v, want.Elem(), fmt.Sprintf("%s.%d", path, i), t, ms)
		}
	default:
		leaf(n, want, wrong)
	}
}

func leaf(n ast.Node, want reflect.Type, wrong func(string)) {
	var text string
	switch v := n.(type) {
	case *ast.StringNode:
		text = v.Value
	case *ast.LiteralNode:
		text = v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		text = n.GetToken().Value
	default:
		wrong("a single value")
		return
	}
	switch _, isBool := n.(*ast.BoolNode); {
	case want.Kind() == reflect.Bool && !isBool:
		wrong("true or false")
	case want.Kind() == reflect.Int:
		if _, ok := n.(*ast.IntegerNode); !ok {
			wrong("a whole number")
		}
	case want.Kind() == reflect.String:
		if s, ok := reflect.ValueOf(text).Convert(want).Interface().(scalar); ok && !s.wellFormed() {
			wrong(s.expected())
		}
	}
}

func entries(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func inside(want reflect.Type, key string) (reflect.Type, bool) {
	if want.Kind() == reflect.Map {
		return want.Elem(), true
	}
	for i := range want.NumField() {
		if want.Field(i).Tag.Get("yaml") == key {
			return want.Field(i).Type, true
		}
	}
	return nil, false
}

func keys(want reflect.Type) string {
	var names []string
	for i := range want.NumField() {
		names = append(names, want.Field(i).Tag.Get("yaml"))
	}
	return strings.Join(names, ", ")
}

func where(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimPrefix(path, ".") + ": "
}
