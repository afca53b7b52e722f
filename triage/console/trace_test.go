package console

import (
	"strings"
	"testing"

	"madoguchi/triage"
	"madoguchi/triage/desk"
)

// An address that can only be a proxy's is not shown as somebody's own, unless a trusted proxy told it: a school's network has such
// addresses as well.
func TestAProxysAddressIsNobodys(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.18.0.1": true, "192.168.0.9": true, "::ffff:10.0.0.1": true,
		"fd00::1": true, "fe80::1%eth0": true, "": true, "203.0.113.7": false, "2001:db8::7": false} {
		for _, proxied := range []bool{false, true} {
			r := traced(desk.Traced{Peers: []triage.Peer{{Address: address, Port: "50123", Proxied: proxied}}})
			if got := strings.Contains(r.Say, "本人のアドレスではない") && len(r.Values) == 0; got != (want && !proxied) {
				t.Errorf("%s, told by a proxy: %v: %s", address, proxied, r.Say)
			}
		}
	}
}
