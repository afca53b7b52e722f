package anonymize_test

import (
	"testing"

	"madoguchi/router/anonymize"
)

// TestSamePerson: in a case, the same person has the same placeholder however the name is written, and two people who may
// not be one have two.
func TestSamePerson(t *testing.T) {
	a := newAnonymizer(t)
	for _, steps := range [][][2]string{
		{{"田中さんに叩かれた", "[人物A]さんに叩かれた"}, {"田中が来た", "[人物A]が来た"}, {"たなかがこわい", "[人物A]がこわい"}, {"タナカがたたく", "[人物A]がたたく"},
			{"tanakaがたたく", "[人物A]がたたく"}, {"田中太郎くん", "[人物A]くん"}, {"田中花子さん", "[人物B]さん"}},
		{{"山田太郎くん", "[人物A]くん"}, {"山田花子さん", "[人物B]さん"}, {"山田さんが来た", "[人物C]さんが来た"}, {"太郎くんが叩く", "[人物A]くんが叩く"}},
		{{"髙橋さん", "[人物A]さん"}, {"高橋さん", "[人物A]さん"}, {"斎藤さん", "[人物B]さん"}, {"齋藤さん", "[人物B]さん"}},
		{{"結衣ちゃん", "[人物A]ちゃん"}, {"ゆいちゃん", "[人物A]ちゃん"}, {"由衣ちゃん", "[人物B]ちゃん"}},
		{{"ゆうきくん", "[人物A]くん"}, {"YUKIくん", "[人物B]くん"}},
	} {
		var g anonymize.Glossary
		for _, step := range steps {
			if got := a.Redact(step[0], &g, anonymize.Strict).Text; got != step[1] {
				t.Errorf("%s → %s, want %s", step[0], got, step[1])
			}
		}
	}
}
