package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"madoguchi/channels/channelstest"
	"madoguchi/router/redistest"
)

// Somebody comes by every door, with a name, a number, an address, a browser of their own. What they said and who they are is
// nowhere that is kept, and nobody reads it who may not: not in Redis, in its files or its replica's, in the data folder, in the log at its most
// talkative, in the numbers; nor in what any other role, another school, the register, the statistics or the audit show.
func TestEveryDoorLeaksNothing(t *testing.T) {
	t.Parallel()
	x := &planted{outside: &outside{t: t}, who: &canaries{t: t}, words: &canaries{t: t}, cases: map[string]string{}, drop: t.TempDir()}
	var lineURL, twilioURL string
	var mail []string
	x.line, lineURL = newLine(t)
	x.twilio, twilioURL = newTwilio(t)
	x.mail, mail = newMail(t, channelstest.Dovecot(t))
	x.process, x.redis, x.lead = real(t, append(mail, "--line-secret="+lineSecret, "--line-token="+lineToken, "--line-api-base="+lineURL, "--line-data-api-base="+lineURL,
		"--twilio-account-sid="+twilioAccount, "--twilio-auth-token="+twilioToken, "--twilio-from="+twilioFrom, "--twilio-desk="+deskPhone, "--twilio-api-base="+twilioURL,
		"--letter-dir="+x.drop, "--log-level=debug")...)
	x.replica = replicaOf(t, x.redis)
	tokens, sessions := x.staff()
	x.token = tokens["psychologist"]

	s := x.chats()
	chat := x.cases["chat"]
	x.lines()
	x.telephones()
	x.mails()
	x.letterComes()
	x.visits()
	x.reports(tokens["school"], sessions["school"])
	h := x.tells(s, chat, "hinode-jhs")

	// The places where it may be: who has the case reads the words, the school that was told reads the name, and its own paper.
	if body := x.reads(tokens["psychologist"], "/cases/"+chat); !strings.Contains(body, "くさをたべさせ") {
		t.Error("who has the case does not read it")
	}
	if body := x.reads(tokens["school"], "/handoffs/"+h); !strings.Contains(body, "大河原") {
		t.Errorf("the school that was told does not read the name: %.300s", body)
	}
	x.elsewhere(tokens, sessions, h)
	x.shownWithoutNames(sessions)
	x.kept()
}

// staff are a token and a session of one person of every role.
func (x *planted) staff() (tokens map[string]string, sessions map[string]*http.Cookie) {
	tokens, sessions = map[string]string{}, map[string]*http.Cookie{}
	for i, who := range []string{"psychologist", "school", "school of others", "lawyer", "board", "clerk", "admin", "social_worker", "supervisor"} {
		role, _, _ := strings.Cut(who, " ")
		args := append([]string{fmt.Sprint("--login=staff", i), "--role=" + role}, x.common()...)
		if role == "school" {
			args = append(args, "--school="+map[bool]string{true: "hinode-jhs", false: "shirakaba-es"}[role == who])
		}
		link := must(x.t, append([]string{"account", "create"}, args...)...)
		tokens[who] = must(x.t, append([]string{"token", "create"}, args...)...)
		sessions[who] = x.enrol(link, "kanaria-no-aikotoba")
	}
	return tokens, sessions
}

func (x *planted) reads(token, path string) string {
	_, body := x.fetch("GET", token, path)
	return string(body)
}

// elsewhere asks for everything with every role that is not to see it. Waiting cases are open to all who answer, so what is
// asked for is in the hands of one of them.
func (x *planted) elsewhere(tokens map[string]string, sessions map[string]*http.Cookie, handoff string) {
	paths := []string{"/queue?state=all&limit=200", "/handoffs", "/handoffs/" + handoff, "/reports", "/filings", "/statistics", "/searches", "/reveals", "/letters", "/duties",
		"/board", "/meetings", "/handover", "/mates", "/disposals"}
	for _, id := range x.cases {
		for _, more := range []string{"", "/files/1", "/readings/1", "/letters/1", "/duties", "/kin", "/suggestions"} {
			paths = append(paths, "/cases/"+id+more)
		}
	}
	seen := map[string][]byte{}
	for who, token := range tokens {
		for _, path := range paths {
			if who == "psychologist" || who == "supervisor" || who == "school" && path != "/filings" {
				continue
			}
			status, body := x.fetch("GET", token, path)
			if strings.HasPrefix(path, "/cases/") && status == http.StatusOK && who != "social_worker" {
				x.t.Errorf("%s reads %s", who, path)
			}
			if who != "social_worker" || strings.HasPrefix(path, "/cases/") && path != "/cases/"+x.cases["letter"] && !strings.HasPrefix(path, "/cases/"+x.cases["letter"]+"/") {
				seen[who+" of "+path] = body
			}
		}
	}
	for who, session := range sessions {
		for _, path := range []string{"/queue", "/filings", "/statistics", "/audit", "/accounts", "/visits", "/letters", "/searches", "/reveals", "/school", "/school/reports",
			"/school/handoffs/" + handoff, "/school/handoffs/" + handoff + "/content", "/cases/" + x.cases["chat"], "/cases/" + x.cases["visit"]} {
			if slices.Contains([]string{"psychologist", "supervisor", "social_worker", "school"}, who) {
				continue
			}
			page, err := x.page(session, path)
			if err != nil {
				x.t.Fatal(err)
			}
			seen[who+" of the page "+path] = []byte(page)
		}
	}
	x.who.in(seen)
	for where := range seen { // the register tells what was reported, without names, to who answers to the city
		if strings.Contains(where, "/filings") {
			delete(seen, where)
		}
	}
	x.words.in(seen)
}

