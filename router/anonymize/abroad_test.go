package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
	"madoguchi/triage/japanese"
)

// TestOtherLanguages: in what children write in English, Portuguese, Filipino or Chinese, names go and every word stays.
func TestOtherLanguages(t *testing.T) {
	a := newAnonymizer(t)
	for file, least := range map[string]struct{ messages, names int }{"testdata/english.txt": {40, 20}, "testdata/foreign.txt": {30, 10}} {
		all, names := messagesOf(t, file), 0
		for _, m := range all {
			r := a.Redact(string(m.text), nil, anonymize.Strict)
			names += min(len(m.want), 1)
			covered := make([]bool, len(m.text))
			for _, s := range r.Spans {
				for i := s.Start; i < s.End; i++ {
					covered[i] = true
				}
			}
			for _, s := range m.want {
				for i := s.Start; i < s.End; i++ {
					covered[i] = !covered[i] && japanese.ClassOf(m.text[i]) != japanese.Space
				}
			}
			for i, wrong := range covered {
				if wrong {
					t.Errorf("%s → %s: at %d", string(m.text), r.Text, i)
					break
				}
			}
		}
		if len(all) < least.messages || names < least.names {
			t.Errorf("%s: only %d messages, %d with a name", file, len(all), names)
		}
	}
}

// TestLatinLetters: Japanese in Latin letters, another language within Japanese, and names, schools and addresses in English.
func TestLatinLetters(t *testing.T) {
	a := newAnonymizer(t)
	for text, want := range map[string]string{
		"yamada ni nagurareta. shinitai":               "[人物A] ni nagurareta. shinitai",
		"watashi wa yuka desu":                         "watashi wa [人物A] desu",
		"satou misaki ga warukuchi wo kaita":           "[人物A] ga warukuchi wo kaita",
		"mou iya da kietai":                            "mou iya da kietai",
		"yamadani keraremasita":                        "[人物A]ni keraremasita",
		"yamadaに殴られた":                                  "[人物A]に殴られた",
		"クラスのEmilyがshut up, go back to your countryって": "クラスの[人物A]がshut up, go back to your countryって",
		"友達がI want to dieって言ってて心配":                     "友達がI want to dieって言ってて心配",
		"HELP ME KAITO WILL KILL ME":                   "HELP ME [人物A] WILL KILL ME",
		"The kids at Asahi Elementary School hit me":   "The kids at [学校1] hit me",
		"write me at leo.s12@example.com":              "write me at [メール1]",
		"they made an account kento_fake22 of me":      "they made an account [アカウント1] of me",
		"Kento hit me. I told kento to stop":           "[人物A] hit me. I told [人物A] to stop",
		"I come from the Philippines to Tokyo":         "I come from the Philippines to Tokyo",
		"Kenji Mori":                                   "[人物A]",
		"班里的山本美咲说要杀了我。大家都笑我":                           "班里的[人物A]说要杀了我。大家都笑我",
		"我慢限界":                                         "我慢限界",
	} {
		if got := a.Redact(text, nil, anonymize.Strict).Text; got != want {
			t.Errorf("%s → %s, want %s", text, got, want)
		}
	}
	g := anonymize.Glossary{Last: map[anonymize.Type]int{anonymize.TypePerson: 1}, Entries: []anonymize.Entry{
		{Placeholder: "[人物A]", Type: anonymize.TypePerson, Words: "鮎子", Keys: []string{"鮎子", "あゆこ"}},
	}}
	if got := a.Redact("she said ayuko must die", &g, anonymize.Strict).Text; got != "she said [人物A] must die" {
		t.Errorf("whom the case knows is %s", got)
	}
}
