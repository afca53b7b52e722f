package city

import (
	"strings"
	"testing"

	"madoguchi/deploy/cities"
)

func carried(t *testing.T, id string, change func(string) string) (*City, error) {
	t.Helper()
	file := func(name string, data []byte) File { return File{name, data} }
	name, data, _ := cities.City(id)
	return Load(File{name, []byte(change(string(data)))}, file(cities.National()), file(cities.Texts()), nil)
}

func same(s string) string { return s }

func TestARuleIsCitedByTheTitleOfItsDocument(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"usuki-policy:178": "「臼杵市いじめ防止基本方針（児童虐待含む）令和5年度版」の本文178行目",
		"usuki-policy:178,190、いじめ防止対策推進法30条1項": "「臼杵市いじめ防止基本方針（児童虐待含む）令和5年度版」の本文178行目、190行目、いじめ防止対策推進法30条1項",
		"usuki-policy:448-450 年間":              "「臼杵市いじめ防止基本方針（児童虐待含む）令和5年度版」の本文448〜450行目 年間",
		"いじめ防止対策推進法30条1項":                      "いじめ防止対策推進法30条1項",
		"nobodys-policy:1":                     "nobodys-policy:1", "": "",
	} {
		c, err := carried(t, "usuki", same)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Cite(source); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
	c, err := carried(t, "asahikawa", same)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Cite("asahikawa-model:58"); got != "いじめ防止対策「旭川モデル」の本文58行目" {
		t.Error(got)
	}
}

// No rule of a carried city names a document that the file has no title for, and a file that does is refused with its lines.
func TestEveryDocumentHasATitle(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"asahikawa", "usuki", "ashiya"} {
		c, err := carried(t, id, same)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range c.Duties {
			if cited.MatchString(c.Cite(d.Source)) {
				t.Errorf("%s: %s says %s", id, d.Key, c.Cite(d.Source))
			}
		}
	}
	_, err := carried(t, "usuki", func(s string) string { return strings.Replace(s, "key: usuki-policy", "key: other-policy", 1) })
	if err == nil || !strings.Contains(err.Error(), "usuki.yaml:") || !strings.Contains(err.Error(), "key: usuki-policy and its title") {
		t.Errorf("without a title: %v", err)
	}
	_, err = carried(t, "usuki", func(s string) string {
		return strings.Replace(s, "    name: 臼杵市いじめ防止基本方針（児童虐待含む）令和5年度版\n", "    name: \"\"\n", 1)
	})
	if err == nil {
		t.Error("an empty title passes")
	}
}