// shownWithoutNames looks at what is shown to those who may read words: no name, number or address is in it.
func (x *planted) shownWithoutNames(sessions map[string]*http.Cookie) {
	seen := map[string][]byte{}
	for door, id := range x.cases {
		seen["the case by "+door] = []byte(x.reads(x.lead, "/cases/"+id))
	}
	for _, path := range []string{"/queue?state=all&limit=200", "/filings", "/statistics", "/letters", "/handover", "/duties"} {
		seen["the lead's "+path] = []byte(x.reads(x.lead, path))
	}
	for _, path := range []string{"/filings.xlsx", "/filings.csv", "/statistics.xlsx", "/statistics.csv"} {
		page, err := x.page(sessions["board"], path)
		if err != nil || page == "" {
			x.t.Fatalf("%s: %v", path, err)
		}
		for name, data := range inflated([]byte(page)) {
			seen["the board's "+path+name] = data
		}
	}
	x.who.in(seen)
}

// kept looks at everything that is kept: while all runs, and what is in the files afterwards.
func (x *planted) kept() {
	ctx := x.t.Context()
	audit := must(x.t, append([]string{"audit", "verify"}, x.common()...)...)
	var slow any
	var err error
	if slow, err = x.redis.Client().Do(ctx, "SLOWLOG", "GET", "-1").Result(); err != nil {
		x.t.Fatal(err)
	}
	clients, err := x.redis.Client().Do(ctx, "CLIENT", "LIST").Result()
	if err != nil {
		x.t.Fatal(err)
	}
	if err := x.redis.Client().Do(ctx, "SAVE").Err(); err != nil {
		x.t.Fatal(err)
	}
	all := x.everything(x.redis)
	all["what Redis keeps for its replicas"] = backlog(x.t, x.redis)
	copied := below(x.t, folder(x.t, x.replica.Client()))
	if len(copied) == 0 {
		x.t.Error("the replica keeps nothing")
	}
	maps.Copy(all, copied)
	all["the audit's check"], all["Redis's slow log"], all["Redis's clients"] = []byte(audit), fmt.Append(nil, slow), fmt.Append(nil, clients)
	for _, file := range []string{"cmdline", "environ"} {
		data, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(x.cmd.Process.Pid), file))
		if err != nil {
			x.t.Fatal(err)
		}
		all["the process's "+file] = data
	}
	snapshots := 0
	for where := range all {
		if strings.HasSuffix(where, ".rdb") {
			snapshots++
		}
	}
	if snapshots == 0 {
		x.t.Error("no snapshot of Redis was looked at")
	}
	x.who.in(all)
	x.words.in(all)
}

// replicaOf starts a replica of a Redis, which keeps for it all that is written from now on.
func replicaOf(t *testing.T, r *redistest.Server) *redistest.Server {
	t.Helper()
	for name, value := range map[string]string{"repl-backlog-size": "64mb", "repl-diskless-sync-delay": "0"} {
		if err := r.Client().ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	host, port, err := net.SplitHostPort(r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	replica := redistest.Start(t, "--replicaof", host, port, "--appendfsync", "no")
	eventually(t, soon, func() error {
		if info := r.Client().Info(t.Context(), "replication").Val(); !strings.Contains(info, "state=online") {
			return errors.New("the replica is not there yet")
		}
		return nil
	})
	return replica
}

// backlog is what a Redis keeps for its replicas, read as one of them, once what it has has all of it.
func backlog(t *testing.T, r *redistest.Server) []byte {
	t.Helper()
	if n, err := r.Client().Wait(t.Context(), 1, soon).Result(); err != nil || n != 1 {
		t.Fatalf("%d replicas have everything, %v", n, err)
	}
	info, said := r.Client().Info(t.Context(), "replication").Val(), map[string]string{}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		said[name] = value
	}
	size, err := strconv.Atoi(said["repl_backlog_histlen"])
	if err != nil || size < 100_000 {
		t.Fatalf("a backlog of %d bytes, %v", size, err)
	}
	conn, err := net.Dial("tcp", r.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	if _, err := fmt.Fprintf(conn, "PSYNC %s %s\r\n", said["master_replid"], said["repl_backlog_first_byte_offset"]); err != nil {
		t.Fatal(err)
	}
	if answer, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(answer, "+CONTINUE") {
		t.Fatalf("asked for its backlog Redis says %q, %v", answer, err)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(in, data); err != nil {
		t.Fatal(err)
	}
	return data
}

// inflated are the parts of a workbook, or what it is itself.
func inflated(data []byte) map[string][]byte {
	parts := map[string][]byte{"": data}
	for n, at := 0, 0; ; n++ {
		next := bytes.Index(data[at:], []byte("PK\x03\x04"))
		if next < 0 || len(data) < at+next+30 {
			return parts
		}
		at += next
		head := at + 30 + int(data[at+26]) + int(data[at+27])<<8 + int(data[at+28]) + int(data[at+29])<<8
		if head < len(data) {
			plain, _ := io.ReadAll(flate.NewReader(bytes.NewReader(data[head:]))) // what is cut off is looked at as far as it goes
			parts[fmt.Sprintf(", part %d", n)] = plain
		}
		at += 4
	}
}
