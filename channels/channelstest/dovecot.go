package channelstest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"
)

// Dovecot starts a Dovecot of its own on a free port and returns its address. It ends with the test. Every user's password
// is "secret", and mails live in folders of the test.
func Dovecot(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dovecot") // not t.TempDir: its sockets have a limit on the path's length
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	port := freePort(t)
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 { // Dovecot gives no mail to root
		uid, gid = 65534, 65534
	}
	for _, d := range []string{"mail", "run", "state"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		if err := os.Chown(filepath.Join(dir, "mail"), uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	conf := strings.NewReplacer("DIR", dir, "PORT", fmt.Sprint(port), "UID", fmt.Sprint(uid), "GID", fmt.Sprint(gid)).Replace(`
base_dir = DIR/run
state_dir = DIR/state
log_path = DIR/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
first_valid_uid = 1
mail_location = maildir:DIR/mail/%u
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=UID gid=GID home=DIR/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`)
	file := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	bin, err := exec.LookPath("dovecot")
	if err != nil {
		bin = "/usr/sbin/dovecot"
	}
	cmd := exec.Command(bin, "-F", "-c", file)
	if err := cmd.Start(); err != nil {
		t.Fatal("dovecot (Debian: dovecot-imapd) does not start:", err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if c, err := imapclient.DialInsecure(addr, nil); err == nil {
			err = c.Login("probe", "secret").Wait()
			c.Close()
			if err == nil {
				return addr
			}
		}
		if time.Now().After(deadline) {
			log, err := os.ReadFile(filepath.Join(dir, "log"))
			t.Fatalf("dovecot does not answer: %s %v", log, err)
		}
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
