package main

import (
	"os"
	"slices"
	"testing"
	"time"
)

// A child says formally that it is a serious case, on the page, without a word of her own. From then on it is one: nobody
// was asked, and the report to the mayor by way of the board of education is due.
func TestADeclarationComesFromTheSocketToItsDuties(t *testing.T) {
	t.Parallel()
	p := start(t, "demo")
	psy := p.token("psychologist")
	s, _ := p.chat(frame{})
	if err := s.WriteJSON(map[string]any{"type": "message", "id": "d1", "text": "", "declares": "child"}); err != nil {
		t.Fatal(err)
	}
	if a, err := s.next("ack", 10*time.Second); err != nil || a.ID != "d1" {
		t.Fatalf("%+v, %v", a, err)
	}
	var id string
	eventually(t, 2*soon, func() error {
		if id = caseWith(t, p, psy, "正式に伝えます"); id == "" {
			return os.ErrNotExist
		}
		return nil
	})
	p.do(psy, "POST", "/cases/"+id+"/claim", map[string]any{}, nil)
	var road struct {
		Serious, Declared bool
	}
	p.do(psy, "GET", "/cases/"+id+"/serious", nil, &road)
	if !road.Serious || !road.Declared {
		t.Errorf("the case is %+v", road)
	}
	eventually(t, 2*soon, func() error {
		var k struct {
			Duties []struct{ What string } `json:"duties"`
		}
		p.do(psy, "GET", "/cases/"+id, nil, &k)
		for _, what := range []string{"article28", "article30"} {
			if !slices.ContainsFunc(k.Duties, func(d struct{ What string }) bool { return d.What == what }) {
				return os.ErrNotExist
			}
		}
		return nil
	})
}
