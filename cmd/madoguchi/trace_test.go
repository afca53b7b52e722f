package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/pires/go-proxyproto"
)

// dialAs opens a chat whose headers claim to come from elsewhere, and says hello.
func (p *process) dialAs(claimed string) *socket {
	p.t.Helper()
	s, err := p.dialFrom("127.0.0.1", nil, claimed)
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// dialFrom is dialAs from an address of this machine, which begins with a PROXY protocol header where one is given.
func (p *process) dialFrom(from string, header *proxyproto.Header, claimed string) (*socket, error) {
	p.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"madoguchi.chat.v1"}, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext(ctx, network, addr)
		if err == nil && header != nil {
			_, err = header.WriteTo(conn)
		}
		return conn, err
	}}
	conn, _, err := d.DialContext(p.t.Context(), "ws"+strings.TrimPrefix(p.Public, "http")+"/chat/ws",
		http.Header{"X-Forwarded-For": {claimed}, "X-Real-Ip": {claimed}, "Forwarded": {"for=" + claimed}, "True-Client-Ip": {claimed}, "Cf-Connecting-Ip": {claimed}})
	if err != nil {
		return nil, err
	}
	p.t.(*testing.T).Cleanup(func() { conn.Close() })
	s := &socket{conn}
	if err := s.WriteJSON(frame{Type: "hello"}); err != nil {
		return nil, err
	}
	_, err = s.next("welcome", soon)
	return s, err
}

type tracedPeers struct {
	ID, State string
	Peers     []struct {
		Address, Port string
		Proxied       bool
	}
}

// emergency is the case of somebody who wrote these words, taken by the psychologist, in whose house somebody is there who may
// say yes.
func (p *process) emergency(psy, words string) (id string) {
	p.t.Helper()
	eventually(p.t, soon, func() error {
		if id = caseWith(p.t.(*testing.T), p, psy, words); id == "" {
			return fmt.Errorf("the case is not in the queue")
		}
		return nil
	})
	p.do(psy, "POST", "/cases/"+id+"/claim", nil, nil)
	p.do(psy, "POST", "/cases/"+id+"/severity", map[string]string{"severity": "emergency", "reason": "命が危ない"}, nil)
	if _, err := p.page(p.signIn(p.login("coordinator"), "demo-madoguchi"), "/queue"); err != nil {
		p.t.Fatal(err)
	}
	return id
}

// A proxy that the operator named tells where a connection comes from, and it is known to who asked after another said yes.
// Nobody else is believed: who sends such a header is hung up on, and so is a named proxy that sends none.
func TestOnlyNamedProxiesAreBelieved(t *testing.T) {
	t.Parallel()
	const proxy, address, port, claimed = "127.0.0.9", "203.0.113.7", 50123, "198.51.100.99"
	p := start(t, "demo", "--public-proxies=192.0.2.0/24, "+proxy)
	child := &net.TCPAddr{IP: net.ParseIP(address), Port: port}
	for _, version := range []byte{1, 2} {
		header := proxyproto.HeaderProxyFromAddrs(version, child, &net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 443})
		if _, err := p.dialFrom("127.0.0.1", header, claimed); err == nil {
			t.Errorf("a header of version %d is taken from anybody", version)
		}
		if _, err := p.dialFrom(proxy, header, claimed); err != nil {
			t.Errorf("a header of version %d is not taken from a named proxy: %v", version, err)
		}
	}
	if _, err := p.dialFrom(proxy, nil, claimed); err == nil {
		t.Error("a named proxy may leave the header out")
	}
	s, err := p.dialFrom(proxy, proxyproto.HeaderProxyFromAddrs(2, child, &net.TCPAddr{IP: net.ParseIP("192.0.2.1"), Port: 443}), claimed)
	if err != nil {
		t.Fatal(err)
	}
	s.says(t, "1", "いま橋の上にいます。飛びおります", "stored")
	psy := p.token("psychologist")
	id := p.emergency(psy, "橋の上")
	var g tracedPeers
	p.do(psy, "POST", "/cases/"+id+"/traces", map[string]string{"reason": "警察に伝える"}, &g)
	p.do(psy, "POST", "/traces/"+g.ID, nil, &g)
	if g.State != "asked" || len(g.Peers) != 0 {
		t.Errorf("before anybody said yes: %+v", g)
	}
	p.do(p.token("coordinator"), "POST", "/reveals/"+g.ID+"/approve", map[string]string{}, nil)
	eventually(t, soon, func() error {
		p.do(psy, "POST", "/traces/"+g.ID, nil, &g)
		if len(g.Peers) == 0 {
			return fmt.Errorf("nothing is known: %+v", g)
		}
		return nil
	})
	if len(g.Peers) != 1 || g.Peers[0].Address != address || g.Peers[0].Port != fmt.Sprint(port) || !g.Peers[0].Proxied {
		t.Errorf("traced %+v", g.Peers)
	}
	if text := p.printed(); strings.Contains(text, address) || strings.Contains(text, claimed) {
		t.Error("an address is logged")
	}
}

