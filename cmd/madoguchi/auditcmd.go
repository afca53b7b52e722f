package main

import (
	"context"
	"errors"
	"fmt"

	"madoguchi/triage/audit"
)

var auditVerifyCommand = command{name: "audit verify", args: "[--contains N:HASH]", does: "checks the audit chain; names the first broken link, or the head to be noted down",
	own: []flagDef{{"contains", "", "a head that was noted down earlier: says whether the chain still has it"}}, run: auditVerify}

func auditVerify(ctx context.Context, p *program, _ []string) error {
	var noted audit.Head
	if s := p.flags["contains"]; s != "" {
		var err error
		if noted, err = audit.ParseHead(s); err != nil {
			return fmt.Errorf("--contains: %w", err)
		}
	}
	pl, err := p.plan("console")
	if err != nil {
		return err
	}
	defer pl.close()
	log, err := openAudit(pl.redis, *pl)
	if err != nil {
		return err
	}
	err = log.Verify(ctx)
	if err == nil && noted.N > 0 {
		err = log.Contains(ctx, noted)
	}
	var broken *audit.Broken
	if errors.As(err, &broken) {
		fmt.Fprintf(p.stdout, "broken: %v\n", broken)
		return errSaid
	}
	if err != nil {
		return err
	}
	head, err := log.Head(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "whole: %d entries\n", head.N)
	if head.N > 0 {
		fmt.Fprintf(p.stdout, "head: %s\n", head)
	}
	if noted.N > 0 {
		fmt.Fprintf(p.stdout, "contains: %s\n", noted)
	}
	return nil
}
