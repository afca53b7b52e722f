package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// While nothing can be written to the audit, nobody sees a name, an address or a case, and nothing is given out; who writes to
// the desk notices nothing. While only its Redis is away the journal stands in, and work goes on. Afterwards the chain is whole.
func TestTheAuditIsDown(t *testing.T) {
	t.Parallel()
	p, r, lead := real(t)
	psy := must(t, append([]string{"token", "create", "--login=psy", "--role=psychologist"}, p.common()...)...)
	s, _ := p.chat(frame{})
	s.says(t, "m1", "はじめてのことば。090-1234-5678に電話して", "stored")
	var id string
	eventually(t, soon, func() error {
		if id = caseWith(t, p, psy, "はじめてのことば"); id == "" {
			return fmt.Errorf("the case is not in the queue")
		}
		return nil
	})
	p.do(psy, "POST", "/cases/"+id+"/claim", nil, nil)
	open := func() (int, string) {
		status, _, body := ask(t, "POST", p.Staff+"/api/v1/cases/"+id+"/reveals", `{"placeholder":"[電話1]","reason":"電話するため"}`,
			"Content-Type", "application/json", "Authorization", "Bearer "+psy)
		return status, body
	}
	if status, body := open(); status != http.StatusOK || !strings.Contains(body, "090-1234-5678") {
		t.Fatalf("before: %d %s", status, body)
	}
	rule := func(rules ...any) {
		t.Helper()
		if err := r.Client().Do(t.Context(), append([]any{"ACL", "SETUSER", "default"}, rules...)...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	rule("resetkeys", "~{[^a]*", "~[^{]*") // all but {audit}
	if status, body := open(); status != http.StatusOK || !strings.Contains(body, "090-1234-5678") {
		t.Errorf("with the journal in its place: %d %s", status, body)
	}
	dir := dataDir(p)
	if err := os.Rename(filepath.Join(dir, "audit"), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	for what, got := range map[string]func() (int, string){
		"a reveal": open,
		"a look":   func() (int, string) { status, body := p.fetch("GET", psy, "/cases/"+id); return status, string(body) },
		"the queue": func() (int, string) {
			status, body := p.fetch("GET", lead, "/queue")
			return status, string(body)
		},
	} {
		if status, body := got(); status != http.StatusServiceUnavailable || strings.Contains(body, "090") || strings.Contains(body, "はじめて") {
			t.Errorf("%s without an audit: %d %s", what, status, body)
		}
	}
	s.says(t, "m2", "つぎのことば", "stored")
	other, _ := p.chat(frame{})
	other.says(t, "m1", "べつの人のことば", "stored")
	if err := os.Rename(filepath.Join(dir, "elsewhere"), filepath.Join(dir, "audit")); err != nil {
		t.Fatal(err)
	}
	rule("allkeys")
	eventually(t, soon, func() error {
		if status, body := open(); status != http.StatusOK || !strings.Contains(body, "090-1234-5678") {
			return fmt.Errorf("afterwards: %d %s", status, body)
		}
		if caseWith(t, p, lead, "べつの人のことば") == "" {
			return fmt.Errorf("what came meanwhile is not in the queue")
		}
		return nil
	})
	eventually(t, soon, func() error {
		out, _, err := oneshot(t, "", append([]string{"audit", "verify"}, p.common()...)...)
		if err != nil || !strings.HasPrefix(out, "whole: ") {
			return fmt.Errorf("the audit afterwards: %q, %v", out, err)
		}
		return nil
	})
}

func dataDir(p *process) string {
	for _, a := range p.common() {
		if dir, ok := strings.CutPrefix(a, "--data-dir="); ok {
			return dir
		}
	}
	p.t.Fatal("no data folder")
	return ""
}

// A connection that claims by the PROXY protocol to come from elsewhere, where no balancer stands before the desk, is not
// spoken with at all: what it claims can be neither believed nor kept.
func TestAProxyPreambleIsNotBelieved(t *testing.T) {
	t.Parallel()
	p := start(t, "demo")
	upgrade := "GET /chat/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: madoguchi.chat.v1\r\n\r\n"
	for what, preamble := range map[string]string{
		"v1": "PROXY TCP4 198.51.100.99 127.0.0.1 1234 80\r\n",
		"v2": "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\xc6\x33\x64\x63\x7f\x00\x00\x01\x04\xd2\x00\x50",
	} {
		c, err := net.DialTimeout("tcp", strings.TrimPrefix(p.Public, "http://"), soon)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(soon))
		if _, err := c.Write([]byte(preamble + upgrade)); err != nil {
			t.Fatal(err)
		}
		answer := make([]byte, 512)
		n, _ := c.Read(answer)
		c.Close()
		if said := string(answer[:n]); strings.Contains(said, "101 Switching") || strings.Contains(said, "198.51.100") {
			t.Errorf("%s: %s", what, said)
		}
	}
	if strings.Contains(p.printed(), "198.51.100.99") {
		t.Error("what it claimed is in the log")
	}
}
