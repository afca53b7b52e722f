package assess

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"madoguchi/triage"
	"madoguchi/triage/assess/model"
)

//go:embed rules/*.yaml
var ruleFiles embed.FS

// file is a file of rules.
type file struct {
	Concepts  map[string][]string     `yaml:"concepts"`
	Modifiers map[string]modifierText `yaml:"modifiers"`
	Rules     []ruleText              `yaml:"rules"`
	// Innocent are uses of dangerous words that mean no danger: what stands within them is no evidence.
	Innocent []innocentText `yaml:"innocent"`
	// Misread is what only looks like a dangerous word: no evidence, and not innocent either.
	Misread []innocentText `yaml:"misread"`
	// Thrown is what others wish the writer: no danger that the writer speaks of, whatever else it is.
	Thrown []innocentText `yaml:"thrown"`
	// Calm are what a text must say to be routine.
	Calm []innocentText `yaml:"calm"`
	// Plain are wishes and deeds of now that are said plainly, and Occasions what a text is about beside which danger to oneself is
	// called so on clear hearing only.
	Plain     []innocentText `yaml:"plain"`
	Occasions []occasionText `yaml:"occasions"`
}

// modifierText takes evidence away: where one of the patterns stands in the same clause, or right behind the evidence. All but
// what stands right behind it only asks the model: where that hears the danger clearly, the evidence stays.
type modifierText struct {
	Clause   []string `yaml:"clause"`
	After    []string `yaml:"after"`
	Light    bool     `yaml:"light"`    // what the clause patterns are about is no danger: it takes more to hear one there
	Anywhere []string `yaml:"anywhere"` // for rules whose words mean danger only where nothing else is said
	Once     []string `yaml:"once"`     // in the same clause or the one before, where one of Now stands anywhere
	Now      []string `yaml:"now"`
	Easy     string   `yaml:"easy"` // something everyday is said in the same clause, or in the text
}

// Where something everyday is said.
const (
	inClause = "clause"
	inText   = "text"
)

type innocentText struct {
	ID    string   `yaml:"id"`
	Any   []string `yaml:"any"`
	Match []string `yaml:"match"`
	Not   []string `yaml:"not"`
}

// ruleText is a rule as it is written.
type ruleText struct {
	ID       string          `yaml:"id"`
	Flag     triage.Flag     `yaml:"flag"`
	Severity triage.Severity `yaml:"severity"`
	Any      []string        `yaml:"any"`
	Unless   []string        `yaml:"unless"`   // modifiers
	Instead  []triage.Flag   `yaml:"instead"`  // flags that do not count where their evidence overlaps this one's
	With     []triage.Flag   `yaml:"with"`     // fires only where one of these flags fires as well
	Across   bool            `yaml:"across"`   // pieces may stand in different sentences
	Fallback bool            `yaml:"fallback"` // counts only where no other flag but third_party fires
	Match    []string        `yaml:"match"`
	Not      []string        `yaml:"not"`
}

// rule is a rule, compiled.
type rule struct {
	ruleText
	any    []pattern
	unless []modifier
}

type modifier struct {
	clause, after, anywhere, once, now []pattern
	easy                               string
}

type lexicon struct {
	trie      *trie
	rules     []rule
	known     []rule // the rules whose places the model was taught to weigh: all of them
	innocent  []pattern
	misread   []pattern
	thrown    []pattern
	calm      []pattern
	plain     []pattern
	occasions []occasion
	light     []pattern // what clauses speak of in which dangerous words are rarely meant: play, hyperbole, animals, cooking
	model     *model.Model
	texts     file // as written, for the tests
}

