package phone_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// list is GET /Messages.json and /Calls.json: of one number, since a day, in pages, the newest first.
func (p *provider) list(w http.ResponseWriter, r *http.Request, key, since, date string, of map[string]map[string]any) {
	q := r.URL.Query()
	from, err := time.Parse(time.RFC3339, q.Get(since))
	size, sizeErr := strconv.Atoi(q.Get("PageSize"))
	if (q.Get("To") == desk) == (q.Get("From") == desk) || err != nil || sizeErr != nil || size < 1 || size > 1000 || len(q) > 5 {
		p.mistakes = append(p.mistakes, "the query of "+key)
	}
	if p.page > 0 {
		size = min(size, p.page)
	}
	all := []map[string]any{}
	for _, x := range of {
		at, err := time.Parse(time.RFC1123Z, x[date].(string))
		if err == nil && at.After(from) && (q.Get("To") == "" || x["to"] == desk) && (q.Get("From") == "" || x["from"] == desk) {
			all = append(all, x)
		}
	}
	slices.SortFunc(all, func(a, b map[string]any) int { return strings.Compare(b["sid"].(string), a["sid"].(string)) })
	if after := q.Get("PageToken"); after != "" {
		all = slices.DeleteFunc(all, func(x map[string]any) bool { return x["sid"].(string) >= after })
	}
	answer := map[string]any{key: all, "page": 0, "page_size": size, "next_page_uri": nil}
	if len(all) > size {
		q.Set("PageToken", all[size-1]["sid"].(string))
		answer[key], answer["next_page_uri"] = all[:size], r.URL.Path+"?"+q.Encode()
	}
	json.NewEncoder(w).Encode(answer)
}

// recordings is GET /Calls/{CallSid}/Recordings.json.
func (p *provider) recordings(w http.ResponseWriter, call string) {
	all := []map[string]any{}
	for _, x := range p.recorded {
		if x["call_sid"] == call {
			all = append(all, x)
		}
	}
	json.NewEncoder(w).Encode(map[string]any{"recordings": all, "page": 0, "page_size": 50, "next_page_uri": nil})
}

// keeps has a text message at the provider.
func (p *provider) keeps(sid, from, body string, age time.Duration, media ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts[sid] = map[string]any{"sid": sid, "from": from, "to": desk, "body": body, "direction": "inbound", "status": "received",
		"date_sent": time.Now().Add(-age).UTC().Format(time.RFC1123Z), "num_media": fmt.Sprint(len(media))}
	for _, m := range media {
		p.content["/Messages/"+sid+"/Media/"+m] = []byte("picture " + m)
	}
}

// phones has a call at the provider that ended so long ago, or goes on.
func (p *provider) phones(sid, from, to, direction, status string, age time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	date := time.Now().Add(-age).UTC().Format(time.RFC1123Z)
	p.phoned[sid] = map[string]any{"sid": sid, "from": from, "to": to, "direction": direction, "status": status, "start_time": date, "date_created": date, "end_time": nil}
	if status != "in-progress" {
		p.phoned[sid]["end_time"] = date
	}
}

// records reports whether a recording is still there.
func (p *provider) records(sid string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.recorded[sid] != nil
}

// left counts what the provider still stores.
func (p *provider) left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.texts) + len(p.recorded) + len(p.content) + len(p.phoned)
}

func (p *provider) speaks(sid, call, from string, age time.Duration) {
	if age > 0 {
		p.phones(call, from, desk, "inbound", "completed", age)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.recorded[sid] = map[string]any{"sid": sid, "call_sid": call, "source": "RecordVerb", "status": "completed",
		"date_created": time.Now().Add(-age).UTC().Format(time.RFC1123Z), "duration": "12"}
	p.content["/Recordings/"+sid+".mp3"] = []byte("voice " + sid)
}
