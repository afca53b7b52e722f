package channels

// Signs are what a public page tells of the desk itself and of other desks, as the city has stated it; what it has not
// stated is empty, and is not shown. Texts hold furigana in the catalogue's form, 漢字（かな）.
type Signs struct {
	Contact Contact
	Doors   []DoorHours
	Topics  []Topic
}

// Contact is where the desk is found: the block that stands on every public page.
type Contact struct {
	Name    string // the body that runs the desk
	Address string
	Phone   string
	Fax     string
	Mail    string // an address
	Form    string // the https address of a page with a form
}

// IsZero reports whether the city has stated no contact.
func (c Contact) IsZero() bool { return c == Contact{} }

// DoorHours tells when one of the desk's doors is answered, in plain words.
type DoorHours struct {
	Door   string // 電話
	Hours  string // 月曜から金曜の、朝8時45分から夕方5時15分まで
	Closed string // 土曜・日曜・祝日と、12月30日から1月4日は、休みです。
	Next   string // whether somebody is there now, or when somebody is there next
}

// Topic is something that people come with, and the places that are there for it, the nearest first.
type Topic struct {
	Key    string // home
	Title  string // 家のこと
	Places []Place
}

// Place is another desk.
type Place struct {
	Name  string   // with furigana
	Say   string   // what it is for, in a child's words
	Phone string   // a number to dial, or empty
	Page  string   // https://…, where one writes, or empty
	Means []string // how one speaks with it: 電話, 会って話す
	When  string   // its hours in plain words, or empty
}
