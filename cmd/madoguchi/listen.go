package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/pires/go-proxyproto"
)

// listeners are the sockets of a process: public where it takes in, staff where it has the desk, ops always.
type listeners struct{ public, staff, ops net.Listener }

func (l listeners) close() error {
	var errs []error
	for _, one := range []net.Listener{l.public, l.staff, l.ops} {
		if one != nil {
			errs = append(errs, one.Close())
		}
	}
	return errors.Join(errs...)
}

// listen opens the sockets of this process and settles the outside URLs. Off loopback both must be https: TLS is the proxy's.
func (h *house) listen(set settings) error {
	h.publicURL, h.staffURL = set["PUBLIC_URL"], set["STAFF_URL"]
	for _, s := range []struct {
		name, role string
		to         *net.Listener
		url        *string
		needs      []string // the roles that must know the URL
	}{
		{"PUBLIC", "gateway", &h.listeners.public, &h.publicURL, []string{"vault", "console"}}, {"STAFF", "console", &h.listeners.staff, &h.staffURL, nil}, {"OPS", "", &h.listeners.ops, nil, nil},
	} {
		if s.role != "" && !h.runs(s.role) {
			if *s.url == "" && slices.ContainsFunc(s.needs, h.runs) {
				return errors.Join(fmt.Errorf("%s%s_URL is missing: its listener is another process's", envPrefix, s.name), h.listeners.close())
			}
			continue
		}
		l, err := net.Listen("tcp", set[s.name+"_ADDR"])
		if err != nil {
			return errors.Join(fmt.Errorf("%s%s_ADDR: nothing can listen there", envPrefix, s.name), h.listeners.close())
		}
		if s.name == "PUBLIC" {
			l = behind(l, set)
		}
		*s.to = l
		if s.url == nil {
			continue
		}
		if *s.url == "" {
			*s.url = "http://" + l.Addr().String()
		}
		if (!loopback(l.Addr()) || !nearby(*s.url)) && !strings.HasPrefix(*s.url, "https://") {
			return errors.Join(fmt.Errorf("%s%s_URL: off loopback it must be https; TLS is the proxy's", envPrefix, s.name), h.listeners.close())
		}
	}
	return nil
}

// proxies says what is to be thought of the PROXY protocol header that a connection begins with: one of the operator's proxies must
// send it and is believed; whoever else sends it is hung up on. It is nil where the operator names no proxy.
func (s settings) proxies() (proxyproto.ConnPolicyFunc, error) {
	if s["PUBLIC_PROXIES"] == "" {
		return nil, nil
	}
	var ranges []string
	for _, r := range strings.Split(s["PUBLIC_PROXIES"], ",") {
		ranges = append(ranges, strings.TrimSpace(r))
	}
	return proxyproto.PolicyFromRanges(ranges, proxyproto.REQUIRE, proxyproto.REJECT)
}

// behind is the listener behind the operator's proxies, whose connections come from where the proxy says. Nothing of it is kept
// beyond the connection.
func behind(l net.Listener, set settings) net.Listener {
	if policy, err := set.proxies(); err == nil && policy != nil {
		return &proxyproto.Listener{Listener: l, ConnPolicy: policy}
	}
	return l
}

// at is the address of a listener of this process, as its users on this machine write it, or nothing.
func at(l net.Listener) string {
	if l == nil {
		return ""
	}
	return "http://" + l.Addr().String()
}

// nearby reports whether an outside URL leads to this machine alone.
func nearby(outside string) bool {
	u, err := url.Parse(outside)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
