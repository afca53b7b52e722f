package japanese

import (
	"context"
	"fmt"

	"github.com/ikawaha/kagome-dict/dict"
	"github.com/ikawaha/kagome-dict/ipa"
	"github.com/ikawaha/kagome/v2/tokenizer"
)

// Part is the part of speech of a token, as far as this program asks.
type Part uint8

// The parts of speech.
const (
	PartOther    Part = iota
	Noun              // 名詞,一般 and the like
	NounAction        // 名詞,サ変接続
	NounState         // 名詞,形容動詞語幹
	NounAdverb        // 名詞,副詞可能
	NounSuffix        // 名詞,接尾
	NounNumber        // 名詞,数
	Pronoun           // 名詞,代名詞
	FamilyName        // 名詞,固有名詞,人名,姓
	GivenName         // 名詞,固有名詞,人名,名
	PersonName        // 名詞,固有名詞,人名,一般
	Region            // 名詞,固有名詞,地域
	Organization      // 名詞,固有名詞,組織
	ProperNoun        // 名詞,固有名詞,一般
	Verb
	Adjective
	Adverb
	Particle
	Auxiliary
	Prefix
	Symbol
	Interjection
)

// Name reports whether the dictionary knows the token as a person's name.
func (p Part) Name() bool { return p == FamilyName || p == GivenName || p == PersonName }

// Token is a word. Start and End count runes of the tokenized text, End exclusive.
type Token struct {
	Start, End int
	Part       Part
	Known      bool // in the dictionary
}

// Limits of what the lattice is given, in runes. Unknown words make its work grow with the square of a run's length;
// ordinary text has no katakana word of 24 characters and seldom 60 hiragana in a row.
const (
	maxWindow = 100
	maxRun    = 24
	maxKana   = 60
)

// Tokenizer splits text into words. It may be used by many goroutines.
type Tokenizer struct {
	ready chan struct{}
	dict  *dict.Dict
	t     *tokenizer.Tokenizer // set before ready is closed
	err   error
}

// NewTokenizer returns at once and loads the dictionary in the background, which takes about half a second and 80 MB. All
// tokenizers of a process share one dictionary.
func NewTokenizer() *Tokenizer {
	t := &Tokenizer{ready: make(chan struct{})}
	go func() {
		defer close(t.ready)
		t.dict = ipa.DictShrink()
		t.t, t.err = tokenizer.New(t.dict, tokenizer.OmitBosEos())
	}()
	return t
}

// Ready reports whether the dictionary is loaded.
func (t *Tokenizer) Ready() bool {
	select {
	case <-t.ready:
		return true
	default:
		return false
	}
}

// Wait returns when the dictionary is loaded or ctx ends.
func (t *Tokenizer) Wait(ctx context.Context) error {
	select {
	case <-t.ready:
		if t.err != nil {
			return fmt.Errorf("japanese: load the dictionary: %w", t.err)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Tokens splits text into words, waiting for the dictionary where it is not loaded yet. Every rune of the text is in
// exactly one token.
func (t *Tokenizer) Tokens(text []rune) []Token {
	<-t.ready
	tokens := make([]Token, 0, len(text)/2+1)
	for at := 0; at < len(text); {
		end, plain := window(text, at)
		if t.t == nil || !plain {
			tokens = append(tokens, Token{Start: at, End: end, Part: Noun})
		} else {
			tokens = t.lattice(tokens, text[at:end], at)
		}
		at = end
	}
	return tokens
}

// window returns the end of what the lattice may see from at, or of a run that it must not see.
func window(text []rune, at int) (end int, plain bool) {
	start, class := at, Class(255)
	for i := at; i < len(text); i++ {
		c := ClassOf(text[i])
		if c != class {
			start, class = i, c
		}
		limit := maxRun
		if c == Hiragana {
			limit = maxKana
		}
		if i-start >= limit {
			if start > at {
				return start, true
			}
			for i < len(text) && ClassOf(text[i]) == class {
				i++
			}
			return i, false
		}
		switch {
		case text[i] == '。' || text[i] == '\n' || text[i] == '！' || text[i] == '？':
			return i + 1, true
		case i+1-at >= maxWindow:
			return i + 1, true
		}
	}
	return len(text), true
}

func (t *Tokenizer) lattice(tokens []Token, text []rune, at int) []Token {
	next := 0
	for _, k := range t.t.Analyze(string(text), tokenizer.Normal) {
		if k.End <= k.Start || k.End > len(text) {
			continue
		}
		if k.Start > next {
			tokens = append(tokens, Token{Start: at + next, End: at + k.Start, Part: Symbol})
		}
		tokens = append(tokens, Token{Start: at + k.Start, End: at + k.End, Part: t.part(k), Known: k.Class == tokenizer.KNOWN})
		next = k.End
	}
	if next < len(text) {
		tokens = append(tokens, Token{Start: at + next, End: at + len(text), Part: Symbol})
	}
	return tokens
}

// part returns a word's part of speech. What the dictionary says of a word that it knows is read in its table: k.POS makes a list of
// it every time.
func (t *Tokenizer) part(k tokenizer.Token) Part {
	var pos [4]string
	if table := &t.dict.POSTable; k.Class == tokenizer.KNOWN {
		for i, id := range table.POSs[k.ID][:min(len(pos), len(table.POSs[k.ID]))] {
			pos[i] = table.NameList[id]
		}
	} else {
		copy(pos[:], k.POS())
	}
	switch pos[0] {
	case "名詞":
		return nounPart(pos[1], pos[2], pos[3])
	case "動詞":
		return Verb
	case "形容詞":
		return Adjective
	case "副詞", "連体詞", "接続詞":
		return Adverb
	case "助詞":
		return Particle
	case "助動詞":
		return Auxiliary
	case "接頭詞":
		return Prefix
	case "記号":
		return Symbol
	case "感動詞", "フィラー":
		return Interjection
	}
	return PartOther
}

func nounPart(a, b, c string) Part {
	switch a {
	case "サ変接続":
		return NounAction
	case "形容動詞語幹", "ナイ形容詞語幹":
		return NounState
	case "副詞可能":
		return NounAdverb
	case "接尾":
		return NounSuffix
	case "数":
		return NounNumber
	case "代名詞":
		return Pronoun
	case "固有名詞":
		switch b {
		case "人名":
			switch c {
			case "姓":
				return FamilyName
			case "名":
				return GivenName
			}
			return PersonName
		case "地域":
			return Region
		case "組織":
			return Organization
		}
		return ProperNoun
	}
	return Noun
}
