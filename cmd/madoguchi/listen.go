package main

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
)

// listeners are the three sockets.
type listeners struct{ public, staff, ops net.Listener }

func (l listeners) all() []net.Listener { return []net.Listener{l.public, l.staff, l.ops} }

func (l listeners) close() error {
	var errs []error
	for _, one := range l.all() {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// listen opens the sockets and settles the outside URLs. Off loopback both must be https: TLS is the proxy's.
func (h *house) listen(set settings) error {
	var opened []net.Listener
	for _, name := range []string{"PUBLIC_ADDR", "STAFF_ADDR", "OPS_ADDR"} {
		l, err := net.Listen("tcp", set[name])
		if err != nil {
			for _, o := range opened {
				err = errors.Join(err, o.Close())
			}
			return fmt.Errorf("%s%s: nothing can listen there", envPrefix, name)
		}
		opened = append(opened, l)
	}
	h.listeners = listeners{opened[0], opened[1], opened[2]}
	for name, to := range map[string]*string{"PUBLIC": &h.publicURL, "STAFF": &h.staffURL} {
		l := opened[slices.Index([]string{"PUBLIC", "STAFF"}, name)]
		if *to = set[name+"_URL"]; *to == "" {
			*to = "http://" + l.Addr().String()
		}
		if !loopback(l.Addr()) && !strings.HasPrefix(*to, "https://") {
			return errors.Join(fmt.Errorf("%s%s_URL: off loopback it must be https; TLS is the proxy's", envPrefix, name), h.listeners.close())
		}
	}
	return nil
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
