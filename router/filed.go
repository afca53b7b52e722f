package router

import (
	"context"
	"encoding/json"

	"madoguchi/triage"
)

var _ triage.Filed = (*Front)(nil)

// Report implements triage.Filed. It reads what the school wrote and not the glossary: a word of the child's that has the
// same placeholder as one of the school's must not reach the school by its own report.
func (f *Front) Report(ctx context.Context, id triage.CaseID, report string) (map[string]string, error) {
	_, events, err := f.router.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Report == nil || e.Report.ID != report {
			continue
		}
		data, err := f.router.Vault.Original(ctx, string(id), e.ID)
		if err != nil {
			return nil, told(err)
		}
		var was entered
		if json.Unmarshal(data, &was) != nil || was.Report == nil {
			return nil, triage.ErrDamaged
		}
		return was.Report.Fields, nil
	}
	return nil, triage.ErrUnknown
}
