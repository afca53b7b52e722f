package main

import (
	"context"
	"errors"
	"fmt"

	"madoguchi/triage/audit"
)

var auditVerifyCommand = command{name: "audit verify", does: "checks the audit chain; names the first broken link", run: auditVerify}

func auditVerify(ctx context.Context, p *program, _ []string) error {
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
	var broken *audit.Broken
	if errors.As(err, &broken) {
		fmt.Fprintf(p.stdout, "broken: %v\n", broken)
		return errSaid
	}
	if err != nil {
		return err
	}
	n, err := log.Len(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "whole: %d entries\n", n)
	return nil
}
