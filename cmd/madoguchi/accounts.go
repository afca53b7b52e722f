package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"madoguchi/triage"
	"madoguchi/triage/audit"
	"madoguchi/triage/console"
	"madoguchi/triage/staff"
)

var personFlags = []flagDef{{"login", "", "the login"}, {"role", "", "psychologist, social_worker, coordinator, supervisor, lawyer, board, clerk, admin or school"},
	{"school", "", "the school's id in the city file, for role school"}}

var accountCreateCommand = command{name: "account create", args: "--login L --role R [--school S] [--org O]",
	does: "prints a one-time enrolment link", own: slices.Concat(personFlags, []flagDef{{"org", "", "who employs the person, where it is not the city (a contractor)"}}), run: accountCreate}

var accountDisableCommand = command{name: "account disable", args: "--login L", does: "ends an account with its sessions and tokens",
	own: personFlags[:1], run: accountDisable}

var tokenCreateCommand = command{name: "token create", args: "--login L --role R [--school S]",
	does: "prints an API token once; creates the login if it is new", own: personFlags, run: tokenCreate}

// withAccounts runs f with the accounts behind the configured Redis, after the act is in the audit.
func (p *program) withAccounts(ctx context.Context, act string, f func(*staff.Accounts) error) error {
	pl, err := p.plan("console")
	if err != nil {
		return err
	}
	defer pl.close()
	if s := p.flags["school"]; s != "" {
		if _, ok := pl.city.SchoolByID(s); !ok {
			return errors.New("--school: the city file has no such school")
		}
	}
	log, err := openAudit(pl.redis, *pl)
	if err != nil {
		return err
	}
	if err := log.Record(ctx, audit.Entry{At: pl.clock.Now(), Who: "system", Act: act, Ref: p.flags["login"]}); err != nil {
		return errors.New("the audit cannot be written, so nothing was done")
	}
	return f(staff.New(staff.Config{Client: pl.redis, Keys: pl.keys.desk}))
}

// person checks the flags that name somebody.
func (p *program) person() (login string, role triage.Role, school string, err error) {
	login, role, school = p.flags["login"], triage.Role(p.flags["role"]), p.flags["school"]
	switch {
	case login == "":
		err = errors.New("--login is missing")
	case !slices.Contains(triage.Roles, role):
		err = fmt.Errorf("--role: expected one of %v", triage.Roles)
	case (role == triage.School) != (school != ""):
		err = errors.New("--school: needed for role school, and for no other")
	}
	return login, role, school, err
}

func accountCreate(ctx context.Context, p *program, _ []string) error {
	login, role, school, err := p.person()
	if err != nil {
		return err
	}
	org := p.flags["org"]
	if org != "" && role == triage.School {
		return errors.New("--org: a school employs its own people")
	}
	return p.withAccounts(ctx, "account_create", func(a *staff.Accounts) error {
		link, err := a.Create(ctx, login, role, school)
		if err == nil && org != "" {
			err = a.SetOrg(ctx, login, org)
		}
		if err != nil {
			return err
		}
		url := p.set["STAFF_URL"]
		if url == "" {
			url = "http://" + p.set["STAFF_ADDR"]
		}
		fmt.Fprintln(p.stdout, console.EnrolURL(url, link))
		return nil
	})
}

func accountDisable(ctx context.Context, p *program, _ []string) error {
	if p.flags["login"] == "" {
		return errors.New("--login is missing")
	}
	return p.withAccounts(ctx, "account_disable", func(a *staff.Accounts) error { return a.Disable(ctx, p.flags["login"]) })
}

func tokenCreate(ctx context.Context, p *program, _ []string) error {
	login, role, school, err := p.person()
	if err != nil {
		return err
	}
	return p.withAccounts(ctx, "token_create", func(a *staff.Accounts) error {
		token, err := a.NewToken(ctx, login, role, school)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, token)
		return nil
	})
}
