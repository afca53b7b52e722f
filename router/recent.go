package router

// remember is how many messages that Redis has taken a lane still knows by itself. Those that only the journal holds are
// known without a limit; older ones Redis knows.
const remember = 1 << 16

// recent knows the messages that are durable, by digest, so that one that is sent again is acknowledged and not taken again.
type recent struct {
	seqs  map[digest]int64
	order []known // by number; the first are forgotten first
}

type digest = [16]byte

type known struct {
	seq    int64
	digest digest
}

func newRecent() *recent { return &recent{seqs: make(map[digest]int64)} }

// seq returns the number under which the message is durable.
func (r *recent) seq(d digest) (int64, bool) {
	seq, ok := r.seqs[d]
	return seq, ok
}

// add notes a durable message, and forgets the oldest that lie at or below the mark.
func (r *recent) add(seq int64, d digest, mark int64) {
	if r.seqs[d] == seq {
		return
	}
	r.seqs[d] = seq
	r.order = append(r.order, known{seq, d})
	n := 0
	for len(r.order)-n > remember && r.order[n].seq <= mark {
		r.drop(r.order[n])
		n++
	}
	if n > 0 {
		r.order = r.order[n:]
	}
}

// drop forgets a message, unless it is known under another number.
func (r *recent) drop(k known) {
	if r.seqs[k.digest] == k.seq {
		delete(r.seqs, k.digest)
	}
}