// Where the connection of a child in danger comes from is known to who asked, after another said yes, and is what the socket
// says: what a header claims is nothing. Nobody else's connection is looked at, and nothing of it was there before.
func TestAConnectionIsTracedAndHeadersClaimNothing(t *testing.T) {
	t.Parallel()
	const claimed = "198.51.100.99"
	p := start(t, "demo")
	s, other := p.dialAs(claimed), p.dialAs(claimed)
	other.says(t, "1", "ほかの人のことばです", "stored")
	s.says(t, "1", "いま橋の上にいます。飛びおります", "stored")
	psy := p.token("psychologist")
	var leads []string
	for _, a := range p.Accounts {
		if a.Role == "coordinator" || a.Role == "supervisor" {
			leads = append(leads, a.Token)
		}
	}
	id := p.emergency(psy, "橋の上")
	var g tracedPeers
	p.do(psy, "POST", "/cases/"+id+"/traces", map[string]string{"reason": "警察に伝える"}, &g)
	if g.State != "asked" || len(g.Peers) != 0 {
		t.Fatalf("asked: %+v", g)
	}
	p.do(psy, "POST", "/traces/"+g.ID, nil, &g)
	if g.State != "asked" || len(g.Peers) != 0 {
		t.Errorf("before anybody said yes: %+v", g)
	}
	if status, err := p.call(psy, "POST", "/reveals/"+g.ID+"/approve", map[string]string{}, nil); status < 400 {
		t.Errorf("who asked says yes: %d, %v", status, err)
	}
	p.do(leads[0], "POST", "/reveals/"+g.ID+"/approve", map[string]string{}, nil)
	for _, lead := range leads {
		var theirs tracedPeers
		if _, err := p.call(lead, "POST", "/traces/"+g.ID, nil, &theirs); err == nil && len(theirs.Peers) > 0 {
			t.Errorf("a lead sees %+v", theirs)
		}
	}
	eventually(t, soon, func() error {
		p.do(psy, "POST", "/traces/"+g.ID, nil, &g)
		if len(g.Peers) == 0 {
			return fmt.Errorf("nothing is known: %+v", g)
		}
		return nil
	})
	host, port, err := net.SplitHostPort(s.LocalAddr().String())
	if err != nil || len(g.Peers) != 1 || g.Peers[0].Address != host || g.Peers[0].Port != port {
		t.Errorf("traced %+v, and the socket is %s port %s (%v)", g.Peers, host, port, err)
	}
	page := p.signIn(p.login("psychologist"), "demo-madoguchi")
	if text, err := p.page(page, "/reveals"); err != nil || strings.Contains(text, port) || strings.Contains(text, claimed) || !strings.Contains(text, "通信の記録") {
		t.Errorf("the page of grants shows the connection, or does not name it (%v)", err)
	}
	if status, _, answer := ask(t, "POST", p.Staff+"/reveals/"+g.ID+"/open", "", "Content-Type", "application/x-www-form-urlencoded", "Accept", "application/json",
		"Cookie", page.Name+"="+page.Value, "Origin", p.Staff, "Sec-Fetch-Site", "same-origin"); status != http.StatusOK || !strings.Contains(answer, "本人のアドレスではない") || strings.Contains(answer, port) || strings.Contains(answer, claimed) {
		t.Errorf("opened on the page: %d %.300s", status, answer)
	}
	_, k := p.fetch("GET", psy, "/cases/"+id)
	for where, text := range map[string]string{"the case": string(k), "what was printed": p.printed()} {
		if strings.Contains(text, host+":"+port) || strings.Contains(text, `"`+port+`"`) || strings.Contains(text, claimed) {
			t.Errorf("the connection is in %s", where)
		}
	}
}

// login is the name of the first account with that role.
func (p *process) login(role string) string {
	for _, a := range p.Accounts {
		if a.Role == role {
			return a.Login
		}
	}
	p.t.Fatalf("no account of role %s", role)
	return ""
}