// load reads and compiles the rules.
func load() (*lexicon, error) {
	all := file{Concepts: map[string][]string{}, Modifiers: map[string]modifierText{}}
	names, err := fs.Glob(ruleFiles, "rules/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := ruleFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f file
		if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("assess: %s: %w", name, err)
		}
		for k, v := range f.Concepts {
			all.Concepts[k] = append(all.Concepts[k], strings.Fields(strings.Join(v, " "))...)
		}
		for k, v := range f.Modifiers {
			if _, twice := all.Modifiers[k]; twice {
				return nil, fmt.Errorf("assess: %s: a second modifier %s", name, k)
			}
			all.Modifiers[k] = v
		}
		all.Rules = append(all.Rules, f.Rules...)
		all.Innocent = append(all.Innocent, f.Innocent...)
		all.Misread = append(all.Misread, f.Misread...)
		all.Thrown = append(all.Thrown, f.Thrown...)
		all.Calm = append(all.Calm, f.Calm...)
		all.Plain = append(all.Plain, f.Plain...)
		all.Occasions = append(all.Occasions, f.Occasions...)
	}
	l, err := compile(all)
	if err != nil {
		return nil, err
	}
	l.model, err = model.New()
	return l, err
}

func compile(f file) (*lexicon, error) {
	l := &lexicon{trie: newTrie(), texts: f}
	mods := map[string]modifier{}
	for _, name := range slices.Sorted(maps.Keys(f.Modifiers)) { // in one order, so that the model is always the same
		m, err := l.modifier(name, f.Modifiers[name])
		if err != nil {
			return nil, err
		}
		mods[name] = m
		if f.Modifiers[name].Light {
			l.light = append(l.light, m.clause...)
		}
	}
	for _, r := range f.Rules {
		if !slices.Contains(triage.Flags, r.Flag) || !r.Severity.Valid() {
			return nil, fmt.Errorf("assess: %s: unknown flag or severity", r.ID)
		}
		any, err := l.patterns(r.ID, r.Any, r.ID, string(r.Flag))
		if err != nil {
			return nil, err
		}
		c := rule{ruleText: r, any: any}
		for _, name := range r.Unless {
			m, ok := mods[name]
			if !ok {
				return nil, fmt.Errorf("assess: %s: no modifier %s", r.ID, name)
			}
			c.unless = append(c.unless, m)
		}
		l.rules = append(l.rules, c)
	}
	l.known = l.rules
	var errs []error
	places := func(from []innocentText, called ...string) (all []pattern) {
		for _, t := range from {
			ps, err := l.patterns(t.ID, t.Any, called...)
			all, errs = append(all, ps...), append(errs, err)
		}
		return all
	}
	l.innocent, l.misread = places(f.Innocent, "innocent"), places(f.Misread, "misread")
	l.thrown, l.calm = places(f.Thrown, "thrown"), places(f.Calm, "calm")
	l.plain = places(f.Plain)
	for _, o := range f.Occasions {
		compiled, err := l.compileOccasion(o)
		l.occasions, errs = append(l.occasions, compiled), append(errs, err)
	}
	return l, errors.Join(errs...)
}

// patterns compiles a list of patterns; called are the names by which the model knows their places.
func (l *lexicon) patterns(where string, list []string, called ...string) (out []pattern, err error) {
	for _, src := range list {
		p, err := l.trie.compile(src, l.texts.Concepts)
		if err != nil {
			return nil, fmt.Errorf("assess: %s: %w", where, err)
		}
		for _, name := range called {
			p.marks = append(p.marks, model.MarkKey(name), model.MarkKey(name+" "+src))
		}
		out = append(out, p)
	}
	return out, nil
}

// modifier compiles a modifier.
func (l *lexicon) modifier(name string, m modifierText) (modifier, error) {
	if m.Easy != "" && m.Easy != inClause && m.Easy != inText {
		return modifier{}, fmt.Errorf("assess: %s: easy %q is neither %s nor %s", name, m.Easy, inClause, inText)
	}
	clause, err := l.patterns(name, m.Clause, "light")
	lists := make([][]pattern, 4)
	for i, list := range [][]string{m.After, m.Anywhere, m.Once, m.Now} {
		var wrong error
		lists[i], wrong = l.patterns(name, list)
		err = errors.Join(err, wrong)
	}
	return modifier{clause, lists[0], lists[1], lists[2], lists[3], m.Easy}, err
}
