// What became of a visit, where the page speaks by requests: then nobody but the page sees its end. A line that is seen to end is
// counted by the desk. It is a number of the month, and of nobody.

export class Visit {
  #fresh;
  #open;
  #wrote = false;
  #answered = false;

  // fresh: the conversation began here. open: somebody of the desk is there.
  constructor(fresh, open) {
    this.#fresh = fresh;
    this.#open = open;
  }

  take(f) {
    if (f.type === 'ack') this.#wrote = true;
    else if (f.type === 'message' && f.from === 'counselor') this.#answered ||= this.#wrote;
  }

  // became is what there is to count, or ''.
  get became() {
    if (!this.#wrote) {
      if (!this.#fresh) return '';
      return this.#open ? 'unwritten' : 'closed';
    }
    if (!this.#open) return '';
    return this.#answered ? 'stayed' : 'gave_up';
  }
}
