package request

import (
	"fmt"
	"strings"
	"time"
)

// Letter is the answer that neither says that there is something nor that there is nothing. It is made of the request alone,
// so that no two differ but in their days.
func Letter(r Request) string {
	law := "個人情報の保護に関する法律81条"
	asked := "請求のあった保有個人情報"
	switch r.Book() {
	case Documents:
		law, asked = "市の情報公開条例（存否に関する情報）", "請求のあった文書"
	case Inquiries:
		law, asked = "個人情報の保護に関する法律69条", "照会のあったこと"
	}
	day := Day(r.On)
	lines := []string{
		day + "に受け付けたことについて、次のとおり答えます。",
		asked + "については、あるかないかを答えるだけで、開示しないとされていることが分かってしまいます。",
		"そのため、あるかないかを明らかにしないで、お断りします。",
		"根拠：" + law,
		"この答えは、記録があるかどうかにかかわらず、同じ文と同じ日数で出しています。",
	}
	if r.Book() != Inquiries {
		lines = append(lines, "この決定に納得できないときは、決定を知った日の翌日から3か月のうちに、市に審査請求ができます（行政不服審査法18条1項）。")
	}
	return strings.Join(lines, "\n") + "\n"
}

// Day writes a date as letters do: 2026年12月1日.
func Day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}
