// Command measure says how well the anonymizer finds what points at people, in messages that were labelled by hand:
//
//	go run ./router/anonymize/measure [-errors] [-mode readable] [FILE …]
//
// Without a file it reads the sets of testdata. By the errors of dev*.jsonl the rules and the sentences to learn from were made:
// dev-scan.jsonl is as a scanner reads letters, dev-places.jsonl full of places, schools and addresses, dev-names.jsonl full of
// names, by ten voices; dev-fifteen.jsonl was learned from after it was measured once, dev-desk.jsonl is by nineteen more voices,
// dev-adults.jsonl by fourteen adults, dev-dialect.jsonl by thirteen in dialect and slang, dev-ninth.jsonl by nine of eighteen who
// knew nothing of the anonymizer, dev-tenth.jsonl by sixteen of twenty-four more, dev-eleventh.jsonl of short messages of ordinary
// difficulty by three. From all of them, and from plain.txt and plain-dialect.txt, the learned part has learned: what they say of it
// is too good, and go run ./router/anonymize/train -skip dev-tenth says how good. ruled5.jsonl is of classes, addresses and
// nicknames in every form by five, ruled8.jsonl of short messages full of schools and accounts by eight, whose errors made rules and
// taught nothing; of the accounts none did. held.jsonl, unseen.jsonl, unread9.jsonl (the other
// nine of the eighteen), unread18.jsonl, unread8.jsonl (the other eight of the twenty-four), unread5.jsonl (five who write as
// most do) and unread2.jsonl (two more who write as the five of ruled5.jsonl) are by other writers, whose errors nobody looks at.
// A line is {"id","writer","text","spans":[{"start","end","type"}]}; offsets count runes. plain.txt, plain-dialect.txt and
// plain-held.txt are everyday sentences without names, one a line; the errors in the last are not looked at either; testdata/sealed
// has two more sets of which nobody has read a text.
//
// For each type and each writer it prints how many spans there are, the share that is covered whole whatever the type (recall;
// PERSON#kana and PERSON#nickname apart), the share of what was redacted as this type that touches a label of it (precision),
// their F, and at the end the share of ordinary characters, and of messages without a label, that were taken too much. With
// -errors it prints the messages that went wrong.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"madoguchi/router/anonymize"
)

func main() {
	errors := flag.Bool("errors", false, "print the messages that went wrong")
	mode := flag.String("mode", "strict", "strict or readable")
	flag.Parse()
	files := flag.Args()
	if len(files) == 0 {
		for _, name := range []string{"dev.jsonl", "dev-voices.jsonl", "dev-scan.jsonl", "dev-places.jsonl", "dev-fifteen.jsonl", "dev-desk.jsonl", "dev-adults.jsonl", "dev-dialect.jsonl", "dev-names.jsonl", "dev-ninth.jsonl", "dev-tenth.jsonl", "dev-eleventh.jsonl", "ruled5.jsonl", "ruled8.jsonl", "held.jsonl", "unseen.jsonl", "unread9.jsonl", "unread18.jsonl", "unread8.jsonl", "unread5.jsonl", "unread2.jsonl", "plain.txt", "plain-dialect.txt", "plain-held.txt"} {
			files = append(files, "router/anonymize/testdata/"+name)
		}
	}
	if err := run(os.Stdout, files, *mode == "readable", *errors); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, files []string, readable, errors bool) error {
	a, err := anonymize.New(anonymize.Gazetteer{})
	if err != nil {
		return err
	}
	mode := anonymize.Strict
	if readable {
		mode = anonymize.Readable
	}
	for _, file := range files {
		messages, err := read(file)
		if err != nil {
			return err
		}
		s := newScores()
		for _, m := range messages {
			r := a.Redact(m.Text, nil, mode)
			if wrong := s.add(m, r.Spans); wrong && errors {
				fmt.Fprintf(w, "%s\t%s\t→ %s\n", m.ID, m.Text, r.Text)
			}
		}
		fmt.Fprintf(w, "%s: %d messages\n", file, len(messages))
		s.print(w)
	}
	return nil
}
