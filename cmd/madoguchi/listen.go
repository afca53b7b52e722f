package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
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
		*s.to = l
		if s.url == nil {
			continue
		}
		if *s.url == "" {
			*s.url = "http://" + l.Addr().String()
		}
		if !loopback(l.Addr()) && !strings.HasPrefix(*s.url, "https://") {
			return errors.Join(fmt.Errorf("%s%s_URL: off loopback it must be https; TLS is the proxy's", envPrefix, s.name), h.listeners.close())
		}
	}
	return nil
}

// at is the address of a listener of this process, as its users on this machine write it, or nothing.
func at(l net.Listener) string {
	if l == nil {
		return ""
	}
	return "http://" + l.Addr().String()
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
