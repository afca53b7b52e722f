package assess

import (
	"slices"
	"strings"

	"madoguchi/triage/assess/model"
)

// denials are what people add to take back what they said. They begin a clause of their own, so that they say nothing
// about the words before them.
var denials = spellings("大丈夫 だいじょうぶ だいじょぶ 平気 へいき うそです 嘘です うそだよ 冗談 じょうだん なんでもない 何でもない なんちゃって " +
	"気にしないで きにしないで 忘れてください わすれてください 心配しないで しんぱいしないで")

// part is a clause of the text: runes start to end of the view.
type part struct{ start, end int }

// Clauses returns the clauses of a text as the model reads them: folded, without punctuation and spaces, and with what the
// rules know of them.
func Clauses(s string) []model.Clause {
	l, err := rules()
	if err != nil {
		panic(err) // the rules are built in
	}
	t := fold(s)
	r := reading{text: t, hits: l.trie.find(t)}
	return t.clauses(t.parts(), l.scan(&r).marks)
}

// clauses returns what the model reads. A mark is of the clause in which it ends.
func (t text) clauses(parts []part, marks []mark) []model.Clause {
	out := make([]model.Clause, len(parts))
	for i, p := range parts {
		out[i].Runes = t.view.Runes[p.start:p.end]
		for _, m := range marks {
			if p.start < m.end && m.end <= p.end {
				out[i].Mark(max(m.start, p.start)-p.start, m.end-p.start, m.keys)
			}
		}
	}
	return out
}

// parts divides the text into clauses.
func (t text) parts() []part {
	var out []part
	rs := t.view.Runes
	start := 0
	for i := range rs {
		if i > start && (t.clause[i] != t.clause[i-1] || denial(rs[i:])) {
			out = append(out, part{start, i})
			start = i
		}
	}
	if start < len(rs) {
		out = append(out, part{start, len(rs)})
	}
	return out
}

// spellings folds a list of words.
func spellings(words string) [][]rune {
	var out [][]rune
	for _, w := range strings.Fields(words) {
		out = append(out, []rune(spelling(w)))
	}
	return out
}

func denial(rs []rune) bool {
	return slices.ContainsFunc(denials, func(d []rune) bool { return len(d) <= len(rs) && slices.Equal(d, rs[:len(d)]) })
}
