package city

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// A rule says where it comes from as document:line, such as usuki-policy:178,304. document is the key of one of the file's
// sources; line counts the lines of what the city published, made into plain text, blank lines too. That is for whoever
// checks the file. Whoever reads a page gets the document's title in its place.
var cited = regexp.MustCompile(`([a-z][a-z0-9]*(?:-[a-z0-9]+)+):(\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*)`)

// Cite is where a rule comes from, in the words of whoever reads it: 「臼杵市いじめ防止基本方針」の本文178行目、304行目.
func (c *City) Cite(source string) string {
	return cited.ReplaceAllStringFunc(source, func(m string) string {
		part := cited.FindStringSubmatch(m)
		i := slices.IndexFunc(c.Sources, func(s Source) bool { return s.Key == part[1] })
		if i < 0 {
			return m
		}
		var lines []string
		for _, n := range strings.Split(part[2], ",") {
			lines = append(lines, strings.ReplaceAll(n, "-", "〜")+"行目")
		}
		name := c.Sources[i].Name
		if !strings.ContainsAny(name, "「」") {
			name = "「" + name + "」"
		}
		return name + "の本文" + strings.Join(lines, "、")
	})
}

// citation is one place of a file that names a document.
type citation struct{ path, document string }

// citations collects them from every field that is called source.
func citations(v reflect.Value, path string) []citation {
	var all []citation
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
			switch f := v.Field(i); {
			case tag == "":
			case tag == "source" && f.Kind() == reflect.String:
				for _, m := range cited.FindAllStringSubmatch(f.String(), -1) {
					all = append(all, citation{path + ".source", m[1]})
				}
			default:
				all = append(all, citations(f, path+"."+tag)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, citations(v.Index(i), fmt.Sprintf("%s.%d", path, i))...)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			all = append(all, citations(v.MapIndex(k), fmt.Sprintf("%s.%v", path, k))...)
		}
	}
	return all
}

// judgeCitations demands a title for every document that the file names.
func (c *City) judgeCitations(t *tree, all []citation) Mistakes {
	j := &judge{t: t}
	seen := map[string]bool{}
	for i, s := range c.Sources {
		j.need(s.Name != "" && (s.Key == "" || idForm.MatchString(s.Key) && !seen[s.Key]), fmt.Sprintf(".sources.%d", i), "name: the document's title; and a key of its own where rules name it")
		seen[s.Key] = true
	}
	for _, x := range all {
		j.need(seen[x.document], x.path, fmt.Sprintf("a document of sources: one with key: %s and its title as name", x.document))
	}
	slices.SortStableFunc(j.ms, func(a, b Mistake) int { return a.Line - b.Line })
	return j.ms
}
